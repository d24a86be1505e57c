"""Features as GeoParquet, GeoJSON and KMZ."""

import json as _json
import re
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from siting.io.archive import zipped
from siting.io.columns import id_column
from siting.io.ogr import harden
from siting.io.vector import WGS84
from siting.io.write.plain import plain, text

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_NAME = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff&<>\"']")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_HTML = re.compile(r"<(?=[A-Za-z/!?])|&(?=#?\w+;)")  # where a tag or an entity would begin
DECIMALS = 6  # of a degree: a tenth of a metre


def in_degrees(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The features in WGS 84, without attributes that files cannot keep."""
    plain_frame = frame.copy(deep=False) if frame.crs == WGS84 else frame.to_crs(WGS84)
    plain_frame.attrs = {}
    return plain_frame.reset_index(drop=True)


def parquet(path: Path, frame: gpd.GeoDataFrame) -> None:
    """Write features as GeoParquet 1.1: zstd, with the bounding box of every row.

    Pages carry checksums, so that :func:`siting.io.vector.read_features` notices damage.
    """
    in_degrees(frame).to_parquet(
        path,
        index=False,
        compression="zstd",
        schema_version="1.1.0",
        write_covering_bbox=True,
        write_page_checksum=True,
    )


def geojson(path: Path, frame: gpd.GeoDataFrame) -> None:
    """Write features as GeoJSON (RFC 7946): WGS 84, six decimals, exterior rings anticlockwise."""
    degrees = in_degrees(frame)
    shapes = shapely.orient_polygons(degrees.geometry.to_numpy())
    rounded = shapely.transform(shapes, lambda place: np.round(place, DECIMALS))
    rows = degrees.drop(columns=degrees.geometry.name).to_dict("records")
    name = id_column(degrees)
    features = (
        _feature(row, geometry, name)
        for row, geometry in zip(rows, shapely.to_geojson(rounded), strict=True)
    )
    lines = ",\n".join(features)
    title = _json.dumps(path.stem, ensure_ascii=False)
    text(path, f'{{"type": "FeatureCollection", "name": {title}, "features": [\n{lines}\n]}}\n')


def _feature(row: dict[Any, Any], geometry: str, name: str | None) -> str:
    identity = {"id": plain(row[name])} if name else {}
    feature = {
        "type": "Feature",
        **identity,
        "properties": plain(row),
        "geometry": _json.loads(geometry),
    }
    return _json.dumps(feature, ensure_ascii=False, allow_nan=False)


def kmz(path: Path, frame: gpd.GeoDataFrame) -> None:
    """Write features as KMZ, for Google Earth.

    Text columns and numbers become the data of each placemark; a column ``name`` (else the id)
    becomes its title. Viewers show text as HTML, so a ``<`` or ``&`` that would begin a tag or an
    entity gets a space after it and stays text. Characters that XML cannot hold become U+FFFD, and
    ``]]>`` gets a space; in names of columns, which the writer does not escape, those that mean
    something to XML become ``_``.
    """
    harden()
    degrees = in_degrees(frame)
    if "name" not in degrees.columns and (column := id_column(degrees)):
        degrees = degrees.assign(name=degrees[column].astype(str))
    unpacked = path.with_name(path.stem + ".kml")
    try:
        pyogrio.write_dataframe(
            _for_kml(simple(degrees)), unpacked, driver="LIBKML", layer=path.stem
        )
        content = _CDATA.sub(lambda part: escape(part[1]), unpacked.read_bytes().decode("utf-8"))
        path.write_bytes(zipped({"doc.kml": content.encode("utf-8")}))
    finally:
        unpacked.unlink(missing_ok=True)


def simple(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The features with lists and mappings as text, which OGR can keep."""
    found = frame.copy(deep=False)
    for name in frame.columns.drop(frame.geometry.name):
        if any(isinstance(each, list | tuple | dict | np.ndarray) for each in frame[name]):
            found[name] = [_json.dumps(plain(each), ensure_ascii=False) for each in frame[name]]
    return found


def _for_kml(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The features with what KML has no form for in another: long integers, control characters."""
    wide = frame.select_dtypes("int64")
    small = [name for name in wide if wide[name].abs().max() < 2**31]
    found = frame.astype(dict.fromkeys(small, "int32"))
    for name in frame.columns.drop(frame.geometry.name):
        if not pd.api.types.is_numeric_dtype(frame[name]):
            found[name] = [_in_xml(each) for each in frame[name]]
    return found.rename(columns=_columns_in_xml(found))


def _columns_in_xml(frame: gpd.GeoDataFrame) -> dict[str, str]:
    """Names of columns that XML can hold as they are, each of its own, by the ones they had."""
    names: dict[str, str] = {}
    taken = {"", frame.geometry.name.lower()}
    for column in frame.columns.drop(frame.geometry.name):
        plain_name = name = _NOT_NAME.sub("_", str(column)).strip()
        number = 1
        while name.lower() in taken:
            number += 1
            name = f"{plain_name}_{number}"
        taken.add(name.lower())
        names[column] = name
    return names


def _in_xml(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    plain_text = _HTML.sub(r"\g<0> ", _NOT_XML.sub("\ufffd", value))
    return plain_text.replace("]]>", "]] >")  # the writer's CDATA ends there
