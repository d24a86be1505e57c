"""Writers: the same bytes twice, readable by others, hostile names stay text."""

import csv as reader
import json
import sqlite3
import time
import zipfile
from functools import reduce
from pathlib import Path
from xml.etree import ElementTree

import dask.array as da
import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from rio_cogeo.cogeo import cog_validate
from shapely import LineString, MultiPolygon, Polygon, box

from siting.grid import as_layer, make_grid
from siting.io import write
from siting.io.raster import read_raster
from siting.io.table import read_points, read_table
from siting.io.vector import read_features
from siting.io.write.plain import plain

HOSTILE = [
    "=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-1", "\t=1", "\r=1", "＝1",
    "<script>alert(1)</script>", "</script>", "x`+${alert(1)}", 'a,"b"\nc', "Þeistareykir", "a]]>b",
    "'; drop table candidates; --",
]  # fmt: skip
PLACES = {
    "csv": write.csv,
    "gpkg": write.gpkg,
    "parquet": write.parquet,
    "geojson": write.geojson,
    "kmz": write.kmz,
}


@pytest.fixture
def candidates() -> gpd.GeoDataFrame:
    count = len(HOSTILE)
    random = np.random.default_rng(0)
    frame = gpd.GeoDataFrame(
        {
            "rank": np.arange(1, count + 1),
            "site_id": [f"{i:03d}" for i in range(count)],
            "name": HOSTILE,
            "score": random.random(count),
            "heat_flow": random.random(count).astype("float32"),
            "extrapolated": random.random(count) > 0.5,
            "gap": [np.nan, *np.ones(count - 1)],
        },
        geometry=gpd.points_from_xy(
            random.uniform(-179, 179, count), random.uniform(-60, 80, count)
        ),
        crs="EPSG:4326",
    )
    frame.attrs = {"score": "score", "columns": {"score": {"units": "1"}}}
    return frame


def test_same_bytes_two_seconds_apart(tmp_path, candidates) -> None:
    grid = make_grid("EPSG:6933", 200_000, "world")
    layer = as_layer(np.random.default_rng(1).random(grid.shape.yx), grid, units="m")
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
        for suffix, writer in PLACES.items():
            writer(folder / f"candidates.{suffix}", candidates)
        write.cog(folder / "score.tif", layer)
        write.json(folder / "skill.json", {"auc": 0.5})
        write.text(folder / "a.txt", "Þ\r\n")
        time.sleep(2.1 if folder is folders[0] else 0)  # file times count in steps of 2 s
    names = [sorted(path.name for path in folder.iterdir()) for folder in folders]
    assert names[0] == names[1]
    assert len(names[0]) == 8
    for name in names[0]:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name


def test_writers_change_nothing_in_what_they_are_given(tmp_path, candidates) -> None:
    before = candidates.copy()
    for suffix, writer in PLACES.items():
        writer(tmp_path / f"a.{suffix}", candidates)
    assert candidates.attrs == before.attrs
    pd.testing.assert_frame_equal(candidates, before)


@pytest.mark.parametrize("suffix", ["gpkg", "parquet", "geojson"])
def test_features_come_back(tmp_path, candidates, suffix) -> None:
    path = tmp_path / f"candidates.{suffix}"
    PLACES[suffix](path, candidates)
    layer = "candidates" if suffix == "gpkg" else None
    found = read_features(path, layer=layer)
    assert found["site_id"].tolist() == candidates["site_id"].tolist()
    assert found["name"].tolist() == HOSTILE
    assert np.array_equal(found["score"], candidates["score"])
    assert found["extrapolated"].tolist() == candidates["extrapolated"].tolist()
    assert np.isnan(found["gap"].iloc[0])
    assert found.geometry.geom_equals_exact(candidates.geometry, 1e-6).all()


def test_csv_has_no_formulas_and_all_the_digits(tmp_path, candidates) -> None:
    path = tmp_path / "candidates.csv"
    write.csv(path, candidates)
    content = path.read_bytes()
    assert content.startswith(
        b"rank,site_id,name,score,heat_flow,extrapolated,gap,longitude,latitude\r\n"
    )
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(reader.DictReader(file))
    for row, name in zip(rows, HOSTILE, strict=True):
        assert row["name"].lstrip("'") == name.lstrip("'")
        assert not row["name"].startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    points = read_points(path)
    assert np.array_equal(points["score"], candidates["score"])
    assert np.array_equal(points["heat_flow"].astype("float32"), candidates["heat_flow"])
    assert np.array_equal(points.geometry.x, candidates.geometry.x)
    assert rows[0]["gap"] == ""
    write.csv(path, candidates, raw=True)
    assert b"\r\n1,000,=cmd|" in path.read_bytes()


