"""Text, JSON and CSV."""

import csv as _csv
import json as _json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

# What makes a spreadsheet take a cell for a formula; the wide forms do in East Asian locales.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def text(path: Path, content: str) -> None:
    """Write text as UTF-8, with its line ends as they are."""
    path.write_bytes(content.encode("utf-8"))


def json(path: Path, value: Any) -> None:
    """Write a value as JSON: in its own order, indented, NaN as null.

    Raises
    ------
    TypeError
        Where the value has no form in JSON.
    """
    text(path, _json.dumps(plain(value), indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def plain(value: Any) -> Any:
    """A value as JSON has it: numpy's numbers as Python's, what is not finite as None.

    Examples
    --------
    >>> plain({"a": np.float64("nan"), "b": (np.int64(1), pd.Timestamp("2024-01-01"))})
    {'a': None, 'b': [1, '2024-01-01T00:00:00']}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, pd.Timestamp | np.datetime64):
        return pd.Timestamp(value).isoformat()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str | bool | int):
        return value
    raise TypeError(f"{type(value).__name__} has no form in JSON: {value!r:.80}")


def csv(path: Path, frame: pd.DataFrame, *, raw: bool = False) -> None:
    """Write a table as CSV (RFC 4180, UTF-8).

    Parameters
    ----------
    path : Path
        The file.
    frame : pandas.DataFrame
        The table; of features all columns but the geometry, which is added as longitude and
        latitude (points) or WKT where these columns are not there.
    raw : bool
        Leave text that a spreadsheet takes for a formula as it is, instead of putting ' before.

    Notes
    -----
    Numbers are written with as many digits as bring the same number back, missing values as
    empty cells.
    """
    table = _without_geometry(frame)
    cells = [_column(table.iloc[:, i], raw) for i in range(table.shape[1])]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = _csv.writer(file, lineterminator="\r\n")
        writer.writerow([_cell(str(name), raw) for name in table.columns])
        writer.writerows(zip(*cells, strict=True))


def _column(values: pd.Series, raw: bool) -> list[str]:
    if values.dtype == np.float32:  # the shortest text that brings the float32 back
        return ["" if math.isnan(each) else str(each) for each in values.to_numpy()]
    return [_cell(plain(each), raw) for each in values.tolist()]


def _cell(value: Any, raw: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, int):
        return str(value)
    cell = value if isinstance(value, str) else _json.dumps(value, ensure_ascii=False)
    return cell if raw or not cell.startswith(_FORMULA) else "'" + cell


def _without_geometry(frame: pd.DataFrame) -> pd.DataFrame:
    if not isinstance(frame, gpd.GeoDataFrame):
        return frame
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    shapes = frame.geometry
    if not (shapes.geom_type == "Point").all():
        return table.assign(geometry=shapes.to_wkt())
    for name, values in (("longitude", shapes.x), ("latitude", shapes.y)):
        if name not in table.columns:
            table[name] = values
    return table
