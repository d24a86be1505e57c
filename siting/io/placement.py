"""Where the cells of a raster lie under the cells of the grid, whatever the two CRS."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox
from pyproj import CRS, Transformer

from siting.projection import circle, crs_of, is_cylindrical

Floats = NDArray[np.float64]
Read = Callable[[slice, slice], Floats]

LATTICE = 64  # points along a raster where its common ground with the grid is looked for


@dataclass(frozen=True)
class Frame:
    """Where the cells of a raster are.

    Parameters
    ----------
    crs : CRS
        Coordinate reference system.
    affine : Affine
        From (column, row) of cell corners to (x, y); rows may run north, or be rotated.
    height, width : int
        Number of rows and columns.
    """

    crs: CRS
    affine: Affine
    height: int
    width: int

    @property
    def turn(self) -> float | None:
        """Columns in a full turn round the globe; None where x knows no turn."""
        if self.affine.b or self.affine.d:
            return None
        if self.crs.is_geographic:
            length = 360.0
        elif is_cylindrical(self.crs):
            length = circle(self.crs)[2]
        else:
            return None
        turn = length / abs(self.affine.a)
        return float(round(turn)) if abs(turn - round(turn)) < 0.01 else turn

    @property
    def is_periodic(self) -> bool:
        """Whether the last column touches, or repeats, the first."""
        turn = self.turn
        return turn is not None and turn.is_integer() and self.width >= turn


class Window(NamedTuple):
    """Part of a raster; columns may lie beyond its edges where it goes round the globe."""

    row: int
    column: int
    height: int
    width: int


class Positions(NamedTuple):
    """Positions in a raster [cells from its first corner] of a lattice of points of the grid.

    ``row`` of shape (n, 1) and ``column`` of shape (1, m) where they are independent, else both
    of shape (n, m). NaN where a point has no place in the CRS of the raster.
    """

    row: Floats
    column: Floats

    @property
    def separable(self) -> bool:
        """Whether the row follows from the grid's row alone, the column from its column."""
        return bool(self.row.shape[1] == 1 and self.column.shape[0] == 1)


def independent_axes(frame: Frame, grid: GeoBox) -> bool:
    """Whether a raster's row follows from the grid's row alone, its column from the column."""
    if frame.affine.b or frame.affine.d:
        return False
    own = crs_of(grid)
    return _same(own, frame.crs) or (is_cylindrical(own) and is_cylindrical(frame.crs))


def positions(frame: Frame, grid: GeoBox, i: Floats, j: Floats) -> Positions:
    """Positions in a raster of row and column positions of the grid.

    Parameters
    ----------
    frame : Frame
        The raster.
    grid : GeoBox
        The grid.
    i, j : numpy.ndarray of shape (n,) and (m,)
        Rows and columns of the points, ascending; the centre of the first cell is at 0.5, 0.5.

    Notes
    -----
    Where rows and columns are not independent, coordinates follow from polynomials that are
    within 0.4 um of the transformation, see :mod:`siting.io.transformed`; those of a point do not
    depend on what else is asked for.

    On the globe columns are counted on that side where they are one stretch: around the middle
    of the points for a raster that goes round it (which is then read across its own edge), else
    around the middle of the raster, so that 240 E is 120 W.
    """
    own = crs_of(grid)
    if _same(own, frame.crs) or independent_axes(frame, grid):
        return _placed(frame, *_coordinates(frame.crs, grid, i[:, None], j[None, :]))
    from siting.io.transformed import plane  # compiled: not for those who only check a file

    return _placed(frame, *plane(own, frame.crs, grid.affine).coordinates(i, j))


def _placed(frame: Frame, x: Floats, y: Floats) -> Positions:
    """Positions of points by their coordinates, which may be overwritten."""
    from siting.kernels.warp import place, turned

    inverse = ~frame.affine
    if inverse.b == 0 and inverse.d == 0 and x.shape != y.shape:
        row, column = inverse.e * y + inverse.f, inverse.a * x + inverse.c
    else:
        column, row = (np.array(each, order="C") for each in np.broadcast_arrays(x, y))
        place(column, row, tuple(inverse)[:6])
    if frame.turn is not None:
        middle = _middle(column) if frame.is_periodic else np.nan
        turned(column, frame.width / 2 if np.isnan(middle) else middle, frame.turn)
    return Positions(row, column)


