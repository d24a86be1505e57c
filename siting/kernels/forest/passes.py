"""One pass over the tiles of a window: sums, moments or quantiles of all cells."""

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.kernels.forest.lanes import piece
from siting.kernels.forest.tiles import CELLS, LANES, Tile, empty_tile, load
from siting.kernels.forest.walk import (
    Ensemble,
    Sums,
    Waiting,
    empty_waiting,
    walk_moments,
    walk_sums,
)

_NONE, _ONE = np.uint64(0), np.uint64(1)


class Room(NamedTuple):
    """What one thread works in."""

    tile: Tile
    waiting: Waiting
    sums: Sums


def room_for(trees: Ensemble, features: int, outputs: int, span: int = LANES) -> Room:
    """Room for sums of outputs over so many blocks of a tile at once, a divisor of 64."""
    sums = Sums(np.zeros(outputs * span * CELLS // LANES), span, 0)
    return Room(empty_tile(features), empty_waiting(trees.depth), sums)


@njit(nogil=True, cache=True, error_model="numpy")
def add_up(room, trees, window, where, blocks, start, divisor, out):  # type: ignore[no-untyped-def]
    """Sums of the leaves' values over trees, by cell.

    Parameters
    ----------
    room : Room
        To work in.
    trees : Ensemble
        The trees.
    window : Window
        The layers.
    where : numpy.ndarray of bool and shape (rows, columns)
        Cells of the window that are asked for; the others stay as they are.
    blocks : Blocks
        How cells make tiles.
    start, divisor : numpy.ndarray of float64 and shape (outputs,), float
        What is there before any tree, and what sums are divided by.
    out : numpy.ndarray of float64 and shape (outputs, rows, columns)
        The result.

    Returns
    -------
    int
        Bits FOUND_MISSING and FOUND_INFINITE.
    """
    tile, sums, found = room.tile, room.sums, 0
    height, width = blocks.height * (LANES // blocks.across), blocks.width * blocks.across
    for top in range(0, where.shape[0], height):
        for left in range(0, where.shape[1], width):
            found |= load(tile, window, where, top, left, blocks)
            if alive_blocks(tile.live) != _NONE:
                _begin(sums.values, start, 1)
                walk_sums(trees, tile, alive_blocks(tile.live), room.waiting, sums)
                _give(sums.values, tile.live, top, left, blocks, divisor, 1, out)
    return found


@njit(nogil=True, cache=True, error_model="numpy")
def add_moments(room, trees, window, where, blocks, start, divisor, out):  # type: ignore[no-untyped-def]
    """Mean and spread over trees, by cell.

    Parameters
    ----------
    room, trees, window, where, blocks, start, divisor
        As of :func:`add_up`.
    out : numpy.ndarray of float64 and shape (2 * outputs, rows, columns)
        Mean and standard deviation of each output in turn.
    """
    tile, sums, found = room.tile, room.sums, 0
    height, width = blocks.height * (LANES // blocks.across), blocks.width * blocks.across
    for top in range(0, where.shape[0], height):
        for left in range(0, where.shape[1], width):
            found |= load(tile, window, where, top, left, blocks)
            if alive_blocks(tile.live) != _NONE:
                _begin(sums.values, start, 4)
                walk_moments(trees, tile, alive_blocks(tile.live), room.waiting, sums)
                _give(sums.values, tile.live, top, left, blocks, divisor, 4, out)
    return found


@piece
def alive_blocks(live):  # type: ignore[no-untyped-def]
    """Word of the blocks that have a cell asked for."""
    word = _NONE
    for z in range(LANES):
        if live[z] != _NONE:
            word |= _ONE << np.uint64(z)
    return word


@piece
def _begin(values, start, rows):  # type: ignore[no-untyped-def]
    values[:] = 0.0
    for k in range(len(start)):
        values[k * rows * CELLS : (k * rows + 1) * CELLS] = start[k]


@piece
def _give(values, live, top, left, blocks, divisor, rows, out):  # type: ignore[no-untyped-def]
    """Put the results of a tile where its cells lie in the window."""
    width = blocks.width
    for output in range(len(values) // (rows * CELLS)):
        z, at = 0, output * rows * CELLS
        for y in range(top, top + blocks.height * (LANES // blocks.across), blocks.height):
            for x in range(left, left + width * blocks.across, width):
                for i in range(LANES):
                    if not (live[z] >> np.uint64(i)) & _ONE:
                        continue
                    row, column = y + i // width, x + i % width
                    mean = values[at + i] / divisor
                    if rows == 1:
                        out[output, row, column] = mean
                    else:
                        out[2 * output, row, column] = mean
                        out[2 * output + 1, row, column] = _deviation(values, at + i, divisor)
                z += 1
                at += LANES


@piece
def _deviation(values, at, size):  # type: ignore[no-untyped-def]
    """Standard deviation from sums of differences and of their squares."""
    shifted, squares = values[at + 2 * CELLS], values[at + 3 * CELLS]
    return np.sqrt(max((squares - shifted * shifted / size) / size, 0.0))


@njit(nogil=True, cache=True, error_model="numpy")
def distribute(room, trees, window, where, blocks, shares, out):  # type: ignore[no-untyped-def]
    """Ranks at which the weights of a cell's leaves reach shares of their total.

    Parameters
    ----------
    room, trees, window, where, blocks
        As of :func:`add_up`. Output k of a leaf is the weight of the k-th smallest target. The
        sums of the room are zero.
    shares : numpy.ndarray of float64 and shape (m,)
        Shares of all weight, which is the number of trees.
    out : numpy.ndarray of int32 and shape (m, rows, columns)
        For each share the number of targets whose cumulated weight is less.
    """
    tile, waiting, found = room.tile, room.waiting, 0
    values, span = room.sums.values, room.sums.span
    height, width = blocks.height * (LANES // blocks.across), blocks.width * blocks.across
    group = ~_NONE >> np.uint64(LANES - span)
    for top in range(0, where.shape[0], height):
        for left in range(0, where.shape[1], width):
            found |= load(tile, window, where, top, left, blocks)
            for begin in range(0, LANES, span):
                alive = alive_blocks(tile.live) & (group << np.uint64(begin))
                if alive == _NONE:
                    continue
                sums = Sums(values, span, begin)
                walk_sums(trees, tile, alive, waiting, sums)
                for z in range(begin, begin + span):
                    y = top + (z // blocks.across) * blocks.height
                    x = left + (z % blocks.across) * blocks.width
                    at = (z - begin) * LANES
                    _ranks(values, at, span * LANES, tile.live[z], shares, y, x, blocks.width, out)
    return found


@piece
def _ranks(values, at, stride, live, shares, y, x, width, out):  # type: ignore[no-untyped-def]
    """Ranks of a block's cells; the sums are zero again afterwards."""
    total = np.zeros(LANES)
    below = np.zeros((len(shares), LANES), np.int32)
    for start in range(at, len(values), stride):
        for i in range(LANES):
            total[i] += values[start + i]
            values[start + i] = 0.0
        for k in range(len(shares)):
            for i in range(LANES):
                below[k, i] += total[i] < shares[k]
    for k in range(len(shares)):
        for i in range(LANES):
            if (live >> np.uint64(i)) & _ONE:
                out[k, y + i // width, x + i % width] = below[k, i]
