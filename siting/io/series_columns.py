"""Which columns of a file of series are known quantities, by their names and units."""

import re
from pathlib import Path

from siting import units
from siting.errors import InputError, UnitsError
from siting.io.formats import StrPath, format_of, local_file
from siting.io.ndbc import is_ndbc, read_ndbc
from siting.io.quantities import quantities
from siting.io.series_netcdf import read_attributes
from siting.io.table import read_table

# What weather and the sea are told by; other quantities share short names with these.
QUANTITIES = (
    "significant_wave_height", "wave_energy_period", "wave_peak_period", "wave_mean_period_tm01",
    "wave_mean_period_tm02", "wave_from_direction", "wind_speed", "sea_surface_temperature",
    "air_temperature", "solar_irradiance",
)  # fmt: skip
_NDBC = {"WVHT": 0, "DPD": 2, "APD": 4, "MWD": 5, "WSPD": 6, "WTMP": 7, "ATMP": 8}
_HEADER = re.compile(r"^(.*?)\s*(?:[\[(]([^\])]+)[\])])?\s*$")


def known_columns(path: StrPath) -> dict[str, str]:
    """Columns of a file by the quantities that their names say they are.

    Parameters
    ----------
    path : path-like
        CSV, NetCDF or NDBC's standard meteorological text.

    Returns
    -------
    dict
        Column by quantity, as :func:`siting.io.series.read_series` takes them. A column counts by
        its name, or the words before its unit; a unit in its header has to fit.

    Raises
    ------
    InputError
        COLUMN_AMBIGUOUS where two columns are the same quantity.
    """
    file = local_file(path)
    if format_of(file) == "text" and is_ndbc(file):
        columns = read_ndbc(file).columns
        return {QUANTITIES[i]: name for name, i in _NDBC.items() if name in columns}
    found: dict[str, str] = {}
    for name, quantity in _headers(file):
        if quantity and quantity in found:
            raise InputError(
                "COLUMN_AMBIGUOUS",
                "two columns are the same quantity",
                where=str(path),
                found=f"{found[quantity]} and {name}: {quantity}",
                wanted="one column for each quantity",
                fix=f"say which: {quantity}={name}",
            )
        if quantity:
            found[quantity] = name
    return found


def _headers(file: Path) -> list[tuple[str, str]]:
    """Each column's name and the quantity that it is; empty where it is none."""
    kind = format_of(file)
    if kind in {"netcdf3", "hdf5"}:
        attributes = read_attributes(file, kind)
        return [
            (name, _by_standard_name(each["standard_name"]) or _by_words(name, each["units"]))
            for name, each in attributes.items()
        ]
    matches = (_HEADER.match(str(name)) for name in read_table(file).columns)
    return [(match[1], _by_words(match[1], match[2] or "")) for match in matches if match]


def _by_standard_name(name: str) -> str:
    known = quantities()
    return next((each for each in QUANTITIES if name in known[each].standard_names), "")


def _by_words(words: str, unit: str) -> str:
    """The quantity of a name, if it is one and the unit fits."""
    low = words.lower()
    spaced = re.sub(r"[\s_]+", " ", low)
    for name in QUANTITIES:
        each = quantities()[name]
        if low in (name, *each.names) or spaced in each.long_names:
            return name if _fits(unit, each.units) else ""
    return ""


def _fits(unit: str, wanted: str) -> bool:
    try:
        return not unit or units.compatible(unit, wanted)
    except UnitsError:
        return False
