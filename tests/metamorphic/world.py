"""A small world made by chance, the pipeline that scores it, and its values without a store."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import dask
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr
from numpy.typing import NDArray

from siting import findings
from siting.check import check
from siting.grid import accept
from siting.io import yaml
from siting.pipeline import candidate_stage
from siting.pipeline.execute import Values
from siting.pipeline.plan import Plan

Floats = NDArray[np.float64]

CELL, COLUMNS, ROWS = 0.1, 16, 12
WEST, NORTH = -120.0, 40.0

# What each source is good for; a pipeline of some sources has the layers of those.
LAYERS = {
    "heat": {"hot": "{combine.rescale: {layer: heat, low: 40 mW m-2, high: 0.12 W m-2}}"},
    "faults": {
        "fault_distance": "{distance.distance_to: {features: faults}}",
        "near_fault": "{combine.nearness: {distance: fault_distance, half_distance: 20 km}}",
    },
    "wells": {
        "well_distance": "{distance.distance_to: {features: wells}}",
        "near_well": "{combine.nearness: {distance: well_distance, half_distance: 30 km}}",
    },
}
EXCLUSIONS = {
    "heat": {"cold": "{below: {layer: heat, threshold: 42 mW m-2}}"},
    "faults": {"remote": "{above: {layer: fault_distance, threshold: 70 km}}"},
    "wells": {},
}
WEIGHTS = {"heat": {"hot": 2.0}, "faults": {"near_fault": 1.0}, "wells": {"near_well": 0.5}}


@dataclass(frozen=True)
class World:
    """What there is: a field of heat flow, faults and wells."""

    heat: Floats
    faults: gpd.GeoDataFrame
    wells: pd.DataFrame

    def with_heat(self, heat: Floats) -> "World":
        """The world with another heat flow."""
        return replace(self, heat=heat)


def x_centres(west: float = WEST, columns: int = COLUMNS) -> Floats:
    """Longitudes of the columns."""
    return np.round(west + (np.arange(columns) + 0.5) * CELL, 6)


def y_centres() -> Floats:
    """Latitudes of the rows, from north to south."""
    return np.round(NORTH - (np.arange(ROWS) + 0.5) * CELL, 6)


def make_world(seed: int, west: float = WEST) -> World:
    """A world by chance; the same one at any longitude."""
    rng = np.random.default_rng(seed)
    # Whole tenths, so that every type of number and every format holds the same values.
    heat = rng.integers(380, 1250, (ROWS, COLUMNS)) / 10
    lines = []
    for _ in range(3):
        x = west + rng.uniform(0.1, 1.5, 3).round(3)
        y = NORTH - rng.uniform(0.1, 1.1, 3).round(3)
        lines.append(shapely.LineString(np.column_stack([x, y])))
    faults = gpd.GeoDataFrame({"name": ["a", "b", "c"]}, geometry=lines, crs=4326)
    wells = pd.DataFrame(
        {
            "site_id": [f"{number:02d}" for number in range(5)],
            "lon": (west + rng.uniform(0.1, 1.5, 5)).round(4),
            "lat": (NORTH - rng.uniform(0.1, 1.1, 5)).round(4),
            "depth": rng.integers(100, 3000, 5),
        }
    )
    return World(heat, faults, wells)


# ------------------------------------------------------------------ the pipeline
BOUNDS = (WEST, NORTH - ROWS * CELL, WEST + COLUMNS * CELL, NORTH)


@dataclass(frozen=True)
class Recipe:
    """A pipeline file by its parts."""

    sources: Mapping[str, str]
    layers: Mapping[str, str]
    exclusions: Mapping[str, str]
    weights: Mapping[str, float]
    bounds: tuple[float, float, float, float] = BOUNDS

    @classmethod
    def of(cls, sources: Mapping[str, str]) -> "Recipe":
        """The pipeline that makes use of some sources."""
        parts = [_joined(each, sources) for each in (LAYERS, EXCLUSIONS, WEIGHTS)]
        return cls(sources, *parts)

    def text(self) -> str:
        """The pipeline file."""
        edges = ", ".join(f"{edge:.6f}" for edge in self.bounds)
        weights = ", ".join(f"{name}: {weight!r}" for name, weight in self.weights.items())
        known = ", known: wells" if "wells" in self.sources else ""
        return "\n".join(
            [
                "siting: 1",
                "name: Metamorphic",
                f"grid: {{crs: EPSG:4326, resolution: {CELL} degree, bounds: [{edges}]}}",
                *_section("sources", self.sources),
                *_section("layers", self.layers),
                *_section("exclusions", self.exclusions),
                f"scoring: {{score: {{overlay.weighted: {{layers: {{{weights}}}}}}}}}",
                f"candidates: {{rank_by: score, count: 12, spacing: 15 km{known}}}",
            ]
        )


def _joined(parts: Mapping[str, Mapping[str, Any]], names: Iterable[str]) -> dict[str, Any]:
    return {key: value for name in names for key, value in parts[name].items()}


def _section(name: str, entries: Mapping[str, str]) -> list[str]:
    return [f"{name}:" + ("" if entries else " {}")] + [f"  {k}: {v}" for k, v in entries.items()]


class _InMemory(Values):
    """The values of a run by the calls of a run, without its store."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.opened: dict[str, Any] = {}
        self.made: dict[str, dict[str, Any]] = {}

    def _open(self, reference: Any) -> Any:
        step = self.plan.step(reference.step)
        if step.name not in self.made:
            self.made[step.name] = self._parts(step)
        part = reference.part or step.first
        value = self.made[step.name][part]
        if step.values[part].kind == "layer":
            return accept(value.compute().rename(str(reference)), self.plan.grid, str(reference))
        return value


