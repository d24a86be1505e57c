"""Fuzzy logic as scikit-learn estimators: memberships in field units, and operators over them."""

from abc import abstractmethod
from collections.abc import Mapping
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import (
    BaseEstimator,
    OneToOneFeatureMixin,
    RegressorMixin,
    TransformerMixin,
    clone,
)
from sklearn.utils._param_validation import HasMethods, Interval
from sklearn.utils.validation import check_is_fitted, validate_data

from siting.errors import InputError, PipelineError
from siting.findings import warn
from siting.kernels import fuzzy
from siting.scoring.overlay_estimators import memberships
from siting.scoring.presence import weights_of

Floats = NDArray[np.float64]
_ALIKE = 0.01  # between the greatest and the least membership, which is none
_FEW = 10  # samples, of which fewer may well be alike
_ANY = Interval(Real, None, None, closed="neither")
_POSITIVE = Interval(Real, 0, None, closed="neither")


class _Membership(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Common part: every column is turned into a membership in 0..1; nothing is learned."""

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Remember the features; nothing is learned.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.
        y : ignored
        """
        self._validate_params()
        self._check()
        self._membership(validate_data(self, X, dtype=np.float64))  # which may refuse values
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Membership of each value.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
        """
        check_is_fitted(self, "n_features_in_")
        return self._membership(validate_data(self, X, dtype=np.float64, reset=False))

    def _check(self) -> None:
        """Whether the parameters go together."""

    @abstractmethod
    def _membership(self, x: Floats) -> Floats: ...


class LinearMembership(_Membership):
    """Membership that rises, or falls, in a straight line between two values.

    Parameters
    ----------
    none : float
        Value that does not belong [unit of the feature].
    full : float
        Value that belongs fully [unit of the feature]; below `none` where low values belong.

    Examples
    --------
    >>> LinearMembership(none=50, full=150).fit_transform([[50.0], [100.0], [300.0]]).tolist()
    [[0.0], [0.5], [1.0]]
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {"none": [_ANY], "full": [_ANY]}

    def __init__(self, none: float, full: float) -> None:
        self.none = none
        self.full = full

    def _check(self) -> None:
        if self.none == self.full:
            raise PipelineError(
                "VALUE_INVALID",
                "a linear membership needs two different values",
                where="LinearMembership",
                found=f"none and full are both {self.full:g}",
            )

    def _membership(self, x: Floats) -> Floats:
        return fuzzy.linear(x, self.none, self.full)


class _PositiveMembership(_Membership):
    """Common part of memberships by the ratio to a midpoint, which numbers below 0 do not have."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "midpoint": [_POSITIVE],
        "spread": [_POSITIVE],
    }

    def __init__(self, midpoint: float, spread: float = 5.0) -> None:
        self.midpoint = midpoint
        self.spread = spread

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        return tags

    def _positive(self, x: Floats) -> Floats:
        if x.size and x.min() < 0:
            raise InputError(
                "CRITERION_RANGE",
                "Negative values in data have no ratio to the midpoint",
                where=type(self).__name__,
                found=f"{x.min():g}",
                wanted="0 or more",
                fix="use LinearMembership, which takes all numbers",
            )
        return x


class LargeMembership(_PositiveMembership):
    """Membership 1 / (1 + (x/m)^-s): large values belong, the midpoint by half.

    Parameters
    ----------
    midpoint : float
        m [unit of the feature].
    spread : float
        s [1]; the greater, the steeper.

    References
    ----------
    Tsoukalas & Uhrig (1997), Fuzzy and neural approaches in engineering.

    Examples
    --------
    >>> LargeMembership(midpoint=80, spread=2).fit_transform([[0.0], [80.0], [160.0]]).tolist()
    [[0.0], [0.5], [0.8]]
    """

    def _membership(self, x: Floats) -> Floats:
        return fuzzy.large(self._positive(x), self.midpoint, self.spread)


class SmallMembership(_PositiveMembership):
    """Membership 1 / (1 + (x/m)^s): small values belong, the midpoint by half.

    Parameters
    ----------
    midpoint : float
        m [unit of the feature].
    spread : float
        s [1]; the greater, the steeper.

    References
    ----------
    Tsoukalas & Uhrig (1997), Fuzzy and neural approaches in engineering.

    Examples
    --------
    >>> SmallMembership(midpoint=80, spread=2).fit_transform([[0.0], [80.0], [160.0]]).tolist()
    [[1.0], [0.5], [0.2]]
    """

    def _membership(self, x: Floats) -> Floats:
        return fuzzy.small(self._positive(x), self.midpoint, self.spread)


class GaussianMembership(_Membership):
    """Membership exp(-(x - m)²/(2 sd²)): values near the middle belong.

    Parameters
    ----------
    middle : float
        m [unit of the feature].
    sd : float
        Distance from the middle at which .607 is left [unit of the feature]. Where a spread is
        given as in exp(-spread (x - m)²), it is 1/√(2 spread).

    Examples
    --------
    >>> GaussianMembership(100, 20).fit_transform([[100.0], [120.0]]).round(6).tolist()
    [[1.0], [0.606531]]
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {"middle": [_ANY], "sd": [_POSITIVE]}

    def __init__(self, middle: float, sd: float) -> None:
        self.middle = middle
        self.sd = sd

    def _membership(self, x: Floats) -> Floats:
        return fuzzy.gaussian(x, self.middle, self.sd)


class _Operator(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Common part: memberships of the features, combined into one."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "memberships": [dict, HasMethods("transform"), None]
    }

    def __init__(self, memberships: Mapping[str, Any] | Any = None) -> None:
        self.memberships = memberships

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = False
        tags.regressor_tags.poor_score = True  # nothing is learned from y
        return tags

    def fit(self, X: ArrayLike, y: Any = None, sample_weight: ArrayLike | None = None) -> Self:
        """Remember the features and their memberships; nothing is learned from ``y``.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features; those without a membership of their own lie in 0..1.
        y : array-like of shape (n_samples,), optional
            Checked where it is given, and otherwise ignored.
        sample_weight : array-like of shape (n_samples,), optional
            Checked where it is given, and otherwise ignored.

        Raises
        ------
        PipelineError
            COLUMN_UNKNOWN, where a membership is of a feature that there is not.

        Warns
        -----
        CRITERION_SATURATED
            Where a feature varies over ten samples or more, and its membership does not.
        """
        self._validate_params()
        target = {} if y is None else {"y": y, "y_numeric": True}
        checked = validate_data(self, X, dtype=np.float64, **target)
        values: Floats = checked if y is None else checked[0]
        weights_of(sample_weight, values)
        names = [str(each) for each in getattr(self, "feature_names_in_", ())] or [
            f"x{i}" for i in range(self.n_features_in_)
        ]
        given = self._given(names)
        self.memberships_ = [
            clone(given[name]).fit(values[:, [i]]) if name in given else None
            for i, name in enumerate(names)
        ]
        self._tell_saturated(names, values)
        return self

    def _tell_saturated(self, names: list[str], values: Floats) -> None:
        """A finding for features that vary, but that belong alike everywhere."""
        for i, (name, found) in enumerate(zip(names, self.memberships_, strict=True)):
            x = values[:, [i]]
            if found is None or len(x) < _FEW or np.ptp(x) == 0:
                continue
            u = found.transform(x)
            if np.ptp(u) < _ALIKE:
                warn(
                    "CRITERION_SATURATED",
                    f"the membership of '{name}' does not tell samples apart",
                    where=type(self).__name__,
                    found=f"{u.min():.3g} to {u.max():.3g} for values from {x.min():.6g} to "
                    f"{x.max():.6g}",
                    wanted="memberships that differ from place to place",
                    fix=f"write the bounds of {type(found).__name__} in the unit of the feature",
                )

    def _given(self, names: list[str]) -> dict[str, Any]:
        """Memberships by the names of features."""
        if self.memberships is not None and not isinstance(self.memberships, Mapping):
            return dict.fromkeys(names, self.memberships)
        given = dict(self.memberships or {})
        if unknown := [each for each in given if each not in names]:
            raise PipelineError(
                "COLUMN_UNKNOWN", "there is a membership of a feature that is not there",
                where=type(self).__name__, found=", ".join(unknown), wanted=", ".join(names),
            )  # fmt: skip
        return given

    def transform_features(self, X: ArrayLike) -> Floats:
        """Membership of each feature of each sample.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples, n_features)

        Raises
        ------
        InputError
            CRITERION_RANGE, where a feature without a membership leaves 0..1.
        """
        check_is_fitted(self, "memberships_")
        values = validate_data(self, X, dtype=np.float64, reset=False)
        return np.concatenate(
            [
                memberships(x) if found is None else found.transform(x)
                for found, x in zip(
                    self.memberships_, np.split(values, values.shape[1], axis=1), strict=True
                )
            ],
            axis=1,
        )

    def predict(self, X: ArrayLike) -> Floats:
        """Combined membership of each sample.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        return self._combined(self.transform_features(X))

    @abstractmethod
    def _combined(self, u: Floats) -> Floats: ...


class FuzzyAnd(_Operator):
    """The least membership: as good as the worst of all.

    Parameters
    ----------
    memberships : mapping or transformer, optional
        Membership of each feature by name, such as ``{heat_flow: LargeMembership(80)}``, or one
        for all; features without one are memberships already.

    Examples
    --------
    >>> FuzzyAnd().fit([[0.5, 0.3]]).predict([[0.5, 0.3]]).tolist()
    [0.3]
    """

    def _combined(self, u: Floats) -> Floats:
        return fuzzy.intersection(u)


class FuzzyOr(_Operator):
    """The greatest membership: as good as the best of all.

    Parameters
    ----------
    memberships : mapping or transformer, optional
        As in :class:`FuzzyAnd`.

    Examples
    --------
    >>> FuzzyOr().fit([[0.5, 0.3]]).predict([[0.5, 0.3]]).tolist()
    [0.5]
    """

    def _combined(self, u: Floats) -> Floats:
        return fuzzy.union(u)


class FuzzyProduct(_Operator):
    """Π u: less than the least, and less with every feature.

    Parameters
    ----------
    memberships : mapping or transformer, optional
        As in :class:`FuzzyAnd`.

    Examples
    --------
    >>> FuzzyProduct().fit([[0.5, 0.3]]).predict([[0.5, 0.3]]).tolist()
    [0.15]
    """

    def _combined(self, u: Floats) -> Floats:
        return fuzzy.algebraic_product(u)


class FuzzySum(_Operator):
    """1 - Π (1 - u): more than the greatest, and more with every feature.

    Parameters
    ----------
    memberships : mapping or transformer, optional
        As in :class:`FuzzyAnd`.

    Examples
    --------
    >>> FuzzySum().fit([[0.5, 0.3]]).predict([[0.5, 0.3]]).round(6).tolist()
    [0.65]
    """

    def _combined(self, u: Floats) -> Floats:
        return fuzzy.algebraic_sum(u)


class FuzzyGamma(_Operator):
    """sum^γ product^(1-γ), between the product and the sum.

    Parameters
    ----------
    gamma : float
        γ in 0..1 [1]: 0 gives the product, 1 the sum.
    memberships : mapping or transformer, optional
        As in :class:`FuzzyAnd`.

    References
    ----------
    An, Moon & Rencz (1991), Application of fuzzy set theory for integrated mineral exploration,
    Canadian Journal of Exploration Geophysics 27, 1-11.

    Examples
    --------
    >>> FuzzyGamma(0.5).fit([[0.5, 0.3]]).predict([[0.5, 0.3]]).round(7).tolist()
    [0.3122499]
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **_Operator._parameter_constraints,
        "gamma": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(self, gamma: float = 0.9, memberships: Mapping[str, Any] | Any = None) -> None:
        super().__init__(memberships)
        self.gamma = gamma

    def _combined(self, u: Floats) -> Floats:
        return fuzzy.gamma_mean(u, self.gamma)
