"""Scores of linear models, of many at once for the same places; scikit-learn's own, without it."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

Floats = NDArray[np.float64]

TRIED = 64  # places at which scikit-learn is asked too
_AS_GOOD_AS = 1e-12  # share of the largest score by which the two may differ


# What was found of an estimator, as long as it is not fitted again.
_known: WeakKeyDictionary[Any, tuple[tuple[Any, ...], "LinearModel | None"]] = WeakKeyDictionary()


class LinearModel(NamedTuple):
    """A score that is a weighted sum of standardised features, or its logistic function.

    Attributes
    ----------
    mean, scale : numpy.ndarray of shape (features,)
        By which features are standardised.
    weight : numpy.ndarray of shape (features,)
        Of the standardised features.
    intercept : float
        The sum where all features are at their means.
    logistic : bool
        Whether the score is the probability whose log odds the sum is.
    """

    mean: Floats
    scale: Floats
    weight: Floats
    intercept: float
    logistic: bool


def linear_of(estimator: Any, X: pd.DataFrame) -> LinearModel | None:
    """The linear model that a fitted estimator is; None where it is none.

    Parameters
    ----------
    estimator : fitted scikit-learn estimator
        Least squares, ridge or logistic regression of 0 and 1, behind a scaler or alone.
    X : pandas.DataFrame of shape (n, features)
        Places at whose first few scikit-learn's own scores have to be the same.

    Examples
    --------
    >>> X = pd.DataFrame({"a": [0.0, 1.0, 2.0]})
    >>> model = linear_of(LinearRegression().fit(X, [1.0, 3.0, 5.0]), X)
    >>> linear_scores([model], X.to_numpy()).round(9).tolist()
    [[1.0, 3.0, 5.0]]
    """
    steps = [each for _, each in estimator.steps] if type(estimator) is Pipeline else [estimator]
    last = steps.pop()
    if type(last) not in (LinearRegression, Ridge, LogisticRegression) or len(steps) > 1:
        return None
    if steps and type(steps[0]) is not StandardScaler:
        return None
    if not len(X) or list(getattr(estimator, "feature_names_in_", ())) != list(X.columns):
        return None  # scikit-learn says what is wrong
    logistic = type(last) is LogisticRegression
    if np.size(last.intercept_) != 1 or (logistic and last.classes_.tolist() != [0, 1]):
        return None
    scaler = steps[0] if steps else None
    state = (scaler, getattr(scaler, "scale_", None), last.coef_)
    known = _known.get(last)
    if known is None or any(one is not now for one, now in zip(known[0], state, strict=True)):
        model = _read(scaler, last, X.shape[1], logistic)
        own = _is_own(model, estimator, X.iloc[:TRIED])
        known = _known[last] = (state, model if own else None)
    return known[1]


def _read(scaler: Any, last: Any, count: int, logistic: bool) -> LinearModel:
    # A scaler that takes no mean away knows it all the same.
    mean = scaler.mean_ if scaler is not None and scaler.with_mean else None
    scale = getattr(scaler, "scale_", None)
    return LinearModel(
        np.zeros(count) if mean is None else np.asarray(mean, dtype=np.float64),
        np.ones(count) if scale is None else np.asarray(scale, dtype=np.float64),
        np.asarray(last.coef_, dtype=np.float64).reshape(count),
        float(np.ravel(last.intercept_)[0]),
        logistic,
    )


def _is_own(model: LinearModel, estimator: Any, X: pd.DataFrame) -> bool:
    """Whether scikit-learn says the same of some places."""
    own = estimator.predict_proba(X)[:, 1] if model.logistic else estimator.predict(X)
    found = linear_scores([model], X.to_numpy(dtype=np.float64))[0]
    apart = np.abs(found - np.ravel(own))
    return bool(np.all(apart <= _AS_GOOD_AS * max(1.0, np.abs(own).max())))


def linear_scores(models: Sequence[LinearModel], places: Floats) -> Floats:
    """Scores of shape (models, n) of places of shape (n, features).

    Features are added in their order, whatever their number and that of the places: the same
    bytes for a place alone and amid others.
    """
    found = np.empty((len(models), len(places)))
    columns = np.ascontiguousarray(places.T)
    for score, model in zip(found, models, strict=True):
        score[:] = 0.0
        for column, mean, scale, weight in zip(columns, *model[:3], strict=True):
            score += (column - mean) / scale * weight
        score += model.intercept
        if model.logistic:
            from scipy.special import expit

            expit(score, out=score)
    return found
