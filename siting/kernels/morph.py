"""Hourly series of places that have monthly means only, after a record of another place.

What a morphed series keeps of its donor: the order of calm and storm, their scatter within each
month, the joint scatter of heights and periods. What it takes from the place: the means of each
month. All places morphed after one donor have their storms in the same hours. Nothing about
extremes, longest spells or what happens at two places at once can be learnt from such series.
"""

from itertools import pairwise
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.kernels.solar import HOURS, MONTH_STARTS, month_of_hour, sun_tables

Floats = NDArray[np.float64]

LONGEST_GAP = 24.0  # that a donor's series is interpolated over [h]
_HALF_A_YEAR = HOURS // 2
_SUN_STEPS = 4  # of each hour, so that the hours of sunrise and sunset get their share
_SAME_DAY_NEXT = 0.29  # correlation of clearness from day to day: Graham and Hollands (1990)


class HourlyWaves(NamedTuple):
    """Hours of sea states, each (s, 8760) float32 [m, s]."""

    height: NDArray[np.float32]
    period: NDArray[np.float32]


def hourly_year(time: ArrayLike, values: ArrayLike, longest_gap: float = LONGEST_GAP) -> Floats:
    """The 8760 hours of one calendar year, interpolated linearly between the stamps of a series.

    Parameters
    ----------
    time : array-like of shape (n,)
        Stamps in UTC of one year, rising (numpy.datetime64).
    values : array-like of shape (n,)
        Instantaneous values; NaN counts as no stamp.
    longest_gap : float, optional
        Longest time without stamps that is bridged [h].

    Returns
    -------
    numpy.ndarray
        Shape (8760,). The 29th of February is left out. The hours after the last stamp are
        interpolated to the first one, as if the year came again.

    Raises
    ------
    ValueError
        Where stamps do not rise, lie in several years, or leave out more than `longest_gap`.

    Examples
    --------
    >>> time = np.arange("2010-01-01", "2011-01-01", 3, dtype="datetime64[h]")
    >>> hourly_year(time, np.arange(time.size))[:5].round(2).tolist()
    [0.0, 0.33, 0.67, 1.0, 1.33]
    """
    stamps = np.asarray(time, "datetime64[s]")
    found = np.asarray(values, float)
    if stamps.shape != found.shape or stamps.ndim != 1 or stamps.size < 2:
        raise ValueError(f"{found.shape} values for {stamps.shape} stamps")
    if not (np.diff(stamps) > np.timedelta64(0, "s")).all():
        raise ValueError("the stamps do not rise")
    years = np.unique(stamps.astype("datetime64[Y]"))
    if years.size > 1:
        raise ValueError(f"stamps from {years[0]} to {years[-1]}, not of one year")
    begin, end = years[0].astype("datetime64[s]"), (years[0] + 1).astype("datetime64[s]")
    length = float((end - begin).astype(float)) / 3600.0
    hours = (stamps - begin).astype(float) / 3600.0
    given = np.isfinite(found)
    if not given.any():
        raise ValueError("the series holds no values")
    gap = np.diff(np.append(hours[given], hours[given][0] + length)).max()
    if gap > longest_gap:
        raise ValueError(f"the series leaves out {gap:g} hours, over {longest_gap:g}")
    all_hours = np.arange(length)
    filled: Floats = np.interp(all_hours, hours[given], found[given], period=length)
    if length > HOURS:
        filled = np.delete(filled, np.arange(59 * 24, 60 * 24))
    return filled


