import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from siting import findings
from siting.errors import InputError, PipelineError, UnitsError
from siting.grid import cell_area, make_grid
from siting.layers import seismicity
from siting.reduce import total

ONE_CELL = make_grid("EPSG:4326", 0.1, (-0.05, -0.05, 0.05, 0.05))


def catalogue_of(
    at: object, magnitude: object = 6.0, depth: object = 10.0, year: object = 2005
) -> gpd.GeoDataFrame:
    at = np.atleast_2d(at)
    rows = len(at)
    events = gpd.GeoDataFrame(
        {
            "mw": np.broadcast_to(magnitude, rows),
            "depth": np.broadcast_to(depth, rows),
            "faulting": ["normal", "thrust", "strike-slip"][:rows] + ["odd"] * max(rows - 3, 0),
            "time": pd.to_datetime([f"{y}-06-30T12:00Z" for y in np.broadcast_to(year, rows)]),
        },
        geometry=shapely.points(at),
        crs=4326,
    )
    events.attrs["columns"] = {"mw": "1", "depth": "km"}
    return events


def density(events: gpd.GeoDataFrame, grid=ONE_CELL, **changes: object):
    given = {
        "radius": "200 km",
        "minimum_magnitude": 5.0,
        "first_year": 2005,
        "last_year": 2005,
        **changes,
    }
    return seismicity.event_density(events, grid=grid, **given)


def test_density_counts_events_in_the_circle() -> None:
    # 1 and 1.7 degrees of the equator are 111 and 189 km, 1.9 degrees 211 km: two in a circle of
    # 125,664 km2 in one year.
    events = catalogue_of([(1.0, 0.0), (0.0, 1.7), (-1.9, 0.0)])
    assert density(events).values.item() == pytest.approx(2 / 125_664, rel=1e-5)


def test_density_is_per_year_and_of_those_years() -> None:
    events = catalogue_of([(0, 0)] * 4, year=[2001, 2005, 2010, 2011])
    found = density(events, first_year=2001, last_year=2010).values.item()
    assert found == pytest.approx(3 / 10 / 125_664, rel=1e-5)


def test_density_leaves_out_smaller_events() -> None:
    events = catalogue_of([(0, 0)] * 3, magnitude=[4.9, 5.0, 5.1])
    assert density(events).values.item() == pytest.approx(2 / 125_664, rel=1e-5)


def test_density_reaches_across_the_dateline() -> None:
    grid = make_grid("EPSG:4326", 0.1, (179.5, -0.05, 179.6, 0.05))
    assert density(catalogue_of((-179.5, 0.0)), grid).values.item() > 0


def test_density_over_the_world_holds_every_event_once() -> None:
    rng = np.random.default_rng(0)
    events = catalogue_of(
        np.column_stack([rng.uniform(-180, 180, 300), rng.uniform(-30, 50, 300)]),
        magnitude=5 + rng.exponential(0.4, 300),
    )
    grid = make_grid("EPSG:6933", 100_000, "world")
    rate = density(events, grid, radius="1500 km")
    assert total(rate, weights=cell_area(grid)) == pytest.approx(300, rel=0.01)


def test_years_beyond_the_catalogue_are_reported() -> None:
    events = catalogue_of([(0, 0)] * 2, year=[2001, 2004])
    with findings.collect() as found:
        density(events, first_year=2001, last_year=2010)
    assert [(each.code, each.found) for each in found] == [
        ("PERIOD_NOT_COVERED", "events from 2001 to 2004")
    ]


