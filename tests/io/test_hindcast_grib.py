"""GRIB: parameters by who made them, values as packed, and nothing but the file itself."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siting.errors import InputError
from siting.findings import collect
from siting.io.hindcast import HindcastFile, open_hindcast
from siting.kernels.series_reduction import MonthlyMean
from tests import grib_files as grib
from tests import hindcast_files as files

HS, TE = "significant_wave_height", "wave_energy_period"
WHOLE = [np.nan_to_num(each, nan=3.0) for each in (files.heights(6), files.periods(6))]


def quietly(path: Path, *args: Any, **named: Any) -> HindcastFile:
    with collect():
        return open_hindcast(path, *args, **named)


def table(file: HindcastFile, quantity: str) -> Any:
    height, width = file.cells.shape
    with file.store.reader() as read:
        return read(quantity, slice(0, file.times.size), slice(0, height), slice(0, width))


def test_era5_in_edition_1_has_its_values_stamps_and_energy_periods(tmp_path: Path) -> None:
    file = quietly(grib.waves(tmp_path / "era5.grib"))
    assert set(file.quantities) == {HS, TE}
    assert (file.times == files.hours(48)).all()
    assert file.cells.longitude[0].tolist() == [-127.0, -126.5, -126.0, -125.5]
    assert file.cells.latitude[:, 0].tolist() == [42.0, 41.5, 41.0]
    assert np.allclose(table(file, HS), files.heights(48), atol=1e-6, equal_nan=True)
    assert np.allclose(table(file, TE), files.periods(48), atol=1e-6, equal_nan=True)
    with collect():
        monthly = file.reduce({"hs": MonthlyMean(HS)})["hs"].sel(month=12).values
    assert np.allclose(monthly[1:], files.heights(48).reshape(48, -1)[:, 1:].mean(axis=0))
    assert np.isnan(monthly[0]), "land stays land"


def test_longitudes_to_360_are_west_of_greenwich(tmp_path: Path) -> None:
    file = quietly(grib.waves(tmp_path / "era5.grib", west=233.0))
    assert file.cells.longitude[0].tolist() == [-127.0, -126.5, -126.0, -125.5]


def test_edition_2_is_read_by_number(tmp_path: Path) -> None:
    fields = [
        (each[k], parameter, files.hours(6)[k])
        for k in range(6)
        for each, parameter in ((WHOLE[0], "0 3"), (WHOLE[1], "0 15"))
    ]
    file = quietly(grib.edition_2(tmp_path / "era5.grib2", fields))
    assert (file.times == files.hours(6)).all()
    assert np.allclose(table(file, HS), WHOLE[0], rtol=1e-6)
    assert np.allclose(table(file, TE), WHOLE[1], rtol=1e-6)


def test_a_mean_period_of_others_is_untyped(tmp_path: Path) -> None:
    fields = [(WHOLE[1][k], "0 15", files.hours(6)[k]) for k in range(6)]
    path = grib.edition_2(tmp_path / "ncep.grib2", fields, centre=7)
    with pytest.raises(InputError, match="PERIOD_UNTYPED"):
        quietly(path)
    assert quietly(path, {"wave_mean_period_tm01": "mean_period"}).quantities == (
        "wave_mean_period_tm01",
    )


def test_parameters_of_other_centres_tables_are_not_ecmwfs(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="VARIABLE_MISSING"):
        quietly(grib.waves(tmp_path / "a.grib", centre=7))


def test_radiation_is_power_in_the_middle_of_its_hour(tmp_path: Path) -> None:
    # A forecast from 06 UTC with steps 0-1, 1-2 ...: each adds up its own hour.
    start = np.datetime64("2020-01-01T06:00", "s")
    energy = np.full((3, 4), 900.0)  # J m-2
    parts = [
        grib.message(energy, grib.SSRD, start, steps=(k, k + 1, 4), decimals=0) for k in range(5)
    ]
    path = tmp_path / "sun.grib"
    path.write_bytes(b"".join(parts))
    file = quietly(path)
    assert str(file.times[0]) == "2020-01-01T07:00:00"
    assert np.allclose(table(file, "solar_irradiance"), 900.0 / 3600, rtol=1e-6)
    with collect():
        assert str(file.series(-127.0, 42.0)["time"][0]) == "2020-01-01 06:30:00"


def test_two_quantities_of_different_years_are_refused(tmp_path: Path) -> None:
    hours = files.hours(6)
    parts = [grib.message(files.heights(6)[k], grib.SWH, hours[k]) for k in range(6)]
    later = hours + np.timedelta64(366, "D")
    parts += [grib.message(files.periods(6)[k], grib.MWP, later[k]) for k in range(6)]
    path = tmp_path / "a.grib"
    path.write_bytes(b"".join(parts))
    with pytest.raises(InputError, match=r"TIME_MISMATCH(.|\n)*2019(.|\n)*2020"):
        quietly(path)
    assert quietly(path, {HS: "swh"}).times.size == 6


def test_an_hour_twice_is_refused(tmp_path: Path) -> None:
    path = grib.waves(tmp_path / "a.grib", 6)
    path.write_bytes(path.read_bytes() * 2)
    with pytest.raises(InputError, match="TIME_DUPLICATE"):
        quietly(path)


def changed(path: Path, place: int, value: int) -> Path:
    """The file with a byte of its first message changed."""
    content = bytearray(path.read_bytes())
    content[place] = value
    path.write_bytes(content)
    return path


GRID = 8 + 28  # where the section that describes the grid begins


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (GRID + 5, 4, "GRIB_UNSUPPORTED"),  # a Gaussian grid
        (GRID + 13, 1, "GRID_MISMATCH"),  # another longitude than the others
        (8 + 17, 99, "GRIB_UNSUPPORTED"),  # a unit of time that nobody knows
        (7, 3, "FILE_CORRUPT"),  # an edition that is not
        (4, 0x80, "FILE_CORRUPT"),  # longer than edition 1 knows
        (5, 0xFF, "FILE_CORRUPT"),
    ],
)
def test_what_is_not_read_is_refused(tmp_path: Path, place: int, value: int, code: str) -> None:
    path = grib.waves(tmp_path / "a.grib", 6, steps=(1, 0, 0))
    with pytest.raises(InputError, match=code):
        quietly(changed(path, place, value))


def test_a_file_that_is_cut_is_refused(tmp_path: Path) -> None:
    path = grib.waves(tmp_path / "a.grib", 6)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(InputError, match="FILE_CORRUPT"):
        quietly(path)


def test_a_list_of_messages_beside_the_file_is_not_believed(tmp_path: Path) -> None:
    path = grib.waves(tmp_path / "a.grib", 6)
    (tmp_path / "a.grib.idx").write_text("1:0:d=2020010100:TMP:surface:anl:\n")
    assert quietly(path).times.size == 6
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.grib", "a.grib.idx"]
