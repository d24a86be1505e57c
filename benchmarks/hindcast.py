"""A decade of hourly waves on half-degree cells of the north-east Pacific, reduced in one pass.

At ``10 km`` the file holds ten years, at coarser resolutions as much less: two packed variables of
60 x 80 cells (30 to 60 N, 160 to 120 W), 421 million values of each, in chunks of 876 hours.
"""

import atexit
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import h5netcdf
import numpy as np
import xarray as xr

from benchmarks.case import OURS, Case
from benchmarks.world import Floats
from siting.findings import collect
from siting.io.hindcast import open_hindcast
from siting.kernels.series_reduction import MonthlyFlux, MonthlyMean
from siting.kernels.waves import DEEP

HOURS = 87_660  # of ten years
ROWS, COLUMNS = 60, 80
CHUNKS = 876, 20, 20
SCALE, OFFSET, NONE = 0.0005, 10.0, np.int16(-32767)  # as ERA5 packs
LAND = 4, 6  # rows and columns of the north-west corner
FIELDS = {
    "swh": (3.0, {"units": "m",
                  "long_name": "Significant height of combined wind waves and swell"}),
    "mwp": (9.0, {"units": "s", "long_name": "Mean wave period"}),
}  # fmt: skip


class Decade(NamedTuple):
    """A file, in a folder that goes when the process ends."""

    path: Path
    hours: int


def prepare(resolution: str) -> Decade:
    hours = max(800, round(HOURS * 10 / float(resolution.split(maxsplit=1)[0])))
    folder = Path(tempfile.mkdtemp(prefix="siting-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    decade = Decade(folder / "era5.nc", hours)
    rng = np.random.default_rng(1)
    with h5netcdf.File(decade.path, "w") as file:
        _axes(file, hours)
        for name, (mean, attrs) in FIELDS.items():
            variable = file.create_variable(
                name, ("valid_time", "latitude", "longitude"), "i2", chunks=CHUNKS,
                compression="gzip", compression_opts=1, shuffle=True, fillvalue=NONE,
            )  # fmt: skip
            variable.attrs.update(attrs, scale_factor=SCALE, add_offset=OFFSET)
            pattern = rng.normal(size=(ROWS, COLUMNS))
            for start in range(0, hours, CHUNKS[0]):
                steps = np.arange(start, min(start + CHUNKS[0], hours))
                variable[start : steps[-1] + 1] = _packed(steps, mean, pattern, rng)
    return decade


def _axes(file: h5netcdf.File, hours: int) -> None:
    axes = {
        "valid_time": (3600 * np.arange(hours), "seconds since 2010-01-01"),
        "latitude": (59.5 - 0.5 * np.arange(ROWS), "degrees_north"),
        "longitude": (200.0 + 0.5 * np.arange(COLUMNS), "degrees_east"),
    }
    file.dimensions = {name: len(values) for name, (values, _) in axes.items()}
    for name, (values, unit) in axes.items():
        variable = file.create_variable(name, (name,), values.dtype, data=values)
        variable.attrs["units"] = unit


def _packed(
    steps: np.ndarray, mean: float, pattern: Floats, rng: np.random.Generator
) -> np.ndarray:
    """Values with a season, storms that pass, and noise."""
    season = 1 + 0.3 * np.cos(2 * np.pi * steps / 8766)
    storms = 0.1 * np.sin(steps / 37)[:, None, None] * pattern
    noise = rng.normal(scale=0.02, size=(steps.size, ROWS, COLUMNS))
    values = mean * np.maximum(season[:, None, None] + storms + noise, 0.05)
    packed = np.round((values - OFFSET) / SCALE).astype(np.int16)
    packed[:, : LAND[0], : LAND[1]] = NONE
    return packed


def siting(decade: Decade) -> Floats:
    """Mean height and flux by month: (2, month, cells)."""
    with collect():
        found = open_hindcast(decade.path).reduce(
            {"height": MonthlyMean("significant_wave_height"), "flux": MonthlyFlux()}
        )
    return np.stack([found["height"].values, found["flux"].values])


def xarray(decade: Decade) -> Floats:
    """The same by xarray and dask, in parts of as many hours."""
    with xr.open_dataset(decade.path, engine="h5netcdf", chunks={"valid_time": CHUNKS[0]}) as file:
        flux = DEEP / 1000 * file["swh"].astype(float) ** 2 * file["mwp"]
        both = xr.Dataset({"height": file["swh"].astype(float), "flux": flux})
        found = both.groupby("valid_time.month").mean().compute()
    months = found.reindex(month=np.arange(1, 13))
    return np.stack([months[name].values.reshape(12, -1) for name in ("height", "flux")])


def agree(decade: Decade, results: Mapping[str, Floats]) -> str:
    ours = results[OURS]
    land = np.zeros((ROWS, COLUMNS), bool)
    land[: LAND[0], : LAND[1]] = True
    assert (np.isnan(ours[:, 0]) == land.ravel()).all()
    np.testing.assert_allclose(ours, results["xarray"], rtol=1e-5)
    return "within 1e-5: xarray unpacks to float32"


CASE = Case(
    lambda decade: (
        f"monthly means of {decade.hours:,} hours x {ROWS * COLUMNS:,} cells of height and flux,"
        f" from {decade.path.stat().st_size / 2**20:,.0f} MiB of packed NetCDF"
    ),
    prepare,
    {OURS: siting, "xarray": xarray},
    agree,
)
