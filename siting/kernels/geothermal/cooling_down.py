"""How hot the water still is: heat lost in the well, and reservoirs that cool with the years."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from siting.kernels.geothermal.water import heat_capacity

Floats = NDArray[np.float64]
SECONDS_PER_YEAR = 365.0 * 86_400.0


@njit(cache=True)
def wellbore_drop(
    flow: float,
    temperature: float,
    bottom: float,
    gradient: float,
    depth: float,
    radius: float,
    conductivity: float,
    diffusivity: float,
    years: float,
) -> float:
    """Kelvins that water loses on its way up a well [K].

    Parameters
    ----------
    flow : float
        Of the well [kg s-1].
    temperature, bottom : float
        Of the water entering the well, and of the undisturbed rock there [degC].
    gradient : float
        Of the rock along the well [K m-1].
    depth, radius : float
        Of the well [m].
    conductivity : float
        Of the rock [W m-1 K-1].
    diffusivity : float
        Of the rock [m2 s-1].
    years : float
        Since production began [yr].

    References
    ----------
    Ramey (1962), J. Petroleum Technology 14, 427-435, with the line-source time function.

    Examples
    --------
    55 kg/s from 3 km, 50 K/km, after 15 years:

    >>> round(wellbore_drop(55.0, 170.0, 170.0, 0.05, 3000.0, 0.0889, 2.7, 1e-6, 15.0), 1)
    2.7
    """
    if flow <= 0.0 or years <= 0.0:
        return 0.0
    spread = 2.0 * math.sqrt(diffusivity * years * SECONDS_PER_YEAR) / radius
    function = max(math.log(spread) - 0.29, 0.1)
    length = flow * heat_capacity(temperature) * function / (2.0 * math.pi * conductivity)
    decay = math.exp(-depth / length)
    top = bottom - gradient * depth + gradient * length * (1.0 - decay)
    return temperature - (top + (temperature - bottom) * decay)


@njit(cache=True)
def linear_decline(temperature: float, injection: float, drawdown: float, years: float) -> float:
    """Temperature of a reservoir that loses the same share of its usable heat every year [degC].

    Parameters
    ----------
    temperature, injection : float
        At first, and of the water that is put back [degC].
    drawdown : float
        Share of their difference lost each year [yr-1].
    years : float
        Since production began [yr].

    Examples
    --------
    >>> linear_decline(145.0, 70.0, 0.005, 30.0)
    133.75
    """
    return temperature - drawdown * years * (temperature - injection)


def _euler_inverse(time: Floats, spacing: Floats) -> Floats:
    """Inverse Laplace transform of exp(-sqrt(s) tanh(spacing sqrt(s)))/s by Euler's summation.

    References
    ----------
    Abate and Whitt (1995), ORSA J. Computing 7, 36-43: 30 terms and 11 binomial means, which also
    bear the steep fronts of narrow spacings.
    """
    terms, means = 30, 11
    k = np.arange(terms + means + 1)
    s = (18.4 + 2j * np.pi * k) / (2.0 * time[..., None])
    root = np.sqrt(s)
    image = (np.exp(-root * np.tanh(spacing[..., None] * root)) / s).real
    image[..., 0] /= 2.0
    sums = np.cumsum(np.where(k % 2 == 0, image, -image), axis=-1)[..., terms:]
    weights = np.array([math.comb(means, each) for each in range(means + 1)]) / 2.0**means
    return np.asarray(np.clip(math.exp(9.2) / time * (sums @ weights), 0.0, 1.0))


# Tabulated once: logarithm of the half spacing, and of the time over that of the front.
_SPACING = np.linspace(math.log(3e-3), math.log(30.0), 70)
_TIME = np.linspace(math.log(0.03), math.log(300.0), 220)


def _table() -> Floats:
    spacing = np.exp(_SPACING)[:, None]
    time = np.exp(_TIME)[None, :] * spacing / (1.0 + spacing)
    return _euler_inverse(time, np.broadcast_to(spacing, time.shape))


_COOLING = _table()


@njit(cache=True)
def fracture_cooling(time: float, spacing: float) -> float:
    """How far water from parallel fractures has fallen from the rock's temperature to its own [1].

    Parameters
    ----------
    time : float
        Dimensionless time, see :func:`fracture_scales`.
    spacing : float
        Dimensionless half of the distance between fractures.

    Returns
    -------
    float
        0 at the rock's first temperature, 1 at that of the water put in; right within .005.

    Notes
    -----
    Inverse Laplace transform of exp(-sqrt(s) tanh(spacing sqrt(s)))/s, looked up in a table.

    References
    ----------
    Gringarten, Witherspoon and Ohnishi (1975), J. Geophys. Res. 80, 1120-1124.

    Examples
    --------
    One fracture in endless rock has the closed form erfc(1/(2 sqrt(t))):

    >>> round(fracture_cooling(2.0, 1e6), 2), round(math.erfc(0.5 / math.sqrt(2.0)), 2)
    (0.62, 0.62)
    """
    if time <= 0.0:
        return 0.0
    half = min(max(spacing, 3e-3), 30.0)
    relative = math.log(time * (1.0 + half) / half)
    if relative <= _TIME[0]:
        return 0.0
    across = (math.log(half) - _SPACING[0]) / (_SPACING[1] - _SPACING[0])
    along = (min(relative, _TIME[-1]) - _TIME[0]) / (_TIME[1] - _TIME[0])
    i, j = min(int(across), len(_SPACING) - 2), min(int(along), len(_TIME) - 2)
    a, b = across - i, along - j
    near = _COOLING[i, j] * (1.0 - b) + _COOLING[i, j + 1] * b
    far = _COOLING[i + 1, j] * (1.0 - b) + _COOLING[i + 1, j + 1] * b
    return float(near * (1.0 - a) + far * a)


@njit(cache=True)
def fracture_time(cooling: float, spacing: float) -> float:
    """Dimensionless time at which the water has fallen so far; the inverse of the function above.

    Parameters
    ----------
    cooling : float
        From 0 to 1 [1].
    spacing : float
        Dimensionless half of the distance between fractures.

    Examples
    --------
    >>> round(fracture_cooling(fracture_time(0.05, 0.05), 0.05), 6)
    0.05
    """
    half = min(max(spacing, 3e-3), 30.0)
    across = (math.log(half) - _SPACING[0]) / (_SPACING[1] - _SPACING[0])
    i = min(int(across), len(_SPACING) - 2)
    a = across - i
    low, high = 0, len(_TIME) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if _COOLING[i, middle] * (1.0 - a) + _COOLING[i + 1, middle] * a <= cooling:
            low = middle
        else:
            high = middle
    before = _COOLING[i, low] * (1.0 - a) + _COOLING[i + 1, low] * a
    after = _COOLING[i, high] * (1.0 - a) + _COOLING[i + 1, high] * a
    share = min(max((cooling - before) / max(after - before, 1e-12), 0.0), 1.0)
    relative = _TIME[low] + share * (_TIME[high] - _TIME[low])
    return math.exp(relative) * half / (1.0 + half)


@njit(cache=True)
def fracture_scales(
    flow: float,
    fractures: float,
    height: float,
    width: float,
    separation: float,
    rock_heat: float,
    conductivity: float,
    years: float,
    cold: float,
) -> tuple[float, float]:
    """Dimensionless time and half spacing of parallel fractures.

    Parameters
    ----------
    flow : float
        Of all water through the fractures [kg s-1].
    fractures : float
        Their number.
    height, width : float
        Of a fracture, along and across the flow [m].
    separation : float
        Between neighbours [m].
    rock_heat : float
        Volumetric heat capacity of the rock [J m-3 K-1].
    conductivity : float
        Of the rock [W m-1 K-1].
    years : float
        Since production began [yr].
    cold : float
        Temperature of the water whose heat capacity counts [degC].

    Examples
    --------
    >>> [round(x, 3) for x in
    ...  fracture_scales(40.0, 5.0, 700.0, 700.0, 100.0, 2.25e6, 2.83, 30.0, 60.0)]
    [0.173, 0.603]
    """
    rate = flow / fractures * heat_capacity(cold) / (width * height)  # [W m-2 K-1]
    time = rate**2 / (4.0 * conductivity * rock_heat) * years * SECONDS_PER_YEAR
    return time, rate * separation / 2.0 / (2.0 * conductivity)
