"""Series of one site in UTC, by the names of quantities: CSV, NetCDF and NDBC's text."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from siting import units
from siting.errors import InputError, UnitsError
from siting.findings import warn
from siting.geodesy import geodesic_distance
from siting.io.formats import Format, StrPath, format_of, local_file
from siting.io.ndbc import is_ndbc, read_ndbc
from siting.io.quantities import known_name, quantities
from siting.io.series_hindcast import is_list_of_sites, read_nearest
from siting.io.series_netcdf import read_columns
from siting.io.source import plain_unit
from siting.io.table import read_table
from siting.io.time_axis import CIVIL_YEAR, TimeAxis, zone_offset
from siting.io.time_checks import check_order, check_steps

WITHIN = 20_000.0  # of the site asked for, where a file names its own place [m]
_TIMES = ("time_utc", "time", "timestamp", "datetime", "date_time", "valid_time")
_PARTS = ("year", "month", "day", "hour", "minute")
_HEADER_UNIT = re.compile(r"^(.*?)\s*[\[(]([^\])]+)[\])]\s*$")


def read_series(
    path: StrPath,
    columns: dict[str, str],
    *,
    site: str,
    longitude: float,
    latitude: float,
    unit: dict[str, str] | None = None,
    time_zone: str | None = None,
    within: float = WITHIN,
) -> xr.Dataset:
    """Series of one site, (site, time), a variable for each quantity in its unit.

    Parameters
    ----------
    path : path-like
        CSV with a column of times (or year, month, day, hour), NetCDF, NDBC's standard
        meteorological text, or HDF5 of WPTO or the NSRDB, whose nearest site is taken.
    columns : dict
        Column or variable of the file by the name of the quantity, as in
        ``{"significant_wave_height": "WVHT"}``.
    site : str
        Name of the site.
    longitude, latitude : float
        Of the site [degree].
    unit : dict, optional
        Unit of each quantity, where the file names none.
    time_zone : str, optional
        ``UTC`` or an offset such as ``-08:00``, where the file's times name none.
    within : float, optional
        Greatest distance of the file's own place from the site [m].

    Raises
    ------
    InputError
        COLUMN_MISSING, PERIOD_UNTYPED, UNITS_MISSING, UNITS_CONFLICT, TIME_INVALID,
        TIME_ZONE_MISSING, TIME_DUPLICATE, TIME_NOT_MONOTONIC, SITE_MISMATCH, LAYER_EMPTY.
    """
    file = local_file(path)
    for quantity in columns:
        _check_typed(known_name(quantity), file)
    kind = format_of(file)
    if is_list_of_sites(file, kind):
        table = read_nearest(file, columns, longitude, latitude, within)
    else:
        table = _table(file, kind, list(columns.values()))
    seconds = _seconds(table, time_zone, file)
    _check_place(table, longitude, latitude, within, file)
    values = {
        quantity: _column(table, name, quantity, (unit or {}).get(quantity), file)
        for quantity, name in columns.items()
    }
    check_order(seconds, str(file))
    check_steps(TimeAxis(str(file), seconds, CIVIL_YEAR), together=True)
    _check_held(values, file)
    return _dataset(seconds, values, site, longitude, latitude, file)


def _check_typed(quantity: str, file: Path) -> None:
    """Refuse a period of which nobody says which one it is."""
    if quantity not in quantities():
        raise InputError(
            "PERIOD_UNTYPED",
            "nobody says which period of the waves this is: they differ by 10 to 40 %",
            where=str(file),
            found=quantity,
            wanted=", ".join(each for each in quantities() if each.startswith("wave_mean_period"))
            + ", wave_energy_period or wave_peak_period",
            fix="look it up in the documentation of the data, and name the quantity",
        )


def _table(file: Path, kind: Format, names: list[str]) -> pd.DataFrame:
    if kind in {"netcdf3", "hdf5"}:
        return read_columns(file, kind, names)
    if kind == "text" and is_ndbc(file):
        return read_ndbc(file)
    return read_table(file)


def _dataset(
    seconds: NDArray[np.float64],
    values: dict[str, NDArray[np.float64]],
    site: str,
    longitude: float,
    latitude: float,
    file: Path,
) -> xr.Dataset:
    stamps = np.round(seconds * 1e3).astype("int64").astype("datetime64[ms]")
    return xr.Dataset(
        {
            name: (("site", "time"), each[None], {"units": quantities()[name].units})
            for name, each in values.items()
        },
        coords={
            "site": [site],
            "time": stamps.astype("datetime64[ns]"),
            "longitude": ("site", [longitude], {"units": "degrees_east"}),
            "latitude": ("site", [latitude], {"units": "degrees_north"}),
        },
        attrs={"source": file.name},
    )


def _seconds(table: pd.DataFrame, zone: str | None, file: Path) -> NDArray[np.float64]:
    """Seconds since 1970-01-01 UTC of each row."""
    low = {str(name).strip().lower(): name for name in table.columns}
    found = next((low[name] for name in _TIMES if name in low), None)
    if found is None and all(name in low for name in _PARTS[:4]):
        parts = {name: table[low[name]] for name in _PARTS if name in low}
        stamps = pd.to_datetime(pd.DataFrame(parts), errors="coerce")
        return _shifted(stamps.to_numpy("datetime64[s]"), zone, file)
    if found is None:
        raise InputError(
            "COLUMN_MISSING",
            "there is no column of times",
            where=str(file),
            found=", ".join(map(str, table.columns)),
            wanted=f"one of {', '.join(_TIMES)}; or {', '.join(_PARTS[:4])}",
            fix="rename the column",
        )
    if np.issubdtype(table[found].to_numpy().dtype, np.datetime64):
        return _shifted(table[found].to_numpy("datetime64[s]"), "UTC", file)
    texts = table[found].astype(str).str.strip()
    zones = texts.str.extract(r"(Z|UTC|GMT|[-+]\d{2}:?\d{2})$")[0].fillna("")
    stamps = pd.to_datetime(
        pd.Series([text.removesuffix(z).strip() for text, z in zip(texts, zones, strict=True)]),
        format="ISO8601", errors="coerce",
    )  # fmt: skip
    if (zones == "").all():
        return _shifted(stamps.to_numpy("datetime64[s]"), _zone_of(found, zone), file)
    if (zones == "").any():
        raise _no_zone(file, "some times name their zone, others do not")
    shifts = np.array([zone_offset(each) for each in zones])
    _note_zone(shifts, file)
    seconds = _shifted(stamps.to_numpy("datetime64[s]"), "UTC", file)
    utc: NDArray[np.float64] = seconds - shifts
    return utc


def _zone_of(column: str, zone: str | None) -> str | None:
    return "UTC" if zone is None and str(column).lower().endswith("utc") else zone


def _shifted(stamps: NDArray[np.datetime64], zone: str | None, file: Path) -> NDArray[np.float64]:
    bad = np.isnat(stamps)
    if bad.any():
        raise InputError(
            "TIME_INVALID",
            "rows have no time that can be read",
            where=str(file),
            found=f"{int(bad.sum())} of {bad.size}, the first is row"
            f" {int(np.flatnonzero(bad)[0]) + 1}",
            wanted="times as 2020-01-31T12:00Z",
            fix="correct or remove these rows",
        )
    if zone is None:
        raise _no_zone(file, "the times name no time zone")
    shift = zone_offset(zone)
    _note_zone(np.array([shift]), file)
    seconds: NDArray[np.float64] = stamps.astype(float) - shift
    return seconds


def _no_zone(file: Path, found: str) -> InputError:
    return InputError(
        "TIME_ZONE_MISSING",
        "nobody says which clock the times were read from",
        where=str(file),
        found=found,
        wanted="times with Z or an offset",
        fix="name it: time_zone='UTC', or an offset such as '-08:00'",
    )


def _note_zone(shifts: NDArray[np.float64], file: Path) -> None:
    if shifts.any():
        warn(
            "TIME_ZONE_CONVERTED",
            "local times are brought to UTC",
            where=str(file),
            found=f"{shifts.min() / 3600:g} to {shifts.max() / 3600:g} hours ahead of UTC",
            severity="note",
        )


def _column(
    table: pd.DataFrame, name: str, quantity: str, said: str | None, file: Path
) -> NDArray[np.float64]:
    """Values of a quantity in its unit."""
    headers = {str(each): _HEADER_UNIT.match(str(each)) for each in table.columns}
    bare = {match[1] if match else each: each for each, match in headers.items()}
    header = name if name in headers else bare.get(name)
    if header is None:
        raise InputError(
            "COLUMN_MISSING",
            f"there is no column '{name}'",
            where=str(file),
            found=", ".join(headers),
        )
    match = headers[header]
    written = table.attrs.get("units", {}).get(header) or (match[2] if match else "")
    have = said or plain_unit(written, quantities()[quantity].units)
    if not have:
        raise UnitsError(
            "UNITS_MISSING",
            "neither the file nor the caller names the unit of a column",
            where=f"{file}: {name}",
            wanted=quantities()[quantity].units,
            fix=f"add the unit: unit={{'{quantity}': '{quantities()[quantity].units}'}}",
        )
    values = pd.to_numeric(table[header], errors="coerce").to_numpy(float)
    values = np.where(np.isfinite(values), values, np.nan)
    if not np.isfinite(values).any():
        raise InputError("LAYER_EMPTY", "a column holds no numbers", where=f"{file}: {name}")
    found: NDArray[np.float64] = units.convert(values, have, quantities()[quantity].units)
    _check_values(found, quantity, f"{file}: {name}")
    return found


def _check_values(values: NDArray[np.float64], quantity: str, where: str) -> None:
    """Report values that the quantity does not have."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    known = quantities()[quantity]
    middle = float(np.nanmedian(values))
    if low < known.range[0] or high > known.range[1] or not (
        known.typical[0] <= middle <= known.typical[1]
    ):  # fmt: skip
        warn(
            "RANGE_IMPLAUSIBLE",
            "values are not plausible for what they measure",
            where=where,
            found=f"{low:.6g} to {high:.6g} {known.units}, median {middle:.6g}",
            wanted=f"{known.range[0]:g} to {known.range[1]:g} {known.units}",
            fix="check the units, and the value for missing data",
        )


