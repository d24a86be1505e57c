"""Figures of a comparison: skill, capture, precision, reliability, and semivariance."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from siting.outputs.map.labels import display_name
from siting.outputs.numbers import fixed_text
from siting.outputs.report.compare import mappings
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
from siting.outputs.report.skill import Estimate

Point = tuple[float, float]
LOOKS = {
    "chosen": (INDEX, "-", 2.0),
    "single_chosen": (BASELINE, "--", 2.0),
    "approach": (LEARNED, "-", 0.9),
}
MOST = 18  # methods in the figure of skill
ROW = 0.2  # [inch]


def skill_figure(record: Mapping[str, Any]) -> Figure | None:
    """AUC pooled and within blocks side by side, with intervals; what leaks is hatched."""
    rows = _shown(record)
    if not rows:
        return None
    figure = Figure(figsize=(WIDTH, ROW * len(rows) + 0.85))
    left, gap = 2.5, 0.35
    panel = (WIDTH - left - 0.1 - gap) / 2
    titles = (("auc", "Pooled over all systems"), ("within", "Within blocks only"))
    for number, (key, title) in enumerate(titles):
        start = left + number * (panel + gap)
        ax = axes(figure, start, 0.5, WIDTH - start - panel, 0.3)
        ax.set_title(title, loc="left", y=1.0, pad=4)
        _panel(ax, rows, key)
        if number == 0:
            ax.set_yticks(range(len(rows)), [_label(row) for row in rows])
    return figure


def _shown(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Rows under the main folds, a few of the single layers, and models under what leaks."""
    methods = mappings(record.get("methods"))
    main = [each for each in methods if each.get("folds") == record.get("main")]
    order = {"chosen": 0, "approach": 1, "single_chosen": 2, "single": 3}
    main.sort(key=lambda each: (order.get(str(each.get("role")), 9), -_auc(each)))
    leaks = [each for each in methods if each.get("leakage") and each.get("role") == "approach"]
    return [*main[: MOST - len(leaks[:6])], *leaks[:6]]


def _auc(row: Mapping[str, Any]) -> float:
    return Estimate.of((row.get("sites") or {}).get("auc")).value or 0.0


def _label(row: Mapping[str, Any]) -> str:
    name = short(display_name(str(row.get("name"))), 30)
    return f"{name}, random" if row.get("leakage") else name


def _panel(ax: Axes, rows: Sequence[Mapping[str, Any]], key: str) -> None:
    ax.set_xlim(0.0, 1.0)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_yticks([])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    ax.axvline(0.5, color=SOFT, lw=0.8, ls=":")
    ax.set_xlabel("AUC over systems [1]")
    for height, row in enumerate(rows):
        _mark(ax, height, row, Estimate.of((row.get("sites") or {}).get(key)))


def _mark(ax: Axes, height: int, row: Mapping[str, Any], found: Estimate) -> None:
    colour, _, width = LOOKS.get(str(row.get("role")), (BASELINE, "--", 0.9))
    marker = {"chosen": "D", "approach": "o"}.get(str(row.get("role")), "s")
    if row.get("leakage"):
        colour, marker = SOFT, "x"
        ax.axhspan(height - 0.5, height + 0.5, fc="none", ec=FAINT, hatch="////", lw=0, zorder=0)
    if found.low is not None and found.high is not None:
        ax.plot([found.low, found.high], [height, height], color=colour, lw=width)
    if found.value is not None:
        ax.plot([found.value], [height], marker, color=colour, mfc="white", ms=4.5, mew=1.1)


def _curves(record: Mapping[str, Any], key: str) -> list[tuple[str, str, list[Point]]]:
    """Name, role and points of each curve: models thin, what was chosen inside on top."""
    curves = record.get("curves")
    if not isinstance(curves, Mapping):
        return []
    roles = {
        str(each.get("name")): str(each.get("role"))
        for each in mappings(record.get("methods"))
        if each.get("folds") == record.get("main")
    }
    found = [
        (str(name), roles.get(str(name), ""), [(float(x), float(y)) for x, y in each.get(key, [])])
        for name, each in curves.items()
        if isinstance(each, Mapping)
    ]
    return sorted(
        (each for each in found if len(each[2]) > 1), key=lambda each: each[1] != "approach"
    )


