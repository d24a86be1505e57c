"""Figures of a comparison: pairs, quantiles, and the course of the year."""

import cmcrameri.cm
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from siting.kernels.agreement import quantile_pairs
from siting.kernels.occurrence import Occurrence
from siting.outputs.comparison.content import MONTHS, Compared
from siting.outputs.map.labels import display_unit
from siting.outputs.report.drawing import BASELINE, INDEX, INK, SOFT, WIDTH, axes, short

_CELLS = 50  # along each side of the figure of pairs
_QUANTILES = 99


def labels(each: Compared) -> tuple[str, str]:
    """Labels of a measured and of a modelled axis, with the unit."""
    unit = f"[{display_unit(each.unit) or '1'}]"
    return f"Buoy: {short(each.title, 40)} {unit}", f"Model: {short(each.title, 40)} {unit}"


def pairs_figure(each: Compared) -> Figure:
    """How often model and buoy say what at once, and their quantiles against each other."""
    figure = Figure(figsize=(WIDTH, 3.3))
    ax = axes(figure, 0.55, 0.5, WIDTH / 2 + 0.35, 0.25)
    both = np.isfinite(each.model) & np.isfinite(each.observed)
    model, observed = each.model[both], each.observed[both]
    low, high = _limits(each, model, observed)
    edges = np.linspace(low, high, _CELLS + 1)
    counts, *_ = np.histogram2d(observed, model, bins=(edges, edges))
    shown = np.ma.masked_equal(counts.T, 0)
    top = max(float(counts.max()), 2.0)
    cells = ax.imshow(
        shown, origin="lower", extent=(low, high, low, high), aspect="auto",
        interpolation="nearest", norm=LogNorm(0.5, top), cmap=cmcrameri.cm.oslo_r,
    )  # fmt: skip
    bar = figure.colorbar(cells, cax=axes(figure, WIDTH / 2 - 0.25, 0.5, WIDTH / 2 + 0.15, 0.25))
    ticks = [10**i for i in range(int(np.log10(top)) + 1)]
    bar.set_ticks(ticks, labels=[f"{tick:,}" for tick in ticks])
    bar.minorticks_off()
    bar.set_label("Pairs in a cell, logarithmic")
    _frame(ax, each, (low, high))
    right = axes(figure, WIDTH / 2 + 1.0, 0.5, 0.15, 0.25)
    if each.circular:
        _differences(right, each, model, observed)
    else:
        _quantiles(right, each, model, observed)
    return figure


def _limits(each: Compared, model: np.ndarray, observed: np.ndarray) -> tuple[float, float]:
    if each.circular:
        return 0.0, 360.0
    low, high = float(min(model.min(), observed.min())), float(max(model.max(), observed.max()))
    room = 0.03 * (high - low) or 1.0
    return min(0.0, low - room) if low < 0.4 * high else low - room, high + room


def _frame(ax: Axes, each: Compared, limits: tuple[float, float]) -> None:
    """Equal axes with their labels and the line of equal values."""
    ax.plot(limits, limits, color=INK, lw=0.8, ls="--", label="equal")
    ax.set_xlim(*limits)
    ax.set_ylim(*limits)
    ax.set_xlabel(labels(each)[0])
    ax.set_ylabel(labels(each)[1])
    ax.legend(loc="upper left")


def _quantiles(ax: Axes, each: Compared, model: np.ndarray, observed: np.ndarray) -> None:
    theirs, ours = quantile_pairs(model, observed, _QUANTILES)
    limits = _limits(each, theirs, ours)
    label = f"quantiles {1 / (_QUANTILES + 1):.0%} to {_QUANTILES / (_QUANTILES + 1):.0%}"
    ax.plot(ours, theirs, color=INDEX, lw=0, marker="o", ms=3, label=label)
    _frame(ax, each, limits)


def _differences(ax: Axes, each: Compared, model: np.ndarray, observed: np.ndarray) -> None:
    """How far directions are apart, the short way round."""
    away = (model - observed + 180) % 360 - 180
    ax.hist(away, bins=list(range(-180, 181, 10)), color=INDEX)
    ax.axvline(0, color=INK, lw=0.8, ls="--")
    ax.set_xlim(-180, 180)
    ax.set_xticks([-180, -90, 0, 90, 180])
    ax.set_xlabel(f"Model less buoy [{display_unit(each.unit)}]")
    ax.set_ylabel("Pairs [1]")


def year_figure(each: Compared) -> Figure:
    """Means of model and buoy in each month."""
    figure = Figure(figsize=(WIDTH, 2.2))
    ax = axes(figure, 0.55, 0.45, 0.15, 0.15)
    names = [name for name in MONTHS if name in each.months]
    place = [MONTHS.index(name) + 1 for name in names]
    rows = [each.months[name] for name in names]
    ax.plot(place, [row.observed_mean for row in rows], color=BASELINE, marker="s", ms=4,
            ls="--", label="buoy")  # fmt: skip
    ax.plot(place, [row.model_mean for row in rows], color=INDEX, marker="o", ms=4, label="model")
    ax.set_xlim(0.5, 12.5)
    ax.set_xticks(range(1, 13), [name[:3] for name in MONTHS])
    ax.set_xlabel("Month")
    ax.set_ylabel(f"Mean [{display_unit(each.unit) or '1'}]")
    ax.grid(axis="y", color=SOFT, alpha=0.3)
    ax.legend(loc="best")
    return figure


def joint_figure(period: str, model: Occurrence, buoy: Occurrence) -> Figure:
    """Share of time by classes of height and period, the buoy's beside the model's."""
    figure = Figure(figsize=(WIDTH, 3.0))
    top = 100 * float(max(model.share.max(), buoy.share.max()))
    wide = (WIDTH - 1.9) / 2
    right = max(each.period_edges[-1] for each in (model, buoy))
    high = max(each.height_edges[-1] for each in (model, buoy))
    for number, (name, table) in enumerate((("Buoy", buoy), ("Model", model))):
        left = 0.55 + number * (wide + 0.25)
        ax = axes(figure, left, 0.5, WIDTH - left - wide, 0.25)
        cells = ax.imshow(
            np.ma.masked_equal(100 * table.share, 0), origin="lower", aspect="auto", vmin=0,
            vmax=top, cmap=cmcrameri.cm.oslo_r, interpolation="nearest",
            extent=(0, table.period_edges[-1], 0, table.height_edges[-1]),
        )  # fmt: skip
        ax.set_xlim(0, right)
        ax.set_ylim(0, high)
        ax.set_title(name, loc="left")
        ax.set_xlabel(f"{short(period, 40)} [s]")
        if number == 0:
            ax.set_ylabel("Significant wave height [m]")
    bar = figure.colorbar(cells, cax=axes(figure, WIDTH - 0.8, 0.5, 0.65, 0.25))
    bar.set_label("Share of the pairs [%]")
    return figure
