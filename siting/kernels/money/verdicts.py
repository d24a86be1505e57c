"""What must hold for the sea to pay: break-even prices of power, and inputs by their weight."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from siting.kernels.money.draws import CostDraws, Floats, at_value, by_parameter, ranges
from siting.kernels.money.finance import HOURS_PER_YEAR, crf, surviving_share
from siting.kernels.money.node import cost_per_gpu_hour

UPTIMES = (0.8, 0.9, 0.95, 0.99, 0.999)
HULL_FACTORS = (1.0, 1.25, 1.5, 2.0)


def power_limit(
    reference: ArrayLike, annual: ArrayLike, uptime: ArrayLike, power: ArrayLike
) -> Floats:
    """What firm power may cost at most for an hour of a processor to cost no more than elsewhere.

    Parameters
    ----------
    reference : array-like
        Cost of an hour elsewhere [USD GPU-1 h-1].
    annual : array-like
        Yearly cost of a processor without its power: itself, hull and hall, and so on [USD yr-1].
    uptime : array-like
        Share of hours that are delivered [1].
    power : array-like
        Power drawn, cooling included [kW GPU-1].

    Returns
    -------
    numpy.ndarray
        Price [USD MWh-1]; negative where no price is low enough.

    Notes
    -----
    (reference - annual/(8760 uptime))/power: the hours bought are those delivered, the capital is
    paid for all hours.

    Examples
    --------
    >>> round(float(power_limit(2.30, 18_485, 0.99, 1.943)))
    87
    """
    capital = np.divide(annual, HOURS_PER_YEAR * np.asarray(uptime, dtype=float))
    return np.asarray((reference - capital) / np.asarray(power, dtype=float) * 1000)


def break_even(
    costs: pd.DataFrame,
    *,
    pue: float = 1.06,
    others: float = 0.0,
    reference: float | None = None,
    uptimes: tuple[float, ...] = UPTIMES,
    hull_factors: tuple[float, ...] = HULL_FACTORS,
) -> dict[str, Any]:
    """Break-even prices of firm power, by uptime and by what hull and hall cost.

    Parameters
    ----------
    costs : pandas.DataFrame
        A table of costs, as it was read or by parameter.
    pue : float
        Power of the compute load over that of its processors and servers [1].
    others : float
        Yearly cost of a processor beside itself, hull, hall and power: link, ships, insurance,
        losses [USD yr-1].
    reference : float, optional
        Cost of an hour elsewhere [USD GPU-1 h-1]; ``land.gpu_hour`` by default. It must be that
        of the same processor.
    uptimes : tuple of float
        Shares of hours that are delivered.
    hull_factors : tuple of float
        Cost of hull and hall over that of a hall on land.

    Returns
    -------
    dict
        JSON-able: ``reference``, ``pue``, ``others``, ``uptimes``, ``hull_factors``, ``prices``
        [USD MWh-1] by uptime and factor, None where no price is low enough; ``surviving``, the
        share of the hours that failed processors leave where nobody repairs them
        (``gpu.attrition``), and ``prices_surviving`` with these hours alone; ``sentences`` that
        say all this.

    Notes
    -----
    ``prices`` are those of a hall where processors are repaired, as on land: what the sea could
    pay at best. ``prices_surviving`` are what it can pay.
    """
    at = at_value(costs)
    value = float(at["land.gpu_hour"][0]) if reference is None else reference
    u, f = np.asarray(uptimes)[:, None], np.asarray(hull_factors)[None, :]
    annual = gpu_annual(at, f) + others
    left = float(surviving_share(at["finance.rate"], at["gpu.life"], at["gpu.attrition"])[0])
    power = at["gpu.power"] * pue
    prices, rest = (_told(power_limit(value, annual, u * share, power)) for share in (1.0, left))
    sentences = _sentences(value, uptimes, hull_factors, prices)
    return {
        "reference": value, "pue": pue, "others": others, "uptimes": list(uptimes),
        "hull_factors": list(hull_factors), "units": "USD MWh-1", "prices": prices,
        "surviving": left, "prices_surviving": rest,
        "sentences": [*sentences, _after_failures(left, float(at["gpu.attrition"][0]), rest)],
    }  # fmt: skip


def _told(prices: Floats) -> list[list[float | None]]:
    return [[round(float(p), 1) if p > 0 else None for p in row] for row in prices]


def _after_failures(left: float, attrition: float, prices: list[list[float | None]]) -> str:
    best = max((price for row in prices for price in row if price is not None), default=None)
    start = (
        f"Where {attrition * 100:.0f} % of processors fail a year and are not repaired, "
        f"{left * 100:.0f} % of these hours are left, and "
    )
    if best is None:
        return f"{start}no price of power is low enough."
    return f"{start}firm power may cost {best:.0f} USD/MWh at the very most."


def gpu_annual(at: CostDraws, hull_factor: Any) -> Floats:
    """Yearly cost of a processor with its share of hull and hall [USD yr-1 GPU-1]."""
    rate = at["finance.rate"]
    hall = at["hall.capex"] * (crf(rate, at["hall.life"]) + at["hall.operation"])
    chip = at["gpu.capex"] * (1 + at["gpu.overhead"]) * crf(rate, at["gpu.life"])
    return np.asarray(chip + at["gpu.power"] * hall * hull_factor)


def _sentences(
    reference: float,
    uptimes: tuple[float, ...],
    factors: tuple[float, ...],
    prices: list[list[float | None]],
) -> list[str]:
    lines = []
    for uptime, row in zip(uptimes, prices, strict=True):
        if row[0] is None:
            text = "no price of power is low enough, even where hull and hall cost as on land"
        else:
            told = [
                f"{'not at all' if price is None else f'{price:.0f} USD/MWh'}{_if(factor)}"
                for factor, price in zip(factors, row, strict=True)
            ]
            text = "firm power may cost at most " + ", ".join(told)
        lines.append(
            f"At an uptime of {uptime:g}, against {reference:.2f} USD per GPU-hour: {text}."
        )
    return lines


def _if(factor: float) -> str:
    if factor == 1:
        return " if hull and hall cost as on land"
    return f" if {abs(factor - 1) * 100:.0f} % {'more' if factor > 1 else 'less'}"


def sensitivity(
    costs: pd.DataFrame,
    quantities: Mapping[str, ArrayLike],
    compute_served: float,
    device: str = "drifting_node",
) -> pd.DataFrame:
    """Inputs by what they change at one site: the cost at the low and at the high end of each.

    Parameters
    ----------
    costs : pandas.DataFrame
        A table of costs, as it was read or by parameter.
    quantities : mapping of str to float
        One site, as for :func:`siting.kernels.money.annual_parts`.
    compute_served : float
        Share of the processors' hours that power is there for [1].
    device : str
        Wave converter, as it stands in ``wave.<device>.capex``.

    Returns
    -------
    pandas.DataFrame
        Rows by parameter, the weightiest first: value, low, high, unit, and status, source and
        note where the table has them, with ``cost_at_low`` and ``cost_at_high``
        [USD GPU-1 h-1]. Rows without a range, or that change nothing here, are left out.

    Notes
    -----
    One input at a time, the others at their values: interactions do not show. ``land.*`` take no
    part: they are what the sea is compared with.
    """
    table = by_parameter(costs)
    rows = ranges(table)
    varied = [name for name, (_, low, high) in rows.items() if low < high]
    columns = {name: np.full(2 * len(varied), row[0]) for name, row in rows.items()}
    for place, name in enumerate(varied):
        columns[name][2 * place : 2 * place + 2] = rows[name][1:]
    cost = cost_per_gpu_hour(quantities, CostDraws(columns), compute_served, device)
    ends = pd.DataFrame(
        cost.reshape(-1, 2), index=pd.Index(varied, name="parameter"),
        columns=["cost_at_low", "cost_at_high"],
    )  # fmt: skip
    weight = (ends["cost_at_high"] - ends["cost_at_low"]).abs()
    order = weight[weight > 0].sort_values(ascending=False, kind="stable").index
    told = [each for each in ("value", "low", "high", "unit", "status", "source", "note")
            if each in table.columns]  # fmt: skip
    return table.loc[order, told].join(ends)
