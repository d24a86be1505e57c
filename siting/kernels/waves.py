"""Waves over a sea floor: dispersion, the speed of their energy, and its flux."""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from siting.kernels import jonswap

Floats = NDArray[np.float64]

WATER_DENSITY = 1025.0  # of the sea [kg m-3]
GRAVITY = 9.80665  # standard, by definition [m s-2]
# Energy flux in deep water over Hs^2 Te [W m-1 m-2 s-1].
DEEP = WATER_DENSITY * GRAVITY**2 / (64 * np.pi)
# Guo's start, within .75 % of the solution.
_GUO = 2.4908
_NEWTON = 3
_FOUR_PI_2 = 4 * np.pi**2
_DEEPEST = 300.0  # k d from which on tanh is 1 in double precision, and sinh not yet infinite
# Table of the flux over that in deep water: rows by Te/sqrt(Hs), columns by ln(omega_p^2 d / g).
_ROWS = 65
_STEP = 0.05
_FIRST, _LAST = round(np.log(1e-3) / _STEP), round(np.log(300.0) / _STEP)
_BLOCK = 1 << 18  # values at a time, so that copies of broadcast arrays stay small


def wave_number(frequency: ArrayLike, depth: ArrayLike) -> Floats:
    """Wave number by the full dispersion relation [m-1].

    Parameters
    ----------
    frequency : array
        Frequency of the waves [Hz].
    depth : array
        Depth of the water, above 0; infinite for deep water [m]. Arrays broadcast.

    Returns
    -------
    array
        k of omega^2 = g k tanh(k d); NaN where the depth is not above 0.

    Notes
    -----
    Guo's explicit solution, then three Newton steps: the relation then holds within 1e-12 of
    omega^2.

    References
    ----------
    Guo (2002), Simple and explicit solution of wave dispersion equation, Coastal Engineering 45,
    71-74.

    Examples
    --------
    >>> k = wave_number([0.1, 0.1], [10.0, np.inf])
    >>> k.round(6).tolist()
    [0.068032, 0.040257]
    """
    omega = 2 * np.pi * np.asarray(frequency, float)
    depth = np.asarray(depth, float)
    depth = np.where(depth > 0, depth, np.nan)
    deep = np.isinf(depth)
    finite = np.where(deep, 1.0, depth)
    found: Floats = np.where(
        deep, omega**2 / GRAVITY, relative_depth(omega**2 * finite / GRAVITY) / finite
    )
    return found


def relative_depth(q: Floats) -> Floats:
    """Product k d that solves k d tanh(k d) = q, with q = omega^2 d / g."""
    with np.errstate(divide="ignore", invalid="ignore"):
        y = q * (-np.expm1(-(q ** (_GUO / 2)))) ** (-1 / _GUO)
        for _ in range(_NEWTON):
            tanh = np.tanh(y)
            y = y - (y * tanh - q) / (tanh + y * (1 - tanh**2))
    return np.where(q == 0, 0.0, y)


def group_velocity(frequency: ArrayLike, depth: ArrayLike) -> Floats:
    """Speed of the waves' energy [m s-1].

    Parameters
    ----------
    frequency : array
        Frequency of the waves, above 0 [Hz].
    depth : array
        Depth of the water, above 0; infinite for deep water [m]. Arrays broadcast.

    Notes
    -----
    omega/(2k) (1 + 2 k d / sinh(2 k d)): g/(2 omega) in deep water, sqrt(g d) in shallow.

    Examples
    --------
    >>> group_velocity([0.1, 0.1, 0.001], [10.0, np.inf, 10.0]).round(3).tolist()
    [8.068, 7.804, 9.903]
    """
    omega = 2 * np.pi * np.asarray(frequency, float)
    q = omega**2 * np.asarray(depth, float) / GRAVITY
    found: Floats = GRAVITY / (2 * omega) * over_deep(q)
    return found


def over_deep(q: Floats) -> Floats:
    """Group velocity over that in deep water, by q = omega^2 d / g; 1.2 at most, near q = 1.2."""
    q = np.where(q > 0, np.minimum(q, _DEEPEST), np.nan)
    y = relative_depth(q)
    found: Floats = np.tanh(y) * (1 + 2 * y / np.sinh(2 * y))
    return found


class _Table(NamedTuple):
    """Flux over that in deep water."""

    values: Floats  # (rows, columns)
    shift: Floats  # of each row: 2 ln(Te/Tp)
    lowest: float  # Te/sqrt(Hs) of the first row
    highest: float


@cache
def _table() -> _Table:
    """Rows by Te/sqrt(Hs), columns by the logarithm of omega_p^2 d / g of the peak."""
    steepness, gammas = jonswap.gamma_nodes()
    rows = np.linspace(steepness[0], steepness[-1], _ROWS)
    gamma = np.interp(rows, steepness, gammas)
    x, weights = jonswap.quadrature()
    density = jonswap.shape(x, gamma[:, None]) * (weights / x)  # of m-1
    density /= density.sum(axis=1)[:, None]
    # Group velocities at omega^2 = omega_p^2 x^2: steps of x and of columns have common nodes.
    fine = 2 * float(np.log(x[1] / x[0]))
    every = round(_STEP / fine)
    count = (_LAST - _FIRST) * every + x.size
    course = _STEP * _FIRST + 2 * np.log(x[0]) + fine * np.arange(count)
    speed = sliding_window_view(over_deep(np.exp(course)), x.size)[::every]
    shift = 2 * np.log(jonswap.ratios(gamma).te)
    # Not by BLAS, whose last digits depend on how many threads it has.
    values = np.einsum("rx,cx->rc", density, speed)
    return _Table(values, shift, float(rows[0]), float(rows[-1]))


