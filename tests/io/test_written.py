"""What is in the files that siting writes: cells, features, styles, overviews."""

import contextlib
import csv as reader
import json
import sqlite3
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr
from shapely import LineString, MultiPolygon, Point, Polygon, box

from siting.errors import GridError
from siting.grid import as_layer, make_grid
from siting.io import write
from siting.io.vector import read_features
from siting.io.write.geopackage import class_limits


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""), (pd.NA, ""), (np.nan, ""), (np.inf, ""), (True, "true"), (np.False_, "false"),
        (3, "3"), (np.int16(-3), "-3"), (0.1, "0.1"), (-0.5, "-0.5"), (1e300, "1e+300"),
        ("-0.5", "'-0.5"), ("=1", "'=1"), ("@a", "'@a"), ("\ta", "'\ta"), ("＋1", "'＋1"),
        ("a=1", "a=1"), ("", ""), ([1, "å"], '[1, "å"]'), ({"a": None}, '{"a": null}'),
        (pd.Timestamp("2024-01-31 12:00"), "2024-01-31T12:00:00"),
        (np.datetime64("2024-01-31"), "2024-01-31T00:00:00"),
    ],
)  # fmt: skip
def test_cells_of_csv(tmp_path, value, cell) -> None:
    frame = pd.DataFrame({"=a": pd.Series([value], dtype=object), "b": ["x"]})
    write.csv(tmp_path / "a.csv", frame)
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        header, row = reader.reader(file)
    assert (header, row) == (["'=a", "b"], [cell, "x"])
    write.csv(tmp_path / "a.csv", frame, raw=True)
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        header, row = reader.reader(file)
    assert (header, row) == (["=a", "b"], [cell.removeprefix("'"), "x"])


def test_narrow_numbers_are_written_as_short_as_they_come_back(tmp_path) -> None:
    frame = pd.DataFrame({"a": np.array([0.1, np.nan, 1 / 3], "float32")})
    write.csv(tmp_path / "a.csv", frame)
    assert (tmp_path / "a.csv").read_bytes() == b"a\r\n0.1\r\n\r\n0.33333334\r\n".replace(
        b"\r\n\r\n", b'\r\n""\r\n'
    )


def test_places_of_csv_stand_in_columns_of_their_own(tmp_path) -> None:
    frame = gpd.GeoDataFrame({"latitude": [7]}, geometry=gpd.points_from_xy([1.5], [2.5]), crs=4326)
    write.csv(tmp_path / "a.csv", frame)
    assert (tmp_path / "a.csv").read_text() == "latitude,longitude\n7,1.5\n"
    areas = gpd.GeoDataFrame({"a": [1]}, geometry=[box(0, 0, 1, 1)], crs=4326)
    write.csv(tmp_path / "a.csv", areas)
    assert (tmp_path / "a.csv").read_text().startswith('a,geometry\n1,"POLYGON ((1 0, 1 1,')


def test_geojson_of_lists_ids_and_clockwise_rings(tmp_path) -> None:
    ring = [(0, 0), (0, 1), (1.00000049, 1), (1, 0)]  # clockwise
    frame = gpd.GeoDataFrame(
        {"site_id": ["å"], "parts": [[1, 2]], "gap": [np.nan]}, geometry=[Polygon(ring)], crs=4326
    )
    write.geojson(tmp_path / "åreas.geojson", frame)
    content = (tmp_path / "åreas.geojson").read_text("utf-8")
    found = json.loads(content)
    assert found["name"] == "åreas"
    (feature,) = found["features"]
    assert feature["id"] == "å"
    assert feature["properties"] == {"site_id": "å", "parts": [1, 2], "gap": None}
    (exterior,) = feature["geometry"]["coordinates"]
    assert Polygon(exterior).exterior.is_ccw
    assert max(x for x, _ in exterior) == 1.0
    assert "å" in content


def test_geopackage_holds_lists_as_text(tmp_path) -> None:
    parts = [["å", 1.5], {"a": np.float64(2)}, None]
    frame = gpd.GeoDataFrame(
        {"parts": parts, "plain": ["x", "y", "z"]}, geometry=gpd.points_from_xy([0, 1, 2], [0] * 3),
        crs=4326,
    )  # fmt: skip
    write.gpkg(tmp_path / "a.gpkg", frame)
    found = read_features(tmp_path / "a.gpkg")
    assert found["parts"].tolist()[:2] == ['["å", 1.5]', '{"a": 2.0}']
    assert found["plain"].tolist() == ["x", "y", "z"]


