"""The tables compiled by hand: every row is told apart, placed, sourced and honestly marked."""

import csv
import os
import re
import unicodedata
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

from siting.geodesy import geodesic_distance
from siting.io import yaml

DATA = Path(__file__).parents[2] / "data"
REGIONS = {
    "anatolia",
    "asia_continental",
    "central_america_caribbean",
    "east_africa",
    "europe",
    "iceland_atlantic",
    "kamchatka_japan",
    "new_zealand_pacific",
    "north_america",
    "south_america",
    "southeast_asia",
}
CHECKS = {"plant_list", "page", "holocene_volcano", "gazetteer", "none"}
# Words that many plants share: they do not make a plant "of that name".
GENERIC = {
    *("geothermal", "power", "plant", "station", "united", "states", "city"),
    *("springs", "valley", "lake", "lago", "field", "desert", "peak", "hills", "mount", "mountain"),
    *("north", "northern", "south", "southern", "east", "west", "blue"),
}


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def places(table: list[dict[str, str]]) -> tuple[np.ndarray, np.ndarray]:
    return tuple(np.array([float(r[c]) for r in table]) for c in ("longitude", "latitude"))


def words(text: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return {w for w in re.findall("[a-z]+", plain) if len(w) > 3} - GENERIC


FIELDS = rows("geothermal_fields.csv")
CALDERAS = rows("calderas.csv")
VERIFIED = [row for row in FIELDS if row["verified"] == "yes"]
PLACED = pytest.mark.parametrize("table", [FIELDS, CALDERAS], ids=["fields", "calderas"])


@pytest.fixture(scope="module")
def plants() -> list[dict[str, str]]:
    """Power plants of a public list, for comparison only."""
    folder = os.environ.get("SITING_REFERENCE_DATA")
    if not folder:
        pytest.skip("SITING_REFERENCE_DATA does not name a folder of reference data")
    path = Path(folder) / "geothermal" / "plants_wri.csv"
    if not path.is_file():
        pytest.skip(f"the reference data hold no {path.name}")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("table", "key"),
    [(FIELDS, "field_id"), (CALDERAS, "caldera_id")],
    ids=["fields", "calderas"],
)
def test_identifiers_are_unique_slugs(table, key):
    identifiers = [row[key] for row in table]
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", each) for each in identifiers)
    assert len(set(identifiers)) == len(identifiers)


@PLACED
def test_coordinates_are_in_range_and_to_a_hundredth_of_a_degree(table):
    for row in table:
        for column, limit in (("longitude", 180), ("latitude", 90)):
            assert re.fullmatch(r"-?\d{1,3}\.\d\d", row[column]), row
            assert abs(float(row[column])) <= limit, row


@PLACED
def test_every_row_has_a_country_and_a_reference_with_its_year(table):
    for row in table:
        assert re.fullmatch("[A-Z]{3}", row["country"]), row
        dated = re.search(r"\b(19|20)\d\d\b", row["reference"])
        assert dated or "Global Volcanism Program" in row["reference"], row


@PLACED
def test_unverified_rows_have_the_status_assumed_and_no_others(table):
    for row in table:
        expected = {"yes": "measured", "unverified": "assumed"}
        assert row["status"] == expected[row["verified"]], row
        assert row["coordinate_check"] in CHECKS, row


def test_at_least_80_fields_are_verified_in_every_region_of_the_hold_out():
    assert len(VERIFIED) >= 80
    assert {row["region"] for row in VERIFIED} == REGIONS == {row["region"] for row in FIELDS}


def test_numbers_of_fields_are_plausible():
    for row in FIELDS:
        capacity = float(row["capacity"])
        assert (capacity > 0) == (row["operation"] in ("producing", "retired")), row
        assert bool(row["capacity_year"]) == bool(row["first_year"]) == (capacity > 0), row
        if row["first_year"]:
            assert 1913 <= int(row["first_year"]) <= int(row["capacity_year"]) <= 2025, row
        if row["reservoir_temperature"]:
            assert 70 <= float(row["reservoir_temperature"]) <= 360, row


