"""Costs as numbers to calculate with: at their values, or drawn from their ranges."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv
from scipy.stats import qmc

from siting import units
from siting.errors import InputError, UnitsError
from siting.io.costs import costs_of

Floats = NDArray[np.float64]
PRICES_OF = 2025  # year that all money is brought to
_NUMBERS = ("value", "low", "high")
# Units that the arithmetic wants, by parameter; a star stands for one word.
WANTED = {
    "*.rate": "yr-1", "*.life": "yr", "*.*.life": "yr",
    "wave.*.capex": "USD kW-1", "wave.*.operation": "USD kW-1 yr-1",
    "solar.capex": "USD kW-1", "solar.operation": "yr-1",
    "battery.energy.capex": "USD kWh-1", "battery.power.capex": "USD kW-1",
    "battery.operation": "yr-1",
    "hall.capex": "USD kW-1", "hall.operation": "yr-1", "hull.factor": "1",
    "gpu.capex": "USD GPU-1", "gpu.overhead": "1", "gpu.power": "kW GPU-1",
    "gpu.attrition": "yr-1", "gpu.throughput": "s-1 GPU-1",
    "node.loss": "yr-1", "node.insurance": "yr-1", "node.decommissioning": "1",
    "tow.vessel": "USD day-1", "tow.speed": "km day-1", "tow.port_time": "day",
    "service.visits": "yr-1", "service.vessel": "USD day-1", "service.speed": "km day-1",
    "service.time": "day",
    "link.capex": "USD", "link.subscription": "USD yr-1", "link.capacity": "bit s-1",
    "link.token_size": "bit", "place.exclusive_zone": "USD yr-1",
    "land.pue": "1", "land.uptime": "1", "land.power": "USD MWh-1",
    "land.gpu_hour": "USD GPU-1 h-1", "land.firm_power": "USD MWh-1",
    "plant.capacity_factor": "1", "plant.factor": "1", "field.area": "km2",
    "exploration.lead": "yr", "well.cost_factor": "1", "well.development_success": "1",
    "*.flow": "kg s-1", "*.productivity": "kg s-1 bar-1", "*.injectors": "1",
    "*.drawdown": "yr-1", "*.makeup": "yr-1",
    "egs.fractures": "1", "egs.fracture_size": "m", "egs.fracture_separation": "m",
    "egs.water_loss": "1", "egs.stimulation": "MUSD", "egs.bore_factor": "1",
    "egs.redrill_at": "1", "egs.redrill_cost": "1",
    "superhot.utilisation": "1", "superhot.parasitic": "1", "superhot.pressure_factor": "1",
    "superhot.well_factor": "1", "superhot.plant_factor": "1",
    "*_ladder.*.cost": "MUSD", "*_ladder.*.well_share": "1", "*_ladder.*.tries": "1",
    "*_ladder.*.hit": "1", "*_ladder.*.false": "1",
}  # fmt: skip
_PATTERNS = {re.compile(re.escape(k).replace(r"\*", r"\w+")): unit for k, unit in WANTED.items()}


@dataclass(frozen=True)
class CostDraws:
    """Costs by name, each with as many draws as every other; draw i of all belongs together.

    Attributes
    ----------
    columns : mapping of str to numpy.ndarray of shape (draws,)
        Draws of each parameter, in the unit of ``WANTED``.
    """

    columns: Mapping[str, Floats]

    def __getitem__(self, name: str) -> Floats:
        """Draws of one parameter; InputError COST_MISSING where the table lacks it."""
        if name not in self.columns:
            raise InputError(
                "COST_MISSING", f"the table of costs has no row '{name}'", where="costs",
                found=", ".join(sorted(self.columns)), wanted=name,
                fix="add the row, or start from the table costs_offshore",
            )  # fmt: skip
        return self.columns[name]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))


def by_parameter(costs: pd.DataFrame) -> pd.DataFrame:
    """Rows by parameter, checked and in the prices of 2025.

    Parameters
    ----------
    costs : pandas.DataFrame
        A table as it was read, or what :func:`siting.io.costs.costs_of` made of one, which is
        taken as it is.

    Raises
    ------
    InputError
        As :func:`siting.io.costs.costs_of`.
    """
    if "parameter" not in costs.columns:
        return costs
    return costs_of(costs, PRICES_OF, where=str(costs.attrs.get("name", "costs")))


def at_value(costs: pd.DataFrame) -> CostDraws:
    """Each cost at its value: one draw.

    Parameters
    ----------
    costs : pandas.DataFrame
        A table of costs, as it was read or by parameter.

    Examples
    --------
    >>> row = {"value": [6.0], "low": [np.nan], "high": [np.nan], "unit": ["kUSD kW-1"]}
    >>> at_value(pd.DataFrame(row, index=["solar.capex"]))["solar.capex"].tolist()
    [6000.0]
    """
    return CostDraws({name: row[:1] for name, row in ranges(costs).items()})


def draw(costs: pd.DataFrame, count: int = 1024, seed: int = 0) -> CostDraws:
    """Costs drawn from their ranges, the same for every site and option.

    Parameters
    ----------
    costs : pandas.DataFrame
        A table of costs, as it was read or by parameter; a row without low or high is not
        varied.
    count : int
        Number of draws, a power of two.
    seed : int
        Seed of the scrambling: the same table, count and seed give the same draws.

    Returns
    -------
    CostDraws
        Draws by parameter. Differences between sites or options are to be taken draw by draw.

    Raises
    ------
    InputError
        VALUE_INVALID where the count is no power of two; COST_INVALID for a row without a value.

    Notes
    -----
    A PERT distribution: a beta distribution between low and high with its mode at the value and
    mean (low + 4 value + high)/6. Points of a scrambled Sobol sequence, one dimension for each
    row that has a range. Rows are independent of each other, which narrows the range of sums.

    References
    ----------
    Malcolm, Roseboom, Clark and Fazar (1959), Operations Research 7, 646-669; Owen (1998),
    J. Complexity 14, 466-489.

    Examples
    --------
    >>> row = {"value": [2.0], "low": [0.0], "high": [10.0], "unit": ["yr-1"]}
    >>> drawn = draw(pd.DataFrame(row, index=["service.visits"]), count=256)["service.visits"]
    >>> len(drawn), round(float(drawn.mean()), 2)
    (256, 3.0)
    """
    if count < 1 or count & (count - 1):
        raise InputError(
            "VALUE_INVALID", "draws are balanced in powers of two only", where="draw.count",
            found=str(count), wanted="a power of two, such as 1024",
        )  # fmt: skip
    rows = ranges(costs)
    varied = sorted(name for name, (_, low, high) in rows.items() if low < high)
    points = np.empty((count, 0))
    if varied:
        points = qmc.Sobol(len(varied), rng=seed).random(count)
    drawn = {name: np.full(count, row[0]) for name, row in rows.items()}
    for name, u in zip(varied, points.T, strict=True):
        drawn[name] = pert(rows[name], u)
    return CostDraws(drawn)


def pert(row: Floats, u: Floats) -> Floats:
    """Values of a PERT distribution at probabilities.

    Parameters
    ----------
    row : numpy.ndarray of shape (3,)
        Value, low and high, as of :func:`ranges`; low below high.
    u : numpy.ndarray
        Probabilities, from 0 to 1 [1].

    Examples
    --------
    >>> pert(np.array([2.0, 0.0, 10.0]), np.array([0.0, 1.0])).tolist()
    [0.0, 10.0]
    """
    mode, low, high = row
    width = high - low
    a, b = 1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width
    return np.asarray(low + width * betaincinv(a, b, u))


def ranges(costs: pd.DataFrame) -> dict[str, Floats]:
    """Value, low and high of each parameter, in the unit that the arithmetic wants.

    Parameters
    ----------
    costs : pandas.DataFrame
        A table of costs, as it was read or by parameter. Rows that siting knows nothing of are
        left out; one without low and high has its value in their places.

    Raises
    ------
    InputError
        COST_INVALID for a row without a value.
    UnitsError
        UNITS_INCOMPATIBLE, UNITS_UNKNOWN for a row in a unit of something else.

    Examples
    --------
    >>> row = {"value": [3.5], "low": [3.0], "high": [4.0], "unit": ["knot"]}
    >>> found = ranges(pd.DataFrame(row, index=["tow.speed"]))
    >>> found["tow.speed"].round(3).tolist()
    [155.568, 133.344, 177.792]
    """
    table = by_parameter(costs)
    numbers = table[list(_NUMBERS)].to_numpy(dtype=float)
    rows = zip(table.index.astype(str), table["unit"].astype(str), numbers, strict=True)
    return {
        name: _in_unit(name, row, unit, wanted)
        for name, unit, row in rows
        if (wanted := wanted_unit(name)) is not None
    }


def wanted_unit(name: str) -> str | None:
    """Unit that the arithmetic wants of a parameter; None for one that it does not know.

    Examples
    --------
    >>> wanted_unit("wave.rm3.capex"), wanted_unit("well.depth")
    ('USD kW-1', None)
    """
    return next((unit for pattern, unit in _PATTERNS.items() if pattern.fullmatch(name)), None)


def _in_unit(name: str, row: Floats, unit: str, wanted: str) -> Floats:
    value, low, high = row
    if not np.isfinite(value):
        raise InputError(
            "COST_INVALID", "a cost has no value to calculate with", where=f"costs: {name}",
            found=f"value empty, low {low:g}, high {high:g}", wanted="a value between them",
            fix="add the most likely value",
        )  # fmt: skip
    if name.endswith(".rate") and unit in {"1", "percent", "%"}:
        unit = f"{unit} yr-1" if unit != "1" else "yr-1"  # as rates of interest are written
    filled = np.array([value, *(value if np.isnan(end) else end for end in (low, high))])
    try:
        return np.asarray(units.convert(filled, unit, wanted), dtype=float)
    except UnitsError as error:
        raise UnitsError(
            error.code, f"the cost '{name}' is in another unit", where=f"costs: {name}",
            found=unit, wanted=wanted, fix="bring the row to the unit that is wanted",
        ) from error  # fmt: skip


def percentiles(values: ArrayLike, ranks: tuple[float, ...] = (10, 50, 90)) -> dict[str, Floats]:
    """Percentiles over the draws, named ``p10`` and so on.

    Parameters
    ----------
    values : array-like of shape (sites, draws)
        A quantity by draw.
    ranks : tuple of float
        Percentiles of the quantity itself: p10 is the value that a tenth of the draws lie below.
        In some fields p10 means the value exceeded in a tenth of cases; here it never does.

    Returns
    -------
    dict of str to numpy.ndarray of shape (sites,)
        NaN for a site with any draw that is NaN.

    Examples
    --------
    >>> {name: each.tolist() for name, each in percentiles([[1.0, 2.0, 3.0]]).items()}
    {'p10': [1.2], 'p50': [2.0], 'p90': [2.8]}
    """
    found = np.percentile(np.asarray(values, dtype=float), ranks, axis=-1)
    return {f"p{rank:g}": each for rank, each in zip(ranks, found, strict=True)}
