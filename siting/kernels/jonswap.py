"""The JONSWAP shape of a sea's spectrum: its periods beside each other, and its densities."""

from functools import cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Period = Literal["te", "tp", "tm01", "tm02"]

GAMMA_LOWEST, GAMMA_HIGHEST = 1.0, 5.0  # that heights and periods give by themselves
_WIDTH_BELOW, _WIDTH_ABOVE = 0.07, 0.09  # of the peak, Hasselmann et al. 1973
# Of the automatic peak enhancement, with Tp/sqrt(Hs) in s m^-1/2: DNV-RP-C205, 3.5.5.5.
_STEEP, _FLAT, _START, _SLOPE = 3.6, 5.0, 5.75, 1.15
# Frequencies over that of the peak, even in their logarithm; 1 is one of them.
_STEP = 2.5e-3
_LOWEST, _HIGHEST = 0.3, 20.0
_NODES = 181  # of gamma in tables: a linear course between them errs by 3e-6 at most
_MOST = 10.0  # largest gamma of the tables


class Ratios(NamedTuple):
    """Periods of a shape over its peak period [1]."""

    te: Floats
    tm01: Floats
    tm02: Floats


def shape(x: ArrayLike, gamma: ArrayLike) -> Floats:
    """Density of the JONSWAP shape, by frequency over that of the peak; not yet of unit area.

    Parameters
    ----------
    x : array
        Frequency over that of the peak [1].
    gamma : array
        Peak enhancement [1]; arrays broadcast against `x`.

    Notes
    -----
    5 x^-5 exp(-5/4 x^-4) gamma^exp(-(x - 1)^2 / (2 s^2)), s = .07 up to the peak and .09 beyond;
    of area 1 for gamma = 1, the Pierson-Moskowitz shape.

    References
    ----------
    Hasselmann et al. (1973), Deutsche Hydrographische Zeitschrift, supplement A8, no. 12.

    Examples
    --------
    >>> shape([1.0], 3.3).round(4).tolist()
    [4.7273]
    """
    x, gamma = np.asarray(x, float), np.asarray(gamma, float)
    width = np.where(x <= 1, _WIDTH_BELOW, _WIDTH_ABOVE)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        base = 5 * x**-5 * np.exp(-1.25 * x**-4)
    raised = gamma ** np.exp(-((x - 1) ** 2) / (2 * width**2))
    found: Floats = np.where(x > 0, np.nan_to_num(base) * raised, 0.0)
    return found


@cache
def quadrature() -> tuple[Floats, Floats]:
    """Frequencies over that of the peak, and the weights of an integral over them."""
    below, above = round(np.log(_LOWEST) / _STEP), round(np.log(_HIGHEST) / _STEP)
    x = np.exp(_STEP * np.arange(below, above + 1))
    weights = _STEP * x
    weights[[0, -1]] /= 2
    return x, weights


def moments(gamma: ArrayLike) -> tuple[Floats, Floats, Floats, Floats]:
    """Moments -1, 0, 1 and 2 of the shape, of frequency over that of the peak.

    What lies above 20 times the peak's frequency, where the shape is 5 x^-5, is added in closed
    form.
    """
    x, weights = quadrature()
    density = shape(x, np.asarray(gamma, float)[..., None]) * weights
    inverse, area, first, second = (
        (density * x**order).sum(axis=-1) + 5 * x[-1] ** (order - 4.0) / (4 - order)
        for order in (-1, 0, 1, 2)
    )
    return inverse, area, first, second


@cache
def _tables() -> tuple[Floats, Floats, Ratios]:
    """Gammas, areas and ratios of periods at them."""
    gamma = np.linspace(GAMMA_LOWEST, _MOST, _NODES)
    inverse, area, first, second = moments(gamma)
    return gamma, area, Ratios(inverse / area, area / first, np.sqrt(area / second))


def ratios(gamma: ArrayLike) -> Ratios:
    """Energy period and mean periods over the peak period.

    Parameters
    ----------
    gamma : array
        Peak enhancement, 1 to 10 [1]; NaN beyond.

    Notes
    -----
    Moments of the shape over all frequencies. The usual polynomial for Te/Tp, .8255 + .03852 g -
    .005537 g^2 + .0003154 g^3, differs by .2 % at most for gamma from 1 to 7.

    Examples
    --------
    >>> [round(float(each), 4) for each in ratios(1.0)]
    [0.8572, 0.7718, 0.7104]
    >>> [round(float(each), 4) for each in ratios(3.3)]
    [0.9033, 0.8343, 0.7774]
    """
    nodes, _, found = _tables()
    g = np.asarray(gamma, float)
    return Ratios(*(np.interp(g, nodes, each, left=np.nan, right=np.nan) for each in found))


