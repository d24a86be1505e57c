import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps
from scipy.ndimage import distance_transform_edt

from siting.kernels import euclidean
from siting.kernels.euclidean import distance_on_map

shapes = st.tuples(st.integers(1, 40), st.integers(1, 40))


def by_scipy(marked: np.ndarray, cell: float) -> np.ndarray:
    return distance_transform_edt(~marked, sampling=cell)


@settings(max_examples=200, deadline=None)
@given(nps.arrays(np.bool_, shapes), st.floats(0.01, 1e5))
def test_distances_are_those_of_scipy(marked: np.ndarray, cell: float) -> None:
    marked[-1, -1] |= not marked.any()
    np.testing.assert_allclose(distance_on_map(marked, cell), by_scipy(marked, cell), rtol=1e-7)


@given(shapes, st.integers(0, 10_000), st.sampled_from([0.001, 0.02, 0.5, 0.99]))
def test_scarce_and_dense_marks_alike(shape: tuple[int, int], seed: int, share: float) -> None:
    marked = np.random.default_rng(seed).random(shape) < share
    marked[0, 0] = True
    np.testing.assert_allclose(distance_on_map(marked, 1.0), by_scipy(marked, 1.0), rtol=1e-7)


@given(nps.arrays(np.bool_, shapes), st.integers(1, 9))
def test_strips_of_any_width_give_the_same_bytes(marked: np.ndarray, width: int) -> None:
    whole = distance_on_map(marked, 30.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(euclidean, "_STRIP", width)
        assert (distance_on_map(marked, 30.0) == whole).all()


@given(nps.arrays(np.bool_, shapes))
def test_turning_the_map_turns_the_distances(marked: np.ndarray) -> None:
    found = distance_on_map(marked, 1.0)
    assert (distance_on_map(np.ascontiguousarray(marked.T), 1.0) == found.T).all()
    assert (distance_on_map(marked[::-1, ::-1], 1.0) == found[::-1, ::-1]).all()


def test_without_marks_everything_is_beyond_reach() -> None:
    assert np.isinf(distance_on_map(np.zeros((3, 4), dtype=bool), 1.0)).all()


def test_where_all_cells_are_marked_no_distance_is_left() -> None:
    assert not distance_on_map(np.ones((5, 4), dtype=bool), 7.0).any()


def test_one_mark_makes_circles() -> None:
    marked = np.zeros((301, 401), dtype=bool)
    marked[100, 50] = True
    i, j = np.indices(marked.shape)
    np.testing.assert_allclose(distance_on_map(marked, 10.0), 10 * np.hypot(i - 100, j - 50), 1e-7)


@pytest.mark.parametrize("cell", [0.0, -1.0, np.inf, np.nan])
def test_a_cell_without_a_size_is_refused(cell: float) -> None:
    with pytest.raises(ValueError, match="size greater than 0"):
        distance_on_map(np.ones((1, 1), dtype=bool), cell)


def test_more_rows_than_float32_counts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(euclidean, "_MOST", 3)
    with pytest.raises(ValueError, match="at most 3 rows"):
        distance_on_map(np.ones((4, 1), dtype=bool), 1.0)
