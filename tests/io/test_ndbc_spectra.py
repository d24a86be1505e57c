"""NDBC's spectra in each of their layouts, and a whole year of a real buoy."""

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from siting.errors import InputError
from siting.findings import collect
from siting.io.ndbc_spectra import is_spectra, read_spectra
from siting.kernels.spectra import direction, parameters

REFERENCE = os.environ.get("SITING_REFERENCE_DATA")
OLD = """\
YY MM DD hh   .030   .040   .050   .060   .070
96 01 01 00    .06    .62   8.05  17.53  14.02
96 01 01 01    .05    .79  11.66  20.74   8.82
96 01 01 02 999.00 999.00 999.00 999.00 999.00
"""
NEW = """\
#YY  MM DD hh mm   .0200  .0325  .0375  .0425  .0475
2020 01 01 00 40    0.00   0.00   0.31   8.90  12.07
2020 01 01 01 40    0.00 999.00   0.31   9.10  11.00
2020 01 01 02 40    0.00   0.00     MM   7.90  10.50
"""
ALPHA1 = """\
#YY  MM DD hh mm   .0200  .0325  .0375  .0425  .0475
2020 01 01 00 40   999.0   280.0  290.0  300.0  310.0
2020 01 01 02 40   270.0   280.0  290.0  300.0  310.0
"""
R1 = """\
#YY  MM DD hh mm   .0200  .0325  .0375  .0425  .0475
2020 01 01 00 40  999.00  40.00  80.00  90.00  85.00
2020 01 01 02 40   30.00  40.00  80.00  90.00  85.00
"""
LAST_DAYS = """\
#YY  MM DD hh mm Sep_Freq  < spec_1 (freq_1) spec_2 (freq_2) spec_3 (freq_3) ... >
2024 05 02 01 40 0.200 0.000 (0.033) 0.310 (0.038) 8.900 (0.043)
2024 05 02 00 40 9.999 0.000 (0.033) 0.290 (0.038) 7.900 (0.043)
"""
LAST_R1 = """\
#YY  MM DD hh mm r1_1 (freq_1) r1_2 (freq_2) r1_3 (freq_3) ... >
2024 05 02 01 40 999.0 (0.033) 0.80 (0.038) 0.90 (0.043)
2024 05 02 00 40 0.40 (0.033) 0.81 (0.038) 0.91 (0.043)
"""


def written(folder: Path, text: str, name: str = "46042.txt") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def refused(code: str, path: Path, **options: Path) -> InputError:
    with pytest.raises(InputError, match=code) as caught:
        read_spectra(path, **options)
    return caught.value


def test_years_of_two_digits(tmp_path) -> None:
    found = read_spectra(written(tmp_path, OLD))
    assert found.sizes == {"time": 3, "frequency": 5}
    assert found["time"].values[1] == np.datetime64("1996-01-01T01:00")
    assert found["frequency"].values.tolist() == [0.03, 0.04, 0.05, 0.06, 0.07]
    density = found["variance_density"]
    assert density.attrs["units"] == "m2 Hz-1"
    assert density.values[0].tolist() == [0.06, 0.62, 8.05, 17.53, 14.02]
    assert np.isnan(density.values[2]).all()
    # Four times the root of (.06 + .62 + 8.05 + 17.53 + 14.02) * .01 Hz.
    assert parameters(density, found["frequency"]).height[0] == pytest.approx(2.5387, abs=1e-4)


def test_years_of_four_digits_with_minutes(tmp_path) -> None:
    found = read_spectra(written(tmp_path, NEW))
    assert found["time"].values[0] == np.datetime64("2020-01-01T00:40")
    assert np.isnan(found["variance_density"].values).sum() == 2
    assert found["variance_density"].values[2, 4] == 10.5
    hours = NEW.replace(" mm ", " ").replace(" 40 ", " ")  # as from 1999 to 2004
    assert read_spectra(written(tmp_path, hours))["time"].values[2] == np.datetime64(
        "2020-01-01T02"
    )


