import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from siting.kernels.fault_network import Nodes, Steps, nodes, steps
from siting.kernels.traces import segments, traces

WGS84 = Geod(ellps="WGS84")
DEGREE = 111_320.0  # [m] of the equator


def network(*lines: object, tolerance: float = 100.0) -> Nodes:
    found = traces(np.array([shapely.LineString(each) for each in lines], dtype=object), "faults")
    return nodes(found, segments(found), tolerance)


def stepping(*lines: object, widths=(200.0, 5000.0), overlap=5000.0, angle=30.0) -> Steps:
    found = traces(np.array([shapely.LineString(each) for each in lines], dtype=object), "faults")
    pieces = segments(found)
    free = nodes(found, pieces, 100.0).free
    return steps(found, pieces, free, widths, overlap, angle)


ALONG = [(-1, 0), (1, 0)]


@pytest.mark.parametrize(
    ("other", "arms", "ends"),
    [
        ([[(0, -1), (0, 1)]], [4], [0]),  # crosses
        ([[(0, 0), (0, 1)]], [3], [1]),  # abuts
        ([[(0, 0.0005), (0, 1)]], [3], [1]),  # abuts, 56 m short
        ([[(0, -0.0005), (0, 1)]], [3], [1]),  # abuts, 56 m too far
        ([[(0, 0.002), (0, 1)]], [], []),  # ends 223 m before
        ([[(1, 0), (2, 1)]], [2], [2]),  # goes on
        ([[(0, 0), (0, 1)], [(0, 0), (0, -1)]], [4], [2]),  # crosses, cut in two
        ([[(1, 0), (2, 1)], [(1, 0), (2, -1)]], [3], [3]),  # branches
        ([[(-1, 0.01), (1, 0.01)]], [], []),  # runs beside
    ],
)
def test_arms_of_a_node(other: list[object], arms: list[int], ends: list[int]) -> None:
    found = network(ALONG, *other)
    assert (found.arms.tolist(), found.ends.tolist()) == (arms, ends)


def test_a_cut_network_has_the_nodes_of_a_whole_one() -> None:
    whole = network([(-1, 0), (1, 0)], [(0, -1), (0, 1)])
    cut = network([(-1, 0), (0, 0)], [(0, 0), (1, 0)], [(0, -1), (0, 0)], [(0, 0), (0, 1)])
    assert whole.arms.tolist() == cut.arms.tolist() == [4]
    assert whole.free.sum() == cut.free.sum() == 4


def test_ends_that_meet_are_not_free() -> None:
    found = network(ALONG, [(0, 0), (0, 1)], [(1, 0), (2, 0)])
    assert found.free.tolist() == [True, False, False, True, False, True]


def test_a_ring_and_a_loop_have_no_nodes_of_their_own() -> None:
    ring = [(0, 0), (1, 0), (1, 1), (0, 0)]
    loop = [(0, 5), (1, 5), (1, 6), (0.5, 4)]
    found = network(ring, loop)
    assert len(found.arms) == 0
    assert found.free.tolist() == [False, False, True, True]


@pytest.mark.parametrize("longitude", [0.0, 180.0, -180.0, 179.999, 540.0])
def test_nodes_are_found_at_the_dateline(longitude: float) -> None:
    found = network([(longitude - 1, 10), (longitude + 1, 10)], [(-180, 9), (-180, 11)])
    if longitude == 0:
        assert len(found.arms) == 0
    else:
        assert found.arms.tolist() == [4]
        assert found.longitude == pytest.approx([-180])
        assert found.latitude == pytest.approx([10])


def test_nodes_of_a_line_written_round_the_dateline() -> None:
    found = network([(179, 10), (-179, 10)], [(179.5, 9), (179.5, 11)], [(-179.5, 9), (-179.5, 11)])
    assert sorted(found.longitude.tolist()) == pytest.approx([-179.5, 179.5])


@settings(max_examples=30)
@given(seed=st.integers(0, 9999))
def test_crossings_are_those_of_shapely(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines = shapely.linestrings(rng.uniform(0, 5, (8, 2, 2)))
    found = network(*(each.coords for each in lines), tolerance=1.0)
    one, other = np.triu_indices(8, 1)
    places = shapely.get_coordinates(shapely.intersection(lines[one], lines[other]))
    assert len(places) == len(found.arms)
    assert (found.arms == 4).all()
    ours = np.column_stack([found.longitude, found.latitude])
    assert sorted(map(tuple, ours.round(9))) == sorted(map(tuple, places.round(9)))


# Two traces that run east, the second 2 km to the north, overlapping by 3 km.
NORTH = 2000 / 110_574.0
LEFT = [(0, 0), (0.3, 0)], [(0.3 - 3000 / DEGREE, NORTH), (0.6, NORTH)]


def test_a_step_has_side_separation_and_overlap() -> None:
    step = stepping(*LEFT)
    assert step.across == pytest.approx([2000], rel=1e-3)  # to the left of who walks east
    assert step.overlap == pytest.approx([3000], rel=1e-3)
    assert step.longitude == pytest.approx([0.3 - 1500 / DEGREE])
    assert step.latitude == pytest.approx([NORTH / 2])
    mirrored = stepping(*([(x, -y) for x, y in each] for each in LEFT))
    assert mirrored.across == pytest.approx([-2000], rel=1e-3)


def test_an_underlap_is_a_negative_overlap() -> None:
    step = stepping([(0, 0), (0.3, 0)], [(0.3 + 1000 / DEGREE, NORTH), (0.6, NORTH)])
    assert step.overlap == pytest.approx([-1000], rel=1e-3)


@pytest.mark.parametrize(
    ("second", "why"),
    [
        ([(0.31, 0.0005), (0.6, 0.0005)], "a gap in one trace"),
        ([(0.27, 0.05), (0.6, 0.05)], "wider than 5 km"),
        ([(0.2, NORTH), (0.6, NORTH)], "overlapping by more than 5 km"),
        ([(0.36, NORTH), (0.6, NORTH)], "an underlap of more than 5 km"),
        ([(0.29, NORTH), (0.45, NORTH + 0.2)], "at an angle of 51 degrees"),
        ([(0.3, 0), (0.6, NORTH)], "not free"),
    ],
)
def test_what_is_no_step(second: list[tuple[float, float]], why: str) -> None:
    assert len(stepping([(0, 0), (0.3, 0)], second).across) == 0, why


@given(turn=st.floats(0, 360), latitude=st.floats(-85, 85), longitude=st.floats(-180, 180))
def test_a_step_is_the_same_in_any_direction_and_place(
    turn: float, latitude: float, longitude: float
) -> None:
    lines = []
    for line in LEFT:
        x, y = np.transpose(line)
        x, y = np.linspace(x[0], x[1], 20) * DEGREE, np.linspace(y[0], y[1], 20) * 110_574.0
        start = np.full(20, longitude), np.full(20, latitude)
        azimuth = np.degrees(np.arctan2(x, y)) + turn
        lines.append(np.column_stack(WGS84.fwd(*start, azimuth, np.hypot(x, y))[:2]))
    step = stepping(*lines)
    assert step.across == pytest.approx([2000], abs=10)
    assert step.overlap == pytest.approx([3000], abs=10)


def test_each_end_steps_to_its_nearest() -> None:
    first, second = LEFT
    third = [(0.29, 2 * NORTH), (0.6, 2 * NORTH)]
    step = stepping(first, second, third)
    assert (step.first.tolist(), step.second.tolist()) == ([0], [1])
