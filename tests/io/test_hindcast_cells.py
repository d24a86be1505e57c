"""Hours of many cells in one pass: the cells that were asked for, and the hours of the file."""

from pathlib import Path

import numpy as np
import pytest

from siting.errors import InputError
from siting.findings import collect
from siting.grid import make_grid
from siting.io.hindcast import HindcastFile, open_hindcast
from siting.io.hindcast_cells import cells_at, series_of_cells
from tests import hindcast_files as files

HS, TE = "significant_wave_height", "wave_energy_period"


def era5(folder: Path) -> HindcastFile:
    with collect():
        return open_hindcast(files.write(files.era5_waves(), folder / "era5.nc", (50, 2, 3)))


def test_hours_of_cells_of_a_part_are_those_of_the_file(tmp_path: Path) -> None:
    part = era5(tmp_path).around(make_grid("EPSG:4326", 0.5, (-126.25, 40.75, -125.25, 41.75)))
    x, y = np.array([-125.5, -126.0]), np.array([41.0, 41.5])
    numbers = cells_at(part, x, y, 0.0)
    found = series_of_cells(part, numbers, (HS, TE))
    wanted = files.heights().astype("f4")[:, [2, 1], [3, 2]]
    assert np.array_equal(found.values[HS], wanted)
    assert np.array_equal(found.times[HS], files.hours())


def test_a_place_beyond_the_map_has_no_cell(tmp_path: Path) -> None:
    places = np.array([-127.2, -127.3, -126.0]), np.array([41.5, 41.5, 40.7])
    assert (cells_at(era5(tmp_path), *places, 1e6) >= 0).tolist() == [True, False, False]


def test_a_cell_of_land_is_taken_and_has_no_hours(tmp_path: Path) -> None:
    source = era5(tmp_path)
    number = cells_at(source, np.array([-127.0]), np.array([42.0]), 0.0)
    assert number.tolist() == [0]
    assert np.isnan(series_of_cells(source, number, (HS,)).values[HS]).all()


def test_a_quantity_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"VARIABLE_MISSING.*solar_irradiance"):
        series_of_cells(era5(tmp_path), np.array([0]), ("solar_irradiance",))


def test_a_cell_stands_for_places_up_to_the_distance_asked_for(tmp_path: Path) -> None:
    path = files.write(files.era5({"swh": (np.nan_to_num(files.heights(48), nan=3.0),
                                           {"units": "m"})}), tmp_path / "era5.nc")  # fmt: skip
    with collect():
        file = open_hindcast(path)
        # Half a degree north of the grid's edge, on its meridian: 55.5 km.
        away = file.series(-127.0, 42.5, within=1e6).attrs["distance"]
        assert away == pytest.approx(55_540, rel=1e-3)
        near = file.series(-127.0, 42.5, within=away)
    assert (near.attrs["longitude"], near.attrs["latitude"]) == (-127.0, 42.0)
    with pytest.raises(InputError, match="SITE_MISMATCH") as caught:
        file.series(-127.0, 42.5, within=away - 0.001)
    assert caught.value.found == "the nearest cell is 55.5 km away"
    assert caught.value.where == f"{path}: -127 E 42.5 N"
    with pytest.raises(InputError, match="SITE_MISMATCH") as caught:
        file.series(-127.0, 42.5)
    assert caught.value.wanted == "a cell with data within 50 km"


def test_a_cell_without_data_is_passed_over_and_counted(tmp_path: Path) -> None:
    path = files.write(files.era5({"swh": (files.heights(48), {"units": "m"})}),
                       tmp_path / "era5.nc")  # fmt: skip
    with collect() as findings:
        file = open_hindcast(path)
        series = file.series(-127.0, 42.0)  # the first cell is land
    (found,) = [each for each in findings if each.code == "CELL_WITHOUT_DATA"]
    assert found.found.endswith("km away; 1 passed over")
    assert found.severity == "note"
    assert found.where == str(path)
    place = series.attrs["longitude"], series.attrs["latitude"]
    assert place == (-126.5, 42.0)  # nearer than the row below: 41 against 56 km
    assert series.attrs["site"] == "-126.5 E 42 N"
    assert series.attrs["source"] == "era5.nc"
    with pytest.raises(InputError, match="SITE_MISMATCH") as caught:
        file.series(-127.0, 42.0, within=10_000)
    assert caught.value.found == ("the nearest cell is 0.0 km away; the 1 near enough have no data")


def test_what_is_known_of_a_hindcast_is_told_in_a_line(tmp_path: Path) -> None:
    path = files.write(files.era5({"swh": (files.heights(48), {"units": "m"})}),
                       tmp_path / "era5.nc")  # fmt: skip
    with collect():
        file = open_hindcast(path)
    assert repr(file) == "HindcastFile(era5.nc: significant_wave_height; 48 steps, 3 x 4 cells)"
