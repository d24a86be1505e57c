"""Ice sheets of Greenland and Antarctica: where an old survey of the surface tops the bed."""

from pathlib import Path

import geopandas
import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.features import geometry_mask, shapes
from rasterio.transform import Affine, from_origin
from scipy.ndimage import binary_fill_holes, binary_opening, map_coordinates, median_filter

from data.build import elevation
from data.build.fetch import member
from data.build.land import outline
from data.build.write import write_features

RESOLUTION = 1 / 12
THICKNESS = 100.0  # [m], above the disagreement of the two surveys on smooth ice-free ground
SMALLEST_PART = 1e4  # [km2], leaves local ice caps and errors in the fjords out
INTERIOR_OF_GREENLAND = shapely.Point(-40, 72)
EQUAL_AREA = 6933


def ice_sheets(cache: Path, path: Path) -> None:
    """Write one row for each of the two ice sheets."""
    thickness, transform = ice_thickness(cache)
    land = outline(cache).geometry
    regions = {
        "Greenland": land[land.contains(INTERIOR_OF_GREENLAND)],
        "Antarctica": land[land.bounds["maxy"] < -60],
    }
    sheets = [
        _large_parts(thickness, transform, shapely.union_all(region)) for region in regions.values()
    ]
    write_features(path, geopandas.GeoDataFrame({"name": list(regions)}, geometry=sheets, crs=4326))


def ice_thickness(cache: Path) -> tuple[NDArray[np.float64], Affine]:
    """Surface (ETOPO5) less bedrock (ETOPO1) at 5 minutes, and where its cells lie [m].

    The surface was compiled from maps, the bed from radar; off the ice both show the ground and
    differ by noise, which a median over 3 x 3 cells lowers.
    """
    source = member("ferret-datasets", "usr/share/ferret-vis/data/etopo5.cdf", cache)
    with rasterio.open(source) as grid:
        surface = grid.read(1)
    latitude = 90 - np.arange(surface.shape[0]) * RESOLUTION
    longitude = np.arange(surface.shape[1]) * RESOLUTION
    nodes = np.meshgrid(90 - latitude, longitude, indexing="ij")
    bed = map_coordinates(
        elevation.bedrock(cache), [axis / elevation.RESOLUTION for axis in nodes], order=1
    )
    thickness = median_filter(surface - bed, 3, mode="nearest")
    half = thickness.shape[1] // 2
    world = np.concatenate([thickness[:, half:], thickness[:, : half + 1]], axis=1)
    corner = RESOLUTION / 2
    return world, from_origin(-180 - corner, 90 + corner, RESOLUTION, RESOLUTION)


def _large_parts(
    thickness: NDArray[np.float64], transform: Affine, region: shapely.Geometry
) -> shapely.Geometry:
    """Thick ice within a region: necks of one cell and small parts dropped, nunataks filled."""
    ice = (thickness > THICKNESS) & geometry_mask([region], thickness.shape, transform, invert=True)
    opened = binary_opening(np.pad(ice, 1, mode="edge"))[1:-1, 1:-1]  # padded: no edge is lost
    ice = binary_fill_holes(opened)
    outlines = shapes(ice.astype("uint8"), ice, transform=transform)
    cells = [shapely.geometry.shape(cell) for cell, _ in outlines]
    parts = geopandas.GeoSeries(cells, crs=4326)
    parts = parts[parts.to_crs(EQUAL_AREA).area / 1e6 > SMALLEST_PART]
    return shapely.set_precision(shapely.intersection(parts.union_all(), region), 1e-4)
