import numpy as np
import pytest
from numpy.typing import NDArray

from siting.kernels.pattern_search import lowest, poll


def test_steps_are_64_of_all_directions() -> None:
    steps = poll(4)
    assert len(np.unique(steps, axis=0)) == 64
    assert (np.sort(steps, axis=0) == np.sort(-steps, axis=0)).all()


# Long valleys that lie askew to all axes, their ground a hundred times less steep than their sides.
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_ground_of_a_long_valley_is_found(seed: int) -> None:
    random = np.random.default_rng(seed)
    turned = np.linalg.qr(random.normal(size=(4, 4)))[0]
    target = random.uniform(-3, 3, (2, 4))

    def valley(
        rows: NDArray, points: NDArray, values: NDArray, steps: NDArray
    ) -> tuple[NDArray, NDArray]:
        asked = points[:, np.newaxis] + steps
        away = (asked - target[rows][:, np.newaxis]) @ turned
        return (away**2 * [1.0, 5.0, 25.0, 100.0]).sum(axis=-1), asked

    start = np.full((2, 4), 5.0)
    value = valley(np.arange(2), start, start, np.zeros((2, 1, 4)))[0][:, 0]
    point, found = lowest(valley, start, value, 1.0, 1e-5, 400)
    assert (found < 1e-7 * value).all()
    np.testing.assert_allclose(point, target, atol=1e-2)


def test_only_what_still_moves_is_asked() -> None:
    asked: list[list[int]] = []

    def steep(
        rows: NDArray, points: NDArray, values: NDArray, steps: NDArray
    ) -> tuple[NDArray, NDArray]:
        asked.append(rows.tolist())
        there = points[:, np.newaxis] + steps
        flat = (rows == 0)[:, np.newaxis]
        return np.where(flat, 1.0, there.sum(axis=-1)), there

    lowest(steep, np.zeros((2, 3)), np.array([0.0, 0.0]), 1.0, 0.4, 6)
    assert asked == [[0, 1], [0, 1], [1], [1], [1], [1]]


def test_what_an_objective_moved_is_kept_exactly() -> None:
    def rounded(
        rows: NDArray, points: NDArray, values: NDArray, steps: NDArray
    ) -> tuple[NDArray, NDArray]:
        there = np.round(points[:, np.newaxis] + steps)
        return np.abs(there - 7).sum(axis=-1), there

    found, value = lowest(rounded, np.zeros((1, 2)), np.array([14.0]), 2.0, 0.1, 50)
    assert found.tolist() == [[7.0, 7.0]]
    assert value.tolist() == [0.0]
