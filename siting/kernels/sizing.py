"""How much wave, sun and battery a load should have: least cost, at a target, and in between."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.kernels.design_search import (
    HOURS_PER_YEAR,
    LARGEST,
    Sites,
    best_designs,
    grid,
    make_sites,
)
from siting.kernels.firm_power import CHARGE_EFFICIENCY, DISCHARGE_EFFICIENCY, FirmPower
from siting.projection import Floats

Measure = Literal["energy_served", "compute_served", "full_load_hours"]
# Cost of the load over the least cost of parts that serve all of it: where fronts are looked for.
_LOAD_SHARES = np.geomspace(0.02, 200.0, 16)
# Mean power of waves over the load where a search begins, and where sizes are scaled anyway.
_WAVES, _SCALED_WAVES = (0.15, 0.3, 0.6, 1.0, 1.5, 2.5, 4.0, 8.0), (0.3, 1.5)


class UnitCosts(NamedTuple):
    """What a year of each part costs, a number or one a site.

    Attributes
    ----------
    wave, solar : float or array of shape (s,)
        Generation [USD/yr per kW of its capacity].
    energy : float or array of shape (s,)
        Battery by what it holds [USD/yr per kWh].
    power : float or array of shape (s,)
        Battery by its power [USD/yr per kW].
    load : float or array of shape (s,)
        All that the load itself costs, such as computers and hull [USD/yr per kW of load].
    """

    wave: ArrayLike
    solar: ArrayLike
    energy: ArrayLike
    power: ArrayLike
    load: ArrayLike


class Sized(NamedTuple):
    """The designs chosen, one a site; NaN where the series has NaN.

    Attributes
    ----------
    designs : numpy.ndarray of shape (s, 4)
        Wave and solar capacity [kW], battery energy [kWh] and power [kW].
    cost : numpy.ndarray of shape (s,)
        Of everything, the load with it [USD/yr].
    unit_cost : numpy.ndarray of shape (s,)
        Cost per energy delivered to compute [USD/kWh].
    served : FirmPower
        What the designs serve, arrays of shape (s,).
    at_limit : numpy.ndarray of shape (s,)
        Whether a part is as large as the search allows: the true optimum may be larger.
    """

    designs: Floats
    cost: Floats
    unit_cost: Floats
    served: FirmPower
    at_limit: NDArray[np.bool_]


class Front(NamedTuple):
    """Designs none of which serves more for less, cheapest first; NaN fills the rows.

    Attributes
    ----------
    designs : numpy.ndarray of shape (s, n, 4)
        As in `Sized`.
    cost, compute_served, full_load_hours : numpy.ndarray of shape (s, n)
        Cost with the load [USD/yr], share of the energy of compute and of hours [1].
    """

    designs: Floats
    cost: Floats
    compute_served: Floats
    full_load_hours: Floats


def cheapest(
    wave: ArrayLike,
    sun: ArrayLike,
    costs: UnitCosts,
    deck_ratio: ArrayLike,
    hotel: ArrayLike,
    compute: ArrayLike,
    charge_efficiency: float = CHARGE_EFFICIENCY,
    discharge_efficiency: float = DISCHARGE_EFFICIENCY,
) -> Sized:
    """Designs with the least cost per energy delivered to compute.

    Parameters
    ----------
    wave, sun : array-like of shape (s, t)
        Generation of each hour per unit of capacity [1]; several years one after the other.
    costs : UnitCosts
        What a year of each part costs.
    deck_ratio : float or array-like of shape (s,)
        Most solar capacity per wave capacity [1]; ``numpy.inf`` for a deck without limit.
    hotel, compute : float or array-like of shape (s,)
        Fixed load and load that can be throttled [kW].
    charge_efficiency, discharge_efficiency : float
        As in `firm_power.simulate`.

    Returns
    -------
    Sized
        The design of each site. How much of the time it runs falls out: more generation and storage
        are bought as long as the computers that they keep busy are worth more. Where no design
        delivers anything it is NaN, and its costs are infinite.

    Raises
    ------
    ValueError
        As `firm_power.simulate`; and where a cost or a ratio is below 0 or no number.

    Notes
    -----
    Minimises (c·x + c_load) / (8760 h · compute · share of compute served) over x = wave, solar,
    energy, power, by a grid of 256 designs and a search around its best, 64 designs at a time.
    Without hotel load the share served is a concave function of x, so that the cost per energy has
    no local minimum. Against linear programmes, which give the optimum, the unit cost was less than
    .001 % too high over 1,440 hours, less than .05 % over 720, and mostly less than .1 % over 192,
    where the cost has sharper kinks. The optimum is flat, so that designs may differ by more.

    The series repeats, as in `firm_power.simulate`.

    Examples
    --------
    Waves that come every other hour, and cheap batteries:

    >>> wave, sun = [[1.0, 0.0] * 24], [[0.0] * 48]
    >>> found = cheapest(wave, sun, UnitCosts(100, 50, 1, 1, 1000), 0.0, 0.0, 1.0, 1.0, 1.0)
    >>> found.designs.round(2).tolist(), found.unit_cost.round(4).tolist()
    ([[2.0, 0.0, 1.0, 1.0]], [0.1372])
    """
    efficiencies = charge_efficiency, discharge_efficiency
    sites = make_sites(wave, sun, costs, deck_ratio, (hotel, compute), efficiencies)
    return _sized(sites, *best_designs(sites, _per_energy, grid(sites, _WAVES)))


def cheapest_at(
    target: float,
    wave: ArrayLike,
    sun: ArrayLike,
    costs: UnitCosts,
    deck_ratio: ArrayLike,
    hotel: ArrayLike,
    compute: ArrayLike,
    measure: Measure = "compute_served",
    charge_efficiency: float = CHARGE_EFFICIENCY,
    discharge_efficiency: float = DISCHARGE_EFFICIENCY,
) -> Sized:
    """Designs with the least cost among those that reach a target.

    Parameters
    ----------
    target : float
        Least share served [1].
    measure : {"compute_served", "energy_served", "full_load_hours"}
        What the target is a share of: .95 of energy is less than .95 of hours at full load.
    wave, sun, costs, deck_ratio, hotel, compute, charge_efficiency, discharge_efficiency
        As in `cheapest`.

    Returns
    -------
    Sized
        Every design reaches the target, as simulated. Where none that is looked at does, the design
        is NaN and its costs are infinite.

    Raises
    ------
    ValueError
        As `cheapest`; and where the target is not above 0 and at most 1.

    Notes
    -----
    The search is that of `cheapest`, but designs are made larger or smaller, all their parts alike,
    until they just reach the target. Against linear programmes over 720 and 1,440 hours the cost
    was less than .002 % too high for a share of energy. For that, without hotel load, there is no
    local minimum; for hours at full load there may be some, and the cost is then an upper bound.

    Examples
    --------
    >>> wave, sun = [[1.0, 0.0] * 24], [[0.0] * 48]
    >>> costs = UnitCosts(100, 50, 1, 1, 1000)
    >>> found = cheapest_at(1.0, wave, sun, costs, 0.0, 0.0, 1.0, "energy_served", 1.0, 1.0)
    >>> found.designs.round(2).tolist(), found.cost.round(1).tolist()
    ([[2.0, 0.0, 1.0, 1.0]], [1202.0])
    """
    if not 0 < target <= 1:
        raise ValueError(f"target must be greater than 0 and at most 1 (got {target})")
    efficiencies = charge_efficiency, discharge_efficiency
    sites = make_sites(wave, sun, costs, deck_ratio, (hotel, compute), efficiencies)

    def at_target(some: Sites, designs: Floats, lowest: Floats) -> tuple[Floats, Floats]:
        if np.isinf(lowest).all():
            return _scaled_to(some, designs, target, measure)
        return _cheaper_at(some, designs, lowest, target, measure)

    return _sized(sites, *best_designs(sites, at_target, grid(sites, _SCALED_WAVES)))


def pareto(
    wave: ArrayLike,
    sun: ArrayLike,
    costs: UnitCosts,
    deck_ratio: ArrayLike,
    hotel: ArrayLike,
    compute: ArrayLike,
    charge_efficiency: float = CHARGE_EFFICIENCY,
    discharge_efficiency: float = DISCHARGE_EFFICIENCY,
) -> Front:
    """Designs from little to nearly all energy served, each at the least cost.

    Parameters
    ----------
    wave, sun, costs, deck_ratio, hotel, compute, charge_efficiency, discharge_efficiency
        As in `cheapest`.

    Returns
    -------
    Front
        Up to 16 designs a site.

    Notes
    -----
    Least cost is a convex function of the share served, so each design is the `cheapest` one for
    some cost of the load, from .02 to 200 times that of the parts. Designs that serve less than the
    first cost hardly less per energy of generation.

    Examples
    --------
    >>> wave, sun = [[1.0, 0.5, 0.0, 0.2] * 12], [[0.0] * 48]
    >>> front = pareto(wave, sun, UnitCosts(100, 50, 10, 10, 1000), 0.0, 0.0, 1.0)
    >>> known = ~np.isnan(front.cost[0])
    >>> bool((np.diff(front.cost[0, known]) > 0).all())
    True
    """
    efficiencies = charge_efficiency, discharge_efficiency
    sites = make_sites(wave, sun, costs, deck_ratio, (hotel, compute), efficiencies)
    parts_alone = sites.costs * [1.0, 1.0, 1.0, 1.0, 0.0]
    start, width = grid(sites, _WAVES), 0.5
    _, value = best_designs(sites._replace(costs=parts_alone), _per_energy, start)
    reference = np.where(np.isfinite(value), value, 0.0) * HOURS_PER_YEAR
    designs: list[Floats] = []
    for share in _LOAD_SHARES:
        load = np.outer(reference * share, [0.0, 0.0, 0.0, 0.0, 1.0])
        dearer = sites._replace(costs=parts_alone + load)
        designs.append(best_designs(dearer, _per_energy, start, width)[0])
        start, width = designs[-1][:, np.newaxis], 0.25
    return _front(sites, np.stack(designs, axis=1), value)


def _per_energy(sites: Sites, designs: Floats, _: Floats) -> tuple[Floats, Floats]:
    """Cost per energy delivered to compute [USD/kWh]."""
    return sites.unit_cost(designs, sites.simulate(designs).compute_served), designs


def _cheaper_at(
    sites: Sites, designs: Floats, lowest: Floats, target: float, measure: Measure
) -> tuple[Floats, Floats]:
    """As `_scaled_to` for the most promising design of each site, infinity for all others.

    A design beats the lowest cost just where it still reaches the target when it is made as large
    as that cost allows; of those that do, the one that then serves most is scaled to the target.
    """
    load = sites.cost(np.zeros_like(designs[:, :1]))
    parts = sites.cost(designs) - load
    factor = (lowest[:, np.newaxis] - load) / np.where(parts > 0, parts, np.inf)
    largest = sites.within(designs * factor[..., np.newaxis])
    reached = getattr(sites.simulate(largest), measure)
    each, most = np.arange(len(designs)), np.argmax(reached, axis=1)
    values = np.full(reached.shape, np.inf)
    rows = np.flatnonzero(reached[each, most] >= target)
    if len(rows):
        one = largest[rows, most[rows]][:, np.newaxis]
        cost, scaled = _scaled_to(sites.at(rows), one, target, measure)
        values[rows, most[rows]], largest[rows, most[rows]] = cost[:, 0], scaled[:, 0]
    return values, largest


def _scaled_to(
    sites: Sites, designs: Floats, target: float, measure: Measure
) -> tuple[Floats, Floats]:
    """Cost of designs made as small or large as reaches the target, and those designs.

    The factor is bracketed first and then narrowed by the Illinois variant of false position in its
    logarithm; what comes out is the smallest that was seen to reach the target.
    """

    def gap(log_factor: Floats) -> Floats:
        scaled = sites.within(designs * np.exp(log_factor)[..., np.newaxis])
        return np.asarray(getattr(sites.simulate(scaled), measure) - target)

    at = np.zeros(designs.shape[:2])
    found = gap(at)
    missing = np.isnan(found)
    below, under = np.where(found < 0, at, -np.inf), np.where(found < 0, found, -1.0)
    above, over = np.where(found >= 0, at, np.inf), np.where(found >= 0, found, 1.0)
    for step in (0.05, 0.25, 1.0, 2.0, 0.0, 0.0, 0.0, 0.0):
        bracketed = np.isfinite(below) & np.isfinite(above)
        low, high = np.where(bracketed, below, 0.0), np.where(bracketed, above, 0.0)
        share = np.clip(over / (over - under), 0.1, 0.9)
        outward = np.where(np.isfinite(above), above - step, below + step)
        at = np.where(missing, 0.0, np.where(bracketed, high + (low - high) * share, outward))
        found = gap(at)
        reached = found >= 0
        over = np.where(reached, found, np.where(bracketed, over / 2, over))
        under = np.where(reached, np.where(bracketed, under / 2, under), found)
        above, below = np.where(reached, at, above), np.where(reached, below, at)
    enough = np.isfinite(above)
    scaled = sites.within(designs * np.exp(np.where(enough, above, 0.0))[..., np.newaxis])
    values = np.where(enough, sites.cost(scaled), np.inf)
    return np.where(missing, np.nan, values), scaled


def _sized(sites: Sites, designs: Floats, value: Floats) -> Sized:
    """The designs with what they cost and serve; NaN where nothing is known or possible."""
    none = ~np.isfinite(value)
    chosen = np.where(none[:, np.newaxis], 0.0, designs)[:, np.newaxis]
    served = sites.simulate(chosen)
    unit_cost = sites.unit_cost(chosen, served.compute_served)[:, 0]
    return Sized(
        np.where(none[:, np.newaxis], np.nan, designs),
        np.where(none, value, sites.cost(chosen)[:, 0]),
        np.where(none, value, unit_cost),
        FirmPower(*(each[:, 0] for each in served)),
        np.asarray((chosen[:, 0] >= LARGEST * sites.unit * (1 - 1e-9)).any(axis=1)),
    )


def _front(sites: Sites, designs: Floats, value: Floats) -> Front:
    """Designs in order of their cost, those left out that a cheaper one beats."""
    none = ~np.isfinite(value)
    chosen = np.where(none[:, np.newaxis, np.newaxis], 0.0, designs)
    served, cost = sites.simulate(chosen), sites.cost(chosen)
    order = np.lexsort((-served.compute_served, cost), axis=1)
    share = np.take_along_axis(served.compute_served, order, axis=1)
    most = np.maximum.accumulate(share, axis=1)
    beaten = np.zeros(share.shape, dtype=bool)
    beaten[:, 1:] = share[:, 1:] <= most[:, :-1]
    beaten |= none[:, np.newaxis]
    last = np.argsort(beaten, axis=1, kind="stable")
    order, beaten = (np.take_along_axis(each, last, axis=1) for each in (order, beaten))

    def kept(values: Floats) -> Floats:
        return np.where(beaten, np.nan, np.take_along_axis(values, order, axis=1))

    parts = np.stack([kept(chosen[..., part]) for part in range(4)], axis=-1)
    return Front(parts, kept(cost), kept(served.compute_served), kept(served.full_load_hours))
