"""Hourly balance of waves, sun, battery and load: many designs, many sites, and the best design.

``resolution`` sets sizes here: at 10 km series have 8,760 hours, at coarser ones fewer.
"""

import logging
import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.case import OURS, Case
from siting.kernels.firm_power import FirmPower, simulate
from siting.kernels.sizing import UnitCosts, cheapest
from siting.wording import counted

Floats = NDArray[np.float64]
HOTEL, COMPUTE, EFFICIENCY, START = 0.1, 0.9, 0.95, 0.5
COSTS, DECK = UnitCosts(400.0, 60.0, 30.0, 20.0, 4000.0), 0.8
EQUAL, NEAR = 1e-9, 1e-3


class Inputs(NamedTuple):
    """Series of shape (s, t) in single precision, as they come from files, and designs (d, 4)."""

    wave: NDArray[np.float32]
    sun: NDArray[np.float32]
    designs: Floats


def make(sites: int, designs: int, most: int) -> Callable[[str], Inputs]:
    """Inputs from a resolution; at 10 km with the given numbers, hours at most so many."""

    def prepare(resolution: str) -> Inputs:
        share = min(10.0 / float(resolution.removesuffix("km")), 1.0)
        count, hours = max(int(sites * share), 2), max(int(most * share), 168)
        random = np.random.default_rng(0)
        noise = random.normal(0, 0.3, (count, hours))
        for hour in range(1, hours):
            noise[:, hour] += 0.95 * noise[:, hour - 1]
        wave = np.clip(0.3 * np.exp(noise), 0, 1)
        day = np.clip(np.sin(2 * np.pi * (np.arange(hours) % 24 - 6) / 24), 0, None)
        sun = day * random.uniform(0.2, 0.8, (count, 1))
        table = random.uniform([1, 0, 0, 0.2], [6, 3, 48, 2], (designs, 4))
        return Inputs(wave.astype(np.float32), sun.astype(np.float32), table)

    return prepare


def siting(inputs: Inputs) -> FirmPower:
    """All results of all designs."""
    return simulate(*inputs, HOTEL, COMPUTE, EFFICIENCY, EFFICIENCY, START)


def numpy(inputs: Inputs) -> FirmPower:
    """The same, one hour of all sites and designs at a time."""
    wave, sun = (np.ascontiguousarray(each.T, dtype=np.float64) for each in inputs[:2])
    level = np.tile(START * inputs.designs[:, 2], (wave.shape[1], 1))
    sums = [np.zeros(level.shape) for _ in range(8)]
    generated, curtailed, drawn, short, compute_short, below, dark, longest = sums
    run = np.zeros(level.shape)
    for w, s in zip(wave, sun, strict=True):
        before = level
        level, power, lack = _hour(w, s, inputs.designs, before)
        generated += power
        curtailed += np.maximum(power - 1.0, 0) - np.maximum(level - before, 0) / EFFICIENCY
        drawn += np.maximum(before - level, 0)
        short += lack
        compute_short += np.minimum(lack, COMPUTE)
        missing = lack > EQUAL
        below += missing
        dark += lack > COMPUTE + EQUAL
        run = (run + 1) * missing
        np.maximum(longest, run, out=longest)
    hours = len(wave)
    energy = np.where(inputs.designs[:, 2] > 0, inputs.designs[:, 2], 1.0)
    return FirmPower(
        1 - short / hours, 1 - compute_short / (COMPUTE * hours), 1 - below / hours, longest, dark,
        curtailed / generated, drawn / energy,
    )  # fmt: skip


def _hour(wave: Floats, sun: Floats, designs: Floats, level: Floats) -> tuple[Floats, ...]:
    """Charge after an hour, generation and what lacks, (s, d)."""
    power = wave[:, None] * designs[:, 0] + sun[:, None] * designs[:, 1]
    surplus, need = np.maximum(power - 1.0, 0), np.maximum(1.0 - power, 0)
    step = np.minimum(surplus, designs[:, 3]) * EFFICIENCY
    step -= np.minimum(need, designs[:, 3]) / EFFICIENCY
    after = np.minimum(np.maximum(level + step, 0), designs[:, 2])
    return after, power, np.maximum(need - np.maximum(level - after, 0) * EFFICIENCY, 0)


def python(inputs: Inputs) -> FirmPower:
    """Shares that one design serves at each site, in a loop over the hours; the rest left out."""
    wave, sun, energy, power = inputs.designs[0].tolist()
    shares = []
    for waves, suns in zip(inputs.wave.tolist(), inputs.sun.tolist(), strict=True):
        level, lack = START * energy, 0.0
        for w, s in zip(waves, suns, strict=True):
            net = wave * w + sun * s - 1.0
            if net >= 0:
                level = min(level + min(net, power) * EFFICIENCY, energy)
            else:
                given = min(-net, power, level * EFFICIENCY)
                level -= given / EFFICIENCY
                lack -= net + given
        shares.append([1 - lack / len(waves)])
    return FirmPower(np.array(shares), *[np.full((len(shares), 1), np.nan)] * 6)


