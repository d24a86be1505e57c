"""Small rasters with everything that trees can stumble over, and samples drawn from them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

FEATURES = 5


def raster(seed: int, shape: tuple[int, int], dtype: str = "f4") -> NDArray[Any]:
    """Smooth and rough layers, one of few levels, one constant; -0.0 beside 0.0."""
    rng = np.random.default_rng(seed)
    layers = [gaussian_filter(rng.normal(size=shape), s) * (1 + s) for s in (0, 2, 8, 0, 1)]
    layers[3] = np.round(layers[3])  # many ties
    layers[4] = np.full(shape, 0.3)
    found = np.stack(layers)
    found[0, ::7] = 0.0
    found[0, ::14] = -0.0
    return found.astype(dtype)


def with_gaps(values: NDArray[Any], seed: int) -> NDArray[Any]:
    """Some cells without a value, alone and in a patch."""
    rng = np.random.default_rng(seed)
    found = values.copy()
    found[rng.random(values.shape) < 0.05] = np.nan
    found[1, : values.shape[1] // 2] = np.nan
    return found


def rows(values: NDArray[Any]) -> NDArray[Any]:
    """Cells as rows of a table."""
    return values.reshape(len(values), -1).T


def samples(values: NDArray[Any], seed: int, count: int = 300) -> NDArray[Any]:
    """Rows of some cells."""
    table = rows(values)
    return table[np.random.default_rng(seed).integers(0, len(table), count)]


def quantity(X: NDArray[Any], seed: int) -> NDArray[Any]:
    """Something to learn."""
    known = np.nan_to_num(X)
    noise = np.random.default_rng(seed).normal(0, 0.3, len(X))
    return np.asarray(known[:, 0] + known[:, 1] * known[:, 2] + known[:, 3] + noise)


def classes(X: NDArray[Any], seed: int, count: int) -> NDArray[Any]:
    """So many classes, each of which occurs."""
    rank = np.argsort(np.argsort(quantity(X, seed)))
    return np.asarray(rank * count // len(X))
