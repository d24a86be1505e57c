"""The best cells of a grid, at least a given distance apart."""

from collections.abc import Callable, Iterator
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

_KEPT = 4_096  # best cells that a tile gives up at once
_BATCH = 2_048  # ranked cells examined at once
_SAMPLED = 16  # one value of so many tells roughly where the best of a tile begin


@dataclass(frozen=True)
class _Kept:
    """Some of the best cells of a tile, best first, from those that were not yet examined on.

    Attributes
    ----------
    values, cells : numpy.ndarray of shape (n,)
        Values, and numbers of the cells row by row of the grid.
    last : tuple of float and int
        Value and number of the last cell that was looked at, kept or too near to a chosen one.
    complete : bool
        Whether the tile has no more.
    """

    values: NDArray[Any]
    cells: Integers
    last: tuple[float, int]
    complete: bool


@dataclass(frozen=True)
class _Chosen:
    """Cells chosen so far, and where they are."""

    cells: Integers
    points: Floats


@dataclass(frozen=True)
class _Ground:
    """Where the cells of a grid are, and how near chosen ones may be to each other."""

    place: Place
    width: int
    reach: float  # straight, squared [m2]

    def points(self, cells: Integers) -> Floats:
        return ecef(*self.place(*np.divmod(cells, self.width)))


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
    once and gives up its best cells only; a cell is examined when all better ones have been. A
    tile whose cells run out is read again, alone, for the best that come after these and lie far
    enough from all chosen so far.

    Examples
    --------
    >>> score = da.from_array(np.array([[5.0, 4.0, 3.0, np.nan]]), chunks=(1, 2))
    >>> place = lambda rows, columns: (columns * 1.0, rows * 0.0)
    >>> best_cells(score, place, 2, spacing=150_000.0)
    (array([0, 0]), array([0, 2]))
    """
    ground = _Ground(place, values.shape[1], float(chord(spacing)) ** 2)
    chosen = _Chosen(np.empty(0, dtype=np.int64), np.empty((0, 3)))
    kept = _read_all(values) if count > 0 else []
    end: tuple[float, int] | None = None
    while kept and len(chosen.cells) < count:
        end = min((each.last for each in kept if not each.complete), key=_rank, default=None)
        for cells in _in_order([_parted(each, end)[0] for each in kept]):
            chosen = _spread(cells, chosen, count, ground)
        if end is None:
            break
        kept = [_parted(each, end)[1] for each in kept]
        if len(chosen.cells) < count:
            kept = [_refilled(each, number, values, ground, chosen) for number, each in
                    enumerate(kept)]  # fmt: skip
    rows, columns = np.divmod(chosen.cells, values.shape[1])
    return rows, columns


def _rank(cell: tuple[float, int]) -> tuple[float, int]:
    """What cells are ordered by, from the best on: value, then number."""
    return -cell[0], cell[1]


def _read_all(values: da.Array) -> list[_Kept]:
    """The best cells of every tile, which is read once."""
    found = over_blocks(_first, values)
    return [_numbered(*each, *_corner(values, number)) for number, each in enumerate(found)]


def _corner(values: da.Array, number: int) -> tuple[int, int, int]:
    """Number of a tile's first cell, width of the tile and of the grid."""
    heights, widths = values.chunks
    row, column = divmod(number, len(widths))
    first = sum(heights[:row]) * values.shape[1] + sum(widths[:column])
    return first, widths[column], values.shape[1]


def _numbered(
    values: NDArray[Any], positions: Integers, complete: bool, first: int, tile: int, width: int
) -> _Kept:
    """Cells of a tile by their numbers in the grid instead of their positions in the tile."""
    row, column = np.divmod(positions, tile)
    cells = first + row * width + column
    last = (float(values[-1]), int(cells[-1])) if len(cells) else (np.nan, -1)
    return _Kept(values, cells, last, complete)


def _first(block: NDArray[Any]) -> tuple[NDArray[Any], Integers, bool]:
    """Values and positions of the best cells of a tile, best first; whether these are all."""
    return _best(_numbers(block))


def _numbers(block: NDArray[Any]) -> NDArray[Any]:
    flat = block.ravel()
    return flat if np.issubdtype(flat.dtype, np.floating) else flat.astype(np.float64)


def _best(flat: NDArray[Any]) -> tuple[NDArray[Any], Integers, bool]:
    found = np.flatnonzero(flat >= _threshold(flat))  # not true of NaN
    if len(found) <= _KEPT:  # the guess was too high, or there are no more
        found = np.flatnonzero(~np.isnan(flat))
    complete = len(found) <= _KEPT
    if not complete:
        value = flat[found]
        cut = np.partition(value, len(value) - _KEPT)[len(value) - _KEPT]
        above, ties = found[value > cut], found[value == cut]
        found = np.sort(np.concatenate([above, ties[: _KEPT - len(above)]]))
    order = np.argsort(-flat[found], kind="stable")
    return flat[found[order]], found[order], complete


