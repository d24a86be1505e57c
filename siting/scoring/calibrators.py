"""Curves from a score to the odds of presence among the samples, and ensembles of models with one.

Fitted on scores of models that had not seen the sample; never on scores of samples seen.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from siting.kernels.prediction import predicted
from siting.kernels.threads import single_threaded

Floats = NDArray[np.float64]
_EDGE = 1e-6  # scores nearer to 0 or 1 than this count as this near: log odds of 14
_HALF = 0.5  # of a sample that stands against certainty at either end of the scores


class IsotonicCurve(BaseEstimator):  # type: ignore[misc]
    """Share of presences that never falls with the score, whatever its shape.

    Attributes
    ----------
    curve_ : sklearn.isotonic.IsotonicRegression
        The fitted curve.

    Notes
    -----
    Isotonic regression alone says 0 below the lowest presence and 1 above the highest absence,
    with which no prior could argue. Half a presence at the lowest score and half an absence at
    the highest are added (Jeffreys' prior of a proportion).

    References
    ----------
    Zadrozny & Elkan (2002), Transforming classifier scores into accurate multiclass probability
    estimates, KDD 2002, 694-699.

    Examples
    --------
    Two absences, then two presences, each pair with half a sample against it:

    >>> curve = IsotonicCurve().fit([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1])
    >>> expit(curve.log_odds([0.0, 0.15, 0.9])).round(2).tolist()
    [0.2, 0.2, 0.8]
    """

    def fit(
        self, scores: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> "IsotonicCurve":
        """Learn the curve from scores of shape (n,) and classes 0 and 1."""
        s, target, weight = _samples(scores, y, sample_weight)
        s = np.concatenate([s, [s.min(), s.max()]])
        target = np.concatenate([target, [1.0, 0.0]])
        weight = np.concatenate([weight, [_HALF, _HALF]])
        self.curve_ = IsotonicRegression(out_of_bounds="clip").fit(s, target, weight)
        return self

    def log_odds(self, scores: ArrayLike) -> Floats:
        """Logarithm of the odds of presence among the samples, shape (n,)."""
        return np.asarray(logit(self.curve_.predict(np.asarray(scores, dtype=np.float64))))


class LogisticCurve(BaseEstimator):  # type: ignore[misc]
    """Log odds of presence that are a straight line in the log odds of the score.

    Attributes
    ----------
    slope_, intercept_ : float
        Of the line; a slope of 0 where higher scores are not more often presences.

    Notes
    -----
    Two numbers, which a few presences suffice for. Presences count as (n+ + 1)/(n+ + 2) and
    absences as 1/(n- + 2), so that a perfect score does not become certainty.

    References
    ----------
    Platt (1999), Probabilistic outputs for support vector machines, Advances in Large Margin
    Classifiers, 61-74. Kull et al. (2017), AISTATS 54, 623-631, for log odds of scores.

    Examples
    --------
    >>> curve = LogisticCurve().fit([0.2, 0.3, 0.4, 0.6, 0.7, 0.8], [0, 0, 1, 0, 1, 1])
    >>> expit(curve.log_odds([0.3, 0.5, 0.7])).round(2).tolist()
    [0.33, 0.5, 0.67]
    """

    def fit(
        self, scores: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> "LogisticCurve":
        """Learn the line from scores of shape (n,) and classes 0 and 1."""
        s, target, weight = _samples(scores, y, sample_weight)
        present, absent = weight[target == 1].sum(), weight[target == 0].sum()
        share = np.where(target == 1, (present + 1) / (present + 2), 1 / (absent + 2))
        # A share is fitted as two samples, one of either class.
        x = np.tile(_log_odds(s), 2)[:, None]
        y2 = np.repeat([1, 0], len(s))
        w2 = np.concatenate([weight * share, weight * (1 - share)])
        with single_threaded():
            line = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000).fit(x, y2, w2)
        self.slope_, self.intercept_ = float(line.coef_[0, 0]), float(line.intercept_[0])
        if self.slope_ < 0:
            self.slope_, self.intercept_ = 0.0, float(logit(np.average(share, weights=weight)))
        return self

    def log_odds(self, scores: ArrayLike) -> Floats:
        """Logarithm of the odds of presence among the samples, shape (n,)."""
        return self.intercept_ + self.slope_ * _log_odds(np.asarray(scores, dtype=np.float64))


def _samples(
    scores: ArrayLike, y: ArrayLike, weight: ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    s, target = np.asarray(scores, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return s, target, np.ones(len(s)) if weight is None else np.asarray(weight, dtype=np.float64)


def _log_odds(scores: Floats) -> Floats:
    return np.asarray(logit(np.clip(scores, _EDGE, 1 - _EDGE)))


class CalibratedEnsemble(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Refits of a classifier, each with its own curve, as :mod:`siting.scoring.calibration` makes.

    Parameters
    ----------
    estimators : list of fitted classifiers
        Refits on systems drawn with replacement.
    curves : list of fitted curves
        The curve of each, from held-out scores of the same systems.

    Notes
    -----
    Its probabilities are those among the samples; the ground's follow with a prior only.
    """

    def __init__(self, estimators: Sequence[Any], curves: Sequence[Any]) -> None:
        self.estimators = estimators
        self.curves = curves

    @property
    def classes_(self) -> NDArray[np.int64]:
        """Absence and presence."""
        return np.array([0, 1])

    def __sklearn_is_fitted__(self) -> bool:
        """It is made of fitted parts."""
        return True

    def log_odds(self, X: pd.DataFrame) -> Floats:
        """Log odds of presence among the samples, shape (estimators, n)."""
        pairs = zip(self.estimators, self.curves, strict=True)
        return np.stack([curve.log_odds(predicted(model, X)) for model, curve in pairs])

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Mean probability of absence and presence among the samples, shape (n, 2)."""
        p = expit(self.log_odds(X)).mean(axis=0)
        return np.stack([1 - p, p], axis=1)

    def predict(self, X: pd.DataFrame) -> NDArray[np.int64]:
        """The more probable class of each row."""
        return np.asarray(self.predict_proba(X)[:, 1] > 0.5, dtype=np.int64)
