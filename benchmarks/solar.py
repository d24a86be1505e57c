"""A year of photovoltaic power at places over the oceans, pvlib looped beside it."""

import warnings
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
import pvlib

from benchmarks.case import OURS, Case
from siting.kernels.solar import SEA_ALBEDO, SYSTEM_LOSSES, cosine_of_zenith, photovoltaic
from siting.projection import Floats

MOST, LEAST = 60, 4  # places at fine and at coarse resolutions
TILT, AZIMUTH = 15.0, 180.0
COEFFICIENT = -0.0035
TIMES = pd.date_range("2021-01-01 00:30", periods=8760, freq="h", tz="UTC")


class Inputs(NamedTuple):
    """Places with their hourly light and monthly air and wind."""

    longitude: Floats
    latitude: Floats
    ghi: Floats  # (s, 8760) [W m-2]
    air: Floats  # (s, 12) [degC]
    wind: Floats  # (s, 12) [m s-1]


def prepare(resolution: str) -> Inputs:
    count = int(np.clip(600 / float(resolution.split(maxsplit=1)[0]), LEAST, MOST))
    random = np.random.default_rng(1)
    longitude, latitude = random.uniform(-180, 180, count), random.uniform(-60, 60, count)
    height = np.maximum(cosine_of_zenith(latitude, np.arange(8760) + 0.5, longitude), 0)
    ghi = 1050 * height**1.15 * random.beta(2.5, 1.2, height.shape)
    air = np.repeat((28 - 0.3 * np.abs(latitude))[:, None], 12, axis=1)
    return Inputs(longitude, latitude, ghi, air, np.full((count, 12), 7.0))


def siting(inputs: Inputs) -> Floats:
    return photovoltaic(
        inputs.latitude, inputs.ghi, inputs.air, inputs.wind,
        longitude=inputs.longitude, tilt=TILT, azimuth=AZIMUTH,
    )  # fmt: skip


def pvlib_exact(inputs: Inputs) -> Floats:
    """Place by place, with pvlib's default positions, exact to 0.0003 degrees."""
    return _looped(inputs, "nrel_numpy")


def pvlib_quick(inputs: Inputs) -> Floats:
    """Place by place, with its quicker positions."""
    return _looped(inputs, "ephemeris")


def _looped(inputs: Inputs, positions: str) -> Floats:
    with warnings.catch_warnings():  # pvlib calls what pandas is about to drop
        warnings.simplefilter("ignore", DeprecationWarning)
        return np.stack([_place(*each, positions) for each in zip(*inputs, strict=True)])


def _place(
    longitude: float, latitude: float, ghi: Floats, air: Floats, wind: Floats, positions: str
) -> Floats:
    sun = pvlib.solarposition.get_solarposition(TIMES, latitude, longitude, method=positions)
    split = pvlib.irradiance.erbs(ghi, sun["zenith"], TIMES)
    plane = pvlib.irradiance.get_total_irradiance(
        TILT, AZIMUTH, sun["zenith"], sun["azimuth"], split["dni"], ghi, split["dhi"],
        dni_extra=pvlib.irradiance.get_extra_radiation(TIMES), albedo=SEA_ALBEDO,
        model="haydavies",
    )  # fmt: skip
    aoi = pvlib.irradiance.aoi(TILT, AZIMUTH, sun["zenith"], sun["azimuth"])
    absorbed = plane["poa_direct"] * pvlib.iam.physical(aoi) + plane["poa_diffuse"]
    month = TIMES.month.to_numpy() - 1
    cell = pvlib.temperature.faiman(plane["poa_global"], air[month], wind[month])
    direct = pvlib.pvsystem.pvwatts_dc(absorbed, cell, 1.0, COEFFICIENT) * (1 - SYSTEM_LOSSES)
    return np.asarray(pvlib.inverter.pvwatts(direct.to_numpy(), 1.0))


def agree(inputs: Inputs, results: Mapping[str, Floats]) -> str:
    year = {name: each.sum(axis=1) for name, each in results.items()}
    ours = year.pop(OURS)
    worst = {name: float(np.abs(ours / each - 1).max()) for name, each in year.items()}
    assert max(worst.values()) < 0.01
    rms = {name: float(np.sqrt(np.mean((results[OURS] - results[name]) ** 2))) for name in year}
    return (
        f"energy of each year within {100 * max(worst.values()):.2f} %,"
        f" hours within {max(rms.values()):.4f} of rated power (rms)"
    )


CASE = Case(
    lambda inputs: f"a year of hourly photovoltaic power at {len(inputs.latitude)} places",
    prepare,
    {OURS: siting, "pvlib": pvlib_exact, "pvlib, quick positions": pvlib_quick},
    agree,
)
