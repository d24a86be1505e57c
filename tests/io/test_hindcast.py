"""Hindcasts of each layout give the values that were written, in one pass, whatever the chunks."""

import os
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from siting.errors import InputError
from siting.findings import collect
from siting.io.hindcast import open_hindcast
from siting.io.series import read_series
from siting.kernels.series_reduction import (
    AnnualMaximum,
    JointOccurrence,
    MonthlyEnergyPeriod,
    MonthlyFlux,
    MonthlyMean,
    ValidCount,
)
from tests import hindcast_files as files
from tests.hindcast_reading import HS, TE, codes, quietly, table, wpto

ALL = {
    "hs": MonthlyMean(HS),
    "flux": MonthlyFlux(),
    "te": MonthlyEnergyPeriod(),
    "maxima": AnnualMaximum(HS, coverage=0.0),
    "classes": JointOccurrence(),
    "hours": ValidCount((HS, TE)),
}


# --- layouts --------------------------------------------------------------------------------------


def test_era5_has_energy_periods_and_stamps_of_either_layout(tmp_path: Path) -> None:
    new = quietly(files.write(files.era5_waves(), tmp_path / "new.nc"))
    old = quietly(files.write(files.era5_old(), tmp_path / "old.nc"))
    for file in (new, old):
        assert file.layout == "ERA5"
        assert set(file.quantities) == {HS, TE}
        assert (file.times == files.hours()).all()
        assert np.allclose(table(file, HS), files.heights().reshape(240, -1), equal_nan=True)
        assert np.allclose(table(file, TE), files.periods().reshape(240, -1), equal_nan=True)
        assert file.cells.longitude[0].tolist() == [-127.0, -126.5, -126.0, -125.5]
        assert file.cells.latitude[:, 0].tolist() == [42.0, 41.5, 41.0]


def test_preliminary_hours_of_era5_fill_only_what_is_not_final(tmp_path: Path) -> None:
    path = files.write(files.era5_old(48, final=24), tmp_path / "era5.nc")
    assert "DATA_PRELIMINARY" in codes(path)
    assert np.allclose(table(quietly(path), HS), files.heights(48).reshape(48, -1), equal_nan=True)


def test_a_final_hour_is_taken_before_a_preliminary_one(tmp_path: Path) -> None:
    dataset = files.era5_old(24, final=24)
    dataset["swh"][:, 1] = 100  # (100 * .01 + 5) m where final values are there too
    dataset = dataset.isel(expver=[1, 0])  # the preliminary first
    file = quietly(files.write(dataset, tmp_path / "era5.nc"))
    assert np.allclose(table(file, HS)[:, 1:], files.heights(24).reshape(24, -1)[:, 1:])


def test_preliminary_months_of_the_new_layout_are_told(tmp_path: Path) -> None:
    dataset = files.era5_waves(48)
    dataset["expver"][24:] = "0005"
    assert "DATA_PRELIMINARY" in codes(files.write(dataset, tmp_path / "era5.nc"))
    assert "DATA_PRELIMINARY" not in codes(files.write(files.era5_waves(48), tmp_path / "b.nc"))


def test_radiation_of_era5_is_power_in_the_middle_of_the_hour_before(tmp_path: Path) -> None:
    energy = np.full((48, 3, 4), 3600.0 * 250)
    energy[0] = 3600.0 * 100  # stamped at midnight of the new year: of the last hour of the old
    stamps = files.hours(48, start="2020-01-01")
    dataset = files.era5({"ssrd": (energy, files.SUN)}, stamps)
    file = quietly(files.write(dataset, tmp_path / "era5.nc"))
    assert table(file, "solar_irradiance")[:2, 0].tolist() == [100.0, 250.0]
    with collect():
        monthly = file.reduce({"sun": MonthlyMean("solar_irradiance")})["sun"]
        series = file.series(-127.0, 42.0)
    assert monthly.sel(month=12).values.tolist() == [100.0] * 12
    assert monthly.sel(month=1).values.tolist() == [250.0] * 12
    assert str(series["time"][0]) == "2019-12-31 23:30:00"
    assert series.attrs["columns"]["solar_irradiance"]["units"] == "W m-2"