def energy_flux(
    height: ArrayLike, energy_period: ArrayLike, depth: ArrayLike
) -> NDArray[np.floating[Any]]:
    """Energy flux of waves per width of crest, at any depth [W m-1].

    Parameters
    ----------
    height : array
        Significant wave height [m].
    energy_period : array
        Energy period Te, that is Tm-1,0; no other period [s].
    depth : array
        Depth of the water, above 0; infinite for deep water [m]. Arrays broadcast.

    Returns
    -------
    array
        float32 where height and period are, else float64; NaN where a value is missing or the
        depth is not above 0, 0 where the height is 0.

    Notes
    -----
    rho g times the integral of density times group velocity over a JONSWAP shape whose peak
    enhancement follows from height and period (`jonswap.gamma_of_energy`), scaled to the height
    and period given: 490.2701 Hs^2 Te in deep water whatever the shape. A table is looked up
    whose values differ from the integral by less than 1e-5 where 4 pi^2 d / (g Te^2) is above 2e-3,
    and by less than 5e-4 in water shallower than that. Neglected: seas of two peaks, whose
    flux at depths around a sixth of their length may differ by some percent, and currents.

    References
    ----------
    IEC TS 62600-101:2024, equations 8 and 9; Guo (2002) for the dispersion relation.

    Examples
    --------
    >>> energy_flux(2.0, 10.0, [np.inf, 50.0, 10.0, -3.0]).round(0).tolist()
    [19611.0, 21895.0, 19289.0, nan]
    """
    given = [np.asarray(each) for each in (height, energy_period, depth)]
    single = all(each.dtype == np.float32 for each in given[:2])
    shape = np.broadcast_shapes(*(each.shape for each in given))
    found = np.empty(shape, np.float32 if single else np.float64)
    table = _table()
    whole = [np.broadcast_to(each, shape) for each in given]
    for part in _blocks(shape):
        flat = [np.ascontiguousarray(each[part]).reshape(-1) for each in whole]
        flux = _fluxes(flat[0], flat[1], flat[2], *table)
        found[part] = flux.reshape(found[part].shape)
    return found


def _blocks(shape: tuple[int, ...]) -> Iterator[tuple[slice, ...]]:
    """Parts of an array along its first axis, of some hundred thousand values each."""
    if not shape:
        yield ()
        return
    step = max(1, _BLOCK // max(1, int(np.prod(shape[1:]))))
    for first in range(0, shape[0], step):
        yield (slice(first, first + step),)


@numba.njit(nogil=True, cache=True, error_model="numpy")
def _fluxes(height, energy_period, depth, table, shift, lowest, highest):  # type: ignore[no-untyped-def]
    """Flux of each triple [W m-1]."""
    found = np.empty(height.size)
    last = table.shape[0] - 1
    scale = last / (highest - lowest)
    for i in range(height.size):
        h, t, d = float(height[i]), float(energy_period[i]), float(depth[i])
        if not (h >= 0 and t > 0 and d > 0):  # NaN is none of these
            found[i] = np.nan
            continue
        deep = DEEP * h * h * t
        if h == 0 or d == np.inf:
            found[i] = deep
            continue
        place = min(max((t / np.sqrt(h) - lowest) * scale, 0.0), last - 1e-9)
        row = int(place)
        share = place - row
        q = _FOUR_PI_2 * d / (GRAVITY * t * t)  # of the energy period
        logarithm = np.log(q) + shift[row] + share * (shift[row + 1] - shift[row])
        found[i] = deep * _looked_up(table, row, share, logarithm)
    return found


@numba.njit(nogil=True, cache=True, error_model="numpy")
def _looked_up(table, row, share, logarithm):  # type: ignore[no-untyped-def]
    """Flux over that in deep water: linear from row to row, cubic along a row."""
    place = logarithm / _STEP - _FIRST
    if place >= table.shape[1] - 2:
        return 1.0  # deep
    shallow = 1.0
    if place < 1:  # the speed of all waves is sqrt(g d): as the root of q
        shallow, place = np.exp((place - 1) * _STEP / 2), 1.0
    c = int(place)
    u = place - c
    # Lagrange's weights of the four nodes around.
    a = -u * (u - 1) * (u - 2) / 6
    b = (u + 1) * (u - 1) * (u - 2) / 2
    e = -(u + 1) * u * (u - 2) / 2
    f = (u + 1) * u * (u - 1) / 6
    one = a * table[row, c - 1] + b * table[row, c] + e * table[row, c + 1] + f * table[row, c + 2]
    row += 1
    two = a * table[row, c - 1] + b * table[row, c] + e * table[row, c + 1] + f * table[row, c + 2]
    return shallow * (one + share * (two - one))
