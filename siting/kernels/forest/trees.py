"""Fitted trees of scikit-learn as arrays: how they branch, and what their leaves add."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from siting.kernels.forest.walk import ENTRY, NODE, Ensemble

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_MAGNITUDE = np.int32(0x7FFFFFFF)


class Branches(NamedTuple):
    """Nodes of trees as scikit-learn numbers them; in many trees, of one after the other.

    Parameters
    ----------
    left, right : numpy.ndarray of int64 and shape (nodes,)
        Children; -1 at a leaf.
    feature : numpy.ndarray of int64 and shape (nodes,)
        What a node asks for; any number at a leaf.
    threshold : numpy.ndarray of float64 and shape (nodes,)
        Cells with at most this go left.
    missing_left : numpy.ndarray of bool and shape (nodes,)
        Whether cells without a value go left.
    category : numpy.ndarray of int64 and shape (nodes,)
        Number of the set of categories that go left, -1 where numbers are compared.
    """

    left: Integers
    right: Integers
    feature: Integers
    threshold: Floats
    missing_left: NDArray[np.bool_]
    category: Integers


@dataclass(frozen=True)
class Trees:
    """Trees in preorder, as the kernel walks them.

    Attributes
    ----------
    nodes : numpy.ndarray of NODE
        A leaf has feature -1 and, as `next`, its number among all leaves.
    thresholds : numpy.ndarray of float64 and shape (nodes,)
        As they were learned.
    roots : numpy.ndarray of int32 and shape (trees,)
        First node of each tree.
    leaf : numpy.ndarray of int64 and shape (original nodes,)
        Number of the leaf that an original node is, -1 for none.
    sets : numpy.ndarray of uint64 and shape (sets, 4)
        Categories that go left.
    features : int
        How many there are.
    depth : int
        Right children that can wait at once.
    """

    nodes: NDArray[np.void]
    thresholds: Floats
    roots: NDArray[np.int32]
    leaf: Integers
    sets: NDArray[np.uint64]
    features: int
    depth: int


def joined(parts: Sequence[Branches]) -> tuple[Branches, Integers]:
    """Branches of several trees in one, with children counted over all, and their roots."""
    sizes = np.array([len(each.left) for each in parts])
    roots = np.cumsum(sizes) - sizes
    all_of = Branches(*(np.concatenate(each) for each in zip(*parts, strict=True)))
    moved = roots.repeat(sizes)
    inner = all_of.left >= 0
    return all_of._replace(
        left=np.where(inner, all_of.left + moved, -1),
        right=np.where(inner, all_of.right + moved, -1),
    ), roots


def in_preorder(
    branches: Branches, roots: Integers, features: int, sets: NDArray[np.uint64]
) -> Trees:
    """Trees for the kernel, out of those of scikit-learn.

    Parameters
    ----------
    branches : Branches
        All trees.
    roots : numpy.ndarray of int64 and shape (trees,)
        Their first nodes.
    features : int
        How many features there are.
    sets : numpy.ndarray of uint64 and shape (sets, 4)
        Sets of categories.
    """
    order, place, depth = _preorder(branches.left, branches.right, roots)
    left, right, feature, threshold, missing_left, category = (each[order] for each in branches)
    leaf = left < 0
    nodes = np.zeros(len(order), NODE)
    numeric = 2 * feature + ~missing_left
    nodes["feature"] = np.where(leaf, -1, np.where(category < 0, numeric, 2 * features + feature))
    nodes["threshold"] = np.where(category < 0, to_keys(round_down(threshold)), category)
    nodes["next"] = np.where(leaf, np.cumsum(leaf) - 1, place[np.where(leaf, 0, right)])
    number = np.full(len(order), -1)
    number[order[leaf]] = np.arange(leaf.sum())
    return Trees(nodes, threshold, place[roots].astype(np.int32), number, sets, features, depth)


@njit(cache=True)
def _preorder(left, right, roots):  # type: ignore[no-untyped-def]
    """Nodes in the order of walking, the place of each in it, most right children waiting."""
    order, place = np.empty(len(left), np.int64), np.empty(len(left), np.int64)
    stack = np.empty(len(left) + 1, np.int64)
    number, deepest = 0, 1
    for root in roots:
        stack[0], waiting = root, 1
        while waiting:
            waiting -= 1
            node = stack[waiting]
            order[number], place[node] = node, number
            number += 1
            if left[node] >= 0:
                stack[waiting], stack[waiting + 1] = right[node], left[node]
                waiting += 2
                deepest = max(deepest, waiting)
    return order, place, deepest


def round_down(threshold: Floats) -> NDArray[np.float32]:
    """Largest float32 that is not above a float64: a float32 is at most both, or neither.

    Examples
    --------
    >>> bool(round_down(np.array([0.1]))[0] <= 0.1)
    True
    """
    with np.errstate(over="ignore"):
        rounded = threshold.astype(np.float32)
    above = rounded.astype(np.float64) > threshold
    rounded[above] = np.nextafter(rounded[above], np.float32(-np.inf))
    return rounded + np.float32(0)  # -0.0 becomes 0.0


def to_keys(values: NDArray[np.float32]) -> NDArray[np.int32]:
    """Whole numbers in the same order as values of float32.

    Examples
    --------
    >>> bool((np.diff(to_keys(np.array([-2, -1, 0, 1, 2], dtype="f4"))) > 0).all())
    True
    """
    bits = np.ascontiguousarray(values).view(np.int32)
    keys: NDArray[np.int32] = bits ^ ((bits >> 31) & _MAGNITUDE)
    return keys


@dataclass(frozen=True)
class LeafValues:
    """What each leaf adds to which output.

    Attributes
    ----------
    first : numpy.ndarray of int64 and shape (leaves + 1,)
        Where a leaf's entries begin; the next leaf's beginning is their end.
    output : numpy.ndarray of int64 and shape (entries,)
        Output that an entry belongs to.
    value : numpy.ndarray of float64 and shape (entries,)
        What is added.
    outputs : int
        How many there are.
    """

    first: Integers
    output: Integers
    value: Floats
    outputs: int

    @classmethod
    def of(
        cls, leaf: Integers, output: Integers, value: Floats, leaves: int, outputs: int
    ) -> "LeafValues":
        """From entries in any order; those of a leaf keep theirs."""
        order = np.argsort(leaf, kind="stable")
        first = np.zeros(leaves + 1, dtype=np.int64)
        np.cumsum(np.bincount(leaf, minlength=leaves), out=first[1:])
        return cls(first, output[order], value[order], outputs)

    def leaf(self) -> Integers:
        """Leaf of each entry."""
        return np.arange(len(self.first) - 1).repeat(np.diff(self.first))

    def only(self, output: int) -> "LeafValues":
        """Entries of one output, which becomes output 0."""
        chosen = self.output == output
        leaf, value = self.leaf()[chosen], self.value[chosen]
        return self.of(leaf, np.zeros(len(leaf), np.int64), value, len(self.first) - 1, 1)

    def filled(self) -> "LeafValues":
        """An entry for every output at every leaf, zeros included."""
        leaves = len(self.first) - 1
        dense = np.zeros((leaves, self.outputs))
        dense[self.leaf(), self.output] = self.value
        first = np.arange(leaves + 1) * self.outputs
        return LeafValues(
            first, np.tile(np.arange(self.outputs), leaves), dense.ravel(), self.outputs
        )


def ensemble(
    trees: Trees, values: LeafValues, thresholds: NDArray[np.int32] | None = None
) -> Ensemble:
    """Trees with what their leaves add, for the kernel.

    Parameters
    ----------
    trees : Trees
        The trees.
    values : LeafValues
        What their leaves add.
    thresholds : numpy.ndarray of int32 and shape (nodes,), optional
        In place of those of the nodes.
    """
    size = np.diff(values.first)
    ones = np.zeros(values.outputs, ENTRY)  # what pure leaves add: few numbers stay at hand
    ones["value"], ones["output"] = 1.0, np.arange(values.outputs)
    entries = np.zeros(len(values.value), ENTRY)
    entries["value"], entries["output"] = values.value, values.output
    place = values.first[:-1] + len(ones)
    single = np.flatnonzero(size == 1)
    pure = single[values.value[values.first[single]] == 1.0]
    place[pure] = values.output[values.first[pure]]
    nodes = trees.nodes.copy()
    leaf = nodes["feature"] < 0
    nodes["feature"][leaf], nodes["next"][leaf] = -1 - size, place
    if thresholds is not None:
        nodes["threshold"] = thresholds
    categorical, depth = 2 * trees.features, trees.depth
    return Ensemble(
        nodes, trees.roots, np.concatenate([ones, entries]), trees.sets, categorical, depth
    )


def branches_of(tree: Any) -> Branches:
    """Branches of a fitted tree of scikit-learn's ``tree`` module."""
    left = tree.children_left.astype(np.int64)
    return Branches(
        left,
        tree.children_right.astype(np.int64),
        tree.feature.astype(np.int64),
        tree.threshold,
        tree.missing_go_to_left.astype(bool),
        np.full(len(left), -1),
    )
