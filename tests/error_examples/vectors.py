"""Vector files that are refused, or read with a finding."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from shapely import LineString, Point, Polygon, box

from siting.grid import make_grid
from siting.io import vector
from siting.layers import distance, faults, seismicity
from siting.sources.declared import UserFile
from siting.sources.reading import read_source

from .made import Maker, example

WELL = Point(-119.0, 39.0)
BOWTIE = Polygon([(-119, 38), (-118, 39), (-118, 38), (-119, 39)])


def frame(shapes: list[Any], **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        columns or {"depth": range(len(shapes))}, geometry=shapes, crs="EPSG:4326"
    )


def geopackage(shapes: list[Any], **options: Any) -> Maker:
    """Write leases.gpkg and read it."""

    def make(folder: Path) -> None:
        pyogrio.write_dataframe(frame(shapes), folder / "leases.gpkg", driver="GPKG")
        vector.read_features(folder / "leases.gpkg", **options)

    return make


def with_view(path: Path, name: str, query: str) -> None:
    """Give a GeoPackage a layer that is a view."""
    with closing(sqlite3.connect(path)) as base:
        base.executescript(
            f"CREATE VIEW {name} AS {query};"
            "INSERT INTO gpkg_contents(table_name, data_type, identifier, srs_id)"
            f" VALUES ('{name}', 'features', '{name}', 4326);"
            f"INSERT INTO gpkg_geometry_columns VALUES ('{name}', 'geom', 'POINT', 4326, 0, 0);"
        )


for _code, _make in {
    "GEOMETRY_EMPTY": geopackage([box(-119, 38, -118, 39), None]),
    "GEOMETRY_MIXED": geopackage([WELL, box(-119, 38, -118, 39)]),
    "GEOMETRY_REPAIRED": geopackage([box(-119, 38, -118, 39), BOWTIE]),
    "LAYER_MISSING": geopackage([WELL], layer="claims"),
    "Z_DROPPED": geopackage([Point(-119, 39, 1450)]),
}.items():
    example(_code)(_make)


@example("LAYER_AMBIGUOUS")
def _(folder: Path) -> None:
    for layer in ("leases", "claims"):
        pyogrio.write_dataframe(frame([WELL]), folder / "leases.gpkg", driver="GPKG", layer=layer)
    vector.read_features(folder / "leases.gpkg")


@example("FILE_IN_USE")
def _(folder: Path) -> None:
    pyogrio.write_dataframe(frame([WELL]), folder / "leases.gpkg", driver="GPKG")
    (folder / "leases.gpkg-wal").write_bytes(b"x")
    vector.read_features(folder / "leases.gpkg")


@example("VIEW_REFUSED")
def _(folder: Path) -> None:
    path = folder / "leases.gpkg"
    pyogrio.write_dataframe(frame([WELL]), path, driver="GPKG")
    with_view(path, "active_leases", "SELECT * FROM leases")
    vector.read_features(path, layer="active_leases")


@example("NOT_A_VECTOR")
def _(folder: Path) -> None:
    (folder / "leases.geojson").write_text('{"leases": 12}')
    vector.read_features(folder / "leases.geojson")


@example("NOT_SPATIAL")
def _(folder: Path) -> None:
    pd.DataFrame({"site_id": ["001"], "lon": [-119.0]}).to_parquet(folder / "leases.parquet")
    vector.read_features(folder / "leases.parquet")


@example("READER_WARNING")
def _(folder: Path) -> None:
    feature = (
        '{"type": "Feature", "id": 1, "properties": {"depth": 900}, "geometry":'
        ' {"type": "Point", "coordinates": [-119, 39]}}'
    )
    content = f'{{"type": "FeatureCollection", "features": [{feature}, {feature}]}}'
    (folder / "leases.geojson").write_text(content)
    vector.read_features(folder / "leases.geojson")


@example("ANTIMERIDIAN")
def _(folder: Path) -> None:
    geopackage([Polygon([(178, -40), (-178, -40), (-178, -36), (179, -37)])])(folder)


@example("GEOMETRY_SECOND")
def _(folder: Path) -> None:
    wells = frame([WELL]).assign(area=gpd.GeoSeries([WELL.buffer(1)], crs="EPSG:4326"))
    wells.to_parquet(folder / "leases.parquet")
    vector.read_features(folder / "leases.parquet")


def shapefile(folder: Path) -> Path:
    """A shapefile of two points."""
    path = folder / "leases.shp"
    pyogrio.write_dataframe(frame([WELL, Point(-118, 39)]), path, driver="ESRI Shapefile")
    return path


@example("FILE_INCOMPLETE")
def _(folder: Path) -> None:
    path = shapefile(folder)
    path.with_suffix(".shx").unlink()
    vector.read_features(path)


@example("CHECKSUM_PARTIAL")
def _(folder: Path) -> None:
    path = shapefile(folder)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "SHA256SUMS").write_text(f"{digest}  leases.shp\n")
    source = UserFile(file="leases.shp")
    grid = make_grid("EPSG:4326", 0.1, (-120.0, 38.0, -118.0, 40.0))
    read_source("leases", source, path, grid)


@example("ROWS_DELETED")
def _(folder: Path) -> None:
    path = shapefile(folder)
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[int.from_bytes(table[8:10], "little")] = ord("*")
    path.with_suffix(".dbf").write_bytes(bytes(table))
    vector.read_features(path)


@example("FEATURES_FEW")
def _(folder: Path) -> None:
    grid = make_grid("EPSG:4326", 0.1, (-120.0, 38.0, -118.0, 40.0))
    distance.distance_to_nth(frame([WELL, Point(-118, 39)]), n=10, grid=grid)


@example("FEATURES_CUT")
def _(folder: Path) -> None:
    grid = make_grid("EPSG:4326", 0.1, (-120.0, 38.0, -118.0, 40.0))
    traces = [LineString([(west, 37), (west + 0.5, 39.5)]) for west in (-119.9, -119.4, -118.9)]
    mapped = gpd.clip(frame(traces), box(-120, 38, -118, 40))
    faults.line_density(mapped, "30 km", grid)


def catalogue(magnitudes: list[float], years: list[int]) -> gpd.GeoDataFrame:
    """Earthquakes at one place."""
    time = pd.to_datetime([f"{year}-07-01" for year in years])
    events = frame([WELL] * len(years), mw=magnitudes, time=time)
    events.attrs["columns"] = {"mw": "1"}
    return events


def density(events: gpd.GeoDataFrame, least: float) -> None:
    grid = make_grid("EPSG:4326", 1.0, (-120.0, 38.0, -118.0, 40.0))
    seismicity.event_density(events, "100 km", least, first_year=1990, last_year=2010, grid=grid)


@example("PERIOD_NOT_COVERED")
def _(folder: Path) -> None:
    density(catalogue([5.6, 6.1], [1994, 2010]), 5.5)


@example("CATALOGUE_INCOMPLETE")
def _(folder: Path) -> None:
    magnitudes = [5.0] * 30 + [5.4] * 120 + [5.8] * 60
    density(catalogue(magnitudes, [1990, *[2000] * 208, 2010]), 5.0)
