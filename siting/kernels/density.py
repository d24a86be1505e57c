"""Numbers of events within a true distance of each cell."""

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.geodesy import chord, ecef
from siting.kernels.cell_blocks import SIDE, box, boxes
from siting.projection import Floats

Integers = NDArray[np.int64]

_PATCH = 8 * SIDE  # rows and columns of cells that share one look at the events of a tile


def events_within(
    longitude: ArrayLike,
    latitude: ArrayLike,
    event_longitude: ArrayLike,
    event_latitude: ArrayLike,
    radius: float,
    weights: ArrayLike | None = None,
) -> Floats:
    """Number, or summed weight, of the events within a radius of each cell.

    Parameters
    ----------
    longitude, latitude : array-like of shape (rows, columns)
        Cell centres [degree], neighbours in the arrays being neighbours on the ground.
    event_longitude, event_latitude : array-like of shape (n,)
        Events [degree]; there may be none.
    radius : float
        Distance over the ground [m].
    weights : array-like of shape (n,), optional
        What each event counts; 1 each by default.

    Returns
    -------
    numpy.ndarray of shape (rows, columns)
        Numbers of events; NaN for a cell without a position.

    Raises
    ------
    ValueError
        Where the radius is not greater than 0, or an event has no finite coordinates.

    Notes
    -----
    Patches of cells leave out the events beyond their reach, small blocks within them more; each
    cell is compared with those that remain, in the order of the events, so that tiles of any size
    give the same bytes. Distances go through the earth and are right across the dateline.

    Examples
    --------
    >>> events_within([[0.0, 1.0]], [[0.0, 0.0]], [0.0, -0.5], [0.0, 0.0], 120_000.0).tolist()
    [[2.0, 1.0]]
    """
    if not radius > 0:
        raise ValueError(f"radius must be greater than 0 m (got {radius})")
    events = ecef(event_longitude, event_latitude).reshape(-1, 3)
    if not np.isfinite(events).all():
        raise ValueError("events need finite coordinates")
    share = np.ones(len(events)) if weights is None else np.array(weights, dtype=np.float64)
    cells = np.ascontiguousarray(ecef(longitude, latitude))
    return _sums(cells, np.ascontiguousarray(events.T), share, float(chord(radius)))


@numba.njit(cache=True, nogil=True)
def _sums(cells: Floats, events: Floats, weights: Floats, reach: float) -> Floats:
    """Summed weight of the events within reach of each cell, NaN without a position."""
    rows, columns = cells.shape[:2]
    sums = np.full((rows, columns), np.nan)
    low, high = boxes(cells)
    every = np.arange(events.shape[1])
    here = _in_reach(events, every, *box(low, high, 0, 0, max(rows, columns) + SIDE), reach)
    for i in range(0, rows, _PATCH):
        for j in range(0, columns, _PATCH):
            near = _in_reach(events, here, *box(low, high, i, j, _PATCH), reach)
            for row in range(i, min(i + _PATCH, rows), SIDE):
                for column in range(j, min(j + _PATCH, columns), SIDE):
                    nearer = _in_reach(events, near, *box(low, high, row, column, SIDE), reach)
                    _add(events, weights, nearer, cells, row, column, reach, sums)
    return sums


@numba.njit(cache=True, nogil=True)
def _in_reach(
    events: Floats, among: Integers, middle: Floats, half: Floats, reach: float
) -> Integers:
    """The events that may be within reach of some point of a box."""
    found = np.empty(len(among), dtype=np.int64)
    limit = (reach * (1 + 1e-9) + 1e-3) ** 2  # beyond all rounding
    a, b, c = middle
    f, g, h = half
    count = 0
    for k in among:
        u = max(abs(events[0, k] - a) - f, 0.0)
        v = max(abs(events[1, k] - b) - g, 0.0)
        w = max(abs(events[2, k] - c) - h, 0.0)
        found[count] = k
        count += u * u + v * v + w * w <= limit
    return found[:count]


@numba.njit(cache=True, nogil=True)
def _add(
    events: Floats, weights: Floats, near: Integers, cells: Floats, i: int, j: int, reach: float,
    sums: Floats,
) -> None:  # fmt: skip
    """Sums of a smallest block of cells."""
    rows, columns = min(SIDE, cells.shape[0] - i), min(SIDE, cells.shape[1] - j)
    points, total = np.full((3, SIDE * SIDE), np.nan), np.zeros(SIDE * SIDE)
    for row in range(rows):
        for column in range(columns):
            for axis in range(3):
                points[axis, row * SIDE + column] = cells[i + row, j + column, axis]
    for k in near:
        _add_one(points, events[0, k], events[1, k], events[2, k], weights[k], reach, total)
    for row in range(rows):
        for column in range(columns):
            cell = row * SIDE + column
            if not np.isnan(points[0, cell]):
                sums[i + row, j + column] = total[cell]


@numba.njit(cache=True, nogil=True)
def _add_one(
    points: Floats, a: float, b: float, c: float, weight: float, reach: float, total: Floats
) -> None:
    """Add the weight of an event at the points that it is in reach of."""
    x, y, z = points[0], points[1], points[2]
    limit = reach * reach
    for cell in range(SIDE * SIDE):
        u, v, w = x[cell] - a, y[cell] - b, z[cell] - c
        total[cell] += weight if u * u + v * v + w * w <= limit else 0.0
