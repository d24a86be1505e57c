"""Series of sites: UTC, their own place, their own values."""

import os
from pathlib import Path

import numpy as np
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
