"""Time axes of gridded files and series, by the CF conventions: read, checked, never trusted."""

import re
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from siting.errors import InputError
from siting.findings import warn
from siting.io.source import fills

Floats = NDArray[np.float64]

DAY = 86400.0
_SECONDS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), DAY),
    **dict.fromkeys(("ms", "msec", "millisec", "millisecond", "milliseconds"), 1e-3),
    **dict.fromkeys(("us", "microsecond", "microseconds"), 1e-6),
    **dict.fromkeys(("ns", "nanosecond", "nanoseconds"), 1e-9),
    **dict.fromkeys(("week", "weeks"), 7 * DAY),
}
_MONTHS = {**dict.fromkeys(("month", "months"), 1), **dict.fromkeys(("year", "years"), 12)}
# Days in a year; None where the years are those of the civil calendar.
_CALENDARS: dict[str, float | None] = {
    **dict.fromkeys(("", "standard", "gregorian", "proleptic_gregorian", "none"), None),
    **dict.fromkeys(("utc", "tai"), None),  # they differ by half a minute: not to be seen here
    **dict.fromkeys(("noleap", "365_day"), 365.0),
    **dict.fromkeys(("all_leap", "366_day"), 366.0),
    "360_day": 360.0,
    "julian": 365.25,
}
CIVIL_YEAR = 365.2425
_BEFORE = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334])  # days before a month
_EPOCH = re.compile(
    r"(?P<year>[-+]?\d{1,4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"(?:[T ]+(?P<hour>\d{1,2})(?::(?P<minute>\d{1,2})(?::(?P<second>\d{1,2}(?:\.\d*)?))?)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[-+]\d{1,2}(?::?\d{2})?)?"
)


