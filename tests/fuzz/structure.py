"""Pipelines made from the signatures of all functions, and what can be wrong with their sense."""

import random
import typing
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any

from siting.kinds import Pairs
from siting.pipeline.registry import functions
from siting.signature import Argument, Leaf, Spec, leaf, leaves
from siting.sources.catalogue import catalogue
from siting.units import compatible

from . import odd
from .models import estimator, folds

Data = dict[str, Any]
Names = dict[str, dict[str, str | None]]  # kind of value -> name -> unit

FILES = {
    "heat": ("layer", {"file": "heat.tif", "units": "mW m-2", "status": "measured"}),
    "faults": ("features", {"file": "faults.gpkg", "vintage": "2019"}),
    "wells": ("features", {"file": "wells.csv", "status": "measured"}),
    "classes": ("table", {"file": "wells.csv", "format": "table", "columns": {"lon": "degree"}}),
}
GRIDS = (
    {"crs": "EPSG:4326", "resolution": "0.1 degree", "bounds": [-120, 38, -116, 41]},
    {"crs": "EPSG:6933", "resolution": "25 km", "bounds": "world"},
    {"crs": "EPSG:32611", "resolution": 2000, "bounds": [500_000, 4_400_000, 546_000, 4_434_000]},
    {"crs": "EPSG:4326", "resolution": 0.25, "bounds": [170, -50, 190, -30]},
)


@cache
def _embedded() -> dict[str, tuple[str, str]]:
    """Embedded sources: kind of value and unit."""
    kinds = {"raster": "layer", "vector": "features"}
    return {
        name: (kinds.get(e.format) or ("features" if e.kind == "points" else "table"), e.units)
        for name, e in catalogue().items()
    }


def pipeline(rng: random.Random) -> Data:
    """A pipeline that is right in most of its parts."""
    names: Names = {kind: {} for kind in ("layer", "features", "table", "model", "record")}
    data: Data = {"siting": 1, "name": "Fuzz", "grid": dict(rng.choice(GRIDS))}
    data["sources"] = _sources(rng, names)
    for section, most in (("layers", 6), ("exclusions", 2), ("scoring", 2)):
        data[section] = _calls(rng, section, rng.randint(0, most), names)
    if names["layer"] and rng.random() < 0.7:
        best = _name(rng, "layer", names)
        data["candidates"] = {"rank_by": best, "count": 8, "spacing": "30 km"}
    if names["layer"] and rng.random() < 0.3:
        data["domain"] = _name(rng, "layer", names)
    data["outputs"] = _outputs(rng, names, "candidates" in data)
    return data


def _sources(rng: random.Random, names: Names) -> Data:
    found: Data = {}
    for name in rng.sample(list(FILES), rng.randint(1, len(FILES))):
        kind, body = FILES[name]
        found[name] = dict(body)
        names[kind][name] = body.get("units")
    for name in rng.sample(list(_embedded()), rng.randint(3, 9)):
        found[f"{name}_"] = {"source": name}
        kind, unit = _embedded()[name]
        names[kind][f"{name}_"] = unit
    return found


def _calls(rng: random.Random, section: str, count: int, names: Names) -> Data:
    found: Data = {}
    specs = list(functions(section).values())
    for number in range(count):
        spec = rng.choice(specs)
        name = f"{section[0]}{number}"
        found[name] = {spec.name: arguments(rng, spec, names)}
        for position, output in enumerate(spec.outputs):
            full = f"{name}.{output.name}" if position else name
            names.setdefault(output.leaf.kind or "", {})[full] = output.leaf.unit
    return found


def arguments(rng: random.Random, spec: Spec, names: Names) -> Data:
    """Arguments that fit a signature, the optional ones now and then."""
    wanted = [each for each in spec.arguments if not each.injected]
    return {
        each.name: _argument(rng, each, names)
        for each in wanted
        if each.required or rng.random() < 0.3
    }


def _argument(rng: random.Random, argument: Argument, names: Names) -> Any:
    hint = argument.hint
    options = [each for each in leaves(hint) if each.base is not type(None)]
    part = rng.choice(options)
    if any(isinstance(each, Pairs) for each in leaf(hint).extras):
        weights = ("lower", "higher") if "Literal" in str(hint) else (1, 0.5, 2)
        return {_name(rng, "layer", names): rng.choice(weights) for _ in range(rng.randint(1, 3))}
    if "list[" in str(hint):
        return [_one(rng, part, names) for _ in range(rng.randint(1, 3))]
    if "dict[" in str(hint) and part.kind is None:
        return {"a": _one(rng, part, names)}
    return _one(rng, part, names)


