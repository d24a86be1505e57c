"""Quantiles of cost and power for millions of cells: a table over what cells differ by."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from siting.kernels.geothermal import outcomes
from siting.kernels.geothermal.ladder import Programme
from siting.kernels.geothermal.outcomes import Outcomes, Places
from siting.kernels.geothermal.sampling import EXISTENCE, Sample, programmes

Floats = NDArray[np.float64]
WORKERS = min(os.cpu_count() or 1, 8)
_BLOCK = 32  # places that are drawn at once
RANKS = np.array([0.1, 0.5, 0.9])
FEWEST = 16  # draws with power that quantiles are taken of
# What is known of a place: whatever its chance of a system, and by that chance.
PLACE_FIGURES = ("net_p10", "net_p50", "net_p90", "conditional_p10", "conditional_p50",
                 "conditional_p90", "powered")  # fmt: skip
RISK_FIGURES = ("risked_p10", "risked_p50", "risked_p90", "success", "below_target", "wells",
                "wells_per_discovery", "loss")  # fmt: skip
# Figures whose logarithm is interpolated: they differ by factors.
_BY_FACTORS = np.array([name.startswith(("net", "conditional", "risked", "wells_", "loss"))
                        for name in (*PLACE_FIGURES, *RISK_FIGURES)])  # fmt: skip
# Those that are nearly in proportion to the chance of a system are interpolated as shares of it.
_SHARES = np.array([name in ("success", "below_target")
                    for name in (*PLACE_FIGURES, *RISK_FIGURES)])  # fmt: skip
# Those that there are none of where there is no chance.
_NEED_A_CHANCE = np.array([name.startswith(("risked", "wells_"))
                           for name in (*PLACE_FIGURES, *RISK_FIGURES)])  # fmt: skip


class Kind(NamedTuple):
    """A kind of wells: its name in the table of costs, columns of its draws, its outcomes."""

    name: str
    columns: tuple[str, ...]
    outcomes: Callable[[Places, Floats, Floats], Outcomes]


HYDROTHERMAL = Kind("hydrothermal", outcomes.HYDROTHERMAL, outcomes.hydrothermal)
EGS = Kind("egs", outcomes.EGS, outcomes.enhanced)
SUPERHOT = Kind("superhot", outcomes.SUPERHOT, outcomes.superhot)
KINDS = {kind.name: kind for kind in (HYDROTHERMAL, EGS, SUPERHOT)}


class Ladder(NamedTuple):
    """Programmes by draw as columns: without what wells cost, and for each MUSD of a well."""

    fixed: Floats
    slope: Floats


@dataclass(frozen=True)
class Model:
    """All that quantiles follow from, beside the places.

    Attributes
    ----------
    kind : Kind
        Of the wells.
    sample : Sample
        Draws.
    target : float
        Cost of energy that is asked for [USD MWh-1].
    log_odds_sd : float
        Standard deviation of the log-odds of the probability that there is a system: how far off
        the probabilities of all places together may be [1].
    """

    kind: Kind
    sample: Sample
    target: float
    log_odds_sd: float

    def rows(self) -> Floats:
        """The draws of the kind, shape (draws, columns)."""
        return self.sample.matrix(self.kind.columns)

    def area(self) -> Floats:
        """Area of a field where a place does not have its own, by draw [km2]."""
        return self.sample.prices["field.area"]

    def ladder(self) -> Ladder:
        """The ladder's figures by draw."""
        count = len(self.sample)

        def columns(found: Programme) -> Floats:
            return np.column_stack([np.broadcast_to(each, count) for each in found])

        fixed, slope = programmes(self.sample.prices, self.kind.name)
        return Ladder(columns(fixed), columns(slope))

    def lead(self) -> Floats:
        """Yearly payment for one unit of money spent on exploration, by draw [yr-1]."""
        prices = self.sample.prices
        rate, life = prices["finance.rate"], prices["plant.life"]
        factor = np.array(
            [outcomes.recovery_factor(*pair) for pair in zip(rate, life, strict=True)]
        )
        return np.asarray(factor * (1 + rate) ** prices["exploration.lead"])


