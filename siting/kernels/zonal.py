"""Figures of layers over zones, each cell by the share of it that lies in the zone.

The coverage of a tile is found once and used for all layers; the figures of tiles are put together
in the order of the tiles, whoever made them first.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from siting.kernels.zonal_coverage import Coverage

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Moments(NamedTuple):
    """Figures of a layer over zones, each of shape (zones,); what has no data takes no part.

    Parameters
    ----------
    area : numpy.ndarray
        Sum of weights: shares times areas of cells.
    mean, squares : numpy.ndarray
        Mean by weight, and weighted sum of squared departures from it.
    total : numpy.ndarray
        Sum of values times shares.
    lowest, highest : numpy.ndarray
        Of all cells of which any part lies in the zone; inf and -inf where there are none.
    """

    area: Floats
    mean: Floats
    squares: Floats
    total: Floats
    lowest: Floats
    highest: Floats

    @property
    def deviation(self) -> Floats:
        """Standard deviation of the values, by weight; NaN where there are none."""
        return np.sqrt(self.squares / np.where(self.area > 0, self.area, np.nan))


def nothing(zones: int) -> Moments:
    """Figures of no cells at all."""
    area, mean, squares, total = (np.zeros(zones) for _ in range(4))
    return Moments(area, mean, squares, total, np.full(zones, np.inf), np.full(zones, -np.inf))


def moments(values: NDArray[np.generic], area: Floats, found: Coverage) -> Moments:
    """Figures of the values of a window over the zones that cover it.

    Parameters
    ----------
    values : numpy.ndarray of shape (rows, columns)
        Values; NaN for no data.
    area : numpy.ndarray of shape (rows, columns)
        Of each cell.
    found : Coverage
        Of the window.

    Examples
    --------
    >>> half = Coverage(np.array([0, 2]), np.array([0, 0]), np.array([0, 1]), np.array([1, 0.5]))
    >>> figures = moments(np.array([[3.0, 6.0]]), np.ones((1, 2)), half)
    >>> figures.mean.item(), figures.total.item(), figures.highest.item()
    (4.0, 6.0, 6.0)
    """
    table = _moments(np.asarray(values, dtype=float), area, *found)
    return Moments(*table.T)


@numba.njit(cache=True, nogil=True)
def _moments(
    values: Floats, area: Floats, start: Integers, row: Integers, column: Integers, share: Floats
) -> Floats:
    table = np.zeros((start.size - 1, 6))
    table[:, 4], table[:, 5] = np.inf, -np.inf
    for n in range(start.size - 1):
        weight, first, total = 0.0, 0.0, 0.0
        lowest, highest = np.inf, -np.inf
        for k in range(start[n], start[n + 1]):
            value = values[row[k], column[k]]
            if np.isfinite(value):
                w = share[k] * area[row[k], column[k]]
                weight += w
                first += w * value
                total += share[k] * value
                lowest, highest = min(lowest, value), max(highest, value)
        if weight > 0:
            mean, squares = first / weight, 0.0
            for k in range(start[n], start[n + 1]):
                away = values[row[k], column[k]] - mean
                if np.isfinite(away):
                    squares += share[k] * area[row[k], column[k]] * away * away
            table[n] = weight, mean, squares, total, lowest, highest
    return table


def joined(one: Moments, other: Moments) -> Moments:
    """Figures of two sets of cells together.

    References
    ----------
    Chan, Golub & LeVeque (1983), Algorithms for computing the sample variance, The American
    Statistician 37, 242-247.

    Examples
    --------
    >>> one = Moments(*(np.array([v]) for v in (1.0, 4.0, 0.0, 4.0, 4.0, 4.0)))
    >>> other = Moments(*(np.array([v]) for v in (3.0, 8.0, 0.0, 24.0, 8.0, 8.0)))
    >>> both = joined(one, other)
    >>> both.mean.item(), both.squares.item(), both.total.item()
    (7.0, 12.0, 28.0)
    """
    area = one.area + other.area
    share = other.area / np.where(area > 0, area, 1.0)
    away = other.mean - one.mean
    return Moments(
        area,
        one.mean + away * share,
        one.squares + other.squares + away**2 * one.area * share,
        one.total + other.total,
        np.minimum(one.lowest, other.lowest),
        np.maximum(one.highest, other.highest),
    )


def weighted_quantiles(values: Floats, weights: Floats, shares: Sequence[float]) -> Floats:
    """Quantiles of values that count by their weights.

    Parameters
    ----------
    values, weights : numpy.ndarray of shape (n,)
        At least one, all finite.
    shares : sequence of float
        From 0 to 1.

    Notes
    -----
    With values in ascending order, the k-th of n (from 0) stands at k w_k + (n - 1) W_k, W_k the
    weight of all before it, and quantiles are interpolated between these: for equal weights the
    usual linear quantile, and what exactextract gives.

    Examples
    --------
    >>> weighted_quantiles(np.array([1.0, 2.0, 3.0]), np.ones(3), [0.25, 0.5]).tolist()
    [1.5, 2.0]
    """
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[order]
    before = np.cumsum(weights) - weights
    place = np.arange(values.size) * weights + (values.size - 1) * before
    last = (values.size - 1) * weights.sum()
    return np.asarray(np.interp(np.asarray(shares) * last, place, values))


def majority(values: Floats, weights: Floats) -> float:
    """The value with the largest weight; the smallest of several that share it.

    Examples
    --------
    >>> majority(np.array([5.0, 2.0, 5.0]), np.array([0.4, 0.6, 0.4]))
    5.0
    """
    classes, which = np.unique(values, return_inverse=True)
    total = np.bincount(which, weights)
    return float(classes[np.argmax(total >= total.max() * (1 - 1e-9))])
