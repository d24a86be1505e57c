"""Liquid water at saturation: density, pressure, heat, viscosity, by temperature."""

import math

from numba import njit

CRITICAL = 373.946  # [degC]
_CRITICAL_KELVIN = 647.096
_CRITICAL_PRESSURE = 22_064.0  # [kPa]
_ZERO = 273.15
_COMPRESSIBILITY = 5.0e-7  # [kPa-1] of liquid water, 0 to 150 degC


@njit(cache=True)
def density(temperature: float) -> float:
    """Density of liquid water at saturation [kg m-3], from 0 to 345 degC within .06 %.

    Parameters
    ----------
    temperature : float
        [degC]; beyond 345 the value there is kept.

    Notes
    -----
    A polynomial fitted to the IAPWS formulation of 1995 by siting's developers.

    Examples
    --------
    >>> round(density(170.0), -1)
    900.0
    """
    x = min(temperature, 345.0) / 100.0
    inner = 18.0851 + x * (-12.0594 + x * (3.2857 - x * 0.3413))
    return 1000.2256 + x * (-1.4869 + x * (-48.1887 + x * (-1.2282 + x * inner)))


@njit(cache=True)
def saturation_pressure(temperature: float) -> float:
    """Pressure at which water boils [kPa], from 0 degC to the critical point.

    Parameters
    ----------
    temperature : float
        [degC].

    References
    ----------
    Wagner and Pruss (1993), J. Phys. Chem. Ref. Data 22, 783-787, equation 1.

    Examples
    --------
    >>> round(saturation_pressure(170.0), 1)
    792.2
    """
    kelvin = temperature + _ZERO
    t = 1.0 - kelvin / _CRITICAL_KELVIN
    root = math.sqrt(t)
    powers = (
        -7.85951783 * t
        + 1.84408259 * t * root
        - 11.7866497 * t**3
        + 22.6807411 * t**3 * root
        - 15.9618719 * t**4
        + 1.80122502 * t**7 * root
    )
    return _CRITICAL_PRESSURE * math.exp(_CRITICAL_KELVIN / kelvin * powers)


@njit(cache=True)
def viscosity(temperature: float) -> float:
    """Viscosity of liquid water [Pa s], from 0 to 300 degC within 5 %.

    References
    ----------
    Vogel's equation with the coefficients of Al-Shemmeri (2012), Engineering Fluid Mechanics.

    Examples
    --------
    >>> round(viscosity(20.0) * 1e3, 3)
    1.002
    """
    return float(2.414e-5 * 10.0 ** (247.8 / (temperature + _ZERO - 140.0)))


@njit(cache=True)
def heat_capacity(temperature: float) -> float:
    """Heat capacity of liquid water at saturation [J kg-1 K-1], from 5 to 300 degC within .5 %.

    Notes
    -----
    A polynomial fitted to the IAPWS formulation of 1995 by siting's developers.

    Examples
    --------
    >>> round(heat_capacity(150.0), -1)
    4310.0
    """
    x = temperature / 100.0
    fitted = 4.19067 + x * (0.01483 + x * (-0.18302 + x * (0.30939 + x * (-0.14675 + x * 0.02747))))
    return 1000.0 * fitted


@njit(cache=True)
def enthalpy(temperature: float) -> float:
    """Enthalpy of liquid water at saturation above that at 0 degC [kJ kg-1], to 330 degC.

    Notes
    -----
    A polynomial fitted to the IAPWS formulation of 1995 by siting's developers; off by less than
    .25 kJ/kg.

    Examples
    --------
    >>> round(enthalpy(200.0), 0)
    852.0
    """
    x = temperature / 100.0
    return x * (
        421.71691
        + x
        * (
            -14.33283
            + x * (24.50806 + x * (-21.04304 + x * (10.77868 + x * (-2.72297 + x * 0.28232))))
        )
    )


@njit(cache=True)
def entropy(temperature: float) -> float:
    """Entropy of liquid water at saturation above that at 0 degC [kJ kg-1 K-1], to 330 degC.

    Notes
    -----
    A polynomial fitted to the IAPWS formulation of 1995 by siting's developers; off by less than
    3e-4 kJ/kg/K.

    Examples
    --------
    >>> round(entropy(200.0), 3)
    2.331
    """
    x = temperature / 100.0
    inner = 0.0233376 + x * (-0.0052742 + x * 0.0005085)
    return x * (1.5412359 + x * (-0.3165804 + x * (0.1229811 + x * (-0.0589899 + x * inner))))


@njit(cache=True)
def hydrostatic_pressure(depth: float, surface_temperature: float, temperature: float) -> float:
    """Pressure at the foot of a column of water in rock that warms evenly downward [kPa].

    Parameters
    ----------
    depth : float
        Length of the column [m].
    surface_temperature, temperature : float
        At its top and foot [degC].

    Notes
    -----
    Simpson's rule over the density, with the weight of water above compressing what is below
    (5e-7 per kPa). Fresh water, its level at the surface: brine weighs more, and many fields
    stand below or above the hydrostat.

    Examples
    --------
    >>> round(hydrostatic_pressure(3000.0, 20.0, 170.0), -2)
    28400.0
    """
    middle = density(0.5 * (surface_temperature + temperature))
    mean = (density(surface_temperature) + 4.0 * middle + density(temperature)) / 6.0
    weight = mean * 9.80665 * depth / 1000.0
    return math.expm1(weight * _COMPRESSIBILITY) / _COMPRESSIBILITY