def test_radiation_is_known_by_its_short_name_too(tmp_path: Path) -> None:
    values = np.full((48, 3, 4), 3600.0 * 250)
    dataset = files.era5({"ssrd": (values, {"units": "J m**-2"})})
    path = files.write(dataset, tmp_path / "era5.nc")
    assert quietly(path).quantities == ("solar_irradiance",)
    assert codes(path) == {"TIME_ACCUMULATED", "DATA_REPEATED"}


def test_instants_and_means_of_one_file_keep_their_stamps_apart(tmp_path: Path) -> None:
    air = {"units": "K", "long_name": "2 metre temperature"}
    dataset = files.era5({
        "ssrd": (np.full((48, 3, 4), 3600.0 * 250), files.SUN),
        "t2m": (np.full((48, 3, 4), 283.15), air),
    })  # fmt: skip
    with collect():
        series = open_hindcast(files.write(dataset, tmp_path / "a.nc")).series(-127.0, 42.0)
    assert str(series["time"][0]) == "2019-12-30 00:00:00"
    columns = series.attrs["columns"]
    assert columns["solar_irradiance"]["seconds_to_middle"] == -1800.0
    assert columns["air_temperature"]["seconds_to_middle"] == 0.0
    assert np.allclose(series["air_temperature"], 10.0, atol=1e-4)


def test_wavewatch_gives_periods_of_frequencies(tmp_path: Path) -> None:
    file = quietly(files.write(files.wavewatch(), tmp_path / "ww3.nc"))
    assert file.layout == "WAVEWATCH III"
    assert {HS, TE, "wave_peak_period", "wave_from_direction"} <= set(file.quantities)
    peak = 2 * np.round(files.periods(80) / 2)[:, ::-1].reshape(80, -1)
    # Stored to 1e-4 Hz: at 14 s that is 0.01 s.
    assert np.allclose(table(file, "wave_peak_period"), peak, atol=0.011, equal_nan=True)
    turned = files.periods(80)[:, ::-1].reshape(80, -1)
    assert np.allclose(table(file, TE), turned, atol=1e-9, equal_nan=True)
    assert file.axis.step == 10800.0
    assert file.cells.latitude[:, 0].tolist() == [41.0, 41.5, 42.0]


def test_cmems_has_each_period_by_its_own_name(tmp_path: Path) -> None:
    file = quietly(files.write(files.cmems(), tmp_path / "cmems.nc"))
    assert file.layout == "CMEMS"
    assert [file.store.variables[name].name for name in (
        HS, TE, "wave_mean_period_tm02", "wave_peak_period", "wave_from_direction"
    )] == ["VHM0", "VTM10", "VTM02", "VTPK", "VMDR"]  # fmt: skip
    turned = files.periods(80)[:, ::-1].reshape(80, -1)
    assert np.allclose(table(file, TE), turned, equal_nan=True)


def test_wpto_is_a_list_of_sites(tmp_path: Path) -> None:
    file = quietly(wpto(tmp_path / "wave.h5", IEC_name="T_e"))
    assert file.layout == "rex"
    assert file.cells.shape == (1, 3)
    assert file.cells.frame is None
    assert np.allclose(table(file, TE), files.periods(80, (3,)), equal_nan=True)
    with collect():
        series = file.series(-124.61, 44.7)
    assert series.attrs["site"] == "1"
    assert series.attrs["longitude"] == pytest.approx(-124.6)
    assert series.attrs["distance"] == pytest.approx(792, abs=3)  # .01 degree at 44.7 N
    assert np.allclose(series[HS], files.heights(80, (3,))[:, 1])


def test_a_period_that_swan_calls_otherwise_is_told(tmp_path: Path) -> None:
    assert "QUANTITY_MISMATCH" in codes(wpto(tmp_path / "a.h5", SWAN_name="TM02"))
    assert "QUANTITY_MISMATCH" not in codes(wpto(tmp_path / "b.h5", SWAN_name="TMM10"))


