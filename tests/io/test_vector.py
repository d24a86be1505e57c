"""Vector files: places in WGS 84, or an error with a code."""

import json
import sqlite3
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from shapely import Point, Polygon
from shapely.geometry import GeometryCollection, LineString, MultiPoint, box

from siting.errors import InputError
from siting.findings import collect
from siting.io.formats import OGR_DRIVERS
from siting.io.vector import read_features, tell_outside

WELL = Point(-119.0, 39.0)
DRIVERS = {".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".geojson": "GeoJSON", ".fgb": "FlatGeobuf"}


def frame(shapes, crs="EPSG:4326", **columns) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns or {"depth": range(len(shapes))}, geometry=shapes, crs=crs)


def written(features: gpd.GeoDataFrame, path: Path, **options) -> Path:
    if path.suffix == ".parquet":
        features.to_parquet(path, **options)
    else:
        pyogrio.write_dataframe(features, path, driver=DRIVERS[path.suffix], **options)
    return path


def refused(path: Path, code: str, **options) -> InputError:
    with pytest.raises(InputError, match=code) as caught:
        read_features(path, **options)
    assert caught.value.code == code
    return caught.value


def read(path: Path, **options) -> tuple[gpd.GeoDataFrame, list[str]]:
    with collect() as findings:
        features = read_features(path, **options)
    return features, [finding.code for finding in findings]


@pytest.mark.parametrize("suffix", [*DRIVERS, ".parquet"])
@pytest.mark.parametrize(
    "shape", [WELL, LineString([(-119, 39), (-118, 40)]), box(-119, 39, -118, 40)]
)
def test_every_format_gives_the_same_features(tmp_path, suffix, shape) -> None:
    features = frame([shape, shape], name=["Þeistareykir", "Ñandú"], depth=[1.5, 2.5])
    found, codes = read(written(features, tmp_path / f"a{suffix}"), name="wells")
    assert codes == []
    assert found.crs.to_epsg() == 4326
    assert found.geometry.geom_equals(features.geometry).all()
    assert found["name"].tolist() == ["Þeistareykir", "Ñandú"]
    assert found["depth"].tolist() == [1.5, 2.5]
    assert found.attrs == {"name": "wells", "source": f"a{suffix}"}


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".fgb", ".parquet"])
def test_projected_features_come_out_in_degrees(tmp_path, suffix) -> None:
    # 500 km easting is the central meridian of zone 11, 117 W.
    path = written(frame([Point(500_000, 4_000_000)], "EPSG:32611"), tmp_path / f"a{suffix}")
    place = read_features(path).geometry.iloc[0]
    assert place.x == pytest.approx(-117.0, abs=1e-9)
    assert place.y == pytest.approx(36.1448, abs=1e-4)


def test_whole_numbers_that_are_ids_become_text(tmp_path) -> None:
    features = frame([WELL, WELL], site_id=[7, 8], depth=[1, 2])
    found = read_features(written(features, tmp_path / "a.gpkg"))
    assert found["site_id"].tolist() == ["7", "8"]
    assert found["depth"].tolist() == [1, 2]


def test_crossed_polygon_is_repaired_and_reported(tmp_path) -> None:
    crossed = Polygon([(-120, 38), (-119, 39), (-119, 38), (-120, 39)])
    found, codes = read(written(frame([crossed]), tmp_path / "a.gpkg"))
    assert codes == ["GEOMETRY_REPAIRED"]
    assert found.geometry.iloc[0].area == pytest.approx(0.5)  # two triangles of 1 x 0.5 / 2
    flat = Polygon([(-120, 38), (-119, 38), (-120, 38)])
    refused(written(frame([flat]), tmp_path / "b.gpkg"), "GEOMETRY_EMPTY")


def test_heights_are_left_out_and_noted(tmp_path) -> None:
    wells = frame([Point(-119, 39, 1500), Point(-119, 39, -2500)])
    found, codes = read(written(wells, tmp_path / "a.gpkg"))
    assert codes == ["Z_DROPPED"]
    assert not found.geometry.has_z.any()


