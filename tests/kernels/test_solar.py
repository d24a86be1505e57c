"""Photovoltaics by the hour against pvlib, and against what must hold anywhere."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.kernels import solar

pvlib = pytest.importorskip("pvlib", reason="pvlib, the oracle, comes with the test extra")
# pvlib's own call of a name that pandas will take away
pytestmark = pytest.mark.filterwarnings("ignore:DatetimeIndex.dayofyear:DeprecationWarning")

# Longitude, latitude: 20 places over the oceans.
PLACES = [
    (-150.0, 45.0), (-125.0, 44.0), (-140.0, 30.0), (-157.5, 20.5), (-110.0, 0.5),
    (-85.0, -20.0), (-78.0, -40.0), (-60.0, -50.0), (-30.0, -35.0), (-20.0, 0.0),
    (-35.0, 25.0), (-20.0, 58.0), (3.0, 56.0), (10.0, -35.0), (60.0, -25.0),
    (65.0, 12.0), (110.0, -30.0), (150.0, -40.0), (165.0, 10.0), (178.0, 60.0),
]  # fmt: skip
TIMES = pd.date_range("2021-01-01 00:30", periods=8760, freq="h", tz="UTC")


def cloudy_irradiance(longitude: float, latitude: float, seed: int) -> np.ndarray:
    """Clear sky of another model (Haurwitz, exact positions) under random hourly cloud [W m-2]."""
    zenith = pvlib.solarposition.get_solarposition(TIMES, latitude, longitude)["zenith"]
    clear = pvlib.clearsky.haurwitz(zenith)["ghi"].to_numpy()
    return clear * np.random.default_rng(seed).beta(2.5, 1.2, clear.size)


def pvlib_power(longitude, latitude, ghi, air, wind, tilt, azimuth):
    """The same chain by pvlib's own functions, with its exact solar positions."""
    sun = pvlib.solarposition.get_solarposition(TIMES, latitude, longitude)
    extra = pvlib.irradiance.get_extra_radiation(TIMES)
    split = pvlib.irradiance.erbs(ghi, sun["zenith"], TIMES)
    plane = pvlib.irradiance.get_total_irradiance(
        tilt, azimuth, sun["zenith"], sun["azimuth"], split["dni"], ghi, split["dhi"],
        dni_extra=extra, albedo=0.06, model="haydavies",
    )  # fmt: skip
    aoi = pvlib.irradiance.aoi(tilt, azimuth, sun["zenith"], sun["azimuth"])
    absorbed = plane["poa_direct"] * pvlib.iam.physical(aoi, L=0.002) + plane["poa_diffuse"]
    month = TIMES.month.to_numpy() - 1
    cell = pvlib.temperature.faiman(plane["poa_global"], air[month], wind[month])
    direct = pvlib.pvsystem.pvwatts_dc(absorbed, cell, 1.0, -0.0035) * (1 - 0.1408)
    return pvlib.inverter.pvwatts(direct.to_numpy(), 1.0)


def climate(latitude: float) -> tuple[np.ndarray, np.ndarray]:
    season = np.cos(2 * np.pi * (np.arange(12) - 6.5) / 12) * np.sign(latitude)
    return 28.0 - 0.35 * abs(latitude) + 4.0 * season, 8.0 - 2.0 * season


@pytest.mark.parametrize(("tilt", "azimuth"), [(0.0, 180.0), (25.0, 150.0)])
def test_energy_of_a_year_is_that_of_pvlib_at_20_places(tilt, azimuth):
    for seed, (longitude, latitude) in enumerate(PLACES):
        ghi = cloudy_irradiance(longitude, latitude, seed)
        air, wind = climate(latitude)
        found = solar.photovoltaic(
            [latitude], ghi[None], air[None], wind[None],
            longitude=[longitude], tilt=tilt, azimuth=azimuth,
        )[0]  # fmt: skip
        expected = pvlib_power(longitude, latitude, ghi, air, wind, tilt, azimuth)
        assert found.sum() == pytest.approx(expected.sum(), rel=0.001)
        assert np.sqrt(np.mean((found - expected) ** 2)) < 0.001  # of the power as rated


