"""What wells with a plant deliver over their life, and why that may be nothing."""

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.kernels.geothermal.cooling_down import (
    fracture_cooling,
    fracture_scales,
    linear_decline,
    wellbore_drop,
)
from siting.kernels.geothermal.exergy import LEAST_TEMPERATURE, SINGLE_FLASH, gross_power
from siting.kernels.geothermal.pumping import (
    ATMOSPHERE,
    PLANT_DROP,
    injection_pressure,
    loop_pressure,
    production_pressure,
    pump_power,
    wellhead_pressure,
)
from siting.kernels.geothermal.water import hydrostatic_pressure

POWER, TOO_COLD, PUMP_EXCEEDS_GROSS = 0, 1, 2
REASONS = {
    POWER: "power",
    TOO_COLD: "below 90 degC at the plant",
    PUMP_EXCEEDS_GROSS: "pumps take more than the plant gives",
}
# Gauss and Legendre's points and weights over the life: the decline is smooth.
_AT = np.array([0.1127016653792583, 0.5, 0.8872983346207417])
_WEIGHT = np.array([5.0 / 18.0, 8.0 / 18.0, 5.0 / 18.0])
_HOTTEST_LIQUID = 370.0  # [degC]
_FIRST_MONTHS = 0.1  # [yr] after which the well has warmed up


class Design(NamedTuple):
    """Wells, rock and plant of one development.

    Attributes
    ----------
    plant : int
        1 subcritical, 2 supercritical organic Rankine cycle, 3 single, 4 double flash.
    temperature : float
        Of the reservoir at first [degC].
    depth : float
        Of the wells [m].
    surface_temperature, ambient : float
        Of the ground and of the air [degC].
    producers, injectors : float
        Wells; they need not be whole numbers.
    flow : float
        Of one producer [kg s-1].
    producer_diameter, injector_diameter : float
        Inner [m].
    productivity, injectivity : float
        [kg s-1 bar-1].
    impedance : float
        Of the rock between wells [GPa s m-3]; above 0 it takes the place of both indices.
    injection_temperature : float
        [degC].
    injection_warming : float
        Kelvins that the water gains on its way down [K].
    water_loss : float
        Share of the water that has to be made up [1].
    pump_efficiency : float
        [1].
    wellhead, outlet : float
        Pressure wanted at the producers, and behind the plant [kPa]; below 0 they follow from the
        temperature.
    drop : float
        Kelvins lost in the producers [K]; below 0 they follow from Ramey's model.
    drawdown : float
        Share of the usable heat lost each year [yr-1].
    fractures : float
        Parallel fractures for each producer; above 0 they take the place of `drawdown`.
    fracture_height, fracture_width, fracture_separation : float
        [m].
    rock_heat : float
        Volumetric heat capacity [J m-3 K-1].
    conductivity : float
        Of the rock [W m-1 K-1].
    life : float
        [yr].
    """

    plant: int
    temperature: float
    depth: float
    surface_temperature: float
    ambient: float
    producers: float
    injectors: float
    flow: float
    producer_diameter: float
    injector_diameter: float
    productivity: float
    injectivity: float
    impedance: float
    injection_temperature: float
    injection_warming: float
    water_loss: float
    pump_efficiency: float
    wellhead: float
    outlet: float
    drop: float
    drawdown: float
    fractures: float
    fracture_height: float
    fracture_width: float
    fracture_separation: float
    rock_heat: float
    conductivity: float
    life: float


class Delivered(NamedTuple):
    """What a design delivers.

    Attributes
    ----------
    reason : int
        0 for power, 1 where the water is below 90 degC, 2 where pumps take more than there is.
    peak : float
        Greatest gross power over the life: the plant that has to be built [MW].
    gross, pump, net : float
        Means over the life [MW]; all years weigh alike, or later ones less where a rate of
        interest is given. Net is 0 where there is a reason.
    temperature : float
        Greatest temperature at the plant [degC].
    producer_pump, injector_pump : float
        Power of the pump of one producer, and of all that inject, at first [MW].
    """

    reason: int
    peak: float
    gross: float
    pump: float
    net: float
    temperature: float
    producer_pump: float
    injector_pump: float


@njit(cache=True)
def reservoir_temperature(design: Design, years: float) -> float:
    """Temperature of the water that enters the producers [degC] after some years."""
    cold = design.injection_temperature + design.injection_warming
    if design.fractures <= 0.0:
        return linear_decline(design.temperature, cold, design.drawdown, years)
    time, spacing = fracture_scales(
        design.flow, design.fractures, design.fracture_height, design.fracture_width,
        design.fracture_separation, design.rock_heat, design.conductivity, years, cold,
    )  # fmt: skip
    share = fracture_cooling(time, spacing)
    return design.temperature - share * (design.temperature - cold)


@njit(cache=True)
def plant_temperature(design: Design, years: float) -> float:
    """Temperature of the water at the plant [degC] after some years."""
    entering = reservoir_temperature(design, years)
    if design.drop >= 0.0:
        return entering - design.drop
    gradient = (design.temperature - design.surface_temperature) / design.depth
    return entering - wellbore_drop(
        design.flow, entering, design.temperature, gradient, design.depth,
        design.producer_diameter / 2.0, design.conductivity,
        design.conductivity / design.rock_heat, years,
    )  # fmt: skip


