import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from siting import findings
from siting.errors import InputError, PipelineError, UnitsError
from siting.grid import longitude_latitude, make_grid
from siting.layers import faults, stress

STATE = {
    "vertical_stress": 60.0,
    "maximum_horizontal_stress": 45.0,
    "minimum_horizontal_stress": 30.0,
    "azimuth": 0.0,
}
CERTAIN = {"magnitude_sd": 0.0, "azimuth_sd": 0.0, "dip_sd": 0.0}
NORTH, EAST = [(0, 0), (0, 0.5)], [(0, 0), (0.5, 0)]


def of(*lines: object, **columns: object) -> gpd.GeoDataFrame:
    geometry = [each if hasattr(each, "wkt") else shapely.LineString(each) for each in lines]
    found = gpd.GeoDataFrame(columns, geometry=geometry, crs=4326)
    found.attrs["columns"] = {"dip": "degree", "value": "1"}
    return found


def slip(lines: gpd.GeoDataFrame, **changes: object) -> gpd.GeoDataFrame:
    return stress.slip_tendency(lines, **{**STATE, **changes})


def test_strikes_come_from_the_pieces_of_a_fault() -> None:
    # Half of the length strikes north (.3464), half east (.1332): see tests/reference.
    bend = of([(0, 0), (0, 0.5), (0.50284, 0.5)], [(9, 0), (9, 1)], EAST)
    found = slip(bend, **CERTAIN).slip_tendency
    assert found.tolist() == pytest.approx([(0.3464 + 0.1332) / 2, 0.3464, 0.1332], abs=5e-3)
    pieces = slip(faults.straight_pieces(bend[:1]), **CERTAIN).slip_tendency
    assert pieces.tolist() == pytest.approx([0.3464, 0.1332], abs=1e-3)


def test_spread_of_a_bent_fault_is_that_along_it() -> None:
    bend = of([(0, 0), (0, 0.5), (0.50284, 0.5)])
    found = slip(bend, threshold=0.3, **CERTAIN)
    assert found.slip_tendency_sd.item() == pytest.approx((0.3464 - 0.1332) / 2, abs=1e-3)
    assert found.slip_probability.item() == pytest.approx(0.5, abs=0.01)


def test_parts_of_a_fault_are_one_row_and_a_fault_without_length_has_no_value() -> None:
    lines = of(shapely.MultiLineString([NORTH, EAST]), [(1, 1), (1, 1)], EAST)
    with findings.collect() as told:
        found = slip(lines, **CERTAIN).slip_tendency
    assert [each.code for each in told] == ["GEOMETRY_EMPTY"]
    expected = [(0.3464 + 0.1332) / 2, np.nan, 0.1332]
    assert found.tolist() == pytest.approx(expected, abs=1e-3, nan_ok=True)


@settings(max_examples=10)
@given(turn=st.floats(-360, 360), factor=st.floats(0.01, 10))
def test_longitude_and_units_of_stress_do_not_matter(turn: float, factor: float) -> None:
    lines = of([(0, 40), (0.1, 40.3), (0.3, 40.5)])
    moved = lines.set_geometry(
        shapely.transform(lines.geometry.array, lambda xy: xy + np.array([turn, 0]))
    )
    scaled = {key: each * factor for key, each in STATE.items() if key != "azimuth"}
    one, other = slip(lines, draws=64), slip(moved, draws=64, **scaled)
    for column in ("slip_tendency", "slip_tendency_sd", "slip_probability"):
        assert other[column].item() == pytest.approx(one[column].item(), abs=1e-6)


def test_probability_falls_with_the_threshold_and_repeats_with_the_seed() -> None:
    found = [slip(of(NORTH), threshold=each).slip_probability.item() for each in (0.2, 0.3, 0.4)]
    assert found == sorted(found, reverse=True)
    assert 0 < found[2] < found[0] < 1
    one, other, third = (slip(of(NORTH), seed=each).slip_tendency.item() for each in (1, 1, 2))
    assert one == other != third
    assert one == pytest.approx(third, abs=0.005)


def test_pore_pressure_brings_faults_nearer_to_slip() -> None:
    # (12.9904 MPa) / (37.5 - 10 MPa)
    found = slip(of(NORTH), pore_pressure="10 MPa", **CERTAIN)
    assert found.slip_tendency.item() == pytest.approx(0.4724, abs=5e-5)
    certain = stress.dilation_tendency(of(NORTH), **STATE, pore_pressure=10.0, **CERTAIN)
    assert certain.dilation_tendency.item() == pytest.approx(0.75)


def test_draws_under_tension_are_told() -> None:
    found = slip(of(NORTH), pore_pressure=25.0, magnitude_sd=0.2, dip=90.0)
    assert 0.1 < found.tensile_probability.item() < 0.4
    assert found.slip_probability.item() >= found.tensile_probability.item()
    assert np.isfinite(found.slip_tendency.item())
    assert slip(of(NORTH), **CERTAIN).tensile_probability.item() == 0