@njit(cache=True)
def _quantiles(values: Floats, into: Floats) -> None:
    """Quantiles of values, which are sorted in place; linear between neighbours."""
    values.sort()
    for k in range(len(RANKS)):
        at = RANKS[k] * (len(values) - 1)
        low = int(at)
        high = min(low + 1, len(values) - 1)
        into[k] = values[low] + (at - low) * (values[high] - values[low])


@njit(cache=True, nogil=True)
def _place_figures(found: Outcomes, ladder: Ladder, lead: Floats, into: Floats) -> Floats:
    """Figures that do not hang on the chance of a system; the conditional cost of each draw."""
    conditional = np.full(found.cost.shape, np.nan)
    draws = found.cost.shape[1]
    for i in range(len(found.cost)):
        good = found.reason[i] == 0
        into[i, 6] = good.sum() / draws
        spent = ladder.fixed[:, 3] + ladder.slope[:, 3] * found.well[i]
        conditional[i] = found.cost[i] + lead * spent * 1e6 / found.energy[i]
        if good.sum() < FEWEST:
            into[i, :6] = np.nan
            continue
        _quantiles(found.net[i][good], into[i, 0:3])
        _quantiles(conditional[i][good], into[i, 3:6])
    return conditional


@njit(cache=True, nogil=True)
def _risk_figures(
    found: Outcomes,
    conditional: Floats,
    ladder: Ladder,
    lead: Floats,
    existence: Floats,
    target: float,
    into: Floats,
) -> None:
    """Figures by the chance of a system; `existence` is of shape (places, chances, draws)."""
    draws = found.cost.shape[1]
    finds = ladder.fixed[:, 0]
    for i in range(len(found.cost)):
        good = found.reason[i] == 0
        powered = good.sum() / draws
        present = ladder.fixed[:, 1] + ladder.slope[:, 1] * found.well[i]
        absent = ladder.fixed[:, 2] + ladder.slope[:, 2] * found.well[i]
        kept = ladder.fixed[:, 3] + ladder.slope[:, 3] * found.well[i]
        for k in range(existence.shape[1]):
            pi = existence[i, k]
            success = pi * finds
            spent = pi * present + (1.0 - pi) * absent
            wells = (pi * ladder.fixed[:, 4] + (1.0 - pi) * ladder.fixed[:, 5]).mean()
            total = (success * good).sum() / draws
            row = into[i, k]
            row[3] = total
            row[4] = (success * (good & (conditional[i] <= target))).sum() / draws
            row[5] = wells
            row[6] = wells / total if total > 0.0 else np.nan
            row[7] = (spent - success * good * kept).sum() / draws
            if good.sum() < FEWEST or total <= 0.0:
                row[:3] = np.nan
                continue
            each = spent / (success * powered)  # spent for each success
            risked = found.cost[i] + lead * each * 1e6 / found.energy[i]
            _quantiles(risked[good], row[:3])


class Figures(NamedTuple):
    """Figures of places, shape (places, figures), and by chance, (places, chances, figures)."""

    place: Floats
    risk: Floats


def logit(probability: Floats) -> Floats:
    """Log-odds of probabilities, those of 0 and 1 brought to one in a million of the end."""
    p = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(p / (1 - p)))


