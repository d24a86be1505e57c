"""Fitting: one copy of an estimator for all samples, and refits that show how it would vary."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone, is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

from siting.errors import PipelineError
from siting.findings import warn
from siting.kernels.prediction import model_errors
from siting.kernels.threads import single_threaded
from siting.scoring.folds import PlacedFolds
from siting.scoring.training import Training


def fit(model: Any, X: pd.DataFrame, y: Any, weight: Any = None) -> Any:
    """A fitted copy of an estimator, its warnings turned into findings.

    Parameters
    ----------
    model : scikit-learn estimator
        Unfitted; it stays as it is.
    X : pandas.DataFrame of shape (n, features)
        Samples with the index of a training table.
    y : array-like of shape (n,)
        Targets.
    weight : array-like of shape (n,), optional
        How much each sample counts. A Pipeline hands it to its last step.

    Raises
    ------
    PipelineError
        MODEL_FIT, with what scikit-learn says; MODEL_KIND for a classifier that cannot give
        probabilities, and for an estimator that would leave the weights out.

    Examples
    --------
    >>> from sklearn.dummy import DummyRegressor
    >>> fit(DummyRegressor(), pd.DataFrame({"a": [1.0, 2.0]}), [3.0, 5.0]).constant_.item()
    4.0
    """
    named = {} if weight is None else {_weight_name(model): np.asarray(weight, dtype=float)}
    with warnings.catch_warnings(record=True) as caught, single_threaded():
        warnings.simplefilter("always")
        with model_errors("MODEL_FIT", model):
            fitted = _with_splits(clone(model), X, y).fit(X, y, **named)
    for each in caught:
        text = str(each.message).split("\n", 1)[0]
        warn("MODEL_FIT_WARNING", text, where=type(model).__name__, severity="note")
    if is_classifier(fitted) and not hasattr(fitted, "predict_proba"):
        raise PipelineError(
            "MODEL_KIND",
            "the classifier gives no probabilities",
            where=type(model).__name__,
            fix="put it inside {sklearn.calibration.CalibratedClassifierCV: {estimator: ...}}",
        )
    return fitted


def _weight_name(model: Any) -> str:
    """Name under which ``fit`` takes weights of samples.

    Raises
    ------
    PipelineError
        MODEL_KIND, where it, or what it is made of, takes none.
    """
    name = weight_argument(model)
    if name is None:
        raise PipelineError(
            "MODEL_KIND",
            "the model takes no weights of samples, and these samples have some",
            where=type(model).__name__,
            found="weights of labels, or outlines whose cells share one vote",
            fix="use a model whose fit takes sample_weight, such as {sklearn.ensemble."
            "ExtraTreesClassifier: {}}; or points as labels, without weights",
        )
    return name


def weight_argument(estimator: Any) -> str | None:
    """Name under which an estimator's ``fit`` takes weights of samples; None where it has none.

    An estimator around another one takes them only where the inner one does too: a calibration
    would otherwise count weights, and the model that it calibrates would not.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.neighbors import KNeighborsRegressor
    >>> from sklearn.preprocessing import StandardScaler
    >>> weight_argument(Pipeline([("scale", StandardScaler()), ("ridge", Ridge())]))
    'ridge__sample_weight'
    >>> weight_argument(KNeighborsRegressor()) is None
    True
    """
    from sklearn.model_selection import GridSearchCV, RandomizedSearchCV  # slow to import

    if isinstance(estimator, Pipeline):
        name, last = estimator.steps[-1]
        inner = weight_argument(last)
        return None if inner is None else f"{name}__{inner}"
    if isinstance(estimator, GridSearchCV | RandomizedSearchCV):
        return weight_argument(estimator.estimator)  # which hands on what it is given
    if not has_fit_parameter(estimator, "sample_weight"):
        return None
    inside = getattr(estimator, "estimator", None)
    return "sample_weight" if inside is None else _plain_weight(inside)


def _plain_weight(estimator: Any) -> str | None:
    """The name, where it is the plain one: weights cannot be handed into a Pipeline inside."""
    name = weight_argument(estimator)
    return name if name == "sample_weight" else None


def _with_splits(estimator: Any, X: pd.DataFrame, y: Any) -> Any:
    """The estimator with its folds as lists of rows, where it is sure to see these rows.

    Many estimators turn X into an array before they split it, or stand behind a scaler that
    does. The rows are sure for the estimator itself and along a Pipeline; deeper inside, where
    a calibration or a bagging hands on a part of the rows, folds go by the index of X.
    """
    if isinstance(estimator, Pipeline):
        for _, step in estimator.steps:
            _with_splits(step, X, y)
    elif isinstance(getattr(estimator, "cv", None), PlacedFolds):
        estimator.set_params(cv=list(estimator.cv.split(X, y)))
    return estimator


def bootstrap_rows(table: Training, count: int, seed: int = 0) -> list[Any]:
    """Rows of samples drawn with replacement, all cells of a field together.

    Fields and background are drawn apart, so that their numbers stay as they are; each set has
    two different fields at least.

    Parameters
    ----------
    table : Training
        Samples.
    count : int
        How many sets of rows.
    seed : int
        Seed; the sets do not depend on how many are asked for.
    """
    group = table.X.index.get_level_values("group").to_numpy()
    strata = np.where(table.background, 2, np.asarray(table.y > 0) if _is_binary(table) else 1)
    return [
        np.concatenate([_drawn(group, strata == each, rng) for each in np.unique(strata)])
        for rng in (np.random.default_rng([seed, number]) for number in range(count))
    ]


def _is_binary(table: Training) -> bool:
    return table.y.dtype.kind == "i"


def _drawn(group: Any, stratum: Any, rng: np.random.Generator) -> Any:
    """Rows of groups drawn with replacement from one stratum, as many groups as it has."""
    rows = np.flatnonzero(stratum)
    number, names = pd.factorize(group[rows])
    drawn = rng.integers(len(names), size=len(names))
    while len(names) > 1 and len(np.unique(drawn)) < 2:
        drawn = rng.integers(len(names), size=len(names))
    members = np.split(np.argsort(number, kind="stable"), np.cumsum(np.bincount(number))[:-1])
    return rows[np.concatenate([members[each] for each in drawn])]
