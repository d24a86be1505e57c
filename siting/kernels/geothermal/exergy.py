"""Work that hot water could do, and what share of it power plants turn into electricity."""

import math

import numpy as np
from numba import njit

from siting.kernels.geothermal.water import enthalpy, entropy

SUBCRITICAL, SUPERCRITICAL, SINGLE_FLASH, DOUBLE_FLASH = 1, 2, 3, 4
PLANTS = {
    "subcritical_orc": SUBCRITICAL,
    "supercritical_orc": SUPERCRITICAL,
    "single_flash": SINGLE_FLASH,
    "double_flash": DOUBLE_FLASH,
}
LEAST_TEMPERATURE = 90.0  # [degC] below which no plant here makes power
# Share of the exergy that becomes gross power: quadratic, linear and constant coefficient in the
# fluid's temperature, by plant and by ambient temperature of 5, 15 and 25 degC.
_UTILISATION = np.array([
    [[0.0, 2.746e-3, -8.3806e-2], [0.0, 2.713e-3, -9.1841e-2], [0.0, 2.676e-3, -1.012e-1]],
    [[-1.55e-5, 7.604e-3, -3.78e-1], [-1.499e-5, 7.4268e-3, -3.7915e-1],
     [-1.55e-5, 7.55136e-3, -4.041e-1]],
    [[-4.27318e-7, 8.65629e-4, 1.78931e-1], [-5.85412e-7, 9.68352e-4, 1.58056e-1],
     [-7.78996e-7, 1.0923e-3, 1.33708e-1]],
    [[-1.2e-6, 1.22731e-3, 2.26956e-1], [-1.42165e-6, 1.3705e-3, 1.99847e-1],
     [-1.66771e-6, 1.53079e-3, 1.69439e-1]],
])  # fmt: skip
# Fluid temperatures that the fits are used between [degC]; beyond, the end's share is kept.
_LOWEST = np.array([90.0, 90.0, 100.0, 100.0])
_HIGHEST = np.array([200.0, 225.0, 325.0, 325.0])
_COLDEST, _WARMEST = -10.0, 40.0  # [degC] of the air, where the shares are extrapolated to


@njit(cache=True)
def availability(ambient: float, temperature: float) -> float:
    """Work that a kilogram of liquid water could do on its way to ambient temperature [MJ kg-1].

    Parameters
    ----------
    ambient, temperature : float
        [degC]; the fluid's from the ambient one to 350.

    Notes
    -----
    Integral of c (1 - Ta/T) dT with a heat capacity quadratic in T. The shares of
    :func:`utilisation` are shares of this; :func:`exergy` is the thermodynamic one, up to 2 %
    greater.

    References
    ----------
    Beckers and McCabe (2019), Geothermal Energy 7:5, GEOPHIRES v2.0; the coefficients are theirs.

    Examples
    --------
    >>> [round(availability(15.0, t), 5) for t in (100.0, 150.0, 200.0)]
    [0.04417, 0.10169, 0.17939]
    """
    a, b, c = 4.041650, -1.204e-2, 1.605e-5
    cold, hot = ambient + 273.15, temperature + 273.15
    work = (
        (a - b * cold) * (hot - cold)
        + (b - c * cold) / 2.0 * (hot**2 - cold**2)
        + c / 3.0 * (hot**3 - cold**3)
        - a * cold * math.log(hot / cold)
    )
    return work * 2.2046 / 947.83


@njit(cache=True)
def exergy(ambient: float, temperature: float) -> float:
    """Exergy of saturated liquid water [MJ kg-1], to 330 degC.

    Parameters
    ----------
    ambient, temperature : float
        Of the dead state and of the fluid [degC].

    Examples
    --------
    >>> round(exergy(15.0, 200.0), 3)
    0.182
    """
    heat = enthalpy(temperature) - enthalpy(ambient)
    spread = entropy(temperature) - entropy(ambient)
    return (heat - (ambient + 273.15) * spread) / 1000.0


@njit(cache=True)
def utilisation(plant: int, ambient: float, temperature: float) -> float:
    """Gross power of a plant as share of the availability of its fluid [1].

    Parameters
    ----------
    plant : int
        1 subcritical and 2 supercritical organic Rankine cycle, 3 single and 4 double flash.
    ambient, temperature : float
        Of the air and of the fluid at the plant [degC].

    Returns
    -------
    float
        Linear between ambient temperatures of 5, 15 and 25 degC and, extrapolated, from -10 to 40;
        0 below 90 degC (100 for flash). Above 200 (subcritical), 225 (supercritical) and 325 degC
        (flash) the share is that of the limit: the fits turn down or were never made there.

    References
    ----------
    Beckers and McCabe (2019), Geothermal Energy 7:5, GEOPHIRES v2.0; the coefficients are theirs.

    Examples
    --------
    >>> round(utilisation(SUBCRITICAL, 15.0, 150.0), 4)
    0.3151
    >>> utilisation(SUBCRITICAL, 15.0, 250.0) == utilisation(SUBCRITICAL, 15.0, 200.0)
    True
    """
    row = plant - 1
    if temperature < _LOWEST[row]:
        return 0.0
    t = min(temperature, _HIGHEST[row])
    air = min(max(ambient, _COLDEST), _WARMEST)
    first = 0 if air < 15.0 else 1
    share = (air - (5.0 if first == 0 else 15.0)) / 10.0
    low, high = _UTILISATION[row, first], _UTILISATION[row, first + 1]
    at_low = (low[0] * t + low[1]) * t + low[2]
    at_high = (high[0] * t + high[1]) * t + high[2]
    return float(max(at_low + share * (at_high - at_low), 0.0))


@njit(cache=True)
def gross_power(plant: int, ambient: float, temperature: float, flow: float) -> float:
    """Power of a plant before its pumps [MW].

    Parameters
    ----------
    plant : int
        As for :func:`utilisation`.
    ambient, temperature : float
        Of the air and of the fluid at the plant [degC].
    flow : float
        Of all producers together [kg s-1].

    Examples
    --------
    >>> round(gross_power(SUBCRITICAL, 15.0, 150.0, 100.0), 3)
    3.204
    """
    if temperature <= max(ambient, LEAST_TEMPERATURE):
        return 0.0
    work = availability(ambient, temperature)
    return flow * work * utilisation(plant, ambient, temperature)
