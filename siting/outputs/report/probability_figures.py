"""Figures of probabilities: reliability before and after a curve, and coverage by fold."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from siting.outputs.numbers import finite, percent_text
from siting.outputs.report.compare import mappings
from siting.outputs.report.drawing import BASELINE, INDEX, SOFT, WIDTH, axes

HEIGHT = 3.0  # [inch]


def reliability_figure(record: Mapping[str, Any]) -> Figure | None:
    """Share of presences against the score, and against the probability by the curve."""
    every = ((key, (record.get(key) or {}).get("bins") or []) for key in ("score", "calibrated"))
    known = [(key, bins) for key, bins in every if bins]
    if not known:
        return None
    figure = Figure(figsize=(WIDTH, HEIGHT))
    ax = axes(figure, 0.6, 0.5, WIDTH - 3.6, 0.15)
    _frame(ax, "Mean probability of a tenth of the systems [%]", "Presences among them [%]")
    ax.plot([0, 100], [0, 100], color=SOFT, lw=0.8, ls=":")
    looks = {
        "score": ("the score as it is", BASELINE, "s", "--"),
        "calibrated": ("by the curve", INDEX, "o", "-"),
    }
    for key, bins in known:
        label, colour, marker, line = looks[key]
        ax.plot(
            [100 * row[0] for row in bins], [100 * row[1] for row in bins], marker=marker,
            color=colour, ls=line, lw=1.4, ms=4.0, mfc="white", label=label,
        )  # fmt: skip
    ax.legend(loc="upper left", fontsize=7.5)
    return figure


def coverage_figure(record: Mapping[str, Any]) -> Figure | None:
    """Share of systems that the interval held, for each fold left out."""
    folds = mappings(record.get("folds"))
    rows = [each for each in folds if finite(each.get("measured")) is not None]
    wanted = finite(record.get("coverage"))
    if not rows or wanted is None:
        return None
    figure = Figure(figsize=(WIDTH, 2.2))
    ax = axes(figure, 0.6, 0.5, 0.15, 0.15)
    _frame(ax, "Fold left out", "Systems within the interval [%]")
    shares = [100 * float(each["measured"]) for each in rows]
    ax.plot(range(1, len(rows) + 1), shares, "o", color=INDEX, mfc="white", ms=4.5)
    ax.axhline(100 * wanted, color=SOFT, lw=0.9, ls=":")
    ax.set_xlim(0.5, len(rows) + 0.5)
    ax.set_xticks(range(1, len(rows) + 1))
    return figure


def _frame(ax: Axes, x: str, y: str) -> None:
    ax.set_xlim(0, 100)
    ax.set_ylim(0, 103)
    ax.grid()
    ax.set_axisbelow(True)
    ax.set_xlabel(x)
    ax.set_ylabel(y)


def reliability_text(record: Mapping[str, Any]) -> str:
    """The reliability curve, for those who do not see it."""
    bins = (record.get("calibrated") or {}).get("bins") or []
    told = ", ".join(
        f"{percent_text(finite(row[0]))} % said and {percent_text(finite(row[1]))} % found"
        for row in bins
    )
    return f"Reliability of held-out probabilities by the curve: {told or 'no figures'}."


def coverage_text(record: Mapping[str, Any]) -> str:
    """Coverage by fold, for those who do not see it."""
    shares = [percent_text(finite(each.get("measured"))) for each in mappings(record.get("folds"))]
    wanted = percent_text(finite(record.get("coverage")))
    return f"Share held in each fold left out: {', '.join(shares)} %; wanted {wanted} %."


def drawn(record: Mapping[str, Any]) -> tuple[Figure | None, str, str]:
    """The figure of a record, in words, and its caption; none for kinds without one."""
    if record.get("kind") == "calibration":
        caption = "Held-out systems by tenths of their probability. Dotted: perfect calibration."
        return reliability_figure(record), reliability_text(record), caption
    if record.get("kind") == "conformal":
        caption = "Each fold judged by a width from the others. Dotted: the share wanted."
        return coverage_figure(record), coverage_text(record), caption
    return None, "", ""
