"""A finished run as the writers of maps, tables and reports receive it."""

from typing import Any

from siting.kinds import UNSTORED_KINDS, Results
from siting.pipeline.execute import Values
from siting.pipeline.plan import Plan, Step, Value


def gathered(
    plan: Plan,
    values: Values,
    exclusions: dict[str, dict[str, float]],
    candidates: Any,
    cards: list[dict[str, Any]],
) -> Results:
    """Every value of a run by kind and name, with its marks; findings are still to come."""
    named: dict[str, dict[str, Any]] = {
        "layer": {},
        "features": {},
        "table": {},
        "record": {},
        "model": {},
        "monthly": {},
    }
    marks: dict[str, dict[str, Any]] = {}
    for step in plan.steps:
        for full, value in zip(step.names(), step.values.values(), strict=True):
            if value.kind not in UNSTORED_KINDS:
                named[value.kind or ""][full] = values.get(full)
            marks[full] = _marks(step, value)
    rank_by = plan.candidates.arguments.get("rank_by") if plan.candidates else None
    return Results(
        plan.title,
        plan.description,
        plan.grid,
        values.domain() if plan.domain else None,
        named["layer"],
        named["features"],
        named["table"],
        named["record"],
        candidates,
        plan.canonical(rank_by) if rank_by else "",
        named["model"],
        exclusions,
        [],
        plan.text,
        marks,
        named["monthly"],
        cards,
    )


def _marks(step: Step, value: Value) -> dict[str, Any]:
    return {
        **value.marks._asdict(),
        "section": step.section,
        "units": value.unit,
        "licence": getattr(step.source, "licence", ""),
        "citation": getattr(step.source, "citation", ""),
    }