@pytest.mark.parametrize(
    ("stored", "attrs"),
    [
        (np.array([2150], "i2"), {"scale_factor": 10.0}),  # rex divides ...
        (np.array([2150], "i2"), {"psm_scale_factor": 10.0, "psm_units": "W/m2"}),
        (np.array([150], "i2"), {"scale_factor": 0.1, "add_offset": 200.0}),  # ... or multiplies
        (np.array([215.0], "f4"), {"units": "W/m2"}),
    ],
)
def test_packed_values_of_the_nsrdb_are_divided(
    tmp_path: Path, stored: NDArray[Any], attrs: dict[str, Any]
) -> None:
    values = np.tile(stored, (48, 1))
    path = files.rex(tmp_path / "nsrdb.h5", {"ghi": (values, attrs)},
                     np.datetime64("2019-01-01", "s") + np.arange(48) * np.timedelta64(1800, "s"),
                     [(-56.26, -7.03)], zone="")  # fmt: skip
    file = quietly(path)
    assert file.axis.step == 1800.0
    assert table(file, "solar_irradiance") == pytest.approx(215.0)


def test_a_unit_that_only_the_layout_names_is_told(tmp_path: Path) -> None:
    for attrs, told in (({}, True), ({"units": "W/m2"}, False)):
        values = {"ghi": (np.ones((48, 1), "f4"), attrs)}
        path = files.rex(tmp_path / f"{told}.h5", values, files.hours(48), [(0.0, 0.0)])
        assert ("UNITS_ASSUMED" in codes(path)) is told


def test_times_with_an_offset_are_brought_to_utc(tmp_path: Path) -> None:
    values = {"ghi": (np.ones((48, 1), "f4"), {"units": "W/m2"})}
    path = files.rex(tmp_path / "a.h5", values, files.hours(48), [(0.0, 0.0)], zone="-08:00")
    assert str(quietly(path).times[0]) == "2019-12-30T08:00:00"


def test_unstructured_cells_are_sites(tmp_path: Path) -> None:
    stamps = files.hours(48).astype(np.int64)
    dataset = xr.Dataset(
        {"hs": (("time", "node"), files.heights(48, (3,)), {"units": "m"})},
        coords={
            "time": ("time", stamps, {"units": "seconds since 1970-01-01"}),
            "longitude": ("node", np.array([235.5, 235.4, 235.3]), {"units": "degrees_east"}),
            "latitude": ("node", np.array([44.7, 44.7, 44.8]), {"units": "degrees_north"}),
        },
    )
    file = quietly(files.write(dataset, tmp_path / "mesh.nc"))
    assert file.cells.longitude == pytest.approx(np.array([[-124.5, -124.6, -124.7]]))
    assert np.allclose(table(file, HS), files.heights(48, (3,)), equal_nan=True)


def test_one_row_of_cells_is_a_list_of_sites(tmp_path: Path) -> None:
    row = files.era5_waves(50).isel(latitude=[1])
    with collect():
        found = open_hindcast(files.write(row, tmp_path / "row.nc"))
    assert found.cells.frame is None
    assert found.cells.longitude.tolist() == [files.LONGITUDES.tolist()]
    assert found.cells.latitude.tolist() == [[files.LATITUDES[1]] * 4]


def test_a_site_of_wpto_is_a_series_too(tmp_path: Path) -> None:
    path = wpto(tmp_path / "wave.h5")
    place = {"site": "B", "longitude": -124.61, "latitude": 44.7}
    with collect():
        found = read_series(path, {HS: HS, TE: "energy_period"}, **place)
    assert np.allclose(found[HS][0], files.heights(80, (3,))[:, 1])
    assert np.allclose(found[TE][0], files.periods(80, (3,))[:, 1])
    assert (found["time"].values == files.hours(80, 3)).all()
    with pytest.raises(InputError, match="SITE_MISMATCH"):
        read_series(path, {HS: HS}, site="C", longitude=-120.0, latitude=44.7)


def years(folder: Path, *datasets: xr.Dataset) -> Path:
    """A folder with a file for each part, whose names are in no order."""
    folder.mkdir()
    for number, dataset in enumerate(datasets):
        files.write(dataset, folder / f"part{9 - number}.nc", (1, 3, 4))
    (folder / "README.txt").write_text("not a hindcast")
    return folder


def test_files_that_follow_each_other_are_one_hindcast(tmp_path: Path) -> None:
    whole = files.era5_waves()
    parts = [whole.isel(valid_time=slice(*ends)) for ends in ((0, 50), (50, 51), (51, 240))]
    one = quietly(files.write(whole, tmp_path / "whole.nc"))
    other = quietly(years(tmp_path / "years", *parts))
    assert (other.times == one.times).all()
    for name, found in other.reduce(ALL).items():
        xr.testing.assert_identical(found, one.reduce(ALL)[name])
    assert other.series(-126.0, 41.0).equals(one.series(-126.0, 41.0))