def test_capacities_add_up_to_what_the_world_has():
    # Huttrer 2020, Proc. World Geothermal Congress 2020: 15,950 MW installed in the world. Some
    # 10 to 20 % stands on fields that are not in the table.
    total = sum(float(row["capacity"]) for row in FIELDS if row["operation"] == "producing")
    assert 0.8 * 15_950 < total < 15_950


def test_numbers_of_calderas_are_plausible():
    for row in CALDERAS:
        assert row["kind"] in ("caldera", "silicic_centre"), row
        # Quaternary: younger than 2.58 million years. The widest is Toba or Yellowstone.
        assert not row["age"] or 0 < float(row["age"]) <= 2.58, row
        assert not row["diameter"] or 1 < float(row["diameter"]) <= 70, row


@PLACED
def test_no_two_verified_rows_are_the_same_place(table):
    verified = [row for row in table if row["verified"] == "yes"]
    longitude, latitude = places(verified)
    apart = geodesic_distance(longitude[:, None], latitude[:, None], longitude, latitude)
    np.fill_diagonal(apart, np.inf)
    near = [(verified[i], verified[j]) for i, j in np.argwhere(apart < 3_000)]
    assert near == []


def test_verified_fields_lie_within_25_km_of_a_plant_of_their_name(plants):
    compared, strays = 0, []
    for row in VERIFIED:
        named = [
            plant
            for plant in plants
            if plant["country"] == row["country"] and words(row["name"]) & words(plant["name"])
        ]
        if not named:
            continue
        compared += 1
        longitude, latitude = places(named)
        near = geodesic_distance(
            float(row["longitude"]), float(row["latitude"]), longitude, latitude
        )
        if near.min() > 25_000:
            strays.append((row["field_id"], round(near.min() / 1000)))
    assert strays == []
    assert compared >= 70  # else the comparison would not be one


def test_fields_said_to_be_checked_against_the_plant_list_are_near_a_plant(plants):
    checked = [row for row in FIELDS if row["coordinate_check"] == "plant_list"]
    longitude, latitude = places(checked)
    lon, lat = places(plants)
    apart = geodesic_distance(longitude[:, None], latitude[:, None], lon, lat).min(axis=1)
    assert len(checked) >= 75
    assert apart.max() < 25_000
    # The table was written before it was compared: this is how well places were known.
    assert np.median(apart) < 2_000


def test_every_plant_of_the_list_of_5_mw_or_more_stands_on_a_field(plants):
    # Coordinates that the list took over from another one without checking, 30 to 90 km from
    # the same plant's other entry in the list.
    known_errors = {
        "Aidlin Geothermal Power Plant Geothermal Plant CA USA",
        "Bear Canyon Power Plant Geothermal Plant CA USA",
        "Beowawe Power Geothermal Plant NV USA",
        "Northern Negros Geothermal Power Plant Philippines",
        "Puna Geothermal Venture I Geothermal Plant HI USA",
        "Tres Virgenes Geothermal Plant Mexico",
    }
    large = [plant for plant in plants if float(plant["capacity_mw"]) >= 5]
    longitude, latitude = places(large)
    lon, lat = places(FIELDS)
    apart = geodesic_distance(longitude[:, None], latitude[:, None], lon, lat).min(axis=1)
    missed = {p["name"].strip() for p, d in zip(large, apart, strict=True) if d > 25_000}
    assert missed <= known_errors


