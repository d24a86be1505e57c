"""The hour by hour balance of generation, battery and load, compiled, 64 series side by side.

What runs here has no branches inside an hour and keeps its 64 lanes in the nearest cache, so that
the compiler turns them into vector instructions. A lane is one design at one site.
"""

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from siting.projection import Floats

LANES = 64
_STRIDE = LANES + 8  # rows a whole multiple of 512 bytes apart would get in each other's way
_HOURS = 64  # hours of generation that are made ready at once
_WINDOW = 240  # hours at the end; after them most batteries have forgotten how full they were
_ROUNDING = 1e-12  # share of the energy of a series
_SHORT_BELOW = 1e-9  # share of the load that counts as served in full: rounding, nothing else

# Where each quantity of the lanes begins in their one array: a single array and fixed distances
# let the compiler see that no two of them overlap.
_WAVE, _SUN, _ENERGY, _CHARGE, _DISCHARGE, _LOAD, _COMPUTE, _NOTHING, _ALL_COMPUTE = (
    _STRIDE * row for row in range(9)
)
_LEVEL, _FLOOR, _DRIFT = (_STRIDE * row for row in range(9, 12))
_SUMS = _STRIDE * 12
_GENERATED, _DRAWN, _SHORT, _SHORT_COMPUTE, _BELOW, _DARK, _RUN, _LONGEST, _LEADING = (
    _STRIDE * row for row in range(12, 21)
)
_ROWS = 21

# Columns of what comes out.
RESULTS = ("energy_served", "compute_served", "full_load_hours", "longest_outage",
           "hotel_unserved", "curtailed", "cycles", "start")  # fmt: skip


@numba.njit(cache=True, nogil=True)
def run_lanes(
    wave: NDArray[Any],
    sun: NDArray[Any],
    designs: Floats,
    hotel: Floats,
    compute: Floats,
    efficiencies: tuple[float, float],
    start: float,
    pairs: tuple[int, int],
    out: Floats,
) -> bool:
    """Fill in the results of pairs of a site and a design; whether the series have values below 0.

    Parameters
    ----------
    wave, sun : (s, t) arrays
        Generation of each per unit of its capacity [1].
    designs : (s or 1, d, 5) array
        Wave and solar capacity [kW], battery energy [kWh], charge and discharge limits [kW].
    hotel, compute : (s,) arrays
        Load [kW].
    efficiencies : tuple
        Of charging and of discharging [1].
    start : float
        Charge at the start as a share of the battery's energy; NaN for that at the end.
    pairs : tuple
        First pair and the one after the last; pair p is design p % d at site p // d.
    out : (s * d, 8) array
        Written to, in the order of RESULTS.
    """
    lanes = np.zeros(_ROWS * _STRIDE)
    site = np.zeros(LANES, dtype=np.int64)
    generation = np.empty((_HOURS, LANES))
    hours, negative = wave.shape[1], False
    for first in range(pairs[0], pairs[1], LANES):
        count = min(LANES, pairs[1] - first)
        _load_lanes(designs, hotel, compute, first, count, lanes, site)
        if np.isnan(start):
            window = _WINDOW
            _settle(wave, sun, max(hours - window, 0), efficiencies, lanes, site, generation)
            while window < hours and not _settled(lanes):
                window *= 3
                _settle(wave, sun, max(hours - window, 0), efficiencies, lanes, site, generation)
            _choose_level(lanes)
        else:
            for i in range(LANES):
                lanes[_LEVEL + i] = start * lanes[_ENERGY + i]
        for i in range(count):
            out[first + i, 7] = lanes[_LEVEL + i]
        negative |= _measure(wave, sun, efficiencies, lanes, site, generation)
        _write(lanes, hours, efficiencies, np.isnan(start), first, count, out)
    return negative


@numba.njit(cache=True, nogil=True)
def _load_lanes(
    designs: Floats,
    hotel: Floats,
    compute: Floats,
    first: int,
    count: int,
    lanes: Floats,
    site: NDArray[np.int64],
) -> None:
    """Designs, loads and sites of the lanes; lanes without a pair repeat the last."""
    shared = designs.shape[0] == 1
    for i in range(LANES):
        k, d = divmod(first + min(i, count - 1), designs.shape[1])
        site[i] = k
        for column in range(5):
            lanes[column * _STRIDE + i] = designs[0 if shared else k, d, column]
        lanes[_LOAD + i] = hotel[k] + compute[k]
        lanes[_COMPUTE + i] = compute[k]
        lanes[_NOTHING + i] = _SHORT_BELOW * lanes[_LOAD + i]
        lanes[_ALL_COMPUTE + i] = compute[k] + lanes[_NOTHING + i]
    lanes[_SUMS:] = 0.0


