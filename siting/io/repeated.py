"""Rows or blocks of a raster that are exact copies of others: gaps filled, tiles mixed up.

Only what nature has made rough is looked at: distances and densities are alike around each place
that they are taken from, without being copies.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.findings import warn
from siting.io.source import RasterSource

MAX_CELLS = 2_000_000  # that are looked at, in the middle of the raster
RUN = 3  # rows alike that are no chance
PLACES = 3  # at most, where rows are copies; where there are more, cells were made smaller
SIDE = 8  # cells along a block
DISTINCT = 0.6  # share of the values of a block, or a row, that differ from one another
STEP = 4  # of so many blocks one is compared, chosen by what it holds

ROUGH = frozenset({"elevation", "sea_depth", "gravity_anomaly", "magnetic_anomaly"})

Bits = NDArray[np.uint64]


def check_repeated(source: RasterSource) -> None:
    """Report rows or blocks that are copies of others.

    Parameters
    ----------
    source : RasterSource
        A raster of a rough quantity; the middle of a large one is looked at.
    """
    rows, columns = middle(source, MAX_CELLS)
    values, missing = source.stored(rows, columns)
    if values.size < 2 * SIDE * SIDE:
        return
    bits = _bits(values, missing)
    found = copied_rows(bits, missing)
    if found is not None:
        first, count = found
        text = f"rows {rows.start + first + 1} to {rows.start + first + count} are the same"
    elif (pair := copied_block(bits, values, missing, _turn(source))) is not None:
        (row, column), (other_row, other_column) = pair
        text = (
            f"the block of {SIDE} x {SIDE} cells at row {rows.start + row + 1}, column"
            f" {columns.start + column + 1} is that at row {rows.start + other_row + 1},"
            f" column {columns.start + other_column + 1}"
        )
    else:
        return
    warn(
        "DATA_REPEATED",
        "cells are exact copies of cells elsewhere",
        where=str(source.path),
        found=text,
        fix="find out whether gaps were filled with copies, or tiles were mixed up",
    )


def middle(source: RasterSource, cells: int) -> tuple[slice, slice]:
    """Rows and columns of at most so many cells in the middle of a raster."""
    height, width = source.frame.height, source.frame.width
    columns = min(width, max(cells // height, 1 << 11))
    rows = min(height, max(cells // columns, 1))
    top, left = (height - rows) // 2, (width - columns) // 2
    return slice(top, top + rows), slice(left, left + columns)


def _turn(source: RasterSource) -> int:
    """Columns in a full turn, after which a raster may go on with its first; 0 for none."""
    return int(source.frame.turn or 0)


def _bits(values: NDArray[Any], missing: NDArray[np.bool_]) -> Bits:
    """Values as numbers that are the same where all their bits are; 0 for nothing."""
    bits = np.where(missing, 0, values).astype("float64").view(np.uint64)
    return bits * np.uint64(0x9E3779B97F4A7C15) ^ (bits >> np.uint64(29))


def copied_rows(bits: Bits, missing: NDArray[np.bool_]) -> tuple[int, int] | None:
    """First row and number of a run of rows that are alike; None where there is none.

    Nothing is said where rows are alike all over: cells were made smaller by repeating them.

    Examples
    --------
    >>> rows = np.arange(400, dtype=np.uint64).reshape(20, 20)
    >>> rows[5:9] = rows[5]
    >>> copied_rows(rows, np.zeros((20, 20), dtype=bool))
    (5, 4)
    """
    changes = (bits[1:, 1:] != bits[1:, :-1]) & ~missing[1:, 1:]
    varied = changes.sum(axis=1) >= max(5, DISTINCT * (bits.shape[1] - 1))
    alike = (bits[1:] == bits[:-1]).all(axis=1) & varied
    if not alike.any():
        return None
    ends = np.flatnonzero(np.diff(np.concatenate([[False], alike, [False]]).astype(np.int8)))
    starts, counts = ends[::2], ends[1::2] - ends[::2] + 1
    if len(starts) > PLACES or counts.sum() > bits.shape[0] / 2:
        return None
    longest = int(np.argmax(counts))
    start, count = int(starts[longest]), int(counts[longest])
    return (start, count) if count >= RUN else None


def copied_block(
    bits: Bits, values: NDArray[Any], missing: NDArray[np.bool_], turn: int
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Rows and columns of two blocks that hold the same; None where no two do.

    Parameters
    ----------
    bits : numpy.ndarray of shape (rows, columns)
        Values as whole numbers, the same where they are.
    values : numpy.ndarray of shape (rows, columns)
        The values.
    missing : numpy.ndarray of bool
        Where there is nothing.
    turn : int
        Columns after which a raster may repeat itself; 0 for none.

    Notes
    -----
    Every block has a number that follows from its content; of blocks with the same number the
    content is compared. Blocks of few distinct values, and those that lie on a plane, are alike
    without being copies.
    """
    height, width = bits.shape
    if height < 2 * SIDE or width < 2 * SIDE:
        return None
    numbers = _rolled(_rolled(bits, 0), 1)
    chosen = np.flatnonzero((numbers >> np.uint64(40)) % np.uint64(STEP) == 0)
    flat = numbers.ravel()[chosen]
    order = np.argsort(flat, kind="stable")
    same = np.flatnonzero(flat[order][1:] == flat[order][:-1])
    across = numbers.shape[1]
    for k in same[:: max(1, same.size // 4096)]:
        one, other = (divmod(int(chosen[order[each]]), across) for each in (k, k + 1))
        again = one[0] == other[0] and abs(one[1] - other[1]) == turn  # once round the globe
        if not again and _is_copy(values, missing, one, other):
            return one, other
    return None


def _rolled(numbers: Bits, axis: int) -> Bits:
    """A number for each `SIDE` neighbours along an axis, which depends on their order."""
    size = numbers.shape[axis] - SIDE + 1
    total = np.zeros_like(numbers, shape=_cut(numbers.shape, axis, size))
    for k in range(SIDE):
        total *= np.uint64(0x100000001B3)
        total += numbers[k : k + size] if axis == 0 else numbers[:, k : k + size]
    total ^= total >> np.uint64(31)
    return total


def _cut(shape: tuple[int, ...], axis: int, size: int) -> tuple[int, ...]:
    return tuple(size if each == axis else length for each, length in enumerate(shape))


def _is_copy(
    values: NDArray[Any], missing: NDArray[np.bool_], one: tuple[int, int], other: tuple[int, int]
) -> bool:
    parts = [(slice(row, row + SIDE), slice(column, column + SIDE)) for row, column in (one, other)]
    block = values[parts[0]].astype(float)
    if missing[parts[0]].any() or not np.array_equal(block, values[parts[1]]):
        return False
    bends = max(float(np.abs(np.diff(block, 2, axis=axis)).max()) for axis in (0, 1))
    if bends <= 1e-4 * np.ptp(block):
        return False  # planes are alike in many places
    return bool(np.unique(block).size >= DISTINCT * block.size)
