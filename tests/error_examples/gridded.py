"""NetCDF and Zarr files that are refused, or read with a finding."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
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


def over_time_of(hours: list[Any], units: str = "hours since 2020-01-01") -> xr.Dataset:
    """Wave heights at these hours."""
    steps = xr.concat([waves() + i for i in range(len(hours))], "time")
    return steps.assign_coords(time=("time", hours, {"units": units}))


def levels(numbers: list[int]) -> xr.Dataset:
    """Wave heights of these members of an ensemble."""
    return over_time_of(numbers, "1").rename(time="member")


def netcdf(dataset: xr.Dataset, **options: Any) -> Maker:
    """Write waves.nc and read it."""

    def make(folder: Path) -> None:
        dataset.to_netcdf(folder / "waves.nc", engine="h5netcdf")
        read_raster(folder / "waves.nc", SEA, kind="continuous", name="waves", **options).compute()

    return make


def hourly(
    steps: int = 6, units: str = "hours since 2020-01-01", over_time: str = "mean", **options: Any
) -> Maker:
    """Wave heights of some hours, taken together."""
    return netcdf(over_time_of(list(range(steps)), units), over_time=over_time, **options)


def of(name: str, unit: str, **attrs: Any) -> xr.Dataset:
    """A file of another quantity."""
    found = waves().rename(hs=name)
    found[name].attrs.update(units=unit, **attrs)
    return found


def changed(steps: xr.Dataset, **values: Any) -> xr.Dataset:
    """A series with other attributes of its variable."""
    steps["hs"].attrs.update(values)
    return steps


def with_gap() -> xr.Dataset:
    """Six hours, the third of which is empty."""
    steps = over_time_of(list(range(6)))
    steps["hs"][2] = np.nan
    steps["hs"].encoding["_FillValue"] = -9999.0
    return steps


def with_hole() -> xr.Dataset:
    """Twelve hours, half of which are missing in two cells."""
    steps = over_time_of(list(range(12)))
    steps["hs"][::2, 0, :2] = np.nan
    return steps


def at_edges() -> xr.Dataset:
    """A file whose coordinates are the edges of its cells."""
    lon = xr.DataArray([[each, each + 1] for each in LON], dims=("lon", "side"))
    found = waves().assign(lon_bounds=lon)
    found["lon"].attrs["bounds"] = "lon_bounds"
    return found


def repeated() -> xr.Dataset:
    """Eight hours, two of which are copies."""
    values = np.random.default_rng(1).random((8, 6, 8))
    values[5] = values[1]
    return xr.Dataset(
        {"hs": (("time", "lat", "lon"), values, {"units": "m"})},
        coords={
            "time": ("time", range(8), {"units": "hours since 2020-01-01"}),
            "lat": ("lat", [40.75 - i / 2 for i in range(6)], {"units": "degrees_north"}),
            "lon": ("lon", [i / 2 - 126.75 for i in range(8)], {"units": "degrees_east"}),
        },
    )


def by_month() -> xr.Dataset:
    """Twelve months, of 29 to 31 days."""
    days = pd.date_range("2020-01-01", periods=13, freq="MS").day_of_year.to_numpy()[:12] - 1
    return over_time_of([int(day) for day in days], "days since 2020-01-01")


_DIRECTION = changed(over_time_of(list(range(24))), units="degree",
                     standard_name="sea_surface_wave_from_direction")  # fmt: skip
_DAYS = over_time_of(list(range(200)), "days since 2020-01-01")

_MODELLED = over_time_of(list(range(360)), "days since 2001-01-01")
_MODELLED["time"].attrs["calendar"] = "360_day"

for _code, _make in {
    "CALENDAR": netcdf(_MODELLED, over_time="mean"),
    "CELL_BOUNDS": netcdf(at_edges()),
    "CIRCULAR_MEAN": netcdf(_DIRECTION, over_time="mean"),
    "DATA_REPEATED": netcdf(repeated(), over_time="mean"),
    "OVER_TIME_UNSOUND": netcdf(_DIRECTION, over_time="maximum"),
    "PERIOD_PARTIAL": netcdf(_DAYS, over_time="mean"),
    "PERIOD_UNTYPED": netcdf(of("period", "s", long_name="wave period")),
    "QUANTITY_MISMATCH": netcdf(of("swh", "m"), quantity="wave_peak_period"),
    "SCALE_INVALID": netcdf(of("hs", "m", scale_factor=0.0)),
    "TIME_ACCUMULATED": netcdf(
        changed(over_time_of(list(range(24))), units="J m-2"), over_time="mean", units="W m-2"
    ),
    "TIME_COVERAGE": netcdf(with_hole(), over_time="mean"),
    "TIME_IMPLAUSIBLE": hourly(units="hours since 0001-01-01"),
    "TIME_INVALID": netcdf(over_time_of([0, 1, np.nan, 3]), over_time="mean"),
    "TIME_IRREGULAR": netcdf(over_time_of([0, 1, 2, 5, 7, 12, 13, 20]), over_time="mean"),
    "TIME_OUTSIDE": hourly(time_range=("1990-01-01", "1999-12-31")),
    "TIME_STEP_EMPTY": netcdf(with_gap(), over_time="mean"),
    "TIME_UNREADABLE": hourly(units="hours"),
    "TIME_WEIGHTED": netcdf(by_month(), over_time="mean"),
    "DIMENSION_AMBIGUOUS": netcdf(over_time_of([0, 3, 6])),
    "GRID_IRREGULAR": netcdf(waves(lat=[40.5, 39.5, 37.5])),
    "STEP_DUPLICATE": netcdf(levels([1, 2, 2]), band=1),
    "STEP_NOT_MONOTONIC": netcdf(levels([1, 3, 2]), band=1),
    "TIME_DUPLICATE": netcdf(over_time_of([0, 3, 3]), band=1),
    "TIME_GAP": netcdf(over_time_of([0, 3, 6, 30]), band=1),
    "TIME_NOT_MONOTONIC": netcdf(over_time_of([0, 6, 3]), band=1),
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