@PLACED
def test_rows_checked_against_the_volcano_list_are_near_a_volcano(table):
    volcanoes = geopandas.read_parquet(DATA / "volcanoes_holocene.parquet").geometry
    checked = [row for row in table if row["coordinate_check"] == "holocene_volcano"]
    longitude, latitude = places(checked)
    lon, lat = volcanoes.x.to_numpy(), volcanoes.y.to_numpy()
    apart = geodesic_distance(longitude[:, None], latitude[:, None], lon, lat).min(axis=1)
    assert len(checked) > 30
    assert apart.max() < 15_000


@pytest.mark.parametrize(
    ("table", "key", "islets"),
    [
        (FIELDS, "field_id", {"nisyros"}),
        (CALDERAS, "caldera_id", {"nisyros", "banda_api", "krakatau", "kikai", "tuhua"}),
    ],
    ids=["fields", "calderas"],
)
def test_rows_lie_within_20_km_of_land_but_for_islets_too_small_for_its_map(table, key, islets):
    polygons = np.asarray(geopandas.read_parquet(DATA / "land_50m.parquet").geometry.values)
    tree = shapely.STRtree(polygons)
    far = set()
    for row in table:
        longitude, latitude = float(row["longitude"]), float(row["latitude"])
        window = shapely.box(longitude - 3, latitude - 2, longitude + 3, latitude + 2)
        near = shapely.union_all(shapely.intersection(polygons[tree.query(window)], window))
        ashore = shapely.shortest_line(shapely.Point(longitude, latitude), near)
        assert ashore is not None, row
        (lon_1, lat_1), (lon_2, lat_2) = ashore.coords
        if geodesic_distance(lon_1, lat_1, lon_2, lat_2) > 20_000:
            far.add(row[key])
    assert far == islets


def test_heat_flow_of_each_regime_is_that_of_a_published_class():
    # Pollack, Hurter & Johnson 1993, Rev. Geophys. 31, 267-280: mean and standard deviation of
    # the measurements in each continental class [mW m-2].
    published = {
        "Archean": (51.5, 25.6),
        "Proterozoic": (58.3, 23.6),
        "Paleozoic sedimentary and metamorphic": (61.0, 30.2),
        "Paleozoic igneous": (57.7, 20.5),
        "Mesozoic sedimentary and metamorphic": (63.7, 28.2),
        "Mesozoic igneous": (64.2, 28.8),
        "Cenozoic sedimentary and metamorphic": (63.9, 27.5),
        "Cenozoic igneous": (97.0, 66.9),
    }
    for row in rows("heat_flow_classes.csv"):
        figures = float(row["heat_flow"]), float(row["standard_deviation"])
        assert figures == published[row["source_class"]], row


def test_each_regime_has_one_heat_flow_and_says_that_it_is_assumed():
    table = rows("heat_flow_classes.csv")
    entry = yaml.read(DATA / "catalogue.yaml").data["tectonic_regime"]
    regimes = {str(code): name for code, name in entry["categories"].items()}
    assert {row["class"]: row["regime"] for row in table} == regimes
    assert len(table) == len(regimes)
    assert {(row["status"], row["verified"]) for row in table} == {("assumed", "unverified")}
    assert all(row["reference"] and row["note"] for row in table)


@pytest.mark.parametrize("name", ["geothermal_fields", "calderas", "heat_flow_classes"])
def test_catalogue_describes_every_column(name):
    entry = yaml.read(DATA / "catalogue.yaml").data[name]
    assert list(entry["columns"]) == list(rows(entry["file"])[0])
    assert all(column["description"] and column["units"] for column in entry["columns"].values())


@pytest.mark.parametrize(
    ("name", "table"),
    [("geothermal_fields", FIELDS), ("calderas", CALDERAS)],
    ids=["fields", "calderas"],
)
def test_page_on_the_tables_counts_their_rows(name, table):
    page = (DATA.parent / "docs" / "data_tables.md").read_text(encoding="utf-8")
    verified = sum(row["verified"] == "yes" for row in table)
    counts = f"| {len(table)} | {verified} | {len(table) - verified} |"
    assert f"| `{name}.csv` {counts}" in page
