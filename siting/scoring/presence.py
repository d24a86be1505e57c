"""What estimators of presence are fitted on: two classes, enough of each, and weights."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import _safe_indexing, get_tags
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import _check_sample_weight, has_fit_parameter, validate_data

from siting.errors import InputError, PipelineError
from siting.wording import counted

Floats = NDArray[np.float64]


def presence(estimator: Any, y: Any, weight: Floats) -> NDArray[np.bool_]:
    """Which samples are known places; the estimator gets its ``classes_``.

    Parameters
    ----------
    estimator : scikit-learn classifier
        Its ``classes_`` are set: two, the second of which is presence.
    y : array of shape (n,)
        Targets of two classes.
    weight : array of shape (n,)
        Weights; a sample without weight counts as absent.

    Raises
    ------
    InputError
        TOO_FEW_POSITIVES, with one class only, or fewer than two known places.
    ValueError
        More than two classes, or a quantity.

    Examples
    --------
    >>> class Model: pass
    >>> presence(Model(), np.array([0, 1, 1]), np.ones(3)).tolist()
    [False, True, True]
    """
    kind = type_of_target(y, input_name="y")
    if kind != "binary":
        check_classification_targets(y)
        raise ValueError(
            f"Only binary classification is supported. The type of the target is {kind}."
        )
    estimator.classes_ = np.unique(y)
    positive: NDArray[np.bool_] = y == estimator.classes_[-1]
    used = weight > 0
    counted_positive = int(np.count_nonzero(positive & used))
    counted_other = int(np.count_nonzero(used)) - counted_positive
    if len(estimator.classes_) < 2 or counted_positive < 2 or not counted_other:
        raise InputError(
            "TOO_FEW_POSITIVES",
            "there are too few samples of a class: two known places are needed, and other samples",
            where=type(estimator).__name__,
            found=f"{counted(counted_positive, 'sample')} of class {estimator.classes_[-1]}, "
            f"{counted(counted_other, 'other sample')}",
            fix="add labels",
        )
    return positive


def weights_of(sample_weight: ArrayLike | None, X: Any) -> Floats:
    """Weight of each sample, 1 by default; one value that is repeated takes no memory.

    Raises
    ------
    ValueError
        Another number of weights than samples, or a negative one.

    Examples
    --------
    >>> weights_of(None, [[1.0], [2.0]]).tolist()
    [1.0, 1.0]
    """
    if sample_weight is None:
        return np.broadcast_to(np.float64(1.0), len(X))
    weight: Floats = _check_sample_weight(
        sample_weight, X, dtype=np.float64, ensure_non_negative=True
    )
    return weight


def handed_on(estimator: Any, X: Any, y: Any) -> tuple[Any, Any]:
    """Samples for the estimators inside another: checked, and a DataFrame as it came.

    Names and places of the samples stay, so that constraints by name and folds by place reach
    the inner estimators. Missing values are theirs to take or to refuse.
    """
    checked, targets = validate_data(
        estimator, X, y, dtype=None, ensure_all_finite=False, accept_sparse=False
    )
    return (X if hasattr(X, "iloc") else checked), targets


def handed_on_later(estimator: Any, X: Any) -> Any:
    """Samples to predict for, with the same features in the same order as those fitted on."""
    checked = validate_data(
        estimator, X, dtype=None, ensure_all_finite=False, accept_sparse=False, reset=False
    )
    return X if hasattr(X, "iloc") else checked


def takes_missing(estimator: Any) -> bool:
    """Whether an estimator says that it takes missing values.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> takes_missing(LogisticRegression())
    False
    """
    return bool(get_tags(estimator).input_tags.allow_nan)


def fitted_copy(copy: Any, X: Any, y: Any, weight: Floats | None, rows: Any) -> Any:
    """A copy of an inner estimator, fitted on some rows, with their weights where there are any.

    Raises
    ------
    PipelineError
        MODEL_KIND, where there are weights and the estimator takes none.
    """
    given = {}
    if weight is not None:
        if not has_fit_parameter(copy, "sample_weight"):
            raise PipelineError(
                "MODEL_KIND",
                "the samples have weights, which the inner estimator cannot take",
                where=type(copy).__name__,
                fix="use an estimator whose fit has sample_weight, or leave out the weights",
            )
        given["sample_weight"] = weight[rows]
    return copy.fit(_safe_indexing(X, rows), y[rows], **given)
