"""Ordinary kriging of values at places with errors of their own, by neighbourhoods.

Distances are straight lines between earth-centred positions, so that a covariance that is valid in
three dimensions is valid on the ellipsoid, across the dateline and at the poles alike.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, solve_triangular
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Covariance = Callable[[Floats], Floats]
_JITTER = 1e-10  # share of the sill added to the diagonal: places side by side stay solvable


class Field(NamedTuple):
    """What is known of a field: values at places, and how it varies.

    Attributes
    ----------
    places : numpy.ndarray of shape (n, 3)
        Earth-centred positions [m], no two the same.
    values : numpy.ndarray of shape (n,)
        Values measured there.
    error : numpy.ndarray of shape (n,)
        Variance of the error of each value.
    covariance : callable
        Covariance of the continuous part of the field at a distance [m].
    sill : float
        Its covariance at distance 0.
    nugget : float
        Variance of what the field varies by within less than the distance between places.
    """

    places: Floats
    values: Floats
    error: Floats
    covariance: Covariance
    sill: float
    nugget: float


class Solved(NamedTuple):
    """The factorised system of a neighbourhood: what serves every target in it."""

    field: Field
    factor: Floats
    ones: Floats
    mean: float
    weights: Floats


def solved(field: Field, members: Integers | None = None) -> Solved:
    """The system of equations of some of the places, factorised once for many targets.

    Parameters
    ----------
    field : Field
        The field.
    members : numpy.ndarray of int, optional
        Places that count; all by default.

    Notes
    -----
    With K = C + diag(nugget + error) = L Lᵀ, u = L⁻¹1 and y = L⁻¹z, the mean of the neighbourhood
    is b = uᵀy / uᵀu (generalised least squares), and what each target needs of the values is
    w = K⁻¹(z - b).
    """
    if members is not None:
        places, values, error = field.places[members], field.values[members], field.error[members]
        field = field._replace(places=places, values=values, error=error)
    matrix = field.covariance(cdist(field.places, field.places))
    matrix[np.diag_indices(len(matrix))] += field.nugget + field.error + _JITTER * field.sill
    factor = cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
    ones = solve_triangular(factor[0], np.ones(len(matrix)), lower=True, check_finite=False)
    inverse = cho_solve(factor, field.values, check_finite=False)
    mean = float(inverse.sum() / (ones @ ones))
    weights = cho_solve(factor, field.values - mean, check_finite=False)
    return Solved(field, factor[0], ones, mean, weights)


def estimate(system: Solved, targets: Floats) -> Floats:
    """The kriged mean at targets.

    Parameters
    ----------
    system : Solved
        A neighbourhood.
    targets : numpy.ndarray of shape (m, 3)
        Earth-centred positions [m].

    Examples
    --------
    Half way between two places the mean is that of both.

    >>> two = Field(np.eye(3)[:2] * 1e3, np.array([50.0, 70.0]), np.zeros(2),
    ...     lambda h: 9 * np.exp(-h / 5e3), 9.0, 0.0)
    >>> estimate(solved(two), np.array([[500.0, 500.0, 0.0]])).round(6).tolist()
    [60.0]
    """
    toward = system.field.covariance(cdist(targets, system.field.places))
    return np.asarray(system.mean + toward @ system.weights)


def variance(system: Solved, targets: Floats) -> Floats:
    """The kriging variance at targets: of the field there, what is below its resolution included.

    Parameters
    ----------
    system : Solved
        A neighbourhood.
    targets : numpy.ndarray of shape (m, 3)
        Earth-centred positions [m].

    Notes
    -----
    s² = nugget + sill - cᵀK⁻¹c + (1 - 1ᵀK⁻¹c)² / 1ᵀK⁻¹1. Far from all places c is 0: the variance
    is nugget + sill, and that of the unknown mean on top.

    Examples
    --------
    >>> two = Field(np.eye(3)[:2] * 1e3, np.array([50.0, 70.0]), np.zeros(2),
    ...     lambda h: 9 * np.exp(-h / 5e3), 9.0, 0.0)
    >>> variance(solved(two), np.array([[1e3, 0.0, 0.0], [9e6, 0.0, 0.0]])).round(2).tolist()
    [0.0, 16.89]
    """
    field = system.field
    toward = field.covariance(cdist(field.places, targets))
    reduced = solve_triangular(
        system.factor, toward, lower=True, overwrite_b=True, check_finite=False
    )
    unexplained = 1 - system.ones @ reduced
    mean = unexplained**2 / (system.ones @ system.ones)
    known = np.einsum("ij,ij->j", reduced, reduced)
    return np.asarray(field.nugget + np.maximum(field.sill - known, 0) + mean)


def neighbours(tree: cKDTree, anchors: Floats, count: int) -> Integers:
    """Places that are among the nearest of any of some anchors.

    Parameters
    ----------
    tree : scipy.spatial.cKDTree
        Of the places.
    anchors : numpy.ndarray of shape (m, 3)
        Earth-centred positions [m].
    count : int
        How many of each anchor's nearest.

    Examples
    --------
    >>> tree = cKDTree(np.array([[0.0, 0, 0], [1, 0, 0], [5, 0, 0], [9, 0, 0]]))
    >>> neighbours(tree, np.array([[0.2, 0, 0], [8.0, 0, 0]]), 1).tolist()
    [0, 3]
    """
    nearest = tree.query(anchors, k=range(1, min(count, tree.n) + 1))[1]
    return np.unique(nearest).astype(np.int64)


def predicted(
    field: Field, targets: Floats, groups: Iterable[tuple[Integers, Integers]], count: int
) -> tuple[Floats, Floats]:
    """Mean and variance at targets from the places that are not kept from them.

    Parameters
    ----------
    field : Field
        The field.
    targets : numpy.ndarray of shape (m, 3)
        Earth-centred positions [m].
    groups : iterable of (targets, places)
        Positions of the targets of a group, and of the places that are kept from it.
    count : int
        How many of the nearest places of each target count.

    Returns
    -------
    mean, variance : numpy.ndarray of shape (m,)
        NaN for a target that no group has, or that fewer than two places are left for.
    """
    mean, spread = np.full(len(targets), np.nan), np.full(len(targets), np.nan)
    tree = cKDTree(field.places)
    for group, kept in groups:
        near = _near(tree, field.places, targets[group], kept, count)
        if len(near) < 2:
            continue
        system = solved(field, near)
        mean[group] = estimate(system, targets[group])
        spread[group] = variance(system, targets[group])
    return mean, spread


def _near(tree: cKDTree, places: Floats, targets: Floats, kept: Integers, count: int) -> Integers:
    """The nearest places of targets without those kept from them."""
    if len(kept) <= count:
        return np.setdiff1d(neighbours(tree, targets, count + len(kept)), kept)
    known = np.setdiff1d(np.arange(len(places)), kept)
    return known[neighbours(cKDTree(places[known]), targets, count)] if len(known) else known
