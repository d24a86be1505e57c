"""Room on the disk, looked at before work begins."""

import errno
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from siting.errors import StorageError
from siting.store.files import storing

_LITTLE = 16 * 1024**2  # what a library may want at once [byte]


def require_space(folder: Path, needed: int) -> None:
    """Nothing where the file system of a folder has room for so many bytes; else an error.

    Parameters
    ----------
    folder : Path
        Where the files will be; it need not be there yet.
    needed : int
        Size of the files [byte].

    Raises
    ------
    StorageError
        DISK_SPACE_LOW where less is free; NOT_WRITABLE where a file stands in the way.

    Examples
    --------
    >>> require_space(Path("not/there/yet"), 1)
    >>> require_space(Path("not/there/yet"), 10**24)
    Traceback (most recent call last):
    siting.errors.StorageError: DISK_SPACE_LOW: the disk has no room for what the run will write
    ...
    """
    require_spaces({folder: needed})


def require_spaces(needed: Mapping[Path, int]) -> None:
    """Nothing where each folder's file system has room; folders on the same one add up.

    Raises
    ------
    StorageError
        DISK_SPACE_LOW where less is free; NOT_WRITABLE where a file stands in the way.
    """
    shares: dict[int, list[Path]] = {}
    for folder in needed:
        with storing(folder):
            shares.setdefault(_existing(folder).stat().st_dev, []).append(folder)
    for folders in shares.values():
        _require(folders, sum(needed[folder] for folder in folders))


def nearly_full(folder: Path, written: int) -> bool:
    """Whether a disk has hardly more room than what was just written there [byte].

    Libraries tell a full disk in words of their own, or as another mistake that follows from it;
    some remove what they had written when they fail.
    """
    with suppress(OSError):
        disk = shutil.disk_usage(folder)
        return disk.total > 0 and disk.free < written + _LITTLE
    return False


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    place = folder.absolute()
    while not os.path.lexists(place):
        place = place.parent
    if not place.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    return place


def _require(folders: list[Path], needed: int) -> None:
    with storing(folders[0]):
        disk = shutil.disk_usage(_existing(folders[0]))
    if disk.total == 0 or disk.free >= needed:  # some network file systems do not tell: 0 of 0
        return
    raise StorageError(
        "DISK_SPACE_LOW", "the disk has no room for what the run will write",
        where=" and ".join(map(str, folders)),
        found=f"{_size(disk.free)} free", wanted=_size(needed),
        fix="free some space (`siting gc` clears the store), choose another folder with --out or"
        " SITING_STORE, or a coarser resolution",
    )  # fmt: skip


def _size(count: int) -> str:
    """Bytes as people read them.

    Examples
    --------
    >>> _size(999), _size(2_500_000), _size(3 * 10**12)
    ('999 byte', '2.5 MB', '3000.0 GB')
    """
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= scale:
            return f"{count / scale:.1f} {unit}"
    return f"{count} byte"
