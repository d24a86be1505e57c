"""Cells of a raster that were read once, kept in a file for whoever asks for them next.

A raster's values are looked at before any is used, and then put onto the grid tile by tile. What
was decoded for the first is what the second needs: in a file of this machine it is there again
without being decoded, whatever the blocks of the raster are like.
"""

import os
import tempfile
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from siting.errors import StorageError
from siting.store.files import default_root

Load = Callable[[slice, slice], np.ma.MaskedArray[Any, Any]]


class Spool:
    """Stored values of a window of a raster, in files without a name: nobody has to remove them.

    Where the files cannot be written, or are not to be seen (by a worker), the raster itself is
    read again.

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
        self._files: tuple[IO[bytes], IO[bytes]] | None = None  # values, and which are missing
        with suppress(OSError, StorageError):
            place = default_root() / "tmp"
            place.mkdir(parents=True, exist_ok=True)
            self._files = _unnamed(self, place), _unnamed(self, place)

    def __getstate__(self) -> dict[str, Any]:
        """All but the files, which are this process's own."""
        return {**vars(self), "_files": None}

    def add(self, rows: slice, values: NDArray[Any], missing: NDArray[np.bool_]) -> None:
        """Keep the next rows of the window, where there is room for them."""
        if self._files is None or rows.start != self._there:
            return
        try:
            self._dtype = values.dtype
            for file, cells in zip(self._files, (values, missing), strict=True):
                end = file.seek(0, os.SEEK_END)
                if cells is missing and not missing.any():  # a hole takes no room
                    file.truncate(end + missing.size)
                else:
                    file.write(np.ascontiguousarray(cells).data)
                file.flush()
            self._there = rows.stop
        except OSError:
            self._files = None

    def load(self, rows: slice, columns: slice) -> np.ma.MaskedArray[Any, Any]:
        """Stored values of a part of the raster, from the file where they are in it."""
        inside = rows.start >= self._rows.start and rows.stop <= self._there
        inside &= columns.start >= self._columns.start and columns.stop <= self._columns.stop
        if not inside or self._files is None or self._dtype is None:
            return self._load(rows, columns)
        try:
            values = self._part(self._files[0], self._dtype, rows, columns)
            missing = self._part(self._files[1], np.dtype(bool), rows, columns)
        except OSError:
            return self._load(rows, columns)
        found: np.ma.MaskedArray[Any, Any] = np.ma.MaskedArray(values, missing)
        return found

    def _part(
        self, file: IO[bytes], dtype: np.dtype[Any], rows: slice, columns: slice
    ) -> NDArray[Any]:
        """A copy, so that no page of the file stays in the memory of this process."""
        shape = self._there - self._rows.start, self._columns.stop - self._columns.start
        first, left = self._rows.start, self._columns.start
        whole: NDArray[Any] = np.memmap(file, dtype, "r", shape=shape)
        return np.array(
            whole[
                rows.start - first : rows.stop - first, columns.start - left : columns.stop - left
            ]
        )


def _unnamed(owner: Spool, place: Path) -> IO[bytes]:
    """A file that is gone with its owner, or with the process, however that ends."""
    file: IO[bytes] = tempfile.TemporaryFile(dir=place)  # noqa: SIM115  (closed with its owner)
    weakref.finalize(owner, _closed, file)
    return file


def _closed(file: IO[bytes]) -> None:
    with suppress(OSError):  # what a full disk did not take is wanted by nobody
        file.close()
