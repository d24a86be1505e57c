import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from siting.geodesy import ecef
from siting.grid import longitude_latitude, make_grid
from siting.kernels.density import events_within

GRID = make_grid("EPSG:6933", 100_000, "world")


def by_hand(
    longitude: NDArray, latitude: NDArray, events: NDArray, radius: float, weights: NDArray
) -> NDArray:
    """Every cell with every event."""
    steps = ecef(longitude, latitude)[..., None, :] - ecef(*events)
    inside = np.linalg.norm(steps, axis=-1) <= 2 * 6_371_008.8 * np.sin(radius / 2 / 6_371_008.8)
    return (inside * weights).sum(axis=-1)


@pytest.mark.parametrize("corner", [(0, 0), (60, 320), (100, 170)])
@pytest.mark.parametrize("radius", [1_000.0, 250_000.0, 3_000_000.0])
def test_events_are_counted_as_by_hand(corner: tuple[int, int], radius: float) -> None:
    random = np.random.default_rng(9)
    events = np.array([random.uniform(-180, 180, 400), random.uniform(-75, 85, 400)])
    weights = random.uniform(0, 3, 400)
    rows, columns = (slice(start, start + 26) for start in corner)
    cells = longitude_latitude(GRID, rows, columns)
    found = events_within(*cells, *events, radius, weights)
    np.testing.assert_allclose(found, by_hand(*cells, events, radius, weights), rtol=1e-12)
    number = events_within(*cells, *events, radius)
    assert (number == by_hand(*cells, events, radius, np.ones(400))).all()


def test_an_event_counts_on_both_sides_of_the_dateline() -> None:
    found = events_within([[179.5, -179.5, 178.0]], [[0.0] * 3], [180.0], [0.0], 60_000.0)
    assert found.tolist() == [[1.0, 1.0, 0.0]]


# Events spread evenly at one per 10 km²: a circle of 50 km holds pi 50² / 10 = 785.4.
def test_a_known_density_comes_out() -> None:
    random = np.random.default_rng(1)
    count, half = 40_000, 2.0
    longitude = random.uniform(-half, half, count)
    latitude = np.degrees(np.arcsin(random.uniform(-1, 1, count) * np.sin(np.radians(half))))
    area = (2 * half * 111.32) * (2 * half * 110.57)  # [km2]
    expected = np.pi * 50**2 * count / area
    found = events_within(np.zeros((1, 1)), np.zeros((1, 1)), longitude, latitude, 50_000.0)
    assert found.item() == pytest.approx(expected, rel=4 / np.sqrt(expected))


@given(st.floats(-180, 180))
def test_turning_the_globe_changes_no_count(turn: float) -> None:
    random = np.random.default_rng(4)
    events = np.array([random.uniform(-180, 180, 60), random.uniform(-60, 60, 60)])
    longitude, latitude = np.meshgrid(np.arange(0, 40, 3.0), np.arange(10, 40, 3.0))
    straight = events_within(longitude, latitude, *events, 700_000.0)
    turned = events_within(longitude + turn, latitude, events[0] + turn, events[1], 700_000.0)
    assert (turned == straight).all()


@given(
    st.integers(0, 1000),
    st.floats(1_000, 5_000_000),
    st.integers(1, 30),
    st.integers(1, 30),
    st.sampled_from([0, 1, 3, 200]),
)
def test_tiles_of_any_size_give_the_same_bytes(
    seed: int, radius: float, high: int, wide: int, count: int
) -> None:
    random = np.random.default_rng(seed)
    events = random.uniform(-180, 180, count), random.uniform(-90, 90, count)
    weights = random.uniform(0, 1, count)
    longitude, latitude = longitude_latitude(GRID, slice(40, 70), slice(330, 347))
    whole = events_within(longitude, latitude, *events, radius, weights)
    for i in range(0, 30, high):
        for j in range(0, 17, wide):
            part = slice(i, i + high), slice(j, j + wide)
            found = events_within(longitude[part], latitude[part], *events, radius, weights)
            assert (found == whole[part]).all()


@given(st.integers(0, 1000), st.floats(20_000, 15_000_000))
def test_counts_anywhere_are_as_by_hand(seed: int, radius: float) -> None:
    random = np.random.default_rng(seed)
    events = np.array([random.uniform(-180, 180, 60), random.uniform(-90, 90, 60)])
    longitude, latitude = random.uniform(-180, 180, (9, 19)), random.uniform(-90, 90, (9, 19))
    found = events_within(longitude, latitude, *events, radius)
    assert (found == by_hand(longitude, latitude, events, radius, np.ones(60))).all()


def test_a_cell_without_a_position_has_no_count() -> None:
    found = events_within([[np.nan, 0.0]], [[np.nan, 0.0]], [0.0], [0.0], 1_000.0)
    np.testing.assert_array_equal(found, [[np.nan, 1.0]])


def test_without_events_every_count_is_0() -> None:
    assert (
        events_within(np.zeros((2, 3)), np.zeros((2, 3)), [], [], 1_000.0).tolist() == [[0] * 3] * 2
    )


@pytest.mark.parametrize("radius", [0.0, -1.0, np.nan])
def test_a_radius_that_is_none_is_refused(radius: float) -> None:
    with pytest.raises(ValueError, match="radius must be greater than 0"):
        events_within([[0.0]], [[0.0]], [0.0], [0.0], radius)


def test_an_event_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        events_within([[0.0]], [[0.0]], [np.nan], [0.0], 1_000.0)
