"""What nodes at sea cost in a year, by parts, and what an hour of a processor on them costs."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from siting.kernels.money.draws import CostDraws, Floats
from siting.kernels.money.finance import HOURS_PER_YEAR, annuity, crf, surviving_share

DAYS_PER_YEAR = 365.0
# Quantities of a site that cost something, with their units.
QUANTITIES = {
    "wave": "kW", "solar": "kW", "battery_energy": "kWh", "battery_power": "kW",
    "it_power": "kW", "nodes": "1", "distance": "km", "waiting": "day", "exclusive_zone": "1",
}  # fmt: skip
PARTS = (
    "wave", "solar", "battery", "hull", "compute", "link", "tow_and_service", "insurance",
    "decommissioning", "place", "losses",
)  # fmt: skip


class _Capital(NamedTuple):
    """Capital of one part [USD], its life [yr], and its upkeep [USD yr-1]."""

    capital: Floats
    life: Floats
    upkeep: Any = 0.0


def annual_parts(
    quantities: Mapping[str, ArrayLike], draws: CostDraws, device: str = "drifting_node"
) -> dict[str, Floats]:
    """Yearly cost of each part of the nodes of a site, by draw.

    Parameters
    ----------
    quantities : mapping of str to array-like of shape (sites,)
        ``wave`` and ``solar``, rated power [kW]; ``battery_energy`` [kWh]; ``battery_power``
        [kW]; ``it_power``, of processors and their servers [kW]; ``nodes``, their number;
        ``distance`` over water to port [km]; ``waiting`` for weather on each trip [day];
        ``exclusive_zone``, 1 where a state grants the place. What is not named is 0.
    draws : CostDraws
        Costs, at their values or drawn.
    device : str
        Wave converter, as it stands in ``wave.<device>.capex``.

    Returns
    -------
    dict of str to numpy.ndarray of shape (sites, draws)
        Costs [USD yr-1] of ``wave``, ``solar``, ``battery``, ``hull`` (with the hall in it),
        ``compute``, ``link``, ``tow_and_service``, ``insurance``, ``decommissioning``, ``place``
        (of the exclusive zone) and ``losses`` (of whole nodes). They add up to the total. Where
        a quantity is NaN, so are its parts.

    Raises
    ------
    InputError
        COST_MISSING for a row that the table lacks.
    ValueError
        For a quantity of another name.

    Notes
    -----
    Capital is paid back over the life of each part at one real rate. A node that is lost takes
    along all that is aboard: ``losses`` is what :func:`annuity` adds to :func:`crf`. Processors
    are replaced in port, so that each generation costs one tow out and one home; the tug returns
    alone at a ship's speed. Visits go out and back from port, and every trip waits for weather.

    Examples
    --------
    >>> import pandas as pd
    >>> from siting.io.costs import read_costs
    >>> from siting.kernels.money.draws import at_value
    >>> from siting.sources.catalogue import catalogue
    >>> costs = at_value(read_costs(catalogue()["costs_offshore"].path, 2025))
    >>> parts = annual_parts({"wave": [1000.0], "it_power": [200.0], "nodes": [1.0]}, costs)
    >>> round(float(parts["wave"][0, 0]))  # 6000 x CRF(7 %, 20 y) + 120 USD per kW
    686358
    """
    strange = set(quantities) - set(QUANTITIES)
    if strange:
        raise ValueError(f"no cost belongs to {sorted(strange)}; known are {list(QUANTITIES)}")
    q = {name: _sites(quantities.get(name, 0.0)) for name in QUANTITIES}
    rate, capital = draws["finance.rate"], _capital(q, draws, device)
    parts = {name: c * crf(rate, life) + upkeep for name, (c, life, upkeep) in capital.items()}
    lost = annuity_excess(rate, capital, draws["node.loss"])
    everything = sum(each.capital for each in capital.values())
    parts["tow_and_service"] = _ships(q, draws)
    parts["insurance"] = draws["node.insurance"] * everything
    parts["decommissioning"] = draws["node.decommissioning"] * sum(
        capital[name].capital * (crf(rate, capital[name].life) - rate) for name in ("wave", "hull")
    )
    parts["place"] = q["nodes"] * q["exclusive_zone"] * draws["place.exclusive_zone"]
    parts["losses"] = lost
    shape = np.broadcast_shapes(*(each.shape for each in parts.values()))
    return {name: np.broadcast_to(parts[name], shape) for name in PARTS}


def _sites(values: ArrayLike) -> Floats:
    """Values by site as a column, to be broadcast against the draws."""
    return np.atleast_1d(np.asarray(values, dtype=float))[:, None]


def annuity_excess(rate: Floats, capital: Mapping[str, _Capital], loss: Floats) -> Any:
    """What the loss of whole nodes adds to the yearly payments for all capital [USD yr-1]."""
    return sum(
        each.capital * (annuity(rate, each.life, loss) - crf(rate, each.life))
        for each in capital.values()
    )


def _capital(q: Mapping[str, Floats], c: CostDraws, device: str) -> dict[str, _Capital]:
    wave = f"wave.{device}"
    solar = q["solar"] * c["solar.capex"]
    battery = q["battery_energy"] * c["battery.energy.capex"]
    battery = battery + q["battery_power"] * c["battery.power.capex"]
    hull = q["it_power"] * c["hall.capex"] * c["hull.factor"]
    compute = gpus(q["it_power"], c) * c["gpu.capex"] * (1 + c["gpu.overhead"])
    links = _links(q, c)
    return {
        "wave": _Capital(
            q["wave"] * c[f"{wave}.capex"], c[f"{wave}.life"], q["wave"] * c[f"{wave}.operation"]
        ),
        "solar": _Capital(solar, c["solar.life"], solar * c["solar.operation"]),
        "battery": _Capital(battery, c["battery.life"], battery * c["battery.operation"]),
        "hull": _Capital(hull, c["hall.life"], hull * c["hall.operation"]),
        "compute": _Capital(compute, c["gpu.life"]),
        "link": _Capital(
            links * c["link.capex"], c["link.life"], links * c["link.subscription"]
        ),
    }  # fmt: skip


def gpus(it_power: ArrayLike, draws: CostDraws) -> Any:
    """Number of processors that a power feeds [1]; the power in kW, shape (sites, 1)."""
    return np.asarray(it_power, dtype=float) / draws["gpu.power"]


def _links(q: Mapping[str, Floats], c: CostDraws) -> Any:
    """Links of all nodes: at least one each, and as many as its tokens need."""
    with np.errstate(divide="ignore", invalid="ignore"):
        each = gpus(q["it_power"], c) / q["nodes"]
        wanted = np.ceil(each * c["gpu.throughput"] * c["link.token_size"] / c["link.capacity"])
        return np.where(q["nodes"] == 0, 0.0, q["nodes"] * np.maximum(wanted, 1))


def _ships(q: Mapping[str, Floats], c: CostDraws) -> Any:
    """Yearly cost of tows and visits [USD yr-1]."""
    towed, sailed = q["distance"] / c["tow.speed"], q["distance"] / c["service.speed"]
    tow = towed + sailed + c["tow.port_time"] + q["waiting"]
    visit = 2 * sailed + c["service.time"] + q["waiting"]
    tows = 2 / c["gpu.life"] * tow * c["tow.vessel"]
    return q["nodes"] * (tows + c["service.visits"] * visit * c["service.vessel"])


def on_station(distance: ArrayLike, draws: CostDraws) -> Floats:
    """Share of the time that a node spends at its place, not under tow or in port.

    Parameters
    ----------
    distance : array-like of shape (sites,)
        Over water to port [km].
    draws : CostDraws
        Costs, with ``tow.speed``, ``tow.port_time`` and ``gpu.life``.

    Returns
    -------
    numpy.ndarray of shape (sites, draws)
        Share of the time [1], 0 where the way is longer than the life.

    Examples
    --------
    >>> columns = {"tow.speed": [100.0], "tow.port_time": [3.0], "gpu.life": [5.0]}
    >>> on_station([1000.0], CostDraws({name: np.array(v) for name, v in columns.items()}))
    array([[0.98575342]])
    """
    away = 2 * (_sites(distance) / draws["tow.speed"] + draws["tow.port_time"])
    return np.asarray(np.maximum(1 - away / draws["gpu.life"] / DAYS_PER_YEAR, 0))


def delivered_hours(
    quantities: Mapping[str, ArrayLike], draws: CostDraws, compute_served: ArrayLike
) -> Floats:
    """Hours of processors that the nodes of a site deliver in a year.

    Parameters
    ----------
    quantities : mapping of str to array-like of shape (sites,)
        As for :func:`annual_parts`: ``it_power`` and ``distance`` are used.
    draws : CostDraws
        Costs, at their values or drawn.
    compute_served : array-like of shape (sites,)
        Share of the processors' hours that power is there for [1].

    Returns
    -------
    numpy.ndarray of shape (sites, draws)
        Hours [GPU h yr-1], less those of failed processors and of nodes under tow.

    Notes
    -----
    Failures of single processors lower the hours (:func:`surviving_share`); losses of whole nodes
    raise the costs (``losses`` of :func:`annual_parts`). Neither is counted twice. The power of
    failed processors is not put to use.
    """
    working = surviving_share(
        draws["finance.rate"], draws["gpu.life"], draws["gpu.attrition"], draws["node.loss"]
    )
    served = _sites(compute_served) * on_station(quantities.get("distance", 0.0), draws)
    number = gpus(_sites(quantities["it_power"]), draws)
    return np.asarray(number * HOURS_PER_YEAR * served * working)


def per_hour(parts: Mapping[str, Floats], hours: Floats) -> dict[str, Floats]:
    """Each part of the cost of a delivered hour, and their sum.

    Parameters
    ----------
    parts : mapping of str to numpy.ndarray of shape (sites, draws)
        From :func:`annual_parts` [USD yr-1].
    hours : numpy.ndarray of shape (sites, draws)
        From :func:`delivered_hours` [GPU h yr-1].

    Returns
    -------
    dict of str to numpy.ndarray of shape (sites, draws)
        Costs [USD GPU-1 h-1] by part, the sum as ``total``; NaN where no hour is delivered.

    Examples
    --------
    >>> one = np.ones((1, 1))
    >>> costs = per_hour({"wave": one, "hull": 3 * one}, 2 * one)
    >>> {name: each.item() for name, each in costs.items()}
    {'wave': 0.5, 'hull': 1.5, 'total': 2.0}
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = {name: np.where(hours > 0, each / hours, np.nan) for name, each in parts.items()}
    return {**shares, "total": np.sum(list(shares.values()), axis=0)}


