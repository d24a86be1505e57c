"""NDBC's standard meteorological text: units, what stands for missing values, and times."""

from pathlib import Path

import numpy as np
import pytest

from siting.errors import InputError
from siting.findings import collect
from siting.io.ndbc import is_ndbc, read_ndbc
from siting.io.series import read_series

# Units as https://www.ndbc.noaa.gov/faq/measdes.shtml states them; missing as its files have it.
COLUMNS = {
    "WDIR": ("degree", "999"), "WD": ("degree", "999"), "WSPD": ("m s-1", "99.0"),
    "GST": ("m s-1", "99.0"), "WVHT": ("m", "99.00"), "DPD": ("s", "99.00"),
    "APD": ("s", "99.00"), "MWD": ("degree", "999"), "PRES": ("hPa", "9999.0"),
    "BAR": ("hPa", "9999.0"), "ATMP": ("degC", "999.0"), "WTMP": ("degC", "999.0"),
}  # fmt: skip


def written(folder: Path, name: str, *values: str, head: str = "#YY MM DD hh mm") -> Path:
    """A file of one column beside that of heights, hour by hour."""
    parts = "10 30" if "mm" in head else "10"
    names = f"{head} WVHT {name}" if name != "WVHT" else f"{head} WVHT"
    rows = [
        f"2020 03 0{day} {parts} {'1.0 ' if name != 'WVHT' else ''}{value}"
        for day, value in enumerate(values, 1)
    ]
    path = folder / "46042.txt"
    path.write_text("\n".join([names, *rows]))
    return path


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_have_their_units_and_missing_values(tmp_path: Path, name: str) -> None:
    unit, missing = COLUMNS[name]
    near = str(float(missing) - 1)
    found = read_ndbc(written(tmp_path, name, "5.0", missing, "MM", near))
    assert found.attrs["units"][name] == unit
    assert np.array_equal(found[name], [5.0, np.nan, np.nan, float(near)], equal_nan=True)


def test_times_are_with_and_without_minutes(tmp_path: Path) -> None:
    for head, minute in (("#YY MM DD hh mm", "30"), ("YYYY MM DD hh", "00")):
        path = written(tmp_path, "WVHT", "1.0", "2.0", head=head)
        assert is_ndbc(path)
        assert read_ndbc(path)["time"].tolist() == [
            np.datetime64(f"2020-03-0{day}T10:{minute}") for day in (1, 2)
        ]


def test_years_of_two_digits_are_of_the_last_century(tmp_path: Path) -> None:
    path = written(tmp_path, "WVHT", "1.0", head="YY MM DD hh")
    for year, read in (("96", 1996), ("99", 1999), ("2004", 2004)):
        path.write_text(path.read_text().split("\n")[0] + f"\n{year} 01 01 00 1.0")
        assert read_ndbc(path)["time"][0].year == read


def test_other_tables_are_not_taken_for_it(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for text in ("YY MM DD hh .030 .040", "MM DD YY hh WVHT", "time WVHT"):
        path.write_text(text)
        assert not is_ndbc(path)


def test_a_time_that_is_missing_is_refused_with_its_row(tmp_path: Path) -> None:
    path = written(tmp_path, "DPD", "5.0", "6.0")
    path.write_text(path.read_text().replace("2020 03 02", "2020 MM 02"))
    with pytest.raises(InputError, match="TIME_INVALID") as caught, collect():
        read_series(
            path, {"significant_wave_height": "WVHT"}, site="a", longitude=0.0, latitude=0.0
        )
    assert caught.value.found == "1 of 2, the first is row 2"


def test_a_word_among_the_numbers_is_damage(tmp_path: Path) -> None:
    path = written(tmp_path, "DPD", "5.0", "wet")
    with pytest.raises(InputError, match="FILE_CORRUPT"), collect():
        read_series(
            path, {"significant_wave_height": "WVHT"}, site="a", longitude=0.0, latitude=0.0
        )
