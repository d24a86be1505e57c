"""A finished run as the writers of maps, tables and reports receive it."""

from typing import Any

from siting.kinds import Results
from siting.pipeline.execute import Values
from siting.pipeline.plan import Plan, Step, Value


def gathered(
    plan: Plan, values: Values, exclusions: dict[str, dict[str, float]], candidates: Any
) -> Results:
    """Every value of a run by kind and name, with its marks; findings are still to come."""
    named: dict[str, dict[str, Any]] = {
        "layer": {},
        "features": {},
        "table": {},
        "record": {},
        "model": {},
    }
    marks: dict[str, dict[str, Any]] = {}
    for step in plan.steps:
        for full, value in zip(step.names(), step.values.values(), strict=True):
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
    )


def _marks(step: Step, value: Value) -> dict[str, Any]:
    return {
        **value.marks._asdict(),
        "section": step.section,
        "units": value.unit,
        "licence": getattr(step.source, "licence", ""),
        "citation": getattr(step.source, "citation", ""),
    }
