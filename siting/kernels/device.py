"""Power of a wave device from its matrix of wave height and period."""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_GRAVITY = 9.80665  # [m s-2]
_SEAWATER = 1025.0  # density [kg m-3]
_BLOCK = 4096  # sea states that one thread takes at a time


class PowerMatrix(NamedTuple):
    """A device's power by wave height (rows) and energy period (columns)."""

    power: Floats
    heights: Floats
    periods: Floats
    rated: float


def device_power(
    height: ArrayLike,
    period: ArrayLike,
    matrix: ArrayLike,
    heights: ArrayLike,
    periods: ArrayLike,
    rated: float,
    cut_out_height: float = np.inf,
    availability: float = 1.0,
) -> NDArray[np.float32]:
    """Mean power of a device in each sea state, per rated power [1].

    Parameters
    ----------
    height, period : array-like
        Significant height [m] and energy period [s] of the sea states, of one shape.
    matrix : array-like of shape (n, m)
        Power in the sea states of `heights` and `periods`, in the unit of `rated`.
    heights : array-like of shape (n,)
        Rising [m].
    periods : array-like of shape (m,)
        Rising [s]: of the same period as `period`, the energy period.
    rated : float
        Power that is never exceeded.
    cut_out_height : float, optional
        Height above which the device protects itself and gives nothing [m].
    availability : float, optional
        Share of the time that the device works [1].

    Returns
    -------
    numpy.ndarray
        In the shape of the sea states, float32; 0 outside of the matrix, NaN where an input is.

    Raises
    ------
    ValueError
        Where the matrix does not fit its axes, an axis does not rise, or a limit makes no sense.

    Notes
    -----
    Bilinear between the matrix' sea states, which are points (the middles of the bins from which
    such tables are often made), not the nearest bin.

    Examples
    --------
    >>> matrix = [[0.0, 0.0], [100.0, 60.0]]
    >>> device_power([0.5, 1.0, 1.5], [7.0, 6.0, 7.0], matrix, [0, 1], [6, 8], 80.0).tolist()
    [0.5, 1.0, 0.0]
    """
    table = checked_matrix(matrix, heights, periods, rated)
    if not 0 < availability <= 1:
        raise ValueError(f"availability is a share above 0 and up to 1, not {availability}")
    if not cut_out_height > 0:
        raise ValueError(f"the cut-out's height must be above 0, not {cut_out_height}")
    h, t = np.broadcast_arrays(np.asarray(height), np.asarray(period))
    found = np.empty(h.size, np.float32)
    _interpolate(
        h.ravel(), t.ravel(), table.power, table.heights, table.periods,
        table.rated, float(cut_out_height), float(availability), found,
    )  # fmt: skip
    return found.reshape(h.shape)


def checked_matrix(
    matrix: ArrayLike, heights: ArrayLike, periods: ArrayLike, rated: float
) -> PowerMatrix:
    """A matrix with its axes as arrays of floats.

    Raises
    ------
    ValueError
        Where they do not fit one another, hold NaN, do not rise, or power is negative.
    """
    power = np.ascontiguousarray(matrix, dtype=float)
    rows, columns = np.asarray(heights, float), np.asarray(periods, float)
    if power.shape != (rows.size, columns.size) or min(power.shape) < 2:
        raise ValueError(
            f"the matrix has shape {power.shape}, for {rows.size} heights and"
            f" {columns.size} periods (two at least)"
        )
    for name, axis in (("heights", rows), ("periods", columns)):
        if not (np.isfinite(axis).all() and (np.diff(axis) > 0).all()):
            raise ValueError(f"{name} of the matrix do not rise: {axis.tolist()}")
    if not (np.isfinite(power).all() and (power >= 0).all()):
        raise ValueError("the matrix holds NaN or negative power")
    if not (np.isfinite(rated) and rated > 0):
        raise ValueError(f"the rated power must be above 0, not {rated}")
    return PowerMatrix(power, rows, columns, float(rated))


