"""Spread over trees and quantiles, against the trees one by one."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import ensemble, tree

from siting.kernels.forest import CannotCompile, compiled
from siting.kernels.forest.distribution import TargetForest, target_forest

from .worlds import classes, quantity, raster, rows, samples, with_gaps

FEW = {"n_estimators": 25, "random_state": 0}
REGRESSORS = [
    ensemble.RandomForestRegressor(min_samples_leaf=4, **FEW),
    ensemble.RandomForestRegressor(max_leaf_nodes=20, max_samples=0.4, **FEW),
    ensemble.ExtraTreesRegressor(min_samples_leaf=3, **FEW),
    tree.DecisionTreeRegressor(min_samples_leaf=9, random_state=0),
]


def test_spread_of_a_classifier_and_its_mean() -> None:
    whole = raster(1, (65, 70))
    X = samples(whole, 2)
    for count in (2, 4):
        model = ensemble.RandomForestClassifier(**FEW).fit(X, classes(X, 2, count))
        each = np.stack([one.predict_proba(rows(whole)) for one in model.estimators_])
        mean, spread = compiled(model).mean_and_spread(whole)
        wanted = each.std(axis=0).T[1 if count == 2 else slice(None)]
        np.testing.assert_allclose(spread.ravel(), wanted.ravel(), rtol=1e-10, atol=1e-12)
        chances = model.predict_proba(rows(whole)).T[1 if count == 2 else slice(None)]
        np.testing.assert_array_equal(mean.ravel(), chances.ravel())


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 999), st.floats(-9, 6))
def test_spread_keeps_its_digits_near_zero(seed: int, scale: float) -> None:
    """Targets around a thousand that differ by little: E[v²] - E[v]² would be noise."""
    whole = raster(seed, (20, 30))
    X = samples(whole, seed)
    y = 1000.0 + 10.0**scale * quantity(X, seed)
    model = ensemble.ExtraTreesRegressor(min_samples_leaf=4, **FEW).fit(X, y)
    each = np.stack([one.predict(rows(whole)) for one in model.estimators_])
    _, spread = compiled(model).mean_and_spread(whole)
    shifted = (each - each[0]).std(axis=0)  # differences of like numbers are exact
    np.testing.assert_allclose(spread.ravel(), shifted, rtol=1e-9, atol=1e-13 * np.ptp(y))


def test_trees_that_agree_have_no_spread() -> None:
    model = ensemble.ExtraTreesRegressor(**FEW).fit([[0.0], [1.0]], [0.1, 0.7])
    mean, spread = compiled(model).mean_and_spread(np.array([[[-1.0, 9.0]]]))
    assert spread.tolist() == [[0.0, 0.0]]
    np.testing.assert_allclose(mean, [[0.1, 0.7]], rtol=1e-15)


@pytest.mark.parametrize(
    "model",
    [ensemble.GradientBoostingRegressor(n_estimators=3), ensemble.IsolationForest(n_estimators=3)],
    ids=lambda each: type(each).__name__,
)
def test_boosting_and_isolation_have_no_spread(model: Any) -> None:
    fitted = model.fit(np.arange(9.0)[:, None], np.arange(9.0))
    with pytest.raises(ValueError, match="MODEL_KIND"):
        compiled(fitted).mean_and_spread(np.zeros((1, 1)))


def by_hand(forest: Any, X: NDArray[Any], y: NDArray[Any], weight: Any, table: Any) -> Any:
    """Weights of all samples at all rows."""
    members = getattr(forest, "estimators_", [forest])
    drawn = forest.estimators_samples_ if getattr(forest, "bootstrap", False) else None
    total = np.zeros((len(table), len(y)))
    for number, member in enumerate(members):
        count = np.ones(len(y)) if drawn is None else np.bincount(drawn[number], minlength=len(y))
        same = member.apply(table)[:, None] == member.apply(X.astype("f4"))[None]
        share = same * (count * weight)
        total += share / share.sum(axis=1, keepdims=True) / len(members)
    return total


@pytest.mark.parametrize("model", REGRESSORS, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("gaps", [True, False])
def test_quantiles_and_exceedance_are_those_of_weighted_samples(model: Any, gaps: bool) -> None:
    whole = raster(1, (20, 70))
    whole = with_gaps(whole, 7) if gaps else whole
    X = samples(whole, 2)
    y = np.round(quantity(X, 2), 1)  # ties
    forest = target_forest(model.fit(X, y), X, y)
    weight = by_hand(model, X, y, np.ones(len(y)), rows(whole))
    known = np.unique(y)
    below = np.stack([weight[:, y <= each].sum(axis=1) for each in known], axis=1)
    found = forest.quantiles([0.1, 0.5, 0.9], whole, threads=2)
    for share, layer in zip((0.1, 0.5, 0.9), found, strict=True):
        wanted = known[(below < share - 1e-9).sum(axis=1)]
        np.testing.assert_array_equal(layer.ravel(), wanted)
    above = forest.exceedance(0.7, whole).ravel()
    np.testing.assert_allclose(above, weight[:, y > 0.7].sum(axis=1), rtol=0, atol=1e-12)
    mean = (weight * y).sum(axis=1)  # the distribution's mean is the prediction
    np.testing.assert_allclose(mean, model.predict(rows(whole)), rtol=1e-10, atol=1e-12)


def test_many_targets_are_summed_in_parts_of_a_tile(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = raster(1, (65, 70))
    X = samples(whole, 2)
    y = quantity(X, 2)
    model = ensemble.RandomForestRegressor(**FEW).fit(X, y)
    forest: TargetForest = target_forest(model, X, y)
    wanted = forest.quantiles(0.5, whole)
    for room in (1, 70_000, 400_000):
        monkeypatch.setattr("siting.kernels.forest.distribution._ROOM", room)
        np.testing.assert_array_equal(forest.quantiles(0.5, whole), wanted)


def test_other_samples_than_those_of_the_fit_are_refused() -> None:
    whole = raster(1, (20, 30))
    X = samples(whole, 2)
    y = quantity(X, 2)
    model = ensemble.RandomForestRegressor(**FEW).fit(X, y)
    with pytest.raises(CannotCompile, match="other samples"):
        target_forest(model, X[1:], y[1:])
    with pytest.raises(CannotCompile, match="other samples"):
        target_forest(model, X, y + 1)
    with pytest.raises(CannotCompile, match="mean of regression trees"):
        target_forest(ensemble.GradientBoostingRegressor().fit(X, y), X, y)
