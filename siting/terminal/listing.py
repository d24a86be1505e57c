"""What exists: functions and embedded sources, as plain rows."""

import inspect
from typing import Any, get_args

from siting.kinds import INJECTED_KINDS
from siting.pipeline.registry import functions
from siting.signature import Argument, Leaf, leaf, leaves
from siting.sources.catalogue import Elsewhere, Entry, known_sources

SECTIONS = ("layers", "simulation", "economics", "exclusions", "scoring", "folds", "candidates")


def listed_functions() -> list[dict[str, Any]]:
    """One row a function: section, name, arguments with units, result, first doc line."""
    return [
        {
            "section": section,
            "name": name,
            "arguments": {
                each.name: argument_text(each) for each in spec.arguments if not each.injected
            },
            "returns": {each.name or "": _kind_text(each.leaf) for each in spec.outputs},
            "description": spec.summary,
        }
        for section in SECTIONS
        for name, spec in functions(section).items()
    ]


def argument_text(argument: Argument) -> str:
    """Kind or type, unit and default of an argument, as people read it."""
    parts = {_kind_text(each) for each in leaves(argument.hint) if each.kind not in INJECTED_KINDS}
    text = " | ".join(sorted(parts))
    if argument.default is inspect.Parameter.empty:
        return text
    return f"{text} = {argument.default}"


def _kind_text(part: Leaf) -> str:
    unit = part.unit or (f"unit of {part.unit_of}" if part.unit_of else "")
    name = part.kind or getattr(leaf(part.base).base, "__name__", str(part.base))
    if name == "Literal":
        name = " | ".join(map(str, get_args(part.base)))
    return f"{name} [{unit}]" if unit else str(name)


def listed_sources() -> list[dict[str, Any]]:
    """One row a source: name, title, kind, units, status, vintage, licence, size, where it is."""
    fields = ("title", "format", "kind", "units", "status", "vintage", "licence", "bytes")
    return [
        {"name": name, **{field: getattr(entry, field) for field in fields}, "where": _place(entry)}
        for name, entry in known_sources().items()
    ]


def _place(entry: Entry) -> str:
    """Whether a source is embedded, or its file is in the user's folder of such files."""
    if not isinstance(entry, Elsewhere):
        return "embedded"
    return "in the cache" if entry.is_here else "not here"