def test_magnitude_below_completeness_is_reported() -> None:
    # Gutenberg-Richter with b 1 from 4.0 up, of which the catalogue lost half of those below 5.0.
    rng = np.random.default_rng(1)
    magnitude = np.round(3.95 + rng.exponential(1 / np.log(10), 20_000), 2)
    magnitude = magnitude[(magnitude >= 4.95) | (rng.random(20_000) < (magnitude - 3.9) ** 4)]
    events = catalogue_of(np.zeros((len(magnitude), 2)), magnitude=magnitude)
    with findings.collect() as low:
        density(events, minimum_magnitude=4.3)
    with findings.collect() as high:
        density(events, minimum_magnitude=5.0)
    assert [each.code for each in low] == ["CATALOGUE_INCOMPLETE"]
    assert high == []


def test_embedded_catalogue_shows_its_known_rate_and_completeness() -> None:
    from siting.sources.catalogue import catalogue

    entry = catalogue()["earthquakes_gcmt"]
    events = gpd.read_parquet(entry.path)
    events.attrs["columns"] = {key: each["units"] for key, each in (entry.columns or {}).items()}
    years = {"first_year": 1977, "last_year": 2016, "grid": ONE_CELL}
    with findings.collect() as low:
        seismicity.event_density(events, "100 km", minimum_magnitude=4.7, **years)
    with findings.collect() as high:
        seismicity.event_density(events, "100 km", minimum_magnitude=5.5, **years)
    assert [each.code for each in low] == ["CATALOGUE_INCOMPLETE"]
    assert high == []
    # USGS: some 15 earthquakes of magnitude 7 and one of 8 a year, worldwide.
    great = seismicity.select_events(events, minimum_magnitude=7.0)
    assert 10 < len(great) / 41.5 < 20


def test_years_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(PipelineError, match="VALUE_INVALID: the last year is before the first"):
        density(catalogue_of((0, 0)), first_year=2010, last_year=2001)


def test_events_are_points_with_times() -> None:
    events = catalogue_of((0, 0))
    with pytest.raises(InputError, match="GEOMETRY_WRONG"):
        density(events.set_geometry([shapely.box(0, 0, 1, 1)], crs=4326))
    with pytest.raises(InputError, match="COLUMN_TEXT: the column 'time'"):
        density(events.assign(time="last summer"))
    with pytest.raises(InputError, match=r"COLUMN_MISSING.*\n.*\n.*found: *depth"):
        density(events.drop(columns="mw"))


def test_selection_holds_all_limits() -> None:
    events = catalogue_of([(0, 0)] * 3, magnitude=[5, 6, 7], depth=[10, 40, 41])
    assert seismicity.select_events(events).mw.tolist() == [5, 6, 7]
    assert seismicity.select_events(events, minimum_magnitude=6.0).mw.tolist() == [6, 7]
    assert seismicity.select_events(events, maximum_depth="40000 m").mw.tolist() == [5, 6]
    assert seismicity.select_events(events, faulting=["thrust", "normal"]).mw.tolist() == [5, 6]
    last = seismicity.select_events(events, minimum_magnitude=6.0, maximum_depth=40.0)
    assert last.mw.tolist() == [6]
    assert last.crs == events.crs
    assert last.attrs["columns"] == {"mw": "1", "depth": "km"}


def test_selection_leaves_out_what_is_not_known() -> None:
    events = catalogue_of([(0, 0)] * 2, depth=[10, np.nan])
    assert len(seismicity.select_events(events, maximum_depth=100.0)) == 1


def test_selection_of_nothing_is_refused() -> None:
    events = catalogue_of([(0, 0)] * 2)
    with pytest.raises(InputError, match="FEATURES_NONE: no earthquake fits"):
        seismicity.select_events(events, minimum_magnitude=9.0)
    with pytest.raises(InputError, match=r"VALUE_UNKNOWN.*\n.*\n.*'Normal'\n.*normal, thrust"):
        seismicity.select_events(events, faulting=["Normal"])


def test_depths_without_units_are_refused() -> None:
    events = catalogue_of((0, 0))
    events.attrs["columns"] = {"mw": "1"}
    with pytest.raises(UnitsError, match="UNITS_MISSING: the column 'depth'"):
        seismicity.select_events(events, maximum_depth=40.0)
