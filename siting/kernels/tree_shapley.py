"""Exact Shapley values of sums of decision trees against a sample of ordinary places."""

import math
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST_FEATURES = 63  # bits of a whole number that tell the features of a path
IDENTITY, LOGISTIC = 0, 1
# A margin that differs by less is taken for equal: the slope of the logistic curve stands in.
_EQUAL = 1e-9


class Trees(NamedTuple):
    """A score that is a sum of trees, or the logistic function of one.

    Parameters
    ----------
    feature : numpy.ndarray of shape (nodes,)
        Column that a node asks for; -1 at a leaf.
    threshold : numpy.ndarray of shape (nodes,)
        Rows with at most this go to the left.
    left, right : numpy.ndarray of shape (nodes,)
        Nodes below, counted over all trees.
    value : numpy.ndarray of shape (nodes,)
        What a leaf adds.
    roots : numpy.ndarray of shape (trees,)
        First node of each tree.
    start : float
        What is there before any tree.
    link : int
        IDENTITY or LOGISTIC: from the sum to the score.
    single : bool
        Whether values are rounded to single precision before they are compared.
    """

    feature: NDArray[np.int64]
    threshold: Floats
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: Floats
    roots: NDArray[np.int64]
    start: float
    link: int
    single: bool


def tree_shapley(trees: Trees, X: Floats, background: Floats) -> tuple[float, Floats]:
    """Mean score of the background, and what each feature adds to it at each place.

    Parameters
    ----------
    trees : Trees
        The score; at most 63 features.
    X : numpy.ndarray of shape (n, features)
        Places.
    background : numpy.ndarray of shape (m, features)
        Ordinary places, each as likely as any other.

    Returns
    -------
    base : float
        Mean score of the background.
    parts : numpy.ndarray of shape (n, features)
        They add up to score - base.

    Notes
    -----
    For one place and one ordinary place, a leaf is reached by the coalitions that hold all the
    features P on whose account the path follows the place, and none of the features Q on whose
    account it follows the ordinary one. The Shapley value of such a game is
    v (p-1)! q! / (p+q)! for a feature of P and -v p! (q-1)! / (p+q)! for one of Q; sums over
    leaves, trees and ordinary places are exact. With a logistic link they are so for the
    log-odds, and each pair's parts are scaled by its (difference of scores) / (difference of
    log-odds), so that they add up in the unit of the score.

    References
    ----------
    Lundberg et al. (2020), From local explanations to global understanding with explainable AI
    for trees, Nature Machine Intelligence 2, 56-67 (interventional values). Chen, Lundberg &
    Lee (2022), Explaining a series of models by propagating Shapley values, Nature
    Communications 13, 4512 (scaling through a link).

    Examples
    --------
    One tree: 1 where the first feature is above 0.5, else 0; half of the background is.

    >>> stump = Trees(*(np.array(each) for each in ([0, -1, -1], [0.5, 0, 0], [1, 0, 0],
    ...               [2, 0, 0], [0.0, 0.0, 1.0], [0])), 0.0, IDENTITY, False)
    >>> base, parts = tree_shapley(stump, np.array([[1.0, 9.0]]), np.array([[0.0, 1], [1.0, 2]]))
    >>> base, parts.tolist()
    (0.5, [[0.5, 0.0]])
    """
    count = X.shape[1]
    if count > MOST_FEATURES:
        raise ValueError(f"at most {MOST_FEATURES} features, not {count}")
    weights = np.zeros((count + 1, count + 1))
    for p in range(1, count + 1):
        for q in range(count + 1 - p):
            weights[p, q] = math.factorial(p - 1) * math.factorial(q) / math.factorial(p + q)
    X, background = _seen(trees, X), _seen(trees, background)
    ordinary = _margins(trees, background)
    parts = _all_parts(trees, weights, X, _margins(trees, X), background, ordinary)
    return float(np.mean(linked(ordinary, trees.link))), parts


def tree_scores(trees: Trees, X: Floats) -> Floats:
    """Score of each row of shape (n, features), as the estimator itself gives it."""
    return linked(_margins(trees, _seen(trees, X)), trees.link)


