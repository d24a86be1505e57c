"""Values at points of a raster and over areas of it, in one pass; what has no data takes no part.

Positions are counted in cells from the first corner of the raster. ``block`` is the part of it
that was read, and ``first`` the row and column where that starts.
"""

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

EDGE = 1e-6  # positions so close to the edge of a cell are on it [cells]


@numba.njit(cache=True, nogil=True, inline="always")
def cell(position: float, first: int, size: int) -> int:
    """The cell of a block that a position lies in; -1 where it lies in none."""
    if not (position >= first - EDGE and position <= first + size + EDGE):
        return -1
    return max(0, min(int(np.floor(position + EDGE)) - first, size - 1))


@numba.njit(cache=True, nogil=True)
def nearest(block: Floats, row: Floats, column: Floats, first: tuple[int, int]) -> Floats:
    """Value of the cell that each point lies in.

    Parameters
    ----------
    block : numpy.ndarray
        Values, NaN or infinite where there is no data.
    row, column : numpy.ndarray of one shape (n, m)
        The points; NaN for none.
    first : tuple of int
        Row and column of the block's first cell.
    """
    found = np.empty(row.shape)
    height, width = block.shape
    for i in range(row.shape[0]):
        for j in range(row.shape[1]):
            r, c = cell(row[i, j], first[0], height), cell(column[i, j], first[1], width)
            found[i, j] = block[r, c] if r >= 0 and c >= 0 else np.nan
    return found


@numba.njit(cache=True, nogil=True, inline="always")
def _before(position: float) -> tuple[int, float]:
    """The cell whose centre lies before a position, and the share of the one after it."""
    shifted = position - 0.5
    low = np.floor(shifted + EDGE)
    share = shifted - low
    return int(low), 0.0 if abs(share) < EDGE else share  # on a centre: that cell, to the last bit


@numba.njit(cache=True, nogil=True)
def bilinear(block: Floats, row: Floats, column: Floats, first: tuple[int, int]) -> Floats:
    """Values between the four cell centres around each point, where its own cell has data.

    Parameters as for :func:`nearest`. Of the four, those without data take no part.
    """
    found = np.full(row.shape, np.nan)
    height, width = block.shape
    for i in range(row.shape[0]):
        for j in range(row.shape[1]):
            r, c = cell(row[i, j], first[0], height), cell(column[i, j], first[1], width)
            if r < 0 or c < 0 or not np.isfinite(block[r, c]):
                continue
            top, down = _before(row[i, j])
            left, across = _before(column[i, j])
            found[i, j] = _between(block, top - first[0], left - first[1], down, across)
    return found


@numba.njit(cache=True, nogil=True, inline="always")
def _between(block: Floats, top: int, left: int, down: float, across: float) -> float:
    """Value between four cells, from the first and the shares of those after it."""
    if 0 <= top < block.shape[0] - 1 and 0 <= left < block.shape[1] - 1:
        north = (1 - across) * block[top, left] + across * block[top, left + 1]
        south = (1 - across) * block[top + 1, left] + across * block[top + 1, left + 1]
        value: float = (1 - down) * north + down * south
        if value - value == 0.0:  # all four have data
            return value
    return _known(block, top, left, down, across)


@numba.njit(cache=True, nogil=True)
def _known(block: Floats, top: int, left: int, down: float, across: float) -> float:
    """The same where not all four are there, or have data: the others take no part."""
    total, weight = 0.0, 0.0
    for k in range(2):
        for m in range(2):
            w = (down if k else 1 - down) * (across if m else 1 - across)
            y, x = top + k, left + m
            there = w > 0 and 0 <= y < block.shape[0] and 0 <= x < block.shape[1]
            if there and np.isfinite(block[y, x]):
                total += w * block[y, x]
                weight += w
    return total / weight


@numba.njit(cache=True, nogil=True)
def over_axes(
    block: Floats, row: Integers, height: Floats, column: Integers, width: Floats
) -> tuple[Floats, Floats]:
    """Sums over rectangles of cells: of values times area, and of the area that has data [cells].

    Parameters
    ----------
    block : numpy.ndarray
        Values, NaN or infinite where there is no data.
    row, height : numpy.ndarray of shape (taps, n)
        Rows of the block in each of n stretches, and how much of each lies in it.
    column, width : numpy.ndarray of shape (taps, m)
        The same across.

    Returns
    -------
    total, area : numpy.ndarray of shape (n, m)
    """
    n, m = row.shape[1], column.shape[1]
    total, area = np.zeros((n, m)), np.zeros((n, m))
    line, there = np.empty(block.shape[1]), np.empty(block.shape[1])
    for i in range(n):
        line[:] = 0.0
        there[:] = 0.0
        for t in range(row.shape[0]):
            if height[t, i] > 0:
                _add(line, there, block[row[t, i]], height[t, i])
        for t in range(column.shape[0]):
            for j in range(m):
                w, c = width[t, j], column[t, j]
                total[i, j] += w * line[c]
                area[i, j] += w * there[c]
    return total, area


