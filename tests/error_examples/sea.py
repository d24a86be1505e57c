"""Monthly values, series of pipelines and simulated candidates that are refused or told of."""

from pathlib import Path

import numpy as np
import pandas as pd

from siting.grid import as_layer, make_grid
from siting.grid.months import as_monthly
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
