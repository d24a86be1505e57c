import csv
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest

from siting.columns import FIXED
from siting.errors import PipelineError
from siting.grid import make_grid
from siting.kinds import Results
from siting.outputs import tables, writers
from siting.outputs.names import TABLES

ENDINGS = ("csv", "gpkg", "parquet", "geojson", "kmz")


@pytest.fixture
def results() -> Results:
    frame = gpd.GeoDataFrame(
        {
            "rank": [1, 2, 3],
            "site_id": ["N38.8339W122.8810", "S38.6000E176.1000", "007"],
            "longitude": [-122.881, 176.1, 0.1],
            "latitude": [38.8339, -38.6, 0.0],
            "score_score": [0.953, 0.1 + 0.2, np.nan],
            "extrapolated": [False, True, True],
            "reasons": ["volcano_distance +0.36", "=cmd|' /C calc'!A0", ""],
        },
        geometry=gpd.points_from_xy([-122.881, 176.1, 0.1], [38.8339, -38.6, 0.0], crs=4326),
    )
    frame.attrs["columns"] = {"score_score": {"units": "1", "description": "Favourability"}}
    return Results(
        title="", description="", grid=make_grid("EPSG:4326", 1.0, (0, 0, 2, 2)), domain=None,
        layers={}, features={}, tables={}, records={}, candidates=frame, score="score.score",
        models={}, exclusions={}, findings=[], pipeline="", marks={},
    )  # fmt: skip


def written(results: Results, folder: Path, ending: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"candidates.{ending}"
    writers.write(path.name, results, path)
    return path


def test_every_table_that_a_pipeline_may_ask_for_can_be_written() -> None:
    assert {f"candidates.{ending}" for ending in ENDINGS} == set(TABLES)


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_candidates_have_the_same_bytes(
    results: Results, tmp_path: Path, ending: str
) -> None:
    first, second = (written(results, tmp_path / name, ending) for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("ending", ["gpkg", "parquet", "geojson"])
def test_rows_and_columns_come_back(results: Results, tmp_path: Path, ending: str) -> None:
    path = written(results, tmp_path, ending)
    layer = {"layer": "candidates"} if ending == "gpkg" else {}
    read = gpd.read_parquet if ending == "parquet" else pyogrio.read_dataframe
    found = read(path, **layer).drop(columns="id", errors="ignore")  # the id of a GeoJSON feature
    wanted = results.candidates
    assert wanted is not None
    assert list(found.columns.drop("geometry")) == list(wanted.columns.drop("geometry"))
    assert found["site_id"].tolist() == wanted["site_id"].tolist()
    np.testing.assert_array_equal(found["score_score"], wanted["score_score"])
    assert found.crs.to_epsg() == 4326
    assert found.geometry.x.tolist() == pytest.approx(wanted.geometry.x.tolist(), abs=1e-6)


def test_csv_keeps_digits_and_defuses_formulas(results: Results, tmp_path: Path) -> None:
    with written(results, tmp_path, "csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["site_id"] for row in rows] == ["N38.8339W122.8810", "S38.6000E176.1000", "007"]
    assert float(rows[1]["score_score"]) == 0.1 + 0.2
    assert rows[2]["score_score"] == ""
    assert rows[1]["reasons"] == "'=cmd|' /C calc'!A0"
    assert rows[0]["latitude"] == "38.8339"


def test_a_geopackage_is_styled_by_the_score(results: Results, tmp_path: Path) -> None:
    path = written(results, tmp_path, "gpkg")
    style = pyogrio.read_dataframe(path, layer="layer_styles", read_geometry=False)
    assert style["f_table_name"].tolist() == ["candidates"]
    assert "score_score" in style["styleQML"][0]


def test_kmz_names_each_placemark(results: Results, tmp_path: Path) -> None:
    with zipfile.ZipFile(written(results, tmp_path, "kmz")) as archive:
        text = archive.read("doc.kml").decode("utf-8")
    assert text.count("<Placemark") == 3
    assert "N38.8339W122.8810" in text


def test_geojson_has_nothing_that_json_lacks(results: Results, tmp_path: Path) -> None:
    document = json.loads(written(results, tmp_path, "geojson").read_text("utf-8"))
    assert document["features"][2]["properties"]["score_score"] is None
    assert document["features"][1]["properties"]["reasons"].startswith("=cmd")


def test_a_run_without_candidates_is_refused(results: Results, tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="OUTPUT_UNKNOWN: the run chose no candidates"):
        tables.write(replace(results, candidates=None), tmp_path / "candidates.csv")


def test_a_format_that_is_not_known_is_refused(results: Results, tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"OUTPUT_UNKNOWN: .*\n.*\n.*candidates.xls"):
        tables.write(results, tmp_path / "candidates.xls")


def test_every_column_has_its_line_in_the_documentation() -> None:
    page = Path(__file__).parents[2].joinpath("docs/columns.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in row.replace("`", "").replace(",", "").split()}
    assert set(FIXED) <= told
