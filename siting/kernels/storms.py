"""Values that are exceeded once in many years, with intervals, from the storms of one site."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.errors import InputError
from siting.kernels.extremes import WHOLE, check_years

Floats = NDArray[np.float64]

APART = 48.0  # from peak to peak of storms that count as two [h]
PER_YEAR = 8.0  # storms above the threshold: eighty in ten years
LEAST = 10  # storms that a fit needs
_SMALL = 1e-6  # shapes below it are taken for 0
_SECONDS_PER_YEAR = 365.2425 * 86_400


class StormLevel(NamedTuple):
    """A value that is exceeded once in so many years on average, and how it was found."""

    value: float
    low: float
    high: float
    threshold: float
    storms: int  # above the threshold
    years: float  # that were observed, gaps not counted
    scale: float
    shape: float  # k as Hosking has it: above 0 the values have an upper end


def storm_peaks(time: ArrayLike, values: ArrayLike, apart: float = APART) -> Floats:
    """Peaks of separate storms, largest first.

    Parameters
    ----------
    time : (t,) datetime64 array
        Rising.
    values : (t,) array
        NaN where a value is missing.
    apart : float
        Least time between the peaks of two storms [h].

    Notes
    -----
    The largest value is a peak; so is each next one, where no peak lies nearer than `apart`. What
    counts as a storm does so whatever the threshold, unlike where runs above it are counted.

    Examples
    --------
    >>> time = np.arange("2001-01-01", "2001-01-09", dtype="datetime64[D]")
    >>> storm_peaks(time, [1.0, 5.0, 4.0, 2.0, 3.0, np.nan, 1.0, 2.5]).tolist()
    [5.0, 3.0, 2.5]
    """
    hours = np.asarray(time, "datetime64[s]").astype(float) / 3600
    x = np.asarray(values, float)
    free = np.isfinite(x)
    peaks = []
    for i in np.argsort(-np.where(free, x, -np.inf), kind="stable")[: free.sum()]:
        if free[i]:
            peaks.append(x[i])
            first = np.searchsorted(hours, hours[i] - apart, side="right")
            last = np.searchsorted(hours, hours[i] + apart, side="left")
            free[first:last] = False
    return np.array(peaks)


def fit_gpd(excess: ArrayLike) -> tuple[Floats, Floats]:
    """Scale and shape of the generalised Pareto distribution by L-moments, along the first axis.

    Parameters
    ----------
    excess : (n, ...) array
        Values less the threshold.

    References
    ----------
    Hosking and Wallis (1987), Technometrics 29, 339-349.

    Examples
    --------
    >>> p = (np.arange(20_000) + 0.5) / 20_000
    >>> scale, shape = fit_gpd(-2 * np.log1p(-p))  # an exponential distribution
    >>> float(scale.round(2)), bool(abs(shape) < 0.001)
    (2.0, True)
    """
    x = np.sort(np.asarray(excess, float), axis=0)
    n = x.shape[0]
    rank = np.arange(n).reshape(-1, *[1] * (x.ndim - 1))
    first = x.mean(axis=0)
    second = 2 * (x * rank).sum(axis=0) / (n * (n - 1)) - first
    shape = first / second - 2
    return (1 + shape) * first, shape


def gpd_level(exceedances: ArrayLike, scale: ArrayLike, shape: ArrayLike) -> Floats:
    """Excess that occurs once among so many storms.

    Examples
    --------
    >>> float(gpd_level(np.e, 2.0, 0.0).round(6))
    2.0
    """
    k = np.asarray(shape, float)
    logarithm = np.log(np.asarray(exceedances, float))
    some = np.where(np.abs(k) < _SMALL, 1.0, k)
    bent = np.where(np.abs(k) < _SMALL, logarithm, -np.expm1(-some * logarithm) / some)
    found: Floats = np.asarray(scale, float) * bent
    return found


def storm_level(
    time: ArrayLike,
    values: ArrayLike,
    years: float = 50.0,
    *,
    threshold: float | None = None,
    apart: float = APART,
    level: float = 0.9,
    draws: int = 2000,
    seed: int = 0,
) -> StormLevel:
    """Value exceeded once in so many years, from the peaks of storms over a threshold.

    Parameters
    ----------
    time : (t,) datetime64 array
        Rising, in even steps but for gaps.
    values : (t,) array
        Such as significant wave heights; NaN where a value is missing.
    years : float
        Return period [yr].
    threshold : float, optional
        Value that storms have to exceed; unless given, such that eight a year do.
    apart : float
        Least time between the peaks of two storms [h].
    level : float
        Share of the interval.
    draws : int
        Samples of the parametric bootstrap.
    seed : int
        Of the draws.

    Raises
    ------
    InputError
        SERIES_TOO_SHORT where the series spans fewer than ten years, has values in less than two
        thirds of ten years, or has fewer than ten storms over the threshold.

    Notes
    -----
    A generalised Pareto distribution of the excess, fitted by L-moments, and storms at random
    times. The interval has quantiles of refits to samples with numbers of storms as Poisson's
    distribution has them. It is the error of sampling alone, for one threshold: try others. A
    series with gaps counts as the years that it has, which is right where gaps and storms have
    nothing to do with each other; buoys that break in storms are worse than that.

    References
    ----------
    Coles (2001), An Introduction to Statistical Modeling of Extreme Values, chapter 4.

    Examples
    --------
    >>> time = np.arange("2001-01-01", "2021-01-01", dtype="datetime64[D]")
    >>> values = np.random.default_rng(1).exponential(1.0, time.size)
    >>> found = storm_level(time, values)
    >>> round(found.years, 2), found.storms
    (20.0, 160)
    """
    stamps, x = np.asarray(time, "datetime64[s]"), np.asarray(values, float)
    step = float(np.median(np.diff(stamps).astype(float)))
    observed = np.isfinite(x).sum() * step / _SECONDS_PER_YEAR
    check_years(round(float((stamps[-1] - stamps[0]).astype(float) + step) / _SECONDS_PER_YEAR, 1))
    check_years(round(observed / WHOLE, 1))
    peaks = storm_peaks(stamps, x, apart)
    if threshold is None:
        threshold = float(peaks[min(round(PER_YEAR * observed), peaks.size - 1)])
    excess = peaks[peaks > threshold] - threshold
    _check_storms(excess.size, threshold)
    scale, shape = (float(each) for each in fit_gpd(excess))
    rate = excess.size / observed
    found = threshold + float(gpd_level(years * rate, scale, shape))
    refits = _refits((scale, shape), rate, (observed, years), draws, seed)
    low, high = threshold + np.quantile(refits, [(1 - level) / 2, (1 + level) / 2])
    ends = float(low), float(high)
    return StormLevel(found, *ends, threshold, excess.size, float(observed), scale, shape)


def _check_storms(count: int, threshold: float) -> None:
    """Refuse to fit a distribution to a handful of storms."""
    if count < LEAST:
        raise InputError(
            "SERIES_TOO_SHORT",
            "too few storms exceed the threshold to tell of rarer ones",
            found=f"{count} above {threshold:g}",
            wanted=f"{LEAST} or more",
            fix="lower the threshold, or bring a longer series",
        )


def _refits(
    fitted: tuple[float, float], rate: float, spans: tuple[float, float], draws: int, seed: int
) -> Floats:
    """Return levels over the threshold, refitted to samples of the fitted distribution."""
    observed, years = spans
    rng = np.random.default_rng(seed)
    counts = np.maximum(rng.poisson(rate * observed, draws), LEAST)
    levels = np.empty(draws)
    for n in np.unique(counts):
        those = np.flatnonzero(counts == n)
        sample = gpd_level(1 / rng.uniform(size=(n, those.size)), *fitted)
        levels[those] = gpd_level(years * n / observed, *fit_gpd(sample))
    return levels
