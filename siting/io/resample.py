"""Values on the grid from the cells of a raster: masks kept, seams closed, areas respected.

Every method is a weighted sum of source cells. Where rows and columns are independent it is one
sparse matrix for each, elsewhere one sparse matrix for the plane.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.io.placement import (
    EDGE,
    Floats,
    Frame,
    Positions,
    Read,
    independent_axes,
    positions,
    read_window,
    short_way,
    window_around,
)
from siting.io.weights import (
    Taps,
    Weighted,
    along_axes,
    covered,
    in_plane,
    linear,
    nearest,
    pairs,
)
from siting.kinds import LayerKind

Method = Literal["nearest", "bilinear", "average", "mode", "sum"]

FINE = 1.5  # from so many source cells along a grid cell, they are averaged instead of picked
MAX_BLOCK = 4_000_000  # source cells held at once for a piece of a tile
MAX_PIECE = 1 << 14  # grid cells at once where areas have no closed form
SUBPOINTS = 8  # points along a grid cell where areas have no closed form


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
    """
    shape = rows.stop - rows.start, columns.stop - columns.start
    if _too_large(shape, how, independent_axes(frame, grid)):
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
    block = read_window(frame, read, window)
    local = Positions(places.row - window.row, places.column - window.column)
    if how.by_area:
        return _over_area(block, local, frame.turn, how)
    return _at_centres(block, local, how)


def _too_large(shape: tuple[int, int], how: Resampling, independent: bool) -> bool:
    cells = shape[0] * shape[1]
    if cells == 1:
        return False
    in_plane = how.by_area and not independent
    return cells * max(how.ratio, 1.0) ** 2 > MAX_BLOCK or (in_plane and cells > MAX_PIECE)


def _halves(part: slice) -> list[slice]:
    middle = (part.start + part.stop) // 2
    return [slice(part.start, middle), slice(middle, part.stop)]


def _at_centres(block: Floats, places: Positions, how: Resampling) -> Floats:
    values = _blend(block, _point_weights(nearest, block, places), how)
    if how.method == "nearest":
        return values
    blended = _blend(block, _point_weights(linear, block, places), how)
    return np.where(np.isnan(values), np.nan, blended)


def _point_weights(
    taps: Callable[[Floats, int], Taps], block: Floats, places: Positions
) -> Weighted:
    row, column = taps(places.row, block.shape[0]), taps(places.column, block.shape[1])
    if places.separable:
        return along_axes(row, column, block.shape)
    return in_plane(*pairs(row, column), block.shape)


def _over_area(block: Floats, corners: Positions, turn: float | None, how: Resampling) -> Floats:
    if corners.separable:
        row, column = corners.row, corners.column
        along = short_way(np.diff(column), turn)
        weighted = along_axes(
            covered(row[:-1], row[1:], block.shape[0]),
            covered(column[:, :-1], column[:, :-1] + along, block.shape[1]),
            block.shape,
        )
    else:
        weighted = _subpoint_weights(block, corners, turn, how.ratio)
    return _blend(block, weighted, how)


def _subpoint_weights(
    block: Floats, corners: Positions, turn: float | None, ratio: float
) -> Weighted:
    """Means of source cells at points spread over each cell, times the cell's area.

    Source cells much smaller than the spacing of the points are first gathered into squares.
    """
    side = max(1, int(ratio / SUBPOINTS * 2))
    row, column = corners.row, corners.column
    nw = row[:-1, :-1], column[:-1, :-1]
    others = [
        (row[part], nw[1] + short_way(column[part] - nw[1], turn))
        for part in (np.s_[:-1, 1:], np.s_[1:, :-1], np.s_[1:, 1:])
    ]
    corner_rows, corner_columns = zip(nw, *others, strict=True)
    gathered = -(-block.shape[0] // side), -(-block.shape[1] // side)
    at_row = nearest(_spread(corner_rows) / side, gathered[0])
    column = _spread(corner_columns)
    if turn is not None:  # a cell at a pole spans all longitudes
        column = np.where(column < -EDGE, column % turn, column)
    at_column = nearest(column / side, gathered[1])
    area = _quadrilateral(corner_rows, corner_columns) / SUBPOINTS**2
    weighted = in_plane(
        Taps(at_row.source[0], at_row.weight[0] * area),
        Taps(at_column.source[0], at_column.weight[0]),
        gathered,
    )
    return lambda values: weighted(_gather(values, side))


def _spread(corners: tuple[Floats, ...]) -> Floats:
    """Values at points spread evenly over each cell, of shape (points, n, m)."""
    nw, ne, sw, se = corners
    share = (np.arange(SUBPOINTS) + 0.5) / SUBPOINTS
    return np.stack(
        [
            (nw * (1 - u) + ne * u) * (1 - v) + (sw * (1 - u) + se * u) * v
            for v in share
            for u in share
        ]
    )


def _quadrilateral(row: tuple[Floats, ...], column: tuple[Floats, ...]) -> Floats:
    """Area of cells from their corners (NW, NE, SW, SE): half the product of the diagonals."""
    one = row[3] - row[0], column[3] - column[0]
    other = row[2] - row[1], column[2] - column[1]
    return np.abs(one[0] * other[1] - one[1] * other[0]) / 2


def _gather(values: NDArray[Any], side: int) -> Floats:
    """Means of squares of cells; what lies beyond the edge counts as 0."""
    if side == 1:
        return values
    height, width = (-(-size // side) for size in values.shape)
    whole = np.zeros((height * side, width * side))
    whole[: values.shape[0], : values.shape[1]] = values
    return np.asarray(whole.reshape(height, side, width, side).mean(axis=(1, 3)))


def _blend(block: Floats, weighted: Weighted, how: Resampling) -> Floats:
    """One value for each target from its weighted source cells."""
    valid = np.isfinite(block)
    weight = weighted(valid.astype(float))
    there = weight > 0
    weight = np.where(there, weight, 1.0)
    filled = np.where(valid, block, 0.0)
    if how.method == "mode":
        values = _most(block, weighted, valid)
    elif how.method == "sum":
        values = weighted(filled)
    elif how.circle is None:
        values = weighted(filled) / weight
    else:
        angle = filled * (2 * np.pi / how.circle)
        east = weighted(np.where(valid, np.sin(angle), 0.0)) / weight
        north = weighted(np.where(valid, np.cos(angle), 0.0)) / weight
        there &= np.hypot(east, north) > EDGE  # opposite directions have no mean
        values = np.arctan2(east, north) / (2 * np.pi) * how.circle % how.circle
        values = np.where(values >= how.circle, 0.0, values)  # a hair below 0 is rounded to 360
    return np.where(there, values, np.nan)


def _most(block: Floats, weighted: Weighted, valid: NDArray[np.bool_]) -> Floats:
    """The value with the largest area; the smaller of two that share it."""
    values: Floats = np.zeros(())
    largest: Floats = np.zeros(())
    for each in np.unique(block[valid]):
        area = weighted((block == each).astype(float))
        values = np.where(area > largest * (1 + EDGE), each, values)
        largest = np.maximum(area, largest)
    return values
