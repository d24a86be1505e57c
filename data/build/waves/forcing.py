"""What drives the waves: the sea that each month's winds would raise, by direction."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import from_origin
from scipy.special import ndtr

from data.build.land import outline
from data.build.ocean import temperature, wind
from data.build.ocean.grid import LATITUDE, SMALLEST_SEA, Field, sea_share

Single = NDArray[np.float32]

SECTORS = 36  # directions of the wind's sea
DEVELOPED = 0.0246  # [s2 m-1], height of the fully developed sea over the wind's square
SPREAD = 3 * np.pi / 8  # integral of the fourth power of the cosine over half a turn
GUSTLESS = 0.05  # [m2 s-2], least variance of the wind
PASSAGE_WIDTH = 55.0  # [km], of the cells of half a degree that land is counted in
OPAQUE = -6.0  # logarithm of what passes a cell of land


@dataclass(frozen=True)
class Forcing:
    """Fields on the 1 degree grid that rays pass.

    `source` is the squared height of the developed sea for each sector that waves head to,
    (sector, row, column, month) [m2]; `speed` of the wind that raises it [m s-1]; `few` where few
    ships reported the southern wind, (row, column) [0 to 1]; `ice` [0 or 1], (row, column, month);
    `passage` the logarithm of what land leaves of waves, on half a degree.
    """

    source: Single
    speed: Single
    few: Single
    ice: Single
    passage: Single


def forcing(cache: Path) -> Forcing:
    """All fields, from the same sources as the layers of the ocean."""
    blowing = steadied(wind.monthly(cache))
    source, speed = developed_sea(blowing)
    sea = (sea_share(cache) >= SMALLEST_SEA)[None, :, :, None]
    south = np.clip((-25 - LATITUDE) / 15, 0, 1)
    few = south * (1 - blowing.trust[0])
    ice = np.moveaxis(temperature.ice(cache), 0, -1)
    return Forcing(
        np.where(sea, source, 0).astype("f4"),
        speed,
        few.astype("f4"),
        ice.astype("f4"),
        passage(cache),
    )


def steadied(blowing: wind.Wind) -> wind.Wind:
    """Winds whose months follow one wave a year where ships are few: single months are noise."""
    phase = 2 * np.pi * np.arange(12) / 12
    waves = np.stack([np.ones(12), np.cos(phase), np.sin(phase)], axis=1)
    fit = waves @ np.linalg.pinv(waves)
    speed, east, north = (
        blowing.trust * field + (1 - blowing.trust) * np.tensordot(fit, field, axes=1)
        for field in (blowing.speed, blowing.east, blowing.north)
    )
    return wind.Wind(speed, east, north, blowing.trust)


def developed_sea(blowing: wind.Wind) -> tuple[Single, Single]:
    """Squared height and wind speed by sector, of winds that scatter about their mean vector.

    The wind along a sector is taken as normal about the mean vector's part, with the scatter that
    gives the mean speed; the sea's energy goes with its fourth power where it blows that way.
    """
    drift = blowing.east**2 + blowing.north**2
    speed = np.maximum(blowing.speed, 1.02 * np.sqrt(drift))
    steady = drift / speed**2
    variance = (speed**2 - drift) * (1 - 0.363 * (1 - steady))  # normal in both parts: 4/pi - 1
    scatter = np.sqrt(np.maximum(variance, GUSTLESS))
    shape = (SECTORS, 180, 360, 12)
    source, raising = np.empty(shape, "f4"), np.empty(shape, "f4")
    for sector in range(SECTORS):
        angle = 2 * np.pi * sector / SECTORS
        along = blowing.east * np.sin(angle) + blowing.north * np.cos(angle)
        fourth, fifth = _moments(along, scatter)
        squared = DEVELOPED**2 * fourth / SPREAD * (2 * np.pi)
        source[sector] = np.moveaxis(squared, 0, -1)
        raising[sector] = np.moveaxis(np.clip(fifth / fourth, 1, 40), 0, -1)
    return source, raising


def _moments(mean: Field, scatter: Field) -> tuple[Field, Field]:
    """Fourth and fifth moment of the positive part of a normal variable."""
    m, s = mean, scatter
    above = ndtr(m / s)
    density = np.exp(-((m / s) ** 2) / 2) / np.sqrt(2 * np.pi)
    fourth = (m**4 + 6 * m**2 * s**2 + 3 * s**4) * above + (m**3 * s + 5 * m * s**3) * density
    fifth = (m**5 + 10 * m**3 * s**2 + 15 * m * s**4) * above + (
        m**4 * s + 9 * m**2 * s**3 + 8 * s**5
    ) * density
    return np.maximum(fourth, 1e-3), np.maximum(fifth, 1e-3)


def passage(cache: Path) -> Single:
    """Logarithm of the share of waves that passes each cell of half a degree.

    Land that covers a share f of a cell stands in the way with its width, the root of f.
    """
    land = shapely.polygons(outline(cache).exterior.values)
    fine = rasterize(land, (3600, 7200), transform=from_origin(-180, 90, 0.05, 0.05))
    share = fine.reshape(360, 10, 720, 10).mean(axis=(1, 3))
    return np.maximum(np.log(np.maximum(1 - np.sqrt(share), 1e-9)), OPAQUE).astype("f4")