def _one(rng: random.Random, part: Leaf, names: Names) -> Any:
    if part.kind == "estimator":
        return estimator(rng)
    if part.kind == "folds":
        return folds(rng)
    if part.kind is not None:
        return _name(rng, part.kind, names, part.unit)
    if typing.get_origin(part.base) is typing.Literal:
        return rng.choice(typing.get_args(part.base))
    number: Any = rng.choice((1, 2, 5, 1.5, 40, 40.5, 60))
    if part.unit and rng.random() < 0.6:
        return f"{number} {part.unit}"
    if part.unit_of:
        return rng.choice((number, number, number, f"{number} km", f"{number} mW m-2"))
    plain = {int: int(number), bool: rng.random() < 0.5, str: rng.choice(("mw", "normal", "lon"))}
    return plain.get(part.base, number)


def _name(rng: random.Random, kind: str, names: Names, unit: str | None = None) -> str:
    """A name of that kind and, where there is one, of a unit that can be converted."""
    known = names.get(kind) or {name: None for each in names.values() for name in each}
    fitting = [
        name for name, have in known.items() if not (unit and have) or compatible(have, unit)
    ]
    return rng.choice(fitting or list(known) or ["nothing"])


def _outputs(rng: random.Random, names: Names, candidates: bool) -> list[str]:
    found = ["map.html", *(f"{name}.tif" for name in list(names["layer"])[:2])]
    found += ["candidates.csv", "candidates.gpkg"] if candidates else []
    return rng.sample(found, rng.randint(0, len(found)))


# ------------------------------------------------------------------ what can be wrong
def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, Any]]:
    """Every (container, key) below some data."""
    pairs = data.items() if isinstance(data, dict) else enumerate(data)
    found = []
    for key, value in list(pairs):
        found.append((data, key))
        if isinstance(value, dict | list):
            found += places(value)
    return found


def _leaf_place(rng: random.Random, data: Data) -> tuple[Any, Any]:
    found = places(data)
    return rng.choice([p for p in found if not isinstance(p[0][p[1]], dict | list)] or found)


def _calls_of(data: Data) -> list[tuple[Data, str, str]]:
    """Every call: the section's mapping, the step's name, the section."""
    return [
        (data[section], name, section)
        for section in ("layers", "exclusions", "scoring")
        if isinstance(data.get(section), dict)
        for name, body in data[section].items()
        if isinstance(body, dict) and body
    ]


def rename_reference(rng: random.Random, data: Data) -> None:
    """A reference to another value, a part of one, or nothing."""
    sections = [data.get(each) for each in ("sources", "layers", "scoring")]
    known = [str(name) for each in sections if isinstance(each, dict) for name in each]
    container, key = _leaf_place(rng, data)
    name = rng.choice(known or ["x"])
    written = (
        name,
        f"{name}.mean",
        f"{name}.model",
        f"{name}x",
        name[:-1],
        f"{name}.",
        name.upper(),
    )
    container[key] = rng.choice(written)


def make_cycle(rng: random.Random, data: Data) -> None:
    """Steps that need one another, or themselves."""
    calls = _calls_of(data)
    if not calls:
        return
    chosen = rng.sample(calls, min(len(calls), rng.randint(1, 3)))
    for position, (section, name, _) in enumerate(chosen):
        body = next(iter(section[name].values()))
        if isinstance(body, dict) and body:
            body[rng.choice(list(body))] = chosen[(position + 1) % len(chosen)][1]


def swap_units(rng: random.Random, data: Data) -> None:
    """A quantity or unit of another dimension, or of none."""
    texts = [p for p in places(data) if isinstance(p[0][p[1]], str) and " " in p[0][p[1]]]
    container, key = rng.choice(texts) if texts else _leaf_place(rng, data)
    container[key] = rng.choice(odd.QUANTITIES)
    sources = data.get("sources")
    for source in sources.values() if isinstance(sources, dict) else ():
        if isinstance(source, dict) and "units" in source and rng.random() < 0.5:
            source["units"] = rng.choice(odd.QUANTITIES).partition(" ")[2]


