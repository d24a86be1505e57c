"""How large the cells of a grid are on the ellipsoid."""

from functools import partial

import numpy as np
import xarray as xr
from odc.geo.geobox import GeoBox
from pyproj import Proj

from siting.geodesy import band_area
from siting.grid.layers import from_function
from siting.projection import Floats, crs_of, is_equal_area, position


def cell_area(grid: GeoBox) -> xr.DataArray:
    """Area of each cell on the ellipsoid [km2].

    Notes
    -----
    The same for all cells on an equal-area grid; the exact area between meridians and parallels
    on a geographic one; elsewhere the planar area over the areal scale factor at the centre.

    Examples
    --------
    >>> from siting.grid import make_grid
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


def area_range(grid: GeoBox) -> tuple[float, float]:
    """Least and largest area of the cells of a grid [km2], from 64 of its rows and columns.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> low, high = area_range(make_grid("EPSG:4326", 1.0, (0, 0, 2, 60)))
    >>> round(low), round(high)
    (6310, 12308)
    """
    system = crs_of(grid)
    height, width = grid.shape.yx
    row = np.arange(0, height, max(height // 64, 1))[:, None]
    if system.is_geographic:
        top = grid.affine.f + row * grid.affine.e
        some = band_area(top + grid.affine.e, top, grid.affine.a) / 1e6
    elif is_equal_area(system):
        some = np.array([_map_area(grid)])
    else:
        column = np.arange(0, width, max(width // 64, 1))[None, :]
        scale = Proj(system).get_factors(*position(grid, row + 0.5, column + 0.5)).areal_scale
        some = _map_area(grid) / np.asarray(scale)
    return float(np.nanmin(some)), float(np.nanmax(some))


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
