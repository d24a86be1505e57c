"""Compares the estimates of solar radiation at sea with MERRA-2 near the coasts.

``python -m data.build.ocean.judge_solar CACHE`` prints bias and spread; MERRA-2's daily radiation
of 2011 to 2015 on cells of 3 degrees comes with the package gsee-climate-data. No layer holds it.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.build.fetch import member
from data.build.ocean import solar
from data.build.ocean.grid import Field, sea_share

FILE = "gsee_climate_data/data/merra2_rad3x3_2011-2015_pdfs_land_prox.npz"
MOSTLY = 0.8  # share of sea


def merra(cache: Path) -> tuple[Field, NDArray[np.int64], NDArray[np.int64]]:
    """Monthly radiation of cells of 3 degrees, and the 1 degree row and column of their middles."""
    with np.load(member("gsee-climate-data", FILE, cache)) as file:
        mean = np.sum(file["xk"] * file["pk"], axis=-1, dtype=float)
        row = np.floor(90 - file["lat"]).astype(int)
        column = np.floor(file["lon"] + 180).astype(int)
    return np.moveaxis(mean, -1, 0), row, column


def coarse(
    field: NDArray[np.float64], row: NDArray[np.int64], column: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Mean of the four cells of 1 degree that meet at each middle."""
    corners = [
        (row - i)[:, None] * 360 + ((column - j) % 360)[None] for i in (0, 1) for j in (0, 1)
    ]
    flat = field.reshape(*field.shape[:-2], -1)
    return np.mean([flat[..., corner] for corner in corners], axis=0)


def judged(cache: Path) -> dict[str, tuple[float, float, float, int]]:
    """For each estimate: bias and spread of the yearly mean, spread of months, number of cells."""
    reference, row, column = merra(cache)
    at_sea = (coarse(sea_share(cache), row, column) > MOSTLY) & np.isfinite(reference).all(axis=0)
    estimates: dict[str, Callable[[Path], Field]] = {
        "clear sky and cloud": solar.by_cloud,
        "absorbed and reflected": solar.by_absorption,
        "their mean": solar.monthly,
    }
    return {
        name: _errors(make(cache), reference, row, column, at_sea)
        for name, make in estimates.items()
    }


def _errors(
    field: Field,
    reference: Field,
    row: NDArray[np.int64],
    column: NDArray[np.int64],
    at_sea: NDArray[np.bool_],
) -> tuple[float, float, float, int]:
    months = (coarse(field, row, column) - reference)[:, at_sea]
    year = months.mean(axis=0)
    spreads = [float(np.sqrt(np.mean(part**2))) for part in (year, months)]
    return float(year.mean()), *spreads, int(at_sea.sum())


if __name__ == "__main__":
    for name, (bias, year, month, cells) in judged(Path(sys.argv[1])).items():
        print(
            f"{name}: bias {bias:+.1f}, rms {year:.1f} (year), {month:.1f} (months) W/m2, {cells}"
        )
