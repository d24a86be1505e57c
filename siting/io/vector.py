"""Vector files as features in WGS 84: of one kind of geometry, valid, flat, with text ids."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from siting.errors import InputError
from siting.findings import warn
from siting.io.columns import ids_as_text
from siting.io.crs import check_plausible, known_crs
from siting.io.formats import StrPath, format_of, local_file, reading, wrong_format
from siting.io.ogr import FORMATS, read_ogr

WGS84 = "EPSG:4326"
_KINDS = ("points", "lines", "polygons")


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
        frame = read_ogr(file, kind, layer)
    else:
        raise wrong_format("NOT_A_VECTOR", file, wanted=FORMATS)
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
