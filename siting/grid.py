"""The one grid of a run: what it is, where its cells are, and how a layer comes onto it."""

import math
from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, Literal

import dask.array as da
import numpy as np
import xarray as xr
from affine import Affine
from numpy.typing import ArrayLike, DTypeLike, NDArray
from odc.geo.geobox import GeoBox
from odc.geo.xr import xr_coords
from pyproj import CRS, Proj

from siting.errors import GridError
from siting.geodesy import band_area
from siting.projection import (
    Floats,
    analysis_crs,
    circle,
    crs_of,
    from_geographic,
    is_cylindrical,
    is_equal_area,
    position,
    wrap,
)

TILE = 1024  # rows and columns of a tile
WORLD_SOUTH, WORLD_NORTH = -60.0, 84.0  # [degree] Antarctica has no sites, and flatters shares
FARTHEST = 1e9  # no projection puts a place farther from its origin, in any unit of length
MAX_CELLS = 2_000_000_000

Bounds = tuple[float, float, float, float]
BlockFunction = Callable[[slice, slice, Floats, Floats], NDArray[Any]]


def make_grid(crs: str, resolution: float, bounds: Bounds | Literal["world"]) -> GeoBox:
    """Grid of square cells, north up, from a CRS, a cell size and bounds.

    Parameters
    ----------
    crs : str
        What pyproj reads, such as ``EPSG:6933``.
    resolution : float
        Cell size [unit of the CRS].
    bounds : tuple of float or "world"
        West, south, east, north [unit of the CRS]; across the dateline east goes on beyond 180.
        ``"world"`` is 180 W to 180 E and 60 S to 84 N, in whole rows.

    Raises
    ------
    GridError
        Where there can be no such grid, or distances on it would be wrong.

    Notes
    -----
    A grid right round the globe closes at the dateline: where the resolution does not divide
    the globe it gets the nearest number of columns that four divides, as EASE-Grid 2.0 has it,
    so 10 km on EPSG:6933 are 3472 columns of 10,004.34 m and 25 km are 1388 of 25,025.26 m.
    World rows are counted from the equator. Other grids start at their north-west corner and
    cover the bounds with whole cells.

    Examples
    --------
    >>> world = make_grid("EPSG:6933", 10_000, "world")
    >>> tuple(world.shape), round(world.resolution.x, 2)
    ((1365, 3472), 10004.34)
    """
    system = analysis_crs(crs)
    if not (math.isfinite(resolution) and resolution > 0):
        raise GridError(
            "GRID_RESOLUTION",
            "a cell must have a size",
            where="grid.resolution",
            found=str(resolution),
            wanted="a number greater than 0",
        )
    if not isinstance(bounds, str) and len(bounds) == 4:
        _check_fits(resolution, bounds)
    if isinstance(bounds, str):
        shape, affine = _world(system, resolution, bounds)
    else:
        shape, affine = _regional(system, resolution, bounds)
    if shape[0] * shape[1] > MAX_CELLS:
        raise GridError(
            "GRID_SIZE",
            "the grid has too many cells",
            where="grid",
            found=f"{shape[0]:,} rows x {shape[1]:,} columns",
            wanted=f"at most {MAX_CELLS:,} cells",
            fix="make the resolution coarser or the bounds smaller",
        )
    return _on_earth(GeoBox(shape, affine, crs))


def _check_fits(resolution: float, bounds: Bounds) -> None:
    """Refuse cells that are wider and higher than all that they are to cover."""
    width, height = bounds[2] - bounds[0], bounds[3] - bounds[1]
    if resolution > max(width, height) * (1 + 1e-9) > 0:
        raise GridError(
            "GRID_RESOLUTION",
            "a cell is larger than the bounds",
            where="grid.resolution",
            found=f"{resolution:.6g} for bounds of {width:.6g} x {height:.6g}",
            wanted="cells that fit into the bounds, in units of the CRS",
            fix="is the resolution in another unit than the bounds?",
        )