def _check_place(
    table: pd.DataFrame, longitude: float, latitude: float, within: float, file: Path
) -> None:
    """Refuse the series of another place than the site asked for."""
    own = table.attrs.get("place")
    low = {str(name).lower(): name for name in table.columns}
    if own is None and {"longitude", "latitude"} <= set(low):
        own = tuple(float(table[low[each]].iloc[0]) for each in ("longitude", "latitude"))
    if own is None:
        return
    away = float(geodesic_distance(own[0], own[1], longitude, latitude))
    if not away <= within:
        raise InputError(
            "SITE_MISMATCH",
            "the file is of another place than the site",
            where=str(file),
            found=f"{own[0]:g} E {own[1]:g} N, {away / 1000:.1f} km away",
            wanted=f"at most {within / 1000:g} km from {longitude:g} E {latitude:g} N",
            fix="read the site's own file, or allow more with `within`",
        )


def _check_held(values: dict[str, NDArray[Any]], file: Path) -> None:
    """Report steps that repeat the one before: three-hourly values filled up to hours."""
    stacked = np.column_stack(list(values.values()))
    same = (stacked[1:] == stacked[:-1]).all(axis=1)
    if len(stacked) > 24 and same.mean() > 0.5:
        warn(
            "DATA_REPEATED",
            "more than half of the steps repeat the step before",
            where=str(file),
            found=f"{int(same.sum())} of {len(stacked)} steps",
            fix="read the series in its own steps; copies are no measurements",
        )


