"""The sea: its depth, its open water, named seas, ways over water, exclusive zones."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import dask.array as da
import numpy as np
import shapely
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox
from pydantic import Field

from siting import findings, frames
from siting.coverage import Geometries, covered, geometries
from siting.errors import InputError
from siting.geodesy import arc, ecef
from siting.grid import as_layer, cell_of, from_function, is_periodic, longitude_latitude
from siting.indicators import as_indicator
from siting.kinds import Features, Grid, Layer, Unit
from siting.projection import Floats
from siting.signature import layer
from siting.wording import counted

_KILOMETRE = 1000.0  # [m]
_EXCLUSIVE_ZONE = 370.4  # [km] 200 nautical miles, UN Convention on the Law of the Sea, article 57
LEFT_OUT = ("enclosed", "lake")  # kinds of regions that are no open ocean


@layer()
def depth(elevation: Annotated[Layer, Unit("m")]) -> Annotated[Layer, Unit("m")]:
    """Depth of the sea floor, negative on land.

    Parameters
    ----------
    elevation : (y, x) layer
        Height above the sea, upward positive [m].

    Returns
    -------
    (y, x) layer
        The same with its sign turned [m].

    Examples
    --------
    >>> bed = xr.DataArray([[-4000.0, 250.0]], dims=("y", "x"), attrs={"units": "m"})
    >>> depth(bed).values.tolist()
    [[4000.0, -250.0]]
    """
    return -elevation


@layer(kind="categorical", status="assumed")
def named_region(regions: Features, grid: Grid) -> Annotated[Layer, Unit("1")]:
    """Sea or ocean that the centre of each cell lies in.

    Parameters
    ----------
    regions : polygons
        Seas and oceans with the columns ``code`` (a number) and ``region`` (its name); where two
        overlap the one that stands first holds. Land may lie within.
    grid : GeoBox
        The run's grid.

    Returns
    -------
    (y, x) categorical layer
        Code of the region, NaN outside of all; the names stand in ``attrs["categories"]``.

    Raises
    ------
    InputError
        COLUMN_MISSING, GEOMETRY_WRONG; ID_DUPLICATE for two regions of one code.

    Examples
    --------
    >>> import geopandas
    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 3, 1))
    >>> areas = [shapely.box(0, 0, 1, 1), shapely.box(0, 0, 2, 1)]
    >>> columns = {"code": [1, 2], "region": ["Bay", "Ocean"]}
    >>> seas = geopandas.GeoDataFrame(columns, geometry=areas, crs=4326)
    >>> found = named_region(seas, grid)
    >>> found.values.tolist(), found.attrs["categories"]
    ([[1.0, 2.0, nan]], {'1': 'Bay', '2': 'Ocean'})
    """
    where = "sea.named_region.regions"
    codes = np.asarray(frames.column(regions, "code", None, where), dtype=np.float32)
    names = frames.column(regions, "region", None, where)
    if len(np.unique(codes)) != len(codes):
        raise InputError(
            "ID_DUPLICATE", "two regions have one code", where=where,
            found=", ".join(f"{code:g}" for code in codes), wanted="a code for each region",
            fix="number the regions",
        )  # fmt: skip
    found = _first(geometries(regions, where), codes, grid)
    found.attrs["own"] = {
        "categories": {f"{code:g}": str(name) for code, name in zip(codes, names, strict=True)}
    }
    return found


def _nowhere(rows: slice, columns: slice, longitude: Floats, latitude: Floats) -> Floats:
    return np.full(longitude.shape, np.nan)


def _first(areas: Geometries, codes: NDArray[np.float32], grid: GeoBox) -> xr.DataArray:
    """Code of the first area that each cell's centre lies in, NaN outside of all."""
    found = from_function(grid, _nowhere, np.float32)
    for area, code in zip(areas[::-1], codes[::-1], strict=True):
        found = found.where(~covered(np.array([area]), grid, touched=False), code)
    return found


