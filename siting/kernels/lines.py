"""Length of lines within a true distance of each cell, and the line nearest to it."""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from siting.geodesy import chord, ecef
from siting.kernels.traces import Integers, Segments
from siting.projection import Floats

_PATCH = 16  # rows and columns of cells that share one search of the tree
_BLOCK = 4  # rows and columns of cells that share one look at what was found


class SegmentTree:
    """Straight pieces of lines that can be asked what lies round a cell.

    Parameters
    ----------
    segments : Segments
        The pieces; at least one.

    Notes
    -----
    Small patches of cells look for the pieces in reach together, blocks within them leave out
    more; each cell then clips those that remain by its own circle. Everything happens on chords
    through the earth, right across the dateline and at the poles alike.

    Examples
    --------
    Of a line through the cell's centre, twice the radius lies within it.

    >>> import shapely
    >>> from siting.kernels.traces import segments, traces
    >>> meridian = np.array([shapely.LineString([(0, -1), (0, 1)])])
    >>> tree = SegmentTree(segments(traces(meridian, "faults")))
    >>> tree.length_within([[0.0]], [[0.0]], 10_000.0).round(2).tolist()
    [[20000.0]]
    """

    def __init__(self, segments: Segments) -> None:
        self.segments = segments
        self._step = segments.end - segments.start
        self._tree = cKDTree(segments.start + self._step / 2)
        self._half = float(np.linalg.norm(self._step, axis=1).max()) / 2

    def length_within(
        self,
        longitude: ArrayLike,
        latitude: ArrayLike,
        radius: float,
        values: Floats | None = None,
    ) -> Floats:
        """Length of lines within a radius of each cell [m], or the sum of length times value.

        Parameters
        ----------
        longitude, latitude : array-like of shape (rows, columns)
            Cell centres [degree], neighbours in the arrays being neighbours on the ground.
        radius : float
            Distance over the ground [m].
        values : numpy.ndarray of shape (segments,), optional
            What a metre of each piece counts; 1 by default.

        Returns
        -------
        numpy.ndarray of shape (rows, columns)
            Sums [m].
        """
        share = self.segments.length if values is None else self.segments.length * values
        reach = float(chord(radius))

        def within(points: Floats, near: Integers) -> Floats:
            return _clipped(points, self.segments.start, self._step, share, near, reach)

        return self._over_patches(longitude, latitude, reach, within, 0.0)

    def mean_within(
        self, longitude: ArrayLike, latitude: ArrayLike, radius: float, values: Floats
    ) -> Floats:
        """Mean of a value by length over the lines within a radius; NaN where there are none.

        Parameters
        ----------
        longitude, latitude, radius
            As for :meth:`length_within`.
        values : numpy.ndarray of shape (segments,)
            Value of each piece.
        """
        length = self.length_within(longitude, latitude, radius)
        total = self.length_within(longitude, latitude, radius, values)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(length > 0, total / length, np.nan)

    def nearest(self, longitude: ArrayLike, latitude: ArrayLike, within: float) -> Integers:
        """The piece nearest to each cell, -1 where none lies within a distance.

        Parameters
        ----------
        longitude, latitude : array-like of shape (rows, columns)
            Cell centres [degree].
        within : float
            Distance over the ground [m].

        Returns
        -------
        numpy.ndarray of shape (rows, columns)
            Positions among the pieces.
        """
        reach = float(chord(within))

        def closest(points: Floats, near: Integers) -> Integers:
            return _closest(points, self.segments.start, self._step, near, reach)

        return self._over_patches(longitude, latitude, reach, closest, -1)

    def _over_patches(
        self,
        longitude: ArrayLike,
        latitude: ArrayLike,
        reach: float,
        call: Callable[[Floats, Integers], NDArray[Any]],
        nothing: Any,
    ) -> NDArray[Any]:
        cells = ecef(longitude, latitude)
        rows, columns = cells.shape[:2]
        found = np.full((rows, columns), nothing)
        patches = [
            (slice(i, i + _PATCH), slice(j, j + _PATCH))
            for i in range(0, rows, _PATCH)
            for j in range(0, columns, _PATCH)
        ]
        centres = np.array([cells[patch].mean(axis=(0, 1)) for patch in patches])
        # A patch of a coarse grid of the world may be as wide as the world.
        spread = [
            np.linalg.norm(cells[patch] - centre, axis=-1).max()
            for patch, centre in zip(patches, centres, strict=True)
        ]
        far = np.array(spread) + (reach + self._half)
        every = self._tree.query_ball_point(centres, far, return_sorted=True)
        for patch, near in zip(patches, every, strict=True):
            if near:
                found[patch] = call(cells[patch], np.array(near, dtype=np.int64))
        return found


