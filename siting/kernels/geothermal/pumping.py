"""Pressure that pumps must add to keep water going round between wells and plant."""

import math

from numba import njit

from siting.kernels.geothermal.water import (
    density,
    saturation_pressure,
    viscosity,
)

GRAVITY = 9.80665  # [m s-2]
ROUGHNESS = 1e-4  # [m] of a well's wall: commercial steel after some years
MARGIN = 344.7  # [kPa] above boiling at the wellhead: 50 psi, so that nothing flashes
ATMOSPHERE = 101.325  # [kPa]
PLANT_DROP = 68.95  # [kPa] lost in the plant: 10 psi


@njit(cache=True)
def friction_factor(flow: float, diameter: float, viscous: float) -> float:
    """Darcy's friction factor of a rough pipe [1].

    Parameters
    ----------
    flow : float
        [kg s-1].
    diameter : float
        Inner [m].
    viscous : float
        Viscosity [Pa s].

    References
    ----------
    Haaland (1983), J. Fluids Engineering 105, 89-90; laminar flow below a Reynolds number of 2300.

    Examples
    --------
    >>> round(friction_factor(40.0, 0.1778, 2.3e-4), 4)
    0.0175
    """
    reynolds = 4.0 * flow / (math.pi * diameter * viscous)
    if reynolds < 2300.0:
        return 64.0 / max(reynolds, 1.0)
    root = -1.8 * math.log10((ROUGHNESS / diameter / 3.7) ** 1.11 + 6.9 / reynolds)
    return 1.0 / root**2


@njit(cache=True)
def friction(flow: float, temperature: float, diameter: float, length: float) -> float:
    """Pressure lost by friction in a well [kPa].

    Parameters
    ----------
    flow : float
        Of one well [kg s-1].
    temperature : float
        Of the water [degC].
    diameter, length : float
        Of the well [m].

    Examples
    --------
    A well of 7 inches and 3.8 km with 40 kg/s of water of 123 degC:

    >>> round(friction(40.0, 123.0, 0.1778, 3800.0), -1)
    520.0
    """
    if flow <= 0.0:
        return 0.0
    weight = density(temperature)
    speed = flow / weight / (math.pi / 4.0 * diameter**2)
    factor = friction_factor(flow, diameter, viscosity(temperature))
    return factor * length / diameter * weight * speed**2 / 2.0 / 1000.0


@njit(cache=True)
def production_pressure(
    flow: float,
    temperature: float,
    depth: float,
    diameter: float,
    productivity: float,
    reservoir: float,
    wellhead: float,
) -> float:
    """Pressure that a producer's pump must add [kPa]; 0 where the well flows by itself.

    Parameters
    ----------
    flow : float
        Of one producer [kg s-1].
    temperature : float
        Mean of the water in the well [degC].
    depth, diameter : float
        [m].
    productivity : float
        Flow for each bar that the well's foot lies below the reservoir [kg s-1 bar-1].
    reservoir, wellhead : float
        Pressure of the undisturbed reservoir, and wanted at the wellhead [kPa].

    Notes
    -----
    wellhead + friction + weight of the hot column - (reservoir - flow/productivity). What a well
    would give beyond the wellhead's pressure is throttled, not recovered.

    Examples
    --------
    >>> production_pressure(50.0, 160.0, 2000.0, 0.25, 100.0, 40_000.0, 1000.0)
    0.0
    """
    column = density(temperature) * GRAVITY * depth / 1000.0
    foot = reservoir - 100.0 * flow / productivity
    needed = wellhead + friction(flow, temperature, diameter, depth) + column - foot
    return max(needed, 0.0)


@njit(cache=True)
def injection_pressure(
    flow: float,
    temperature: float,
    depth: float,
    diameter: float,
    injectivity: float,
    reservoir: float,
    outlet: float,
) -> float:
    """Pressure that must be added before a well takes its water back [kPa]; 0 where it drinks it.

    Parameters
    ----------
    flow : float
        Of one injector [kg s-1].
    temperature : float
        Of the water [degC].
    depth, diameter : float
        [m].
    injectivity : float
        Flow for each bar above the reservoir [kg s-1 bar-1].
    reservoir, outlet : float
        Pressure of the undisturbed reservoir, and behind the plant [kPa].

    Examples
    --------
    >>> injection_pressure(20.0, 60.0, 2000.0, 0.25, 20.0, 17_000.0, 900.0)
    0.0
    """
    column = density(temperature) * GRAVITY * depth / 1000.0
    foot = reservoir + 100.0 * flow / injectivity
    needed = foot + friction(flow, temperature, diameter, depth) - column - outlet
    return max(needed, 0.0)


@njit(cache=True)
def loop_pressure(
    flow: float,
    injected: float,
    hot: float,
    cold: float,
    depth: float,
    diameters: tuple[float, float],
    impedance: float,
) -> float:
    """Pressure that one pump must add around a closed loop through a fractured rock [kPa].

    Parameters
    ----------
    flow, injected : float
        Of a producer and of an injector [kg s-1].
    hot, cold : float
        Mean temperature of the water going up and going down [degC].
    depth : float
        [m].
    diameters : tuple of float
        Of producer and injector [m].
    impedance : float
        Pressure lost in the rock for each volume a second [GPa s m-3].

    Notes
    -----
    Friction up and down, and the rock's, less the buoyancy of the hot column.

    Examples
    --------
    >>> round(loop_pressure(40.0, 40.8, 123.0, 60.0, 3800.0, (0.1778, 0.1778), 0.05), -2)
    1500.0
    """
    pipes = friction(flow, hot, diameters[0], depth) + friction(injected, cold, diameters[1], depth)
    rock = impedance * 1e6 * flow / density(cold)
    buoyancy = (density(cold) - density(hot)) * GRAVITY * depth / 1000.0
    return max(pipes + rock - buoyancy, 0.0)


@njit(cache=True)
def pump_power(pressure: float, flow: float, temperature: float, efficiency: float) -> float:
    """Electric power of a pump [MW] that adds a pressure [kPa] to a flow [kg s-1] of water.

    Examples
    --------
    >>> round(pump_power(1000.0, 80.0, 20.0, 0.8), 3)
    0.1
    """
    return pressure * flow / density(temperature) / efficiency / 1000.0


@njit(cache=True)
def wellhead_pressure(temperature: float) -> float:
    """Pressure that keeps water liquid at the wellhead, with a margin [kPa].

    Examples
    --------
    >>> round(wellhead_pressure(170.0), 1)
    1136.9
    """
    return saturation_pressure(temperature) + MARGIN
