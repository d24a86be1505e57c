"""Temperatures at the bottom of holes that drilling has cooled, brought to those of the rock."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_METRE_PER_FOOT = 0.3048
HARRISON_DEPTHS = 914.4, 3_900.0  # [m] 3,000 ft, and where the parabola has its top
KEHLE_DEPTHS = 0.0, 3_680.0  # [m] where the polynomial has its top
FEWEST_RUNS = 2


def harrison(depth: Floats) -> Floats:
    """What to add to a bottom-hole temperature at a depth [K].

    Parameters
    ----------
    depth : numpy.ndarray
        [m], from 914 to 3,900; NaN comes out deeper, and 0 where the parabola is negative.

    Notes
    -----
    -16.51213476 + 0.01826842109 z - 2.344936959e-6 z², for sedimentary basins: fitted to
    bottom-hole and equilibrium temperatures of Oklahoma. Above 3,000 ft the hole is held to be as
    warm as the rock.

    References
    ----------
    Harrison, Luza, Prater and Cheung (1983), Geothermal resource assessment of Oklahoma, Oklahoma
    Geological Survey Special Publication 83-1. Blackwell and Richards (2004), Calibration of the
    AAPG geothermal survey of North America BHT data base, AAPG annual meeting.

    Examples
    --------
    >>> harrison(np.array([500.0, 2000.0, 3895.0, 4000.0])).round(2).tolist()
    [0.0, 10.64, 19.07, nan]
    """
    z = np.asarray(depth, dtype=float)
    added = np.maximum(-16.51213476 + 0.01826842109 * z - 2.344936959e-6 * z**2, 0.0)
    shallow, deep = HARRISON_DEPTHS
    return np.where(z > deep, np.nan, np.where(z < shallow, 0.0, added))


def kehle(depth: Floats) -> Floats:
    """What to add to a bottom-hole temperature at a depth [K].

    Parameters
    ----------
    depth : numpy.ndarray
        [m], to 3,680, where the polynomial has its top: deeper it would have holes cool rock
        less, and NaN comes out; 0 where it is negative.

    Notes
    -----
    In degrees Fahrenheit and feet: -8.819e-12 z³ - 2.143e-8 z² + 4.375e-3 z - 1.018, fitted to
    wells of the American Gulf coast and Texas.

    References
    ----------
    Kehle (1971), Geothermal survey of North America: 1971 annual progress report, AAPG. Gregory,
    Dodge, Posey and Morton (1980), Volume and accessibility of entrained methane in deep
    geopressured reservoirs, DOE/ET/11397-1.

    Examples
    --------
    10,000 ft: -8.819 - 2.143 + 43.75 - 1.018 = 31.77 °F.

    >>> kehle(np.array([3048.0])).round(2).tolist()
    [17.65]
    """
    z = np.asarray(depth, dtype=float) / _METRE_PER_FOOT
    fahrenheit = -8.819e-12 * z**3 - 2.143e-8 * z**2 + 4.375e-3 * z - 1.018
    deep = np.asarray(depth, dtype=float) > KEHLE_DEPTHS[1]
    return np.where(deep, np.nan, np.maximum(fahrenheit, 0.0) / 1.8)


def horner(temperature: Floats, circulation: Floats, shut_in: Floats) -> tuple[float, float]:
    """Temperature of the rock at one depth from runs at several times after circulation.

    Parameters
    ----------
    temperature : numpy.ndarray of shape (n,)
        Of each run [degC].
    circulation : numpy.ndarray of shape (n,)
        How long mud had circulated there [any unit of time].
    shut_in : numpy.ndarray of shape (n,)
        How long it had rested at each run [the same unit].

    Returns
    -------
    temperature, sd : float
        [degC], [K]; the standard deviation is NaN for two runs, which a line fits without error,
        and both are NaN where the hole did not warm, or all runs are of one time.

    Notes
    -----
    T = T_rock + m ln((t_c + Δt)/Δt), by least squares, m < 0. The hole is taken for a line that
    drew heat evenly while mud circulated, which holds for Δt well above r²/4κ, some two hours in a
    hole of 0.1 m radius: at shorter times the result is too low, by some degrees.

    References
    ----------
    Dowdle and Cobb (1975), Static formation temperature from well logs, an empirical method,
    J. Petroleum Technology 27, 1326-1330. Deming (1989), Application of bottom-hole temperature
    corrections in geothermal studies, Geothermics 18, 775-786.

    Examples
    --------
    >>> t, sd = horner(np.array([100.0, 105.0]), np.array([5.0, 5.0]), np.array([5.0, 15.0]))
    >>> round(t, 2), sd  # slope -5/ln(1.5), so 100 + 5 ln 2/ln 1.5
    (108.55, nan)
    """
    x = np.log((circulation + shut_in) / shut_in)
    if len(x) < FEWEST_RUNS or np.ptp(x) < 1e-9:
        return np.nan, np.nan
    offset = x - x.mean()
    spread = float(offset @ offset)
    slope = float(offset @ temperature) / spread
    if slope >= 0:
        return np.nan, np.nan
    rock = float(temperature.mean() - slope * x.mean())
    residual = temperature - rock - slope * x
    if len(x) == FEWEST_RUNS:
        return rock, np.nan
    variance = float(residual @ residual) / (len(x) - 2)
    return rock, float(np.sqrt(variance * (1 / len(x) + x.mean() ** 2 / spread)))
