"""Which cells to simulate next: spread out at first, then those that may be among the best."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

from siting.kernels.conformal import half_width
from siting.kernels.prediction import predicted
from siting.kernels.threads import single_threaded
from siting.scoring.fitting import fit

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
FOLDS = 5
_SAMPLE = 20_000  # cells that clusters are sought in


def spread_out(X: pd.DataFrame, count: int, seed: int = 0) -> Integers:
    """Rows spread over the space of the features: the one nearest to each of as many clusters.

    Parameters
    ----------
    X : pandas.DataFrame of shape (n, features)
        Features.
    count : int
        How many rows; all where there are no more.

    Returns
    -------
    numpy.ndarray
        Rising, each row once.

    Examples
    --------
    >>> X = pd.DataFrame({"a": [0.0, 0.1, 5.0, 5.1, 9.0, 9.2]})
    >>> len(spread_out(X, 3))
    3
    """
    if count >= len(X):
        return np.arange(len(X))
    scaled = ((X - X.mean()) / X.std().replace(0, 1)).to_numpy()
    drawn = np.arange(len(X))
    if len(X) > max(_SAMPLE, 4 * count):
        size = max(_SAMPLE, 4 * count)
        drawn = np.sort(np.random.default_rng(seed).choice(len(X), size, replace=False))
    with single_threaded(), warnings.catch_warnings():
        # Fewer different cells than clusters: others fill up below.
        warnings.simplefilter("ignore", ConvergenceWarning)
        clusters = KMeans(count, n_init=1, max_iter=20, random_state=seed).fit(scaled[drawn])
        distance = clusters.transform(scaled[drawn])
    nearest = np.unique(drawn[distance.argmin(axis=0)])
    others = np.random.default_rng(seed).permutation(np.setdiff1d(drawn, nearest))
    return np.asarray(np.sort(np.concatenate([nearest, others[: count - len(nearest)]])))


def block_of(place: pd.DataFrame, size: float) -> Integers:
    """Number of the block of longitude and latitude that each place lies in.

    Examples
    --------
    >>> places = pd.DataFrame({"longitude": [-179.0, -178.0, 10.0], "latitude": [1.0, 2.0, 1.0]})
    >>> block_of(places, 20.0).tolist()
    [0, 0, 1]
    """
    row = np.floor((place["latitude"].to_numpy() + 90) / size).astype(np.int64)
    column = np.floor((place["longitude"].to_numpy() % 360) / size).astype(np.int64)
    numbers = pd.factorize(row * 10_000 + column)[0]
    return np.asarray(numbers, dtype=np.int64)


def folds_of(block: Integers, seed: int = 0) -> Integers:
    """Fold of each row; a block is never split."""
    count = int(block.max()) + 1
    dealt = np.random.default_rng(seed).permutation(count) % min(FOLDS, count)
    return np.asarray(dealt[block])


class Search:
    """Cells simulated so far, the model learned from them, and what it may be wrong by.

    Parameters
    ----------
    model : scikit-learn regressor
        Unfitted.
    X : pandas.DataFrame of shape (n, features)
        Features of every cell.
    place : pandas.DataFrame of shape (n, 2)
        Longitude and latitude of every cell [degree].
    block : float
        Side of the blocks that are left out whole [degree].
    coverage : float
        Share of the cells that an interval is to hold [1].
    """

    def __init__(
        self, model: Any, X: pd.DataFrame, place: pd.DataFrame, block: float, coverage: float
    ) -> None:
        self.model = model
        self.X = X
        self.block = block_of(place, block)
        self.coverage = coverage
        self.tried: Integers = np.empty(0, np.int64)
        self.known: Integers = np.empty(0, np.int64)
        self.target: Floats = np.empty(0)
        self.rounds: list[dict[str, Any]] = []

    def learn(self, chosen: Integers, target: Floats) -> None:
        """Take in cells that were simulated; those without a result only count as tried."""
        have = np.isfinite(target) & (target > 0)
        self._judge_round(chosen[have], target[have])
        self.tried = np.concatenate([self.tried, chosen])
        self.known = np.concatenate([self.known, chosen[have]])
        self.target = np.concatenate([self.target, target[have]])
        if len(self.known) > FOLDS:
            self._fit()

    def _judge_round(self, chosen: Integers, target: Floats) -> None:
        """How often the interval held cells that the model had not seen."""
        row: dict[str, Any] = {"simulated": len(chosen)}
        if self.rounds and len(chosen):
            error = np.log(target) - self.estimate[chosen]
            row["inside"] = float((np.abs(error) <= self.width).mean())
            row["error"] = float(np.sqrt(np.mean(error**2)))
        self.rounds.append(row)

    def _fit(self) -> None:
        X, y = self.X.iloc[self.known], np.log(self.target)
        self.held_out = self.predict_held_out(self.model, X, y)
        self.width = half_width(y - self.held_out, self.coverage)
        self.fitted = fit(self.model, X, y)
        self.estimate = predicted(self.fitted, self.X)

    def predict_held_out(self, model: Any, X: pd.DataFrame, y: Floats) -> Floats:
        """Prediction of each row by a model that saw no row of its block."""
        fold = folds_of(pd.factorize(self.block[self.known])[0])
        found = np.empty(len(y))
        for each in np.unique(fold):
            out = fold == each
            found[out] = predicted(fit(model, X[~out], y[~out]), X[out])
        return found

    def bound(self, best: int, tolerance: float) -> float:
        """Cost that an unknown cell would have to be below to matter."""
        ordered = np.sort(self.target)
        return float(ordered[min(best, len(ordered)) - 1] * (1 - tolerance))

    def may_be_best(self, best: int, tolerance: float) -> Integers:
        """Cells not tried whose interval reaches below the bound, the most promising first."""
        lower = np.exp(self.estimate - self.width)
        lower[self.tried] = np.inf
        order = np.argsort(lower, kind="stable")
        return np.asarray(order[lower[order] < self.bound(best, tolerance)])

    def settled(self, best: int, tolerance: float) -> bool:
        """Whether no cell that was not simulated may be among the best."""
        return not len(self.may_be_best(best, tolerance))

    def promising(self, best: int, tolerance: float, count: int) -> Integers:
        """Cells to simulate next: of those that may be best, one cluster's nearest each."""
        open_cells = self.may_be_best(best, tolerance)
        half = open_cells[: (count + 1) // 2]
        rest = open_cells[(count + 1) // 2 :]
        if not len(rest):
            return half
        apart = rest[spread_out(self.X.iloc[rest], count - len(half))]
        return np.concatenate([half, apart])
