"""Distances to the nearest sample: those of scipy's k-d tree, bit for bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from siting.kernels.nearest_sample import lanes, nearest_squares

NO_LIMIT = 1 << 40


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
    found = nearest_squares(planes, inside, places, lanes(axes), NO_LIMIT)
    wanted = cKDTree(places).query(planes[:, inside].T)[0]
    np.testing.assert_array_equal(np.sqrt(found[inside]), wanted)
    assert np.isnan(found[~inside]).all()


def test_axes_at_zero_may_be_left_out() -> None:
    rng = np.random.default_rng(3)
    planes, places = smooth(9, 20, 30, 3), rng.normal(size=(50, 9))
    used = np.array([True, False, True, True, False, True, True, False, True])
    planes[~used], places[:, ~used] = 0.0, 0.0
    inside = np.ones((20, 30), dtype=bool)
    found = nearest_squares(planes[used], inside, places[:, used], lanes(9)[used], NO_LIMIT)
    wanted = cKDTree(places).query(planes.reshape(9, -1).T)[0]
    np.testing.assert_array_equal(np.sqrt(found).ravel(), wanted)


@pytest.mark.parametrize("most", [0, 5])
def test_blocks_near_too_many_samples_are_left(most: int) -> None:
    # Left of the middle all cells are at one place, where one sample is; right of it is noise.
    rng = np.random.default_rng(4)
    planes = np.zeros((2, 8, 16))
    planes[:, :, 8:] = rng.normal(size=(2, 8, 8))
    places = np.vstack([[[0.0, 0.0]], rng.normal(size=(200, 2))])
    inside = np.ones((8, 16), dtype=bool)
    found = nearest_squares(planes, inside, places, lanes(2), most)
    assert (found[:, 8:] == -1).all()
    assert (found[:, :8] == (0.0 if most else -1.0)).all()
