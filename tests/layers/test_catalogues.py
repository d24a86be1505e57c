import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from numpy.typing import NDArray

from siting import findings
from siting.errors import InputError, PipelineError
from siting.grid import make_grid
from siting.kernels import completeness, declustering
from siting.layers import catalogues, seismicity
from siting.sources.catalogue import catalogue

REFERENCE = os.environ.get("SITING_REFERENCE_DATA")
BEGIN = pd.Timestamp("1980-01-01", tz="UTC")


def events_of(longitude, latitude, days, magnitude) -> gpd.GeoDataFrame:
    events = gpd.GeoDataFrame(
        {"mw": np.asarray(magnitude, dtype=float), "time": BEGIN + pd.to_timedelta(days, unit="D")},
        geometry=shapely.points(longitude, latitude),
        crs=4326,
    )
    events.attrs["columns"] = {"mw": "1"}
    return events


def gutenberg_richter(rng: np.random.Generator, count: int, least=4.0, b=1.0) -> NDArray:
    """Magnitudes rounded to a tenth, whose lowest bin is whole."""
    drawn = least - 0.05 + rng.exponential(np.log10(np.e) / b, count)
    return np.round(drawn, 1)


def background_and_aftershocks(seed: int) -> tuple[gpd.GeoDataFrame, NDArray]:
    """Events at random over 40 years, and the aftershocks of six strong ones among them.

    Aftershocks by Omori's law, n(t) ~ 1/(t + 0.05 d) over a year, within 20 km.
    """
    rng = np.random.default_rng(seed)
    count, strong, many = 400, 6, 150
    lon, lat = rng.uniform(-120, -110, count), rng.uniform(36, 44, count)
    days, magnitude = rng.uniform(0, 40 * 365.25, count), gutenberg_richter(rng, count)
    magnitude[:strong] = 6.8
    days[:strong] = rng.uniform(0, 38 * 365.25, strong)
    mother = np.repeat(np.arange(strong), many)
    c, longest = 0.05, 365.0
    delay = c * ((1 + longest / c) ** rng.random(len(mother)) - 1)
    away = np.abs(rng.normal(0, 0.08, len(mother))), rng.uniform(0, 2 * np.pi, len(mother))
    parts = [
        (lon, lon[mother] + away[0] * np.cos(away[1])),
        (lat, lat[mother] + away[0] * np.sin(away[1]) * 0.8),
        (days, days[mother] + delay),
        (magnitude, np.minimum(gutenberg_richter(rng, len(mother)), 5.6)),
    ]
    is_background = np.arange(count + len(mother)) < count
    return events_of(*(np.concatenate(part) for part in parts)), is_background


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    # Wide windows also take background that happens to lie in them.
    ("decluster", "tolerance"),
    [
        (catalogues.mainshocks_by_windows, 0.15),
        (catalogues.mainshocks_by_nearest_neighbour, 0.10),
    ],
)
def test_the_background_is_recovered(decluster, tolerance: float, seed: int) -> None:
    events, is_background = background_and_aftershocks(seed)
    found = decluster(events)
    assert len(found) == pytest.approx(is_background.sum(), rel=tolerance)
    kept = np.isin(np.arange(len(events)), found.index)
    assert kept[~is_background].mean() < 0.05
    assert kept[is_background].mean() > 1 - tolerance
    assert found.cluster_size.sum() == len(events)


def test_a_poisson_catalogue_keeps_nearly_all_its_events() -> None:
    events, is_background = background_and_aftershocks(0)
    alone = events[is_background & (events.mw < 6)]
    assert len(catalogues.mainshocks_by_windows(alone)) > 0.88 * len(alone)


def test_one_mode_of_proximities_is_refused() -> None:
    rng = np.random.default_rng(0)
    place = rng.uniform(-5, 5, (2, 300))
    events = events_of(*place, rng.uniform(0, 9_000, 300), gutenberg_richter(rng, 300))
    with pytest.raises(InputError, match="VALUE_INVALID: clustered events do not stand apart"):
        catalogues.mainshocks_by_nearest_neighbour(events)


