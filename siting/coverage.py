"""Cells of the run's grid that polygons cover."""

from functools import partial
from threading import Lock

import numpy as np
import shapely
import xarray as xr
from geopandas import GeoDataFrame
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.errors import InputError
from siting.geodesy import MEAN_RADIUS, spacing
from siting.grid import cell_of, from_function
from siting.projection import (
    Floats,
    circle,
    crs_of,
    from_geographic,
    is_cylindrical,
    position,
    wrap,
)
from siting.wording import counted

Geometries = NDArray[np.object_]

# rasterio silences a warning of its own by warnings.catch_warnings, which threads undo.
_ONE_AT_A_TIME = Lock()


def geometries(features: GeoDataFrame, where: str) -> Geometries:
    """Geometries in longitude and latitude [degree], none of them empty.

    Parameters
    ----------
    features : GeoDataFrame
        Features in any CRS.
    where : str
        Who asks, for errors.

    Raises
    ------
    InputError
        CRS_MISSING, FEATURES_NONE where there are none, GEOMETRY_EMPTY, or COORD_INVALID where
        one lies outside the earth.

    Examples
    --------
    >>> from geopandas import points_from_xy
    >>> wells = GeoDataFrame(geometry=points_from_xy([500_000], [0], crs="EPSG:32611"))
    >>> [geometry.wkt for geometry in geometries(wells, "wells")]
    ['POINT (-117 0)']
    """
    if features.crs is None:
        raise InputError(
            "CRS_MISSING", "the features do not say where on earth they are", where=where,
            wanted="a CRS such as EPSG:4326", fix="state `crs:` in the source",
        )  # fmt: skip
    if not len(features):
        raise InputError("FEATURES_NONE", "there is not one feature", where=where, found="0 rows")
    found = np.asarray(features.geometry.to_crs("EPSG:4326").array, dtype=object)
    empty = shapely.is_missing(found) | shapely.is_empty(found)
    if empty.any():
        raise InputError(
            "GEOMETRY_EMPTY", f"{counted(empty.sum(), 'feature has', 'features have')} no geometry",
            where=where, found=f"row {np.flatnonzero(empty)[0] + 1}",
            wanted="a place for every feature",
        )  # fmt: skip
    _refuse_off_earth(found, where)
    return found


def _refuse_off_earth(places: Geometries, where: str) -> None:
    _, south, _, north = bounds = shapely.bounds(places).T
    bad = ~np.isfinite(bounds).all(axis=0) | (south < -90) | (north > 90)
    if bad.any():
        raise InputError(
            "COORD_INVALID",
            f"{counted(bad.sum(), 'feature lies', 'features lie')} outside the earth",
            where=where, found=f"row {np.flatnonzero(bad)[0] + 1}: {bounds[:, bad][:, 0].tolist()}",
            wanted="latitudes from -90 to 90", fix="are longitude and latitude swapped?",
        )  # fmt: skip


def covered(polygons: Geometries, grid: GeoBox, *, touched: bool) -> xr.DataArray:
    """Whether polygons cover each cell of a grid.

    Parameters
    ----------
    polygons : array of shapely polygons
        Areas in longitude and latitude [degree], edges straight in these.
    grid : GeoBox
        The grid.
    touched : bool
        True for cells of which a polygon covers any part, False for cells whose centre lies in
        a polygon.

    Returns
    -------
    xarray.DataArray of bool
        Lazy, made tile by tile.

    Raises
    ------
    InputError
        GEOMETRY_AMBIGUOUS for an edge over more than half the globe, which can be meant east or
        west; GEOMETRY_WRONG for anything but polygons.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (178, 0, 182, 1))
    >>> area = np.array([shapely.box(-180.8, 0, -178.8, 1)])
    >>> covered(area, grid, touched=True).values.tolist()
    [[False, True, True, True]]
    >>> covered(area, grid, touched=False).values.tolist()
    [[False, True, True, False]]
    """
    in_cells, _ = placed(polygons, grid)
    block = partial(_burn, in_cells, shapely.STRtree(in_cells), touched)
    return from_function(grid, block, bool)


