"""``python -m benchmarks.geothermal``: economics of a million cells beside Monte Carlo by cell.

Prints one JSON line each. Monte Carlo is timed on a few cells and told by the cell; all errors are
against 8,192 draws of a scrambling of their own, as root mean squares of the logarithm in per cent.
Seconds of the processor are of all threads together.
"""

import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.io.costs import read_costs
from siting.kernels import money
from siting.kernels.geothermal import quantiles, sampling
from siting.kernels.geothermal.outcomes import Places
from siting.kernels.geothermal.quantiles import PLACE_FIGURES, RISK_FIGURES, Model
from siting.sources.catalogue import catalogue

Floats = NDArray[np.float64]
CELLS, JUDGED, TIMED = 1_000_000, 200, 40
NAMES = (*PLACE_FIGURES, *RISK_FIGURES)
TOLD = [name for name in NAMES if name.startswith(("conditional", "risked", "net"))]
COSTS = read_costs(catalogue()["costs_geothermal"].path, 2025)


def cells(count: int) -> tuple[Places, Floats]:
    """Hot reservoirs of all sorts, and their probabilities."""
    rng = np.random.default_rng(5)
    places = Places(
        rng.uniform(110, 300, count), rng.uniform(5, 40, count), np.full(count, 2000.0),
        rng.uniform(-5, 28, count), np.full(count, -1.0),
    )  # fmt: skip
    return places, np.exp(rng.uniform(np.log(0.01), np.log(0.9), count))


def model(drawn: sampling.Sample) -> Model:
    """Hydrothermal wells."""
    return Model(quantiles.HYDROTHERMAL, drawn, 80.0, 0.5)


def plain(count: int, seed: int) -> sampling.Sample:
    """Draws by random numbers, not balanced."""
    rng, balanced = np.random.default_rng(seed), sampling.sample(COSTS, 64)
    rows = money.ranges(COSTS)
    prices = {
        name: money.pert(row, rng.random(count)) if row[1] < row[2] else np.full(count, row[0])
        for name, row in rows.items()
    }
    normals = {name: rng.standard_normal(count) for name in balanced.normals}
    return sampling.Sample(money.CostDraws(prices), normals)


def exactly(drawn: sampling.Sample, places: Places, existence: Floats) -> Floats:
    """Figures of places from every draw."""
    found = quantiles.exact(model(drawn), places, existence[:, None])
    return np.concatenate([found.place, found.risk[:, 0]], axis=1)


def some(places: Places, count: int) -> Places:
    """The first of them."""
    return Places(*(each[:count] for each in places))


def timed(run: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """What a call gives, and its seconds by the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    found = run()
    return found, {
        "clock": round(time.perf_counter() - clock, 2),
        "processor": round(time.process_time() - processor, 2),
    }


def errors(found: Floats, true: Floats) -> dict[str, float]:
    """Root mean square errors of the logarithm [%]."""
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.log(found / true)
    return {name: round(100 * float(np.sqrt(np.nanmean(off[:, NAMES.index(name)] ** 2))), 2)
            for name in TOLD}  # fmt: skip


def main() -> None:
    """Print the figures."""
    places, existence = cells(CELLS)
    few, chance = some(places, JUDGED), existence[:JUDGED]
    quantiles.build(model(sampling.sample(COSTS, 64)), some(places, 3), existence[:3])  # compiled
    true = exactly(sampling.sample(COSTS, 8192, seed=9), few, chance)
    for draws in (1024, 2048):
        table, built = timed(
            lambda n=draws: quantiles.build(model(sampling.sample(COSTS, n)), places, existence)
        )
        table.figures(few, chance)
        found, served = timed(lambda t=table: t.figures(places, existence))
        told = {"table of draws": draws, "nodes": len(table), "build": built, "serve": served}
        print(json.dumps({**told, "cells": CELLS, "error": errors(found[:JUDGED], true)}))
    for name, make in (("balanced", lambda n: sampling.sample(COSTS, n, seed=3)),
                       ("random", lambda n: plain(n, 3))):  # fmt: skip
        drawn = make(512)
        _, took = timed(lambda d=drawn: exactly(d, some(few, TIMED), chance[:TIMED]))
        each = took["processor"] / TIMED
        told = {"by cell": f"512 {name} draws", "processor for a million": round(each * 1e6)}
        print(json.dumps({**told, "error": errors(exactly(drawn, few, chance), true)}))


if __name__ == "__main__":
    main()
