"""How one design fares from year to year."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from siting.kernels.firm_power import (
    CHARGE_EFFICIENCY,
    DISCHARGE_EFFICIENCY,
    FirmPower,
    simulate,
)
from siting.projection import Floats

PERCENTILES = 10, 50, 90


class Years(NamedTuple):
    """The distribution over years; arrays of shape (s,), NaN where any year has NaN.

    Attributes
    ----------
    reached : numpy.ndarray
        Share of the years that serve at least the target [1].
    p10, p50, p90 : numpy.ndarray
        Percentiles of the share of compute served in a year [1]; p10 is the low one, which one
        year in ten stays below.
    by_year : FirmPower
        Every year, arrays of shape (s, y).
    """

    reached: Floats
    p10: Floats
    p50: Floats
    p90: Floats
    by_year: FirmPower


def over_years(
    wave: ArrayLike,
    sun: ArrayLike,
    designs: ArrayLike,
    hotel: ArrayLike,
    compute: ArrayLike,
    target: float,
    charge_efficiency: float = CHARGE_EFFICIENCY,
    discharge_efficiency: float = DISCHARGE_EFFICIENCY,
) -> Years:
    """Share of years that reach a target, and percentiles of what a year serves.

    Parameters
    ----------
    wave, sun : array-like of shape (s, y, t)
        Generation of each hour per unit of capacity [1], years of equal length.
    designs : array-like of shape (s, 4)
        One design a site, as in `firm_power.simulate`.
    hotel, compute : float or array-like of shape (s,)
        Fixed load and load that can be throttled [kW].
    target : float
        Share of the energy of compute [1].
    charge_efficiency, discharge_efficiency : float
        As in `firm_power.simulate`.

    Returns
    -------
    Years
        Years as they were, not as they will be: ten years say little about one in fifty.

    Raises
    ------
    ValueError
        As `firm_power.simulate`; and where there is no year, or the designs are not one a site.

    Notes
    -----
    Every year is run by itself and ends with the charge that it began with, so that no year lives
    from another. Percentiles are linear between the years.

    Examples
    --------
    A year of calm every other hour, and one of waves:

    >>> wave = [[[1.0, 0.0] * 12, [1.0, 1.0] * 12]]
    >>> found = over_years(wave, np.zeros((1, 2, 24)), [[1, 0, 0, 0]], 0.0, 1.0, 0.9)
    >>> found.reached.tolist(), found.p50.tolist(), found.by_year.compute_served.tolist()
    ([0.5], [0.75], [[0.5, 1.0]])
    """
    waves, suns, table = np.asarray(wave), np.asarray(sun), np.asarray(designs, dtype=np.float64)
    if waves.ndim != 3 or waves.shape != suns.shape or waves.size == 0:
        raise ValueError(f"wave and sun must be (s, y, t) alike (got {waves.shape}, {suns.shape})")
    sites, years, hours = waves.shape
    if table.ndim != 2 or len(table) != sites:
        raise ValueError(f"designs must be one a site (got {table.shape} for {sites} sites)")
    both = (np.broadcast_to(np.asarray(each), sites) for each in (hotel, compute))
    hotels, computes = (np.repeat(each, years) for each in both)
    flat = simulate(
        waves.reshape(-1, hours), suns.reshape(-1, hours), np.repeat(table, years, axis=0)[:, None],
        hotels, computes, charge_efficiency, discharge_efficiency,
    )  # fmt: skip
    by_year = FirmPower(*(each.reshape(sites, years) for each in flat))
    served = by_year.compute_served
    missing = np.isnan(served).any(axis=1)
    reached = np.where(missing, np.nan, (served >= target).mean(axis=1))
    p10, p50, p90 = np.percentile(served, PERCENTILES, axis=1)
    return Years(reached, p10, p50, p90, by_year)
