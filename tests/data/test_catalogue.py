"""What the catalogue says of each embedded file holds for the file."""

import hashlib
from pathlib import Path

import geopandas
import pandas
import pytest
import rasterio
import yaml

from data.build.fetch import PACKAGES

DATA = Path(__file__).parents[2] / "data"
ENTRIES = yaml.safe_load((DATA / "catalogue.yaml").read_text(encoding="utf-8"))
RASTERS = [name for name, entry in ENTRIES.items() if entry["format"] == "raster"]
VECTORS = [name for name, entry in ENTRIES.items() if entry["file"].endswith(".parquet")]
AT_SEA = ("data/build/ocean/", "data/build/waves/")
SEA = [name for name in RASTERS if ENTRIES[name]["build"].startswith(AT_SEA)]
BUILT = [name for name, entry in ENTRIES.items() if entry.get("build", "").endswith(".py")]
KINDS = {
    "raster": {"continuous", "categorical", "circular", "count"},
    "vector": {"points", "lines", "polygons"},
    "table": {"points", "lines", "polygons", "table"},
    "series": {"series"},
    "device": {"device"},
}
PACKAGED_LIMIT = 25e6  # [byte], of all embedded data
DESCRIBING = {
    "catalogue.yaml", "elsewhere.yaml", "price_index.yaml", "quantities.yaml", "README.md",
}  # fmt: skip


@pytest.fixture(scope="module", params=sorted(ENTRIES))
def entry(request):
    return ENTRIES[request.param]


def test_file_has_the_catalogued_bytes(entry):
    content = (DATA / entry["file"]).read_bytes()
    assert len(content) == entry["bytes"]
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]


def test_entry_says_what_it_is_and_whence(entry):
    assert entry["kind"] in KINDS[entry["format"]]
    assert entry["status"] in {"measured", "derived", "assumed"}
    assert isinstance(entry["label_leak"], bool)
    for field in ("title", "description", "licence", "citation", "vintage"):
        assert isinstance(entry[field], str)
        assert entry[field].strip()


def test_every_file_has_an_entry():
    found = [path.relative_to(DATA) for path in DATA.rglob("*") if path.is_file()]
    files = {each.as_posix() for each in found if each.parts[0] != "build"} - DESCRIBING
    assert files == {entry["file"] for entry in ENTRIES.values()}


def test_all_files_together_are_small():
    assert sum(entry["bytes"] for entry in ENTRIES.values()) < PACKAGED_LIMIT


@pytest.mark.parametrize("name", RASTERS)
def test_raster_describes_itself_as_the_catalogue_does(name):
    entry = ENTRIES[name]
    with rasterio.open(DATA / entry["file"]) as raster:
        assert raster.crs.to_epsg() == 4326
        assert set(raster.units) == {entry["units"]}
        assert raster.count == (12 if name.endswith("_monthly") else 1)
        assert raster.descriptions[0]
        assert raster.dtypes[0] in {"int16", "uint8"}
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.res[0] == pytest.approx(float(entry["resolution"].split()[0]))


@pytest.mark.parametrize("name", RASTERS)
def test_raster_covers_the_world_with_plausible_values(name):
    entry = ENTRIES[name]
    with rasterio.open(DATA / entry["file"]) as raster:
        values = raster.read(masked=True) * raster.scales[0]
        west, south, east, north = raster.bounds
    assert values.count() == values.size or name in SEA
    assert values.count() > 0.35 * values.size
    assert west <= -180
    assert east >= 180
    assert south <= -89.95 + 1e-9
    assert north >= 89.95 - 1e-9
    low, high = entry["valid_range"]
    assert low <= values.min() < values.max() <= high


@pytest.mark.parametrize(
    ("name", "check"), [(name, check) for name in RASTERS for check in ENTRIES[name]["checks"]]
)
def test_raster_holds_the_known_value(name, check):
    place = (check["longitude"], check["latitude"])
    with rasterio.open(DATA / ENTRIES[name]["file"]) as raster:
        value = next(raster.sample([place]))[check.get("band", 1) - 1] * raster.scales[0]
    assert value == pytest.approx(check["value"], abs=check["tolerance"])


@pytest.mark.parametrize("name", VECTORS)
def test_features_are_the_catalogued_ones(name):
    entry = ENTRIES[name]
    features = geopandas.read_parquet(DATA / entry["file"])
    assert features.crs.to_epsg() == 4326
    assert set(features.columns) == {*entry["columns"], "geometry"}
    assert features.geometry.is_valid.all()
    west, south, east, north = features.total_bounds
    assert -180 <= west < east <= 180
    assert -90 <= south < north <= 90
    plain = {kind.removeprefix("Multi").replace("String", "") for kind in features.geom_type}
    assert {f"{kind.lower()}s" for kind in plain} == {entry["kind"]}


@pytest.mark.parametrize("name", [n for n in ENTRIES if ENTRIES[n]["file"].endswith(".csv")])
def test_table_has_the_catalogued_columns(name):
    entry = ENTRIES[name]
    header = pandas.read_csv(DATA / entry["file"], nrows=1).columns
    assert [name.partition(" [")[0] for name in header] == list(entry["columns"])


@pytest.mark.parametrize("name", [n for n in ENTRIES if ENTRIES[n].get("columns")])
def test_every_column_has_units_and_a_meaning(name):
    for column in ENTRIES[name]["columns"].values():
        assert column["units"]
        assert column["description"]


@pytest.mark.parametrize("name", BUILT)
def test_origin_is_the_pinned_package(name):
    origins = ENTRIES[name]["origin"]
    for origin in origins if isinstance(origins, list) else [origins]:
        package = PACKAGES[origin["package"]]
        assert origin["version"] == package.version
        assert origin["registry"] == package.registry
        assert origin["sha256"] == package.sha256
    assert (DATA.parent / ENTRIES[name]["build"]).is_file()


@pytest.mark.parametrize("name", ["moho_depth", "lab_depth", "asthenosphere_vs"])
def test_unclear_licence_is_said_plainly(name):
    assert ENTRIES[name]["licence"].startswith("Not clearly licensed")
    assert ENTRIES["volcanoes_holocene"]["licence"].startswith("Not clearly licensed")
