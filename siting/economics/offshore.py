"""Layers and records of money at sea: what a place costs whatever is built there."""

from typing import Annotated, Any

import numpy as np
import xarray as xr
from pydantic import Field

from siting.indicators import as_indicator
from siting.kernels import money
from siting.kinds import Layer, Pairs, Record, Table, Unit
from siting.signature import economics

_LIGHT = 299.792458  # [km ms-1] in vacuum


@economics()
def lcoe(
    capacity_factor: Annotated[Layer, Unit("1")],
    costs: Table,
    device: str = "drifting_node",
    rate: Annotated[float, Field(gt=0, lt=1)] | None = None,
) -> Annotated[Layer, Unit("USD MWh-1")]:
    """Levelised cost of energy of a wave converter alone.

    Parameters
    ----------
    capacity_factor : (y, x) layer
        Mean power over rated power, losses and availability taken off [1].
    costs : table of costs
        As ``costs_offshore``; the rows ``wave.<device>`` and ``finance.rate`` are used.
    device : str
        Wave converter, as it stands in the table.
    rate : float, optional
        Interest, real [yr-1]; that of the table by default.

    Returns
    -------
    (y, x) layer
        Cost of energy as it comes [USD MWh-1], NaN where there is none.

    Raises
    ------
    InputError
        COST_MISSING for a device that the table lacks.

    Notes
    -----
    Energy at the converter, whenever it comes: to make it firm costs several times as much, and
    it says nothing of what an hour of compute costs. Compare it with other wave converters at the
    same rate, and with nothing else.

    Examples
    --------
    >>> import pandas as pd
    >>> from siting.sources.catalogue import catalogue
    >>> costs = pd.read_csv(catalogue()["costs_offshore"].path)
    >>> share = xr.DataArray([[0.35, 0.0]], dims=("y", "x"), attrs={"units": "1"})
    >>> lcoe(share, costs).values.round().tolist()
    [[224.0, nan]]
    """
    at = money.at_value(costs)
    interest = at["finance.rate"][0] if rate is None else rate
    charge = money.crf(interest, at[f"wave.{device}.life"][0])
    capital, upkeep = (float(at[f"wave.{device}.{each}"][0]) for each in ("capex", "operation"))
    energy = capacity_factor.where(capacity_factor > 0) * (money.HOURS_PER_YEAR / 1000)
    found: xr.DataArray = (charge * capital + upkeep) / energy
    return found


@economics()
def ship_cost(
    port_distance: Annotated[Layer, Unit("km")],
    costs: Table,
    waiting: Annotated[float, Unit("day"), Field(ge=0)] = 0.0,
) -> Annotated[Layer, Unit("USD yr-1")]:
    """Yearly cost of towing and visiting one node.

    Parameters
    ----------
    port_distance : (y, x) layer
        Over water to the nearest port [km].
    costs : table of costs
        As ``costs_offshore``.
    waiting : float
        For weather, on each trip [day].

    Returns
    -------
    (y, x) layer
        Cost [USD yr-1].

    Examples
    --------
    >>> import pandas as pd
    >>> from siting.sources.catalogue import catalogue
    >>> costs = pd.read_csv(catalogue()["costs_offshore"].path)
    >>> far = xr.DataArray([[0.0, 1000.0]], dims=("y", "x"), attrs={"units": "km"})
    >>> ship_cost(far, costs).values.round(-3).tolist()
    [[51000.0, 200000.0]]
    """
    at = money.at_value(costs)

    def ships(kilometres: float) -> float:
        node = {"nodes": 1.0, "distance": kilometres, "waiting": waiting}
        return float(money.annual_parts(node, at)["tow_and_service"].item())

    start, per_kilometre = ships(0.0), (ships(1000.0) - ships(0.0)) / 1000
    found: xr.DataArray = start + per_kilometre * port_distance  # linear, as ships' ways are
    return found


@economics()
def link_latency(
    gateway_distance: Annotated[Layer, Unit("km")],
    altitude: Annotated[float, Unit("km"), Field(ge=0)] = 550.0,
    detour: Annotated[float, Field(ge=1)] = 1.2,
) -> Annotated[Layer, Unit("ms")]:
    """Time that a signal takes to a gateway on land and back, by low satellites.

    Parameters
    ----------
    gateway_distance : (y, x) layer
        Over the ground to where the gateway stands, such as a port [km].
    altitude : float
        Of the satellites [km].
    detour : float
        Way from satellite to satellite over the straight one [1].

    Returns
    -------
    (y, x) layer
        Time there and back [ms], at the speed of light in vacuum.

    Notes
    -----
    2 (2 altitude + detour x distance)/c: 3.336 ms for each 1,000 km one way. Queues, switching and
    access, which take 20 ms and more, come on top: it is a bound, to be compared with the 4.897 ms
    of 1,000 km of fibre.

    Examples
    --------
    >>> far = xr.DataArray([[0.0, 1000.0]], dims=("y", "x"), attrs={"units": "km"})
    >>> link_latency(far, altitude="0 km", detour=1).values.round(3).tolist()
    [[0.0, 6.671]]
    """
    found: xr.DataArray = 2 * (2 * altitude + detour * gateway_distance) / _LIGHT
    return found


