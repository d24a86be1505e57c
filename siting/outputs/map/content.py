"""What the page says about a run: layers, sources, findings and scope, as plain values."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import xarray as xr
from odc.geo.geobox import GeoBox

from siting.columns import column_name
from siting.kinds import Results
from siting.outputs.map.encode import Raster
from siting.outputs.map.islands import rounded
from siting.outputs.map.labels import display_name, display_unit, display_years, one_line, years_in
from siting.outputs.map.palettes import BOOLEAN, qualitative
from siting.outputs.report import compare
from siting.outputs.simulated import cost_verdict, surrogate_record
from siting.projection import crs_of, is_equal_area
from siting.wording import counted

MAX_CLASSES = 255
SECTIONS = {
    "scoring": "Scores and model",
    "layers": "Layers",
    "sources": "Sources",
    "exclusions": "Exclusions",
}


def score_name(results: Results) -> str:
    """The layer that the map opens with: what candidates are ranked by, else the first score."""
    if results.score in results.layers:
        return results.score
    scores = [name for name in results.layers if section_of(name, results) == "scoring"]
    return next(iter(scores or results.layers), "")


def section_of(name: str, results: Results) -> str:
    """The section of the pipeline file that a layer comes from."""
    section = str(results.marks.get(name, {}).get("section"))
    return section if section in SECTIONS else "layers"


def drawable(results: Results) -> tuple[dict[str, xr.DataArray], list[str]]:
    """The layers that a map can show, the score first, and why others cannot be shown."""
    first, order = score_name(results), list(SECTIONS)
    places = {name: order.index(section_of(name, results)) for name in results.layers}
    shown, refused = {}, []
    for name in sorted(results.layers, key=lambda name: (name != first, places[name])):
        layer = results.layers[name]
        if layer.dims != ("y", "x"):
            refused.append(f"{name}: has the dimensions {', '.join(map(str, layer.dims))}")
        else:
            shown[name] = layer
    return shown, refused


def outside_training(layers: Mapping[str, xr.DataArray]) -> tuple[str, xr.DataArray] | None:
    """Cells unlike the training data, where a layer tells: its name and a bool layer.

    Either a bool layer whose name ends with ``outside`` or ``extrapolated``, or a layer with
    its ``threshold`` among its attributes.
    """
    for name, layer in layers.items():
        if layer.dtype == bool and name.endswith(("outside", "extrapolated")):
            return name, layer
        if "threshold" in layer.attrs:
            return name, (layer > float(layer.attrs["threshold"])).assign_attrs(kind="boolean")
    return None


def layer_entry(
    name: str, layer: xr.DataArray, raster: Raster, results: Results, island: str
) -> dict[str, Any]:
    """One layer as the page lists it."""
    mark = {**results.marks.get(name, {}), **_known(layer.attrs)}
    kind = "boolean" if layer.dtype == bool else str(mark.get("kind") or "continuous")
    section = section_of(name, results)
    return {
        "name": name,
        "column": column_name(name),
        "label": display_name(name),
        "long_name": str(mark.get("long_name") or ""),
        "units": display_unit(str(mark.get("units") or "1")),
        "kind": kind,
        "group": SECTIONS[section],
        "status": str(mark.get("status") or "assumed"),
        "vintage": display_years(str(mark.get("vintage") or "")),
        "sources": [text for text in str(mark.get("source") or "").split("; ") if text],
        "label_leak": bool(mark.get("label_leak")),
        "uncertainty": [text for text in str(mark.get("uncertainty") or "").split("; ") if text],
        "lowest_is_best": name in lowest_best(results, results.layers),
        "classes": _classes(kind, layer, raster, section == "exclusions"),
        "cell": cell_text(results.grid, raster.factor),
        **_raster_entry(raster),
        "island": island,
    }


def _known(attrs: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): value for key, value in attrs.items() if value not in (None, "")}


def _raster_entry(raster: Raster) -> dict[str, Any]:
    """How the bytes are to be read; even levels travel as their two ends."""
    ends = (
        [rounded(float(level), 9) for level in raster.levels[[0, -1]]] if raster.levels.size else []
    )
    levels = raster.levels if raster.encoding != "linear" else ()
    return {
        "encoding": raster.encoding,
        "ends": ends,
        "levels": [rounded(float(level)) for level in levels],
        "factor": raster.factor,
        "reduction": raster.reduction,
        "height": raster.shape[0],
        "width": raster.shape[1],
        "filtered": raster.filtered,
    }


def _classes(
    kind: str, layer: xr.DataArray, raster: Raster, excludes: bool
) -> list[dict[str, str]]:
    """Name and colour of each code, for layers whose values are names."""
    if kind == "boolean":
        names = ("excluded", "allowed") if excludes else ("no", "yes")
        return [{"name": names[int(v)], "colour": BOOLEAN[int(v)]} for v in raster.levels]
    if kind != "categorical":
        return []
    given = {str(key): str(name) for key, name in dict(layer.attrs.get("categories", {})).items()}
    texts = [f"{level:g}" for level in raster.levels]
    colours = qualitative(len(texts))
    return [
        {"name": given.get(text, f"class {text}"), "colour": colour}
        for text, colour in zip(texts, colours, strict=True)
    ]


def cell_text(grid: GeoBox, factor: int = 1) -> str:
    """The size of a cell in words: its area where all are equal, else its sides.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> cell_text(make_grid("EPSG:6933", 10_000, "world"))
    '100 km²'
    >>> cell_text(make_grid("EPSG:4326", 0.1, (0, 0, 10, 10)), 2)
    '0.2° × 0.2°'
    """
    system = crs_of(grid)
    side = abs(grid.affine.a) * factor
    if system.is_geographic:
        return f"{side:.3g}° × {side:.3g}°"
    kilometres = side * system.axis_info[0].unit_conversion_factor / 1000
    if is_equal_area(system):
        return f"{rounded(kilometres**2, 3):,g} km²"
    return f"{kilometres:.3g} km × {kilometres:.3g} km"


def skill_record(results: Results) -> dict[str, Any] | None:
    """The record of how well the score finds known places, where the run has one."""
    surrogate = surrogate_record(results)
    found = (
        each
        for each in results.records.values()
        if "verdict" in each and each.get("kind") != compare.KIND
    )
    return next((each for each in found if each is not surrogate), None)


def best_is_low(results: Results) -> bool:
    """Whether candidates are ranked from the lowest score on, as by cost."""
    column = column_name(results.score)
    if results.candidates is None or column not in results.candidates:
        return False
    if "order" in results.candidates.attrs:
        return bool(results.candidates.attrs["order"] == "lowest")
    scores = results.candidates[column]
    return bool(scores.iloc[0] < scores.iloc[-1]) if len(scores) else False


def lowest_best(results: Results, layers: Mapping[str, xr.DataArray]) -> set[str]:
    """Layers whose low values are the good ones: a cost, and the ends of its band."""
    first = score_name(results)
    if first not in layers or not best_is_low(results):
        return set()
    step, unit = first.partition(".")[0], layers[first].attrs.get("units")
    return {
        name
        for name, layer in layers.items()
        if name.partition(".")[0] == step and layer.attrs.get("units") == unit
    }


def ground(results: Results) -> str:
    """What a run calls all that it ranks: land, where it is tested on known fields there."""
    return "area" if skill_record(results) is None and surrogate_record(results) else "land"


def face(results: Results) -> dict[str, Any]:
    """The first lines: verdict, scope, facts about cells and data, and what the run noticed."""
    skill, surrogate = skill_record(results) or {}, surrogate_record(results) or {}
    compared = compare.comparison_record(results)
    judged = str(surrogate.get("verdict") or "")
    cell = cell_text(results.grid)
    inside = "a place" if surrogate and not skill else "a well or a plot"
    return {
        "title": one_line(results.title),
        "description": results.description,
        "verdict": skill.get("verdict")
        or compare.map_line(compared)
        or cost_verdict(results)
        or judged
        or "Not validated: this run did not compare the ranking with known places.",
        # How well the cells between those that were simulated are known.
        "judged": judged if results.cards else "",
        "scope": skill.get("scope")
        or (compared or {}).get("scope")
        or f"Regional screening: a value stands for a whole cell of {cell}, "
        f"not for {inside} inside it.",
        "facts": _facts(results, cell),
        "findings": [asdict(finding) for finding in results.findings],
    }


def _facts(results: Results, cell: str) -> list[str]:
    marks = results.marks.values()
    years = [year for mark in marks for year in years_in(str(mark.get("vintage", "")))]
    statuses = [str(layer.attrs.get("status", "assumed")) for layer in results.layers.values()]
    facts = [f"Cells of {cell} ({crs_of(results.grid).to_string()})"]
    if years:
        facts.append(f"Data of {min(years)}–{max(years)}")
    if statuses:
        derived, assumed = statuses.count("derived"), statuses.count("assumed")
        facts.append(f"{counted(len(statuses), 'layer')}: {derived} derived, {assumed} assumed")
    return facts


def source_rows(results: Results) -> list[dict[str, str]]:
    """What the run was made from: each named source, else the sources that layers name."""
    named = {n: m for n, m in results.marks.items() if m.get("section") == "sources"}
    if not named:
        named = {name: dict(layer.attrs) for name, layer in results.layers.items()}
    keys = ("source", "status", "vintage", "licence", "citation")
    return [
        {"name": name, **{key: str(mark.get(key) or "") for key in keys}}
        for name, mark in named.items()
    ]


def exclusion_rows(results: Results) -> list[dict[str, Any]]:
    """Area that each exclusion takes, and what it alone takes [km2]; the total last."""
    ordered = sorted(results.exclusions, key=lambda name: name == "_total")
    return [
        {"name": "All together" if name == "_total" else name, **results.exclusions[name]}
        for name in ordered
    ]
