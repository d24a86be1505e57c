"""Bagging from positives and unlabelled samples, with probabilities that keep to a prior."""

from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import _safe_indexing, check_random_state
from sklearn.utils._param_validation import HasMethods, Interval
from sklearn.utils.validation import check_is_fitted

from siting.errors import InputError
from siting.findings import warn
from siting.kernels.mixtures import share_of_positives
from siting.scoring.folds import INDEX
from siting.scoring.presence import (
    fitted_copy,
    handed_on,
    handed_on_later,
    presence,
    takes_missing,
    weights_of,
)
from siting.wording import counted

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
MOST_DRAWN = 0.632


class PositiveUnlabelledBagging(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):  # type: ignore[misc]
    """Probability of presence where the samples without a label are not known to be absences.

    Parameters
    ----------
    estimator : classifier, optional
        Fitted on the positives against a part of the unlabelled, many times; by default a
        decision tree.
    n_estimators : int
        How many times.
    sample_size : int, optional
        Unlabelled samples in each part; by default as many as there are positives. At most .632
        of the unlabelled, the share that a bootstrap holds, so that some are left out.
    class_prior : float, optional
        Share of positives among the unlabelled; without it, estimated, which is told.
    random_state : int, optional
        Seed of the parts.

    Attributes
    ----------
    estimators_ : list of classifiers
        The fitted copies.
    class_prior_ : float
        The prior, given or estimated.
    shift_ : float
        What is added to the log odds of the mean score.
    oob_probability_ : ndarray of shape (n_samples,)
        Probability of each sample by the copies that were not fitted on it; NaN where none was.

    Notes
    -----
    A copy learns the positives against a part of the unlabelled drawn without replacement; what
    it was not fitted on gets its score. One departure from the paper: the positives are drawn
    with replacement, all cells of one field together, so that they have such scores too.
    The mean score depends on the sizes drawn, and is no probability. A constant is added to its
    log odds so that the mean out-of-bag probability of the unlabelled is the prior. The ratio of
    labelled positives (Elkan & Noto) is not used: it gives values above 1.

    References
    ----------
    Mordelet & Vert (2014), A bagging SVM to learn from positive and unlabeled examples, Pattern
    Recognition Letters 37, 201-209. The estimate of the prior:
    :func:`siting.kernels.mixtures.share_of_positives`.

    Examples
    --------
    >>> X = np.arange(60.0)[:, None]
    >>> labelled = (X[:, 0] >= 50).astype(int)
    >>> model = PositiveUnlabelledBagging(class_prior=0.2, random_state=0).fit(X, labelled)
    >>> round(float(np.nanmean(model.oob_probability_[labelled == 0])), 6)
    0.2
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "estimator": [HasMethods(["fit", "predict_proba"]), None],
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "sample_size": [Interval(Integral, 1, None, closed="left"), None],
        "class_prior": [Interval(Real, 0, 1, closed="neither"), None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator: Any = None,
        n_estimators: int = 100,
        *,
        sample_size: int | None = None,
        class_prior: float | None = None,
        random_state: int | None = None,
    ) -> None:
        self.estimator = estimator
        self.n_estimators = n_estimators
        self.sample_size = sample_size
        self.class_prior = class_prior
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = takes_missing(_base(self.estimator))
        tags.classifier_tags.poor_score = True  # class 0 is "not known", not "absent"
        return tags

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit the copies, and the constant that brings their mean to the prior.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features. With the index of a training table fields are drawn as wholes.
        y : array-like of shape (n_samples,)
            Two classes: unlabelled (0) and known places (1).
        sample_weight : array-like of shape (n_samples,), optional
            Weights, handed on to the copies; they also count in the mean that is the prior.

        Raises
        ------
        InputError
            TOO_FEW_POSITIVES.
        """
        self._validate_params()
        X, y = handed_on(self, X, y)
        weight = weights_of(sample_weight, X)
        positive = presence(self, y, weight)
        given = None if sample_weight is None else weight
        score = self._fit_copies(X, positive, weight, given)
        self.class_prior_ = self._prior(score, positive)
        unlabelled = ~positive & ~np.isnan(score) & (weight > 0)
        self.shift_ = _shift(logit(score[unlabelled]), weight[unlabelled], self.class_prior_)
        self.oob_probability_ = expit(logit(score) + self.shift_)
        return self

    def _fit_copies(
        self, X: Any, positive: NDArray[np.bool_], weight: Floats, given: Floats | None
    ) -> Floats:
        """Fit the copies; mean score of each sample by those that were not fitted on it."""
        random = check_random_state(self.random_state)
        groups = _groups(X)
        base = _base(self.estimator)
        used = np.flatnonzero(positive & (weight > 0)), np.flatnonzero(~positive & (weight > 0))
        size = self._size(len(used[0]), len(used[1]))
        total, count = np.zeros(len(positive)), np.zeros(len(positive))
        self.estimators_ = []
        for _ in range(self.n_estimators):
            rows = np.concatenate(
                [_drawn(used[0], groups, random), random.permutation(used[1])[:size]]
            )
            copy = clone(base)
            if "random_state" in copy.get_params(deep=False):
                copy.set_params(random_state=random.randint(np.iinfo(np.int32).max))
            self.estimators_.append(fitted_copy(copy, X, positive.astype(int), given, rows))
            out = np.setdiff1d(np.arange(len(positive)), rows)
            if len(out):
                score = self.estimators_[-1].predict_proba(_safe_indexing(X, out))
                total[out] += score[:, 1]
                count[out] += 1
        with np.errstate(invalid="ignore"):
            return self._inside(total / count)

    def _size(self, positives: int, unlabelled: int) -> int:
        """Unlabelled samples in each part: never all, or none would have a score."""
        if unlabelled < 2:
            raise InputError(
                "TOO_FEW_POSITIVES",
                "the class of unlabelled samples needs two at least",
                where=type(self).__name__,
                found=counted(unlabelled, "unlabelled sample"),
                fix="set `background` above 0",
            )
        return int(min(self.sample_size or positives, max(MOST_DRAWN * unlabelled, 1)))

    def _inside(self, score: Floats) -> Floats:
        """Scores kept from 0 and 1 by half a vote, so that their log odds are finite."""
        half = 0.5 / (self.n_estimators + 1)
        return np.asarray(np.clip(score, half, 1 - half))

    def _prior(self, score: Floats, positive: NDArray[np.bool_]) -> float:
        if self.class_prior is not None:
            return float(self.class_prior)
        known = ~np.isnan(score)
        warn(
            "PRIOR_ESTIMATED",
            "the share of positives among the unlabelled is estimated from the labels",
            where=type(self).__name__,
            fix="give class_prior, such as the known density of fields times the area of a cell",
        )
        if not (known & positive).any() or not (known & ~positive).any():
            return float(positive.mean())
        share = share_of_positives(score[known & positive], score[known & ~positive])
        return float(np.clip(share, 1 / (2 * len(score)), 1 - 1 / (2 * len(score))))

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Probabilities of absence and presence.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples, 2)
        """
        check_is_fitted(self, "estimators_")
        X = handed_on_later(self, X)
        score = np.mean([each.predict_proba(X)[:, 1] for each in self.estimators_], axis=0)
        p = expit(logit(self._inside(score)) + self.shift_)
        return np.stack([1 - p, p], axis=1)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The more probable class of each sample."""
        more_probable = self.predict_proba(X)[:, 1] > 0.5
        return np.asarray(self.classes_[more_probable.astype(int)])


