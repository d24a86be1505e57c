"""Figures of a site: its months, its year and worst week, where the money goes, what moves it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from siting.outputs.map.labels import display_unit
from siting.outputs.numbers import finite, fixed_text, number_text
from siting.outputs.report.drawing import BASELINE, FAINT, INDEX, INK, LEARNED, SOFT, axes, short
from siting.outputs.simulated import COST, Part

WIDTH = 4.2  # [inch]: two side by side on a screen, one on a phone and still read
SUN = "#e69f00"  # Okabe & Ito (2008), as the colours of the report
MONTHS = "JFMAMJJASOND"
PANELS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Wave height, significant", (("wave_height", ""),)),
    ("Wave energy period", (("energy_period", ""),)),
    ("Irradiance, horizontal", (("irradiance", ""),)),
    ("Sea surface temperature", (("temperature", ""),)),
    ("Capacity factors", (("wave_capacity_factor", "waves"), ("solar_capacity_factor", "sun"))),
    ("Access for ships", (("access_share", ""),)),
)


def months_figure(months: Mapping[str, Any]) -> Figure:
    """Monthly means of the resource, and of what it gives."""
    shown = [(title, rows) for title, rows in PANELS if any(name in months for name, _ in rows)]
    lines = max(1, -(-len(shown) // 2))
    height = 1.35 * lines + 0.1
    figure = Figure(figsize=(WIDTH, height))
    for place, (title, rows) in enumerate(shown):
        line, column = divmod(place, 2)
        left = 0.5 + column * WIDTH / 2
        bottom = height - 1.35 * (line + 1) + 0.3
        ax = axes(figure, left, bottom, WIDTH - left - WIDTH / 2 + 0.6, height - bottom - 0.8)
        _draw_months(ax, title, [(name, label) for name, label in rows if name in months], months)
    return figure


def _draw_months(
    ax: Axes, title: str, rows: Sequence[tuple[str, str]], months: Mapping[str, Any]
) -> None:
    unit = display_unit(str(months[rows[0][0]].get("units") or "1"))
    for (name, label), colour in zip(rows, (INDEX, SUN), strict=False):
        values = _numbers(months[name]["values"]) * (1 if unit else 100)
        style = "--" if colour == SUN else "-"
        ax.plot(range(1, 13), values, style, color=colour, marker="o", ms=2.2, lw=1.1, label=label)
    ax.set_title(title, loc="left", x=-0.2, pad=6, fontsize=7.5, fontweight="bold")
    ax.set_ylabel(f"[{unit or '%'}]", labelpad=2, fontsize=7)
    ax.set_xlim(0.6, 12.4)
    ax.set_xticks(range(1, 13), MONTHS)
    ax.tick_params(labelsize=6.5, pad=2, length=2)
    ax.yaxis.set_major_locator(MaxNLocator(4))
    ax.margins(y=0.12)
    if not unit:
        ax.set_ylim(0, None if ax.get_ylim()[1] > 1 else 1)
    ax.grid(axis="y")
    if len(rows) > 1:
        ax.legend(fontsize=6, loc="best", handlelength=1.8)


def balance_figure(balance: Mapping[str, Any]) -> Figure:
    """What waves and sun give, what is served, and what the battery holds.

    Parameters
    ----------
    balance : mapping
        ``wave``, ``solar``, ``served`` [kW per kW of load] and ``charge`` [kWh per kW of load] by
        ``step``, a day of the year or an hour of a week.
    """
    figure = Figure(figsize=(WIDTH, 2.9))
    upper = axes(figure, 0.55, 1.2, 0.1, 0.25)
    lower = axes(figure, 0.55, 0.42, 0.1, 1.85)
    wave, solar, served, charge = (
        _numbers(balance[name]) for name in ("wave", "solar", "served", "charge")
    )
    time = np.arange(len(wave), dtype=float)
    if balance.get("step") == "hour":
        time = time / 24
    upper.fill_between(time, wave, color=INDEX, alpha=0.35, lw=0, label="waves")
    upper.fill_between(time, wave, wave + solar, color=SUN, alpha=0.8, lw=0, label="sun on top")
    upper.plot(time, served, color=INK, lw=0.9, label="served")
    upper.axhline(1, color=SOFT, lw=0.8, ls=":", label="whole load")
    upper.set_ylim(0)
    upper.set_ylabel("Power [kW per\nkW of load]", fontsize=7)
    upper.legend(
        fontsize=6.5, loc="lower left", bbox_to_anchor=(0, 1.01), ncols=4, borderpad=0,
        handlelength=1.5, columnspacing=1.2, borderaxespad=0.2,
    )  # fmt: skip
    lower.fill_between(time, charge, color=LEARNED, alpha=0.5, lw=0)
    lower.set_ylim(0)
    lower.set_ylabel("Battery [kWh\nper kW]", fontsize=7)
    for ax in (upper, lower):
        ax.tick_params(labelsize=6.5, pad=2, length=2)
        ax.yaxis.set_major_locator(MaxNLocator(3))
        ax.set_xlim(time[0], time[-1])
        _time_axis(ax, balance)
    upper.tick_params(labelbottom=False)
    upper.set_xlabel("")
    return figure


def _time_axis(ax: Axes, balance: Mapping[str, Any]) -> None:
    """Months below a year, days of the year below a week."""
    if balance.get("step") == "hour":
        first = int(finite(balance.get("first_day")) or 1)
        ax.set_xticks(range(7), [str((first + day - 1) % 365 + 1) for day in range(7)])
        ax.set_xlabel("Day of the year", fontsize=7, labelpad=2)
        return
    starts = np.cumsum([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30])
    ax.set_xticks(starts, MONTHS)
    ax.set_xlabel("Month, daily means", fontsize=7, labelpad=2)


def waterfall_figure(parts: Sequence[Part], total: float | None, unit: str) -> Figure:
    """Parts of the cost, one on the end of the other, up to their sum."""
    rows = len(parts) + 1
    figure = Figure(figsize=(WIDTH, 0.55 + 0.19 * rows))
    ax = axes(figure, 1.15, 0.42, 0.4, 0.08)
    begin, whole = 0.0, total if total is not None else sum(part.cost for part in parts)
    for place, part in enumerate(parts):
        ax.barh(place, part.cost, left=begin, height=0.7, color=INDEX)
        begin += part.cost
        _beside(ax, begin, place, fixed_text(part.cost, 2))
    ax.barh(len(parts), whole, height=0.7, color=INK)
    _beside(ax, whole, len(parts), fixed_text(whole, 2))
    ax.set_yticks(range(rows), [*(short(part.label, 24) for part in parts), "Sum"])
    ax.tick_params(labelsize=7, pad=3, length=0, axis="y")
    ax.tick_params(labelsize=6.5, pad=2, length=2, axis="x")
    ax.invert_yaxis()
    ax.set_xlim(0, max(begin, whole) * 1.02)
    ax.set_xlabel(f"Cost of a delivered GPU-hour [{unit}]", fontsize=7, labelpad=2)
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    return figure


def _beside(ax: Axes, right: float, place: float, text: str) -> None:
    ax.annotate(text, (right, place), (3, 0), textcoords="offset points", va="center", fontsize=6.5)


def sensitivity_figure(rows: Sequence[Mapping[str, Any]], cost: float | None, unit: str) -> Figure:
    """The cost at the low and at the high end of each input, the others at their values."""
    figure = Figure(figsize=(WIDTH, 0.75 + 0.25 * len(rows)))
    ax = axes(figure, 1.6, 0.42, 0.12, 0.3)
    for place, row in enumerate(rows):
        for end, colour in (("cost_at_low", INDEX), ("cost_at_high", BASELINE)):
            reached = finite(row.get(end))
            if reached is not None and cost is not None:
                label = {0: f"at its {end.removeprefix('cost_at_')} end"}.get(place)
                ax.barh(place, reached - cost, left=cost, height=0.65, color=colour, label=label)
    if cost is not None:
        ax.axvline(cost, color=INK, lw=0.8)
    ax.set_yticks(range(len(rows)), [_input_label(row) for row in rows])
    ax.tick_params(labelsize=6.3, pad=3, length=0, axis="y")
    ax.tick_params(labelsize=6.5, pad=2, length=2, axis="x")
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlabel(f"Cost of a delivered GPU-hour [{unit}]", fontsize=7, labelpad=2)
    ax.grid(axis="x", color=FAINT)
    ax.set_axisbelow(True)
    if rows:
        ax.legend(
            fontsize=6.5, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderpad=0.2,
            handlelength=1.2,
        )  # fmt: skip
    return figure


def _input_label(row: Mapping[str, Any]) -> str:
    """Name of an input, its range, and a ring where it is assumed."""
    low, high = (number_text(finite(row.get(end)), 3) for end in ("low", "high"))
    unit = display_unit(str(row.get("unit") or "1"))
    mark = "○ " if row.get("status") == "assumed" else ""
    ends = short(f"{low} to {high} {unit}".strip(), 32)
    return f"{mark}{short(str(row.get('parameter') or ''), 28)}\n{ends}"


def months_text(months: Mapping[str, Any]) -> str:
    """What the figure of the months shows, in words."""
    told = []
    for title, rows in PANELS:
        for name, label in rows:
            if name in months:
                values = _numbers(months[name]["values"])
                unit = display_unit(str(months[name].get("units") or "1"))
                ends = [number_text(float(each) * (1 if unit else 100), 3)
                        for each in (np.nanmin(values), np.nanmax(values))]  # fmt: skip
                what = f"{title}, {label}" if label else title
                told.append(f"{what}: {ends[0]} to {ends[1]} {unit or '%'}")
    return f"Months: {'; '.join(told)}. The table below has all values."


def balance_text(balance: Mapping[str, Any], what: str) -> str:
    """What a figure of the balance shows, in words."""
    served = _numbers(balance["served"])
    charge = _numbers(balance["charge"])
    return (
        f"{what}: served {number_text(float(np.nanmean(served)), 3)} of the load on average, "
        f"{number_text(float(np.nanmin(served)), 3)} at least; the battery holds at most "
        f"{number_text(float(np.nanmax(charge)), 3)} kWh per kW of load."
    )


def sensitivity_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """What the bars show, in words."""
    told = [
        f"{row.get('parameter')} {fixed_text(finite(row.get('cost_at_low')), 2)} to "
        f"{fixed_text(finite(row.get('cost_at_high')), 2)}"
        for row in rows
    ]
    return f"Cost of a delivered GPU-hour at the low and high end of each input: {'; '.join(told)}."


def cost_of(card: Mapping[str, Any]) -> float | None:
    """The cost that the bars start from."""
    figures = card.get("figures")
    return finite(figures.get(COST)) if isinstance(figures, Mapping) else None


def _numbers(values: Sequence[Any]) -> np.ndarray:
    return np.array([np.nan if each is None else float(each) for each in values])
