"""Outline of the land: Natural Earth 1:50 million, cut at the dateline."""

from pathlib import Path

import geopandas
import numpy as np
import shapely

from data.build.fetch import member
from data.build.write import write_features

PRECISION = 1e-4  # [degree], well below the source's own steps of 0.0036


def outline(cache: Path) -> geopandas.GeoDataFrame:
    """Polygons of the land between 180 W and 180 E; none crosses the dateline."""
    source = geopandas.read_file(member("world-atlas", "package/land-50m.json", cache))
    stitched = source.geometry.explode(ignore_index=True)
    cut = geopandas.GeoSeries([cut_at_dateline(polygon) for polygon in stitched], crs=4326)
    clean = geopandas.GeoSeries(shapely.set_precision(cut.values, PRECISION), crs=4326)
    polygons = clean.explode(ignore_index=True)
    polygons = polygons[(polygons.geom_type == "Polygon") & ~polygons.is_empty]
    return geopandas.GeoDataFrame(geometry=polygons.reset_index(drop=True))


def cut_at_dateline(polygon: shapely.Polygon) -> shapely.Geometry:
    """Polygon whose rings run across the dateline, cut into parts that do not.

    The source joins rings over the dateline: their longitudes jump from 180 to -180, and
    Antarctica's ring runs once round the pole. Read as they stand, Eurasia and Antarctica
    become bands round the whole world.
    """
    holes = [_ring_area(ring) for ring in polygon.interiors]
    return shapely.difference(_ring_area(polygon.exterior), shapely.union_all(holes))


def _ring_area(ring: shapely.LinearRing) -> shapely.Geometry:
    """Area inside a ring, within 180 W to 180 E: unroll the longitudes, close over the pole."""
    longitude, latitude = np.asarray(ring.coords)[:, :2].T
    longitude = np.unwrap(longitude, period=360)
    if abs(longitude[-1] - longitude[0]) > 180:
        pole = np.copysign(90, latitude.mean())
        longitude = np.append(longitude, longitude[[-1, 0]])
        latitude = np.append(latitude, [pole, pole])
    area = shapely.make_valid(shapely.Polygon(np.column_stack([longitude, latitude])))
    return shapely.union_all([_turned(area, turn) for turn in (-360, 0, 360)])


def _turned(area: shapely.Geometry, turn: float) -> shapely.Geometry:
    turned = shapely.transform(area, lambda points: np.add(points, [turn, 0]))
    return shapely.intersection(turned, shapely.box(-180, -90, 180, 90))


def land_50m(cache: Path, path: Path) -> None:
    """Write the outline."""
    write_features(path, outline(cache))
