"""The score on a still map, by the share of land that scores better, with sites marked on it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from cmcrameri import cm
from geopandas import GeoDataFrame
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.outputs.map.encode import reduce
from siting.outputs.numbers import number_text
from siting.outputs.report.drawing import INDEX, SOFT, WIDTH, axes, short
from siting.outputs.report.known_cells import known_cells
from siting.outputs.report.samples import Cells, cells_of
from siting.projection import position, wrap

Floats = NDArray[np.float64]

LONGEST = 1200  # [cells] side of the picture
TALLEST = 7.5  # [inch] of the map on paper
SHARES = (0.5, 0.25, 0.1, 0.05, 0.01)  # of the land, best first; the classes of the map
# From pale to dark, so that paper and grey show the best land first (Crameri 2018, lajolla).
COLOURS = ("#f2f1e4", *(to_hex(cm.lajolla_r(shade)) for shade in (0.16, 0.32, 0.5, 0.7, 0.9)))
SEA, UNKNOWN = "#ffffff", "#c4cad1"
SPACINGS = (0.1, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60)  # [degree] between lines of the graticule
LINES = 6  # of the graticule across the map, at most
TOP = 20  # candidates that stand out


@dataclass(frozen=True)
class Places:
    """Cells of what is marked on the map."""

    candidates: Cells
    known: Cells

    @classmethod
    def of(
        cls, candidates: GeoDataFrame | None, known: GeoDataFrame | None, grid: GeoBox
    ) -> "Places":
        """Places inside the grid, candidates in their own order."""
        return cls(cells_of(candidates, grid), cells_of(known, grid))


@dataclass(frozen=True)
class Classes:
    """Scores that bound the best shares of the land, the largest share first.

    Attributes
    ----------
    bounds : tuple of float
        Score from which on a cell belongs to a class.
    shares : tuple of float
        Share of the land, by true area, that reaches each bound [1]. With ties it is more than
        was aimed for.
    colours : tuple of str
        Colour of each class.
    lowest_is_best : bool
        Whether low scores are the good ones.
    """

    bounds: tuple[float, ...]
    shares: tuple[float, ...]
    colours: tuple[str, ...]
    lowest_is_best: bool

    @classmethod
    def of(
        cls,
        score: xr.DataArray,
        domain: xr.DataArray | None,
        grid: GeoBox,
        lowest_is_best: bool,
    ) -> "Classes":
        """Classes of a score, without those that hold all land or the same as a better one."""
        values, area, land = known_cells(score, domain, grid, SHARES)
        ordered = values if lowest_is_best else -values
        best_first = np.argsort(ordered)
        ordered, held = ordered[best_first], area[best_first].cumsum()
        found: dict[float, tuple[float, str]] = {}  # of equal bounds the best keeps its colour
        for share, colour in zip(SHARES, COLOURS[1:], strict=True):
            # The first cell with which the share is full, and all that score as it does.
            full = np.searchsorted(held, share * land * (1 - 1e-9))
            if full < len(held):
                reached = held[np.searchsorted(ordered, ordered[full], "right") - 1] / land
                bound = float(values[best_first[full]])
                found.pop(bound, None)
                found |= {bound: (float(reached), colour)} if reached < 0.999 else {}
        shares, colours = zip(*found.values(), strict=True) if found else ((), ())
        return cls(tuple(found), shares, colours, lowest_is_best)

    def codes(self, values: NDArray[np.floating[Any]]) -> Floats:
        """Number of bounds that each value reaches; NaN where there is no value."""
        codes = np.zeros(values.shape)
        for bound in self.bounds:
            codes += values <= bound if self.lowest_is_best else values >= bound
        return np.where(np.isfinite(values), codes, np.nan)

    @property
    def names(self) -> list[str]:
        """Name of each class, from the rest of the land to the best."""
        sign = "≤" if self.lowest_is_best else "≥"
        told = [
            f"best {number_text(100 * share, 2)} % ({sign} {number_text(bound, 3)})"
            for share, bound in zip(self.shares, self.bounds, strict=True)
        ]
        return ["the rest of the land", *told]


def map_figure(
    score: xr.DataArray,
    domain: xr.DataArray | None,
    grid: GeoBox,
    places: Places,
    label: str,
    lowest_is_best: bool = False,
    ground: str = "land",
) -> Figure:
    """The best shares of the land by the score, with candidates and known fields.

    Parameters
    ----------
    score : (y, x) layer
        What candidates are ranked by.
    domain : (y, x) bool layer, optional
        Where the score is defined; the rest is left blank.
    grid : GeoBox
        The grid.
    places : Places
        What to mark.
    label : str
        Name and unit of the score.
    lowest_is_best : bool
        Whether low scores are the good ones.
    ground : str
        What the score is defined on.
    """
    height, width = grid.shape.yx
    across = min(WIDTH - 0.47, TALLEST * width / height)
    down = across * height / width
    figure = Figure(figsize=(WIDTH, down + 1.05))
    left = (WIDTH - across) / 2 + 0.18
    ax = axes(figure, left, 0.95, WIDTH - left - across, 0.1)
    classes = Classes.of(score, domain, grid, lowest_is_best)
    _draw_score(ax, score, domain, grid, classes)
    _graticule(ax, grid)
    marks = _mark(ax, places)
    _legend(figure, left, classes, marks, label, ground)
    return figure


def _draw_score(
    ax: Axes,
    score: xr.DataArray,
    domain: xr.DataArray | None,
    grid: GeoBox,
    classes: Classes,
) -> None:
    """The class of each cell, grey where the domain has no score."""
    height, width = grid.shape.yx
    factor = max(1, math.ceil(max(height, width) / LONGEST))
    # One cell in so many, not their mean: so the best 1 % of land is 1 % of the picture's land.
    values = reduce(score, domain, factor, "sample")
    ax.set_facecolor(SEA)
    if domain is not None:
        land = reduce(domain, None, factor, "sample") == 1
        blank = np.where(land & ~np.isfinite(values), np.float64(1.0), np.float64(np.nan))
        _show(ax, blank, factor, [UNKNOWN], 1)
    colours = [COLOURS[0], *classes.colours]
    _show(ax, classes.codes(values), factor, colours, max(len(classes.bounds), 1))
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    for side in ("top", "right"):
        ax.spines[side].set_visible(True)


def _show(ax: Axes, values: Floats, factor: int, colours: Sequence[str], most: int) -> None:
    if not np.isfinite(values).any():
        return
    # Blocks at the south and east edge may reach beyond the grid.
    down, across = (factor * length for length in values.shape)
    ax.imshow(
        values, cmap=ListedColormap(list(colours)), vmin=0, vmax=most, aspect="auto",
        extent=(0.0, float(across), float(down), 0.0), interpolation="none",
    )  # fmt: skip


def _graticule(ax: Axes, grid: GeoBox) -> None:
    """Meridians and parallels, named where they leave the map in the west and south."""
    height, width = grid.shape.yx
    i, j = np.linspace(0.01, height - 0.01, 121), np.linspace(0.01, width - 0.01, 121)
    longitude, latitude = position(grid, *np.meshgrid(i, j, indexing="ij"))
    middle = float(position(grid, height / 2, width / 2)[0])
    turned = middle + wrap(longitude - middle)
    ax.set_xticks([])
    ax.set_yticks([])
    if not (np.isfinite(turned).all() and np.isfinite(latitude).all()):
        return
    meridians, parallels = _lines(turned), _lines(latitude)
    if meridians and np.ptp(np.diff(turned, axis=1)) < 90:  # not round a pole
        _contour(ax, j, i, turned, meridians)
        _name(ax, "x", turned[-1], j, {v: _east_west(v) for v in meridians})
    if parallels:
        _contour(ax, j, i, latitude, parallels)
        names = {v: f"{abs(v):g}°{'S' if v < 0 else 'N' if v else ''}" for v in parallels}
        _name(ax, "y", latitude[:, 0], i, names)


def _contour(ax: Axes, x: Floats, y: Floats, degrees: Floats, levels: list[float]) -> None:
    ax.contour(
        x, y, degrees, levels=levels, colors=SOFT, linewidths=0.35, linestyles="solid", alpha=0.45
    )


def _lines(degrees: Floats) -> list[float]:
    """Round values between the ends of a range, as many as a map bears.

    Examples
    --------
    >>> _lines(np.array([-59.9, 83.8]))
    [-30.0, 0.0, 30.0, 60.0]
    """
    low, high = float(degrees.min()), float(degrees.max())
    step = next((s for s in SPACINGS if (high - low) / s <= LINES), SPACINGS[-1])
    first, last = math.ceil(low / step + 1e-6), math.floor(high / step - 1e-6)
    return [round(n * step, 6) + 0.0 for n in range(first, last + 1)]


def _east_west(longitude: float) -> str:
    east = (longitude + 180.0) % 360.0 - 180.0
    return f"{abs(east):g}°{'W' if east < 0 else 'E' if east else ''}"


def _name(ax: Axes, axis: str, along: Floats, cells: Floats, names: dict[float, str]) -> None:
    """Names of lines where they cross an edge, if it is plain where that is."""
    steps = np.diff(along)
    if not (np.all(steps > 0) or np.all(steps < 0)):
        return
    order = np.argsort(along)
    inside = [v for v in names if along[order][0] < v < along[order][-1]]
    at = [float(np.interp(v, along[order], cells[order])) for v in inside]
    set_ticks = ax.set_xticks if axis == "x" else ax.set_yticks
    set_ticks(at, [names[v] for v in inside])
    ax.tick_params(labelsize=7, length=2.5, pad=2)


def _mark(ax: Axes, places: Places) -> list[Line2D]:
    """Known fields, candidates, and the best of them as rings that the map shows through."""
    row, column = places.candidates
    best = "the best " + (f"{min(TOP, len(row))} candidates" if len(row) > 1 else "candidate")
    rows = [
        (places.known, "+", 4.0, "black", 0.8, "known field"),
        ((row[TOP:], column[TOP:]), ".", 2.6, INDEX, 0.8, "other candidate"),
        ((row[:TOP], column[:TOP]), "o", 6.0, INDEX, 1.3, best),
    ]
    return [_points(ax, *each) for each in rows if len(each[0][0])]


def _points(
    ax: Axes, cells: Cells, sign: str, size: float, colour: str, width: float, label: str
) -> Line2D:
    row, column = cells
    if sign == "o":  # a white ring below, to stand out on dark ground
        ax.plot(column + 0.5, row + 0.5, "o", ms=size, mfc="none", mec="white", mew=2.4)
    (line,) = ax.plot(
        column + 0.5, row + 0.5, sign, ms=size, color=colour, mfc="none", mew=width, label=label
    )
    return line


def _legend(
    figure: Figure,
    left: float,
    classes: Classes,
    marks: Sequence[Line2D],
    label: str,
    ground: str,
) -> None:
    """Classes and marks below the map."""
    names = [f"the rest of the {ground}", *classes.names[1:]]
    patches = [
        Patch(fc=colour, ec=SOFT, lw=0.4, label=name)
        for colour, name in zip([COLOURS[0], *classes.colours], names, strict=True)
    ]
    width, height = figure.get_size_inches()
    figure.legend(
        handles=[*reversed(patches), *marks], loc="upper left", ncols=3, fontsize=7.5,
        bbox_to_anchor=(left / width, 0.75 / height), borderaxespad=0,
        title=f"Share of the {ground} by {short(label, 40)}", title_fontsize=8, alignment="left",
        columnspacing=2.2, handlelength=1.4, labelspacing=0.35,
    )  # fmt: skip