def check_distinct(series: list[xr.Dataset]) -> None:
    """Refuse sites that have the same series: one was copied to the other.

    Raises
    ------
    InputError
        SERIES_DUPLICATE.
    """
    seen: dict[bytes, str] = {}
    for each in series:
        content = b"".join(each[name].values.tobytes() for name in sorted(map(str, each)))
        name = str(each["site"].values[0])
        if (other := seen.setdefault(content, name)) != name:
            raise InputError(
                "SERIES_DUPLICATE",
                "two sites have the same series",
                where=str(each.attrs.get("source", "")),
                found=f"{other} and {name}",
                fix="bring each site its own series",
            )


def check_climate(series: xr.Dataset, quantity: str, gridded: float) -> None:
    """Report a series whose mean is far from that of a grid at its place.

    Parameters
    ----------
    series : xarray.Dataset
        As `read_series` gives it.
    quantity : str
        The quantity to compare.
    gridded : float
        Mean of the grid at the site, in the quantity's unit.
    """
    mean = float(series[quantity].mean())
    if not 0.5 * gridded <= mean <= 2 * gridded:
        warn(
            "SITE_CLIMATE",
            "the series is not like the grid at its place: is it another site's?",
            where=str(series.attrs.get("source", "")),
            found=f"mean {quantity} {mean:.3g} {quantities()[quantity].units}",
            wanted=f"about {gridded:.3g}",
            fix="check the site's coordinates and the file",
        )
