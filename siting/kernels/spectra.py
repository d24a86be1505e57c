"""What a measured spectrum of waves comes down to: height, periods, energy flux, direction."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.kernels.waves import DEEP, GRAVITY, WATER_DENSITY, group_velocity

Floats = NDArray[np.float64]


class Parameters(NamedTuple):
    """Parameters of spectra; NaN where a density is missing, and for periods of a flat sea."""

    height: Floats  # significant wave height Hm0 [m]
    energy_period: Floats  # Te, Tm-1,0 [s]
    peak_period: Floats  # Tp, of the largest density [s]
    mean_period: Floats  # Tm01 [s]
    zero_crossing_period: Floats  # Tm02 [s]
    energy_flux: Floats  # per width of crest [W m-1]


class Direction(NamedTuple):
    """Mean direction and spread of spectra, weighted by energy."""

    mean: Floats  # that waves come from [degree]
    spread: Floats  # [degree]


def band_widths(frequency: ArrayLike) -> Floats:
    """Width of the band that each frequency stands for [Hz].

    Parameters
    ----------
    frequency : (f,) array
        Rising [Hz].

    Notes
    -----
    Half of the way to each neighbour; the first and the last band lie evenly about their
    frequencies.

    Examples
    --------
    >>> band_widths([0.1, 0.2, 0.4]).round(3).tolist()
    [0.1, 0.15, 0.2]
    """
    f = np.asarray(frequency, float)
    if f.ndim != 1 or f.size < 2 or not (np.diff(f) > 0).all():
        raise ValueError("frequencies have to rise, and there have to be two at least")
    steps = np.diff(f)
    ends = np.concatenate([steps[:1], steps, steps[-1:]])
    widths: Floats = (ends[:-1] + ends[1:]) / 2
    return widths


def moment(density: ArrayLike, frequency: ArrayLike, order: int) -> Floats:
    """Moment of spectra [m2 Hz^order].

    Parameters
    ----------
    density : (..., f) array
        Variance density [m2 Hz-1].
    frequency : (f,) array
        Rising, above 0 for negative orders [Hz].
    order : int
        Power of the frequency.

    Examples
    --------
    >>> float(moment([1.0, 3.0], [0.1, 0.2], 0).round(3))
    0.4
    """
    f = np.asarray(frequency, float)
    weights = band_widths(f) * f ** float(order)
    found: Floats = (np.asarray(density, float) * weights).sum(axis=-1)
    return found


def parameters(density: ArrayLike, frequency: ArrayLike, depth: float = np.inf) -> Parameters:
    """Height, periods and energy flux of spectra.

    Parameters
    ----------
    density : (..., f) array
        Variance density [m2 Hz-1].
    frequency : (f,) array
        Rising, above 0 [Hz].
    depth : float
        Depth of the water, infinite for deep water [m].

    Notes
    -----
    Hm0 = 4 sqrt(m0), Te = m-1/m0, Tm01 = m0/m1, Tm02 = sqrt(m0/m2), Tp = 1/f of the largest
    density, as fine as the frequencies are. What lies beyond the last frequency is not added:
    Te hardly changes by it, Tm02 does, so that those of instruments with other ends differ.

    References
    ----------
    IEC TS 62600-101:2024, equations 8 and 9.

    Examples
    --------
    >>> from siting.kernels import jonswap
    >>> f = np.arange(0.001, 1.0005, 0.001)
    >>> found = parameters(jonswap.spectrum(f, 2.5, 8.0), f, depth=10.0)
    >>> float(found.height.round(3)), float(found.energy_period.round(4))
    (2.5, 6.8596)
    >>> float(found.energy_flux.round(0))
    23798.0
    """
    s, f = np.asarray(density, float), np.asarray(frequency, float)
    inverse, m0, m1, m2 = (moment(s, f, order) for order in (-1, 0, 1, 2))
    some = np.where(m0 > 0, m0, np.nan)
    known = np.isfinite(s).all(axis=-1)
    peak = 1 / f[np.argmax(np.where(np.isfinite(s), s, -np.inf), axis=-1)]
    return Parameters(
        4 * np.sqrt(m0),
        inverse / some,
        np.where(known & (m0 > 0), peak, np.nan),
        some / np.where(m1 > 0, m1, np.nan),
        np.sqrt(some / np.where(m2 > 0, m2, np.nan)),
        energy_flux(s, f, depth),
    )


def energy_flux(density: ArrayLike, frequency: ArrayLike, depth: float = np.inf) -> Floats:
    """Energy flux of spectra per width of crest [W m-1].

    Parameters
    ----------
    density : (..., f) array
        Variance density [m2 Hz-1].
    frequency : (f,) array
        Rising, above 0 [Hz].
    depth : float
        Depth of the water, infinite for deep water [m].

    Notes
    -----
    rho g times the sum of density times group velocity.

    Examples
    --------
    >>> from siting.kernels import jonswap
    >>> f = np.arange(0.001, 1.0005, 0.001)
    >>> float(energy_flux(jonswap.spectrum(f, 2.5, 8.0), f, depth=50.0).round(0))
    21569.0
    """
    s, f = np.asarray(density, float), np.asarray(frequency, float)
    if np.isinf(depth):
        found: Floats = 16 * DEEP * moment(s, f, -1)  # Hs^2 Te = 16 m-1
        return found
    weights = WATER_DENSITY * GRAVITY * band_widths(f) * group_velocity(f, depth)
    along: Floats = (s * weights).sum(axis=-1)
    return along


def direction(
    density: ArrayLike, frequency: ArrayLike, alpha1: ArrayLike, r1: ArrayLike
) -> Direction:
    """Mean direction and spread of a sea from a buoy's directional Fourier coefficients.

    Parameters
    ----------
    density : (..., f) array
        Variance density [m2 Hz-1].
    frequency : (f,) array
        Rising [Hz].
    alpha1 : (..., f) array
        Mean direction that waves of each frequency come from [degree].
    r1 : (..., f) array
        First polar coefficient of each frequency, 0 to 1 [1].

    Returns
    -------
    mean : array
        Direction that waves come from, 0 to 360 [degree].
    spread : array
        Circular standard deviation sqrt(2 (1 - r)), 0 to 81.03 [degree].

    Notes
    -----
    Cosines and sines are averaged with the energy of each band as weight; angles themselves are
    never averaged. Bands without a direction are left out, with their energy.

    References
    ----------
    Kuik, van Vledder and Holthuijsen (1988), J. Phys. Oceanogr. 18, 1020-1034.

    Examples
    --------
    >>> found = direction([[1.0, 1.0]], [0.1, 0.2], [[340.0, 0.0]], [[1.0, 1.0]])
    >>> found.mean.round(1).tolist(), found.spread.round(2).tolist()
    ([350.0], [9.99])
    """
    angle = np.radians(np.asarray(alpha1, float))
    r = np.asarray(r1, float)
    energy = np.asarray(density, float) * band_widths(frequency)
    known = np.isfinite(angle) & np.isfinite(r)
    energy, angle, r = (np.where(known, each, 0.0) for each in (energy, angle, r))
    return _direction(
        (energy * r * np.sin(angle)).sum(axis=-1),
        (energy * r * np.cos(angle)).sum(axis=-1),
        energy.sum(axis=-1),
    )


def direction_of(density: ArrayLike, frequency: ArrayLike, from_direction: ArrayLike) -> Direction:
    """Mean direction and spread of a sea from its directional spectrum.

    Parameters
    ----------
    density : (..., f, d) array
        Variance density by frequency and direction, in any unit per angle.
    frequency : (f,) array
        Rising [Hz].
    from_direction : (d,) array
        Directions that waves come from, evenly spaced over the full turn [degree].

    Examples
    --------
    >>> directions = np.arange(0.0, 360.0, 10.0)
    >>> density = np.zeros((2, 36))
    >>> density[:, [34, 0]] = 1.0
    >>> found = direction_of(density, [0.1, 0.2], directions)
    >>> float(found.mean.round(6)), float(found.spread.round(2))
    (350.0, 9.99)
    """
    angle = np.radians(np.asarray(from_direction, float))
    gaps = np.diff(np.sort(np.degrees(angle) % 360), append=np.degrees(angle).min() % 360 + 360)
    if not np.allclose(gaps, 360 / angle.size):
        raise ValueError("directions have to be spaced evenly over the full turn")
    by_direction = (np.asarray(density, float) * band_widths(frequency)[:, None]).sum(axis=-2)
    return _direction(
        (by_direction * np.sin(angle)).sum(axis=-1),
        (by_direction * np.cos(angle)).sum(axis=-1),
        by_direction.sum(axis=-1),
    )


def _direction(east: Floats, north: Floats, energy: Floats) -> Direction:
    some = np.where(energy > 0, energy, np.nan)
    r = np.clip(np.hypot(east, north) / some, 0.0, 1.0)
    mean = np.degrees(np.arctan2(east, north)) % 360
    mean = np.where(mean == 360, 0.0, mean)  # of tiny negative angles
    known = np.where(np.isnan(r) | (r < 1e-12), np.nan, mean)
    return Direction(known, np.degrees(np.sqrt(2 * (1 - r))))
