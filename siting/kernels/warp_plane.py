"""Values over grid cells that lie askew in a raster, by points spread evenly over each cell.

``block`` and ``first`` are as in :mod:`siting.kernels.warp`. ``row`` and ``column`` are those of
the grid cells' corners, of shape (n + 1, m + 1); ``turn`` is a full turn round the globe in
columns, or 0; ``points`` is how many there are along a grid cell.
"""

import numba
import numpy as np
from numpy.typing import NDArray

from siting.kernels.warp import EDGE, cell, largest, note

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
First = tuple[int, int]


@numba.njit(cache=True, nogil=True)
def over_plane(
    block: Floats, row: Floats, column: Floats, first: First, turn: float, points: int
) -> tuple[Floats, Floats]:
    """Sums over cells: of values times area, and of the area that has data [source cells].

    Parameters
    ----------
    block : numpy.ndarray
        Values, NaN or infinite where there is no data.
    row, column, first, turn, points
        See above.

    Returns
    -------
    total, area : numpy.ndarray of shape (n, m)
    """
    shape = row.shape[0] - 1, row.shape[1] - 1
    total, area = np.zeros(shape), np.zeros(shape)
    at = np.empty((points, 2), dtype=np.int64)
    for i in range(shape[0]):
        for j in range(shape[1]):
            corners = _corners(row, column, i, j, turn)
            share = _area(corners) / points**2
            if share > 0:  # else a corner is nowhere
                if _within(corners, first, block.shape):
                    value, known = _inside(block, corners, first, points)
                else:
                    value, known = _partly(block, corners, first, turn, at)
                total[i, j], area[i, j] = value * share, known * share
    return total, area


@numba.njit(cache=True, nogil=True)
def _within(corners: tuple[float, ...], first: First, size: First) -> bool:
    """Whether a cell lies in a block as a whole."""
    for k in range(4):
        row, column = corners[k] - first[0], corners[4 + k] - first[1]
        if not (0 <= row <= size[0] - 2 * EDGE and 0 <= column <= size[1] - 2 * EDGE):
            return False
    return True


@numba.njit(cache=True, nogil=True)
def _inside(
    block: Floats, corners: tuple[float, ...], first: First, points: int
) -> tuple[float, int]:
    """Sum of the values at the points of a cell that lies in a block, and how many have one."""
    r0, r1, r2, r3, c0, c1, c2, c3 = corners
    top, left = EDGE - first[0], EDGE - first[1]
    step = 1.0 / points
    value, known = 0.0, 0
    for k in range(points):
        v = (k + 0.5) * step
        row, column = r0 * (1 - v) + r2 * v + top, c0 * (1 - v) + c2 * v + left
        down = (r1 * (1 - v) + r3 * v + top - row) * step
        across = (c1 * (1 - v) + c3 * v + left - column) * step
        line, there = 0.0, 0
        for each in range(points):
            r, c = int(row + down * (each + 0.5)), int(column + across * (each + 0.5))
            found = block[np.uint64(r), np.uint64(c)]  # unsigned: no look for negative ones
            if found - found == 0.0:  # neither NaN nor infinite
                line += found
                there += 1
        value += line
        known += there
    return value, known


@numba.njit(cache=True, nogil=True)
def _partly(
    block: Floats, corners: tuple[float, ...], first: First, turn: float, at: Integers
) -> tuple[float, int]:
    """The same for a cell of which a part may lie elsewhere; `at` is room for a line of points."""
    value, known = 0.0, 0
    for k in range(len(at)):
        for p in range(_along(corners, (k + 0.5) / len(at), first, block.shape, turn, at)):
            found = block[at[p, 0], at[p, 1]]
            if np.isfinite(found):
                value += found
                known += 1
    return value, known


@numba.njit(cache=True, nogil=True)
def most_over_plane(
    codes: Integers, row: Floats, column: Floats, first: First, turn: float, points: int,
    classes: int,
) -> Integers:  # fmt: skip
    """The class with the largest area in each cell; -1 where none has data.

    Parameters
    ----------
    codes : numpy.ndarray of shape (rows, columns)
        Number of the class of each cell of the raster, -1 for no data.
    row, column, first, turn, points
        See above.
    classes : int
        How many classes there are.
    """
    found = np.full((row.shape[0] - 1, row.shape[1] - 1), -1)
    at = np.empty((points, 2), dtype=np.int64)
    area, seen = np.zeros(classes), np.empty(classes, dtype=np.int64)
    for i in range(found.shape[0]):
        for j in range(found.shape[1]):
            corners = _corners(row, column, i, j, turn)
            if not _area(corners) > 0:
                continue
            count = 0
            for k in range(points):
                for p in range(_along(corners, (k + 0.5) / points, first, codes.shape, turn, at)):
                    count = note(codes[at[p, 0], at[p, 1]], 1.0, area, seen, count)
            found[i, j] = largest(area, seen, count)
    return found


@numba.njit(cache=True, nogil=True)
def _corners(
    row: Floats, column: Floats, i: int, j: int, turn: float
) -> tuple[float, float, float, float, float, float, float, float]:
    """Rows, then columns of a cell's corners NW, NE, SW, SE, on one side of the globe."""
    start = column[i, j]
    return (
        row[i, j],
        row[i, j + 1],
        row[i + 1, j],
        row[i + 1, j + 1],
        start,
        start + _short(column[i, j + 1] - start, turn),
        start + _short(column[i + 1, j] - start, turn),
        start + _short(column[i + 1, j + 1] - start, turn),
    )


@numba.njit(cache=True, nogil=True, inline="always")
def _short(difference: float, turn: float) -> float:
    """A difference of columns, the short way round the globe."""
    return difference if turn == 0 else (difference + turn / 2) % turn - turn / 2


@numba.njit(cache=True, nogil=True, inline="always")
def _area(corners: tuple[float, ...]) -> float:
    """Area of a cell [source cells]: half the product of its diagonals."""
    r0, r1, r2, r3, c0, c1, c2, c3 = corners
    return abs((r3 - r0) * (c2 - c1) - (c3 - c0) * (r2 - r1)) / 2


@numba.njit(cache=True, nogil=True)
def _along(
    corners: tuple[float, ...], v: float, first: First, size: First, turn: float, at: Integers
) -> int:
    """Source cells of the points along a line through a grid cell, into `at`; how many."""
    r0, r1, r2, r3, c0, c1, c2, c3 = corners
    west_row, west_column = r0 * (1 - v) + r2 * v, c0 * (1 - v) + c2 * v
    east_row, east_column = r1 * (1 - v) + r3 * v, c1 * (1 - v) + c3 * v
    count = 0
    for each in range(len(at)):
        u = (each + 0.5) / len(at)
        row = west_row * (1 - u) + east_row * u
        column = west_column * (1 - u) + east_column * u
        if turn > 0 and not first[1] - EDGE <= column <= first[1] + size[1] + EDGE:
            column = first[1] + (column - first[1]) % turn  # a cell at a pole spans all of them
        r, c = cell(row, first[0], size[0]), cell(column, first[1], size[1])
        if r >= 0 and c >= 0:
            at[count, 0], at[count, 1] = r, c
            count += 1
    return count
