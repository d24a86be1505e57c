"""A tile of 64 blocks of 64 cells, as whole numbers that keep the order of the values.

Bits of float32 become int32 of the same order, so that comparing them is exact. A missing value is
the lowest number, left of every threshold; a second copy of the layer has it as the highest, for
the nodes that send missing values to the right.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siting.kernels.forest.lanes import (
    copy_eight,
    greater,
    least,
    level,
    lowest,
    most,
    piece,
    raise_lowest,
    to_keys,
)

LANES = 64  # cells of a block, and blocks of a tile
CELLS = LANES * LANES
MISSING = np.int32(-(2**31))
INFINITY = np.int32(0x7F800000)  # key of +inf; that of -inf is ~INFINITY
CATEGORIES = 256  # codes of a categorical layer, the last one for missing
WORDS = CATEGORIES // LANES
NUMBERS, RANKS, CODES = 0, 1, 2  # what a layer holds: bits of float32, ranks, categories
FOUND_MISSING, FOUND_INFINITE = 1, 2
FULL = np.uint64(0xFFFFFFFFFFFFFFFF)
_NONE, _ONE = np.uint64(0), np.uint64(1)
_STEP = np.int32(1)


class Blocks(NamedTuple):
    """How cells of a raster make blocks, and blocks a tile."""

    height: int  # rows of a block
    width: int  # columns of a block; height * width = 64
    across: int  # blocks beside each other; 64 / across below each other


SQUARES = Blocks(8, 8, 8)  # of a raster: a tile of 64 by 64 cells
LINES = Blocks(1, 64, 64)  # of a table: 4,096 rows of it


class Window(NamedTuple):
    """Layers of a part of a raster: values of one flat array, and where they lie in it."""

    values: NDArray[np.int32]  # bits of float32, ranks or codes
    kind: NDArray[np.int8]  # NUMBERS, RANKS or CODES of each layer
    start: int  # of the first layer's first cell
    plane: int  # from one layer to the next
    line: int  # from one row to the next


class Tile(NamedTuple):
    """Layers of a tile.

    Parameters
    ----------
    keys : numpy.ndarray of int32 and shape (rows * 4096,)
        By row, block and cell. A row is a layer, or the second copy of one.
    least, most : numpy.ndarray of int32 and shape (rows * 64,)
        Over each block.
    present : numpy.ndarray of uint64 and shape (rows * 256,)
        Set of the categories in each block of a categorical layer.
    row : numpy.ndarray of int32 and shape (3 * features,)
        Row of feature f for nodes that send missing values left (2f) or right (2f + 1), or that
        ask for its category (2 * features + f).
    live : numpy.ndarray of uint64 and shape (64,)
        Cells of each block that are asked for.
    """

    keys: NDArray[np.int32]
    least: NDArray[np.int32]
    most: NDArray[np.int32]
    present: NDArray[np.uint64]
    row: NDArray[np.int32]
    live: NDArray[np.uint64]


def empty_tile(features: int) -> Tile:
    """Room for a tile, with a second copy of each layer."""
    rows = 2 * features
    return Tile(
        np.empty(rows * CELLS, np.int32),
        np.empty(rows * LANES, np.int32),
        np.empty(rows * LANES, np.int32),
        np.empty(rows * LANES * WORDS, np.uint64),
        np.zeros(3 * features, np.int32),
        np.empty(LANES, np.uint64),
    )


@piece
def load(tile, window, where, top, left, blocks):  # type: ignore[no-untyped-def]
    """Fill a tile from a row and a column of a window on; what was found in it."""
    # Taken out of the tuples once: at every use they would be counted in and out.
    keys, low, high, live = tile.keys, tile.least, tile.most, tile.live
    present, rows, values, kinds = tile.present, tile.row, window.values, window.kind
    _mark_live(live, where, top, left, blocks)
    found, row, features = np.int64(0), np.int64(0), len(kinds)
    for f in range(features):
        rows[2 * f] = rows[2 * f + 1] = rows[2 * features + f] = row
        start = window.start + f * window.plane
        _fill(keys, row, live, values, start, window.line, where.shape, top, left, blocks)
        if kinds[f] == CODES:
            _collect(keys, row, live, present)
            row += 1
            continue
        holds = _bound(keys, row, live, low, high, kinds[f] == NUMBERS)
        found |= holds
        row += 1
        if holds & FOUND_MISSING:
            rows[2 * f + 1] = row
            _copy_missing_right(keys, low, high, live, row)
            row += 1
    return found


@piece
def _mark_live(live, where, top, left, blocks):  # type: ignore[no-untyped-def]
    z = 0
    for y in range(top, top + blocks.height * (LANES // blocks.across), blocks.height):
        for x in range(left, left + blocks.width * blocks.across, blocks.width):
            word = _NONE
            for i in range(min(blocks.height, where.shape[0] - y)):
                for j in range(min(blocks.width, where.shape[1] - x)):
                    word |= np.uint64(where[y + i, x + j]) << np.uint64(i * blocks.width + j)
            live[z] = word
            z += 1


@piece
def _fill(keys, row, live, values, first, line, shape, top, left, blocks):  # type: ignore[no-untyped-def]
    """Copy a layer; beyond the edge of the raster its last row and column go on."""
    step = line if blocks.width == 8 else 8
    z, at = 0, row * CELLS
    for y in range(top, top + blocks.height * (LANES // blocks.across), blocks.height):
        for x in range(left, left + blocks.width * blocks.across, blocks.width):
            whole = y + blocks.height <= shape[0] and x + blocks.width <= shape[1]
            if whole and live[z] != _NONE:
                source = first + y * line + x
                for i in range(8):
                    copy_eight(keys, at + i * 8, values, source + i * step)
            elif live[z] != _NONE:
                for i in range(LANES):
                    yi = min(y + i // blocks.width, shape[0] - 1)
                    xi = min(x + i % blocks.width, shape[1] - 1)
                    keys[at + i] = values[first + yi * line + xi]
            z += 1
            at += LANES


@piece
def _bound(keys, row, live, low, high, numbers):  # type: ignore[no-untyped-def]
    """Least and greatest key of each block of a layer; what was found in it."""
    found = 0
    for z in range(LANES):
        block, at = row * LANES + z, (row * LANES + z) * LANES
        if live[z] == _NONE:
            low[block] = high[block] = 0
            continue
        if numbers:
            to_keys(keys, at)
        if live[z] != FULL:  # cells that nobody asks for split no block
            level(keys, at, live[z], keys[at + lowest(live[z])])
        low[block], high[block] = least(keys, at), most(keys, at)
        if low[block] == MISSING:
            found |= FOUND_MISSING
        below = greater(keys, at, ~INFINITY - _STEP) ^ greater(keys, at, ~INFINITY)
        if numbers and (high[block] == INFINITY or below != _NONE):
            found |= FOUND_INFINITE
    return found


@piece
def _collect(keys, row, live, present):  # type: ignore[no-untyped-def]
    """Set of the categories in each block of a layer."""
    for z in range(LANES):
        at, word = (row * LANES + z) * LANES, (row * LANES + z) * WORDS
        present[word : word + WORDS] = _NONE
        if live[z] == _NONE:
            continue
        if live[z] != FULL:
            level(keys, at, live[z], keys[at + lowest(live[z])])
        for i in range(at, at + LANES):
            present[word + (keys[i] >> 6)] |= _ONE << np.uint64(keys[i] & 63)


@piece
def _copy_missing_right(keys, low, high, live, row):  # type: ignore[no-untyped-def]
    """A second copy of the layer before, with missing values above every threshold."""
    for z in range(LANES):
        block = row * LANES + z
        if live[z] == _NONE:
            low[block] = high[block] = 0
            continue
        raise_lowest(keys, block * LANES, block * LANES - CELLS)
        low[block], high[block] = least(keys, block * LANES), most(keys, block * LANES)
