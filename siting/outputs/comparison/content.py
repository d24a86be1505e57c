"""What a comparison of two series finds, before any of it is drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from siting.errors import InputError
from siting.io.quantities import quantities
from siting.kernels.agreement import Agreement, agreement, angular_agreement, matched
from siting.kernels.occurrence import Occurrence, occurrence

Floats = NDArray[np.float64]

HEIGHT = "significant_wave_height"
# Periods that a joint table is made of, the first that both have.
PERIODS = ("wave_energy_period", "wave_peak_period", "wave_mean_period_tm01",
           "wave_mean_period_tm02")  # fmt: skip
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip
_CLASS = 1.0  # of heights [m]
_HOUR = 3600.0


@dataclass(frozen=True)
class Side:
    """One of the two series."""

    name: str
    steps: int
    first: str
    last: str
    step: float  # usual time from step to step [s]

    @classmethod
    def of(cls, series: xr.Dataset) -> "Side":
        """Of a series as ``read_series`` gives it."""
        time = series["time"].values.astype("datetime64[s]")
        step = float(np.median(np.diff(time).astype(float))) if time.size > 1 else _HOUR
        source = str(series.attrs.get("source", ""))
        return cls(source, time.size, _stamp(time[0]), _stamp(time[-1]), step)


@dataclass(frozen=True)
class Compared:
    """Pairs of values of one quantity, and how well they agree."""

    quantity: str
    title: str
    unit: str
    circular: bool
    model: Floats
    observed: Floats
    whole: Agreement
    months: dict[str, Agreement]
    classes: dict[str, Agreement]  # by the buoy's height


@dataclass(frozen=True)
class Comparison:
    """All that a comparison found."""

    model: Side
    buoy: Side
    within: float  # that the times of a pair may be apart [s]
    pairs: int
    first: str
    last: str
    compared: tuple[Compared, ...]
    only_model: tuple[str, ...]
    only_buoy: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Figures as JSON."""
        return {
            "model": self.model.name,
            "buoy": self.buoy.name,
            "pairs": self.pairs,
            "first": self.first,
            "last": self.last,
            "within_seconds": self.within,
            "quantities": {
                each.quantity: {
                    "unit": each.unit,
                    **_plain(each.whole),
                    "by_month": {name: _plain(row) for name, row in each.months.items()},
                    "by_height": {name: _plain(row) for name, row in each.classes.items()},
                }
                for each in self.compared
            },
            "only_model": list(self.only_model),
            "only_buoy": list(self.only_buoy),
        }


def compare(model: xr.Dataset, buoy: xr.Dataset, within: float | None = None) -> Comparison:
    """How well a model's series agrees with a buoy's at common times.

    Parameters
    ----------
    model, buoy : xarray.Dataset
        Of one site each, as :func:`siting.io.series.read_series` gives them.
    within : float, optional
        Time that the two times of a pair may be apart; half the shorter of the two usual steps
        unless given, an hour at most [s].

    Raises
    ------
    InputError
        SERIES_MISMATCH where the series have no time or no quantity in common.
    """
    sides = model.sortby("time"), buoy.sortby("time")
    one, other = (Side.of(each) for each in sides)
    near = min(one.step / 2, other.step / 2, _HOUR) if within is None else within
    seconds = [each["time"].values.astype("datetime64[s]").astype(float) for each in sides]
    here, there = matched(seconds[0], seconds[1], near)
    both = [name for name in quantities() if name in model and name in buoy]
    values = {
        name: (sides[0][name].values[0][here], sides[1][name].values[0][there]) for name in both
    }
    shared = [name for name in both if np.isfinite(np.add(*values[name])).any()]
    _check_common(here.size, both, shared, (model, buoy), (one, other))
    time = sides[1]["time"].values[there]
    heights = values[HEIGHT][1] if HEIGHT in values else None
    compared = tuple(_compared(name, *values[name], time, heights) for name in shared)
    return Comparison(
        one,
        other,
        near,
        int(here.size),
        _stamp(time[0]),
        _stamp(time[-1]),
        compared,
        tuple(sorted(set(map(str, model.data_vars)) - set(shared))),
        tuple(sorted(set(map(str, buoy.data_vars)) - set(shared))),
    )


def _compared(
    name: str, model: Floats, observed: Floats, time: NDArray[Any], heights: Floats | None
) -> Compared:
    known = quantities()[name]
    agree = angular_agreement if known.circular else agreement
    month = time.astype("datetime64[M]").astype(int) % 12
    months = {MONTHS[m]: month == m for m in range(12)}
    return Compared(
        name,
        known.title,
        known.units,
        known.circular,
        model,
        observed,
        agree(model, observed),
        _parts(agree, model, observed, months),
        _parts(agree, model, observed, {} if heights is None else _height_classes(heights)),
    )


def joint(found: Comparison) -> tuple[str, Occurrence, Occurrence] | None:
    """How often heights and periods occur together: the period's title, model, and buoy.

    Of the steps where both have both, so that the tables differ by the seas alone.
    """
    known = {each.quantity: each for each in found.compared}
    name = next((each for each in PERIODS if each in known), None)
    if name is None or HEIGHT not in known:
        return None
    height, period = known[HEIGHT], known[name]
    values = (height.model, period.model, height.observed, period.observed)
    whole = np.isfinite(values).all(axis=0)
    if not whole.any():
        return None
    h, t, buoy_h, buoy_t = (each[whole] for each in values)
    return period.title, occurrence(h, t), occurrence(buoy_h, buoy_t)


def _parts(
    agree: Callable[[Floats, Floats], Agreement],
    model: Floats,
    observed: Floats,
    parts: dict[str, NDArray[np.bool_]],
) -> dict[str, Agreement]:
    """Figures of parts of the pairs, those without any left out."""
    rows = {name: agree(model[where], observed[where]) for name, where in parts.items()}
    return {name: row for name, row in rows.items() if row.pairs}


def _height_classes(heights: Floats) -> dict[str, NDArray[np.bool_]]:
    """Pairs by classes of the height that the buoy measured."""
    last = int(np.nanmax(heights, initial=0) // _CLASS)
    lows = [_CLASS * i for i in range(last + 1)]
    return {
        f"{low:g} to {low + _CLASS:g} m": (heights >= low) & (heights < low + _CLASS)
        for low in lows
    }


def _check_common(
    pairs: int,
    both: list[str],
    shared: list[str],
    series: tuple[xr.Dataset, xr.Dataset],
    sides: tuple[Side, Side],
) -> None:
    """Refuse two series that have nothing to compare."""
    if shared:
        return
    lacking = "no quantity" if not both else "no measured value" if pairs else "no time"
    found = [f"{each.first} to {each.last}" for each in sides]
    if not both:
        found = [", ".join(map(str, each.data_vars)) for each in series]
    raise InputError(
        "SERIES_MISMATCH",
        f"the two series have {lacking} in common",
        where=f"{sides[0].name} and {sides[1].name}",
        found=f"{found[0]}; {found[1]}",
        wanted="the same quantity at the same times",
        fix="bring series of the same years, and name the columns that belong together",
    )


def _stamp(time: Any) -> str:
    return str(np.datetime_as_string(np.datetime64(time, "m"))).replace("T", " ") + " UTC"


def _plain(row: Agreement) -> dict[str, float | int | None]:
    """Figures by name, None where there is none."""
    return {
        key: None if isinstance(value, float) and not np.isfinite(value) else value
        for key, value in row._asdict().items()
    }
