import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.errors import InputError, UnitsError
from siting.findings import collect
from siting.layers import bottom_hole, wells

UNITS = {"depth": "m", "temperature": "degC"}


def table(
    longitude: list[float], units: dict[str, str] | None = None, **columns: object
) -> gpd.GeoDataFrame:
    places = gpd.points_from_xy(longitude, [40.0] * len(longitude), crs=4326)
    frame = gpd.GeoDataFrame({"measurement": "log", **columns}, geometry=places)
    frame.attrs["columns"] = {**UNITS, **(units or {})}
    return frame


# ------------------------------------------------------------------ heat flow
def test_one_row_for_each_well() -> None:
    rows = table(
        [-118.0, -118.0, -117.0],
        depth=[1_000.0, 500.0, 2_000.0],
        temperature=[50.0, 32.5, 75.0],
        date=["2001-05-01", "1999-01-01", "2010-07-07"],
    )
    found = wells.heat_flow(rows)
    assert found["depth"].tolist() == [1_000, 2_000]
    assert found["readings"].tolist() == [2, 1]
    # (50 - 15) K in 1 km, (75 - 15) K in 2 km; k 2.5.
    np.testing.assert_allclose(found["heat_flow"], [87.5, 75.0])
    assert found["date"].dt.strftime("%Y").tolist() == ["2001", "2010"]
    assert found["flags"].tolist() == ["", "one depth"]
    assert found.attrs["label_leak"] is True
    assert found.attrs["columns"]["heat_flow"] == "mW m-2"


def test_sd_is_that_of_a_product_of_independent_errors() -> None:
    rows = table(
        [-118.0],
        depth=[1_000.0],
        temperature=[55.0],
        temperature_sd=[3.0],
        units={"temperature_sd": "K"},
    )
    found = wells.heat_flow(rows, surface_sd=4.0, conductivity=2.0, conductivity_sd=0.1).iloc[0]
    # g = 40 ± √(3² + 4²) = 5 K/km, k = 2 ± 0.2: √((2*5)² + (40*.2)² + (5*.2)²) = √165.
    assert found["gradient_sd"] == pytest.approx(5)
    assert found["standard_deviation"] == pytest.approx(np.sqrt(165))


@settings(max_examples=20, deadline=None)
@given(st.floats(1.0, 5.0), st.floats(10, 90), st.floats(300, 5_000))
def test_units_do_not_matter(k: float, slope: float, depth: float) -> None:
    t = 15 + slope * depth / 1000
    metric = table([-118.0], depth=[depth], temperature=[t])
    units = {"depth": "ft", "temperature": "degF"}
    american = table([-118.0], depth=[depth / 0.3048], temperature=[t * 1.8 + 32], units=units)
    one, other = (wells.heat_flow(each, conductivity=k).iloc[0] for each in (metric, american))
    assert one["heat_flow"] == pytest.approx(k * slope, rel=1e-9)
    assert other["heat_flow"] == pytest.approx(one["heat_flow"], rel=1e-9)
    assert other["standard_deviation"] == pytest.approx(one["standard_deviation"], rel=1e-9)


def test_columns_of_the_table_come_before_the_arguments() -> None:
    units = {"conductivity": "W m-1 K-1", "surface_temperature": "degC"}
    rows = table(
        [-118.0, -117.0],
        depth=[1_000.0, 1_000.0],
        temperature=[50.0, 50.0],
        conductivity=[3.0, np.nan],
        surface_temperature=[5.0, np.nan],
        units=units,
    )
    found = wells.heat_flow(rows, conductivity=2.0, surface_temperature=10.0)
    np.testing.assert_allclose(found["heat_flow"], [135.0, 80.0])


def test_conductivities_of_one_well_have_their_harmonic_mean() -> None:
    rows = table(
        [-118.0, -118.0],
        depth=[500.0, 1_000.0],
        temperature=[35.0, 55.0],
        conductivity=[2.0, 4.0],
        units={"conductivity": "W m-1 K-1"},
    )
    assert wells.heat_flow(rows)["conductivity"].item() == pytest.approx(2 / (1 / 2 + 1 / 4))


