"""Fuzzy memberships and the operators that combine them."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def linear(x: Floats, none: float, full: float) -> Floats:
    """Membership that rises, or falls, from 0 at one value to 1 at another.

    Examples
    --------
    >>> linear(np.array([50.0, 100.0, 300.0]), 50.0, 150.0).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.clip((x - none) / (full - none), 0.0, 1.0)


def large(x: Floats, midpoint: float, spread: float) -> Floats:
    """Membership 1 / (1 + (x/m)^-s) of x ≥ 0: large values belong, m by half.

    Examples
    --------
    >>> large(np.array([0.0, 80.0, 160.0]), 80.0, 2.0).tolist()
    [0.0, 0.5, 0.8]
    """
    return 1.0 - small(x, midpoint, spread)


def small(x: Floats, midpoint: float, spread: float) -> Floats:
    """Membership 1 / (1 + (x/m)^s) of x ≥ 0: small values belong, m by half.

    Examples
    --------
    >>> small(np.array([0.0, 80.0, 160.0]), 80.0, 2.0).tolist()
    [1.0, 0.5, 0.2]
    """
    with np.errstate(over="ignore"):  # infinity belongs not at all: 0
        return np.asarray(1.0 / (1.0 + (x / midpoint) ** spread))


def gaussian(x: Floats, middle: float, sd: float) -> Floats:
    """Membership exp(-(x - m)²/(2 sd²)): values near m belong.

    Examples
    --------
    >>> gaussian(np.array([100.0, 120.0]), 100.0, 20.0).round(6).tolist()
    [1.0, 0.606531]
    """
    return np.asarray(np.exp(-0.5 * ((x - middle) / sd) ** 2))


def intersection(u: Floats) -> Floats:
    """The least membership of each row: AND."""
    return np.asarray(u.min(axis=1))


def union(u: Floats) -> Floats:
    """The greatest membership of each row: OR."""
    return np.asarray(u.max(axis=1))


def algebraic_product(u: Floats) -> Floats:
    """Π u of each row."""
    return np.asarray(u.prod(axis=1))


def algebraic_sum(u: Floats) -> Floats:
    """1 - Π (1 - u) of each row."""
    return np.asarray(1 - (1 - u).prod(axis=1))


def gamma_mean(u: Floats, gamma: float) -> Floats:
    """sum^γ product^(1-γ) of each row: the product at γ = 0, the sum at γ = 1.

    Examples
    --------
    >>> gamma_mean(np.array([[0.5, 0.3]]), 0.5).round(7).tolist()
    [0.3122499]
    """
    return np.asarray(algebraic_sum(u) ** gamma * algebraic_product(u) ** (1 - gamma))


# Operators without a parameter, by the names that pipeline files use.
OPERATORS: dict[str, Callable[[Floats], Floats]] = {
    "and": intersection,
    "or": union,
    "product": algebraic_product,
    "sum": algebraic_sum,
}
