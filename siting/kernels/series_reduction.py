"""What many hours become in one pass: means by month, annual maxima, joint occurrence, counts.

Every reduction takes blocks of (steps, cells) in the order of time and adds them up in float64,
step by step and cell by cell: how the hours are cut into blocks changes no bit. NaN is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numba
import numpy as np
from numpy.typing import NDArray

from siting.kernels.waves import DEEP

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Totals = tuple[NDArray[Any], ...]

MONTHS = 12


class Calendar(NamedTuple):
    """When steps are.

    Parameters
    ----------
    month : numpy.ndarray of shape (n,)
        Month of each step, from 0.
    year : numpy.ndarray of shape (n,)
        Number of the year of each step in ``years``.
    years : tuple of int
        Calendar years that the steps reach over.
    step : float
        Usual time from step to step [s].
    """

    month: Counts
    year: Counts
    years: tuple[int, ...]
    step: float

    def part(self, steps: slice) -> "Calendar":
        """Some of the steps."""
        return Calendar(self.month[steps], self.year[steps], self.years, self.step)


def calendar_of(stamps: NDArray[np.datetime64], step: float) -> Calendar:
    """Months and years of time stamps in UTC.

    Examples
    --------
    >>> stamps = np.array(["2020-02-29T23:00", "2021-01-01T00:00"], dtype="datetime64[s]")
    >>> found = calendar_of(stamps, 3600.0)
    >>> found.month.tolist(), found.year.tolist(), found.years
    ([1, 0], [0, 1], (2020, 2021))
    """
    months = stamps.astype("datetime64[M]").astype(np.int64)
    years = months // MONTHS + 1970
    first, last = int(years.min()), int(years.max())
    return Calendar(months % MONTHS, years - first, tuple(range(first, last + 1)), step)


class Reducer(Protocol):
    """One reduction of the hours of one or two quantities, for any number of cells."""

    @property
    def quantities(self) -> tuple[str, ...]:
        """Names of the quantities whose blocks `add` takes, in its order."""
        ...

    @property
    def units(self) -> str:
        """Unit of the result; empty for the unit of the quantity itself."""
        ...

    def coordinates(self, calendar: Calendar) -> dict[str, NDArray[Any]]:
        """Leading dimensions of the result with their values."""
        ...

    def totals(self, calendar: Calendar, cells: int) -> Totals:
        """Empty totals."""
        ...

    def add(self, totals: Totals, calendar: Calendar, *blocks: Floats) -> None:
        """Take in the steps of a block (steps, cells) of each quantity."""
        ...

    def result(self, totals: Totals, calendar: Calendar) -> NDArray[Any]:
        """What the totals come to, (…, cells)."""
        ...


@dataclass(frozen=True)
class MonthlyMean:
    """Mean of all valid hours of each calendar month, years pooled.

    Examples
    --------
    >>> reducer = MonthlyMean("significant_wave_height")
    >>> hours = np.array([[1.0], [np.nan], [4.0]])
    >>> january = calendar_of(np.array(["2020-01-01"] * 3, dtype="datetime64[s]"), 3600.0)
    >>> totals = reducer.totals(january, 1)
    >>> reducer.add(totals, january, hours)
    >>> float(reducer.result(totals, january)[0, 0])
    2.5
    """

    quantity: str
    units: str = ""

    @property
    def quantities(self) -> tuple[str, ...]:
        """The quantity."""
        return (self.quantity,)

    def coordinates(self, calendar: Calendar) -> dict[str, NDArray[Any]]:
        """Months from 1."""
        return _months()

    def totals(self, calendar: Calendar, cells: int) -> Totals:
        """Sums and counts."""
        return np.zeros((MONTHS, cells)), np.zeros((MONTHS, cells), dtype=np.int64)

    def add(self, totals: Totals, calendar: Calendar, *blocks: Floats) -> None:
        """Add the hours to the sums of their months."""
        _add_by_month(blocks[0], calendar.month, *totals)

    def result(self, totals: Totals, calendar: Calendar) -> Floats:
        """Means; NaN for a month without a valid hour."""
        return _share(totals[0], totals[1])


@dataclass(frozen=True)
class MonthlyFlux:
    """Mean energy flux of waves in deep water by calendar month [kW m-1].

    Notes
    -----
    J = rho g² / (64 pi) Hm0² Te at every hour that has both, then the mean: the flux of mean
    heights and periods would be a fifth too small (mean of squares above square of means).
    """

    height: str = "significant_wave_height"
    period: str = "wave_energy_period"
    units: str = "kW m-1"

    @property
    def quantities(self) -> tuple[str, ...]:
        """Height and energy period."""
        return (self.height, self.period)

    def coordinates(self, calendar: Calendar) -> dict[str, NDArray[Any]]:
        """Months from 1."""
        return _months()

    def totals(self, calendar: Calendar, cells: int) -> Totals:
        """Sums of H² T, sums of H², and counts of joint hours."""
        return (
            np.zeros((MONTHS, cells)),
            np.zeros((MONTHS, cells)),
            np.zeros((MONTHS, cells), dtype=np.int64),
        )

    def add(self, totals: Totals, calendar: Calendar, *blocks: Floats) -> None:
        """Add the joint hours to the sums of their months."""
        _add_flux(blocks[0], blocks[1], calendar.month, *totals)

    def result(self, totals: Totals, calendar: Calendar) -> Floats:
        """Mean flux; NaN for a month without a joint hour."""
        return DEEP / 1e3 * _share(totals[0], totals[2])


@dataclass(frozen=True)
class MonthlyEnergyPeriod(MonthlyFlux):
    """Mean energy period by calendar month, each hour counted by its energy [s].

    Notes
    -----
    sum(Hm0² Te) / sum(Hm0²): with the mean square of the heights it gives back the mean flux.
    """

    units: str = "s"

    def result(self, totals: Totals, calendar: Calendar) -> Floats:
        """Weighted means; NaN for a month without waves."""
        return _share(totals[0], totals[1])


@dataclass(frozen=True)
class AnnualMaximum:
    """Greatest value of each calendar year (year, cells).

    Parameters
    ----------
    quantity : str
        The quantity.
    coverage : float
        Share of the year's hours that a cell must have; NaN for a year with fewer.
    """

    quantity: str
    coverage: float = 0.9
    units: str = ""

    @property
    def quantities(self) -> tuple[str, ...]:
        """The quantity."""
        return (self.quantity,)

    def coordinates(self, calendar: Calendar) -> dict[str, NDArray[Any]]:
        """The years."""
        return {"year": np.array(calendar.years)}

    def totals(self, calendar: Calendar, cells: int) -> Totals:
        """Greatest values and counts."""
        shape = len(calendar.years), cells
        return np.full(shape, -np.inf), np.zeros(shape, dtype=np.int64)

    def add(self, totals: Totals, calendar: Calendar, *blocks: Floats) -> None:
        """Compare the hours with the greatest so far."""
        _add_greatest(blocks[0], calendar.year, *totals)

    def result(self, totals: Totals, calendar: Calendar) -> Floats:
        """Maxima of the years that are covered."""
        starts = np.array([f"{year:04d}" for year in (*calendar.years, calendar.years[-1] + 1)],
                          dtype="datetime64[Y]")  # fmt: skip
        lengths = np.diff(starts.astype("datetime64[s]").astype(np.int64))
        wanted = self.coverage * lengths / calendar.step
        return np.where(totals[1] >= np.maximum(wanted, 1)[:, None], totals[0], np.nan)


@dataclass(frozen=True)
class JointOccurrence:
    """Hours in each class of height and period (height, period, cells).

    The coordinates are the lower edges of the classes; the last class of each takes all above.
    """

    height: str = "significant_wave_height"
    period: str = "wave_energy_period"
    height_step: float = 0.5  # [m]
    period_step: float = 1.0  # [s]
    heights: int = 30
    periods: int = 25
    units: str = "1"

    @property
    def quantities(self) -> tuple[str, ...]:
        """Height and period."""
        return (self.height, self.period)

    def coordinates(self, calendar: Calendar) -> dict[str, NDArray[Any]]:
        """Lower edges of the classes."""
        return {
            "height": self.height_step * np.arange(self.heights),
            "period": self.period_step * np.arange(self.periods),
        }

    def totals(self, calendar: Calendar, cells: int) -> Totals:
        """Counts."""
        return (np.zeros((self.heights, self.periods, cells), dtype=np.uint32),)

    def add(self, totals: Totals, calendar: Calendar, *blocks: Floats) -> None:
        """Count the joint hours."""
        _add_joint(blocks[0], blocks[1], self.height_step, self.period_step, totals[0])

    def result(self, totals: Totals, calendar: Calendar) -> NDArray[Any]:
        """The counts."""
        return totals[0]


@dataclass(frozen=True)
class ValidCount:
    """Number of hours with a value of every one of the quantities (cells,)."""

    quantities: tuple[str, ...]
    units: str = "1"

    def coordinates(self, calendar: Calendar) -> dict[str, NDArray[Any]]:
        """None: one number for each cell."""
        return {}

    def totals(self, calendar: Calendar, cells: int) -> Totals:
        """Counts."""
        return (np.zeros(cells, dtype=np.int64),)

    def add(self, totals: Totals, calendar: Calendar, *blocks: Floats) -> None:
        """Count the hours that have all."""
        valid = np.isfinite(blocks[0])
        for block in blocks[1:]:
            valid &= np.isfinite(block)
        totals[0][:] += valid.sum(axis=0)

    def result(self, totals: Totals, calendar: Calendar) -> NDArray[Any]:
        """The counts."""
        return totals[0]


def reduced(reducer: Reducer, calendar: Calendar, blocks: Mapping[str, Floats]) -> NDArray[Any]:
    """A reduction of series that are held as a whole, (…, cells).

    Parameters
    ----------
    reducer : Reducer
        The reduction.
    calendar : Calendar
        When the steps are.
    blocks : mapping of str to numpy.ndarray of shape (steps, cells)
        Values by quantity.
    """
    values = [np.ascontiguousarray(blocks[name], dtype=float) for name in reducer.quantities]
    totals = reducer.totals(calendar, values[0].shape[1])
    reducer.add(totals, calendar, *values)
    return reducer.result(totals, calendar)


def _months() -> dict[str, NDArray[Any]]:
    return {"month": np.arange(1, MONTHS + 1)}


def _share(total: Floats, weight: NDArray[Any]) -> Floats:
    there = weight > 0
    found: Floats = np.where(there, total / np.where(there, weight, 1), np.nan)
    return found


@numba.njit(cache=True, nogil=True)
def _add_by_month(values: Floats, month: Counts, sums: Floats, counts: Counts) -> None:
    for i in range(values.shape[0]):
        m = month[i]
        for j in range(values.shape[1]):
            value = values[i, j]
            if value == value:
                sums[m, j] += value
                counts[m, j] += 1


@numba.njit(cache=True, nogil=True)
def _add_flux(
    height: Floats, period: Floats, month: Counts, flux: Floats, square: Floats, counts: Counts
) -> None:
    for i in range(height.shape[0]):
        m = month[i]
        for j in range(height.shape[1]):
            h, t = height[i, j], period[i, j]
            if h == h and t == t:
                flux[m, j] += h * h * t
                square[m, j] += h * h
                counts[m, j] += 1


@numba.njit(cache=True, nogil=True)
def _add_greatest(values: Floats, year: Counts, greatest: Floats, counts: Counts) -> None:
    for i in range(values.shape[0]):
        y = year[i]
        for j in range(values.shape[1]):
            value = values[i, j]
            if value == value:
                greatest[y, j] = max(greatest[y, j], value)
                counts[y, j] += 1


@numba.njit(cache=True, nogil=True)
def _add_joint(
    height: Floats, period: Floats, height_step: float, period_step: float, counts: NDArray[Any]
) -> None:
    heights, periods = counts.shape[0], counts.shape[1]
    for i in range(height.shape[0]):
        for j in range(height.shape[1]):
            h, t = height[i, j], period[i, j]
            if h >= 0 and t >= 0:  # false for NaN
                a = min(int(min(h / height_step, heights)), heights - 1)
                b = min(int(min(t / period_step, periods)), periods - 1)
                counts[a, b, j] += 1


@numba.njit(cache=True, nogil=True)
def look_over(
    values: Floats, before: Floats, held: Counts, there: Counts, extremes: Floats, valid: Counts
) -> float:
    """Sum of all values; what is there, what repeats the step before, and what is extreme.

    Parameters
    ----------
    values : numpy.ndarray of shape (steps, cells)
        Values; NaN where missing.
    before : numpy.ndarray of shape (cells,)
        Last step seen before; holds the last of these steps afterwards.
    held, there : numpy.ndarray of shape (steps,)
        Counts of values that repeat the step before, and of all. Zeros count in neither: at
        night radiation is nothing over and over.
    extremes : numpy.ndarray of shape (2,)
        Least and greatest value.
    valid : numpy.ndarray of shape (cells,)
        Count of values by cell.
    """
    total = 0.0
    for i in range(values.shape[0]):
        for j in range(values.shape[1]):
            value = values[i, j]
            if value == value:
                total += value
                valid[j] += 1
                extremes[0] = min(extremes[0], value)
                extremes[1] = max(extremes[1], value)
                if value != 0.0:
                    there[i] += 1
                    held[i] += value == before[j]
            before[j] = value
    return total
