"""Series of waves that cannot be compared, or say too little."""

from pathlib import Path

import numpy as np

from siting.kernels.extremes import gumbel_level
from siting.terminal.comparison import NOWHERE, Told, compare_files

from .made import example


@example("SERIES_TOO_SHORT")
def _(folder: Path) -> None:
    gumbel_level(np.array([7.1, 6.4, 8.0]))


@example("SERIES_MISMATCH")
def _(folder: Path) -> None:
    for name, year in (("model", 2019), ("buoy", 2020)):
        rows = [f"{year}-01-01T{hour:02d}:00Z,2.{hour}" for hour in range(3)]
        (folder / f"{name}.csv").write_text("\n".join(["time,hs (m)", *rows, ""]))
    sides = [(folder / f"{name}.csv", Told()) for name in ("model", "buoy")]
    compare_files(sides[0], sides[1], NOWHERE, None, folder / "page.html")
