"""Climate of single cells by month, and the hours that are morphed from it."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.errors import InputError
from siting.grid import sample
from siting.grid.months import by_month
from siting.kernels import morph
from siting.kernels.device import device_power
from siting.kernels.solar import photovoltaic
from siting.projection import Floats, position

Integers = NDArray[np.int64]
Hours = NDArray[np.float32]


class Climate(NamedTuple):
    """Monthly means of some cells, arrays of shape (s, 12), NaN where a layer has no value."""

    latitude: Floats  # (s,) [degree]
    height: Floats  # significant wave height [m]
    period: Floats  # energy period [s]
    irradiance: Floats  # global horizontal [W m-2]
    temperature: Floats  # of the sea's surface, taken for the air's [degC]
    wind: Floats  # [m s-1]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether each cell has all that a simulation needs, shape (s,)."""
        every = np.stack(list(self[1:]), axis=1)
        return np.asarray(np.isfinite(every).all(axis=(1, 2)))

    def at(self, rows: NDArray[Any]) -> "Climate":
        """Some of the cells."""
        return Climate(*(each[rows] for each in self))


class Donor(NamedTuple):
    """A year of sea states of one place, which lends its order of calm and storm."""

    site: str
    latitude: float
    height: Floats  # (8760,) [m]
    period: Floats  # (8760,) [s]


def climate_of(
    monthlies: list[xr.DataArray], grid: GeoBox, rows: Integers, columns: Integers
) -> Climate:
    """Climate of cells from height, period, irradiance, temperature and wind by month.

    Values are read cell by cell: a rock in the sea of a neighbour is no value of this one.
    """
    latitude = position(grid, rows + 0.5, columns + 0.5)[1]
    return Climate(
        np.asarray(latitude), *(values_by_month(each, rows, columns) for each in monthlies)
    )


def values_by_month(monthly: xr.DataArray, rows: Integers, columns: Integers) -> Floats:
    """Values of cells by month, shape (s, 12)."""
    found = [sample(each, rows, columns) for each in by_month(monthly)]
    return np.stack(found, axis=1).astype(float)


def donor_of(series: pd.DataFrame) -> Donor:
    """The donor year in a series of waves.

    Raises
    ------
    InputError
        COLUMN_MISSING where heights or energy periods are not in it; DONOR_INVALID where it is no
        whole year of them.
    """
    for name in ("time", "significant_wave_height", "wave_energy_period"):
        if name not in series:
            raise InputError(
                "COLUMN_MISSING",
                f"the donor has no column '{name}'",
                where="offshore.node.donor",
                found=", ".join(map(str, series.columns)),
                wanted="time, significant_wave_height, wave_energy_period",
                fix="name the columns under `quantities:` of its source",
            )
    time = series["time"].to_numpy("datetime64[s]")
    try:
        height, period = (
            morph.hourly_year(time, series[name].to_numpy(float))
            for name in ("significant_wave_height", "wave_energy_period")
        )
    except ValueError as error:
        raise InputError(
            "DONOR_INVALID",
            "the donor is no whole year of sea states",
            where="offshore.node.donor",
            found=str(error),
            wanted="one calendar year without gaps over a day",
            fix="choose one year of the record with `time_range`, or another record",
        ) from error
    attrs = series.attrs
    return Donor(
        str(attrs.get("site", "donor")), float(attrs.get("latitude", 45.0)), height, period
    )


def sea_states(climate: Climate, donor: Donor) -> morph.HourlyWaves:
    """Hours of sea states of each cell, after the donor."""
    return morph.hourly_waves(
        climate.height, climate.period, climate.latitude, donor.height, donor.period, donor.latitude
    )


def wave_power(sea: morph.HourlyWaves, device: dict[str, Any], factor: float = 1.0) -> Hours:
    """Hours of a device's power per rated power, heights multiplied by a factor."""
    return device_power(
        sea.height * np.float32(factor),
        sea.period,
        device["matrix"],
        device["heights"],
        device["periods"],
        device["rated_power"],
        device["cut_out_height"],
        device["availability"],
    )


def solar_power(climate: Climate, losses: float) -> Hours:
    """Hours of panels' power per power as rated, on a flat deck that turns freely."""
    sun = morph.hourly_sun(climate.latitude, climate.irradiance, morph.daily_clearness())
    return photovoltaic(climate.latitude, sun, climate.temperature, climate.wind, losses=losses)
