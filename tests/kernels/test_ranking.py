import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import roc_auc_score

from siting.kernels.ranking import Background, share_above

few = st.integers(-3, 3).map(float)


def test_shares_by_hand() -> None:
    background = [1.0, 2.0, 2.0, 4.0, np.nan]
    found = share_above([5.0, 4.0, 3.0, 2.0, 1.0, 0.0, np.nan], background)
    np.testing.assert_array_equal(found, [0, 1 / 8, 1 / 4, 1 / 2, 7 / 8, 1, np.nan])


@given(arrays(float, 12, elements=few), arrays(float, 7, elements=few))
def test_the_mean_share_is_one_minus_the_auc(background: np.ndarray, targets: np.ndarray) -> None:
    labels = np.r_[np.zeros(12), np.ones(7)]
    auc = roc_auc_score(labels, np.r_[background, targets])
    assert 1 - share_above(targets, background).mean() == pytest.approx(auc, abs=1e-12)


@given(arrays(float, 9, elements=few), arrays(int, 9, elements=st.integers(1, 4)))
def test_a_weight_counts_as_that_many_values(values: np.ndarray, weights: np.ndarray) -> None:
    wanted = np.arange(-4.0, 5.0)
    found = share_above(wanted, values, weights)
    np.testing.assert_allclose(found, share_above(wanted, np.repeat(values, weights)), atol=1e-14)


@given(arrays(float, 9, elements=few))
def test_shares_fall_as_values_rise_and_mirror(values: np.ndarray) -> None:
    wanted = np.linspace(-4, 4, 33)
    found = share_above(wanted, values)
    assert (np.diff(found) <= 0).all()
    assert (found[0], found[-1]) == (1.0, 0.0)
    np.testing.assert_allclose(found + share_above(-wanted, -values), 1, atol=1e-14)


def test_a_background_is_asked_in_any_shape_and_precision() -> None:
    background = Background(np.arange(10, dtype="f4").reshape(2, 5))
    assert background.share_above(np.full((2, 2), 4.5, dtype="f4")).tolist() == [[0.5, 0.5]] * 2


@pytest.mark.parametrize(
    ("values", "weights"),
    [([], None), ([np.nan], None), ([1.0], [0.0]), ([1.0, 2.0], [3.0, -1.0]), ([1.0], [np.inf])],
)
def test_a_background_that_is_none_is_refused(values: list, weights: list | None) -> None:
    with pytest.raises(ValueError, match="a background needs values"):
        Background(values, weights)
