"""The folder of a user's runs: one writer at a time, and results that appear all at once.

::

    <out>/
        .lock               who is writing
        .staging/           what is not published yet
        runs/<run id>/      the files of one run; manifest.json says what each was made from
        latest              link to the newest of them (latest.txt where there are no links)
"""

import errno
import hashlib
import json
import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from siting import findings
from siting.errors import LockedError, SitingError, StorageError
from siting.store import faults
from siting.store.files import (
    files_below,
    fsync,
    fsync_tree,
    link_in_the_way,
    lock_file,
    make_folder,
    remove,
    rename,
    sha256_file,
    storing,
    write_durably,
)
from siting.store.memory import within_memory
from siting.store.sealed import canonical
from siting.store.space import nearly_full

MANIFEST = "manifest.json"
_STAGING = ".staging"
_SIGNING = 2.0  # time that the owner of a lock has to write its name into it [s]
_LATEST, _LATEST_TEXT = "latest", "latest.txt"


@contextmanager
def lock(out: Path) -> Iterator[None]:
    """Keep other runs out of the folder for as long as the ``with`` block lasts.

    The kernel drops the lock when its process dies. What dead runs left unpublished is removed.
    A lack of memory inside the block, wherever it is felt, leaves it as MEMORY_FULL.

    Raises
    ------
    LockedError
        Where another run has the folder.
    StorageError
        Where the folder cannot be written to, or the memory is full.
    """
    path = out / ".lock"
    with within_memory(str(out)):
        with storing(out):
            make_folder(out)
            for name in (_STAGING, "runs"):
                if (out / name).is_symlink():
                    raise link_in_the_way(out / name)
            held = lock_file(path)
        if held is None:
            raise _locked(out, path)
        with held:
            try:
                with storing(out):
                    _sign(held.fileno(), path)
                    remove(out / _STAGING)
                yield
            finally:
                remove(out / _STAGING)
                with suppress(OSError):  # nobody is to be told of a run that has ended
                    os.ftruncate(held.fileno(), 0)


def _sign(descriptor: int, path: Path) -> None:
    """Write who has the lock into its file."""
    name = {"host": socket.gethostname(), "pid": os.getpid()}
    os.ftruncate(descriptor, 0)
    faults.step("write", path)
    os.write(descriptor, canonical(name).encode())


def _locked(out: Path, path: Path) -> LockedError:
    return LockedError(
        "RUN_LOCKED", "another run is writing to this folder", where=str(out),
        found=_owner(path) or "a process that has just begun",
        fix="wait until it is done, or choose another folder with --out",
    )  # fmt: skip


def _owner(path: Path) -> str:
    """Who has the lock; it may take a moment until they have signed."""
    until = time.monotonic() + _SIGNING
    while time.monotonic() < until:
        with suppress(OSError, ValueError, KeyError, TypeError):
            owner = json.loads(path.read_bytes())
            if owner["host"] != socket.gethostname() or _alive(int(owner["pid"])):
                return f"process {owner['pid']} on {owner['host']}"
        time.sleep(0.02)
    return ""


def _alive(process: int) -> bool:
    """Whether a process is there: the name of a dead one stays until the next has signed."""
    try:
        os.kill(process, 0)
    except PermissionError:  # another user's
        return True
    except ProcessLookupError:
        return False
    return True


@contextmanager
def staging(out: Path) -> Iterator[Path]:
    """A new folder to write results into, under the lock; removed unless they are published.

    Raises
    ------
    StorageError
        Where the disk stops a writer, in whatever words its library tells so.
    """
    folder = out / _STAGING / uuid4().hex
    try:
        with storing(out):
            make_folder(folder)
            with _in_plain_words(folder):
                yield folder
    finally:
        remove(folder)


@contextmanager
def _in_plain_words(folder: Path) -> Iterator[None]:
    """Errors of a library that filled the disk, as the system would have told them."""
    try:
        yield
    except (SitingError, MemoryError):
        raise
    except Exception as error:
        written = sum(path.stat().st_size for path in files_below(folder).values())
        if getattr(error, "errno", None) is None and nearly_full(folder, written):
            raise OSError(errno.ENOSPC, str(error)) from error
        raise


def publish(out: Path, run_id: str, staged: Path, manifest: Mapping[str, Any]) -> Path:
    """Folder of the run, once it is whole, durable, and what ``latest`` points to.

    Parameters
    ----------
    out : Path
        Folder of the runs, locked by the caller.
    run_id : str
        Name for the run: the beginning of the digest of all that decides its results.
    staged : Path
        Folder from `staging` with all the files.
    manifest : mapping
        What the run was made from, without clock times and paths of this machine. The id, size
        and SHA-256 of each output and a digest of the manifest itself are added.

    Raises
    ------
    StorageError
        Where the disk is full or cannot be written to; ``latest`` stays what it was.

    Notes
    -----
    A run that is there already is verified and used again; damaged files of it are replaced one
    by one. Should the same id have given other results, both stay, and RUN_DIFFERS is reported.
    """
    with storing(out):
        sealed = _sealed(run_id, staged, manifest)
        folder = _folder_for(out, run_id, sealed)
        if folder.exists():
            _repair(folder, staged, sealed)
        else:
            write_durably(staged / MANIFEST, _encoded(sealed))
            fsync_tree(staged)
            make_folder(folder.parent)
            rename(staged, folder)
            fsync(folder.parent)
        _point_latest(out, folder)
    return folder


