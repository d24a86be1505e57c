"""A small synthetic run in the form that writers receive, a reader of pages, and a browser."""

from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from odc.geo.geobox import GeoBox
from sklearn.linear_model import LogisticRegression

from siting.findings import Finding
from siting.grid import as_layer, cell_of, longitude_latitude, make_grid
from siting.kinds import FittedModel, Results
from siting.outputs.report import page

REGIMES = {1: "stable", 2: "rift", 3: "subduction"}
FIELDS = {
    "name": ["Larderello", "Wairakei", "Coso", "Olkaria", "Hatchobaru", "Doubtful"],
    "verified": ["yes"] * 5 + ["unverified"],
}
FIELD_PLACES = [
    (10.9, 43.2),
    (176.1, -38.6),
    (-117.8, 36.0),
    (36.3, -0.9),
    (131.2, 33.1),
    (20.0, 10.0),
]


def layer(values: Any, grid: GeoBox, name: str, units: str = "1", **attrs: Any) -> xr.DataArray:
    given = {"kind": "continuous", "long_name": f"{name} of the cell", "status": "derived"}
    given |= {"source": "Atlas of heat", "vintage": "1998-2021", "label_leak": False}
    return as_layer(values, grid, **{**given, "units": units, **attrs}).rename(name)


def make_layers(grid: GeoBox) -> tuple[xr.DataArray, dict[str, xr.DataArray]]:
    height, width = grid.shape.yx
    longitude, latitude = longitude_latitude(grid, slice(0, height), slice(0, width))
    land = (np.sin(np.radians(3 * longitude)) + np.cos(np.radians(2 * latitude))) > 0
    wave = np.sin(np.radians(5 * longitude)) * np.cos(np.radians(7 * latitude))
    distance = 900 * (1 - wave)
    score = np.where(land, np.exp(-distance / 400), np.nan)
    score[0, :] = np.nan
    layers = {
        "land": as_layer(land, grid, kind="boolean", long_name="Land", status="measured"),
        "elevation": layer(2000 * wave + 800, grid, "Elevation", "m", status="measured"),
        "volcano_distance": layer(distance, grid, "Distance to volcano", "km"),
        "heat": layer(45 + 60 * wave**2, grid, "Heat flow", "mW m-2", status="assumed"),
        "regime": layer(
            np.select([wave > 0.5, wave > 0], [3.0, 2.0], 1.0),
            grid, "Regime", kind="categorical", categories=REGIMES,
        ),
        "far": as_layer(distance > 500, grid, kind="boolean", units="1", status="derived"),
        "score.score": layer(score, grid, "Favourability", label_leak=True),
        "spread": layer(0.1 * np.abs(wave), grid, "Spread"),
    }  # fmt: skip
    return layers["land"], layers


def make_candidates(layers: dict[str, xr.DataArray], grid: GeoBox, count: int) -> gpd.GeoDataFrame:
    height, width = grid.shape.yx
    longitude, latitude = longitude_latitude(grid, slice(0, height), slice(0, width))
    score = layers["score.score"].values.ravel()
    cells = np.argsort(-np.nan_to_num(score, nan=-1), kind="stable")[: 3 * count : 3]
    frame = pd.DataFrame({"rank": np.arange(1, count + 1)})
    frame["site_id"] = [f"S{cell:06d}" for cell in cells]
    frame["longitude"], frame["latitude"] = longitude.ravel()[cells], latitude.ravel()[cells]
    frame["score_score"] = score[cells]
    frame["spread"] = layers["spread"].values.ravel()[cells]
    frame["known_distance"] = np.linspace(2, 900, count)
    frame["known_name"] = "Larderello"
    frame["reasons"] = "volcano_distance +0.36, heat +0.12"
    frame["flags"] = ["", *["outside training range"] * (count - 1)]
    points = gpd.points_from_xy(frame["longitude"], frame["latitude"], crs="EPSG:4326")
    found = gpd.GeoDataFrame(frame, geometry=points)
    found.attrs["columns"] = {
        "known_distance": {"units": "km", "description": "Distance to the nearest known field"},
        "score_score": {"units": "1", "description": "Favourability"},
    }
    return found