def test_csv_of_other_shapes_and_columns(tmp_path) -> None:
    lines = gpd.GeoDataFrame(
        {"=a": ["x"], "when": pd.to_datetime(["2024-01-02"]), "many": [["b", 1]]},
        geometry=[LineString([(0, 0), (1, 1)])],
        crs=4326,
    )
    write.csv(tmp_path / "a.csv", lines)
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines() == [
        "'=a,when,many,geometry",
        'x,2024-01-02T00:00:00,"[""b"", 1]","LINESTRING (0 0, 1 1)"',
    ]


@given(st.lists(st.text("=+-@\t'\"x,;\n", max_size=5), min_size=1, max_size=5))
def test_no_cell_is_ever_a_formula(tmp_path_factory, cells) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    write.csv(path, pd.DataFrame({"a": cells}))
    with path.open(encoding="utf-8", newline="") as file:
        found = [row[0] if row else "" for row in reader.reader(file)][1:]
    assert [cell.removeprefix("'") for cell in found] == [cell.removeprefix("'") for cell in cells]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\n")) for cell in found)


def test_geojson_follows_the_rfc(tmp_path, candidates) -> None:
    path = tmp_path / "candidates.geojson"
    write.geojson(path, candidates)
    content = json.loads(path.read_text(encoding="utf-8"))
    assert "crs" not in content
    feature = content["features"][0]
    assert feature["id"] == "000"
    assert feature["properties"]["gap"] is None
    assert all(round(each, 6) == each for each in feature["geometry"]["coordinates"])
    clockwise = Polygon([(0, 0), (0, 1), (1, 1), (1, 0)])
    areas = gpd.GeoDataFrame(geometry=[clockwise, MultiPolygon([clockwise])], crs=4326)
    write.geojson(path, areas)
    first, second = (each["geometry"] for each in json.loads(path.read_text())["features"])
    ring = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
    assert (first["coordinates"], second["coordinates"]) == ([ring], [[ring]])


def test_projected_features_are_written_in_degrees(tmp_path) -> None:
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy([500_000], [4_000_000]), crs="EPSG:32611")
    write.geojson(tmp_path / "a.geojson", frame)
    place = json.loads((tmp_path / "a.geojson").read_text())["features"][0]["geometry"]
    assert place["coordinates"][0] == -117.0
    assert frame.crs.to_epsg() == 32611


def test_geoparquet_has_boxes_and_checksums(tmp_path, candidates) -> None:
    path = tmp_path / "candidates.parquet"
    write.parquet(path, candidates)
    metadata = pq.read_metadata(path)
    geo = json.loads(metadata.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    assert "covering" in geo["columns"]["geometry"]
    assert metadata.row_group(0).column(0).compression == "ZSTD"


def test_qgis_finds_a_style_by_score(tmp_path, candidates) -> None:
    path = tmp_path / "candidates.gpkg"
    write.gpkg(path, candidates)
    connection = sqlite3.connect(path)
    table, column, qml, default = connection.execute(
        "select f_table_name, f_geometry_column, styleQML, useAsDefault from layer_styles"
    ).fetchone()
    kinds = dict(connection.execute("select table_name, data_type from gpkg_contents"))
    connection.close()
    assert (table, column, default) == ("candidates", "geom", 1)
    assert kinds == {"candidates": "features", "layer_styles": "attributes"}
    renderer = ElementTree.fromstring(qml).find("renderer-v2")
    assert renderer.get("attr") == '"score"'
    limits = [
        (float(each.get("lower")), float(each.get("upper"))) for each in renderer.iter("range")
    ]
    assert len(limits) == 5
    assert limits[0][0] == candidates["score"].min()
    assert limits[-1][1] == candidates["score"].max()
    assert {each.get("symbol") for each in renderer.iter("range")} == {
        each.get("name") for each in renderer.iter("symbol")
    }


@pytest.mark.parametrize("column", ['a"b', "<&>", "a'b"])
def test_style_by_a_column_with_any_name(tmp_path, candidates, column) -> None:
    frame = candidates.rename(columns={"score": column})
    write.gpkg(tmp_path / "a.gpkg", frame, style_by=column)
    connection = sqlite3.connect(tmp_path / "a.gpkg")
    qml = connection.execute("select styleQML from layer_styles").fetchone()[0]
    connection.close()
    quoted = '"' + column.replace('"', '""') + '"'
    assert ElementTree.fromstring(qml).find("renderer-v2").get("attr") == quoted


def test_geopackage_of_areas_without_score_has_no_style(tmp_path) -> None:
    areas = gpd.GeoDataFrame({"a": [1]}, geometry=[box(0, 0, 1, 1)], crs=4326)
    write.gpkg(tmp_path / "a.gpkg", areas)
    assert len(read_features(tmp_path / "a.gpkg")) == 1


def test_kmz_shows_names_as_text(tmp_path, candidates) -> None:
    path = tmp_path / "candidates.kmz"
    write.kmz(path, candidates)
    assert [each.name for each in tmp_path.iterdir()] == ["candidates.kmz"]
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["doc.kml"]
        content = archive.read("doc.kml")
        root = ElementTree.fromstring(content)
    space = {"k": "http://www.opengis.net/kml/2.2"}
    names = [each.text for each in root.findall(".//k:Placemark/k:name", space)]
    changed = {"</": "< /", "<s": "< s", "]]>": "]] >", "\r": "\n"}  # no tag, no end of CDATA
    shown = [reduce(lambda a, pair: a.replace(*pair), changed.items(), each) for each in HOSTILE]
    assert b"CDATA" not in content
    assert [name.replace("\r", "\n") for name in names] == shown
    assert root.find(".//k:SimpleField[@name='rank']", space).get("type") == "int"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<b>bold</b>", "< b>bold< /b>"),
        ("a <!-- b --> <?c?>", "a < !-- b --> < ?c?>"),
        ("&lt;b&gt; &#60;i&#x3e;", "& lt;b& gt; & #60;i& #x3e;"),
        ("AT&T, R & D; 3 < 4 <5", "AT&T, R & D; 3 < 4 <5"),
        ("\x1b[31mred\x00", "\ufffd[31mred\ufffd"),
    ],
)
def test_a_viewer_of_kmz_finds_no_html_in_text(tmp_path, name, shown) -> None:
    frame = gpd.GeoDataFrame(
        {"name": [name], "known_name": [name]}, geometry=gpd.points_from_xy([1], [2]), crs=4326
    )
    write.kmz(tmp_path / "a.kmz", frame)
    with zipfile.ZipFile(tmp_path / "a.kmz") as archive:
        root = ElementTree.fromstring(archive.read("doc.kml"))
    space = {"k": "http://www.opengis.net/kml/2.2"}
    assert root.find(".//k:Placemark/k:name", space).text == shown
    assert root.find(".//k:SimpleData[@name='known_name']", space).text == shown