def test_zenith_is_that_of_the_solar_position_algorithm():
    zenith = [
        pvlib.solarposition.get_solarposition(TIMES, latitude, longitude)["zenith"]
        for longitude, latitude in PLACES
    ]
    longitude, latitude = np.array(PLACES).T
    hours = np.arange(8760) + 0.5
    found = np.degrees(np.arccos(solar.cosine_of_zenith(latitude, hours, longitude)))
    assert np.abs(found - np.array(zenith)).max() < 0.2  # degrees, in 2021, not 2010


def test_flat_panels_take_the_horizontal_irradiance():
    # By hand: 1000 W m-2 at the zenith on 21 June at the Tropic: 25 C, Faiman's cell at 5 m s-1:
    # 25 + 1000 / (25 + 6.84 * 5) = 41.89; module 1 - .0035 * 16.89 = .94089; losses .8592:
    # .80842; converter .96 / .9637 * (.9858 - .0162 * .80842 - .0059 / .80842) = .96172
    ghi = np.zeros((1, 8760))
    ghi[0, 171 * 24 + 12] = 1000.0
    shifted = solar.photovoltaic(
        [23.45], ghi, np.full((1, 12), 25.0), np.full((1, 12), 5.0),
        hours=np.arange(8760.0),
    )  # fmt: skip
    assert shifted[0, 171 * 24 + 12] == pytest.approx(0.80842 * 0.96172, rel=1e-4)


def test_night_gives_nothing_and_nan_stays():
    ghi = cloudy_irradiance(0.0, 50.0, 1)[None].repeat(3, axis=0)
    ghi[1, [5, 12]] = np.nan
    air, wind = np.full((3, 12), 10.0), np.full((3, 12), 8.0)
    air[2, 6] = np.nan
    power = solar.photovoltaic([50.0] * 3, ghi, air, wind, longitude=[0.0] * 3)
    dark = ghi[0] == 0
    assert dark.sum() > 4000
    assert (power[0, dark] == 0).all()
    assert np.flatnonzero(np.isnan(power[1])).tolist() == [5, 12]
    july = slice(181 * 24, 212 * 24)
    assert np.isnan(power[2, july]).all()
    assert np.isnan(power[2]).sum() == 31 * 24


@given(
    latitude=st.floats(-65, 65), tilt=st.floats(0, 60), azimuth=st.floats(0, 360),
    level=st.floats(0, 1), hour=st.integers(0, 8759),
)  # fmt: skip
def test_power_is_bounded_and_rises_with_light(latitude, tilt, azimuth, level, hour):
    ghi = np.zeros((2, 8760))
    top = 1100.0 * max(0.0, solar.cosine_of_zenith([latitude], [hour + 0.5])[0, 0])
    ghi[:, hour] = top * level, top
    cold = np.full((2, 12), 5.0)
    power = solar.photovoltaic([latitude] * 2, ghi, cold, cold, tilt=tilt, azimuth=azimuth)
    assert (power >= 0).all()
    assert (power <= 0.96).all()
    if tilt == 0:
        assert power[0, hour] <= power[1, hour] + 1e-6


def test_what_does_not_agree_is_refused():
    ghi, month = np.zeros((1, 8760)), np.zeros((1, 12))
    with pytest.raises(ValueError, match="8759 steps are no year"):
        solar.photovoltaic([0.0], ghi[:, 1:], month, month)
    with pytest.raises(ValueError, match=r"shape \(1, 11\), not \(1, 12\)"):
        solar.photovoltaic([0.0], ghi, month[:, 1:], month)
    with pytest.raises(ValueError, match="2 latitudes"):
        solar.photovoltaic([0.0, 1.0], ghi, month, month)
    with pytest.raises(ValueError, match="losses are a share"):
        solar.photovoltaic([0.0], ghi, month, month, losses=14.08)
    with pytest.raises(ValueError, match="converter's power"):
        solar.photovoltaic([0.0], ghi, month, month, converter=0.0)
    with pytest.raises(ValueError, match="losses are shares"):
        solar.combined_losses({"soiling": 2.0})
