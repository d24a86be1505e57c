"""How alike two arrays are, where they lie and at every place around."""

import numpy as np

from siting.io.placement import Floats

LEAST = 50  # cells that must be in both


def fisher(correlation: float) -> float:
    """Fisher's z of a correlation, whose differences mean the same everywhere.

    Examples
    --------
    >>> round(fisher(0.76159), 3)
    1.0
    """
    return float(np.arctanh(np.clip(correlation, -0.999, 0.999)))


def alike(one: Floats, other: Floats) -> float:
    """Correlation over the cells that are in both; 0 where one does not vary."""
    both = np.isfinite(one) & np.isfinite(other)
    a, b = one[both], other[both]
    if a.size < LEAST or not (np.ptp(a) > 0 and np.ptp(b) > 0):
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def alike_around(values: Floats, around: Floats) -> Floats:
    """Correlation with a wider array at every place that the values may have in it.

    Parameters
    ----------
    values : numpy.ndarray of shape (n, m)
        With NaN for nothing.
    around : numpy.ndarray of shape (N, M)
        With NaN for nothing.

    Returns
    -------
    numpy.ndarray of shape (N - n + 1, M - m + 1)
        Correlation over the cells in both; 0 where those are less than nine tenths.
    """
    here, there = np.isfinite(values), np.isfinite(around)
    if not (here.any() and there.any()):
        return np.zeros([a - b + 1 for a, b in zip(around.shape, values.shape, strict=True)])
    a = np.where(here, values - values[here].mean(), 0.0)
    b = np.where(there, around - around[there].mean(), 0.0)
    count = _sums(here, there)
    mean_a, mean_b = (sums / np.maximum(count, 1) for sums in (_sums(a, there), _sums(here, b)))
    spread = (_sums(a * a, there) - count * mean_a**2) * (_sums(here, b * b) - count * mean_b**2)
    product = _sums(a, b) - count * mean_a * mean_b
    enough = (count > 0.9 * here.sum()) & (spread > 1e-9 * float((a * a).sum() * (b * b).sum()))
    return np.where(enough, product / np.sqrt(np.where(enough, spread, 1.0)), 0.0)


def _sums(one: Floats, other: Floats) -> Floats:
    """Sums of products of an array with each part of a wider one."""
    from scipy.signal import fftconvolve  # few runs need it, and it takes its time to load

    reverse = one[::-1, ::-1].astype(float)
    sums: Floats = fftconvolve(other.astype(float), reverse, mode="valid")
    return sums
