"""A small hindcast of one row of cells, and what else a node of it needs."""

from typing import Any

import numpy as np

from siting.grid import as_layer, make_grid
from siting.grid.months import as_monthly
from siting.io.costs import read_costs
from siting.io.device import read_device
from siting.io.hindcast import HindcastFile
from siting.io.hindcast_memory import hindcast_of
from siting.sources.catalogue import catalogue, data_root

GRID = make_grid("EPSG:4326", 1.0, (-130, 44, -126, 45))
MIDDLES = [-129.5, -128.5, -127.5, -126.5]
MARKS: dict[str, Any] = {"status": "derived", "source": "test", "label_leak": False}
HS, TE = "significant_wave_height", "wave_energy_period"


def flat(value: float, units: str) -> Any:
    return as_layer(np.full(GRID.shape.yx, value, np.float32), GRID, units=units, **MARKS)


def monthly(value: float, units: str) -> Any:
    return as_monthly([flat(value, units) for _ in range(12)])


def times(first: int, last: int, step: int = 6) -> np.ndarray:
    """Steps of some hours from the first day of a year to the last of another."""
    begin, end = (np.datetime64(f"{each}-01-01", "h") for each in (first, last + 1))
    return np.arange(begin, end, step).astype("datetime64[s]")


def sea(stamps: np.ndarray, factors: list[float]) -> dict[str, np.ndarray]:
    """Swell of ten days between 1 and 3 m, times a factor that each cell has."""
    hour = (stamps - stamps[0]).astype(float) / 3600
    swell = 2 + np.sin(2 * np.pi * hour / 240)
    heights = swell[:, None] * np.array(factors)
    return {HS: heights, TE: np.full_like(heights, 9.0)}


def hindcast(stamps: np.ndarray, values: dict[str, np.ndarray]) -> HindcastFile:
    count = next(iter(values.values())).shape[1]
    found = hindcast_of(stamps, MIDDLES[:count], [44.5] * count, values)
    found.attrs.update(status="derived", vintage="2020", label_leak=False)
    return found


def inputs() -> dict[str, Any]:
    """All that a node needs but the hindcast."""
    return {
        "temperature": monthly(15.0, "degC"),
        "wind_speed": monthly(8.0, "m s-1"),
        "irradiance": monthly(150.0, "W m-2"),
        "port_distance": flat(500.0, "km"),
        "pue": flat(1.07, "1"),
        "device": read_device(data_root() / "devices" / "drifting_node.yaml"),
        "costs": read_costs(catalogue()["costs_offshore"].path, 2025),
        "grid": GRID,
    }
