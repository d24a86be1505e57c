"""Shares of cells that lie in polygons, exact in the plane.

Each edge adds to the cells that it crosses what lies on its right, row by row; summed along a row
these give the share of each cell inside the rings. Positions are in cells: columns eastward, rows
southward.
"""

from typing import NamedTuple

import numba
import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NOTHING = 1e-12  # shares below it are rounding


class Outlines(NamedTuple):
    """Rings of zones, those of a zone side by side.

    Parameters
    ----------
    x, y : numpy.ndarray of shape (vertices,)
        Columns and rows [cells]; the last vertex of a ring is its first.
    ring : numpy.ndarray of shape (rings + 1,)
        Where each ring starts among the vertices.
    sign : numpy.ndarray of shape (rings,)
        1 where a ring adds what it holds, -1 for a ring that goes the other way round.
    zone : numpy.ndarray of shape (zones + 1,)
        Where each zone starts among the rings.
    bounds : numpy.ndarray of shape (zones, 4)
        Lowest column, lowest row, highest column, highest row; NaN for a zone without rings.
    """

    x: Floats
    y: Floats
    ring: Integers
    sign: Floats
    zone: Integers
    bounds: Floats


class Coverage(NamedTuple):
    """Cells of a window that zones cover, those of a zone side by side.

    Parameters
    ----------
    start : numpy.ndarray of shape (zones + 1,)
        Where each zone starts among the cells.
    row, column : numpy.ndarray of shape (cells,)
        Cells of the window.
    share : numpy.ndarray of shape (cells,)
        Share of the cell that lies in the zone.
    """

    start: Integers
    row: Integers
    column: Integers
    share: Floats


def outlines(polygons: NDArray[np.object_], owner: Integers, zones: int) -> Outlines:
    """Rings of valid polygons in columns and minus rows, by the zone that each belongs to.

    Examples
    --------
    >>> square = outlines(np.array([shapely.box(0, -2, 1, 0)]), np.array([0]), 1)
    >>> square.bounds.tolist(), square.sign.tolist()
    ([[0.0, 0.0, 1.0, 2.0]], [1.0])
    """
    order = np.argsort(owner, kind="stable")
    polygons, owner = polygons[order], owner[order]
    rings, part = shapely.get_rings(polygons, return_index=True)
    xy, of = shapely.get_coordinates(rings, return_index=True)
    outer = np.r_[True, part[1:] != part[:-1]] if part.size else np.zeros(0, dtype=bool)
    x, y = np.ascontiguousarray(xy[:, 0]), 0.0 - xy[:, 1]
    of_zone = owner[part]
    low, high = np.full((zones, 2), np.inf), np.full((zones, 2), -np.inf)
    np.minimum.at(low, of_zone[of], np.column_stack([x, y]))
    np.maximum.at(high, of_zone[of], np.column_stack([x, y]))
    bounds = np.hstack([low, high])
    bounds[~np.isfinite(bounds)] = np.nan
    return Outlines(
        x, y, np.searchsorted(of, np.arange(len(rings) + 1)),
        np.where(shapely.is_ccw(rings) == outer, 1.0, -1.0),
        np.searchsorted(of_zone, np.arange(zones + 1)), bounds,
    )  # fmt: skip