@njit(cache=True)
def producer_pump(design: Design, hot: float, pressure: float) -> float:
    """Power of the pump of one producer [MW].

    Parameters
    ----------
    design : Design
        Wells and plant.
    hot : float
        Mean temperature of the water in the producers [degC].
    pressure : float
        Of the undisturbed reservoir [kPa].

    Notes
    -----
    Wells of flash plants flow by the steam in them, without pumps; whether they do so at the given
    flow is not looked at. With an impedance all is pumped from the injectors.
    """
    if design.plant >= SINGLE_FLASH or design.impedance > 0.0:
        return 0.0
    up = production_pressure(
        design.flow, hot, design.depth, design.producer_diameter, design.productivity, pressure,
        _wellhead(design),
    )  # fmt: skip
    return pump_power(up, design.flow, hot, design.pump_efficiency)


@njit(cache=True)
def _wellhead(design: Design) -> float:
    if design.wellhead >= 0.0:
        return design.wellhead
    return wellhead_pressure(min(design.temperature, _HOTTEST_LIQUID))


@njit(cache=True)
def injector_pump(design: Design, hot: float, pressure: float) -> float:
    """Power of all that inject [MW]; arguments as of :func:`producer_pump`."""
    cold = design.injection_temperature
    injected = design.producers * design.flow * (1.0 + design.water_loss)
    each = injected / design.injectors
    if design.impedance > 0.0:
        diameters = (design.producer_diameter, design.injector_diameter)
        added = loop_pressure(
            design.flow, each, hot, cold, design.depth, diameters, design.impedance
        )
    else:
        outlet = design.outlet
        if outlet < 0.0 and design.plant >= SINGLE_FLASH:
            outlet = ATMOSPHERE
        elif outlet < 0.0:
            outlet = _wellhead(design) - PLANT_DROP
        added = injection_pressure(
            each, cold, design.depth, design.injector_diameter, design.injectivity, pressure, outlet
        )
    return pump_power(added, injected, cold, design.pump_efficiency)


@njit(cache=True)
def deliver(design: Design, rate: float) -> Delivered:
    """What wells with a plant deliver over their life.

    Parameters
    ----------
    design : Design
        Wells, rock and plant.
    rate : float
        Interest by which later years weigh less in the means [yr-1]; 0 for plain means.

    Returns
    -------
    Delivered
        See there.

    Notes
    -----
    Three points of Gauss and Legendre over the life. Injection is taken as steady.

    Examples
    --------
    GEOPHIRES-X's example4: 3 + 2 wells of 2 km, 145 degC, 110 kg/s each, 0.5 % a year: 7.00 MW.

    >>> found = deliver(Design(
    ...     plant=1, temperature=145.0, depth=2000.0, surface_temperature=15.0, ambient=15.0,
    ...     producers=3.0, injectors=2.0, flow=110.0, producer_diameter=0.244475,
    ...     injector_diameter=0.244475, productivity=10.0, injectivity=10.0, impedance=0.0,
    ...     injection_temperature=70.0, injection_warming=0.0, water_loss=0.0,
    ...     pump_efficiency=0.8, wellhead=-1.0, outlet=-1.0, drop=0.0, drawdown=0.005,
    ...     fractures=0.0, fracture_height=0.0, fracture_width=0.0, fracture_separation=0.0,
    ...     rock_heat=2.7e6, conductivity=3.0, life=30.0), 0.0)
    >>> round(found.net, 1), found.reason
    (7.0, 0)
    """
    if design.temperature < LEAST_TEMPERATURE:
        return Delivered(TOO_COLD, 0.0, 0.0, 0.0, 0.0, design.temperature, 0.0, 0.0)
    total = design.producers * design.flow
    pressure = hydrostatic_pressure(design.depth, design.surface_temperature, design.temperature)
    gross = pump = weights = peak = hottest = first = 0.0
    injecting = injector_pump(design, plant_temperature(design, 0.5 * design.life), pressure)
    for point in range(3):
        years = _AT[point] * design.life
        at_plant = plant_temperature(design, years)
        power = gross_power(design.plant, design.ambient, at_plant, total)
        hot = 0.5 * (at_plant + reservoir_temperature(design, years))
        each = producer_pump(design, hot, pressure)
        weight = _WEIGHT[point] * (1.0 + rate) ** -years
        gross += weight * power
        pump += weight * (each * design.producers + injecting)
        weights += weight
        peak, hottest = max(peak, power), max(hottest, at_plant)
        if point == 0:
            first = each
    at_first = plant_temperature(design, _FIRST_MONTHS)
    peak = max(peak, gross_power(design.plant, design.ambient, at_first, total))
    hottest = max(hottest, at_first)
    gross, pump = gross / weights, pump / weights
    reason = POWER
    if hottest < LEAST_TEMPERATURE or gross <= 0.0:
        reason = TOO_COLD
    elif pump >= gross:
        reason = PUMP_EXCEEDS_GROSS
    net = gross - pump if reason == POWER else 0.0
    return Delivered(reason, peak, gross, pump, net, hottest, first, injecting)
