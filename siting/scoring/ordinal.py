"""Ordered labels learned from one classifier for each threshold between them."""

from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    MetaEstimatorMixin,
    RegressorMixin,
    clone,
)
from sklearn.linear_model import LogisticRegression
from sklearn.utils._param_validation import HasMethods, Interval
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from siting.errors import InputError
from siting.scoring.presence import (
    fitted_copy,
    handed_on,
    handed_on_later,
    takes_missing,
    weights_of,
)
from siting.wording import counted

Floats = NDArray[np.float64]
_CONSTRAINTS: dict[str, list[Any]] = {"estimator": [HasMethods(["fit", "predict_proba"]), None]}


class _Thresholds(MetaEstimatorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Common part: a classifier for each threshold, and probabilities that add up."""

    estimator: Any

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = takes_missing(_base(self.estimator))
        return tags

    def _fit_thresholds(
        self, X: Any, level: NDArray[np.int64], weight: Floats, given: Floats | None
    ) -> None:
        rows = np.flatnonzero(weight > 0)
        most = int(level[rows].max(initial=0))
        if most < 1:
            raise InputError(
                "TOO_FEW_POSITIVES",
                "ordered labels need two classes at least",
                where=type(self).__name__,
                found=f"one class in {counted(len(rows), 'sample')}",
            )
        base = _base(self.estimator)
        self.estimators_ = [
            fitted_copy(clone(base), X, (level > each).astype(np.int64), given, rows)
            for each in range(most)
        ]

    def exceedance(self, X: ArrayLike) -> Floats:
        """Probability that the label is above each but the last.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples, n_levels - 1)
            Falling from left to right.
        """
        check_is_fitted(self, "estimators_")
        X = handed_on_later(self, X)
        raw = np.stack([each.predict_proba(X)[:, 1] for each in self.estimators_], axis=1)
        # Classifiers of their own may cross; the mean of the falling curves just below and just
        # above them falls, and leaves those that do not cross as they are.
        below = np.minimum.accumulate(raw, axis=1)
        above = np.maximum.accumulate(raw[:, ::-1], axis=1)[:, ::-1]
        return np.asarray((below + above) / 2)

    def _probabilities(self, X: ArrayLike) -> Floats:
        above = self.exceedance(X)
        ends = np.ones((len(above), 1)), np.zeros((len(above), 1))
        return np.asarray(-np.diff(np.concatenate([ends[0], above, ends[1]], axis=1), axis=1))


def _base(estimator: Any) -> Any:
    return LogisticRegression() if estimator is None else estimator


class OrdinalClassifier(ClassifierMixin, _Thresholds):  # type: ignore[misc]
    """Probability of each of several ordered labels.

    Parameters
    ----------
    estimator : classifier, optional
        Fitted once for each threshold; by default a logistic regression.

    Attributes
    ----------
    estimators_ : list of classifiers
        One for each label but the last: is the label above it?
    classes_ : ndarray of shape (n_classes,)
        Labels in ascending order.

    Notes
    -----
    P(y = k) = P(y > k - 1) - P(y > k). The order is used, distances between labels are not.

    References
    ----------
    Frank & Hall (2001), A simple approach to ordinal classification, ECML, LNCS 2167, 145-156.

    Examples
    --------
    >>> X = np.arange(9.0)[:, None]
    >>> model = OrdinalClassifier().fit(X, [0, 0, 0, 1, 1, 1, 2, 2, 2])
    >>> model.predict([[0.0], [4.0], [8.0]]).tolist()
    [0, 1, 2]
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = _CONSTRAINTS

    def __init__(self, estimator: Any = None) -> None:
        self.estimator = estimator

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit a classifier for each threshold.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.
        y : array-like of shape (n_samples,)
            Labels, in whose ascending order they are ranked.
        sample_weight : array-like of shape (n_samples,), optional
            Weights, handed on to the classifiers.

        Raises
        ------
        InputError
            TOO_FEW_POSITIVES, with one label only.
        """
        self._validate_params()
        X, labels = handed_on(self, X, y)
        check_classification_targets(labels)
        weight = weights_of(sample_weight, X)
        self.classes_ = np.unique(labels[weight > 0])
        level = np.searchsorted(self.classes_, labels)
        self._fit_thresholds(X, level, weight, None if sample_weight is None else weight)
        return self

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Probability of each label.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
        """
        return self._probabilities(X)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The most probable label of each sample."""
        most_probable = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[most_probable])


class OrdinalRegressor(RegressorMixin, _Thresholds):  # type: ignore[misc]
    """Expected label, or quantity, from the probabilities of its levels.

    Parameters
    ----------
    estimator : classifier, optional
        Fitted once for each threshold; by default a logistic regression.
    levels : int
        Up to so many different labels are levels as they are; more are cut into so many levels
        of like numbers of samples, each of which stands for its mean.

    Attributes
    ----------
    estimators_ : list of classifiers
        One for each level but the last: is the label above it?
    values_ : ndarray of shape (n_levels,)
        What each level stands for, ascending.

    Notes
    -----
    E[y] = Σ v_k P(level k), between the lowest and the highest level.

    References
    ----------
    Frank & Hall (2001); see :class:`OrdinalClassifier`.

    Examples
    --------
    >>> X = np.arange(9.0)[:, None]
    >>> model = OrdinalRegressor().fit(X, [0, 0, 0, 1, 1, 1, 2, 2, 2])
    >>> model.predict([[0.0], [4.0], [8.0]]).round(1).tolist()
    [0.1, 1.0, 1.9]
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **_CONSTRAINTS,
        "levels": [Interval(Integral, 2, 100, closed="both")],
    }

    def __init__(self, estimator: Any = None, levels: int = 10) -> None:
        self.estimator = estimator
        self.levels = levels

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit a classifier for each threshold.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.
        y : array-like of shape (n_samples,)
            Ordered labels as numbers, or a quantity.
        sample_weight : array-like of shape (n_samples,), optional
            Weights, handed on to the classifiers; they also count in cuts and means.

        Raises
        ------
        InputError
            TOO_FEW_POSITIVES, where all labels are equal.
        """
        self._validate_params()
        X, y = handed_on(self, X, y)
        values = np.asarray(y, dtype=np.float64)
        if not np.isfinite(values).all():
            raise ValueError("Input y contains NaN or infinity.")
        weight = weights_of(sample_weight, X)
        level = self._levels(values, weight)
        sums = np.bincount(level, weight)
        self.values_ = np.bincount(level, weight * values) / sums
        self._fit_thresholds(X, level, weight, None if sample_weight is None else weight)
        return self

    def _levels(self, values: Floats, weight: Floats) -> NDArray[np.int64]:
        """Level of each sample; those without weight are put to the one below."""
        used = weight > 0
        distinct = np.unique(values[used])
        if len(distinct) > self.levels:
            shares = np.arange(1, self.levels) / self.levels
            cuts = np.quantile(values[used], shares, weights=weight[used], method="inverted_cdf")
            distinct = np.unique([distinct[0], *cuts])
        above = np.searchsorted(distinct, values, side="right") - 1
        return np.asarray(np.clip(above, 0, None), dtype=np.int64)

    def predict(self, X: ArrayLike) -> Floats:
        """Expected label of each sample.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        return np.asarray(self._probabilities(X) @ self.values_)