@numba.njit(cache=True, nogil=True)
def _add(line: Floats, there: Floats, values: Floats, weight: float) -> None:
    """Add a row of a block, where it has data, to sums along a line."""
    for c in range(line.size):
        value = values[c]
        known = value - value == 0.0  # neither NaN nor infinite
        line[c] += weight * value if known else 0.0
        there[c] += weight if known else 0.0


@numba.njit(cache=True, nogil=True)
def most_over_axes(
    codes: Integers, row: Integers, height: Floats, column: Integers, width: Floats, classes: int
) -> Integers:
    """The class with the largest area in each rectangle of cells; -1 where none has data.

    Parameters as for :func:`over_axes`, with the numbers of `classes` classes, -1 for no data. Of
    classes that share the area the first.
    """
    found = np.full((row.shape[1], column.shape[1]), -1)
    area, seen = np.zeros(classes), np.empty(classes, dtype=np.int64)
    for i in range(found.shape[0]):
        for j in range(found.shape[1]):
            count = 0
            for t in range(row.shape[0]):
                for u in range(column.shape[0]):
                    w = height[t, i] * width[u, j]
                    if w > 0:
                        code = codes[row[t, i], column[u, j]]
                        count = note(code, w, area, seen, count)
            found[i, j] = largest(area, seen, count)
    return found


@numba.njit(cache=True, nogil=True)
def note(code: int, weight: float, area: Floats, seen: Integers, count: int) -> int:
    """Add to the area of a class; how many classes have been seen by now."""
    if code < 0:
        return count
    if area[code] == 0:
        seen[count] = code
        count += 1
    area[code] += weight
    return count


@numba.njit(cache=True, nogil=True)
def largest(area: Floats, seen: Integers, count: int) -> int:
    """The first class among those with the largest area; forgets the areas."""
    most, best = 0.0, -1
    for k in range(count):
        most = max(most, area[seen[k]])
    for k in range(count):
        code = seen[k]
        if most <= area[code] * (1 + EDGE) and (best < 0 or code < best):
            best = code
        area[code] = 0.0
    return best


@numba.njit(cache=True, nogil=True)
def place(x: Floats, y: Floats, inverse: tuple[float, ...]) -> None:
    """Turn coordinates into columns and rows, in place.

    Parameters
    ----------
    x, y : numpy.ndarray of shape (n, m)
        Coordinates; afterwards columns and rows.
    inverse : tuple of 6 float
        From (x, y) to (column, row), as affine has it.
    """
    a, b, c, d, e, f = inverse
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            here, there = x[i, j], y[i, j]
            x[i, j] = a * here + b * there + c
            y[i, j] = d * here + e * there + f


@numba.njit(cache=True, nogil=True)
def turned(column: Floats, middle: float, turn: float) -> None:
    """Bring columns within half a turn of a column, by whole turns, in place."""
    for i in range(column.shape[0]):
        for j in range(column.shape[1]):
            away = column[i, j] - middle
            if not -turn / 2 <= away < turn / 2:  # NaN stays NaN
                column[i, j] -= turn * np.floor(away / turn + 0.5)


@numba.njit(cache=True, nogil=True)
def extent(row: Floats, column: Floats, height: float, width: float) -> Floats:
    """Lowest and highest row and column of the points in a raster; NaN where there are none.

    Parameters
    ----------
    row, column : numpy.ndarray of shape (n, m)
        The points; NaN for none.
    height, width : float
        Of the raster; infinite where any column counts.
    """
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    west = -EDGE if width < np.inf else -np.inf
    for i in range(row.shape[0]):
        for j in range(row.shape[1]):
            r, c = row[i, j], column[i, j]
            if -EDGE <= r <= height + EDGE and west <= c <= width + EDGE:
                low[0], high[0] = min(low[0], r), max(high[0], r)
                low[1], high[1] = min(low[1], c), max(high[1], c)
    found = np.array([low[0], high[0], low[1], high[1]])
    return found if np.isfinite(found).all() else np.full(4, np.nan)
