"""Solar radiation at sea: the mean of two estimates whose errors are opposite."""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from data.build.fetch import member
from data.build.ocean.grid import LATITUDE, LONGITUDE, Field, at_sea
from data.build.ocean.ships import read
from data.build.write import write_raster

ALBEDO = 0.06  # of the sea
SOLAR_CONSTANT = 1361.0  # [W m-2], Kopp and Lean (2011)
MIDDLE = np.array([15, 45, 74, 105, 135, 166, 196, 227, 258, 288, 319, 349])  # day of the year
HOUR_ANGLES = np.radians((np.arange(48) - 23.5) * 7.5)  # every half hour, of solar time


def monthly(cache: Path) -> Field:
    """Mean of both estimates, on the 1 degree grid, land filled [W m-2]."""
    return (by_cloud(cache) + by_absorption(cache)) / 2


def by_cloud(cache: Path) -> Field:
    """Radiation of a clear sky, lowered by ships' cloudiness after Kasten and Czeplak (1980).

    The formula is meant for the cloudiness of an hour; with that of a month it is too high.
    """
    cloud = read(cache, "esku_heat_budget.cdf", "CLD").at((LATITUDE, LONGITUDE))
    return clear_sky(turbidity(cache)) * (1 - 0.75 * np.clip(cloud, 0, 1) ** 3.4)


def by_absorption(cache: Path) -> Field:
    """Radiation that the sea absorbs, by Esbensen and Kushnir (1981), and what it reflects."""
    absorbed = read(cache, "esku_heat_budget.cdf", "FSR")
    known = np.where(absorbed.values >= 0, absorbed.values, np.nan)
    return replace(absorbed, values=known).at((LATITUDE, LONGITUDE)) / (1 - ALBEDO)


def clear_sky(linke: Field) -> Field:
    """Monthly mean radiation of a clear sky at sea level after Ineichen and Perez (2002) [W m-2].

    Of the month's middle day; air mass after Kasten and Young (1989), declination and the sun's
    distance after Spencer (1971).
    """
    angle = 2 * np.pi * (MIDDLE - 1) / 365
    declination = (
        0.006918 - 0.399912 * np.cos(angle) + 0.070257 * np.sin(angle)
        - 0.006758 * np.cos(2 * angle) + 0.000907 * np.sin(2 * angle)
        - 0.002697 * np.cos(3 * angle) + 0.00148 * np.sin(3 * angle)
    )[:, None, None]  # fmt: skip
    distance = (
        1.00011 + 0.034221 * np.cos(angle) + 0.00128 * np.sin(angle)
        + 0.000719 * np.cos(2 * angle) + 0.000077 * np.sin(2 * angle)
    )[:, None, None]  # fmt: skip
    latitude = np.radians(LATITUDE)
    total = np.zeros_like(linke)
    for hour in HOUR_ANGLES:
        sine = np.sin(latitude) * np.sin(declination)
        height = sine + np.cos(latitude) * np.cos(declination) * np.cos(hour)
        up = np.clip(height, 0, 1)
        zenith = np.degrees(np.arccos(up))
        mass = 1 / (up + 0.50572 * (96.07995 - zenith) ** -1.6364)
        total += 0.868 * SOLAR_CONSTANT * distance * up * np.exp(-0.0387 * mass * linke)
    return total / len(HOUR_ANGLES)


def turbidity(cache: Path) -> Field:
    """Linke turbidity of each month on the 1 degree grid."""
    with h5py.File(member("pvlib", "pvlib/data/LinkeTurbidities.h5", cache)) as source:
        stored: NDArray[np.uint8] = source["LinkeTurbidity"][:]
    blocks = stored.reshape(180, 12, 360, 12, 12) / 20.0
    return np.moveaxis(blocks.mean(axis=(1, 3)), -1, 0)


def sea_solar_irradiance_monthly(cache: Path, path: Path) -> None:
    """Write twelve bands."""
    _write(path, at_sea(monthly(cache), cache))


def sea_solar_irradiance(cache: Path, path: Path) -> None:
    """Write the mean of the year."""
    _write(path, at_sea(monthly(cache), cache).mean(axis=0))


def _write(path: Path, values: Field) -> None:
    write_raster(
        path, values, west=-180, north=90, resolution=1.0, units="W m-2",
        description="global horizontal irradiance at sea", scale=0.1,
    )  # fmt: skip