def test_few_events_show_no_modes_but_a_threshold_serves() -> None:
    events = events_of([0, 0.05, 5], [0, 0, 0], [0, 2, 800], [6.5, 5.0, 5.5])
    with pytest.raises(InputError, match="FEATURES_FEW: so few earthquakes show no modes"):
        catalogues.mainshocks_by_nearest_neighbour(events)
    found = catalogues.mainshocks_by_nearest_neighbour(events, threshold=-5.0)
    assert found.mw.tolist() == [6.5, 5.5]
    assert found.cluster_size.tolist() == [2.0, 1.0]


def test_windows_are_those_of_the_table_of_1974() -> None:
    # Gardner and Knopoff (1974), table 1: magnitude, km, days. The formula follows within 10 %.
    for magnitude, km, days in ((4.0, 30, 42), (5.0, 40, 155), (6.0, 54, 510), (7.0, 70, 915)):
        distance, time = declustering.windows(np.array([magnitude]))
        assert distance[0] / 1000 == pytest.approx(km, rel=0.1)
        assert time[0] == pytest.approx(days, rel=0.1)


def test_foreshocks_belong_to_the_mainshock_and_far_events_to_none() -> None:
    # Magnitude 6 reaches 53 km and 499 days; the last one lies across the dateline, 22 km away.
    events = events_of(
        [179.9, 179.9, 179.9, 179.2, -179.9], [0] * 5, [500, 900, 1100, 520, 530],
        [6.0, 5.0, 5.0, 5.0, 5.0],
    )  # fmt: skip
    found = catalogues.mainshocks_by_windows(events)
    assert found.index.tolist() == [0, 2, 3]
    assert found.cluster_size.tolist() == [3.0, 1.0, 1.0]


def test_proximity_by_hand() -> None:
    # Half a year and 111.2 km (the chord's arc for one degree of the equator) after magnitude 5:
    # log10(0.5) + 1.6 log10(111.2) - 5 = -0.301 + 3.274 - 5.
    days = np.array([0.0, 365.25 / 2])
    parent, proximity = declustering.nearest_neighbours(
        np.array([0.0, 1.0]), np.zeros(2), days, np.array([5.0, 4.0]), 1.0, 1.6
    )
    assert parent.tolist() == [-1, 0]
    assert np.isinf(proximity[0])
    assert proximity[1] == pytest.approx(-2.027, abs=2e-3)


def test_an_event_without_magnitude_or_time_is_refused() -> None:
    events = events_of([0, 1], [0, 0], [0, 2], [6.0, np.nan])
    with pytest.raises(InputError, match="VALUE_INVALID: an earthquake has no magnitude"):
        catalogues.mainshocks_by_windows(events)


# --- completeness ---------------------------------------------------------------------------------


def test_b_value_by_hand() -> None:
    # Twenty events: 10 x 5.0, 6 x 5.1, 4 x 5.3: mean 5.09, b = .434294/(5.09 - 4.95) = 3.1021.
    # sum((M - mean)²) = 10(.09)² + 6(.01)² + 4(.21)² = .258; /(20 x 19) = 6.7895e-4, root .026057;
    # sd 2.30 x 3.1021² x .026057 = .57672.
    magnitude = np.repeat([5.0, 5.1, 5.3], [10, 6, 4])
    found = completeness.b_value(magnitude, 5.0, 0.1)
    assert found.value == pytest.approx(3.1021, abs=1e-4)
    assert found.sd == pytest.approx(0.57672, abs=1e-4)
    assert found.number == 20


@pytest.mark.parametrize("b", [0.8, 1.0, 1.3])
def test_b_value_of_a_known_relation_within_its_standard_deviation(b: float) -> None:
    magnitude = gutenberg_richter(np.random.default_rng(1), 4_000, b=b)
    found = completeness.b_value(magnitude, 4.0, 0.1)
    assert abs(found.value - b) < 3 * found.sd
    assert found.sd == pytest.approx(b / np.sqrt(4_000), rel=0.1)  # Aki's own standard deviation


def incomplete(seed: int = 0) -> NDArray:
    """Magnitudes of which all are recorded from 5.0, ever fewer below (halved every tenth)."""
    rng = np.random.default_rng(seed)
    every = gutenberg_richter(rng, 60_000, least=4.0)
    missing = np.maximum(5.0 - every, 0) / 0.1
    return every[rng.random(len(every)) < 0.5**missing]


