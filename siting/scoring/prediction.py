"""Scores tile by tile, for the cells of a domain."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import uuid4

import dask.array as da
import numpy as np
import xarray as xr
from numpy.typing import DTypeLike, NDArray
from odc.geo.geobox import GeoBox

from siting.errors import PipelineError
from siting.grid import as_layer
from siting.kernels.prediction import Floats
from siting.kernels.threads import single_threaded

CellFunction = Callable[[Floats], Floats]
TileFunction = Callable[[Sequence[NDArray[Any]], NDArray[np.bool_]], Floats]
HIGH, WIDE = 64, 1024  # rows and columns of a part of a tile that is scored at once
ROWS = 65_536  # cells that are scored at once: a few MB for each feature or refit


def feature_names(features: Sequence[xr.DataArray], where: str) -> tuple[str, ...]:
    """Names of the features, in order.

    Raises
    ------
    PipelineError
        Where a layer has no name, or two have the same.
    """
    names = tuple(str(each.name) for each in features if each.name is not None)
    if not names or len(set(names)) < len(features):
        raise PipelineError(
            "FEATURES_UNNAMED",
            "each feature needs a name of its own",
            where=where,
            found=", ".join(str(each.name) for each in features) or "no features",
            fix="name every layer once (layer.rename('slope'))",
        )
    return names


def cellwise(
    function: CellFunction,
    features: Sequence[xr.DataArray],
    domain: xr.DataArray,
    grid: GeoBox,
    dtype: DTypeLike = np.float64,
) -> xr.DataArray:
    """Lazy layer of a function of the features, at those cells of the domain that have them all.

    Parameters
    ----------
    function : callable
        Takes values of shape (n, features) in float64, gives n values.
    features : sequence of (y, x) layers
        Inputs, in order.
    domain : (y, x) layer of bool
        Where to evaluate; elsewhere the result is NaN, as where a feature is.
    grid : GeoBox
        The grid.
    dtype : dtype
        Of the result.
    """
    return _mapped(partial(_by_rows, function=function), features, domain, grid, dtype)


def tilewise(
    function: TileFunction,
    features: Sequence[xr.DataArray],
    domain: xr.DataArray,
    grid: GeoBox,
    dtype: DTypeLike = np.float64,
) -> xr.DataArray:
    """Lazy layer of a function that sees cells side by side, as :func:`cellwise` else.

    Parameters
    ----------
    function : callable
        Takes a part of each feature, all of one shape (y, x), and the cells of it to evaluate;
        gives their values in that shape.
    features, domain, grid, dtype
        As of :func:`cellwise`.
    """
    return _mapped(partial(_by_parts, function=function), features, domain, grid, dtype)


def tilewise_stack(
    function: TileFunction,
    count: int,
    features: Sequence[xr.DataArray],
    domain: xr.DataArray,
    grid: GeoBox,
) -> list[xr.DataArray]:
    """Lazy layers of a function that gives several values of a cell in one pass.

    Parameters
    ----------
    function : callable
        As of :func:`tilewise`, but what it gives has the shape (count, y, x).
    count : int
        How many values.
    features, domain, grid
        As of :func:`cellwise`.
    """
    planes = [as_layer(each.data, grid).data for each in (domain, *features)]
    data = da.map_blocks(  # type: ignore[no-untyped-call]  # dask has no types here
        partial(_stacked, values=partial(_by_parts, function=function), count=count),
        *planes,
        dtype=np.float64,
        new_axis=0,
        chunks=((count,), *planes[0].chunks),
        meta=np.empty((0, 0, 0)),
        name=f"cellwise-{uuid4().hex}",
    )
    return [as_layer(data[number], grid) for number in range(count)]


def _stacked(
    inside: NDArray[np.bool_], *features: NDArray[Any], values: Callable[..., Any], count: int
) -> NDArray[Any]:
    return _filled(np.full((count, *inside.shape), np.nan), inside, features, values)


def _mapped(
    values: Callable[..., Any], features: Sequence[xr.DataArray], domain: xr.DataArray,
    grid: GeoBox, dtype: DTypeLike,
) -> xr.DataArray:  # fmt: skip
    block = partial(_tile, values=values, dtype=np.dtype(dtype))
    data = da.map_blocks(  # type: ignore[no-untyped-call]  # dask has no types here
        block,
        *(as_layer(each.data, grid).data for each in (domain, *features)),
        dtype=dtype,
        meta=np.empty((0, 0), dtype=dtype),
        # A name of its own: hashing a large forest would take longer than using it.
        name=f"cellwise-{uuid4().hex}",
    )
    return as_layer(data, grid)


def _tile(
    inside: NDArray[np.bool_],
    *features: NDArray[Any],
    values: Callable[..., Any],
    dtype: np.dtype[Any],
) -> NDArray[Any]:
    return _filled(np.full(inside.shape, np.nan, dtype=dtype), inside, features, values)


def _filled(
    result: NDArray[Any],
    inside: NDArray[np.bool_],
    features: Sequence[NDArray[Any]],
    values: Callable[..., Any],
) -> NDArray[Any]:
    """The result with the values of those cells of the domain that have all features."""
    valid = inside == 1  # never astype(bool), by which NaN is inside
    for each in features:
        valid &= np.isfinite(each)
    with single_threaded():
        values(result, features, valid)
    return result


def _by_rows(
    result: NDArray[Any],
    features: Sequence[NDArray[Any]],
    valid: NDArray[np.bool_],
    function: CellFunction,
) -> None:
    rows, columns = np.nonzero(valid)
    for start in range(0, len(rows), ROWS):
        part = rows[start : start + ROWS], columns[start : start + ROWS]
        values = np.stack([each[part].astype(np.float64) for each in features], axis=1)
        result[part] = function(values)


def _by_parts(
    result: NDArray[Any],
    features: Sequence[NDArray[Any]],
    valid: NDArray[np.bool_],
    function: TileFunction,
) -> None:
    for top in range(0, valid.shape[0], HIGH):
        for left in range(0, valid.shape[1], WIDE):
            part = slice(top, top + HIGH), slice(left, left + WIDE)
            if valid[part].any():
                result[..., *part] = function([each[part] for each in features], valid[part])
