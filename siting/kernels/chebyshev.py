"""Smooth functions on a square from their values at a few points, as Chebyshev polynomials."""

import numba
import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

Floats = NDArray[np.float64]

COUNT = 12  # terms along each axis

_ANGLES = np.pi * np.arange(COUNT) / (COUNT - 1)
# From 0 to 1: where a function has to be known, and between these, where a fit of it is furthest
# off.
NODES: Floats = (1 - np.cos(_ANGLES)) / 2
BETWEEN: Floats = (1 - np.cos(_ANGLES[:-1] + _ANGLES[1] / 2)) / 2
_TO_TERMS = np.linalg.inv(chebyshev.chebvander(2 * NODES - 1, COUNT - 1))


def fitted(values: Floats) -> Floats:
    """Terms of the polynomial through values at the nodes, of shape (COUNT, COUNT).

    Parameters
    ----------
    values : numpy.ndarray of shape (COUNT, COUNT)
        A function at ``NODES`` down and across.
    """
    terms: Floats = _TO_TERMS @ values @ _TO_TERMS.T
    return terms


def terms_at(share: Floats) -> Floats:
    """Chebyshev polynomials of shape (COUNT, n) at places from 0 to 1 along an axis.

    Examples
    --------
    >>> terms_at(np.array([0.0, 0.5, 1.0]))[:3].tolist()
    [[1.0, 1.0, 1.0], [-1.0, 0.0, 1.0], [1.0, -1.0, 1.0]]
    """
    at = 2 * share - 1
    terms = np.empty((COUNT, share.size))
    terms[0], terms[1] = 1.0, at
    for k in range(2, COUNT):
        terms[k] = 2 * at * terms[k - 1] - terms[k - 2]
    return terms


@numba.njit(cache=True, nogil=True)
def evaluate(terms: Floats, down: Floats, across: Floats, out: Floats, top: int, left: int) -> None:
    """Write the values of a polynomial on a lattice into a part of an array.

    Parameters
    ----------
    terms : numpy.ndarray of shape (k, k), k even
        From :func:`fitted`.
    down, across : numpy.ndarray of shape (k, n) and (k, m), or longer
        From :func:`terms_at`.
    out : numpy.ndarray
        Filled from row `top` and column `left`. Each value is made by the same operations in
        the same order, whatever else is asked for.
    """
    n, m = down.shape[1], across.shape[1]
    for i in range(n):
        line = out[top + i, left : left + m]
        line[:] = 0.0
        for k in range(len(terms) - 2, -1, -2):  # the smallest first, two at a time
            one, other = 0.0, 0.0
            for each in range(len(terms) - 1, -1, -1):
                one += down[each, i] * terms[each, k]
                other += down[each, i] * terms[each, k + 1]
            for j in range(m):
                line[j] += other * across[k + 1, j] + one * across[k, j]
