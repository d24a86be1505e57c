"""Pipelines made from the signatures of all functions, right in most of their parts."""

import random
import typing
from functools import cache
from typing import Any

from siting.kinds import Pairs
from siting.pipeline.registry import functions
from siting.signature import Argument, Leaf, Spec, leaf, leaves
from siting.sources.catalogue import catalogue
from siting.units import compatible

from .models import estimator, folds

Data = dict[str, Any]
Names = dict[str, dict[str, str | None]]  # kind of value -> name -> unit

FILES = {
    "heat": ("layer", {"file": "heat.tif", "units": "mW m-2", "status": "measured"}),
    "faults": ("features", {"file": "faults.gpkg", "vintage": "2019"}),
    "wells": ("features", {"file": "wells.csv", "status": "measured"}),
    "classes": ("table", {"file": "wells.csv", "format": "table", "columns": {"lon": "degree"}}),
}
KINDS = ("layer", "monthly", "features", "table", "model", "record")
RARE = {"monthly", "simulator", "hindcast", "record", "model"}
GRIDS = (
    {"crs": "EPSG:4326", "resolution": "0.1 degree", "bounds": [-120, 38, -116, 41]},
    {"crs": "EPSG:6933", "resolution": "25 km", "bounds": "world"},
    {"crs": "EPSG:32611", "resolution": 2000, "bounds": [500_000, 4_400_000, 546_000, 4_434_000]},
    {"crs": "EPSG:4326", "resolution": 0.25, "bounds": [170, -50, 190, -30]},
)


@cache
def _embedded() -> dict[str, tuple[str, str]]:
    """Embedded sources: kind of value and unit."""
    kinds = {"raster": "layer", "vector": "features", "device": "record"}
    return {
        name: (
            "monthly"
            if e.bands == "month"
            else kinds.get(e.format) or ("features" if e.kind == "points" else "table"),
            e.units,
        )
        for name, e in catalogue().items()
    }


def pipeline(rng: random.Random) -> Data:
    """A pipeline that is right in most of its parts."""
    names: Names = {kind: {} for kind in KINDS}
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
    for number in range(count):
        specs = [each for each in functions(section).values() if _has_all(each, names)]
        spec = rng.choice(specs)
        name = f"{section[0]}{number}"
        found[name] = {spec.name: arguments(rng, spec, names)}
        for position, output in enumerate(spec.outputs):
            full = f"{name}.{output.name}" if position else name
            names.setdefault(output.leaf.kind or "", {})[full] = output.leaf.unit
    return found


def _has_all(spec: Spec, names: Names) -> bool:
    """Whether there is a value of each rarer kind, in its unit, that a function must have."""
    wanted = [leaf(each.hint) for each in spec.arguments if each.required]
    return all(_fitting(part.kind or "", names, part.unit) for part in wanted if part.kind in RARE)


def _fitting(kind: str, names: Names, unit: str | None) -> list[str]:
    """Names of a kind whose unit, as far as it is known, can be converted."""
    known = names.get(kind, {})
    return [name for name, have in known.items() if not (unit and have) or compatible(have, unit)]


def arguments(rng: random.Random, spec: Spec, names: Names) -> Data:
    """Arguments that fit a signature, the optional ones now and then."""
    wanted = [each for each in spec.arguments if not each.injected]
    return {
        each.name: _argument(rng, each, names)
        for each in wanted
        if each.required or rng.random() < 0.3
    }


def _argument(rng: random.Random, argument: Argument, names: Names) -> Any:
    options, written, pairs = _read(argument)
    part = rng.choice(options)
    if pairs and "dict[" in written:
        bounds = {"weight": 1, "worst": 0, "best": 40}
        return {_name(rng, "layer", names): dict(bounds) for _ in range(rng.randint(1, 3))}
    if pairs:
        weights = ("lower", "higher") if "Literal" in written else (1, 0.5, 2)
        return {_name(rng, "layer", names): rng.choice(weights) for _ in range(rng.randint(1, 3))}
    if "list[" in written:
        return [_one(rng, part, names) for _ in range(rng.randint(1, 3))]
    if "dict[" in written and part.kind is None:
        return {"a": _one(rng, part, names)}
    return _one(rng, part, names)


def _read(argument: Argument) -> tuple[list[Leaf], str, bool]:
    """What an argument may be, its annotation as text, and whether it takes pairs."""
    # By identity, since annotations that differ in the order of their parts count as equal.
    if id(argument) not in _known:
        hint = argument.hint
        options = [each for each in leaves(hint) if each.base is not type(None)]
        pairs = any(isinstance(each, Pairs) for each in leaf(hint).extras)
        _known[id(argument)] = options, str(hint), pairs
    return _known[id(argument)]


_known: dict[int, tuple[list[Leaf], str, bool]] = {}  # arguments live as long as their functions


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
    return rng.choice(_fitting(kind, names, unit) or list(known) or ["nothing"])


def _outputs(rng: random.Random, names: Names, candidates: bool) -> list[str]:
    found = ["map.html", *(f"{name}.tif" for name in list(names["layer"])[:2])]
    found += ["candidates.csv", "candidates.gpkg"] if candidates else []
    return rng.sample(found, rng.randint(0, len(found)))