def test_directions_come_to_the_times_of_the_densities(tmp_path) -> None:
    found = read_spectra(
        written(tmp_path, NEW),
        alpha1=written(tmp_path, ALPHA1, "alpha1.txt"),
        r1=written(tmp_path, R1, "r1.txt"),
    )
    assert np.isnan(found["alpha1"].values[1]).all()
    assert np.isnan(found["alpha1"].values[0, 0])
    assert found["r1"].values[2].tolist() == pytest.approx([0.3, 0.4, 0.8, 0.9, 0.85])
    sea = direction(*(found[each] for each in ("variance_density", "frequency", "alpha1", "r1")))
    assert 300 < sea.mean[0] < 310
    assert 20 < sea.spread[0] < 40


def test_files_of_the_last_days_run_backwards(tmp_path) -> None:
    density = written(tmp_path, LAST_DAYS, "46042.data_spec")
    found = read_spectra(density, r1=written(tmp_path, LAST_R1, "46042.swr1"))
    assert found["time"].values[0] == np.datetime64("2024-05-02T00:40")
    assert found["frequency"].values.tolist() == [0.033, 0.038, 0.043]
    assert found["variance_density"].values.tolist() == [[0, 0.29, 7.9], [0, 0.31, 8.9]]
    assert found["r1"].values[0].tolist() == [0.4, 0.81, 0.91]


def test_a_file_as_it_is_downloaded_is_unpacked(tmp_path) -> None:
    path = tmp_path / "46042w1996.txt.gz"
    path.write_bytes(gzip.compress(OLD.encode()))
    assert is_spectra(path)
    assert read_spectra(path).identical(
        read_spectra(written(tmp_path, OLD)).assign_attrs(source=path.name)
    )
    path.write_bytes(gzip.compress(OLD.encode())[:60])
    refused("FILE_CORRUPT", path)


def test_what_is_not_a_spectrum_is_refused(tmp_path) -> None:
    weather = "YY MM DD hh WD   WSPD GST  WVHT\n96 01 01 00 210 07.7 09.3 02.42\n"
    assert not is_spectra(written(tmp_path, weather))
    refused("NOT_A_TABLE", written(tmp_path, weather))
    refused("NOT_A_TABLE", written(tmp_path, "time,hs\n2020-01-01,2\n"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (OLD.replace(" 14.02", ""), "CSV_RAGGED"),
        (OLD.replace("96 01 01 01", "96 13 01 01"), "TIME_INVALID"),
        (OLD.replace("96 01 01 01", "96 01 01 00"), "TIME_DUPLICATE"),
        (OLD.replace("96 01 01 01", "96 01 01 05"), "TIME_NOT_MONOTONIC"),
        (OLD.replace("14.02", "a.bcd"), "FILE_CORRUPT"),
        (OLD.replace(".040", ".020"), "FILE_CORRUPT"),
        (OLD.splitlines()[0], "LAYER_EMPTY"),
        ("\n".join(OLD.splitlines()[::3]), "LAYER_EMPTY"),
    ],
)
def test_damaged_files_are_refused(tmp_path, text, code) -> None:
    refused(code, written(tmp_path, text))


def test_directions_of_another_year_are_refused(tmp_path) -> None:
    other = written(tmp_path, R1.replace("2020", "2021"), "r1.txt")
    error = refused("SERIES_MISMATCH", written(tmp_path, NEW), r1=other)
    assert error.found == "0 common times, frequencies equal"


def test_gaps_and_negative_densities_are_told(tmp_path) -> None:
    with collect() as findings:
        read_spectra(written(tmp_path, OLD.replace("96 01 01 02", "96 01 01 09")))
        read_spectra(written(tmp_path, OLD.replace("    .06", "  -9.00")))
    assert [each.code for each in findings] == ["TIME_IRREGULAR", "RANGE_IMPLAUSIBLE"]


@pytest.mark.skipif(REFERENCE is None, reason="SITING_REFERENCE_DATA names no reference data")
def test_a_year_of_a_buoy() -> None:
    with collect() as findings:
        found = read_spectra(Path(str(REFERENCE)) / "wave" / "46042w1996.txt.gz")
    assert [each.code for each in findings] == ["TIME_GAP"]
    sea = parameters(found["variance_density"], found["frequency"])
    # Off Monterey in 1996: 8,600 spectra, Hs 2.192 m, 26.47 kW/m by the trapezoidal rule.
    assert np.isfinite(sea.height).sum() == 8600
    assert np.nanmean(sea.height) == pytest.approx(2.192, rel=1e-3)
    assert np.nanmean(sea.energy_flux) == pytest.approx(26_474, rel=1e-3)
    by_periods = np.nanmean(sea.height**2 * sea.energy_period) / np.nanmean(sea.height**2)
    assert by_periods == pytest.approx(9.866, rel=1e-3)


