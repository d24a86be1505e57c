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
from siting.io.columns import check_ids, ids_as_text
from siting.io.crs import check_plausible, known_crs, parsed
from siting.io.dateline import cut_at_dateline
from siting.io.formats import StrPath, format_of, local_file, reading, wrong_format
from siting.io.mirrored import on_window, tell_mirrored
from siting.io.model_archive import refuse_pickle
from siting.io.ogr import FORMATS, read_ogr
from siting.io.parquet import read_parquet

WGS84 = "EPSG:4326"
MAX_COORDINATE = 1e30  # in whatever unit: beyond it a coordinate is damage
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
    refuse_pickle(file)
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
    frame = _flat(_single(frame), file)
    if system.is_geographic:  # before repairs, which know of no dateline
        frame = cut_at_dateline(frame, file)
    frame = _in_degrees(_valid(frame, file), file)
    if system.is_projected:
        frame = cut_at_dateline(frame, file)
    frame = ids_as_text(frame).reset_index(drop=True)
    if (shapely.get_type_id(frame.geometry.to_numpy()) == shapely.GeometryType.POINT).all():
        check_ids(frame, str(file), list(range(1, len(frame) + 1)), "features")
    frame.attrs = {"name": name or file.stem, "source": file.name}
    return frame


def tell_outside(frame: gpd.GeoDataFrame, window: tuple[float, float, float, float]) -> None:
    """A finding for features of which none lies on the grid, or one with a sign lost.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Features in WGS 84.
    window : tuple of float
        West, south, east, north of the grid [degree], as :func:`siting.coverage.window` tells;
        longitudes may run on beyond 180.
    """
    tell_mirrored(frame, window)
    if not on_window(shapely.bounds(frame.geometry.to_numpy()).T, window).any():
        warn(
            "FEATURES_OUTSIDE",
            "no feature of the file lies on the grid",
            where=str(frame.attrs.get("source", "")),
            found=", ".join(f"{each:.6g}" for each in frame.total_bounds),
            wanted=", ".join(f"{each:.6g}" for each in window),
            fix="are longitude and latitude swapped, or the CRS another one?",
        )


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
    read_parquet(path)  # for its checks
    with reading(path):
        for column in json.loads(metadata[b"geo"])["columns"].values():
            if isinstance(label := column.get("crs"), str):
                parsed(label, path)
    with reading(path):
        frame = gpd.read_parquet(
            path, page_checksum_verification=True, use_threads=False, pre_buffer=False
        )
        _check_box(frame, path)
    return _one_geometry(frame, path)


def _one_geometry(frame: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    """The frame without geometries that are not its first one."""
    own = frame.geometry.name
    others = [
        str(name) for name, kind in frame.dtypes.items() if name != own and kind == "geometry"
    ]
    if others:
        warn(
            "GEOMETRY_SECOND", "further geometries of the file are left out", where=str(path),
            found=", ".join(others), wanted=str(own), severity="note",
        )  # fmt: skip
    return frame.drop(columns=others)


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
    broken = ~(np.abs(shapely.bounds(shapes)) < MAX_COORDINATE).all(axis=1)
    if broken.any():
        raise InputError(
            "COORD_INVALID",
            "coordinates that are no numbers, or beyond all",
            where=str(path),
            found=_rows(broken),
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


def _single(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The frame with points for multi-points of one."""
    shapes = frame.geometry.to_numpy()
    multi = shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOINT
    if not multi.any() or (shapely.get_num_geometries(shapes[multi]) > 1).any():
        return frame
    single = np.where(multi, shapely.get_geometry(shapes, 0), shapes)
    return frame.set_geometry(gpd.GeoSeries(single, frame.index, frame.crs))


def _flat(frame: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy()
    high = shapely.has_z(shapes) | shapely.has_m(shapes)
    if not high.any():
        return frame
    warn(
        "Z_DROPPED",
        "heights and measures of coordinates are left out",
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
    if system.is_geographic and max(-south, north) > 90 and -90 <= west <= east <= 90:
        raise InputError(
            "LATLON_SWAPPED", "longitudes and latitudes seem to be swapped", where=str(path),
            found=f"latitudes from {south:g} to {north:g}", wanted="latitudes from -90 to 90",
            fix="write the file again with longitude first, as GeoJSON and WKT want it",
        )  # fmt: skip
    check_plausible(system, (west, south, east, north), cell=1e-6, path=path)
    if system.equals(WGS84, ignore_axis_order=True):
        return _wrapped(frame.set_crs(WGS84, allow_override=True))
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


def _wrapped(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The frame with longitudes of points from -180 to 180."""
    shapes = frame.geometry.to_numpy()
    west, _, east, _ = shapely.bounds(shapes).T
    beyond = ((west < -180) | (east > 180)) & (shapely.get_dimensions(shapes) == 0)
    if not beyond.any():
        return frame
    turned = shapes.copy()
    turned[beyond] = shapely.transform(
        shapes[beyond], lambda xy: np.column_stack([(xy[:, 0] + 180) % 360 - 180, xy[:, 1]])
    )
    return frame.set_geometry(gpd.GeoSeries(turned, frame.index, frame.crs))
