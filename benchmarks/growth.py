"""How time and memory grow with cells, layers, trees, sites and polygons: slopes of logarithms.

A slope of 1 is work in proportion to the size; below 1 something is paid once.
"""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely

from benchmarks import case, density, distance, firm_power, learned, overlay
from benchmarks.case import OURS, Case
from benchmarks.world import Floats, criteria, land, world

ROOT = Path(__file__).parents[1]
RESOLUTION = "20 km"  # of what does not grow


class Axis(NamedTuple):
    """What grows: its sizes, and the work at each."""

    sizes: tuple[int, ...]
    work: Callable[[int], Case]
    resolution: Callable[[int], str]
    peer: str


def _at(chosen: Case, size: int) -> Case:
    return chosen


def _layers(count: int) -> Case:
    """A weighted mean of so many layers."""

    def prepare(resolution: str) -> overlay.Inputs:
        grid = world(resolution)
        few = criteria(grid)
        layers = [few[i % len(few)].rename(f"layer_{i}") for i in range(count)]
        return overlay.Inputs(grid, layers, [1.0 / (1 + i) for i in range(count)], land(grid))

    return Case(overlay.CASE.what, prepare, overlay.CASE.contenders, overlay.CASE.agree)


def _trees(count: int) -> Case:
    """A forest of so many trees over the cells of land."""
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(count, min_samples_leaf=5, random_state=0, n_jobs=1)
    prepare = partial(learned.prepare, model=forest)
    return Case(learned.FOREST.what, prepare, learned.FOREST.contenders, learned.FOREST.agree)


def _sites(count: int) -> Case:
    """A year of hours of one design at so many sites."""
    prepare = firm_power.make(count, 1, 8760)
    return Case(firm_power.work, prepare, firm_power.SITES.contenders, firm_power.agree)


class Areas(NamedTuple):
    """A grid and polygons in longitude and latitude."""

    grid: Any
    polygons: Any


def _polygons(count: int) -> Case:
    """Cells whose centre lies in one of so many polygons of fifty corners."""

    def prepare(resolution: str) -> Areas:
        random = np.random.default_rng(0)
        middles = random.uniform((-170, -55), (170, 75), (count, 2))
        angle = np.linspace(0, 2 * np.pi, 50, endpoint=False)
        radius = random.uniform(0.3, 1.0, (count, 50)) * (30 / np.sqrt(count))
        ring = np.stack([np.cos(angle) * radius, np.sin(angle) * radius / 2], axis=-1)
        corners = np.clip(middles[:, None] + ring, (-179, -58), (179, 80))
        return Areas(world(resolution), shapely.polygons(corners))

    return Case(
        lambda inputs: f"{len(inputs.polygons):,} polygons", prepare,
        {OURS: _covered, "rasterio": _rasterized}, _covered_alike,
    )  # fmt: skip


def _covered(inputs: Areas) -> Floats:
    from siting.coverage import covered

    return np.asarray(covered(inputs.polygons, inputs.grid, touched=False).to_numpy())


def _rasterized(inputs: Areas) -> Floats:
    import geopandas as gpd
    from rasterio.features import rasterize

    shapes = gpd.GeoSeries(inputs.polygons, crs=4326).to_crs(str(inputs.grid.crs))
    shape, affine = inputs.grid.shape.yx, inputs.grid.affine
    return np.asarray(rasterize(shapes, shape, transform=affine, dtype="uint8")).astype(bool)


def _covered_alike(inputs: Areas, results: Any) -> str:
    apart = float((results[OURS] != results["rasterio"]).mean())
    assert apart < 1e-2, apart  # edges are straight on the map there, in longitude here
    return f"{100 * apart:.3f} % of cells differ"


def _same(resolution: str, size: int) -> str:
    return resolution


