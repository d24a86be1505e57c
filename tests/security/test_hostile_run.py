"""Hostile text in a pipeline and its data stays text in every file of the run."""

import csv
import json
import re
import sqlite3
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import pyarrow.parquet as pq
import pyogrio
import pytest
import rasterio

from . import hostile
from .conftest import Run

# What Python's parser of HTML finds beside text.
HTML = ("starttag", "startendtag", "endtag", "comment", "decl", "pi", "entityref", "charref")
NAMES = [*hostile.STRINGS, hostile.LONG]
# A spreadsheet takes these for a formula, at the beginning of a cell.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
# Characters that a terminal obeys, and those that turn the direction of writing.
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]")


@pytest.fixture(scope="module")
def known(ran: Run) -> list[str]:
    """Names of known places in the candidates, of which each is the nearest to some candidate."""
    with (ran.latest / "candidates.parquet").open("rb") as file:
        return list(gpd.read_parquet(file)["known_name"])


def test_the_names_reach_the_outputs(known) -> None:
    wanted = set(NAMES)
    assert set(known) <= wanted
    assert len(set(known)) >= 60


def test_cells_of_the_csv_are_no_formulas(ran: Run, known) -> None:
    with (ran.latest / "candidates.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    numbers = re.compile(r"-?\d+(\.\d+)?(e[-+]?\d+)?")
    cells = [cell for row in rows for cell in row if not numbers.fullmatch(cell)]
    assert [cell for cell in cells if cell.startswith(FORMULA)] == []
    column = rows[0].index("known_name")
    expected = [f"'{name}" if name.startswith(FORMULA) else name for name in known]
    assert [row[column] for row in rows[1:]] == expected
    assert sum(cell.startswith("'") for cell in expected) >= 5


def test_the_manifest_is_plain_json_in_ascii(ran: Run) -> None:
    content = (ran.latest / "manifest.json").read_bytes()
    assert content.isascii()
    manifest = json.loads(content)
    assert manifest["title"].startswith("a\x1b[2J")
    assert hostile.FILE in manifest["inputs"]
    accepted = next(each for each in manifest["findings"] if each["code"] == "CANDIDATES_FEWER")
    assert hostile.EVERYTHING in accepted["message"]


def test_the_json_of_the_command_is_ascii_and_one_document(ran: Run) -> None:
    assert ran.done.stdout.isascii()
    assert OBEYED.search(ran.done.stdout.decode("ascii")) is None
    assert json.loads(ran.done.stdout)["title"].startswith("a\x1b[2J")


def test_geojson_holds_the_names(ran: Run, known) -> None:
    document = json.loads((ran.latest / "candidates.geojson").read_text("utf-8"))
    assert [each["properties"]["known_name"] for each in document["features"]] == known


def test_the_geopackage_is_whole_and_holds_no_code_of_the_data(ran: Run, known) -> None:
    path = ran.latest / "candidates.gpkg"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        code = [row[0] for row in base.execute("SELECT sql FROM sqlite_master") if row[0]]
        tables = {row[0] for row in base.execute("SELECT name FROM sqlite_master")}
    base.close()
    assert not any("kanarienvogel" in each or "DROP" in each for each in code)
    assert {"candidates", "layer_styles"} <= tables
    assert list(pyogrio.read_dataframe(path, layer="candidates")["known_name"]) == known


def test_the_style_of_the_geopackage_is_xml_without_entities(ran: Run) -> None:
    style = pyogrio.read_dataframe(ran.latest / "candidates.gpkg", layer="layer_styles")
    text = style["styleQML"][0]
    assert "<!ENTITY" not in text
    assert ElementTree.fromstring(text).tag == "qgis"


def test_kmz_is_xml_without_entities_and_holds_the_names(ran: Run, known) -> None:
    with zipfile.ZipFile(ran.latest / "candidates.kmz") as archive:
        assert archive.namelist() == ["doc.kml"]
        content = archive.read("doc.kml").decode("utf-8")
    assert re.search(r"<!(DOCTYPE|ENTITY|\[CDATA)", content) is None
    root = ElementTree.fromstring(content)
    space = "{http://www.opengis.net/kml/2.2}"
    tags = {element.tag.removeprefix(space) for element in root.iter()}
    assert tags <= {
        "kml", "Document", "Folder", "Schema", "SimpleField", "Placemark", "name", "ExtendedData",
        "SchemaData", "SimpleData", "Point", "coordinates", "Style", "LineStyle", "PolyStyle",
        "color", "fill", "Snippet", "description",
    }  # fmt: skip
    found = [e.text or "" for e in root.iter(f"{space}SimpleData") if e.get("name") == "known_name"]
    # What XML cannot hold is replaced; spaces are all that sets the names apart from tags.
    control = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
    wanted = ["".join(control.sub("\ufffd", each).split()) for each in known if each]
    assert ["".join(each.split()) for each in found] == wanted
    assert [each for each in found if is_html(each)] == []


def is_html(text: str) -> bool:
    """Whether a viewer that shows text as HTML finds anything but text in it."""
    parts: list[str] = []
    reader = HTMLParser(convert_charrefs=False)
    for name in HTML:
        setattr(reader, f"handle_{name}", lambda *found: parts.append(str(found)))
    reader.feed(text)
    reader.close()
    return bool(parts)


@pytest.mark.parametrize("name", ["map.html", "report.html"])
def test_titles_hold_no_control_characters(ran: Run, name) -> None:
    page = (ran.latest / name).read_text(encoding="utf-8")
    (title,) = re.findall(r"<title>(.*?)</title>", page, flags=re.S)
    assert title.startswith("a [2J")
    assert OBEYED.search(title) is None


def test_parquet_carries_no_pickles(ran: Run) -> None:
    schema = pq.read_schema(ran.latest / "candidates.parquet")
    assert set(schema.metadata) <= {b"geo", b"pandas", b"ARROW:schema"}
    json.loads(schema.metadata[b"geo"])
    json.loads(schema.metadata[b"pandas"])
    assert not any(
        f.metadata for f in schema if f.metadata and b"PYTHON" in str(f.metadata).encode()
    )


@pytest.mark.parametrize("name", ["score.tif", "heat.tif"])
def test_tags_of_rasters_are_known_ones(ran: Run, name) -> None:
    with rasterio.open(ran.latest / name) as file:
        tags = file.tags() | file.tags(1)
        statistics = {key for key in tags if key.startswith("STATISTICS_")}
        assert set(tags) - statistics <= {
            "AREA_OR_POINT", "kind", "long_name", "status", "source", "vintage", "resampling",
            "OVR_RESAMPLING_ALG",
        }  # fmt: skip
        assert tags["kind"] == "continuous"
        assert file.descriptions[0].startswith(Path(name).stem)
        assert file.units[0] in {"1", "mW m-2"}
    content = (ran.latest / name).read_bytes()
    xml = re.search(rb"<GDALMetadata>.*?</GDALMetadata>", content, re.S)
    assert xml is not None
    assert {each.tag for each in ElementTree.fromstring(xml[0]).iter()} == {"GDALMetadata", "Item"}


def test_no_output_is_named_by_the_data(ran: Run) -> None:
    names = {path.name for path in ran.latest.iterdir()}
    stems = {"candidates", "map", "report", "manifest", "score", "heat"}
    assert {name.partition(".")[0] for name in names} == stems
