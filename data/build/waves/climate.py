"""The derived wave climate on the 1 degree grid: height, energy period, direction, power."""

from dataclasses import dataclass
from functools import cache as memory
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.build.coast import distance_to_coast
from data.build.ocean import temperature
from data.build.ocean.grid import LATITUDE, LONGITUDE, Field, at_sea
from data.build.waves.forcing import forcing
from data.build.waves.rays import Parameters, march, steps
from data.build.write import write_raster

FITTED = Parameters(0.793, 442.0, 4440.0, 0.104, 0.0018, 0.646, 8240.0)  # by data.build.waves.fit
FARTHEST_POLEWARD = 78.0  # [degree]
NEAREST_COAST = 50.0  # [km]
WATTS = 0.4903  # [kW m-3 s-1], power of deep water over squared height and period
VARIED = 1.1  # root mean square of a month's heights over their mean, at seven buoys and hindcasts


@dataclass(frozen=True)
class Climate:
    """Months, (12, row, column): height [m], energy period [s], direction from [degree]."""

    height: Field
    period: Field
    direction: Field


@memory
def climate(cache: Path) -> Climate:
    """Waves of each cell of open sea and month without ice, elsewhere NaN."""
    field = forcing(cache)
    chosen = places(cache)
    out = np.full((3, 12, 180, 360), np.nan)
    for row in np.flatnonzero(chosen.any(axis=1)):
        columns = np.flatnonzero(chosen[row])
        way = steps(field, LATITUDE[row, 0], LONGITUDE[row, columns])
        sea = march(way, FITTED)
        for part, values in zip(out, (sea.height, sea.period, sea.direction), strict=True):
            part[:, row, columns] = values.T
    return Climate(*np.where(temperature.ice(cache) > 0, np.nan, out))


def places(cache: Path) -> NDArray[np.bool_]:
    """Cells of the sea whose middle is far enough from the coast."""
    sea = np.isfinite(at_sea(np.zeros((1, 180, 360)), cache)[0])
    near = distance_to_coast(LATITUDE, LONGITUDE, cache) < NEAREST_COAST
    return sea & ~near & (np.abs(LATITUDE) < FARTHEST_POLEWARD)


def power(waves: Climate) -> Field:
    """Power of each month per width of crest in deep water, heights varying within it [kW m-1]."""
    return WATTS * (VARIED * waves.height) ** 2 * waves.period


def significant_wave_height_monthly(cache: Path, path: Path) -> None:
    """Write twelve bands."""
    _write(path, climate(cache).height, "m", "significant wave height", 0.01)


def significant_wave_height(cache: Path, path: Path) -> None:
    """Write the mean of the year where no month has ice."""
    _write(path, climate(cache).height.mean(axis=0), "m", "significant wave height", 0.01)


def wave_energy_period_monthly(cache: Path, path: Path) -> None:
    """Write twelve bands."""
    _write(path, climate(cache).period, "s", "energy period of waves", 0.01)


def wave_energy_period(cache: Path, path: Path) -> None:
    """Write the mean of the year, months weighted by their energy."""
    waves = climate(cache)
    energy = waves.height**2
    mean = np.sum(energy * waves.period, axis=0) / np.sum(energy, axis=0)
    _write(path, mean, "s", "energy period of waves", 0.01)


def wave_from_direction_monthly(cache: Path, path: Path) -> None:
    """Write twelve bands."""
    rounded = np.round(climate(cache).direction) % 360
    _write(path, rounded, "degree", "direction that waves come from", 1.0)


def wave_power(cache: Path, path: Path) -> None:
    """Write the mean of the months where none has ice."""
    mean = power(climate(cache)).mean(axis=0)
    _write(path, mean, "kW m-1", "power of waves per width of crest", 0.1)


def _write(path: Path, values: Field, units: str, description: str, scale: float) -> None:
    write_raster(
        path, values, west=-180, north=90, resolution=1.0, units=units,
        description=description, scale=scale,
    )  # fmt: skip