def interval(value: float | None, low: float | None, high: float | None) -> dict[str, Any]:
    return {"value": value, "low": low, "high": high}


def method(name: str, role: str, folds: str, stratum: str, auc: float, **few: Any) -> Any:
    def told(value: float) -> dict[str, Any]:
        low, high = round(max(value - 0.0512, 0), 4), round(min(value + 0.0434, 1), 4)
        return interval(None if few else round(value, 4), low, high)

    return {
        "name": name, "role": role, "folds": folds, "stratum": stratum, "fields": 112,
        "auc": told(auc),
        "capture": {"10": told(auc - 0.08), "1": told(auc - 0.51), "5": told(auc - 0.19)},
    } | few  # fmt: skip


def skill_record() -> dict[str, Any]:
    fixed, single = "none (fixed weights)", "none (single layer)"
    rows = [
        ("learned", "learned", "random (leakage)", 0.9771),
        ("heat", "baseline", single, 0.7004),
        ("volcano_distance", "baseline", single, 0.9012),
        ("learned", "learned", "10 degree blocks", 0.8987),
        ("score.score", "index", fixed, 0.9146),
    ]
    few = [("volcano_distance", "baseline", single, 0.72), ("score.score", "index", fixed, 0.78)]
    return {
        "verdict": "Distance to the nearest volcano does as well: 71% against 73% of 112 fields.",
        "beats_baseline": False,
        "paired": {
            "baseline": "volcano_distance", "at": 0.05, "required": 0.95,
            "share_of_bootstraps": 0.873, "difference": interval(0.0179, -0.0268, 0.0625),
        },
        "variants": [
            {
                "name": "score_without_calderas", "baseline": "volcano_distance", "at": 0.05,
                "required": 0.95, "share_of_bootstraps": 0.5,
                "difference": interval(0.0, -0.03, 0.03),
            }
        ],
        "scope": "Regional screening on cells of 40,000 km2. No claim about a well.",
        "methods": [
            *(method(*row[:3], "land", row[3]) for row in rows),
            *(method(*row[:3], "far_from_volcano", row[3], fields=9) for row in few),
            method("heat", "baseline", single, "far_from_volcano", 0.6, fields=1)
            | {"auc": interval(None, None, None), "capture": {}},
        ],
        "curves": {
            "volcano_distance": [[0, 0], [0.001, 0.1], [0.04, 0.7], [0.3, 0.9], [1, 1]],
            "score.score": [[0, 0], [0.001, 0.2], [0.04, 0.72], [0.2, 0.9], [1, 1]],
            "learned, 10 degree blocks": [[0, 0], [0.01, 0.3], [0.1, 0.8], [1, 1]],
        },
        "importance": [
            {"layer": "volcano_distance", "value": 0.1312, "sd": 0.021},
            {"layer": "heat", "value": -0.0021, "sd": 0.004},
        ],
        "leakage": {
            "draws": 20, "passed": True, "text": "20 random label fields that no layer knows of.",
            "random": {"mean": 0.86, "low": 0.81, "high": 0.9},
            "blocked": {"mean": 0.51, "low": 0.4, "high": 0.62},
        },
        "labels": {
            "name": "known", "used": 112, "left_out_unverified": 9, "outside": 2,
            "outside_names": ["Ross Island", "Kerguelen"], "background": 5000,
        },
    }  # fmt: skip


FINDINGS = [
    Finding("LABELS_UNVERIFIED", "9 labels are unverified", where="known", severity="note"),
    Finding(
        "SITES_OUTSIDE", "2 labels lie outside the grid", where="known", found="Ross Island",
        wanted="labels on the land", fix="look at their coordinates",
    ),
]  # fmt: skip


def make_features() -> dict[str, gpd.GeoDataFrame]:
    points = gpd.points_from_xy(*zip(*FIELD_PLACES, strict=True))
    known = gpd.GeoDataFrame(FIELDS, geometry=points, crs="EPSG:4326")
    known.attrs |= {"source": "Fields of the world", "status": "assumed", "label_leak": True}
    return {"known": known}


