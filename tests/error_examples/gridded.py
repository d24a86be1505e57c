"""NetCDF and Zarr files that are refused, or read with a finding."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from siting.grid import make_grid
from siting.io.raster import read_raster

from .made import Maker, example

SEA = make_grid("EPSG:4326", 1.0, (-127.0, 38.0, -123.0, 41.0))
LAT, LON = [40.5, 39.5, 38.5], [-126.5, -125.5, -124.5, -123.5]


def waves(lat: list[float] = LAT, lon: list[float] = LON) -> xr.Dataset:
    """Wave heights in 3 x 4 cells."""
    return xr.Dataset(
        {"hs": (("lat", "lon"), np.arange(12.0).reshape(3, 4), {"units": "m"})},
        coords={
            "lat": ("lat", lat, {"units": "degrees_north"}),
            "lon": ("lon", lon, {"units": "degrees_east"}),
        },
    )


def over_time(hours: list[int], units: str = "hours since 2020-01-01") -> xr.Dataset:
    """Wave heights at these hours."""
    steps = xr.concat([waves() + i for i in range(len(hours))], "time")
    return steps.assign_coords(time=("time", hours, {"units": units}))


def levels(numbers: list[int]) -> xr.Dataset:
    """Wave heights of these members of an ensemble."""
    return over_time(numbers, "1").rename(time="member")


def netcdf(dataset: xr.Dataset, **options: Any) -> Maker:
    """Write waves.nc and read it."""

    def make(folder: Path) -> None:
        dataset.to_netcdf(folder / "waves.nc", engine="h5netcdf")
        read_raster(folder / "waves.nc", SEA, kind="continuous", name="waves", **options).compute()

    return make


for _code, _make in {
    "DIMENSION_AMBIGUOUS": netcdf(over_time([0, 3, 6])),
    "GRID_IRREGULAR": netcdf(waves(lat=[40.5, 39.5, 37.5])),
    "STEP_DUPLICATE": netcdf(levels([1, 2, 2]), band=1),
    "STEP_NOT_MONOTONIC": netcdf(levels([1, 3, 2]), band=1),
    "TIME_DUPLICATE": netcdf(over_time([0, 3, 3]), band=1),
    "TIME_GAP": netcdf(over_time([0, 3, 6, 30]), band=1),
    "TIME_NOT_MONOTONIC": netcdf(over_time([0, 6, 3]), band=1),
    "VARIABLE_AMBIGUOUS": netcdf(waves().assign(tp=waves().hs + 5)),
    "VARIABLE_MISSING": netcdf(waves(), variable="swh"),
}.items():
    example(_code)(_make)


@example("CODEC_REFUSED")
def _(folder: Path) -> None:
    (folder / "waves.zarr" / "lat").mkdir(parents=True)
    (folder / "waves.zarr" / ".zgroup").write_text('{"zarr_format": 2}')
    metadata = {
        "zarr_format": 2, "shape": [1], "chunks": [1], "dtype": "|O", "fill_value": None,
        "order": "C", "compressor": None, "filters": [{"id": "pickle", "protocol": 4}],
    }  # fmt: skip
    (folder / "waves.zarr" / "lat" / ".zarray").write_text(json.dumps(metadata))
    read_raster(folder / "waves.zarr", SEA, kind="continuous", name="waves")
