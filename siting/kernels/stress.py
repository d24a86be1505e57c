"""Stress on planes: normal and shear stress, and how near faults are to slip and to opening."""

from itertools import pairwise
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri
from scipy.stats import qmc

from siting.kernels.traces import Integers
from siting.projection import Floats

_DIMENSIONS = 5  # azimuth, two horizontal stresses, pore pressure, dip


class StressState(NamedTuple):
    """Principal stresses, one of them vertical, compression positive; numbers or draws."""

    vertical: ArrayLike  # all less the pore pressure, in one unit
    maximum_horizontal: ArrayLike
    minimum_horizontal: ArrayLike
    azimuth: ArrayLike  # of the maximum horizontal stress [degree]


class Tractions(NamedTuple):
    """Stress on planes, in the unit of the state."""

    normal: Floats
    shear: Floats


def tractions(strike: ArrayLike, dip: ArrayLike, state: StressState) -> Tractions:
    """Normal and shear stress on planes.

    Parameters
    ----------
    strike, dip : array-like
        Of the planes [degree]; a plane may dip to either side of its strike.
    state : StressState
        Principal stresses; broadcast against the planes.

    Notes
    -----
    σn = Σ n²σ, τ² = Σ n²σ² - σn² over the principal axes, with n the unit normal. With one axis
    vertical, half a turn about it changes nothing: the side to which a plane dips is no matter.

    References
    ----------
    Jaeger, Cook and Zimmerman (2007), Fundamentals of rock mechanics, 4th ed., section 2.4.

    Examples
    --------
    >>> state = StressState(60.0, 45.0, 30.0, azimuth=0.0)
    >>> normal, shear = tractions(0.0, 60.0, state)
    >>> round(float(normal), 4), round(float(shear), 4)
    (37.5, 12.9904)
    """
    squares = np.sin(np.radians(dip)) ** 2
    parallel = np.cos(2 * np.radians(np.subtract(strike, state.azimuth)))
    shares = squares * (1 - parallel) / 2, squares * (1 + parallel) / 2, 1 - squares
    axes = state.maximum_horizontal, state.minimum_horizontal, state.vertical
    normal = sum(n * np.asarray(s) for n, s in zip(shares, axes, strict=True))
    # About the normal stress the sum of squares has no difference of large numbers in it.
    square = sum(n * (np.asarray(s) - normal) ** 2 for n, s in zip(shares, axes, strict=True))
    return Tractions(np.asarray(normal), np.sqrt(square))


def slip_tendency(strike: ArrayLike, dip: ArrayLike, state: StressState) -> Floats:
    """Shear stress over normal stress on planes; NaN where the normal stress is not above 0.

    References
    ----------
    Morris, Ferrill and Henderson (1996), Slip-tendency analysis and fault reactivation, Geology
    24, 275-278.

    Examples
    --------
    >>> round(float(slip_tendency(0.0, 60.0, StressState(60.0, 45.0, 30.0, 0.0))), 4)
    0.3464
    """
    normal, shear = tractions(strike, dip, state)
    return _quotient(shear, normal)


def dilation_tendency(strike: ArrayLike, dip: ArrayLike, state: StressState) -> Floats:
    """(σ1 - σn)/(σ1 - σ3) on planes: 1 for those that open most easily; NaN where all are equal.

    References
    ----------
    Ferrill et al. (1999), Stressed rock strains groundwater at Yucca Mountain, Nevada, GSA Today
    9(5), 1-8.

    Examples
    --------
    >>> round(float(dilation_tendency(0.0, 60.0, StressState(60.0, 45.0, 30.0, 0.0))), 4)
    0.75
    """
    axes = np.broadcast_arrays(*state[:3])
    greatest, least = np.max(axes, axis=0), np.min(axes, axis=0)
    above = greatest - tractions(strike, dip, state).normal
    return _quotient(above, np.broadcast_to(greatest - least, above.shape))