def _base(estimator: Any) -> Any:
    return DecisionTreeClassifier() if estimator is None else estimator


def _groups(X: Any) -> Integers:
    """Number of the field that each sample belongs to; each is its own without an index."""
    index = getattr(X, "index", None)
    if isinstance(index, pd.MultiIndex) and tuple(index.names) == INDEX:
        return np.asarray(pd.factorize(index.get_level_values("group"))[0], dtype=np.int64)
    return np.arange(len(X), dtype=np.int64)


def _drawn(rows: Integers, groups: Integers, random: np.random.RandomState) -> Integers:
    """Rows of groups drawn with replacement, as many groups as there are."""
    number, names = pd.factorize(groups[rows])
    drawn = random.randint(len(names), size=len(names))
    order = np.argsort(number, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(number))[:-1])
    return np.asarray(rows[np.concatenate([members[each] for each in drawn])])


def _shift(log_odds: Floats, weight: Floats, prior: float) -> float:
    """What brings the mean probability to the prior when added to the log odds."""

    def excess(shift: float) -> float:
        return float(np.average(expit(log_odds + shift), weights=weight) - prior)

    reach = float(np.abs(log_odds).max() + abs(logit(prior)) + 1)
    return float(brentq(excess, -reach, reach, xtol=1e-12))
