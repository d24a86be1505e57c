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
    block = partial(_tile, function=function, dtype=np.dtype(dtype))
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
    function: CellFunction,
    dtype: np.dtype[Any],
) -> NDArray[Any]:
    result = np.full(inside.shape, np.nan, dtype=dtype)
    valid = inside == 1  # never astype(bool), by which NaN is inside
    for each in features:
        valid &= np.isfinite(each)
    rows, columns = np.nonzero(valid)
    with single_threaded():
        for start in range(0, len(rows), ROWS):
            part = rows[start : start + ROWS], columns[start : start + ROWS]
            values = np.stack([each[part].astype(np.float64) for each in features], axis=1)
            result[part] = function(values)
    return result