@numba.njit(cache=True, nogil=True)
def _fill(
    wave: NDArray[Any],
    sun: NDArray[Any],
    first: int,
    count: int,
    lanes: Floats,
    site: NDArray[np.int64],
    generation: Floats,
) -> bool:
    """Generation of the lanes in some hours; whether the series have values below 0 in them."""
    negative = False
    if site[0] == site[LANES - 1]:
        waves, suns = wave[site[0], first : first + count], sun[site[0], first : first + count]
        for hour in range(count):
            w, s = float(waves[hour]), float(suns[hour])
            negative |= (w < 0.0) | (s < 0.0)
            row = generation[hour]
            for i in range(LANES):
                row[i] = lanes[_WAVE + i] * w + lanes[_SUN + i] * s
    else:
        for i in range(LANES):
            a, b, k = lanes[_WAVE + i], lanes[_SUN + i], site[i]
            waves, suns = wave[k, first : first + count], sun[k, first : first + count]
            for hour in range(count):
                w, s = float(waves[hour]), float(suns[hour])
                negative |= (w < 0.0) | (s < 0.0)
                generation[hour, i] = a * w + b * s
    return negative


@numba.njit(cache=True, nogil=True)
def _settle(
    wave: NDArray[Any],
    sun: NDArray[Any],
    from_hour: int,
    efficiencies: tuple[float, float],
    lanes: Floats,
    site: NDArray[np.int64],
    generation: Floats,
) -> None:
    """Charge at the end from an empty (_FLOOR) and a full (_LEVEL) start, and the free drift."""
    gain, draw = efficiencies[0], 1.0 / efficiencies[1]
    for i in range(LANES):
        lanes[_FLOOR + i] = lanes[_DRIFT + i] = 0.0
        lanes[_LEVEL + i] = lanes[_ENERGY + i]
    for first in range(from_hour, wave.shape[1], _HOURS):
        count = min(_HOURS, wave.shape[1] - first)
        _fill(wave, sun, first, count, lanes, site, generation)
        for hour in range(count):
            for i in range(LANES):
                net = generation[hour, i] - lanes[_LOAD + i]
                power = min(max(net, -lanes[_DISCHARGE + i]), lanes[_CHARGE + i])
                step = min(power * gain, power * draw)  # as in _add_hour
                energy = lanes[_ENERGY + i]
                lanes[_FLOOR + i] = min(max(lanes[_FLOOR + i] + step, 0.0), energy)
                lanes[_LEVEL + i] = min(max(lanes[_LEVEL + i] + step, 0.0), energy)
                lanes[_DRIFT + i] += step


@numba.njit(cache=True, nogil=True)
def _settled(lanes: Floats) -> bool:
    apart = 0.0
    for i in range(LANES):
        apart = max(apart, lanes[_LEVEL + i] - lanes[_FLOOR + i])
    return apart == 0.0


@numba.njit(cache=True, nogil=True)
def _choose_level(lanes: Floats) -> None:
    """Put the charge that a year ends with as it began into _LEVEL.

    An hour shifts the charge by an amount that does not depend on it, and cuts it off at empty and
    full; so does a year: x becomes x + drift between the ends from an empty and a full start.
    Where these differ, the charge that repeats is the upper of them for a drift above 0 and the
    lower for any other, the least of all that repeat.
    """
    for i in range(LANES):
        if not lanes[_DRIFT + i] > 0.0:
            lanes[_LEVEL + i] = lanes[_FLOOR + i]


@numba.njit(cache=True, nogil=True)
def _measure(
    wave: NDArray[Any],
    sun: NDArray[Any],
    efficiencies: tuple[float, float],
    lanes: Floats,
    site: NDArray[np.int64],
    generation: Floats,
) -> bool:
    """Add up what happens in all hours; whether the series have values below 0."""
    negative, leading = False, True
    for first in range(0, wave.shape[1], _HOURS):
        count = min(_HOURS, wave.shape[1] - first)
        negative |= _fill(wave, sun, first, count, lanes, site, generation)
        for hour in range(count):
            _add_hour(generation[hour], efficiencies[0], efficiencies[1], lanes)
            if leading:
                leading = _still_leading(lanes, first + hour + 1.0)
    return negative


