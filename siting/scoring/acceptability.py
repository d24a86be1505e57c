"""Scores under many weights over a grid, in memory of a few tiles: who is among the best."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple
from uuid import uuid4

import dask.array as da
import numpy as np
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.errors import InputError
from siting.grid import as_layer, cell_area, tiles
from siting.kernels import multicriteria as kernel
from siting.kernels.multicriteria import Floats, Integers, Method
from siting.scoring.criteria import Bounded

ROWS = 1024  # cells that are scored under all draws at once: a few MB
TILES_AT_ONCE = 4
PERCENTILES = 0.1, 0.9
ROUNDING = 1e-9  # cells of equal area fill a share exactly, but not always after rounding

Scores = Callable[[Floats], Floats]  # of closeness (n, k) under each of d sets of weights, (n, d)


class Cells:
    """Cells of the domain, read a tile at a time."""

    def __init__(self, given: Bounded, domain: xr.DataArray, grid: GeoBox) -> None:
        self.given, self.grid = given, grid
        self.domain = as_layer(domain.data, grid)
        self.layers = [as_layer(each.data, grid) for each in given.layers]
        self.area = cell_area(grid)

    def of(self, tile: tuple[slice, slice]) -> tuple[Floats, Floats]:
        """Closeness of the cells of a tile by criterion, and their areas [km2]."""
        layers = [np.asarray(each.data[tile]) for each in self.layers]
        valid = _valid(np.asarray(self.domain.data[tile]), layers)
        return _closeness(layers, valid, self.given), np.asarray(self.area.data[tile])[valid]

    def total(self, function: Any) -> Any:
        """Sum over all tiles, in their order, of a function of closeness and areas."""
        with ThreadPoolExecutor(TILES_AT_ONCE) as pool:
            parts = pool.map(lambda tile: function(*self.of(tile)), tiles(self.grid))
            return sum(parts, start=np.zeros(()))


class Extent(NamedTuple):
    """Area with all criteria [km2], and the shares of it at or beyond each bound."""

    area: float
    at_worst: Floats
    at_best: Floats


def extent(cells: Cells) -> Extent:
    """Area that is scored; InputError CRITERIA_NO_DATA where there is none."""

    def areas(closeness: Floats, area: Floats) -> Floats:
        bounds = [(closeness == bound) * area[:, None] for bound in (0, 1)]
        return np.concatenate([[area.sum()], *(each.sum(axis=0) for each in bounds)])

    area, *beyond = cells.total(areas)
    if not area > 0:
        raise InputError(
            "CRITERIA_NO_DATA",
            "no cell of the domain has all criteria",
            where="multicriteria",
            found="0 cells",
            wanted=f"cells with {', '.join(cells.given.names)}",
            fix="look at where each layer has values, or leave one out",
        )
    at_worst, at_best = np.array(beyond).reshape(2, -1) / area
    return Extent(float(area), at_worst, at_best)


def layers(
    method: Method, cells: Cells, weights: Floats, wanted: float
) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray, xr.DataArray]:
    """Score, 10th and 90th percentile over weights, and share of weights among the best.

    Parameters
    ----------
    method : callable
        Scores (n, d) of closeness (n, k) under weights (d, k).
    cells : Cells
        What is scored.
    weights : numpy.ndarray of shape (d, k)
        Drawn weights.
    wanted : float
        Area of the best [km2]: under each weights a cell is among them where less lies above it.

    Notes
    -----
    Two passes over the tiles find the threshold of each draw: areas by the upper half of a level's
    bits, then by the lower half within the bin where the threshold lies. Scores are then made
    again, lazily, and compared with it.
    """
    wanted_area = np.full(len(weights), wanted * (1 - ROUNDING))
    threshold = _thresholds(lambda closeness: method(closeness, weights), cells, wanted_area)
    figures = partial(
        _figures, method=method, given=cells.given, weights=weights, threshold=threshold
    )
    blocks = da.map_blocks(  # type: ignore[no-untyped-call]  # dask has no types here
        figures,
        *(each.data for each in (cells.domain, *cells.layers)),
        dtype=np.float32,
        new_axis=0,
        chunks=((4,), *cells.domain.data.chunks),
        meta=np.empty((0, 0, 0), np.float32),
        name=f"multicriteria-{uuid4().hex}",
    )
    score, low, high, best = (as_layer(blocks[number], cells.grid) for number in range(4))
    return score, low, high, best


def _thresholds(scores: Scores, cells: Cells, wanted: Floats) -> Integers:
    """For each draw the lowest level that is among the best."""
    areas = cells.total(partial(_areas, scores=scores))
    coarse, above = kernel.lowest_bin(areas, wanted)
    areas = cells.total(partial(_areas, scores=scores, coarse=coarse))
    fine, _ = kernel.lowest_bin(areas, wanted - above)
    return coarse * kernel.BINS + fine


def _areas(
    closeness: Floats, area: Floats, scores: Scores, coarse: Integers | None = None
) -> Floats:
    found: Any = np.zeros(())
    for start in range(0, max(len(area), 1), ROWS):
        part = slice(start, start + ROWS)
        levels = kernel.levels(scores(closeness[part]))
        found = found + kernel.areas_by_bin(levels, area[part], coarse)
    return np.asarray(found)


def _figures(
    inside: NDArray[Any],
    *layers: NDArray[Any],
    method: Method,
    given: Bounded,
    weights: Floats,
    threshold: Integers,
) -> NDArray[np.float32]:
    """Score, low, high and acceptability of a tile."""
    valid = _valid(inside, list(layers))
    closeness = _closeness(list(layers), valid, given)
    found = np.empty((4, len(closeness)), np.float32)
    for start in range(0, len(closeness), ROWS):
        part = slice(start, start + ROWS)
        drawn = method(closeness[part], weights)
        found[0, part] = method(closeness[part], given.weights[None])[:, 0]
        found[3, part] = (kernel.levels(drawn) >= threshold).mean(axis=1)
        found[1:3, part] = np.quantile(drawn, PERCENTILES, axis=1, overwrite_input=True)
    result = np.full((4, *inside.shape), np.nan, np.float32)
    result[:, valid] = found
    return result


def _valid(inside: NDArray[Any], layers: list[NDArray[Any]]) -> NDArray[np.bool_]:
    valid = inside == 1  # never astype(bool), by which NaN is inside
    for each in layers:
        valid = valid & np.isfinite(each)
    return np.asarray(valid)


def _closeness(layers: list[NDArray[Any]], valid: NDArray[np.bool_], given: Bounded) -> Floats:
    values = np.stack([each[valid].astype(np.float64) for each in layers], axis=1)
    return kernel.closeness(values, given.worst, given.best)
