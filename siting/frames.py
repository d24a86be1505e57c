"""Columns of features and tables, found by name and brought to the unit that is asked for."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting import units
from siting.errors import InputError, UnitsError
from siting.io.column_ranges import tell_implausible
from siting.io.plausible import SENTINELS
from siting.wording import counted

_UNVERIFIED = {"unverified", "no", "false"}
_PRESENT = {"1", "1.0", "yes", "y", "true", "t", "present", "presence", "positive", "pos"}
_ABSENT = {"0", "0.0", "no", "n", "false", "f", "absent", "absence", "negative", "neg"}
# Columns that tell presences from absences by their usual names.
_LABELS = ("label", "labels", "target", "presence", "present", "positive", "is_positive")
# A unit at the end of a column's name: depth [ft], depth (ft), temp_F.
_IN_NAME = re.compile(r"[\[(]\s*([^\])]+?)\s*[\])]\s*$|_(deg[CFK]|[CFK]|ft|feet|km|mi|cm|mm|m)$")
_SPOKEN = {
    "C": "degC", "°C": "degC", "F": "degF", "°F": "degF", "feet": "ft", "deg": "degree",
    "°": "degree", "%": "percent", "degK": "K",
}  # fmt: skip


def column(frame: pd.DataFrame, name: str, unit: str | None, where: str) -> NDArray[Any]:
    """Values of a column, in a unit.

    Parameters
    ----------
    frame : pandas.DataFrame or geopandas.GeoDataFrame
        Features or a table; ``frame.attrs["columns"]`` has the unit of each column.
    name : str
        Name of the column.
    unit : str or None
        Unit wanted; None for a column that has none, such as names and class numbers.
    where : str
        Who asks, for errors.

    Returns
    -------
    numpy.ndarray of shape (rows,)
        The values [`unit`], float64 where a unit is asked for.

    Raises
    ------
    InputError
        COLUMN_MISSING where there is no such column, COLUMN_TEXT where it holds no numbers,
        NODATA_UNDECLARED where one of them stands for a missing value.
    UnitsError
        UNITS_MISSING where the column does not say its unit, UNITS_CONFLICT where its name says
        another one.

    Examples
    --------
    >>> events = pd.DataFrame({"depth": [12_000.0]})
    >>> events.attrs["columns"] = {"depth": "m"}
    >>> column(events, "depth", "km", "events").tolist()
    [12.0]
    """
    if name not in frame.columns:
        raise InputError(
            "COLUMN_MISSING", f"there is no column '{name}'", where=where,
            found=", ".join(map(str, frame.columns)), wanted=name,
            fix=nearest(frame, name) or "rename the column",
        )  # fmt: skip
    if unit is None:
        return np.asarray(frame[name])
    have = unit_of(frame, name)
    if have is None:
        raise UnitsError(
            "UNITS_MISSING", f"the column '{name}' has no units", where=where, wanted=unit,
            fix=f"state them: frame.attrs['columns']['{name}'] = '{unit}'",
        )  # fmt: skip
    check_unit(name, have, where)
    values = numbers(frame, name, where)
    tell_implausible(values, name, have, where)
    return np.asarray(units.convert(values, have, unit))


def numbers(frame: pd.DataFrame, name: str, where: str) -> NDArray[np.float64]:
    """Values of a column of numbers as they stand, NaN where there is none.

    Raises
    ------
    InputError
        COLUMN_TEXT where a cell is no number, NODATA_UNDECLARED where one number stands far apart
        from the others and is one that files use for "no data".

    Examples
    --------
    >>> numbers(pd.DataFrame({"depth": [1, 2]}), "depth", "wells").tolist()
    [1.0, 2.0]
    >>> numbers(pd.DataFrame({"depth": [1200, -999]}), "depth", "wells")
    Traceback (most recent call last):
    siting.errors.InputError: NODATA_UNDECLARED: a number in 'depth' looks like missing data
      where:  wells
      found:  -999 in 1 row
      wanted: values like the others, 1200 to 1200
      fix:    leave the cells empty where there is no value
    """
    values = frame[name]
    if not pd.api.types.is_numeric_dtype(values):
        read = pd.to_numeric(values.replace("", np.nan), errors="coerce")
        bad = np.flatnonzero(read.isna() & values.notna() & (values.astype(str).str.strip() != ""))
        shown = f"{values.iloc[bad[0]]!r} in row {bad[0] + 1}" if bad.size else str(values.dtype)
        raise InputError(
            "COLUMN_TEXT", f"the column '{name}' does not hold numbers", where=where,
            found=shown, wanted="numbers with a decimal point, or nothing",
            fix="write these cells as numbers, and units and remarks in columns of their own",
        )  # fmt: skip
    found = values.to_numpy(dtype=float, na_value=np.nan)
    _check_sentinels(found, name, where)
    return found


def _check_sentinels(values: NDArray[np.float64], name: str, where: str) -> None:
    finite = values[np.isfinite(values)]
    strange = np.isin(finite, SENTINELS)
    usual = finite[~strange]
    if not strange.any() or not usual.size:
        return
    low, high = float(usual.min()), float(usual.max())
    margin = max(0.5 * (high - low), 0.5 * max(abs(low), abs(high)))
    apart = strange & ((finite < low - margin) | (finite > high + margin))
    # One large value makes the margin wide; among values none of which is negative, these are apart
    # all the same: -999 and beyond, or -99 more than once.
    if low >= 0:
        apart |= strange & ((finite <= -999) | ((finite < 0) & ((finite < 0).sum() > 1)))
    if apart.any():
        number, count = float(finite[apart][0]), int(apart.sum())
        raise InputError(
            "NODATA_UNDECLARED", f"a number in '{name}' looks like missing data", where=where,
            found=f"{number:g} in {counted(count, 'row')}",
            wanted=f"values like the others, {low:g} to {high:g}",
            fix="leave the cells empty where there is no value",
        )  # fmt: skip


def nearest(frame: pd.DataFrame, name: str) -> str:
    """Advice where a column has nearly the name; shapefiles cut names to ten letters."""
    names = [str(each) for each in frame.columns]
    cut = [each for each in names if len(each) == 10 and name.lower().startswith(each.lower())]
    near = cut or get_close_matches(name, names, 1, 0.6)
    return f"did you mean '{near[0]}'?" if near else ""


def check_unit(name: str, unit: str, where: str) -> None:
    """Refuse a unit that is not the one in the column's name."""
    found = _IN_NAME.search(name)
    if found is None:
        return
    own = _SPOKEN.get(found[1] or found[2], found[1] or found[2])
    with suppress(UnitsError):  # other words in brackets
        units.factor_offset(own, own)
        if not units.compatible(own, unit) or units.factor_offset(own, unit) != (1.0, 0.0):
            raise InputError(
                "UNITS_CONFLICT", f"the name of the column '{name}' says another unit than "
                "the pipeline file", where=where, found=own, wanted=unit,
                fix=f"state the right one: columns: {{{name}: ...}}, or rename the column",
            )  # fmt: skip


