"""The stretch of a run from layers to places: what is excluded, and which sites are best."""

from typing import Any

import geopandas as gpd
import xarray as xr

from siting import exclusions as rules
from siting.columns import column_name
from siting.findings import Finding, collect
from siting.grid import cell_of
from siting.pipeline.execute import Values
from siting.pipeline.plan import Plan
from siting.pipeline.recipes import Recipes
from siting.pipeline.schema import Reference
from siting.store import code_digest, object_key

TOP_ROWS = 10  # candidates in the closing summary
CARDS = 12  # candidates that are shown one by one


def exclusions(
    plan: Plan, values: Values, recipes: Recipes
) -> tuple[dict[str, dict[str, float]], xr.DataArray]:
    """Area that each exclusion removes, alone and by itself only; and the cells still allowed."""
    names = [step.name for step in plan.steps if step.section == "exclusions"]
    allowed = {name: values.get(name) for name in names}
    domain = values.domain()
    remaining = domain
    for layer in allowed.values():
        remaining = remaining & (layer == 1)
    recipe = {
        "derived": "exclusions",
        "code": code_digest(rules.areas),
        "keys": {name: recipes.keys[name] for name in names},
        "domain": recipes.keys[plan.domain.partition(".")[0]] if plan.domain else None,
        "grid": recipes.grid,
    }
    key = object_key(recipe)
    if not values.store.has(key):
        areas = rules.areas(allowed, domain, plan.grid) if allowed else {}
        values.store.write_record(key, {"areas": areas}, recipe)
    return values.store.read_record(key)["areas"], remaining


def candidates(
    plan: Plan, values: Values, recipes: Recipes, allowed: xr.DataArray
) -> tuple[gpd.GeoDataFrame | None, list[dict[str, Any]], list[Finding]]:
    """The ranked sites, cards of the best, and what was noticed; kept in the store."""
    if plan.candidates is None:
        return None, [], []
    recipe = {
        "derived": "candidates",
        "call": recipes.call(plan.candidates),
        "keys": recipes.keys,
        "domain": plan.domain,
        "grid": recipes.grid,
        "cards": CARDS,
    }
    key = object_key(recipe)
    if not values.store.has(key):
        with collect() as noticed:
            frame = _select(plan, values, allowed)
            cards = _cards(plan, values, frame)
        rows = {"findings": [each.as_dict() for each in noticed]}
        parts = {"sites": frame, "cards": {"cards": cards}, "noticed": rows}
        values.store.write(key, parts, recipe)
    found = values.store.read_record(key, "noticed")["findings"]
    cards = values.store.read_record(key, "cards")["cards"]
    return values.store.read_frame(key, "sites"), cards, [Finding(**each) for each in found]


def _cards(plan: Plan, values: Values, frame: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """All that is known of the best candidates, where a simulator made their figures."""
    reference = plan.candidates.arguments.get("simulator") if plan.candidates else None
    if reference is None:
        return []
    simulator = values.get(reference)
    best = frame[frame[simulator.target].notna()].head(CARDS)
    rows, columns = cell_of(plan.grid, best["longitude"], best["latitude"])
    return [
        {"rank": int(rank), "site_id": name, **simulator.card(int(row), int(column))}
        for rank, name, row, column in zip(
            best["rank"], best["site_id"], rows, columns, strict=True
        )
    ]


def _select(plan: Plan, values: Values, allowed: xr.DataArray) -> gpd.GeoDataFrame:
    if plan.candidates is None:
        raise ValueError("no candidates")
    rank_by = plan.candidates.arguments["rank_by"]
    supplied = {
        "model": _model(plan, values, plan.candidates.arguments.get("explain") or rank_by),
        "layers": {name: values.get(name) for name in layer_names(plan)},
        "allowed": allowed,
    }
    wanted = {each.name for each in plan.candidates.spec.arguments}
    given = {name: each for name, each in supplied.items() if name in wanted}
    frame = values.call(plan.candidates, given)
    # Writers that colour by score (QGIS styles) find its column here.
    frame.attrs["score"] = column_name(plan.canonical(rank_by))
    frame.attrs["order"] = plan.candidates.arguments.get("order", "highest")
    simulator = plan.candidates.arguments.get("simulator")
    if simulator is not None:
        frame.attrs["simulated"] = values.get(simulator).target
    return frame


def _model(plan: Plan, values: Values, layer: Reference) -> Any:
    """The model that made a layer: the one of the same step, if it has one."""
    step = plan.step(layer.step)
    part = next((part for part, value in step.values.items() if value.kind == "model"), None)
    return values.get(f"{step.name}.{part}") if part is not None else None


def layer_names(plan: Plan) -> list[str]:
    """Full names of all layers, in the order of the plan."""
    return [
        full
        for step in plan.steps
        for full, value in zip(step.names(), step.values.values(), strict=True)
        if value.kind == "layer"
    ]


def top_rows(frame: gpd.GeoDataFrame, score: str) -> list[dict[str, Any]]:
    """The best sites in a few columns, for the closing summary."""
    # What was simulated comes first: the sites are ranked by it.
    ranked = [frame.attrs["simulated"]] if "simulated" in frame.attrs else []
    wanted = ["rank", "site_id", "longitude", "latitude", *ranked, column_name(score), "reasons"]
    names = [name for name in wanted if name in frame.columns]
    rows = frame.head(TOP_ROWS)[names].to_dict("records")
    return [
        {
            key: round(float(each), 3) if isinstance(each, float) else each
            for key, each in row.items()
        }
        for row in rows
    ]
