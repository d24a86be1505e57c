"""Whole calendar years in the hours of places that have a record of their own."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.kernels.solar import HOURS

LONGEST_GAP = 24.0  # that is interpolated over [h]
_FEBRUARY_29 = slice(59 * 24, 60 * 24)


class OwnYears(NamedTuple):
    """Hours by calendar year.

    Attributes
    ----------
    years : tuple of int
        Calendar years that the record touches, in order.
    whole : numpy.ndarray of shape (s, y)
        Whether each is whole at each place.
    hours : numpy.ndarray of shape (s, y, 8760), float32
        NaN in years that are not whole.
    """

    years: tuple[int, ...]
    whole: NDArray[np.bool_]
    hours: NDArray[np.float32]


def own_years(
    time: ArrayLike, values: ArrayLike, middle: float = 0.0, longest_gap: float = LONGEST_GAP
) -> OwnYears:
    """Hours of the calendar years of a record, 8760 a year.

    Parameters
    ----------
    time : array-like of shape (t,)
        Stamps in UTC, rising (numpy.datetime64).
    values : array-like of shape (t, s)
        Values at the stamps; NaN counts as no stamp.
    middle : float, optional
        Moment that stands for an hour, from its beginning: 0 for states such as wave heights, 0.5
        for means of the hour such as irradiance [h].
    longest_gap : float, optional
        Longest time without values that is bridged [h]; a year that a longer one reaches into is
        not whole, nor is one that the record enters later or leaves earlier by as much.

    Returns
    -------
    OwnYears
        The 29th of February is left out. Hours between stamps are interpolated by straight lines,
        also from one year into the next; those after the last stamp to the first one, as if the
        record came again.

    Raises
    ------
    ValueError
        Where stamps do not rise, or shapes do not agree.

    Examples
    --------
    >>> time = np.arange("2011-01-01", "2012-03-01", 3, dtype="datetime64[h]")
    >>> found = own_years(time, np.arange(time.size)[:, None])
    >>> found.years, found.whole.tolist(), found.hours[0, 0, 3:9:2].tolist()
    ((2011, 2012), [[True, False]], [1.0, 1.6666666269302368, 2.3333332538604736])
    """
    stamps, table = np.asarray(time, "datetime64[s]"), np.asarray(values, float)
    if table.ndim != 2 or stamps.shape != table.shape[:1] or stamps.size < 2:
        raise ValueError(f"{table.shape} values for {stamps.shape} stamps")
    if not (np.diff(stamps) > np.timedelta64(0, "s")).all():
        raise ValueError("the stamps do not rise")
    first, last = (int(stamps[k].astype("datetime64[Y]").astype(int)) + 1970 for k in (0, -1))
    years = tuple(range(first, last + 1))
    begins = np.arange(first - 1970, last - 1968).astype("datetime64[Y]").astype("datetime64[s]")
    starts = _hours(begins, begins[0])
    hours = _hours(stamps, begins[0])
    kept = _kept(starts)
    whole = np.zeros((table.shape[1], len(years)), bool)
    found = np.full((table.shape[1], len(years), HOURS), np.nan, np.float32)
    for place, column in enumerate(table.T):
        given = np.isfinite(column)
        if given.any():
            whole[place] = _whole(hours[given], starts, longest_gap)
            filled = np.interp(kept + middle, hours[given], column[given], period=starts[-1])
            found[place] = filled.reshape(len(years), HOURS)
    found[~whole] = np.nan
    return OwnYears(years, whole, found)


def _hours(stamps: NDArray[np.datetime64], begin: np.datetime64) -> NDArray[np.float64]:
    return (stamps - begin).astype(float) / 3600.0


def _kept(starts: NDArray[np.float64]) -> NDArray[np.float64]:
    """The beginning of each hour but those of 29 February."""
    rows = []
    for begin, end in pairwise(starts):
        year = np.arange(begin, end)
        rows.append(np.delete(year, _FEBRUARY_29) if year.size > HOURS else year)
    return np.concatenate(rows)


def _whole(
    hours: NDArray[np.float64], starts: NDArray[np.float64], longest: float
) -> NDArray[np.bool_]:
    """Which years no longer gap reaches into; the record's ends count as gaps."""
    whole = np.ones(starts.size - 1, bool)
    marks = np.concatenate([[0.0], hours, [starts[-1]]])
    for k in np.flatnonzero(np.diff(marks) > longest):
        reached = (starts[1:] > marks[k]) & (starts[:-1] < marks[k + 1])
        whole[reached] = False
    return whole


def yearly_maxima(
    time: ArrayLike, values: ArrayLike, years: tuple[int, ...]
) -> NDArray[np.float64]:
    """Largest value of each of some calendar years, shape (s, y); NaN where there is none.

    Examples
    --------
    >>> time = np.array(["2011-12-31", "2012-01-01", "2012-06-01"], dtype="datetime64[D]")
    >>> yearly_maxima(time, np.array([[3.0], [1.0], [2.0]]), (2011, 2012, 2013)).tolist()
    [[3.0, 2.0, nan]]
    """
    table = np.asarray(values, float)
    of = np.asarray(time, "datetime64[Y]").astype(int) + 1970
    lowest = np.where(np.isfinite(table), table, -np.inf)
    rows = [np.max(lowest[of == each], axis=0, initial=-np.inf) for each in years]
    found = np.stack(rows, axis=1)
    return np.where(np.isfinite(found), found, np.nan)