def test_dips_come_from_their_column_and_missing_ones_are_assumed_and_told() -> None:
    lines = of(NORTH, NORTH[::-1], EAST, dip=[60.0, 90.0, np.nan])
    with findings.collect() as told:
        found = slip(lines, dip_column="dip", dip=45.0, **CERTAIN)
    assert [(each.code, each.found) for each in told] == [("VALUE_MISSING", "1 of 3 faults")]
    assert found.dip.tolist() == [60, 90, 45]
    assert found.dip_assumed.tolist() == [False, False, True]
    # Dip 45 across SHmax: σn = (45 + 60)/2, τ = (60 - 45)/2; a vertical plane bears no shear.
    assert found.slip_tendency.tolist() == pytest.approx([0.3464, 0, 7.5 / 52.5], abs=1e-3)
    assert lines.dip.isna().sum() == 1


@pytest.mark.parametrize("dip", [0.0, -10.0, 95.0, np.inf])
def test_dips_that_cannot_be_are_refused(dip: float) -> None:
    with pytest.raises(InputError, match=r"VALUE_INVALID: a dip in 'dip'.*\n.*\n.*in row 2"):
        slip(of(NORTH, EAST, dip=[60.0, dip]), dip_column="dip")


def test_dips_need_a_column_of_numbers_with_a_unit() -> None:
    with pytest.raises(InputError, match="COLUMN_MISSING: there is no column 'dip'"):
        slip(of(NORTH), dip_column="dip")
    with pytest.raises(InputError, match="COLUMN_TEXT: the column 'dip'"):
        slip(of(NORTH, dip=["steep"]), dip_column="dip")
    bare = of(NORTH, dip=[60.0])
    bare.attrs["columns"] = {}
    with pytest.raises(UnitsError, match="UNITS_MISSING: the column 'dip'"):
        slip(bare, dip_column="dip")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"maximum_horizontal_stress": 20.0}, "maximum horizontal stress is below the minimum"),
        ({"pore_pressure": 30.0}, "pore pressure takes up the least stress"),
        ({"vertical_stress": 20.0, "pore_pressure": 25.0}, "shear over normal stress has no value"),
        ({"vertical_stress": 30.0, "maximum_horizontal_stress": 30.0}, "all stresses are equal"),
        ({"draws": 500}, "a power of two"),
        ({"minimum_horizontal_stress": 0.0}, "greater than 0"),
        ({"vertical_stress": -60.0}, "greater than 0"),
        ({"dip": 0.0}, "greater than 0"),
        ({"dip": 91.0}, "less than or equal to 90"),
    ],
)
def test_states_that_have_no_tendency_are_refused(changes: dict, message: str) -> None:
    with pytest.raises(PipelineError, match=f"VALUE_INVALID: .*{message}"):
        slip(of(NORTH), **changes)


def test_areas_and_nothing_are_refused() -> None:
    with pytest.raises(InputError, match="GEOMETRY_WRONG"):
        slip(of(shapely.box(0, 0, 1, 1)))
    with pytest.raises(InputError, match="FEATURES_NONE"):
        slip(of(NORTH)[:0])


# ------------------------------------------------------------------ layers
GRID = make_grid("EPSG:4326", 0.02, (179.8, -0.1, 180.2, 0.1))


def test_layers_tell_of_the_nearest_and_of_all_around_across_the_dateline() -> None:
    lines = of([(179.9, -1), (179.9, 1)], [(-179.9, -1), (-179.9, 1)], value=[0.2, 0.6])
    nearest = stress.of_nearest_fault(lines, "value", "50 km", GRID).values
    mean = stress.mean_within(lines, "value", "50 km", GRID).values
    longitude = longitude_latitude(GRID, slice(0, 10), slice(0, 20))[0]
    np.testing.assert_allclose(nearest, np.where(longitude > 0, 0.2, 0.6), rtol=1e-6)
    assert (np.diff(mean, axis=1) > 0).all()
    assert mean.mean() == pytest.approx(0.4, abs=1e-4)


def test_cells_far_from_faults_have_no_value() -> None:
    lines = of([(179.81, -1), (179.81, 1)], value=[0.2])
    for found in (
        stress.of_nearest_fault(lines, "value", "5 km", GRID).values,
        stress.mean_within(lines, "value", "5 km", GRID).values,
    ):
        assert np.isfinite(found[:, :2]).all()
        assert np.isnan(found[:, 4:]).all()


def test_faults_without_a_value_are_not_there() -> None:
    lines = of([(179.9, -1), (179.9, 1)], [(-179.9, -1), (-179.9, 1)], value=[0.2, np.nan])
    assert (stress.of_nearest_fault(lines, "value", "90 km", GRID).values < 0.21).all()
    assert stress.mean_within(lines, "value", "90 km", GRID).values.max() < 0.21
    with pytest.raises(InputError, match="FEATURES_NONE: no fault has a value of 'value'"):
        stress.mean_within(lines[1:], "value", "90 km", GRID)
    with pytest.raises(InputError, match="COLUMN_MISSING"):
        stress.of_nearest_fault(lines, "slip_tendency", "90 km", GRID)
    with pytest.raises(InputError, match="GEOMETRY_WRONG"):
        stress.of_nearest_fault(of(shapely.Point(0, 0), value=[1.0]), "value", "9 km", GRID)


def test_tendency_becomes_a_layer() -> None:
    found = slip(of([(180, -1), (180, 1)]), **CERTAIN)
    layer = stress.of_nearest_fault(found, "slip_tendency", "9 km", GRID)
    assert np.nanmax(layer.values) == pytest.approx(0.3464, abs=5e-5)
    assert layer.attrs["status"] == "assumed"  # what the faults do not say of themselves
