"""Tables of how well a run finds known fields, as rows of plain text."""

from dataclasses import dataclass
from typing import Any

from siting.outputs.map.labels import display_name
from siting.outputs.numbers import NOTHING, finite, fixed_text, number_text, percent_text
from siting.outputs.report.skill import Estimate, Method, Skill

ROLES = {"index": "index", "learned": "learned model", "baseline": "single layer"}


@dataclass(frozen=True)
class Cell:
    """A figure in a table: the value, its interval, or why there is neither."""

    value: str
    interval: str


@dataclass(frozen=True)
class SkillRow:
    """One method on one kind of folds in one stratum."""

    name: str
    role: str
    folds: str
    fields: str
    figures: tuple[Cell, ...]
    leaks: bool
    strong: bool


def skill_rows(skill: Skill) -> list[tuple[str, list[SkillRow]]]:
    """Strata, each with its methods: AUC, then capture at each share of land."""
    return [
        (display_name(stratum), [_skill_row(method, skill) for method in methods])
        for stratum, methods in skill.strata.items()
    ]


def _skill_row(method: Method, skill: Skill) -> SkillRow:
    to_beat, is_score = skill.is_to_beat(method), method.name == skill.score
    captures = (method.capture.get(share, Estimate(None, None, None)) for share in skill.shares)
    return SkillRow(
        display_name(method.name),
        ROLES.get(method.role, method.role) + (", to beat" if to_beat else ""),
        method.folds.removesuffix(" (single layer)"),
        NOTHING if method.fields is None else str(method.fields),
        (_cell(method.auc, 1, 3), *(_cell(each, 100, 0) for each in captures)),
        method.leaks,
        is_score or to_beat,
    )


def _cell(figure: Estimate, scale: float, decimals: int) -> Cell:
    value, low, high = (
        None if each is None else scale * each for each in (figure.value, figure.low, figure.high)
    )
    ends = f"{fixed_text(low, decimals)}–{fixed_text(high, decimals)}" if figure.known else ""
    return Cell("" if value is None else fixed_text(value, decimals), ends)


@dataclass(frozen=True)
class PairedRow:
    """A fixed score against the baseline, over the same bootstraps of fields."""

    name: str
    baseline: str
    at: str
    difference: Cell
    share: str
    required: str


def paired_rows(skill: Skill) -> list[PairedRow]:
    """The comparisons that the verdict rests on, in percentage points and per cent."""
    found = []
    for each in skill.paired:
        value, low, high = (
            percent_text(end, 1, signed=True)
            for end in (each.difference.value, each.difference.low, each.difference.high)
        )
        interval = f"{low} to {high}" if each.difference.known else ""
        found.append(
            PairedRow(
                display_name(each.name),
                display_name(each.baseline),
                percent_text(each.at),
                Cell("" if each.difference.value is None else value, interval),
                percent_text(each.share, 1),
                percent_text(each.required),
            )
        )
    return found


@dataclass(frozen=True)
class Item:
    """A named fact, with the names behind its number."""

    label: str
    value: str
    names: tuple[str, ...] = ()


_LABELS = (
    ("used", "Used", ""),
    ("moved", "Of these, standing for the nearest cell of the land", "moved_names"),
    ("left_out_unverified", "Left out: unverified", ""),
    ("left_out_unknown", "Left out: no value to learn", ""),
    ("outside", "Left out: outside the grid or the land", "outside_names"),
    ("without_values", "Left out: a feature has no value there", "without_values_names"),
    ("background", "Background cells that the model was trained on", ""),
)


def label_items(labels: dict[str, Any]) -> list[Item]:
    """What became of the labels, with the names of those that were left out or moved."""
    found = []
    for key, label, names_key in _LABELS:
        names = labels.get(names_key)
        names = tuple(str(each) for each in names) if isinstance(names, list) else ()
        number = finite(labels.get(key))
        if number is None and names:
            number = float(len(names))
        if number is not None:
            found.append(Item(label, number_text(number, 9), names))
    return found