def _world(system: CRS, resolution: float, bounds: str) -> tuple[tuple[int, int], Affine]:
    if bounds != "world" or not is_cylindrical(system):
        raise _bounds_error(
            "'world' is the one word for bounds, for EPSG:6933 and geographic grids",
            found=f"{bounds!r} with {system.name}",
            fix="use crs EPSG:6933 with bounds world, or write the four numbers",
        )
    _, middle, length = circle(system)
    columns = _closing_columns(length, resolution)
    size = length / columns
    north, south = (_rows_to(system, latitude, size) for latitude in (WORLD_NORTH, WORLD_SOUTH))
    return (north + south, columns), Affine(size, 0, middle - length / 2, 0, -size, north * size)


def _closing_columns(length: float, resolution: float) -> int:
    """Columns round the globe: as asked where they are whole, else a multiple of four."""
    columns = _cells(length, resolution)
    if abs(columns - round(columns)) < 1e-6:
        return max(round(columns), 1)
    return max(4 * round(columns / 4), 4)


def _rows_to(system: CRS, latitude: float, size: float) -> int:
    """Rows from the equator to a parallel, rounded, but never beyond the pole."""
    edge, pole = abs(latitude), 90.0
    if system.is_projected:
        _, y = from_geographic(system).transform([0.0, 0.0], [edge, pole])
        edge, pole = y
    return max(min(round(edge / size), math.floor(pole / size + 1e-9)), 1)


def _regional(system: CRS, resolution: float, bounds: Bounds) -> tuple[tuple[int, int], Affine]:
    if len(bounds) != 4 or not all(math.isfinite(edge) for edge in bounds):
        raise _bounds_error("bounds are four finite numbers", found=str(list(bounds)))
    west, south, east, north = bounds
    if not (west < east and south < north):
        raise _bounds_error(
            "the bounds are reversed or empty",
            found=str(list(bounds)),
            fix="across the dateline let east go on beyond 180, as in [170, -50, 190, -30]",
        )
    width, height = east - west, north - south
    if max(abs(west), abs(south), abs(east), abs(north)) > FARTHEST:
        raise _bounds_error("the bounds lie beyond any place on the earth", found=str(list(bounds)))
    if is_cylindrical(system):
        length = circle(system)[2]
        if width > length * (1 + 1e-9):
            raise _bounds_error(
                "the bounds reach more than once round the globe", str(list(bounds))
            )
        if width > length * (1 - 1e-9):
            resolution = length / _closing_columns(length, resolution)
    shape = _whole_cells(height, resolution), _whole_cells(width, resolution)
    return shape, Affine(resolution, 0, west, 0, -resolution, north)


def _whole_cells(length: float, size: float) -> int:
    """Cells that cover a length; a millionth of a cell is rounding, not ground to cover."""
    return max(math.ceil(_cells(length, size) - 1e-6), 1)


def _cells(length: float, size: float) -> float:
    """Cells along a length, where they can be counted.

    Raises
    ------
    GridError
        GRID_SIZE.
    """
    if length > size * MAX_CELLS:
        raise GridError(
            "GRID_SIZE",
            "the grid has too many cells",
            where="grid",
            found=f"cells of {size:.3g} along {length:.6g}",
            wanted=f"at most {MAX_CELLS:,} cells",
            fix="make the resolution coarser or the bounds smaller",
        )
    return length / size


def _on_earth(grid: GeoBox) -> GeoBox:
    """The grid, where its edges and its inside are places on the earth."""
    i = np.linspace(0, grid.shape.y, 33)[:, None]
    j = np.linspace(0, grid.shape.x, 33)[None, :]
    longitude, latitude = position(grid, i, j)
    good = np.isfinite(longitude) & (np.abs(latitude) <= 90 + 1e-9)
    if not is_cylindrical(crs_of(grid)):
        # Beyond its domain a projection may give places that lie elsewhere on the map.
        x, y = from_geographic(crs_of(grid)).transform(longitude, latitude)
        column, row = (x - grid.affine.c) / grid.affine.a, (y - grid.affine.f) / grid.affine.e
        good &= np.hypot(column - j, row - i) < 0.01
    if not good.all():
        raise _bounds_error(
            "part of the grid lies beyond the earth in this projection",
            found=", ".join(f"{edge:.6g}" for edge in grid.boundingbox),
            fix="the bounds are in units of the CRS: degrees or metres?",
        )
    return grid


