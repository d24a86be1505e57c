"""Scores of a fitted estimator for the rows of a table."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import is_classifier

from siting.errors import PipelineError, SitingError
from siting.findings import warn
from siting.kernels.threads import single_threaded

Floats = NDArray[np.float64]


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
        if is_classifier(estimator):
            column = _presence(estimator)
            scores = np.asarray(estimator.predict_proba(X)[:, column], dtype=np.float64)
        else:
            scores = np.asarray(estimator.predict(X), dtype=np.float64).reshape(len(X))
        if np.isinf(scores).any():
            raise ValueError("it predicts infinite values")
    if np.isnan(scores).any():
        name = type(estimator).__name__
        warn("MODEL_PREDICTS_NAN", "the model gives some places no score", where=name)
    return scores


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
