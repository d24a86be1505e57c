"""Expert overlays as scikit-learn estimators: they learn nothing, and explain themselves."""

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from siting.errors import InputError
from siting.kernels.fuzzy import OPERATORS, gamma_mean
from siting.scoring.presence import weights_of
from siting.wording import counted

Floats = NDArray[np.float64]
Operator = Literal["and", "or", "product", "sum", "gamma"]
# Rounding of float32 layers: memberships this far outside 0..1 count as 0 or 1.
TOLERANCE = 1e-6


class _Overlay(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Common part: fitting only looks at the number and names of the features."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = False
        tags.regressor_tags.poor_score = True  # nothing is learned from y
        return tags

    def fit(self, X: ArrayLike, y: Any = None, sample_weight: ArrayLike | None = None) -> Self:
        """Remember the features; nothing is learned from ``y``.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features, each in 0..1.
        y : array-like of shape (n_samples,), optional
            Checked where it is given, and otherwise ignored.
        sample_weight : array-like of shape (n_samples,), optional
            Checked where it is given, and otherwise ignored.
        """
        self._validate_params()
        target = {} if y is None else {"y": y, "y_numeric": True}
        checked = validate_data(self, X, dtype=np.float64, **target)
        weights_of(sample_weight, checked if y is None else checked[0])
        return self._prepare()

    def _prepare(self) -> Self:
        return self

    def _features(self, X: ArrayLike) -> Floats:
        check_is_fitted(self, "n_features_in_")
        values: Floats = validate_data(self, X, dtype=np.float64, order="C", reset=False)
        return values


class WeightedOverlay(_Overlay):
    """Index Σ w u / Σ w of features u, with weights set by hand.

    Parameters
    ----------
    weights : mapping or array-like, optional
        Weight of each feature, by name or in order; zero or more, one at least greater than
        zero. Without weights, all features count alike.

    Attributes
    ----------
    weights_ : ndarray of shape (n_features,)
        Weights that add up to one.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, where ``X`` had names.

    Examples
    --------
    >>> overlay = WeightedOverlay([3, 1]).fit([[0.0, 0.0]])
    >>> overlay.predict([[1.0, 0.0], [0.2, 1.0]]).tolist()
    [0.75, 0.4]
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {"weights": [dict, "array-like", None]}

    def __init__(self, weights: Mapping[str, float] | Sequence[float] | None = None) -> None:
        self.weights = weights

    def _prepare(self) -> Self:
        given = self._in_order()
        if not (np.isfinite(given).all() and (given >= 0).all() and given.sum() > 0):
            raise ValueError(f"weights must be finite, not negative, and not all zero: {given}")
        self.weights_ = given / given.sum()
        return self

    def _in_order(self) -> Floats:
        """Weights in the order of the features."""
        if self.weights is None:
            return np.ones(self.n_features_in_)
        if isinstance(self.weights, Mapping):
            names = [str(each) for each in getattr(self, "feature_names_in_", ())]
            if set(names) != set(self.weights):
                raise ValueError(f"weights are for {sorted(self.weights)}, features are {names}")
            return np.array([self.weights[name] for name in names], dtype=float)
        given = np.asarray(self.weights, dtype=float)
        if given.shape != (self.n_features_in_,):
            raise ValueError(
                f"{counted(given.size, 'weight')} for {counted(self.n_features_in_, 'feature')}"
            )
        return given

    def contributions(self, X: ArrayLike) -> Floats:
        """What each feature adds to the index, w u / Σ w.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            Parts whose sum over the features is the index.
        """
        return np.asarray(self._features(X) * self.weights_)

    def predict(self, X: ArrayLike) -> Floats:
        """Index of each sample.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        return np.asarray(self.contributions(X).sum(axis=1))


class FuzzyOverlay(_Overlay):
    """Fuzzy combination of memberships u in 0..1.

    Parameters
    ----------
    operator : {"and", "or", "product", "sum", "gamma"}
        ``and`` is the least membership, ``or`` the greatest, ``product`` Π u, ``sum``
        1 - Π (1 - u), and ``gamma`` the mean sum^γ product^(1-γ).
    gamma : float
        γ in 0..1, used by the gamma operator only: 0 gives the product, 1 the sum.

    Attributes
    ----------
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, where ``X`` had names.

    Notes
    -----
    Outside 0..1 product, sum and gamma mean nothing, so such values are refused; the least and
    the greatest of any values are what they are.

    References
    ----------
    An, Moon & Rencz (1991), Application of fuzzy set theory for integrated mineral exploration,
    Canadian Journal of Exploration Geophysics 27, 1-11.

    Examples
    --------
    >>> FuzzyOverlay("sum").fit([[0.5, 0.3]]).predict([[0.5, 0.3]]).round(6).tolist()
    [0.65]
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "operator": [StrOptions({"and", "or", "product", "sum", "gamma"})],
        "gamma": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(self, operator: Operator = "and", gamma: float = 0.9) -> None:
        self.operator = operator
        self.gamma = gamma

    def predict(self, X: ArrayLike) -> Floats:
        """Combined membership of each sample.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Memberships.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        u = self._features(X)
        if self.operator in ("and", "or"):  # of any values
            return OPERATORS[self.operator](u)
        u = memberships(u)
        return (
            gamma_mean(u, self.gamma) if self.operator == "gamma" else OPERATORS[self.operator](u)
        )


def memberships(u: Floats) -> Floats:
    """Memberships clipped to 0..1, once none is further outside than rounding takes it.

    Raises
    ------
    InputError
        CRITERION_RANGE.

    Examples
    --------
    >>> memberships(np.array([[0.2, 1.00000005]])).tolist()
    [[0.2, 1.0]]
    """
    if u.size and not (u.min() >= -TOLERANCE and u.max() <= 1 + TOLERANCE):
        raise InputError(
            "CRITERION_RANGE",
            f"memberships lie in 0..1, these in {u.min():g}..{u.max():g}",
            wanted="values from 0 (does not belong) to 1 (belongs)",
            fix="give the feature a membership, or put combine.rescale before it",
        )
    return np.asarray(np.clip(u, 0.0, 1.0))
