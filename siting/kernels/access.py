"""When the sea lets people work: windows of low waves, and the wait for the next one."""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
MONTHS = 12


class Access(NamedTuple):
    """Weather windows of sites, by the calendar month, January first.

    A site's months without any known step are NaN, in `windows` 0.
    """

    below: Floats  # (s, 12), share of the steps below the limit [1]
    open: Floats  # (s, 12), share of the steps that lie within a window [1]
    windows: NDArray[np.int64]  # (s, 12), windows that begin in the month
    waiting: Floats  # (s, 12), mean wait for a window that is still long enough [h]
    unknown: Floats  # (s,), share of steps whose wait is not known


class Steps(NamedTuple):
    """What `weather_windows` asks of a series' times."""

    month: NDArray[np.int64]  # 1 to 12
    step: float  # usual time from step to step [h]
    breaks: NDArray[np.bool_]  # steps that do not follow upon the one before


def steps_of(time: ArrayLike) -> Steps:
    """Months, usual step and breaks of the times of a series.

    Parameters
    ----------
    time : (t,) datetime64 array
        Rising, two at least.

    Notes
    -----
    The usual step is the median; a step half as long again is a break.

    Examples
    --------
    >>> time = np.array(["2020-01-31T22", "2020-01-31T23", "2020-02-01T00", "2020-02-01T04"])
    >>> found = steps_of(time.astype("datetime64[h]"))
    >>> found.month.tolist(), found.step, found.breaks.tolist()
    ([1, 1, 2, 2], 1.0, [False, False, False, True])
    """
    stamps = np.asarray(time, "datetime64[s]")
    hours = np.diff(stamps).astype(float) / 3600
    if stamps.size < 2 or not (hours > 0).all():
        raise ValueError("times have to rise, and there have to be two at least")
    step = float(np.median(hours))
    breaks = np.concatenate([[False], hours > 1.5 * step])
    return Steps(stamps.astype("datetime64[M]").astype(np.int64) % MONTHS + 1, step, breaks)


def weather_windows(
    height: ArrayLike,
    month: ArrayLike,
    *,
    limit: float,
    length: float,
    step: float = 1.0,
    breaks: ArrayLike | None = None,
) -> Access:
    """Windows in which the waves stay below a limit for long enough, and the wait for them.

    Parameters
    ----------
    height : (s, t) or (t,) array
        Significant wave height at even steps, NaN where it is not known [m].
    month : (t,) array
        Calendar month of each step, 1 to 12.
    limit : float
        Height from which on no work is possible [m].
    length : float
        Time that the work takes [h].
    step : float
        Time from step to step; each holds until the next [h].
    breaks : (t,) boolean array, optional
        Steps that do not follow upon the step before, such as after a gap.

    Notes
    -----
    A window is a longest run of steps below the limit, of `length` at least; one that begins in
    March and ends in April counts for March. A step that is not known ends a run, and so does a
    break: windows are rather missed than invented. The wait of a step is the time to the first
    step, itself among them, from which on the sea stays low for `length`. It is not known where a
    gap or the end of the series comes first; such steps are left out of the means and counted in
    `unknown`. Three-hourly values do not see what happens between them.

    Examples
    --------
    >>> height = [2.0, 1.0, 1.0, 1.0, 2.0, 1.0, 2.0, 1.0, 1.0]
    >>> found = weather_windows(height, [1] * 9, limit=1.5, length=2.0)
    >>> [float(each[0, 0].round(3)) for each in (found.windows, found.below, found.open)]
    [2.0, 0.667, 0.556]
    >>> float(found.waiting[0, 0])  # 1 0 0 4 3 2 1 0, and the last is not known
    1.375
    """
    heights = np.atleast_2d(np.asarray(height))
    months = np.asarray(month, np.int64)
    cuts = np.zeros(months.size, bool) if breaks is None else np.asarray(breaks, bool)
    if not ((months >= 1) & (months <= MONTHS)).all() or months.size != heights.shape[1]:
        raise ValueError("each step needs a month from 1 to 12")
    steps = max(1, int(np.ceil(length / step - 1e-9)))
    sums = _windows(heights, months - 1, cuts, float(limit), steps)
    known, below, inside, windows, waits, waited = sums
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = below / known, inside / known
        mean = waits * step / waited
        unknown = 1 - waited.sum(axis=1) / heights.shape[1]
    return Access(*shares, windows, mean, unknown)


@numba.njit(nogil=True, cache=True, error_model="numpy")
def _windows(heights, months, cuts, limit, needed):  # type: ignore[no-untyped-def]
    """Sums by site and month: steps known, below, in windows; windows; waits and their count."""
    sites, times = heights.shape
    known, below, inside, windows, waits, waited = (
        np.zeros((sites, MONTHS), np.int64),
        np.zeros((sites, MONTHS), np.int64),
        np.zeros((sites, MONTHS), np.int64),
        np.zeros((sites, MONTHS), np.int64),
        np.zeros((sites, MONTHS), np.int64),
        np.zeros((sites, MONTHS), np.int64),
    )
    for s in range(sites):
        run, wait, end = 0, -1, times  # steps of the run from here on; wait, -1 where unknown
        for t in range(times - 1, -1, -1):
            m = months[t]
            height = heights[s, t]
            if np.isnan(height):
                run, wait = 0, -1
                continue
            if t + 1 < times and cuts[t + 1]:
                run, wait = 0, -1
            known[s, m] += 1
            if height < limit:
                below[s, m] += 1
                end = t + 1 if run == 0 else end
                run += 1
            else:
                run = 0
            if run >= needed:
                wait = 0
                first = t == 0 or cuts[t] or not heights[s, t - 1] < limit
                if first:
                    windows[s, m] += 1
                    for i in range(t, end):
                        inside[s, months[i]] += 1
            elif wait >= 0:
                wait += 1
            if wait >= 0:
                waits[s, m] += wait
                waited[s, m] += 1
    return known, below, inside, windows, waits, waited