def area(gamma: ArrayLike) -> Floats:
    """Area under the shape, by which its densities are divided."""
    nodes, areas, _ = _tables()
    found: Floats = np.interp(np.asarray(gamma, float), nodes, areas, left=np.nan, right=np.nan)
    return found


def gamma_of_peak(height: ArrayLike, peak_period: ArrayLike) -> Floats:
    """Peak enhancement that belongs to a sea by its height and peak period.

    Parameters
    ----------
    height : array
        Significant wave height [m].
    peak_period : array
        Peak period [s].

    Notes
    -----
    exp(5.75 - 1.15 Tp/sqrt(Hs)), 5 for steep seas (Tp/sqrt(Hs) up to 3.6) and 1 for flat ones
    (from 5 on).

    References
    ----------
    DNV-RP-C205, Environmental conditions and environmental loads, 3.5.5.5.

    Examples
    --------
    >>> gamma_of_peak([2.5, 6.0, 9.0], [8.0, 11.0, 10.0]).round(3).tolist()
    [1.0, 1.796, 5.0]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        steepness = np.asarray(peak_period, float) / np.sqrt(np.asarray(height, float))
    found = np.exp(_START - _SLOPE * np.clip(steepness, _STEEP, _FLAT))
    found = np.where(steepness <= _STEEP, GAMMA_HIGHEST, found)
    gamma: Floats = np.where(steepness >= _FLAT, GAMMA_LOWEST, found)
    return np.where(np.isnan(steepness), np.nan, gamma)


@cache
def gamma_nodes() -> tuple[Floats, Floats]:
    """Te/sqrt(Hs), rising, and the peak enhancement there: `gamma_of_peak` by energy period."""
    steepness = np.linspace(_STEEP, _FLAT, _NODES)
    gamma = gamma_of_peak(1.0, steepness)
    return steepness * ratios(gamma).te, gamma


def gamma_of_energy(height: ArrayLike, energy_period: ArrayLike) -> Floats:
    """Peak enhancement that belongs to a sea by its height and energy period.

    Parameters
    ----------
    height : array
        Significant wave height [m].
    energy_period : array
        Energy period [s].

    Examples
    --------
    >>> peak = 11.0
    >>> gamma = gamma_of_peak(6.0, peak)
    >>> energy_period = peak * ratios(gamma).te
    >>> bool(abs(gamma_of_energy(6.0, energy_period) - gamma) < 1e-3)
    True
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        steepness = np.asarray(energy_period, float) / np.sqrt(np.asarray(height, float))
    found: Floats = np.interp(steepness, *gamma_nodes())
    return found


def converted(period: ArrayLike, have: Period, want: Period, gamma: ArrayLike) -> Floats:
    """One period of a JONSWAP sea from another.

    Parameters
    ----------
    period : array
        Period of the type `have` [s].
    have, want : str
        ``te``, ``tp``, ``tm01`` or ``tm02``.
    gamma : array
        Peak enhancement, 1 to 10 [1].

    Examples
    --------
    >>> float(converted(10.0, "tp", "te", 1.0).round(3))
    8.572
    >>> float(converted(8.572, "te", "tp", 1.0).round(2))
    10.0
    """
    over_peak = {"tp": np.ones(np.shape(gamma)), **ratios(gamma)._asdict()}
    found: Floats = np.asarray(period, float) * (over_peak[want] / over_peak[have])
    return found


def spectrum(
    frequency: ArrayLike, height: float, peak_period: float, gamma: float | None = None
) -> Floats:
    """Variance density of a JONSWAP sea [m2 Hz-1].

    Parameters
    ----------
    frequency : (f,) array
        In any order [Hz].
    height : float
        Significant wave height [m].
    peak_period : float
        Peak period [s].
    gamma : float, optional
        Peak enhancement, 1 to 10; that of `gamma_of_peak` unless given [1].

    Notes
    -----
    The area is (Hs/4)^2 over all frequencies, by integration rather than by the usual factor
    1 - .287 ln gamma, which is off by up to 1 % in the area.

    Examples
    --------
    >>> spectrum([0.1, 0.125, 0.2], 2.5, 8.0).round(3).tolist()
    [2.254, 4.477, 1.231]
    """
    g = gamma_of_peak(height, peak_period) if gamma is None else np.asarray(gamma, float)
    x = np.asarray(frequency, float) * peak_period
    found: Floats = (height / 4) ** 2 * peak_period * shape(x, g) / area(g)
    return found
