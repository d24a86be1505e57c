"""A small synthetic run in the form that writers receive, and the page made of it."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr
from odc.geo.geobox import GeoBox

from siting.findings import Finding
from siting.grid import as_layer, longitude_latitude, make_grid
from siting.kinds import Results
from siting.outputs.map import write

VOLCANOES = [(-122.0, 45.0), (-70.0, -20.0), (140.0, 38.0), (37.0, 0.0), (179.5, 52.0)]
LAND = [
    shapely.box(-130, -40, -60, 60),
    shapely.box(-10, -35, 50, 65).difference(shapely.box(5, 10, 15, 20)),
    shapely.box(100, -30, 180, 70),
    shapely.box(-180, 40, -160, 70),
]
REGIMES = {1: "stable interior", 2: "rift", 3: "subduction", 5: "collision"}
WEIGHTS = {"near_volcano": 0.6, "near_fault": 0.3, "heat": 0.1}


def positions(grid: GeoBox) -> tuple[np.ndarray, np.ndarray]:
    height, width = grid.shape.yx
    return longitude_latitude(grid, slice(0, height), slice(0, width))


def degrees_to_volcano(longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
    """Angular distance to the nearest volcano [degree], from the haversine formula."""
    phi, found = np.radians(latitude), []
    for east, north in VOLCANOES:
        half = np.sin((phi - np.radians(north)) / 2) ** 2
        half = half + np.cos(phi) * np.cos(np.radians(north)) * (
            np.sin(np.radians(longitude - east) / 2) ** 2
        )
        found.append(np.degrees(2 * np.arcsin(np.sqrt(half))))
    return np.min(found, axis=0)


def layer(values: Any, grid: GeoBox, name: str, units: str = "1", **attrs: Any) -> xr.DataArray:
    given = {"kind": "continuous", "long_name": f"{name} of the cell", "status": "derived"}
    given |= {"source": "Synthetic atlas", "vintage": "1998-2021", "label_leak": False}
    return as_layer(values, grid, **{**given, "units": units, **attrs})


def make_layers(grid: GeoBox) -> tuple[xr.DataArray, dict[str, xr.DataArray]]:
    longitude, latitude = positions(grid)
    land = shapely.contains_xy(shapely.union_all(LAND), longitude, latitude)
    distance = degrees_to_volcano(longitude, latitude) * 111.2
    waves = np.sin(np.radians(5 * longitude)) * np.cos(np.radians(7 * latitude))
    near, fault = np.exp(-distance / 400), np.clip(waves, 0, 1) ** 3
    heat = np.select([waves > 0.5, waves > 0], [95.0, 65.0], 45.0)
    terms = {"near_volcano": near, "near_fault": fault, "heat": (heat - 45) / 50}
    score = sum(WEIGHTS[name] * values for name, values in terms.items())
    regime = np.select([near > 0.5, waves > 0.7, waves < -0.7], [3.0, 2.0, 5.0], 1.0)
    layers = {
        "land": as_layer(land, grid, kind="boolean", long_name="Land", status="measured"),
        "elevation": layer(2000 * waves + 800, grid, "Elevation", "m", status="measured"),
        "volcano_distance": layer(distance, grid, "Distance", "km"),
        "near_volcano": layer(near, grid, "Nearness"),
        "near_fault": layer(fault, grid, "Nearness of faults", label_leak=True),
        "heat": layer(heat, grid, "Heat flow", "mW m-2", status="assumed"),
        "regime": layer(regime, grid, "Regime", kind="categorical", categories=REGIMES),
        "aspect": layer(longitude % 360, grid, "Aspect", "degree", kind="circular"),
        "score": layer(np.where(land, score, np.nan), grid, "Favourability"),
        "learned.score": layer(np.where(land, near**0.5, np.nan), grid, "Probability"),
        "learned.spread": layer(np.where(land, 0.1 * near, np.nan), grid, "Spread"),
        "learned.dissimilarity": layer(
            np.abs(latitude) / 60, grid, "Dissimilarity", threshold=0.75
        ),
    }
    return as_layer(land, grid), layers


def make_candidates(layers: dict[str, xr.DataArray], grid: GeoBox, count: int) -> gpd.GeoDataFrame:
    longitude, latitude = positions(grid)
    order = np.argsort(-np.nan_to_num(layers["score"].values.ravel(), nan=-1), kind="stable")
    cells = order[:: max(1, 3)][:count]
    frame = pd.DataFrame({"rank": np.arange(count) + 1})
    frame["site_id"] = [f"S{cell:06d}" for cell in cells]
    frame["longitude"], frame["latitude"] = longitude.ravel()[cells], latitude.ravel()[cells]
    frame["cell_area"] = 2504.3
    frame["score"] = layers["score"].values.ravel()[cells]
    frame["spread"] = layers["learned.spread"].values.ravel()[cells]
    frame["dissimilarity"] = layers["learned.dissimilarity"].values.ravel()[cells]
    frame["extrapolated"] = frame["dissimilarity"] > 0.75
    for name, values in layers.items():
        frame[name.replace(".", "_")] = values.values.ravel()[cells]
    for name, weight in WEIGHTS.items():
        scaled = (frame["heat"] - 45) / 50 if name == "heat" else frame[name]
        frame[f"contribution_{name}"] = weight * scaled
    frame["contribution_base"] = 0.0
    frame["reasons"] = "near a volcano (0.6 of the score); on a fault"
    frame["flags"] = np.where(frame["extrapolated"], "unlike the training data", "")
    points = gpd.points_from_xy(frame["longitude"], frame["latitude"], crs="EPSG:4326")
    found = gpd.GeoDataFrame(frame, geometry=points)
    found.attrs["columns"] = {
        name: {"units": layers[name].attrs.get("units", "1"), "description": f"{name} of the cell"}
        for name in layers
        if name in found
    }
    return found


def interval(value: float | None, low: float, high: float) -> dict[str, float | None]:
    return {"value": value, "low": low, "high": high}


def method(name: str, role: str, folds: str, stratum: str, found: float | None) -> dict[str, Any]:
    few = found is None
    return {
        "name": name,
        "role": role,
        "folds": folds,
        "stratum": stratum,
        "fields": 9 if few else 112,
        "auc": interval(None if few else 0.97, 0.95, 0.99),
        "capture": {
            "1": interval(found, 0.52, 0.68),
            "5": interval(None if few else 0.84, 0.77, 0.9),
            "10": interval(None if few else 0.97, 0.92, 0.99),
        },
    }


def skill_record() -> dict[str, Any]:
    steps = [0.0, 0.01, 0.05, 0.1, 0.3, 1.0]
    return {
        "verdict": "Distance to volcano does as well: the score finds 0.84 of known fields in "
        "the best 5 % of land, distance to volcano alone 0.82.",
        "beats_baseline": False,
        "paired": {
            "baseline": "volcano_distance",
            "share_of_bootstraps": 0.87,
            "difference": interval(0.02, -0.01, 0.05),
            "at": 0.05,
            "required": 0.95,
        },
        "scope": "Regional screening: nothing follows for a well from a cell of 2,500 km².",
        "methods": [
            method("score", "index", "none (fixed weights)", "land", 0.6),
            method("volcano_distance", "baseline", "none (fixed weights)", "land", 0.55),
            method("learned.score", "learned", "random (leakage)", "land", 0.7),
            method("learned.score", "learned", "10 degree blocks", "land", 0.61),
            method("learned.score", "learned", "held-out regions", "land", 0.5),
            method("score", "index", "none (fixed weights)", "far_from_volcano", None),
        ],
        "curves": {
            "score": list(zip(steps, [0, 0.6, 0.84, 0.97, 1.0, 1.0], strict=True)),
            "volcano_distance": list(zip(steps, [0, 0.55, 0.82, 0.95, 0.99, 1.0], strict=True)),
        },
        "importance": [{"layer": "near_volcano", "value": 0.31, "sd": 0.02}],
        "leakage": {"passed": True, "text": "random folds are no better on shuffled labels"},
        "labels": {
            "name": "known",
            "used": 112,
            "left_out_unverified": 9,
            "outside": 1,
            "outside_names": ["Far Field"],
        },
    }


def make_features() -> dict[str, gpd.GeoDataFrame]:
    known = gpd.GeoDataFrame(
        {
            "name": ["North Field", "Andes Field", "Rift Field"],
            "installed": [750.0, np.nan, 120.0],
        },
        geometry=gpd.points_from_xy([-120.0, -69.0, 36.0], [44.0, -21.0, 1.0]),
        crs="EPSG:4326",
    )
    known.attrs["columns"] = {"installed": {"units": "MW"}}
    return {"known": known, "outline": gpd.GeoDataFrame(geometry=LAND, crs="EPSG:4326")}


FINDINGS = [
    Finding("LABELS_UNVERIFIED", "9 known fields are unverified", where="known", fix="verify them"),
    Finding("LAYER_COARSE", "heat flow is one number a class", severity="note"),
]


def make_results(grid: GeoBox, count: int = 200) -> Results:
    domain, layers = make_layers(grid)
    sections = {"score": "scoring", "elevation": "sources"}
    marks = {
        name: {
            **{key: values.attrs.get(key, "") for key in ("status", "source", "vintage")},
            "units": values.attrs.get("units", "1"),
            "section": "scoring" if name.startswith("learned") else sections.get(name, "layers"),
        }
        for name, values in layers.items()
    }
    return Results(
        title="World geothermal screening (synthetic)",
        description="Where to look first for geothermal fields.",
        grid=grid,
        domain=domain,
        layers=layers,
        features=make_features(),
        tables={},
        records={"skill": skill_record()},
        candidates=make_candidates(layers, grid, count),
        score="score",
        models={},
        exclusions={"steep": {"area": 1.2e6, "marginal": 4e5}, "_total": {"area": 1.5e6}},
        findings=FINDINGS,
        pipeline="siting: 1\nname: World geothermal screening\n",
        marks=marks,
    )


@pytest.fixture(scope="session")
def world() -> GeoBox:
    return make_grid("EPSG:6933", 50_000, "world")


@pytest.fixture(scope="session")
def results(world: GeoBox) -> Results:
    return make_results(world)


@pytest.fixture(scope="session")
def page_file(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("map") / "map.html"
    write(results, path)
    return path
