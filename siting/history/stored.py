"""The stored value most like one that is to be computed: what differs says why it is not reused."""

from collections.abc import Mapping
from typing import Any

from siting.history.recipes import differences, flat, grid_texts
from siting.store import Store, manifest

MOST = 3000  # objects that are looked at; more would take seconds


def nearest_stored(name: str, step: Mapping[str, Any], store: Store) -> tuple[str, ...]:
    """How a step differs from the stored value of the same function that is most like it."""
    wanted = step["recipe"]
    stored = [
        found["recipe"]
        for key in store.stored_keys()[:MOST]
        if (found := manifest.load(store.place(key))) and _alike(found["recipe"], wanted)
    ]
    if not stored:
        return ("nothing like it is stored yet",)
    told = [_differences(recipe, wanted, step["units"]) for recipe in stored]
    nearest = min(told, key=len)
    if not nearest:
        return ("its inputs differ from those of the stored value most like it",)
    return tuple(
        f"{path}: {change}, against the stored value most like it" for path, change in nearest
    )


def _alike(stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether two recipes are of one function, or read one source."""
    if "call" in wanted:
        function = wanted["call"]["function"]
        call = stored.get("call")
        return isinstance(call, Mapping) and call.get("function") == function and "domain" in stored
    source = stored.get("source")
    return isinstance(source, Mapping) and source.get("file") == wanted["source"].get("file")


def _differences(
    stored: Mapping[str, Any], wanted: Mapping[str, Any], units: Mapping[str, str]
) -> list[tuple[str, str]]:
    found = differences(flat(stored, units), flat(wanted, units))
    found += [
        (f"version of {each}", change)
        for each, change in differences(stored["versions"], wanted["versions"])
    ]
    if (one := stored.get("grid")) and (other := wanted.get("grid")) and one != other:
        texts = differences(grid_texts(one), grid_texts(other))
        found.append(("grid", "; ".join(f"{each} {change}" for each, change in texts)))
    return found