AXES = {
    "cells, distance": Axis(
        (80, 40, 20, 10), partial(_at, distance.CASE), lambda km: f"{km} km", "pykdtree"
    ),
    "cells, density": Axis(
        (80, 40, 20, 10), partial(_at, density.CASE), lambda km: f"{km} km", "scipy cKDTree"
    ),
    "layers": Axis((3, 6, 12, 24), _layers, partial(_same, RESOLUTION), "xarray"),
    "trees": Axis((25, 50, 100, 200), _trees, partial(_same, RESOLUTION), "scikit-learn"),
    "sites": Axis((250, 500, 1000, 2000), _sites, partial(_same, "10 km"), "numpy"),
    "polygons": Axis((250, 1000, 4000, 16000), _polygons, partial(_same, RESOLUTION), "rasterio"),
}


def grown(rounds: int, sizes: int = 4) -> dict[str, Any]:
    """Slopes of time and memory of each axis, siting beside its peer."""
    axes = {}
    for name, axis in AXES.items():
        print(f"  growth with {name}", file=sys.stderr, flush=True)
        found = [_child(name, size, rounds) for size in axis.sizes[:sizes]]
        axes[name] = {
            "sizes": [each["size"] for each in found],
            "peer": axis.peer,
            **{kind: _slopes(found, kind, axis.peer) for kind in ("wall", "cpu", "memory")},
        }
    return {"what": "growth of time and memory", "growth": axes}


def _slopes(found: list[dict[str, Any]], kind: str, peer: str) -> dict[str, Any]:
    sizes = [each["size"] for each in found]
    told = {}
    for name in (OURS, peer):
        values = [each[kind][name] for each in found]
        slope, fit = slope_of(sizes, values)
        told[name] = {"values": values, "slope": round(slope, 2), "r2": round(fit, 3)}
    return told


def slope_of(sizes: list[float], values: list[float]) -> tuple[float, float]:
    """Slope of the logarithm of values over that of sizes, and its R²."""
    x, y = np.log(sizes), np.log(np.maximum(values, 1e-9))
    slope, start = np.polyfit(x, y, 1)
    spread = float(((y - y.mean()) ** 2).sum())
    left = float(((y - slope * x - start) ** 2).sum())
    return float(slope), 1 - left / spread if spread else 1.0


def _child(name: str, size: int, rounds: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.growth", name, str(size)]
    times = _said([*command, "--rounds", str(rounds)])
    memory = {}
    for contender in (OURS, AXES[name].peer):
        weight = _said([*command, "--memory", contender])
        memory[contender] = max(weight["peak"] - weight["inputs"], 0)
    return {**times, "memory": memory}


def _said(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def at(name: str, size: int, rounds: int) -> dict[str, Any]:
    """Times at one size, after a first run of both that have to agree."""
    axis = AXES[name]
    whole, resolution = axis.work(size), axis.resolution(size)
    pair = {each: whole.contenders[each] for each in (OURS, axis.peer)}
    inputs = whole.prepare(resolution)
    results = {each: run(inputs) for each, run in whole.contenders.items()}
    agreement = whole.agree(inputs, results)
    del results
    runs: dict[str, list[case.Seconds]] = {each: [] for each in pair}
    for _ in range(rounds):
        for each, run in pair.items():
            runs[each].append(case.seconds(run, inputs))
    cells = _cells(inputs) if name.startswith("cells") else size
    medians = {
        kind: {each: statistics.median(getattr(r, kind) for r in rs) for each, rs in runs.items()}
        for kind in ("wall", "cpu")
    }
    return {"size": cells, "agreement": agreement, **medians}


def _cells(inputs: Any) -> int:
    rows, columns = inputs.grid.shape
    return int(rows * columns)


def main() -> None:
    """Print the figures of one size of one axis as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=sorted(AXES))
    parser.add_argument("size", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", metavar="CONTENDER")
    words = parser.parse_args()
    axis = AXES[words.name]
    found: Any = (
        case.weighed(axis.work(words.size), axis.resolution(words.size), words.memory)
        if words.memory
        else at(words.name, words.size, words.rounds)
    )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
