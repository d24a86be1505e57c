"""An object on its way: a folder in tmp/ that one writer at a time claims, and may leave behind."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import BinaryIO
from uuid import uuid4

from siting.store import faults
from siting.store.files import (
    PRIVATE,
    files_below,
    fsync,
    fsync_tree,
    lock_file,
    make_folder,
    remove,
    rename,
    sha256_file,
    storing,
    write_durably,
)

Rows = dict[str, tuple[int, str]]  # file -> (bytes, SHA-256)
TILES = "/c/"  # stands in the name of each file that holds a tile, and in no other
_JOURNAL = ".journal"


class Unfinished:
    """Files of an object that is not complete yet, and a journal of those that are.

    Parameters
    ----------
    folder : Path
        Where the files are.
    journal : file
        Open and locked for as long as this writer lives; one line for each finished file.
    """

    def __init__(self, folder: Path, journal: BinaryIO) -> None:
        self.folder = folder
        self.files: Rows = {}
        self._journal = journal
        self._lock = Lock()

    @property
    def private(self) -> bool:
        """Whether another writer has the key's own folder, so that this one is for one use."""
        return PRIVATE in self.folder.name

    def write(self, name: str, data: bytes) -> None:
        """Put one file into the folder, durably, and note it in the journal."""
        path = self.folder / name
        with storing(path):
            row = len(data), write_durably(path, data)
            with self._lock:
                self.files[name] = row
                self._note({name: row})

    def resume(self, claimed: Mapping[str, tuple[int, str]]) -> None:
        """Keep the tiles that are whole, by the journal or as claimed, and remove all else."""
        rows = {**claimed, **self._noted()}
        present = files_below(self.folder)
        self.files = {
            name: (path.stat().st_size, rows[name][1])
            for name, path in present.items()
            if TILES in name and name in rows and rows[name][1] == sha256_file(path)
        }
        faults.step("truncate", self._journal_path)
        self._journal.truncate(0)
        self._note(self.files)
        for name in present.keys() - self.files.keys():
            remove(present[name])

    def finish(self, place: Path) -> bool:
        """Whether the folder now stands in its place; False where something stands there already.

        Everything in the folder is durable before the one rename; then the rename is.
        """
        fsync_tree(self.folder)
        make_folder(place.parent)
        try:
            rename(self.folder, place)
        except OSError:
            if place.exists():
                return False
            raise
        fsync(place.parent)
        fsync(place.parent.parent)
        return True

    def give_up(self) -> None:
        """Remove the folder: nobody needs it any more."""
        remove(self.folder)

    def leave(self) -> None:
        """End the claim; finished tiles stay, a folder without any goes."""
        if self.private or not any(TILES in name for name in self.files):
            self.give_up()
        if not self.folder.exists():
            remove(self._journal_path)
        with suppress(OSError):  # lines that a full disk did not take
            self._journal.close()

    @property
    def _journal_path(self) -> Path:
        return _journal_of(self.folder)

    def _note(self, rows: Rows) -> None:
        lines = "".join(json.dumps([name, *row]) + "\n" for name, row in rows.items())
        if lines:
            faults.write(self._journal, lines.encode(), self._journal_path)
            self._journal.flush()

    def _noted(self) -> Rows:
        self._journal.seek(0)
        rows: Rows = {}
        for line in self._journal.read().splitlines():
            with suppress(ValueError, TypeError):  # a dead writer's last line may be torn
                name, size, digest = json.loads(line)
                rows[name] = size, digest
        return rows


@contextmanager
def claim(tmp: Path, key: str) -> Iterator[Unfinished]:
    """The unfinished folder of a key, or one of our own where a living writer has it.

    Finished tiles stay behind for the next run; anything else is removed at the end.
    """
    with storing(tmp):
        unfinished = _claimed(tmp, key)
    try:
        yield unfinished
    finally:
        unfinished.leave()


def _claimed(tmp: Path, key: str) -> Unfinished:
    make_folder(tmp)
    folder = tmp / key
    journal = _lock(_journal_of(folder))
    if journal is None:
        folder = _private(tmp, key)
        journal = _lock(_journal_of(folder)) or _journal_of(folder).open("a+b")
    try:
        make_folder(folder)
    except BaseException:
        journal.close()
        raise
    return Unfinished(folder, journal)


@contextmanager
def own_folder(tmp: Path) -> Iterator[Path]:
    """A folder for whatever a run needs while it lasts; of a dead run, the next sweeps it."""
    folder = _private(tmp, "own")
    with storing(tmp):
        make_folder(tmp)
        journal = _lock(_journal_of(folder))
        make_folder(folder)
    try:
        yield folder
    finally:
        remove(folder)
        remove(_journal_of(folder))
        if journal is not None:
            journal.close()


def set_aside(tmp: Path, place: Path) -> None:
    """Take a folder out of sight in one step, then remove it."""
    make_folder(tmp)
    aside = _private(tmp, place.name)
    with suppress(FileNotFoundError):  # another writer was faster
        rename(place, aside)
    remove(aside)


def sweep(tmp: Path) -> None:
    """Remove what dead writers left and nobody will resume."""
    for path in tmp.iterdir() if tmp.is_dir() else ():
        folder = path.with_suffix("")
        if PRIVATE in path.name or not folder.exists():
            _remove_dead(folder)


def abandon(tmp: Path, before: float) -> None:
    """Remove unfinished objects that no living writer has and none worked at since [s]."""
    for path in tmp.glob("*" + _JOURNAL):
        if path.stat().st_mtime < before:
            _remove_dead(path.with_suffix(""))


def _remove_dead(folder: Path) -> None:
    journal = _lock(_journal_of(folder))
    if journal is not None:
        with journal:
            remove(folder)
            remove(_journal_of(folder))


def _private(tmp: Path, key: str) -> Path:
    return tmp / f"{key}{PRIVATE}{uuid4().hex}"


def _journal_of(folder: Path) -> Path:
    return folder.with_name(folder.name + _JOURNAL)


def _lock(journal: Path) -> BinaryIO | None:
    """None where the lock cannot be had: each such writer then works on its own."""
    try:
        return lock_file(journal)
    except OSError:
        return None
