"""Where a fitted model has seen the like: the dissimilarity of a place to the training samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist
from sklearn.base import is_classifier

from siting.errors import InputError
from siting.kernels.feature_space import Space, space_of_card
from siting.kernels.prediction import model_errors
from siting.kernels.threads import single_threaded
from siting.kinds import FittedModel, Splitter

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Applicability:
    """Dissimilarity index of places to the training samples, and where it is too large.

    Attributes
    ----------
    space : Space
        Where distances are measured.
    tree : cKDTree
        Training samples in that space.
    mean_distance : float
        Mean distance between two training samples.
    threshold : float
        Dissimilarity above which the model's validation does not speak for a place.
    """

    space: Space
    tree: Any
    mean_distance: float
    threshold: float

    def dissimilarity(self, values: Floats) -> Floats:
        """Dissimilarity index of samples of shape (n, features): 0 at a training sample [1]."""
        distance: Floats = self.tree.query(self.space.points(values))[0]
        return distance / self.mean_distance

    def dissimilarity_of_cells(
        self, layers: Sequence[NDArray[Any]], inside: NDArray[np.bool_]
    ) -> Floats:
        """The same, bit for bit, for cells of a part of a raster; NaN outside.

        Parameters
        ----------
        layers : sequence of numpy.ndarray of shape (y, x)
            Features, none of them missing inside.
        inside : numpy.ndarray of bool and shape (y, x)
            Cells that are asked for.
        """
        from siting.kernels.nearest_sample import lanes, nearest_squares  # loads numba

        counts, samples = self.space.counts, np.asarray(self.tree.data)
        with np.errstate(invalid="ignore", over="ignore"):  # of cells that nobody asks for
            axes = self.space.axes([each.astype(np.float64) for each in layers])
        planes = np.stack([axis for axis, used in zip(axes, counts, strict=True) if used])
        lane = lanes(len(counts))[counts]
        distance: Floats = np.sqrt(nearest_squares(planes, inside, samples[:, counts], lane))
        return distance / self.mean_distance

    def as_card(self) -> dict[str, Any]:
        """All but the samples as plain values, for the card of a model."""
        return {
            "mean_distance": self.mean_distance,
            "threshold": self.threshold,
            "centre": self.space.centre.tolist(),
            "scale": self.space.scale.tolist(),
            "weight": self.space.weight.tolist(),
            "categories": [None if each is None else [*each] for each in self.space.categories],
        }


def restored(model: FittedModel) -> Applicability:
    """Applicability of a model that was trained elsewhere, from its card and what it has seen.

    Raises
    ------
    InputError
        MODEL_TRAINING where the model does not bring them.
    """
    try:
        told = model.card["dissimilarity"]
        space = space_of_card(told)
        mean, threshold = float(told["mean_distance"]), float(told["threshold"])
        points = space.points(np.asarray(model.seen))
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            "MODEL_TRAINING",
            "the model does not say what it was trained on: how far it holds cannot be told",
            found="no training samples, or none of their statistics",
            wanted="a model of learned.classifier, learned.regressor or learned.from_cells",
            fix="train it again with one of these, and save it as an output",
        ) from error
    return Applicability(space, cKDTree(points, leafsize=32), mean, threshold)


def applicability(
    X: pd.DataFrame,
    importance: Floats,
    folds: Splitter,
    *,
    positive: NDArray[np.bool_] | None = None,
    categorical: Sequence[bool] | None = None,
) -> Applicability:
    """Dissimilarity index after Meyer & Pebesma, learned from the training samples.

    Parameters
    ----------
    X : pandas.DataFrame of shape (n, features)
        Training samples, as a :class:`siting.scoring.training.Training` has them.
    importance : numpy.ndarray of shape (features,)
        Importance of each feature; below zero counts as zero, all zero as all alike.
    folds : Splitter
        Folds for the dissimilarity of the training samples among themselves.
    positive : numpy.ndarray of bool and shape (n,), optional
        Which samples are positives of a classifier.
    categorical : sequence of bool, optional
        Which features are categories.

    Raises
    ------
    InputError
        FEATURES_CONSTANT, where no feature varies.

    Notes
    -----
    DI = d/d̄: d is the distance to the nearest training sample among features that are
    standardised and multiplied by their importance, d̄ the mean distance of training samples.
    The threshold is min(Q75 + 1.5 IQR, maximum) of the DI of each training sample to those that
    its fold trains on. With a classifier, positives and other samples count half each, whatever
    their numbers, as they do in its AUC: among many background cells the few known fields would
    have no say, and would themselves lie beyond the threshold (a departure from the paper, which
    has no background).

    References
    ----------
    Meyer & Pebesma (2021), Predicting into unknown space? Estimating the area of applicability
    of spatial prediction models, Methods in Ecology and Evolution 12, 1620-1633.
    """
    values = X.to_numpy(dtype=np.float64)
    space = _space(values, importance, categorical or [False] * values.shape[1])
    points = space.points(values)
    mean = _mean_distance(points)
    if mean == 0:
        raise InputError(
            "FEATURES_CONSTANT",
            "no feature varies over the training samples",
            where=", ".join(map(str, X.columns)),
        )
    distance = _distance_between_folds(X, points, folds)
    threshold = upper_whisker(distance, _balanced(len(points), positive)) / mean
    return Applicability(space, cKDTree(points, leafsize=32), mean, threshold)


def _space(values: Floats, importance: Floats, categorical: Sequence[bool]) -> Space:
    weight = np.maximum(importance, 0.0)
    weight = weight / weight.max() if weight.max() > 0 else np.ones(len(weight))
    scale = values.std(axis=0)
    codes = tuple(
        tuple(float(code) for code in np.unique(column)) if is_category else None
        for column, is_category in zip(values.T, categorical, strict=True)
    )
    return Space(values.mean(axis=0), np.where(scale > 0, scale, 1.0), weight, codes)


def _mean_distance(points: Floats) -> float:
    """Mean distance between two different samples, by blocks of rows."""
    size = len(points)
    sums = [cdist(points[start : start + 512], points).sum() for start in range(0, size, 512)]
    return float(np.sum(sums) / (size * (size - 1)))


def _distance_between_folds(X: pd.DataFrame, points: Floats, folds: Splitter) -> Floats:
    """Distance of each sample to the nearest of those that its fold trains on."""
    distance = np.full(len(points), np.nan)
    with single_threaded():
        for train, test in folds.split(X):
            distance[test] = cKDTree(points[train]).query(points[test])[0]
    return distance


def _balanced(size: int, positive: NDArray[np.bool_] | None) -> Floats:
    """Weights with which positives and other samples count half each."""
    if positive is None or positive.all() or not positive.any():
        return np.ones(size)
    return np.asarray(np.where(positive, 0.5 / positive.sum(), 0.5 / (~positive).sum()))


def upper_whisker(values: Floats, weights: Floats) -> float:
    """Q75 + 1.5 IQR of weighted values, or their maximum where that is less.

    Examples
    --------
    >>> upper_whisker(np.array([1.0, 2.0, 3.0, 4.0, 99.0]), np.ones(5))
    7.0
    """
    low, high = np.quantile(values, [0.25, 0.75], weights=weights, method="inverted_cdf")
    return float(min(high + 1.5 * (high - low), values.max()))


def feature_importance(
    estimator: Any, X: pd.DataFrame, y: NDArray[Any], weight: Floats | None = None, seed: int = 0
) -> Floats:
    """How much worse the model ranks or predicts when a feature is shuffled.

    Parameters
    ----------
    estimator : fitted scikit-learn estimator
        A classifier of 0 and 1, or a regressor.
    X : pandas.DataFrame of shape (n, features)
        Training samples.
    y : numpy.ndarray of shape (n,)
        Targets.
    weight : numpy.ndarray of shape (n,), optional
        How much each sample counts.
    seed : int
        Seed of the shuffling.

    Returns
    -------
    numpy.ndarray of shape (features,)
        Loss of AUC, or of R², mean of five shuffles. Measured on the training samples, it says
        what the model uses, not what helps at new places.
    """
    from sklearn.inspection import permutation_importance  # slow to import

    scoring = "roc_auc" if is_classifier(estimator) else "r2"
    with single_threaded(), model_errors("MODEL_PREDICT", estimator):
        found = permutation_importance(
            estimator, X, y, scoring=scoring, n_repeats=5, random_state=seed, n_jobs=1,
            sample_weight=weight,
        )  # fmt: skip
    return np.asarray(found.importances_mean)