def make_marks(layers: dict[str, xr.DataArray]) -> dict[str, dict[str, Any]]:
    marks = {
        "atlas": {
            "section": "sources", "status": "measured", "source": "Atlas of heat",
            "vintage": "1998", "licence": "CC BY 4.0", "citation": "Bunsen (1998)",
        },
        "known": {"section": "sources", "status": "assumed", "source": "Fields of the world",
                  "vintage": "2025", "label_leak": True},
    }  # fmt: skip
    for name, values in layers.items():
        section = "scoring" if name.startswith("score") else "layers"
        keys = ("status", "source", "vintage", "label_leak")
        marks[name] = {key: values.attrs.get(key, "") for key in keys} | {"section": section}
    both = "Atlas of heat; Fields of the world"
    marks["score.model"] = {"section": "scoring", "status": "assumed", "source": both}
    return marks


def make_results(grid: GeoBox, count: int = 40) -> Results:
    domain, layers = make_layers(grid)
    card = {"bootstraps": 20, "dissimilarity_threshold": 0.1489, "versions": {"numpy": "2.4"}}
    return Results(
        title="World geothermal screening (synthetic)",
        description="Where to look first for geothermal fields.",
        grid=grid,
        domain=domain,
        layers=layers,
        features=make_features(),
        tables={},
        records={"skill": skill_record(), "budget": {"wells": 3}},
        candidates=make_candidates(layers, grid, count),
        score="score.score",
        models={"score.model": FittedModel(LogisticRegression(C=0.1), ("heat",), card)},
        exclusions={
            "steep_ground": {"area": 1.2e6, "marginal": 4e5},
            "_total": {"area": 1.5e6, "marginal": 0.0},
        },
        findings=FINDINGS,
        pipeline="siting: 1\nname: World geothermal screening\n",
        marks=make_marks(layers),
    )


HOSTILE = [
    "<img src=x onerror=\"document.title='img'\">",
    "</style></script><script>document.title='script'</script>",
    "${document.title='template'} $\\frac{1}{0}$ $$",
    "{{7*7}}{% raw %}{#",
    "=HYPERLINK(\"javascript:document.title='formula'\")",
    "\"'><svg onload=document.title='svg'>",
    "<!--<script> -- ]]>",
    "line\u2028two\nthree \x00\x0b \ud800 \u202eend 名前 " + "long" * 60,
]
EVERYTHING = " ".join(HOSTILE)


def poisoned(value: Any) -> Any:
    """The value with hostile text for every text in it, keys that a program reads aside."""
    if isinstance(value, str):
        return EVERYTHING
    if isinstance(value, dict):
        return {key: poisoned(each) for key, each in value.items()}
    if isinstance(value, list):
        return [poisoned(each) for each in value]
    return value


def hostile_results(results: Results) -> Results:
    """The run with hostile text in each text field, names of layers among them."""
    named = {n: f"{n} {HOSTILE[i % len(HOSTILE)]}" for i, n in enumerate(results.layers)}
    layers = {
        named[name]: values.assign_attrs(
            long_name=EVERYTHING, source=EVERYTHING, vintage=EVERYTHING, units=HOSTILE[2]
        )
        for name, values in results.layers.items()
    }
    classes = dict.fromkeys(REGIMES, EVERYTHING)
    layers[named["regime"]] = layers[named["regime"]].assign_attrs(categories=classes)
    assert results.candidates is not None
    columns = ("site_id", "reasons", "flags", "known_name")
    storable = EVERYTHING.replace("\ud800", "")  # a column of text cannot hold a lone surrogate
    candidates = results.candidates.assign(**dict.fromkeys(columns, storable))
    candidates.attrs["columns"] = {name: {"units": EVERYTHING} for name in candidates}
    record = poisoned(skill_record())
    record["curves"] = dict(zip(HOSTILE, skill_record()["curves"].values(), strict=False))
    for number, row in enumerate(record["methods"]):
        row["name"] = HOSTILE[number]
        row["capture"]["<b>"] = row["capture"].pop("1", None)
    card = {"training_digest": EVERYTHING, "versions": {EVERYTHING: EVERYTHING}}
    return replace(
        results,
        title=EVERYTHING,
        description=EVERYTHING,
        layers=layers,
        candidates=candidates,
        score=named["score.score"],
        records={"skill": record, EVERYTHING: {EVERYTHING: EVERYTHING}},
        models={EVERYTHING: FittedModel(EVERYTHING, (EVERYTHING,), card)},
        exclusions={EVERYTHING: {"area": 1.0, "marginal": 1.0}},
        findings=[Finding(*[EVERYTHING] * 6)],
        pipeline=EVERYTHING,
        marks={
            **{text: {"section": "sources", "source": EVERYTHING} for text in HOSTILE},
            EVERYTHING: {"section": EVERYTHING, "status": EVERYTHING, "licence": EVERYTHING},
        },
    )


