"""Temperature of the sea's surface, and the ice that it stands for."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from data.build.ocean.grid import LATITUDE, LONGITUDE, Field, at_sea
from data.build.ocean.ships import blended, read
from data.build.write import write_raster

FREEZING = -1.9  # [degC], of sea water
# Below these the atlas has about as much ice in each month as satellites saw from 1981 to 2010.
ICE_NORTH, ICE_SOUTH = 1.0, -0.7  # [degC]


def atlas(cache: Path) -> Field:
    """Surface temperature of the World Ocean Atlas on the 1 degree grid, land filled [degC]."""
    return read(cache, "ocean_atlas_subset.nc", "TEMP").at((LATITUDE, LONGITUDE))


def monthly(cache: Path) -> Field:
    """Ships' mean temperature, where there are few ships the atlas's; land filled [degC]."""
    ships = read(cache, "coads_climatology.cdf", "SST")
    guess = read(cache, "ocean_atlas_subset.nc", "TEMP").at(ships.places())
    field = replace(ships, values=blended(ships, guess, near=0.7, far=3.0))
    return np.maximum(field.at((LATITUDE, LONGITUDE)), FREEZING)


def ice(cache: Path) -> Field:
    """Whether a month has sea ice: where the yearly wave of the atlas is cold [0 or 1].

    Single months of the atlas are noisy in the ice; the mean and one wave a year are not.
    """
    phase = 2 * np.pi * np.arange(12) / 12
    waves = np.stack([np.ones(12), np.cos(phase), np.sin(phase)], axis=1)
    smooth = np.tensordot(waves @ np.linalg.pinv(waves), atlas(cache), axes=1)
    return (smooth < np.where(LATITUDE > 0, ICE_NORTH, ICE_SOUTH)).astype(float)


def sea_surface_temperature_monthly(cache: Path, path: Path) -> None:
    """Write twelve bands."""
    _write_temperature(path, at_sea(monthly(cache), cache))


def sea_surface_temperature(cache: Path, path: Path) -> None:
    """Write the mean of the year."""
    _write_temperature(path, at_sea(monthly(cache), cache).mean(axis=0))


def sea_ice_months(cache: Path, path: Path) -> None:
    """Write how many months of the year have ice."""
    months = at_sea(ice(cache), cache).sum(axis=0)
    description = "months of the year with sea ice, by temperature"
    write_raster(
        path, months, west=-180, north=90, resolution=1.0, units="1", description=description
    )


def sea_ice_monthly(cache: Path, path: Path) -> None:
    """Write the class of each month: 1 open water, 2 ice."""
    classes = np.nan_to_num(1 + at_sea(ice(cache), cache), nan=0)
    write_raster(
        path,
        classes,
        west=-180,
        north=90,
        resolution=1.0,
        units="1",
        description="sea ice, by temperature",
        dtype="uint8",
    )


def _write_temperature(path: Path, values: Field) -> None:
    description = "temperature of the sea's surface"
    write_raster(
        path, values, west=-180, north=90, resolution=1.0, units="degC",
        description=description, scale=0.01,
    )  # fmt: skip