def _quotient(above: Floats, below: Floats) -> Floats:
    """NaN where the divisor is not above 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below > 0, above / below, np.nan)


class Spread(NamedTuple):
    """Standard deviations of what is drawn."""

    magnitude: float  # of the horizontal stresses and the pore pressure, as a share of each
    azimuth: float  # [degree]


class Draws(NamedTuple):
    """States of stress drawn together, and how far dips are drawn from their means."""

    state: StressState
    dip: Floats  # in standard deviations


def draw(total: StressState, pore_pressure: float, spread: Spread, count: int, seed: int) -> Draws:
    """States of stress from a scrambled Sobol sequence, of normal distributions.

    Parameters
    ----------
    total : StressState
        Means of the principal stresses, the pore pressure not yet taken off.
    pore_pressure : float
        Mean, in the same unit.
    spread : Spread
        Standard deviations. The vertical stress has none: only ratios matter.
    count : int
        Number of draws, a power of two.
    seed : int
        Of the scrambling.

    Examples
    --------
    >>> drawn = draw(StressState(60.0, 45.0, 30.0, 0.0), 0.0, Spread(0.1, 15.0), 256, seed=0)
    >>> round(float(np.mean(drawn.state.maximum_horizontal))), round(float(drawn.dip.std()), 2)
    (45, 1.0)
    """
    uniform = qmc.Sobol(_DIMENSIONS, rng=seed).random(count)
    azimuth, maximum, minimum, pressure, dip = ndtri(np.clip(uniform, 1e-9, 1 - 1e-9)).T
    taken = pore_pressure * (1 + spread.magnitude * pressure)
    state = StressState(
        np.asarray(total.vertical) - taken,
        np.asarray(total.maximum_horizontal) * (1 + spread.magnitude * maximum) - taken,
        np.asarray(total.minimum_horizontal) * (1 + spread.magnitude * minimum) - taken,
        np.asarray(total.azimuth) + spread.azimuth * azimuth,
    )
    return Draws(state, dip)


class Planes(NamedTuple):
    """Straight pieces of faults, and the dips of the faults."""

    strike: Floats  # (pieces,) [degree]
    length: Floats  # (pieces,), which each piece counts by
    fault: Integers  # (pieces,), ascending
    dip: Floats  # (faults,) [degree]
    dip_sd: Floats  # (faults,) [degree]


class Tendencies(NamedTuple):
    """For each fault: means, standard deviations and shares of length and draws."""

    slip: Floats
    slip_sd: Floats
    slip_beyond: Floats  # share above the threshold, tensile draws included
    dilation: Floats
    dilation_sd: Floats
    dilation_beyond: Floats
    tensile: Floats  # share where the normal stress is not above 0


def tendencies(planes: Planes, drawn: Draws, slip: float, dilation: float) -> Tendencies:
    """Slip and dilation tendency at a place of each fault, drawn by length, under stress drawn.

    Parameters
    ----------
    planes : Planes
        Pieces of faults; a fault without pieces has NaN.
    drawn : Draws
        States of stress.
    slip, dilation : float
        Thresholds.

    Notes
    -----
    Where the normal stress is not above 0 the slip tendency has no value: such draws count in
    `tensile` and in `slip_beyond`, since no friction holds them, and not in mean and deviation.

    Examples
    --------
    >>> one = np.array([0])
    >>> planes = Planes(one * 0.0, one + 1.0, one, one + 60.0, one + 0.0)
    >>> certain = draw(StressState(60.0, 45.0, 30.0, 0.0), 0.0, Spread(0, 0), 2, seed=0)
    >>> found = tendencies(planes, certain, slip=0.3, dilation=0.8)
    >>> found.slip.round(4).tolist(), found.slip_beyond.tolist(), found.dilation_beyond.tolist()
    ([0.3464], [1.0], [0.0])
    """
    stress = np.array([np.broadcast_to(each, drawn.dip.shape) for each in drawn.state[:3]])
    double = 2 * np.radians(np.broadcast_to(drawn.state.azimuth, drawn.dip.shape))
    turn = np.array([np.cos(double), np.sin(double)])
    begin = np.searchsorted(planes.fault, np.arange(len(planes.dip) + 1))
    sums = np.zeros((len(planes.dip), 8))
    strike = 2 * np.radians(planes.strike)
    for number, (first, last) in enumerate(pairwise(begin)):
        dip = np.radians(planes.dip[number] + planes.dip_sd[number] * drawn.dip)
        part = slice(first, last)
        _add(strike[part], planes.length[part], np.sin(dip) ** 2, stress, turn, slip, dilation,
             sums[number])  # fmt: skip
    with np.errstate(invalid="ignore", divide="ignore"):
        total, tensile = sums[:, 0], sums[:, 1]
        slips = _moments(total - tensile, sums[:, 2], sums[:, 3])
        dilations = _moments(total, sums[:, 5], sums[:, 6])
        return Tendencies(
            *slips, sums[:, 4] / total, *dilations, sums[:, 7] / total, tensile / total
        )


def _moments(weight: Floats, first: Floats, second: Floats) -> tuple[Floats, Floats]:
    mean = first / weight
    return mean, np.sqrt(np.maximum(second / weight - mean**2, 0.0))


@numba.njit(cache=True, nogil=True)
def _add(
    strike: Floats, length: Floats, squares: Floats, stress: Floats, turn: Floats,
    slip: float, dilation: float, sums: Floats,
) -> None:  # fmt: skip
    """Add length times values over the pieces of a fault and all draws."""
    for k in range(len(strike)):
        cosine, sine, weight = np.cos(strike[k]), np.sin(strike[k]), length[k]
        for m in range(len(squares)):
            parallel = cosine * turn[0, m] + sine * turn[1, m]
            v, a, b = stress[0, m], stress[1, m], stress[2, m]
            n_a, n_b = squares[m] * (1 - parallel) / 2, squares[m] * (1 + parallel) / 2
            n_v = 1 - squares[m]
            normal = n_a * a + n_b * b + n_v * v
            shear = n_a * (a - normal) ** 2 + n_b * (b - normal) ** 2 + n_v * (v - normal) ** 2
            greatest, least = max(v, a, b), min(v, a, b)
            t_d = (greatest - normal) / (greatest - least) if greatest > least else 0.0
            sums[0] += weight
            if normal > 0:
                t_s = np.sqrt(shear) / normal
                sums[2] += weight * t_s
                sums[3] += weight * t_s * t_s
                sums[4] += weight if t_s > slip else 0.0
            else:
                sums[1] += weight
                sums[4] += weight
            sums[5] += weight * t_d
            sums[6] += weight * t_d * t_d
            sums[7] += weight if t_d > dilation else 0.0
