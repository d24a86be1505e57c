"""The derived wave climate: its rays against hand calculations, its layers against known seas."""

import csv
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio

from data.build.ocean.wind import Wind
from data.build.waves.fit import measured, verified
from data.build.waves.forcing import Forcing, developed_sea
from data.build.waves.rays import BEARINGS, HEADINGS, STEPS, Parameters, march, steps

DATA = Path(__file__).parents[2] / "data"
PARAMETERS = Parameters(1.0, 400.0, 4000.0, 0.0, 0.0, 0.6, 8000.0)
FULL = 4.0  # [m2], squared height of the developed sea, all headings together
HEIGHT = "significant_wave_height"
FEBRUARY, JULY = 1, 6


def read(name: str) -> np.ma.MaskedArray:
    """Values of all bands, (band, row, column)."""
    with rasterio.open(DATA / f"{name}.tif") as raster:
        return raster.read(masked=True) * raster.scales[0]


def at(name: str, longitude: float, latitude: float) -> np.ma.MaskedArray:
    return read(name)[:, int(90 - latitude), int(longitude + 180)]


@pytest.fixture
def water():
    """A world of water with the same wind everywhere, to all sides."""
    sea = (36, 180, 360, 12)
    return Forcing(
        source=np.broadcast_to(np.float32(FULL), sea),
        speed=np.broadcast_to(np.float32(10), sea),
        few=np.zeros((180, 360), "f4"),
        ice=np.zeros((180, 360, 12), "f4"),
        passage=np.zeros((360, 720), "f4"),
    )


def waves(field: Forcing, latitude: float = 40.5, parameters: Parameters = PARAMETERS):
    return march(steps(field, latitude, np.array([10.5])), parameters)


def test_endless_sea_is_fully_developed(water):
    """16,000 km are 40 growth lengths: the squared height is that of the developed sea."""
    assert waves(water).height == pytest.approx(np.sqrt(FULL), rel=1e-5)


def test_sea_is_grown_over_its_fetch(water):
    """Land all round beyond 1,000 km: 1 - exp(-1000/400) of the developed energy."""
    latitude, longitude = np.meshgrid(
        np.arange(89.5, -90, -1), np.arange(-179.5, 180), indexing="ij"
    )
    cosine = np.sin(np.radians(latitude)) * np.sin(np.radians(40.5)) + np.cos(
        np.radians(latitude)
    ) * np.cos(np.radians(40.5)) * np.cos(np.radians(longitude - 10.5))
    far = 6371 * np.arccos(np.clip(cosine, -1, 1)) > 1000
    dry = replace(
        water,
        source=np.where(far[None, :, :, None], 0, water.source),
        ice=np.where(far[..., None], 1, water.ice).astype("f4"),
    )
    grown = FULL * (1 - np.exp(-1000 / 400))
    assert waves(dry).height ** 2 == pytest.approx(grown, rel=0.03)


def test_swell_decays_where_no_wind_blows(water):
    """Wind beyond 2,000 km of calm leaves exp(-2000/4000) of its energy, in longer periods."""
    way = list(steps(water, 0.5, np.array([10.5])))
    inner = np.cumsum(STEPS)[::-1] <= 2000
    quiet = [
        replace(step, source=step.source * np.float32(0)) if near else step
        for step, near in zip(way, inner, strict=True)
    ]
    sea = march(quiet, PARAMETERS)
    assert sea.height**2 == pytest.approx(FULL * np.exp(-0.5), rel=1e-3)
    assert sea.period / waves(water, 0.5).period == pytest.approx(np.exp(2000 / 8000), rel=0.02)


def test_ice_and_land_stop_waves(water):
    icy = replace(water, ice=np.ones_like(water.ice))
    dry = replace(water, passage=np.full_like(water.passage, -6.0))
    assert waves(icy).height.max() < 0.01
    assert waves(dry).height.max() < 0.01 + np.sqrt(FULL * (1 - np.exp(-60 / 400)))


def test_waves_come_from_where_the_wind_does(water):
    """Only waves that head east are raised: they come from the west."""
    east = np.zeros_like(water.source)
    east[9] = FULL  # sector 9 of 36 heads to 90 degrees
    assert waves(replace(water, source=east), 0.5).direction == pytest.approx(270, abs=3)


def test_raised_southern_wind_raises_the_sea(water):
    """Energy goes with the fourth power of the wind."""
    few = replace(water, few=np.ones_like(water.few))
    raised = waves(few, parameters=replace(PARAMETERS, bias=0.1))
    assert raised.height / waves(few).height == pytest.approx(1.1**2, rel=1e-4)


def test_no_ray_runs_along_a_meridian():
    assert len(BEARINGS) == HEADINGS == 72
    assert np.abs(np.sin(BEARINGS)).min() > 0.04


