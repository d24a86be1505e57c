"""Counts of known places by class of evidence, weights from counts, and sums of looked-up weights.

A class is a whole number: 0 where the evidence is missing, then 1, 2, ... upwards.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
DENSE = 1 << 20  # combinations of classes that are counted in one table; more are sorted
BLOCK = 1 << 14  # rows whose classes are held in the processor's cache
ROWS = 1 << 18  # rows whose classes are held at once where combinations are sorted


class Classes(NamedTuple):
    """How numbers become classes: for each feature its breaks, or its categories as they are.

    A number belongs to the class that begins at the greatest break at or below it. A category
    that is not among those of the feature is missing.
    """

    edges: Floats
    offset: Integers
    categorical: NDArray[np.bool_]

    @property
    def sizes(self) -> Integers:
        """Number of classes of each feature, the missing one counted."""
        return np.asarray(np.diff(self.offset) + np.where(self.categorical, 1, 2))


class Weights(NamedTuple):
    """Weights of one pattern or of several, with their variances [1]."""

    positive: Floats
    negative: Floats
    positive_variance: Floats
    negative_variance: Floats

    @property
    def contrast(self) -> Floats:
        """C = W⁺ - W⁻."""
        return self.positive - self.negative

    @property
    def contrast_sd(self) -> Floats:
        """Standard deviation of C."""
        return np.sqrt(self.positive_variance + self.negative_variance)


def classes(edges: Sequence[Floats], categorical: Sequence[bool]) -> Classes:
    """Classes of several features in the form that the kernels read.

    Parameters
    ----------
    edges : sequence of arrays
        Ascending breaks, or categories, of each feature.
    categorical : sequence of bool
        Which features have categories.
    """
    lengths = [len(each) for each in edges]
    flat = np.concatenate([*edges, np.zeros(0)]).astype(np.float64)
    return Classes(flat, np.cumsum([0, *lengths]), np.array(categorical, dtype=bool))


def weights_of_evidence(
    inside: Floats, positives: Floats, cells: Floats, others: Floats, smoothing: float = 0.0
) -> Weights:
    """Weights of patterns from four counts: known places and other cells, in each and in all.

    Parameters
    ----------
    inside, positives : array-like
        Known places within the pattern, and in all.
    cells, others : array-like
        Cells without a known place within the pattern, and in all.
    smoothing : float
        Added to each of the four counts A, B, C, D.

    Returns
    -------
    Weights
        Not finite where a count is 0 and nothing is added.

    Notes
    -----
    With A known places inside and B outside, C other cells inside and D outside,
    W⁺ = ln[A/(A + B) / (C/(C + D))], W⁻ = ln[B/(A + B) / (D/(C + D))],
    s²(W⁺) = 1/A + 1/C, s²(W⁻) = 1/B + 1/D.

    References
    ----------
    Bonham-Carter (1994), Geographic information systems for geoscientists, chapter 9.

    Examples
    --------
    >>> found = weights_of_evidence(4, 6, 16, 94)
    >>> round(float(found.positive), 6), round(float(found.negative), 6)
    (1.365241, -0.912026)
    """
    a, c = np.asarray(inside) + smoothing, np.asarray(cells) + smoothing
    b, d = (
        np.asarray(positives) - inside + smoothing,
        np.asarray(others) - cells + smoothing,
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return Weights(
            np.log(a / (a + b)) - np.log(c / (c + d)),
            np.log(b / (a + b)) - np.log(d / (c + d)),
            1 / a + 1 / c,
            1 / b + 1 / d,
        )


def conditions(
    X: NDArray[Any], positive: NDArray[np.bool_], weight: Floats, found: Classes
) -> tuple[Integers, Floats]:
    """Combinations of classes that occur, and how many other cells and known places have each.

    Parameters
    ----------
    X : array of shape (n, features)
        Evidence; NaN where it is missing.
    positive : array of bool of shape (n,)
        Known places.
    weight : array of shape (n,)
        What each row counts.
    found : Classes
        The classes.

    Returns
    -------
    combinations : array of shape (k, features)
        Class of each feature.
    totals : array of shape (2, k)
        Sums of the weights of other cells and of known places.
    """
    sizes = found.sizes
    if np.prod(sizes, dtype=float) > DENSE:
        return _sorted_conditions(X, positive, weight, found)
    stride = np.concatenate([np.cumprod(sizes[:0:-1])[::-1], [1]]).astype(np.int64)
    totals = np.zeros((2, int(np.prod(sizes))))
    for part in _blocks(len(X)):
        number = _classified(X[part], found)
        _count(number, np.array(positive[part]), np.array(weight[part]), stride, totals)
    occurring = np.flatnonzero(totals.any(axis=0))
    return np.stack(np.unravel_index(occurring, sizes), axis=1), totals[:, occurring]


def _blocks(rows: int) -> Iterator[slice]:
    return (slice(start, start + BLOCK) for start in range(0, rows, BLOCK))


def _classified(X: NDArray[Any], found: Classes) -> NDArray[np.int32]:
    """Classes of some rows, a feature to a row of the result.

    The copy is what the kernel reads: of one type and order whatever comes in, so that it is
    compiled once, and with each column in one piece.
    """
    number = np.empty(X.T.shape, dtype=np.int32)
    _classify(np.array(X, dtype=np.float64, order="F"), *found, number)
    return number


@numba.njit(nogil=True, cache=True)
def _class(column: Any, edges: Any, categorical: Any, number: Any) -> None:
    """Class of each number of a column. Edges are few: comparing with all of them is fastest."""
    number[:] = 0
    for edge in edges:
        for row in range(len(column)):
            number[row] += column[row] >= edge  # never of NaN
    for row in range(len(column)):
        x, below = column[row], number[row]
        if categorical:
            number[row] = below if below > 0 and edges[below - 1] == x else 0
        else:
            number[row] = below + 1 if x == x else 0


@numba.njit(nogil=True, cache=True)
def _classify(X: Any, edges: Any, offset: Any, kind: Any, number: Any) -> None:
    for f in range(X.shape[1]):
        _class(X[:, f], edges[offset[f] : offset[f + 1]], kind[f], number[f])


@numba.njit(nogil=True, cache=True)
def _count(number: Any, positive: Any, weight: Any, stride: Any, totals: Any) -> None:
    for row in range(len(weight)):
        code = 0
        for f in range(len(stride)):
            code += stride[f] * number[f, row]
        totals[1 if positive[row] else 0, code] += weight[row]


def _sorted_conditions(
    X: NDArray[Any], positive: NDArray[np.bool_], weight: Floats, found: Classes
) -> tuple[Integers, Floats]:
    """Combinations of many features: those of each part of the rows, then of all parts."""
    parts = []
    for start in range(0, len(X), ROWS):
        part = slice(start, start + ROWS)
        sums = np.stack([weight[part] * ~positive[part], weight[part] * positive[part]])
        parts.append(_merged(_classified(X[part], found).T, sums))
    rows = np.concatenate([each for each, _ in parts])
    unique, totals = _merged(rows, np.concatenate([sums for _, sums in parts], axis=1))
    occurring = totals.any(axis=0)  # with weight
    return unique[occurring], totals[:, occurring]


def _merged(rows: NDArray[Any], totals: Floats) -> tuple[Integers, Floats]:
    """Rows without repetition, with the sums of their totals."""
    unique, number = np.unique(rows, axis=0, return_inverse=True)
    sums = [np.bincount(number.ravel(), each, len(unique)) for each in totals]
    return unique.astype(np.int64), np.stack(sums)


def looked_up(X: NDArray[Any], found: Classes, tables: Sequence[Floats]) -> Floats:
    """Sum over the features of what a table has for the class of each.

    Parameters
    ----------
    X : array of shape (n, features)
        Evidence.
    found : Classes
        The classes.
    tables : sequence of arrays
        For each feature a value of each of its classes, the missing one first.

    Examples
    --------
    >>> found = classes([np.array([10.0])], [False])
    >>> looked_up(np.array([[9.0], [10.0], [np.nan]]), found, [np.array([0.0, -1.0, 2.0])]).tolist()
    [-1.0, 2.0, 0.0]
    """
    sums = np.empty(len(X))
    first = np.concatenate([[0], np.cumsum(found.sizes)]).astype(np.int64)
    table = np.concatenate(tables)
    for part in _blocks(len(X)):
        _look_up(_classified(X[part], found), table, first, sums[part])
    return sums


@numba.njit(nogil=True, cache=True)
def _look_up(number: Any, table: Any, first: Any, sums: Any) -> None:
    for row in range(len(sums)):
        total = 0.0
        for f in range(number.shape[0]):
            total += table[first[f] + number[f, row]]
        sums[row] = total
