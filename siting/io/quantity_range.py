"""Values against what is plausible for a quantity, and the unit that would explain them."""

import math
from typing import NamedTuple

from siting import units
from siting.errors import UnitsError
from siting.findings import warn
from siting.io.quantities import Quantity, quantities
from siting.io.source import RasterSource


class _Change(NamedTuple):
    """What was done wrong, if ``value * factor + shift`` is plausible for a quantity in a unit."""

    factor: float
    shift: float
    says: str
    unit: str = ""


_CHANGES = (
    _Change(1, -273.15, "273.15 too large: are these kelvin", "degC"),
    _Change(1, 273.15, "273.15 too small: are these degrees Celsius called kelvin", "degC"),
    _Change(5 / 9, -160 / 9, "are these degrees Fahrenheit", "degC"),
    _Change(180 / math.pi, 0, "are these radians", "degree"),
    _Change(0.3048, 0, "are these feet", "m"),
    _Change(1e3, 0, "1000 times too small"),
    _Change(1e-3, 0, "1000 times too large"),
    _Change(100, 0, "100 times too small"),
    _Change(0.01, 0, "100 times too large"),
    _Change(0.0254, 0, "are these inches", "m"),
    _Change(-1, 0, "of the other sign: is the axis positive the other way"),
    _Change(1e6, 0, "1,000,000 times too small"),
    _Change(1e-6, 0, "1,000,000 times too large"),
    _Change(1e9, 0, "1,000,000,000 times too small"),
    _Change(1e-9, 0, "1,000,000,000 times too large"),
)


def check_quantity(source: RasterSource, low: float, median: float, high: float) -> None:
    """Report values that the quantity does not have, and what would explain them.

    Parameters
    ----------
    source : RasterSource
        With its quantity and units.
    low, median, high : float
        Of the values [unit of the source].
    """
    quantity = quantities()[source.quantity]
    try:
        factor, shift = units.factor_offset(source.units or quantity.units, quantity.units)
    except UnitsError:
        return  # a unit that does not fit is refused elsewhere
    low, middle, high = (value * factor + shift for value in (low, median, high))
    low, high = min(low, high), max(low, high)
    beyond = low < quantity.range[0] or high > quantity.range[1]
    unusual = not quantity.typical[0] <= middle <= quantity.typical[1]
    if not (beyond or unusual):
        return
    told = quantity.range if beyond else quantity.typical
    warn(
        "RANGE_IMPLAUSIBLE",
        "values are not plausible for what they measure",
        where=str(source.path),
        found=f"{low:.6g} to {high:.6g} {quantity.units}, median {middle:.6g}",
        wanted=f"{source.quantity} from {told[0]:g} to {told[1]:g} {quantity.units}"
        + ("" if beyond else " in the median of a region"),
        fix=explanation(quantity, low, middle, high),
    )


def explanation(quantity: Quantity, low: float, median: float, high: float) -> str:
    """What would make values plausible, as a question; what to do where nothing would.

    Examples
    --------
    >>> explanation(quantities()["heat_flow"], 0.04, 0.06, 0.12)
    'is it 1000 times too small: are these W m-2? Correct `units:`'
    """
    if high <= 0 <= quantity.range[0] and _fits_power(quantity, low, high):
        return "are these logarithms, or decibels? Undo them first"
    for change in (each for each in _CHANGES if each.unit in {"", quantity.units}):
        ends = sorted(value * change.factor + change.shift for value in (low, high))
        middle = median * change.factor + change.shift
        inside = quantity.range[0] <= ends[0] and ends[1] <= quantity.range[1]
        if inside and quantity.typical[0] <= middle <= quantity.typical[1]:
            says = change.says if change.says.startswith("are") else f"is it {change.says}"
            return f"{says}{_other_unit(quantity.units, change.factor)}? Correct `units:`"
    return "check the units, the no-data value and `quantity:`"


def _fits_power(quantity: Quantity, low: float, high: float) -> bool:
    """Whether ten to the power of the values lies among what is usual, and they are small."""
    return low > -6 and quantity.typical[0] <= 10**low and 10**high <= quantity.typical[1]


_PREFIXED = {
    ("mW m-2", 1e3): "W m-2", ("m", 1e3): "km", ("m", 1e-3): "mm", ("m", 0.01): "cm",
    ("km", 1e-3): "m", ("1", 0.01): "percent", ("kg m-3", 1e3): "g cm-3",
    ("degC", 0.01): "hundredths of a degree", ("W m-2", 1e3): "kW m-2",
    ("USD MWh-1", 1e3): "USD kWh-1", ("kW m-1", 1e-3): "W m-1", ("yr-1", 1e-9): "1e-9 yr-1",
    ("mGal", 1e-3): "uGal", ("K km-1", 1e3): "K m-1", ("s", 1e-3): "ms",
}  # fmt: skip


def _other_unit(unit: str, factor: float) -> str:
    other = _PREFIXED.get((unit, factor))
    return f": are these {other}" if other else ""