@dataclass(frozen=True)
class TimeAxis:
    """Steps of time, in the order of the file.

    Parameters
    ----------
    where : str
        File and name of the dimension, for messages.
    seconds : numpy.ndarray of shape (n,)
        Time since 1970-01-01 UTC of each step, in the days of its own calendar [s].
    year : float
        Length of the calendar's year [day].
    lengths : numpy.ndarray of shape (n,) or None
        Time that each step stands for [s], where the file has bounds; they decide its weight.
    is_climatology : bool
        Whether each step is made of many years.
    """

    where: str
    seconds: Floats
    year: float
    lengths: Floats | None = None
    is_climatology: bool = False

    @property
    def years(self) -> Floats:
        """Years as decimal numbers, good to two days."""
        return 1970.0 + self.seconds / (DAY * self.year)

    @property
    def step(self) -> float:
        """Usual time from step to step [s]; NaN where there is one step."""
        gaps = np.abs(np.diff(self.seconds))
        return float(np.median(gaps)) if gaps.size else np.nan

    @property
    def is_monthly(self) -> bool:
        """Whether the steps are months, whose lengths differ."""
        days = np.abs(np.diff(self.seconds)) / DAY
        whole = np.round(days / 30.44)
        near = np.abs(days - whole * 30.44) < 2.6
        return bool(
            days.size and near.all() and np.median(whole) == 1 and np.ptp(days / whole) > 0.01
        )

    def weights(self) -> Floats | None:
        """Length of each step as a share of the usual one; None where all are alike."""
        lengths = self._month_lengths() if self.lengths is None else self.lengths
        if lengths is None or np.ptp(lengths) <= 1e-6 * lengths.max():
            return None
        shares: Floats = lengths / np.median(lengths)
        return shares

    def _month_lengths(self) -> Floats | None:
        if not self.is_monthly:
            return None
        if abs(self.year - CIVIL_YEAR) < 0.01:
            months = self.seconds.astype("datetime64[s]").astype("datetime64[M]")
            days = (months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")
            civil: Floats = days.astype(float) * DAY
            return civil
        # In calendars without leap years the days of a month follow from the day of the year.
        day = (self.seconds / DAY) % self.year
        month = np.searchsorted(_BEFORE, day, side="right") - 1
        lengths: Floats = np.diff(np.append(_BEFORE, 365))[month] * DAY
        return lengths

    def within(self, first: str, last: str) -> slice:
        """Steps from one date to another, both days included."""
        begin, end = (_date_seconds(text, self.year, self.where) for text in (first, last))
        inside = (self.seconds >= begin) & (self.seconds < end + DAY)
        if not inside.any():
            raise InputError(
                "TIME_OUTSIDE",
                "no step of time lies in the time range",
                where=self.where,
                found=f"{self.date(0)} to {self.date(-1)}",
                wanted=f"{first} to {last}",
                fix="correct `time_range:`",
            )
        self._tell_uncovered(begin, end + DAY, first, last)
        steps = np.flatnonzero(inside)
        return slice(int(steps[0]), int(steps[-1]) + 1)

    def _tell_uncovered(self, begin: float, end: float, first: str, last: str) -> None:
        """A finding where the file reaches over less than the range that was asked for."""
        usual = float(np.median(np.diff(self.seconds))) if self.seconds.size > 1 else DAY
        if self.is_monthly:
            usual = 31 * DAY
        if self.seconds[0] - usual > begin or self.seconds[-1] + 1.5 * usual < end:
            warn(
                "PERIOD_NOT_COVERED",
                "the file does not reach over the time range that is asked for",
                where=self.where,
                found=f"{self.date(0)} to {self.date(-1)}",
                wanted=f"{first} to {last}",
                fix="bring the whole period, or set `time_range:` to what the file holds",
            )

    def cut(self, steps: slice) -> "TimeAxis":
        """Some of the steps."""
        lengths = None if self.lengths is None else self.lengths[steps]
        return TimeAxis(self.where, self.seconds[steps], self.year, lengths, self.is_climatology)

    def date(self, step: int) -> str:
        """Date of a step; outside of the civil calendar the year with a fraction."""
        if abs(self.year - CIVIL_YEAR) < 0.01 and abs(self.years[step]) < 9999:
            return str(np.datetime64(int(self.seconds[step]), "s")).replace("T00:00:00", "")
        return f"year {self.years[step]:.2f}"


def is_time(array: xr.DataArray, dim: str) -> bool:
    """Whether a dimension of a variable is time, by the CF conventions or its name."""
    if dim not in array.coords:
        return dim.lower() in {"time", "valid_time"}
    attrs = array.coords[dim].attrs
    return (
        " since " in str(attrs.get("units", ""))
        or str(attrs.get("standard_name", "")).lower() == "time"
        or str(attrs.get("axis", "")).upper() == "T"
        or dim.lower() in {"time", "valid_time", "times"}
    )


def time_axis(dataset: xr.Dataset, dim: str, where: str) -> TimeAxis:
    """The steps of a time dimension as the file stores them.

    Raises
    ------
    InputError
        TIME_UNREADABLE, TIME_INVALID.
    """
    if dim not in dataset.variables:
        raise _unreadable(where, f"no coordinate for the dimension '{dim}'")
    coordinate = dataset[dim]
    attrs = coordinate.attrs
    units = str(attrs.get("units", ""))
    unit, year, epoch = _clock(units, str(attrs.get("calendar", "")), where)
    values = _decoded(coordinate, where)
    seconds = values * unit + epoch
    if (months := _MONTHS.get(_word(units))) and year != 360.0:
        seconds = _calendar_months(values * months, seconds, epoch, year, f"{where}: {units}")
    name = str(attrs.get("bounds", ""))
    lengths = None
    if name in dataset.variables and dataset[name].shape == (seconds.size, 2):
        edges = np.asarray(dataset[name].values, dtype=float)
        lengths = np.abs(edges[:, 1] - edges[:, 0]) * unit
        if not (np.isfinite(lengths).all() and (lengths > 0).all()):
            lengths = None
    return TimeAxis(where, seconds, year, lengths, "climatology" in attrs)


def _calendar_months(
    months: Floats, seconds: Floats, epoch: float, year: float, where: str
) -> Floats:
    """Steps in whole months on their days in the civil calendar; others as they are, and a note.

    By UDUNITS a month is a twelfth of a year: February would begin on the 31st of January.
    """
    start = np.datetime64(int(epoch), "s")
    whole = year == CIVIL_YEAR and (months % 1 == 0).all() and np.abs(months).max() < 1e6
    civil = bool(whole and start == start.astype("datetime64[M]"))
    warn(
        "CALENDAR",
        "whole months of the time axis are read as months of the calendar"
        if civil
        else "months of the time axis are read as twelfths of a year",
        where=where,
        found="" if civil else f"months of {year / 12:.4g} days",
        severity="note",
    )
    if not civil:
        return seconds
    dates = start.astype("datetime64[M]") + months.astype(np.int64)
    found: Floats = dates.astype("datetime64[s]").astype(float)
    return found


def _unreadable(where: str, found: str) -> InputError:
    return InputError(
        "TIME_UNREADABLE",
        "the time axis does not say when its steps are",
        where=where,
        found=found,
        wanted="numbers with units such as 'hours since 2020-01-01' and a CF calendar",
        fix="write the time axis by the CF conventions, or name one step with `band:`",
    )


def _decoded(coordinate: xr.DataArray, where: str) -> Floats:
    """Numbers of a time coordinate, unpacked."""
    if coordinate.dtype.kind not in "iuf":
        raise _unreadable(where, f"{coordinate.dtype} instead of numbers")
    stored = np.asarray(coordinate.values)
    values = stored.astype(float)
    missing = ~np.isfinite(values) | (np.abs(values) > 9e36)
    if stored.dtype.kind == "i" and stored.dtype.itemsize == 8:
        missing |= stored == np.iinfo(np.int64).min  # how numpy stores "not a time"
    for fill in fills(coordinate.attrs):
        missing |= values == fill
    if missing.any():
        raise InputError(
            "TIME_INVALID",
            "steps of the time axis have no time",
            where=where,
            found=f"{int(missing.sum())} of {missing.size}, the first is step"
            f" {int(np.flatnonzero(missing)[0]) + 1}",
            fix="remove these steps, or give them their time",
        )
    scale = float(np.ravel(coordinate.attrs.get("scale_factor", 1.0))[0])
    offset = float(np.ravel(coordinate.attrs.get("add_offset", 0.0))[0])
    return values * scale + offset


def _clock(units: str, calendar: str, where: str) -> tuple[float, float, float]:
    """Seconds in a unit, days in a year, and seconds from 1970 to the epoch."""
    word, date = _word(units), units.strip().partition(" since ")[2]
    length = _CALENDARS.get(calendar.strip().lower(), np.nan)
    if length is not None and not np.isfinite(length):
        raise _unreadable(where, f"calendar '{calendar}'")
    year = CIVIL_YEAR if length is None else length
    if word in _MONTHS:
        unit = _MONTHS[word] * year / 12 * DAY
    elif word in _SECONDS:
        unit = _SECONDS[word]
    else:
        raise _unreadable(where, f"units '{units}'" if units else "no units")
    return unit, year, _date_seconds(date, year, where)


def _word(units: str) -> str:
    """The unit in 'hours since 2020-01-01'."""
    return units.strip().partition(" since ")[0].strip().lower()


def _date_seconds(date: str, year: float, where: str) -> float:
    """Seconds from 1970 to a date, in the days of its own calendar."""
    found = _EPOCH.fullmatch(date.strip())
    if found is None:
        raise _unreadable(where, f"date '{date}'")
    parts = {key: float(found[key] or 0) for key in ("hour", "minute", "second")}
    number, month, day = (int(found[key]) for key in ("year", "month", "day"))
    if not (1 <= month <= 12 and 1 <= day <= 31 and parts["hour"] < 25 and parts["minute"] < 60):
        raise _unreadable(where, f"date '{date}'")
    if abs(year - CIVIL_YEAR) < 0.01:
        first = np.datetime64(f"{number:05d}-{month:02d}-01" if number < 0 else
                              f"{number:04d}-{month:02d}-01", "D")  # fmt: skip
        days = float(first.astype("int64")) + day - 1
    elif year == 360.0:
        days = (number - 1970) * 360.0 + (month - 1) * 30 + day - 1
    else:
        days = (number - 1970) * year + float(_BEFORE[month - 1]) + day - 1
    zone = zone_offset(found["zone"] or "")
    return days * DAY + parts["hour"] * 3600 + parts["minute"] * 60 + parts["second"] - zone


def zone_offset(zone: str) -> float:
    """Seconds that a time zone is ahead of UTC.

    Examples
    --------
    >>> zone_offset("+05:30"), zone_offset("-8"), zone_offset("Z")
    (19800.0, -28800.0, 0.0)
    """
    if not zone or zone in {"Z", "UTC", "GMT"}:
        return 0.0
    sign = -1.0 if zone[0] == "-" else 1.0
    hours, _, minutes = zone[1:].partition(":")
    if len(hours) > 2:
        hours, minutes = hours[:-2], hours[-2:]
    return sign * (int(hours) * 3600.0 + int(minutes or 0) * 60.0)
