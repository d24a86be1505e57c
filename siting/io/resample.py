"""Values on the grid from the cells of a raster: masks kept, seams closed, areas respected.

Every method is a weighted sum of source cells. Over an area it is one along rows and one along
columns where these are independent, elsewhere one over points spread evenly in each cell.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from odc.geo.geobox import GeoBox

from siting.io.placement import (
    Floats,
    Frame,
    Positions,
    Read,
    Window,
    positions,
    read_window,
    short_way,
    window_around,
)
from siting.io.weights import Taps, covered
from siting.kernels.warp import EDGE, bilinear, most_over_axes, nearest, over_axes
from siting.kernels.warp_plane import most_over_plane, over_plane
from siting.kinds import LayerKind

Method = Literal["nearest", "bilinear", "average", "mode", "sum"]

FINE = 1.5  # from so many source cells along a grid cell, they are averaged instead of picked
SUBPOINTS = 8  # least points along a grid cell where areas have no closed form
MAX_BLOCK = 4_000_000  # source cells held at once for a piece of a tile


@dataclass(frozen=True)
class Resampling:
    """How values come from a raster to the grid.

    Parameters
    ----------
    method : str
        ``nearest`` and ``bilinear`` at cell centres; ``average``, ``mode`` and ``sum`` over the
        area of the cell.
    ratio : float
        Side of a grid cell in source cells.
    circle : float, optional
        Values that are a full turn apart are the same (360 for directions in degrees).
    """

    method: Method
    ratio: float
    circle: float | None = None

    @property
    def by_area(self) -> bool:
        """Whether the whole cell counts, not its centre."""
        return self.method in {"average", "mode", "sum"}

    @property
    def points(self) -> int:
        """Points along a grid cell where areas have no closed form: two for a source cell."""
        return max(SUBPOINTS, int(np.ceil(2 * self.ratio)))


class Block(NamedTuple):
    """A part of a raster that was read: its values, where it lies, columns in a full turn."""

    values: Floats
    window: Window
    turn: float | None

    @property
    def first(self) -> tuple[int, int]:
        """Row and column of the first cell."""
        return self.window.row, self.window.column


def method_for(kind: LayerKind, ratio: float) -> Method:
    """Method that suits a kind of value and the sizes of the cells.

    Examples
    --------
    >>> method_for("continuous", 0.9), method_for("continuous", 4.0), method_for("count", 0.9)
    ('bilinear', 'average', 'sum')
    """
    if kind == "count":
        return "sum"
    if kind in {"categorical", "boolean"}:
        return "mode" if ratio >= FINE else "nearest"
    return "average" if ratio >= FINE else "bilinear"


def resample(
    frame: Frame, read: Read, grid: GeoBox, rows: slice, columns: slice, how: Resampling
) -> Floats:
    """Values on a piece of the grid; NaN where the raster has none.

    Parameters
    ----------
    frame : Frame
        Where the cells of the raster are.
    read : callable
        ``read(rows, columns)`` gives values with NaN as no-data.
    grid : GeoBox
        The grid.
    rows, columns : slice
        The piece.
    how : Resampling
        The method.

    Notes
    -----
    A bilinear value needs data in the cell that the centre lies in; neighbours without data
    take no part. A mean or mode is that of the part of the cell that has data, a sum counts
    cells by the share of their area.

    Where the cells of the grid lie askew in the raster, areas are counted by points spread evenly
    over each cell: 8 x 8, or more until two fall on the side of a source cell. The values of a
    cell do not depend on the piece that it is asked for with.
    """
    shape = rows.stop - rows.start, columns.stop - columns.start
    if shape[0] * shape[1] > 1 and shape[0] * shape[1] * max(how.ratio, 1.0) ** 2 > MAX_BLOCK:
        axis = int(shape[1] > shape[0])
        halves = [(rows, half) for half in _halves(columns)]
        if axis == 0:
            halves = [(half, columns) for half in _halves(rows)]
        return np.concatenate([resample(frame, read, grid, *h, how) for h in halves], axis=axis)
    shift = 0.0 if how.by_area else 0.5
    i = np.arange(rows.start, rows.stop + how.by_area) + shift
    j = np.arange(columns.start, columns.stop + how.by_area) + shift
    places = positions(frame, grid, i, j)
    window = window_around(frame, places, pad=2 + int(how.by_area and how.ratio))
    if window is None:
        return np.full(shape, np.nan)
    block = Block(np.ascontiguousarray(read_window(frame, read, window)), window, frame.turn)
    if not how.by_area:
        return _at_centres(block, places, how)
    if how.method == "mode":
        return _most(block, places, how.points)
    return _over_area(block, places, how)


def _halves(part: slice) -> list[slice]:
    middle = (part.start + part.stop) // 2
    return [slice(part.start, middle), slice(middle, part.stop)]


def _at_centres(block: Block, places: Positions, how: Resampling) -> Floats:
    taken = nearest if how.method == "nearest" else bilinear
    shape = places.row.shape[0], places.column.shape[1]
    row, column = (np.broadcast_to(each, shape) for each in places)

    def value(values: Floats) -> Floats:
        return taken(values, row, column, block.first)

    return value(block.values) if how.circle is None else _direction(value, block, how.circle)


def _over_area(block: Block, corners: Positions, how: Resampling) -> Floats:
    if corners.separable:
        row, column = _along_axes(block, corners)

        def sums(values: Floats) -> tuple[Floats, Floats]:
            return over_axes(values, *row, *column)

    else:

        def sums(values: Floats) -> tuple[Floats, Floats]:
            return over_plane(values, *corners, block.first, block.turn or 0.0, how.points)

    def mean(values: Floats) -> Floats:
        total, area = sums(values)
        return total / np.where(area > 0, area, np.nan)

    if how.circle is not None:
        return _direction(mean, block, how.circle)
    if how.method == "average":
        return mean(block.values)
    total, area = sums(block.values)
    return np.where(area > 0, total, np.nan)


def _most(block: Block, corners: Positions, points: int) -> Floats:
    """The value with the largest area; the smaller of two that share it."""
    known = np.isfinite(block.values)
    classes = np.unique(block.values[known]) + 0.0  # -0 is 0
    codes = np.where(known, np.searchsorted(classes, block.values), -1)
    if corners.separable:
        row, column = _along_axes(block, corners)
        found = most_over_axes(codes, *row, *column, classes.size)
    else:
        place = *corners, block.first, block.turn or 0.0
        found = most_over_plane(codes, *place, points, classes.size)
    return np.append(classes, np.nan)[found]  # -1 is the last


def _along_axes(block: Block, corners: Positions) -> tuple[Taps, Taps]:
    row, column = corners.row[:, 0], corners.column[0]
    along = short_way(np.diff(column), block.turn)
    return (
        covered(row[:-1], row[1:], block.first[0], block.values.shape[0]),
        covered(column[:-1], column[:-1] + along, block.first[1], block.values.shape[1]),
    )


def _direction(mean: Callable[[Floats], Floats], block: Block, circle: float) -> Floats:
    """Direction of the mean of unit vectors; none where opposite ones leave nothing."""
    angle = block.values * (2 * np.pi / circle)
    with np.errstate(invalid="ignore"):  # what is not finite is no data
        east, north = mean(np.sin(angle)), mean(np.cos(angle))
    values = np.arctan2(east, north) / (2 * np.pi) * circle % circle
    values = np.where(values >= circle, 0.0, values)  # a hair below 0 is rounded to 360
    return np.where(np.hypot(east, north) > EDGE, values, np.nan)
