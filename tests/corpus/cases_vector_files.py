"""Vector files that are damaged, incomplete, in use, or of a format that is not read."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from shapely import Point

from .cases_vectors import POINTS, Write, frame, then
from .harness import Corpus
from .places import SITES, at, distances, features

corpus = Corpus()
MANY = [Point(-119 - i / 1000, 39) for i in range(400)]


def file(
    id: str, expect: str, code: str | None, why: str, name: str, write: Write, **options: Any
) -> None:
    """A case that is a file of points."""
    more = options.pop("more", "")
    holds = at(*SITES) if expect in {"accept", "handle"} else None

    @corpus.case(f"f_{id}", kind="file", expect=expect, code=code, why=why, holds=holds)  # type: ignore[arg-type]
    def _(folder: Path) -> str:
        write(folder / name)
        return distances(f"{{file: {name}, format: features{more}}}")


def text(content: str | bytes) -> Write:
    encoded = content.encode() if isinstance(content, str) else content
    return lambda path: path.write_bytes(encoded)


def cut(share: float) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])

    return change


def rotten(path: Path) -> None:
    content = bytearray(path.read_bytes())
    start = int(len(content) * 0.4)
    content[start : start + 4] = bytes(each ^ 0x5A for each in content[start : start + 4])
    path.write_bytes(bytes(content))


# --- damaged --------------------------------------------------------------------------------------
for _ending in ("gpkg", "shp", "geojson", "fgb", "parquet"):
    file(f"cut_{_ending}", "error", "FILE_CORRUPT", "cut in its middle", f"a.{_ending}",
         then(frame(MANY), cut(0.6)))  # fmt: skip
    file(f"empty_{_ending}", "error", "FILE_EMPTY", "not one byte", f"a.{_ending}", text(""))
file("cut_fgb_end", "error", "FILE_CORRUPT", "cut near its end, no index", "a.fgb",
     then(frame(MANY, SPATIAL_INDEX="NO"), cut(0.99)))  # fmt: skip
file("rotten_parquet", "error", "FILE_CORRUPT", "changed bytes that are places", "a.parquet",
     then(frame(MANY, compression=None), rotten))  # fmt: skip
file("after_json", "error", "FILE_CORRUPT", "more behind the end", "a.geojson",
     then(frame(POINTS), lambda path: path.write_text(path.read_text() + "}]}")))  # fmt: skip


def geo_metadata(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        found = pq.read_table(path)
        told = json.loads(found.schema.metadata[b"geo"])
        change(told)
        pq.write_table(found.replace_schema_metadata({b"geo": json.dumps(told).encode()}), path)

    return write


def geoparquet(
    id: str, code: str | None, why: str, change: Callable[[dict[str, Any]], Any]
) -> None:
    write = then(frame(POINTS), geo_metadata(change))
    file(id, "error" if code else "accept", code, why, "a.parquet", write)


geoparquet("box_wrong", "FILE_CORRUPT", "a box that is not that of the places",
           lambda told: told["columns"]["geometry"].update(bbox=[0, 0, 1, 1]))  # fmt: skip
geoparquet("column_wrong", "FILE_CORRUPT", "a geometry that is not there",
           lambda told: told.update(primary_column="x"))  # fmt: skip
geoparquet("metadata_none", "FILE_CORRUPT", "no word on the geometry", lambda told: told.clear())
geoparquet("crs_default", None, "longitude and latitude by default",
           lambda told: told["columns"]["geometry"].pop("crs"))  # fmt: skip
file("not_spatial", "error", "NOT_SPATIAL", "a plain table", "a.parquet",
     lambda path: features(POINTS).drop(columns="geometry").to_parquet(path))  # fmt: skip


# --- shapefiles in parts --------------------------------------------------------------------------
def without(ending: str) -> Callable[[Path], None]:
    return lambda path: path.with_suffix(ending).unlink()


def other_table(count: int) -> Callable[[Path], None]:
    """The table of another shapefile in the place of its own."""

    def change(path: Path) -> None:
        frame(MANY[:count])(path.with_name("b.shp"))
        path.with_name("b.dbf").rename(path.with_suffix(".dbf"))

    return change


def cut_part(ending: str) -> Callable[[Path], None]:
    return lambda path: cut(0.9)(path.with_suffix(ending))


def shapefile(id: str, expect: str, code: str, why: str, change: Callable[[Path], Any]) -> None:
    file(f"shp_{id}", expect, code, why, "a.shp", then(frame(POINTS), change))


shapefile("no_shx", "error", "FILE_INCOMPLETE", "no .shx", without(".shx"))
shapefile("no_dbf", "warn", "FILE_INCOMPLETE", "no .dbf", without(".dbf"))
shapefile("dbf_short", "error", "FILE_CORRUPT", "rows for one shape of three", other_table(1))
shapefile("dbf_long", "error", "FILE_CORRUPT", "rows for more shapes", other_table(9))
shapefile("dbf_cut", "error", "FILE_CORRUPT", "a cut table", cut_part(".dbf"))
shapefile("shx_cut", "error", "FILE_CORRUPT", "a cut index", cut_part(".shx"))


def unlabelled(path: Path) -> None:
    """An old shapefile, which does not say that its text is in Windows-1252."""
    told = features(POINTS, name=["Þeistareykir", "Ñandú", "ß"])
    told.to_file(path, encoding="cp1252")
    path.with_suffix(".cpg").unlink()
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[29] = 0
    path.with_suffix(".dbf").write_bytes(bytes(table))


file("shp_cp1252", "handle", "ENCODING_GUESSED", "Windows-1252, no .cpg", "a.shp", unlabelled)


# --- GeoPackages ----------------------------------------------------------------------------------
def sql(*statements: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with sqlite3.connect(path) as database:
            for statement in statements:
                database.execute(statement)
        database.close()

    return change


def geopackage(
    id: str, expect: str, code: str | None, why: str, change: Callable[[Path], Any], more: str = ""
) -> None:
    file(
        f"gpkg_{id}", expect, code, why, "a.gpkg", then(frame(POINTS, layer="a"), change), more=more
    )


def crs_number(number: int) -> Callable[[Path], None]:
    tables = ("gpkg_contents", "gpkg_geometry_columns")
    return sql(*(f"UPDATE {table} SET srs_id = {number}" for table in tables))


geopackage("crs_none", "error", "CRS_MISSING", "an undefined CRS in degrees", crs_number(0))
geopackage("crs_flat", "error", "CRS_MISSING", "an undefined flat CRS", crs_number(-1))
geopackage("crs_unknown", "error", "CRS_MISSING", "a number of no CRS", crs_number(99_999))
geopackage("two_layers", "error", "LAYER_AMBIGUOUS", "two layers, none named",
           lambda path: features(MANY).to_file(path, layer="b"))  # fmt: skip
geopackage("no_layer", "error", "LAYER_MISSING", "a layer that is not there", lambda path: None,
           ", layer: wells")  # fmt: skip
geopackage("table_beside", "accept", None, "a table without geometry beside it", sql(
    "CREATE TABLE t (fid INTEGER PRIMARY KEY, a INT)",
    "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('t', 'attributes', 't')",
))  # fmt: skip
geopackage("view", "error", "VIEW_REFUSED", "a view of a layer", sql(
    "CREATE VIEW v AS SELECT * FROM a",
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
    "VALUES ('v', 'features', 'v', 4326)",
    "INSERT INTO gpkg_geometry_columns VALUES ('v', 'geom', 'POINT', 4326, 0, 0)",
), ", layer: v")  # fmt: skip
for _journal in ("-wal", "-journal"):
    geopackage(
        f"open{_journal}",
        "error",
        "FILE_IN_USE",
        "changes of another program",
        lambda path, end=_journal: path.with_name("a.gpkg" + end).write_bytes(b"x" * 600),
    )

# --- what is not read -----------------------------------------------------------------------------
XML = '<?xml version="1.0"?><{} xmlns="http://www.opengis.net/{}"/>'
REFUSED: dict[str, str | bytes] = {
    "kml": XML.format("kml", "kml/2.2"),
    "gml": XML.format("FeatureCollection", "gml"),
    "gpx": XML.format("gpx", "gpx"),
    "dxf": "  0\nSECTION\n  2\nENTITIES\n  0\nENDSEC\n  0\nEOF\n",
    "topojson": json.dumps({"type": "Topology", "objects": {}, "arcs": []}),
    "esrijson": json.dumps({"geometryType": "esriGeometryPoint", "features": []}),
    "html": "<!DOCTYPE html><html>404</html>",
    "zip": b"PK\x03\x04\x14\0\x06\0" + b"\0" * 60,
    "wkt": "POINT (-119 39)",
    "json": '{"a": 1}',
}
for _ending, _content in REFUSED.items():
    file(f"refused_{_ending}", "error", "NOT_A_VECTOR", f"{_ending} is not read", f"a.{_ending}",
         text(_content))  # fmt: skip
file("virtual", "error", "PATH_OUTSIDE_DATA", "a file that names others", "a.gpkg",
     text("<OGRVRTDataSource><OGRVRTLayer name='a'/></OGRVRTDataSource>"))  # fmt: skip