def _threshold(flat: NDArray[Any]) -> float:
    """A value that somewhat more cells than are kept reach, guessed from a few of them."""
    sample = flat[::_SAMPLED]
    sample = sample[~np.isnan(sample)]
    wanted = int(_KEPT / _SAMPLED * 1.25) + _SAMPLED
    if wanted >= len(sample):
        return -np.inf
    return float(np.partition(sample, len(sample) - wanted)[len(sample) - wanted])


def _parted(kept: _Kept, end: tuple[float, int] | None) -> tuple[_Kept, _Kept]:
    """The cells of a tile up to a cell of the grid in order, and those after it."""
    count = len(kept.cells)
    if end is not None:
        falling = -kept.values
        first = int(np.searchsorted(falling, -end[0], "left"))
        equal = kept.cells[first : int(np.searchsorted(falling, -end[0], "right"))]
        count = first + int(np.searchsorted(equal, end[1], "right"))
    return (
        _Kept(kept.values[:count], kept.cells[:count], kept.last, kept.complete),
        _Kept(kept.values[count:], kept.cells[count:], kept.last, kept.complete),
    )


def _in_order(kept: list[_Kept]) -> Iterator[Integers]:
    """Cells of all tiles from the best on, a batch at a time: seldom are all of them asked for."""
    value = np.concatenate([each.values for each in kept])
    cell = np.concatenate([each.cells for each in kept])
    size = _BATCH
    while len(cell):
        start = max(len(value) - size, 0)
        now = value >= np.partition(value, start)[start]
        yield cell[now][np.lexsort((cell[now], -value[now]))]
        value, cell, size = value[~now], cell[~now], size * 4


def _refilled(
    kept: _Kept, number: int, values: da.Array, ground: _Ground, chosen: _Chosen
) -> _Kept:
    """A tile's cells; where they have run out, more of them, read again."""
    if kept.complete or len(kept.cells):
        return kept
    corner = _corner(values, number)
    more = partial(_more, corner=corner, last=kept.last, ground=ground, chosen=chosen)
    return over_blocks(more, values.blocks[divmod(number, len(values.chunks[1]))])[0]


def _more(
    block: NDArray[Any],
    corner: tuple[int, int, int],
    last: tuple[float, int],
    ground: _Ground,
    chosen: _Chosen,
) -> _Kept:
    """The best cells of a tile that come after one and are far enough from all chosen."""
    flat = _numbers(block).copy()
    row, column = divmod(last[1] - corner[0], ground.width)
    before = flat[: row * corner[1] + column + 1]
    before[before == last[0]] = np.nan
    flat[flat > last[0]] = np.nan
    while True:
        values, positions, complete = _best(flat)
        found = _numbered(values, positions, complete, *corner)
        free = _clear_of(ground.points(found.cells), chosen.points, ground.reach)
        if free.any() or complete:
            return _Kept(values[free], found.cells[free], found.last, complete)
        flat[positions] = np.nan


def _spread(ranked: Integers, chosen: _Chosen, count: int, ground: _Ground) -> _Chosen:
    """The chosen cells, and those of a ranking that keep their distance from all before."""
    taken, points_taken = chosen.cells, chosen.points
    for start in range(0, len(ranked), _BATCH):
        if len(taken) == count:
            break
        cells = ranked[start : start + _BATCH]
        points = ground.points(cells)
        free = _clear_of(points, points_taken, ground.reach)
        cells, points = cells[free], points[free]
        while len(cells) and len(taken) < count:
            taken, points_taken = np.append(taken, cells[0]), np.vstack([points_taken, points[:1]])
            free = _clear_of(points[1:], points[:1], ground.reach)
            cells, points = cells[1:][free], points[1:][free]
    return _Chosen(taken, points_taken)


def _clear_of(points: Floats, taken: Floats, reach: float) -> NDArray[np.bool_]:
    """Which points are no nearer to any taken one than the reach."""
    clear = np.ones(len(points), dtype=bool)
    if not len(points):
        return clear
    middle = points.mean(axis=0)
    far = np.sqrt(((points - middle) ** 2).sum(axis=1).max()) + np.sqrt(reach) + 1.0
    for point in taken[((taken - middle) ** 2).sum(axis=1) <= far**2]:
        clear &= ((points - point) ** 2).sum(axis=1) >= reach
    return clear