def _middle(column: Floats) -> float:
    """Column of a point amid others; NaN where none has a place."""
    middle = float(column.flat[column.size // 2])
    if np.isnan(middle):
        finite = column[np.isfinite(column)]
        return float(finite[finite.size // 2]) if finite.size else np.nan
    return middle


def short_way(difference: Floats, turn: float | None) -> Floats:
    """A difference of columns, the short way round the globe.

    Examples
    --------
    >>> short_way(np.array([1.0, 359.0, -350.0]), 360.0).tolist()
    [1.0, -1.0, 10.0]
    """
    return difference if turn is None else (difference + turn / 2) % turn - turn / 2


def _coordinates(crs: CRS, grid: GeoBox, i: Floats, j: Floats) -> tuple[Floats, Floats]:
    """Coordinates in a CRS of points of the grid, of shapes (n, 1) and (1, m) where they can be."""
    own = crs_of(grid)
    x, y = grid.affine.c + j * grid.affine.a, grid.affine.f + i * grid.affine.e
    if _same(own, crs):
        return x, y
    transform = _transformer(own, crs).transform
    if is_cylindrical(own) and is_cylindrical(crs):
        centre_x, centre_y = grid.affine * (grid.shape.x / 2, grid.shape.y / 2)
        x = transform(x, np.full(x.shape, centre_y))[0]
        y = transform(np.full(y.shape, centre_x), y)[1]
    else:
        x, y = np.broadcast_arrays(x, y)
        x, y = transform(x, y)
    return _finite(x), _finite(y)


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


@lru_cache(maxsize=32)
def _same(one: CRS, other: CRS) -> bool:
    return bool(one.equals(other, ignore_axis_order=True))


@lru_cache(maxsize=32)
def _transformer(source: CRS, target: CRS) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def inside(position: Floats, size: float) -> NDArray[np.bool_]:
    """Whether positions lie between 0 and a size, edges included; NaN does not."""
    from siting.kernels.warp import EDGE

    with np.errstate(invalid="ignore"):
        found: NDArray[np.bool_] = (position >= -EDGE) & (position <= size + EDGE)
    return found


class Ground(NamedTuple):
    """What a raster and the grid have in common.

    Parameters
    ----------
    window : Window
        Part of the raster that lies on the grid, and some cells around it.
    ratio : float
        Side of a grid cell in cells of the raster, in the middle of its range.
    """

    window: Window
    ratio: float


def common_ground(frame: Frame, grid: GeoBox) -> Ground | None:
    """Common ground of a raster and the grid; None where they are apart."""
    i, j = _common_points(frame, grid)
    if not i.size:
        return None
    step = 1e-3
    here, right, down = (
        _at_points(frame, grid, i + a * step, j + b * step) for a, b in ((0, 0), (0, 1), (1, 0))
    )
    area = np.abs(
        (right.row - here.row) * short_way(down.column - here.column, frame.turn)
        - (down.row - here.row) * short_way(right.column - here.column, frame.turn)
    )
    ratio = float(np.sqrt(np.median(area))) / step
    if independent_axes(frame, grid):
        height, width = grid.shape.yx
        edges = positions(frame, grid, np.arange(height + 1.0), np.arange(width + 1.0))
        window = window_around(frame, edges, pad=2)
    else:  # between the points looked at the edges may bulge
        lattice = max(frame.height, frame.width) / LATTICE
        spacing = min(lattice, ratio * max(grid.shape.yx) / LATTICE)
        window = window_around(frame, here, pad=2 + int(spacing))
    return Ground(window, ratio) if window and np.isfinite(ratio) else None


def shared(frame: Frame, grid: GeoBox) -> float:
    """Share of the grid that lies in a raster, from points spread over it."""
    height, width = grid.shape.yx
    rows, columns = min(height, LATTICE), min(width, LATTICE)
    i = (np.arange(rows) + 0.5) * height / rows
    j = (np.arange(columns) + 0.5) * width / columns
    i, j = (each.ravel() for each in np.meshgrid(i, j))
    place = _at_points(frame, grid, i, j)
    found = inside(place.row, frame.height) & _inside_columns(place.column, frame)
    return float(found.mean())


def _common_points(frame: Frame, grid: GeoBox) -> tuple[Floats, Floats]:
    """Rows and columns in the grid, each of shape (n, 1), of points that are in the raster too."""
    i, j = _lattice(grid.shape.y, grid.shape.x)
    row, column = _lattice(frame.height, frame.width)
    own = crs_of(grid)
    x, y = frame.affine * (column, row)
    if not _same(own, frame.crs):
        x, y = (_finite(v) for v in _transformer(frame.crs, own).transform(x, y))
    if is_cylindrical(own):
        x = grid.affine.c + (x - grid.affine.c) % circle(own)[2]
    i = np.concatenate([i, (y - grid.affine.f) / grid.affine.e])
    j = np.concatenate([j, (x - grid.affine.c) / grid.affine.a])
    on_grid = inside(i, grid.shape.y) & inside(j, grid.shape.x)
    i, j = i[on_grid], j[on_grid]
    place = _at_points(frame, grid, i, j)
    common = inside(place.row, frame.height) & _inside_columns(place.column, frame)
    return i[common[:, 0]], j[common[:, 0]]


def _lattice(height: int, width: int) -> tuple[Floats, Floats]:
    """Rows and columns of points spread over a raster, edges included."""
    row, column = np.meshgrid(np.linspace(0, height, LATTICE), np.linspace(0, width, LATTICE))
    return row.ravel(), column.ravel()


def _at_points(frame: Frame, grid: GeoBox, i: Floats, j: Floats) -> Positions:
    """Positions in a raster of single points of the grid, of shape (n, 1)."""
    return _placed(frame, *_coordinates(frame.crs, grid, i[:, None], j[:, None]))


def _inside_columns(column: Floats, frame: Frame) -> NDArray[np.bool_]:
    return np.isfinite(column) if frame.is_periodic else inside(column, frame.width)


def window_around(frame: Frame, places: Positions, pad: int) -> Window | None:
    """Smallest part of a raster that holds the positions and some cells around them."""
    if places.separable:
        both = [values[np.isfinite(values)] for values in places]
        if not all(each.size for each in both):
            return None
        ends = [end for each in both for end in (each.min(), each.max())]
    else:
        from siting.kernels.warp import extent

        width = np.inf if frame.is_periodic else float(frame.width)
        ends = extent(places.row, places.column, float(frame.height), width).tolist()
        if np.isnan(ends).any():
            return None
    top, bottom = int(np.floor(ends[0])) - pad, int(np.ceil(ends[1])) + pad
    left, right = int(np.floor(ends[2])) - pad, int(np.ceil(ends[3])) + pad
    if bottom - pad < 0 or top + pad > frame.height:
        return None
    top, bottom = max(top, 0), min(bottom, frame.height)
    if frame.is_periodic:
        turn = int(frame.turn or frame.width)
        if not places.separable and right - left > turn / 2:  # a pole lies within
            left += (right - left - turn) // 2
            right = left + turn
    else:
        if right - pad < 0 or left + pad > frame.width:
            return None
        left, right = max(left, 0), min(right, frame.width)
    return Window(top, left, bottom - top, right - left)


def read_window(frame: Frame, read: Read, window: Window) -> Floats:
    """Values of a part of a raster, across its edge where it goes round the globe."""
    rows = slice(window.row, window.row + window.height)
    start, stop = window.column, window.column + window.width
    if start >= 0 and stop <= frame.width:
        return read(rows, slice(start, stop))
    columns = np.arange(start, stop) % int(frame.turn or frame.width)
    parts = np.split(columns, np.flatnonzero(np.diff(columns) != 1) + 1)
    return np.hstack([read(rows, slice(int(part[0]), int(part[-1]) + 1)) for part in parts])
