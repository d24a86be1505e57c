"""Values of all layers at a regular subsample of the land and at known fields, in one pass."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import dask.array as da
import numpy as np
import xarray as xr
from geopandas import GeoDataFrame
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting import frames
from siting.grid import cell_area, cell_of
from siting.kernels.computing import compute, mapped
from siting.kinds import Results
from siting.reduce import count

Floats = NDArray[np.float64]
Position = tuple[int, ...]
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
    inside = domain if domain is not None else xr.ones_like(cell_area(grid), dtype=bool)
    nowhere = fields[0][:0], fields[1][:0]
    keep = read(inside, step, nowhere)[0] == 1
    area = read(cell_area(grid), step, nowhere)[0][keep]
    found = {name: read(layer, step, fields) for name, layer in layers.items()}
    return Samples(
        step,
        area,
        {name: land[keep].astype(np.float64) for name, (land, _) in found.items()},
        {name: there for name, (_, there) in found.items()},
    )


def _step(domain: xr.DataArray | None, grid: GeoBox, most: int) -> int:
    height, width = grid.shape.yx
    cells = height * width if domain is None else count(domain == 1)
    return max(1, min(math.ceil(math.sqrt(cells / most)), height, width))


def read(layer: xr.DataArray, step: int, cells: Cells) -> tuple[NDArray[Any], Floats]:
    """Every so manyeth row and column of a layer, from half a step on, and its values at cells.

    Each tile is read once, and held no longer than it takes to pick from it.

    Examples
    --------
    >>> layer = xr.DataArray(np.arange(16).reshape(4, 4), dims=("y", "x"))
    >>> land, there = read(layer, 2, (np.array([0, 3]), np.array([1, 3])))
    >>> land.tolist(), there.tolist()
    ([[5, 7], [13, 15]], [1.0, 15.0])
    """
    data = layer.data if isinstance(layer.data, da.Array) else da.from_array(layer.data)  # type: ignore[no-untyped-call]  # dask has no hints
    land = np.empty([len(range(step // 2, length, step)) for length in data.shape], data.dtype)
    there = np.full(len(cells[0]), np.nan)
    starts = [np.cumsum([0, *sizes]) for sizes in data.chunks]
    tile = [np.searchsorted(s, c, "right") - 1 for s, c in zip(starts, cells, strict=True)]

    def pick(block: NDArray[Any], block_id: Position) -> tuple[Any, Any, Any]:
        top, left = (int(each[k]) for each, k in zip(starts, block_id, strict=True))
        mine = np.flatnonzero((tile[0] == block_id[0]) & (tile[1] == block_id[1]))
        some = block[(step // 2 - top) % step :: step, (step // 2 - left) % step :: step]
        values = block[cells[0][mine] - top, cells[1][mine] - left]
        return np.array(some), mine, values  # copies: a view would hold the tile

    def take_in(block_id: Position, picked: tuple[Any, Any, Any]) -> None:
        some, mine, values = picked
        there[mine] = values
        # How many of the rows and columns lie before the tile.
        top, left = (
            len(range(step // 2, int(each[k]), step))
            for each, k in zip(starts, block_id, strict=True)
        )
        land[top : top + some.shape[0], left : left + some.shape[1]] = some

    compute(mapped(pick, data), take_in)
    return land, there


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
