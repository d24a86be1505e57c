"""Distance to the ocean's coast, negative inland, from the land's outline."""

from functools import cache as memory
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import from_origin
from scipy.spatial import KDTree

from data.build.land import outline
from data.build.sphere import cell_centres, unit_vectors
from data.build.write import write_raster

RESOLUTION = 0.1
VERTEX_SPACING = 0.02  # [degree], at most 2.2 km: the nearest vertex is within .2 km of the coast
EARTH_RADIUS = 6371.0088  # [km], mean radius of the WGS 84 ellipsoid


def coast_distance(cache: Path, path: Path) -> None:
    """Write the great-circle distance from each cell's centre to the nearest coast.

    Only the ocean has a coast here: the Caspian Sea, the one hole in the outline, is inland.
    """
    places = cell_centres(RESOLUTION)
    distance = np.stack([distance_to_coast(*row, cache) for row in zip(*places, strict=True)])
    on_land = rasterize(
        _land(cache), distance.shape, transform=from_origin(-180, 90, RESOLUTION, RESOLUTION)
    )
    write_raster(
        path,
        np.where(on_land, -distance, distance),
        west=-180,
        north=90,
        resolution=RESOLUTION,
        units="km",
        description="distance to the coast of the ocean, negative inland",
    )


def distance_to_coast(
    latitude: NDArray[np.float64], longitude: NDArray[np.float64], cache: Path
) -> NDArray[np.float64]:
    """Great-circle distance of places from the nearest coast, on either side of it [km]."""
    chord, _ = _coast(cache).query(unit_vectors(latitude, longitude), workers=-1)
    return 2 * EARTH_RADIUS * np.arcsin(chord / 2)


@memory
def _coast(cache: Path) -> KDTree:
    return KDTree(unit_vectors(*_coast_points(_land(cache)).T[::-1]))


@memory
def _land(cache: Path) -> NDArray[np.object_]:
    """Polygons of the land without the Caspian Sea, which is filled, and its islands."""
    filled = shapely.polygons(outline(cache).exterior.values)
    return shapely.get_parts(shapely.union_all(filled))


def _coast_points(polygons: NDArray[np.object_]) -> NDArray[np.float64]:
    """Longitude and latitude of closely spaced coast points, without the cuts.

    Edges along the dateline and at the pole are where the outline was cut, no coast.
    """
    rings = shapely.get_rings(polygons)
    points = shapely.get_coordinates(shapely.segmentize(rings, VERTEX_SPACING))
    on_cut = (np.abs(points[:, 0]) > 179.9999) | (points[:, 1] < -89.9)
    return np.unique(points[~on_cut], axis=0)
