"""How much wave, sun and battery a load should have: least cost, at a target, and in between."""

from collections.abc import Callable
from itertools import product
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.kernels.firm_power import (
    CHARGE_EFFICIENCY,
    DISCHARGE_EFFICIENCY,
    FirmPower,
    simulate,
)
from siting.kernels.pattern_search import Objective, lowest
from siting.projection import Floats

HOURS_PER_YEAR = 8760.0
# Mean power of wave and of sun [kW], energy [kWh] and power [kW] per kW of load that are looked at.
LARGEST = (100.0, 100.0, 10_000.0, 30.0)
_SITES = 256  # sites that are sized at once
_SCALE = np.array([0.1, 0.1, 1.0, 0.1])  # where steps turn from a fixed length to a share
_WIDTH, _NARROWEST, _ROUNDS = 0.5, 1e-3, 60

Measure = Literal["energy_served", "compute_served", "full_load_hours"]


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
        Cost per energy delivered to compute [USD/kWh]; infinite where none can be.
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


class _Sites(NamedTuple):
    """Some sites with all that their designs are judged by."""

    wave: NDArray[np.floating]
    sun: NDArray[np.floating]
    costs: Floats  # (s, 5) in the order of UnitCosts
    deck_ratio: Floats
    hotel: Floats
    compute: Floats
    means: Floats  # (s, 4) size of a design over its coordinate, per load
    efficiencies: tuple[float, float]

    def at(self, rows: NDArray[np.intp]) -> "_Sites":
        """Some of the sites."""
        if len(rows) == len(self.wave):
            return self
        w, s, costs, ratio, hotel, compute, means, efficiencies = self
        return _Sites(
            w[rows], s[rows], costs[rows], ratio[rows], hotel[rows], compute[rows], means[rows],
            efficiencies,
        )  # fmt: skip

    def simulate(self, designs: Floats) -> FirmPower:
        """What designs of shape (s, d, 4) serve."""
        return simulate(self.wave, self.sun, designs, self.hotel, self.compute, *self.efficiencies)

    def cost(self, designs: Floats) -> Floats:
        """Cost of designs of shape (s, d, 4), shape (s, d) [USD/yr]."""
        load = (self.hotel + self.compute) * self.costs[:, 4]
        return np.asarray(np.einsum("sdk,sk->sd", designs, self.costs[:, :4]) + load[:, np.newaxis])

    def designs(self, points: Floats) -> Floats:
        """Designs of points of the search, none beyond the deck or the largest allowed."""
        sizes = _SCALE * np.sinh(np.clip(points, 0.0, np.arcsinh(np.array(LARGEST) / _SCALE)))
        designs = sizes / self.means[:, np.newaxis, :]
        deck = self.deck_ratio[:, np.newaxis] * np.where(designs[..., 0] > 0, designs[..., 0], 0.0)
        deck = np.where(np.isnan(deck), 0.0, deck)  # any ratio of no converter is no deck
        unlimited = np.isinf(self.deck_ratio)[:, np.newaxis]
        designs[..., 1] = np.where(unlimited, designs[..., 1], np.minimum(designs[..., 1], deck))
        return np.asarray(designs)

    def points(self, designs: Floats) -> Floats:
        """Points of the search that give the designs."""
        return np.asarray(np.arcsinh(designs * self.means[:, np.newaxis, :] / _SCALE))


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
        are bought as long as the computers that they keep busy are worth more.

    Raises
    ------
    ValueError
        As `firm_power.simulate`; and where a cost or a ratio is below 0 or no number.

    Notes
    -----
    Minimises (c·x + c_load) / (8760 h · compute · share of compute served) over x = wave, solar,
    energy, power, by a grid of 256 designs and a search around its best, 64 designs at a time.
    Without hotel load the share served is a concave function of x, so that the cost per energy has
    no local minimum. The search stays within 0.1 % of the optimum in unit cost (measured by linear
    programmes); the optimum is flat, so designs may differ by more.

    The series repeats, as in `firm_power.simulate`.

    Examples
    --------
    Waves that come every other hour, and cheap batteries:

    >>> wave, sun = [[1.0, 0.0] * 24], [[0.0] * 48]
    >>> found = cheapest(wave, sun, UnitCosts(100, 50, 1, 1, 1000), 0.0, 0.0, 1.0, 1.0, 1.0)
    >>> found.designs.round(2).tolist(), found.unit_cost.round(4).tolist()
    ([[2.0, 0.0, 1.0, 1.0]], [0.1372])
    """
    sites = _sites(wave, sun, costs, deck_ratio, hotel, compute)
    sites = sites._replace(efficiencies=(charge_efficiency, discharge_efficiency))
    return _in_parts(sites, _per_energy)


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
        What the target is a share of: .95 of energy is fewer hours at full load than .95 of hours.
    wave, sun, costs, deck_ratio, hotel, compute, charge_efficiency, discharge_efficiency
        As in `cheapest`.

    Returns
    -------
    Sized
        Every design reaches the target, as simulated. Where none within the search does, the design
        is NaN and the cost infinite.

    Notes
    -----
    The search is that of `cheapest`; each design is first made larger or smaller in all its parts
    until it just reaches the target.

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
    sites = _sites(wave, sun, costs, deck_ratio, hotel, compute)
    sites = sites._replace(efficiencies=(charge_efficiency, discharge_efficiency))

    def at_target(some: _Sites, designs: Floats) -> tuple[Floats, Floats]:
        return _scaled_to(some, designs, target, measure)

    return _in_parts(sites, at_target)


# What judges designs (s, d, 4) of sites: values (s, d), and the designs that they belong to.
_Judge = Callable[[_Sites, Floats], tuple[Floats, Floats]]


def _per_energy(sites: _Sites, designs: Floats) -> tuple[Floats, Floats]:
    """Cost per energy delivered to compute [USD/kWh]."""
    served = sites.simulate(designs).compute_served
    return _unit_cost(sites.cost(designs), served, sites.compute[:, np.newaxis]), designs


def _unit_cost(cost: Floats, served: Floats, compute: Floats) -> Floats:
    delivered = HOURS_PER_YEAR * compute * served
    with np.errstate(divide="ignore"):
        return np.asarray(cost / delivered)


def _scaled_to(
    sites: _Sites, designs: Floats, target: float, measure: Measure
) -> tuple[Floats, Floats]:
    """Cost of designs made as small or large as reaches the target, and those designs.

    The factor is bracketed first and then narrowed by the Illinois variant of false position in its
    logarithm; what comes out is the smallest that was seen to reach the target.
    """

    def gap(log_factor: Floats) -> Floats:
        found = getattr(sites.simulate(designs * np.exp(log_factor)[..., np.newaxis]), measure)
        return np.asarray(found - target)

    at = np.zeros(designs.shape[:2])
    found = gap(at)
    below, under = np.where(found < 0, at, -np.inf), np.where(found < 0, found, np.nan)
    above, over = np.where(found >= 0, at, np.inf), np.where(found >= 0, found, np.nan)
    for step in (0.05, 0.25, 1.0, 0.0, 0.0, 0.0, 0.0):
        bracketed = np.isfinite(below) & np.isfinite(above)
        with np.errstate(invalid="ignore"):
            share = np.clip(over / (over - under), 0.1, 0.9)
            between = above + (below - above) * share
        at = np.where(bracketed, between, np.where(np.isfinite(above), above - step, below + step))
        found = gap(at)
        reached = found >= 0
        over = np.where(reached, found, np.where(bracketed, over / 2, over))
        under = np.where(reached, np.where(bracketed, under / 2, under), found)
        above, below = np.where(reached, at, above), np.where(reached, below, at)
    scaled = designs * np.exp(np.where(np.isfinite(above), above, 0.0))[..., np.newaxis]
    return np.where(np.isfinite(above), sites.cost(scaled), np.inf), scaled


def _in_parts(sites: _Sites, judge: _Judge) -> Sized:
    """The best design of each site, some sites at a time."""
    count = len(sites.wave)
    parts = [np.arange(i, min(i + _SITES, count)) for i in range(0, count, _SITES)]
    found = [_best(sites.at(rows), judge) for rows in parts]
    designs, value = (np.concatenate(each) for each in zip(*found, strict=True))
    return _sized(sites, designs, value)


def _best(sites: _Sites, judge: _Judge) -> tuple[Floats, Floats]:
    """Designs (s, 4) and their values: the best of a grid, then of a search around it."""
    coarse = np.broadcast_to(_grid(), (len(sites.wave), *_grid().shape))
    values, designs = judge(sites, sites.designs(coarse))
    first = np.argmin(np.where(np.isnan(values), np.inf, values), axis=1)
    each = np.arange(len(first))
    best, value = sites.points(designs)[each, first], values[each, first]
    searched = np.flatnonzero(np.isfinite(value))

    def objective(rows: NDArray[np.intp], points: Floats) -> tuple[Floats, Floats]:
        some = sites.at(searched[rows])
        found, moved = judge(some, some.designs(points))
        return found, some.points(moved)

    asked: Objective = objective
    best[searched], value[searched] = lowest(
        asked, best[searched], value[searched], _WIDTH, _NARROWEST, _ROUNDS
    )
    return sites.designs(best[:, np.newaxis, :])[:, 0], value


def _grid() -> Floats:
    """256 points of the search: mean generation from nearly none to many times the load."""
    waves = 0.15, 0.3, 0.6, 1.0, 1.5, 2.5, 4.0, 8.0
    sizes = product(waves, (0.0, 0.3, 1.0, 3.0), (0.0, 4.0, 16.0, 72.0), (0.3, 1.0))
    return np.asarray(np.arcsinh(np.array(list(sizes)) / _SCALE))


def _sized(sites: _Sites, designs: Floats, value: Floats) -> Sized:
    """The designs with what they cost and serve; NaN where nothing is known or possible."""
    none = ~np.isfinite(value)
    served = sites.simulate(np.where(none[:, np.newaxis], 0.0, designs)[:, np.newaxis, :])
    cost = np.where(none, value, sites.cost(designs[:, np.newaxis, :])[:, 0])
    unit = _unit_cost(cost, served.compute_served[:, 0], sites.compute)
    largest = np.array(LARGEST) / sites.means
    return Sized(
        np.where(none[:, np.newaxis], np.nan, designs),
        cost,
        np.where(none, value, unit),
        FirmPower(*(each[:, 0] for each in served)),
        (designs >= largest * (1 - 1e-9)).any(axis=1) & ~none,
    )


def _sites(
    wave: ArrayLike,
    sun: ArrayLike,
    costs: UnitCosts,
    deck_ratio: ArrayLike,
    hotel: ArrayLike,
    compute: ArrayLike,
) -> _Sites:
    """Everything of the sites as arrays, checked."""
    waves, suns = np.asarray(wave), np.asarray(sun)
    if waves.ndim != 2 or waves.shape != suns.shape:
        raise ValueError(f"wave and sun must be (s, t) alike (got {waves.shape}, {suns.shape})")
    count = len(waves)
    table = np.stack([np.broadcast_to(np.asarray(c, dtype=float), count) for c in costs], axis=1)
    ratio, first, second = (
        np.broadcast_to(np.asarray(each, dtype=float), count)
        for each in (deck_ratio, hotel, compute)
    )
    if not (np.isfinite(table) & (table >= 0)).all() or not (ratio >= 0).all():
        raise ValueError("costs and deck_ratio must be numbers not below 0")
    if not (second > 0).all():
        raise ValueError("compute must be greater than 0")
    means = np.ones((count, 4))
    for column, series in enumerate((waves, suns)):
        mean = series.mean(axis=1, dtype=np.float64)
        means[:, column] = np.where(mean > 1e-3, mean, 1.0)
    means /= (first + second)[:, np.newaxis]
    efficiencies = CHARGE_EFFICIENCY, DISCHARGE_EFFICIENCY
    return _Sites(waves, suns, table, ratio, first, second, means, efficiencies)
