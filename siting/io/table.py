"""Tables of text and Parquet, and places in them."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from siting.errors import InputError
from siting.findings import warn
from siting.io.columns import check_ids, ids_as_text, typed
from siting.io.delimited import rows_of, text_of
from siting.io.formats import StrPath, format_of, local_file, reading, wrong_format
from siting.io.vector import read_features

MAX_BYTES = 1 << 30
_VECTORS = frozenset({"geopackage", "shapefile", "geojson", "flatgeobuf"})
_LONGITUDE = (
    "longitude", "lon", "long", "lng", "longitude_deg", "lon_deg", "lon_dd", "long_dd",
    "decimal_longitude", "decimallongitude", "longitude_dd", "x",
)  # fmt: skip
_LATITUDE = (
    "latitude", "lat", "latitude_deg", "lat_deg", "lat_dd", "decimal_latitude",
    "decimallatitude", "latitude_dd", "y",
)  # fmt: skip


def read_table(path: StrPath, *, name: str = "") -> pd.DataFrame:
    """Table from a CSV or Parquet file.

    Parameters
    ----------
    path : path-like
        CSV (comma, semicolon, tab or bar; UTF-8 or Windows-1252) or Parquet.
    name : str, optional
        Name of the table, kept in ``attrs``.

    Returns
    -------
    pandas.DataFrame
        Ids as text, numbers as numbers where every cell of a column is one.

    Raises
    ------
    InputError
        NOT_A_TABLE, FILE_CORRUPT, CSV_RAGGED, COLUMN_DUPLICATE, LAYER_EMPTY, TOO_LARGE.
    """
    file = local_file(path)
    frame = _read(file)[0]
    frame.attrs = {"name": name or file.stem, "source": file.name}
    return frame


def read_points(
    path: StrPath,
    *,
    longitude: str | None = None,
    latitude: str | None = None,
    name: str = "",
) -> gpd.GeoDataFrame:
    """Points from a table with a column of longitudes and one of latitudes.

    Parameters
    ----------
    path : path-like
        CSV or Parquet; a vector file of points is read as such.
    longitude, latitude : str, optional
        Names of the columns [degree, WGS 84], where they are not called by a usual name.
    name : str, optional
        Name of the points, kept in ``attrs``.

    Returns
    -------
    geopandas.GeoDataFrame
        Points in EPSG:4326 with all columns of the table; longitudes from -180 to 180.

    Raises
    ------
    InputError
        COORD_INVALID, LATLON_SWAPPED, ID_DUPLICATE, ID_MISSING, COLUMN_MISSING,
        COLUMN_AMBIGUOUS, and whatever :func:`read_table` raises.
    """
    file = local_file(path)
    if format_of(file) in _VECTORS or _is_geoparquet(file):
        return read_features(file, name=name)
    frame, lines = _read(file)
    x_name = _column(frame, longitude, _LONGITUDE, "longitude", file)
    y_name = _column(frame, latitude, _LATITUDE, "latitude", file)
    x, y = (_degrees(frame[each], each, lines, file) for each in (x_name, y_name))
    _check_places(x, y, (x_name, y_name), lines, file)
    check_ids(frame, str(file), lines)
    x = np.where((x < -180) | (x > 180), (x + 180) % 360 - 180, x)
    frame[x_name], frame[y_name] = x, y
    points = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(x, y), crs="EPSG:4326")
    points.attrs = {"name": name or file.stem, "source": file.name}
    return points


def _is_geoparquet(path: Path) -> bool:
    if format_of(path) != "parquet":
        return False
    with reading(path):
        return b"geo" in (pq.read_schema(path).metadata or {})


def _read(path: Path) -> tuple[pd.DataFrame, list[int]]:
    """Table of a file, and the line (or row) of each row."""
    kind = format_of(path)
    if path.stat().st_size > MAX_BYTES:
        raise InputError(
            "TOO_LARGE", "the table is too large", where=str(path), wanted="at most 1 GiB"
        )
    if kind == "parquet":
        with reading(path):
            frame = pq.read_table(path, page_checksum_verification=True).to_pandas()
        frame, lines = ids_as_text(frame), list(range(1, len(frame) + 1))
    elif kind in {"text", "geojson"}:  # a table may begin with a bracket too
        rows = rows_of(text_of(path), path)
        columns = {n: typed(cells, n) for n, cells in zip(rows.names, rows.columns, strict=True)}
        frame, lines = pd.DataFrame(columns), rows.lines
    else:
        raise wrong_format("NOT_A_TABLE", path, wanted="CSV or Parquet")
    if frame.empty:
        raise InputError("LAYER_EMPTY", "the table has no rows", where=str(path))
    return frame, lines


def _column(
    frame: pd.DataFrame, wanted: str | None, usual: tuple[str, ...], what: str, path: Path
) -> str:
    names = [str(column) for column in frame.columns]
    if wanted is not None:
        found = [name for name in names if name == wanted]
    else:
        found = [name for name in names if name.lower() in usual[:-1]]
        found = found or [name for name in names if name.lower() == usual[-1]]
    if len(found) == 1:
        return found[0]
    raise InputError(
        "COLUMN_AMBIGUOUS" if found else "COLUMN_MISSING",
        f"several columns could be the {what}" if found else f"there is no column of {what}s",
        where=str(path),
        found=", ".join(found or names),
        wanted=wanted or f"a column named {', '.join(usual[:3])} or the like",
        fix=f"name the column: add `{what}: COLUMN` to the source",
    )


def _degrees(values: pd.Series, name: str, lines: list[int], path: Path) -> NDArray[np.float64]:
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float)
    bad = ~np.isfinite(numbers)
    if bad.any():
        rows = np.flatnonzero(bad)
        cells = ", ".join(
            f"{'nothing' if pd.isna(values.iloc[row]) else repr(values.iloc[row])}"
            f" in line {lines[row]}"
            for row in rows[:5]
        )
        raise InputError(
            "COORD_INVALID",
            f"'{name}' is missing or no number in {rows.size} rows",
            where=f"{path}:{lines[rows[0]]}",
            found=cells,
            wanted="decimal degrees, such as -119.25",
            fix="fill in or remove these rows",
        )
    return numbers


def _check_places(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    names: tuple[str, str],
    lines: list[int],
    path: Path,
) -> None:
    off = (np.abs(y) > 90) | (np.abs(x) > 360)
    if off.any():
        swapped = (np.abs(x) <= 90).all() and (np.abs(y) <= 360).all()
        rows = np.flatnonzero(off)
        found = f"{names[0]} {x[rows[0]]:g}, {names[1]} {y[rows[0]]:g}"
        raise InputError(
            "LATLON_SWAPPED" if swapped else "COORD_INVALID",
            "longitudes and latitudes seem to be swapped"
            if swapped
            else f"{rows.size} rows have no place on the globe",
            where=f"{path}:{lines[rows[0]]}",
            found=found,
            wanted="longitude from -180 to 360, latitude from -90 to 90 [degree]",
            fix=f"name the columns the other way round: longitude: {names[1]}"
            if swapped
            else "correct these rows; projected coordinates belong in a vector file with its CRS",
        )
    zero = (x == 0) & (y == 0)
    if zero.any():
        warn(
            "COORD_ZERO",
            "places at 0 E 0 N, in the sea off Africa: most likely missing coordinates",
            where=f"{path}:{lines[int(np.flatnonzero(zero)[0])]}",
            found=f"{int(zero.sum())} rows",
        )
