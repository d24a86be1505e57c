"""Where the cells of a grid lie on a Web Mercator map, without resampling one of them."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from odc.geo.geobox import GeoBox

from siting.grid import is_periodic
from siting.projection import circle, crs_of, from_geographic, is_cylindrical, position, wrap

Floats = NDArray[np.float64]

MERCATOR_LIMIT = 85.0511287798  # [degree] latitude at which the Web Mercator square ends
TOLERANCE = 0.004  # [cells] largest error of the lattice that we aim for
MAX_NODES = 30_000
CELL_AT_MAX_ZOOM = 64  # [pixels]


@dataclass(frozen=True)
class Placement:
    """A lattice over the map that knows its position in the grid at every node.

    Between nodes the browser interpolates linearly. So each cell is drawn where it is, in any
    CRS, and the values that travel are those of the grid itself.

    Attributes
    ----------
    west, span : float
        First longitude, and how far the lattice reaches to the east of it [degree].
    top, bottom : float
        Web Mercator ordinates of its edges: 0 at 85.05 N, 1 at 85.05 S.
    columns, rows : numpy.ndarray of shape (nodes down, nodes across)
        Position of each node in the grid, in cells from its north-west corner; NaN where the
        projection is not defined.
    error : float
        Largest error of the interpolation inside the grid [cells].
    """

    west: float
    span: float
    top: float
    bottom: float
    columns: Floats
    rows: Floats
    error: float

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the lattice [degree]; east may lie beyond 180."""
        south, north = latitude_at(self.bottom), latitude_at(self.top)
        return self.west, south, self.west + self.span, north


def mercator(latitude: ArrayLike) -> Floats:
    """Web Mercator ordinate of a latitude: 0 at 85.05 N, 0.5 at the equator, 1 at 85.05 S.

    Examples
    --------
    >>> mercator([0.0, 66.51326044]).round(6).tolist()
    [0.5, 0.25]
    """
    return np.asarray(0.5 - np.arcsinh(np.tan(np.radians(latitude))) / (2 * np.pi))


def latitude_at(ordinate: float) -> float:
    """Latitude [degree] of a Web Mercator ordinate.

    Examples
    --------
    >>> round(latitude_at(0.25), 4)
    66.5133
    """
    return math.degrees(math.atan(math.sinh((0.5 - ordinate) * 2 * math.pi)))


def place(grid: GeoBox) -> Placement:
    """Lattice of a grid, as fine as its projection asks for.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> world = place(make_grid("EPSG:6933", 100_000, "world"))
    >>> world.columns.shape[1], round(world.bounds[0]), round(world.bounds[2])
    (2, -180, 180)
    """
    west, south, east, north = _footprint(grid)
    top = float(mercator(min(north, MERCATOR_LIMIT)))
    bottom = float(mercator(max(south, -MERCATOR_LIMIT)))
    frame = west, east - west, top, bottom
    down, across = 9, 2 if is_cylindrical(crs_of(grid)) else 9
    while True:
        columns, rows = _nodes(grid, frame, down, across)
        error_across, error_down = _errors(grid, frame, columns, rows)
        error = max(error_across, error_down)
        if error <= TOLERANCE or down * across > MAX_NODES:
            return Placement(*frame, columns, rows, error)
        if error_across > TOLERANCE:
            across = 2 * across - 1
        if error_down > TOLERANCE:
            down = 2 * down - 1


def max_zoom(grid: GeoBox, placement: Placement) -> int:
    """Deepest zoom: a cell is large there, and still placed to the pixel."""
    cells_across = float(np.nanmax(placement.columns) - np.nanmin(placement.columns))
    degrees = placement.span / max(cells_across, 1.0)
    pixels = min(CELL_AT_MAX_ZOOM, 1 / max(placement.error, 1e-9))
    return int(np.clip(math.floor(math.log2(pixels * 360 / degrees / 256)) + 1, 3, 18))


