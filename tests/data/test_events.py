"""Volcanoes and earthquakes against what is known of single ones and of all."""

from pathlib import Path

import geopandas
import numpy as np
import pytest

from data.build.earthquakes import faulting_style

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def earthquakes():
    return geopandas.read_parquet(DATA / "earthquakes_gcmt.parquet")


@pytest.fixture(scope="module")
def volcanoes():
    return geopandas.read_parquet(DATA / "volcanoes_holocene.parquet").set_index("name")


# Moment magnitude as published by the USGS; styles as described there.
@pytest.mark.parametrize(
    ("day", "longitude", "latitude", "mw", "faulting"),
    [
        ("2011-03-11", 142.4, 38.3, 9.1, "thrust"),  # Tohoku
        ("2004-12-26", 95.8, 3.3, 9.0, "thrust"),  # Sumatra (GCMT 9.0, USGS 9.1)
        ("2010-02-27", -72.7, -35.9, 8.8, "thrust"),  # Maule
        ("2012-04-11", 93.1, 2.3, 8.6, "strike-slip"),  # Indian Ocean
        ("2002-11-03", -147.4, 63.5, 7.9, "strike-slip"),  # Denali
        ("1999-08-17", 29.9, 40.8, 7.6, "strike-slip"),  # Izmit
        ("1983-10-28", -113.9, 44.1, 6.9, "normal"),  # Borah Peak
        ("2009-04-06", 13.4, 42.3, 6.3, "normal"),  # L'Aquila
    ],
)
def test_known_earthquakes_are_right(earthquakes, day, longitude, latitude, mw, faulting):
    that_day = earthquakes[earthquakes["time"].dt.strftime("%Y-%m-%d") == day]
    near = that_day.cx[longitude - 1 : longitude + 1, latitude - 1 : latitude + 1]
    largest = near.loc[near["mw"].idxmax()]
    assert largest["mw"] == pytest.approx(mw, abs=0.15)
    assert largest["faulting"] == faulting


def test_no_earthquake_stands_twice(earthquakes):
    assert not earthquakes.duplicated().any()
    per_year = earthquakes.groupby(earthquakes["time"].dt.year).size()
    assert per_year[2010] < 1.2 * per_year[2009]  # the source holds most of 2010 twice


def test_true_doublet_is_kept(earthquakes):
    """Off Japan on 7 December 2012: a thrust and a normal fault (Lay et al. 2013)."""
    pair = earthquakes[earthquakes["time"].astype(str).str.startswith("2012-12-07 08:18:24")]
    assert len(pair) == 2
    assert set(pair["mw"].round(1)) == {np.float32(7.2)}


@pytest.mark.parametrize(("first", "last", "complete"), [(1977, 2003, 5.5), (2004, 2016, 5.0)])
def test_catalogue_is_complete_above_the_stated_magnitude(earthquakes, first, last, complete):
    """There the Gutenberg-Richter slope (Aki 1965, bins of 0.01) is the world's, 1.0."""
    years = earthquakes["time"].dt.year
    mw = earthquakes.loc[years.between(first, last), "mw"].astype(float)
    above = mw[mw >= complete - 0.005]
    slope = np.log10(np.e) / (above.mean() - (complete - 0.005))
    assert slope == pytest.approx(1.0, abs=0.06)


def test_time_span_is_the_catalogued_one(earthquakes):
    assert earthquakes["time"].min().strftime("%Y-%m-%d") == "1976-01-01"
    assert earthquakes["time"].max().strftime("%Y-%m-%d") == "2017-06-30"


# Tensors of pure double couples, axes up, south, east: slip on a plane that dips 45 degrees
# squeezes or stretches the vertical; slip on a vertical plane leaves it alone; slip on a plane
# that dips 90 degrees along its dip has both axes at 45 degrees.
@pytest.mark.parametrize(
    ("tensor", "style"),
    [
        ([[1, 0, 0], [0, 0, 0], [0, 0, -1]], "thrust"),
        ([[-1, 0, 0], [0, 0, 0], [0, 0, 1]], "normal"),
        ([[0, 0, 0], [0, 1, 0], [0, 0, -1]], "strike-slip"),
        ([[0, 0, 1], [0, 0, 0], [1, 0, 0]], "odd"),
    ],
)
def test_pure_faults_have_their_style(tensor, style):
    assert faulting_style(np.array([tensor], dtype=float)).tolist() == [style]


# Position and height from the Smithsonian's pages on these volcanoes.
@pytest.mark.parametrize(
    ("name", "longitude", "latitude", "elevation", "country"),
    [
        ("Etna", 14.999, 37.748, 3357, "Italy"),
        ("Fujisan", 138.728, 35.361, 3776, "Japan"),
        ("Katla", -19.083, 63.633, 1490, "Iceland"),
        ("Newberry", -121.229, 43.722, 2434, "United States"),
    ],
)
def test_known_volcanoes_are_right(volcanoes, name, longitude, latitude, elevation, country):
    volcano = volcanoes.loc[name]
    assert volcano.geometry.x == pytest.approx(longitude, abs=0.01)
    assert volcano.geometry.y == pytest.approx(latitude, abs=0.01)
    assert volcano["elevation"] == pytest.approx(elevation, abs=30)
    assert volcano["country"] == country


def test_volcanoes_are_listed_once(volcanoes):
    assert len(volcanoes) == 1250
    assert volcanoes["number"].is_unique


def test_unknown_is_missing_not_a_word(volcanoes):
    text = volcanoes[["last_eruption", "tectonic_setting", "rock"]]
    assert not text.isin(["Unknown", "No Data (checked)", ""]).any(axis=None)
    assert text["last_eruption"].isna().sum() > 300
