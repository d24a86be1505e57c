"""Files of one layout that follow each other in time, as one hindcast."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np

from siting.errors import InputError
from siting.io.formats import check_beside, local_file
from siting.io.hindcast_store import Cells, Floats, Read, Store
from siting.io.time_axis import CIVIL_YEAR, TimeAxis

ENDINGS = frozenset({".nc", ".nc4", ".h5", ".hdf5", ".grib", ".grib1", ".grib2", ".grb", ".grb2"})
MOST = 2_000  # files of a folder
_APART = 1e-4  # between the same cells of two files [degree]


def open_years(folder: Path, opened: Callable[[Path], Store]) -> Store:
    """All files of a folder as one hindcast, in the order of their times.

    Parameters
    ----------
    folder : Path
        The folder; files of other endings are no part of it.
    opened : callable
        Opens one of them.

    Raises
    ------
    InputError
        FILE_MISSING, TOO_LARGE, PATH_OUTSIDE_DATA, GRID_MISMATCH, TIME_MISMATCH, and whatever is
        wrong with one of them.
    """
    files = sorted(
        each for each in folder.iterdir() if each.suffix.lower() in ENDINGS and each.is_file()
    )
    if not 0 < len(files) <= MOST:
        raise InputError(
            "TOO_LARGE" if files else "FILE_MISSING",
            "the folder holds too many files" if files else "the folder holds no hindcast",
            where=str(folder),
            found=f"{len(files):,} files" if files else "",
            wanted=f"1 to {MOST:,} files that end in {', '.join(sorted(ENDINGS))}",
            fix="name the folder that holds the files of one hindcast, and nothing else",
        )
    for each in files:
        check_beside(folder / "_", each)
    parts = sorted(
        map(opened, map(local_file, files)), key=lambda part: float(part.axis.seconds.min())
    )
    first = parts[0]
    for part in parts[1:]:
        _check_alike(first, part)
    seconds = np.concatenate([_rising(part.axis.seconds, part.path) for part in parts])
    axis = TimeAxis(f"{folder}: time", seconds, CIVIL_YEAR)
    return Store(folder, first.layout, first.cells, axis, first.variables, first.shape,
                 partial(_reader, parts), first.sites)  # fmt: skip


def _rising(seconds: Floats, path: Path) -> Floats:
    if seconds.size > 1 and seconds[0] > seconds[-1]:
        raise InputError(
            "TIME_NOT_MONOTONIC",
            "the steps of one of several files run back",
            where=str(path),
            wanted="steps that run on, from file to file",
            fix="turn the file round along its dimension of time",
        )
    return seconds


def _check_alike(first: Store, part: Store) -> None:
    """Refuse files of other cells, quantities or calendars than the first."""
    where = str(part.path)
    if not _same(first.cells, part.cells):
        raise InputError(
            "GRID_MISMATCH", "two files of one folder lie on different cells", where=where,
            found=f"{part.cells.shape[0]} x {part.cells.shape[1]} cells",
            wanted=f"the {first.cells.shape[0]} x {first.cells.shape[1]} of {first.path.name}",
            fix="put the files of one grid into one folder",
        )  # fmt: skip
    shifts, others = (
        {name: each.shift for name, each in store.variables.items()} for store in (first, part)
    )
    if shifts != others or abs(part.axis.year - first.axis.year) > 0:
        raise InputError(
            "TIME_MISMATCH", "two files of one folder hold other quantities or steps", where=where,
            found=", ".join(sorted(others)),
            wanted=f"{', '.join(sorted(shifts))}, in steps as those of {first.path.name}",
            fix="put files that follow each other into one folder, others into another",
        )  # fmt: skip


def _same(one: Cells, other: Cells) -> bool:
    return one.shape == other.shape and all(
        np.allclose(a, b, rtol=0, atol=_APART)
        for a, b in ((one.longitude, other.longitude), (one.latitude, other.latitude))
    )


@contextmanager
def _reader(parts: list[Store]) -> Iterator[Read]:
    starts = np.cumsum([0, *(part.axis.seconds.size for part in parts)]).tolist()
    with ExitStack() as stack:
        readers: dict[int, Read] = {}

        def read(quantity: str, steps: slice, rows: slice, columns: slice) -> Floats:
            found = []
            for number, (start, stop) in enumerate(pairwise(starts)):
                begin, end = max(steps.start, start), min(steps.stop, stop)
                if begin >= end:
                    continue
                if number not in readers:
                    readers[number] = stack.enter_context(parts[number].reader())
                part = slice(begin - start, end - start)
                found.append(readers[number](quantity, part, rows, columns))
            return np.concatenate(found)

        yield read
