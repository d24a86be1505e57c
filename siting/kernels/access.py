"""When the sea lets people work: windows of low waves, and the wait for the next one."""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
MONTHS = 12
_QUARTER = 0.25
_MULTIPLES = 1 + _QUARTER * np.arange(13)  # of a limit of height, up to four times
_USED = 4  # multiples that a wait is carried on from
_YEAR = 8760.0  # [h]


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


def planned_wait(
    height: ArrayLike, month: ArrayLike, *, limit: float, length: float, step: float = 1.0
) -> Floats:
    """Mean wait for a window in the calmest month, for which a trip is planned [h].

    Parameters
    ----------
    height, month, limit, length, step
        As for :func:`weather_windows`.

    Returns
    -------
    numpy.ndarray of shape (s,)
        The series begins anew at its end. Where it has no window of that height, the wait is
        carried on from those for windows of greater heights, up to a year; NaN where the heights
        are not known.

    Notes
    -----
    One year of a rough place has no window in it, which does not mean that there never is one. The
    logarithm of the wait is taken as a straight line over the limit, through the four lowest
    multiples of `limit`, a quarter apart, that have windows. This is a guess of its order, no more.

    Examples
    --------
    >>> month = np.repeat(np.arange(1, 13), 730)
    >>> calm = 1.0 + np.abs(np.sin(np.arange(8760) / 40))
    >>> found = planned_wait([calm, 1.7 * calm], month, limit=1.5, length=12.0)
    >>> bool(found[0] < 100 < found[1] <= 8760)
    True
    """
    heights = np.atleast_2d(np.asarray(height))
    months = np.asarray(month, np.int64) - 1
    steps = max(1, int(np.ceil(length / step - 1e-9)))
    waits = np.stack(
        [_cyclic_wait(heights, months, limit * s, steps) * step for s in _MULTIPLES], axis=1
    )
    own = np.isfinite(waits[:, 0])
    found = np.where(own, waits[:, 0], _carried_on(np.log(np.maximum(waits, step))))
    return np.asarray(np.where(np.isnan(heights).all(axis=1), np.nan, np.minimum(found, _YEAR)))


def _carried_on(logarithms: Floats) -> Floats:
    """Wait at the limit itself by the straight line through those at multiples of it."""
    first = np.cumsum(np.isfinite(logarithms), axis=1)
    used = np.where(np.isfinite(logarithms) & (first <= _USED), 1.0, 0.0)
    count = used.sum(axis=1)
    x, y = _MULTIPLES - 1.0, np.where(used == 1, logarithms, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        middle, level = (used * x).sum(axis=1) / count, y.sum(axis=1) / count
        away = used * (x - middle[:, np.newaxis])
        slope = (away * y).sum(axis=1) / (away**2).sum(axis=1)
    line = level - np.minimum(np.nan_to_num(slope), 0.0) * middle
    return np.asarray(np.where(count > 0, np.exp(np.minimum(line, np.log(_YEAR))), _YEAR))


@numba.njit(nogil=True, cache=True, parallel=True)
def _cyclic_wait(heights, months, limit, needed):  # type: ignore[no-untyped-def]
    """Least of the months' mean waits, in steps, of series that begin anew; NaN without window."""
    found = np.full(heights.shape[0], np.nan)
    size = months.size
    for s in numba.prange(heights.shape[0]):
        sums, counts = np.zeros(12), np.zeros(12)
        run, wait = 0, -1
        for k in range(3 * size - 1, -1, -1):  # backwards through three copies; the first counts
            t = k % size
            run = run + 1 if heights[s, t] < limit else 0
            wait = 0 if run >= needed else (wait + 1 if wait >= 0 else -1)
            if k < size and wait >= 0:
                sums[months[t]] += wait
                counts[months[t]] += 1.0
        for m in range(12):
            if counts[m] > 0.0:
                mean = sums[m] / counts[m]
                found[s] = mean if np.isnan(found[s]) or mean < found[s] else found[s]
    return found
