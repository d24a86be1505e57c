"""Vector files as features in WGS 84: of one kind of geometry, valid, flat, with text ids."""

import json
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pyogrio
import shapely
from numpy.typing import NDArray

from siting.errors import InputError
from siting.findings import warn
from siting.io.columns import ids_as_text
from siting.io.crs import check_plausible, known_crs
from siting.io.formats import (
    OGR_DRIVERS,
    Format,
    StrPath,
    format_of,
    local_file,
    reading,
    wrong_format,
)

WGS84 = "EPSG:4326"
_FORMATS = "GeoPackage, Shapefile, GeoJSON, FlatGeobuf or GeoParquet"
_GEOJSON = re.compile(rb'"type"\s*:\s*"Feature(Collection)?"')
_KINDS = ("points", "lines", "polygons")


@cache
def harden() -> None:
    """Unload all drivers from pyogrio's GDAL but those that siting uses, for this process.

    The others look for addresses and commands in whatever file they are shown.
    """
    others = sorted(set(pyogrio.list_drivers()) - OGR_DRIVERS)
    pyogrio.set_gdal_config_options({"GDAL_SKIP": ",".join(others), "GDAL_PAM_ENABLED": "NO"})
    pyogrio.core._register_drivers()


def read_features(
    path: StrPath, *, crs: str | None = None, layer: str | None = None, name: str = ""
) -> gpd.GeoDataFrame:
    """Features of a vector file, in WGS 84 longitude and latitude.

    Parameters
    ----------
    path : path-like
        GeoPackage, Shapefile, GeoJSON, FlatGeobuf or GeoParquet.
    crs : str, optional
        CRS of the file, where it names none or a wrong one.
    layer : str, optional
        Layer of a file with several.
    name : str, optional
        Name of the features, kept in ``attrs``.

    Returns
    -------
    geopandas.GeoDataFrame
        Points, lines or polygons in EPSG:4326, without heights, ids as text.

    Raises
    ------
    InputError
        Where the file cannot be read, or reading it would give wrong places without a word.
    """
    file = local_file(path)
    kind = format_of(file)
    if kind == "parquet":
        frame = _read_parquet(file)
    elif kind in {"geopackage", "shapefile", "geojson", "flatgeobuf"}:
        frame = _read_ogr(file, kind, layer)
    else:
        raise wrong_format("NOT_A_VECTOR", file, wanted=_FORMATS)
    system = known_crs(frame.crs, crs, file)
    frame = frame.set_crs(system, allow_override=True)
    _check_geometry(frame, file)
    frame = _in_degrees(_valid(_flat(frame, file), file), file)
    frame = ids_as_text(frame).reset_index(drop=True)
    frame.attrs = {"name": name or file.stem, "source": file.name}
    return frame


def _read_parquet(path: Path) -> gpd.GeoDataFrame:
    with reading(path):
        metadata = pq.read_schema(path).metadata or {}
    if b"geo" not in metadata:
        raise InputError(
            "NOT_SPATIAL",
            "the Parquet file has no geometry: it is a plain table",
            where=str(path),
            wanted="GeoParquet",
            fix="read it as a table, or write it with geometry",
        )
    with reading(path):
        frame = gpd.read_parquet(path, page_checksum_verification=True)
        _check_box(frame, path)
    return frame


