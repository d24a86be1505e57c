"""What a run will need, from its plan and from what earlier runs took."""

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from siting.grid import TILE, area_range
from siting.kernels.memory_budget import tiles_at_once
from siting.pipeline import timings
from siting.pipeline.plan import Plan, Step
from siting.store import default_root

# Shares of raw float32 bytes that layers take in the store, measured: 0.35 on the default pipeline,
# with much sea, to 0.87 of smooth layers without a gap.
STORED_SHARE = 0.55
# Bytes for each cell that are kept in a file while a raster of the user's is put onto the grid.
SCRATCH_CELL = 5
# What Python and its libraries hold before the first cell [bytes], measured: 0.45 GB when a run
# begins, 0.62 GB with what reading, scoring and compiled kernels load and what allocators keep.
BASE_MEMORY = 620_000_000
# What the files of a run take before the first cell, and for each cell of a raster, measured: 3.0
# on the default run, with much sea, 4.6 of an overlay without a gap, 7.6 of a forest's score.
BASE_OUTPUT, CELL_OUTPUT = 6_000_000, 4.8
# Bytes for each cell of a tile that are in memory for each layer that a step takes or gives.
TILE_CELL = 8
USUAL_WIDE = 6  # layers of the steps that rates of time were measured with
LEAST_WIDE = 6  # layers that any step is counted with: what is made of one has copies of its own
# Bytes for each cell of a layer while it is put on the map: values, values in order, codes.
DRAWN_CELL = 21
DRAWN_LENGTH, DRAWN_AT_ONCE = 4096, 2


@dataclass(frozen=True)
class Estimate:
    """Size and cost of a run that has not begun."""

    rows: int
    columns: int
    cells: int
    cell_area: str
    values: int
    layers: int
    store_bytes: int
    scratch_bytes: int
    output_bytes: int
    memory_bytes: int
    least_memory_bytes: int
    seconds: float
    processors: int

    def as_dict(self) -> dict[str, Any]:
        """The estimate as JSON."""
        return asdict(self)


def estimate_plan(plan: Plan, waiting: Sequence[Step] | None = None) -> Estimate:
    """Cells, bytes and seconds of a plan.

    Parameters
    ----------
    plan : Plan
        The plan.
    waiting : list of Step, optional
        The steps that are to be computed; all of them where this is not given.

    Notes
    -----
    Seconds come from what this machine took before; where it has not run a function yet, from
    rates measured elsewhere.
    """
    rows, columns = plan.grid.shape.yx
    cells = rows * columns
    steps = plan.steps if waiting is None else waiting
    layers, stored = _layers(plan.steps), _layers(steps)
    rasters = sum(name.endswith(".tif") for name in plan.outputs)
    rates = timings.load(default_root())
    seconds = timings.expected(rates, "start", cells) + timings.expected(rates, "outputs", cells)
    seconds += sum(_seconds(plan, step, rates, cells) for step in steps)
    processors = os.cpu_count() or 1
    return Estimate(
        rows,
        columns,
        cells,
        _area_text(plan),
        sum(len(step.values) for step in plan.steps),
        layers,
        int(cells * 4 * stored * STORED_SHARE),
        cells * SCRATCH_CELL * any(_is_raster(step) for step in steps),
        int(BASE_OUTPUT + cells * CELL_OUTPUT * max(rasters, 1)),
        _memory(plan, steps, rows, columns),
        _memory(plan, steps, 1, 1),
        seconds,
        processors,
    )


def _seconds(plan: Plan, step: Step, rates: timings.Rates, cells: int) -> float:
    """Time of a step: of more layers than usual it is longer, unless this machine knows it."""
    found = timings.expected(rates, timings.name(step), cells)
    return found if timings.name(step) in rates else found * max(1.0, _of(plan, step) / USUAL_WIDE)


def _memory(plan: Plan, steps: Sequence[Step], rows: int, columns: int) -> int:
    """Peak of a run: of the widest step's tiles, or of the layers that the map is drawn from."""
    tile = min(rows, TILE) * min(columns, TILE) * TILE_CELL
    tiles = max(_width(plan, steps), LEAST_WIDE) * tile * tiles_at_once(1)
    side = max(rows, columns)
    drawn = rows * columns // max(-(-side // DRAWN_LENGTH), 1) ** 2
    return BASE_MEMORY + max(tiles, DRAWN_AT_ONCE * DRAWN_CELL * drawn)


def _width(plan: Plan, steps: Sequence[Step]) -> int:
    """Layers that the step with most of them takes and gives."""
    return max((_of(plan, step) for step in steps), default=0)


def _of(plan: Plan, step: Step) -> int:
    """Layers that a step takes and gives."""
    return _layers([*map(plan.step, _used(step)), step])


def _is_raster(step: Step) -> bool:
    return step.source is not None and _layers([step]) > 0


def _used(step: Step) -> set[str]:
    return {reference.partition(".")[0] for reference in step.references}


def _layers(steps: Sequence[Step]) -> int:
    return sum(value.kind == "layer" for step in steps for value in step.values.values())


def _area_text(plan: Plan) -> str:
    """Area of the cells, or its range where they differ."""
    low, high = area_range(plan.grid)
    if high - low < 0.001 * high:
        return f"{high:,.4g} km2"
    return f"{low:,.4g} to {high:,.4g} km2"
