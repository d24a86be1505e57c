"""Tables whose columns are named by an attacker too, which no pipeline can bring about yet."""

import csv
import json
import re
import sqlite3
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import pyogrio
import pytest

from siting.outputs import writers

from . import hostile
from .poison import candidates
from .test_hostile_run import FORMULA

# Names of columns that differ by their case or by blanks alone are one to SQLite and to XML.
TITLES = [text for text in hostile.STRINGS[::9] if len(text) < 60 and "\x00" not in text]


@pytest.fixture(scope="module")
def run(results: Any) -> Any:
    return replace(results, candidates=candidates(results, 120, unencodable=False))


def written(run: Any, folder: Path, ending: str) -> Path:
    path = folder / f"candidates.{ending}"
    writers.write(path.name, run, path)
    return path


def test_csv(run: Any, tmp_path: Path) -> None:
    with written(run, tmp_path, "csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(rows) == 121
    number = re.compile(r"-?\d+(\.\d+)?(e[-+]?\d+)?")
    cells = [cell for row in rows for cell in row if not number.fullmatch(cell)]
    assert [cell for cell in cells if cell.startswith(FORMULA)] == []


def test_geopackage(run: Any, tmp_path: Path) -> None:
    path = written(run, tmp_path, "gpkg")
    base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    tables = {row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    base.close()
    assert "candidates" in tables
    found = pyogrio.read_dataframe(path, layer="candidates")
    assert set(TITLES) <= set(found.columns)
    assert found[TITLES[0]].tolist()[:100] == hostile.STRINGS[:100]


def test_parquet(run: Any, tmp_path: Path) -> None:
    found = gpd.read_parquet(written(run, tmp_path, "parquet"))
    wanted = run.candidates
    assert found["known_name"].tolist() == wanted["known_name"].tolist()
    assert set(found.columns) == set(wanted.columns)


def test_geojson(run: Any, tmp_path: Path) -> None:
    document = json.loads(written(run, tmp_path, "geojson").read_text("utf-8"))
    found = [each["properties"]["known_name"] for each in document["features"]]
    assert found == run.candidates["known_name"].tolist()


def test_kmz_of_hostile_names_and_values(run: Any, tmp_path: Path) -> None:
    plain = replace(run, candidates=run.candidates.drop(columns=hostile.STRINGS[::9]))
    assert placemarks(written(plain, tmp_path, "kmz")) == 120


def test_kmz_of_hostile_columns(run: Any, tmp_path: Path) -> None:
    assert placemarks(written(run, tmp_path, "kmz")) == 120


def placemarks(path: Path) -> int:
    """How many places a KMZ holds, once it is XML that defines no entities."""
    with zipfile.ZipFile(path) as archive:
        content = archive.read("doc.kml").decode("utf-8")
    outside = re.sub(r"<!\[CDATA\[.*?\]\]>", "", content, flags=re.DOTALL)
    assert not re.search(r"<!(DOCTYPE|ENTITY)", outside)
    root = ElementTree.fromstring(content)
    return len(list(root.iter("{http://www.opengis.net/kml/2.2}Placemark")))


@pytest.mark.parametrize("ending", ["csv", "gpkg", "parquet", "geojson", "kmz"])
def test_the_same_bytes_come_again(run: Any, tmp_path: Path, ending: str) -> None:
    folders = [tmp_path / name for name in "ab"]
    for folder in folders:
        folder.mkdir()
    first, second = (written(run, folder, ending).read_bytes() for folder in folders)
    assert first == second


def test_nothing_else_is_left_beside_the_tables(run: Any, tmp_path: Path) -> None:
    for ending in ("csv", "gpkg", "kmz"):
        written(run, tmp_path, ending)
    assert {path.name for path in tmp_path.iterdir()} == {
        "candidates.csv", "candidates.gpkg", "candidates.kmz"
    }  # fmt: skip