@layer(kind="boolean", status="derived")
def ocean(
    depth: Annotated[Layer, Unit("m")],
    outline: Features,
    regions: Features,
    grid: Grid,
    known: list[Layer] | None = None,
) -> Annotated[Layer, Unit("1")]:
    """Open water that a ship can reach from an ocean, enclosed seas left out.

    Parameters
    ----------
    depth : (y, x) layer
        Depth of the sea floor [m].
    outline : polygons
        Outline of the land.
    regions : polygons
        Seas and oceans with the column ``kind``: ``enclosed`` and ``lake`` are left out,
        ``marginal`` may be reached, from an ``ocean`` the reaching begins.
    grid : GeoBox
        The run's grid.
    known : list of (y, x) layers, optional
        Layers that must have a value, such as the climate of waves.

    Returns
    -------
    (y, x) layer of kind boolean
        1 where the centre of the cell is sea, below the sea's level, in no region that is left
        out, and joined by such cells to one of an ocean; 0 elsewhere; NaN where the depth or a
        layer of `known` has no value.

    Raises
    ------
    InputError
        COLUMN_MISSING, GEOMETRY_WRONG; FEATURES_NONE where no region is an ocean.

    Notes
    -----
    Cells that touch at a corner are not joined. Straits narrower than a cell close, and open
    where the centre of a cell happens to lie in them: at 1 degree Gibraltar is closed.

    Examples
    --------
    >>> import geopandas
    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 5, 1))
    >>> bed = as_layer(np.array([[900.0, 20.0, 5.0, 300.0, 300.0]]), grid, units="m")
    >>> land = geopandas.GeoDataFrame(geometry=[shapely.box(2, 0, 3, 1)], crs=4326)
    >>> areas = [shapely.box(0, 0, 1, 1), shapely.box(3, 0, 5, 1)]
    >>> seas = geopandas.GeoDataFrame({"kind": ["ocean", "enclosed"]}, geometry=areas, crs=4326)
    >>> ocean(bed, land, seas, grid).values.tolist()
    [[1.0, 1.0, 0.0, 0.0, 0.0]]
    """
    where = "sea.ocean.regions"
    kinds = np.asarray(frames.column(regions, "kind", None, where)).astype(str)
    areas = geometries(regions, where)
    if not (kinds == "ocean").any():
        raise InputError(
            "FEATURES_NONE", "no region is an ocean", where=where,
            found=", ".join(sorted(set(kinds))), wanted="kind ocean for one at least",
        )  # fmt: skip
    first = _first(areas, np.arange(len(areas), dtype=np.float32), grid)
    land = covered(geometries(outline, "sea.ocean.outline"), grid, touched=False)
    closed = first.isin(np.flatnonzero(np.isin(kinds, LEFT_OUT)))
    sea = (depth > 0) & ~land & ~closed
    begin = first.isin(np.flatnonzero(kinds == "ocean"))
    reach = partial(_joined, wraps=is_periodic(grid))
    joined = _whole(reach, bool, grid, sea, begin).astype(np.float32)
    for each in (depth, *(known or ())):
        joined = joined.where(each.notnull())
    return joined


def _joined(sea: NDArray[np.bool_], begin: NDArray[np.bool_], *, wraps: bool) -> NDArray[np.bool_]:
    """Cells of sea that are joined, edge by edge, to one of sea where the reaching begins."""
    from scipy.ndimage import label

    parts, count = label(sea)
    reached = np.zeros(count + 1, dtype=bool)
    reached[parts[sea & begin]] = True
    while wraps:  # parts that meet at the seam share what is reached
        west, east = parts[:, 0], parts[:, -1]
        meet = (west > 0) & (east > 0)
        more = reached.copy()
        np.logical_or.at(more, west[meet], reached[east[meet]])
        np.logical_or.at(more, east[meet], reached[west[meet]])
        if (more == reached).all():
            break
        reached = more
    reached[0] = False
    return np.asarray(reached[parts])


def _whole(
    function: Callable[..., NDArray[Any]], dtype: type, grid: GeoBox, *layers: xr.DataArray
) -> xr.DataArray:
    """Lazy layer from a function of whole layers: what flows over the sea knows no tiles."""
    data = [as_layer(each.data, grid).data.rechunk(-1) for each in layers]
    found = da.map_blocks(  # type: ignore[no-untyped-call]  # dask has no hints
        function, *data, dtype=dtype, meta=np.empty((0, 0), dtype)
    )
    return as_layer(found, grid)


@layer(status="derived")
def distance_over_water(
    features: Features,
    water: Annotated[Layer, Unit("1")],
    grid: Grid,
    snap: Annotated[float, Unit("km"), Field(ge=0, le=1000)] = 100.0,
) -> Annotated[Layer, Unit("km")]:
    """Shortest way over water to the nearest of some places.

    Parameters
    ----------
    features : points
        Places, such as ports.
    water : (y, x) layer of kind boolean
        Where ships can be, as :func:`ocean` gives it.
    grid : GeoBox
        The run's grid.
    snap : float
        Places in cells without water count at the nearest cell of water up to this distance,
        which is added to their ways [km].

    Returns
    -------
    (y, x) layer
        Length of the way round land and across the dateline [km]; NaN where there is no water or
        no way.

    Raises
    ------
    InputError
        GEOMETRY_WRONG where the features are no points; GEOMETRY_EMPTY, CRS_MISSING, KIND_WRONG;
        FEATURES_NONE, also when the cells are computed, where no place lies at the water.

    Warns
    -----
    PLACES_ASHORE
        A note of how many places were taken to the water, how far, and how many were left out:
        those outside the grid or farther from the water than `snap`.

    Notes
    -----
    One march from all places at once, in straight lines over the ground wherever water allows
    (:func:`siting.kernels.march.over_water`); land and water are those of the cells. Places
    outside of a regional grid do not count, so that ways near its edge may come out too long.

    Examples
    --------
    Round a mole of three cells: two degrees along it, one across its end, and back.

    >>> import geopandas
    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, -2, 3, 2))
    >>> free = np.array([[1, 0, 1], [1, 0, 1], [1, 0, 1], [1, 1, 1]], dtype=bool)
    >>> harbour = geopandas.GeoDataFrame(geometry=[shapely.Point(0.5, 1.5)], crs=4326)
    >>> way = distance_over_water(harbour, as_layer(free, grid, units="1"), grid)
    >>> print(f"{way.values[0, 2]:.0f} km")
    756 km
    """
    where = "sea.distance_over_water"
    places = geometries(features, f"{where}.features")
    if (shapely.get_type_id(places) != shapely.GeometryType.POINT).any():
        raise InputError(
            "GEOMETRY_WRONG", "ways over water begin at points", where=f"{where}.features",
            found=", ".join(sorted({each.geom_type for each in places})), wanted="points",
        )  # fmt: skip
    longitude, latitude = shapely.get_x(places), shapely.get_y(places)
    march = partial(_march, longitude=longitude, latitude=latitude, grid=grid, snap=snap)
    wet = as_indicator(water, f"{where}.water")
    return _whole(march, np.float32, grid, wet)


