"""Polygons across the dateline, cut there, so that each part lies where it was meant."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from siting.errors import InputError
from siting.findings import warn

Shapes = NDArray[np.object_]
Floats = NDArray[np.float64]
_HALF, _WHOLE = 180.0, 360.0 - 1e-6  # degrees of longitude
_POLAR = 89.0  # degrees of latitude
_BOX = 5  # vertices of a ring with four corners


def cut_at_dateline(frame: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    """Features in longitude and latitude, polygons across the dateline in parts on both sides.

    An edge over more than half the globe is taken the short way, as from 179 E to 179 W. Edges
    all the way round, as along the south of Antarctica, stay what they are.

    Raises
    ------
    InputError
        GEOMETRY_AMBIGUOUS for a box that can be meant either way, and for a ring round a pole.
    """
    shapes = frame.geometry.to_numpy()
    if (shapely.get_dimensions(shapes) < 2).any():
        return frame
    wide = np.flatnonzero(_has_wide_edges(shapes))
    if not wide.size:
        return frame
    cut = shapes.copy()
    for row in wide:
        where = f"{path}: feature {row + 1}"
        cut[row] = shapely.union_all([_cut(each, where) for each in shapely.get_parts(shapes[row])])
    warn(
        "ANTIMERIDIAN",
        "polygons with edges over more than half the globe are taken to cross the dateline",
        where=str(path),
        found=f"{wide.size} of {len(shapes)}: feature {', '.join(map(str, wide[:5] + 1))}",
        severity="note",
    )
    return frame.set_geometry(gpd.GeoSeries(cut, frame.index, frame.crs))


def _has_wide_edges(shapes: Shapes) -> NDArray[np.bool_]:
    """Which polygons have such an edge."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    wide = _wide(xy) & (ring[1:] == ring[:-1])
    found = np.zeros(len(shapes), bool)
    found[owner[part[ring[1:][wide]]]] = True
    return found


def _wide(xy: Floats) -> NDArray[np.bool_]:
    """Which edges span more than half the globe; along a pole that is no distance."""
    step, latitude = np.abs(np.diff(xy[:, 0])), np.abs(xy[:, 1])
    polar = np.minimum(latitude[1:], latitude[:-1]) > _POLAR
    return (step > _HALF) & (step < _WHOLE) & ~polar


def _cut(polygon: shapely.Polygon, where: str) -> shapely.Geometry:
    """A polygon in parts between 180 W and 180 E."""
    rings = [np.asarray(ring.coords) for ring in (polygon.exterior, *polygon.interiors)]
    if not any(_wide(ring).any() for ring in rings):
        return polygon
    outer, *holes = (_unbroken(ring, where) for ring in rings)
    middle = outer[:, 0].mean()
    turns = [360.0 * np.round((middle - hole[:, 0].mean()) / 360.0) for hole in holes]
    turned = [hole + np.array([turn, 0.0]) for hole, turn in zip(holes, turns, strict=True)]
    whole = shapely.make_valid(shapely.Polygon(outer, turned))
    parts = [_between(whole, west) for west in (-540.0, -180.0, 180.0)]
    return shapely.union_all([each for each in parts if not shapely.is_empty(each)])


def _between(polygon: shapely.Geometry, west: float) -> shapely.Geometry:
    """The part of a polygon in the turn of the globe from a meridian on, brought to 180 W."""
    part = shapely.intersection(polygon, shapely.box(west, -90, west + 360, 90))
    return shapely.transform(part, lambda xy: xy - [west + 180.0, 0.0])


def _unbroken(xy: Floats, where: str) -> Floats:
    """A ring whose longitudes run on beyond the dateline."""
    turns = np.where(_wide(xy), np.sign(np.diff(xy[:, 0])), 0.0)
    moved = xy.copy()
    moved[1:, 0] -= 360.0 * np.cumsum(turns)
    if abs(moved[-1, 0] - moved[0, 0]) > 1e-9:
        raise _ambiguous("a ring goes round a pole", where, xy)
    width, height = np.ptp(moved, axis=0)
    if turns.any() and len(xy) <= _BOX and width < height / 4:
        raise _ambiguous("a box can be meant east or west, over the dateline", where, xy)
    return moved


def _ambiguous(message: str, where: str, xy: NDArray[np.float64]) -> InputError:
    (west, south), (east, north) = xy.min(axis=0), xy.max(axis=0)
    return InputError(
        "GEOMETRY_AMBIGUOUS",
        message,
        where=where,
        found=f"longitudes {west:g} to {east:g}, latitudes {south:g} to {north:g}",
        wanted="edges over half the globe at most",
        fix="cut the polygon at 180 degrees, and let it run along 180 to the pole around one",
    )