def coverage(outlines: Outlines, zones: Integers, rows: slice, columns: slice) -> Coverage:
    """Cells of a window that some of the zones cover.

    Parameters
    ----------
    outlines : Outlines
        All zones.
    zones : numpy.ndarray of shape (n,)
        Numbers of the zones that are looked at.
    rows, columns : slice
        The window, with start and stop.

    Examples
    --------
    >>> triangle = shapely.Polygon([(0, 0), (2, 0), (0, -2)])
    >>> found = coverage(outlines(np.array([triangle]), np.array([0]), 1), np.array([0]),
    ...                  slice(0, 2), slice(0, 2))
    >>> found.row.tolist(), found.column.tolist(), found.share.tolist()
    ([0, 0, 1], [0, 1, 0], [1.0, 0.5, 0.5])
    """
    boxes = np.zeros((zones.size, 4), dtype=np.int64)
    low, high = np.floor(outlines.bounds[zones, :2]), np.ceil(outlines.bounds[zones, 2:])
    for k, part in ((0, columns), (1, rows)):
        inside = np.isfinite(low[:, k])
        boxes[inside, k] = np.clip(low[inside, k], part.start, part.stop)
        boxes[inside, 2 + k] = np.clip(high[inside, k], part.start, part.stop)
    sizes = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    start, row, column, share = _covered(*outlines[:5], zones, boxes, int(sizes.sum()))
    return Coverage(start, row - rows.start, column - columns.start, share)


@numba.njit(cache=True, nogil=True)
def _covered(
    x: Floats, y: Floats, ring: Integers, sign: Floats, zone: Integers, zones: Integers,
    boxes: Integers, most: int,
) -> tuple[Integers, Integers, Integers, Floats]:  # fmt: skip
    """Covered cells of each zone within its box (left, top, right, bottom)."""
    start = np.zeros(zones.size + 1, dtype=np.int64)
    rows, columns = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    shares = np.empty(most)
    count = 0
    for n in range(zones.size):
        left, top, right, bottom = boxes[n]
        if right > left and bottom > top:
            right_of = np.zeros((bottom - top, right - left + 1))
            for r in range(zone[zones[n]], zone[zones[n] + 1]):
                for k in range(ring[r], ring[r + 1] - 1):
                    ends = x[k] - left, y[k] - top, x[k + 1] - left, y[k + 1] - top
                    _add_edge(right_of, ends, sign[r])
            for i in range(bottom - top):
                share = 0.0
                for j in range(right - left):
                    share += right_of[i, j]
                    if share > NOTHING:
                        rows[count], columns[count] = i + top, j + left
                        shares[count] = min(share, 1.0)
                        count += 1
        start[n + 1] = count
    return start, rows[:count], columns[:count], shares[:count]


@numba.njit(cache=True, nogil=True)
def _add_edge(right_of: Floats, ends: tuple[float, float, float, float], sign: float) -> None:
    """Add what lies on the right of an edge to the cells that it crosses."""
    x0, y0, x1, y1 = ends
    if y0 == y1:
        return
    if y0 > y1:
        x0, y0, x1, y1, sign = x1, y1, x0, y0, -sign
    height, width = right_of.shape[0], float(right_of.shape[1] - 1)
    slope = (x1 - x0) / (y1 - y0)
    for i in range(max(int(np.floor(y0)), 0), min(int(np.ceil(y1)), height)):
        above, below = max(y0, float(i)), min(y1, i + 1.0)
        one, other = x0 + (above - y0) * slope, x0 + (below - y0) * slope
        _add_piece(right_of[i], min(one, other), max(one, other), sign * (below - above), width)


@numba.njit(cache=True, nogil=True)
def _add_piece(line: Floats, west: float, east: float, amount: float, width: float) -> None:
    """Add a piece of an edge within one row of cells, from west to east."""
    if west >= width:
        return
    if east <= 0:
        line[0] += amount
        return
    per_column = amount / (east - west) if east > west else 0.0
    if west < 0:
        line[0] -= per_column * west
        amount += per_column * west
        west = 0.0
    first, last = int(west), int(min(east, width - 0.5))
    if first == int(east) or east == west:
        middle = (west + east) / 2 - first
        line[first] += amount * (1 - middle)
        line[first + 1] += amount * middle
        return
    for j in range(first, last + 1):
        start, stop = max(west, float(j)), min(east, j + 1.0)
        middle = (start + stop) / 2 - j
        line[j] += per_column * (stop - start) * (1 - middle)
        line[j + 1] += per_column * (stop - start) * middle
