"""Digests of files, remembered for as long as the file system says that nothing changed."""

import hashlib
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from siting.errors import InputError
from siting.store import sealed
from siting.store.digest import object_key
from siting.store.files import files_below, make_folder, remove, write_whole

# A file changed twice within one tick of its clock looks unchanged, so digests of files that were
# changed a moment ago are not remembered. The coarsest file systems tick in two seconds. [ns]
SETTLING = 2_000_000_000
_SHAPEFILE = {".shp", ".shx", ".dbf", ".prj", ".cpg"}
_ATTEMPTS = 3


def members(path: Path) -> dict[str, Path]:
    """The files that together are one input: a file, a folder's files, a shapefile's parts.

    Raises
    ------
    InputError
        Where there is nothing.
    """
    if path.is_dir():
        return files_below(path)
    if not path.is_file():
        raise InputError("FILE_MISSING", "there is no such file", where=str(path))
    if path.suffix.lower() == ".shp":
        beside = (each for each in path.parent.iterdir() if each.stem == path.stem)
        return {each.name: each for each in sorted(beside) if each.suffix.lower() in _SHAPEFILE}
    return {path.name: path}


class Seen:
    """A folder that remembers the SHA-256 of files by device, inode, size, mtime and ctime.

    An edit that restores size and time stamp still moves ctime, and is noticed.

    Parameters
    ----------
    folder : Path
        Where to keep what was seen; losing it costs hashing, nothing else.
    tmp : Path
        Folder for files on their way.
    """

    def __init__(self, folder: Path, tmp: Path) -> None:
        self._folder = folder
        self._tmp = tmp

    def digests(
        self, name: str, files: Mapping[str, Path], *, verify: bool = False, settling: int = 0
    ) -> dict[str, str]:
        """SHA-256 of each file; only files that are new or changed are read.

        Parameters
        ----------
        name : str
            Under which name to remember these files together.
        files : mapping of str to Path
            The files by label.
        verify : bool
            Read all the files, whatever is remembered.
        settling : int
            Files changed less than so long ago are not remembered [ns].
        """
        known = {} if verify else self._load(name)
        now = time.time_ns()
        rows: dict[str, list[Any]] = {}
        for label, path in files.items():
            row = known.get(label)
            if row is None or row[:-1] != _fingerprint(path.stat()):
                row = _hash_steadily(path)
            rows[label] = row
        settled = {label: row for label, row in rows.items() if max(row[3:5]) <= now - settling}
        if settled != known:
            self._save(name, settled)
        return {label: row[-1] for label, row in rows.items()}

    def forget(self, name: str) -> None:
        """Remember nothing of these files."""
        remove(self._place(name))

    def _place(self, name: str) -> Path:
        return self._folder / hashlib.sha256(name.encode()).hexdigest()

    def _load(self, name: str) -> dict[str, list[Any]]:
        try:
            return sealed.decode(self._place(name).read_bytes()) or {}
        except OSError:
            return {}

    def _save(self, name: str, rows: Mapping[str, list[Any]]) -> None:
        with suppress(OSError):  # costs hashing next time; where it matters, writing results fails
            make_folder(self._folder)
            write_whole(self._place(name), sealed.encode(rows), self._tmp)


def input_digest(seen: Seen, path: Path, *, verify: bool = False, settling: int = SETTLING) -> str:
    """SHA-256 of an input: of a file, or of all files of a folder or shapefile together.

    Raises
    ------
    InputError
        Where the input is missing, or changes while it is read.
    """
    path = Path(path).absolute()
    files = members(path)
    digests = seen.digests(str(path), files, verify=verify, settling=settling)
    return digests[path.name] if list(digests) == [path.name] else object_key(digests)


def _fingerprint(status: os.stat_result) -> list[int]:
    return [
        status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
    ]  # fmt: skip


def _hash_steadily(path: Path) -> list[Any]:
    """Fingerprint and SHA-256 of a file that stayed the same while it was read."""
    for _ in range(_ATTEMPTS):
        with path.open("rb") as stream:
            before = _fingerprint(os.fstat(stream.fileno()))
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            if _fingerprint(os.fstat(stream.fileno())) == before:
                return [*before, digest]
    raise InputError(
        "INPUT_CHANGED", "the file changes while it is read", where=str(path),
        fix="run again when nothing writes to it",
    )  # fmt: skip