def hourly_waves(
    height: ArrayLike,
    period: ArrayLike,
    latitude: ArrayLike,
    donor_height: ArrayLike,
    donor_period: ArrayLike,
    donor_latitude: float = 45.0,
) -> HourlyWaves:
    """Hourly wave heights and periods with a place's monthly means and a donor's scatter.

    Parameters
    ----------
    height, period : array-like of shape (s, 12)
        Means of the months, January first: significant height [m], and energy period, weighted
        by energy [s].
    latitude : array-like of shape (s,)
        [degree]. Its sign decides on the season alone.
    donor_height, donor_period : array-like of shape (8760,)
        The donor's hours, as :func:`hourly_year` gives them.
    donor_latitude : float, optional
        Of the donor [degree].

    Returns
    -------
    HourlyWaves
        Hours of months that are NaN are NaN.

    Raises
    ------
    ValueError
        Where shapes do not agree, or the donor has hours that are not above 0.

    Notes
    -----
    In each month ``Hs(t) = mean(Hs) h(t) / mean(h)`` and
    ``Te(t) = mean(Te) p(t) / (sum(h^2 p) / sum(h^2))`` with the donor's heights h and periods p of
    the same hours. So the mean height and the energy-weighted period of every month are exact, and
    energy, mean(Hs^2 Te), is that of the place's means with the donor's scatter. Across the equator
    from the donor, h and p are those of half a year later, so that the donor's winter is the
    place's winter. In the tropics that winter means little: the season of the means is the
    place's own, the scatter of the donor's winter too wide. The scale steps from month to month.

    References
    ----------
    Belcher, S. E., Hacker, J. N. and Powell, D. S. (2005). Constructing design weather data for
    future climates. Building Services Engineering Research and Technology 26, 49-61 (stretching).

    Examples
    --------
    >>> storms = 2.0 + np.sin(np.arange(8760) / 20.0)
    >>> sea = hourly_waves(np.full((1, 12), 3.0), np.full((1, 12), 9.0), [50.0], storms, 4 * storms)
    >>> sea.height.shape, float(sea.height[0, :744].mean().round(4))
    ((1, 8760), 3.0)
    """
    h, t = (np.atleast_2d(np.asarray(each, float)) for each in (height, period))
    north = np.atleast_1d(np.asarray(latitude, float)) >= 0
    if not (h.shape == t.shape == (north.size, 12)):
        raise ValueError(f"monthly means {h.shape} and {t.shape} for {north.size} latitudes")
    donor = np.stack([np.asarray(donor_height, float), np.asarray(donor_period, float)])
    if donor.shape != (2, HOURS) or not (np.isfinite(donor) & (donor > 0)).all():
        raise ValueError(f"a donor needs {HOURS} hours of heights and periods above 0")
    shifted = np.roll(donor, _HALF_A_YEAR, axis=1)
    unit = np.stack([_per_monthly_mean(each) for each in (donor, shifted)])
    across = (north != (donor_latitude >= 0)).astype(np.int64)
    found = HourlyWaves(*(np.empty((north.size, HOURS), np.float32) for _ in range(2)))
    month = month_of_hour(np.arange(HOURS))
    _scaled(h, unit[:, 0], across, month, found.height)
    _scaled(t, unit[:, 1], across, month, found.period)
    return found


def _per_monthly_mean(donor: Floats) -> Floats:
    """Heights over their month's mean, periods over their month's energy-weighted mean."""
    found = np.empty_like(donor)
    for begin, end in pairwise(MONTH_STARTS):
        h, t = donor[:, begin:end]
        found[0, begin:end] = h / h.mean()
        found[1, begin:end] = t / np.average(t, weights=h**2)
    return found


@numba.njit(cache=True, nogil=True, parallel=True)
def _scaled(mean, unit, across, month, found):  # type: ignore[no-untyped-def]
    """Fill `found` with the unit series of each place times its month's mean."""
    for s in numba.prange(mean.shape[0]):
        for t in range(month.size):
            found[s, t] = mean[s, month[t]] * unit[across[s], t]