@pytest.mark.parametrize(
    ("values", "limits"),
    [
        ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1, 2, 3, 4, 5, 6]),
        ([1.0, 1.0, 1.0, 1.0, 1.0, 9.0], [1, 9]),
        ([2.0, 2.0], [2, 2]),
        ([np.nan, np.inf], [0, 1]),
    ],
)
def test_classes_of_a_style(values, limits) -> None:
    assert class_limits(np.array(values), 5) == limits


@pytest.mark.parametrize(
    ("shape", "symbol", "layer"),
    [
        (Point(0, 0), "marker", "SimpleMarker"),
        (LineString([(0, 0), (1, 1)]), "line", "SimpleLine"),
        (box(0, 0, 1, 1), "fill", "SimpleFill"),
        (MultiPolygon([box(0, 0, 1, 1)]), "fill", "SimpleFill"),
    ],
)
def test_styles_of_shapes(tmp_path, shape, symbol, layer) -> None:
    count = 6
    frame = gpd.GeoDataFrame({"s": np.arange(1.0, 7.0)}, geometry=[shape] * count, crs=4326)
    frame.attrs = {"score": "s"}
    write.gpkg(tmp_path / "a.gpkg", frame)
    with contextlib.closing(sqlite3.connect(tmp_path / "a.gpkg")) as connection:
        row = connection.execute(
            "select styleQML, styleName, description, owner, update_time, f_table_catalog"
            " from layer_styles"
        ).fetchone()
    root = ElementTree.fromstring(row[0])
    symbols = root.findall(".//symbol")
    assert {each.get("type") for each in symbols} == {symbol}
    assert {each.find("layer").get("class") for each in symbols} == {layer}
    colours = [
        option.get("value")
        for option in root.iter("Option")
        if option.get("name") in {"color", "line_color"}
    ]
    assert colours == ["1,25,89,255", "34,96,97,255", "130,130,49,255", "242,157,109,255",
                       "250,204,250,255"]  # fmt: skip
    labels = [each.get("label") for each in root.iter("range")]
    assert labels == [f"{k} to {k + 1}" for k in range(1, 6)]
    assert row[1:3] == ("a", "By s")
    assert row[4].startswith("2000-01-01T00:00:00")


def test_fewer_classes_take_colours_from_end_to_end(tmp_path) -> None:
    frame = gpd.GeoDataFrame(
        {"score": [1.0, 1.0, 1.0, 5.0, 9.0]}, geometry=[Point(0, 0)] * 5, crs=4326
    )
    write.gpkg(tmp_path / "a.gpkg", frame)
    with contextlib.closing(sqlite3.connect(tmp_path / "a.gpkg")) as connection:
        (qml,) = connection.execute("select styleQML from layer_styles").fetchone()
    colours = [
        each.get("value")
        for each in ElementTree.fromstring(qml).iter("Option")
        if each.get("name") == "color"
    ]
    assert (colours[0], colours[-1]) == ("1,25,89,255", "250,204,250,255")


@pytest.mark.parametrize(
    ("kind", "mean"),
    [(None, True), ("continuous", True), ("count", True), ("categorical", False),
     ("circular", False)],
)  # fmt: skip
def test_overviews_of_classes_are_no_means(tmp_path, kind, mean) -> None:
    grid = make_grid("EPSG:6933", 1000, (0, 0, 1.2e6, 1.2e6))
    values = np.zeros(grid.shape.yx, "float32")
    values[:, ::2] = 10
    layer = as_layer(values, grid, **({"kind": kind} if kind else {}))
    write.cog(tmp_path / "a.tif", layer)
    with rasterio.open(tmp_path / "a.tif", OVERVIEW_LEVEL=0) as dataset:
        assert np.unique(dataset.read(1)).tolist() == ([5.0] if mean else [10.0])
        assert dataset.block_shapes == [(512, 512)]
        assert dataset.profile["compress"] == "deflate"


def test_a_cog_says_what_the_layer_says(tmp_path) -> None:
    grid = make_grid("EPSG:6933", 100_000, (0, 0, 3e5, 2e5))
    marks = dict.fromkeys(("kind", "long_name", "status", "source", "vintage", "resampling"), "x")
    write.cog(tmp_path / "a.tif", as_layer(np.zeros((2, 3)), grid, **marks, other="y"))
    with rasterio.open(tmp_path / "a.tif") as dataset:
        tags = dataset.tags()
        assert {name: tags.get(name) for name in (*marks, "other")} == {**marks, "other": None}
        assert dataset.descriptions == ("x",)  # without a name the long one
        assert dataset.dtypes == ("float64",)


def test_a_layer_without_a_place_has_no_file(tmp_path) -> None:
    with pytest.raises(GridError, match="GRID_MISMATCH"):
        write.cog(tmp_path / "a.tif", xr.DataArray(np.zeros((2, 2)), dims=("y", "x")))
    assert list(tmp_path.iterdir()) == []
