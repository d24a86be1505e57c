"""Files that are whole or not there: hashed, durable, and put in place by one rename."""

import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from siting.errors import SitingError, StorageError
from siting.store import faults

PRIVATE = "~"  # in the names of what nobody will resume: left by a crash, it is swept
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.EISDIR,
    errno.ENAMETOOLONG, errno.ELOOP,
}  # fmt: skip


@contextmanager
def storing(place: Path) -> Iterator[None]:
    """Turn the system's errors inside the ``with`` block into a StorageError with a code.

    Examples
    --------
    >>> with storing(Path("out")):
    ...     raise OSError(errno.ENOSPC, "No space left on device")
    Traceback (most recent call last):
    siting.errors.StorageError: DISK_FULL: no space is left for the results
      where:  out
      found:  No space left on device
      fix:    free some space and run again: finished work is kept
    """
    try:
        yield
    except SitingError:
        raise
    except OSError as error:
        raise _storage_error(error, place) from error


def _storage_error(error: OSError, place: Path) -> StorageError:
    found = error.strerror or str(error)
    if error.errno in _FULL or os.strerror(errno.ENOSPC) in found:  # pyarrow has only the words
        return StorageError(
            "DISK_FULL", "no space is left for the results", where=str(place), found=found,
            fix="free some space and run again: finished work is kept",
        )  # fmt: skip
    if error.errno in _REFUSED:
        return StorageError(
            "NOT_WRITABLE", "the folder cannot be written to", where=str(place), found=found,
            fix="choose another with --out (results) or SITING_STORE (stored values), or change"
            " its permissions",
        )  # fmt: skip
    return StorageError(
        "STORAGE_FAILED", "the disk did not do its work", where=str(place), found=found,
        fix="check the disk and run again: finished work is kept",
    )  # fmt: skip


def write_durably(path: Path, data: bytes, by: Path | None = None) -> str:
    """SHA-256 of the data, once they stand under their name and on the disk.

    A reader sees the old file or the new one, never a part. The folder's own entry is durable
    after `fsync` of the folder.

    Parameters
    ----------
    path : Path
        The file.
    data : bytes
        All its bytes.
    by : Path, optional
        Folder for the file while it is written, where a crash may leave it; by default its own.
    """
    _put(path, data, by or path.parent, durable=True)
    return hashlib.sha256(data).hexdigest()


def write_whole(path: Path, data: bytes, by: Path) -> None:
    """Put data under their name in one step by way of a folder; a power cut may lose them."""
    make_folder(by)
    _put(path, data, by, durable=False)


def _put(path: Path, data: bytes, by: Path, *, durable: bool) -> None:
    unfinished = by / f"{PRIVATE}{uuid4().hex}"
    try:
        with unfinished.open("wb") as stream:
            faults.write(stream, data, path)
            stream.flush()
            if durable:
                faults.step("fsync", path)
                os.fsync(stream.fileno())
        rename(unfinished, path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


def rename(path: Path, target: Path) -> None:
    """Move a file, folder or link in one step; a file or link that was there is replaced."""
    faults.step("rename", target)
    path.replace(target)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, unless they are there."""
    if not path.is_dir():
        faults.step("mkdir", path)
        path.mkdir(parents=True, exist_ok=True)


def remove(path: Path) -> None:
    """Remove a file, or a folder with all in it, as far as it can be done."""
    if not os.path.lexists(path):
        return
    with suppress(OSError):  # another may be at it; what stays is swept by a later run
        faults.step("remove", path)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def fsync(path: Path) -> None:
    """Wait until a file, or the entries of a folder, are on the disk."""
    faults.step("fsync", path)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fsync_tree(folder: Path) -> None:
    """Wait until the entries of a folder and of all folders in it are on the disk."""
    for inner, _, _ in os.walk(folder, topdown=False):
        fsync(Path(inner))


def lock_file(path: Path) -> BinaryIO | None:
    """The file, open and locked until it is closed or its process dies; None where another has it.

    The file may be removed by whoever has the lock: what is locked is what has the name.
    """
    while True:
        faults.step("lock", path)
        stream = _opened_here(path)
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.close()
            return None
        except BaseException:
            stream.close()
            raise
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(stream.fileno()), path.stat()):
                return stream
        stream.close()


def _opened_here(path: Path) -> BinaryIO:
    """The file itself, made where it is not there; never what a link leads to.

    Raises
    ------
    StorageError
        PATH_IN_THE_WAY for a link: following it would empty a file that lies elsewhere.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.fdopen(os.open(path, flags, 0o666), "a+b")
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise link_in_the_way(path) from error


def link_in_the_way(path: Path) -> StorageError:
    """Error for a link where siting makes a file or folder of its own."""
    return StorageError(
        "PATH_IN_THE_WAY", "a link stands where siting writes", where=str(path),
        wanted="a folder that holds nothing but what siting made",
        fix="remove the link, or choose another folder",
    )  # fmt: skip


def sha256_file(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def files_below(folder: Path) -> dict[str, Path]:
    """All files of a folder by their relative name with ``/``, in the order of these names."""
    found = (path for path in folder.rglob("*") if path.is_file())
    named = {path.relative_to(folder).as_posix(): path for path in found}
    return dict(sorted(named.items()))


def default_root() -> Path:
    """Folder of the user's store: ``$SITING_STORE``, else ``siting/store`` in the XDG cache.

    Raises
    ------
    StorageError
        HOME_UNKNOWN where neither says a place, and the user has no home folder.
    """
    return user_folder("SITING_STORE", "store")


def user_folder(variable: str, name: str) -> Path:
    """Folder that an environment variable names, else ``siting/NAME`` in the XDG cache.

    Raises
    ------
    StorageError
        HOME_UNKNOWN where neither says a place, and the user has no home folder.
    """
    if named := os.environ.get(variable):
        return _at_home(named, variable).absolute()
    cache = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not cache.is_absolute():  # relative paths are to be ignored, says the XDG specification
        cache = _at_home("~/.cache", variable)
    return cache / "siting" / name


def _at_home(path: str, variable: str) -> Path:
    """A path with its ``~`` made real; in a container there may be no home to put in its place."""
    with suppress(RuntimeError):
        found = Path(path).expanduser()
        if found.is_absolute() or not path.startswith("~"):
            return found
    raise StorageError(
        "HOME_UNKNOWN", "there is no home folder to keep stored results in", where=path,
        fix=f"set {variable} to a folder for them, by its full path",
    )  # fmt: skip