def test_methods_find_where_a_catalogue_becomes_complete() -> None:
    magnitude = incomplete()
    days = np.linspace(0, 10 * 365, len(magnitude))
    events = events_of(0 * days, 0 * days, days, magnitude)
    table = catalogues.frequency_magnitude(events, 1980, 1989).set_index("method")
    assert table.magnitude["maximum_curvature"] == pytest.approx(5.2)
    assert table.magnitude["goodness_of_fit"] == pytest.approx(4.9, abs=0.11)
    assert table.magnitude["b_value_stability"] == pytest.approx(5.0, abs=0.11)
    best = table.loc["b_value_stability"]
    assert best.b_value == pytest.approx(1.0, abs=3 * best.b_value_sd)
    assert table.attrs["columns"]["magnitude"] == "1"


def test_events_of_one_magnitude_have_no_b_value() -> None:
    days = np.arange(100.0)
    events = events_of(0 * days, 0 * days, days, np.full(100, 5.0))
    table = catalogues.frequency_magnitude(events, 1980, 1980)
    assert table.b_value.isna().all()


@pytest.mark.parametrize("function", ["frequency_magnitude", "completeness_by_period"])
def test_catalogues_that_show_nothing_are_refused(function: str) -> None:
    more = {"minimum_magnitude": 4.0} if function == "completeness_by_period" else {}
    few = events_of(np.zeros(9), np.zeros(9), np.arange(9.0), np.full(9, 5.0))
    with pytest.raises(InputError, match="FEATURES_FEW: so few earthquakes"):
        getattr(catalogues, function)(few, 1980, 2000, **more)
    with pytest.raises(PipelineError, match="VALUE_INVALID"):
        getattr(catalogues, function)(few, 2000, 1980, **more)


def growing(seed: int = 0) -> gpd.GeoDataFrame:
    """40 years of 100 events from magnitude 4 a year; below 5 none is recorded before 2000."""
    rng = np.random.default_rng(seed)
    days = rng.uniform(0, 40 * 365.25 - 1, 4_000)
    magnitude = gutenberg_richter(rng, 4_000)
    recorded = (magnitude >= 5.0) | (days >= 20 * 365.25)
    place = rng.uniform(-0.5, 0.5, (2, 4_000))
    return events_of(*place[:, recorded], days[recorded], magnitude[recorded])


def test_completeness_by_period_finds_when_small_events_begin() -> None:
    table = catalogues.completeness_by_period(growing(), 1980, 2019, 4.0, class_width=1.0)
    assert table.magnitude.tolist()[:2] == [4.0, 5.0]
    assert table.first_year.tolist()[:2] == [2000, 1980]


def test_rate_of_complete_years_is_the_true_one() -> None:
    # All 100 a year lie within 200 km: 100/(pi 200²) = 7.96e-4 per km2 and year, by 3,000 events.
    events = growing()
    table = catalogues.completeness_by_period(events, 1980, 2019, 4.0, class_width=1.0)
    cell = make_grid("EPSG:4326", 0.1, (-0.05, -0.05, 0.05, 0.05))
    rate = seismicity.complete_event_density(events, table, "200 km", 4.0, 2019, cell)
    assert rate.values.item() == pytest.approx(100 / (np.pi * 200**2), rel=0.05)
    strong = seismicity.complete_event_density(events, table, "200 km", 5.0, 2019, cell)
    # A tenth, and of magnitudes rounded to 5.0 all from 4.95.
    assert strong.values.item() == pytest.approx(10 / (np.pi * 200**2), rel=0.15)


def complete(**columns: object) -> pd.DataFrame:
    table = pd.DataFrame({"magnitude": [4.0, 5.0], "first_year": [2000, 1980], **columns})
    table.attrs["columns"] = {"magnitude": "1"}
    return table


@pytest.mark.parametrize(
    "columns",
    [{"magnitude": [5.0, 5.0]}, {"first_year": [1980, 2000]}, {"magnitude": [np.nan, 5.0]}],
)
def test_tables_of_completeness_that_contradict_themselves_are_refused(
    columns: dict[str, object],
) -> None:
    cell = make_grid("EPSG:4326", 0.1, (0, 0, 0.1, 0.1))
    with pytest.raises(InputError, match="VALUE_INVALID: the table of completeness"):
        seismicity.complete_event_density(growing(), complete(**columns), 200, 5.0, 2019, cell)


