"""Capital and upkeep of wells and plants, after GEOPHIRES-X and NREL's drilling curves."""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from siting.kernels.geothermal.exergy import SINGLE_FLASH, SUPERCRITICAL
from siting.kernels.geothermal.well_field import Delivered, Design

HORSEPOWER = 1341.0  # in a megawatt
HOURS = 8760.0
SMALL, LARGE = 0, 1
# NREL (2025), drilling cost curves of vertical wells: square, linear, constant [USD by m].
_DRILLING = np.array([[0.258496, 357.967, 738_531.58], [0.248458, 935.8985, 626_586.68]])
INDIRECT_DRILLING = 1.05
CONTINGENCY, INDIRECT = 1.15, 1.12
_DEEPEST, _SHALLOWEST = 7000.0, 500.0  # [m] between which the curves were made
# Steam plants, USD of 2012 by kW: gross power [MW] that a fit is of, and its coefficients in the
# temperature; between two sizes the cost follows a power of the size.
_FLASH_SIZE = np.array([5.0, 10.0, 25.0, 50.0, 75.0, 100.0])
_FLASH_COST = np.array([
    [4.8472e-2, -35.2186, 8447.4], [4.0604e-2, -29.3817, 6991.1],
    [3.2773e-2, -23.5519, 5526.3], [3.4716e-2, -23.8139, 5178.7],
    [3.5271e-2, -24.3962, 5197.2], [3.3908e-2, -23.4890, 5023.8],
])  # fmt: skip
_PLANT_PRICES = 1.02 * 1.10  # from those of the fits to those of GEOPHIRES-X


class Capital(NamedTuple):
    """Capital by part [MUSD], and upkeep [MUSD yr-1]."""

    drilling: float
    stimulation: float
    plant: float
    gathering: float
    exploration: float
    operation: float

    def total(self) -> float:
        """Capital of all parts [MUSD], exploration included."""
        return sum(self[:5])


@njit(cache=True)
def well_cost(depth: float, size: int) -> float:
    """Cost of one vertical well, before indirect costs [MUSD of 2025].

    Parameters
    ----------
    depth : float
        [m]; the curve is kept from 500 to 7,000 m and, beyond, taken on by its own slope.
    size : int
        0 for a small bore, 1 for a large one.

    References
    ----------
    NREL (2025), geothermal drilling cost curve update, as used by GEOPHIRES-X 3.10 and later.

    Examples
    --------
    >>> round(well_cost(1000.0, SMALL), 3), round(well_cost(2000.0, SMALL), 3)
    (1.355, 2.488)
    """
    square, linear, constant = _DRILLING[size]
    within = min(max(depth, _SHALLOWEST), _DEEPEST)
    cost = (square * within + linear) * within + constant
    beyond = max(depth - _DEEPEST, 0.0) * (2.0 * square * _DEEPEST + linear)
    return float((cost + beyond) / 1e6)


@njit(cache=True)
def _flash_price(temperature: float, power: float) -> float:
    """Price of a double flash plant [USD kW-1] before factors."""
    row = 0
    while row < 4 and power >= _FLASH_SIZE[row + 1]:
        row += 1
    low, high = _FLASH_COST[row], _FLASH_COST[row + 1]
    at_low = (low[0] * temperature + low[1]) * temperature + low[2]
    at_high = (high[0] * temperature + high[1]) * temperature + high[2]
    exponent = math.log(at_high / at_low) / math.log(_FLASH_SIZE[row + 1] / _FLASH_SIZE[row])
    return float(at_high * (power / _FLASH_SIZE[row + 1]) ** exponent)


@njit(cache=True)
def plant_cost(plant: int, power: float, temperature: float) -> float:
    """Cost of a power plant with contingency and indirect costs [MUSD].

    Parameters
    ----------
    plant : int
        1 subcritical, 2 supercritical organic Rankine cycle, 3 single, 4 double flash.
    power : float
        Greatest gross power [MW]; 0 costs nothing. Steam plants above 100 MW follow the last
        power law.
    temperature : float
        Greatest temperature at the plant [degC]: fits end at 200 (organic) and 350 degC (flash),
        beyond which the price of the limit is kept.

    References
    ----------
    Beckers and McCabe (2019), Geothermal Energy 7:5, GEOPHIRES v2.0, with the price factors of
    GEOPHIRES-X; the coefficients are theirs. NREL's baseline has plants at two to three times it.

    Examples
    --------
    >>> round(plant_cost(SUPERCRITICAL, 5.62, 167.3), 1)
    20.8
    """
    if power <= 0.0:
        return 0.0
    if plant <= SUPERCRITICAL:
        t = min(temperature, 200.0)
        if t < 150.0:
            price = ((-1.458333e-3 * t + 0.76875) * t - 134.7917) * t + 10_075.0
        else:
            price = 2231.0 - 2.0 * (t - 150.0)
        price *= (power / 15.0) ** -0.06 * (1.1 if plant == SUPERCRITICAL else 1.0)
    else:
        price = _flash_price(min(temperature, 350.0), power)
        price *= 0.8 if plant == SINGLE_FLASH else 1.0
    return price * power / 1000.0 * _PLANT_PRICES * INDIRECT * CONTINGENCY


