"""Values against what is plausible for a quantity, and the unit that would explain them."""

import math
from typing import NamedTuple

import numpy as np
from pyproj import Transformer

from siting import units
from siting.errors import UnitsError
from siting.findings import warn
from siting.io.quantities import Quantity, quantities
from siting.io.source import RasterSource

DARK = 1.0  # W m-2 that are night
POLAR = 55.0  # degrees of latitude, beyond which a month has little sun


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
    _Change(1e3 / 24, 0, "are these kWh m-2 a day", "W m-2"),
    _Change(1e3 / 8766, 0, "are these kWh m-2 a year", "W m-2"),
    _Change(9.869233e-16, 0, "are these millidarcies", "m2"),
    _Change(100, 0, "100"),
    _Change(0.01, 0, "100"),
    _Change(1e3, 0, "1000"),
    _Change(1e-3, 0, "1000"),
    _Change(1e-4, 0, "10,000"),
    _Change(0.0254, 0, "are these inches", "m"),
    _Change(-1, 0, "of the other sign: is the axis positive the other way"),
    _Change(1e6, 0, "1,000,000"),
    _Change(1e-6, 0, "1,000,000"),
    _Change(1e9, 0, "1,000,000,000"),
    _Change(1e-9, 0, "1,000,000,000"),
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
    usual = quantity.typical
    if DARK < middle < quantity.sunlit and source.evidence is None and not _is_polar(source):
        usual = (quantity.sunlit, usual[1])
    unusual = not usual[0] <= middle <= usual[1]
    if not (beyond or unusual):
        return
    told = quantity.range if beyond else usual
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
    fits = [each for each in _CHANGES if _would_fit(each, quantity, low, median, high)]
    if not fits:
        return "check the units, the no-data value and `quantity:`"
    if not _is_power(fits[0]):
        says = fits[0].says if fits[0].says.startswith("are") else f"is it {fits[0].says}"
        return f"{says}? Correct `units:`"
    return f"is it {_factors(fits, quantity.units)}? Correct `units:`"


def _would_fit(change: _Change, quantity: Quantity, low: float, median: float, high: float) -> bool:
    """Whether values would be plausible once a mistake was undone."""
    if change.unit not in {"", quantity.units}:
        return False
    ends = sorted(value * change.factor + change.shift for value in (low, high))
    middle = median * change.factor + change.shift
    inside = quantity.range[0] <= ends[0] and ends[1] <= quantity.range[1]
    return inside and quantity.typical[0] <= middle <= quantity.typical[1]


def _is_power(change: _Change) -> bool:
    """Whether a mistake is a power of ten alone."""
    return change.says.replace(",", "").isdigit()


def _factors(fits: list[_Change], unit: str) -> str:
    """Up to two powers of ten that would do, with the units that they make; known units first."""
    tens = [each for each in fits if _is_power(each)]
    named = [each for each in tens if (unit, each.factor) in _PREFIXED]
    best = [each for each in named or tens if (each.factor > 1) == (tens[0].factor > 1)][:2]
    best = best or tens[:1]
    size = "small" if best[0].factor > 1 else "large"
    text = f"{' or '.join(each.says for each in best)} times too {size}"
    others = [_PREFIXED[unit, each.factor] for each in best if (unit, each.factor) in _PREFIXED]
    return f"{text}: are these {' or '.join(others)}" if others else text


def _is_polar(source: RasterSource) -> bool:
    """Whether a raster reaches to where the sun is low for months."""
    frame = source.frame
    corners = [(0, 0), (frame.width, 0), (0, frame.height), (frame.width, frame.height)]
    x, y = zip(*(frame.affine * corner for corner in corners), strict=True)
    _, latitude = Transformer.from_crs(frame.crs, "EPSG:4326", always_xy=True).transform(x, y)
    return bool(np.nanmax(np.abs(latitude)) > POLAR)


def _fits_power(quantity: Quantity, low: float, high: float) -> bool:
    """Whether ten to the power of the values lies among what is usual, and they are small."""
    return low > -6 and quantity.typical[0] <= 10**low and 10**high <= quantity.typical[1]


_PREFIXED = {
    ("mW m-2", 1e3): "W m-2", ("m", 1e3): "km", ("m", 1e-3): "mm", ("m", 0.01): "cm",
    ("km", 1e-3): "m", ("1", 0.01): "percent", ("kg m-3", 1e3): "g cm-3",
    ("degC", 0.01): "hundredths of a degree", ("W m-2", 1e3): "kW m-2",
    ("USD MWh-1", 1e3): "USD kWh-1", ("kW m-1", 1e-3): "W m-1", ("yr-1", 1e-9): "1e-9 yr-1",
    ("m s-1", 1e3): "km s-1", ("m s-1", 0.01): "cm s-1", ("W m-3", 1e-6): "uW m-3",
    ("hPa", 0.01): "Pa", ("mGal", 1e-3): "uGal", ("K km-1", 1e3): "K m-1", ("s", 1e-3): "ms",
}  # fmt: skip
