"""How much of the cells of a raster lies between two positions along an axis."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siting.io.placement import Floats
from siting.kernels.warp import EDGE


class Taps(NamedTuple):
    """Source cells that take part in each target, of shape (taps, targets).

    A weight of 0 marks a cell that is not there.
    """

    source: NDArray[np.int64]
    weight: Floats


def covered(start: Floats, stop: Floats, first: int, size: int) -> Taps:
    """All cells between two positions, weighted by how much of each lies between them.

    Parameters
    ----------
    start, stop : numpy.ndarray of shape (targets,)
        Positions in the raster, in either order; NaN for none.
    first, size : int
        The cells that there are; sources are counted from the first.
    """
    missing = np.isnan(start + stop)
    low, high = (
        np.clip(np.where(missing, first - 1.0, _snapped(edge)), first - 1.0, first + size + 1.0)
        for edge in (np.minimum(start, stop), np.maximum(start, stop))
    )
    lowest = np.floor(low)
    count = int(np.max(np.ceil(high) - lowest, initial=1))
    index = lowest + np.arange(count)[:, None]
    weight = np.minimum(high, index + 1) - np.maximum(low, index)
    index -= first
    there = (index >= 0) & (index < size) & (weight > 0)
    return Taps(np.clip(index, 0, size - 1).astype(np.int64), np.where(there, weight, 0.0))


def _snapped(position: Floats) -> Floats:
    """Positions, exactly on the edge of a cell where they differ by rounding alone."""
    whole = np.round(position)
    return np.where(np.abs(position - whole) < EDGE, whole, position)
