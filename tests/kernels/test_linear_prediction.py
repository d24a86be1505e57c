"""Linear models give scikit-learn's scores, one at a time and many at once."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from siting.kernels.linear_prediction import linear_of, linear_scores
from siting.kernels.prediction import FEW_ROWS, predicted, predicted_by_each, predicted_cells

NAMES = ["a", "b", "c"]


def samples(seed: int, rows: int = 200) -> tuple[pd.DataFrame, Any]:
    """Features of very different sizes, and classes that they tell of."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal([0, 1e6, -3], [1, 1e3, 1e-4], (rows, 3)), columns=NAMES)
    return X, (X["a"] + rng.normal(size=rows) > 0).astype(int).to_numpy()


@pytest.mark.parametrize("last", [LinearRegression(), Ridge(), LogisticRegression(C=0.1)], ids=str)
@pytest.mark.parametrize(
    "scaler", [None, StandardScaler(), StandardScaler(with_mean=False)], ids=str
)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000))
def test_scores_are_those_of_scikit_learn(scaler: Any, last: Any, seed: int) -> None:
    X, y = samples(seed)
    if scaler is None or not scaler.with_mean:  # large numbers that cancel are left to scikit-learn
        X[["b", "c"]] = (X[["b", "c"]] - X[["b", "c"]].mean()) / X[["b", "c"]].std()
    model = (make_pipeline(scaler, last) if scaler is not None else last).fit(X, y)
    found = linear_of(model, X)
    assert found is not None
    own = model.predict_proba(X)[:, 1] if hasattr(model, "predict_proba") else model.predict(X)
    np.testing.assert_allclose(linear_scores([found], X.to_numpy())[0], own, rtol=0, atol=1e-9)


def test_a_place_alone_has_the_bytes_that_it_has_amid_others() -> None:
    X, y = samples(1)
    model = linear_of(make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y), X)
    assert model is not None
    together = linear_scores([model, model], X.to_numpy())
    alone = [linear_scores([model], X.to_numpy()[[row]])[0, 0] for row in range(len(X))]
    assert together[1].tobytes() == np.array(alone).tobytes()


def test_other_estimators_are_left_to_scikit_learn() -> None:
    X, y = samples(2)
    grades = np.arange(len(X)) % 3
    unlike = [
        make_pipeline(MinMaxScaler(), LogisticRegression()).fit(X, y),
        make_pipeline(StandardScaler(), LogisticRegression()).fit(X, grades),
        make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y + 1),
        LinearRegression().fit(X, np.stack([y, y], axis=1)),
    ]
    assert [linear_of(each, X) for each in unlike] == [None] * len(unlike)
    assert linear_of(Ridge().fit(X, y), X[["b", "a", "c"]]) is None


def test_a_model_that_is_fitted_again_is_read_again() -> None:
    X, y = samples(3)
    model = make_pipeline(StandardScaler(), Ridge()).fit(X, y)
    before = linear_of(model, X)
    after = linear_of(model.fit(X, 1 - y), X)
    assert before is not None
    assert after is not None
    assert not np.array_equal(before.weight, after.weight)


def test_a_model_that_scores_otherwise_is_left_to_scikit_learn() -> None:
    class Doubled(Ridge):
        pass

    X, y = samples(4)
    assert linear_of(Doubled().fit(X, y), X) is None
    model = Ridge().fit(X, y)
    model.predict = lambda table: np.zeros(len(table))
    assert linear_of(model, X) is None


def test_parts_of_rasters_get_the_scores_of_their_rows() -> None:
    X, y = samples(5, rows=FEW_ROWS + 104)
    models = [
        make_pipeline(StandardScaler(), LogisticRegression(C=c)).fit(X, y) for c in (0.1, 1.0)
    ]
    layers = [X[name].to_numpy().reshape(50, -1) for name in NAMES]
    inside = np.random.default_rng(0).random(layers[0].shape) < 0.9
    found = predicted_by_each(models, NAMES, layers, inside)
    for model, scores in zip(models, found, strict=True):
        own = model.predict_proba(X)[:, 1]
        np.testing.assert_allclose(scores[inside], own[inside.ravel()], rtol=0, atol=1e-9)
        assert np.isnan(scores[~inside]).all()
        np.testing.assert_allclose(predicted(model, X), own, rtol=0, atol=1e-9)
        one = predicted_cells(model, NAMES, layers, inside)
        np.testing.assert_allclose(one[inside], scores[inside], rtol=0, atol=1e-9)