def text_of(error: InputError) -> str:
    return str(error).replace(f"{Path(error.where).parent}/", "")


def test_frequencies_that_change_between_rows_are_refused(tmp_path) -> None:
    changed = LAST_DAYS.replace("7.900 (0.043)", "7.900 (0.048)")
    error = refused("FILE_CORRUPT", written(tmp_path, changed))
    assert text_of(error) == (
        "FILE_CORRUPT: the frequencies change from row to row\n"
        "  where:  46042.txt\n"
        "  found:  row 2 has 0.033 to 0.048 Hz, row 1 0.033 to 0.043 Hz\n"
        "  wanted: the same frequencies in all rows\n"
        "  fix:    split the file where they change"
    )


ZEROS = OLD.replace(".030", ".000")
FALLING = OLD.replace(".040", ".030")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time,hs\n", "NOT_A_TABLE: the file is not one of NDBC's spectra\n  where:  46042.txt\n"
         "  found:  a file that begins with 'time,hs\\n'\n"
         "  wanted: a header of YY MM DD hh [mm], then frequencies in Hz\n"
         "  fix:    bring the buoy's spectral wave density as NDBC has it"),
        (OLD.replace(" 14.02", ""), "CSV_RAGGED: a line has more or fewer values than the header\n"
         "  where:  46042.txt:2\n  found:  8 values\n  wanted: 9\n"
         "  fix:    remove the line, or bring the file again"),
        (OLD.replace(" 8.82", " 8.82 1"), "CSV_RAGGED: a line has more or fewer values than the"
         " header\n  where:  46042.txt:3\n  found:  10 values\n  wanted: 9\n"
         "  fix:    remove the line, or bring the file again"),
        (LAST_DAYS.replace("7.900 (0.043)", "7.900"), "CSV_RAGGED: a line has more or fewer values"
         " than the header\n  where:  46042.txt:3\n  found:  11 values\n  wanted: 12\n"
         "  fix:    remove the line, or bring the file again"),
        (OLD.replace("96 01 01 01", "96 13 01 01"), "TIME_INVALID: rows have no time that can be"
         " read\n  where:  46042.txt\n  found:  1 of 3, the first is row 2\n"
         "  wanted: year, month, day, hour\n  fix:    correct or remove these rows"),
        (ZEROS, "FILE_CORRUPT: the frequencies do not rise from above 0\n  where:  46042.txt\n"
         "  found:  [0.0, 0.04, 0.05, 0.06] Hz\n  fix:    bring the file again"),
        (FALLING, "FILE_CORRUPT: the frequencies do not rise from above 0\n  where:  46042.txt\n"
         "  found:  [0.03, 0.03, 0.05, 0.06] Hz\n  fix:    bring the file again"),
        (OLD.splitlines()[0], "LAYER_EMPTY: the file has no values\n  where:  46042.txt"),
        ("\n".join(OLD.splitlines()[::3]), "LAYER_EMPTY: the file has no values\n"
         "  where:  46042.txt"),
    ],
)  # fmt: skip
def test_what_is_refused_is_told_in_full(tmp_path, text, said) -> None:
    assert text_of(refused(said.split(":")[0], written(tmp_path, text))) == said


def test_files_of_different_frequencies_do_not_belong_together(tmp_path) -> None:
    fewer = "\n".join(line[:-8] for line in R1.splitlines())
    other = R1.replace(".0475", ".0500")
    for text in (fewer, other):
        r1 = written(tmp_path, text, "r1.txt")
        density = written(tmp_path, NEW)
        error = refused("SERIES_MISMATCH", density, r1=r1)
        assert str(error) == (
            "SERIES_MISMATCH: two files of spectra do not belong together\n"
            f"  where:  {density} and {r1}\n"
            "  found:  2 common times, frequencies different\n"
            "  wanted: the same buoy, time and frequencies\n"
            "  fix:    bring densities and directions of the same year and buoy"
        )


