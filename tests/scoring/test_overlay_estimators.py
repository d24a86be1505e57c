"""Overlays as estimators: published arrays, scikit-learn's own checks, and their limits."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.utils.estimator_checks import parametrize_with_checks

from siting.scoring.overlay_estimators import FuzzyOverlay, WeightedOverlay

# Two memberships and what the fuzzy overlays of EIS Toolkit give for them (its unit tests).
A = np.array([[1, 0.5, 0.2], [0.7, 0.6, 0.5], [1, 0.2, 0.5]])
B = np.array([[0.7, 0.3, 0.1], [0.4, 0.9, 0.7], [0.9, 0.2, 1]])
EIS = {
    "product": [[0.7, 0.15, 0.02], [0.28, 0.54, 0.35], [0.9, 0.04, 0.5]],
    "sum": [[1, 0.65, 0.28], [0.82, 0.96, 0.85], [1, 0.36, 1]],
    "and": [[0.7, 0.3, 0.1], [0.4, 0.6, 0.5], [0.9, 0.2, 0.5]],
    "or": [[1, 0.5, 0.2], [0.7, 0.9, 0.7], [1, 0.2, 1]],
}
memberships = arrays(
    np.float64, st.tuples(st.integers(1, 6), st.just(3)), elements=st.floats(0, 1, width=32)
)


@parametrize_with_checks([WeightedOverlay(), FuzzyOverlay("and"), FuzzyOverlay("or")])
def test_scikit_learn_finds_nothing_amiss(estimator: Any, check: Any) -> None:
    check(estimator)


def combined(estimator: Any, *layers: np.ndarray) -> np.ndarray:
    X = np.stack([each.ravel() for each in layers], axis=1)
    return estimator.fit(X).predict(X).reshape(layers[0].shape)


@pytest.mark.parametrize("operator", EIS)
def test_operators_give_the_published_arrays(operator: Any) -> None:
    assert combined(FuzzyOverlay(operator), A, B) == pytest.approx(np.array(EIS[operator]))


def test_gamma_is_the_weighted_geometric_mean_of_sum_and_product() -> None:
    # By hand for 0.5 and 0.3: sum 0.65, product 0.15, sqrt(0.65 * 0.15) = 0.3122499.
    value = combined(FuzzyOverlay("gamma", 0.5), np.array([0.5]), np.array([0.3]))
    assert value == pytest.approx(0.3122499, abs=1e-7)


@settings(max_examples=50, deadline=None)
@given(memberships)
def test_gamma_runs_from_product_to_sum(u: np.ndarray) -> None:
    ends = {g: FuzzyOverlay("gamma", g).fit(u).predict(u) for g in (0.0, 1.0)}
    assert ends[0.0] == pytest.approx(FuzzyOverlay("product").fit(u).predict(u))
    assert ends[1.0] == pytest.approx(FuzzyOverlay("sum").fit(u).predict(u))


@settings(max_examples=50, deadline=None)
@given(memberships)
def test_operators_stay_in_range_and_in_order(u: np.ndarray) -> None:
    low, least, most, high = (
        FuzzyOverlay(name).fit(u).predict(u) for name in ("product", "and", "or", "sum")
    )
    assert (low >= 0).all()
    assert (high <= 1).all()
    assert (low <= least + 1e-12).all()
    assert (least <= most).all()
    assert (most <= high + 1e-12).all()


@settings(max_examples=50, deadline=None)
@given(memberships, st.lists(st.floats(0.01, 100), min_size=3, max_size=3))
def test_contributions_add_up_to_the_index_exactly(u: np.ndarray, weights: list[float]) -> None:
    overlay = WeightedOverlay(weights).fit(u)
    assert (overlay.contributions(u).sum(axis=1) == overlay.predict(u)).all()
    assert overlay.predict(u) == pytest.approx(np.average(u, axis=1, weights=weights))


def test_named_weights_find_their_features_in_any_order() -> None:
    X = pd.DataFrame({"near": [0.0, 1.0], "hot": [1.0, 0.2]})
    overlay = WeightedOverlay({"hot": 3.0, "near": 1.0}).fit(X)
    assert overlay.predict(X) == pytest.approx([0.75, 0.4])


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0, -1.0], "not negative"),
        ([0.0, 0.0], "not all zero"),
        ([1.0, np.nan], "finite"),
        ([1.0], "1 weight for 2 features"),
        ({"hot": 1.0}, "weights are for"),
    ],
)
def test_weights_that_make_no_index_are_refused(weights: Any, message: str) -> None:
    X = pd.DataFrame({"hot": [1.0], "near": [0.0]})
    with pytest.raises(ValueError, match=message):
        WeightedOverlay(weights).fit(X)


@pytest.mark.parametrize("operator", ["product", "sum", "gamma"])
def test_memberships_outside_their_range_are_refused(operator: Any) -> None:
    with pytest.raises(ValueError, match=r"memberships lie in 0\.\.1"):
        combined(FuzzyOverlay(operator), np.array([1.2]), np.array([0.5]))


def test_an_unknown_operator_is_refused() -> None:
    with pytest.raises(ValueError, match="'operator' parameter of FuzzyOverlay"):
        FuzzyOverlay("xor").fit([[0.5]])  # type: ignore[arg-type]
