"""What waves, sun and a battery serve of a load, hour by hour, for many sites and designs."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.kernels.balance import LANES, RESULTS, run_lanes, run_trace
from siting.projection import Floats

CHARGE_EFFICIENCY = DISCHARGE_EFFICIENCY = (
    0.95  # assumed: .90 there and back, lithium iron phosphate
)


class FirmPower(NamedTuple):
    """What designs serve at sites; arrays of shape (s, d), NaN where the series has NaN.

    Attributes
    ----------
    energy_served : numpy.ndarray
        Share of the energy of the whole load, hotel and compute [1].
    compute_served : numpy.ndarray
        Share of the energy of compute, which is the share of GPU-hours [1].
    full_load_hours : numpy.ndarray
        Share of the hours in which the whole load is served [1].
    longest_outage : numpy.ndarray
        Longest run of hours below full load [h].
    hotel_unserved : numpy.ndarray
        Hours in which even the hotel load is not served in full [h].
    curtailed : numpy.ndarray
        Share of generation that nobody takes; 0 where there is none [1].
    cycles : numpy.ndarray
        Energy drawn from the battery over its capacity, full cycles in the series [1].
    """

    energy_served: Floats
    compute_served: Floats
    full_load_hours: Floats
    longest_outage: Floats
    hotel_unserved: Floats
    curtailed: Floats
    cycles: Floats


class Trace(NamedTuple):
    """The balance of one design hour by hour; arrays of shape (t,).

    Attributes
    ----------
    generation, served, curtailed : numpy.ndarray
        Power in the hour [kW].
    charge : numpy.ndarray
        Energy in the battery at the end of the hour [kWh].
    """

    generation: Floats
    served: Floats
    charge: Floats
    curtailed: Floats


def simulate(
    wave: ArrayLike,
    sun: ArrayLike,
    designs: ArrayLike,
    hotel: ArrayLike,
    compute: ArrayLike,
    charge_efficiency: float = CHARGE_EFFICIENCY,
    discharge_efficiency: float = DISCHARGE_EFFICIENCY,
    start: float | None = None,
) -> FirmPower:
    """Shares, hours and cycles that each design serves at each site.

    Parameters
    ----------
    wave, sun : array-like of shape (s, t)
        Generation of each hour per unit of capacity [1], not below 0.
    designs : array-like of shape (d, 4) or (s, d, 4)
        Wave capacity [kW], solar capacity [kW], battery energy [kWh] and battery power [kW]. A
        fifth column is the limit of discharging [kW], and the fourth then that of charging alone.
    hotel, compute : float or array-like of shape (s,)
        Fixed load and load that can be throttled [kW]; their sum is greater than 0.
    charge_efficiency, discharge_efficiency : float
        Energy stored per energy taken, and delivered per energy drawn [1].
    start : float, optional
        Charge at the start as a share of the battery's energy [1]. By default it is the charge at
        the end: the series repeats.

    Returns
    -------
    FirmPower
        Arrays of shape (s, d).

    Raises
    ------
    ValueError
        Where shapes do not fit, the series has values below 0, or a capacity, a load, an efficiency
        or the start is out of its range.

    Notes
    -----
    Generation serves the hotel load first, then compute. What is left charges the battery up to its
    power and room, and is else curtailed. What lacks is drawn from the battery up to its power and
    charge, without keeping anything for later; compute is throttled by what still lacks, the
    hotel load only when compute is down to nothing:

        charging = min(surplus, P, (E - s) / η_c),  discharging = min(lack, P, s η_d)

    For a flat load no other policy serves more energy. No part of the charge is kept for the hotel
    load alone: `hotel_unserved` tells where this matters.

    With a series that repeats no energy comes for free: the charge at the end is that of the
    start, the least one where several repeat, and an outage at the end goes on at the start. This
    charge is found exactly: from an empty and from a full battery the last month mostly ends alike;
    else the whole series is run from both.

    Each hour is one time step, generation and load constant within it. The battery loses nothing
    while it waits, and does not age.

    Examples
    --------
    A wave converter of 2 kW that runs every other hour, for a load of 1 kW:

    >>> wave, sun = [[1.0, 0.0] * 12], [[0.0, 0.0] * 12]
    >>> found = simulate(wave, sun, [[2, 0, 0, 0], [2, 0, 1, 1]], 0.1, 0.9, 1.0, 1.0)
    >>> found.energy_served.tolist(), found.longest_outage.tolist()
    ([[0.5, 1.0]], [[1.0, 0.0]])
    """
    waves, suns = _series(wave), _series(sun)
    if waves.shape != suns.shape or waves.shape[1] == 0:
        raise ValueError(f"wave and sun must be (s, t) alike (got {waves.shape}, {suns.shape})")
    table = _designs(designs, len(waves))
    loads = _loads(hotel, compute, len(waves))
    _check_battery(charge_efficiency, discharge_efficiency, start)
    out = _run(waves, suns, table, loads, (charge_efficiency, discharge_efficiency), start)
    return FirmPower(*(out[..., column] for column in range(len(FirmPower._fields))))


def trace(
    wave: ArrayLike,
    sun: ArrayLike,
    design: ArrayLike,
    hotel: float,
    compute: float,
    charge_efficiency: float = CHARGE_EFFICIENCY,
    discharge_efficiency: float = DISCHARGE_EFFICIENCY,
    start: float | None = None,
) -> Trace:
    """Generation, service and charge of one design at one site, hour by hour.

    Parameters
    ----------
    wave, sun : array-like of shape (t,)
        Generation of each hour per unit of capacity [1].
    design : array-like of shape (4,) or (5,)
        As a row of the designs of `simulate`.
    hotel, compute, charge_efficiency, discharge_efficiency, start
        As in `simulate`.

    Returns
    -------
    Trace
        Arrays of shape (t,), all NaN where the series has a NaN.

    Examples
    --------
    >>> week = trace([1.0, 1.0, 0.0, 0.0], [0.0] * 4, [2, 0, 1.5, 1], 0.1, 0.9, 1.0, 1.0)
    >>> week.charge.tolist(), week.served.tolist()
    ([1.0, 1.5, 0.5, 0.0], [1.0, 1.0, 1.0, 0.5])
    """
    waves, suns = _series(np.asarray(wave)[np.newaxis]), _series(np.asarray(sun)[np.newaxis])
    if waves.shape != suns.shape or waves.shape[1] == 0:
        raise ValueError(f"wave and sun must be (t,) alike (got {waves[0].shape}, {suns[0].shape})")
    table, loads = _designs(np.asarray(design)[np.newaxis], 1), _loads(hotel, compute, 1)
    _check_battery(charge_efficiency, discharge_efficiency, start)
    efficiencies = charge_efficiency, discharge_efficiency
    level = _run(waves, suns, table, loads, efficiencies, start)[0, 0, RESULTS.index("start")]
    generation = table[0, 0, 0] * waves[0] + table[0, 0, 1] * suns[0].astype(np.float64)
    out = np.full((waves.shape[1], 3), np.nan)
    if np.isfinite(level):
        run_trace(
            generation, table[0, 0], float(loads[0][0] + loads[1][0]), efficiencies, level, out
        )
    else:
        generation = np.full_like(generation, np.nan)
    return Trace(generation, out[:, 0], out[:, 1], out[:, 2])


def _series(values: ArrayLike) -> NDArray[Any]:
    """Series in rows that lie together, float32 or float64 as they come."""
    array = np.asarray(values)
    if array.dtype not in (np.float32, np.float64):
        array = array.astype(np.float64)
    if array.ndim != 2:
        raise ValueError(f"series must have two dimensions, sites and hours (got {array.shape})")
    return np.ascontiguousarray(array)


def _designs(designs: ArrayLike, sites: int) -> Floats:
    """Designs of shape (s or 1, d, 5), all of them finite and not below 0."""
    table = np.asarray(designs, dtype=np.float64)
    table = table[np.newaxis] if table.ndim == 2 else table
    if table.ndim != 3 or table.shape[2] not in (4, 5) or len(table) not in (1, sites):
        raise ValueError(f"designs must be (d, 4), (d, 5), or that per site (got {table.shape})")
    if not (np.isfinite(table) & (table >= 0)).all():
        raise ValueError("designs must be finite numbers not below 0")
    columns = [0, 1, 2, 3, 3 if table.shape[2] == 4 else 4]
    return np.ascontiguousarray(table[..., columns])


def _loads(hotel: ArrayLike, compute: ArrayLike, sites: int) -> tuple[Floats, Floats]:
    """Both loads of each site."""
    both = [np.asarray(each, dtype=np.float64) for each in (hotel, compute)]
    if any(each.shape not in ((), (sites,)) for each in both):
        raise ValueError(f"loads must be one number or one a site (got {[b.shape for b in both]})")
    first, second = (np.ascontiguousarray(np.broadcast_to(each, sites)) for each in both)
    if not ((first >= 0) & (second >= 0) & (first + second > 0)).all():
        raise ValueError("loads must not be below 0, and their sum must be greater than 0")
    return first, second


def _check_battery(charge: float, discharge: float, start: float | None) -> None:
    for name, value in (("charge_efficiency", charge), ("discharge_efficiency", discharge)):
        if not 0 < value <= 1:
            raise ValueError(f"{name} must be greater than 0 and at most 1 (got {value})")
    if start is not None and not 0 <= start <= 1:
        raise ValueError(f"start must be from 0 to 1 (got {start})")


def _run(
    wave: NDArray[Any],
    sun: NDArray[Any],
    designs: Floats,
    loads: tuple[Floats, Floats],
    efficiencies: tuple[float, float],
    start: float | None,
) -> Floats:
    """Results of shape (s, d, 8), threads sharing the sites."""
    total = len(wave) * designs.shape[1]
    out = np.empty((total, len(RESULTS)))
    begin = np.nan if start is None else float(start)
    losses = float(efficiencies[0]), float(efficiencies[1])
    workers = os.cpu_count() or 1
    step = max(-(-total // (workers * LANES * 4)), 1) * LANES

    def part(first: int) -> bool:
        pairs = first, min(first + step, total)
        return bool(run_lanes(wave, sun, designs, *loads, losses, begin, pairs, out))

    with ThreadPoolExecutor(workers) as pool:
        negative = list(pool.map(part, range(0, total, step)))
    if any(negative):
        least = min(float(np.nanmin(wave)), float(np.nanmin(sun)))
        raise ValueError(f"generation must not be below 0 (got {least:g})")
    return out.reshape(len(wave), designs.shape[1], len(RESULTS))
