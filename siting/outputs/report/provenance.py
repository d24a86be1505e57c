"""Tables of where every value comes from: marks, sources, models, records."""

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from siting.kinds import Results
from siting.outputs.map.content import source_rows
from siting.outputs.map.labels import display_name, display_unit
from siting.outputs.numbers import NOTHING, finite, number_text
from siting.outputs.report.validation import Item

MARKS = {"measured": "●", "derived": "◐", "assumed": "○"}
SECTIONS = {
    "sources": "Sources",
    "layers": "Layers",
    "simulation": "Simulation",
    "exclusions": "Exclusions",
    "scoring": "Scoring",
    "economics": "Economics",
}
_INNERMOST = re.compile(r"\[[^][{}]*\]")  # a list of plain values stands on one line
MOST_RECORD = 20_000  # characters of a record that is printed whole


@dataclass(frozen=True)
class ValueRow:
    """One named value with its marks; sources as their numbers in the list of sources."""

    name: str
    meaning: str
    kind: str
    unit: str
    status: str
    mark: str
    vintage: str
    sources: tuple[int, ...]
    others: tuple[str, ...]
    label_leak: bool
    uncertainty: str = ""  # how far off the value may be, where its sources say it


def value_rows(results: Results, numbers: dict[str, int]) -> list[tuple[str, list[ValueRow]]]:
    """All named values by section of the pipeline.

    Parameters
    ----------
    results : Results
        The run's values.
    numbers : dict
        Number of each source in the list of sources, by its title.
    """
    found: dict[str, list[ValueRow]] = {}
    for name in {**results.marks, **results.layers}:
        section = str(results.marks.get(name, {}).get("section") or "layers")
        found.setdefault(section, []).append(_value_row(name, results, numbers))
    order = {name: place for place, name in enumerate(SECTIONS)}
    ordered = sorted(found, key=lambda name: order.get(name, len(order)))
    return [(SECTIONS.get(name, display_name(name)), found[name]) for name in ordered]


def _value_row(name: str, results: Results, numbers: dict[str, int]) -> ValueRow:
    layer = results.layers.get(name, results.monthlies.get(name))
    value = layer if layer is not None else results.features.get(name, results.tables.get(name))
    attrs = {} if value is None else {str(k): v for k, v in value.attrs.items() if v is not None}
    mark = {**results.marks.get(name, {}), **attrs}
    status = str(mark.get("status") or "assumed")
    parts = [part for part in str(mark.get("source") or "").split("; ") if part]
    return ValueRow(
        name,
        str(mark.get("long_name") or ""),
        _kind(name, results),
        display_unit(str(mark.get("units") or "1")) or "1" if layer is not None else "",
        status,
        MARKS.get(status, "?"),
        str(mark.get("vintage") or NOTHING),
        tuple(sorted(numbers[part] for part in parts if part in numbers)),
        tuple(part for part in parts if part not in numbers),
        bool(mark.get("label_leak")),
        str(mark.get("uncertainty") or ""),
    )


def _kind(name: str, results: Results) -> str:
    if name in results.layers:
        layer = results.layers[name]
        return "boolean" if layer.dtype == bool else str(layer.attrs.get("kind", "continuous"))
    held = {
        "features": results.features,
        "table": results.tables,
        "record": results.records,
        "model": results.models,
        "monthly": results.monthlies,
    }
    simulated = results.marks.get(name, {}).get("section") == "simulation"
    return next(
        (kind for kind, values in held.items() if name in values), "simulator" if simulated else ""
    )


@dataclass(frozen=True)
class SourceRow:
    """A source: its number, names in the pipeline, title, licence and citation."""

    number: int
    names: str
    title: str
    status: str
    mark: str
    vintage: str
    licence: str
    citation: str


def sources(results: Results) -> list[SourceRow]:
    """Every source once, numbered, with all the names that the pipeline gives it."""
    grouped: dict[str, list[dict[str, str]]] = {}
    for row in source_rows(results):
        for title in (row["source"] or row["name"]).split("; "):
            grouped.setdefault(title, []).append(row)
    return [
        SourceRow(
            number,
            ", ".join(row["name"] for row in rows),
            title,
            rows[0]["status"] or "assumed",
            MARKS.get(rows[0]["status"] or "assumed", "?"),
            rows[0]["vintage"] or NOTHING,
            rows[0].get("licence") or "",
            rows[0].get("citation") or "",
        )
        for number, (title, rows) in enumerate(grouped.items(), start=1)
    ]


@dataclass(frozen=True)
class ModelRow:
    """A fitted model: what it is, what it learned from, and what is to be known of it."""

    name: str
    estimator: str
    features: tuple[str, ...]
    items: tuple[Item, ...]


def models(results: Results) -> list[ModelRow]:
    """Every fitted model of a run."""
    return [
        ModelRow(
            name,
            repr(model.estimator),
            tuple(map(display_name, model.features)),
            tuple(_card_items(model.card)),
        )
        for name, model in results.models.items()
    ]


_CARD = {
    "bootstraps": "Refits on fields drawn with replacement",
    "dissimilarity_threshold": "Dissimilarity above which a place is unlike the training data",
    "training_digest": "Digest of the training data (SHA-256)",
    "versions": "Fitted with",
}


def _card_items(card: dict[str, Any]) -> Iterable[Item]:
    for key, label in _CARD.items():
        value = card.get(key)
        if isinstance(value, dict):
            yield Item(label, ", ".join(f"{name} {each}" for name, each in value.items()))
        elif value is not None:
            number = finite(value)
            yield Item(label, str(value) if number is None else number_text(number))


def other_records(
    results: Results, shown: Collection[dict[str, Any] | None]
) -> list[tuple[str, str]]:
    """Records that the report has no section for, as JSON."""
    found = []
    for name, record in results.records.items():
        if any(record is each for each in shown):
            continue
        text = json.dumps(record, indent=1, ensure_ascii=False, default=str)
        text = _INNERMOST.sub(lambda found: " ".join(found[0].split()), text)
        if len(text) > MOST_RECORD:
            text = f"{text[:MOST_RECORD]}\n… cut after {MOST_RECORD:,} characters"
        found.append((name, text))
    return found
