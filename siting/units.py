"""Units as CF writes them ("mW m-2", "degC", "1"), converted or refused."""

import math
import re
import warnings
from functools import cache
from typing import Any

from siting.errors import UnitsError

# "m-2" -> "m**-2", but never the exponent of a number such as 1e-3 or 2.5E-2.
_EXPONENT = re.compile(r"(?<=[A-Za-zµ])(?<!\d[eE])(?<!\.[eE])(-?\d+)(?![\w.]*[A-Za-z])")
# Pint would work out 9**9**9 digit by digit: powers are small, of units, and not of powers.
_LONGEST = 64
_POWERS = re.compile(
    r"(?:\*\*|\^)(?!\s*[-+]?\d{1,2}(?:\.\d{1,3})?(?![\d.eE])(?!\s*(?:\*\*|\^)))"
    r"|[\d).]\s*(?:\*\*|\^)|[A-Za-zµ]-?\d{3,}"
)
_QUANTITY = re.compile(r"^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([A-Za-zµ°%].*?)\s*$")
_DEFINITIONS = (
    "USD = [currency]",
    "GPU = [gpu]",
    "HFU = 41.84e-3 W/m**2",
    "unitless = []",
    "psu = 1e-3 = PSU",
    "@alias degree_Celsius = degree_C = degrees_C = degrees_Celsius = Celsius",
    "@alias degree = degrees_north = degrees_east = degree_north = degree_east = degree_true",
    "@alias survey_foot = US_survey_foot = US_survey_feet = us_survey_foot = ftUS",
    "@alias meter = Meter = Meters = metres",
)


# Factors to metres of the lengths that every pipeline has: pint needs a second to wake up.
_LENGTHS = {"m": 1.0, "km": 1000.0, "cm": 0.01, "mm": 0.001}


@cache
def _registry() -> Any:
    """Pint's registry with the words of the earth and marine sciences; loaded on first use."""
    import pint

    registry: Any = pint.UnitRegistry(
        preprocessors=[
            lambda text: "percent" if text.strip() == "%" else text,
            lambda text: _EXPONENT.sub(r"**\1", text),
        ]
    )
    for definition in _DEFINITIONS:
        registry.define(definition)
    return registry


@cache
def _unit(name: str) -> Any:
    if len(name) > _LONGEST or _POWERS.search(name):
        raise _unknown(name[:_LONGEST])
    try:
        return _registry().Unit("dimensionless" if name.strip() in {"1", ""} else name)
    except Exception as error:  # pint's parser raises anything over odd text
        raise _unknown(name) from error


def _unknown(name: str) -> UnitsError:
    return UnitsError(
        "UNITS_UNKNOWN",
        f"'{name}' is not a unit that siting knows",
        found=name,
        wanted="a CF unit such as 'm', 'mW m-2', 'degC', '1'",
    )


@cache
def compatible(have: str, want: str) -> bool:
    """Whether values in one unit can be converted to the other.

    Examples
    --------
    >>> compatible("W/m^2", "mW m-2"), compatible("m", "s")
    (True, False)
    """
    if have == want or (have in _LENGTHS and want in _LENGTHS):
        return True
    one, other = _unit(have), _unit(want)
    try:
        return bool(one.is_compatible_with(other))
    except Exception as error:  # a product with a logarithm, such as dB km, has no dimension
        raise _unknown(have) from error


@cache
def factor_offset(have: str, want: str) -> tuple[float, float]:
    """Factor and offset with ``want = factor * have + offset``.

    Raises
    ------
    UnitsError
        Where a unit is unknown, or the two measure different things.

    Examples
    --------
    >>> factor_offset("km", "m")
    (1000.0, 0.0)
    """
    if have == want:
        return 1.0, 0.0
    if have in _LENGTHS and want in _LENGTHS:
        return _LENGTHS[have] / _LENGTHS[want], 0.0
    if not compatible(have, want):
        raise _inconvertible(have, want)
    if _unit(have) == _unit(want):
        return 1.0, 0.0
    # From a large step: Celsius to Fahrenheit loses no digit of the factor to the offset.
    zero, half, step = (_converted(value, have, want) for value in (0.0, 5e5, 1e6))
    linear = math.isclose(half - zero, (step - zero) / 2, rel_tol=1e-9)
    if not (linear and math.isfinite(step)):  # dB, and nothing linear
        raise _inconvertible(have, want)
    return round((step - zero) / 1e6, 15) if zero else (step / 1e6), zero


def _converted(value: float, have: str, want: str) -> float:
    """One value in the other unit."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a logarithm of a large number
            return float(_registry().Quantity(value, _unit(have)).to(_unit(want)).magnitude)
    except Exception as error:  # a product of units with offsets, say, converts to nothing
        raise _inconvertible(have, want) from error


def _inconvertible(have: str, want: str) -> UnitsError:
    return UnitsError(
        "UNITS_INCOMPATIBLE", f"'{have}' cannot be converted to '{want}'", found=have, wanted=want
    )


def convert(values: Any, have: str, want: str) -> Any:
    """Values in another unit; numbers, numpy, dask and xarray alike.

    Parameters
    ----------
    values : float or array-like
        Values [`have`].
    have, want : str
        Units, as CF writes them.

    Examples
    --------
    >>> convert(3.0, "km", "m")
    3000.0
    >>> convert(0.09, "W m-2", "mW m-2")
    90.0
    """
    factor, offset = factor_offset(have, want)
    if factor == 1.0 and offset == 0.0:
        return values
    return values * factor + offset if offset else values * factor


def parse_quantity(value: object, want: str) -> float:
    """A number in the unit wanted, from a number or from text such as ``"3 km"``.

    Raises
    ------
    UnitsError
        Where the text is not a number with a unit, or the unit does not fit.

    Examples
    --------
    >>> parse_quantity("3 km", "m"), parse_quantity(3000, "m")
    (3000.0, 3000.0)
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    match = _QUANTITY.match(value) if isinstance(value, str) else None
    if match is None:
        raise UnitsError(
            "QUANTITY_INVALID",
            "not a number with a unit",
            found=repr(value),
            wanted=f"a number in {want}, or text such as '3 {want}'",
        )
    number = float(convert(float(match[1]), match[2], want))
    if not math.isfinite(number):
        raise UnitsError(
            "QUANTITY_INVALID", "the number is infinite", found=match[0][:40], wanted=f"[{want}]"
        )
    return number
