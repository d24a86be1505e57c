"""Series of sites: UTC, their own place, their own values."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from siting.errors import InputError
from siting.findings import collect
from siting.io.series import check_climate, check_distinct, read_series

PLACE = {"site": "a", "longitude": -124.0, "latitude": 44.5}
HS = {"significant_wave_height": "hs"}
NDBC = """\
#YY  MM DD hh mm WDIR WSPD GST  WVHT   DPD   APD MWD   PRES  ATMP  WTMP
#yr  mo dy hr mn degT m/s  m/s     m   sec   sec degT   hPa  degC  degC
2020 01 01 00 50 280  7.0  9.0  2.10 12.00  7.10 290 1013.1  10.0  11.0
2020 01 01 01 50 999 99.0 99.0 99.00 99.00 99.00 999 9999.0 999.0  11.1
2020 01 01 02 50 285  7.2  9.1  2.30 12.50  7.30 291 1013.0  10.1  11.2
"""
OLD = """\
YY MM DD hh WD   WSPD GST  WVHT  DPD   APD  MWD  BAR    ATMP  WTMP
96 01 01 00 210 07.7 09.3 02.42 14.29 07.72 999 1018.9  12.9  13.5
96 01 01 01 213 07.2 08.6 02.36 14.29 07.60 999 1018.8  12.9  13.5
"""


def csv(folder: Path, times: list[str], header: str = "time,hs (m)", values=None) -> Path:
    values = values or [1.0 + 0.1 * k for k in range(len(times))]
    rows = [f"{time},{value}" for time, value in zip(times, values, strict=True)]
    path = folder / "a.csv"
    path.write_text("\n".join([header, *rows, ""]))
    return path


def refused(code: str, path: Path, columns=HS, **options) -> InputError:
    with pytest.raises(InputError, match=code) as caught:
        read_series(path, columns, **{**PLACE, **options})
    assert caught.value.code == code
    return caught.value


ZULU = [f"2020-01-01T{hour:02d}:00Z" for hour in range(5)]
PLAIN = [each[:-1] for each in ZULU]


def test_csv_in_utc(tmp_path) -> None:
    found = read_series(csv(tmp_path, ZULU), HS, **PLACE)
    assert found["significant_wave_height"].dims == ("site", "time")
    assert found["significant_wave_height"].attrs["units"] == "m"
    assert found.time.values[1] == np.datetime64("2020-01-01T01:00")
    assert found["significant_wave_height"].values[0, 1] == 1.1


def test_offsets_become_utc(tmp_path) -> None:
    local = [f"2020-01-01T{hour:02d}:00:00-08:00" for hour in range(5)]
    with collect() as findings:
        found = read_series(csv(tmp_path, local), HS, **PLACE)
    assert [each.code for each in findings] == ["TIME_ZONE_CONVERTED"]
    assert found.time.values[0] == np.datetime64("2020-01-01T08:00")
    with collect():
        named = read_series(csv(tmp_path, PLAIN), HS, time_zone="-08:00", **PLACE)
    assert named.time.values[0] == np.datetime64("2020-01-01T08:00")


@pytest.mark.parametrize(
    ("times", "code"),
    [
        (PLAIN, "TIME_ZONE_MISSING"),
        ([*ZULU[:4], PLAIN[4]], "TIME_ZONE_MISSING"),
        ([*ZULU[:4], "noon Z"], "TIME_INVALID"),
        ([ZULU[0], ZULU[2], ZULU[1], *ZULU[3:]], "TIME_NOT_MONOTONIC"),
        ([ZULU[0], *ZULU[:4]], "TIME_DUPLICATE"),
    ],
)
def test_times_that_cannot_be(tmp_path, times, code) -> None:
    refused(code, csv(tmp_path, times))


def test_gaps_and_values_filled_up_are_told(tmp_path) -> None:
    with collect() as findings:
        read_series(csv(tmp_path, [*ZULU, "2020-01-02T00:00Z"]), HS, **PLACE)
    assert [each.code for each in findings] == ["TIME_GAP"]
    hours = [f"2020-01-{day:02d}T{hour:02d}:00Z" for day in (1, 2) for hour in range(24)]
    held = [round(1 + 0.01 * (k // 3), 2) for k in range(48)]
    with collect() as findings:
        read_series(csv(tmp_path, hours, values=held), HS, **PLACE)
    assert [each.code for each in findings] == ["DATA_REPEATED"]


def test_units_come_from_header_or_caller(tmp_path) -> None:
    refused("UNITS_MISSING", csv(tmp_path, ZULU, "time,hs"))
    unit = {"significant_wave_height": "ft"}
    found = read_series(csv(tmp_path, ZULU, "time,hs"), HS, unit=unit, **PLACE)
    assert found["significant_wave_height"].values[0, 0] == pytest.approx(0.3048)
    refused("UNITS_INCOMPATIBLE", csv(tmp_path, ZULU, "time,hs [s]"))
    refused("COLUMN_MISSING", csv(tmp_path, ZULU, "time,tp (s)"))
    with collect() as findings:
        read_series(csv(tmp_path, ZULU, "time,hs (km)"), HS, **PLACE)
    assert [each.code for each in findings] == ["RANGE_IMPLAUSIBLE"]


@pytest.mark.parametrize(("text", "first"), [(NDBC, "2020-01-01T00:50"), (OLD, "1996-01-01")])
def test_ndbc_text(tmp_path, text, first) -> None:
    (tmp_path / "46050.txt").write_text(text)
    columns = {"significant_wave_height": "WVHT", "wave_peak_period": "DPD"}
    found = read_series(tmp_path / "46050.txt", columns, **PLACE)
    assert found.time.values[0] == np.datetime64(first)
    wanted = [2.1, np.nan, 2.3] if text == NDBC else [2.42, 2.36]
    assert np.array_equal(found["significant_wave_height"].values[0], wanted, equal_nan=True)


def test_netcdf_of_another_place_is_refused(tmp_path) -> None:
    values = ("time", [200, 210, -1], {"units": "m", "scale_factor": 0.01, "_FillValue": -1})
    dataset = xr.Dataset(
        {"hs": values},
        coords={
            "time": ("time", [0, 1, 2], {"units": "hours since 2020-01-01"}),
            "longitude": -124.1,
            "latitude": 44.5,
        },
    )
    dataset["hs"] = dataset["hs"].astype("int16")
    dataset["hs"].attrs["_FillValue"] = np.int16(-1)
    dataset.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    found = read_series(tmp_path / "a.nc", HS, **PLACE)
    assert found["significant_wave_height"].values[0].tolist()[:2] == [2.0, 2.1]
    assert np.isnan(found["significant_wave_height"].values[0, 2])
    error = refused("SITE_MISMATCH", tmp_path / "a.nc", longitude=-125.0)
    assert "71.6 km away" in error.found  # 0.9 degree at 44.5 N on WGS 84
    refused("VARIABLE_MISSING", tmp_path / "a.nc", {"wave_energy_period": "te"})


def test_a_copy_for_a_second_site_is_refused(tmp_path) -> None:
    one = read_series(csv(tmp_path, ZULU), HS, **PLACE)
    other = read_series(csv(tmp_path, ZULU), HS, **{**PLACE, "site": "b"})
    with pytest.raises(InputError, match="SERIES_DUPLICATE"):
        check_distinct([one, other])
    other["significant_wave_height"][0, 0] += 0.1
    check_distinct([one, other])


def test_a_series_unlike_the_grid_is_told(tmp_path) -> None:
    series = read_series(csv(tmp_path, ZULU), HS, **PLACE)
    with collect() as findings:
        check_climate(series, "significant_wave_height", 1.3)
        check_climate(series, "significant_wave_height", 4.0)
    assert [each.code for each in findings] == ["SITE_CLIMATE"]


def test_a_benchmark_series_reads_without_alarm(tmp_path) -> None:
    folder = Path(os.environ.get("SITING_REFERENCE_DATA", ""))
    path = folder / "wave" / "ec-benchmark_dataset_A.txt"
    if not path.is_file():
        pytest.skip("needs wave/ec-benchmark_dataset_A.txt: set SITING_REFERENCE_DATA")
    rows = [line.split(";") for line in path.read_text().splitlines()[1:2001]]
    text = [f"{time.strip()[:10]}T{time.strip()[-2:]}:00Z,{hs.strip()}" for time, hs, _ in rows]
    (tmp_path / "a.csv").write_text("\n".join(["time,hs (m)", *text]))
    with collect() as findings:
        found = read_series(tmp_path / "a.csv", HS, **PLACE)
    assert {each.code for each in findings} <= {"TIME_GAP"}
    assert found.sizes["time"] == 2000


# --- boundaries ----------------------------------------------------------------------------------


def told(path: Path, columns=HS, **options) -> list[str]:
    with collect() as findings:
        read_series(path, columns, **{**PLACE, **options})
    return [each.code for each in findings]


def hours(count: int) -> list[str]:
    return [f"2020-01-{1 + k // 24:02d}T{k % 24:02d}:00Z" for k in range(count)]


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ([0.0, 1.0, 30.0], []),  # significant wave height: 0 to 30 m, 0.02 to 16 m in the middle
        ([0.0, 1.0, 30.5], ["RANGE_IMPLAUSIBLE"]),
        ([-0.5, 1.0, 2.0], ["RANGE_IMPLAUSIBLE"]),
        ([0.0, 0.01, 3.0], ["RANGE_IMPLAUSIBLE"]),
        ([1.0, 17.0, 20.0], ["RANGE_IMPLAUSIBLE"]),
        ([1.0, 16.0, 20.0], []),
        ([1.0, 0.02, 0.01], []),
    ],
)
def test_values_beyond_the_range_of_their_quantity_are_told(tmp_path, values, codes) -> None:
    assert told(csv(tmp_path, ZULU[:3], values=values)) == codes


@pytest.mark.parametrize(
    ("steps", "copies", "codes"),
    [(25, 13, ["DATA_REPEATED"]), (25, 12, []), (24, 23, []), (26, 24, ["DATA_REPEATED"])],
)
def test_more_than_half_of_the_steps_are_copies(tmp_path, steps, copies, codes) -> None:
    values = [1.0 + 0.01 * max(0, k - copies) for k in range(steps)]
    assert told(csv(tmp_path, hours(steps), values=values)) == codes


def test_a_step_is_a_copy_where_all_of_its_values_are(tmp_path) -> None:
    rows = [f"{time},1.0,{5 + 0.1 * k}" for k, time in enumerate(hours(30))]
    (tmp_path / "a.csv").write_text("\n".join(["time,hs (m),tp (s)", *rows]))
    columns = {**HS, "wave_peak_period": "tp"}
    assert told(tmp_path / "a.csv", columns) == []
    assert told(tmp_path / "a.csv") == ["DATA_REPEATED"]


def test_times_in_parts(tmp_path) -> None:
    rows = ["2020,1,31,23,30,1.0", "2020,2,1,0,0,1.1", "2020,2,1,0,30,1.2"]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["Year,MONTH,day,hour,minute,hs (m)", *rows]))
    refused("TIME_ZONE_MISSING", path)
    with collect() as findings:
        found = read_series(path, HS, time_zone="+01:00", **PLACE)
    assert found.time.values[0] == np.datetime64("2020-01-31T22:30")
    assert [each.found for each in findings] == ["1 to 1 hours ahead of UTC"]
    path.write_text("year,month,day,hs (m)\n2020,1,31,1.0\n")
    assert "no column of times" in refused("COLUMN_MISSING", path, time_zone="UTC").message


def test_a_column_that_says_utc_needs_no_zone(tmp_path) -> None:
    found = read_series(csv(tmp_path, PLAIN, "time_utc,hs (m)"), HS, **PLACE)
    assert found.time.values[1] == np.datetime64("2020-01-01T01:00")
    # A person's word goes before the name of the column.
    with collect():
        named = read_series(tmp_path / "a.csv", HS, time_zone="-01:00", **PLACE)
    assert named.time.values[1] == np.datetime64("2020-01-01T02:00")


def test_zones_of_the_rows_are_told_apart(tmp_path) -> None:
    times = ["2020-03-29 01:30+0100", "2020-03-29 03:30 +02:00", "2020-03-29T02:30GMT"]
    with collect() as findings:
        found = read_series(csv(tmp_path, times), HS, **PLACE)
    stamps = ["2020-03-29T00:30", "2020-03-29T01:30", "2020-03-29T02:30"]
    assert found.time.values.tolist() == np.array(stamps, "datetime64[ns]").tolist()
    assert [each.found for each in findings] == ["0 to 2 hours ahead of UTC"]
    assert told(csv(tmp_path, ZULU)) == []


def test_the_row_that_has_no_time_is_named(tmp_path) -> None:
    error = refused("TIME_INVALID", csv(tmp_path, [*ZULU[:3], "2020-13-01T00:00Z", "never Z"]))
    assert error.found == "2 of 5, the first is row 4"


def test_parquet_keeps_times_as_times(tmp_path) -> None:
    stamps = pd.to_datetime(["2020-01-01T00:00", "2020-01-01T01:00", "2020-01-01T02:00"])
    pd.DataFrame({"time": stamps, "hs (m)": [1.0, 1.1, 1.2]}).to_parquet(tmp_path / "a.parquet")
    found = read_series(tmp_path / "a.parquet", HS, **PLACE)
    assert found.time.values[2] == np.datetime64("2020-01-01T02:00")


def test_a_file_of_another_place_is_refused_beyond_the_distance(tmp_path) -> None:
    path = csv(tmp_path, ZULU, "time,Longitude,LATITUDE,hs (m)")
    lines = path.read_text().replace("Z,", "Z,-124.0,44.6,")
    path.write_text(lines)
    # A tenth of a degree of latitude at 44.55 N: 11.11 km on WGS 84.
    assert "11.1 km away" in refused("SITE_MISMATCH", path, within=11_000.0).found
    assert told(path, within=11_200.0) == []
    assert told(path) == []  # 20 km where nothing is said


def test_names_of_columns_with_and_without_their_unit(tmp_path) -> None:
    path = csv(tmp_path, ZULU, "time,hs [m]")
    for name in ("hs", "hs [m]"):
        found = read_series(path, {"significant_wave_height": name}, **PLACE)
        assert found["significant_wave_height"].values[0, 0] == 1.0
    error = refused("COLUMN_MISSING", path, {"significant_wave_height": "Hs"})
    assert error.found == "time, hs [m]"
    assert error.where == str(path)


def test_cells_that_are_no_numbers_are_missing(tmp_path) -> None:
    path = csv(tmp_path, ZULU[:4], values=["1.0", "n/a", "inf", "1.5"])
    found = read_series(path, HS, **PLACE)["significant_wave_height"].values[0]
    assert np.array_equal(found, [1.0, np.nan, np.nan, 1.5], equal_nan=True)
    refused("LAYER_EMPTY", csv(tmp_path, ZULU[:2], values=["n/a", "-"]))


def test_what_a_series_says_of_itself(tmp_path) -> None:
    found = read_series(csv(tmp_path, ZULU), HS, **PLACE)
    assert found.attrs == {"source": "a.csv"}
    assert found.site.values.tolist() == ["a"]
    assert (found.longitude.values.tolist(), found.latitude.values.tolist()) == ([-124.0], [44.5])
    assert found.longitude.attrs["units"] == "degrees_east"
    assert found.latitude.attrs["units"] == "degrees_north"
    assert found.time.dtype == "datetime64[ns]"


@pytest.mark.parametrize(
    ("gridded", "codes"),
    [(2.5, []), (2.6, ["SITE_CLIMATE"]), (0.625, []), (0.62, ["SITE_CLIMATE"])],
)
def test_half_and_twice_the_grid_are_like_it(tmp_path, gridded, codes) -> None:
    series = read_series(csv(tmp_path, ZULU[:2], values=[1.0, 1.5]), HS, **PLACE)
    with collect() as findings:
        check_climate(series, "significant_wave_height", gridded)
    assert [each.code for each in findings] == codes


def test_ndbc_lines_without_a_value_or_with_too_many(tmp_path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(NDBC.replace("2.30 12.50", "MM 12.50") + "\n")
    found = read_series(path, {"significant_wave_height": "WVHT"}, **PLACE)
    assert np.isnan(found["significant_wave_height"].values[0, 2])
    path.write_text(NDBC + "2020 01 01 03 50 285\n")
    error = refused("CSV_RAGGED", path, {"significant_wave_height": "WVHT"})
    assert (error.where, error.found, error.wanted) == (f"{path}:6", "6 values", "15")
    assert error.fix == "remove the line, or bring the file again"
    path.write_text("\n".join(NDBC.splitlines()[:2]))
    refused("LAYER_EMPTY", path, {"significant_wave_height": "WVHT"})