def daily_clearness(seed: int = 0) -> Floats:
    """Rank of each day among the days of its month, from 0, the dullest, to 1, the clearest.

    Parameters
    ----------
    seed : int, optional
        Of the random numbers; the same seed gives the same year.

    Returns
    -------
    numpy.ndarray
        Shape (365,).

    Notes
    -----
    ASSUMED: no year of any place. A Gaussian sequence in which each day is correlated by 0.29 with
    the day before, as Graham and Hollands found over land; in each month it is replaced by its
    ranks, so that every month has the same spread of ranks.

    References
    ----------
    Graham, V. A. and Hollands, K. G. T. (1990). A method to generate synthetic hourly solar
    radiation globally. Solar Energy 44, 333-341.

    Examples
    --------
    >>> ranks = daily_clearness()
    >>> ranks.shape, float(ranks[:31].mean().round(3))
    ((365,), 0.5)
    """
    noise = np.random.default_rng(seed).standard_normal(365)
    state = np.empty(365)
    state[0] = noise[0]
    for day in range(1, 365):
        state[day] = _SAME_DAY_NEXT * state[day - 1] + np.sqrt(1 - _SAME_DAY_NEXT**2) * noise[day]
    found = np.empty(365)
    for begin, end in pairwise(MONTH_STARTS // 24):
        order = np.argsort(np.argsort(state[begin:end]))
        found[begin:end] = (order + 0.5) / (end - begin)
    return found


def hourly_sun(latitude: ArrayLike, ghi: ArrayLike, clearness: ArrayLike) -> NDArray[np.float32]:
    """Hourly irradiance in true solar time with a place's monthly means and a sequence of days.

    Parameters
    ----------
    latitude : array-like of shape (s,)
        [degree].
    ghi : array-like of shape (s, 12)
        Mean global horizontal irradiance of the months, January first [W m-2].
    clearness : array-like of shape (365,)
        Rank of each day among those of its month, 0 to 1: :func:`daily_clearness`.

    Returns
    -------
    numpy.ndarray
        Shape (s, 8760), float32 [W m-2]: 0 by night; the mean of each month is `ghi`. NaN in
        months that are NaN, or have sun where it does not rise.

    Raises
    ------
    ValueError
        Where shapes do not agree, or ranks lie outside of 0 to 1.

    Notes
    -----
    Days of a month get the clearness that Bendt et al. found for their rank and the month's mean
    clearness; hours of a day get the shares of a clear sky (Haurwitz). A last factor, near 1,
    makes the month's mean exact. Clouds within a day are not in it, so that single hours vary
    too little, and days follow each other as over land.

    References
    ----------
    Bendt, P., Collares-Pereira, M. and Rabl, A. (1981). The frequency distribution of daily
    insolation values. Solar Energy 27, 1-5; its parameter after Herzog, M. E. (1985), TMY.
    Haurwitz, B. (1945). Insolation in relation to cloudiness and cloud density. J. Meteorology 2.

    Examples
    --------
    >>> sun = hourly_sun([30.0], np.full((1, 12), 200.0), daily_clearness())
    >>> sun[0, 0], float(sun[0, :744].mean().round(3))
    (np.float32(0.0), 200.0)
    """
    p = np.atleast_1d(np.asarray(latitude, float))
    mean, rank = np.atleast_2d(np.asarray(ghi, float)), np.asarray(clearness, float)
    if mean.shape != (p.size, 12) or rank.shape != (365,):
        raise ValueError(f"{mean.shape} monthly means, {rank.shape} days, {p.size} latitudes")
    if not ((rank >= 0) & (rank <= 1)).all():
        raise ValueError("ranks of days lie from 0 to 1")
    steps = (np.arange(HOURS * _SUN_STEPS) + 0.5) / _SUN_STEPS
    table = np.stack(sun_tables(steps, universal=False))
    found = np.empty((p.size, HOURS), np.float32)
    _sunny(np.sin(np.deg2rad(p)), np.cos(np.deg2rad(p)), mean, rank, table, MONTH_STARTS, found)
    return found


@numba.njit(cache=True, nogil=True, parallel=True)
def _sunny(sine, cosine, mean, rank, table, starts, found):  # type: ignore[no-untyped-def]
    """Fill `found`, place by place and month by month."""
    for s in numba.prange(sine.size):
        clear, outside = np.empty(table.shape[1] // _SUN_STEPS), np.empty(rank.size)
        _clear_sky(sine[s], cosine[s], table, clear, outside)
        for m in range(12):
            first, last = starts[m] // 24, starts[m + 1] // 24
            bright = outside[first:last].sum()
            if np.isnan(mean[s, m]) or (bright <= 0.0 and mean[s, m] > 0.0):
                found[s, starts[m] : starts[m + 1]] = np.nan
            elif bright <= 0.0:
                found[s, starts[m] : starts[m + 1]] = 0.0
            else:
                index = mean[s, m] * (last - first) / bright
                _month(index, mean[s, m], rank, clear, outside, first, last, found[s])


@numba.njit(cache=True, nogil=True)
def _clear_sky(sine, cosine, table, clear, outside):  # type: ignore[no-untyped-def]
    """Hourly irradiance under a clear sky, and the daily mean outside of the atmosphere."""
    outside[:] = 0.0
    for t in range(clear.size):
        clear[t] = 0.0
        for k in range(t * _SUN_STEPS, (t + 1) * _SUN_STEPS):
            cz = sine * table[0, k] + cosine * table[1, k] * table[2, k]
            if cz > 0.0:
                clear[t] += 1098.0 * cz * np.exp(-0.057 / cz) / _SUN_STEPS
                outside[t // 24] += table[4, k] * cz / _SUN_STEPS / 24.0


@numba.njit(cache=True, nogil=True)
def _month(index, mean, rank, clear, outside, first, last, found):  # type: ignore[no-untyped-def]
    """Hours of one month: days by rank, hours by the clear sky, then the exact mean."""
    total = 0.0
    steepness, least, most = _bendt(index)
    for day in range(first, last):
        k = _clearness_of_rank(rank[day], steepness, least, most)
        hours = clear[day * 24 : day * 24 + 24]
        whole = hours.sum()
        scale = k * outside[day] * 24.0 / whole if whole > 0.0 else 0.0
        for t in range(24):
            found[day * 24 + t] = hours[t] * scale
        total += whole * scale
    factor = mean * (last - first) * 24.0 / total
    for t in range(first * 24, last * 24):
        found[t] *= factor


@numba.njit(cache=True, nogil=True)
def _bendt(index):  # type: ignore[no-untyped-def]
    """Steepness, least and greatest daily clearness of a month of a mean clearness."""
    inside = min(max(index, 0.15), 0.72)  # where the fit was made and holds
    least = 0.05
    most = 0.6313 + 0.267 * inside - 11.9 * (inside - 0.75) ** 8
    ratio = (most - least) / (most - inside)
    steepness = -1.498 + (1.184 * ratio - 27.182 * np.exp(-1.5 * ratio)) / (most - least)
    return steepness, least, most


@numba.njit(cache=True, nogil=True)
def _clearness_of_rank(rank, steepness, least, most):  # type: ignore[no-untyped-def]
    """Inverse of Bendt's distribution."""
    if abs(steepness) < 1e-6:
        return least + rank * (most - least)
    low, high = np.exp(steepness * least), np.exp(steepness * most)
    return np.log((1.0 - rank) * low + rank * high) / steepness