@numba.njit(cache=True, nogil=True)
def _clipped(
    points: Floats, start: Floats, step: Floats, share: Floats, near: Integers, reach: float
) -> Floats:
    """Sum over the pieces of the part of each inside the ball round a point, times its share.

    |p + t d|² <= r² holds between the two roots of a quadratic in t; the piece has t in 0..1.
    """
    rows, columns = points.shape[:2]
    sums = np.zeros((rows, columns))
    kept = np.empty(len(near), dtype=np.int64)
    for number in range(-(-rows // _BLOCK) * -(-columns // _BLOCK)):
        i_0, i_1, j_0, j_1 = _block(number, rows, columns)
        count = _in_reach(points[i_0:i_1, j_0:j_1], start, step, near, reach, kept)
        for i in range(i_0, i_1):
            for j in range(j_0, j_1):
                x, y, z = points[i, j]
                for k in kept[:count]:
                    u, v, w = start[k, 0] - x, start[k, 1] - y, start[k, 2] - z
                    a, b, c = step[k]
                    square = a * a + b * b + c * c
                    half = u * a + v * b + w * c
                    under = half * half - square * (u * u + v * v + w * w - reach * reach)
                    if under > 0.0:
                        root = np.sqrt(under)
                        enter = max((-half - root) / square, 0.0)
                        leave = min((-half + root) / square, 1.0)
                        if leave > enter:
                            sums[i, j] += (leave - enter) * share[k]
    return sums


@numba.njit(cache=True, nogil=True)
def _closest(points: Floats, start: Floats, step: Floats, near: Integers, reach: float) -> Integers:
    """The nearest piece to each point, -1 where none is within reach."""
    rows, columns = points.shape[:2]
    found = np.full((rows, columns), -1, dtype=np.int64)
    kept = np.empty(len(near), dtype=np.int64)
    for number in range(-(-rows // _BLOCK) * -(-columns // _BLOCK)):
        i_0, i_1, j_0, j_1 = _block(number, rows, columns)
        count = _in_reach(points[i_0:i_1, j_0:j_1], start, step, near, reach, kept)
        for i in range(i_0, i_1):
            for j in range(j_0, j_1):
                x, y, z = points[i, j]
                least = reach * reach
                for k in kept[:count]:
                    u, v, w = start[k, 0] - x, start[k, 1] - y, start[k, 2] - z
                    a, b, c = step[k]
                    t = -(u * a + v * b + w * c) / (a * a + b * b + c * c)
                    t = min(max(t, 0.0), 1.0)
                    u, v, w = u + t * a, v + t * b, w + t * c
                    square = u * u + v * v + w * w
                    if square < least or (square == least and found[i, j] < 0):
                        least, found[i, j] = square, k
    return found


@numba.njit(cache=True, nogil=True)
def _block(number: int, rows: int, columns: int) -> tuple[int, int, int, int]:
    """First and last rows and columns of a block of cells, counted row by row of blocks."""
    across = -(-columns // _BLOCK)
    i, j = number // across * _BLOCK, number % across * _BLOCK
    return i, min(i + _BLOCK, rows), j, min(j + _BLOCK, columns)


@numba.njit(cache=True, nogil=True)
def _in_reach(
    points: Floats, start: Floats, step: Floats, near: Integers, reach: float, kept: Integers
) -> int:
    """Put the pieces that a block of cells may reach into `kept`; how many there are."""
    middle = points[points.shape[0] // 2, points.shape[1] // 2]
    spread = 0.0
    for i in range(points.shape[0]):
        for j in range(points.shape[1]):
            spread = max(spread, np.sqrt(((points[i, j] - middle) ** 2).sum()))
    count = 0
    for k in near:
        a, b, c = step[k, 0] / 2, step[k, 1] / 2, step[k, 2] / 2
        u, v, w = (
            start[k, 0] + a - middle[0],
            start[k, 1] + b - middle[1],
            start[k, 2] + c - middle[2],
        )
        far = spread + reach + np.sqrt(a * a + b * b + c * c)
        if u * u + v * v + w * w <= far * far:
            kept[count] = k
            count += 1
    return count
