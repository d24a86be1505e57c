"""What follows a value through the DAG, and how a result gets it."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from siting.kinds import GRIDDED_KINDS, STATUSES, UNSTORED_KINDS, Status
from siting.signature.arguments import unit_of
from siting.signature.spec import Output, Spec


class Marks(NamedTuple):
    """What follows a value through the DAG: how far to trust it, whence and when it comes."""

    status: Status
    source: str
    vintage: str
    label_leak: bool

    @classmethod
    def of(cls, attrs: Mapping[Any, Any]) -> "Marks":
        """Marks of a value; one that does not say its status counts as assumed."""
        status = attrs.get("status", "assumed")
        return cls(
            status if status in STATUSES else "assumed",
            str(attrs.get("source", "")),
            str(attrs.get("vintage", "")),
            bool(attrs.get("label_leak", False)),
        )


def combine_marks(spec: Spec, inputs: list[Marks]) -> Marks:
    """Marks of a result: the worst status, all sources and vintages, any leak.

    A result of no inputs at all, made by a function that states no status, counts as assumed.
    """
    statuses: list[Status] = [each.status for each in inputs] + (
        [spec.status] if spec.status else []
    )
    return Marks(
        max(statuses, key=STATUSES.index, default="assumed"),
        _joined(each.source for each in inputs),
        _joined(each.vintage for each in inputs),
        spec.label_leak or any(each.label_leak for each in inputs),
    )


def _joined(texts: Iterator[str]) -> str:
    """Parts of '; '-joined texts, each once, sorted so that the order of arguments is no matter."""
    return "; ".join(sorted({part for text in texts for part in text.split("; ") if part}))


def _marked_inputs(value: Any) -> Iterator[Marks]:
    if isinstance(value, dict) and value.get("status") in STATUSES:  # a record with marks
        yield Marks.of(value)
    elif isinstance(getattr(value, "attrs", None), dict):
        yield Marks.of(value.attrs)
    elif isinstance(value, dict):
        yield from (mark for each in value.values() for mark in _marked_inputs(each))
    elif isinstance(value, list | tuple):
        yield from (mark for each in value for mark in _marked_inputs(each))


def mark_result(spec: Spec, result: Any, given: dict[str, Any]) -> Any:
    """The result with its attrs replaced: unit, kind, long name, and marks of the inputs."""
    named = [given[each.name] for each in spec.arguments if not each.injected]
    marks = combine_marks(spec, [mark for value in named for mark in _marked_inputs(value)])
    if spec.outputs[0].name == "":
        return _marked(result, spec.outputs[0], spec, marks, given)
    parts = {
        each.name: _marked(getattr(result, each.name), each, spec, marks, given)
        for each in spec.outputs
    }
    return spec.returns(**parts)


def _uncertainty(given: dict[str, Any]) -> dict[str, str]:
    """How far off the layers may be that a result was made from, where their sources say it."""
    told = (getattr(each, "attrs", {}).get("uncertainty", "") for each in given.values())
    joined = _joined(text for text in told if isinstance(text, str))
    return {"uncertainty": joined} if joined else {}


def _marked(value: Any, output: Output, spec: Spec, marks: Marks, given: dict[str, Any]) -> Any:
    part = "" if output == spec.outputs[0] else f" ({output.name})"
    attrs = {**marks._asdict(), "long_name": spec.summary + part}
    if output.leaf.kind in GRIDDED_KINDS:
        unit = output.leaf.unit or unit_of(output.leaf, given, spec.name) or "1"
        kind = "boolean" if value.dtype == bool else spec.kind
        # A function hands on facts of its own (a threshold, say) in attrs["own"]; others go.
        own = value.attrs.get("own", {})
        marked = value.copy(deep=False)
        marked.attrs = {"units": unit, "kind": kind, **attrs, **_uncertainty(given), **own}
        return marked
    if isinstance(value, pd.DataFrame):
        framed = value.copy(deep=False)
        framed.attrs.update(attrs)
        return framed
    if output.leaf.kind in UNSTORED_KINDS:
        value.attrs = {**value.attrs, **attrs}
    return value
