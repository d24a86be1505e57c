"""Recipes of steps as flat texts that can be compared and shown: what a person wrote, not keys."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Recipe = Mapping[str, Any]
Flat = dict[str, str]


def flat(recipe: Recipe, units: Mapping[str, str]) -> Flat:
    """What decides a step by itself: arguments by their path, function, code, file.

    Keys of inputs, grid and versions are left out: they are other steps', or the whole run's.

    Examples
    --------
    >>> call = {"function": "combine.rescale", "code": "0a", "arguments": {"low": 40.0}}
    >>> flat({"call": call}, {"low": "mW m-2"})
    {'function': 'combine.rescale', 'code': '0a', 'low': '40 mW m-2'}
    """
    if "source" in recipe:
        fields = {**recipe["source"], "sha256": recipe["sha256"], "code": recipe["code"]}
        own = ("sha256", "bytes")  # the catalogue's own; the digest of the file says it better
        return {
            name: text
            for name, value in fields.items()
            if name not in own or name == "sha256"
            for text in [_text(value)]
        }
    call = recipe.get("call", recipe)
    found = {"function": str(call["function"]), "code": str(call["code"])}
    for path, value in _walk(call["arguments"], ""):
        unit = units.get(path, "")
        found[path] = f"{_text(value)} {unit}".strip()
    if recipe.get("domain"):
        found["domain"] = str(recipe["domain"]["name"])
    return found


def _walk(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Leaves by path; references become names, ``{layer: weight}`` one leaf a layer."""
    if _is_reference(value):
        yield path, value["name"]
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _walk(each, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value and all(map(_is_pair, value)):
        for pair in value:
            yield f"{path}.{pair[0]['name']}", pair[1] if len(pair) == 2 else pair[1:]
    elif isinstance(value, list):
        yield path, [each["name"] if _is_reference(each) else each for each in value]
    else:
        yield path, value


def _is_reference(value: Any) -> bool:
    return isinstance(value, Mapping) and value.keys() == {"name", "key", "part"}


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 1 and _is_reference(value[0])


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.12g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def references(recipe: Any) -> set[str]:
    """Names of the steps that a recipe refers to.

    Examples
    --------
    >>> references({"arguments": {"layer": {"name": "flow.sd", "key": "0a", "part": "sd"}}})
    {'flow'}
    """
    if _is_reference(recipe):
        return {recipe["name"].partition(".")[0]}
    inner = recipe.values() if isinstance(recipe, Mapping) else recipe
    if not isinstance(recipe, Mapping | list):
        return set()
    return set().union(*(references(each) for each in inner))


def grid_texts(grid: Mapping[str, Any]) -> Flat:
    """CRS, cell size, origin and shape of a grid as people write them."""
    width, _, west, _, height, north = grid["affine"]
    name = re.search(r'"([^"]*)"', grid["crs"])
    rows, columns = grid["shape"]
    return {
        "crs": name.group(1) if name else grid["crs"],
        "resolution": f"{width:.6g} x {-height:.6g}",
        "bounds": ", ".join(
            f"{each:.9g}" for each in (west, north + rows * height, west + columns * width, north)
        ),
        "shape": f"{rows} x {columns} cells",
    }


def differences(before: Flat, after: Flat) -> list[tuple[str, str]]:
    """Paths whose texts differ, each with the change in words.

    Examples
    --------
    >>> differences({"low": "40 km", "high": "9"}, {"low": "50 km", "power": "2"})
    [('high', '9 -> left out'), ('low', '40 -> 50 km'), ('power', 'added: 2')]
    """
    return [
        (path, change(before.get(path), after.get(path)))
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    ]


def change(old: str | None, new: str | None) -> str:
    """A change in words; a unit that both share is said once."""
    if old is None:
        return f"added: {_short(new)}"
    if new is None:
        return f"{_short(old)} -> left out"
    number, _, unit = old.partition(" ")
    if unit and new.endswith(f" {unit}") and new.count(" ") == old.count(" "):
        return f"{number} -> {new}"
    return f"{_short(old)} -> {_short(new)}"


def _short(text: str | None) -> str:
    text = text or "nothing"
    if re.fullmatch(r"[0-9a-f]{40,}", text):
        return f"{text[:12]}..."
    return text if len(text) <= 200 else f"{text[:197]}..."
