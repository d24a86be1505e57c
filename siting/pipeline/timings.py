"""How long each function takes on this machine: remembered, so that a run can be foretold."""

import json
from contextlib import suppress
from pathlib import Path

from siting.pipeline.plan import Step
from siting.store.files import write_whole

Rates = dict[str, dict[str, float]]

# Seconds for any work, and for a million cells, where this machine has not yet done it. Measured
# on two cores of a small server with the world at 25 and at 10 km; of reading, with rasters of
# 1 to 100 million cells, 0.16 s of processor time a million, by two threads but for a third of it.
DEFAULT = (0.05, 0.12)
SHIPPED: dict[str, tuple[float, float]] = {
    "above": (0.04, 0.02),
    "combine.above": (0.02, 0.02),
    "combine.nearness": (0.02, 0.03),
    "combine.rescale": (0.05, 0.03),
    "distance.distance_to": (0.10, 0.10),
    "distance.distance_to_nth": (0.10, 0.28),
    "geology.category_is": (0.04, 0.02),
    "geology.land": (0.39, 0.06),
    "heat.conductive_temperature": (0.03, 0.02),
    "heat.conductive_temperature_sd": (0.03, 0.01),
    "heat.heat_flow_by_class": (0.04, 0.05),
    "learned.classifier": (1.58, 1.07),
    "outputs": (4.88, 1.40),
    "overlay.weighted": (0.03, 0.14),
    "read.features": (0.03, 0.00),
    "read.layer": (0.29, 0.10),
    "read.table": (0.01, 0.00),
    "region.box": (0.04, 0.02),
    "seismicity.event_density": (0.28, 0.13),
    "seismicity.select_events": (0.05, 0.00),
    "selection.among": (0.06, 0.00),
    "skill.screening": (5.09, 0.69),
    "terrain.slope": (0.06, 0.07),
    "start": (3.00, 0.00),
}


def name(step: Step) -> str:
    """What a step's time is remembered under: its function, or how its source is read."""
    if step.call is not None:
        return step.call.spec.name
    kind = next(iter(step.values.values())).kind
    return f"read.{kind}"


def load(root: Path) -> Rates:
    """Rates remembered in a store; none where there are none or they cannot be read."""
    with suppress(OSError, ValueError, RecursionError):
        found = json.loads((root / "timings.json").read_text("utf-8"))
        if isinstance(found, dict):
            return {name: rows for name, rows in found.items() if _is_row(rows)}
    return {}


def _is_row(rows: object) -> bool:
    """Whether a function's row is seconds by cells: a damaged file only loses the forecast."""
    return isinstance(rows, dict) and all(
        key.isdecimal() and type(each) in (int, float) and 0 <= each < 1e9
        for key, each in rows.items()
    )


def save(root: Path, rates: Rates) -> None:
    """Remember rates; a store that cannot be written loses only the forecast."""
    with suppress(OSError):
        content = json.dumps(rates, sort_keys=True).encode()
        write_whole(root / "timings.json", content, root / "tmp")


def record(rates: Rates, function: str, cells: int, seconds: float) -> None:
    """Remember what a function took on a grid of so many cells."""
    rates.setdefault(function, {})[str(cells)] = round(seconds, 4)


def expected(rates: Rates, function: str, cells: int) -> float:
    """Seconds that a function will take on a grid of so many cells.

    From the two remembered grids nearest in size by a straight line, from one by a share that
    grows with the cells, else from the rates that siting brings along.

    Examples
    --------
    >>> expected({"f": {"1000000": 1.0, "4000000": 2.5}}, "f", 3_000_000)
    2.0
    """
    seen = sorted(
        (abs(int(key) - cells), int(key), each) for key, each in rates.get(function, {}).items()
    )
    fixed, slope = SHIPPED.get(function, DEFAULT)
    if len(seen) >= 2:
        (_, x0, y0), (_, x1, y1) = seen[:2]
        return max(y0 + (y1 - y0) * (cells - x0) / (x1 - x0), 0.01)
    if seen:
        _, size, seconds = seen[0]
        forecast = fixed + slope * size / 1e6
        return max(seconds * (fixed + slope * cells / 1e6) / forecast, 0.01)
    return fixed + slope * cells / 1e6