def test_features_without_place(tmp_path) -> None:
    path = written(frame([WELL, Point(), None]), tmp_path / "a.gpkg")
    assert refused(path, "GEOMETRY_EMPTY").found == "2 of 3: feature 2, 3"
    path = written(frame([Point(np.inf, 39)]), tmp_path / "a.parquet")
    refused(path, "COORD_INVALID")
    refused(written(frame([]), tmp_path / "b.gpkg", geometry_type="Point"), "LAYER_EMPTY")


@pytest.mark.parametrize("other", [box(0, 0, 1, 1), GeometryCollection([WELL])])
def test_mixed_geometry(tmp_path, other) -> None:
    refused(written(frame([WELL, other]), tmp_path / "a.geojson"), "GEOMETRY_MIXED")


def test_crs_that_is_missing_or_wrong(tmp_path) -> None:
    path = written(frame([WELL]), tmp_path / "a.shp")
    path.with_suffix(".prj").unlink()
    refused(path, "CRS_MISSING")
    assert read_features(path, crs="EPSG:4326").geometry.iloc[0] == WELL
    mislabelled = written(frame([WELL], "EPSG:32611"), tmp_path / "b.gpkg")
    refused(mislabelled, "CRS_IMPLAUSIBLE")
    found, codes = read(mislabelled, crs="EPSG:4326")
    assert (found.geometry.iloc[0], codes) == (WELL, ["CRS_OVERRIDDEN"])
    refused(written(frame([Point(500_000, 4e6)]), tmp_path / "c.gpkg"), "CRS_IMPLAUSIBLE")


def test_layers_are_named_where_there_are_several(tmp_path) -> None:
    path = written(frame([WELL]), tmp_path / "a.gpkg", layer="old")
    written(frame([WELL, WELL]), path, layer="new", append=True)
    assert refused(path, "LAYER_AMBIGUOUS").wanted == "one of old, new"
    refused(path, "LAYER_MISSING", layer="newest")
    assert len(read_features(path, layer="new")) == 2


def test_old_shapefile_in_windows_1252(tmp_path) -> None:
    path = written(
        frame([WELL], name=["Þeistareykir Ñandú"]), tmp_path / "a.shp", encoding="cp1252"
    )
    path.with_suffix(".cpg").unlink()
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[29] = 0
    path.with_suffix(".dbf").write_bytes(bytes(table))
    found, codes = read(path)
    assert (found["name"].iloc[0], codes) == ("Þeistareykir Ñandú", ["ENCODING_GUESSED"])


def test_shapefile_without_its_table_still_has_places(tmp_path) -> None:
    path = written(frame([WELL]), tmp_path / "a.shp")
    path.with_suffix(".dbf").unlink()
    found, codes = read(path)
    assert found.geometry.iloc[0] == WELL
    assert codes == ["FILE_INCOMPLETE"]


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".fgb", ".parquet", ".geojson"])
def test_truncated_files(tmp_path, suffix) -> None:
    many = frame([Point(-119 - i / 1000, 39) for i in range(2000)])
    path = written(many, tmp_path / f"a{suffix}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    refused(path, "FILE_CORRUPT")


def test_flipped_bytes_in_uncompressed_parquet(tmp_path) -> None:
    many = frame([Point(-119 - i / 1000, 39) for i in range(200)])
    path = written(many, tmp_path / "a.parquet", compression=None)
    content = bytearray(path.read_bytes())
    for i in range(int(len(content) * 0.4), int(len(content) * 0.4) + 4):
        content[i] ^= 0x5A
    path.write_bytes(bytes(content))
    refused(path, "FILE_CORRUPT")


def test_parquet_whose_places_left_the_box_it_states(tmp_path) -> None:
    path = written(frame([WELL, Point(-118, 40)]), tmp_path / "a.parquet", compression=None)
    content = path.read_bytes()
    moved = np.float64(-117.0).tobytes()
    path.write_bytes(content.replace(np.float64(-118.0).tobytes(), moved))
    assert "box" not in refused(path, "FILE_CORRUPT").message


def test_plain_parquet_has_no_places(tmp_path) -> None:
    pd.DataFrame({"a": [1, 2]}).to_parquet(tmp_path / "a.parquet")
    refused(tmp_path / "a.parquet", "NOT_SPATIAL")


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read x"}',
        '{"stac_version": "1.0.0", "type": "Catalog"}',
        "<OGRWFSDataSource><URL>http://127.0.0.1/</URL></OGRWFSDataSource>",
        "PK\x03\x04",
    ],
)
def test_files_that_are_no_vectors(tmp_path, text) -> None:
    for name in ("a.geojson", "a.gpkg"):
        (tmp_path / name).write_text(text)
        refused(tmp_path / name, "NOT_A_VECTOR")


