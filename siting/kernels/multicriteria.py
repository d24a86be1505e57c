"""Scores by several criteria between fixed bounds, and who is among the best as weights vary.

A score depends on the alternative's own values, the bounds and the weights alone, so that adding
or leaving out an alternative changes no other's score and no two ever swap ranks.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Method = Callable[[Floats, Floats], Floats]

BITS = 12
BINS = 1 << BITS
LEVELS = BINS * BINS  # steps of a score in 0..1: closer ones count as equal


def closeness(values: ArrayLike, worst: ArrayLike, best: ArrayLike) -> Floats:
    """Where values lie between their worst and best: 0 at or beyond worst, 1 at or beyond best.

    Parameters
    ----------
    values : array-like of shape (n, k)
        Values of n alternatives by k criteria.
    worst, best : array-like of shape (k,)
        Bounds of each criterion, not equal; which of them is the greater gives the direction.

    Examples
    --------
    >>> closeness([[5.0, 2.0], [80.0, 1.0]], worst=[5, 4], best=[70, 0]).tolist()
    [[0.0, 0.5], [1.0, 0.75]]
    """
    low, high = np.asarray(worst, np.float64), np.asarray(best, np.float64)
    return np.clip((np.asarray(values, np.float64) - low) / (high - low), 0.0, 1.0)


def spotis(closeness: ArrayLike, weights: ArrayLike) -> Floats:
    """One minus the weighted city-block distance from the ideal, which is best in everything.

    Parameters
    ----------
    closeness : array-like of shape (n, k)
        Closeness to the best in 0..1, from :func:`closeness`.
    weights : array-like of shape (d, k)
        Sets of weights, none negative, some positive; only ratios within a set matter.

    Returns
    -------
    numpy.ndarray of shape (n, d)
        Scores in 0..1, 1 is the ideal.

    Notes
    -----
    1 - d with d = Σ w |v - best| / |best - worst| and Σ w = 1, values beyond a bound taken as at
    the bound. With the ideal at the bounds this is the weighted mean of the closenesses.

    References
    ----------
    Dezert, Tchamova, Han and Tacnet (2020), The SPOTIS rank reversal free method for multi-criteria
    decision-making support, 23rd International Conference on Information Fusion.

    Examples
    --------
    >>> spotis([[1.0, 0.0], [0.5, 0.5]], [[3, 1]]).tolist()
    [[0.75], [0.5]]
    """
    r, w = _checked(closeness, weights)
    return np.minimum(_weighted(r, w), 1.0)  # weights of sum 1 sum to 1 but for rounding


def topsis(closeness: ArrayLike, weights: ArrayLike) -> Floats:
    """Distance from the worst over the sum of the distances from the worst and from the ideal.

    Parameters
    ----------
    closeness : array-like of shape (n, k)
        Closeness to the best in 0..1, from :func:`closeness`.
    weights : array-like of shape (d, k)
        Sets of weights, none negative, some positive; only ratios within a set matter.

    Returns
    -------
    numpy.ndarray of shape (n, d)
        Scores in 0..1, 1 is the ideal.

    Notes
    -----
    d⁻ / (d⁻ + d⁺) with d⁻² = Σ (w r)² and d⁺² = Σ (w (1 - r))². Ideal and anti-ideal are the
    bounds, not the extremes of the data as in the first TOPSIS, in which a single alternative more
    can reverse the ranks of others.

    References
    ----------
    Hwang and Yoon (1981), Multiple attribute decision making, Springer; García-Cascales and Lamata
    (2012), On rank reversal and TOPSIS method, Mathematical and Computer Modelling 56, 123-132.

    Examples
    --------
    >>> topsis([[1.0, 1.0], [1.0, 0.0], [0.0, 0.0]], [[3, 1]]).tolist()
    [[1.0], [0.75], [0.0]]
    """
    r, w = _checked(closeness, weights)
    squared = w * w
    from_worst = np.sqrt(_weighted(r * r, squared))
    from_best = np.sqrt(_weighted((1.0 - r) ** 2, squared))
    from_best += from_worst
    return np.divide(from_worst, from_best, out=from_worst)


def _checked(closeness: ArrayLike, weights: ArrayLike) -> tuple[Floats, Floats]:
    r, w = np.asarray(closeness, np.float64), np.asarray(weights, np.float64)
    if r.ndim != 2 or w.ndim != 2 or r.shape[1] != w.shape[1] or not r.shape[1]:
        raise ValueError(f"closeness (n, k) and weights (d, k) do not fit: {r.shape}, {w.shape}")
    if not (np.isfinite(w).all() and (w >= 0).all() and (w > 0).any(axis=1).all()):
        raise ValueError("weights must be finite and none negative, one in each set above 0")
    return r, w / w.sum(axis=1, keepdims=True)


def _weighted(values: Floats, weights: Floats) -> Floats:
    """Sums over criteria of values (n, k) times weights (d, k), as (n, d).

    One criterion after the other, not as a product of matrices: that rounds a row differently
    with other rows around it, and a score must not depend on other alternatives by a single bit.
    """
    total = np.multiply.outer(values[:, 0], weights[:, 0])
    part = np.empty_like(total)
    for value, weight in zip(values.T[1:], weights.T[1:], strict=True):
        total += np.multiply.outer(value, weight, out=part)
    return total


def draw_weights(weights: ArrayLike, concentration: float, draws: int, seed: int) -> Floats:
    """Weights drawn around given ones from a Dirichlet distribution.

    Parameters
    ----------
    weights : array-like of shape (k,)
        Mean of the draws, up to a factor; all positive.
    concentration : float
        How closely draws keep to the mean: the standard deviation of a weight w of sum 1 is
        √(w (1 - w) / (concentration + 1)).
    draws : int
        Number of draws.
    seed : int
        Seed of the draws.

    Returns
    -------
    numpy.ndarray of shape (draws, k)
        Sets of weights that each sum to 1.

    Examples
    --------
    >>> drawn = draw_weights([3, 1], concentration=30, draws=100_000, seed=0)
    >>> drawn.shape, drawn.mean(axis=0).round(2).tolist(), drawn.std(axis=0).round(3).tolist()
    ((100000, 2), [0.75, 0.25], [0.078, 0.078])
    """
    mean = np.asarray(weights, np.float64)
    alpha = concentration * mean / mean.sum()
    return np.random.default_rng(seed).dirichlet(alpha, draws)


def levels(scores: Floats) -> Integers:
    """Scores in 0..1 as whole steps of 1 / LEVELS, by which alternatives are ranked.

    Examples
    --------
    >>> levels(np.array([0.0, 0.5, 1.0])).tolist()
    [0, 8388608, 16777215]
    """
    return np.minimum((scores * LEVELS).astype(np.int64), LEVELS - 1)


def areas_by_bin(levels: Integers, areas: Floats, coarse: Integers | None = None) -> Floats:
    """Areas by the coarse part of the levels, or by the fine part of those in one coarse bin.

    Parameters
    ----------
    levels : numpy.ndarray of shape (n, d)
        Levels of n alternatives under d sets of weights.
    areas : numpy.ndarray of shape (n,)
        Areas of the alternatives.
    coarse : numpy.ndarray of shape (d,), optional
        The coarse bin of each set to look into.

    Returns
    -------
    numpy.ndarray of shape (d, BINS)
        Area in each bin.
    """
    draws = levels.shape[1]
    begin = np.arange(draws) * BINS
    if coarse is None:
        bins, each = (levels >> BITS) + begin, np.broadcast_to(areas[:, None], levels.shape)
        found = np.bincount(bins.ravel(), each.ravel(), draws * BINS)
    else:
        rows, columns = np.nonzero(levels >> BITS == coarse)
        bins = (levels[rows, columns] & (BINS - 1)) + begin[columns]
        found = np.bincount(bins, areas[rows], draws * BINS)
    return np.asarray(found.reshape(draws, BINS), np.float64)


def lowest_bin(areas: Floats, wanted: Floats) -> tuple[Integers, Floats]:
    """The lowest bin with less than the wanted area above it, and the area above it.

    Parameters
    ----------
    areas : numpy.ndarray of shape (d, BINS)
        Area in each bin.
    wanted : numpy.ndarray of shape (d,)
        Area that the best are to cover.

    Examples
    --------
    >>> bins, above = lowest_bin(np.array([[5.0, 2.0, 1.0, 1.0]]), np.array([1.5]))
    >>> bins.tolist(), above.tolist()
    ([2], [1.0])
    """
    from_top = areas[:, ::-1].cumsum(axis=1)[:, ::-1]
    above = np.zeros_like(from_top)
    above[:, :-1] = from_top[:, 1:]
    found = (above < wanted[:, None]).argmax(axis=1)
    return found, above[np.arange(len(found)), found]
