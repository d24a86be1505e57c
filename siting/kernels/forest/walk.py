"""Each tree walked once for all cells of a tile.

The walk goes down a tree with the set of blocks that some cell of is at a node (one word), and for
each block the set of its cells there (a word each). Where a threshold lies outside a block's range,
the whole block goes one way by one comparison for all blocks; only a mixed block compares its
cells. Smooth layers meet few nodes, and noise still compares 64 cells at a time.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siting.kernels.forest.lanes import add, add_difference, count, greater, lowest, piece, pointer
from siting.kernels.forest.tiles import LANES, WORDS

# Nodes in preorder: the left child is next, the right one is node `next`. Feature numbers are the
# rows of a tile; at a leaf `feature` is -1 - how many entries it has, `next` the first of them. A
# category is asked for with `threshold` as the number of the set of those that go left.
NODE = np.dtype([("threshold", "i4"), ("feature", "i4"), ("next", "i4")], align=True)
ENTRY = np.dtype([("value", "f8"), ("output", "i4")], align=True)
FEW = 4  # cells up to which they are added one by one
_NONE, _ONE = np.uint64(0), np.uint64(1)


class Ensemble(NamedTuple):
    """Trees as the kernel reads them.

    Parameters
    ----------
    nodes : numpy.ndarray of NODE
        All trees, one after the other.
    roots : numpy.ndarray of int32 and shape (trees,)
        First node of each.
    entries : numpy.ndarray of ENTRY
        What leaves add to which output.
    sets : numpy.ndarray of uint64 and shape (sets, 4)
        Categories that go left.
    categorical : int
        Feature numbers from here on ask for a category.
    depth : int
        Right children that can wait at once.
    """

    nodes: NDArray[np.void]
    roots: NDArray[np.int32]
    entries: NDArray[np.void]
    sets: NDArray[np.uint64]
    categorical: int
    depth: int


class Waiting(NamedTuple):
    """Right children not yet walked: node, blocks, those of them that the left one shares.

    Only of shared blocks the cells are kept, in words: those of the others stay as they are.
    """

    node: NDArray[np.int32]
    blocks: NDArray[np.uint64]
    split: NDArray[np.uint64]
    words: NDArray[np.uint64]
    cells: NDArray[np.uint64]  # cells of each block at the node that is walked


class Sums(NamedTuple):
    """Where leaves add: (output, block, cell) of the blocks from ``first`` on."""

    values: NDArray[np.float64]
    span: int  # how many blocks
    first: int


def empty_waiting(depth: int) -> Waiting:
    """Room for so many right children."""
    size = depth + 2
    return Waiting(
        np.empty(size, np.int32),
        np.empty(size, np.uint64),
        np.empty(size, np.uint64),
        np.empty(LANES * (size + 1), np.uint64),
        np.empty(LANES, np.uint64),
    )


@piece
def _sides(present, row, sets, number, alive):  # type: ignore[no-untyped-def]
    """Blocks with a category that goes left, and blocks with one that goes right."""
    left, right = _NONE, _NONE
    while alive != _NONE:
        z = lowest(alive)
        alive &= alive - _ONE
        for word in range(WORDS):
            held = present[(row + z) * WORDS + word]
            bit = _ONE << np.uint64(z)
            left |= bit if held & sets[number, word] else _NONE
            right |= bit if held & ~sets[number, word] else _NONE
    return left, right


@piece
def _outside(keys, start, sets, number):  # type: ignore[no-untyped-def]
    """Word of the cells of a block whose category is not in a set."""
    word = _NONE
    for i in range(LANES):
        code = keys[start + i]
        inside = (sets[number, code >> 6] >> np.uint64(code & 63)) & _ONE
        word |= (inside ^ _ONE) << np.uint64(i)
    return word


@piece
def _divide(keys, start, limit, mixed, cells, words, top):  # type: ignore[no-untyped-def]
    """Leave blocks those cells that go left; of those with some, put the others to the words.

    Gives the blocks with cells that go left and right, and where the words end.
    """
    left, right = _NONE, _NONE
    while mixed != _NONE:  # no branches but the loop's: none of them could be foreseen
        z = lowest(mixed)
        mixed &= mixed - _ONE
        beyond = greater(keys, start + z * LANES, limit) & cells[z]
        some, others = np.uint64(beyond != _NONE), np.uint64(beyond != cells[z])
        right |= some << np.uint64(z)
        left |= others << np.uint64(z)
        words[top] = beyond
        top += np.int64(some & others)
        cells[z] ^= beyond & (_NONE - (some & others))
    return left, right, top


@piece
def _divide_categories(keys, start, sets, number, mixed, cells, words, top):  # type: ignore[no-untyped-def]
    """The same, by whether the category is in a set."""
    left, right = _NONE, _NONE
    while mixed != _NONE:
        z = lowest(mixed)
        bit = mixed & (_NONE - mixed)
        mixed ^= bit
        beyond = _outside(keys, start + z * LANES, sets, number) & cells[z]
        if beyond != _NONE:
            right |= bit
        if beyond != cells[z]:
            left |= bit
            if beyond != _NONE:
                words[top] = beyond
                top += 1
                cells[z] ^= beyond
    return left, right, top


@piece
def _restore(cells, words, blocks, start):  # type: ignore[no-untyped-def]
    """Cells of the blocks that went both ways, from where they were put."""
    while blocks != _NONE:
        cells[lowest(blocks)] = words[start]
        blocks &= blocks - _ONE
        start += 1


@piece
def _add_sum(values, start, stride, cells, value, number):  # type: ignore[no-untyped-def]
    if count(cells) > FEW:
        add(values, start, cells, value)
    else:
        while cells != _NONE:
            values[start + lowest(cells)] += value
            cells &= cells - _ONE


@piece
def _add_moments(values, start, stride, cells, value, number):  # type: ignore[no-untyped-def]
    """Sum; what the first tree gives; sums of differences from that, and of their squares."""
    _add_sum(values, start, stride, cells, value, number)
    if number == 0:
        add(values, start + stride, cells, value)
    elif count(cells) > FEW:
        add_difference(values, start + 2 * stride, cells, value, start + stride, stride)
    else:
        while cells != _NONE:
            at = start + lowest(cells)
            cells &= cells - _ONE
            term = value - values[at + stride]
            values[at + 2 * stride] += term
            values[at + 3 * stride] += term * term


def walker(add_to: Any, rows_of: int) -> Any:
    """A walk of all trees in their order: sums are then those of scikit-learn to the last bit.

    Parameters
    ----------
    add_to : compiled function
        ``add_to(values, start, stride, cells, value, number)`` adds what a leaf of tree `number`
        gives to those of 64 cells that are set in a word.
    rows_of : int
        Rows of sums that it keeps of each output.
    """

    @piece
    def walk_all(trees, tile, everywhere, waiting, sums):  # type: ignore[no-untyped-def]
        # Where arrays begin: an array would be counted in and out at every leaf.
        keys, least, most = pointer(tile.keys), pointer(tile.least), pointer(tile.most)
        cells, words, values = pointer(waiting.cells), pointer(waiting.words), pointer(sums.values)
        nodes, entries, rows, live = trees.nodes, trees.entries, tile.row, tile.live
        node_of, right_of, split_of = waiting.node, waiting.blocks, waiting.split
        stride, begin = sums.span * LANES, sums.first * LANES
        for number in range(len(trees.roots)):
            node, depth, top = np.int64(trees.roots[number]), np.int64(0), np.int64(0)
            alive = everywhere
            for z in range(LANES):
                cells[z] = live[z]
            while True:
                here = nodes[node]
                if here.feature < 0:
                    for place in range(here.next, here.next - 1 - np.int64(here.feature)):
                        start = np.int64(entries[place].output) * rows_of * stride - begin
                        value, blocks = entries[place].value, alive
                        while blocks != _NONE:
                            z = lowest(blocks)
                            blocks &= blocks - _ONE
                            add_to(values, start + z * LANES, stride, cells[z], value, number)
                    if depth == 0:
                        break
                    depth -= 1
                    node, alive, blocks = np.int64(node_of[depth]), right_of[depth], split_of[depth]
                    top -= count(blocks)
                    _restore(cells, words, blocks, top)
                    continue
                row, limit = np.int64(rows[here.feature]) * LANES, here.threshold
                category = here.feature >= trees.categorical
                left, right = alive, alive
                if alive & (alive - _ONE) != _NONE:  # of one block, cells are compared at once
                    if category:
                        left, right = _sides(tile.present, row, trees.sets, limit, alive)
                    else:
                        right = greater(most, row, limit) & alive
                        left = ~greater(least, row, limit) & alive
                mixed = left & right
                left, right = left ^ mixed, right ^ mixed
                if category:
                    some, others, top = _divide_categories(
                        keys, row * LANES, trees.sets, limit, mixed, cells, words, top
                    )
                else:
                    some, others, top = _divide(keys, row * LANES, limit, mixed, cells, words, top)
                left, right = left | some, right | others
                if right == _NONE:
                    node += 1
                elif left == _NONE:
                    node = np.int64(here.next)
                else:
                    node_of[depth], right_of[depth] = here.next, right
                    split_of[depth] = left & right
                    depth, node, alive = depth + 1, node + 1, left

    return walk_all


walk_sums = walker(_add_sum, 1)
walk_moments = walker(_add_moments, 4)
