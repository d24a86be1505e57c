"""Small hindcasts, each in the layout that its source delivers: known values at every hour."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import xarray as xr
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LATITUDES = np.array([42.0, 41.5, 41.0])
LONGITUDES = np.array([-127.0, -126.5, -126.0, -125.5])
START = "2019-12-30"  # so that ten days reach over two years
HOURS = 240


def hours(count: int = HOURS, step: int = 1, start: str = START) -> NDArray[np.datetime64]:
    """Time stamps, every `step` hours."""
    return np.datetime64(start, "s") + np.arange(count) * np.timedelta64(step * 3600, "s")


def heights(count: int = HOURS, cells: tuple[int, ...] = (3, 4), seed: int = 1) -> Floats:
    """Wave heights of 1 to 5 m, in whole centimetres; the first cell is land."""
    found = np.round(np.random.default_rng(seed).uniform(1.0, 5.0, (count, *cells)), 2)
    found.reshape(count, -1)[:, 0] = np.nan
    return found


def periods(count: int = HOURS, cells: tuple[int, ...] = (3, 4), seed: int = 2) -> Floats:
    """Periods of 6 to 14 s, in whole hundredths; the first cell is land."""
    found = np.round(np.random.default_rng(seed).uniform(6.0, 14.0, (count, *cells)), 2)
    found.reshape(count, -1)[:, 0] = np.nan
    return found


def coordinates(latitude: str, longitude: str) -> dict[str, Any]:
    """Rows from north to south, columns from west to east."""
    return {
        latitude: (latitude, LATITUDES, {"units": "degrees_north"}),
        longitude: (longitude, LONGITUDES, {"units": "degrees_east"}),
    }


def era5(
    values: dict[str, tuple[Floats, dict[str, str]]], stamps: NDArray[np.datetime64] | None = None
) -> xr.Dataset:
    """ERA5 from the Climate Data Store since 2024: valid_time, number and expver beside it."""
    dims = ("valid_time", "latitude", "longitude")
    count = len(next(iter(values.values()))[0])
    stamps = hours(count) if stamps is None else stamps
    seconds = stamps.astype("datetime64[s]").astype(np.int64)
    return xr.Dataset(
        {name: (dims, each.astype("f4"), attrs) for name, (each, attrs) in values.items()},
        coords={
            **coordinates("latitude", "longitude"),
            "valid_time": ("valid_time", seconds, {"units": "seconds since 1970-01-01",
                                                   "calendar": "proleptic_gregorian",
                                                   "standard_name": "time"}),
            "number": 0,
            "expver": ("valid_time", np.array(["0001"] * count, dtype=object)),
        },
    )  # fmt: skip


WAVES = {"units": "m", "long_name": "Significant height of combined wind waves and swell"}
PERIOD = {"units": "s", "long_name": "Mean wave period", "standard_name": "unknown"}
SUN = {"units": "J m**-2", "long_name": "Surface short-wave (solar) radiation downwards",
       "standard_name": "surface_downwelling_shortwave_flux_in_air"}  # fmt: skip


def era5_waves(count: int = HOURS) -> xr.Dataset:
    """Heights and mean wave periods, which of ERA5 are energy periods."""
    return era5({"swh": (heights(count), WAVES), "mwp": (periods(count), PERIOD)})


def era5_old(count: int = HOURS, final: int | None = None) -> xr.Dataset:
    """ERA5 of before 2024: packed shorts, hours since 1900; expver a dimension near today."""
    dims: tuple[str, ...] = ("time", "latitude", "longitude")
    stamps = hours(count)
    since = (stamps - np.datetime64("1900-01-01", "s")).astype(np.int64) // 3600
    extra: dict[str, Any] = {}
    values = {"swh": (heights(count), WAVES), "mwp": (periods(count), PERIOD)}
    if final is not None:
        dims = ("time", "expver", "latitude", "longitude")
        extra = {"expver": ("expver", np.array([1, 5], dtype="i4"))}
        known = (np.arange(count) < final)[:, None, None]
        for name, (each, attrs) in values.items():
            both = [np.where(known, each, np.nan), np.where(known, np.nan, each)]
            values[name] = (np.stack(both, axis=1), attrs)
    packing = {"scale_factor": 0.01, "add_offset": 5.0, "_FillValue": np.int16(-32767),
               "missing_value": np.int16(-32767)}  # fmt: skip
    packed = {
        name: (dims, np.where(np.isnan(each), -32767, np.round((each - 5.0) / 0.01)).astype("i2"),
               {**attrs, **packing})
        for name, (each, attrs) in values.items()
    }  # fmt: skip
    return xr.Dataset(
        packed,
        coords={
            **coordinates("latitude", "longitude"), **extra,
            "time": ("time", since.astype("i4"), {"units": "hours since 1900-01-01 00:00:00.0",
                                                  "calendar": "gregorian"}),
        },
    )  # fmt: skip


def wavewatch(count: int = 80) -> xr.Dataset:
    """WAVEWATCH III's ww3_ounf: three-hourly, rising latitudes, days since 1990, packed."""
    dims = ("time", "latitude", "longitude")
    stamps = hours(count, 3)
    days = (stamps - np.datetime64("1990-01-01", "s")).astype(float) / 86400
    fields: dict[str, tuple[Floats, float, dict[str, str]]] = {
        "hs": (heights(count), 0.002, {"units": "m", "standard_name":
               "sea_surface_wave_significant_height",
               "long_name": "significant height of wind and swell waves"}),
        "t0m1": (periods(count), 0.01, {"units": "s", "long_name": "mean period T0m1",
                 "standard_name": "sea_surface_wave_mean_period_from_variance_spectral_density_"
                 "inverse_frequency_moment"}),
        "fp": (1.0 / (2 * np.round(periods(count) / 2)), 1e-4, {"units": "s-1",
               "long_name": "wave peak frequency",
               "standard_name": "sea_surface_wave_peak_frequency"}),
        "lm": (periods(count) * 10, 1.0, {"units": "m", "long_name": "mean wave length"}),
        "dir": (periods(count) * 20, 0.1, {"units": "degree", "long_name": "wave mean direction",
                "standard_name": "sea_surface_wave_from_direction"}),
    }  # fmt: skip
    packed = {
        name: (dims, np.where(np.isnan(each), -32767, np.round(each / scale)).astype("i2")[:, ::-1],
               {**attrs, "scale_factor": scale, "add_offset": 0.0,
                "_FillValue": np.int16(-32767)})
        for name, (each, scale, attrs) in fields.items()
    }  # fmt: skip
    place = coordinates("latitude", "longitude")
    place["latitude"] = ("latitude", LATITUDES[::-1].astype("f4"), {"units": "degree_north"})
    place["longitude"] = ("longitude", LONGITUDES.astype("f4"), {"units": "degree_east"})
    time = ("time", days, {"units": "days since 1990-01-01 00:00:00", "calendar": "standard"})
    return xr.Dataset(packed, coords={**place, "time": time})


