"""Lowest values of many functions at once, by asking 64 points around the best of each."""

from collections.abc import Callable
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from siting.projection import Floats

# In: rows of the functions asked, the best point of each (n, v), its value (n,), and steps from it
# (n, p, v). Out: (n, p) values, and the (n, p, v) points that they belong to. What a step means is
# for the function to say, which may also move a point to where it is allowed.
Objective = Callable[[NDArray[np.intp], Floats, Floats, Floats], tuple[Floats, Floats]]


def poll(dimensions: int) -> Floats:
    """Steps around a point: along the axes, their diagonals and the corners.

    Examples
    --------
    >>> poll(4).shape
    (64, 4)
    """
    axes = np.eye(dimensions)
    lengths = (-2.0, -1.0, -0.5, 0.5, 1.0, 2.0)
    steps = [length * axis for length in lengths for axis in axes]
    for a, b in combinations(range(dimensions), 2):
        steps += [i * axes[a] + j * axes[b] for i, j in product((-1, 1), repeat=2)]
    steps += [np.array(signs) for signs in product((-1.0, 1.0), repeat=dimensions)]
    return np.array(steps)


def lowest(
    objective: Objective, start: Floats, values: Floats, width: float, narrowest: float, rounds: int
) -> tuple[Floats, Floats]:
    """Points with the lowest values found, and these values.

    Parameters
    ----------
    objective : callable
        ``objective(rows, points, values, steps)`` asks some of the functions, each around its own
        point; instead of a value that is not below that of the point it may give infinity.
    start, values : (n, v) and (n,) arrays
        A point for each function and its value, which is finite.
    width, narrowest : float
        First and last length of the steps.
    rounds : int
        Most rounds of 64 points.

    Notes
    -----
    A round that finds a lower value moves there with steps as long as before; one that finds none
    halves them. A function whose steps are shorter than the narrowest is not asked again. Every
    other round turns the steps, as a kink of the function may lie between those of one set alone.
    For a function without local minima the lowest point is approached; how far it stays away is
    to be measured for the functions at hand.

    Examples
    --------
    >>> def bowl(rows, points, values, steps):
    ...     asked = points[:, np.newaxis] + steps
    ...     return ((asked - [1.0, 2.0]) ** 2).sum(axis=-1), asked
    >>> point, value = lowest(bowl, np.zeros((1, 2)), np.array([5.0]), 1.0, 1e-4, 200)
    >>> point.round(3).tolist(), bool(value[0] < 1e-6)
    ([[1.0, 2.0]], True)
    """
    best, value = start.copy(), values.copy()
    widths, steps = np.full(len(start), width), poll(start.shape[1])
    turned = steps @ _turn(start.shape[1])
    for number in range(rounds):
        rows = np.flatnonzero(widths >= narrowest)
        if not len(rows):
            break
        around = (steps, turned)[number % 2] * widths[rows, np.newaxis, np.newaxis]
        found, points = objective(rows, best[rows], value[rows], around)
        least = np.argmin(found, axis=1)
        each = np.arange(len(rows))
        better = found[each, least] < value[rows]
        best[rows[better]] = points[each, least][better]
        value[rows[better]] = found[each, least][better]
        widths[rows[~better]] /= 2
    return best, value


def _turn(dimensions: int) -> Floats:
    """A reflection at a plane askew to all axes: it brings none of them onto another."""
    normal = np.sqrt(np.arange(1.0, dimensions + 1))
    normal /= np.linalg.norm(normal)
    return np.asarray(np.eye(dimensions) - 2 * np.outer(normal, normal))