def other_function(rng: random.Random, data: Data) -> None:
    """A function of another room, or of none."""
    calls = _calls_of(data)
    if not calls:
        return
    section, name, _ = rng.choice(calls)
    room = rng.choice(("layers", "exclusions", "scoring", "folds", "candidates"))
    known = list(functions(room))
    written = rng.choice([*known, "os.system", "layers.combine", "combine.", ".rescale", ""])
    section[name] = {written: next(iter(section[name].values()))}


def odd_grid(rng: random.Random, data: Data) -> None:
    """A grid at the limits of what there can be."""
    grid = data["grid"] if isinstance(data.get("grid"), dict) else {}
    data["grid"] = grid
    fields = {"crs": odd.CRS, "resolution": odd.RESOLUTIONS, "bounds": odd.BOUNDS}
    for field in rng.sample(list(fields), rng.randint(1, 3)):
        grid[field] = rng.choice(fields[field])


def odd_model(rng: random.Random, data: Data) -> None:
    """A learned step whose estimator is odd."""
    scoring = data.get("scoring") if isinstance(data.get("scoring"), dict) else {}
    data["scoring"] = scoring
    scoring["m"] = {
        rng.choice(("learned.classifier", "learned.regressor")): {
            "features": ["heat"], "labels": "wells", "model": estimator(rng, odd_share=0.5)
        }
    }  # fmt: skip


def odd_folds(rng: random.Random, data: Data) -> None:
    """Folds where they belong and where not."""
    container, key = rng.choice(places(data))
    container[key] = folds(rng, odd_share=0.5)


def odd_value(rng: random.Random, data: Data) -> None:
    """Anything in place of a value."""
    container, key = rng.choice(places(data))
    container[key] = odd.value(rng)


def odd_key(rng: random.Random, data: Data) -> None:
    """A key that is misspelt, strange or in the wrong place."""
    mappings = [data, *(p[0][p[1]] for p in places(data) if isinstance(p[0][p[1]], dict))]
    mapping = rng.choice(mappings)
    old = rng.choice(list(mapping)) if mapping else "a"
    near = f"{old}s" if rng.random() < 0.5 else str(old)[1:]
    value = mapping.pop(old, None) if rng.random() < 0.5 else odd.value(rng)
    mapping[rng.choice((near, odd.key(rng)))] = value


def move_part(rng: random.Random, data: Data) -> None:
    """A part in the place of another, or gone."""
    (source, key), (target, other) = rng.choice(places(data)), rng.choice(places(data))
    part = source[key]
    if isinstance(part, dict | list) and any(
        target is each[0] for each in [*places(part), (part, 0)]
    ):
        return  # it would hold itself
    target[other] = part
    if isinstance(source, dict) and source is not target and rng.random() < 0.5:
        del source[key]


def odd_header(rng: random.Random, data: Data) -> None:
    """Top-level fields that are not what they should be."""
    fields = ("siting", "name", "description", "domain", "data_roots", "outputs", "accept")
    field = rng.choice(fields)
    texts = [rng.choice(odd.TEXTS) for _ in range(3)]
    values = (odd.value(rng), texts, dict.fromkeys(texts, "why"), [f"{t}.tif" for t in texts])
    data[field] = rng.choice(values)


def odd_source(rng: random.Random, data: Data) -> None:
    """A source that lies elsewhere, or is described oddly."""
    fields = (
        "file", "source", "format", "kind", "units", "crs", "nodata", "band", "sha256", "columns",
        "valid_range", "status", "vintage", "variable", "layer", "longitude",
    )  # fmt: skip
    sources = data.get("sources")
    body = rng.choice(list(sources.values())) if isinstance(sources, dict) and sources else None
    if isinstance(body, dict):
        near = (odd.value(rng), rng.choice(odd.TEXTS), rng.choice(odd.CRS), "raster")
        body[rng.choice(fields)] = rng.choice(near)


MUTATIONS: tuple[Callable[[random.Random, Data], None], ...] = (
    rename_reference, make_cycle, swap_units, other_function, odd_grid, odd_model, odd_folds,
    odd_value, odd_value, odd_key, move_part, odd_header, odd_source,
)  # fmt: skip


def mutated(rng: random.Random, data: Data) -> Data:
    """The pipeline with one to three things wrong."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if data:
            data = deepcopy(data)  # odd values are shared by all pipelines: none may change one
            rng.choice(MUTATIONS)(rng, data)
    return data
