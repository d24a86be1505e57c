"""Bottom-hole temperatures, which drilling has cooled, brought to those of the rock.

Tables are those of :mod:`siting.layers.wells`. What cannot be corrected stays as it is and goes on
as uncorrected; wells.heat_flow flags it.
"""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting import frames
from siting.errors import InputError
from siting.kernels.bottom_hole import harrison, horner, kehle
from siting.kinds import Features
from siting.layers.well_rows import is_raw_bottom_hole, readings, same_well, with_columns
from siting.projection import Floats
from siting.signature import layer


@layer(status="derived", label_leak=True)
def horner_corrected(wells: Features) -> Features:
    """Wells whose bottom-hole temperatures are those of the rock, by Horner plots.

    Parameters
    ----------
    wells : points
        A row for each temperature with columns ``depth``, ``temperature`` and ``measurement``,
        and ``circulation`` and ``shut_in`` [a unit of time, stated]: how long mud had circulated,
        and how long it had rested since.

    Returns
    -------
    points
        For each well and depth with at least two bottom-hole temperatures at several shut-in
        times, one row with the temperature of the rock, ``correction`` "horner" and
        ``temperature_sd`` where three or more runs tell one; all other rows as they are.

    Raises
    ------
    InputError
        COLUMN_MISSING; VALUE_UNKNOWN for a kind of measurement; VALUE_INVALID for times of 0 or
        less.
    UnitsError
        UNITS_MISSING, UNITS_INCOMPATIBLE.

    Notes
    -----
    T = T_rock + m ln((t_c + Δt)/Δt). Valid for a hole that warms (m < 0) and has rested for more
    than some two hours; else the rows stay as they are, and uncorrected. Against drill-stem tests
    the standard deviation is about 8 K, and the result rather too low.

    References
    ----------
    Dowdle and Cobb (1975), J. Petroleum Technology 27, 1326-1330. Deming (1989), Geothermics 18,
    775-786.

    Examples
    --------
    >>> rows = {"depth": [3000.0, 3000.0], "temperature": [100.0, 105.0], "measurement": "BHT",
    ...     "circulation": [5.0, 5.0], "shut_in": [5.0, 15.0]}
    >>> runs = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy([0, 0], [0, 0]), crs=4326)
    >>> hours = {"circulation": "h", "shut_in": "h"}
    >>> runs.attrs["columns"] = {"depth": "m", "temperature": "degC", **hours}
    >>> horner_corrected(runs).temperature.round(1).tolist()
    [108.5]
    """
    where = "bottom_hole.horner_corrected"
    known = readings(wells, where)
    circulation, shut_in = (_times(wells, name, where) for name in ("circulation", "shut_in"))
    usable = is_raw_bottom_hole(wells, known) & np.isfinite(circulation + shut_in)
    group = _at_one_depth(wells, known.depth, usable, where)
    temperature, sd = known.temperature.copy(), known.temperature_sd.copy()
    corrected, keep = np.zeros(len(wells), bool), np.ones(len(wells), bool)
    for number in range(int(group.max(initial=-1)) + 1):
        runs = np.flatnonzero(group == number)
        rock, error = horner(known.temperature[runs], circulation[runs], shut_in[runs])
        if np.isfinite(rock):
            last = runs[np.argmax(shut_in[runs])]
            temperature[last], sd[last], corrected[last] = rock, error, True
            keep[runs] = runs == last
    return _corrected(wells, temperature, sd, corrected, "horner")[keep]


@layer(status="derived", label_leak=True)
def harrison_corrected(wells: Features) -> Features:
    """Wells whose bottom-hole temperatures are raised by Harrison's function of depth.

    Parameters
    ----------
    wells : points
        A row for each temperature with columns ``depth``, ``temperature`` and ``measurement``.

    Returns
    -------
    points
        The same rows; bottom-hole temperatures that had no correction have this one, and
        ``correction`` "harrison". Those deeper than 3,900 m, where the function is not valid, stay
        as they are, and uncorrected.

    Raises
    ------
    InputError
        COLUMN_MISSING; VALUE_UNKNOWN for a kind of measurement; VALUE_INVALID.
    UnitsError
        UNITS_MISSING, UNITS_INCOMPATIBLE.

    Notes
    -----
    ΔT = -16.51213476 + 0.01826842109 z - 2.344936959e-6 z², from sedimentary basins of Oklahoma;
    0 above 3,000 ft. Elsewhere, and above all in volcanic rock, its error is not known.

    References
    ----------
    Harrison, Luza, Prater and Cheung (1983), Geothermal resource assessment of Oklahoma, Oklahoma
    Geological Survey Special Publication 83-1.

    Examples
    --------
    >>> rows = {"depth": [2000.0, 2000.0], "temperature": [70.0, 75.0],
    ...     "measurement": ["BHT", "log"]}
    >>> wells = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy([0, 1], [0, 0]), crs=4326)
    >>> wells.attrs["columns"] = {"depth": "m", "temperature": "degC"}
    >>> harrison_corrected(wells).temperature.round(1).tolist()
    [80.6, 75.0]
    """
    return _raised(wells, harrison, "harrison")


