"""Scores of a fitted estimator for the rows of a table."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import is_classifier

from siting.errors import PipelineError, SitingError
from siting.findings import warn
from siting.kernels.linear_prediction import TRIED, linear_of, linear_scores
from siting.kernels.threads import single_threaded
from siting.kernels.tree_prediction import forest_of, is_plain, last_step, prepared, why_not

Floats = NDArray[np.float64]
FEW_ROWS = 4096  # of a table: reading the trees takes longer than scikit-learn's prediction


def predicted(estimator: Any, X: pd.DataFrame) -> Floats:
    """Score of each row: the probability of class 1, or what a regressor predicts.

    Parameters
    ----------
    estimator : fitted scikit-learn estimator
        A classifier of 0 and 1, or a regressor.
    X : pandas.DataFrame of shape (n, features)
        Features, none of them missing.

    Returns
    -------
    numpy.ndarray of shape (n,)
        float64.

    Raises
    ------
    PipelineError
        MODEL_PREDICT, with what scikit-learn says, or where a prediction is infinite.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> X = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0]})
    >>> predicted(DummyClassifier().fit(X, [0, 0, 0, 1]), X.iloc[:1]).tolist()
    [0.25]
    """
    with single_threaded(), model_errors("MODEL_PREDICT", estimator):
        forest = _forest(estimator, list(X.columns)) if len(X) > FEW_ROWS else None
        if forest is not None:
            scores = _scored(forest, estimator, np.asarray(prepared(estimator, X)))
        elif len(X) > FEW_ROWS and (linear := linear_of(estimator, X)) is not None:
            scores = linear_scores([linear], X.to_numpy(dtype=np.float64))[0]
        elif is_classifier(estimator):
            column = _presence(estimator)
            scores = np.asarray(estimator.predict_proba(X)[:, column], dtype=np.float64)
        else:
            scores = np.asarray(estimator.predict(X), dtype=np.float64).reshape(len(X))
        return _checked(scores, estimator)


def predicted_cells(
    estimator: Any, names: Sequence[str], layers: Sequence[NDArray[Any]], inside: NDArray[np.bool_]
) -> Floats:
    """Scores of the cells of a part of a raster; an ensemble of trees sees them side by side.

    Parameters
    ----------
    estimator : fitted scikit-learn estimator
        A classifier of 0 and 1, or a regressor.
    names : sequence of str
        Names of the features.
    layers : sequence of numpy.ndarray of shape (y, x)
        Features, none of them missing inside.
    inside : numpy.ndarray of bool and shape (y, x)
        Cells to score.

    Returns
    -------
    numpy.ndarray of shape (y, x)
        The same as :func:`predicted` has for the cell's row; NaN outside.

    Raises
    ------
    PipelineError
        As of :func:`predicted`.

    Notes
    -----
    An ensemble of trees that cannot be compiled is predicted by scikit-learn, with the note
    MODEL_NOT_COMPILED.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> tree = DecisionTreeRegressor().fit(pd.DataFrame({"a": [0.0, 1.0]}), [2.0, 4.0])
    >>> predicted_cells(tree, ["a"], [np.array([[0.2, 0.9]])], np.array([[True, False]])).tolist()
    [[2.0, nan]]
    """
    with single_threaded(), model_errors("MODEL_PREDICT", estimator):
        forest = _forest(estimator, names)
        if forest is not None and is_plain(estimator):
            scores = _scored(forest, estimator, list(layers), inside)
            return _checked(scores, estimator, inside)
        X = pd.DataFrame(_rows(layers, inside), columns=list(names))
        if forest is None:
            _tell_refused(estimator)
            return _placed(predicted(estimator, X), inside)
        changed = np.asarray(prepared(estimator, X))
        planes = [_placed(column, inside) for column in changed.T]
        return _checked(_scored(forest, estimator, planes, inside), estimator, inside)


def _rows(layers: Sequence[NDArray[Any]], where: Any) -> Floats:
    """Values of some cells, of shape (n, layers)."""
    return np.stack([each[where].astype(np.float64) for each in layers], axis=1)


def predicted_by_each(
    estimators: Sequence[Any],
    names: Sequence[str],
    layers: Sequence[NDArray[Any]],
    inside: NDArray[np.bool_],
) -> Floats:
    """Scores by each of several estimators, of shape (estimators, y, x).

    Parameters and errors as of :func:`predicted_cells`. Linear models share one table of the cells.
    """
    first = np.unravel_index(np.flatnonzero(inside)[:TRIED], inside.shape)
    X = pd.DataFrame(_rows(layers, first), columns=list(names))
    with single_threaded():
        linear = [each for each in (linear_of(one, X) for one in estimators) if each is not None]
        if len(linear) < len(estimators):
            found = [predicted_cells(each, names, layers, inside) for each in estimators]
            return np.stack(found)
        scores = np.full((len(estimators), *inside.shape), np.nan)
        scores[:, inside] = linear_scores(linear, _rows(layers, inside))
    for estimator, score in zip(estimators, scores, strict=True):
        with model_errors("MODEL_PREDICT", estimator):
            _checked(score, estimator, inside)
    return scores


def _forest(estimator: Any, names: Sequence[str]) -> Any:
    """The compiled ensemble that an estimator ends in, where its scores are its own."""
    known = getattr(estimator, "feature_names_in_", None)
    if known is not None and list(known) != list(names):
        return None  # scikit-learn says what is wrong
    forest = forest_of(last_step(estimator))
    if forest is None or forest.model.kind == "anomaly" or forest.model.targets != 1:
        return None
    return None if len(forest.model.classes) > 1 else forest


def _scored(forest: Any, estimator: Any, values: Any, inside: Any = None) -> Floats:
    if is_classifier(estimator):
        return np.asarray(forest.probability(_presence(estimator), values, inside))
    return np.asarray(forest.predict(values, inside))


def _checked(scores: Floats, estimator: Any, inside: Any = slice(None)) -> Floats:
    if np.isinf(scores).any():
        raise ValueError("it predicts infinite values")
    if np.isnan(scores[inside]).any():
        name = type(estimator).__name__
        warn("MODEL_PREDICTS_NAN", "the model gives some places no score", where=name)
    return scores


def _placed(values: NDArray[Any], inside: NDArray[np.bool_]) -> NDArray[Any]:
    """Values of the cells inside where they lie."""
    found = np.full(inside.shape, np.nan, dtype=np.result_type(values, np.float32))
    found[inside] = values
    return found


def _tell_refused(estimator: Any) -> None:
    last = last_step(estimator)
    if reason := why_not(last):
        warn(
            "MODEL_NOT_COMPILED",
            reason,
            where=type(last).__name__,
            fix="nothing: scikit-learn itself predicts, which takes longer",
            severity="note",
        )


def _presence(estimator: Any) -> int:
    """Column of class 1; of grades 1, 2 and 3 the probability of 1 would rank the wrong way."""
    classes = np.asarray(estimator.classes_).tolist()
    if 1 not in classes or len(classes) > 2 or max(classes, key=float) > 1:
        raise ValueError(f"it tells the classes {classes} apart, not 0 and 1")
    return int(classes.index(1))


@contextmanager
def model_errors(code: str, estimator: Any) -> Iterator[None]:
    """What scikit-learn raises inside the ``with`` block, as a PipelineError with that code.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> with model_errors("MODEL_PREDICT", Ridge()):
    ...     raise ValueError("no neighbours")
    Traceback (most recent call last):
    siting.errors.PipelineError: MODEL_PREDICT: no neighbours
      where:  Ridge
    """
    try:
        yield
    except SitingError:
        raise
    except (
        ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError
    ) as error:  # fmt: skip
        raise PipelineError(code, str(error), where=type(estimator).__name__) from error