def test_virtual_vectors_are_refused(tmp_path) -> None:
    (tmp_path / "a.vrt").write_text("<OGRVRTDataSource><SrcDataSource>b</SrcDataSource></OGRVRT>")
    refused(tmp_path / "a.vrt", "PATH_OUTSIDE_DATA")


def test_database_that_is_no_geopackage(tmp_path) -> None:
    connection = sqlite3.connect(tmp_path / "a.gpkg")
    connection.execute("create table places (x real, y real)")
    connection.commit()
    connection.close()
    with collect():
        refused(tmp_path / "a.gpkg", "FILE_CORRUPT")


def test_geopackage_that_another_program_is_writing(tmp_path) -> None:
    path = written(frame([WELL]), tmp_path / "a.gpkg")
    Path(f"{path}-wal").write_bytes(b"x")
    refused(path, "FILE_IN_USE")


def test_only_the_listed_drivers_are_left(tmp_path) -> None:
    read_features(written(frame([WELL]), tmp_path / "a.gpkg"))
    assert set(pyogrio.list_drivers()) <= OGR_DRIVERS


def test_geojson_of_the_old_kind_with_its_crs(tmp_path) -> None:
    content = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32611"}},
        "features": [
            {
                "type": "Feature",
                "properties": {"a": 1},
                "geometry": {"type": "Point", "coordinates": [500000, 4000000]},
            }
        ],
    }
    (tmp_path / "a.geojson").write_text(json.dumps(content))
    assert read_features(tmp_path / "a.geojson").geometry.iloc[0].x == pytest.approx(-117.0)


@pytest.mark.parametrize(
    ("place", "window", "codes"),
    [
        (WELL, (-120, 38, -118, 40), []),
        (WELL, (240, 38, 242, 40), []),
        (box(-130, 30, -110, 50), (-120, 38, -118, 40), []),
        (Point(39, -11), (-120, 38, -118, 40), ["FEATURES_OUTSIDE"]),
        (Point(-119, 41), (-120, 38, -118, 40), ["FEATURES_OUTSIDE"]),
    ],
)
def test_features_of_which_none_is_on_the_grid(place, window, codes) -> None:
    with collect() as findings:
        tell_outside(frame([place]), window)
    assert [finding.code for finding in findings] == codes


def test_huge_polygons_that_cross_themselves_are_refused_without_a_warning(tmp_path) -> None:
    bowtie = Polygon([(-1e308, -1e308), (1e308, 1e308), (1e308, -1e308), (-1e308, 1e308)])
    path = written(frame([bowtie]), tmp_path / "a.gpkg")
    with pytest.raises(InputError, match="COORD_INVALID"):
        read_features(path)


def test_multi_points_of_one_are_points_and_others_stay(tmp_path) -> None:
    one, two = MultiPoint([(-119, 39)]), MultiPoint([(-118, 39), (-117, 39)])
    found, codes = read(written(frame([one, one]), tmp_path / "a.gpkg"))
    assert codes == []
    assert found.geometry.tolist() == [WELL, WELL]
    assert found.crs.to_epsg() == 4326
    found, _ = read(written(frame([one, two]), tmp_path / "b.gpkg"))
    assert found.geometry.geom_type.tolist() == ["MultiPoint", "MultiPoint"]


def test_points_beyond_180_come_back_and_keep_their_rows_and_system(tmp_path) -> None:
    features = frame([Point(241, 39), WELL, Point(190, 0), Point(180, 1)])
    found, _ = read(written(features, tmp_path / "a.gpkg"))
    assert found.geometry.x.tolist() == [-119, -119, -170, 180]
    assert found.geometry.y.tolist() == [39, 39, 0, 1]
    assert found["depth"].tolist() == [0, 1, 2, 3]
    assert found.crs.to_epsg() == 4326