def test_one_common_time_is_enough(tmp_path) -> None:
    r1 = written(tmp_path, R1.replace("2020 01 01 02", "2020 01 01 05"), "r1.txt")
    with collect():  # of the gap
        found = read_spectra(written(tmp_path, NEW), r1=r1)
    assert np.isfinite(found["r1"].values).any(axis=1).tolist() == [True, False, False]


@pytest.mark.parametrize(("most", "read"), [("1.00", 1.0), ("2.00", 0.02)])
def test_coefficients_above_1_are_hundredths(tmp_path, most, read) -> None:
    low = R1
    for number in ("40.00", "80.00", "90.00", "85.00", "30.00"):
        low = low.replace(number, most.rjust(5))
    found = read_spectra(written(tmp_path, NEW), r1=written(tmp_path, low, "r1.txt"))
    assert np.nanmin(found["r1"]) == np.nanmax(found["r1"]) == pytest.approx(read)
    assert found["r1"].attrs["units"] == "1"


def test_directions_are_never_hundredths(tmp_path) -> None:
    found = read_spectra(written(tmp_path, NEW), alpha1=written(tmp_path, ALPHA1, "d.txt"))
    assert np.nanmax(found["alpha1"]) == 310
    assert (found["alpha1"].attrs["units"], found.attrs["source"]) == ("degree", "46042.txt")
    assert found["frequency"].attrs["units"] == "Hz"
    assert found["time"].dtype == "datetime64[ns]"


def test_three_numbers_in_the_header_are_frequencies_and_two_may_be_anything(tmp_path) -> None:
    few = "\n".join(line[:20] + line[20:].rstrip()[:-14] for line in OLD.splitlines())
    assert read_spectra(written(tmp_path, few)).sizes == {"time": 3, "frequency": 3}
    fewer = "\n".join(line[:-7] for line in few.splitlines())
    assert not is_spectra(written(tmp_path, fewer))
    refused("NOT_A_TABLE", written(tmp_path, fewer))


def test_one_frequency_is_no_spectrum(tmp_path) -> None:
    lone = LAST_DAYS.replace(" 0.310 (0.038) 8.900 (0.043)", "").replace(
        " 0.290 (0.038) 7.900 (0.043)", "")  # fmt: skip
    assert refused("FILE_CORRUPT", written(tmp_path, lone)).found == "[0.033] Hz"


def test_one_row_and_comments_between_rows_are_read(tmp_path) -> None:
    lines = OLD.splitlines()
    assert read_spectra(written(tmp_path, "\n".join(lines[:2]))).sizes["time"] == 1
    noted = [lines[0], "#yr mo dy hr", lines[1], "", lines[2]]
    assert read_spectra(written(tmp_path, "\n".join(noted))).sizes["time"] == 2


def test_years_before_1999_have_two_digits_and_others_four(tmp_path) -> None:
    for year, read in (("70", 1970), ("99", 1999), ("1999", 1999), ("2004", 2004)):
        text = OLD.replace("YY", "Y" * len(year)).replace("96 ", f"{year} ")
        found = read_spectra(written(tmp_path, text))
        assert found["time"].dt.year.values.tolist() == [read] * 3


def test_a_density_of_0_is_one_and_one_below_is_told(tmp_path) -> None:
    with collect() as findings:
        read_spectra(written(tmp_path, NEW))  # holds 0
    assert findings == []
    with collect() as findings:
        read_spectra(written(tmp_path, OLD.replace("    .06", "  -0.01")))
    (found,) = findings
    assert found.code == "RANGE_IMPLAUSIBLE"
    assert found.message == "densities of a spectrum are not negative"
    assert (found.found, found.wanted) == ("-0.01 m2 Hz-1", "0 and more")
    assert found.fix == "check the value for missing data"
    assert found.where == str(tmp_path / "46042.txt")


def test_a_table_that_is_too_large_when_unpacked_is_refused(tmp_path, monkeypatch) -> None:
    path = tmp_path / "46042.txt.gz"
    path.write_bytes(gzip.compress(OLD.encode()))
    for size in (len(OLD), len(OLD) - 1):
        monkeypatch.setattr("siting.io.ndbc_spectra._MAX_BYTES", size)
        if size == len(OLD):
            assert read_spectra(path).sizes["time"] == 3
        else:
            error = refused("TOO_LARGE", path)
            assert text_of(error) == (
                "TOO_LARGE: the table is too large\n  where:  46042.txt.gz\n  wanted: at most 1 GiB"
            )