@pytest.mark.parametrize(
    ("depths", "temperatures", "flags"),
    [
        ([80.0], [20.0], "shallow; one depth"),
        ([500.0, 1_000.0], [15.5, 16.0], "isothermal"),
        ([500.0, 1_000.0], [90.0, 60.0], "isothermal; overturn"),
        ([500.0], [11.0], "isothermal; below surface temperature; one depth"),
    ],
)
def test_flags_say_what_is_wrong(
    depths: list[float], temperatures: list[float], flags: str
) -> None:
    rows = table([-118.0] * len(depths), depth=depths, temperature=temperatures)
    assert wells.heat_flow(rows)["flags"].tolist() == [flags]


def test_raw_bottom_hole_temperatures_are_flagged_and_weigh_less() -> None:
    rows = table([-118.0], depth=[2_000.0], temperature=[70.0], measurement=["BHT"])
    raw = wells.heat_flow(rows).iloc[0]
    corrected = wells.heat_flow(bottom_hole.harrison_corrected(rows)).iloc[0]
    assert raw["flags"] == "uncorrected BHT; one depth"
    assert corrected["flags"] == "one depth"
    assert corrected["heat_flow"] > raw["heat_flow"]
    assert corrected["standard_deviation"] < raw["standard_deviation"]


def test_wells_of_one_name_far_apart_are_two() -> None:
    rows = table(
        [-118.0, -118.001, -110.0],
        depth=[500.0, 1_000.0, 800.0],
        temperature=[30.0, 45.0, 50.0],
        well_name=["Federal 1", "federal 1 ", "Federal 1"],
    )
    assert wells.heat_flow(rows)["readings"].tolist() == [2, 1]


def test_rows_without_a_reading_do_not_count() -> None:
    rows = table([-118.0, -117.0], depth=[1_000.0, np.nan], temperature=[50.0, 60.0])
    assert len(wells.heat_flow(rows)) == 1
    with pytest.raises(InputError, match="FEATURES_NONE: no row has a depth"):
        wells.heat_flow(rows.iloc[1:])


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"depth": [-500.0]}, "VALUE_INVALID"),
        ({"depth": [np.inf]}, "VALUE_INVALID"),
        ({"temperature": [900.0]}, "VALUE_INVALID"),
        ({"temperature": [-np.inf]}, "VALUE_INVALID"),
        ({"measurement": ["guess"]}, "VALUE_UNKNOWN"),
        ({"measurement": [None]}, "VALUE_UNKNOWN"),
        ({"date": ["5/6/1983"]}, "COLUMN_TEXT"),
        ({"date": [83]}, "COLUMN_TEXT"),
    ],
)
def test_what_no_well_has_is_refused(columns: dict[str, list], code: str) -> None:
    rows = table([-118.0], **{"depth": [1_000.0], "temperature": [50.0], **columns})
    with pytest.raises(InputError, match=code):
        wells.heat_flow(rows)


def test_missing_values_written_as_numbers_are_refused() -> None:
    rows = table(
        [-118.0, -117.0, -116.0], depth=[1_000.0, 900.0, 800.0], temperature=[50.0, 45.0, -999.0]
    )
    with pytest.raises(InputError, match="NODATA_UNDECLARED"):
        wells.heat_flow(rows)


def test_units_and_columns_are_wanted() -> None:
    rows = table([-118.0], depth=[1_000.0], temperature=[50.0])
    rows.attrs["columns"] = {"depth": "m"}
    with pytest.raises(UnitsError, match="UNITS_MISSING: the column 'temperature'"):
        wells.heat_flow(rows)
    with pytest.raises(InputError, match="COLUMN_MISSING: there is no column 'measurement'"):
        wells.heat_flow(table([-118.0], depth=[1.0], temperature=[5.0]).drop(columns="measurement"))


def test_a_bare_year_is_known_at_its_end() -> None:
    rows = table([-118.0], depth=[1_000.0], temperature=[50.0], date=[1983])
    assert wells.heat_flow(rows)["date"].tolist() == [pd.Timestamp("1983-12-31")]


def test_conductive_wells_have_no_flag_and_a_usual_heat_flow() -> None:
    frame = table(
        [-1.0, 0.0, 1.0, 2.0],
        heat_flow=[85.0, 500.0, 60.0, 70.0],
        flags=["", "", "overturn", "one depth"],
        units={"heat_flow": "mW m-2"},
    )
    assert wells.conductive(frame)["heat_flow"].tolist() == [85, 70]
    assert wells.conductive(frame, largest="1 W m-2", refused=["one depth"])[
        "heat_flow"
    ].tolist() == [85, 500, 60]
    with pytest.raises(InputError, match="FEATURES_NONE: no well fits"):
        wells.conductive(frame, least=600.0, largest=700.0)


