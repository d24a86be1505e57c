"""What a run may pass with: warnings that a person accepted, strictness, gates of quality."""

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from siting.errors import InputError, QualityError
from siting.findings import Finding
from siting.wording import counted

if TYPE_CHECKING:
    from siting.pipeline.plan import Plan

REFUSED = "QUALITY_REFUSED"
_LEAK = "LABEL_LEAK"


def told(noticed: Sequence[Finding], plan: "Plan") -> list[Finding]:
    """Each finding once; accepted ones as notes with the reason; acceptances without any."""
    from siting.pipeline.registry import nearest

    found = [*dict.fromkeys(noticed), *_leaks(plan)]
    codes = {each.code for each in found}
    missing = plan.accept.keys() - codes
    return [
        *(_accepted(each, plan.accept) for each in found),
        *(_unused(code, plan, nearest(code, sorted(codes), 1)) for code in sorted(missing)),
    ]


def _accepted(finding: Finding, accept: dict[str, str]) -> Finding:
    if finding.code not in accept:
        return finding
    message = f"{finding.message} (accepted: {accept[finding.code]})"
    return dataclasses.replace(finding, severity="note", message=message)


def _unused(code: str, plan: "Plan", close: list[str]) -> Finding:
    return Finding(
        "ACCEPT_UNUSED",
        f"{code} is accepted, but nothing of that code was found",
        where=f"accept.{code}",
        found=plan.accept[code],
        wanted="".join(f"did you mean {each}?" for each in close),
        fix="take the line out, so that the next finding of that code is seen; or correct the code",
        severity="note",
    )


def _leaks(plan: "Plan") -> list[Finding]:
    """Evidence made by knowing the targets; the check lets none pass that is not accepted."""
    if _LEAK not in plan.accept:
        return []
    scoring = [step for step in plan.steps if step.section == "scoring"]
    pairs = dict.fromkeys((step.name, each) for step in scoring for each in step.references)
    return [
        Finding(
            _LEAK,
            f"'{reference}' was made by knowing the targets, and is evidence for them",
            where=f"scoring.{name}",
        )
        for name, reference in pairs
        if _leaking(plan, reference)
    ]


def _leaking(plan: "Plan", reference: str) -> bool:
    name, _, part = reference.partition(".")
    step = plan.step(name)
    value = step.values[part or step.first]
    return value.kind == "layer" and value.marks.label_leak


def warnings_of(found: Sequence[Finding]) -> list[Finding]:
    """The findings that ``--strict`` is about; gates of quality have an ending of their own."""
    return [each for each in found if each.severity == "warning" and each.code != REFUSED]


def refuse_warnings(found: Sequence[Finding], done: str) -> None:
    """Nothing where there is no warning; else an error, since ``--strict`` was asked for.

    Parameters
    ----------
    found : list of Finding
        What was noticed.
    done : str
        What has become of the results.

    Raises
    ------
    InputError
        STRICT, naming every warning.
    """
    warned = warnings_of(found)
    if not warned:
        return
    count = counted(len(warned), "warning")
    raise InputError(
        "STRICT",
        f"{count}, and --strict was asked for; {done}",
        where="; ".join(dict.fromkeys(each.where for each in warned if each.where)),
        found="; ".join(f"{each.code} {each.message}" for each in warned),
        fix="correct the input, or give reasons under `accept:`",
    )


def gates(plan: "Plan", records: dict[str, Any]) -> tuple[list[dict[str, Any]], list[Finding]]:
    """Figures that the pipeline requires, and a warning for each that is not reached.

    Raises
    ------
    PipelineError
        FIGURE_UNKNOWN, where no record has such a figure.
    """
    from siting.pipeline import require

    rows = require.judged(plan.require, records)
    return rows, [
        Finding(
            REFUSED,
            f"REFUSED by the pipeline's own gate: {row['figure']} is {shown(row['found'])}, "
            f"and {row['wanted']} is required",
            where=f"require.{row['figure']}",
            found=shown(row["found"]),
            wanted=str(row["wanted"]),
            fix="do not rely on this run; better evidence or another method may reach the figure",
        )
        for row in rows
        if not row["met"]
    ]


def shown(figure: Any) -> str:
    """A figure as people read it.

    Examples
    --------
    >>> shown(0.64321), shown(True), shown(None)
    ('0.6432', 'true', 'no value')
    """
    if figure is None:
        return "no value"
    return str(figure).lower() if isinstance(figure, bool) else f"{figure:.4g}"


def refused(quality: Sequence[dict[str, Any]]) -> QualityError | None:
    """The error of a finished run that does not reach what its pipeline requires, if it does not.

    Parameters
    ----------
    quality : list of dict
        Rows of `gates`.
    """
    failed = [row for row in quality if not row["met"]]
    if not failed:
        return None
    return QualityError(
        REFUSED,
        "the run is finished and published, but does not reach what its pipeline requires",
        where="; ".join(f"require.{row['figure']}" for row in failed),
        found="; ".join(f"{row['figure']} {shown(row['found'])}" for row in failed),
        wanted="; ".join(f"{row['figure']} {row['wanted']}" for row in failed),
        fix="do not rely on the result; better evidence or another method may reach the figures",
    )
