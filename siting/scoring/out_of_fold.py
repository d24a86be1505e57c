"""Scores of samples by models that were fitted without them: what may calibrate, stack or judge."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.kernels.prediction import predicted
from siting.kinds import Splitter
from siting.scoring.fitting import fit
from siting.scoring.training import Training

Floats = NDArray[np.float64]


def out_of_fold(model: Any, table: Training, folds: Splitter) -> Floats:
    """Score of each sample by a copy of the model that was fitted without the sample's fold.

    Parameters
    ----------
    model : scikit-learn estimator
        Unfitted; it stays as it is.
    table : Training
        Samples; where they have weights, the model is fitted with them.
    folds : Splitter
        Pairs of training and test rows. Samples within a buffer around a fold are in neither.

    Returns
    -------
    numpy.ndarray of shape (n,)
        Probability of class 1, or what a regressor predicts; NaN for samples that no fold tests.
        A sample that several folds test gets the mean of its scores.

    Raises
    ------
    InputError
        FOLDS_EMPTY, FOLDS_INDEX and the other errors of the folds.
    PipelineError
        MODEL_FIT, MODEL_KIND, MODEL_PREDICT.

    Examples
    --------
    With one sample in each fold, a constant model gives each the mean of the others:

    >>> import pandas as pd
    >>> from sklearn.dummy import DummyRegressor
    >>> from sklearn.model_selection import LeaveOneOut
    >>> X = pd.DataFrame({"a": [0.0, 1.0, 2.0]})
    >>> table = Training(X, np.array([3.0, 6.0, 9.0]), ("x", "y", "z"), {})
    >>> out_of_fold(DummyRegressor(), table, LeaveOneOut()).tolist()
    [7.5, 6.0, 4.5]
    """
    total, count = np.zeros(len(table.X)), np.zeros(len(table.X))
    for train, test in folds.split(table.X, table.y):
        fitted = fitted_on(model, table, train)
        total[test] += predicted(fitted, table.X.iloc[test])
        count[test] += 1
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def fitted_on(model: Any, table: Training, rows: NDArray[np.int64]) -> Any:
    """A copy of the model fitted on some rows of a table, by their weights where it has any."""
    weight = getattr(table, "weight", None)
    named = {} if weight is None else {"weight": weight[rows]}
    return fit(model, table.X.iloc[rows], table.y[rows], **named)
