"""Layers on a grid: from arrays, from functions of place, from elsewhere once they lie on it."""

from collections.abc import Callable, Hashable
from functools import partial
from typing import Any

import dask.array as da
import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, DTypeLike, NDArray
from odc.geo.geobox import GeoBox
from odc.geo.xr import xr_coords

from siting.errors import GridError
from siting.grid.cells import longitude_latitude
from siting.grid.tiling import chunks
from siting.projection import Floats

BlockFunction = Callable[[slice, slice, Floats, Floats], NDArray[Any]]


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
    >>> from siting.grid import make_grid
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
    >>> from siting.grid import make_grid
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
    >>> from siting.grid import make_grid
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