def curves_figure(record: Mapping[str, Any], capture_of: str) -> Figure | None:
    """Capture, prediction and area, precision and recall, and reliability, in four panels."""
    captures, precisions = _curves(record, "capture"), _curves(record, "precision")
    if not captures:
        return None
    figure = Figure(figsize=(WIDTH, 6.0))
    width, height = (WIDTH - 1.5) / 2, 2.25
    lefts, bottoms = (0.55, 0.55 + width + 0.75), (0.5 + height + 0.75, 0.5)
    panels = [
        axes(figure, left, bottom, WIDTH - left - width, 6.0 - bottom - height)
        for bottom in bottoms
        for left in lefts
    ]
    _capture(panels[0], captures, capture_of)
    _prediction_area(panels[1], captures, capture_of)
    _precision(panels[2], precisions, record)
    _reliability(panels[3], record)
    return figure


def _draw(ax: Axes, curves: Sequence[tuple[str, str, list[Point]]]) -> None:
    for name, role, points in curves:
        colour, line, width = LOOKS.get(role, (SOFT, ":", 0.9))
        x, y = ([100 * each for each in part] for part in zip(*points, strict=True))
        label = None if role == "approach" else short(display_name(name), 28)
        ax.plot(x, y, color=colour, ls=line, lw=width, label=label)
    if any(role == "approach" for _, role, _ in curves):
        ax.plot([], [], color=LEARNED, lw=0.9, label="each model")


def _frame(ax: Axes, title: str, x: str, y: str) -> None:
    ax.set_title(title, loc="left", y=1.0, pad=4)
    ax.set_xlim(0, 100)
    ax.set_ylim(0, 103)
    ax.grid()
    ax.set_axisbelow(True)
    ax.set_xlabel(x)
    ax.set_ylabel(y)


def _capture(ax: Axes, curves: Sequence[tuple[str, str, list[Point]]], capture_of: str) -> None:
    _frame(ax, "Capture", f"Share of {capture_of} searched, best first [%]", "Presences found [%]")
    ax.plot([0, 100], [0, 100], color=SOFT, lw=0.8, ls=":")
    _draw(ax, curves)
    ax.legend(loc="lower right", fontsize=7.5)


def _prediction_area(
    ax: Axes, curves: Sequence[tuple[str, str, list[Point]]], capture_of: str
) -> None:
    """Found presences against ground left out: they cross where a rule searches and finds alike."""
    _frame(
        ax, "Prediction and area", f"Share of {capture_of} searched [%]", "Found, and left out [%]"
    )
    ax.plot([0, 100], [100, 0], color=INK, lw=1.0, label="left out")
    _draw(ax, [each for each in curves if each[1] != "approach"])
    ax.legend(loc="lower center", fontsize=7.5)


def _precision(
    ax: Axes, curves: Sequence[tuple[str, str, list[Point]]], record: Mapping[str, Any]
) -> None:
    _frame(ax, "Precision and recall", "Recall [%]", "Precision [%]")
    _draw(ax, curves)
    shares = [
        (each.get("sites") or {}).get("prevalence") for each in mappings(record.get("methods"))
    ]
    if shares and isinstance(shares[0], float):
        ax.axhline(100 * shares[0], color=SOFT, lw=0.8, ls=":")


