"""Temperature gradient of one well from temperatures at one or several depths."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Gradient(NamedTuple):
    """A line through the temperatures of a well.

    Attributes
    ----------
    slope, sd : float
        Gradient and its standard deviation [K m-1].
    overturned : bool
        Whether temperature falls with depth by more than its errors.
    """

    slope: float
    sd: float
    overturned: bool


def gradient(depth: Floats, temperature: Floats, sd: Floats) -> Gradient:
    """The gradient by weighted least squares.

    Parameters
    ----------
    depth : numpy.ndarray of shape (n,)
        [m]; 0 for the surface. Two at least that differ, else all is NaN.
    temperature, sd : numpy.ndarray of shape (n,)
        Temperatures and the standard deviations of their errors [K], above 0.

    Notes
    -----
    Var(slope) = 1/Σ w (z - z̄)², w = 1/sd². Where the temperatures scatter about the line by more
    than their errors, as layers of rock make them, it is multiplied by the mean square of the
    scatter. Temperature overturns where one measured below another is colder by more than two
    standard deviations of the difference.

    References
    ----------
    Press et al. (2007), Numerical recipes, 3rd ed., section 15.2.

    Examples
    --------
    >>> found = gradient(np.array([0.0, 1000.0]), np.array([15.0, 50.0]), np.array([3.0, 4.0]))
    >>> round(found.slope, 6), round(found.sd, 6), found.overturned
    (0.035, 0.005, False)
    """
    weight = 1 / sd**2
    offset = depth - float(weight @ depth) / weight.sum()
    spread = float(weight @ offset**2)
    if len(depth) < 2 or np.ptp(depth) == 0:
        return Gradient(np.nan, np.nan, False)
    slope = float((weight * offset) @ temperature) / spread
    middle = float(weight @ temperature) / weight.sum()
    free = len(depth) - 2
    squares = float(weight @ (temperature - middle - slope * offset) ** 2)
    scatter = max(squares / free, 1.0) if free else 1.0
    return Gradient(slope, float(np.sqrt(scatter / spread)), _overturned(depth, temperature, sd))


def _overturned(depth: Floats, temperature: Floats, sd: Floats) -> bool:
    below = depth[:, None] > depth[None, :]
    colder = temperature[None, :] - temperature[:, None]
    error = np.hypot(sd[:, None], sd[None, :])
    return bool((below & (colder > 2 * error)).any())
