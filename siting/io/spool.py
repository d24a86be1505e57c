"""Cells of a raster that were read once, kept in a file for whoever asks for them next.

A raster's values are looked at before any is used, and then put onto the grid tile by tile. What
was decoded for the first is what the second needs: in a file of this machine it is there again
without being decoded, whatever the blocks of the raster are like.
"""

import tempfile
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.errors import StorageError
from siting.store.files import default_root

Load = Callable[[slice, slice], np.ma.MaskedArray[Any, Any]]


def _removed(folder: Path) -> None:
    """Take away a folder with what a spool may have put there."""
    with suppress(OSError):
        for name in ("values", "missing"):
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()


class Spool:
    """Stored values of a window of a raster, in a file that goes with the last user.

    Where the file cannot be written, or is not to be seen (by a worker on another machine), the
    raster itself is read again.

    Parameters
    ----------
    load : callable
        ``load(rows, columns)`` of the raster.
    rows, columns : slice
        The window.

    Examples
    --------
    >>> cells = np.ma.masked_equal(np.arange(12.0).reshape(3, 4), 6)
    >>> spool = Spool(lambda rows, columns: cells[rows, columns], slice(0, 3), slice(0, 4))
    >>> spool.add(slice(0, 3), np.ma.getdata(cells), np.ma.getmaskarray(cells))
    >>> spool.load(slice(1, 2), slice(1, 4)).tolist()
    [[5.0, None, 7.0]]
    """

    def __init__(self, load: Load, rows: slice, columns: slice) -> None:
        self._load, self._rows, self._columns = load, rows, columns
        self._dtype: np.dtype[Any] | None = None
        self._there = rows.start  # rows before this one are in the file
        self._folder: str | None = None
        with suppress(OSError, StorageError):
            place = default_root() / "tmp"
            place.mkdir(parents=True, exist_ok=True)
            self._folder = tempfile.mkdtemp(prefix="cells-", dir=place)
            self._remove: Any = weakref.finalize(self, _removed, Path(self._folder))

    def __getstate__(self) -> dict[str, Any]:
        """All but the task of removing the file, which stays with whoever wrote it."""
        return {name: each for name, each in vars(self).items() if name != "_remove"}

    def add(self, rows: slice, values: NDArray[Any], missing: NDArray[np.bool_]) -> None:
        """Keep the next rows of the window, where there is room for them."""
        if self._folder is None or rows.start != self._there:
            return
        try:
            self._dtype = values.dtype
            with Path(self._folder, "values").open("ab") as file:
                file.write(np.ascontiguousarray(values).data)
            with Path(self._folder, "missing").open("ab") as file:
                if missing.any():
                    file.write(np.ascontiguousarray(missing).data)
                else:  # a hole takes no room
                    file.truncate(file.tell() + missing.size)
            self._there = rows.stop
        except OSError:
            self._forget()

    def _forget(self) -> None:
        self._folder = None
        self._remove()

    def load(self, rows: slice, columns: slice) -> np.ma.MaskedArray[Any, Any]:
        """Stored values of a part of the raster, from the file where they are in it."""
        inside = rows.start >= self._rows.start and rows.stop <= self._there
        inside &= columns.start >= self._columns.start and columns.stop <= self._columns.stop
        if not inside or self._folder is None or self._dtype is None:
            return self._load(rows, columns)
        try:
            values = self._part("values", self._dtype, rows, columns)
            missing = self._part("missing", np.dtype(bool), rows, columns)
        except OSError:
            return self._load(rows, columns)
        found: np.ma.MaskedArray[Any, Any] = np.ma.MaskedArray(values, missing)
        return found

    def _part(self, name: str, dtype: np.dtype[Any], rows: slice, columns: slice) -> NDArray[Any]:
        """A copy, so that no page of the file stays in the memory of this process."""
        shape = self._there - self._rows.start, self._columns.stop - self._columns.start
        first, left = self._rows.start, self._columns.start
        whole = np.memmap(Path(self._folder or "", name), dtype, "r", shape=shape)
        return np.array(
            whole[
                rows.start - first : rows.stop - first, columns.start - left : columns.stop - left
            ]
        )
