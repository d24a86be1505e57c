"""Distance over the ground from the cells of the run's grid to features."""

import numpy as np
import shapely
import xarray as xr
from odc.geo.geobox import GeoBox

from siting.coverage import Geometries, covered
from siting.geodesy import PointTree, densify, spacing
from siting.grid import from_function
from siting.projection import Floats


def distance(geometries: Geometries, grid: GeoBox) -> xr.DataArray:
    """Distance from each cell's centre to the nearest of some geometries [m].

    Parameters
    ----------
    geometries : array of shapely geometries
        Points, lines and polygons in longitude and latitude [degree]; at least one.
    grid : GeoBox
        The grid.

    Returns
    -------
    xarray.DataArray of float32
        Lazy, made tile by tile; 0 where the centre lies in a polygon.

    Notes
    -----
    Lines and rings become vertices half a cell apart. At a distance d of a line the result is
    therefore at most sqrt(d² + c²/16) - d too long, with c the side of a square of a cell's
    area: a quarter of a cell on the line itself, c/128 at four cells.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (178, 39, 182, 41))
    >>> place = np.array([shapely.Point(-179.5, 40.5)])
    >>> (distance(place, grid) / 1000).values.round().tolist()
    [[170.0, 85.0, 0.0, 85.0], [204.0, 140.0, 111.0, 140.0]]
    """
    places = PointTree(*densify(geometries, cell_side(grid) / 2))

    def nearest(rows: slice, columns: slice, longitude: Floats, latitude: Floats) -> Floats:
        return places.distance(longitude, latitude)

    found = from_function(grid, nearest, np.float32)
    parts = shapely.get_parts(shapely.get_parts(geometries))
    areas = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    if not len(areas):
        return found
    return found.where(~covered(areas, grid, touched=False), np.float32(0))


def cell_side(grid: GeoBox) -> float:
    """Side of a square with the area of a cell in the middle row of a grid [m].

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> round(cell_side(make_grid("EPSG:6933", 25_000, "world")))
    25025
    """
    middle = slice(grid.shape.y // 2, grid.shape.y // 2 + 1)
    dx, dy = spacing(grid, middle, slice(0, 1))
    return float(np.sqrt(dx * dy).item())
