"""The 1 degree grid of the ocean layers: which cells are sea, and fields brought to it."""

from functools import cache as memory
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import from_origin
from scipy.ndimage import gaussian_filter, map_coordinates

from data.build.land import outline
from data.build.sphere import cell_centres

Field = NDArray[np.float64]  # (12, rows, columns), rows from the north, columns from 180 W

RESOLUTION = 1.0
SUBCELL = 0.1  # [degree]
SMALLEST_SEA = 0.1  # share of a cell; coasts are covered, and rivers' mouths are not
LATITUDE, LONGITUDE = (axis for axis in cell_centres(RESOLUTION))


@memory
def sea_share(cache: Path) -> NDArray[np.float64]:
    """Share of each cell that is sea, by the outline; lakes and the Caspian are land."""
    land = shapely.polygons(outline(cache).exterior.values)
    rows = round(180 / SUBCELL)
    covered = rasterize(land, (rows, 2 * rows), transform=from_origin(-180, 90, SUBCELL, SUBCELL))
    parts = round(RESOLUTION / SUBCELL)
    return 1 - covered.reshape(180, parts, 360, parts).mean(axis=(1, 3))


def at_sea(field: Field, cache: Path) -> Field:
    """Field with NaN on land."""
    return np.where(sea_share(cache) >= SMALLEST_SEA, field, np.nan)


def resampled(
    field: Field, north: float, west: float, step: tuple[float, float], at: tuple[Field, Field]
) -> Field:
    """Field of regular nodes, interpolated linearly to other places; it closes at the dateline.

    `north` and `west` are the first node's latitude and longitude, `step` the distance of rows
    and columns, `at` latitude and longitude of the places [degree].
    """
    rows = (north - at[0]) / step[0]
    columns = ((at[1] - west) / step[1]) % field.shape[-1]
    closed = np.concatenate([field, field[..., :1]], axis=-1)
    return np.stack([map_coordinates(m, [rows, columns], order=1, mode="nearest") for m in closed])


def smoothed(field: Field, width: float) -> tuple[Field, Field]:
    """Mean of the known neighbours, weighted by a Gaussian of that width in cells; and its weight.

    Where nothing is known within reach, the weight is 0 and the mean is 0.
    """
    sigma = (0, width, width)
    known = np.isfinite(field)
    mode = ("nearest", "nearest", "wrap")
    weight = gaussian_filter(known.astype(float), sigma, mode=mode)
    total = gaussian_filter(np.where(known, field, 0.0), sigma, mode=mode)
    return np.where(weight > 1e-6, total / np.maximum(weight, 1e-6), 0.0), weight


def extended(field: Field) -> Field:
    """Field with its gaps closed from their neighbours, near ones first."""
    closed = field.copy()
    for width in 2.0 ** np.arange(7):
        gap = ~np.isfinite(closed)
        if not gap.any():
            break
        mean, weight = smoothed(closed, width)
        take = gap & (weight > 0.02)
        closed[take] = mean[take]
    return closed
