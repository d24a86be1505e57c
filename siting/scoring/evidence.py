"""Weights of evidence as scikit-learn classifiers."""

import itertools
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from siting.errors import PipelineError
from siting.kernels.evidence import (
    Weights,
    weights_of_evidence,
)
from siting.scoring.evidence_base import EvidenceClassifier

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class WeightsOfEvidence(EvidenceClassifier):
    """Posterior probability from the weights of the class of each feature.

    Parameters
    ----------
    bins : int
        Classes of like numbers of samples into which a feature without breaks is cut.
    breaks : mapping, optional
        Ascending breaks of features by name, in the unit of each; a class holds its lower break.
        Without names the features are ``x0``, ``x1``, ...
    categorical : sequence of str, optional
        Features whose numbers are categories, taken as they are.
    smoothing : float
        Added to each of the four counts behind a weight. Without it a class without known
        places has an infinite weight, which is refused.
    prior : float, optional
        Probability of presence before any evidence; by default the share of known places among
        the samples, which says nothing where the others were drawn by number.

    Attributes
    ----------
    weights_, variances_ : list of ndarray
        Weight of each class of each feature and its variance, the first for missing evidence: 0.
    edges_ : list of ndarray
        Breaks or categories of each feature.
    counts_ : list of ndarray of shape (2, n_classes)
        Other samples and known places by class.
    prior_ : float
        Share of known places among the samples.
    independence_ : dict
        Test of conditional independence: ``known`` places, ``expected`` ones T = Σ N P, its
        standard deviation, ``ratio`` known / expected and ``z`` = (T - known)/s(T).
    table_ : pandas.DataFrame
        Classes with counts, weights, contrasts and their standard deviations.

    Notes
    -----
    logit P = logit π + Σ W⁺, where W⁺ is that of the class that the sample is in. A feature that
    is missing, or has one class only, counts 0, and so does a class without samples.
    The sum supposes that features are independent given presence and given absence. Where they
    are not, probabilities are too extreme: s(T) = √(Σ (N_k s_k)²) over combinations k of classes
    with N_k samples each, weights without smoothing, and an excess of T is told as the finding
    EVIDENCE_DEPENDENT.
    Smoothing by 1 favours classes without known places where these are rare, told as
    EVIDENCE_SPARSE.

    References
    ----------
    Bonham-Carter (1994), Geographic information systems for geoscientists, chapter 9; Agterberg
    & Cheng (2002), Conditional independence test for weights-of-evidence modeling, Natural
    Resources Research 11, 249-255.

    Examples
    --------
    Four of six known places, and 16 of 94 other cells, lie within a pattern:

    >>> near = np.repeat([1.0, 0.0, 1.0, 0.0], [4, 2, 16, 78])[:, None]
    >>> known = np.repeat([1, 1, 0, 0], [4, 2, 16, 78])
    >>> model = WeightsOfEvidence(categorical=["x0"], smoothing=0).fit(near, known)
    >>> model.weights_[0].round(6).tolist()
    [0.0, -0.912026, 1.365241]
    >>> model.predict_proba([[1.0], [np.nan]])[:, 1].round(6).tolist()
    [0.2, 0.06]
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "bins": [Interval(Integral, 2, 100, closed="both")],
        "breaks": [dict, None],
        "categorical": [list, tuple, None],
        "smoothing": [Interval(Real, 0, None, closed="left")],
        "prior": [Interval(Real, 0, 1, closed="neither"), None],
    }

    def __init__(
        self,
        bins: int = 5,
        *,
        breaks: Mapping[str, Sequence[float]] | None = None,
        categorical: Sequence[str] | None = None,
        smoothing: float = 1.0,
        prior: float | None = None,
    ) -> None:
        self.bins = bins
        self.breaks = breaks
        self.categorical = categorical
        self.smoothing = smoothing
        self.prior = prior

    def _patterns(self, counts: Floats, smoothing: float) -> Weights:
        """Weights of each class of a feature against its other classes, missing ones apart."""
        others, positives = counts[:, 1:].sum(axis=1)
        return weights_of_evidence(counts[1], positives, counts[0], others, smoothing)

    def _weigh(self, smoothing: float) -> tuple[list[Floats], list[Floats]]:
        weights, variances = [], []
        for counts in self.counts_:
            found = self._patterns(counts, smoothing)
            counted = counts.any(axis=0) & (np.arange(counts.shape[1]) > 0)
            told = counted & (np.count_nonzero(counted) > 1)
            weights.append(np.where(told, found.positive, 0.0))
            variances.append(np.where(told, found.positive_variance, 0.0))
        return weights, variances

    @property
    def table_(self) -> pd.DataFrame:
        """Classes of each feature with their counts and weights."""
        check_is_fitted(self, "weights_")
        parts = [
            _table(
                name,
                _labels(edges, kind),
                counts[:, 1:],
                self._patterns(counts, self.smoothing),
                slice(1, None),
            )
            for name, edges, kind, counts in zip(
                self._names(), self.edges_, self.categorical_, self.counts_, strict=True
            )
        ]
        return pd.concat(parts, ignore_index=True)


class ContrastWeightsOfEvidence(EvidenceClassifier):
    """Posterior probability from features cut in two where the contrast is best.

    Parameters
    ----------
    bins : int
        Classes of like numbers of samples, at whose breaks a feature may be cut.
    breaks : mapping, optional
        Ascending breaks of features by name at which they may be cut.
    categorical : sequence of str, optional
        Features whose numbers are categories: the pattern is one of them.
    directions : mapping, optional
        ``"ascending"``, where low values favour, or ``"descending"``, where high ones do, of
        features by name; without it both are tried.
    by : {"contrast", "studentised"}
        What is best: C = W⁺ - W⁻, or C / s(C), which leaves out small patterns.
    smoothing : float
        Added to each of the four counts behind a weight.
    prior : float, optional
        Probability of presence before any evidence; by default its share of the samples.

    Attributes
    ----------
    chosen_ : list of int
        Row of each feature's pattern among its candidates, -1 for a feature with none.
    weights_, variances_, edges_, counts_, prior_, independence_
        As in :class:`WeightsOfEvidence`.
    table_ : pandas.DataFrame
        All candidates with counts, weights and contrasts, and which were ``chosen``.

    Notes
    -----
    Cumulative weights: ascending patterns are all below a break, descending ones all from it on.
    The best of many contrasts is chosen by the labels: it is too large, the more so the more
    breaks are tried, and its standard deviation does not know of the choice. The choice is made
    within ``fit`` alone, so that folds measure what it is worth; only skill from folds that were
    not fitted on counts.

    References
    ----------
    Bonham-Carter (1994), chapter 9; see :class:`WeightsOfEvidence`.

    Examples
    --------
    >>> depth = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])[:, None]
    >>> known = np.array([1, 1, 0, 1, 0, 0, 0, 0])
    >>> model = ContrastWeightsOfEvidence(breaks={"x0": [3, 5, 7]}).fit(depth, known)
    >>> model.table_.loc[model.table_.chosen, "class"].tolist()
    ['below 5']
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **WeightsOfEvidence._parameter_constraints,
        "directions": [dict, None],
        "by": [StrOptions({"contrast", "studentised"})],
    }

    def __init__(
        self,
        bins: int = 20,
        *,
        breaks: Mapping[str, Sequence[float]] | None = None,
        categorical: Sequence[str] | None = None,
        directions: Mapping[str, Literal["ascending", "descending"]] | None = None,
        by: Literal["contrast", "studentised"] = "studentised",
        smoothing: float = 1.0,
        prior: float | None = None,
    ) -> None:
        self.bins = bins
        self.breaks = breaks
        self.categorical = categorical
        self.directions = directions
        self.by = by
        self.smoothing = smoothing
        self.prior = prior

    def _inside(self, number: int) -> NDArray[np.bool_]:
        """Candidate patterns of a feature: which classes, the missing one left out, are inside."""
        size = self.counts_[number].shape[1] - 1
        if self.categorical_[number]:
            return np.eye(size, dtype=bool)
        below = np.tri(size - 1, size, dtype=bool)
        direction = (self.directions or {}).get(self._names()[number])
        patterns = {"ascending": [below], "descending": [~below], None: [below, ~below]}
        return np.concatenate(patterns[direction])

    def _patterns(self, number: int, smoothing: float) -> tuple[Floats, Weights]:
        """Counts of other samples and known places in each candidate, and its weights."""
        counts = self.counts_[number][:, 1:]
        inside = counts @ self._inside(number).T
        others, positives = counts.sum(axis=1)
        return inside, weights_of_evidence(inside[1], positives, inside[0], others, smoothing)

    def _weigh(self, smoothing: float) -> tuple[list[Floats], list[Floats]]:
        self._check_directions()
        self.chosen_ = [self._best(number) for number in range(self.n_features_in_)]
        pairs = [self._in_two(number, best, smoothing) for number, best in enumerate(self.chosen_)]
        return [w for w, _ in pairs], [v for _, v in pairs]

    def _check_directions(self) -> None:
        self._check_names(list(self.directions or {}), self._names())
        for name, each in (self.directions or {}).items():
            if each not in ("ascending", "descending"):
                raise PipelineError(
                    "VALUE_INVALID",
                    "a direction is ascending or descending",
                    where=f"{type(self).__name__}.directions.{name}",
                    found=str(each),
                )

    def _best(self, number: int) -> int:
        inside, found = self._patterns(number, self.smoothing)
        total = self.counts_[number][:, 1:].sum()
        score = found.contrast / (found.contrast_sd if self.by == "studentised" else 1.0)
        size = inside.sum(axis=0)
        score = np.where((size > 0) & (size < total) & np.isfinite(score), score, -np.inf)
        return int(score.argmax()) if np.isfinite(score).any() else -1

    def _in_two(self, number: int, best: int, smoothing: float) -> tuple[Floats, Floats]:
        """Weight and variance of each class: those of inside or outside, 0 where missing."""
        size = self.counts_[number].shape[1]
        if best < 0:
            return np.zeros(size), np.zeros(size)
        _, found = self._patterns(number, smoothing)
        inside = self._inside(number)[best]
        weight = np.where(inside, found.positive[best], found.negative[best])
        variance = np.where(inside, found.positive_variance[best], found.negative_variance[best])
        return np.append(0.0, weight), np.append(0.0, variance)

    def _favourable_without_places(self) -> list[str]:
        """None: classes of a pattern share its weight, and a pattern is chosen for its places."""
        return []

    @property
    def table_(self) -> pd.DataFrame:
        """Candidate patterns of each feature with their counts, weights and the choice."""
        check_is_fitted(self, "weights_")
        parts = []
        for number, name in enumerate(self._names()):
            inside, found = self._patterns(number, self.smoothing)
            part = _table(name, self._labels(number), inside, found, slice(None))
            parts.append(part.assign(chosen=np.arange(len(part)) == self.chosen_[number]))
        return pd.concat(parts, ignore_index=True)

    def _labels(self, number: int) -> list[str]:
        edges = self.edges_[number]
        if self.categorical_[number]:
            return [f"{each:g}" for each in edges]
        direction = (self.directions or {}).get(self._names()[number])
        below = [f"below {each:g}" for each in edges] if direction != "descending" else []
        return below + ([f"from {each:g}" for each in edges] if direction != "ascending" else [])


def _labels(edges: Floats, categorical: bool) -> list[str]:
    if categorical:
        return [f"{each:g}" for each in edges]
    ends = [-np.inf, *edges, np.inf]
    return [f"{low:g} to {high:g}" for low, high in itertools.pairwise(ends)]


def _table(
    name: str, labels: list[str], counts: Floats, found: Weights, rows: slice
) -> pd.DataFrame:
    contrast, sd = found.contrast[rows], found.contrast_sd[rows]
    with np.errstate(invalid="ignore"):  # of infinite weights, without smoothing
        studentised = contrast / sd
    return pd.DataFrame(
        {
            "feature": name,
            "class": labels,
            "known": counts[1],
            "others": counts[0],
            "weight": found.positive[rows],
            "weight_sd": np.sqrt(found.positive_variance[rows]),
            "weight_outside": found.negative[rows],
            "weight_outside_sd": np.sqrt(found.negative_variance[rows]),
            "contrast": contrast,
            "contrast_sd": sd,
            "studentised": studentised,
        }
    )