@layer(status="derived", label_leak=True)
def kehle_corrected(wells: Features) -> Features:
    """Wells whose bottom-hole temperatures are raised by Kehle's function of depth.

    Parameters
    ----------
    wells : points
        A row for each temperature with columns ``depth``, ``temperature`` and ``measurement``.

    Returns
    -------
    points
        The same rows; bottom-hole temperatures that had no correction have this one, and
        ``correction`` "kehle". Those deeper than 3,680 m stay as they are, and uncorrected.

    Raises
    ------
    InputError
        COLUMN_MISSING; VALUE_UNKNOWN for a kind of measurement; VALUE_INVALID.
    UnitsError
        UNITS_MISSING, UNITS_INCOMPATIBLE.

    Notes
    -----
    ΔT [°F] = -8.819e-12 z³ - 2.143e-8 z² + 4.375e-3 z - 1.018, z in feet, from wells of the
    American Gulf coast and Texas.

    References
    ----------
    Kehle (1971), Geothermal survey of North America: 1971 annual progress report, AAPG.

    Examples
    --------
    >>> rows = {"depth": [10_000.0], "temperature": [200.0], "measurement": "BHT"}
    >>> wells = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy([0], [0]), crs=4326)
    >>> wells.attrs["columns"] = {"depth": "ft", "temperature": "degF"}
    >>> found = kehle_corrected(wells)
    >>> found.temperature.round(1).tolist(), found.attrs["columns"]["temperature"]
    ([111.0], 'degC')
    """
    return _raised(wells, kehle, "kehle")


def _times(wells: pd.DataFrame, name: str, where: str) -> Floats:
    hours = np.asarray(frames.column(wells, name, "h", where), dtype=float)
    if (bad := ~np.isnan(hours) & ~((hours > 0) & np.isfinite(hours))).any():
        raise InputError(
            "VALUE_INVALID", f"'{name}' is no length of time", where=where,
            found=f"{hours[bad][0]:g} h in row {np.flatnonzero(bad)[0] + 1}", wanted="above 0",
        )  # fmt: skip
    return hours


def _at_one_depth(
    wells: gpd.GeoDataFrame, depth: Floats, usable: NDArray[np.bool_], where: str
) -> NDArray[np.int64]:
    """Number of the well and depth that each row is of; -1 for rows that are not usable."""
    keys = pd.DataFrame({"well": same_well(wells, where), "depth": depth})[usable]
    number = np.full(len(wells), -1, dtype=np.int64)
    number[usable] = keys.groupby(["well", "depth"]).ngroup().to_numpy()
    return number


def _raised(
    wells: gpd.GeoDataFrame, function: Callable[[Floats], Floats], name: str
) -> gpd.GeoDataFrame:
    known = readings(wells, f"bottom_hole.{name}_corrected")
    added = function(known.depth)
    valid = is_raw_bottom_hole(wells, known) & np.isfinite(added)
    temperature = known.temperature + np.where(valid, added, 0.0)
    return _corrected(wells, temperature, known.temperature_sd, valid, name)


def _corrected(
    wells: gpd.GeoDataFrame,
    temperature: Floats,
    sd: Floats,
    corrected: NDArray[np.bool_],
    name: str,
) -> gpd.GeoDataFrame:
    """The wells with other temperatures [degC], and what was done to each."""
    before = wells["correction"] if "correction" in wells else pd.Series("", index=wells.index)
    done = before.fillna("").astype(str).to_numpy(dtype=object)
    return with_columns(
        wells,
        units={"temperature": "degC", "temperature_sd": "K"},
        temperature=temperature,
        temperature_sd=sd,
        correction=np.where(corrected, name, done),
    )