def cells_in(
    polygons: Geometries, grid: GeoBox, most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Cells of a grid whose centres lie in each of several polygons, one by one.

    Parameters
    ----------
    polygons : array of shapely polygons
        Areas in longitude and latitude [degree], edges straight in these.
    grid : GeoBox
        The grid.
    most : int
        Cells in all polygons together that are not too many.

    Returns
    -------
    polygon, row, column : arrays of shape (n,)
        Number of the polygon, and a cell in it; polygons may share cells.

    Raises
    ------
    InputError
        TOO_LARGE, and the errors of :func:`covered`.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 4, 2))
    >>> areas = np.array([shapely.box(0, 0, 2, 1), shapely.box(1, 0, 2.2, 1.9)])
    >>> [each.tolist() for each in cells_in(areas, grid, 100)]
    [[0, 0, 1, 1], [1, 1, 0, 1], [0, 1, 1, 1]]
    """
    found = []
    for number, polygon in enumerate(polygons):
        parts, _ = placed(polygons[number : number + 1], grid)
        rows, columns = _cells_of(parts, grid, most)
        most -= len(rows)
        if most < 0:
            raise _too_many(f"{polygon.geom_type} {number + 1}")
        found.append((np.full(len(rows), number), rows, columns))
    numbers, rows, columns = (np.concatenate(each) for each in zip(*found, strict=True))
    return numbers, rows, columns


def _cells_of(
    parts: Geometries, grid: GeoBox, most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the cells whose centres lie in polygons in cell positions."""
    if not len(parts):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    height, width = grid.shape.yx
    west, south, east, north = shapely.total_bounds(parts)
    top, bottom = np.clip([np.floor(-north), np.ceil(-south)], 0, height).astype(int)
    left, right = np.clip([np.floor(west), np.ceil(east)], 0, width).astype(int)
    if (bottom - top) * (right - left) > 64 * most:
        raise _too_many(f"{bottom - top} x {right - left} cells around one polygon")
    unused = np.empty((0, 0))  # longitudes and latitudes, which burning does not ask for
    window = slice(top, bottom), slice(left, right)
    inside = _burn(parts, shapely.STRtree(parts), False, *window, unused, unused)
    rows, columns = np.nonzero(inside)
    return rows + top, columns + left


def _too_many(found: str) -> InputError:
    return InputError(
        "TOO_LARGE", "the polygons cover too many cells to be taken one by one", found=found,
        fix="make the grid coarser, or use smaller areas",
    )  # fmt: skip