# ------------------------------------------------------------------ corrections
def test_corrections_leave_other_measurements_alone() -> None:
    rows = table(
        [0.0, 1.0, 2.0, 3.0],
        depth=[2_000.0, 2_000, 2_000, 5_000],
        temperature=[70.0, 70.0, 70.0, 150.0],
        measurement=["BHT", "DST", "equilibrium log", "bht"],
    )
    for function, added in (
        (bottom_hole.harrison_corrected, 10.64496),
        (bottom_hole.kehle_corrected, 13.48617),
    ):
        found = function(rows)
        np.testing.assert_allclose(found["temperature"], [70 + added, 70, 70, 150], atol=1e-4)
        name = function.__name__.removesuffix("_corrected")
        assert found["correction"].tolist() == [name, "", "", ""]
        # What has a correction gets no second one.
        again = bottom_hole.harrison_corrected(found)
        np.testing.assert_array_equal(again["temperature"], found["temperature"])


def runs(**columns: object) -> gpd.GeoDataFrame:
    rows = {
        "depth": [3_000.0] * 3, "temperature": [90.0, 95.0, 99.0], "measurement": "BHT",
        "circulation": [4.0] * 3, "shut_in": [4.0, 8.0, 16.0],
    }  # fmt: skip
    hours = {"circulation": "h", "shut_in": "h"}
    return table([-118.0] * 3, **{**rows, **columns}, units=hours)


def test_horner_makes_one_row_of_the_runs_at_one_depth() -> None:
    found = bottom_hole.horner_corrected(runs())
    x = np.log([2, 1.5, 1.25])
    assert found["temperature"].item() == pytest.approx(np.polyfit(x, [90.0, 95, 99], 1)[1])
    assert found["correction"].tolist() == ["horner"]
    assert found["temperature_sd"].item() > 0
    assert found["shut_in"].tolist() == [16]
    assert wells.heat_flow(found)["flags"].tolist() == ["one depth"]


def test_horner_leaves_what_it_cannot_correct() -> None:
    apart = bottom_hole.horner_corrected(runs(depth=[1_000.0, 2_000.0, 3_000.0]))
    assert apart["temperature"].tolist() == [90, 95, 99]
    assert apart["correction"].tolist() == ["", "", ""]
    cooling = bottom_hole.horner_corrected(runs(temperature=[99.0, 95.0, 90.0]))
    assert len(cooling) == 3
    untimed = bottom_hole.horner_corrected(runs(shut_in=[np.nan, np.nan, 16.0]))
    assert untimed["correction"].tolist() == ["", "", ""]


def test_horner_takes_times_in_any_unit_and_refuses_none() -> None:
    minutes = runs(shut_in=[240.0, 480.0, 960.0])
    minutes.attrs["columns"]["shut_in"] = "min"
    one, other = (bottom_hole.horner_corrected(each) for each in (runs(), minutes))
    np.testing.assert_allclose(one["temperature"], other["temperature"])
    with pytest.raises(InputError, match="VALUE_INVALID: 'shut_in' is no length of time"):
        bottom_hole.horner_corrected(runs(shut_in=[0.0, 8.0, 16.0]))


# ------------------------------------------------------------------ two tables
def test_tables_become_one_with_each_reading_once() -> None:
    own = table(
        [-118.0, -118.0],
        depth=[500.0, 1_000.0],
        temperature=[40.0, 60.0],
        date=["2020-01-01", "2020-01-02"],
        flow=[1.0, 2.0],
    )
    public = table(
        [-118.001, -118.001, -110.0],
        depth=[3_281.0, 5_000.0, 3_281.0],
        temperature=[136.4, 150.0, 130.0],
        units={"depth": "ft", "temperature": "degF"},
        date=[1983, 1984, 1985],
    )
    found = wells.merged(own, public)
    assert found["provenance"].tolist() == ["own", "own; public", "public", "public"]
    np.testing.assert_allclose(found["depth"], [500, 1_000, 1_524, 1_000.05], atol=0.01)
    np.testing.assert_allclose(found["disagreement"], [np.nan, -2.0, np.nan, np.nan], atol=1e-9)
    assert found["temperature"].tolist()[:2] == [40, 60]
    assert found["date"].dt.year.tolist() == [2020, 2020, 1984, 1985]
    assert found.attrs["columns"]["depth"] == "m"
    assert found.attrs["label_leak"] is True


