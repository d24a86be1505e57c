"""Voter-veto play fairway analysis as a scikit-learn classifier that experts set up."""

from collections.abc import Mapping
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted, validate_data

from siting.errors import PipelineError
from siting.scoring.presence import presence, weights_of

Floats = NDArray[np.float64]
_VOTE = {"weight": 1.0, "middle": 0.0, "scale": 1.0}


class VoterVeto(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Probability that every component of a play is there.

    Parameters
    ----------
    components : mapping, optional
        For each component (heat, permeability, fluid, ...) the features that vote on it, by
        name: each with its weight, or with ``{weight: w, middle: m, scale: s}`` for a vote of
        w (x - m)/s, m and s in the unit of the feature. By default every feature is a component
        of its own, with weight 1.
    prior : float or mapping
        Probability of each component before any vote, by name or the same for all.

    Attributes
    ----------
    component_names_ : list of str
        Names of the components.
    weights_ : ndarray of shape (n_components, n_features)
        Weights, divided by the scales.
    offsets_ : ndarray of shape (n_components,)
        Log odds of each component where all features are 0.
    classes_ : ndarray of shape (2,)
        Absence and presence: those of `y`, or 0 and 1.

    Notes
    -----
    Votes: P_c = 1 / (1 + exp(-(logit π_c + Σ w z))) with z = (x - m)/s. Veto: P = Π P_c, so that
    one component that is missing is enough to say no, and more components never make a place
    better. The product is the probability of all components if they are independent; it is not
    rescaled afterwards, since it would be none any longer. Nothing is learned from labels.

    References
    ----------
    The voter-veto combination of geoPFA, Python tools for play fairway analysis of the National
    Renewable Energy Laboratory, whose tests have the two numbers of the example.

    Examples
    --------
    One vote of weight .1 at z = 1 and z = 10, from a prior of one half:

    >>> model = VoterVeto({"heat": {"x0": 0.1}}).fit([[0.0]])
    >>> model.predict_proba([[1.0], [10.0]])[:, 1].round(8).tolist()
    [0.52497919, 0.73105858]
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "components": [dict, None],
        "prior": [Interval(Real, 0, 1, closed="neither"), dict],
    }

    def __init__(
        self,
        components: Mapping[str, Mapping[str, float | Mapping[str, float]]] | None = None,
        prior: float | Mapping[str, float] = 0.5,
    ) -> None:
        self.components = components
        self.prior = prior

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = False
        tags.classifier_tags.multi_class = False
        tags.classifier_tags.poor_score = True  # nothing is learned from y
        return tags

    def fit(self, X: ArrayLike, y: Any = None, sample_weight: ArrayLike | None = None) -> Self:
        """Bring the votes into the order of the features; nothing is learned.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.
        y : array-like of shape (n_samples,), optional
            Names the two classes, where it is given.
        sample_weight : array-like of shape (n_samples,), optional
            A sample without weight does not name a class; otherwise ignored.

        Raises
        ------
        PipelineError
            COLUMN_UNKNOWN, where a vote has no feature or a feature no vote; VALUE_INVALID.
        """
        self._validate_params()
        if y is None:
            validate_data(self, X, dtype=np.float64)
            self.classes_ = np.array([0, 1])
        else:
            X, y = validate_data(self, X, y, dtype=np.float64)
            presence(self, y, weights_of(sample_weight, X))
        names = [str(each) for each in getattr(self, "feature_names_in_", ())] or [
            f"x{i}" for i in range(self.n_features_in_)
        ]
        given = self.components or {name: {name: 1.0} for name in names}
        _check_voters(given, names)
        self.component_names_ = list(given)
        votes = [[_vote(given[each].get(name, 0.0), each, name) for name in names]
                 for each in given]  # fmt: skip
        weight, middle, scale = np.moveaxis(np.array(votes, dtype=float), 2, 0)
        self.weights_ = weight / scale
        self.offsets_ = logit(self._priors()) - (self.weights_ * middle).sum(axis=1)
        return self

    def _priors(self) -> Floats:
        if not isinstance(self.prior, Mapping):
            return np.full(len(self.component_names_), float(self.prior))
        if set(self.prior) != set(self.component_names_):
            raise PipelineError(
                "VALUE_INVALID",
                "each component needs a prior",
                where="VoterVeto.prior",
                found=", ".join(map(str, self.prior)),
                wanted=", ".join(self.component_names_),
            )
        priors = np.array([self.prior[each] for each in self.component_names_], dtype=float)
        if not ((priors > 0) & (priors < 1)).all():
            raise PipelineError(
                "VALUE_INVALID", "a prior is a probability between 0 and 1",
                where="VoterVeto.prior", found=str(dict(self.prior)),
            )  # fmt: skip
        return priors

    def component_probabilities(self, X: ArrayLike) -> Floats:
        """Probability of each component, before the veto.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples, n_components)
            In the order of ``component_names_``.
        """
        check_is_fitted(self, "weights_")
        values = validate_data(self, X, dtype=np.float64, reset=False)
        return np.asarray(expit(self.offsets_ + values @ self.weights_.T))

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Probabilities that a component is missing, and that all are there.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples, 2)
        """
        p = self.component_probabilities(X).prod(axis=1)
        return np.stack([1 - p, p], axis=1)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The more probable class of each sample."""
        more_probable = self.predict_proba(X)[:, 1] > 0.5
        return np.asarray(self.classes_[more_probable.astype(int)])


def _check_voters(components: Mapping[str, Mapping[str, Any]], names: list[str]) -> None:
    for component, votes in components.items():
        if not isinstance(votes, Mapping) or not votes:
            raise PipelineError(
                "VALUE_INVALID",
                "a component has the features that vote on it",
                where=f"VoterVeto.components.{component}",
                found=str(votes)[:80],
                wanted="{heat_flow: 0.5, ...}",
            )
    voting = {feature for votes in components.values() for feature in votes}
    if strange := sorted(map(str, voting ^ set(names))):
        raise PipelineError(
            "COLUMN_UNKNOWN",
            "votes and features do not match",
            where="VoterVeto.components",
            found=", ".join(strange),
            wanted=f"a vote for each of {', '.join(names)}",
        )


def _vote(given: float | Mapping[str, float], component: str, feature: str) -> list[float]:
    """Weight, middle and scale of one feature's vote."""
    vote = {**_VOTE, **given} if isinstance(given, Mapping) else {**_VOTE, "weight": given}
    numbers = all(isinstance(each, Real) and np.isfinite(each) for each in vote.values())
    if set(vote) != set(_VOTE) or not numbers or not vote["scale"] > 0:
        raise PipelineError(
            "VALUE_INVALID",
            "a vote is a weight, or weight, middle and scale",
            where=f"VoterVeto.components.{component}.{feature}",
            found=str(given)[:80],
            wanted="0.5, or {weight: 0.5, middle: 65, scale: 20} with a scale above 0",
        )
    return [float(vote[each]) for each in _VOTE]