def froude_scaled(matrix: PowerMatrix, scale: float) -> PowerMatrix:
    """Matrix of a device of the same form whose lengths are `scale` times as great.

    Parameters
    ----------
    matrix : PowerMatrix
        Of the original.
    scale : float
        Length of the new device over that of the original [1].

    Notes
    -----
    Froude's law: heights by the scale, periods by its root, power by its power of 3.5. Losses by
    friction and in the generator do not follow it.

    References
    ----------
    Payne, G. (2008). Guidance for the experimental tank testing of wave energy converters.
    SuperGen Marine, section 2.1.

    Examples
    --------
    >>> small = PowerMatrix(np.ones((2, 2)), np.array([1.0, 2.0]), np.array([5.0, 10.0]), 1.0)
    >>> double = froude_scaled(small, 4.0)
    >>> double.rated, double.heights.tolist(), double.periods.tolist()
    (128.0, [4.0, 8.0], [10.0, 20.0])
    """
    if not scale > 0:
        raise ValueError(f"the scale must be above 0, not {scale}")
    force = scale**3.5
    return PowerMatrix(
        matrix.power * force,
        matrix.heights * scale,
        matrix.periods * np.sqrt(scale),
        matrix.rated * force,
    )


def capture_matrix(
    heights: ArrayLike, periods: ArrayLike, width: float, ratio: ArrayLike, rated: float
) -> PowerMatrix:
    """Matrix of a device that takes a share of the waves' power over its own width.

    Parameters
    ----------
    heights, periods : array-like of shape (n,) and (m,)
        Of the matrix, rising [m, s].
    width : float
        Of the device, across the waves [m].
    ratio : array-like of shape (m,)
        Capture width over `width`, by period [1].
    rated : float
        Power that is never exceeded [kW].

    Notes
    -----
    ``min(rated, ratio width rho g^2 Hs^2 Te / (64 pi))``, the flux of deep water; power in [kW].

    References
    ----------
    Babarit, A. (2015). A database of capture width ratio of wave energy converters. Renewable
    Energy 80, 610-628.

    Examples
    --------
    >>> capture_matrix([1.0, 2.0], [8.0, 10.0], 10.0, [0.25, 0.25], 50.0).power.round(3).tolist()
    [[9.805, 12.257], [39.222, 49.027]]
    """
    h, t = np.asarray(heights, float), np.asarray(periods, float)
    flux = _SEAWATER * _GRAVITY**2 / (64 * np.pi) / 1000.0 * h[:, None] ** 2 * t  # [kW m-1]
    power = np.minimum(rated, np.asarray(ratio, float) * width * flux)
    return checked_matrix(power, h, t, rated)


@numba.njit(cache=True, nogil=True, parallel=True)
def _interpolate(height, period, power, heights, periods, rated, cut_out, availability, found):  # type: ignore[no-untyped-def]
    """Fill `found`. One sea state follows another, so that its place in the matrix is near."""
    blocks = (height.size + _BLOCK - 1) // _BLOCK
    lowest, highest, shortest, longest = heights[0], heights[-1], periods[0], periods[-1]
    for block in numba.prange(blocks):
        i = j = 0
        for k in range(block * _BLOCK, min((block + 1) * _BLOCK, height.size)):
            h, t = height[k], period[k]
            if np.isnan(h) or np.isnan(t):
                found[k] = np.nan
            elif h > cut_out or h < lowest or h > highest or t < shortest or t > longest:
                found[k] = 0.0
            else:
                i = _moved(i, heights, h)
                j = _moved(j, periods, t)
                a = (h - heights[i]) / (heights[i + 1] - heights[i])
                b = (t - periods[j]) / (periods[j + 1] - periods[j])
                low = power[i, j] + b * (power[i, j + 1] - power[i, j])
                high = power[i + 1, j] + b * (power[i + 1, j + 1] - power[i + 1, j])
                found[k] = availability * min(low + a * (high - low), rated) / rated


@numba.njit(cache=True, nogil=True)
def _moved(at, axis, value):  # type: ignore[no-untyped-def]
    """Interval of a rising axis that holds a value, looked for from interval `at`."""
    while at < axis.size - 2 and value >= axis[at + 1]:
        at += 1
    while at > 0 and value < axis[at]:
        at -= 1
    return at