def test_three_tables_keep_the_names_of_the_first_two() -> None:
    one, two, three = (
        table([x], depth=[500.0], temperature=[40.0]) for x in (-118.0, -117.0, -118.0)
    )
    both = wells.merged(one, two, "survey", "state")
    found = wells.merged(both, three, second_name="archive")
    assert found["provenance"].tolist() == ["survey; archive", "state"]


def test_one_reading_is_the_same_as_one_other_only() -> None:
    own = table([-118.0], depth=[500.0], temperature=[40.0])
    public = table([-118.0, -118.0], depth=[505.0, 501.0], temperature=[41.0, 42.0])
    found = wells.merged(own, public)
    assert found["depth"].tolist() == [500, 505]
    assert found["disagreement"].tolist()[0] == 2


def test_readings_without_depths_are_told_by_their_places() -> None:
    own = table([-118.0, -117.0], heat_flow=[80.0, 90.0], units={"heat_flow": "mW m-2"})
    public = table([-118.0], heat_flow=[0.07], units={"heat_flow": "W m-2"})
    assert wells.merged(own, public)["heat_flow"].tolist() == [80, 90]
    deep = table([-118.0], depth=[500.0], temperature=[30.0])
    assert len(wells.merged(own, deep)) == 3


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(100, 3_000), min_size=1, max_size=8))
def test_a_table_merged_with_itself_is_itself(depths: list[float]) -> None:
    rows = table([-118.0] * len(depths), depth=depths, temperature=[50.0] * len(depths))
    found = wells.merged(rows, rows, depth_difference=0.0)
    assert found["depth"].tolist() == depths
    assert set(found["provenance"]) == {"own; public"}


def test_tables_that_do_not_fit_are_refused() -> None:
    own = table([-118.0], depth=[500.0], temperature=[40.0])
    wordy = table([-117.0], depth=["deep"], temperature=[40.0])
    with pytest.raises(InputError, match="COLUMN_TEXT: the column 'depth' holds numbers in one"):
        wells.merged(own, wordy)
    bare = table([-117.0], depth=[500.0], temperature=[40.0])
    bare.attrs["columns"] = {"depth": "m"}
    for pair in ((own, bare), (bare, own)):
        with pytest.raises(UnitsError, match="UNITS_MISSING: the column 'temperature'"):
            wells.merged(*pair)
    areas = own.set_geometry([shapely.box(-118, 40, -117, 41)], crs=4326)
    with pytest.raises(InputError, match="GEOMETRY_WRONG: wells are points"):
        wells.merged(own, areas)


def test_years_and_months_in_text_are_their_last_day() -> None:
    rows = table(
        [-118.0, -117.0, -116.0, -115.0],
        depth=[1_000.0] * 4,
        temperature=[50.0] * 4,
        date=["1983", "1988-02", "1990-05-01", None],
    )
    rows.index = [7, 7, 8, 8]  # as after joining two tables
    found = wells.heat_flow(rows).sort_values("date")["date"].dt.strftime("%Y-%m-%d")
    assert found.iloc[:3].tolist() == ["1983-12-31", "1988-02-29", "1990-05-01"]
    assert found.isna().sum() == 1


def test_conductivity_in_calories_is_refused() -> None:
    rows = table(
        [-118.0],
        depth=[1_000.0],
        temperature=[50.0],
        conductivity=[0.006],  # cal cm-1 s-1 K-1, which is 2.5 W m-1 K-1
        units={"conductivity": "W m-1 K-1"},
    )
    with pytest.raises(InputError, match=r"0\.1 to 20"):
        wells.heat_flow(rows)


def test_wells_in_kelvins_are_told() -> None:
    rows = table([-118.0, -117.0], depth=[500.0, 600.0], temperature=[350.0, 352.0])
    with collect() as findings:
        wells.heat_flow(rows)
    assert [(each.code, each.where) for each in findings] == [
        ("RANGE_IMPLAUSIBLE", "wells.heat_flow")
    ]
