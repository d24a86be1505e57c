"""Neighbourhoods of cells: in true metres, across tiles and across the dateline.

Two ways in, both lazy, both giving NaN beyond the edges of the grid:

``neighbours(layer, function, grid)``
    ``function(values, dx, dy)`` sees a tile with one more cell on each side, and the true size of
    every cell: slope, curvature.
``overlap(layer, function, radius, grid)``
    ``function(values, footprint)`` sees a tile with room for a circle of a radius in metres: the
    functions of :mod:`siting.kernels.windows` are such, so that
    ``overlap(elevation, windows.standard_deviation, 20_000.0, grid)`` is a relief.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import dask.array as da
import numpy as np
import xarray as xr
from dask.delayed import delayed
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.geodesy import chord, ecef, spacing
from siting.grid import TILE, as_layer, is_periodic, longitude_latitude, tiles
from siting.kernels.windows import Footprint, Integers
from siting.projection import Floats, circle, crs_of, is_cylindrical

WindowFunction = Callable[[Floats, Footprint], Floats]
NeighbourFunction = Callable[[Floats, Floats, Floats], Floats]
TileFunction = Callable[[slice, slice, Floats], Floats]


def neighbours(layer: xr.DataArray, function: NeighbourFunction, grid: GeoBox) -> xr.DataArray:
    """Lazy layer from a function of each cell and its eight neighbours.

    Parameters
    ----------
    layer : xarray.DataArray of shape (y, x)
        On the grid.
    function : callable
        ``function(values, dx, dy)`` gives (rows, columns) from values of shape (rows + 2,
        columns + 2), float64, NaN beyond the grid, with the true width and height of the cells
        [m] of shape (rows + 2, 1) or (rows + 2, columns + 2).
    grid : GeoBox
        The run's grid.

    Examples
    --------
    The height of a plane that rises 1 m per km eastwards, on cells of about 111 km:

    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 3, 1))
    >>> height = as_layer(np.array([[0.0, 111.3, 222.6]]), grid)
    >>> rise = lambda z, dx, dy: (z[1:-1, 2:] - z[1:-1, :-2]) / (2 * dx[1:-1])
    >>> neighbours(height, rise, grid).values.round(5).tolist()
    [[nan, 0.001, nan]]
    """
    tile = partial(_neighbour_tile, function, grid)
    return _by_tiles(layer, grid, 1, [(1, tile)] * len(tiles(grid)))


def _neighbour_tile(
    function: NeighbourFunction, grid: GeoBox, rows: slice, columns: slice, values: Floats
) -> Floats:
    around = (slice(edges.start - 1, edges.stop + 1) for edges in (rows, columns))
    return function(values, *spacing(grid, *around))


def eastward(values: Floats, dx: Floats) -> Floats:
    """Rise per metre along the rows, for :func:`neighbours`.

    Parameters
    ----------
    values : numpy.ndarray of shape (rows + 2, columns + 2)
        Values; NaN in any neighbour gives NaN.
    dx : numpy.ndarray of shape (rows + 2, 1) or (rows + 2, columns + 2)
        Width of the cells [m].

    Notes
    -----
    Central differences of three rows, weighted 1:2:1 (Horn 1981), each over its own true width.

    Examples
    --------
    >>> eastward(np.array([[0.0, 1.0, 2.0]] * 3), np.full((3, 1), 10.0)).tolist()
    [[0.1]]
    """
    span = 2 * dx if dx.shape[1] == 1 else (dx[:, :-2] + 2 * dx[:, 1:-1] + dx[:, 2:]) / 2
    rise = (values[:, 2:] - values[:, :-2]) / span
    return np.asarray((rise[:-2] + 2 * rise[1:-1] + rise[2:]) / 4)


def northward(values: Floats, dy: Floats) -> Floats:
    """Rise per metre up the columns, for :func:`neighbours`; see :func:`eastward`.

    Examples
    --------
    >>> northward(np.array([[2.0] * 3, [1.0] * 3, [0.0] * 3]), np.full((3, 1), 10.0)).tolist()
    [[0.1]]
    """
    span = (dy[:-2] + 2 * dy[1:-1] + dy[2:]) / 2
    rise = (values[:-2] - values[2:]) / span
    return np.asarray((rise[:, :-2] + 2 * rise[:, 1:-1] + rise[:, 2:]) / 4)


def overlap(
    layer: xr.DataArray, function: WindowFunction, radius: float, grid: GeoBox
) -> xr.DataArray:
    """Lazy layer from a function of the cells within a true distance of each cell.

    Parameters
    ----------
    layer : xarray.DataArray of shape (y, x)
        On the grid.
    function : callable
        ``function(values, footprint)`` that gives (rows, columns), such as ``mean``,
        ``standard_deviation``, ``minimum`` or ``maximum`` of :mod:`siting.kernels.windows`.
    radius : float
        Distance over the ground between cell centres [m].
    grid : GeoBox
        The run's grid.

    Returns
    -------
    xarray.DataArray of shape (y, x)
        NaN where the cell itself is NaN. Cells beyond the grid are left out of the window.

    Notes
    -----
    Where rows are parallels the window is the exact circle on the ellipsoid. Elsewhere it uses
    the true cell sizes of each row in the middle of the grid.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> from siting.kernels.windows import maximum
    >>> grid = make_grid("EPSG:4326", 1.0, (-180, 0, 180, 1))
    >>> layer = as_layer(np.arange(360.0)[None], grid)
    >>> overlap(layer, maximum, 120_000.0, grid).values[0, [0, 1, 359]].tolist()
    [359.0, 2.0, 359.0]
    """
    if not radius > 0:
        raise ValueError(f"radius must be greater than 0 m (got {radius})")
    widths = half_widths(grid, radius)
    footprints = [_footprint(widths, rows) for rows, _ in tiles(grid)]
    functions = [(each.margin, partial(_window_tile, function, each)) for each in footprints]
    return _by_tiles(layer, grid, len(widths) // 2, functions)


def _footprint(widths: Integers, rows: slice) -> Footprint:
    half_widths = widths[:, rows]
    return Footprint(half_widths, int(half_widths.max()))


def _window_tile(
    function: WindowFunction, footprint: Footprint, rows: slice, columns: slice, values: Floats
) -> Floats:
    result = function(values, footprint)
    return np.where(np.isnan(footprint.centre(values)), np.nan, result)


def half_widths(grid: GeoBox, radius: float) -> Integers:
    """Cells to either side that lie within a radius, at each row offset and row.

    Parameters
    ----------
    grid : GeoBox
        The grid.
    radius : float
        Distance over the ground [m].

    Returns
    -------
    numpy.ndarray of shape (2 * halo + 1, rows)
        Half widths, from the northernmost offset; -1 where the row is out of reach.
    """
    rows, columns = grid.shape.yx
    _, dy = spacing(grid, slice(0, rows), slice(columns // 2, columns // 2 + 1))
    halo = min(int(radius / dy.min()) + 1, rows - 1)
    reach = _reach_on_parallels if is_cylindrical(crs_of(grid)) else _reach_on_plane
    most = (columns - 1) // 2 if is_periodic(grid) else columns - 1
    widths = np.full((2 * halo + 1, rows), -1, dtype=np.int64)
    here = np.arange(rows)
    for offset in range(-halo, halo + 1):
        there = here + offset
        inside = (there >= 0) & (there < rows)
        cells = reach(grid, here[inside], there[inside], radius)
        widths[offset + halo, inside] = np.clip(np.floor(cells + 1e-9), -1, most)
    return widths


def _reach_on_parallels(grid: GeoBox, here: Integers, there: Integers, radius: float) -> Floats:
    """Cells along a parallel within a radius of a place on another; negative where none."""
    _, latitude = longitude_latitude(grid, slice(0, grid.shape.y), slice(0, 1))
    points = ecef(0.0, latitude[:, 0])
    p, z = points[:, 0], points[:, 2]  # distance from the axis and the equator
    square = p[here] ** 2 + p[there] ** 2 + (z[here] - z[there]) ** 2 - chord(radius) ** 2
    cosine = square / (2 * p[here] * p[there])
    angle = np.where(cosine > 1, -1.0, np.arccos(np.clip(cosine, -1, 1)))
    return np.asarray(angle * circle(crs_of(grid))[2] / (2 * np.pi * grid.affine.a))


def _reach_on_plane(grid: GeoBox, here: Integers, there: Integers, radius: float) -> Floats:
    """Cells along a row within a radius of a place on another; negative where none."""
    middle = slice(grid.shape.x // 2, grid.shape.x // 2 + 1)
    dx, dy = (size[:, 0] for size in spacing(grid, slice(0, grid.shape.y), middle))
    north = np.cumsum(dy) - dy / 2
    square = radius**2 - (north[here] - north[there]) ** 2
    return np.where(square < 0, -1.0, np.sqrt(np.maximum(square, 0)) / dx[there])


def _by_tiles(
    layer: xr.DataArray, grid: GeoBox, halo: int, functions: Sequence[tuple[int, TileFunction]]
) -> xr.DataArray:
    """Layer of the results of a function for each tile, given rows, columns and values around.

    Each function stands with its margin: the values have ``halo`` more rows and ``margin`` more
    columns than the tile on either side, NaN beyond the grid.
    """
    dtype = np.result_type(layer.dtype, np.float32)
    data = layer.chunk(y=TILE, x=TILE).data
    # Not optimised one by one: tiles that are neighbours to several are then made once.
    sources = data.to_delayed(optimize_graph=False)
    table = np.empty(sources.shape, dtype=object)
    for (rows, columns), (margin, function) in zip(tiles(grid), functions, strict=True):
        north_south = _Reach.along(rows, halo, grid.shape.y, periodic=False)
        west_east = _Reach.along(columns, margin, grid.shape.x, periodic=is_periodic(grid))
        blocks = sources[np.ix_(north_south.tiles, west_east.tiles)].tolist()
        values = delayed(_assemble, pure=True)(blocks, north_south, west_east)
        block = delayed(_result, pure=True)(function, rows, columns, values, dtype)
        shape = rows.stop - rows.start, columns.stop - columns.start
        table[rows.start // TILE, columns.start // TILE] = da.from_delayed(  # type: ignore[no-untyped-call]  # dask has no hints
            block, shape, dtype
        )
    return as_layer(da.block(table.tolist()), grid)  # type: ignore[no-untyped-call]  # dask has no hints


@dataclass(frozen=True)
class _Reach:
    """Tiles and parts of them, along one axis, that make up a tile with its surroundings."""

    tiles: list[int]
    parts: list[slice]
    beyond: tuple[int, int]  # cells before the first part and after the last, outside the grid

    @classmethod
    def along(cls, tile: slice, halo: int, length: int, *, periodic: bool) -> "_Reach":
        start, stop = tile.start - halo, tile.stop + halo
        beyond = (0, 0) if periodic else (max(-start, 0), max(stop - length, 0))
        position, stop = start + beyond[0], stop - beyond[1]
        numbers, parts = [], []
        while position < stop:
            number, first = divmod(position % length, TILE)
            last = min(first + stop - position, TILE, length - number * TILE)
            numbers.append(number)
            parts.append(slice(first, last))
            position += last - first
        return cls(numbers, parts, beyond)


def _assemble(blocks: list[list[NDArray[Any]]], north_south: _Reach, west_east: _Reach) -> Floats:
    cut = [
        [block[rows, columns] for block, columns in zip(line, west_east.parts, strict=True)]
        for line, rows in zip(blocks, north_south.parts, strict=True)
    ]
    values = np.block(cut).astype(np.float64)
    return np.pad(values, (north_south.beyond, west_east.beyond), constant_values=np.nan)


def _result(
    function: TileFunction, rows: slice, columns: slice, values: Floats, dtype: np.dtype[Any]
) -> NDArray[Any]:
    return np.asarray(function(rows, columns, values)).astype(dtype, copy=False)
