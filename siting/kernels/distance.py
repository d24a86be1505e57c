"""Distance over the ground from the cells of a tile to the nearest of many places."""

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.geodesy import arc, ecef
from siting.kernels.cell_blocks import SIDE, box, boxes
from siting.projection import Floats

Integers = NDArray[np.int64]

# Of two squared distances [m2] one is the greater beyond any rounding where it exceeds the other
# by these, relative and absolute: positions are rounded to nanometres, their squares to 1e-15.
_RELATIVE, _ABSOLUTE = 1e-12, 1e-4


class Places:
    """Places that the cells of a grid can be asked for the distance to, tile by tile.

    Parameters
    ----------
    longitude, latitude : array-like of shape (n,)
        Points, or vertices from :func:`siting.geodesy.densify` [degree]; at least one.

    Raises
    ------
    ValueError
        Where there is no place, or a coordinate is not a finite number.

    Notes
    -----
    Blocks of cells are halved down to 8 x 8, and each half hands on those places alone that may be
    the nearest of one of its cells. A place q is passed over where another p is nearer in the
    whole box of the block: |x - q|² - |x - p|² is linear in x, and least at a corner of the box.
    For the n-th nearest, n others have to be nearer. No distance depends on the blocks, so tiles
    of any size give the same bytes. For places asked for one by one a
    :class:`siting.geodesy.PointTree` is quicker.

    Examples
    --------
    >>> from siting.geodesy import ecef
    >>> places = Places([-179.5, 0.0], [40.0, 40.0])
    >>> places.distance(ecef([[179.5, -179.5]], [[40.0, 40.0]])).round().tolist()
    [[85393.0, 0.0]]
    """

    def __init__(self, longitude: ArrayLike, latitude: ArrayLike) -> None:
        points = ecef(longitude, latitude).reshape(-1, 3)
        if not len(points) or not np.isfinite(points).all():
            raise ValueError("distances need at least one place and finite coordinates")
        self._points = np.ascontiguousarray(points.T)

    def distance(self, cells: Floats, nth: int = 1) -> Floats:
        """Distance from each cell to the nearest, or n-th nearest, place [m].

        Parameters
        ----------
        cells : numpy.ndarray of shape (rows, columns, 3)
            Cell centres from :func:`siting.geodesy.ecef` [m], neighbours in the array being
            neighbours on the ground; NaN for cells that are not asked for.
        nth : int
            1 for the nearest.

        Returns
        -------
        numpy.ndarray of shape (rows, columns)
            Distances [m], with the error of :func:`siting.geodesy.arc`: 12 m in 1,000 km. NaN
            where the cell is.

        Raises
        ------
        ValueError
            Where there are fewer than n places.
        """
        if not 1 <= nth <= self._points.shape[1]:
            raise ValueError(f"there is no place {nth} among {self._points.shape[1]}")
        squares = _squares(np.ascontiguousarray(cells, dtype=np.float64), self._points, nth)
        return arc(np.sqrt(squares, out=squares))


