"""What can be wrong with the sense of a pipeline: references, units, functions, models, grids."""

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from siting.pipeline.registry import functions

from . import odd
from .models import estimator, folds
from .structure import Data


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
