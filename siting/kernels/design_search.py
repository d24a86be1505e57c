"""The search for designs of wave, sun and battery: where it looks and what it judges them by."""

from collections.abc import Callable
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.kernels.firm_power import FirmPower, simulate
from siting.kernels.pattern_search import lowest
from siting.projection import Floats

# Mean power of wave and of sun [kW], energy [kWh] and power [kW] per kW of load that are looked at.
LARGEST = np.array([100.0, 100.0, 10_000.0, 30.0])
HOURS_PER_YEAR = 8760.0
_SITES = 256  # sites that are sized at once
_SCALE = np.array([0.1, 0.1, 1.0, 0.1])  # sizes where steps turn from a fixed length to a share
_NARROWEST, _ROUNDS = 1e-3, 60


class Sites(NamedTuple):
    """Some sites with all that their designs are judged by."""

    wave: NDArray[Any]
    sun: NDArray[Any]
    costs: Floats  # (s, 5): wave, solar, energy, power, load
    deck_ratio: Floats
    hotel: Floats
    compute: Floats
    unit: Floats  # (s, 4): what the search calls 1 of each part
    efficiencies: tuple[float, float]

    def at(self, rows: NDArray[np.intp]) -> "Sites":
        """Some of the sites."""
        wave, sun, costs, ratio, hotel, compute, unit, efficiencies = self
        return Sites(
            wave[rows], sun[rows], costs[rows], ratio[rows], hotel[rows], compute[rows],
            unit[rows], efficiencies,
        )  # fmt: skip

    def simulate(self, designs: Floats) -> FirmPower:
        """What designs of shape (s, d, 4) serve."""
        return simulate(self.wave, self.sun, designs, self.hotel, self.compute, *self.efficiencies)

    def cost(self, designs: Floats) -> Floats:
        """Cost of designs of shape (s, d, 4), the load with it, shape (s, d) [USD/yr]."""
        load = (self.hotel + self.compute) * self.costs[:, 4]
        return np.asarray(np.einsum("sdk,sk->sd", designs, self.costs[:, :4]) + load[:, np.newaxis])

    def unit_cost(self, designs: Floats, compute_served: Floats) -> Floats:
        """Cost per energy delivered to compute, shape (s, d), infinite for none [USD/kWh]."""
        delivered = HOURS_PER_YEAR * self.compute[:, np.newaxis] * compute_served
        some = np.where(delivered == 0, 1.0, delivered)
        return np.where(delivered == 0, np.inf, self.cost(designs) / some)

    def within(self, designs: Floats) -> Floats:
        """Designs of shape (s, d, 4) cut down to what the search and the deck allow."""
        allowed = np.minimum(designs, (LARGEST * self.unit)[:, np.newaxis])
        ratio = np.where(np.isinf(self.deck_ratio), 0.0, self.deck_ratio)[:, np.newaxis]
        unlimited = np.isinf(self.deck_ratio)[:, np.newaxis]
        deck = np.where(unlimited, np.inf, ratio * allowed[..., 0])
        allowed[..., 1] = np.minimum(allowed[..., 1], deck)
        return np.asarray(allowed)

    def moved(self, designs: Floats, steps: Floats) -> Floats:
        """Designs (s, d, 4) by steps from some (s, 4): shares of large sizes, lengths of small."""
        size = np.arcsinh(designs / self.unit / _SCALE)[:, np.newaxis] + steps
        largest = np.arcsinh(LARGEST / _SCALE)
        moved = _SCALE * np.sinh(np.clip(size, 0.0, largest)) * self.unit[:, np.newaxis]
        return self.within(moved)


# What judges designs (s, d, 4) of sites, given the lowest values so far (s,): values (s, d), which
# are infinity for what is no design or not lower, and the designs that they belong to.
Judge = Callable[[Sites, Floats, Floats], tuple[Floats, Floats]]


def make_sites(
    wave: ArrayLike,
    sun: ArrayLike,
    costs: tuple[ArrayLike, ...],
    deck_ratio: ArrayLike,
    loads: tuple[ArrayLike, ArrayLike],
    efficiencies: tuple[float, float],
) -> Sites:
    """Everything of the sites as arrays.

    Raises
    ------
    ValueError
        Where series are not alike, or a cost, a ratio or a load is out of its range.
    """
    waves, suns = np.asarray(wave), np.asarray(sun)
    if waves.ndim != 2 or waves.shape != suns.shape:
        raise ValueError(f"wave and sun must be (s, t) alike (got {waves.shape}, {suns.shape})")
    count = len(waves)
    table = np.stack([np.broadcast_to(np.asarray(c, dtype=float), count) for c in costs], axis=1)
    ratio, hotel, compute = (
        np.broadcast_to(np.asarray(each, dtype=float), count) for each in (deck_ratio, *loads)
    )
    if not (np.isfinite(table) & (table >= 0)).all() or not (ratio >= 0).all():
        raise ValueError("costs and deck_ratio must be numbers not below 0")
    if not ((compute > 0) & (hotel >= 0)).all():
        raise ValueError("compute must be greater than 0, and hotel not below 0")
    unit = np.ones((count, 4))
    for column, series in enumerate((waves, suns)):
        mean = series.mean(axis=1, dtype=np.float64)
        unit[:, column] /= np.where(mean > 1e-3, mean, 1.0)
    unit *= (hotel + compute)[:, np.newaxis]
    return Sites(waves, suns, table, ratio, hotel, compute, unit, efficiencies)


def grid(sites: Sites, waves: tuple[float, ...]) -> Floats:
    """Designs to start from, 32 for each mean power of waves per load, (s, d, 4)."""
    sizes = product(waves, (0.0, 0.3, 1.0, 3.0), (0.0, 4.0, 16.0, 72.0), (0.3, 1.0))
    return sites.within(np.array(list(sizes)) * sites.unit[:, np.newaxis])


def best_designs(
    sites: Sites, judge: Judge, start: Floats, width: float = 0.5
) -> tuple[Floats, Floats]:
    """The best design of each site that is found, (s, 4), and its value.

    Parameters
    ----------
    sites : Sites
        Where, and what things cost.
    judge : callable
        What is to be low.
    start : (s, d, 4) array
        Designs of which the best is looked around.
    width : float
        First length of the steps, about the share by which sizes change.

    Returns
    -------
    designs, values : numpy.ndarray
        Values are NaN where the series has NaN, infinite where no design is one.
    """
    parts = [np.arange(i, min(i + _SITES, len(sites.wave))) for i in _starts(sites)]
    found = [_best(sites.at(rows), judge, start[rows], width) for rows in parts]
    designs, values = zip(*found, strict=True)
    return np.concatenate(designs), np.concatenate(values)


def _starts(sites: Sites) -> range:
    return range(0, len(sites.wave), _SITES)


def _best(sites: Sites, judge: Judge, start: Floats, width: float) -> tuple[Floats, Floats]:
    values, designs = judge(sites, start, np.full(len(sites.wave), np.inf))
    first = np.argmin(values, axis=1)  # the first NaN, where there are any
    each = np.arange(len(first))
    best, value = designs[each, first], values[each, first]
    searched = np.flatnonzero(np.isfinite(value))

    def objective(
        rows: NDArray[np.intp], points: Floats, values: Floats, steps: Floats
    ) -> tuple[Floats, Floats]:
        some = sites.at(searched[rows])
        return judge(some, some.moved(points, steps), values)

    best[searched], value[searched] = lowest(
        objective, best[searched], value[searched], width, _NARROWEST, _ROUNDS
    )
    return best, value