def _bounds_error(message: str, found: str, fix: str = "") -> GridError:
    return GridError(
        "GRID_BOUNDS",
        message,
        where="grid.bounds",
        found=found,
        wanted="[west, south, east, north] in units of the CRS, west < east and south < north",
        fix=fix,
    )


def is_periodic(grid: GeoBox) -> bool:
    """Whether the last column of a grid touches the first, at the dateline.

    Examples
    --------
    >>> is_periodic(make_grid("EPSG:6933", 25_000, "world"))
    True
    >>> is_periodic(make_grid("EPSG:4326", 1.0, (0, 0, 10, 10)))
    False
    """
    system = crs_of(grid)
    if not is_cylindrical(system):
        return False
    gap = abs(grid.shape.x * grid.affine.a - circle(system)[2])
    return bool(gap < 1e-6 * grid.affine.a)


def longitude_latitude(grid: GeoBox, rows: slice, columns: slice) -> tuple[Floats, Floats]:
    """Longitude and latitude of cell centres [degree].

    Parameters
    ----------
    grid : GeoBox
        The grid.
    rows, columns : slice
        Part of the grid, with start and stop.

    Returns
    -------
    longitude, latitude : numpy.ndarray of shape (rows, columns)
        WGS84, longitudes from -180 to 180; to be read, not written to.

    Examples
    --------
    >>> grid = make_grid("EPSG:4326", 1.0, (178, 0, 182, 2))
    >>> longitude, latitude = longitude_latitude(grid, slice(0, 1), slice(0, 4))
    >>> longitude.tolist(), latitude[0, 0].item()
    ([[178.5, 179.5, -179.5, -178.5]], 1.5)
    """
    i = np.arange(rows.start, rows.stop)[:, None] + 0.5
    j = np.arange(columns.start, columns.stop)[None, :] + 0.5
    return position(grid, i, j)


