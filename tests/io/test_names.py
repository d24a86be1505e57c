"""Every name that files use for times, axes and parameters is known, and no other."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from siting.errors import InputError
from siting.findings import collect
from siting.grid import make_grid
from siting.io.hindcast import open_hindcast
from siting.io.raster import read_raster
from siting.io.series import read_series
from tests import grib_files as grib
from tests import hindcast_files as files

HS = {"significant_wave_height": "hs"}
SEA = make_grid("EPSG:4326", 1.0, (0.5, 10.5, 4.5, 13.5))
VALUES = np.arange(12.0).reshape(3, 4)
WHOLE = np.nan_to_num(files.heights(6), nan=3.0)


@pytest.mark.parametrize(
    "name", ["time_utc", "time", "timestamp", "datetime", "date_time", "valid_time", "Time"]
)
def test_columns_of_times(tmp_path: Path, name: str) -> None:
    lines = [f"2020-01-01T{hour:02d}:00Z,{hour}.5" for hour in range(24)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join([f"{name},hs [m]", *lines]))
    with collect():
        series = read_series(path, HS, site="buoy", longitude=-124.5, latitude=40.4)
    assert series["time"].values[3] == np.datetime64("2020-01-01T03")


def test_a_column_of_another_name_is_no_time(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("when,hs [m]\n2020-01-01T00:00Z,1\n2020-01-01T01:00Z,2\n")
    with pytest.raises(InputError, match="there is no column of times"):
        read_series(path, HS, site="buoy", longitude=-124.5, latitude=40.4)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ("lon", "lat"), ("longitude", "latitude"), ("x", "y"), ("easting", "northing"),
        ("eastings", "northings"), ("projection_x_coordinate", "projection_y_coordinate"),
        ("Lon", "LAT"),
    ],
)  # fmt: skip
def test_axes_are_known_by_their_names(tmp_path: Path, x: str, y: str) -> None:
    dataset = xr.Dataset(
        {"hs": ((x, y), VALUES.T, {"units": "m"})},
        coords={x: [1.0, 2.0, 3.0, 4.0], y: [13.0, 12.0, 11.0]},
    )
    dataset.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    with collect():
        layer = read_raster(tmp_path / "a.nc", SEA, kind="continuous", crs="EPSG:4326")
    assert np.array_equal(layer, VALUES)


@pytest.mark.parametrize(
    ("east", "north"),
    [
        ("degrees_east", "degrees_north"), ("degree_east", "degree_north"),
        ("degreesE", "degreesN"), ("degree_E", "degree_N"), ("degrees_E", "degrees_N"),
    ],
)  # fmt: skip
def test_axes_are_known_by_their_units(tmp_path: Path, east: str, north: str) -> None:
    dataset = xr.Dataset(
        {"hs": (("b", "a"), VALUES.T, {"units": "m"})},
        coords={
            "a": ("a", [13.0, 12.0, 11.0], {"units": north}),
            "b": ("b", [1.0, 2.0, 3.0, 4.0], {"units": east}),
        },
    )
    dataset.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    with collect():
        layer = read_raster(tmp_path / "a.nc", SEA, kind="continuous", crs="EPSG:4326")
    assert np.array_equal(layer, VALUES)


# ECMWF's tables 140 and 128, by their numbers in its parameter database; units of siting after.
PARAMETERS = {
    (140, 229): ("significant_wave_height", 3.0, 3.0),
    (140, 232): ("wave_energy_period", 8.0, 8.0),
    (140, 231): ("wave_peak_period", 8.0, 8.0),
    (140, 220): ("wave_mean_period_tm01", 8.0, 8.0),
    (140, 221): ("wave_mean_period_tm02", 8.0, 8.0),
    (140, 230): ("wave_from_direction", 300.0, 300.0),
    (128, 34): ("sea_surface_temperature", 288.15, 15.0),
    (128, 167): ("air_temperature", 288.15, 15.0),
    (128, 207): ("wind_speed", 7.0, 7.0),
}


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_parameters_of_edition_1(tmp_path: Path, parameter: tuple[int, int]) -> None:
    quantity, stored, value = PARAMETERS[parameter]
    path = tmp_path / "a.grib"
    fields = [grib.message(np.full((3, 4), stored), parameter, stamp) for stamp in files.hours(6)]
    path.write_bytes(b"".join(fields))
    with collect():
        file = open_hindcast(path)
    assert file.quantities == (quantity,)
    with file.store.reader() as read:
        assert read(quantity, slice(0, 6), slice(0, 3), slice(0, 4)) == pytest.approx(value)


@pytest.mark.parametrize(
    ("parameter", "quantity"),
    [
        ("0 3", "significant_wave_height"), ("0 14", "wave_from_direction"),
        ("0 15", "wave_energy_period"), ("0 28", "wave_mean_period_tm02"),
        ("0 34", "wave_peak_period"),
    ],
)  # fmt: skip
def test_parameters_of_edition_2(tmp_path: Path, parameter: str, quantity: str) -> None:
    fields = [(WHOLE[k], parameter, files.hours(6)[k]) for k in range(6)]
    with collect():
        assert open_hindcast(grib.edition_2(tmp_path / "a.grib2", fields)).quantities == (quantity,)
