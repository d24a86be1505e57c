"""Columns of features and tables, found by name and brought to the unit that is asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting import units
from siting.errors import InputError, UnitsError

_UNVERIFIED = {"unverified", "no", "false"}


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
        COLUMN_MISSING where there is no such column, COLUMN_TEXT where it holds no numbers.
    UnitsError
        UNITS_MISSING where the column does not say its unit.

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
            found=", ".join(map(str, frame.columns)), wanted=name, fix="rename the column",
        )  # fmt: skip
    if unit is None:
        return np.asarray(frame[name])
    have = _unit(frame, name)
    if have is None:
        raise UnitsError(
            "UNITS_MISSING", f"the column '{name}' has no units", where=where, wanted=unit,
            fix=f"state them: frame.attrs['columns']['{name}'] = '{unit}'",
        )  # fmt: skip
    if not pd.api.types.is_numeric_dtype(frame[name]):
        raise InputError(
            "COLUMN_TEXT", f"the column '{name}' does not hold numbers", where=where,
            found=str(frame[name].dtype), wanted=f"numbers in {unit}",
        )  # fmt: skip
    values = frame[name].to_numpy(dtype=float, na_value=np.nan)
    return np.asarray(units.convert(values, have, unit))


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


def _unit(frame: pd.DataFrame, name: str) -> str | None:
    """Unit of a column, written alone or beside the column's description."""
    entry = frame.attrs.get("columns", {}).get(name)
    found = entry.get("units") if isinstance(entry, Mapping) else entry
    return None if found is None else str(found)
