"""Figures of skill: capture curves, AUC of every method, importance, the self-test for leakage."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from siting.outputs.map.labels import display_name
from siting.outputs.numbers import finite
from siting.outputs.report.drawing import (
    BASELINE,
    FAINT,
    INDEX,
    INK,
    LEARNED,
    SOFT,
    WIDTH,
    axes,
    short,
)
from siting.outputs.report.skill import ROLES, Estimate, Method, Skill

ROW = 0.165  # [inch] of a method in the figure of AUC
MOST_BARS = 30  # of importance, which fit on a page
LEAST_SHARE = 0.1  # [%] of land, where the capture curves begin
LOOKS = {
    "index": (INDEX, "-", "D"),
    "learned": (LEARNED, "-.", "o"),
    "baseline": (BASELINE, "--", "s"),
}
PLAIN = (SOFT, ":", "v")  # of a role that we do not know


@dataclass(frozen=True)
class Curve:
    """A capture curve with the figures of its method at the shares that are told."""

    label: str
    role: str
    points: list[tuple[float, float]]
    capture: dict[str, Estimate]


def curves(skill: Skill) -> list[Curve]:
    """Capture curves, each with the method that it belongs to: index, learned, single layers."""
    first = next(iter(skill.strata), "")
    rows = skill.strata.get(first, [])
    found = []
    for name, points in skill.curves.items():
        method = next((m for m in rows if name in (m.name, f"{m.name}, {m.folds}")), None)
        label = display_name(name)
        found.append(
            Curve(
                label,
                method.role if method else "",
                points,
                method.capture if method else {},
            )
        )
    return sorted(found, key=lambda each: ROLES.index(each.role) if each.role in ROLES else 9)


def capture_figure(shown: Sequence[Curve], shares: Sequence[str]) -> Figure:
    """Share of known fields found against the share of land searched, best land first."""
    figure = Figure(figsize=(WIDTH, 2.8))
    ax = axes(figure, 0.55, 0.5, 0.15, 0.3)
    ax.set_xscale("log")
    ax.set_xlim(LEAST_SHARE, 100)
    ax.set_ylim(0, 103)
    _mark_shares(ax, shares)
    for number, curve in enumerate(shown):
        colour, line, marker = LOOKS.get(curve.role, PLAIN)
        x, y = ([100 * each for each in part] for part in zip(*curve.points, strict=True))
        label = short(curve.label, 44)
        ax.plot(x, y, color=colour, ls=line, lw=1.6, drawstyle="steps-post", label=label)
        _intervals(ax, curve, number - (len(shown) - 1) / 2, colour, marker)
    chance = [LEAST_SHARE * 1000 ** (i / 60) for i in range(61)]
    ax.plot(chance, chance, color=SOFT, lw=0.8, ls=":", label="chance")
    ax.set_xlabel("Share of land searched, best first [%], logarithmic")
    ax.set_ylabel("Known fields in it [%]")
    ax.legend(loc="upper left", bbox_to_anchor=(0.0, 1.0), handlelength=3.2, fontsize=8)
    return figure


def _mark_shares(ax: Axes, shares: Sequence[str]) -> None:
    ticks = [0.1, 1, 5, 10, 50, 100]
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.grid(axis="y")
    for share in shares:
        ax.axvline(float(share), color=FAINT, lw=0.8, zorder=0)
        place = (float(share), 1.0)
        ax.annotate(
            f"{share} %", place, (0, 3), ("data", "axes fraction"), "offset points",
            ha="center", color=SOFT, fontsize=7.5,
        )  # fmt: skip


def _intervals(ax: Axes, curve: Curve, offset: float, colour: str, marker: str) -> None:
    """Capture with its interval at each share that is told, side by side."""
    for share, estimate in curve.capture.items():
        if not estimate.known:
            continue
        x = float(share) * 1.045**offset
        ax.plot([x, x], _percent(estimate.low, estimate.high), color=colour, lw=1.0, zorder=4)
        if estimate.value is not None:
            ax.plot(
                [x], [100 * estimate.value], marker, color=colour, ms=4.5,
                mfc="white", mew=1.1, zorder=5,
            )  # fmt: skip


def _percent(*shares: float | None) -> list[float]:
    return [100 * (share or 0.0) for share in shares]


def auc_figure(skill: Skill) -> Figure:
    """AUC with intervals of every method, one panel a stratum, best single layers first."""
    strata = skill.strata
    keys = _rows(next(iter(strata.values())))
    height = ROW * len(keys) + 0.85
    figure = Figure(figsize=(WIDTH, height))
    name_width, gap = 2.25, 0.14
    panel = (WIDTH - name_width - 0.1 - gap * (len(strata) - 1)) / len(strata)
    low = _least(skill)
    for number, (stratum, rows) in enumerate(strata.items()):
        left = name_width + number * (panel + gap)
        ax = axes(figure, left, 0.5, WIDTH - left - panel, 0.3)
        ax.set_title(short(display_name(stratum), 30), loc="left", y=1.0, pad=4)
        _forest(ax, {_key(row): row for row in rows}, keys, skill, low)
        if number == 0:
            ax.set_yticks(range(len(keys)), [_row_label(row, skill) for row in keys.values()])
    return figure


def _key(method: Method) -> tuple[str, str, str]:
    return method.name, method.role, method.folds


def _rows(methods: Sequence[Method]) -> dict[tuple[str, str, str], Method]:
    """Rows from the top: index, learned, what leaks, then single layers by their AUC."""

    def worth(method: Method) -> float:
        return -1.0 if method.auc.value is None else method.auc.value

    single = [m for m in methods if m.role == "baseline"]
    other = [m for m in methods if m.role != "baseline"]
    return {_key(m): m for m in [*other, *sorted(single, key=worth, reverse=True)]}


def _least(skill: Skill) -> float:
    lows = [method.auc.low for method in skill.methods if method.auc.low is not None]
    return max(0.0, min([0.45, *(low - 0.03 for low in lows)]))


def _row_label(method: Method, skill: Skill) -> str:
    name = short(display_name(method.name), 26)
    if method.role == "baseline":
        return name + (" (to beat)" if skill.is_to_beat(method) else "")
    return name if method.role == "index" else f"{name}, {short(method.folds, 22)}"


def _forest(
    ax: Axes,
    rows: dict[tuple[str, str, str], Method],
    keys: dict[tuple[str, str, str], Method],
    skill: Skill,
    low: float,
) -> None:
    ax.set_xlim(low, 1.0)
    ax.set_ylim(len(keys) - 0.4, -0.6)
    ax.set_yticks([])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    ax.set_xlabel("AUC [1]")
    if low < 0.5:
        ax.axvline(0.5, color=SOFT, lw=0.8, ls=":")
    for height, key in enumerate(keys):
        if (method := rows.get(key)) is not None:
            _forest_row(ax, height, method, skill)


def _forest_row(ax: Axes, height: int, method: Method, skill: Skill) -> None:
    colour, _, marker = LOOKS.get(method.role, PLAIN)
    if method.leaks:
        colour, marker = SOFT, "x"
        ax.axhspan(height - 0.5, height + 0.5, fc="none", ec=FAINT, hatch="////", lw=0, zorder=0)
    auc = method.auc
    if not auc.known or auc.low is None or auc.high is None:
        return
    thick = 2.2 if method.name == skill.score or skill.is_to_beat(method) else 1.2
    ax.plot([auc.low, auc.high], [height, height], color=colour, lw=thick, solid_capstyle="butt")
    if auc.value is not None:
        filled = "white" if method.role == "baseline" else colour
        ax.plot([auc.value], [height], marker, color=colour, mfc=filled, ms=4.5, mew=1.1)


def importance_figure(skill: Skill) -> Figure:
    """Loss of AUC when a layer is shuffled, with its standard deviation."""
    layers, values, deviations = zip(*skill.importance[:MOST_BARS], strict=True)
    names = [short(display_name(name)) for name in layers]
    figure = Figure(figsize=(WIDTH, 0.24 * len(names) + 0.65))
    ax = axes(figure, 2.25, 0.48, 0.3, 0.08)
    places = range(len(names))
    ax.barh(
        places, values, height=0.62, color="#cfe3f1", edgecolor=INDEX, lw=0.8, xerr=deviations,
        error_kw={"ecolor": INK, "elinewidth": 0.9, "capsize": 2.5, "capthick": 0.9},
    )  # fmt: skip
    ax.axvline(0, color=SOFT, lw=0.8)
    ax.set_yticks(places, names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    ax.set_xlabel("Loss of AUC at held-out fields when the layer is shuffled [1]")
    return figure


def leakage_rows(skill: Skill) -> list[tuple[str, Estimate]]:
    """Mean AUC on labels that mean nothing, by kind of folds, with its interval."""
    names = {"random": "Random folds", "blocked": "Folds with a buffer"}
    found = []
    for key, label in names.items():
        given = skill.leakage.get(key)
        record = given if isinstance(given, dict) else {}
        mean, low, high = (finite(record.get(part)) for part in ("mean", "low", "high"))
        if mean is not None:
            found.append((label, Estimate(mean, low, high)))
    return found


def leakage_figure(rows: Sequence[tuple[str, Estimate]]) -> Figure:
    """AUC on labels that mean nothing: honest folds give a half."""
    figure = Figure(figsize=(WIDTH, 0.26 * len(rows) + 0.72))
    ax = axes(figure, 2.25, 0.48, 0.3, 0.18)
    ends = [end for _, each in rows for end in (each.low, each.high) if end is not None]
    ax.set_xlim(min([0.3, *(end - 0.03 for end in ends)]), 1.0)
    ax.axvline(0.5, color=INK, lw=0.9, ls=":")
    ax.annotate(
        "chance", (0.5, 1.0), (0, 2), ("data", "axes fraction"), "offset points",
        ha="center", color=SOFT, fontsize=7.5,
    )  # fmt: skip
    for height, (_, each) in enumerate(rows):
        ends = [end for end in (each.low, each.high) if end is not None]
        ax.plot(ends, [height] * len(ends), color=INK, lw=1.4)
        ax.plot([each.value or 0.0], [height], "o", color=INK, ms=4.5)
    ax.set_yticks(range(len(rows)), [label for label, _ in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    ax.set_xlabel("AUC on labels that no layer knows of [1]")
    return figure
