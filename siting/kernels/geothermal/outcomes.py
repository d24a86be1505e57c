"""Net power and cost of energy of a place, draw by draw, for three kinds of wells."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from siting.kernels.geothermal.cooling_down import fracture_scales, fracture_time
from siting.kernels.geothermal.costs import (
    HOURS,
    INDIRECT_DRILLING,
    LARGE,
    gathering_cost,
    operation_cost,
    plant_cost,
    well_cost,
)
from siting.kernels.geothermal.exergy import (
    DOUBLE_FLASH,
    LEAST_TEMPERATURE,
    SUBCRITICAL,
    SUPERCRITICAL,
)
from siting.kernels.geothermal.pumping import GRAVITY
from siting.kernels.geothermal.resource import power_density
from siting.kernels.geothermal.superhot import superhot_exergy
from siting.kernels.geothermal.water import density
from siting.kernels.geothermal.well_field import POWER, TOO_COLD, Design, deliver

Floats = NDArray[np.float64]
Codes = NDArray[np.int8]
FLASH_FROM = 180.0  # [degC] of the reservoir, from which a steam plant is built
HOTTEST = 360.0  # [degC] of liquid water that the plants' fits are taken to; hotter counts as this
DIAMETER = 0.2168  # [m] inside of a casing of 9 5/8 inches
INJECTED = 70.0  # [degC] of the water that goes back
EFFICIENCY = 0.8  # of the pumps
ROCK_HEAT, CONDUCTIVITY = 2.2e6, 2.8  # [J m-3 K-1], [W m-1 K-1] of crystalline rock
SHARED = ("temperature", "finance.rate", "plant.life", "plant.capacity_factor", "plant.factor",
          "well.cost_factor", "well.development_success")  # fmt: skip
HYDROTHERMAL = (*SHARED, "power density", "hydrothermal.flow", "hydrothermal.productivity",
                "hydrothermal.injectors", "hydrothermal.drawdown",
                "hydrothermal.makeup")  # fmt: skip
EGS = (*SHARED, "egs.flow", "egs.productivity", "egs.injectors", "egs.fractures",
       "egs.fracture_size", "egs.fracture_separation", "egs.water_loss", "egs.stimulation",
       "egs.bore_factor", "egs.redrill_at", "egs.redrill_cost")  # fmt: skip
SUPERHOT = (*SHARED, "superhot.flow", "superhot.utilisation", "superhot.parasitic",
            "superhot.pressure_factor", "superhot.well_factor", "superhot.plant_factor",
            "superhot.drawdown", "superhot.makeup", "superhot.injectors")  # fmt: skip


class Outcomes(NamedTuple):
    """Of each place and draw; NaN in money and energy where there is no power.

    Attributes
    ----------
    reason : numpy.ndarray of shape (places, draws)
        0 for power, else why there is none, as ``well_field.REASONS``.
    net : numpy.ndarray
        Power of the field [MW].
    cost : numpy.ndarray
        Of energy, exploration not counted [USD MWh-1].
    energy : numpy.ndarray
        [MWh yr-1].
    well : numpy.ndarray
        Cost of one full well [MUSD].
    """

    reason: Codes
    net: Floats
    cost: Floats
    energy: Floats
    well: Floats


class Places(NamedTuple):
    """Places by what their wells meet, each of shape (places,).

    Attributes
    ----------
    mean, sd : numpy.ndarray
        Of the temperature at the wells' foot [degC], [K].
    depth : numpy.ndarray
        Of the wells [m].
    surface : numpy.ndarray
        Temperature of ground and air [degC].
    size : numpy.ndarray
        What the field's size is told by: its area [km2] for hydrothermal wells, the number of
        producers for the others; below 0 the drawn area.
    """

    mean: Floats
    sd: Floats
    depth: Floats
    surface: Floats
    size: Floats


@njit(cache=True)
def recovery_factor(rate: float, life: float) -> float:
    """Yearly payment for one unit of capital [yr-1]: of :func:`siting.kernels.money.crf`."""
    return rate / (1.0 - (1.0 + rate) ** -life) if rate > 0.0 else 1.0 / life


@njit(cache=True)
def _pumped(
    temperature: float, depth: float, surface: float, flow: float, index: float, injectors: float
) -> Design:
    """One producer with its injectors; drawdown and fractures are to be set by the caller."""
    plant = SUBCRITICAL if temperature < FLASH_FROM else DOUBLE_FLASH
    return Design(
        plant, temperature, depth, surface, surface, 1.0, injectors, flow, DIAMETER, DIAMETER,
        index, index, 0.0, INJECTED, 0.0, 0.0, EFFICIENCY, -1.0, -1.0, -1.0, 0.0, 0.0, 1.0, 1.0,
        1.0, ROCK_HEAT, CONDUCTIVITY, 30.0,
    )  # fmt: skip


@njit(cache=True)
def _hydrothermal(
    temperature: float, depth: float, surface: float, area: float, row: Floats
) -> tuple[int, float, float, float, float]:
    """Reason, net power, cost, energy and cost of a well of one draw."""
    rate, life, running, plant_factor, cost_factor, usable = row[1:7]
    normal, flow, index, injectors, drawdown, makeup = row[7:13]
    well = INDIRECT_DRILLING * well_cost(depth, LARGE) * cost_factor
    one = _pumped(temperature, depth, surface, flow, index, injectors)
    one = Design(*one[:20], drawdown, *one[21:27], life)
    found = deliver(one, rate)
    if found.reason != POWER:
        return found.reason, 0.0, np.nan, np.nan, well
    # The field gives what its area gives, and at least one well is drilled for it.
    count = max(power_density(temperature, normal) * area / found.peak, 1.0)
    drilling = well * count * (1.0 / usable + injectors)
    plant = plant_cost(one.plant, found.peak * count, found.temperature) * plant_factor
    pipes = gathering_cost(
        count, count * injectors, found.producer_pump, found.injector_pump * count
    )
    upkeep = operation_cost(plant, drilling + pipes, found.peak * count, 0.0, running)
    upkeep += makeup * count * well / usable
    energy = found.net * count * HOURS * running
    yearly = recovery_factor(rate, life) * (drilling + plant + pipes) + upkeep
    return POWER, found.net * count, yearly * 1e6 / energy, energy, well


@njit(cache=True)
def cooling_years(design: Design, share: float, longest: float) -> float:
    """Years until the water has lost a share of its usable heat [yr], at most the longest."""
    cold = design.injection_temperature + design.injection_warming
    unit, half = fracture_scales(
        design.flow, design.fractures, design.fracture_height, design.fracture_width,
        design.fracture_separation, design.rock_heat, design.conductivity, 1.0, cold,
    )  # fmt: skip
    return min(max(fracture_time(share, half) / unit, 1.0), longest)


@njit(cache=True)
def _enhanced(
    temperature: float, depth: float, surface: float, count: float, row: Floats
) -> tuple[int, float, float, float, float]:
    """Reason, net power, cost, energy and cost of a well of one draw."""
    rate, life, running, plant_factor, cost_factor, usable = row[1:7]
    flow, index, injectors, fractures, size, separation, loss, stimulate = row[7:15]
    bore, redrill_at, redrill_cost = row[15:18]
    well = INDIRECT_DRILLING * well_cost(depth, LARGE) * cost_factor
    one = _pumped(temperature, depth, surface, flow, index, injectors)
    plant_kind = SUPERCRITICAL  # the water stays in a closed loop, whatever its temperature
    one = Design(
        plant_kind, *one[1:15], loss, *one[16:21], fractures, size, size, separation, *one[25:]
    )
    if temperature < LEAST_TEMPERATURE:
        return TOO_COLD, 0.0, np.nan, np.nan, well
    years = cooling_years(one, redrill_at, life)
    found = deliver(Design(*one[:27], years), rate)
    if found.reason != POWER:
        return found.reason, 0.0, np.nan, np.nan, well
    wells = count * (1.0 + injectors)
    opened = wells * (well * bore + stimulate)
    drilling = opened / usable
    plant = plant_cost(plant_kind, found.peak * count, found.temperature) * plant_factor
    pipes = gathering_cost(
        count, count * injectors, found.producer_pump, found.injector_pump * count
    )
    upkeep = operation_cost(
        plant, drilling + pipes, found.peak * count, loss * flow * count, running
    )
    upkeep += max(life / years - 1.0, 0.0) / life * redrill_cost * opened
    energy = found.net * count * HOURS * running
    yearly = recovery_factor(rate, life) * (drilling + plant + pipes) + upkeep
    return POWER, found.net * count, yearly * 1e6 / energy, energy, well


@njit(cache=True)
def _superhot(
    temperature: float, depth: float, surface: float, count: float, row: Floats
) -> tuple[int, float, float, float, float]:
    """Reason, net power, cost, energy and cost of a well of one draw."""
    rate, life, running, plant_factor, cost_factor, usable = row[1:7]
    flow, share, parasitic, pressure_factor, well_factor, dearer, drawdown, makeup = row[7:15]
    injectors = row[15]
    well = INDIRECT_DRILLING * well_cost(depth, LARGE) * cost_factor * well_factor
    cold = density(max(surface, 1.0)) * GRAVITY * depth / 1e6  # [MPa] of a column of cold water
    pressure = cold * pressure_factor
    first = superhot_exergy(temperature, pressure)
    if first <= 0.0:
        return TOO_COLD, 0.0, np.nan, np.nan, well
    later = superhot_exergy(
        max(temperature - 0.5 * drawdown * life * (temperature - INJECTED), 375.0), pressure
    )
    gross = flow * first * share * count
    net = flow * later * share * (1.0 - parasitic) * count
    drilling = well * count * (1.0 + injectors) / usable
    plant = plant_cost(DOUBLE_FLASH, gross, 325.0) * plant_factor * dearer
    pipes = gathering_cost(count, count * injectors, 0.0, parasitic * gross)
    upkeep = operation_cost(plant, drilling + pipes, gross, 0.0, running)
    upkeep += makeup * drilling
    energy = net * HOURS * running
    yearly = recovery_factor(rate, life) * (drilling + plant + pipes) + upkeep
    return POWER, net, yearly * 1e6 / energy, energy, well


@njit(cache=True)
def _empty(places: int, draws: int) -> Outcomes:
    shape = (places, draws)
    return Outcomes(
        np.empty(shape, np.int8), np.empty(shape), np.empty(shape), np.empty(shape), np.empty(shape)
    )


@njit(cache=True, nogil=True)
def hydrothermal(places: Places, rows: Floats, area: Floats) -> Outcomes:
    """Outcomes of wells into a hot reservoir.

    Parameters
    ----------
    places : Places
        Where; `size` is the field's area [km2], below 0 that of the draws.
    rows : numpy.ndarray of shape (draws, columns)
        Columns ``HYDROTHERMAL`` of a sample.
    area : numpy.ndarray of shape (draws,)
        Area of the field where a place does not have its own [km2].

    Returns
    -------
    Outcomes
        See there.
    """
    found = _empty(len(places.mean), len(rows))
    for i in range(len(places.mean)):
        for j in range(len(rows)):
            t = min(places.mean[i] + places.sd[i] * rows[j, 0], HOTTEST)
            size = places.size[i] if places.size[i] >= 0.0 else area[j]
            (
                found.reason[i, j], found.net[i, j], found.cost[i, j], found.energy[i, j],
                found.well[i, j],
            ) = _hydrothermal(t, places.depth[i], places.surface[i], size, rows[j])  # fmt: skip
    return found


@njit(cache=True, nogil=True)
def enhanced(places: Places, rows: Floats, area: Floats) -> Outcomes:
    """Outcomes of wells into dry rock that is opened; `size` is the number of producers."""
    found = _empty(len(places.mean), len(rows))
    for i in range(len(places.mean)):
        for j in range(len(rows)):
            t = min(places.mean[i] + places.sd[i] * rows[j, 0], HOTTEST)
            (
                found.reason[i, j], found.net[i, j], found.cost[i, j], found.energy[i, j],
                found.well[i, j],
            ) = _enhanced(
                t, places.depth[i], places.surface[i], places.size[i], rows[j]
            )  # fmt: skip
    return found


@njit(cache=True, nogil=True)
def superhot(places: Places, rows: Floats, area: Floats) -> Outcomes:
    """Outcomes of wells into fluid above 374 degC; `size` is the number of producers."""
    found = _empty(len(places.mean), len(rows))
    for i in range(len(places.mean)):
        for j in range(len(rows)):
            t = places.mean[i] + places.sd[i] * rows[j, 0]
            (
                found.reason[i, j], found.net[i, j], found.cost[i, j], found.energy[i, j],
                found.well[i, j],
            ) = _superhot(
                t, places.depth[i], places.surface[i], places.size[i], rows[j]
            )  # fmt: skip
    return found
