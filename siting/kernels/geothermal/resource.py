"""How much power a field holds: heat in place, and power density by area."""

import numpy as np
from numba import njit

from siting.kernels.geothermal.exergy import exergy
from siting.kernels.geothermal.water import enthalpy

HEAT_CAPACITY = 2.7e6  # [J m-3 K-1] of rock with its water
RECOVERY = 0.125  # share of the heat that comes up
UTILISATION = 0.4  # share of the exergy that becomes power
_SECONDS = 365.25 * 86_400.0
# Power density of producing fields by reservoir temperature: upper end of the class [degC], median
# [MW km-2], standard deviation of the logarithm. Counted over the 108 fields of the compilation.
CLASSES = ((190.0, 4.3, 1.13), (250.0, 10.1, 0.83), (1e9, 12.0, 0.72))
_CLASSES = np.array(CLASSES)
_WIDTH = 10.0  # [K] over which one class turns into the next, so that no map has a step


def heat_in_place(
    temperature: float,
    volume: float,
    reference: float = 15.0,
    capacity: float = HEAT_CAPACITY,
) -> float:
    """Heat in a reservoir above a reference temperature [J].

    Parameters
    ----------
    temperature, reference : float
        [degC].
    volume : float
        [km3].
    capacity : float
        Volumetric heat capacity [J m-3 K-1].

    References
    ----------
    Williams, Reed and Mariner (2008), U.S. Geological Survey Open-File Report 2008-1296.

    Examples
    --------
    >>> f"{heat_in_place(200.0, 2.0):.3e}"
    '9.990e+17'
    """
    return capacity * volume * 1e9 * (temperature - reference)


def volumetric_work(
    temperature: float, volume: float, reference: float = 15.0, recovery: float = RECOVERY
) -> float:
    """Work that the recoverable heat of a reservoir could do [J].

    Notes
    -----
    The heat at the wellhead over the enthalpy of the water is a mass; each kilogram has its exergy
    above the reference.

    References
    ----------
    Williams, Reed and Mariner (2008), U.S. Geological Survey Open-File Report 2008-1296.

    Examples
    --------
    >>> f"{volumetric_work(200.0, 2.0):.2e}"
    '2.89e+16'
    """
    heat = recovery * heat_in_place(temperature, volume, reference)
    mass = heat / (1000.0 * (enthalpy(temperature) - enthalpy(reference)))
    return float(mass * exergy(reference, temperature) * 1e6)


def volumetric_power(
    temperature: float,
    volume: float,
    life: float = 30.0,
    reference: float = 15.0,
    recovery: float = RECOVERY,
    share: float = UTILISATION,
) -> float:
    """Electric power of a reservoir over a life [MW], by the U.S. Geological Survey's method.

    Parameters
    ----------
    temperature, reference : float
        Of the reservoir and of the dead state [degC].
    volume : float
        [km3].
    life : float
        [yr].
    recovery, share : float
        Of the heat that comes up, and of its exergy that becomes power [1].

    Examples
    --------
    >>> round(volumetric_power(200.0, 2.0), 1)
    12.2
    """
    work = volumetric_work(temperature, volume, reference, recovery)
    return work * share / (life * _SECONDS) / 1e6


@njit(cache=True)
def power_density(temperature: float, normal: float) -> float:
    """Power that fields of a temperature carry by area [MW km-2].

    Parameters
    ----------
    temperature : float
        Of the reservoir [degC].
    normal : float
        Standard normal: 0 gives the median.

    Notes
    -----
    Lognormal in three classes, below 190, to 250 and above, blended over 10 K on either side.
    These are fields that were built: the ones that were not are not among them.

    References
    ----------
    Wilmarth and Stimac (2015), World Geothermal Congress, 108 fields: median 9.6, below 190 degC
    4.3; Wilmarth, Stimac and Ganefianto (2021).

    Examples
    --------
    >>> round(power_density(150.0, 0.0), 2), round(power_density(240.0, 0.0), 1)
    (4.3, 10.1)
    """
    median, spread = np.log(_CLASSES[0, 1]), _CLASSES[0, 2]
    for row in range(2):
        share = (temperature - _CLASSES[row, 0]) / (2.0 * _WIDTH) + 0.5
        share = min(max(share, 0.0), 1.0)
        median += share * (np.log(_CLASSES[row + 1, 1]) - np.log(_CLASSES[row, 1]))
        spread += share * (_CLASSES[row + 1, 2] - _CLASSES[row, 2])
    return float(np.exp(median + spread * normal))
