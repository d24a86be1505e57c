"""Files that are whole or not there: hashed, durable, and put in place by one rename."""

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from siting.errors import SitingError, StorageError

_FULL = {errno.ENOSPC, errno.EDQUOT}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST}


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
    if error.errno in _FULL:
        return StorageError(
            "DISK_FULL", "no space is left for the results", where=str(place), found=found,
            fix="free some space and run again: finished work is kept",
        )  # fmt: skip
    if error.errno in _REFUSED:
        return StorageError(
            "NOT_WRITABLE", "the folder cannot be written to", where=str(place), found=found,
            fix="choose another folder, or change its permissions",
        )  # fmt: skip
    return StorageError(
        "STORAGE_FAILED", "the disk did not do its work", where=str(place), found=found,
        fix="check the disk and run again: finished work is kept",
    )  # fmt: skip


def write_durably(path: Path, data: bytes) -> str:
    """SHA-256 of the data, once they stand under their name and on the disk.

    A reader sees the old file or the new one, never a part. The folder's own entry is durable
    after `fsync` of the folder.
    """
    _put(path, data, durable=True)
    return hashlib.sha256(data).hexdigest()


def write_whole(path: Path, data: bytes) -> None:
    """Put data under their name in one step; a power cut may lose them."""
    _put(path, data, durable=False)


def _put(path: Path, data: bytes, *, durable: bool) -> None:
    unfinished = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with unfinished.open("wb") as stream:
            stream.write(data)
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


def fsync(path: Path) -> None:
    """Wait until a file, or the entries of a folder, are on the disk."""
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
        stream = path.open("a+b")
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
    """Folder of the user's store: ``$SITING_STORE``, else ``siting/store`` in the XDG cache."""
    if named := os.environ.get("SITING_STORE"):
        return Path(named).expanduser().absolute()
    cache = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not cache.is_absolute():  # relative paths are to be ignored, says the XDG specification
        cache = Path.home() / ".cache"
    return cache / "siting" / "store"
