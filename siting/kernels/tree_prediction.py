"""Fitted estimators that end in an ensemble of trees, ready for exact fast inference."""

import threading
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sklearn.pipeline import Pipeline

# Not imported here: compiled kernels load numba, which checking a pipeline file does not need.
Forest = Any


@dataclass(frozen=True)
class _Known:
    """What is known of an estimator, as long as it is not fitted again."""

    state: tuple[Any, ...]
    forest: Forest
    reason: str = ""


_known: WeakKeyDictionary[Any, _Known] = WeakKeyDictionary()
_lock = threading.Lock()


def forest_of(estimator: Any) -> Forest | None:
    """The ensemble of trees that an estimator is, compiled once; None where it cannot be.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> tree = DecisionTreeRegressor().fit([[0.0], [1.0]], [2.0, 4.0])
    >>> forest_of(tree) is forest_of(tree)
    True
    >>> from sklearn.linear_model import LinearRegression
    >>> forest_of(LinearRegression()) is None
    True
    """
    return _found(estimator).forest if _may_be_trees(estimator) else None


def why_not(estimator: Any) -> str:
    """Why an ensemble of trees cannot be compiled; nothing for other estimators."""
    return _found(estimator).reason if _may_be_trees(estimator) else ""


def last_step(estimator: Any) -> Any:
    """What predicts in the end: the last step of a pipeline, the best of a search.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> last_step(Pipeline([("scale", "passthrough"), ("ridge", Ridge())]))
    Ridge()
    """
    estimator = getattr(estimator, "best_estimator_", estimator)
    if isinstance(estimator, Pipeline):
        return last_step(estimator.steps[-1][1])
    return estimator


def prepared(estimator: Any, X: Any) -> Any:
    """A table as the last step sees it, by scikit-learn's own transformers."""
    estimator = getattr(estimator, "best_estimator_", estimator)
    if not isinstance(estimator, Pipeline):
        return X
    before = estimator.steps[:-1]
    for _, step in before:
        X = X if step in ("passthrough", None) else step.transform(X)
    return prepared(estimator.steps[-1][1], X)


def is_plain(estimator: Any) -> bool:
    """Whether the last step sees the features as they are."""
    estimator = getattr(estimator, "best_estimator_", estimator)
    if not isinstance(estimator, Pipeline):
        return True
    passed = all(step in ("passthrough", None) for _, step in estimator.steps[:-1])
    return passed and is_plain(estimator.steps[-1][1])


def _may_be_trees(estimator: Any) -> bool:
    from sklearn.ensemble import BaggingClassifier, BaggingRegressor
    from sklearn.ensemble._forest import BaseForest
    from sklearn.ensemble._gb import BaseGradientBoosting
    from sklearn.ensemble._hist_gradient_boosting.gradient_boosting import (
        BaseHistGradientBoosting,
    )
    from sklearn.tree import BaseDecisionTree

    trees = (
        BaseDecisionTree, BaseForest, BaseGradientBoosting, BaseHistGradientBoosting,
        BaggingClassifier, BaggingRegressor,
    )  # fmt: skip
    return isinstance(estimator, trees)


def _found(estimator: Any) -> _Known:
    with _lock:
        known, state = _known.get(estimator), _state(estimator)
        if known is None or not _same(known.state, state):
            known = _compiled(estimator, state)
            _known[estimator] = known
        return known


def _compiled(estimator: Any, state: tuple[Any, ...]) -> _Known:
    from siting.kernels.forest import CannotCompile, compiled

    try:
        return _Known(state, compiled(estimator))
    except CannotCompile as error:
        return _Known(state, None, error.reason)  # not the error: it holds the estimator


def _state(estimator: Any) -> tuple[Any, ...]:
    """What another fit replaces or lengthens, and what predictions are scaled by."""
    parts: list[Any] = [
        getattr(estimator, name, None) for name in ("tree_", "estimators_", "_predictors")
    ]
    lengths = [len(each) if hasattr(each, "__len__") else 0 for each in parts]
    return (*parts, *lengths, getattr(estimator, "learning_rate", None))


def _same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    whole = all(a is b for a, b in zip(one[:3], other[:3], strict=True))
    return whole and one[3:] == other[3:]
