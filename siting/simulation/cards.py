"""The card of a site: its year, its worst week, where the money goes, and what is assumed."""

from typing import Any

import numpy as np
import pandas as pd

from siting.kernels import firm_power, money
from siting.kernels.solar import HOURS, month_of_hour
from siting.projection import Floats
from siting.simulation.hours import HoursSource
from siting.simulation.outcome import Simulated

WEEK = 168  # [h]
_UNITS = "kW per kW of load; battery in kWh per kW of load"
Card = dict[str, Any]


def card(
    figures: dict[str, float],
    found: Simulated,
    source: HoursSource,
    device: dict[str, Any],
    costs: pd.DataFrame,
    at_value: money.CostDraws,
) -> Card:
    """All that is shown of one site, as JSON."""
    hotel = float(found.hotel[0])
    trace = firm_power.trace(found.wave[0], found.sun[0], found.designs[0], hotel, 1 - hotel)
    wave, solar = (
        series[0].astype(float) * float(size)
        for series, size in zip((found.wave, found.sun), found.designs[0], strict=False)
    )
    served = float(found.served.compute_served[0])
    return {
        "figures": {name: _number(figures[name]) for name in source.columns},
        "columns": {name: each._asdict() for name, each in source.columns.items()},
        **source.card(found),
        "device": _device(device),
        "months": _months(found),
        "year": _year(wave, solar, trace, found.hours.years),
        "week": _week(wave, solar, trace, found.hours.years),
        "waterfall": _waterfall(found, at_value, served, device),
        "sensitivity": _sensitivity(found, costs, served, device),
        "assumed": _assumed(money.by_parameter(costs)),
        "break_even": _break_even(found, costs, at_value, device),
    }


def _number(value: float) -> float | None:
    return None if not np.isfinite(value) else float(f"{value:.6g}")


def _numbers(values: Any, digits: int = 4) -> list[float | None]:
    return [
        None if not np.isfinite(each) else float(f"{each:.{digits}g}") for each in np.ravel(values)
    ]


def _pue(found: Simulated, hotel: float) -> float:
    return float((1 - hotel) / found.quantities["it_power"][0])


def _device(device: dict[str, Any]) -> Card:
    keys = ("name", "rated_power", "deck_power", "status", "source", "note")
    return {name: device[name] for name in keys if name in device}


def _months(found: Simulated) -> Card:
    """Monthly means of the resource, and of what it gives per rated power."""
    c = found.hours.climate
    month = month_of_hour(np.arange(found.wave.shape[1]))
    counts = np.bincount(month, minlength=12)
    return {
        "wave_height": {"units": "m", "values": _numbers(c.height[0])},
        "energy_period": {"units": "s", "values": _numbers(c.period[0])},
        "irradiance": {"units": "W m-2", "values": _numbers(c.irradiance[0])},
        "temperature": {"units": "degC", "values": _numbers(c.temperature[0])},
        "wave_capacity_factor": {
            "units": "1",
            "values": _numbers(np.bincount(month, found.wave[0].astype(float)) / counts),
        },
        "solar_capacity_factor": {
            "units": "1",
            "values": _numbers(np.bincount(month, found.sun[0].astype(float)) / counts),
        },
        "access_share": {"units": "1", "values": _numbers(found.access[0])},
    }


def _year(wave: Floats, solar: Floats, trace: firm_power.Trace, years: tuple[int, ...]) -> Card:
    """Daily means of the balance in the middle year by what it serves, per kW of load."""
    served = trace.served.reshape(-1, HOURS).mean(axis=1)
    middle = int(np.argsort(served, kind="stable")[(len(served) - 1) // 2])
    part = slice(middle * HOURS, (middle + 1) * HOURS)

    def daily(values: Floats) -> list[float | None]:
        return _numbers(values[part].reshape(-1, 24).mean(axis=1), 3)

    return {
        "units": _UNITS,
        "step": "day",
        **({"calendar_year": years[middle]} if years else {}),
        "wave": daily(wave),
        "solar": daily(solar),
        "served": daily(trace.served),
        "charge": daily(trace.charge),
    }


def _week(wave: Floats, solar: Floats, trace: firm_power.Trace, years: tuple[int, ...]) -> Card:
    """The hours of the week that is served least, per kW of load."""
    total = np.convolve(trace.served, np.ones(WEEK), "valid")[::24]
    first = int(np.argmin(total)) * 24
    part = slice(first, first + WEEK)
    return {
        "units": _UNITS,
        "step": "hour",
        **({"calendar_year": years[first // HOURS]} if years else {}),
        "first_day": first % HOURS // 24 + 1,
        "chosen": f"the week of the {'years' if years else 'year'} in which least is served",
        "wave": _numbers(wave[part], 3),
        "solar": _numbers(solar[part], 3),
        "served": _numbers(trace.served[part], 3),
        "charge": _numbers(trace.charge[part], 3),
    }


def _waterfall(
    found: Simulated, at_value: money.CostDraws, served: float, device: dict[str, Any]
) -> Card:
    """Parts of the cost of a delivered GPU-hour, which add up to it."""
    parts = money.annual_parts(found.quantities, at_value, device["cost_name"])
    hours = money.delivered_hours(found.quantities, at_value, [served])
    each = money.per_hour(parts, hours)
    return {
        "units": "USD GPU-1 h-1",
        "parts": {name: _number(float(value[0, 0])) for name, value in each.items()},
    }


def _break_even(
    found: Simulated, costs: pd.DataFrame, at_value: money.CostDraws, device: dict[str, Any]
) -> Card:
    """What firm power may cost here, with all else that a processor at sea must pay for."""
    parts = money.annual_parts(found.quantities, at_value, device["cost_name"])
    names = ("link", "tow_and_service", "insurance", "decommissioning", "place", "losses")
    processors = float(found.quantities["it_power"][0]) / float(at_value["gpu.power"][0])
    others = sum(float(parts[name][0, 0]) for name in names) / processors
    return money.break_even(costs, pue=_pue(found, float(found.hotel[0])), others=others)


def _sensitivity(
    found: Simulated, costs: pd.DataFrame, served: float, device: dict[str, Any]
) -> list[Card]:
    quantities = {name: float(values[0]) for name, values in found.quantities.items()}
    table = money.sensitivity(costs, quantities, served, device["cost_name"]).head(12)
    return [
        {"parameter": str(name), **{str(key): _plain(value) for key, value in row.items()}}
        for name, row in table.iterrows()
    ]


def _assumed(costs: pd.DataFrame) -> list[Card]:
    """Every row of the costs that rests on an assumption, with its price."""
    if "status" not in costs.columns:
        return []
    rows = costs[costs["status"] == "assumed"]
    keys = [name for name in ("value", "low", "high", "unit", "source", "note") if name in rows]
    return [
        {"parameter": str(name), **{key: _plain(row[key]) for key in keys}}
        for name, row in rows.iterrows()
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, int | float | np.number):
        return _number(float(value))
    return "" if value is None or value is pd.NA else str(value)
