"""The 500 best cells of a grid, with and without a least distance between them."""

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import dask
import dask.array as da
import numpy as np
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from benchmarks.case import OURS, Case
from benchmarks.world import world
from siting.geodesy import chord, ecef
from siting.grid import chunks
from siting.kernels.topk import best_cells
from siting.projection import position

COUNT, SPACING = 500, 50_000.0  # [m]
WAVES = 12
Cells = NDArray[np.int64]


class Inputs(NamedTuple):
    """The grid and a score on it, in memory."""

    grid: GeoBox
    score: NDArray[np.float32]

    def places(self, rows: Any, columns: Any) -> Any:
        """Longitude and latitude of cells [degree]."""
        return position(self.grid, rows + 0.5, columns + 0.5)


def prepare(resolution: str) -> Inputs:
    """Waves of many lengths with noise of 2 %: structure as scores have it."""
    grid, rng = world(resolution), np.random.default_rng(0)
    rows, columns = (np.linspace(0, 1, n, dtype=np.float32) for n in grid.shape.yx)
    score = rng.normal(0, 0.02, grid.shape.yx).astype(np.float32)
    for length in np.geomspace(2, 200, WAVES):
        a, b = rng.uniform(-length, length, 2)
        score += np.sin(np.float32(a) * rows[:, None] + np.float32(b) * columns) / np.float32(WAVES)
    return Inputs(grid, score)


def siting(spacing: float, inputs: Inputs) -> Cells:
    """Numbers of the cells, best first."""
    layer = da.from_array(inputs.score, chunks=chunks(inputs.grid))
    with dask.config.set(scheduler="threads", num_workers=2):
        rows, columns = best_cells(layer, inputs.places, COUNT, spacing)
    return rows * inputs.grid.shape.x + columns


def argpartition(inputs: Inputs) -> Cells:
    """The best of the whole array, which is copied as numbers of cells."""
    flat = inputs.score.ravel()
    best = np.argpartition(flat, len(flat) - COUNT)[len(flat) - COUNT :]
    return best[np.lexsort((best, -flat[best]))]


def argsort(inputs: Inputs) -> Cells:
    """All cells in order, each kept where no kept one is near."""
    flat, reach = inputs.score.ravel(), float(chord(SPACING))
    chosen: list[int] = []
    points = np.empty((COUNT, 3))
    for cell in np.argsort(-flat, kind="stable"):
        point = ecef(*inputs.places(*np.divmod(cell, inputs.grid.shape.x)))
        steps = points[: len(chosen)] - point
        if (np.einsum("ij,ij->i", steps, steps) >= reach**2).all():
            points[len(chosen)] = point
            chosen.append(int(cell))
            if len(chosen) == COUNT:
                break
    return np.array(chosen)


def agree(inputs: Inputs, results: Mapping[str, Cells]) -> str:
    for name, cells in results.items():
        assert (cells == results[OURS]).all(), name
    return f"the same {len(results[OURS])} cells in the same order"


def _what(words: str, inputs: Inputs) -> str:
    return f"the {COUNT} best of {inputs.score.size:,} cells{words}"


CASE = Case(
    partial(_what, ""), prepare, {OURS: partial(siting, 0.0), "argpartition": argpartition}, agree
)
SPACED = Case(
    partial(_what, f", {SPACING / 1000:.0f} km apart"),
    prepare,
    {OURS: partial(siting, SPACING), "argsort and a loop": argsort},
    agree,
)
