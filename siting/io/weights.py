"""Weights of source cells in each target: at points, along axes, over areas, as sparse matrices."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from siting.io.placement import EDGE, Floats, inside

Weighted = Callable[[NDArray[Any]], Floats]


class Taps(NamedTuple):
    """Source cells that take part in each target, of shape (taps, *targets).

    A weight of 0 marks a cell that is not there.
    """

    source: NDArray[np.int64]
    weight: Floats


def nearest(position: Floats, size: int) -> Taps:
    """The cell that each position lies in."""
    found = inside(position, size)
    index = np.floor(np.where(found, position, 0.0) + EDGE).astype(np.int64)
    return Taps(np.minimum(index, size - 1)[None], found.astype(float)[None])


def linear(position: Floats, size: int) -> Taps:
    """The two cells whose centres lie on either side of each position."""
    found = inside(position, size)
    shifted = np.where(found, position, 0.5) - 0.5
    low = np.floor(shifted + EDGE)
    share = shifted - low
    share = np.where(np.abs(share) < EDGE, 0.0, share)  # on a centre: that cell, to the last bit
    index = np.stack([low, low + 1]).astype(np.int64)
    there = found & (index >= 0) & (index < size)
    weight = np.where(there, np.stack([1 - share, share]), 0.0)
    return Taps(np.clip(index, 0, size - 1), weight)


def covered(start: Floats, stop: Floats, size: int) -> Taps:
    """All cells between two positions, weighted by how much of each lies between them."""
    missing = np.isnan(start + stop)
    low, high = (
        np.clip(np.where(missing, -1.0, _snapped(edge)), -1.0, size + 1.0)
        for edge in (np.minimum(start, stop), np.maximum(start, stop))
    )
    first = np.floor(low)
    count = int(np.max(np.ceil(high) - first, initial=1))
    index = first + np.arange(count).reshape(-1, *[1] * low.ndim)
    weight = np.minimum(high, index + 1) - np.maximum(low, index)
    there = (index >= 0) & (index < size) & (weight > 0)
    return Taps(np.clip(index, 0, size - 1).astype(np.int64), np.where(there, weight, 0.0))


def _snapped(position: Floats) -> Floats:
    """Positions, exactly on the edge of a cell where they differ by rounding alone."""
    whole = np.round(position)
    return np.where(np.abs(position - whole) < EDGE, whole, position)


def along_axes(row: Taps, column: Taps, size: tuple[int, int]) -> Weighted:
    """Weighted sums by a matrix for the rows and one for the columns."""
    rows, columns = _matrix(row, size[0]), _matrix(column, size[1])
    return lambda values: np.asarray((columns @ (rows @ values).T).T)


def in_plane(row: Taps, column: Taps, size: tuple[int, int]) -> Weighted:
    """Weighted sums by one matrix; tap k of the row goes with tap k of the column."""
    index, weight = row.source * size[1] + column.source, row.weight * column.weight
    matrix, shape = _matrix(Taps(index, weight), size[0] * size[1]), index.shape[1:]
    return lambda values: np.asarray(matrix @ values.ravel()).reshape(shape)


def pairs(row: Taps, column: Taps) -> tuple[Taps, Taps]:
    """Each tap of the row with each of the column."""
    n, m = len(row.source), len(column.source)
    return (
        Taps(np.repeat(row.source, m, axis=0), np.repeat(row.weight, m, axis=0)),
        Taps(np.tile(column.source, (n, 1, 1)), np.tile(column.weight, (n, 1, 1))),
    )


def _matrix(taps: Taps, size: int) -> sparse.csr_array:
    """Matrix of the weights, of shape (targets, size)."""
    index, weight = (each.reshape(len(each), -1) for each in taps)
    target = np.broadcast_to(np.arange(index.shape[1]), index.shape)
    used = weight > 0
    return sparse.csr_array(
        (weight[used], (target[used], index[used])), shape=(index.shape[1], size)
    )
