"""Contributions add up to the score, and give each feature what is its own."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression

from siting.kernels.explain import contributions, explained, feature_orders, reasons
from siting.kernels.prediction import predicted
from siting.kinds import FittedModel
from siting.scoring.overlay_estimators import FuzzyOverlay, WeightedOverlay

NAMES = ("a", "b", "c", "d", "e")
RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.random((40, 5)), columns=list(NAMES))
Y = (X.a + X.b * X.c + 0.1 * RNG.normal(size=40) > 0.9).astype(int)
REFERENCE = X.median().to_dict()


class Product(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """x * y, an interaction and nothing else."""

    def fit(self, X: Any, y: Any = None) -> "Product":
        return self

    def predict(self, X: Any) -> Any:
        return np.asarray(X)[:, 0] * np.asarray(X)[:, 1]


@pytest.mark.parametrize(
    "estimator",
    [
        WeightedOverlay([1.0, 0.5, 0.25, 0.1, 0.1]),
        FuzzyOverlay("gamma", 0.7),
        LogisticRegression(),
        ExtraTreesClassifier(20, random_state=0),
    ],
    ids=lambda each: type(each).__name__,
)
def test_contributions_add_up_to_the_score(estimator: Any) -> None:
    model = FittedModel(estimator.fit(X, Y), NAMES)
    parts = contributions(model, X, REFERENCE)
    assert parts.sum(axis=1).to_numpy() == pytest.approx(predicted(estimator, X), abs=1e-9)
    assert list(parts) == ["contribution_base", *(f"contribution_{each}" for each in NAMES)]


def test_a_weighted_overlay_is_explained_exactly_from_zero() -> None:
    # By hand: weights 3 and 1, features 1 and .2: 3/4 * 1 and 1/4 * .2.
    overlay = WeightedOverlay([3.0, 1.0])
    place = pd.DataFrame({"a": [1.0], "b": [0.2]})
    parts = contributions(FittedModel(overlay.fit(place), ("a", "b")), place)
    assert parts.to_numpy()[0] == pytest.approx([0.0, 0.75, 0.05])


def test_a_linear_model_gives_each_feature_its_slope_times_its_difference() -> None:
    # Shapley values of a linear model are b (x - reference), whatever the order.
    y = 2 * X.a - 3 * X.b + 5
    model = FittedModel(LinearRegression().fit(X, y), NAMES)
    parts = contributions(model, X, REFERENCE)
    assert parts.contribution_a.to_numpy() == pytest.approx(2 * (X.a - REFERENCE["a"]), abs=1e-9)
    assert parts.contribution_b.to_numpy() == pytest.approx(-3 * (X.b - REFERENCE["b"]), abs=1e-9)
    assert parts.contribution_c.to_numpy() == pytest.approx(np.zeros(40), abs=1e-9)


def test_an_interaction_is_shared_in_halves() -> None:
    # x y from (1, 1) to (3, 5): 14 in all; mean of the two orders gives x
    # ((3-1)*1 + (3-1)*5)/2 = 6 and y ((5-1)*1 + (5-1)*3)/2 = 8.
    place = pd.DataFrame({"x": [3.0], "y": [5.0]})
    parts = contributions(FittedModel(Product(), ("x", "y")), place, {"x": 1.0, "y": 1.0})
    assert parts.to_numpy()[0] == pytest.approx([1.0, 6.0, 8.0])


def test_a_feature_at_the_reference_contributes_nothing() -> None:
    model = FittedModel(ExtraTreesClassifier(20, random_state=0).fit(X, Y), NAMES)
    place = X.assign(c=REFERENCE["c"])
    assert (contributions(model, place, REFERENCE).contribution_c == 0).all()


def test_explanations_do_not_change_from_call_to_call() -> None:
    model = FittedModel(ExtraTreesClassifier(20, random_state=0).fit(X, Y), NAMES)
    one, other = (contributions(model, X, REFERENCE) for _ in range(2))
    assert one.equals(other)


def test_the_reference_of_the_card_is_used() -> None:
    model = FittedModel(LogisticRegression().fit(X, Y), NAMES, {"reference": REFERENCE})
    assert contributions(model, X).equals(contributions(model, X, REFERENCE))


def test_no_place_gives_an_empty_table() -> None:
    model = FittedModel(LogisticRegression().fit(X, Y), NAMES)
    assert contributions(model, X.iloc[:0], REFERENCE).shape == (0, 6)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 9))
def test_orders_are_balanced(count: int) -> None:
    # An order and its reverse: every feature is as often before as after any other.
    orders = feature_orders(count)
    assert len(orders) <= 64
    before = sum(order.index(0) < order.index(count - 1) for order in orders)
    assert count == 1 or before == len(orders) / 2


def test_reasons_name_what_raises_and_what_lowers_in_units() -> None:
    parts = pd.DataFrame(
        {
            "contribution_base": [0.9, 0.9],
            "contribution_hot": [0.5, 0.0],
            "contribution_far": [-0.612, 0.0],
            "contribution_near": [0.1, 0.0],
            "contribution_wet": [0.05, 0.0],
            "contribution_flat": [0.001, 0.0],
        }
    )
    X = pd.DataFrame({"hot": [95.0] * 2, "far": [1234.5] * 2, "near": 0.0, "wet": 1.0, "flat": 0.0})
    units = {"hot": "mW m-2", "far": "km", "near": "1"}
    far, hot = "far 1230 km lowers by 0.61", "hot 95 mW m-2 raises by 0.5"
    assert reasons(parts, X, units, strongest=1).tolist() == [f"{far}; {hot}", ""]
    assert reasons(parts, X, units)[0] == (
        f"{far}; {hot}; near 0 raises by 0.1; wet 1 raises by 0.05"
    )


def test_explanations_hold_parts_and_words() -> None:
    model = FittedModel(LogisticRegression().fit(X, Y), NAMES, {"reference": REFERENCE})
    assert list(explained(model, X))[-1] == "reasons"
