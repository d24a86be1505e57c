"""Fitting: weights of samples reach the estimator that learns, or are refused."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import BaggingRegressor, ExtraTreesClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from siting.errors import PipelineError
from siting.scoring.fitting import fit, weight_argument

X = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0]})
Y = np.array([0.0, 0.0, 0.0, 1.0])
WEIGHT = np.array([1.0, 2.0, 1.0, 3.0])


def piped(model: Any) -> Pipeline:
    return Pipeline([("scale", StandardScaler()), ("model", model)])


@pytest.mark.parametrize(
    "model",
    [
        LinearRegression(),
        piped(LinearRegression()),
        piped(piped(LinearRegression())),
        GridSearchCV(piped(LinearRegression()), {"model__fit_intercept": [True]}, cv=2),
    ],
    ids=["plain", "pipeline", "nested", "search"],
)
def test_weights_count_like_copies_of_a_sample(model: Any) -> None:
    # Weighted least squares with whole weights is least squares with each row as often.
    rows = np.repeat(np.arange(4), WEIGHT.astype(int))
    copies = LinearRegression().fit(X.iloc[rows], Y[rows])
    weighted = fit(model, X, Y, WEIGHT)
    assert weighted.predict(X) == pytest.approx(copies.predict(X), abs=1e-12)
    assert weighted.predict(X) != pytest.approx(fit(model, X, Y).predict(X), abs=1e-3)


@pytest.mark.parametrize(
    "model",
    [
        KNeighborsClassifier(),
        piped(KNeighborsClassifier()),
        CalibratedClassifierCV(KNeighborsClassifier()),
        CalibratedClassifierCV(piped(LogisticRegression())),
        BaggingRegressor(KNeighborsRegressor()),
    ],
    ids=["plain", "last step", "inside", "inside a pipeline inside", "bagged"],
)
def test_weights_that_would_be_left_out_are_refused(model: Any) -> None:
    with pytest.raises(PipelineError, match="^MODEL_KIND: the model takes no weights of samples"):
        fit(model, X, Y.astype(int), WEIGHT)


@pytest.mark.parametrize(
    "model",
    [ExtraTreesClassifier(), CalibratedClassifierCV(LogisticRegression()), LogisticRegression()],
)
def test_plain_names_of_weights(model: Any) -> None:
    assert weight_argument(model) == "sample_weight"