@economics()
def price_of_place(
    conditions: Annotated[
        list[tuple[Layer, Annotated[float, Unit("USD yr-1"), Field(ge=0)]]], Pairs()
    ],
) -> Annotated[Layer, Unit("USD yr-1")]:
    """Yearly price of all that holds at a place: exclusions that can be paid for.

    Parameters
    ----------
    conditions : mapping of (y, x) layers of kind boolean to float
        Statements, such as lying in an exclusive zone or near a lane, each with what a node pays
        where it holds [USD yr-1].

    Returns
    -------
    (y, x) layer
        Sum of the prices [USD yr-1]; NaN where a statement is not known.

    Raises
    ------
    InputError
        KIND_WRONG for a layer that is no statement.

    Examples
    --------
    >>> zone = xr.DataArray([[1.0, 0.0]], dims=("y", "x"), attrs={"kind": "boolean"})
    >>> lane = xr.DataArray([[1.0, 1.0]], dims=("y", "x"), attrs={"kind": "boolean"})
    >>> price_of_place([(zone, 50_000), (lane, "2e4 USD yr-1")]).values.tolist()
    [[70000.0, 20000.0]]
    """
    where = "offshore.price_of_place"
    prices = [as_indicator(layer, where) * price for layer, price in conditions]
    found: xr.DataArray = sum(prices[1:], start=prices[0])
    return found


@economics()
def break_even(
    costs: Table,
    pue: Annotated[float, Field(ge=1, le=3)] = 1.06,
    others: Annotated[float, Unit("USD GPU-1 yr-1"), Field(ge=0)] = 0.0,
) -> Record:
    """What firm power may cost at sea at most, by uptime and by what hull and hall cost.

    Parameters
    ----------
    costs : table of costs
        As ``costs_offshore``; ``land.gpu_hour`` is what is to be undercut.
    pue : float
        Power of compute with its cooling over that of the processors [1].
    others : float
        Yearly cost of a processor beside itself, hull, hall and power: link, ships, insurance,
        losses [USD GPU-1 yr-1].

    Returns
    -------
    record
        As of :func:`siting.kernels.money.break_even`.

    Examples
    --------
    >>> import pandas as pd
    >>> from siting.sources.catalogue import catalogue
    >>> costs = pd.read_csv(catalogue()["costs_offshore"].path)
    >>> print(break_even(costs)["sentences"][1])
    At an uptime of 0.9, against 2.30 USD per GPU-hour: no price of power is low enough, even where hull and hall cost as on land.
    """  # noqa: E501 (a sentence as it is printed)
    return money.break_even(costs, pue=pue, others=others)


@economics()
def link_capacity(
    costs: Table, throughput: Annotated[float, Unit("s-1 GPU-1"), Field(gt=0)] | None = None
) -> Record:
    """How many processors' tokens one link carries.

    Parameters
    ----------
    costs : table of costs
        As ``costs_offshore``; rows ``link`` and ``gpu.throughput`` are used.
    throughput : float, optional
        Tokens a second and processor [s-1 GPU-1]; that of the table by default.

    Returns
    -------
    record
        ``gpus`` by value, low and high [GPU], ``capacity`` [Mbit s-1] and ``token_size`` [bit].

    Notes
    -----
    Text alone, from the node; pictures and video need a hundred times as much and more.

    Examples
    --------
    >>> import pandas as pd
    >>> from siting.sources.catalogue import catalogue
    >>> costs = pd.read_csv(catalogue()["costs_offshore"].path)
    >>> round(link_capacity(costs, throughput=1000)["gpus"]["value"])
    833
    """
    rows = money.ranges(costs)
    capacity, size = rows["link.capacity"], rows["link.token_size"]
    each = np.full(3, throughput) if throughput is not None else rows["gpu.throughput"]
    # Most processors where the link is wide and tokens are small and slow.
    ends = {
        "value": capacity[0] / size[0] / each[0],
        "low": capacity[1] / size[2] / each[2],
        "high": capacity[2] / size[1] / each[1],
    }
    found: dict[str, Any] = {"gpus": {name: float(value) for name, value in ends.items()}}
    return {**found, "capacity": float(capacity[0] / 1e6), "token_size": float(size[0])}
