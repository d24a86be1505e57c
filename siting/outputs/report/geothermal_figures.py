"""Figures of geothermal economics: costs with and without failures, and what they hang on."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from siting.outputs.numbers import percent_text
from siting.outputs.report.drawing import BASELINE, INDEX, SOFT, WIDTH, axes, short
from siting.outputs.report.geothermal import PRICE, Band, Driver, Economics

ROW = 0.3  # [inch] of a bar
LABEL = 2.2  # [inch] left of the axes
HATCH = "/////"


def bars_figure(economics: Economics) -> Figure:
    """Cost of energy if a place succeeds and with failures: 10th to 90th percentile and median.

    The part of a bar that is hatched is the share of the spread that comes of assumed inputs.
    """
    rows = [each for each in economics.portraits if each.conditional and each.risked]
    height = ROW * 2.6 * len(rows) + 1.0
    figure = Figure(figsize=(WIDTH, height))
    ax = axes(figure, LABEL, 0.5, 0.2, 0.45)
    for at, each in enumerate(rows):
        shown = ((each.conditional, INDEX, -0.18), (each.risked, BASELINE, 0.18))
        for band, colour, offset in shown:
            if band is not None:
                _bar(ax, band, at + offset, colour, each.assumed)
    ax.set_yticks(range(len(rows)), [
        f"{short(each.label)}\nsuccess {percent_text(each.success)} %" for each in rows
    ])  # fmt: skip
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlabel(f"Cost of energy [{PRICE}], 10th to 90th percentile, median marked")
    ax.set_xlim(left=0)
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    figure.legend(
        handles=[
            Patch(fc=INDEX, alpha=0.55, label="only if it succeeds"),
            Patch(fc=BASELINE, alpha=0.55, label="with what is lost at failures"),
            Patch(fc="none", ec=SOFT, hatch=HATCH, label="share of assumed inputs"),
        ],
        loc="upper right", ncols=3,
    )  # fmt: skip
    return figure


def _bar(ax: Axes, band: Band, at: float, colour: str, assumed: float | None) -> None:
    width = band.high - band.low
    ax.barh(at, width, 0.3, left=band.low, color=colour, alpha=0.55, lw=0)
    if assumed:
        ax.barh(at, width * assumed, 0.3, left=band.low, fc="none", ec=colour, hatch=HATCH, lw=0)
    ax.plot([band.middle] * 2, [at - 0.15, at + 0.15], color=colour, lw=2)


def tornado_figure(drivers: tuple[Driver, ...]) -> Figure:
    """Risked cost with each input at its 10th and 90th percentile, the weightiest on top."""
    rows = [each for each in drivers if each.low is not None and each.high is not None]
    figure = Figure(figsize=(WIDTH, ROW * len(rows) + 0.75))
    ax = axes(figure, LABEL, 0.5, 0.75, 0.1)
    ends = [end for each in rows for end in (each.low, each.high) if end is not None]
    for at, each in enumerate(rows):
        if each.low is None or each.high is None:
            continue
        hatch = HATCH if each.is_assumed else None
        ax.barh(at, each.high - each.low, 0.6, left=each.low, fc="#dfe8f0", ec=INDEX, hatch=hatch)
        ax.text(
            1.01, at, f"{percent_text(each.share)} %", transform=ax.get_yaxis_transform(),
            va="center", color=SOFT,
        )  # fmt: skip
        ax.plot([each.low], [at], marker="<" if each.low <= each.high else ">", color=INDEX, ms=3)
    ax.set_yticks(range(len(rows)), [short(each.label, 34) for each in rows])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    if ends:
        ax.set_xlim(max(0.0, min(ends) * 0.9), max(ends) * 1.05)
    ax.set_xlabel(
        f"Risked cost of energy [{PRICE}]. Arrow: input at its 10th percentile; "
        "right: share of the spread"
    )
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    return figure