def presence(frame: pd.DataFrame, name: str, where: str) -> NDArray[np.float64]:
    """1 for presence, 0 for absence and NaN for not known, from a column that says so.

    Raises
    ------
    InputError
        VALUE_INVALID where a cell is none of yes and no, true and false, 1 and 0, present and
        absent, positive and negative.

    Examples
    --------
    >>> presence(pd.DataFrame({"hit": ["yes", "No ", None]}), "hit", "wells").tolist()
    [1.0, 0.0, nan]
    """
    text = frame[name].map(lambda cell: "" if pd.isna(cell) else str(cell).strip().casefold())
    missing = text.isin({"", "na", "n/a", "nan", "null", "none", "unknown", "-", "?"})
    told = text.isin(_PRESENT | _ABSENT)
    if (bad := np.flatnonzero(~missing & ~told)).size:
        raise InputError(
            "VALUE_INVALID",
            f"'{name}' holds more than presence and absence",
            where=where,
            found=", ".join(f"{cell!r}" for cell in frame[name].iloc[bad].unique()[:5].tolist())
            + f", first in row {bad[0] + 1}",
            wanted="1 and 0, yes and no, true and false, or nothing where it is not known",
            fix="write 1 for presence and 0 for absence; use learned.regressor for quantities",
        )
    return np.where(missing, np.nan, text.isin(_PRESENT).astype(float))


def label_column(frame: pd.DataFrame) -> str | None:
    """A column that by its name and values tells presences from absences.

    Examples
    --------
    >>> label_column(pd.DataFrame({"Label": [1, 0]})), label_column(pd.DataFrame({"label": [1]}))
    ('Label', None)
    """
    for name in frame.columns:
        if str(name).strip().lower() not in _LABELS:
            continue
        with suppress(InputError):
            values = presence(frame, name, "")
            if (values == 0).any() and (values == 1).any():
                return str(name)
    return None


def is_among(
    frame: pd.DataFrame, name: str, values: Sequence[str], where: str
) -> NDArray[np.bool_]:
    """Rows whose column has one of the values.

    Parameters
    ----------
    frame : pandas.DataFrame or geopandas.GeoDataFrame
        Features or a table.
    name : str
        Name of the column.
    values : sequence of str
        Values, spelled as in the data.
    where : str
        Who asks, for errors.

    Returns
    -------
    numpy.ndarray of bool, shape (rows,)
        False where the row has no value.

    Raises
    ------
    InputError
        COLUMN_MISSING, or VALUE_UNKNOWN for a value that no row has: a misspelt one would
        otherwise leave rows out without a word.

    Examples
    --------
    >>> volcanoes = pd.DataFrame({"rock": ["Rhyolite", "Basalt", None]})
    >>> is_among(volcanoes, "rock", ["Rhyolite"], "volcanoes").tolist()
    [True, False, False]
    """
    known = set(pd.Series(column(frame, name, None, where)).dropna().tolist())
    if strange := [value for value in values if value not in known]:
        raise InputError(
            "VALUE_UNKNOWN", f"no row has this in its column '{name}'", where=where,
            found=", ".join(map(repr, strange)),
            wanted=", ".join(sorted(map(str, known))[:30]),
        )  # fmt: skip
    return frame[name].isin(list(values)).to_numpy(dtype=bool)


def unverified(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows say in a column ``verified`` that they are not; none without such a column.

    Examples
    --------
    >>> unverified(pd.DataFrame({"verified": ["yes", "unverified", "No"]})).tolist()
    [False, True, True]
    """
    if "verified" not in frame:
        return np.zeros(len(frame), dtype=bool)
    text = frame["verified"].astype(str).str.strip().str.casefold()
    return text.isin(_UNVERIFIED).to_numpy(dtype=bool)


def unit_of(frame: pd.DataFrame, name: str) -> str | None:
    """Unit of a column, written alone or beside the column's description; None without one.

    Examples
    --------
    >>> events = pd.DataFrame({"depth": [12_000.0]})
    >>> events.attrs["columns"] = {"depth": {"units": "m"}}
    >>> unit_of(events, "depth")
    'm'
    """
    entry = frame.attrs.get("columns", {}).get(name)
    found = entry.get("units") if isinstance(entry, Mapping) else entry
    return None if found is None else str(found)
