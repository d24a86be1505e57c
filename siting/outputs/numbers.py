"""Numbers as a reader expects to see them: digits that mean something, and a true minus sign."""

import math
from typing import Any

MINUS = "\u2212"
NOTHING = "–"  # where there is no number


def finite(value: Any) -> float | None:
    """A number as float; None for what is no finite number.

    Examples
    --------
    >>> finite(2), finite(None), finite(float("nan")), finite("2")
    (2.0, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def number_text(value: float | None, digits: int = 4) -> str:
    """A number with so many significant digits, without needless zeros.

    Examples
    --------
    >>> number_text(1234567.0), number_text(0.51239), number_text(-2.0), number_text(None)
    ('1,234,567', '0.5124', '−2', '–')
    >>> number_text(3.2e-7), number_text(1.5e9, 2)
    ('3.2e−7', '1.5e9')
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    size = abs(value)
    if size and not 1e-4 <= size < 1e8:
        mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
        short = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{short}e{int(exponent)}".replace("-", MINUS)
    whole = math.floor(math.log10(size)) + 1 if size else 1
    text = f"{value:,.{max(digits - whole, 0)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text.replace("-", MINUS)


def fixed_text(value: float | None, decimals: int, *, signed: bool = False) -> str:
    """A number with so many decimals.

    Examples
    --------
    >>> fixed_text(0.9, 3), fixed_text(-0.0004, 3), fixed_text(1.25, 1, signed=True)
    ('0.900', '0.000', '+1.2')
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    text = f"{value:,.{decimals}f}"
    if not text.strip("-0.,"):
        return text.removeprefix("-")
    return ("+" if signed and value > 0 else "") + text.replace("-", MINUS)


def percent_text(share: float | None, decimals: int = 0, *, signed: bool = False) -> str:
    """A share as per cent, without the sign.

    Examples
    --------
    >>> percent_text(0.6161), percent_text(-0.018, 1, signed=True)
    ('62', '−1.8')
    """
    return NOTHING if share is None else fixed_text(100 * share, decimals, signed=signed)


def place_text(latitude: float, longitude: float, decimals: int = 2) -> str:
    """Latitude and longitude with their hemispheres.

    Examples
    --------
    >>> place_text(-38.6, 176.1), place_text(40.0, 242.0, 0)
    ('38.60° S, 176.10° E', '40° N, 118° W')
    """
    east = (longitude + 180.0) % 360.0 - 180.0
    north_south, east_west = "S" if latitude < 0 else "N", "W" if east < 0 else "E"
    return f"{abs(latitude):.{decimals}f}° {north_south}, {abs(east):.{decimals}f}° {east_west}"