def _check_box(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Refuse places outside the box that the file itself states: its bytes have changed."""
    metadata = json.loads(pq.read_schema(path).metadata[b"geo"])
    box = metadata["columns"][metadata["primary_column"]].get("bbox")
    if not box or frame.empty:
        return
    half = len(box) // 2
    stated = np.array([*box[:2], *box[half : half + 2]], dtype=float)
    found = frame.total_bounds
    if np.isfinite(stated).all() and not np.allclose(found, stated, rtol=1e-9, atol=1e-9):
        raise ValueError(f"places in {found.tolist()}, but the file states {stated.tolist()}")


def _read_ogr(path: Path, kind: Format, layer: str | None) -> gpd.GeoDataFrame:
    harden()
    if kind == "geojson" and not _GEOJSON.search(path.read_bytes()):
        raise wrong_format("NOT_A_VECTOR", path, wanted=_FORMATS)
    journal = path.with_name(path.name + "-wal")
    if kind == "geopackage" and journal.exists() and journal.stat().st_size:
        raise InputError(
            "FILE_IN_USE",
            "another program has changes of this file that are not in it yet",
            where=str(path),
            found=journal.name,
            fix="close the file in the other program, such as QGIS",
        )
    if kind == "shapefile":
        _check_length(path)
    with _heard(path):
        layers = [str(row[0]) for row in pyogrio.list_layers(path) if row[1] is not None]
    chosen = _layer(layers, layer, path)
    with _heard(path):
        info = pyogrio.read_info(path, layer=chosen)
    if info["driver"] not in OGR_DRIVERS:
        raise wrong_format("NOT_A_VECTOR", path, wanted=_FORMATS)
    encoding = _shapefile_encoding(path) if kind == "shapefile" else None
    with _heard(path):
        frame: gpd.GeoDataFrame = pyogrio.read_dataframe(path, layer=chosen, encoding=encoding)
    return frame


@contextmanager
def _heard(path: Path) -> Iterator[None]:
    """Findings instead of GDAL's warnings, FILE_CORRUPT instead of its errors."""
    with warnings.catch_warnings(record=True) as heard, reading(path):
        warnings.simplefilter("always")
        yield
    for each in heard:
        warn(
            "READER_WARNING",
            "GDAL has doubts about the file",
            where=str(path),
            found=str(each.message),
            severity="note",
        )


def _check_length(path: Path) -> None:
    """Refuse a shapefile that is not as long as its header says [16-bit words]."""
    with path.open("rb") as file:
        stated = 2 * int.from_bytes(file.read(28)[24:], "big")
    if path.stat().st_size < stated:
        raise InputError(
            "FILE_CORRUPT", "the file is cut short", where=str(path),
            found=f"{path.stat().st_size} bytes", wanted=f"{stated} bytes",
            fix="bring the file again",
        )  # fmt: skip


def _layer(layers: list[str], wanted: str | None, path: Path) -> str:
    if not layers:
        raise InputError("NOT_SPATIAL", "the file has no layer with geometry", where=str(path))
    if wanted is None and len(layers) == 1:
        return layers[0]
    if wanted is not None and wanted in layers:
        return wanted
    raise InputError(
        "LAYER_AMBIGUOUS" if wanted is None else "LAYER_MISSING",
        "the layer to read is not named" if wanted is None else "there is no such layer",
        where=str(path),
        found=wanted or "",
        wanted="one of " + ", ".join(layers),
        fix="add `layer:` to the source",
    )


def _shapefile_encoding(path: Path) -> str | None:
    """Encoding of a shapefile that does not state it; None where it does."""
    beside = {each.suffix.lower(): each for each in path.parent.glob(f"{path.stem}.*")}
    if ".cpg" in beside or ".dbf" not in beside:
        return None
    content = beside[".dbf"].read_bytes()
    if len(content) < 32 or content[29] != 0:
        return None
    try:
        content[32:].decode("utf-8")
    except UnicodeDecodeError:
        warn(
            "ENCODING_GUESSED",
            "the text of the file is taken for Windows-1252",
            where=str(path),
            found="neither a .cpg file nor a code page, and no UTF-8",
            fix="add a .cpg file that names the encoding",
            severity="note",
        )
        return "cp1252"
    return "utf-8"


def _check_geometry(frame: gpd.GeoDataFrame, path: Path) -> None:
    if frame.empty:
        raise InputError("LAYER_EMPTY", "the file has no features", where=str(path))
    shapes = frame.geometry.to_numpy()
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if empty.any():
        raise InputError(
            "GEOMETRY_EMPTY",
            "features without a place",
            where=str(path),
            found=_rows(empty),
            fix="remove these features, or give them a geometry",
        )
    broken = ~np.isfinite(shapely.bounds(shapes)).all(axis=1)
    if broken.any():
        raise InputError(
            "COORD_INVALID", "coordinates that are no numbers", where=str(path), found=_rows(broken)
        )
    kinds = np.unique(shapely.get_dimensions(shapes))
    if (
        len(kinds) > 1
        or (shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION).any()
    ):
        raise InputError(
            "GEOMETRY_MIXED",
            "the file mixes points, lines and polygons",
            where=str(path),
            found=", ".join(_KINDS[kind] for kind in kinds),
            wanted="one kind of geometry",
            fix="split the file by kind of geometry",
        )


def _rows(chosen: NDArray[np.bool_]) -> str:
    """Which features, in words."""
    rows = np.flatnonzero(chosen) + 1
    more = ", ..." if rows.size > 5 else ""
    return f"{rows.size} of {chosen.size}: feature {', '.join(map(str, rows[:5]))}{more}"


def _flat(frame: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy()
    high = shapely.has_z(shapes)
    if not high.any():
        return frame
    warn(
        "Z_DROPPED",
        "heights of coordinates are left out",
        where=str(path),
        found=_rows(high),
        severity="note",
    )
    return frame.set_geometry(gpd.GeoSeries(shapely.force_2d(shapes), frame.index, frame.crs))


def _valid(frame: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy()
    polygons = shapely.get_dimensions(shapes) == 2
    broken = polygons & ~shapely.is_valid(shapes)
    if not broken.any():
        return frame
    repaired: NDArray[Any] = shapes.copy()
    repaired[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    lost = shapely.is_empty(repaired)
    if lost.any():
        raise InputError(
            "GEOMETRY_EMPTY", "polygons without area", where=str(path), found=_rows(lost),
            fix="remove these features, or draw them again",
        )  # fmt: skip
    warn(
        "GEOMETRY_REPAIRED",
        "polygons whose edges cross were repaired",
        where=str(path),
        found=_rows(broken),
        fix="check them on a map, and repair the file",
    )
    return frame.set_geometry(gpd.GeoSeries(repaired, frame.index, frame.crs))


def _in_degrees(frame: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    west, south, east, north = (float(edge) for edge in frame.total_bounds)
    system = frame.crs
    check_plausible(system, (west, south, east, north), cell=1e-6, path=path)
    if system.equals(WGS84, ignore_axis_order=True):
        return frame.set_crs(WGS84, allow_override=True)
    moved = frame.to_crs(WGS84)
    lost = ~np.isfinite(shapely.bounds(moved.geometry.to_numpy())).all(axis=1)
    if lost.any():
        raise InputError(
            "COORD_INVALID",
            "coordinates out of reach of their CRS",
            where=str(path),
            found=_rows(lost),
            fix="name the right CRS with `crs:`",
        )
    return moved
