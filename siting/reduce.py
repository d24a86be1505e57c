"""Figures over all cells of a layer, the same bytes whatever the chunks, threads or scheduler.

Each tile is summed in float64 in the order of its cells, and the tiles are added exactly
(:func:`math.fsum`), so no grouping and no order can show in the result.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.grid import TILE, cell_area
from siting.kernels.blocks import over_blocks
from siting.kernels.order_statistics import order_statistics
from siting.projection import Floats


def count(layer: xr.DataArray) -> int:
    """Number of cells with a value; of a boolean layer, of cells that are true.

    Examples
    --------
    >>> count(xr.DataArray([[1.0, np.nan]], dims=("y", "x")))
    1
    """
    return int(sum(_over_tiles(_count, layer)))


def _count(values: NDArray[Any]) -> int:
    return int(np.count_nonzero(values if values.dtype == bool else ~np.isnan(values)))


def total(layer: xr.DataArray, weights: xr.DataArray | None = None) -> float:
    """Sum of a layer, or of its values times weights, where both are known.

    Parameters
    ----------
    layer : xarray.DataArray of shape (y, x)
        Values; true counts as 1.
    weights : xarray.DataArray of shape (y, x), optional
        Such as :func:`siting.grid.cell_area`.

    Examples
    --------
    >>> total(xr.DataArray([[1.0, 2.0, np.nan]], dims=("y", "x")))
    3.0
    """
    return math.fsum(part for part, _ in _weighted_sums(layer, weights))


def mean(layer: xr.DataArray, weights: xr.DataArray | None = None) -> float:
    """Mean of a layer, weighted as :func:`total`; NaN where no cell is known.

    Examples
    --------
    >>> layer = xr.DataArray([[1.0, 4.0]], dims=("y", "x"))
    >>> mean(layer), mean(layer, weights=xr.DataArray([[2.0, 1.0]], dims=("y", "x")))
    (2.5, 2.0)
    """
    sums = _weighted_sums(layer, weights)
    weight = math.fsum(part for _, part in sums)
    return math.fsum(part for part, _ in sums) / weight if weight else math.nan


def _weighted_sums(layer: xr.DataArray, weights: xr.DataArray | None) -> list[tuple[float, float]]:
    layers = [layer] if weights is None else [layer, weights]
    return _over_tiles(_weighted_sum, *layers)


def _weighted_sum(values: NDArray[Any], weights: NDArray[Any] | None = None) -> tuple[float, float]:
    """Sum of values times weights and sum of weights, of one tile."""
    # In C order always: the order of memory is the order of summation.
    value = np.asarray(values, dtype=np.float64, order="C")
    weight = np.ones_like(value) if weights is None else np.asarray(weights, np.float64, order="C")
    known = ~(np.isnan(value) | np.isnan(weight))
    value, weight = value[known], weight[known]
    return float(np.sum(value * weight)), float(np.sum(weight))


def minimum(layer: xr.DataArray) -> float:
    """Least value of a layer; NaN where no cell is known.

    Examples
    --------
    >>> minimum(xr.DataArray([[3.0, np.nan, -1.0]], dims=("y", "x")))
    -1.0
    """
    return min(_known(_over_tiles(_least, layer)), default=math.nan)


def _least(values: NDArray[Any]) -> float:
    return float(np.fmin.reduce(values, axis=None, initial=np.nan))


def maximum(layer: xr.DataArray) -> float:
    """Greatest value of a layer; NaN where no cell is known.

    Examples
    --------
    >>> maximum(xr.DataArray([[3.0, np.nan, -1.0]], dims=("y", "x")))
    3.0
    """
    return max(_known(_over_tiles(_greatest, layer)), default=math.nan)


def _greatest(values: NDArray[Any]) -> float:
    return float(np.fmax.reduce(values, axis=None, initial=np.nan))


def _known(values: list[float]) -> list[float]:
    return [value for value in values if not math.isnan(value)]


def quantile(
    layer: xr.DataArray, shares: Sequence[float], weights: xr.DataArray | None = None
) -> Floats:
    """Exact quantiles of the known values of a layer; NaN where no cell is known.

    Parameters
    ----------
    layer : xarray.DataArray of shape (y, x)
        Values.
    shares : sequence of float
        Shares of the cells, or of the weight, that lie at or below [1].
    weights : xarray.DataArray of shape (y, x), optional
        Such as :func:`siting.grid.cell_area`.

    Notes
    -----
    Without weights values are interpolated between cells, as numpy does, in bounded memory: those
    of a large layer are counted first (:mod:`siting.kernels.order_statistics`). With weights the
    quantile is the least value with at least the share at or below, and all are held.

    Examples
    --------
    >>> layer = xr.DataArray([[1.0, 2.0, 3.0, np.nan]], dims=("y", "x"))
    >>> quantile(layer, [0.5, 0.75]).tolist()
    [2.0, 2.5]
    >>> quantile(layer, [0.5], weights=layer).tolist()
    [2.0]
    """
    if weights is None:
        return _interpolated(layer, np.asarray(shares, dtype=np.float64))
    parts = _over_tiles(_known_cells, layer, weights)
    values = np.concatenate([part[0] for part in parts])
    if not len(values):
        return np.full(len(shares), np.nan)
    each = np.concatenate([part[1] for part in parts])
    picked = np.quantile(values, shares, weights=each, method="inverted_cdf")
    return np.asarray(picked, dtype=np.float64)


def _interpolated(layer: xr.DataArray, shares: Floats) -> Floats:
    """Quantiles between the two values around each, as :func:`numpy.quantile` has them."""
    tiled = layer.chunk(dict.fromkeys(layer.dims, TILE)).data
    tiled = tiled if tiled.dtype.kind == "f" else tiled.astype(np.float64)

    def around(count: int) -> list[int]:
        below = np.floor(shares * (count - 1)).astype(np.int64)
        return [*below, *np.minimum(below + 1, count - 1)]

    count, found = order_statistics(tiled, around)
    if not count:
        return np.full(len(shares), np.nan)
    position = shares * (count - 1)
    pairs = zip(*found.reshape(2, -1), position - np.floor(position), strict=True)
    return np.array([np.quantile(np.array([a, b]), [share])[0] for a, b, share in pairs])


def _known_cells(values: NDArray[Any], weights: NDArray[Any]) -> tuple[NDArray[Any], Floats]:
    known = ~np.isnan(values) & (weights > 0)
    return values[known], np.asarray(weights[known], dtype=np.float64)


def area_where(mask: xr.DataArray, grid: GeoBox) -> float:
    """Area of the cells where a boolean layer is true, on the ellipsoid [km2].

    Examples
    --------
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:6933", 25_000, "world")
    >>> everywhere = as_layer(np.ones(grid.shape.yx, dtype=bool), grid)
    >>> round(area_where(everywhere, grid) / 1e6, 1)  # million km2
    474.6
    """
    return total(mask, weights=cell_area(grid))


def _over_tiles(function: Callable[..., Any], *layers: xr.DataArray) -> list[Any]:
    """Results of a function of arrays, for each tile in turn."""
    tiled = (layer.chunk(dict.fromkeys(layer.dims, TILE)) for layer in layers)
    return over_blocks(function, *(layer.data for layer in tiled))
