"""Depth to the bottom of magnetised rock, from the radial spectrum of the magnetic anomaly."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.signal.windows import tukey

from siting.kernels.spectral import filled
from siting.projection import Floats

_TAPERED = 0.2  # share of a window's width over which it is brought to 0
_FEWEST_RINGS = 4
_LEAST_WINDOW = 8.0  # depths that a window must be wide
_MOST_GAPS = 0.05  # share of a window's cells without data
_ITERATIONS = 100
_CIRCLE = 2 * np.pi


class Bands(NamedTuple):
    """Wavelengths whose spectrum is fitted [m]."""

    centroid_shortest: float
    top_longest: float
    top_shortest: float


class Spectrum(NamedTuple):
    """Mean power in rings of wavenumber."""

    wavenumber: Floats  # [rad m-1]
    power: Floats
    number: Floats  # coefficients in the ring


class Bottom(NamedTuple):
    """Depths below the surface that the field was measured on, and a standard deviation [m]."""

    depth: float
    sd: float
    top: float
    centroid: float


_UNKNOWN = Bottom(np.nan, np.nan, np.nan, np.nan)


def radial_spectrum(values: Floats, dx: float, dy: float) -> Spectrum:
    """Power of a window of a field, averaged over directions.

    Parameters
    ----------
    values : numpy.ndarray of shape (rows, columns)
        The field, without gaps.
    dx, dy : float
        True width and height of the cells [m].

    Returns
    -------
    Spectrum
        Rings as wide as the window's lowest wavenumber, from the first one up to the least of the
        two highest wavenumbers.

    Notes
    -----
    The window's plane is taken out, and its outer tenth on every side is brought to 0 by a cosine.

    Examples
    --------
    >>> wave = np.cos(2 * np.pi * np.arange(64) / 8) * np.ones((64, 1))
    >>> found = radial_spectrum(wave, 1000.0, 1000.0)
    >>> round(2 * np.pi / float(found.wavenumber[found.power.argmax()]) / 1000, 1)
    8.0
    """
    rows, columns = values.shape
    taper = np.outer(tukey(rows, _TAPERED), tukey(columns, _TAPERED))
    power = np.abs(np.fft.fft2(_without_plane(values) * taper)) ** 2
    ky, kx = _CIRCLE * np.fft.fftfreq(rows, dy), _CIRCLE * np.fft.fftfreq(columns, dx)
    wavenumber = np.hypot(ky[:, None], kx[None, :]).ravel()
    width = _CIRCLE / min(rows * dy, columns * dx)
    ring = np.rint(wavenumber / width).astype(int)
    number = np.bincount(ring).astype(float)
    last = int(min(np.abs(ky).max(), np.abs(kx).max()) / width)
    rings = slice(1, max(last, 1))
    return Spectrum(
        (np.bincount(ring, wavenumber) / np.maximum(number, 1))[rings],
        (np.bincount(ring, power.ravel()) / np.maximum(number, 1))[rings],
        number[rings],
    )


def _without_plane(values: Floats) -> Floats:
    y, x = (np.arange(length) - (length - 1) / 2 for length in values.shape)
    centred = values - values.mean()
    down, along = (y @ centred).sum(), (centred @ x).sum()
    slopes = down / ((y**2).sum() * len(x)), along / ((x**2).sum() * len(y))
    return np.asarray(centred - slopes[0] * y[:, None] - slopes[1] * x[None, :])


def bottom_depth(spectrum: Spectrum, bands: Bands, fractal_exponent: float = 0.0) -> Bottom:
    """Depth to the bottom of a magnetised layer by its centroid.

    Parameters
    ----------
    spectrum : Spectrum
        Of the anomaly; phases, and so the directions of field and magnetisation, do not matter.
    bands : Bands
        Wavelengths to fit.
    fractal_exponent : float
        Power of the wavenumber with which the spectrum of magnetisation falls in a horizontal
        plane; 0 where it is random.

    Returns
    -------
    Bottom
        z_b = 2 z_0 - z_t with its standard deviation; NaN where a band holds fewer than four
        rings, or the fits give no bottom below the top.

    Notes
    -----
    With S the square root of power times k^(exponent/2): z_t from ln S = a - k z_t over the
    band of the top, z_0 from ln(S/k) = b - k z_0 + ln(sinh(kd)/kd), d = z_0 - z_t, over the long
    waves. The last term is what the centroid method leaves out (it takes kd as small): without it
    layers of 15 to 40 km came out 25 to 50 % too shallow. It is found by iteration. The standard
    deviation follows from the scatter of the rings about the two lines, each ring weighted by its
    number of coefficients, and from how steeply the depth answers to them.

    References
    ----------
    Tanaka, Okubo and Matsubayashi (1999), Curie point depth based on spectrum analysis of the
    magnetic anomaly data in East and Southeast Asia, Tectonophysics 306, 461-470. Okubo et al.
    (1985), Curie point depths of the island of Kyushu and surrounding areas, Japan, Geophysics
    50, 481-494. Bouligand, Glen and Blakely (2009), Mapping Curie temperature depth in the
    western United States with a fractal model for crustal magnetization, J. Geophys. Res. 114,
    B11104.
    """
    k = spectrum.wavenumber
    low = k <= _CIRCLE / bands.centroid_shortest
    high = (k >= _CIRCLE / bands.top_longest) & (k <= _CIRCLE / bands.top_shortest)
    if min(low.sum(), high.sum()) < _FEWEST_RINGS or not (spectrum.power > 0).all():
        return _UNKNOWN
    amplitude = 0.5 * np.log(spectrum.power) + 0.5 * fractal_exponent * np.log(k)
    top, top_sd = _falling(k[high], amplitude[high], spectrum.number[high])
    long_waves = k[low], (amplitude - np.log(k))[low], spectrum.number[low]
    plain, plain_sd = _falling(*long_waves)
    half = _half_thickness(plain - top, *long_waves)
    if not half > 0:
        return _UNKNOWN
    steepness = _steepness(half, *long_waves)
    if not steepness < 1:
        return _UNKNOWN
    sd = np.hypot(2 * plain_sd, (1 + steepness) * top_sd) / (1 - steepness)
    centroid = top + half
    return Bottom(float(centroid + half), float(sd), float(top), float(centroid))


def _falling(k: Floats, values: Floats, number: Floats) -> tuple[float, float]:
    """How steeply values fall with wavenumber, with its standard deviation."""
    weight = number / number.sum()
    x = k - (weight * k).sum()
    spread = (weight * x**2).sum()
    slope = (weight * x * values).sum() / spread
    rest = values - (weight * values).sum() - slope * x
    variance = (weight * rest**2).sum() / (len(k) - 2) / spread
    return float(-slope), float(np.sqrt(variance))


def _half_thickness(plain: float, k: Floats, values: Floats, number: Floats) -> float:
    """Depth of the centroid below the top, with the curvature of the spectrum [m].

    `plain` is what the straight line gives. NaN where the iteration does not settle.
    """
    half = max(plain, 0.0)
    for _ in range(_ITERATIONS):
        new = plain + _falling(k, -_curvature(k * half), number)[0]
        if abs(new - half) < 1e-3 * max(abs(half), 1.0):
            return float(new)
        half = max(0.5 * (half + new), 0.0)
    return float(np.nan)


def _steepness(half: float, k: Floats, values: Floats, number: Floats) -> float:
    """Change of the correction with half the thickness."""
    step = 1e-3 * half
    more, less = (_falling(k, -_curvature(k * (half + s)), number)[0] for s in (step, -step))
    return (more - less) / (2 * step)


def _curvature(x: Floats) -> Floats:
    """ln(sinh(x)/x), for any x from 0."""
    small = np.maximum(x, 1e-6)
    return np.asarray(small + np.log1p(-np.exp(-2 * small)) - np.log(2 * small))


def by_windows(
    values: Floats, dx: Floats, dy: Floats, window: float, bands: Bands, fractal_exponent: float
) -> Floats:
    """Depth of the bottom and its standard deviation at each cell, from windows that overlap.

    Parameters
    ----------
    values : numpy.ndarray of shape (rows, columns)
        Magnetic anomaly, NaN where it is not known.
    dx, dy : numpy.ndarray of shape (rows,)
        True width and height of the cells of each row [m].
    window : float
        Side of the windows [m]; neighbours overlap by half.
    bands : Bands
        Wavelengths to fit.
    fractal_exponent : float
        As for :func:`bottom_depth`.

    Returns
    -------
    numpy.ndarray of shape (2, rows, columns)
        Depth and standard deviation [m], linear between the centres of the windows; NaN beside
        windows with more than a twentieth of gaps, without a bottom, narrower than
        eight times the depth found, or with a standard deviation above half of it.
    """
    rows, columns = values.shape
    high = min(int(window / dy.mean()), rows)
    centres: list[float] = []
    lines: list[list[Floats]] = []
    for top in _starts(rows, high):
        middle = top + high // 2
        wide = min(int(window / dx[middle]), columns)
        starts = _starts(columns, wide)
        found = [
            _window(values[top : top + high, left : left + wide], dx[middle], dy[middle], bands,
                    fractal_exponent)
            for left in starts
        ]  # fmt: skip
        across = np.array(starts) + (wide - 1) / 2
        lines.append([np.interp(np.arange(columns), across, part) for part in np.transpose(found)])
        centres.append(top + (high - 1) / 2)
    return _down(np.arange(rows), np.array(centres), np.array(lines))


def _starts(length: int, size: int) -> list[int]:
    """First cells of windows that overlap by about half and end with the last cell."""
    count = int(np.ceil(2 * (length - size) / size)) + 1
    return [int(start) for start in np.rint(np.linspace(0, length - size, count))]


def _window(
    values: Floats, dx: float, dy: float, bands: Bands, fractal_exponent: float
) -> tuple[float, float]:
    if np.isnan(values).mean() > _MOST_GAPS:
        return np.nan, np.nan
    found = bottom_depth(radial_spectrum(filled(values), dx, dy), bands, fractal_exponent)
    side = min(values.shape[0] * dy, values.shape[1] * dx)
    if not (_LEAST_WINDOW * found.depth <= side and found.sd <= found.depth / 2):
        return np.nan, np.nan
    return found.depth, found.sd


def _down(at: NDArray[np.int64], places: Floats, lines: Floats) -> Floats:
    """Rows between the lines at some places, linear, and as the nearest line beyond them."""
    if len(places) == 1:
        return np.repeat(lines[0][:, None, :], len(at), axis=1)
    after = np.clip(np.searchsorted(places, at), 1, len(places) - 1)
    before = after - 1
    share = np.clip((at - places[before]) / (places[after] - places[before]), 0, 1)
    mixed = lines[before] * (1 - share)[:, None, None] + lines[after] * share[:, None, None]
    return np.asarray(np.moveaxis(mixed, 1, 0))
