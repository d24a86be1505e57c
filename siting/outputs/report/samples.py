"""Values of all layers at a regular subsample of the land and at known fields, in one pass."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import dask.array as da
import numpy as np
import xarray as xr
from dask.base import compute
from geopandas import GeoDataFrame
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting import frames
from siting.grid import cell_area, cell_of
from siting.kinds import Results
from siting.reduce import count

Floats = NDArray[np.float64]
Cells = tuple[NDArray[np.int64], NDArray[np.int64]]

MOST_CELLS = 40_000  # of the land, read for histograms


@dataclass(frozen=True)
class Samples:
    """What layers hold on the land and at known fields.

    Attributes
    ----------
    step : int
        Every so manyeth row and column was read.
    area : numpy.ndarray of shape (n,)
        Area of each cell [km2].
    land : dict of numpy.ndarray of shape (n,)
        Values of each layer at these cells.
    fields : dict of numpy.ndarray of shape (k,)
        Values of each layer at the known fields.
    """

    step: int
    area: Floats
    land: dict[str, Floats]
    fields: dict[str, Floats]


def take(
    layers: Mapping[str, xr.DataArray],
    domain: xr.DataArray | None,
    grid: GeoBox,
    fields: Cells,
    most: int = MOST_CELLS,
) -> Samples:
    """Values of layers at every so manyeth cell of the domain and at known fields.

    Examples
    --------
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:6933", 1000, (0, 0, 4000, 4000))
    >>> layers = {"a": as_layer(np.arange(16.0).reshape(4, 4), grid)}
    >>> found = take(layers, None, grid, (np.array([0]), np.array([3])), most=4)
    >>> found.step, found.land["a"].tolist(), found.fields["a"].tolist()
    (2, [5.0, 7.0, 13.0, 15.0], [3.0])
    """
    step = _step(domain, grid, most)
    every = slice(step // 2, None, step)
    inside = domain if domain is not None else xr.ones_like(cell_area(grid), dtype=bool)
    lazy = [_thinned(layer, every) for layer in layers.values()]
    lazy += [_at(layer.data, fields) for layer in layers.values()]
    area, allowed, *values = compute(  # type: ignore[no-untyped-call]  # dask has no hints
        _thinned(cell_area(grid), every), _thinned(inside, every), *lazy
    )
    keep = np.asarray(allowed) == 1
    land = [np.asarray(each, dtype=np.float64)[keep] for each in values[: len(layers)]]
    at_fields = [np.asarray(each, dtype=np.float64) for each in values[len(layers) :]]
    names = list(layers)
    return Samples(
        step,
        np.asarray(area)[keep],
        dict(zip(names, land, strict=True)),
        dict(zip(names, at_fields, strict=True)),
    )


def _step(domain: xr.DataArray | None, grid: GeoBox, most: int) -> int:
    height, width = grid.shape.yx
    cells = height * width if domain is None else count(domain == 1)
    return max(1, min(math.ceil(math.sqrt(cells / most)), height, width))


def _thinned(layer: xr.DataArray, every: slice) -> Any:
    """Every so manyeth row and column, as copies: a view would keep its whole tile in memory."""
    data = layer.data[every, every]
    return da.map_blocks(np.array, data) if isinstance(data, da.Array) else data  # type: ignore[no-untyped-call]  # dask has no hints


def _at(data: Any, cells: Cells) -> Any:
    """Values at cells, read from the tiles that hold them."""
    return (data.vindex if isinstance(data, da.Array) else data)[cells]


def known_fields(results: Results, labels: Mapping[str, Any]) -> GeoDataFrame | None:
    """The known fields that a run was tested on, without unverified rows; None without any.

    They are the features that the skill record names, else those named ``known``.
    """
    names = [str(labels.get("name") or ""), "known"]
    frame = next((results.features[name] for name in names if name in results.features), None)
    if frame is None or not set(frame.geom_type.dropna()) <= {"Point"}:
        return None
    frame = frame[~(frame.geometry.is_empty | frame.geometry.isna())]
    frame = frame[~frames.unverified(frame)]
    return frame if len(frame) else None


def cells_of(frame: GeoDataFrame | None, grid: GeoBox) -> Cells:
    """Rows and columns of the cells that points lie in, without those outside the grid."""
    if frame is None or frame.empty:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    points = frame.geometry.to_crs("EPSG:4326") if frame.crs else frame.geometry
    points = points.representative_point()
    row, column = cell_of(grid, points.x.to_numpy(), points.y.to_numpy())
    inside = row >= 0
    return row[inside], column[inside]
