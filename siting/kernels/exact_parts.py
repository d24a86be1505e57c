"""Shapley values in closed form: for trees, linear models, and Pipelines that end in one."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline

from siting.kernels.prediction import model_errors, predicted

Floats = NDArray[np.float64]
# The closed form must give the score of the estimator itself to this, or it is not used.
AGREES = 1e-9
_COLUMN_BY_COLUMN = (
    "MaxAbsScaler", "MinMaxScaler", "PowerTransformer", "QuantileTransformer", "RobustScaler",
    "StandardScaler",
)  # fmt: skip


class Parts(NamedTuple):
    """Mean score of ordinary places, what each feature adds to it, and how that was found."""

    base: float
    parts: Floats
    method: str


def exact_parts(estimator: Any, X: pd.DataFrame, background: pd.DataFrame) -> Parts | None:
    """Shapley values against all of a background at once; None for what has no closed form.

    Parameters
    ----------
    estimator : fitted scikit-learn estimator
        A model of trees, a linear or logistic model, a search over such, or a Pipeline of
        scalers of single columns before one.
    X : pandas.DataFrame of shape (n, features)
        Places.
    background : pandas.DataFrame of shape (m, features)
        Ordinary places.

    Notes
    -----
    Parts are those of the score: a probability for a classifier. Where the score is the logistic
    function of a sum they are exact for the sum, the log-odds, and scaled to the score.

    Examples
    --------
    A linear model's parts are its slopes times the distance from the mean of the background:

    >>> from sklearn.linear_model import LinearRegression
    >>> X = pd.DataFrame({"a": [0.0, 1.0, 2.0]})
    >>> model = LinearRegression().fit(X, [1.0, 3.0, 5.0])
    >>> exact_parts(model, X.iloc[2:], X).parts.round(9).tolist()
    [[2.0]]
    """
    last, seen, ordinary = _unwrapped(estimator, X, background)
    if last is None or not len(X):
        return None
    found = _of_trees(last, seen, ordinary) or _of_line(last, seen, ordinary)
    if found is None:
        return None
    scores = predicted(estimator, X)
    return found if np.allclose(found.base + found.parts.sum(axis=1), scores, 0, AGREES) else None


def _unwrapped(estimator: Any, X: Any, background: Any) -> tuple[Any, Any, Any]:
    """The last step, and both tables as it sees them; None where columns are mixed before it."""
    estimator = getattr(estimator, "best_estimator_", estimator)
    if not isinstance(estimator, Pipeline):
        return estimator, X, background
    for _, step in estimator.steps[:-1]:
        if step in ("passthrough", None):
            continue
        if type(step).__name__ not in _COLUMN_BY_COLUMN:
            return None, X, background
        with model_errors("MODEL_PREDICT", estimator):
            X, background = step.transform(X), step.transform(background)
    return _unwrapped(estimator.steps[-1][1], X, background)


def _of_trees(estimator: Any, X: Any, background: Any) -> Parts | None:
    # Compiled kernels load numba, which checking a pipeline file does not need.
    from siting.kernels.tree_models import trees_of
    from siting.kernels.tree_shapley import tree_scores, tree_shapley

    with model_errors("MODEL_PREDICT", estimator):
        trees = trees_of(estimator, X)
    if trees is None:
        return None
    values, ordinary = (np.asarray(each, dtype=np.float64) for each in (X, background))
    own = predicted(estimator, X)
    if not np.allclose(tree_scores(trees, values), own, rtol=0, atol=AGREES):
        return None
    return Parts(*tree_shapley(trees, values, ordinary), _told("trees", trees.link))


def _of_line(estimator: Any, X: Any, background: Any) -> Parts | None:
    """Parts of a linear model: slope times difference, averaged over the background."""
    from siting.kernels.tree_shapley import IDENTITY, LOGISTIC, linked, scaling

    slope = np.atleast_2d(np.asarray(getattr(estimator, "coef_", np.zeros((0, 0)))))
    if slope.shape != (1, np.shape(X)[1]) or not hasattr(estimator, "intercept_"):
        return None
    link = LOGISTIC if is_classifier(estimator) else IDENTITY
    values, ordinary = (np.asarray(each, dtype=np.float64) for each in (X, background))
    start = float(np.ravel(estimator.intercept_)[0])
    sums, theirs = (each @ slope[0] + start for each in (values, ordinary))
    shares = np.array([[scaling(own, other, link) for other in theirs] for own in sums])
    # Sum over the background of share * (x - b), by parts.
    parts = slope[0] * (values * shares.mean(axis=1)[:, None] - shares @ ordinary / len(ordinary))
    return Parts(float(linked(theirs, link).mean()), parts, _told("linear model", link))


def _told(kind: str, link: int) -> str:
    from siting.kernels.tree_shapley import IDENTITY

    if link == IDENTITY:
        return f"exact Shapley value of the {kind} against a sample of the training data"
    return (
        f"Shapley value of the {kind} against a sample of the training data, exact in log-odds "
        "and scaled to probability"
    )