@numba.njit(cache=True, nogil=True)
def _squares(cells: Floats, places: Floats, nth: int) -> Floats:
    """Squared straight distance to the n-th nearest place, NaN for cells without a position."""
    rows, columns = cells.shape[:2]
    squares = np.full((rows, columns), np.nan)
    low, high = boxes(cells)
    size, halvings = SIDE, 1
    while size < max(rows, columns):
        size, halvings = size * 2, halvings + 1
    # A stack of lists of places: a block's follows that of the block that it is a quarter of.
    near = _first(places, *box(low, high, 0, 0, size), nth, halvings + 1)
    blocks = np.empty((3 * halvings + 1, 5), dtype=np.int64)
    under_way = _push(blocks, 0, 0, 0, size, 0, near.shape[1] // (halvings + 1))
    while under_way:
        under_way -= 1
        i, j, size, start, stop = blocks[under_way]
        middle, half = box(low, high, i, j, size)
        if half[0] < 0:  # no cell here has a position
            continue
        end = _keep(near, start, stop, middle, half, nth)
        if size == SIDE:
            _compare(near, stop, end, cells, i, j, nth, squares)
            continue
        for part in range(4):
            row, column = i + part // 2 * (size // 2), j + part % 2 * (size // 2)
            if row < rows and column < columns:
                under_way = _push(blocks, under_way, row, column, size // 2, stop, end)
    return squares


@numba.njit(cache=True, nogil=True)
def _push(blocks: Integers, at: int, i: int, j: int, size: int, start: int, stop: int) -> int:
    block = blocks[at]
    block[0], block[1], block[2], block[3], block[4] = i, j, size, start, stop
    return at + 1


@numba.njit(cache=True, nogil=True)
def _first(places: Floats, middle: Floats, half: Floats, nth: int, lists: int) -> Floats:
    """The places that matter to a whole tile, with room for some lists of as many."""
    count = places.shape[1]
    both = np.empty((3, 2 * count))
    _copy(places, 0, count, both)
    kept = _keep(both, 0, count, middle, half, nth) - count
    near = np.empty((3, kept * lists))
    _copy(both, count, count + kept, near)
    return near


@numba.njit(cache=True, nogil=True)
def _copy(places: Floats, start: int, stop: int, near: Floats) -> None:
    # A slice given to a slice takes numba seconds to compile.
    for axis in range(3):
        for q in range(start, stop):
            near[axis, q - start] = places[axis, q]


@numba.njit(cache=True, nogil=True)
def _keep(near: Floats, start: int, stop: int, middle: Floats, half: Floats, nth: int) -> int:
    """Put places that may be among the n nearest of a point of a box behind the list; its end."""
    x, y, z = near[0, start:stop], near[1, start:stop], near[2, start:stop]
    squares = np.empty(stop - start)
    a, b, c = middle
    for q in range(len(x)):
        u, v, w = x[q] - a, y[q] - b, z[q] - c
        squares[q] = u * u + v * v + w * w
    farther = np.full(len(x), np.inf)
    for p in _least(squares, nth):
        _compare_inbox(x, y, z, squares, p, half, farther)
    end = stop
    for q in range(len(x)):
        # Written in any case and counted where it holds: quicker than a branch nobody can foretell.
        near[0, end], near[1, end], near[2, end] = x[q], y[q], z[q]
        end += farther[q] <= 0
    return end


@numba.njit(cache=True, nogil=True)
def _compare_inbox(
    x: Floats, y: Floats, z: Floats, squares: Floats, p: int, half: Floats, farther: Floats
) -> None:
    """How much farther than p a place is in the corner of the box that favours it most [m2].

    Where it is more than 0 beyond rounding, p is nearer everywhere in the box. The least over
    several p is kept.
    """
    u, v, w, square = x[p], y[p], z[p], squares[p]
    a, b, c = 2 * half[0], 2 * half[1], 2 * half[2]
    for q in range(len(x)):
        favour = abs(x[q] - u) * a + abs(y[q] - v) * b + abs(z[q] - w) * c
        rounding = _RELATIVE * (squares[q] + square) + _ABSOLUTE
        margin = squares[q] - square - favour - rounding
        farther[q] = margin if margin < farther[q] else farther[q]


@numba.njit(cache=True, nogil=True)
def _least(values: Floats, count: int) -> Integers:
    """Positions of the least values."""
    found, least = np.zeros(count, dtype=np.int64), np.full(count, np.inf)
    for k in range(len(values)):
        if values[k] < least[-1]:
            at = count - 1
            while at > 0 and least[at - 1] > values[k]:
                least[at], found[at] = least[at - 1], found[at - 1]
                at -= 1
            least[at], found[at] = values[k], k
    return found


@numba.njit(cache=True, nogil=True)
def _compare(
    near: Floats, start: int, stop: int, cells: Floats, i: int, j: int, nth: int, squares: Floats
) -> None:
    """Squared distance from each cell of a smallest block to the n-th nearest of a few places."""
    rows, columns = min(SIDE, cells.shape[0] - i), min(SIDE, cells.shape[1] - j)
    points = np.full((3, SIDE * SIDE), np.nan)
    for row in range(rows):
        for column in range(columns):
            for axis in range(3):
                points[axis, row * SIDE + column] = cells[i + row, j + column, axis]
    squared, least = np.empty(SIDE * SIDE), np.full((nth, SIDE * SIDE), np.inf)
    for k in range(start, stop):
        _square(points, near[0, k], near[1, k], near[2, k], squared)
        _insert(squared, least)
    for row in range(rows):
        for column in range(columns):
            cell = row * SIDE + column
            if not np.isnan(points[0, cell]):
                squares[i + row, j + column] = least[-1, cell]


@numba.njit(cache=True, nogil=True)
def _square(points: Floats, a: float, b: float, c: float, squared: Floats) -> None:
    """Squared distances of points from a place."""
    x, y, z = points[0], points[1], points[2]
    for cell in range(SIDE * SIDE):
        u, v, w = x[cell] - a, y[cell] - b, z[cell] - c
        squared[cell] = u * u + v * v + w * w


@numba.njit(cache=True, nogil=True)
def _insert(squared: Floats, least: Floats) -> None:
    """Put values among the least so far, which ascend: the less stays, the greater moves on."""
    for rank in range(least.shape[0]):
        for cell in range(SIDE * SIDE):
            before, value = least[rank, cell], squared[cell]
            least[rank, cell] = value if value < before else before
            squared[cell] = before if value < before else value