@pytest.mark.parametrize(("least", "last"), [(3.5, 2019), (4.5, 1995)])
def test_what_no_year_is_complete_for_is_refused(least: float, last: int) -> None:
    cell = make_grid("EPSG:4326", 0.1, (0, 0, 0.1, 0.1))
    with pytest.raises(PipelineError, match="VALUE_INVALID: nothing is complete there"):
        seismicity.complete_event_density(growing(), complete(), 200, least, last, cell)


def test_years_after_the_catalogue_are_told() -> None:
    cell = make_grid("EPSG:4326", 0.1, (0, 0, 0.1, 0.1))
    with findings.collect() as found:
        seismicity.complete_event_density(growing(), complete(), 200, 5.0, 2030, cell)
    assert [each.code for each in found] == ["PERIOD_NOT_COVERED"]


# --- real catalogues ------------------------------------------------------------------------------


def test_global_cmt_is_complete_as_its_makers_say() -> None:
    # Ekström et al. (2012): magnitude of completeness about 5.0 since 2004; the catalogue's own
    # page says about 5.5 before (5.4 by maximum curvature here without its correction).
    frame = gpd.read_parquet(catalogue()["earthquakes_gcmt"].path)
    frame.attrs["columns"] = {"mw": "1"}
    late = catalogues.frequency_magnitude(frame, 2004, 2016).set_index("method")
    early = catalogues.frequency_magnitude(frame, 1977, 2003).set_index("method")
    assert 4.9 <= late.magnitude["goodness_of_fit"] <= 5.2
    assert 5.1 <= early.magnitude["goodness_of_fit"] <= 5.5
    assert late.b_value["b_value_stability"] == pytest.approx(1.0, abs=0.15)
    main = catalogues.mainshocks_by_windows(frame)
    since = catalogues.completeness_by_period(main, 1977, 2016, 5.0).set_index("magnitude")
    assert since.first_year[5.0] >= 2002
    assert since.first_year[5.5] <= 1982
    assert since.first_year[6.0] == 1977


def test_most_of_a_great_earthquakes_aftershocks_are_taken_out() -> None:
    # Tohoku-oki, 11 March 2011: within 300 km and 200 days nearly all are its aftershocks.
    frame = gpd.read_parquet(catalogue()["earthquakes_gcmt"].path)
    when = pd.DatetimeIndex(frame["time"])
    x, y = frame.geometry.x, frame.geometry.y
    near = frame[(when.year >= 2008) & x.between(136, 150) & y.between(32, 44).to_numpy()]
    near.attrs["columns"] = {"mw": "1"}
    for decluster in (
        catalogues.mainshocks_by_windows,
        catalogues.mainshocks_by_nearest_neighbour,
    ):
        found = decluster(near)
        assert found.cluster_size.max() > 200
        assert found.mw[found.cluster_size.idxmax()] == pytest.approx(9.1, abs=0.1)
        assert len(found) < 0.75 * len(near)


@pytest.mark.skipif(REFERENCE is None, reason="SITING_REFERENCE_DATA names no reference data")
def test_significant_earthquakes_are_complete_from_their_threshold() -> None:
    table = pd.read_csv(Path(str(REFERENCE)) / "geo" / "significant_earthquakes_1965_2016.csv")
    quakes = table[table.type == "Earthquake"]
    time = pd.to_datetime(quakes.date + " " + quakes.time, errors="coerce", utc=True)
    events = events_of(quakes.longitude, quakes.latitude, np.zeros(len(quakes)), quakes.magnitude)
    events["time"] = time.to_numpy()
    events = events[events["time"].notna()]
    events.attrs["columns"] = {"mw": "1"}
    found = catalogues.frequency_magnitude(events, 1973, 2016).set_index("method")
    # The file holds magnitudes from 5.5; b of teleseismic magnitudes is near 1.
    assert found.magnitude["goodness_of_fit"] == pytest.approx(5.5, abs=0.11)
    assert found.b_value["goodness_of_fit"] == pytest.approx(1.0, abs=0.15)
    main = catalogues.mainshocks_by_windows(events)
    assert 0.4 < len(main) / len(events) < 0.9