def test_files_that_are_not_of_one_hindcast_are_refused(tmp_path: Path) -> None:
    whole = files.era5_waves(48)
    first, second = (whole.isel(valid_time=part) for part in (slice(24), slice(24, 48)))
    moved = second.assign_coords(longitude=second.longitude + 0.5)
    moved.longitude.attrs["units"] = "degrees_east"
    for name, other, code in (
        ("a", first, "TIME_DUPLICATE"),
        ("b", moved, "GRID_MISMATCH"),
        ("c", second[["swh"]], "TIME_MISMATCH"),
        ("d", second.isel(valid_time=slice(None, None, -1)), "TIME_NOT_MONOTONIC"),
    ):
        with pytest.raises(InputError, match=code):
            quietly(years(tmp_path / name, first, other))
    with pytest.raises(InputError, match="FILE_MISSING"):
        quietly(years(tmp_path / "e"))
    linked = years(tmp_path / "f", first)
    (linked / "b.nc").symlink_to(files.write(second, tmp_path / "elsewhere.nc"))
    with pytest.raises(InputError, match="PATH_OUTSIDE_DATA"):
        quietly(linked)


# --- files as they are delivered ------------------------------------------------------------------


def delivered(name: str) -> Path:
    folder = os.environ.get("SITING_REFERENCE_DATA")
    if folder is None:
        pytest.skip(f"needs {name} of the reference data: set SITING_REFERENCE_DATA")
    return Path(folder) / name


def test_a_delivered_file_of_wpto_reads_as_h5py_reads_it() -> None:
    path = delivered("wave/ri_wave_2010.h5")
    with collect() as findings:
        file = open_hindcast(path)
        found = file.reduce({"hs": MonthlyMean(HS), "hours": ValidCount((HS, TE))})
    with h5py.File(path) as stored:
        hs = stored["significant_wave_height"][:].astype(float)
    # 2010 in steps of three hours: January has 248 of them.
    assert np.allclose(found["hs"].sel(month=1), hs[:248].mean(axis=0))
    assert set(found["hours"].values.tolist()) == {2920}
    # Its energy period says that SWAN calls it TM02; the bay is calmer than any open water.
    assert {each.code for each in findings} == {"QUANTITY_MISMATCH", "RANGE_IMPLAUSIBLE"}


def test_a_delivered_file_of_the_nsrdb_reads_as_h5py_reads_it() -> None:
    path = delivered("solar/nsrdb_brazil_solar.h5")
    with collect():
        file = open_hindcast(path, {"solar_irradiance": "ghi"})
        found = file.reduce({"sun": MonthlyMean("solar_irradiance")})["sun"]
        series = file.series(-56.26, -7.03)
    with h5py.File(path) as stored:
        ghi = stored["ghi"][:, 0].astype(float)
    assert np.allclose(found.sel(month=12), ghi[-31 * 48 :].mean())
    assert np.allclose(series["solar_irradiance"], ghi)
    assert str(series["time"].iloc[-1]) == "2019-12-31 23:30:00"


# --- one pass -------------------------------------------------------------------------------------


def by_hand() -> dict[str, NDArray[Any]]:
    """The reductions of `files.era5_waves`, each by its definition."""
    hs, te = files.heights().astype("f4").astype(float), files.periods().astype("f4").astype(float)
    hs, te = hs.reshape(240, 12)[:, 1:], te.reshape(240, 12)[:, 1:]
    january = files.hours().astype("datetime64[M]").astype(int) % 12 == 0
    # rho g^2 / (64 pi) with 1025 kg m-3 and 9.80665 m s-2 [kW m-3 s-1]
    flux = 0.4902701 * hs**2 * te
    return {
        "hs": np.stack([hs[january].mean(0), hs[~january].mean(0)]),
        "flux": np.stack([flux[january].mean(0), flux[~january].mean(0)]),
        "te": np.stack([(hs**2 * te)[m].sum(0) / (hs**2)[m].sum(0) for m in (january, ~january)]),
        "maxima": np.stack([hs[~january].max(0), hs[january].max(0)]),
    }


