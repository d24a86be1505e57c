"""Several nodes at sites of their own years: outages at once, and nodes that a demand needs."""

from typing import Annotated, Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from siting.errors import InputError
from siting.grid import cell_of
from siting.kernels import firm_power
from siting.kernels.extremes import YEARS
from siting.kernels.joint import firm_power_of, together
from siting.kernels.solar import HOURS
from siting.kinds import Features, Grid, Record, Simulator, Unit
from siting.projection import Floats
from siting.signature import simulation
from siting.simulation.hours import Integers
from siting.simulation.nodes import NodeSimulator
from siting.simulation.own import OwnSea

_FULL = 1e-9  # of the load that may lack at full load: rounding
_WHERE = "fleets.joint_outage"


class Site(NamedTuple):
    """One site with the hours of its node."""

    years: tuple[int, ...]
    down: NDArray[np.bool_]  # (y, 8760), below full load
    power: Floats  # (y, 8760), of compute of one node [kW]


@simulation
def joint_outage(
    simulator: Simulator,
    sites: Features,
    uptime: Annotated[float, Field(gt=0, le=1)],
    grid: Grid,
    demand: Annotated[float, Unit("kW"), Field(gt=0)] = 10_000.0,
) -> Record:
    """Hours in which several nodes lack power together, and the nodes that a demand needs.

    Parameters
    ----------
    simulator : simulator
        Of :func:`siting.simulation.offshore.node_of_hindcast`.
    sites : points
        One site each, two or more in different cells of the hindcast.
    uptime : float
        Share of the hours in which the demand is to be met in full [1].
    grid : GeoBox
        The run's grid.
    demand : float
        Power of compute, cooling included [kW].

    Returns
    -------
    record
        ``together``: shares of the hours with none, one, ... all nodes below full load, beside
        those of independent nodes; ``fleet``: nodes, as many at each site, that meet the demand at
        the uptime, beside those that each site alone would need; None where no number does.

    Raises
    ------
    InputError
        SERIES_UNCOMMON for hours that are morphed, SERIES_TOO_SHORT for fewer than ten calendar
        years that are whole at all sites, SITES_NOT_APART, LAYER_EMPTY.

    Notes
    -----
    Hours are those of the same time stamps at all sites, of calendar years that are whole at each.
    Each site has the node that costs least there. All nodes of a site have the same hours, so that
    numbers are of nodes close together; losses of nodes and links are left out. Sun by month is
    the same on all days of a rank, so that dull days come to all sites at once: with
    ``irradiance`` from months, outages at once are rather too many.

    Examples
    --------
    Hours that are made after a donor's tell nothing of two places at once:

    >>> import geopandas as gpd
    >>> from siting.grid import make_grid
    >>> class Morphed:
    ...     target, attrs = "cost_per_gpu_hour", {}
    >>> places = gpd.GeoDataFrame(geometry=gpd.points_from_xy([-126, -125], [41, 41]), crs=4326)
    >>> joint_outage(Morphed(), places, 0.9, make_grid("EPSG:4326", 1.0, (-127, 40, -124, 42)))
    Traceback (most recent call last):
    siting.errors.InputError: SERIES_UNCOMMON: outages of several nodes at once need hours of ...
      where:  fleets.joint_outage
      found:  hours that are not the sites' own
      wanted: a simulator of offshore.node_of_hindcast
      fix:    bring a hindcast of ten years; morphed hours are those of one donor everywhere
    """
    node, source = _own(simulator)
    found = _sites(node, *_cells(sites, grid, source))
    common = sorted(set.intersection(*(set(each.years) for each in found)))
    if len(common) < YEARS:
        raise InputError(
            "SERIES_TOO_SHORT",
            "the series are too short to tell of outages of several nodes at once",
            where=_WHERE,
            found=f"{len(common)} calendar years that are whole at all {len(found)} sites",
            wanted=f"{YEARS} or more",
            fix="bring a longer hindcast; no other years stand in for those that lack",
        )
    down, power = (
        np.stack([_of_years(each, values, common) for each, values in pairs])
        for pairs in (
            [(each, each.down) for each in found],
            [(each, each.power) for each in found],
        )
    )
    return {
        "sites": len(found),
        "years": common,
        "together": _together(down.astype(bool)),
        "fleet": _fleet(power, demand, uptime),
    }


