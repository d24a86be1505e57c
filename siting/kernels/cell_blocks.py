"""Boxes round blocks of neighbouring cells: what is far from a box is far from all cells in it."""

import numba
import numpy as np

from siting.projection import Floats

SIDE = 8  # rows and columns of cells of the smallest blocks


@numba.njit(cache=True, nogil=True)
def boxes(cells: Floats) -> tuple[Floats, Floats]:
    """Least and greatest coordinates of the cells of each smallest block; inf, -inf for none."""
    rows, columns = cells.shape[:2]
    shape = (-(-rows // SIDE), -(-columns // SIDE), 3)
    low, high = np.full(shape, np.inf), np.full(shape, -np.inf)
    for i in range(rows):
        for j in range(columns):
            if not np.isnan(cells[i, j, 0]):
                for axis in range(3):
                    value = cells[i, j, axis]
                    block = i // SIDE, j // SIDE, axis
                    low[block], high[block] = min(low[block], value), max(high[block], value)
    return low, high


@numba.njit(cache=True, nogil=True)
def box(low: Floats, high: Floats, i: int, j: int, size: int) -> tuple[Floats, Floats]:
    """Middle and half the sides of the box round a block of cells; -inf for sides of none."""
    least, most = np.full(3, np.inf), np.full(3, -np.inf)
    for row in range(i // SIDE, min((i + size) // SIDE, low.shape[0])):
        for column in range(j // SIDE, min((j + size) // SIDE, low.shape[1])):
            for axis in range(3):
                least[axis] = min(least[axis], low[row, column, axis])
                most[axis] = max(most[axis], high[row, column, axis])
    return (least + most) / 2, (most - least) / 2