def cmems(count: int = 80) -> xr.Dataset:
    """CMEMS's wave reanalysis: three-hourly, rising latitudes, packed shorts."""
    dims = ("time", "latitude", "longitude")
    stamps = hours(count, 3)
    since = (stamps - np.datetime64("1950-01-01", "s")).astype(float) / 3600
    root = "sea_surface_wave_mean_period_from_variance_spectral_density_"
    fields = {
        "VHM0": (heights(count), "m", "sea_surface_wave_significant_height"),
        "VTM10": (periods(count), "s", root + "inverse_frequency_moment"),
        "VTM02": (0.8 * periods(count), "s", root + "second_frequency_moment"),
        "VTPK": (1.2 * periods(count), "s",
                 "sea_surface_wave_period_at_variance_spectral_density_maximum"),
        "VMDR": (20 * periods(count), "degree", "sea_surface_wave_from_direction"),
    }  # fmt: skip
    packed = {
        name: (dims, np.where(np.isnan(each), -32767, np.round(each / 0.01)).astype("i2")[:, ::-1],
               {"units": unit, "standard_name": standard, "scale_factor": 0.01, "add_offset": 0.0,
                "_FillValue": np.int16(-32767)})
        for name, (each, unit, standard) in fields.items()
    }  # fmt: skip
    place = coordinates("latitude", "longitude")
    place["latitude"] = ("latitude", LATITUDES[::-1], {"units": "degrees_north"})
    time = ("time", since, {"units": "hours since 1950-01-01", "calendar": "gregorian"})
    return xr.Dataset(packed, coords={**place, "time": time})


def write(dataset: xr.Dataset, path: Path, chunks: tuple[int, ...] | None = None) -> Path:
    """The dataset as NetCDF-4, stored as it is; in chunks of this size where one is given."""
    encoding = {str(name): {"chunksizes": chunks} for name in dataset.data_vars} if chunks else {}
    dataset.to_netcdf(path, engine="h5netcdf", encoding=encoding)
    return path


def rex(
    path: Path,
    datasets: dict[str, tuple[NDArray[Any], dict[str, Any]]],
    stamps: NDArray[np.datetime64],
    places: list[tuple[float, float]],
    zone: str = "+00:00",
) -> Path:
    """HDF5 as WPTO and the NSRDB have it: time_index as bytes, meta as a table of the sites."""
    meta = np.array(
        [(lat, lon, -8, 60.0, b"West Coast") for lon, lat in places],
        dtype=[("latitude", "<f4"), ("longitude", "<f4"), ("timezone", "<i2"),
               ("water_depth", "<f4"), ("jurisdiction", "S14")],
    )  # fmt: skip
    texts = [str(each).replace("T", " ") + zone for each in stamps.astype("datetime64[s]")]
    with h5py.File(path, "w") as file:
        file["meta"] = meta
        file["time_index"] = np.array(texts, dtype="S")
        for name, (values, attrs) in datasets.items():
            file[name] = values
            file[name].attrs.update(attrs)
    return path
