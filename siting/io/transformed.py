"""Coordinates of the grid's points in another CRS: exact at a few, by polynomials between them."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from siting.kernels.chebyshev import BETWEEN, COUNT, NODES, evaluate, fitted, terms_at

Floats = NDArray[np.float64]

SIDE = 256  # cells along a square that one polynomial may serve
LEAST = 32  # cells along a square in which every point is transformed
FEW = (4, 6, 8, 10, COUNT)  # terms along each axis that may do
TOLERANCE = 1e-14  # error of a polynomial, as a share of the earth's circumference: 0.4 um


class Square(NamedTuple):
    """Cells of the grid, from a row and a column on."""

    row: int
    column: int
    side: int

    def quarters(self) -> "list[Square]":
        """The four squares of half the side."""
        half = self.side // 2
        return [
            Square(self.row + down, self.column + across, half)
            for down in (0, half)
            for across in (0, half)
        ]


class Plane:
    """Coordinates in a CRS of places on a grid in another.

    Parameters
    ----------
    own, crs : CRS
        Of the grid, and of the coordinates.
    affine : Affine
        From (column, row) of the grid to its coordinates; no rotation.

    Notes
    -----
    The grid is cut into squares of 256 cells, from row and column 0 on whatever is asked for. In
    each the transformation is computed at 12 x 12 Chebyshev points, and again at the 11 x 11
    points between them, where a fit is furthest off. Where that is more than 1e-14 of the earth's
    circumference (0.4 um, little more than the rounding of the transformation itself), as where
    projections fold or end, the square is cut into quarters, down to 32 cells, where every point
    is transformed.
    """

    def __init__(self, own: CRS, crs: CRS, affine: Affine) -> None:
        self.transform = Transformer.from_crs(own, crs, always_xy=True).transform
        self.affine = affine
        degrees = crs.is_geographic and crs.axis_info[0].unit_name == "degree"
        self.turn = 360.0 if degrees else None
        self.tolerance = TOLERANCE * (360.0 if crs.is_geographic else 4e7)
        self.fit: Callable[[Square], Floats | None] = lru_cache(maxsize=16_384)(self._fit)

    def exact(self, i: Floats, j: Floats) -> tuple[Floats, Floats]:
        """Coordinates at rows (n, 1) and columns (1, m), each transformed; NaN for none."""
        x = self.affine.c + j * self.affine.a
        y = self.affine.f + i * self.affine.e
        x, y = np.broadcast_arrays(x, y)
        x, y = self.transform(x, y)
        return np.where(np.isfinite(x), x, np.nan), np.where(np.isfinite(y), y, np.nan)

    def coordinates(self, i: Floats, j: Floats) -> tuple[Floats, Floats]:
        """Coordinates of shape (n, m) at ascending rows (n,) and columns (m,)."""
        found = np.empty((2, i.size, j.size))
        for row in _starts(i):
            for column in _starts(j):
                self._fill(found, i, j, Square(row, column, SIDE))
        return found[0], found[1]

    def _fill(self, found: Floats, i: Floats, j: Floats, square: Square) -> None:
        top, bottom = np.searchsorted(i, [square.row, square.row + square.side]).tolist()
        left, right = np.searchsorted(j, [square.column, square.column + square.side]).tolist()
        if top == bottom or left == right:
            return
        rows, columns = i[top:bottom], j[left:right]
        terms = self.fit(square) if square.side > LEAST else None
        if terms is not None:
            down = terms_at((rows - square.row) / square.side)
            across = terms_at((columns - square.column) / square.side)
            for each, out in zip(terms, found, strict=True):
                evaluate(each, down, across, out, top, left)
            if self.turn is not None:
                _wrap(found[0, top:bottom, left:right], self.turn)
        elif square.side > LEAST:
            for quarter in square.quarters():
                self._fill(found, i, j, quarter)
        else:
            found[:, top:bottom, left:right] = self.exact(rows[:, None], columns[None, :])

    def _fit(self, square: Square) -> Floats | None:
        """As many terms of both coordinates, of shape (2, k, k), as it takes; None for too many."""
        known, check = self._at(square, NODES), self._at(square, BETWEEN)
        if not (np.isfinite(known).all() and np.isfinite(check).all()):
            return None
        if self.turn is not None:  # one stretch of longitudes across the dateline
            middle = known[0, 0, 0]
            for each in (known, check):
                each[0] -= self.turn * np.round((each[0] - middle) / self.turn)
        terms, at = np.stack([fitted(each) for each in known]), terms_at(BETWEEN)
        for few in FEW:
            part = np.ascontiguousarray(terms[:, :few, :few])
            if np.abs(at[:few].T @ part @ at[:few] - check).max() <= self.tolerance:
                return part
        return None

    def _at(self, square: Square, share: Floats) -> Floats:
        i, j = (first + share * square.side for first in square[:2])
        return np.stack(self.exact(i[:, None], j[None, :]))


def _starts(position: Floats) -> list[int]:
    """First cells of the squares that positions lie in."""
    return [int(each) * SIDE for each in np.unique(np.floor(position / SIDE))]


def _wrap(longitude: Floats, turn: float) -> None:
    """Bring longitudes beyond the dateline, if any, back to -180 to 180, in place."""
    if longitude.max() > turn / 2 or longitude.min() < -turn / 2:
        longitude -= turn * np.round(longitude / turn)


@lru_cache(maxsize=16)
def plane(own: CRS, crs: CRS, affine: Affine) -> Plane:
    """The plane of a grid in a CRS; what it has fitted is kept for the next raster."""
    return Plane(own, crs, affine)