def agree(inputs: Inputs, results: Mapping[str, FirmPower]) -> str:
    ours = results[OURS]
    for name, theirs in results.items():
        for field in FirmPower._fields:
            found, expected = getattr(theirs, field), getattr(ours, field)
            if not np.isnan(found).all():
                np.testing.assert_allclose(found, expected, rtol=1e-7, atol=EQUAL, err_msg=name)
    return f"equal within {EQUAL:g}"


def work(inputs: Inputs) -> str:
    sites, hours = inputs.wave.shape
    return f"{counted(len(inputs.designs), 'design')} at {sites:,} sites over {hours:,} hours"


def sized(inputs: Inputs) -> float:
    """Least cost per energy of a flat load at one site [USD/kWh]."""
    wave, sun = inputs.wave[:1], inputs.sun[:1]
    found = cheapest(wave, sun, COSTS, DECK, 0.0, 1.0, EFFICIENCY, EFFICIENCY)
    return float(found.unit_cost[0])


def pypsa(inputs: Inputs) -> float:
    """The same, from the least cost of the parts where what lacks costs what siting found.

    At the least cost per energy v, parts and load together cost just v times the energy served: the
    sum of parts and lack is then v times the energy asked for, less the load; and a lower one would
    mean that there is a cheaper design.
    """
    import pypsa as library

    for name in ("pypsa", "linopy"):
        logging.getLogger(name).setLevel("ERROR")
    lack = sized(inputs) * 8760 / inputs.wave.shape[1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what its next version will do
        network = _network(library.Network(), inputs, lack)
        model = network.optimize.create_model()
        power, size = model.variables["Link-p_nom"], model.variables["Generator-p_nom"]
        both = power.sel(name="in", drop=True) - EFFICIENCY * power.sel(name="out", drop=True)
        model.add_constraints(both == 0, name="one_power")
        beyond = size.sel(name="sun", drop=True) - DECK * size.sel(name="wave", drop=True)
        model.add_constraints(beyond <= 0, name="deck")
        network.optimize.solve_model(solver_name="highs", log_to_console=False, progress=False)
    return float(network.objective + COSTS.load) / 8760


def _network(network: Any, inputs: Inputs, lack: float) -> Any:
    """One site: generation, a battery with its power at the load's side, and lack at a cost."""
    network.set_snapshots(range(inputs.wave.shape[1]))
    for bus in ("load", "battery"):
        network.add("Bus", bus)
    for name, series, cost in (("wave", inputs.wave, COSTS.wave), ("sun", inputs.sun, COSTS.solar)):
        network.add("Generator", name, bus="load", p_nom_extendable=True, capital_cost=cost,
                    p_max_pu=series[0].astype(float))  # fmt: skip
    network.add("Generator", "lack", bus="load", p_nom=1.0, marginal_cost=lack)
    network.add("Store", "energy", bus="battery", e_nom_extendable=True, e_cyclic=True,
                capital_cost=COSTS.energy)  # fmt: skip
    network.add("Link", "in", bus0="load", bus1="battery", p_nom_extendable=True,
                efficiency=EFFICIENCY, capital_cost=COSTS.power)  # fmt: skip
    network.add("Link", "out", bus0="battery", bus1="load", p_nom_extendable=True,
                efficiency=EFFICIENCY)  # fmt: skip
    network.add("Load", "load", bus="load", p_set=1.0)
    return network


def cost_agrees(inputs: Inputs, results: Mapping[str, float]) -> str:
    if "PyPSA" not in results:
        return "no peer is installed"
    ours, best = results[OURS], results["PyPSA"]
    assert best * (1 - 1e-6) <= ours <= best * (1 + NEAR)
    return f"{ours:.4f} $/kWh, {max(ours / best - 1, 0):.1e} above the programme's optimum"


DESIGNS = Case(work, make(64, 64, 8760), {OURS: siting, "numpy": numpy}, agree)
SITES = Case(work, make(2000, 1, 8760), {OURS: siting, "numpy": numpy}, agree)
LOOP = Case(work, make(32, 1, 8760), {OURS: siting, "Python loop": python}, agree)
SIZING = Case(
    lambda inputs: f"the cheapest design at one site over {inputs.wave.shape[1]:,} hours",
    make(2, 1, 2016),
    {OURS: sized, "PyPSA": pypsa},
    cost_agrees,
)