@njit(cache=True)
def gathering_cost(
    producers: float, injectors: float, producer_pump: float, injector_pump: float
) -> float:
    """Cost of pipes between wells and plant, and of all pumps [MUSD].

    Parameters
    ----------
    producers, injectors : float
        Wells.
    producer_pump, injector_pump : float
        Power of the pump of one producer, and of all that inject [MW].

    Notes
    -----
    A line-shaft pump's depth is not in it; GEOPHIRES adds 164 USD for each metre.

    References
    ----------
    Beckers and McCabe (2019): 750 m of pipe a well at 500 USD/m; pumps by their horsepower, those
    of injection at most 2,000 each.

    Examples
    --------
    >>> round(gathering_cost(1.0, 1.0, 0.0, 0.0835), 2)
    1.13
    """
    pipes = (producers + injectors) * 750.0 * 500.0
    each = producer_pump * HORSEPOWER
    pumps = 0.0
    if each > 0.0:
        pumps = producers * 1.5 * (1750.0 * each**0.7 + 5750.0 * each**0.2 + 10_000.0)
    total = injector_pump * HORSEPOWER
    if total > 0.0:
        count = math.ceil(total / 2000.0)
        pumps += count * 1.5 * 1750.0 * (total / count) ** 0.7 * 3.0 * (total / count) ** -0.11
    return CONTINGENCY * INDIRECT * (pipes + pumps) / 1e6


@njit(cache=True)
def stimulation_cost(injectors: float) -> float:
    """Cost of opening the rock from the injectors: 1.25 MUSD each, with what comes on top [MUSD].

    Examples
    --------
    >>> round(stimulation_cost(2.0), 2)
    3.02
    """
    return 1.25 * INDIRECT_DRILLING * CONTINGENCY * injectors


@njit(cache=True)
def exploration_cost(well: float) -> float:
    """Cost of finding a field after GEOPHIRES: 1 MUSD and a slim well at 60 % of a full one [MUSD].

    Parameters
    ----------
    well : float
        Cost of a full well before indirect costs [MUSD].

    Examples
    --------
    >>> round(exploration_cost(4.1389), 2)
    4.49
    """
    return CONTINGENCY * INDIRECT * (1.0 + 0.6 * well)


@njit(cache=True)
def labour_cost(power: float) -> float:
    """Cost of the people who run a plant [MUSD yr-1], by its gross power [MW].

    Examples
    --------
    >>> round(labour_cost(5.62), 2)
    0.78
    """
    if power < 2.5:
        return 0.236 * 1.1
    return (589.0 * math.log(power) - 304.0) / 1000.0 * 1.1


@njit(cache=True)
def operation_cost(
    plant: float, wells: float, peak: float, lost_water: float, capacity_factor: float
) -> float:
    """Yearly cost of running plant and wells [MUSD yr-1].

    Parameters
    ----------
    plant, wells : float
        Capital of the plant, and of wells with their pipes [MUSD].
    peak : float
        Gross power [MW].
    lost_water : float
        Water to be made up while the plant runs [kg s-1]; 925 USD for a million litres.
    capacity_factor : float
        [1].

    References
    ----------
    Beckers and McCabe (2019): 1.5 % of the plant, 1 % of the wells, and labour.
    """
    water = lost_water * capacity_factor * HOURS * 3600.0 / 1e6 * 925.0 / 1e6
    return 0.015 * plant + 0.01 * wells + labour_cost(peak) + water


@njit(cache=True)
def capital(
    design: Design, found: Delivered, size: int, is_stimulated: bool, capacity_factor: float
) -> Capital:
    """Capital and upkeep of a design at the correlations' own values.

    Parameters
    ----------
    design : Design
        Wells and plant.
    found : Delivered
        What they deliver.
    size : int
        0 for wells of small, 1 of large bore.
    is_stimulated : bool
        Whether the rock is opened.
    capacity_factor : float
        Share of the year that the plant runs [1].
    """
    well = well_cost(design.depth, size)
    drilling = INDIRECT_DRILLING * well * (design.producers + design.injectors)
    stimulation = stimulation_cost(design.injectors) if is_stimulated else 0.0
    plant = plant_cost(design.plant, found.peak, found.temperature)
    gathering = gathering_cost(
        design.producers, design.injectors, found.producer_pump, found.injector_pump
    )
    lost = design.water_loss * design.producers * design.flow
    operation = operation_cost(plant, drilling + gathering, found.peak, lost, capacity_factor)
    return Capital(drilling, stimulation, plant, gathering, exploration_cost(well), operation)
