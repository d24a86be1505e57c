"""What is refused, and what cells outside of a mask do."""

from typing import Any

import numpy as np
import pytest
from sklearn import ensemble, linear_model, tree
from sklearn.exceptions import NotFittedError

from siting.errors import InputError
from siting.kernels.forest import CannotCompile, compiled

from .worlds import classes, quantity, raster, rows, samples, with_gaps

FEW = {"n_estimators": 9, "random_state": 0}


class Odd(ensemble.RandomForestRegressor):  # type: ignore[misc]
    """A forest that predicts something else."""

    def predict(self, X: Any) -> Any:
        return -super().predict(X)


@pytest.mark.parametrize(
    ("estimator", "why"),
    [
        (linear_model.LinearRegression(), "no ensemble of trees"),
        (Odd(3), "no ensemble of trees"),
        (ensemble.GradientBoostingRegressor(init=linear_model.Ridge()), "estimator of its own"),
        (ensemble.BaggingRegressor(linear_model.Ridge()), "something else than single trees"),
        (ensemble.BaggingRegressor(ensemble.RandomForestRegressor(3)), "something else than"),
        (ensemble.AdaBoostRegressor(), "no ensemble of trees"),
    ],
)
def test_what_is_not_exact_is_refused(estimator: Any, why: str) -> None:
    X = samples(raster(1, (20, 30)), 2, 60)
    with pytest.raises(CannotCompile, match=why):
        compiled(estimator.fit(X, quantity(X, 1)))


def test_an_unfitted_forest_is_refused() -> None:
    with pytest.raises(NotFittedError, match="not fitted"):
        compiled(ensemble.RandomForestRegressor())


@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan, 1e39])
@pytest.mark.parametrize(
    "kind", [ensemble.GradientBoostingRegressor, ensemble.RandomForestRegressor]
)
def test_values_that_scikit_learn_refuses(kind: Any, bad: float) -> None:
    whole = raster(1, (65, 70), "f8")
    X = samples(whole, 2)
    model = kind(**FEW).fit(X, quantity(X, 2))
    whole[2, 64, 69] = bad
    if np.isnan(bad) and kind is ensemble.RandomForestRegressor:
        assert np.isfinite(compiled(model).predict(whole)).all()
        return
    with pytest.raises(ValueError, match="Input X contains"), np.errstate(over="ignore"):
        model.predict(rows(whole))
    with pytest.raises(InputError, match="NON_FINITE"):
        compiled(model).predict(whole)
    inside = np.ones((65, 70), bool)
    inside[64, 69] = False
    found = compiled(model).predict(whole, where=inside)
    assert np.isnan(found).sum() == 1


def test_cells_outside_are_missing_and_change_nothing() -> None:
    whole = raster(1, (130, 65))
    X = samples(whole, 2)
    rng = np.random.default_rng(3)
    inside = rng.random((130, 65)) < 0.7
    inside[:64, 8:40] = False
    gone = np.where(inside, whole, np.nan).astype("f4")
    for model in (
        ensemble.RandomForestClassifier(**FEW).fit(X, classes(X, 2, 3)),
        ensemble.GradientBoostingClassifier(**FEW).fit(X, classes(X, 2, 2)),
    ):
        wanted = np.where(inside, compiled(model).predict_proba(whole), np.nan)
        np.testing.assert_array_equal(compiled(model).predict_proba(gone, where=inside), wanted)
        nowhere = compiled(model).predict(whole, where=np.zeros((130, 65), bool))
        assert np.isnan(nowhere).all()


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (np.zeros((4, 3, 3)), "MODEL_FEATURES"),
        (np.zeros((3, 4)), "MODEL_FEATURES"),
        ([np.zeros((3, 3))] * 4 + [np.zeros((3, 4))], "MODEL_FEATURES"),
        (np.zeros((5, 3, 3), "c16"), "NOT_NUMERIC"),
    ],
)
def test_layers_that_do_not_fit(values: Any, code: str) -> None:
    X = samples(raster(1, (20, 30)), 2)
    forest = compiled(tree.DecisionTreeRegressor().fit(X, X[:, 0]))
    with pytest.raises(InputError, match=code):
        forest.predict(values)


def test_separate_layers_of_different_types() -> None:
    whole = np.round(raster(1, (65, 70), "f8") * 9)
    X = samples(whole, 2)
    model = ensemble.HistGradientBoostingRegressor(max_iter=9).fit(X, quantity(X, 2))
    types = ("i2", "f4", "f8", "i4", "f2")
    apart = [each.astype(t) for each, t in zip(whole, types, strict=True)]
    wanted = model.predict(np.stack([each.ravel() for each in apart], axis=1).astype("f8"))
    np.testing.assert_array_equal(compiled(model).predict(apart).ravel(), wanted)


def test_threads_and_parts_give_the_same_bytes() -> None:
    whole = with_gaps(raster(1, (200, 1100)), 2)
    X = samples(whole, 2)
    model = ensemble.RandomForestClassifier(**FEW).fit(X, classes(X, 2, 3))
    forest = compiled(model)
    wanted = forest.predict_proba(whole)
    for threads in (2, 5):
        np.testing.assert_array_equal(forest.predict_proba(whole, threads=threads), wanted)
    part = forest.predict_proba(np.ascontiguousarray(whole[:, 13:77, 5:200]))
    np.testing.assert_array_equal(part, wanted[:, 13:77, 5:200])
    np.testing.assert_array_equal(forest.predict_proba(whole[:, :, ::-1]), wanted[:, :, ::-1])


def test_nothing_to_predict() -> None:
    X = samples(raster(1, (20, 30)), 2)
    forest = compiled(tree.DecisionTreeRegressor().fit(X, X[:, 0]))
    assert forest.predict(np.zeros((0, 5))).shape == (0,)
    assert forest.predict(np.zeros((5, 0, 7))).shape == (0, 7)
