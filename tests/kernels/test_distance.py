import dask
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from siting.geodesy import PointTree, arc, densify, ecef, geodesic_distance
from siting.grid import longitude_latitude, make_grid
from siting.kernels.distance import Places
from siting.proximity import distance_to_places

GRID = make_grid("EPSG:6933", 200_000, "world")
POLE = make_grid("EPSG:3408", 50_000, (-1e6, -1e6, 1e6, 1e6))  # equal areas round the north pole
BASIN = make_grid("EPSG:5070", 20_000, (-2e6, 1.5e6, -1.2e6, 2.4e6))


def centres(grid) -> NDArray:
    return ecef(*longitude_latitude(grid, slice(0, grid.shape.y), slice(0, grid.shape.x)))


def scattered(kind: str, seed: int, count: int) -> tuple[NDArray, NDArray]:
    """Longitudes and latitudes of places that are alike in one way or another."""
    random = np.random.default_rng(seed)
    longitude, latitude = random.uniform(-180, 180, count), random.uniform(-89.9, 89.9, count)
    if kind == "cluster":
        return random.normal(-115, 1.0, count), random.normal(39, 1.0, count)
    if kind == "line":
        return np.linspace(*random.uniform(-179, 179, 2), count), np.full(count, latitude[0])
    if kind == "repeated":
        return longitude.round(-2), latitude.round(-2) * 0.5
    return longitude, latitude


# One degree along 40 N: 85,393 m by the geodesic on WGS84.
def test_a_place_beyond_the_dateline_is_near() -> None:
    found = Places([-179.5, 100.0], [40.0, 40.0]).distance(ecef([[179.5]], [[40.0]]))
    assert found.shape == (1, 1)
    assert found.item() == pytest.approx(85_393, abs=1.5)


@given(st.integers(0, 10_000), st.integers(1, 30))
def test_no_place_is_nearer_than_the_nearest(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    places = random.uniform(-180, 180, count), random.uniform(-89, 89, count)
    longitude, latitude = random.uniform(-180, 180, (2, 4)), random.uniform(-89, 89, (2, 4))
    every = geodesic_distance(longitude[..., None], latitude[..., None], *places)
    found = Places(*places).distance(ecef(longitude, latitude))
    nearest = every.min(axis=-1)
    within = nearest < 10_000_000  # as far as the arc claims its error: 12 m (s / 1,000 km)³
    error = np.abs(found - nearest)[within]
    assert (error <= 0.01 + 13 * (nearest[within] / 1e6) ** 3).all()


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([GRID, POLE, BASIN]),
    st.sampled_from(["scattered", "cluster", "line", "repeated"]),
    st.integers(0, 10_000),
    st.sampled_from([1, 2, 17, 300]),
    st.integers(1, 12),
)
def test_every_distance_is_that_of_a_tree(grid, kind: str, seed: int, count: int, nth: int) -> None:
    nth = min(nth, count)
    longitude, latitude = scattered(kind, seed, count)
    chord = cKDTree(ecef(longitude, latitude)).query(centres(grid), k=[nth])[0][..., 0]
    found = Places(longitude, latitude).distance(centres(grid), nth)
    np.testing.assert_array_equal(found, arc(chord))


@given(st.integers(0, 100), st.integers(1, 40), st.integers(1, 40), st.integers(1, 4))
def test_tiles_of_any_size_give_the_same_bytes(seed: int, high: int, wide: int, nth: int) -> None:
    places, cells = Places(*scattered("scattered", seed, 90)), centres(BASIN)
    whole = places.distance(cells, nth)
    for i in range(0, len(cells), high):
        for j in range(0, cells.shape[1], wide):
            part = places.distance(cells[i : i + high, j : j + wide], nth)
            assert (part == whole[i : i + high, j : j + wide]).all()


@given(st.integers(0, 1000), st.floats(0, 1), st.sampled_from([1, 3]))
def test_cells_that_are_not_asked_for_change_no_other(seed: int, share: float, nth: int) -> None:
    random = np.random.default_rng(seed)
    places, cells = Places(*scattered("scattered", seed, 50)), centres(BASIN)
    whole = places.distance(cells, nth)
    left_out = random.random(whole.shape) < share
    cells[left_out] = np.nan
    found = places.distance(cells, nth)
    assert np.isnan(found[left_out]).all()
    assert (found[~left_out] == whole[~left_out]).all()


def test_cells_in_no_order_get_their_own_distances() -> None:
    random = np.random.default_rng(2)
    longitude, latitude = random.uniform(-180, 180, (19, 21)), random.uniform(-90, 90, (19, 21))
    places = random.uniform(-180, 180, 40), random.uniform(-90, 90, 40)
    found = Places(*places).distance(ecef(longitude, latitude))
    assert (found == PointTree(*places).distance(longitude, latitude)).all()


def test_a_place_at_a_cell_is_at_no_distance() -> None:
    longitude, latitude = longitude_latitude(BASIN, slice(3, 4), slice(5, 6))
    found = Places(longitude.ravel(), latitude.ravel()).distance(centres(BASIN))
    assert found[3, 5] == 0
    assert np.count_nonzero(found) == found.size - 1


def test_every_cell_may_be_a_place() -> None:
    longitude, latitude = longitude_latitude(BASIN, slice(0, 45), slice(0, 40))
    places = Places(longitude.ravel(), latitude.ravel())
    assert (places.distance(centres(BASIN)) == 0).all()
    second = places.distance(centres(BASIN), nth=2)
    assert np.abs(second / 20_000 - 1).max() < 0.03  # the next cell, by the scale of the map


def test_a_layer_of_distances_is_the_same_whatever_the_threads() -> None:
    random = np.random.default_rng(3)
    places = Places(random.uniform(-180, 180, 50), random.uniform(-60, 80, 50))
    layer = distance_to_places(places, GRID)
    results = set()
    for threads in (1, 2):
        with dask.config.set(scheduler="threads", num_workers=threads):
            results.add(layer.values.tobytes())
    assert len(results) == 1


def test_vertices_of_a_line_are_places() -> None:
    import shapely

    vertices = densify(shapely.LineString([(-118, 36), (-114, 42)]), 10_000)
    found = Places(*vertices).distance(centres(BASIN))
    assert (found == PointTree(*vertices).distance(*longitude_latitude(
        BASIN, slice(0, 45), slice(0, 40)
    ))).all()  # fmt: skip


@pytest.mark.parametrize(("longitude", "latitude"), [([], []), ([np.nan], [0.0])])
def test_distances_need_a_place(longitude: list[float], latitude: list[float]) -> None:
    with pytest.raises(ValueError, match="at least one place and finite"):
        Places(longitude, latitude)


@pytest.mark.parametrize("nth", [0, 3])
def test_there_is_no_third_of_two_places(nth: int) -> None:
    with pytest.raises(ValueError, match="no place [03] among 2"):
        Places([0.0, 1.0], [0.0, 0.0]).distance(ecef([[0.0]], [[0.0]]), nth)
