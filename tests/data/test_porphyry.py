"""The table of porphyry copper deposits: rows told apart, placed, sourced and honestly marked."""

import csv
import re
from pathlib import Path

import geopandas
import numpy as np
import shapely
import yaml

from siting.geodesy import geodesic_distance

DATA = Path(__file__).parents[2] / "data"
with (DATA / "porphyry_copper.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))
VERIFIED = [row for row in ROWS if row["verified"] == "yes"]
REGIONS = {"asia", "australasia_pacific", "north_america", "south_america", "tethys"}


def places(rows: list[dict[str, str]]) -> tuple[np.ndarray, np.ndarray]:
    return tuple(np.array([float(r[c]) for r in rows]) for c in ("longitude", "latitude"))


def test_rows_have_slugs_places_countries_and_dated_references():
    assert len({row["deposit_id"] for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", row["deposit_id"])
        assert re.fullmatch(r"-?\d{1,3}\.\d\d", row["longitude"]), row
        assert re.fullmatch(r"-?\d{1,2}\.\d\d", row["latitude"]), row
        assert re.fullmatch("[A-Z]{3}", row["country"])
        assert re.search(r"\b(19|20)\d\d\b", row["reference"]), row
        assert 0 < float(row["age"]) < 1000
        assert row["coordinate_check"] in {"mine_list", "none"}
        assert row["status"] == {"yes": "measured", "unverified": "assumed"}[row["verified"]]


def test_enough_are_verified_in_every_region_of_the_hold_out():
    assert len(VERIFIED) >= 40
    counts = {region: sum(row["region"] == region for row in VERIFIED) for region in REGIONS}
    assert {row["region"] for row in ROWS} == REGIONS
    assert min(counts.values()) >= 10


def test_no_two_verified_rows_are_the_same_place():
    longitude, latitude = places(VERIFIED)
    apart = geodesic_distance(longitude[:, None], latitude[:, None], longitude, latitude)
    np.fill_diagonal(apart, np.inf)
    assert apart.min() > 3_000


def test_every_row_lies_on_land():
    polygons = np.asarray(geopandas.read_parquet(DATA / "land_50m.parquet").geometry.values)
    tree = shapely.STRtree(polygons)
    points = shapely.points(*places(ROWS))
    near = tree.query(points, predicate="dwithin", distance=0.05)[0]
    assert sorted(set(range(len(ROWS))) - set(near.tolist())) == []


def test_deposits_lie_where_their_countries_are():
    # Corners that no deposit of the country can be outside of [degree].
    boxes = {
        "CHL": (-72, -56, -67, -17), "PER": (-82, -19, -68, 0), "ARG": (-74, -56, -53, -21),
        "USA": (-170, 24, -66, 72), "CAN": (-142, 41, -52, 84), "MEX": (-118, 14, -86, 33),
        "AUS": (112, -44, 154, -10), "IDN": (95, -11, 141.1, 6), "PNG": (140.8, -12, 156, 0),
        "PHL": (116, 4, 127, 21), "IRN": (44, 25, 64, 40), "CHN": (73, 18, 135, 54),
        "MNG": (87, 41, 120, 53), "KAZ": (46, 40, 88, 56), "SRB": (18, 42, 23.1, 46.3),
    }  # fmt: skip
    for row in ROWS:
        west, south, east, north = boxes.get(row["country"], (-180, -90, 180, 90))
        assert west <= float(row["longitude"]) <= east, row
        assert south <= float(row["latitude"]) <= north, row


def test_catalogue_describes_every_column_and_marks_the_leak():
    entry = yaml.safe_load((DATA / "catalogue.yaml").read_text("utf-8"))["porphyry_copper"]
    assert list(entry["columns"]) == list(ROWS[0])
    assert entry["label_leak"] is True


def test_page_on_the_tables_counts_the_rows():
    page = (DATA.parent / "docs" / "data_tables.md").read_text("utf-8")
    counts = f"| {len(ROWS)} | {len(VERIFIED)} | {len(ROWS) - len(VERIFIED)} |"
    assert f"| `porphyry_copper.csv` {counts}" in page
    checked = sum(row["coordinate_check"] == "mine_list" for row in VERIFIED)
    assert f"{checked} of the verified rows" in page
