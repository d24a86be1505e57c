import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from siting import findings
from siting.errors import InputError
from siting.kernels.traces import axial_mean, segments, tell_repeated, traces

WGS84 = Geod(ellps="WGS84")


def of(*lines: object):
    return traces(np.array([shapely.LineString(each) for each in lines], dtype=object), "faults")


def collected(geometries: list[shapely.Geometry]):
    with findings.collect() as found:
        result = traces(np.array(geometries, dtype=object), "faults")
    return result, [each.code for each in found]


def test_parts_of_a_line_are_traces_of_one_row() -> None:
    two = shapely.MultiLineString([[(0, 0), (1, 0)], [(2, 0), (3, 0), (4, 0)]])
    found = traces(np.array([shapely.LineString([(9, 9), (8, 8)]), two]), "faults")
    assert found.row.tolist() == [0, 1, 1]
    assert found.trace.tolist() == [0, 0, 1, 1, 2, 2, 2]
    ends, owner = found.ends
    assert ends.tolist() == [[9, 9], [8, 8], [0, 0], [1, 0], [2, 0], [4, 0]]
    assert owner.tolist() == [0, 0, 1, 1, 2, 2]


def test_heights_of_lines_are_not_used() -> None:
    flat, high = of([(0, 0), (1, 1)]), of([(0, 0, 5000), (1, 1, -3000)])
    assert np.array_equal(segments(flat).length, segments(high).length)


@pytest.mark.parametrize(
    "geometry",
    [
        shapely.Point(0, 0),
        shapely.box(0, 0, 1, 1),
        shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]),
        shapely.GeometryCollection([shapely.LineString([(0, 0), (1, 1)]), shapely.Point(0, 0)]),
    ],
    ids=lambda each: each.geom_type,
)
def test_only_lines_are_traces(geometry: shapely.Geometry) -> None:
    with pytest.raises(InputError, match="GEOMETRY_WRONG: points and areas are no traces"):
        traces(np.array([shapely.LineString([(0, 0), (1, 1)]), geometry]), "faults")


@pytest.mark.filterwarnings("ignore:invalid value encountered in linestrings")
def test_places_that_are_no_numbers_are_refused() -> None:
    lines = [shapely.LineString(each) for each in ([(0, 0), (1, 1)], [(0, 0), (np.nan, 1), (2, 2)])]
    with pytest.raises(InputError, match=r"COORD_INVALID: 1 place is no number\n.*\n.*row 2"):
        traces(np.array(lines), "faults")


def test_lines_without_length_are_left_out_and_told() -> None:
    here, line = shapely.LineString([(5, 5), (5, 5)]), shapely.LineString([(0, 0), (0, 0), (0, 1)])
    found, codes = collected([here, line])
    assert codes == ["GEOMETRY_EMPTY"]
    assert found.row.tolist() == [1]
    assert found.places.tolist() == [[0, 0], [0, 1]]
    with pytest.raises(InputError, match="FEATURES_NONE: no line has a length"):
        traces(np.array([here]), "faults")


@pytest.mark.parametrize(
    ("copy", "told"),
    [
        ([(179, 0), (181, 1), (182, 1)], True),
        ([(-178, 1), (-179, 1), (179, 0)], True),  # backwards, and another turn of the globe
        ([(-179, 1), (-178, 1)], True),  # a part of it
        ([(179, 0), (-178, 1)], False),
    ],
)
def test_repeated_pieces_are_told_once(copy: list[tuple[float, float]], told: bool) -> None:
    line = shapely.LineString([(179, 0), (-179, 1), (-178, 1)])
    found, codes = collected([line, shapely.LineString(copy)])
    assert (len(found.row), codes) == (2, [])
    with findings.collect() as repeated:
        tell_repeated(found)
        tell_repeated(found)
    assert [each.code for each in repeated] == ["ROW_DUPLICATE"] * told


def test_longitudes_run_on_across_the_dateline() -> None:
    east = of([(179, 0), (-179, 0), (-170, 0), (175, 0)])
    assert east.places[:, 0].tolist() == [179, 181, 190, 175]
    assert of([(541, 0), (539, 0)]).places[:, 0].tolist() == [-179, -181]


@given(
    longitude=st.floats(-180, 180),
    latitude=st.floats(-80, 80),
    azimuth=st.floats(0, 360),
    kilometres=st.floats(0.01, 300),
)
def test_length_and_azimuth_are_those_of_short_geodesics(
    longitude: float, latitude: float, azimuth: float, kilometres: float
) -> None:
    steps = np.linspace(0, kilometres * 1000, 31)
    ones = np.ones_like(steps)
    east, north, _ = WGS84.fwd(longitude * ones, latitude * ones, azimuth * ones, steps)
    pieces = segments(of(np.column_stack([east, north])))
    assert pieces.length.sum() == pytest.approx(kilometres * 1000, rel=2e-5)
    # Over 10 km the direction of a geodesic turns against the meridian: look at the first piece.
    assert abs((pieces.azimuth[0] - azimuth + 180) % 360 - 180) < 0.6
    assert (pieces.length <= 5000).all()


def test_more_vertices_change_no_length() -> None:
    line = shapely.LineString([(10, 60), (14, 62), (20, 59)])
    few, many = (
        segments(traces(np.array([each]), "faults")).length.sum()
        for each in (line, shapely.segmentize(line, 0.003))
    )
    # Pieces of 5 km instead of 250 m lose s²κ²/24 of a bend of curvature κ = tan φ/R.
    assert few == pytest.approx(many, rel=1e-7)


@given(turn=st.floats(0, 360), seed=st.integers(0, 99))
def test_mean_strike_turns_with_the_strikes(turn: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    strike = rng.normal(40, 10, 20) + 180 * rng.integers(0, 2, 20)
    weight, group = rng.random(20), np.zeros(20, dtype=np.int64)
    (mean,), (alike,) = axial_mean(strike, weight, group, 1)
    (turned,), (as_alike,) = axial_mean(strike + turn, weight, group, 1)
    assert abs((turned - mean - turn + 90) % 180 - 90) < 1e-6
    assert as_alike == pytest.approx(alike)
    assert 25 < mean < 55


def test_group_without_weight_has_no_strike() -> None:
    mean = axial_mean(np.array([10.0]), np.ones(1), np.array([1]), 2)
    assert np.isnan(mean[:, 0]).all()
    assert mean[:, 1] == pytest.approx([10, 1])


def test_strikes_at_right_angles_have_no_mean() -> None:
    assert axial_mean(np.array([20.0, 110.0]), np.ones(2), np.zeros(2, int), 1)[1] < 1e-12