def test_developed_sea_of_a_scattered_wind():
    """0.0246 times the root of the mean fourth power of a normal wind, m4 + 8 m2 s2 + 8 s4.

    Drift 9.8 and mean speed 10 leave 100 - 96.04 = 3.96, times 1 - 0.363 (1 - 0.9604): s2 3.903.
    """
    speed = np.full((12, 1, 1), 10.0)  # the same all over the world
    blowing = Wind(speed, 0.98 * speed, 0 * speed, np.ones_like(speed))
    source, _ = developed_sea(blowing)
    fourth = 9.8**4 + 8 * 9.8**2 * 3.903 + 8 * 3.903**2
    height = np.sqrt(source[:, 90, 180, 0].mean(dtype=float))
    assert height == pytest.approx(0.0246 * np.sqrt(fourth), rel=1e-3)


@pytest.mark.parametrize("name", [HEIGHT, "wave_energy_period"])
def test_year_lies_within_its_months(name):
    months, year = read(f"{name}_monthly"), read(name)[0]
    assert (year.mask == months.mask.any(axis=0)).all()
    assert (year <= months.max(axis=0) + 0.01).all()
    assert (year >= months.min(axis=0) - 0.01).all()


def test_waves_under_ice_are_unknown_and_not_naught():
    ice, height = read("sea_ice_monthly") == 2, read(f"{HEIGHT}_monthly")
    assert height.mask[ice.filled(False)].all()
    assert height.min() > 0.1


def test_nothing_is_said_within_50_km_of_a_coast():
    with rasterio.open(DATA / "coast_distance.tif") as raster:
        tenths = raster.read(1)
    middles = (tenths[4::10, 4::10] + tenths[5::10, 5::10]) / 2.0
    known = ~read(f"{HEIGHT}_monthly").mask.all(axis=0)
    assert middles[known].min() > 38  # 50 km less half a cell of 0.1 degree
    assert known[(middles > 62) & (np.abs(np.arange(89.5, -90, -1)) < 60)[:, None]].all()


def test_layers_of_waves_know_the_same_cells():
    mask = read(f"{HEIGHT}_monthly").mask
    assert (read("wave_energy_period_monthly").mask == mask).all()
    assert (read("wave_from_direction_monthly").mask == mask).all()
    assert (read("wave_power").mask == read(HEIGHT).mask).all()


def test_waves_close_at_the_dateline():
    height = read(f"{HEIGHT}_monthly")[:, 40:150]
    steps_ = np.abs(np.diff(height, axis=-1, append=height[..., :1]))
    assert steps_[..., -1].mean() < 1.5 * steps_[..., [-3, -2, 0, 1]].mean()


def test_winter_is_rough_in_the_north_and_the_monsoon_in_july():
    north = at(f"{HEIGHT}_monthly", -29.5, 50.5)
    assert north[FEBRUARY] > 1.7 * north[JULY]
    monsoon = at(f"{HEIGHT}_monthly", 62.5, 15.5)
    assert np.argmax(monsoon) in (5, JULY)
    assert 220 < at("wave_from_direction_monthly", 62.5, 15.5)[JULY] < 260  # south-west


def test_southern_ocean_is_roughest_in_its_winter_and_on_the_whole():
    height = read(f"{HEIGHT}_monthly")
    months = height[:, 135:145].mean(axis=(1, 2))
    assert np.argmax(months) in (5, JULY, 7, 8)
    rows = read(HEIGHT)[0].mean(axis=1)
    assert 40 < np.argmax(rows) - 90 < 60


def test_waves_of_west_winds_come_from_the_west():
    direction = at("wave_from_direction_monthly", 80.5, -49.5)
    assert ((direction > 225) & (direction < 315)).all()


def test_power_is_that_of_deep_water():
    """0.4903 Hs2 Te with heights that vary within a month by 1.1."""
    height, period = read(f"{HEIGHT}_monthly"), read("wave_energy_period_monthly")
    power = (0.4903 * (1.1 * height) ** 2 * period).mean(axis=0)
    known = ~read(HEIGHT).mask[0]
    np.testing.assert_allclose(power[known], read("wave_power")[0][known], 0.02, 0.15)


def test_facts_name_what_they_rest_on():
    with (DATA / "wave_facts.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert len({row["fact_id"] for row in rows}) == len(rows)
    for row in rows:
        assert row["verified"] in {"yes", "unverified"}
        assert (row["checked"] != "none") >= (row["verified"] == "yes")
        assert row["reference"]


def test_sea_is_near_the_verified_heights():
    """Within 35 %, the error that has to be shown with it (a single row has up to 30)."""
    for place in verified():
        months = list(place.months)
        height = at(f"{HEIGHT}_monthly", place.longitude, place.latitude)[months].mean()
        if np.isfinite(place.height) and height is not np.ma.masked:
            assert height == pytest.approx(place.height, rel=0.35), place.name


@pytest.mark.skipif(
    not os.environ.get("SITING_REFERENCE_DATA"),
    reason="SITING_REFERENCE_DATA does not name a folder of reference data",
)
def test_buoys_on_the_open_sea_are_met():
    """Buoys 41009 and 42001, ten years: within 20 % on the year, the same seasons."""
    for place in measured():
        if place.region in {"florida", "gulf_of_mexico"}:
            height = at(f"{HEIGHT}_monthly", place.longitude, place.latitude)
            if not height.mask.any():
                assert height.mean() == pytest.approx(place.height, rel=0.2)
                assert np.corrcoef(height, place.monthly)[0, 1] > 0.8