def test_cog_is_one_and_comes_back(tmp_path) -> None:
    grid = make_grid("EPSG:6933", 20_000, (-12e6, -3e6, 12e6, 3e6))
    random = np.random.default_rng(0)
    values = random.random(grid.shape.yx).astype("float32")
    values[:50] = np.nan
    layer = as_layer(da.from_array(values, chunks=300), grid, units="mW m-2", status="derived")
    layer.attrs["long_name"] = "Heat flow"
    path = tmp_path / "score.tif"
    write.cog(path, layer.rename("score"))
    assert [each.name for each in tmp_path.iterdir()] == ["score.tif"]
    assert cog_validate(path, quiet=True)[0]
    with rasterio.open(path) as dataset:
        assert dataset.units == ("mW m-2",)
        assert dataset.descriptions == ("score",)
        assert dataset.tags()["status"] == "derived"
        assert np.isnan(dataset.nodata)
        assert dataset.overviews(1) == [2, 4]
        statistics = dataset.tags(1)
    assert float(statistics["STATISTICS_MAXIMUM"]) == pytest.approx(np.nanmax(values))
    found = read_raster(path, grid, kind="continuous")
    assert np.array_equal(found.values, values, equal_nan=True)
    assert found.attrs["units"] == "mW m-2"


def test_cog_of_booleans(tmp_path) -> None:
    grid = make_grid("EPSG:6933", 100_000, (-1e6, -1e6, 1e6, 1e6))
    values = np.random.default_rng(0).random(grid.shape.yx) > 0.5
    write.cog(tmp_path / "allowed.tif", as_layer(values, grid))
    with rasterio.open(tmp_path / "allowed.tif") as dataset:
        assert dataset.dtypes == ("uint8",)
        assert np.array_equal(dataset.read(1), values)


def test_json_keeps_order_and_has_no_nan(tmp_path) -> None:
    value = {"z": np.float64("nan"), "a": (np.int64(1), np.array([1.5, np.inf])), "t": pd.NaT}
    write.json(tmp_path / "a.json", value)
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert json.loads(text) == {"z": None, "a": [1, [1.5, None]], "t": None}
    assert text.index('"z"') < text.index('"a"')
    with pytest.raises(TypeError, match="no form in JSON"):
        plain(object())


def test_table_of_text_comes_back(tmp_path: Path) -> None:
    table = pd.DataFrame({"site_id": ["007", "1e5"], "country": ["NA", "NZ"], "mw": [1.5, np.nan]})
    write.csv(tmp_path / "a.csv", table)
    found = read_table(tmp_path / "a.csv")
    assert found["site_id"].tolist() == ["007", "1e5"]
    assert found["country"].tolist() == ["NA", "NZ"]
    assert found["mw"].iloc[0] == 1.5
