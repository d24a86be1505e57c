"""Figures of what a model rests on: worth of layers, and responses above the data's density."""

import math
from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from siting.outputs.map.labels import display_name
from siting.outputs.numbers import fixed_text, number_text
from siting.outputs.report.drawing import (
    BASELINE,
    FAINT,
    INDEX,
    LEARNED,
    SOFT,
    WIDTH,
    axes,
    short,
)
from siting.outputs.report.explanation import SHUFFLES, axis_label, features, sparse
from siting.outputs.report.skill import Estimate

MOST_ROWS, MOST_PANELS = 20, 12  # layers in the figures; the record has all
ROW = 0.22  # [inch]
LOOKS = {"pooled": (INDEX, "D"), "within": (LEARNED, "o"), "between": (BASELINE, "s")}
COUNTS = {
    "domain": (FAINT, "stepfilled", "ground"),
    "training": (SOFT, "step", "samples"),
    "positives": (BASELINE, "step", "with presence"),
}


def importance_figure(record: Mapping[str, Any]) -> Figure | None:
    """Losses by each way of shuffling, with intervals, the most important layer on top."""
    rows = features(record)[:MOST_ROWS]
    if not rows:
        return None
    figure = Figure(figsize=(WIDTH, ROW * len(rows) * 1.6 + 0.85))
    ax = axes(figure, 2.3, 0.5, 0.1, 0.3)
    for shift, (kind, label) in zip((-0.25, 0.0, 0.25), SHUFFLES.items(), strict=True):
        colour, marker = LOOKS[kind]
        for place, row in enumerate(rows):
            _loss(ax, place + shift, Estimate.of(row.get(kind)), colour, marker)
        ax.plot([], [], color=colour, marker=marker, mfc="white", ms=4, lw=1.1, label=label)
    ax.axvline(0, color=SOFT, lw=0.8, ls=":")
    ax.set_yticks(range(len(rows)), [short(display_name(str(each["layer"])), 34) for each in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    ax.set_xlabel(f"Loss of {record.get('measure') or 'skill'} when shuffled [1]")
    ax.legend(loc="lower right", fontsize=7.5)
    return figure


def _loss(ax: Axes, place: float, found: Estimate, colour: str, marker: str) -> None:
    if found.low is not None and found.high is not None:
        ax.plot([found.low, found.high], [place, place], color=colour, lw=1.1)
    if found.value is not None:
        ax.plot([found.value], [place], marker, color=colour, mfc="white", ms=4, mew=1.1)


def dependence_figure(record: Mapping[str, Any]) -> Figure | None:
    """Response along each layer, with its band; below it where the data are."""
    shown = [each for each in features(record) if each.get("grid")][:MOST_PANELS]
    if not shown:
        return None
    lines = math.ceil(len(shown) / 2)
    down, across = 2.15, (WIDTH - 0.1) / 2
    figure = Figure(figsize=(WIDTH, lines * down + 0.1))
    top = max(max(each["high"] + each["mean"]) for each in shown)
    low = min(min(each["low"] + each["mean"]) for each in shown)
    for number, feature in enumerate(shown):
        left = number % 2 * across + 0.55
        bottom = (lines - 1 - number // 2) * down + 0.1
        right = WIDTH - left - across + 0.7
        height = lines * down + 0.1
        curve = axes(figure, left, bottom + 0.85, right, height - bottom - down + 0.1)
        density = axes(figure, left, bottom + 0.38, right, height - bottom - 0.78)
        _curve(curve, feature, (low, top), str(record.get("response") or "response"))
        _density(density, feature, number == 0)
        for ax in (curve, density):
            ax.set_xlim(feature["edges"][0], feature["edges"][-1])
            for start, end in sparse(feature):
                ax.axvspan(start, end, color="#e9ecef", lw=0, zorder=0)
    return figure


def _curve(ax: Axes, feature: Mapping[str, Any], span: tuple[float, float], response: str) -> None:
    """Mean response with its band, and accumulated effects about its mean as a broken line."""
    grid, mean = feature["grid"], feature["mean"]
    if feature.get("codes"):
        ends = [feature["low"], feature["high"]]
        ax.vlines(grid, *ends, color=LEARNED, lw=2.5, alpha=0.5)
        ax.plot(grid, mean, "o", color=INDEX, mfc="white", ms=4, ls="none")
    else:
        ax.fill_between(grid, feature["low"], feature["high"], color=LEARNED, alpha=0.25, lw=0)
        ax.plot(grid, mean, color=INDEX, lw=1.5)
    if feature.get("ale"):
        middle = sum(mean) / len(mean)
        ax.plot(grid, [middle + each for each in feature["ale"]], color=BASELINE, lw=1.0, ls="--")
    room = 0.05 * max(span[1] - span[0], 1e-9)
    ax.set_ylim(span[0] - room, span[1] + room)
    ax.set_ylabel(f"Mean {response}", fontsize=7)
    ax.tick_params(labelbottom=False)
    ax.grid()
    ax.set_axisbelow(True)


def _density(ax: Axes, feature: Mapping[str, Any], told: bool) -> None:
    """Counts in the bins, each as a share of its own most."""
    for key, (colour, look, label) in COUNTS.items():
        counts = feature.get(key) or []
        if not any(counts):
            continue
        shares = [each / max(counts) for each in counts]
        full = look == "stepfilled"
        ax.stairs(shares, feature["edges"], lw=0.9, fill=full, color=colour, label=label)
    ax.set_yticks([])
    ax.set_ylim(0, 1.08)
    ax.set_xlabel(short(axis_label(feature), 44))
    if told:
        ax.legend(loc="upper right", fontsize=6, ncols=3, handlelength=1.0, columnspacing=0.8)


def importance_text(record: Mapping[str, Any]) -> str:
    """The figure of worth, for those who do not see it."""
    told = []
    for row in features(record)[:6]:
        pooled, within = (Estimate.of(row.get(kind)).value for kind in ("pooled", "within"))
        name = display_name(str(row.get("layer")))
        told.append(f"{name} {fixed_text(pooled, 3)} over all, {fixed_text(within, 3)} within")
    return f"Loss when shuffled: {'; '.join(told)}. All values are in the table."


def dependence_text(record: Mapping[str, Any]) -> str:
    """The responses, for those who do not see them."""
    told = []
    for each in features(record)[:MOST_PANELS]:
        mean, grid = each.get("mean") or [], each.get("grid") or []
        if mean:
            told.append(
                f"{axis_label(each)} from {number_text(grid[0])} to {number_text(grid[-1])}: mean "
                f"response from {number_text(mean[0], 3)} to {number_text(mean[-1], 3)}"
            )
    return f"Responses. {'; '.join(told)}."