def test_reductions_are_what_their_definitions_say(tmp_path: Path) -> None:
    file = quietly(files.write(files.era5_waves(), tmp_path / "era5.nc"))
    found = file.reduce(ALL)
    wanted = by_hand()
    for name in ("hs", "flux", "te"):
        months = found[name].sel(month=[1, 12]).values
        assert np.isnan(months[:, 0]).all(), "land has no month"
        assert np.allclose(months[:, 1:], wanted[name], rtol=1e-6)
        assert np.isnan(found[name].sel(month=7).values).all()
    assert found["maxima"].coords["year"].values.tolist() == [2019, 2020]
    assert (found["maxima"].values[:, 1:] == wanted["maxima"]).all()
    assert found["hours"].values.tolist() == [0] + [240] * 11
    classes = found["classes"]
    assert classes.sum(("height", "period")).values.tolist() == [0] + [240] * 11
    hs, te = files.heights().astype("f4"), files.periods().astype("f4")
    inside = (hs[:, 0, 1] >= 2.5) & (hs[:, 0, 1] < 3.0) & (te[:, 0, 1] >= 8) & (te[:, 0, 1] < 9)
    assert classes.sel(height=2.5, period=8.0).values[1] == inside.sum()


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    chunks=st.tuples(st.integers(1, 240), st.integers(1, 3), st.integers(1, 4)),
    part=st.integers(2_000, 40_000),
)
def test_chunks_and_parts_change_no_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunks: tuple[int, int, int], part: int
) -> None:
    whole = quietly(files.write(files.era5_waves(), tmp_path / "whole.nc")).reduce(ALL)
    monkeypatch.setattr("siting.io.hindcast_reduction.PART_BYTES", part)
    file = quietly(files.write(files.era5_waves(), tmp_path / "chunks.nc", chunks))
    assert file.store.shape.chunks == chunks
    for name, found in file.reduce(ALL).items():
        xr.testing.assert_identical(found, whole[name])


def test_time_that_runs_back_gives_the_same_series(tmp_path: Path) -> None:
    forth = quietly(files.write(files.era5_waves(), tmp_path / "a.nc"))
    back = quietly(files.write(files.era5_waves().isel(valid_time=slice(None, None, -1)),
                               tmp_path / "b.nc"))  # fmt: skip
    one, other = (file.series(-126.0, 41.0) for file in (forth, back))
    assert one.equals(other)
    for name, found in back.reduce(ALL).items():
        xr.testing.assert_allclose(found, forth.reduce(ALL)[name], rtol=1e-12)


def test_a_year_that_is_not_covered_has_no_maximum(tmp_path: Path) -> None:
    file = quietly(files.write(files.era5_waves(), tmp_path / "era5.nc"))
    assert np.isnan(file.reduce({"x": AnnualMaximum(HS)})["x"].values).all()


def test_results_that_do_not_fit_are_refused_before_they_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siting.io.hindcast_reduction.MAX_RESULT", 1000)
    file = quietly(files.write(files.era5_waves(), tmp_path / "era5.nc"))
    with pytest.raises(InputError, match="TOO_LARGE"):
        file.reduce(ALL)


def test_chunks_that_do_not_fit_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siting.io.source.MAX_BLOCK_BYTES", 8 * 240 * 12 - 1)
    path = files.write(files.era5_waves(), tmp_path / "a.nc", (240, 3, 4))
    with pytest.raises(InputError, match="TOO_LARGE"):
        quietly(path)
    assert quietly(files.write(files.era5_waves(), tmp_path / "b.nc", (239, 3, 4))).times.size


def test_the_nearest_cell_with_all_quantities_is_taken(tmp_path: Path) -> None:
    hs, te = files.heights(48), files.periods(48)
    te[:, 0, 1], te[:, 1, 0] = np.nan, np.nan  # beside the land in the corner
    dataset = files.era5({"swh": (hs, files.WAVES), "mwp": (te, files.PERIOD)})
    file = quietly(files.write(dataset, tmp_path / "a.nc"))
    with collect():
        series = file.series(-127.0, 42.0, within=80_000)
    # The corner at sea, 41.4 km east and 55.5 km south, is nearer than two cells east.
    assert (series.attrs["longitude"], series.attrs["latitude"]) == (-126.5, 41.5)
    assert np.allclose(series[TE], te[:, 1, 1])
