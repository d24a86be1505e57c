"""Fluid above water's critical temperature: what it could do. No plant runs on it yet."""

import numpy as np
from numba import njit

from siting.kernels.geothermal.water import CRITICAL

# Exergy of water above 15 degC and one atmosphere [MJ kg-1], by the IAPWS formulation of 1995;
# rows by pressure [MPa], columns by temperature [degC].
_PRESSURE = np.array([15.0, 20.0, 25.0, 30.0, 40.0, 50.0])
_TEMPERATURE = np.array([375.0, 400.0, 425.0, 450.0, 475.0, 500.0, 550.0, 600.0])
_EXERGY = np.array([
    [1.2166, 1.2824, 1.3384, 1.3893, 1.4372, 1.4832, 1.5724, 1.6600],
    [1.0979, 1.2185, 1.2974, 1.3619, 1.4192, 1.4722, 1.5712, 1.6655],
    [0.6884, 1.0992, 1.2302, 1.3167, 1.3870, 1.4489, 1.5596, 1.6614],
    [0.6606, 0.8647, 1.1302, 1.2545, 1.3431, 1.4163, 1.5408, 1.6511],
    [0.6409, 0.7474, 0.9027, 1.0886, 1.2274, 1.3306, 1.4889, 1.6182],
    [0.6335, 0.7225, 0.8306, 0.9638, 1.1069, 1.2327, 1.4259, 1.5758],
])  # fmt: skip


@njit(cache=True)
def _place(values: np.ndarray, value: float) -> tuple[int, float]:
    """Row below a value and the share of the way to the next; the ends are kept beyond them."""
    inside = min(max(value, values[0]), values[-1])
    row = min(max(int(np.searchsorted(values, inside, side="right")) - 1, 0), len(values) - 2)
    return row, (inside - values[row]) / (values[row + 1] - values[row])


@njit(cache=True)
def superhot_exergy(temperature: float, pressure: float) -> float:
    """Exergy of supercritical water or superheated steam in the rock [MJ kg-1].

    Parameters
    ----------
    temperature : float
        [degC]; 0 comes out below the critical temperature. Above 600 the value at 600 is kept.
    pressure : float
        [MPa], kept between 15 and 50.

    Notes
    -----
    Linear between the values of a table: within 3 % from 400 degC up, and worse beside the
    critical point. Dead state: 15 degC and one atmosphere.

    References
    ----------
    IAPWS R6-95(2018), the formulation for general and scientific use; tabulated by siting's
    developers.

    Examples
    --------
    >>> superhot_exergy(450.0, 30.0), superhot_exergy(360.0, 30.0)
    (1.2545, 0.0)
    """
    if temperature < CRITICAL:
        return 0.0
    i, a = _place(_PRESSURE, pressure)
    j, b = _place(_TEMPERATURE, temperature)
    low = _EXERGY[i, j] * (1.0 - b) + _EXERGY[i, j + 1] * b
    high = _EXERGY[i + 1, j] * (1.0 - b) + _EXERGY[i + 1, j + 1] * b
    return float(low * (1.0 - a) + high * a)