def _footprint(grid: GeoBox) -> tuple[float, float, float, float]:
    """West, south, east and north of a grid [degree]; east goes on beyond 180."""
    if is_cylindrical(crs_of(grid)):
        height, width = grid.shape.yx
        longitude, latitude = position(grid, np.array([0.0, height]), np.array([0.0, 0.0]))
        degrees = width * grid.affine.a / circle(crs_of(grid))[2] * 360
        span = 360.0 if is_periodic(grid) else min(degrees, 360.0)
        return float(longitude[0]), float(latitude[1]), float(longitude[0]) + span, latitude[0]
    return _sampled_footprint(grid)


def _sampled_footprint(grid: GeoBox) -> tuple[float, float, float, float]:
    height, width = grid.shape.yx
    i, j = np.meshgrid(np.linspace(0, height, 129), np.linspace(0, width, 129), indexing="ij")
    longitude, latitude = position(grid, i, j)
    inside = np.isfinite(longitude) & np.isfinite(latitude)
    west, east = _longitude_range(longitude[inside])
    low, high = latitude[inside].min(), latitude[inside].max()
    margin = 0.02 * (high - low)  # the edge bulges between samples
    return west, max(low - margin, -90.0), east, min(high + margin, 90.0)


def _longitude_range(longitude: Floats) -> tuple[float, float]:
    """West and east of places, found from the widest gap between them.

    Examples
    --------
    >>> _longitude_range(np.array([170.0, 178.0, -179.0, -172.0]))
    (169.64, 188.36)
    """
    degrees = np.sort(longitude % 360)
    gaps = np.diff(degrees, append=degrees[0] + 360)
    widest = int(np.argmax(gaps))
    if gaps[widest] < 15:
        return -180.0, 180.0
    west, span = float(wrap(degrees[(widest + 1) % degrees.size])), 360 - float(gaps[widest])
    margin = 0.02 * span
    return west - margin, west + span + margin


def _nodes(
    grid: GeoBox, frame: tuple[float, float, float, float], down: int, across: int
) -> tuple[Floats, Floats]:
    west, span, top, bottom = frame
    x, y = np.meshgrid(np.linspace(0, 1, across), np.linspace(top, bottom, down))
    return _grid_position(grid, west, x * span, span, y)


def _grid_position(
    grid: GeoBox, west: float, east_of_west: Floats, span: float, ordinate: Floats
) -> tuple[Floats, Floats]:
    """Column and row positions of places on the map."""
    system, affine = crs_of(grid), grid.affine
    # A hair inside, so that the eastern edge of the world is not taken for the western one.
    degrees = np.clip(east_of_west, 1e-9, span - 1e-9)
    x = wrap(west + degrees)
    y = np.degrees(np.arctan(np.sinh((0.5 - ordinate) * 2 * np.pi)))
    if system.is_projected:
        x, y = (np.asarray(v) for v in from_geographic(system).transform(x, y))
    if is_cylindrical(system):
        x = affine.c + (x - affine.c) % circle(system)[2]
    columns, rows = (x - affine.c) / affine.a, (y - affine.f) / affine.e
    defined = np.isfinite(columns) & np.isfinite(rows)
    return np.where(defined, columns, np.nan), np.where(defined, rows, np.nan)


def _errors(
    grid: GeoBox, frame: tuple[float, float, float, float], columns: Floats, rows: Floats
) -> tuple[float, float]:
    """Largest error half-way between nodes, across and down [cells]."""
    down, across = columns.shape
    fine_columns, fine_rows = _nodes(grid, frame, 2 * down - 1, 2 * across - 1)
    height, width = grid.shape.yx
    found = []
    for axis, step in ((1, np.s_[::2, 1::2]), (0, np.s_[1::2, ::2])):
        true_column, true_row = fine_columns[step], fine_rows[step]
        column, row = _halfway(columns, axis), _halfway(rows, axis)
        with np.errstate(invalid="ignore"):
            inside = (true_column > -1) & (true_column < width + 1)
            inside &= (true_row > -1) & (true_row < height + 1)
        error = np.maximum(np.abs(column - true_column), np.abs(row - true_row))[inside]
        found.append(float(np.nanmax(error, initial=0.0)))
    return found[0], found[1]


def _halfway(nodes: Floats, axis: int) -> Floats:
    first = np.take(nodes, range(nodes.shape[axis] - 1), axis)
    return np.asarray((first + np.take(nodes, range(1, nodes.shape[axis]), axis)) / 2)
