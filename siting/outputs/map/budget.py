"""How finely each layer is carried, so that the page stays small enough to send."""

import math
import os
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import xarray as xr

from siting.outputs.map.encode import Raster, encode

BUDGET = 3_200_000  # [bytes] packed: with base64 and the rest of the page just under 5 MB
SCORE_LENGTH = 4096  # [cells] longest side of scores; 10 km cells of the world are 3472
INPUT_LENGTH = 2048  # [cells] longest side of the other layers
LEAST_LENGTH = 512  # [cells] no layer is made coarser than this
MANY = 20_000_000  # [cells] of a layer that is not read as a whole to foresee its size
HELD = 100_000_000  # [cells] of a domain that is read once, a byte a cell, not for each layer


def encode_layers(
    layers: Mapping[str, xr.DataArray],
    domain: xr.DataArray | None,
    score: str,
    scores: Collection[str],
    ranked: Collection[str] = (),
) -> dict[str, Raster]:
    """Every layer as bytes: scores at the grid's own cells, others as fine as there is room.

    Notes
    -----
    Those `ranked` get levels that hold equal numbers of cells.

    While the sum is above the budget, the layer that takes most is brought down one step; the
    score that the map opens with comes last. Sizes are foreseen to fall with the number of
    cells, then measured. What many cells take is foreseen from a fifth of the rows first, for they
    would be read as a whole for every step.
    """
    factors = {
        name: factor_for(layer, SCORE_LENGTH if name in scores else INPUT_LENGTH)
        for name, layer in layers.items()
    }
    if domain is not None and domain.size <= HELD:
        domain = domain.compute()

    def encoded(name: str, layer: xr.DataArray, inside: xr.DataArray | None) -> Raster:
        linear = name == score and name not in ranked
        return encode(layer, inside, factors[name], linear=linear, ranked=name in ranked)

    if max((layer.size for layer in layers.values()), default=0) > MANY:
        factors = coarser(_foreseen(layers, domain, encoded), factors, layers, score)
    rasters: dict[str, Raster] = {}
    while stale := [n for n in layers if n not in rasters or rasters[n].factor != factors[n]]:
        with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
            tasks = [pool.submit(encoded, name, layers[name], domain) for name in stale]
        rasters.update((name, task.result()) for name, task in zip(stale, tasks, strict=True))
        factors = coarser({n: len(rasters[n].packed) for n in layers}, factors, layers, score)
    return rasters


def _foreseen(
    layers: Mapping[str, xr.DataArray],
    domain: xr.DataArray | None,
    encoded: Callable[[str, xr.DataArray, xr.DataArray | None], Raster],
) -> dict[str, int]:
    """Bytes that each layer will take, by those of two bands of its rows."""
    sizes = {}
    for name, layer in layers.items():
        height = layer.sizes["y"]
        band = max(height // 10, 1)
        rows = np.r_[height // 4 : height // 4 + band, 3 * height // 4 : 3 * height // 4 + band]
        some = encoded(name, layer[rows], None if domain is None else domain[rows])
        sizes[name] = round(len(some.packed) * height / len(rows))
    return sizes


def factor_for(layer: xr.DataArray, length: int) -> int:
    """Cells to bring together so that the longest side has at most `length`."""
    return max(1, math.ceil(max(layer.sizes["y"], layer.sizes["x"]) / length))


def coarser(
    sizes: Mapping[str, int],
    factors: Mapping[str, int],
    layers: Mapping[str, xr.DataArray],
    score: str,
) -> dict[str, int]:
    """Factors with which the layers are foreseen to fit into the budget.

    Examples
    --------
    >>> import numpy as np
    >>> layers = {name: xr.DataArray(np.zeros((2000, 4000)), dims=("y", "x")) for name in "ab"}
    >>> coarser({"a": 2_000_000, "b": 2_000_000}, {"a": 1, "b": 2}, layers, "a")
    {'a': 1, 'b': 3}
    """
    chosen, foreseen = dict(factors), {name: float(size) for name, size in sizes.items()}
    while sum(foreseen.values()) > BUDGET:
        open_to = [n for n in layers if chosen[n] < factor_for(layers[n], LEAST_LENGTH)]
        inputs = [name for name in open_to if name != score]
        if not open_to:
            break
        largest = max(inputs or open_to, key=lambda name: (foreseen[name], name))
        foreseen[largest] *= (chosen[largest] / (chosen[largest] + 1)) ** 2
        chosen[largest] += 1
    return chosen