def _own(simulator: Any) -> tuple[NodeSimulator, OwnSea]:
    """The simulator and the source of its hours, if these are the cells' own."""
    if isinstance(simulator, NodeSimulator) and isinstance(simulator.source, OwnSea):
        return simulator, simulator.source
    raise InputError(
        "SERIES_UNCOMMON",
        "outages of several nodes at once need hours of the sites' own on common time stamps",
        where=_WHERE,
        found="hours that are not the sites' own",
        wanted="a simulator of offshore.node_of_hindcast",
        fix="bring a hindcast of ten years; morphed hours are those of one donor everywhere",
    )


def _cells(sites: Any, grid: Any, source: OwnSea) -> tuple[Integers, Integers]:
    """Rows and columns of the sites, each in cells of its own."""
    points = sites.to_crs("EPSG:4326").geometry
    rows, columns = cell_of(grid, points.x.to_numpy(), points.y.to_numpy())
    outside = int((rows < 0).sum())
    # Two cells of a fine grid may have the hours of one cell of the hindcast.
    apart = 0 if outside else np.unique(source.numbers(rows, columns)).size
    if outside or apart < max(2, len(rows)):
        raise InputError(
            "SITES_NOT_APART",
            "the sites are not two or more, each in a cell of its own of the hindcast",
            where=_WHERE,
            found=f"{outside} of {len(rows)} sites off the grid"
            if outside
            else f"{len(rows)} sites in {apart} cells",
            wanted="two sites or more in as many cells",
            fix="leave out sites of the same cell, and such as lie off the grid",
        )
    return rows, columns


def _sites(simulator: NodeSimulator, rows: Integers, columns: Integers) -> list[Site]:
    """Hours of each site's own node."""
    found: list[Site | None] = [None] * len(rows)
    for positions, block in simulator.cells(rows, columns):
        for k, position in enumerate(positions.tolist()):
            hotel = float(block.hotel[k])
            trace = firm_power.trace(
                block.wave[k], block.sun[k], block.designs[k], hotel, 1 - hotel
            )
            load = 1 / block.quantities["nodes"][k]
            served = trace.served.reshape(-1, HOURS)
            found[position] = Site(
                block.hours.years,
                served < 1 - _FULL,
                np.maximum(served - hotel, 0.0) * load,
            )
    if lacking := found.count(None):
        raise InputError(
            "LAYER_EMPTY",
            "some sites have no data to be simulated with",
            where=_WHERE,
            found=f"{lacking} of {len(found)}",
            wanted="hours and layers at every site",
            fix="leave these sites out, or take sites that were simulated",
        )
    return cast(list[Site], found)


def _of_years(site: Site, values: NDArray[Any], years: list[int]) -> Floats:
    """Hours of some of the years, one year after the other."""
    rows = [site.years.index(each) for each in years]
    return np.asarray(values[rows].reshape(-1), float)


def _together(down: NDArray[np.bool_]) -> dict[str, Any]:
    found = together(down)
    return {
        "down": list(range(len(found.share))),
        "share_of_hours": found.share.tolist(),
        "share_if_independent": found.independent.tolist(),
        "each": down.mean(axis=1).tolist(),
    }


def _fleet(power: Floats, demand: float, uptime: float) -> dict[str, Any]:
    """Nodes for a demand, all sites together and each alone."""
    return {
        "demand": {"value": demand, "units": "kW"},
        "uptime": uptime,
        "nodes": _needed(power.sum(axis=0), demand, uptime, len(power)),
        "nodes_alone": [_needed(each, demand, uptime, 1) for each in power],
    }


def _needed(power: Floats, demand: float, uptime: float, each: int) -> int | None:
    """Nodes that meet a demand, by the power of `each` nodes; None where none do."""
    firm = firm_power_of(power, uptime)
    return None if firm <= 0 else int(np.ceil(demand / firm * (1 - 1e-12))) * each
