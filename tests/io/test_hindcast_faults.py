"""Where the cells of hindcasts lie, and what is refused or told of files that are not sound."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from siting.errors import InputError, UnitsError
from siting.findings import collect
from siting.grid import make_grid
from siting.io.hindcast import open_hindcast
from siting.kernels.series_reduction import MonthlyFlux, MonthlyMean
from tests import hindcast_files as files
from tests.hindcast_reading import HS, TE, codes, quietly, table, wpto

# --- places ---------------------------------------------------------------------------------------


def test_longitudes_to_360_are_west_of_greenwich(tmp_path: Path) -> None:
    dataset = files.era5_waves(48)
    dataset = dataset.assign_coords(longitude=dataset.longitude + 360.0)
    dataset.longitude.attrs["units"] = "degrees_east"
    file = quietly(files.write(dataset, tmp_path / "era5.nc"))
    assert file.cells.longitude[0].tolist() == [-127.0, -126.5, -126.0, -125.5]
    series = file.series(-126.0, 41.5)
    assert (series.attrs["longitude"], series.attrs["distance"]) == (-126.0, 0.0)


def test_a_grid_across_the_dateline_takes_the_cells_on_both_sides(tmp_path: Path) -> None:
    dataset = files.era5_waves(48)
    dataset = dataset.assign_coords(
        longitude=("longitude", [179.0, 179.5, 180.0, 180.5], {"units": "degrees_east"})
    )
    grid = make_grid("EPSG:4326", 0.5, (178.5, 40.5, 181.5, 42.5))
    file = quietly(files.write(dataset, tmp_path / "era5.nc"), grid=grid)
    assert file.cells.longitude[0].tolist() == [179.0, 179.5, -180.0, -179.5]
    assert file.series(-179.5, 41.5).attrs["longitude"] == -179.5


def test_only_cells_around_the_grid_count(tmp_path: Path) -> None:
    wide = files.era5_waves(48).isel(latitude=[0] * 20, longitude=[0] * 30)
    wide = wide.assign_coords(
        latitude=("latitude", 50.0 - np.arange(20), {"units": "degrees_north"}),
        longitude=("longitude", -150.0 + np.arange(30), {"units": "degrees_east"}),
    )
    wide["swh"][:] = wide["latitude"].values[:, None] / 10 + 0 * wide["swh"].fillna(0)
    wide["mwp"] = wide["mwp"].fillna(8.0)
    grid = make_grid("EPSG:4326", 1.0, (-140.5, 39.5, -137.5, 42.5))
    path = files.write(wide, tmp_path / "wide.nc", (10, 4, 7))
    file = quietly(path, grid=grid)
    assert file.cells.shape[0] <= 8
    assert file.cells.shape[1] <= 8
    with collect():
        found = file.reduce({"hs": MonthlyMean(HS)})["hs"].sel(month=12)
    assert np.allclose(found, found["latitude"] / 10)


def test_a_grid_elsewhere_is_refused(tmp_path: Path) -> None:
    path = files.write(files.era5_waves(48), tmp_path / "era5.nc")
    with pytest.raises(InputError, match="OUTSIDE_GRID"):
        quietly(path, grid=make_grid("EPSG:4326", 1.0, (10.0, 40.0, 20.0, 50.0)))
    with pytest.raises(InputError, match="OUTSIDE_GRID"):
        quietly(wpto(tmp_path / "a.h5"), grid=make_grid("EPSG:4326", 1.0, (10, 40, 20, 50)))


def test_a_place_on_land_gets_the_nearest_cell_at_sea_and_is_told_so(tmp_path: Path) -> None:
    file = quietly(files.write(files.era5_waves(48), tmp_path / "era5.nc"))
    with collect() as findings:
        series = file.series(-127.0, 42.0)
    assert [each.code for each in findings] == ["CELL_WITHOUT_DATA"]
    assert series.attrs["longitude"] == -126.5
    # Half a degree along 42 N: 6,378,137 m cos(42°) / sqrt(1 - e² sin²(42°)) x pi/360
    assert series.attrs["distance"] == pytest.approx(41_425, abs=20)


def test_a_place_far_from_all_cells_is_refused(tmp_path: Path) -> None:
    file = quietly(files.write(files.era5_waves(48), tmp_path / "era5.nc"))
    with pytest.raises(InputError, match="SITE_MISMATCH"):
        file.series(-130.0, 42.0)
    with pytest.raises(InputError, match="SITE_MISMATCH"):
        file.series(-127.0, 42.0, within=10_000)


# --- what is wrong with files ---------------------------------------------------------------------


def test_an_untyped_period_is_refused_until_it_is_typed(tmp_path: Path) -> None:
    dataset = files.era5_waves(48).rename(mwp="period")
    dataset["period"].attrs["long_name"] = "wave period"
    path = files.write(dataset, tmp_path / "a.nc")
    with pytest.raises(InputError, match="PERIOD_UNTYPED"):
        quietly(path)
    with pytest.raises(InputError, match="PERIOD_UNTYPED"):
        quietly(path, {"wave_period": "period"})
    assert quietly(path, {HS: "swh", TE: "period"}).quantities == (HS, TE)
    assert quietly(path, {HS: "swh"}).quantities == (HS,)


def test_a_peak_period_is_not_taken_for_an_energy_period(tmp_path: Path) -> None:
    path = files.write(files.cmems(), tmp_path / "cmems.nc")
    with pytest.raises(InputError, match="QUANTITY_MISMATCH"):
        quietly(path, {HS: "VHM0", TE: "VTPK"})


def test_unknown_names_are_refused(tmp_path: Path) -> None:
    path = files.write(files.era5_waves(48), tmp_path / "a.nc")
    with pytest.raises(InputError, match=r"VARIABLE_MISSING(.|\n)*swh"):
        quietly(path, {HS: "hs"})
    with pytest.raises(InputError, match="QUANTITY_INVALID"):
        quietly(path, {"wave_hight": "swh"})
    with pytest.raises(InputError, match="VARIABLE_MISSING"):
        quietly(path, {HS: "swh"}).reduce({"flux": MonthlyFlux()})


def changed(**coords: Any) -> xr.Dataset:
    return files.era5_waves(48).assign_coords(coords)


def at(seconds: NDArray[np.int64]) -> xr.Dataset:
    """Waves at these seconds."""
    return changed(valid_time=("valid_time", seconds, {"units": "seconds since 2020-01-01"}))


STEPS = np.arange(48) * 3600


@pytest.mark.parametrize(
    ("dataset", "code"),
    [
        (at(np.r_[STEPS[:20], STEPS[19:47]]), "TIME_DUPLICATE"),
        (at(np.r_[STEPS[:20], STEPS[:19:-1]]), "TIME_NOT_MONOTONIC"),
        (at(STEPS * 24), "TIME_COARSE"),
        (files.era5_waves(48).drop_vars("valid_time"), "TIME_UNREADABLE"),
        (changed(latitude=("latitude", [42.0, 41.5, 40.0])), "GRID_IRREGULAR"),
        (files.era5_waves(48).isel(valid_time=0), "TIME_MISSING"),
        (xr.concat([files.era5_waves(48)] * 2, "number"), "DIMENSION_AMBIGUOUS"),
    ],
)
def test_bad_axes_are_refused(tmp_path: Path, dataset: xr.Dataset, code: str) -> None:
    with pytest.raises(InputError, match=code):
        quietly(files.write(dataset, tmp_path / "a.nc"))


def test_gaps_are_told(tmp_path: Path) -> None:
    dataset = at(np.r_[STEPS[:20], STEPS[20:] + 36_000])
    assert "TIME_GAP" in codes(files.write(dataset, tmp_path / "a.nc"))
    assert "TIME_GAP" not in codes(files.write(files.era5_waves(48), tmp_path / "b.nc"))


def test_three_hourly_values_repeated_to_hours_are_told(tmp_path: Path) -> None:
    held = {"swh": (np.repeat(files.heights(16), 3, axis=0), files.WAVES)}
    path = files.write(files.era5(held), tmp_path / "a.nc", (10, 2, 2))
    assert "DATA_REPEATED" in codes(path)
    assert "DATA_REPEATED" not in codes(files.write(files.era5_waves(48), tmp_path / "b.nc"))


def test_nights_are_no_repetition(tmp_path: Path) -> None:
    sun = np.maximum(np.sin(np.arange(48) / 24 * 2 * np.pi), 0)[:, None, None] * 800 * 3600
    sun = sun * np.random.default_rng(0).uniform(0.5, 1.0, (48, 3, 4))
    path = files.write(files.era5({"ssrd": (sun, files.SUN)}), tmp_path / "a.nc")
    assert "DATA_REPEATED" not in codes(path)


def test_sums_since_midnight_are_no_means_of_an_hour(tmp_path: Path) -> None:
    # ERA5-Land adds up from midnight: 24 hours of 300 W m-2 read as 7,200.
    land = 300.0 * 3600 * (1 + np.arange(48) % 24)[:, None, None] * np.ones((48, 3, 4))
    path = files.write(files.era5({"ssrd": (land, files.SUN)}), tmp_path / "a.nc")
    with pytest.raises(InputError, match="TIME_ACCUMULATED"):
        codes(path)


def test_energy_that_is_said_to_be_power_is_refused(tmp_path: Path) -> None:
    energy = np.full((48, 3, 4), 3600.0 * 250)
    dataset = files.era5({"ssrd": (energy, {**files.SUN, "units": "W m-2"})})
    with pytest.raises(InputError, match="TIME_ACCUMULATED"):
        codes(files.write(dataset, tmp_path / "a.nc"))


def test_energy_over_steps_with_a_gap_is_refused(tmp_path: Path) -> None:
    stamps = files.hours(48)
    stamps[30:] += np.timedelta64(4, "h")
    stamps[:10] -= np.timedelta64(1800, "s")
    dataset = files.era5({"ssrd": (np.ones((48, 3, 4)), files.SUN)}, files.hours(48, 6))
    with pytest.raises(InputError, match="TIME_ACCUMULATED"):
        quietly(files.write(dataset, tmp_path / "a.nc"))


def test_a_file_without_a_valid_cell_is_refused(tmp_path: Path) -> None:
    dataset = files.era5({"swh": (np.full((48, 3, 4), np.nan), files.WAVES)})
    file = quietly(files.write(dataset, tmp_path / "a.nc"))
    with pytest.raises(InputError, match="LAYER_EMPTY"):
        file.reduce({"hs": MonthlyMean(HS)})


def test_ice_is_told_and_is_no_calm_sea(tmp_path: Path) -> None:
    hs = files.heights(48)
    hs[:24, 2] = np.nan  # frozen for a day
    path = files.write(files.era5({"swh": (hs, files.WAVES)}), tmp_path / "a.nc")
    assert "TIME_COVERAGE" in codes(path)
    with collect():
        found = open_hindcast(path).reduce({"hs": MonthlyMean(HS)})["hs"].sel(month=12)
    assert np.allclose(found[8:], hs[24:, 2].mean(axis=0), rtol=1e-6)


def both(one: xr.Dataset, other: xr.Dataset) -> xr.Dataset:
    return xr.merge([one, other], compat="override", join="exact")


def test_two_variables_of_different_hours_or_cells_are_refused(tmp_path: Path) -> None:
    other = files.era5({"mwp": (files.periods(24), files.PERIOD)}, files.hours(24))
    later = other.rename(valid_time="time").drop_vars("expver")
    later["time"].attrs["units"] = "seconds since 1980-01-01"
    waves = files.era5_waves(48)[["swh"]].drop_vars("expver")
    with pytest.raises(InputError, match="TIME_MISMATCH"):
        quietly(files.write(both(waves, later), tmp_path / "a.nc"))
    coarse = files.era5({"mwp": (files.periods(48), files.PERIOD)}).drop_vars("expver")
    coarse = coarse.isel(latitude=slice(2), longitude=slice(2))
    coarse = coarse.rename(latitude="lat", longitude="lon")
    with pytest.raises(InputError, match="GRID_MISMATCH"):
        quietly(files.write(both(waves, coarse), tmp_path / "b.nc"))


def test_units_are_converted_or_refused(tmp_path: Path) -> None:
    feet = {**files.WAVES, "units": "feet"}
    file = quietly(files.write(files.era5({"swh": (files.heights(48), feet)}), tmp_path / "a.nc"))
    assert np.nanmax(table(file, HS)) == pytest.approx(np.nanmax(files.heights(48)) * 0.3048)
    none = {**files.WAVES, "units": ""}
    path = files.write(files.era5({"swh": (files.heights(48), none)}), tmp_path / "b.nc")
    with pytest.raises(UnitsError, match="UNITS_MISSING"):
        quietly(path, {HS: "swh"})
    kelvin = {**files.WAVES, "units": "K"}
    path = files.write(files.era5({"swh": (files.heights(48), kelvin)}), tmp_path / "c.nc")
    with pytest.raises(UnitsError, match="UNITS_CONFLICT"):
        quietly(path, {HS: "swh"})


def test_a_period_of_time_is_cut_out(tmp_path: Path) -> None:
    path = files.write(files.era5_waves(), tmp_path / "a.nc", (70, 3, 4))
    file = quietly(path, time_range=("2020-01-01", "2020-01-02"))
    assert file.times.size == 48
    whole = quietly(path).series(-126.0, 41.5).set_index("time")
    part = file.series(-126.0, 41.5).set_index("time")
    assert whole.loc["2020-01-01":"2020-01-02"].equals(part)  # type: ignore[misc]
    with pytest.raises(InputError, match="TIME_OUTSIDE"):
        quietly(path, time_range=("1999-01-01", "1999-12-31"))


@pytest.mark.parametrize(("cut", "code"), [(3000, "FILE_CORRUPT"), (0, "FILE_EMPTY")])
def test_damaged_files_are_refused(tmp_path: Path, cut: int, code: str) -> None:
    for path in (files.write(files.era5_waves(), tmp_path / "a.nc"), wpto(tmp_path / "b.h5")):
        path.write_bytes(path.read_bytes()[:cut])
        with pytest.raises(InputError, match=code):
            quietly(path)


def test_what_is_no_hindcast_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.nc"
    path.write_text("not a hindcast\n")
    with pytest.raises(InputError, match="FORMAT_UNKNOWN"):
        quietly(path)
