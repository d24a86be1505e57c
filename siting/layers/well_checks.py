"""What temperatures and depths of wells tell together of a unit that was taken for another."""

import numpy as np
from numpy.typing import NDArray

from siting.findings import warn
from siting.projection import Floats
from siting.wording import counted

_ATMOSPHERE, _PER_METRE = 1.0, 0.0968  # [atm], and of cold water [atm m-1]
_CRITICAL = 374.0  # [degC] up to which water boils
_ABOVE_BOILING = 20.0  # [K] that pressures above hydrostatic may add
_MANY = 0.1  # share of the rows
_FEW = 20  # rows, of which fewer show no line
_DEEP = 500.0  # [m] of the deepest, without which depths in feet are not told
_KNOWN_LINE = 0.95  # correlation of temperature with depth
# Where the line meets the surface [degC]: ground has -20 to 35, but 14 to 95 degF, 253 to 308 K.
_FAHRENHEIT, _KELVIN = (45.0, 85.0), 240.0
_LEAST_GRADIENT = 9.5  # [K km-1]; shields have 10 and more, other ground 3.28 times less by feet


def tell_units(depth: Floats, temperature: Floats, where: str) -> None:
    """A finding for temperatures in kelvins or degF, or depths in feet, that are said not to be.

    Parameters
    ----------
    depth : numpy.ndarray of shape (rows,)
        Below the ground [m]; NaN where a row does not say.
    temperature : numpy.ndarray of shape (rows,)
        There [degC].
    where : str
        Who asks.

    Notes
    -----
    Water boils at 100 p^(1/4) degC under p atmospheres, to 2 % up to the critical point. A line
    through 20 rows or more meets the surface at the temperature of the ground.
    """
    known = np.isfinite(depth + temperature)
    z, t = depth[known], temperature[known]
    boils = np.minimum(100 * (_ATMOSPHERE + _PER_METRE * z) ** 0.25, _CRITICAL)
    beyond = t > boils + _ABOVE_BOILING
    if beyond.sum() > _MANY * max(len(t), 1):
        _warn(
            f"in {beyond.sum()} of {counted(len(t), 'row')} water would boil away",
            f"{t[beyond][0]:g} degC at {z[beyond][0]:g} m, where it boils at "
            f"{boils[beyond][0]:.0f} degC", "temperatures below boiling", "are these kelvins, or "
            "degrees Fahrenheit, or are depths in kilometres?", where,
        )  # fmt: skip
    elif len(z) >= _FEW and np.ptp(z) > 0:
        _tell_line(z, t, where)


def _tell_line(z: NDArray[np.float64], t: NDArray[np.float64], where: str) -> None:
    slope, start = np.polyfit(z, t, 1)
    # Without any spread there is no correlation, and no line that says something.
    if np.ptp(t) == 0 or np.corrcoef(z, t)[0, 1] < _KNOWN_LINE:
        return
    said = f"a line through the rows meets the surface at {start:.0f} degC"
    if start > _KELVIN:
        _warn("temperatures do not start from that of any ground", said, "-20 to 35 degC",
              "are these kelvins?", where)  # fmt: skip
    elif _FAHRENHEIT[0] < start < _FAHRENHEIT[1]:
        _warn("temperatures do not start from that of any ground", said, "-20 to 35 degC",
              "are these degrees Fahrenheit?", where)  # fmt: skip
    elif slope * 1000 < _LEAST_GRADIENT and z.max() > _DEEP:
        _warn("temperatures rise less with depth than in any region",
              f"{slope * 1000:.2g} K km-1 over all rows", f"{_LEAST_GRADIENT:g} K km-1 or more",
              "are depths in feet?", where)  # fmt: skip


def _warn(message: str, found: str, wanted: str, fix: str, where: str) -> None:
    fix = f"{fix} Correct the unit that is stated"
    warn("RANGE_IMPLAUSIBLE", message, where=where, found=found, wanted=wanted, fix=fix)