def _reliability(ax: Axes, record: Mapping[str, Any]) -> None:
    """Share of presences against mean score; the best model by Brier score is drawn thick."""
    _frame(
        ax, "Reliability", "Mean score of a tenth of the systems [%]", "Presences among them [%]"
    )
    ax.plot([0, 100], [0, 100], color=SOFT, lw=0.8, ls=":")
    known = [
        each
        for each in mappings(record.get("methods"))
        if each.get("folds") == record.get("main") and isinstance(each.get("calibration"), Mapping)
    ]
    known.sort(key=lambda each: -float(each["calibration"].get("brier") or 1.0))
    for number, each in enumerate(known):
        bins = each["calibration"].get("bins") or []
        best = number == len(known) - 1
        ax.plot(
            [100 * row[0] for row in bins], [100 * row[1] for row in bins],
            color=INDEX if best else LEARNED, lw=1.8 if best else 0.7, marker="o" if best else None,
            ms=3.5, mfc="white", label=short(display_name(str(each["name"])), 28) if best else None,
        )  # fmt: skip
    if known:
        ax.legend(loc="upper left", fontsize=7.5, title="least Brier score", title_fontsize=7.5)


def variogram_figure(record: Mapping[str, Any]) -> Figure | None:
    """Semivariance of labels and of what features leave unexplained, by distance."""
    found = record.get("variogram")
    if not isinstance(found, Mapping):
        return None
    figure = Figure(figsize=(WIDTH, 2.5))
    ax = axes(figure, 0.55, 0.5, 0.15, 0.2)
    looks = (("labels", "labels", INDEX, "o"), ("residuals", "unexplained", BASELINE, "s"))
    for key, label, colour, marker in looks:
        _variogram(ax, found.get(key) or {}, label, colour, marker)
    ax.set_xlim(left=0)
    ax.set_ylim(bottom=0)
    ax.grid()
    ax.set_axisbelow(True)
    ax.set_xlabel("Distance between systems [km]")
    ax.set_ylabel("Semivariance [variance]")
    ax.legend(loc="lower right", fontsize=7.5)
    return figure


def _variogram(ax: Axes, record: Mapping[str, Any], label: str, colour: str, marker: str) -> None:
    points = record.get("points") or []
    if not points:
        return
    ax.plot(
        [each[0] / 1000 for each in points], [each[1] for each in points], marker,
        color=colour, mfc="white", ms=4.0, mew=1.0, ls="none", label=label,
    )  # fmt: skip
    reach, nugget, sill = (float(record.get(k) or 0.0) for k in ("range", "nugget", "sill"))
    end = float(points[-1][0])
    ratios = [i / 80 for i in range(81)]
    x = [each * end for each in ratios]
    rise = [min(each / reach, 1.0) if reach else 1.0 for each in x]
    ax.plot(
        [each / 1000 for each in x],
        [nugget + (sill - nugget) * (1.5 * r - 0.5 * r**3) for r in rise],
        color=colour,
        lw=1.2,
    )
    if reach:
        ax.axvline(reach / 1000, color=colour, lw=0.8, ls=":")


def skill_text(record: Mapping[str, Any]) -> str:
    """The figure of skill, for those who do not see it."""
    told = []
    for row in _shown(record)[:6]:
        sites = row.get("sites") or {}
        pooled, within = (Estimate.of(sites.get(key)).value for key in ("auc", "within"))
        name = display_name(str(row.get("name")))
        told.append(f"{name} {fixed_text(pooled, 2)} pooled, {fixed_text(within, 2)} within blocks")
    return f"AUC of every method: {'; '.join(told)}. All values are in the table of all methods."


def curves_text(record: Mapping[str, Any]) -> str:
    """The curves, for those who do not see them."""
    names = ", ".join(display_name(name) for name, _, _ in _curves(record, "capture"))
    return (
        f"Four panels of curves for {names}: capture, prediction and area, precision and recall, "
        "reliability. Their figures are in the table of all methods."
    )


def variogram_text(record: Mapping[str, Any]) -> str:
    """The variogram, for those who do not see it."""
    return f"Variogram. {(record.get('variogram') or {}).get('text') or 'No figures.'}"
