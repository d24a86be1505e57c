"""What figures show, in words, for those who do not see them."""

from collections.abc import Sequence

from siting.outputs.map.labels import display_name
from siting.outputs.numbers import fixed_text, number_text, percent_text
from siting.outputs.report.distributions import Spread
from siting.outputs.report.skill import Estimate, Skill
from siting.outputs.report.skill_figures import Curve
from siting.outputs.report.world import TOP, Places
from siting.wording import counted


def capture_text(curves: Sequence[Curve]) -> str:
    """The capture curves as the shares of fields found at each share of land that is told."""
    told = []
    for curve in curves:
        parts = [
            f"{percent_text(each.value)} % of fields in {share} % of land"
            for share, each in curve.capture.items()
            if each.value is not None
        ]
        told.append(f"{curve.label}: {', '.join(parts) or 'no figures'}")
    return f"Capture curves. {'; '.join(told)}."


def auc_text(skill: Skill) -> str:
    """The AUC of the index and the best single layer; the table beside it has all of them."""
    rows = next(iter(skill.strata.values()), [])
    known = [m for m in rows if m.auc.value is not None and not m.leaks]
    best = sorted(known, key=lambda method: -(method.auc.value or 0.0))[:3]
    told = ", ".join(f"{display_name(m.name)} {fixed_text(m.auc.value, 3)}" for m in best)
    return (
        f"AUC with intervals of every method in {counted(len(skill.strata), 'stratum', 'strata')}. "
        f"Highest in the first: {told or 'none'}. All values are in the table of figures."
    )


def importance_text(skill: Skill) -> str:
    """The loss of AUC for each layer."""
    told = "; ".join(
        f"{display_name(name)} {fixed_text(value, 3)} ± {fixed_text(sd, 3)}"
        for name, value, sd in skill.importance
    )
    return f"Loss of AUC when a layer is shuffled: {told}."


def leakage_text(rows: Sequence[tuple[str, Estimate]]) -> str:
    """The AUC of labels that mean nothing."""
    told = [
        f"{label} {fixed_text(each.value, 2)} "
        f"({fixed_text(each.low, 2)} to {fixed_text(each.high, 2)})"
        for label, each in rows
    ]
    return f"AUC on labels that no layer knows of: {'; '.join(told)}. Chance is 0.5."


def map_text(label: str, marked: Places, ground: str = "land") -> str:
    """What the map holds."""
    count, known = len(marked.candidates[0]), len(marked.known[0])
    ringed = {0: "", 1: ", ringed"}.get(count, f", the best {min(TOP, count)} of them ringed")
    fields = f", and {counted(known, 'known field')}" if known or ground == "land" else ""
    return (
        f"Map of the best {ground} by {label}, with {counted(count, 'candidate')}{ringed}{fields}."
    )


def caption(spread: Spread, ground: str = "land") -> str:
    """What a layer means, and how its values on the land differ from those at known fields."""
    told = _classes_text(spread, ground) if spread.classes else _median_text(spread, ground)
    return f"{spread.meaning}. {told}" if spread.meaning else told


def _median_text(spread: Spread, ground: str) -> str:
    land, fields = (_with_unit(median, spread.unit) for median in spread.medians)
    told = f"Median on {ground} {land}" if ground == "land" else f"Median {land}"
    return f"{told}, at {counted(spread.known, 'field')} {fields}." if spread.known else f"{told}."


def _with_unit(value: float | None, unit: str) -> str:
    space = "" if unit in ("", "°", "%") else "\u00a0"
    return f"{number_text(value, 3)}{space}{unit}"


def _classes_text(spread: Spread, ground: str) -> str:
    shares = zip(spread.classes, spread.land, spread.fields, strict=True)
    if not spread.known:
        return (
            ", ".join(f"{name} {percent_text(land)} %" for name, land, _ in shares)
            + f" of {ground}."
        )
    parts = [f"{name} {percent_text(a)} / {percent_text(b)} %" for name, a, b in shares]
    return f"Share of land / of {counted(spread.known, 'field')}: {', '.join(parts)}."