def cost_per_gpu_hour(
    quantities: Mapping[str, ArrayLike],
    draws: CostDraws,
    compute_served: ArrayLike,
    device: str = "drifting_node",
) -> Floats:
    """Cost of a delivered hour of a processor, by draw [USD GPU-1 h-1].

    Parameters
    ----------
    quantities, draws, device
        As for :func:`annual_parts`.
    compute_served : array-like of shape (sites,)
        Share of the processors' hours that power is there for [1].

    Returns
    -------
    numpy.ndarray of shape (sites, draws)
        NaN where no hour is delivered.
    """
    hours = delivered_hours(quantities, draws, compute_served)
    return per_hour(annual_parts(quantities, draws, device), hours)["total"]


def cost_per_firm_energy(
    quantities: Mapping[str, ArrayLike],
    draws: CostDraws,
    energy: ArrayLike,
    device: str = "drifting_node",
) -> Floats:
    """Cost of the energy that reaches the load, by draw [USD MWh-1].

    Parameters
    ----------
    quantities, draws, device
        As for :func:`annual_parts`; wave, solar and battery alone are used.
    energy : array-like of shape (sites,)
        Energy served to the load in a year [MWh].

    Returns
    -------
    numpy.ndarray of shape (sites, draws)
        Wave converter, panels and battery with their insurance, end and losses, over the energy
        served, whatever share of the load that is: a cost means nothing without its uptime.
    """
    plant = {
        name: quantities[name]
        for name in ("wave", "solar", "battery_energy", "battery_power")
        if name in quantities
    }
    return per_hour(annual_parts(plant, draws, device), _sites(energy))["total"]