def _march(
    water: NDArray[Any], *, longitude: Floats, latitude: Floats, grid: GeoBox, snap: float
) -> NDArray[np.float32]:
    from siting.kernels.march import Sources, over_water

    wet = water == 1
    if not wet.size:  # dask asks with nothing for the kind of the result
        return np.empty(wet.shape, np.float32)
    rows, columns = (slice(0, length) for length in wet.shape)
    points = ecef(*longitude_latitude(grid, rows, columns))
    centres = np.ascontiguousarray(np.broadcast_to(points, (*wet.shape, 3))).reshape(-1, 3)
    row, column = cell_of(grid, longitude, latitude)
    inside = row >= 0
    cell = np.where(inside, row * wet.shape[1] + column, 0)
    afloat = inside & wet.ravel()[cell]
    places, offset = ecef(longitude, latitude), np.zeros(len(cell))
    ashore = np.flatnonzero(inside & ~afloat)
    if len(ashore) and wet.any():
        water_cells = np.flatnonzero(wet)
        nearest = _nearest(centres[water_cells], places[ashore])
        cell[ashore], offset[ashore] = water_cells[nearest[1]], nearest[0]
        places[ashore] = centres[cell[ashore]]
        afloat[ashore] = nearest[0] <= snap * _KILOMETRE
    _tell_ashore(len(cell), ashore[afloat[ashore]], offset, int((~afloat).sum()), snap)
    sources = Sources(cell[afloat], places[afloat], offset[afloat])
    found = over_water(wet, centres.reshape(*wet.shape, 3), sources, wraps=is_periodic(grid))
    return (found / _KILOMETRE).astype(np.float32)


def _nearest(centres: Floats, places: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Distance [m] from each place to the nearest centre, and which one that is."""
    from scipy.spatial import cKDTree

    length, index = cKDTree(centres).query(places)
    return arc(length), index


def _tell_ashore(
    count: int, moved: NDArray[np.int64], offset: Floats, dropped: int, snap: float
) -> None:
    """Say how many places do not lie in water, or stop where none does."""
    where = "sea.distance_over_water.features"
    if dropped == count:
        raise InputError(
            "FEATURES_NONE", "none of the places lies at the water", where=where,
            found=f"{counted(count, 'place')}, none within {snap:g} km of water on the grid",
            wanted="places in or near cells of water", fix="check the bounds, or raise `snap`",
        )  # fmt: skip
    if not len(moved) and not dropped:
        return
    far = offset[moved] / _KILOMETRE
    told = f"{len(moved)} of {counted(count, 'place')} moved"
    if len(moved):
        told += f", by {np.median(far):.0f} km (median) to {far.max():.0f} km"
    findings.warn(
        "PLACES_ASHORE", "places on land count at the nearest water", where=where,
        found=f"{told}; {dropped} left out, outside the grid or farther than {snap:g} km",
        fix="a finer grid moves fewer", severity="note",
    )  # fmt: skip


@layer(kind="boolean", status="derived")
def exclusive_zone(
    coast_distance: Annotated[Layer, Unit("km")],
    width: Annotated[float, Unit("km"), Field(gt=0)] = _EXCLUSIVE_ZONE,
) -> Annotated[Layer, Unit("1")]:
    """Sea near enough to a coast to lie in a state's exclusive economic zone.

    Parameters
    ----------
    coast_distance : (y, x) layer
        Distance to the coast, seaward positive [km].
    width : float
        Width of the zone [km].

    Returns
    -------
    (y, x) layer of kind boolean
        1 from the coast to the width, 0 beyond and on land, NaN where the distance is not known.

    Notes
    -----
    Approximate: zones are measured from baselines, end half way between two states, and small
    islands that the coast lacks have their own. Neither claims nor treaties are in it. It is a
    category with a price (``place.exclusive_zone`` of the table of costs), no exclusion.

    Examples
    --------
    >>> far = xr.DataArray([[12.0, 400.0, -3.0]], dims=("y", "x"), attrs={"units": "km"})
    >>> exclusive_zone(far).values.tolist()
    [[1.0, 0.0, 0.0]]
    """
    inside = (coast_distance > 0) & (coast_distance <= width)
    return inside.astype(np.float32).where(coast_distance.notnull())
