"""Distance on a map from every cell to the nearest marked one."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from benchmarks.case import OURS, Case
from benchmarks.world import world
from siting.kernels.euclidean import distance_on_map

Marked = NDArray[np.bool_]
LINES = 3_000
STATED = 1.0  # [cells] most that the propagation of xarray-spatial may be off


def prepare(resolution: str) -> Marked:
    """As many cells as the world has at a resolution, with lines across them."""
    shape = np.array(world(resolution).shape.yx)
    rng = np.random.default_rng(0)
    begin, strike = rng.uniform(0, shape, (LINES, 2)), rng.normal(0.3, 0.3, LINES)
    along = np.arange(0, max(shape[0] // 40, 2))[:, None, None]
    cells = begin + along * np.stack([np.cos(strike), np.sin(strike)], axis=-1)
    rows, columns = np.clip(cells, 0, shape - 1).astype(int).reshape(-1, 2).T
    marked = np.zeros(shape, dtype=bool)
    marked[rows, columns] = True
    return marked


def siting(marked: Marked) -> Any:
    """Distances [cells]."""
    return distance_on_map(marked, 1.0)


def edt(marked: Marked) -> Any:
    """Distances [cells] by the library of that name, on one thread as siting's kernel."""
    import edt as library

    return library.edt(~marked, parallel=1)


def scipy(marked: Marked) -> Any:
    """Distances [cells], float64."""
    return distance_transform_edt(~marked)


def xarray_spatial(marked: Marked) -> Any:
    """Distances [cells] handed on from cell to cell, which is not exact."""
    import xarray as xr
    from xrspatial import proximity

    rows, columns = (np.arange(n, dtype=float) for n in marked.shape)
    raster = xr.DataArray(marked.astype(np.float32), {"y": rows, "x": columns}, ("y", "x"))
    return proximity(raster).to_numpy()


def agree(marked: Marked, results: Mapping[str, Any]) -> str:
    exact = results["scipy"]
    for name in (OURS, "edt"):
        if name in results:
            np.testing.assert_allclose(results[name], exact, rtol=1e-6, err_msg=name)
    told = "exact to float32"
    if "xarray-spatial" in results:
        off = np.abs(results["xarray-spatial"] - exact).max()
        assert off <= STATED
        told += f"; xarray-spatial off by up to {off:.2f} cells"
    return told


CASE = Case(
    lambda marked: f"distance on a map of {marked.size:,} cells to {marked.sum():,} marked ones",
    prepare,
    {OURS: siting, "edt": edt, "scipy": scipy, "xarray-spatial": xarray_spatial},
    agree,
)