@dataclass(frozen=True)
class Answer:
    """What a pipeline says: its layers by name, its sites, and what it noticed."""

    layers: dict[str, NDArray[Any]]
    sites: gpd.GeoDataFrame
    codes: list[str]

    @property
    def score(self) -> NDArray[Any]:
        """The score of every cell."""
        return self.layers["score"]


def answer(folder: Path, recipe: Recipe) -> Answer:
    """What a pipeline says about the files in a folder."""
    text = recipe.text()
    # One thread: these grids are so small that handing tasks around takes longer than they do.
    with dask.config.set(scheduler="synchronous"), findings.collect() as noticed:
        values = _InMemory(check(yaml.load(text, "pipeline.yaml"), folder))
        names = candidate_stage.layer_names(values.plan)
        layers = {name: values.get(name).values for name in names}
        sites = candidate_stage._select(values.plan, values, _allowed(values))
    codes = [each.code for each in noticed if each.severity == "warning"]
    return Answer(layers, sites, codes)


def _allowed(values: _InMemory) -> xr.DataArray:
    remaining = values.domain()
    for step in values.plan.steps:
        if step.section == "exclusions":
            remaining = remaining & (values.get(step.name) == 1)
    return remaining


# ------------------------------------------------------------------ the comparison
def assert_same(one: Answer, other: Answer, tolerance: float = 0.0, without: str = "") -> None:
    """All layers of one answer are in the other, and the sites are the same in the same order.

    A layer that is told in another unit is left out by its name.
    """
    close = {"atol": tolerance, "rtol": tolerance}
    for name in one.layers.keys() - {without}:
        found, wanted = other.layers[name], one.layers[name]
        np.testing.assert_allclose(found, wanted, err_msg=name, **close)
    assert_same_sites(one.sites, other.sites, tolerance, without)


def assert_same_sites(
    one: gpd.GeoDataFrame, other: gpd.GeoDataFrame, tolerance: float = 0.0, without: str = ""
) -> None:
    """The same sites in the same order, with the same figures."""
    assert one.site_id.tolist() == other.site_id.tolist()
    numbers = one.select_dtypes("number").columns
    columns = [each for each in numbers if not (without and str(each).startswith(without))]
    np.testing.assert_allclose(
        other[columns].to_numpy(float), one[columns].to_numpy(float), atol=tolerance, rtol=tolerance
    )
