"""Scores of a domain with the areas that they take up, as far as the best shares ask for them."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.grid import TILE, cell_area
from siting.kernels.blocks import over_blocks

Floats = NDArray[np.float64]

MOST_HELD = 4_000_000  # cells of a grid of which every one is held
EDGES = 4096  # between bins of a larger one, that hold about as many cells each
_NEAR = 1e-6  # share of the domain within which a bound may lie in the next bin


def known_cells(
    score: xr.DataArray, domain: xr.DataArray | None, grid: GeoBox, shares: Sequence[float]
) -> tuple[Floats, Floats, float]:
    """Scores of the domain, the area that each takes up, and the area of the domain.

    Parameters
    ----------
    score : (y, x) layer
        Scores.
    domain : (y, x) bool layer, optional
        Cells that count.
    grid : GeoBox
        The grid.
    shares : sequence of float
        Shares of the domain, from either end of the scores, whose bounds are wanted [1].

    Notes
    -----
    Every cell of a small grid. Of a large one those near the bounds alone: scores are sorted into
    bins first, and of a bin that no bound can lie in there is one score with the bin's area.
    """
    area = cell_area(grid)
    inside = xr.ones_like(area, dtype=bool) if domain is None else domain == 1
    tiles = [each.chunk(y=TILE, x=TILE).data for each in (score, inside, area)]
    if score.size <= MOST_HELD:
        return _joined(over_blocks(_cells, *tiles))
    some = np.unique(np.concatenate(over_blocks(_some, *tiles)))
    edges = some[:: max(1, len(some) // EDGES)]
    binned = over_blocks(partial(_binned, edges=edges), *tiles)
    held = np.array([math.fsum(each) for each in zip(*(part[0] for part in binned), strict=True)])
    land = math.fsum(part[1] for part in binned)
    wanted = _bins_of_bounds(held, land, shares)
    near = _joined(over_blocks(partial(_cells, edges=edges, wanted=wanted), *tiles))
    rest = np.flatnonzero(~wanted & (held > 0))
    # The least score that a bin can hold stands for it; the first has no edge below.
    least = np.concatenate([[np.nextafter(edges[0], -np.inf)] if len(edges) else [0.0], edges])
    return np.concatenate([near[0], least[rest]]), np.concatenate([near[1], held[rest]]), land


def _joined(parts: list[tuple[Floats, Floats, float]]) -> tuple[Floats, Floats, float]:
    values, areas = (np.concatenate([part[i] for part in parts]) for i in range(2))
    return values, areas, math.fsum(part[2] for part in parts)


def _some(score: Floats, inside: NDArray[np.bool_], _area: Floats) -> Floats:
    """Scores of one cell in 256."""
    few = np.asarray(score[::16, ::16][inside[::16, ::16]], dtype=np.float64)
    return few[np.isfinite(few)]


def _binned(
    score: Floats, inside: NDArray[np.bool_], area: Floats, edges: Floats
) -> tuple[Floats, float]:
    """Area of the cells of each bin, and of the domain."""
    known = inside & np.isfinite(score)
    bins = np.searchsorted(edges, score[known].astype(np.float64), "right")
    held: Floats = np.bincount(bins, area[known], len(edges) + 1).astype(np.float64)
    return held, float(area[inside].sum())


def _bins_of_bounds(held: Floats, land: float, shares: Sequence[float]) -> NDArray[np.bool_]:
    """Bins in which a share of the domain may become full, counted from either end."""
    wanted = np.zeros(len(held), dtype=bool)
    for rising in (held, held[::-1]):
        upper = rising.cumsum()
        lower = upper - rising
        found = [
            (upper >= (share - _NEAR) * land) & (lower <= (share + _NEAR) * land)
            for share in shares
        ]
        met = np.any(found, axis=0)
        wanted |= met if rising is held else met[::-1]
    return wanted


def _cells(
    score: Floats, inside: NDArray[np.bool_], area: Floats,
    edges: Floats | None = None, wanted: Any = None,
) -> tuple[Floats, Floats, float]:  # fmt: skip
    """Scores and areas of the known cells, of those in wanted bins alone; area of the domain."""
    known = inside & np.isfinite(score)
    values, areas = score[known].astype(np.float64), area[known]
    if edges is not None:
        here = wanted[np.searchsorted(edges, values, "right")]
        values, where = np.unique(values[here], return_inverse=True)
        areas = np.bincount(where, areas[here], len(values)).astype(np.float64)
    return values, areas, float(area[inside].sum())