def _sealed(run_id: str, staged: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest with its outputs, which are durable then, and its own digest."""
    outputs = {}
    for name, path in files_below(staged).items():
        fsync(path)
        outputs[name] = {"bytes": path.stat().st_size, "sha256": sha256_file(path)}
    content = {**manifest, "run": run_id, "outputs": outputs}
    return {**content, "digest": _digest(content)}


def _digest(content: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in content.items() if key != "digest"}
    return hashlib.sha256(canonical(rest).encode()).hexdigest()


def _encoded(sealed: Mapping[str, Any]) -> bytes:
    return canonical(sealed).encode() + b"\n"


def _folder_for(out: Path, run_id: str, sealed: Mapping[str, Any]) -> Path:
    folder = out / "runs" / run_id
    there = _manifest(folder)
    if there is None or there["digest"] == sealed["digest"]:
        return folder
    findings.warn(
        "RUN_DIFFERS", "the same pipeline, inputs and versions gave other results before",
        where=str(folder), found=sealed["digest"], wanted=there["digest"],
        fix="compare the two folders; a library or the machine does not repeat its results",
    )  # fmt: skip
    return folder.with_name(f"{run_id}-{sealed['digest'][:8]}")


def _manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a published run; None where it is missing or damaged."""
    try:
        content: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        return content if content["digest"] == _digest(content) else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _repair(folder: Path, staged: Path, sealed: Mapping[str, Any]) -> None:
    """Make an existing run whole; each file is replaced in one step, the manifest last."""
    bad = [name for name in sealed["outputs"] if not _agrees(folder, name, sealed)]
    for name in bad:
        make_folder((folder / name).parent)
        rename(staged / name, folder / name)
    if bad or _manifest(folder) is None:
        write_durably(folder / MANIFEST, _encoded(sealed), by=staged)
        fsync_tree(folder)
        findings.warn(
            "RUN_REPAIRED", "files of an earlier run were damaged or edited and are replaced",
            where=str(folder), found=", ".join(bad) or MANIFEST, severity="note",
        )  # fmt: skip


def _agrees(folder: Path, name: str, sealed: Mapping[str, Any]) -> bool:
    try:
        return bool(sha256_file(folder / name) == sealed["outputs"][name]["sha256"])
    except OSError:
        return False


def find_run(out: Path, run_id: str, *, verify: bool = False) -> Path | None:
    """Folder of a published run that is whole, which ``latest`` points to then; else None.

    Parameters
    ----------
    out : Path
        Folder of the runs, locked by the caller.
    run_id : str
        Name of the run.
    verify : bool
        Read all its files; else only those touched since the manifest was written, as the file
        system says.
    """
    newest = latest(out)
    others = (out / "runs").glob(f"{run_id}*")
    named = [folder for folder in others if folder.name.partition("-")[0] == run_id]
    for folder in sorted(named, key=lambda folder: (folder != newest, folder.name)):
        if _whole(folder, verify):
            with storing(out):
                _point_latest(out, folder)
            return folder
    return None


def _whole(folder: Path, verify: bool) -> bool:
    content = _manifest(folder)
    if content is None:
        return False
    written = (folder / MANIFEST).stat().st_ctime_ns
    for name, output in content["outputs"].items():
        with suppress(FileNotFoundError):
            status = (folder / name).stat()
            untouched = status.st_ctime_ns <= written and status.st_size == output["bytes"]
            if (untouched and not verify) or _agrees(folder, name, content):
                continue
        return False
    return True


def latest(out: Path) -> Path | None:
    """Folder of the run that was published last; None where there is none."""
    link, text = out / _LATEST, out / _LATEST_TEXT
    if link.is_symlink():
        folder = out / link.readlink()
    elif text.is_file():
        folder = out / text.read_text("utf-8", "replace").strip()
    else:
        return None
    with suppress(OSError, ValueError):  # a name that no folder can have
        return folder if folder.is_dir() else None
    return None


def _point_latest(out: Path, folder: Path) -> None:
    """One step from the earlier run to this one."""
    if latest(out) == folder:
        return
    target = folder.relative_to(out)
    link = out / _STAGING / uuid4().hex
    make_folder(link.parent)
    try:
        faults.step("link", link)
        link.symlink_to(target, target_is_directory=True)
    except (OSError, NotImplementedError) as error:
        if not _without_links(error):
            raise
        text = f"{target.as_posix()}\n".encode()
        write_durably(out / _LATEST_TEXT, text, by=link.parent)
    else:
        _refuse_folder(out / _LATEST)
        rename(link, out / _LATEST)
        remove(out / _LATEST_TEXT)
    fsync(out)


def _without_links(error: OSError | NotImplementedError) -> bool:
    """Whether an error says that the file system has no symbolic links."""
    codes = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
    return isinstance(error, NotImplementedError) or error.errno in codes


def _refuse_folder(path: Path) -> None:
    if path.exists() and not path.is_symlink():
        raise StorageError(
            "PATH_IN_THE_WAY", "something else has the name of the link to the newest run",
            where=str(path), wanted="a link that siting made",
            fix="move it, or choose another folder with --out",
        )  # fmt: skip