@numba.njit(cache=True, nogil=True)
def _add_hour(generation: Floats, gain: float, loss: float, lanes: Floats) -> None:
    """Balance of one hour.

    As gain <= 1 <= 1 / loss, the smaller of the two products is that of charging for a power above
    0 and that of discharging for one below. Curtailment follows from the sums at the end.
    """
    draw = 1.0 / loss
    for i in range(LANES):
        generated, level = generation[i], lanes[_LEVEL + i]
        net = generated - lanes[_LOAD + i]
        power = min(max(net, -lanes[_DISCHARGE + i]), lanes[_CHARGE + i])
        step = min(power * gain, power * draw)
        after = min(max(level + step, 0.0), lanes[_ENERGY + i])
        drawn = max(level - after, 0.0)
        short = max(-net - drawn * loss, 0.0)
        below = 1.0 if short > lanes[_NOTHING + i] else 0.0
        run = (lanes[_RUN + i] + 1.0) * below
        lanes[_LEVEL + i] = after
        lanes[_GENERATED + i] += generated
        lanes[_DRAWN + i] += drawn
        lanes[_SHORT + i] += short
        lanes[_SHORT_COMPUTE + i] += min(short, lanes[_COMPUTE + i])
        lanes[_BELOW + i] += below
        lanes[_DARK + i] += 1.0 if short > lanes[_ALL_COMPUTE + i] else 0.0
        lanes[_RUN + i] = run
        lanes[_LONGEST + i] = max(lanes[_LONGEST + i], run)


@numba.njit(cache=True, nogil=True)
def _still_leading(lanes: Floats, hours: float) -> bool:
    """Note runs below full load that have lasted from the start; whether there are any."""
    any_left = False
    for i in range(LANES):
        if lanes[_BELOW + i] == hours:
            lanes[_LEADING + i] = hours
            any_left = True
    return any_left


@numba.njit(cache=True, nogil=True)
def _write(
    lanes: Floats,
    hours: int,
    efficiencies: tuple[float, float],
    cyclic: bool,
    first: int,
    count: int,
    out: Floats,
) -> None:
    """Results of the lanes from their sums; NaN all through where the series has one."""
    for i in range(count):
        load, compute, energy = lanes[_LOAD + i], lanes[_COMPUTE + i], lanes[_ENERGY + i]
        generated, row = lanes[_GENERATED + i], first + i
        if not np.isfinite(generated):
            out[row, :] = np.nan
            continue
        longest = lanes[_LONGEST + i]
        if cyclic:  # an outage at the end goes on at the start
            longest = max(longest, min(lanes[_RUN + i] + lanes[_LEADING + i], float(hours)))
        out[row, 0] = _share_served(lanes[_SHORT + i], load * hours)
        out[row, 1] = _share_served(lanes[_SHORT_COMPUTE + i], compute * hours)
        out[row, 2] = 1.0 - lanes[_BELOW + i] / hours
        out[row, 3] = longest
        out[row, 4] = lanes[_DARK + i]
        drawn, left = lanes[_DRAWN + i], lanes[_LEVEL + i] - out[row, 7]
        served = load * hours - lanes[_SHORT + i]
        into_battery = (drawn + left) / efficiencies[0] - drawn * efficiencies[1]
        rest = generated - served - into_battery
        out[row, 5] = rest / generated if rest > _ROUNDING * load * hours else 0.0
        out[row, 6] = drawn / energy if energy > 0.0 else 0.0


@numba.njit(cache=True, nogil=True)
def _share_served(short: float, asked: float) -> float:
    """Share of an energy that is served; exactly 0 where only rounding is left of it."""
    if asked == 0.0:
        return np.nan
    share = 1.0 - short / asked
    return share if share > _ROUNDING else 0.0


@numba.njit(cache=True, nogil=True)
def run_trace(
    generation: Floats,
    design: Floats,
    load: float,
    efficiencies: tuple[float, float],
    level: float,
    out: Floats,
) -> None:
    """Fill in served, charge at the end of the hour and curtailed, (t, 3), of one design."""
    gain, loss = efficiencies
    for hour in range(len(generation)):
        net = generation[hour] - load
        if net >= 0.0:
            after = min(level + min(net, design[3]) * gain, design[2])
            out[hour, 0], out[hour, 2] = load, net - (after - level) / gain
        else:
            after = max(level - min(-net, design[4]) / loss, 0.0)
            out[hour, 0], out[hour, 2] = generation[hour] + (level - after) * loss, 0.0
        out[hour, 1] = level = after