def cell_of(
    grid: GeoBox, longitude: ArrayLike, latitude: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and column of the cell that each place lies in; -1 outside the grid.

    Parameters
    ----------
    grid : GeoBox
        The grid.
    longitude, latitude : array-like of shape (n,)
        Places [degree], WGS84; any turn of the globe (-179 is 181).

    Examples
    --------
    >>> grid = make_grid("EPSG:4326", 1.0, (178, 0, 182, 2))
    >>> row, column = cell_of(grid, [-179.5, 178.5, 10.0], [0.5, 1.5, 1.0])
    >>> row.tolist(), column.tolist()
    ([1, 0, -1], [2, 0, -1])
    """
    system, affine = crs_of(grid), grid.affine
    x, y = np.broadcast_arrays(wrap(longitude), np.asarray(latitude, dtype=float))
    if system.is_projected:
        x, y = (np.asarray(v) for v in from_geographic(system).transform(x, y))
    with np.errstate(invalid="ignore"):
        if is_cylindrical(system):
            x = affine.c + (x - affine.c) % circle(system)[2]
        row, column = np.floor((y - affine.f) / affine.e), np.floor((x - affine.c) / affine.a)
        if is_periodic(grid):
            column = column % grid.shape.x
        inside = (row >= 0) & (row < grid.shape.y) & (column >= 0) & (column < grid.shape.x)
        return _integers(row, inside), _integers(column, inside)


def _integers(values: Floats, inside: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.where(inside, values, -1).astype(np.int64)


def tiles(grid: GeoBox) -> list[tuple[slice, slice]]:
    """Row and column slices of the tiles of a grid, from the north-west, row by row.

    Examples
    --------
    >>> len(tiles(make_grid("EPSG:6933", 10_000, "world")))
    8
    """
    rows, columns = (_edges(length) for length in grid.shape.yx)
    return [(row, column) for row in rows for column in columns]


def _edges(length: int) -> list[slice]:
    return [slice(start, min(start + TILE, length)) for start in range(0, length, TILE)]


def chunks(grid: GeoBox) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Heights and widths of the tiles of a grid, as dask writes chunks."""
    rows, columns = (tuple(e.stop - e.start for e in _edges(n)) for n in grid.shape.yx)
    return rows, columns


def as_layer(array: Any, grid: GeoBox, **attrs: Any) -> xr.DataArray:
    """Lazy layer on a grid from an array.

    Parameters
    ----------
    array : numpy or dask array of shape (y, x)
        Values, row 0 in the north.
    grid : GeoBox
        The grid.
    **attrs
        Attributes of the layer: units, kind, long_name, ...

    Raises
    ------
    GridError
        Where the shape is not that of the grid.

    Examples
    --------
    >>> layer = as_layer(np.zeros((2, 4)), make_grid("EPSG:4326", 1.0, (0, 0, 4, 2)), units="m")
    >>> layer.dims, layer.x.values.tolist(), layer.odc.crs.to_epsg()
    (('y', 'x'), [0.5, 1.5, 2.5, 3.5], 4326)
    """
    if tuple(array.shape) != grid.shape.yx:
        raise GridError(
            "GRID_MISMATCH",
            "the array has another shape than the grid",
            found=str(tuple(array.shape)),
            wanted=str(grid.shape.yx),
        )
    coordinates: dict[Hashable, Any] = dict(xr_coords(grid, dims=("y", "x")))
    layer = xr.DataArray(array, dims=("y", "x"), coords=coordinates, attrs=attrs)
    rows, columns = chunks(grid)
    return layer.chunk(y=rows, x=columns)


def accept(layer: xr.DataArray, grid: GeoBox, name: str) -> xr.DataArray:
    """The layer with the grid's own coordinates, once it is known to lie on the grid.

    Parameters
    ----------
    layer : xarray.DataArray of shape (y, x)
        A layer with CRS and coordinates.
    grid : GeoBox
        The run's grid.
    name : str
        What to call the layer in an error.

    Raises
    ------
    GridError
        Where dimensions, CRS, shape or position differ.

    Notes
    -----
    Positions may differ by a thousandth of a cell, as after reading coordinates from a file;
    xarray would align such layers to nothing but NaN.
    """
    if layer.dims != ("y", "x"):
        raise _mismatch(name, f"dimensions {layer.dims}", "dimensions ('y', 'x')")
    if layer.shape != grid.shape.yx:
        raise _mismatch(name, f"shape {layer.shape}", f"shape {grid.shape.yx}")
    own = layer.odc.geobox
    if own is None or own.crs is None:
        raise _mismatch(name, "no coordinates or no CRS", f"the grid in {grid.crs}")
    if own.crs != grid.crs:
        raise _mismatch(name, f"CRS {own.crs}", f"CRS {grid.crs}")
    shift = np.abs(np.subtract(_corners(own), _corners(grid))).max() / grid.affine.a
    if not shift < 1e-3:
        raise _mismatch(name, f"cells shifted by {shift:.3g} cells", "the cells of the grid")
    return as_layer(layer.data, grid, **layer.attrs).rename(layer.name)


def _corners(grid: GeoBox) -> list[float]:
    return [*(grid.affine * (0, 0)), *(grid.affine * grid.shape.xy)]


def _mismatch(name: str, found: str, wanted: str) -> GridError:
    message = "the layer is not on the grid of the run"
    fix = "make it with the functions of siting.grid, or read it with siting.io.raster"
    return GridError("GRID_MISMATCH", message, where=name, found=found, wanted=wanted, fix=fix)


def from_function(grid: GeoBox, function: BlockFunction, dtype: DTypeLike) -> xr.DataArray:
    """Lazy layer whose tiles are made by a function of place.

    Parameters
    ----------
    grid : GeoBox
        The grid.
    function : callable
        ``function(rows, columns, longitude, latitude)`` gives the values of a tile, with slices
        into the grid and arrays of shape (rows, columns) [degree].
    dtype : numpy dtype
        Of the values.

    Examples
    --------
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 2, 2))
    >>> from_function(grid, lambda rows, columns, lon, lat: lon + lat, "f8").values.tolist()
    [[2.0, 3.0], [1.0, 2.0]]
    """
    meta = np.empty((0, 0), dtype=dtype)
    block = partial(_tile, function=function, grid=grid, dtype=meta.dtype)
    data = da.map_blocks(  # type: ignore[no-untyped-call]  # dask has no hints
        block, chunks=chunks(grid), dtype=meta.dtype, meta=meta
    )
    return as_layer(data, grid)


def _tile(
    function: BlockFunction, grid: GeoBox, dtype: np.dtype[Any], block_info: Any = None
) -> NDArray[Any]:
    rows, columns = (slice(*ends) for ends in block_info[None]["array-location"])
    values = np.asarray(function(rows, columns, *longitude_latitude(grid, rows, columns)))
    wanted = rows.stop - rows.start, columns.stop - columns.start
    if values.shape != wanted:
        raise ValueError(f"a tile of shape {wanted} came out with shape {values.shape}")
    return values.astype(dtype, copy=False)


def cell_area(grid: GeoBox) -> xr.DataArray:
    """Area of each cell on the ellipsoid [km2].

    Notes
    -----
    The same for all cells on an equal-area grid; the exact area between meridians and parallels
    on a geographic one; elsewhere the planar area over the areal scale factor at the centre.

    Examples
    --------
    >>> area = cell_area(make_grid("EPSG:4326", 1.0, (0, 0, 2, 1)))
    >>> area.values.round(1).tolist()
    [[12308.5, 12308.5]]
    """
    system = crs_of(grid)
    if system.is_geographic:
        function = partial(_area_between_parallels, grid)
    elif is_equal_area(system):
        function = partial(_area_planar, grid)
    else:
        function = partial(_area_by_scale, grid)
    layer = from_function(grid, function, "f8")
    return layer.assign_attrs(units="km2", kind="continuous", long_name="Area of the cell")


def _area_between_parallels(
    grid: GeoBox, rows: slice, columns: slice, longitude: Floats, latitude: Floats
) -> Floats:
    top = grid.affine.f + np.arange(rows.start, rows.stop)[:, None] * grid.affine.e
    area = band_area(top + grid.affine.e, top, grid.affine.a) / 1e6
    return np.broadcast_to(area, longitude.shape)


def _area_planar(
    grid: GeoBox, rows: slice, columns: slice, longitude: Floats, latitude: Floats
) -> Floats:
    return np.full(longitude.shape, _map_area(grid))


def _area_by_scale(
    grid: GeoBox, rows: slice, columns: slice, longitude: Floats, latitude: Floats
) -> Floats:
    scale = Proj(crs_of(grid)).get_factors(longitude, latitude).areal_scale
    return _map_area(grid) / np.asarray(scale)


def _map_area(grid: GeoBox) -> float:
    """Area of a cell on the map [km2]."""
    metres = crs_of(grid).axis_info[0].unit_conversion_factor
    return float((grid.affine.a * metres) ** 2 / 1e6)


def sample(layer: xr.DataArray, rows: ArrayLike, columns: ArrayLike) -> Floats:
    """Values of a layer at cells, reading only the tiles that hold them.

    Parameters
    ----------
    layer : xarray.DataArray of shape (y, x)
        A layer.
    rows, columns : array-like of shape (n,)
        Cells, as from :func:`cell_of`; a negative row or column gives NaN.

    Examples
    --------
    >>> layer = as_layer(np.eye(2), make_grid("EPSG:4326", 1.0, (0, 0, 2, 2)))
    >>> sample(layer, [0, 1, -1], [0, 0, -1]).tolist()
    [1.0, 0.0, nan]
    """
    row, column = np.asarray(rows), np.asarray(columns)
    values = np.full(row.shape, np.nan)
    inside = (row >= 0) & (column >= 0)
    if inside.any():
        data = layer.data
        picked = data.vindex if isinstance(data, da.Array) else data
        values[inside] = np.asarray(picked[row[inside], column[inside]])
    return values
