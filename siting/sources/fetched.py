"""Copies of files from the network: brought once, whole or not there, known by their content.

::

    <store>/fetched/<key of SHA-256 and name>/<name>    a file, or a Zarr folder
    <store>/fetched/known/<key of the address>          version and SHA-256 of the last copy
"""

import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple

from siting.errors import InputError, StorageError
from siting.io import buckets
from siting.io.fetching import Remote, failed
from siting.sources.addresses import BUCKETS, Address, is_safe
from siting.sources.integrity import content_digest
from siting.store import default_root, faults, object_key, require_space
from siting.store.files import fsync, fsync_tree, make_folder, rename, storing, write_whole
from siting.store.sealed import decode, encode
from siting.store.seen import SETTLING, Seen, members
from siting.store.unfinished import own_folder, set_aside

LARGEST = 200 * 10**9  # bytes of one source
_AT_ONCE = 8  # objects of a folder that are under way
_FOLDER = "fetched"


class Copy(NamedTuple):
    """A copy in the store; ``reason`` says why the network was not asked whether it is current."""

    path: Path
    sha256: str
    reason: str = ""


def brought(address: Address, sha256: str | None, where: str) -> Copy:
    """The copy of a file or Zarr folder, brought from the network where it is not here yet.

    Parameters
    ----------
    address : Address
        Where it lies.
    sha256 : str, optional
        What the pipeline file vouches for. A copy with it is used without asking the network.
    where : str
        Place in the pipeline file, for messages.

    Raises
    ------
    InputError
        CHECKSUM_MISMATCH, FILE_MISSING, REMOTE_NOT_ALLOWED, TOO_LARGE.
    StorageError
        REMOTE_FAILED where the network fails and there is no copy; REMOTE_FORBIDDEN,
        DISK_SPACE_LOW.
    """
    known = {} if sha256 else _known(address)
    digest = sha256 or known.get("sha256")
    here = _whole(address.name, digest) if digest else None
    if sha256 and here is not None:
        return Copy(here, sha256)
    try:
        with closing(_opened(address)) as remote:
            told = {name: list(each) for name, each in sorted(remote.versions.items())}
            current = all(each.tells for each in remote.versions.values())
            if here is not None and digest and current and known.get("versions") == told:
                return Copy(here, digest)
            found = _fetched(address, remote, sha256, where)
    except StorageError as error:
        if error.code != "REMOTE_FAILED" or here is None or not digest:
            raise
        return Copy(here, digest, error.found)
    if not sha256:
        _remember(address, {"versions": told, "sha256": found.sha256})
    return found


def _opened(address: Address) -> Remote:
    """The file, asked for and not read yet."""
    if address.scheme in BUCKETS:
        store = buckets.bucket(address.scheme, address.host, str(address))
        return buckets.Objects(str(address), store, address.path, folder=address.is_folder)
    from siting.io.web import WebFile

    return WebFile(str(address), address.name)


def _fetched(address: Address, remote: Remote, sha256: str | None, where: str) -> Copy:
    """A new copy: streamed to a name that nobody reads, looked at, put in place by one rename."""
    _check_names_and_room(address, remote, where)
    root = default_root()
    with storing(root), own_folder(root / "tmp") as folder:
        unfinished = folder / address.name
        digests = _written(address, remote, unfinished)
        found = content_digest(digests, folder=address.is_folder)
        if sha256 and found != sha256:
            raise InputError(
                "CHECKSUM_MISMATCH", "the file is not the one that is named", where=where,
                found=f"{found}  {address}", wanted=sha256,
                fix="find out whether the file was changed; correct the address or the checksum",
            )  # fmt: skip
        place = _place(address.name, found)
        make_folder(place.parent.parent)
        fsync_tree(folder)
        with suppress(OSError):  # another run was faster, with the same bytes
            rename(folder, place.parent)
            fsync(place.parent.parent)
    if _whole(address.name, found) is None:
        raise failed(str(address), "the copy is not as it was written")
    return Copy(place, found)


def _check_names_and_room(address: Address, remote: Remote, where: str) -> None:
    """Refuse what would leave the folder, and what is too large, before a byte is written."""
    strange = [name for name in remote.versions if not is_safe(name)]
    if strange:
        raise InputError(
            "REMOTE_NOT_ALLOWED", "an object's name leads out of its folder", where=where,
            found=ascii(strange[0]), fix="bring the folder to this machine, and look at it",
        )  # fmt: skip
    size = sum(each.size for each in remote.versions.values())
    if size > LARGEST:
        raise InputError(
            "TOO_LARGE", "the file is too large to be brought", where=where,
            found=f"{size / 1e9:.1f} GB", wanted=f"at most {LARGEST / 1e9:g} GB",
            fix="cut it to the region first",
        )  # fmt: skip
    require_space(default_root(), size)


def _written(address: Address, remote: Remote, path: Path) -> dict[str, str]:
    """SHA-256 of each file by name, once all of them are written."""
    places = {name: path / name if address.is_folder else path for name in remote.versions}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        jobs = {
            name: pool.submit(_stream, address, remote, name, place)
            for name, place in places.items()
        }
        try:
            return {name: job.result() for name, job in sorted(jobs.items())}
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _stream(address: Address, remote: Remote, name: str, path: Path) -> str:
    """SHA-256 of one file, once all its bytes are on the disk."""
    wanted, written, digest = remote.versions[name].size, 0, hashlib.sha256()
    with storing(path):
        make_folder(path.parent)
        with path.open("wb") as stream:
            for chunk in remote.chunks(name):
                written += len(chunk)
                if written > wanted:
                    break
                digest.update(chunk)
                faults.write(stream, chunk, path)
        fsync(path)
    if written != wanted:
        found = f"{written:,} of {wanted:,} byte" if written < wanted else "more than was told"
        raise failed(str(address), f"{found} came")
    return digest.hexdigest()


def _place(name: str, sha256: str) -> Path:
    return default_root() / _FOLDER / object_key({"sha256": sha256, "name": name}) / name


def _whole(name: str, sha256: str) -> Path | None:
    """The copy of that content; None where it is not here. A damaged one is taken away."""
    path = _place(name, sha256)
    if not path.exists():
        return None
    root = default_root()
    seen = Seen(root / "seen", root / "tmp")
    files = members(path)
    digests = seen.digests(str(path), files, settling=SETTLING)
    if content_digest(digests, folder=path.is_dir()) == sha256:
        return path
    set_aside(root / "tmp", path.parent)
    return None


def _record(address: Address) -> Path:
    name = object_key({"address": str(address), "place": buckets.place()})
    return default_root() / _FOLDER / "known" / name


def _known(address: Address) -> Mapping[str, Any]:
    """What is noted of the last copy from an address."""
    with suppress(OSError):
        return decode(_record(address).read_bytes()) or {}
    return {}


def _remember(address: Address, row: Mapping[str, Any]) -> None:
    with storing(default_root()):
        make_folder(_record(address).parent)
        write_whole(_record(address), encode(row), default_root() / "tmp")
