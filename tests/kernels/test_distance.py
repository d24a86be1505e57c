import dask
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.geodesy import PointTree, geodesic_distance
from siting.grid import from_function, make_grid
from siting.kernels.distance import nearest_distance

GRID = make_grid("EPSG:6933", 200_000, "world")


# One degree along 40 N: 85,393 m by the geodesic on WGS84.
def test_a_place_beyond_the_dateline_is_near() -> None:
    found = nearest_distance([[179.5]], [[40.0]], [-179.5, 100.0], [40.0, 40.0])
    assert found.shape == (1, 1)
    assert found.item() == pytest.approx(85_393, abs=1.5)


@given(st.integers(0, 10_000), st.integers(1, 30))
def test_no_place_is_nearer_than_the_nearest(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    places = random.uniform(-180, 180, count), random.uniform(-89, 89, count)
    longitude, latitude = random.uniform(-180, 180, (2, 4)), random.uniform(-89, 89, (2, 4))
    every = geodesic_distance(longitude[..., None], latitude[..., None], *places)
    found = nearest_distance(longitude, latitude, *places)
    nearest = every.min(axis=-1)
    within = nearest < 10_000_000  # as far as the arc claims its error: 12 m (s / 1,000 km)³
    error = np.abs(found - nearest)[within]
    assert (error <= 0.01 + 13 * (nearest[within] / 1e6) ** 3).all()


def test_a_layer_of_distances_is_the_same_whatever_the_threads() -> None:
    random = np.random.default_rng(3)
    tree = PointTree(random.uniform(-180, 180, 50), random.uniform(-60, 80, 50))
    layer = from_function(GRID, lambda i, j, lon, lat: tree.distance(lon, lat), "f8")
    results = set()
    for threads in (1, 2):
        with dask.config.set(scheduler="threads", num_workers=threads):
            results.add(layer.values.tobytes())
    assert len(results) == 1


def test_distances_need_a_place() -> None:
    with pytest.raises(ValueError, match="at least one place"):
        nearest_distance([0.0], [0.0], [], [])
