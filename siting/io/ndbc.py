"""NDBC's standard meteorological text: hourly values of one buoy in UTC."""

from pathlib import Path

import numpy as np
import pandas as pd

from siting.errors import InputError
from siting.io.formats import reading
from siting.wording import counted

# https://www.ndbc.noaa.gov/faq/measdes.shtml: units and what stands for missing values.
_UNITS = {
    "WVHT": "m", "DPD": "s", "APD": "s", "MWD": "degree", "WSPD": "m s-1", "GST": "m s-1",
    "WDIR": "degree", "WD": "degree", "PRES": "hPa", "BAR": "hPa", "ATMP": "degC", "WTMP": "degC",
}  # fmt: skip
_MISSING = {"WVHT": 99.0, "DPD": 99.0, "APD": 99.0, "WSPD": 99.0, "GST": 99.0, "MWD": 999.0,
            "WDIR": 999.0, "WD": 999.0, "ATMP": 999.0, "WTMP": 999.0, "PRES": 9999.0,
            "BAR": 9999.0}  # fmt: skip


def is_ndbc(path: Path) -> bool:
    """Whether a text begins as NDBC's standard meteorological files do."""
    with path.open("rb") as file:
        words = file.readline(400).decode("latin-1").lstrip("#").split()
    return words[:4] in (["YY", "MM", "DD", "hh"], ["YYYY", "MM", "DD", "hh"]) and "WVHT" in words


def read_ndbc(path: Path) -> pd.DataFrame:
    """Table of times in UTC and all known columns; units in ``attrs``.

    Raises
    ------
    InputError
        CSV_RAGGED where a line has not as many values as the header, FILE_CORRUPT where one is no
        number.
    """
    lines = path.read_text("latin-1").splitlines()
    names = lines[0].lstrip("#").split()
    rows = []
    for number, line in enumerate(lines[1:], 2):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split()
        if len(cells) != len(names):
            raise InputError(
                "CSV_RAGGED",
                "a line has more or fewer values than the header",
                where=f"{path}:{number}",
                found=counted(len(cells), "value"),
                wanted=f"{len(names)}",
                fix="remove the line, or bring the file again",
            )
        with reading(path):  # words that are no numbers
            rows.append([np.nan if cell == "MM" else float(cell) for cell in cells])
    if not rows:
        raise InputError("LAYER_EMPTY", "the file has no values", where=str(path))
    table = pd.DataFrame(rows, columns=names)
    year = table.iloc[:, 0]
    table["year"] = np.where(year < 100, 1900 + year, year)  # two digits until 1998
    for name, column in (("month", "MM"), ("day", "DD"), ("hour", "hh")):
        table[name] = table[column]
    table["minute"] = table["mm"] if "mm" in names else 0
    stamps = pd.to_datetime(table[["year", "month", "day", "hour", "minute"]], errors="coerce")
    found = pd.DataFrame({"time": stamps})
    for name in (each for each in names if each in _UNITS):
        found[name] = table[name].where(table[name] != _MISSING[name])
    found.attrs["units"] = _UNITS
    return found
