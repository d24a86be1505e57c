"""Tables of text and Parquet, and places in them."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq

from siting.errors import InputError
from siting.findings import warn
from siting.io.columns import check_ids, ids_as_text, typed
from siting.io.delimited import Rows, rows_of, text_of
from siting.io.formats import StrPath, format_of, local_file, reading, wrong_format
from siting.io.model_archive import refuse_pickle
from siting.io.parquet import read_parquet
from siting.io.places import WGS84, places_of
from siting.io.vector import read_features

MAX_BYTES = 1 << 30
_VECTORS = frozenset({"geopackage", "shapefile", "geojson", "flatgeobuf"})


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
    crs: str | None = None,
    layer: str | None = None,
    name: str = "",
) -> gpd.GeoDataFrame:
    """Points from a table with a column of longitudes and one of latitudes.

    Parameters
    ----------
    path : path-like
        CSV or Parquet; a vector file of points is read as such.
    longitude, latitude : str, optional
        Names of the columns, where they are not called by a usual name.
    crs : str, optional
        CRS of the coordinates, where they are no longitudes and latitudes in WGS 84 [degree].
    layer : str, optional
        Layer of a vector file with several.
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
        return read_features(file, crs=crs, layer=layer, name=name)
    frame, lines = _read(file)
    geometry, (x_name, y_name) = places_of(frame, (longitude, latitude), crs, lines, file)
    check_ids(frame, str(file), lines)
    if crs is None:
        frame[x_name], frame[y_name] = geometry.x, geometry.y
    points = gpd.GeoDataFrame(frame, geometry=geometry.to_numpy(), crs=WGS84)
    points.attrs = {"name": name or file.stem, "source": file.name}
    return points


def _is_geoparquet(path: Path) -> bool:
    if format_of(path) != "parquet":
        return False
    with reading(path):
        return b"geo" in (pq.read_schema(path).metadata or {})


def _read(path: Path) -> tuple[pd.DataFrame, list[int]]:
    """Table of a file, and the line (or row) of each row."""
    refuse_pickle(path)
    kind = format_of(path)
    if path.stat().st_size > MAX_BYTES:
        raise InputError(
            "TOO_LARGE", "the table is too large", where=str(path), wanted="at most 1 GiB"
        )
    if kind == "parquet":
        with reading(path):
            frame = read_parquet(path).to_pandas(use_threads=False)
        frame, lines = ids_as_text(frame), list(range(1, len(frame) + 1))
    elif kind in {"text", "geojson"}:  # a table may begin with a bracket too
        rows = rows_of(text_of(path), path)
        frame, lines = pd.DataFrame(_columns(rows, path)), rows.lines
    else:
        raise wrong_format("NOT_A_TABLE", path, wanted="CSV or Parquet")
    if frame.empty:
        raise InputError("LAYER_EMPTY", "the table has no rows", where=str(path))
    return frame, lines


def _columns(rows: Rows, path: Path) -> dict[str, pd.Series]:
    """Columns as they were meant; numbers that can be read two ways stay text."""
    if rows.unclear:
        warn(
            "NUMBER_AMBIGUOUS",
            "numbers that may be a thousand times as large are left as text",
            where=str(path),
            found=", ".join(
                f"{name}: {next(filter(str.strip, cells))}"
                for name, cells in zip(rows.names, rows.columns, strict=True)
                if name in rows.unclear
            ),
            fix="write numbers without signs between thousands, and with a decimal point",
            severity="note",
        )
    return {
        name: pd.Series([cell.strip() for cell in cells], name=name, dtype=object)
        if name in rows.unclear
        else typed(cells, name)
        for name, cells in zip(rows.names, rows.columns, strict=True)
    }
