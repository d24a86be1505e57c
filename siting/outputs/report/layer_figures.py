"""Figures of layers: how values are spread on the land beside those at known fields."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from siting.outputs.report.distributions import Spread
from siting.outputs.report.drawing import INDEX, SOFT, axes, short

SIZE = (2.3, 1.62)  # [inch]
LAND = "#cdd3d9"
FEWEST = 1  # fields to draw a line for
MOST_COLUMNS = 6  # classes side by side whose names can be read


def spread_figure(spread: Spread, note: str) -> Figure:
    """Shares of the land and of the fields by bins of a layer, or by its classes.

    Parameters
    ----------
    spread : Spread
        What to draw.
    note : str
        How the land was sampled.
    """
    figure = Figure(figsize=SIZE)
    ax = axes(figure, 0.42, 0.44, 0.1, 0.3)
    # With its place given, matplotlib does not measure all else to find one.
    ax.set_title(short(spread.label, 30), loc="left", x=-0.2, y=1.0, pad=4, fontweight="bold")
    ax.tick_params(labelsize=7, pad=2, length=2.5)
    if spread.classes and len(spread.classes) > MOST_COLUMNS and spread.known < FEWEST:
        _draw_many(ax, spread)
        ax.set_yticks([])
        ax.set_xlabel("Share [%]", labelpad=2, fontsize=7.5)
        return figure
    if spread.classes:
        _draw_classes(ax, spread)
    else:
        _draw_bins(ax, spread)
    ax.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    ax.set_ylim(0)
    ax.set_ylabel("Share [%]", labelpad=2, fontsize=7.5)
    ax.annotate(
        short(note, 30), (1.0, 0.0), (5, -15), "axes fraction", "offset points",
        ha="right", va="top", fontsize=5.5, color=SOFT,
    )  # fmt: skip
    return figure


def _draw_bins(ax: Axes, spread: Spread) -> None:
    ax.stairs(100 * spread.land, spread.edges, fill=True, color=LAND)
    if spread.known >= FEWEST:
        ax.stairs(100 * spread.fields, spread.edges, color=INDEX, lw=1.3)
    ax.xaxis.set_major_locator(MaxNLocator(4))
    unit = f" [{short(spread.unit, 20)}]" if spread.unit else " [1]"
    ax.set_xlabel(f"Value{unit}", labelpad=2, fontsize=7.5)
    ax.set_xlim(spread.edges[0], spread.edges[-1])


def _draw_classes(ax: Axes, spread: Spread) -> None:
    places = range(len(spread.classes))
    ax.bar([p - 0.2 for p in places], 100 * spread.land, width=0.4, color=LAND)
    if spread.known >= FEWEST:
        ax.bar(
            [p + 0.2 for p in places], 100 * spread.fields, width=0.36, fc="white", ec=INDEX, lw=1.2
        )
    most = max(2, 40 // max(len(spread.classes), 1))
    ax.set_xticks(places, [short(name, most) for name in spread.classes])
    ax.tick_params(axis="x", labelsize=6)
    ax.set_xlabel("Class", labelpad=2, fontsize=7.5)


def _draw_many(ax: Axes, spread: Spread) -> None:
    """Classes as rows, their names inside."""
    places = range(len(spread.classes))
    ax.barh(places, 100 * spread.land, height=0.8, color=LAND)
    for place, name in zip(places, spread.classes, strict=True):
        ax.annotate(short(name, 34), (0, place), (2, 0), textcoords="offset points", va="center",
                    fontsize=4.8)  # fmt: skip
    ax.invert_yaxis()
