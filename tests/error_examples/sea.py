"""Monthly values, series of pipelines and simulated candidates that are refused or told of."""

from pathlib import Path

import numpy as np
import pandas as pd

from siting.grid import as_layer, make_grid
from siting.grid.months import as_monthly
from siting.io.device import read_device
from siting.simulated import simulated
from siting.sources.declared import UserFile
from siting.sources.series import read_file

from .made import example


@example("MONTHS_WRONG")
def _(folder: Path) -> None:
    grid = make_grid("EPSG:4326", 1.0, (0, 0, 2, 1))
    as_monthly([as_layer(np.full((1, 2), 2.0), grid, units="m")] * 11)


@example("SERIES_UNDECLARED")
def _(folder: Path) -> None:
    declared = UserFile(file="waves.csv", format="series", site="Stonewall")
    read_file("buoy", declared, folder / "waves.csv")


class HalfKnown:
    """A simulator that has no data for the second cell that it is asked for."""

    target = "cost"
    attrs: dict[str, str] = {}  # noqa: RUF012 (never changed)

    def simulate(self, rows: np.ndarray, columns: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame({"cost": [2.4, np.nan]})


@example("CANDIDATES_NOT_SIMULATED")
def _(folder: Path) -> None:
    simulated(HalfKnown(), (np.array([0, 0]), np.array([0, 1])), {})


DEVICE = """\
name: flap
title: Flap before the coast
description: Power by sea state from a tank.
cost_name: flap
status: derived
vintage: "2020"
licence: its maker's
source: a report
period: wave_energy_period
parameters:
  rated_power: {value: 300, unit: kW, status: derived, reason: the report}
  availability: {value: 0.9, unit: "1", status: assumed, reason: a choice}
  deck_area: {value: 0, unit: m2, status: derived, reason: it has none}
  panel_density: {value: 0.2, unit: kW m-2, status: assumed, reason: a choice}
matrix:
  heights: [1, 2, 4]
  periods: [6, 9]
  power:
    - [20, 80, 300]
    - [30, 110, 300]
"""


@example("DEVICE_INVALID")
def _(folder: Path) -> None:
    (folder / "flap.yaml").write_text(DEVICE)
    read_device(folder / "flap.yaml")
