"""What is wrong or odd about the steps of a time axis: order, gaps, lengths, seasons, epoch."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.errors import InputError
from siting.findings import warn
from siting.io.time_axis import CIVIL_YEAR, DAY, TimeAxis
from siting.wording import counted

EARLIEST, LATEST = 1850.0, 2101.0  # years that observations, reanalyses and scenarios lie in


def check_order(values: NDArray[Any], where: str, code: str = "TIME") -> None:
    """Refuse steps that come twice or run forth and back.

    Raises
    ------
    InputError
        TIME_DUPLICATE, TIME_NOT_MONOTONIC; STEP_DUPLICATE, STEP_NOT_MONOTONIC for what is no time.
    """
    steps = np.diff(values)
    distinct = np.unique(values).size
    if (steps == 0).any() or distinct < values.size:
        alike = np.flatnonzero(np.isin(values, _repeated(values)))[:2] + 1
        raise InputError(
            f"{code}_DUPLICATE",
            f"{counted(values.size - distinct, 'step comes', 'steps come')} twice",
            where=where,
            found=f"steps {alike[0]} and {alike[1]}",
            fix="keep one of each",
        )
    if not ((steps > 0).all() or (steps < 0).all()):
        turn = int(np.flatnonzero(np.sign(steps) != np.sign(steps[0]))[0]) + 2
        raise InputError(
            f"{code}_NOT_MONOTONIC",
            "the steps run forth and back",
            where=where,
            found=f"step {turn} turns round",
            fix="sort the file along this dimension",
        )


def _repeated(values: NDArray[Any]) -> NDArray[Any]:
    found, counts = np.unique(values, return_counts=True)
    repeated: NDArray[Any] = found[counts > 1]
    return repeated


def check_steps(axis: TimeAxis, *, together: bool) -> None:
    """Refuse a time axis that is out of order; report what is missing from it or odd about it.

    Parameters
    ----------
    axis : TimeAxis
        The steps.
    together : bool
        Whether they are taken together; where one step is read, uneven steps do no harm.

    Raises
    ------
    InputError
        TIME_DUPLICATE, TIME_NOT_MONOTONIC.
    """
    check_order(axis.seconds, axis.where)
    years = axis.years
    if together and not axis.is_climatology and (years.min() < EARLIEST or years.max() > LATEST):
        warn(
            "TIME_IMPLAUSIBLE",
            "the years of the time axis are not of our time: its units may be wrong",
            where=axis.where,
            found=f"{axis.date(0)} to {axis.date(-1)}",
            wanted=f"years from {EARLIEST:g} to {LATEST - 1:g}",
            fix="correct the units or the epoch of the time axis",
        )
    if together and abs(axis.year - CIVIL_YEAR) > 0.01:
        warn(
            "CALENDAR",
            "the calendar of the file is not the civil one: dates are counted by its own",
            where=axis.where,
            found=f"years of {axis.year:g} days",
            severity="note",
        )
    if axis.seconds.size > 2 and not axis.is_climatology:
        _check_even(axis, together)


def _check_even(axis: TimeAxis, together: bool) -> None:
    """Report gaps, and steps that are no multiple of one length."""
    gaps = np.abs(np.diff(axis.seconds))
    parts = gaps / axis.step
    long = parts > 1.5
    whole = np.abs(parts - np.round(parts)) < (0.12 if axis.is_monthly else 0.05) * parts
    uneven = not whole.all() or long.mean() > 0.2 or bool((parts < 0.5).any())
    if uneven and axis.lengths is None and together:
        warn(
            "TIME_IRREGULAR",
            "the steps are of uneven length: a mean over steps is not a mean over time",
            where=axis.where,
            found=f"{gaps.min() / 3600:.4g} to {gaps.max() / 3600:.4g} hours from step to step",
            wanted="steps of one length, or bounds of each step",
            fix="bring the file to even steps, or add time bounds",
        )
    elif long.any():
        missing = int(np.round(parts[long] - 1).sum())
        first = int(np.flatnonzero(long)[0])
        warn(
            "TIME_GAP",
            "steps are missing: means and totals over time would be off",
            where=axis.where,
            found=f"{missing} of {axis.seconds.size + missing} steps missing"
            f" ({missing / (axis.seconds.size + missing):.3g} of all), the first after"
            f" {axis.date(first)}",
            fix="fill the gap, or name a `time_range:` without one",
        )


def check_seasons(axis: TimeAxis, *, chosen: bool) -> None:
    """Report a mean over part of a year, in which some seasons count more than others.

    Parameters
    ----------
    axis : TimeAxis
        The steps that are averaged.
    chosen : bool
        Whether a person chose the period.
    """
    if axis.seconds.size < 2 or axis.is_climatology:
        return
    span = abs(axis.seconds[-1] - axis.seconds[0]) + axis.step
    years = span / (DAY * axis.year)
    uneven = abs(years - round(years)) / years
    if uneven <= 0.02:
        return
    short = chosen or span < 93 * DAY  # a day, a month, a season: a choice, not an oversight
    warn(
        "PERIOD_PARTIAL",
        "the mean is over part of a year: its seasons are not evenly covered",
        where=axis.where,
        found=f"{axis.date(0)} to {axis.date(-1)}, {counted(years, 'year')}",
        wanted="" if short else "whole years",
        fix="" if short else "add `time_range:` with the period that is meant",
        severity="note" if short else "warning",
    )
