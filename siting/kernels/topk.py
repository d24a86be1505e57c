"""The best cells of a grid, at least a given distance apart."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import dask.array as da
import numpy as np
from numpy.typing import NDArray

from siting.geodesy import chord, ecef
from siting.kernels.blocks import over_blocks
from siting.projection import Floats

Integers = NDArray[np.int64]
Place = Callable[[Integers, Integers], tuple[Floats, Floats]]

_KEPT = 16_384  # best cells kept of each tile in the first round
_BATCH = 2_048  # ranked cells examined at once


@dataclass(frozen=True)
class _Kept:
    """The best cells of one tile: values, rows and columns in it, whether all it has."""

    values: Floats
    rows: Integers
    columns: Integers
    complete: bool


def best_cells(
    values: da.Array, place: Place, count: int, spacing: float
) -> tuple[Integers, Integers]:
    """Rows and columns of the highest cells, no two nearer than the spacing.

    Parameters
    ----------
    values : dask.array.Array of shape (y, x)
        What to rank by, higher being better; NaN is no candidate.
    place : callable
        ``place(rows, columns)`` gives longitude and latitude of cell centres [degree].
    count : int
        Number of cells wanted; fewer come out where no more fit.
    spacing : float
        Least distance over the ground between two of them [m]; 0 for none.

    Returns
    -------
    rows, columns : numpy.ndarray of shape (n,)
        The cells, best first. Of equal cells the northernmost, then westernmost comes first.

    Notes
    -----
    Greedy: the best cell, then the best that is far enough from all before. Each tile is read
    once and gives up its best cells only; a cell is examined when all better ones have been.
    Only where these run out are the tiles read again for more.

    Examples
    --------
    >>> score = da.from_array(np.array([[5.0, 4.0, 3.0, np.nan]]), chunks=(1, 2))
    >>> place = lambda rows, columns: (columns * 1.0, rows * 0.0)
    >>> best_cells(score, place, 2, spacing=150_000.0)
    (array([0, 0]), array([0, 2]))
    """
    kept, chosen, width = _KEPT, np.empty(0, dtype=np.int64), values.shape[1]
    complete = count < 1
    while len(chosen) < count and not complete:
        ranked, complete = _ranked(values, kept)
        chosen = _spread(ranked, lambda cells: place(*np.divmod(cells, width)), count, spacing)
        kept *= 16
    rows, columns = np.divmod(chosen, width)
    return rows, columns


def _ranked(values: da.Array, kept: int) -> tuple[Integers, bool]:
    """Cells from the best on, as far as no better one can be missing; whether these are all."""
    tiles = over_blocks(partial(_keep, kept=kept), values)
    corners = [(row, column) for row in _starts(values, 0) for column in _starts(values, 1)]
    value = np.concatenate([tile.values for tile in tiles])
    cell = np.concatenate(
        [
            (tile.rows + row) * values.shape[1] + tile.columns + column
            for tile, (row, column) in zip(tiles, corners, strict=True)
        ]
    )
    order = np.lexsort((cell, -value))
    end = len(order)
    rank = np.empty(end, dtype=np.int64)
    rank[order] = np.arange(end)
    start = 0
    for tile in tiles:
        stop = start + len(tile.values)
        if not tile.complete:
            end = min(end, int(rank[start:stop].max()) + 1)
        start = stop
    return cell[order[:end]], all(tile.complete for tile in tiles)


def _starts(values: da.Array, axis: int) -> list[int]:
    return [0, *np.cumsum(values.chunks[axis])[:-1].tolist()]


def _keep(block: NDArray[Any], kept: int) -> _Kept:
    """The best cells of a tile; of equal ones the first."""
    flat = np.asarray(block, dtype=np.float64).ravel()
    known = np.flatnonzero(~np.isnan(flat))
    complete = len(known) <= kept
    if not complete:
        value = flat[known]
        cut = np.partition(value, len(value) - kept)[len(value) - kept]
        above, ties = known[value > cut], known[value == cut]
        known = np.concatenate([above, ties[: kept - len(above)]])
    return _Kept(flat[known], *np.divmod(known, block.shape[1]), complete)


def _spread(
    ranked: Integers,
    place: Callable[[Integers], tuple[Floats, Floats]],
    count: int,
    spacing: float,
) -> Integers:
    """The first cells of a ranking that keep their distance from all chosen before."""
    reach = float(chord(spacing)) ** 2
    chosen = np.empty(0, dtype=np.int64)
    taken = np.empty((0, 3))
    for start in range(0, len(ranked), _BATCH):
        cells = ranked[start : start + _BATCH]
        points = ecef(*place(cells))
        free = _clear_of(points, taken, reach)
        cells, points = cells[free], points[free]
        while len(cells) and len(chosen) < count:
            chosen, taken = np.append(chosen, cells[0]), np.vstack([taken, points[:1]])
            free = _clear_of(points[1:], points[:1], reach)
            cells, points = cells[1:][free], points[1:][free]
        if len(chosen) == count:
            break
    return chosen


def _clear_of(points: Floats, taken: Floats, reach: float) -> NDArray[np.bool_]:
    """Which points are no nearer to any taken one than the reach."""
    clear = np.ones(len(points), dtype=bool)
    for point in taken:
        clear &= ((points - point) ** 2).sum(axis=1) >= reach
    return clear