def placed(polygons: Geometries, grid: GeoBox) -> tuple[Geometries, NDArray[np.int64]]:
    """Single polygons in column (eastward) and minus row (northward) positions of a grid.

    Parameters
    ----------
    polygons : array of shapely polygons
        Areas in longitude and latitude [degree], edges straight in these.
    grid : GeoBox
        The grid.

    Returns
    -------
    parts : array of shapely polygons
        All that comes near the grid, on whichever turn of the globe; the bend of an edge stays
        within a twentieth of a cell.
    owner : numpy.ndarray of int
        The polygon that each part belongs to.

    Raises
    ------
    InputError
        GEOMETRY_AMBIGUOUS and GEOMETRY_WRONG, as :func:`covered`.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> parts, owner = placed(np.array([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)]),
    ...                       make_grid("EPSG:4326", 0.5, (0, 0, 4, 2)))
    >>> shapely.bounds(parts).tolist(), owner.tolist()
    ([[0.0, -4.0, 2.0, -2.0], [4.0, -4.0, 6.0, -2.0]], [0, 1])
    """
    single, owner = _parts(polygons)
    _check_polygons(single)
    west, south, east, north = window(grid)
    turns = np.array([[-360, 0], [0, 0], [360, 0]])
    turned = np.concatenate([shapely.transform(single, partial(np.add, turn)) for turn in turns])
    bounds = shapely.bounds(turned)
    near = (bounds[:, 0] <= east) & (bounds[:, 2] >= west)
    near &= (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
    inside, owner = turned[near], np.tile(owner, 3)[near]
    if not is_cylindrical(crs_of(grid)):
        # Far from the grid a projection folds or ends: nothing from there may come in.
        inside = shapely.intersection(shapely.make_valid(inside), shapely.box(*window(grid)))
        inside, part = _parts(inside)
        areas = shapely.get_dimensions(inside) == 2
        inside, owner = inside[areas], owner[part][areas]
    fine = shapely.segmentize(inside, _step(grid))
    return np.asarray(shapely.transform(fine, partial(_cell_positions, grid))), owner


def _parts(shapes: Geometries) -> tuple[Geometries, NDArray[np.int64]]:
    """Single parts of shapes, of collections of them too, and the shape that each belongs to."""
    once, outer = shapely.get_parts(shapes, return_index=True)
    parts, inner = shapely.get_parts(once, return_index=True)
    return parts, outer[inner]


def _check_polygons(parts: Geometries) -> None:
    if (shapely.get_type_id(parts) != shapely.GeometryType.POLYGON).any():
        raise InputError(
            "GEOMETRY_WRONG", "points and lines cover no area", wanted="polygons",
            found=", ".join(sorted({each.geom_type for each in parts})),
            fix="use a distance to them instead",
        )  # fmt: skip
    rings = shapely.get_rings(parts)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    width = np.where(ring[1:] == ring[:-1], np.abs(np.diff(xy[:, 0])), 0)
    # Along a pole an edge of any width is a few kilometres: it closes a polygon round the pole.
    width[np.minimum(np.abs(xy[1:, 1]), np.abs(xy[:-1, 1])) > 89] = 0
    if ((width > 180) & (width < 360)).any():
        raise InputError(
            "GEOMETRY_AMBIGUOUS", "an edge spans more than half the globe",
            found=f"{width[width < 360].max():.1f} degrees of longitude", wanted="at most 180",
            fix="cut the polygon at the dateline, or give the edge more vertices",
        )  # fmt: skip


def _step(grid: GeoBox) -> float:
    """Length of edges [degree] whose bend on the map stays below a twentieth of a cell.

    An arc s on a circle of the earth's radius R departs from its chord by s²/8R.
    """
    middle = slice(grid.shape.y // 2, grid.shape.y // 2 + 1)
    cell = min(float(each.min()) for each in spacing(grid, middle, slice(0, 1)))
    return float(np.degrees(np.sqrt(8 * 0.05 * cell / MEAN_RADIUS)))


def window(grid: GeoBox) -> tuple[float, float, float, float]:
    """West, south, east, north [degree] of a grid with a margin; longitudes run on beyond 180.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> tuple(round(edge, 2) for edge in window(make_grid("EPSG:4326", 1.0, (178, 0, 182, 1))))
    (178.0, 0.0, 182.0, 1.0)
    """
    rows, columns = grid.shape.yx
    i, j = np.linspace(0, rows, 257), np.linspace(0, columns, 257)
    if is_cylindrical(crs_of(grid)):
        west, width = _longitudes(grid)
        south, north = (float(position(grid, row, 0)[1]) for row in (rows, 0))
        return west, south, west + width, north
    edges = [(j * 0, j), (j * 0 + rows, j), (i, i * 0), (i, i * 0 + columns)]
    places = [position(grid, *edge) for edge in edges]
    longitude, latitude = (np.concatenate(each) for each in zip(*places, strict=True))
    south, north = float(np.nanmin(latitude)), float(np.nanmax(latitude))
    poles = [cell_of(grid, [0.0], [pole])[0][0] >= 0 for pole in (-90.0, 90.0)]
    if any(poles):
        return -180.0, -90.0 if poles[0] else south, 180.0, 90.0 if poles[1] else north
    middle = float(position(grid, rows / 2, columns / 2)[0])
    offset = wrap(longitude - middle)
    margin = 0.01 * max(float(np.nanmax(offset) - np.nanmin(offset)), north - south)
    west, east = middle + np.nanmin(offset) - margin, middle + np.nanmax(offset) + margin
    return float(west), max(south - margin, -90.0), float(east), min(north + margin, 90.0)


def _longitudes(grid: GeoBox) -> tuple[float, float]:
    """Longitude of the west edge, and width [degree], of a cylindrical grid."""
    meridian, middle, length = circle(crs_of(grid))
    west = meridian + (grid.affine.c - middle) / length * 360
    return west, grid.shape.x * grid.affine.a / length * 360


def _cell_positions(grid: GeoBox, places: Floats) -> Floats:
    """Column and minus row position of places given as longitude and latitude."""
    longitude, latitude = places.T
    system = crs_of(grid)
    if is_cylindrical(system):
        west, width = _longitudes(grid)
        column = (longitude - west) / width * grid.shape.x
        meridian = np.full(latitude.shape, circle(system)[0])
        y = latitude if system.is_geographic else from_geographic(system).transform(
            meridian, latitude
        )[1]  # fmt: skip
    else:
        x, y = from_geographic(system).transform(wrap(longitude), latitude)
        column = (x - grid.affine.c) / grid.affine.a
    return np.column_stack([column, (y - grid.affine.f) / -grid.affine.e])


def _burn(
    polygons: Geometries,
    tree: shapely.STRtree,
    touched: bool,
    rows: slice,
    columns: slice,
    longitude: Floats,
    latitude: Floats,
) -> NDArray[np.bool_]:
    from affine import Affine
    from rasterio.features import rasterize

    tile = shapely.box(columns.start, -rows.stop, columns.stop, -rows.start)
    near = polygons[np.sort(tree.query(tile))]
    cells = np.zeros((rows.stop - rows.start, columns.stop - columns.start), dtype=np.uint8)
    if len(near):
        place = Affine(1, 0, columns.start, 0, -1, -rows.start)
        with _ONE_AT_A_TIME:
            rasterize(near, out=cells, transform=place, all_touched=touched, default_value=1)
    return cells.astype(bool)
