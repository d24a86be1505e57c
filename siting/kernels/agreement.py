"""How well a model's series agrees with measurements at matched times."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
LEAST = 3  # pairs that a correlation needs


class Agreement(NamedTuple):
    """Figures of pairs of a model's values and measured ones, in the unit of both."""

    pairs: int
    model_mean: float
    observed_mean: float
    bias: float  # mean of model less measured
    rmse: float  # root of the mean square difference
    scatter_index: float  # of what is left without the bias, over the measured mean [1]
    correlation: float  # Pearson's [1]


def matched(
    model: ArrayLike, observed: ArrayLike, within: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of times of two series: each time of one is in one pair at most.

    Parameters
    ----------
    model, observed : arrays
        Times, each rising [s].
    within : float
        Greatest distance of the two times of a pair [s].

    Returns
    -------
    model, observed : integer arrays of the same length
        Positions in the two series.

    Notes
    -----
    Two times are a pair where each is the other's nearest.

    Examples
    --------
    >>> here, there = matched([0, 3600, 7200], [3000, 3900, 9999], within=1800)
    >>> here.tolist(), there.tolist()
    ([1], [1])
    """
    a, b = np.asarray(model, float), np.asarray(observed, float)
    if not a.size or not b.size:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    to_a, to_b = _nearest(a, b), _nearest(b, a)  # for each of b, for each of a
    i = np.arange(a.size)
    mutual = (to_a[to_b] == i) & (np.abs(a - b[to_b]) <= within)
    return i[mutual], to_b[mutual]


def _nearest(times: Floats, wanted: Floats) -> NDArray[np.int64]:
    """Position of the nearest time for each one wanted; the earlier of two as near."""
    after = np.searchsorted(times, wanted).clip(0, times.size - 1)
    before = (after - 1).clip(0)
    nearer = np.abs(wanted - times[before]) <= np.abs(times[after] - wanted)
    found: NDArray[np.int64] = np.where(nearer, before, after)
    return found


def agreement(model: ArrayLike, observed: ArrayLike) -> Agreement:
    """Bias, scatter and correlation of pairs of values.

    Parameters
    ----------
    model, observed : (n,) arrays
        Values of the pairs; those with a value missing are left out.

    Notes
    -----
    Scatter index sqrt(mean((m - o - bias)^2)) / mean(o), so that a shift of all values, which is
    the bias, is not counted twice. NaN for figures that too few pairs give, the scatter index
    where measured values are 0 on average or less.

    Examples
    --------
    >>> found = agreement([1.0, 2.0, 4.0], [1.0, 1.5, 3.5])
    >>> round(found.bias, 3), round(found.rmse, 3), round(found.scatter_index, 3)
    (0.333, 0.408, 0.118)
    """
    m, o = np.asarray(model, float), np.asarray(observed, float)
    both = np.isfinite(m) & np.isfinite(o)
    m, o = m[both], o[both]
    if not m.size:
        return Agreement(0, *[float("nan")] * 6)
    away = m - o
    mean = float(o.mean())
    scatter = float(away.std()) / mean if mean > 0 else float("nan")
    varied = m.size >= LEAST and m.std() > 0 and o.std() > 0
    r = float(np.corrcoef(m, o)[0, 1]) if varied else float("nan")
    rmse = float(np.sqrt((away**2).mean()))
    return Agreement(int(m.size), float(m.mean()), mean, float(away.mean()), rmse, scatter, r)


def angular_agreement(model: ArrayLike, observed: ArrayLike) -> Agreement:
    """Bias and scatter of pairs of directions.

    Parameters
    ----------
    model, observed : (n,) arrays
        Directions [degree].

    Notes
    -----
    Differences are taken the short way round and averaged as they are, directions as vectors.
    Scatter index and correlation mean nothing for directions: NaN.

    Examples
    --------
    >>> found = angular_agreement([350.0, 10.0], [0.0, 0.0])
    >>> round(found.bias, 6), round(found.rmse, 6)
    (0.0, 10.0)
    """
    m, o = np.asarray(model, float), np.asarray(observed, float)
    both = np.isfinite(m) & np.isfinite(o)
    if not both.any():
        return Agreement(0, *[float("nan")] * 6)
    away = (m[both] - o[both] + 180) % 360 - 180
    mean_m, mean_o = (_mean_direction(each[both]) for each in (m, o))
    rmse = float(np.sqrt((away**2).mean()))
    nan = float("nan")
    return Agreement(int(away.size), mean_m, mean_o, float(away.mean()), rmse, nan, nan)


def _mean_direction(angles: Floats) -> float:
    mean = np.exp(1j * np.radians(angles)).mean()
    return float(np.degrees(np.angle(mean)) % 360)


def quantile_pairs(model: ArrayLike, observed: ArrayLike, count: int = 99) -> tuple[Floats, Floats]:
    """Quantiles of both halves of the pairs, evenly from low to high.

    Examples
    --------
    >>> low, high = quantile_pairs([1.0, 2.0, 3.0], [2.0, 4.0, 6.0], count=3)
    >>> low.tolist(), high.tolist()
    ([1.5, 2.0, 2.5], [3.0, 4.0, 5.0])
    """
    m, o = np.asarray(model, float), np.asarray(observed, float)
    both = np.isfinite(m) & np.isfinite(o)
    shares = np.arange(1, count + 1) / (count + 1)
    return np.quantile(m[both], shares), np.quantile(o[both], shares)