def exact(model: Model, places: Places, existence: Floats) -> Figures:
    """Figures of places from all draws, without any table.

    Parameters
    ----------
    model : Model
        Kind of wells and draws.
    places : Places
        Where.
    existence : numpy.ndarray of shape (places, chances)
        Probability that there is a system, its median over what is uncertain of it [1].

    Returns
    -------
    Figures
        Columns ``PLACE_FIGURES`` and ``RISK_FIGURES``: percentiles p10, p50 and p90 are those of
        the quantity itself. NaN where fewer than 16 draws give power, and of risk where the
        probability is 0.
    """
    rows, area, ladder, lead = model.rows(), model.area(), model.ladder(), model.lead()
    odds = model.log_odds_sd * model.sample.normals[EXISTENCE]
    count = len(places.mean)
    figures = Figures(
        np.full((count, len(PLACE_FIGURES)), np.nan),
        np.full((count, existence.shape[1], len(RISK_FIGURES)), np.nan),
    )

    def block(start: int) -> None:
        part = slice(start, min(start + _BLOCK, count))
        found = model.kind.outcomes(Places(*(each[part] for each in places)), rows, area)
        conditional = _place_figures(found, ladder, lead, figures.place[part])
        chances = 1 / (1 + np.exp(-(logit(existence[part])[:, :, None] + odds)))
        chances[existence[part] == 0] = 0.0  # what cannot be is no chance of one in a million
        _risk_figures(found, conditional, ladder, lead, chances, model.target, figures.risk[part])

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(block, range(0, count, _BLOCK)))
    return figures


# Values at which tables have nodes; a cell between two is interpolated. What a table covers is
# cut to what the cells need, so that a cell's figures do not depend on the other cells.
TEMPERATURES = np.array([
    *range(40, 80, 10), *range(80, 130, 5), *range(130, 260, 10), *range(260, 621, 20),
], float)  # fmt: skip
SPREADS = np.array([0.0, 5.0, 10.0, 20.0, 40.0, 70.0, 110.0])
DEPTHS = np.array([250.0, 500, 1000, 1500, 2000, 3000, 4000, 5000, 6000, 8000, 10_000, 12_000])
SURFACES = np.array([-30.0, -15, 0, 10, 20, 30, 45])
AREAS = np.array([0.3, 1.0, 3.0, 10.0, 30.0, 100.0])
CHANCES = np.array([
    1e-5, 1e-4, 3e-4, 1e-3, 2e-3, 4e-3, 8e-3, 0.015, 0.025, 0.04, 0.065, 0.1, 0.15, 0.22, 0.3, 0.4,
    0.5, 0.6, 0.7, 0.78, 0.85, 0.9, 0.94, 0.97, 0.99, 0.998, 1.0,
])  # fmt: skip


def nodes(lattice: Floats, values: Floats) -> Floats:
    """The part of a lattice that values need; one value alone is its own node.

    Examples
    --------
    >>> nodes(SPREADS, np.array([12.0, 30.0, np.nan])).tolist()
    [10.0, 20.0, 40.0]
    """
    known = values[np.isfinite(values)]
    if known.size == 0:
        return lattice[:1]
    least, most = known.min(), known.max()
    if least == most:
        return np.array([least])
    first = max(int(np.searchsorted(lattice, least, side="right")) - 1, 0)
    last = min(int(np.searchsorted(lattice, most, side="left")), len(lattice) - 1)
    return lattice[first : last + 1]


@dataclass(frozen=True)
class QuantileTable:
    """Figures at the nodes of five axes, and by the chance of a system.

    Attributes
    ----------
    axes : tuple of numpy.ndarray
        Nodes of temperature, its standard deviation, depth, surface temperature and size; then the
        log-odds of the chances.
    values : numpy.ndarray
        Figures, first those of places (the same for every chance), then those of risk; logarithms
        where they differ by factors.
    """

    axes: tuple[Floats, ...]
    values: NDArray[np.float32]

    def __len__(self) -> int:
        return int(np.prod(self.values.shape[:-2]))

    def figures(self, cells: Places, existence: Floats) -> NDArray[np.float32]:
        """Figures of cells, shape (cells, figures), in the order of both lists of names."""
        coordinates = np.stack([*cells, logit(existence)])
        found = _interpolated(self.axes, self.values, coordinates, _BY_FACTORS)
        found[:, _SHARES] *= existence[:, None]
        found[np.ix_(existence == 0, _NEED_A_CHANCE)] = np.nan
        return found


