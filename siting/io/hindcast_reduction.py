"""Reductions of all hours of a hindcast in one pass over its file.

Nothing of a file is held but the part that is being reduced: parts are whole stored chunks, read
once each and in the order that they are stored in.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from siting.errors import InputError
from siting.io.hindcast_evidence import Evidence
from siting.io.hindcast_part import HindcastPart
from siting.io.hindcast_store import Read
from siting.io.quantities import quantities
from siting.kernels.series_reduction import Calendar, Reducer, Totals

PART_BYTES = 24 << 20  # of the values of one quantity that are held at once
MAX_RESULT = 2 << 30  # bytes of all results together


def reduced(hindcast: HindcastPart, reducers: Mapping[str, Reducer]) -> dict[str, xr.DataArray]:
    """Reductions of all hours by the names of their results, (…, cell).

    Raises
    ------
    InputError
        VARIABLE_MISSING, TOO_LARGE, LAYER_EMPTY, TIME_ACCUMULATED, FILE_CORRUPT.
    """
    needed = tuple(dict.fromkeys(q for each in reducers.values() for q in each.quantities))
    check_holds(hindcast, needed)
    calendars = {name: hindcast.calendar(each.quantities[0]) for name, each in reducers.items()}
    results = _empty(hindcast, reducers, calendars)
    evidence = {name: Evidence(hindcast.axis.seconds.size) for name in needed}
    with hindcast.store.reader() as read:
        for rows, columns in _tiles(hindcast):
            totals = _totals(hindcast, read, rows, columns, reducers, calendars, evidence)
            place = _place(hindcast, rows, columns)
            for name, each in reducers.items():
                results[name][..., place] = each.result(totals[name], calendars[name])
    report(hindcast, evidence)
    return {
        name: _array(hindcast, results[name], each, calendars[name])
        for name, each in reducers.items()
    }


def check_holds(hindcast: HindcastPart, wanted: tuple[str, ...]) -> None:
    """Refuse a hindcast that lacks a quantity.

    Raises
    ------
    InputError
        VARIABLE_MISSING.
    """
    if lacking := [name for name in wanted if name not in hindcast.quantities]:
        raise InputError(
            "VARIABLE_MISSING",
            f"the hindcast does not hold {lacking[0]}",
            where=str(hindcast.path),
            found=", ".join(hindcast.quantities),
            wanted=", ".join(wanted),
            fix="name its variable under `quantities:`, or bring a file that holds it",
        )


def report(hindcast: HindcastPart, evidence: Mapping[str, Evidence]) -> None:
    """Report what a person should know of the values of each quantity."""
    for name, each in evidence.items():
        where = f"{hindcast.path}: {hindcast.store.variables[name].name}"
        each.report(hindcast.axis, name, where)


def depths(hindcast: HindcastPart, cells: int) -> Iterator[slice]:
    """Steps that are read at once of so many cells: whole chunks of the file."""
    chunk = hindcast.store.shape.chunks[0]
    depth = max(chunk, PART_BYTES // (cells * 8) // chunk * chunk)
    for k in _over(hindcast.steps, depth):
        yield _part(hindcast.steps, k, depth)


def _tiles(hindcast: HindcastPart) -> Iterator[tuple[slice, slice]]:
    """Parts of the map that are reduced one after the other: whole chunks of the file."""
    height, width = hindcast.store.shape.tile()
    for i, j in product(_over(hindcast.rows, height), _over(hindcast.columns, width)):
        yield _part(hindcast.rows, i, height), _part(hindcast.columns, j, width)


def _totals(
    hindcast: HindcastPart,
    read: Read,
    rows: slice,
    columns: slice,
    reducers: Mapping[str, Reducer],
    calendars: Mapping[str, Calendar],
    evidence: Mapping[str, Evidence],
) -> dict[str, Totals]:
    """Totals of one part of the map."""
    cells = (rows.stop - rows.start) * (columns.stop - columns.start)
    totals = {name: each.totals(calendars[name], cells) for name, each in reducers.items()}
    for each in evidence.values():
        each.begin(cells)
    for steps in depths(hindcast, cells):
        blocks = {
            name: np.ascontiguousarray(read(name, steps, rows, columns).reshape(-1, cells))
            for name in evidence
        }
        part = slice(steps.start - hindcast.steps.start, steps.stop - hindcast.steps.start)
        for name, block in blocks.items():
            evidence[name].see(part, block)
        for name, reducer in reducers.items():
            values = [blocks[quantity] for quantity in reducer.quantities]
            reducer.add(totals[name], calendars[name].part(part), *values)
    for each in evidence.values():
        each.end()
    return totals


def _place(hindcast: HindcastPart, rows: slice, columns: slice) -> NDArray[np.int64]:
    """Numbers of the cells of a part."""
    width = hindcast.cells.shape[1]
    i = np.arange(rows.start, rows.stop) - hindcast.rows.start
    j = np.arange(columns.start, columns.stop) - hindcast.columns.start
    return np.asarray((i[:, None] * width + j).ravel())


def _empty(
    hindcast: HindcastPart, reducers: Mapping[str, Reducer], calendars: Mapping[str, Calendar]
) -> dict[str, NDArray[Any]]:
    """Arrays for the results, once they are known to fit."""
    cells = int(np.prod(hindcast.cells.shape))
    kinds = {
        name: each.result(each.totals(calendars[name], 1), calendars[name])
        for name, each in reducers.items()
    }
    size = sum(kind.nbytes for kind in kinds.values()) * cells
    if size > MAX_RESULT:
        raise InputError(
            "TOO_LARGE",
            "the results of all cells do not fit into memory",
            where=str(hindcast.path),
            found=f"{size / 2**30:,.1f} GiB for {cells:,} cells",
            wanted=f"at most {MAX_RESULT >> 30} GiB",
            fix="take a smaller part of the map, or fewer and coarser classes",
        )
    return {
        name: np.zeros((*kind.shape[:-1], cells), dtype=kind.dtype) for name, kind in kinds.items()
    }


def _array(
    hindcast: HindcastPart, values: NDArray[Any], reducer: Reducer, calendar: Calendar
) -> xr.DataArray:
    leading = reducer.coordinates(calendar)
    return xr.DataArray(
        values,
        dims=(*leading, "cell"),
        coords={
            **leading,
            "longitude": ("cell", hindcast.cells.longitude.ravel()),
            "latitude": ("cell", hindcast.cells.latitude.ravel()),
        },
        attrs={"units": reducer.units or quantities()[reducer.quantities[0]].units},
    )


def _over(part: slice, size: int) -> range:
    return range(part.start // size, -(-part.stop // size))


def _part(whole: slice, number: int, size: int) -> slice:
    return slice(max(whole.start, number * size), min(whole.stop, (number + 1) * size))
