"""Distance over the ground from the cells of the run's grid to features."""

from collections.abc import Callable
from functools import partial
from typing import Any

import dask.array as da
import numpy as np
import shapely
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.coverage import Geometries, covered
from siting.geodesy import densify, ecef, spacing
from siting.grid import as_layer, from_function, longitude_latitude
from siting.kernels.distance import Places
from siting.projection import Floats

PlaceFunction = Callable[[Floats, Floats], Floats]


def at_places(grid: GeoBox, function: PlaceFunction) -> xr.DataArray:
    """Lazy float32 layer of a function of longitude and latitude.

    Parameters
    ----------
    grid : GeoBox
        The grid.
    function : callable
        ``function(longitude, latitude)`` [degree] gives a value for each place.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 2, 1))
    >>> at_places(grid, lambda lon, lat: lon + lat).values.tolist()
    [[1.0, 2.0]]
    """
    return from_function(grid, lambda rows, columns, lon, lat: function(lon, lat), np.float32)


def distance_to_places(
    places: Places, grid: GeoBox, within: xr.DataArray | None = None, nth: int = 1
) -> xr.DataArray:
    """Distance from each cell's centre to the nearest, or n-th nearest, of some places [m].

    Parameters
    ----------
    places : Places
        The places.
    grid : GeoBox
        The grid.
    within : (y, x) layer, optional
        Where to tell the distance, by 1; NaN elsewhere.
    nth : int
        1 for the nearest.

    Returns
    -------
    xarray.DataArray of float32
        Lazy, made tile by tile.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, -0.5, 2, 0.5))
    >>> west = as_layer(np.array([[True, False]]), grid)
    >>> distance_to_places(Places([0.5, 1.5], [0, 0]), grid, west, nth=2).values.round(-2).tolist()
    [[111300.0, nan]]
    """
    if within is None:
        everywhere = partial(_distances, places=places, nth=nth)
        return from_function(grid, everywhere, np.float32)
    data = da.map_blocks(  # type: ignore[no-untyped-call]  # dask has no hints
        partial(_distances_within, places=places, nth=nth, grid=grid),
        as_layer(within.data, grid).data,
        dtype=np.float32,
        meta=np.empty((0, 0), np.float32),
    )
    return as_layer(data, grid)


def _distances(
    rows: slice,
    columns: slice,
    longitude: Floats,
    latitude: Floats,
    places: Places,
    nth: int,
    within: NDArray[np.bool_] | None = None,
) -> Floats:
    cells = ecef(longitude, latitude)
    if within is not None:
        cells[~within] = np.nan
    return places.distance(cells, nth)


def _distances_within(
    within: NDArray[Any], places: Places, nth: int, grid: GeoBox, block_info: Any = None
) -> NDArray[np.float32]:
    inside = within == 1
    if not inside.any():
        return np.full(within.shape, np.nan, np.float32)
    rows, columns = (slice(*ends) for ends in block_info[None]["array-location"])
    position = longitude_latitude(grid, rows, columns)
    return _distances(rows, columns, *position, places, nth, inside).astype(np.float32)


def distance(
    geometries: Geometries, grid: GeoBox, within: xr.DataArray | None = None
) -> xr.DataArray:
    """Distance from each cell's centre to the nearest of some geometries [m].

    Parameters
    ----------
    geometries : array of shapely geometries
        Points, lines and polygons in longitude and latitude [degree]; at least one.
    grid : GeoBox
        The grid.
    within : (y, x) layer, optional
        Where to tell the distance; NaN elsewhere.

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
    places = Places(*densify(geometries, cell_side(grid) / 2))

    found = distance_to_places(places, grid, within)
    parts = shapely.get_parts(shapely.get_parts(geometries))
    areas = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    if not len(areas):
        return found
    # Cells outside `within` stay NaN, whatever polygon they lie in.
    return found.where(~covered(areas, grid, touched=False) | found.isnull(), np.float32(0))


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
