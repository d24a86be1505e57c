"""Steady conduction through layers of rock that produce heat: temperature at a depth, and back.

The integral of conductivity over temperature (Kirchhoff's transform) makes both exact, also where
conductivity falls with temperature: through a layer it grows by q dz - A dz²/2, q being the heat
flow at the layer's top.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Law = Literal["constant", "sass_1992"]
_REFERENCE = 25.0  # [degC] at which conductivity is measured
# k(T) = k0/(1.007 + T (0.0036 - 0.0072/k0)), k0 = k25 (1.007 + 25 (0.0037 - 0.0074/k25)).
# Neither bracket is let below 0, as it would be for rock under 2 W m-1 K-1: the formula, fitted to
# crystalline rock, would have that conduct ever better, and without limit at some 400 degC.
_INTERCEPT, _SLOPE, _SLOPE_OVER_K = 1.007, 0.0036, 0.0072
_SLOPE_25, _SLOPE_OVER_K_25 = 0.0037, 0.0074


class Rock(NamedTuple):
    """One layer of rock; each of its members is a number or an array over cells.

    Attributes
    ----------
    thickness : float or numpy.ndarray
        [m]; infinite for the last.
    conductivity : float or numpy.ndarray
        [W m-1 K-1], at 25 degC where it falls with temperature.
    heat_production : float or numpy.ndarray
        [W m-3].
    """

    thickness: Any
    conductivity: Any
    heat_production: Any


def conductivity_at_zero(conductivity: Any) -> Any:
    """Conductivity of crystalline rock at 0 degC from that at 25 degC [W m-1 K-1].

    Rock that conducts less than 2 W m-1 K-1 is held to conduct the same at all temperatures.

    References
    ----------
    Sass, Lachenbruch, Moses and Morgan (1992), Heat flow from a scientific research well at Cajon
    Pass, California, J. Geophys. Res. 97, 5017-5030.

    Examples
    --------
    >>> round(float(conductivity_at_zero(3.0)), 4)
    3.1135
    """
    k = conductivity
    slope = np.maximum(_SLOPE_25 - _SLOPE_OVER_K_25 / k, 0.0)
    return k * (_INTERCEPT + _REFERENCE * slope)


def conductivity_at(temperature: Any, conductivity: Any) -> Any:
    """Conductivity of crystalline rock at a temperature from that at 25 degC [W m-1 K-1].

    Examples
    --------
    >>> round(float(conductivity_at(200.0, 3.0)), 3)
    2.462
    """
    k = conductivity_at_zero(conductivity)
    return k / (_INTERCEPT + temperature * np.maximum(_SLOPE - _SLOPE_OVER_K / k, 0.0))


def temperature_at(
    depth: Any, heat_flow: Any, surface: Any, rocks: Sequence[Rock], law: Law
) -> tuple[Floats, Floats]:
    """Temperature and heat flow at a depth.

    Parameters
    ----------
    depth : float or numpy.ndarray
        [m]
    heat_flow : float or numpy.ndarray
        At the surface [W m-2].
    surface : float or numpy.ndarray
        Temperature of the surface [degC].
    rocks : sequence of Rock
        From the surface down.
    law : str
        Whether conductivity is constant or falls with temperature (Sass et al. 1992).

    Returns
    -------
    temperature, heat_flow : numpy.ndarray
        [degC], [W m-2]; what the formula gives, also where the heat flow has turned downward.

    Examples
    --------
    >>> t, q = temperature_at(3000.0, 0.09, 15.0, [Rock(np.inf, 2.5, 1e-6)], "constant")
    >>> round(float(t), 1), round(float(q), 3)
    (121.2, 0.087)
    """
    t, q, left = np.asarray(surface, float), np.asarray(heat_flow, float), np.asarray(depth, float)
    for rock in rocks:
        dz = np.minimum(left, rock.thickness)
        gained = q * dz - rock.heat_production * dz**2 / 2
        t = _warmed(t, gained, rock.conductivity, law)
        q = q - rock.heat_production * dz
        left = left - dz
    return t, q


def depth_of(
    temperature: Any, heat_flow: Any, surface: Any, rocks: Sequence[Rock], law: Law
) -> Floats:
    """Depth at which a temperature is reached [m], infinite where it never is.

    Parameters
    ----------
    temperature : float or numpy.ndarray
        [degC], above that of the surface.
    heat_flow, surface, rocks, law
        As for :func:`temperature_at`.

    Notes
    -----
    The first layer that the temperature is reached in, dz = 2 θ / (q + √(q² - 2 A θ)) below its
    top, θ being the integral of conductivity from the top's temperature to the one sought. It is
    never reached where q² < 2 A θ: the heat flow is used up before.

    Examples
    --------
    >>> z = depth_of(121.2, 0.09, 15.0, [Rock(np.inf, 2.5, 1e-6)], "constant")
    >>> round(float(z), 6)
    3000.0
    """
    t, q = np.asarray(surface, float), np.asarray(heat_flow, float)
    target = np.asarray(temperature, float)
    top, found = np.zeros(np.broadcast_shapes(t.shape, q.shape, target.shape)), None
    for rock in rocks:
        wanted = _integral(t, target, rock.conductivity, law)
        a = rock.heat_production
        root = q**2 - 2 * a * wanted
        with np.errstate(invalid="ignore", divide="ignore"):
            dz = 2 * wanted / (q + np.sqrt(root))
            inside = (root >= 0) & (q > 0) & (dz >= 0) & (dz <= rock.thickness)
        here = np.where(inside, top + dz, np.inf)
        found = here if found is None else np.where(np.isfinite(found), found, here)
        if np.isinf(rock.thickness).all():
            break
        gained = q * rock.thickness - a * rock.thickness**2 / 2
        t = _warmed(t, gained, rock.conductivity, law)
        q, top = q - a * rock.thickness, top + rock.thickness
    unknown = np.isnan(top + q + t + target)
    return np.where(unknown, np.nan, np.asarray(found, float))


def gradient_at(
    temperature: Any, heat_flow: Any, depth: Any, rocks: Sequence[Rock], law: Law
) -> Floats:
    """Temperature gradient at a depth from the temperature and heat flow there [K m-1]."""
    top, found = np.asarray(0.0), None
    for rock in rocks:
        k = rock.conductivity
        here = heat_flow / (k if law == "constant" else conductivity_at(temperature, k))
        found = here if found is None else np.where(depth > top, here, found)
        top = top + rock.thickness
    return np.asarray(found, float)


def propagated(
    function: Callable[..., Floats], values: Sequence[Any], sds: Sequence[Any]
) -> Floats:
    """Standard deviation of a function of independent quantities.

    Parameters
    ----------
    function : callable
        Takes as many arguments as there are values.
    values, sds : sequence
        Quantities and their standard deviations, as numbers or arrays.

    Notes
    -----
    √Σ ((f(x + s) - f(x - s))/2)², one quantity at a time: exact for a linear function, right to
    the third order for others.

    Examples
    --------
    >>> float(propagated(lambda a, b: np.asarray(3 * a + b), [1.0, 1.0], [1.0, 4.0]))
    5.0
    """
    total: Any = 0.0
    for number, sd in enumerate(sds):
        if np.ndim(sd) == 0 and not sd:
            continue
        ends = []
        for sign in (1, -1):
            moved = [*values]
            moved[number] = values[number] + sign * sd
            ends.append(function(*moved))
        total = total + ((ends[0] - ends[1]) / 2) ** 2
    return np.asarray(np.sqrt(total), float)


def _integral(low: Any, high: Any, conductivity: Any, law: Law) -> Floats:
    """Integral of conductivity over temperature [W m-1]."""
    if law == "constant":
        return np.asarray(conductivity * (high - low), float)
    k, b = _law(conductivity)
    c = _INTERCEPT + b * low
    # log1p(x)/x goes to 1 where the conductivity does not depend on temperature (k0 = 2).
    x = b * (high - low) / c
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(np.abs(x) < 1e-9, 1.0, np.log1p(x) / x)
    return np.asarray(k * (high - low) / c * share, float)


def _warmed(low: Any, gained: Any, conductivity: Any, law: Law) -> Floats:
    """The temperature that a gain of the integral of conductivity leads to [degC]."""
    if law == "constant":
        return np.asarray(low + gained / conductivity, float)
    k, b = _law(conductivity)
    c = _INTERCEPT + b * low
    x = b * gained / k
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        share = np.where(np.abs(x) < 1e-9, 1.0, np.expm1(x) / x)
    return np.asarray(low + gained / k * c * share, float)


def _law(conductivity: Any) -> tuple[Any, Any]:
    k = conductivity_at_zero(np.asarray(conductivity, float))
    return k, np.maximum(_SLOPE - _SLOPE_OVER_K / k, 0.0)
