"""Distance of the cells of a raster to the nearest of many samples among their features.

Neighbouring cells are alike: samples that are far from a box round a block of cells are far from
all cells in it, and need not be looked at for each.
"""

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

WIDE, SIDE = 64, 8  # rows and columns of cells of the large blocks, and of the small ones in them
LANES = 4
_SLACK = 1 - 1e-9  # of a bound, by which rounding takes no sample away


def lanes(axes: int) -> Integers:
    """Which of five sums each axis is added to, as scipy's k-d tree does.

    Sums of squares are rounded as there, to the last bit: four of them, each of every fourth
    axis, and what is left over after these were added up.

    Examples
    --------
    >>> lanes(6).tolist()
    [0, 1, 2, 3, 4, 4]
    """
    axis = np.arange(axes)
    return np.where(axis < axes // LANES * LANES, axis % LANES, LANES)


@numba.njit(cache=True, nogil=True)
def nearest_squares(
    planes: Floats, inside: NDArray[np.bool_], samples: Floats, lane: Integers, most: int
) -> Floats:
    """Squared distance of each cell to the nearest sample.

    Parameters
    ----------
    planes : numpy.ndarray of shape (axes, y, x)
        Positions of the cells; one axis at least.
    inside : numpy.ndarray of bool and shape (y, x)
        Cells that are asked for.
    samples : numpy.ndarray of shape (samples, axes)
        Positions of the samples.
    lane : numpy.ndarray of int64 and shape (axes,)
        As of :func:`lanes`; axes where all are at 0 may be left out.
    most : int
        Samples up to which a small block is looked at.

    Returns
    -------
    numpy.ndarray of shape (y, x)
        NaN outside; -1 where more samples than ``most`` would have to be looked at.
    """
    found = np.full(inside.shape, np.nan)
    every, samples = np.arange(len(samples)), np.ascontiguousarray(samples)
    for top in range(0, inside.shape[0], WIDE):
        for left in range(0, inside.shape[1], WIDE):
            cells, _, _ = _gathered(planes, inside, top, left, WIDE)
            if cells.shape[1] == 0:
                continue
            near, _, _ = _near(cells, samples, lane, every)
            for row in range(top, min(top + WIDE, inside.shape[0]), SIDE):
                for column in range(left, min(left + WIDE, inside.shape[1]), SIDE):
                    _small_block(planes, inside, samples, lane, near, row, column, most, found)
    return found


@numba.njit(cache=True, nogil=True)
def _gathered(
    planes: Floats, inside: NDArray[np.bool_], top: int, left: int, side: int
) -> tuple[Floats, Integers, Integers]:
    """Positions of the cells of a block that are asked for, (axes, cells); rows and columns."""
    bottom, right = min(top + side, inside.shape[0]), min(left + side, inside.shape[1])
    rows, columns = np.empty(side * side, np.int64), np.empty(side * side, np.int64)
    count = 0
    for row in range(top, bottom):
        for column in range(left, right):
            if inside[row, column]:
                rows[count], columns[count] = row, column
                count += 1
    cells = np.empty((len(planes), count))
    for axis in range(len(planes)):
        for k in range(count):
            cells[axis, k] = planes[axis, rows[k], columns[k]]
    return cells, rows[:count], columns[:count]


@numba.njit(cache=True, nogil=True)
def _small_block(
    planes: Floats, inside: NDArray[np.bool_], samples: Floats, lane: Integers, near: Integers,
    top: int, left: int, most: int, found: Floats,
) -> None:  # fmt: skip
    """Distances of the cells of a small block, of which only some samples are near."""
    cells, rows, columns = _gathered(planes, inside, top, left, SIDE)
    if cells.shape[1] == 0:
        return
    near, bound, best = _near(cells, samples, lane, near)
    if len(near) > most:
        best[:] = -1.0
    else:
        for k in range(len(near)):
            if bound[k] < best.max():
                _nearer(cells, samples[near[k]], lane, best)
    for k in range(len(rows)):
        found[rows[k], columns[k]] = best[k]


@numba.njit(cache=True, nogil=True)
def _near(
    cells: Floats, samples: Floats, lane: Integers, among: Integers
) -> tuple[Integers, Floats, Floats]:
    """Samples that may be nearest to one of the cells, the least they are away, and one distance.

    That is of each cell to the sample nearest to the middle of the cells.
    """
    axes, count = cells.shape
    low, high = np.empty(axes), np.empty(axes)
    for axis in range(axes):
        low[axis], high[axis] = cells[axis].min(), cells[axis].max()
    middle = (low + high) / 2
    bound, first, least = np.empty(len(among)), 0, np.inf
    for k in range(len(among)):
        away, to_middle = 0.0, 0.0
        for axis in range(axes):
            value = samples[among[k], axis]
            out = max(low[axis] - value, value - high[axis], 0.0)
            away += out * out
            to_middle += (value - middle[axis]) ** 2
        bound[k] = away * _SLACK
        if to_middle < least:
            first, least = k, to_middle
    best = np.full(count, np.inf)
    _nearer(cells, samples[among[first]], lane, best)
    may = bound < best.max()
    may[first] = True
    return among[may], bound[may], best


@numba.njit(cache=True, nogil=True)
def _nearer(cells: Floats, sample: Floats, lane: Integers, best: Floats) -> None:
    """Take the squared distance of a sample where it is less."""
    count = cells.shape[1]
    sums = np.zeros((LANES, count))
    axes = len(sample)
    for axis in range(axes):
        if lane[axis] < LANES:
            _add(sums[lane[axis]], cells[axis], sample[axis])
    total = ((sums[0] + sums[1]) + sums[2]) + sums[3]
    for axis in range(axes):
        if lane[axis] == LANES:
            _add(total, cells[axis], sample[axis])
    for k in range(count):
        best[k] = min(best[k], total[k])


@numba.njit(cache=True, nogil=True, inline="always")
def _add(total: Floats, values: Floats, value: float) -> None:
    for k in range(len(total)):
        apart = values[k] - value
        total[k] += apart * apart
