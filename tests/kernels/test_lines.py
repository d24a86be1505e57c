import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from siting.geodesy import geodesic_distance
from siting.kernels.lines import SegmentTree
from siting.kernels.traces import segments, traces

WGS84 = Geod(ellps="WGS84")


def tree(*lines: object) -> SegmentTree:
    geometries = np.array([shapely.LineString(each) for each in lines], dtype=object)
    return SegmentTree(segments(traces(geometries, "faults")))


def placed(longitude: float, latitude: float, azimuth: object, metres: object) -> np.ndarray:
    """Longitudes and latitudes at distances and directions from a place."""
    azimuth, metres = np.broadcast_arrays(np.asarray(azimuth, float), np.asarray(metres, float))
    start = np.full(metres.shape, longitude), np.full(metres.shape, latitude)
    return np.column_stack(WGS84.fwd(*start, azimuth, metres)[:2])


def across(longitude: float, latitude: float, azimuth: float, offset: float) -> np.ndarray:
    """A line of 100 km that passes a place at a distance to the right."""
    along = np.linspace(-50_000, 50_000, 401)
    turn = np.degrees(np.arctan2(offset, along))
    return placed(longitude, latitude, azimuth + turn, np.hypot(along, offset))


def within(lines: SegmentTree, longitude: float, latitude: float, radius: float) -> float:
    return float(lines.length_within([[longitude]], [[latitude]], radius)[0, 0])


@given(
    longitude=st.floats(-180, 180),
    latitude=st.floats(-89, 89),
    azimuth=st.floats(0, 360),
    share=st.floats(0, 0.98),
    radius=st.floats(500, 40_000),
)
def test_a_straight_line_has_its_chord_in_the_circle(
    longitude: float, latitude: float, azimuth: float, share: float, radius: float
) -> None:
    # A chord at h from the middle of a circle has 2 sqrt(R² - h²), whatever its direction.
    offset = share * radius
    found = within(tree(across(longitude, latitude, azimuth, offset)), longitude, latitude, radius)
    assert found == pytest.approx(2 * np.sqrt(radius**2 - offset**2), rel=3e-4)


@given(share=st.floats(1.001, 1.2))
def test_a_line_beside_the_circle_does_not_count(share: float) -> None:
    assert within(tree(across(20, 50, 30, share * 5000)), 20, 50, 5000) == 0


def test_a_line_that_ends_inside_counts_to_its_end() -> None:
    spoke = placed(-117, 40, 70, np.array([0, 2000, 9000]))
    found = tree(spoke)
    assert within(found, -117, 40, 5000) == pytest.approx(5000, rel=1e-6)
    assert within(found, -117, 40, 50_000) == pytest.approx(9000, rel=1e-6)


@settings(max_examples=25)
@given(seed=st.integers(0, 999), turn=st.floats(-180, 180))
def test_turning_the_globe_changes_nothing(seed: int, turn: float) -> None:
    rng = np.random.default_rng(seed)
    lines = np.array([0, 45]) + np.cumsum(rng.normal(0, 0.05, (4, 6, 2)), axis=1)
    here = within(tree(*lines), 0, 45, 12_000)
    there = within(tree(*(lines + np.array([turn, 0]))), turn, 45, 12_000)
    assert there == pytest.approx(here, abs=1e-3)


@settings(max_examples=25)
@given(seed=st.integers(0, 999), turn=st.floats(0, 360), latitude=st.floats(-80, 80))
def test_turning_lines_about_a_place_changes_no_length_there(
    seed: int, turn: float, latitude: float
) -> None:
    rng = np.random.default_rng(seed)
    walk = np.cumsum(rng.normal(0, 200, (2, 300)), axis=1)
    azimuth, metres = np.degrees(np.arctan2(*walk)), np.hypot(*walk)
    one, other = (
        within(tree(placed(30, latitude, azimuth + by, metres)), 30, latitude, 1500.0)
        for by in (0, turn)
    )
    assert other == pytest.approx(one, rel=1e-4, abs=1)


@settings(max_examples=25)
@given(seed=st.integers(0, 999))
def test_lengths_add_up_and_more_vertices_change_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines = np.array([179.9, 40]) + np.cumsum(rng.normal(0, 0.1, (5, 4, 2)), axis=1)
    x, y = np.meshgrid(np.linspace(179.5, 180.5, 9), np.linspace(39.5, 40.5, 9))
    every = tree(*lines).length_within(x, y, 20_000)
    apart = sum(tree(each).length_within(x, y, 20_000) for each in lines)
    np.testing.assert_allclose(every, apart, atol=1e-6)
    fine = [shapely.segmentize(shapely.LineString(each), 0.004).coords for each in lines]
    finely = tree(*fine).length_within(x, y, 20_000)
    # A line that bends by d = 0.5 m at a circle's rim changes its chord by 2 sqrt(2 R d) at most.
    assert np.abs(finely - every).max() < 283
    assert np.abs(finely - every).mean() < 1
    backwards = [each[::-1] for each in lines]
    np.testing.assert_allclose(tree(*backwards).length_within(x, y, 20_000), every, atol=1e-6)


def test_mean_is_weighted_by_length() -> None:
    lines = tree(placed(0, 0, 90, [0, 1000]), placed(0, 0, 0, [0, 3000]))
    values = np.where(lines.segments.trace == 0, 1.0, 5.0)
    assert lines.mean_within([[0.0]], [[0.0]], 10_000, values) == pytest.approx(4.0)
    assert lines.mean_within([[0.0]], [[0.0]], 2_000, values) == pytest.approx(11 / 3)
    assert np.isnan(lines.mean_within([[1.0]], [[0.0]], 2_000, values)).all()


@settings(max_examples=8)
@given(seed=st.integers(0, 999))
def test_nearest_piece_is_the_nearest_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines = np.cumsum(rng.normal(0, 0.02, (6, 4, 2)), axis=1) + rng.normal(
        [180, 50], 0.1, (6, 1, 2)
    )
    x, y = rng.normal(180, 0.2, (9, 20)), rng.normal(50, 0.2, (9, 20))
    found = tree(*lines)
    nearest = found.nearest(x, y, 15_000)
    fine = [np.array(shapely.segmentize(shapely.LineString(each), 1e-3).coords) for each in lines]
    away = np.array(
        [geodesic_distance(x[..., None], y[..., None], *each.T).min(axis=-1) for each in fine]
    )
    clear = np.abs(away.min(axis=0) - 15_000) > 50
    assert ((nearest >= 0) == (away.min(axis=0) < 15_000))[clear].all()
    near = nearest >= 0
    chosen = np.take_along_axis(away, found.segments.trace[nearest][None], axis=0)[0]
    assert (chosen - away.min(axis=0))[near].max(initial=0) < 50