def _seen(trees: Trees, X: Floats) -> Floats:
    """Values as the trees compare them."""
    rounded = X.astype(np.float32) if trees.single else X
    return np.ascontiguousarray(rounded, dtype=np.float64)


def linked(margin: Floats, link: int) -> Floats:
    """From sums to scores.

    Examples
    --------
    >>> linked(np.array([0.0, 2.0]), LOGISTIC).round(4).tolist()
    [0.5, 0.8808]
    """
    return margin if link == IDENTITY else np.asarray(1 / (1 + np.exp(-margin)))


def scaling(score: float, ordinary: float, link: int) -> float:
    """What parts of a difference of sums are multiplied by to be parts of one of scores.

    Examples
    --------
    >>> scaling(2.0, 2.0, IDENTITY), scaling(0.0, 0.0, LOGISTIC), round(scaling(2, 0, LOGISTIC), 4)
    (1.0, 0.25, 0.1904)
    """
    return float(_scaling(float(score), float(ordinary), link))


@numba.njit(cache=True, nogil=True)
def _scaling(score, ordinary, link):  # type: ignore[no-untyped-def]
    if link == 0:
        return 1.0
    high = 1 / (1 + math.exp(-score))
    if abs(score - ordinary) < _EQUAL:
        return high * (1 - high)
    return (high - 1 / (1 + math.exp(-ordinary))) / (score - ordinary)


@numba.njit(cache=True, nogil=True)
def _margins(trees, X):  # type: ignore[no-untyped-def]
    out = np.full(len(X), trees.start)
    for row in range(len(X)):
        for root in trees.roots:
            node = root
            while trees.feature[node] >= 0:
                below = X[row, trees.feature[node]] <= trees.threshold[node]
                node = trees.left[node] if below else trees.right[node]
            out[row] += trees.value[node]
    return out


@numba.njit(cache=True, nogil=True)
def _all_parts(trees, weights, X, margin, background, ordinary):  # type: ignore[no-untyped-def]
    out = np.zeros(X.shape)
    stack = np.empty((len(trees.feature) + 1, 3), dtype=np.int64)
    pair = np.empty(X.shape[1])
    for row in range(len(X)):
        for other in range(len(background)):
            pair[:] = 0.0
            for root in trees.roots:
                _add_tree(trees, weights, root, X[row], background[other], stack, pair)
            out[row] += pair * _scaling(margin[row], ordinary[other], trees.link)
    return out / len(background)


@numba.njit(cache=True, nogil=True)
def _add_tree(trees, weights, root, x, b, stack, out):  # type: ignore[no-untyped-def]
    """Add one tree's parts for one pair; a path that splits leaves its other half on the stack."""
    stack[0, 0], stack[0, 1], stack[0, 2] = root, 0, 0
    waiting = 1
    while waiting:
        waiting -= 1
        node, ours, theirs = stack[waiting, 0], stack[waiting, 1], stack[waiting, 2]
        while trees.feature[node] >= 0:
            feature = trees.feature[node]
            bit = np.int64(1) << feature
            x_left = x[feature] <= trees.threshold[node]
            b_left = b[feature] <= trees.threshold[node]
            follow = x_left
            if x_left != b_left:
                if theirs & bit:
                    follow = b_left
                elif not ours & bit:
                    stack[waiting, 0] = trees.left[node] if b_left else trees.right[node]
                    stack[waiting, 1], stack[waiting, 2] = ours, theirs | bit
                    waiting += 1
                    ours |= bit
            node = trees.left[node] if follow else trees.right[node]
        _add_leaf(weights, trees.value[node], ours, theirs, out)


@numba.njit(cache=True, nogil=True)
def _add_leaf(weights, value, ours, theirs, out):  # type: ignore[no-untyped-def]
    p, q = 0, 0
    for feature in range(len(out)):
        p += (ours >> feature) & 1
        q += (theirs >> feature) & 1
    for feature in range(len(out)):
        if (ours >> feature) & 1:
            out[feature] += value * weights[p, q]
        elif (theirs >> feature) & 1:
            out[feature] -= value * weights[q, p]
