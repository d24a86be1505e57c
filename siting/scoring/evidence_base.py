"""What classifiers by weights of evidence share: classes, counts, posterior, test of it."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from siting.errors import InputError, PipelineError
from siting.findings import warn
from siting.kernels.evidence import (
    Classes,
    classes,
    conditions,
    looked_up,
)
from siting.scoring.presence import presence, weights_of

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
# What the literature takes as a sign of dependent evidence: fewer known places than .85 of those
# expected, or an excess of expected ones above the 95 % point of the normal distribution.
LEAST_RATIO, LARGEST_Z = 0.85, 1.645
MOST_CATEGORIES = 1000


class EvidenceClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # no types
    """Common part: classes of each feature, counts, the posterior, and the test of it."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Weights from counts of known places and of other samples by class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Evidence; NaN where it is missing.
        y : array-like of shape (n_samples,)
            Two classes, the second of which is presence: 0 and 1.
        sample_weight : array-like of shape (n_samples,), optional
            What each sample counts, such as the area of its cell.

        Raises
        ------
        InputError
            TOO_FEW_POSITIVES, with fewer than two known places, or where a class of evidence
            has a count of 0 and nothing is added; FEATURES_CONSTANT, where no feature has two
            classes.
        PipelineError
            COLUMN_UNKNOWN, where breaks or categories are of a feature that there is not.
        """
        self._validate_params()
        values, labels = validate_data(
            self, X, y, dtype=[np.float64, np.float32], ensure_all_finite="allow-nan"
        )
        weight = weights_of(sample_weight, values)
        positive = presence(self, labels, weight)
        self._make_classes(values, weight)
        combinations, totals = conditions(values, positive, weight, self._classes())
        self.counts_: list[Floats] = [
            np.stack([np.bincount(each, sums, size).astype(np.float64) for sums in totals])
            for each, size in zip(combinations.T, self._classes().sizes, strict=True)
        ]
        self._check_contrast()
        others, positives = totals.sum(axis=1)
        self.positives_ = float(positives)
        self.prior_ = float(positives / (positives + others))
        self.weights_, self.variances_ = self._weigh(self.smoothing)
        self._check_finite()
        self.independence_ = self._independence(combinations, totals.sum(axis=0))
        self._tell()
        return self

    def _names(self) -> list[str]:
        named = getattr(self, "feature_names_in_", None)
        count = range(self.n_features_in_)
        return [f"x{i}" for i in count] if named is None else [str(each) for each in named]

    def _classes(self) -> Classes:
        return classes(self.edges_, self.categorical_.tolist())

    def _make_classes(self, X: NDArray[Any], weight: Floats) -> None:
        names, given = self._names(), dict(self.breaks or {})
        self._check_names([*given, *(self.categorical or ())], names)
        self.categorical_ = np.array([name in (self.categorical or ()) for name in names])
        self.edges_ = [
            _categories(column, weight, name)
            if name in (self.categorical or ())
            else _given(given[name], name)
            if name in given
            else _quantiles(column, weight, self.bins)
            for name, column in zip(names, X.T, strict=True)
        ]

    def _check_names(self, given: Sequence[str], names: Sequence[str]) -> None:
        for each in given:
            if each not in names:
                raise PipelineError(
                    "COLUMN_UNKNOWN",
                    "there are breaks or categories for a feature that is not there",
                    where=type(self).__name__,
                    found=str(each),
                    wanted=", ".join(names),
                )

    def _check_contrast(self) -> None:
        if not any(np.count_nonzero(each[:, 1:].any(axis=0)) > 1 for each in self.counts_):
            raise InputError(
                "FEATURES_CONSTANT",
                "no feature has two classes with samples in them",
                where=", ".join(self._names()),
                fix="check the layers, or give breaks within their values",
            )

    def _check_finite(self) -> None:
        for name, weights in zip(self._names(), self.weights_, strict=True):
            if not np.isfinite(weights).all():
                raise InputError(
                    "TOO_FEW_POSITIVES",
                    "a class of the evidence holds none, or all, of the known places or other "
                    "samples, so that its weight is infinite",
                    where=name,
                    fix="smoothing: 1, or fewer and wider classes",
                )

    def _independence(self, combinations: Integers, cells: Floats) -> dict[str, float]:
        """Agterberg and Cheng's test, over the combinations of classes that occur.

        Weights are those without smoothing, which would move the sum of probabilities by itself.
        """
        weights, variances = self._weigh(0.0)
        p = expit(logit(self.prior_) + _chosen(weights, combinations))
        expected = float(cells @ p)
        variance = _chosen(variances, combinations)
        # Where a class has no known place, or nothing else, P is 0 or 1 without an error.
        s = p * np.sqrt(1 / self.positives_ + np.where(np.isfinite(variance), variance, 0.0))
        s = np.where(np.isfinite(variance), s, 0.0)
        sd = float(np.sqrt(np.sum((cells * s) ** 2)))
        return {
            "known": self.positives_,
            "expected": expected,
            "expected_sd": sd,
            "ratio": self.positives_ / expected,
            "z": (expected - self.positives_) / sd if sd > 0 else 0.0,
        }

    def _tell(self) -> None:
        # No numbers: refits on folds and bootstraps would each tell theirs.
        if self.independence_["ratio"] < LEAST_RATIO or self.independence_["z"] > LARGEST_Z:
            warn(
                "EVIDENCE_DEPENDENT",
                "layers of evidence tell the same story: posterior probabilities add up to more "
                "than the known places",
                where=type(self).__name__,
                wanted=f"known / expected of {LEAST_RATIO:g} or more, and a z of {LARGEST_Z:g} "
                "or less",
                fix="join or leave out layers that go together, and read the score as a rank",
            )
        for name in self._favourable_without_places():
            warn(
                "EVIDENCE_SPARSE",
                "a class without known places counts in favour, by smoothing alone",
                where=name,
                fix="smoothing: 0.1, or fewer and wider classes",
            )

    def _favourable_without_places(self) -> list[str]:
        return [
            name
            for name, weights, (others, places) in zip(
                self._names(), self.weights_, self.counts_, strict=True
            )
            if ((weights > 0) & (others > 0) & (places == 0))[1:].any()
        ]

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Posterior probabilities of absence and presence.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Evidence; missing evidence, and a category that was not fitted on, has weight 0.

        Returns
        -------
        ndarray of shape (n_samples, 2)
        """
        p = self._posterior(self._evidence(X))
        return np.stack([1 - p, p], axis=1)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The more probable class of each sample."""
        more_probable = self.predict_proba(X)[:, 1] > 0.5
        return np.asarray(self.classes_[more_probable.astype(int)])

    def posterior_sd(self, X: ArrayLike) -> Floats:
        """Standard deviation of the posterior probability of presence.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Evidence.

        Returns
        -------
        ndarray of shape (n_samples,)
            P √(1/N(D) + Σ s²(W)), which holds where known places are rare; it is too large by a
            factor of 1/(1 - P) where they are not. Missing evidence adds nothing to it.
        """
        values = self._evidence(X)
        variance = looked_up(values, self._classes(), self.variances_)
        return self._posterior(values) * np.sqrt(1 / self.positives_ + variance)

    def _posterior(self, X: NDArray[Any]) -> Floats:
        prior = self.prior_ if self.prior is None else self.prior
        sums = looked_up(X, self._classes(), self.weights_)
        sums += logit(prior)
        return np.asarray(expit(sums, out=sums))

    def _evidence(self, X: ArrayLike) -> NDArray[Any]:
        check_is_fitted(self, "weights_")
        values: NDArray[Any] = validate_data(
            self, X, dtype=[np.float64, np.float32], ensure_all_finite="allow-nan", reset=False
        )
        return values

    def _weigh(self, smoothing: float) -> tuple[list[Floats], list[Floats]]:
        """Weights and variances of the classes of each feature."""
        raise NotImplementedError


def _categories(column: NDArray[Any], weight: Floats, name: str) -> Floats:
    found = np.unique(column[(weight > 0) & ~np.isnan(column)]).astype(np.float64)
    if len(found) > MOST_CATEGORIES:
        raise InputError(
            "CONTINUOUS_AS_CATEGORICAL",
            "a feature with so many values has no categories",
            where=name,
            found=f"{len(found):,} values",
            wanted=f"{MOST_CATEGORIES:,} at most",
            fix="take it out of categorical",
        )
    return found


def _given(breaks: Sequence[float], name: str) -> Floats:
    edges = np.asarray(breaks, dtype=np.float64)
    if edges.ndim != 1 or not len(edges) or not np.isfinite(edges).all() or (
        np.diff(edges) <= 0
    ).any():  # fmt: skip
        raise PipelineError(
            "VALUE_INVALID",
            "breaks are one ascending list of numbers",
            where=f"breaks.{name}",
            found=str(breaks)[:80],
        )
    return edges


def _quantiles(column: NDArray[Any], weight: Floats, bins: int) -> Floats:
    """Breaks between classes of like weight; fewer where values repeat."""
    known = (weight > 0) & ~np.isnan(column)
    if not known.any():
        return np.zeros(0)
    values = column[known].astype(np.float64)
    shares = np.arange(1, bins) / bins
    cuts = np.quantile(values, shares, weights=weight[known], method="inverted_cdf")
    return np.unique(cuts[cuts > values.min()])


def _chosen(tables: Sequence[Floats], combinations: Integers) -> Floats:
    """Sum over the features of what each table has for the classes of each combination."""
    parts = [table[each] for table, each in zip(tables, combinations.T, strict=True)]
    return np.asarray(np.sum(parts, axis=0))