def build(model: Model, cells: Places, existence: Floats) -> QuantileTable:
    """A table that covers the cells.

    Parameters
    ----------
    model : Model
        Kind of wells and draws.
    cells : Places
        Which the table is for; those with NaN are not looked at.
    existence : numpy.ndarray of shape (cells,)
        Probability that there is a system [1].
    """
    lattices = (TEMPERATURES, SPREADS, DEPTHS, SURFACES, AREAS)
    axes = [nodes(lattice, values) for lattice, values in zip(lattices, cells, strict=True)]
    chances = nodes(CHANCES, existence)
    grid = [each.ravel() for each in np.meshgrid(*axes, indexing="ij")]
    wanted = np.broadcast_to(chances, (len(grid[0]), len(chances)))
    found = exact(model, Places(*grid), wanted)
    place = np.broadcast_to(found.place[:, None], (*found.risk.shape[:2], len(PLACE_FIGURES)))
    values = np.concatenate([place, found.risk], axis=-1)
    values[..., _SHARES] /= np.clip(chances, 1e-6, 1.0)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        values[..., _BY_FACTORS] = np.log(values[..., _BY_FACTORS])
    shape = (*(len(each) for each in axes), len(chances), values.shape[-1])
    return QuantileTable((*axes, logit(chances)), values.reshape(shape).astype(np.float32))


def _interpolated(
    axes: tuple[Floats, ...],
    values: NDArray[np.float32],
    coordinates: Floats,
    by_factors: NDArray[np.bool_],
) -> NDArray[np.float32]:
    """Values between the nodes, linear along every axis; NaN where any node needed has none."""
    lengths = np.array([len(each) for each in axes])
    flat = np.concatenate(axes)
    table = values.reshape(-1, values.shape[-1])
    found = np.empty((coordinates.shape[1], values.shape[-1]), np.float32)
    step = max(coordinates.shape[1] // WORKERS + 1, 1)

    def part(start: int) -> None:
        these = slice(start, start + step)
        _between(flat, lengths, table, coordinates[:, these], by_factors, found[these])

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(part, range(0, coordinates.shape[1], step)))
    return found


@njit(cache=True, nogil=True)
def _between(
    flat: Floats,
    lengths: NDArray[np.int64],
    table: NDArray[np.float32],
    coordinates: Floats,
    by_factors: NDArray[np.bool_],
    into: NDArray[np.float32],
) -> None:
    """Multilinear interpolation over six axes; corners without weight are not read."""
    axes = len(lengths)
    offset = np.zeros((1 << axes), np.int64)
    weight = np.zeros(1 << axes)
    total = np.zeros(table.shape[1])
    for cell in range(coordinates.shape[1]):
        count, start = 1, 0
        offset[0], weight[0] = 0, 1.0
        known = True
        for axis in range(axes):
            length, value = lengths[axis], coordinates[axis, cell]
            if np.isnan(value):
                known = False
                break
            row, share = 0, 0.0
            if length > 1:
                row = np.searchsorted(flat[start : start + length], value) - 1
                row = min(max(row, 0), length - 2)
                low = flat[start + row]
                share = (value - low) / (flat[start + row + 1] - low)
                share = min(max(share, 0.0), 1.0)
            previous = count
            for corner in range(previous):
                base = offset[corner] * length + row
                offset[corner] = base
                if share > 0.0:
                    offset[count], weight[count] = base + 1, weight[corner] * share
                    count += 1
                weight[corner] *= 1.0 - share
            start += length
        if not known:
            into[cell] = np.nan
            continue
        total[:] = 0.0
        for corner in range(count):
            if weight[corner] > 0.0:
                for k in range(len(total)):
                    total[k] += weight[corner] * table[offset[corner], k]
        for k in range(len(total)):
            into[cell, k] = np.exp(total[k]) if by_factors[k] else total[k]
