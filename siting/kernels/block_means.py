"""Means of blocks of cells, of those cells that have data."""

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


@numba.njit(cache=True, nogil=True)
def block_means(values: Floats, factor: int) -> NDArray[np.float64]:
    """Mean of each block of factor by factor cells; NaN where none of them is finite.

    Parameters
    ----------
    values : numpy.ndarray of shape (n, m)
        NaN or infinite where there is no data.
    factor : int
        Cells along each side of a block; blocks at the lower and right edge may have fewer.

    Returns
    -------
    numpy.ndarray of shape (ceil(n / factor), ceil(m / factor))

    Examples
    --------
    >>> block_means(np.array([[1.0, 3.0, 5.0], [np.nan, 5.0, 7.0]]), 2)
    array([[3., 6.]])
    """
    height, width = values.shape
    means = np.empty((-(-height // factor), -(-width // factor)))
    for i in range(means.shape[0]):
        bottom = min((i + 1) * factor, height)
        for j in range(means.shape[1]):
            count, total = 0, 0.0
            for row in range(i * factor, bottom):
                for column in range(j * factor, min((j + 1) * factor, width)):
                    value = values[row, column]
                    if np.isfinite(value):
                        count += 1
                        total += value
            means[i, j] = total / count if count else np.nan
    return means