def bare_results(grid: GeoBox) -> Results:
    """A run with nothing but one layer: no domain, scores, records, candidates or features."""
    layers = {"depth": as_layer(np.arange(np.prod(grid.shape.yx)).reshape(grid.shape.yx), grid)}
    return Results(
        title="Depth", description="", grid=grid, domain=None, layers=layers, features={},
        tables={}, records={}, candidates=None, score="", models={}, exclusions={}, findings=[],
        pipeline="", marks={},
    )  # fmt: skip


@dataclass
class Node:
    """One element of a page: its tag, attributes, text and children."""

    tag: str
    attrs: dict[str, str]
    children: list[Any] = field(default_factory=list)

    @property
    def text(self) -> str:
        parts = (each.text if isinstance(each, Node) else each for each in self.children)
        return " ".join(" ".join(parts).split())

    def all(self, *tags: str) -> list["Node"]:
        """Every element with one of the tags below this one, in the order of the page."""
        found = []
        for each in self.children:
            if isinstance(each, Node):
                found += [each] if each.tag in tags or not tags else []
                found += each.all(*tags)
        return found

    def by_id(self, name: str) -> "Node":
        return next(each for each in self.all() if each.attrs.get("id") == name)

    def by_class(self, name: str) -> list["Node"]:
        return [each for each in self.all() if name in each.attrs.get("class", "").split()]


class Reader(HTMLParser):
    """A page as a tree; an element that is closed out of order is an error."""

    VOID = ("meta", "br", "img")

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("document", {})
        self.open = [self.root]
        self.feed(text)
        self.close()
        assert self.open == [self.root], f"not closed: {[each.tag for each in self.open]}"

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        node = Node(tag, {key: value or "" for key, value in attrs})
        self.open[-1].children.append(node)
        if tag not in self.VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


@pytest.fixture(scope="session")
def world() -> GeoBox:
    return make_grid("EPSG:6933", 200_000, "world")


@pytest.fixture(scope="session")
def results(world: GeoBox) -> Results:
    return make_results(world)


@pytest.fixture(scope="session")
def small(results: Results) -> Results:
    """The run with no more layers than its score, which is drawn the sooner."""
    return replace(results, layers={"score.score": results.layers["score.score"]})


@pytest.fixture(scope="session")
def hostile(results: Results) -> Results:
    return hostile_results(results)


@pytest.fixture(scope="session")
def hostile_text() -> str:
    return EVERYTHING


@pytest.fixture(scope="session")
def bare(world: GeoBox) -> Results:
    return bare_results(world)


@pytest.fixture
def record() -> dict[str, Any]:
    return skill_record()


@pytest.fixture(scope="session")
def parse() -> Any:
    """A function that reads a page into a tree."""
    return lambda text: Reader(text).root


@pytest.fixture(scope="session")
def html(results: Results) -> str:
    return page.render(results)


@pytest.fixture(scope="session")
def root(html: str) -> Node:
    return Reader(html).root


@pytest.fixture(scope="session")
def known_cells(world: GeoBox) -> tuple[Any, Any]:
    """Cells of the verified fields."""
    return cell_of(world, *zip(*FIELD_PLACES[:5], strict=True))
