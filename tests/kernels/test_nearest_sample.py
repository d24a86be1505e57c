"""Distances to the nearest sample: those of scipy's k-d tree, bit for bit."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from siting.kernels.nearest_sample import lanes, nearest_squares


def smooth(axes: int, height: int, width: int, seed: int) -> np.ndarray:
    """Planes that change little from cell to cell."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width] / 20
    waves = rng.normal(size=(axes, 3))
    return np.stack([np.sin(a * y + b * x + c) for a, b, c in waves])


@settings(max_examples=25, deadline=None)
@given(
    axes=st.integers(1, 11),
    samples=st.integers(1, 300),
    shape=st.tuples(st.integers(1, 70), st.integers(1, 70)),
    noise=st.sampled_from([0.0, 0.01, 1.0]),
    seed=st.integers(0, 99),
)
def test_distances_are_those_of_the_tree_to_the_last_bit(
    axes: int, samples: int, shape: tuple[int, int], noise: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    planes = smooth(axes, *shape, seed) + noise * rng.normal(size=(axes, *shape))
    places = rng.normal(size=(samples, axes))
    inside = rng.random(shape) < 0.9
    found = nearest_squares(planes, inside, places, lanes(axes))
    wanted = cKDTree(places).query(planes[:, inside].T)[0]
    np.testing.assert_array_equal(np.sqrt(found[inside]), wanted)
    assert np.isnan(found[~inside]).all()


def test_axes_at_zero_may_be_left_out() -> None:
    rng = np.random.default_rng(3)
    planes, places = smooth(9, 20, 30, 3), rng.normal(size=(50, 9))
    used = np.array([True, False, True, True, False, True, True, False, True])
    planes[~used], places[:, ~used] = 0.0, 0.0
    inside = np.ones((20, 30), dtype=bool)
    found = nearest_squares(planes[used], inside, places[:, used], lanes(9)[used])
    wanted = cKDTree(places).query(planes.reshape(9, -1).T)[0]
    np.testing.assert_array_equal(np.sqrt(found).ravel(), wanted)


def test_cells_at_one_place_are_not_halved_for_ever() -> None:
    places = np.array([[0.0, 0.0], [3.0, 4.0]])
    found = nearest_squares(np.ones((2, 40, 40)), np.ones((40, 40), bool), places, lanes(2))
    assert (found == 2.0).all()
