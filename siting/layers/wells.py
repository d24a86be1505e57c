"""Wells: their heat flow, those that conduction explains, and tables of them put together.

A table has a row for each temperature, with columns ``depth`` and ``temperature`` [units stated],
``measurement`` (BHT, DST or log) and, where they are known, ``well_name``, ``date``,
``temperature_sd``, ``circulation`` and ``shut_in`` times, ``conductivity`` and
``surface_temperature``. All that is made here knows where it is hot: it is marked label_leak.
"""

from typing import Annotated, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from siting import frames
from siting.errors import InputError
from siting.kernels.gradient import gradient
from siting.kinds import Features, Unit
from siting.layers.well_rows import (
    Readings,
    dates,
    in_units_of,
    is_raw_bottom_hole,
    readings,
    same_readings,
    same_well,
    with_columns,
)
from siting.projection import Floats
from siting.signature import layer

Kelvin = Annotated[float, Unit("K"), Field(gt=0, le=100)]
Flag = Literal[
    "shallow", "isothermal", "overturn", "below surface temperature", "uncorrected BHT", "one depth"
]
Metres = Annotated[float, Unit("m"), Field(ge=0, le=10_000)]
_CONDUCTIVE: list[Flag] = ["shallow", "isothermal", "overturn", "below surface temperature"]


@layer(status="derived", label_leak=True)
def heat_flow(
    wells: Features,
    conductivity: Annotated[float, Unit("W m-1 K-1"), Field(gt=0, le=20)] = 2.5,
    conductivity_sd: Annotated[float, Field(ge=0, le=1)] = 0.15,
    surface_temperature: Annotated[float, Unit("degC"), Field(ge=-60, le=40)] = 15.0,
    surface_sd: Kelvin = 2.0,
    log_sd: Kelvin = 0.5,
    test_sd: Kelvin = 5.0,
    corrected_sd: Kelvin = 9.0,
    uncorrected_sd: Kelvin = 20.0,
    minimum_depth: Annotated[float, Unit("m"), Field(ge=0)] = 100.0,
    least_gradient: Annotated[float, Unit("K km-1"), Field(ge=0)] = 5.0,
) -> Features:
    """Conductive heat flow of each well, with its standard deviation and flags of quality.

    Parameters
    ----------
    wells : points
        A row for each temperature with columns ``depth``, ``temperature`` and ``measurement``;
        ``well_name``, ``date``, ``temperature_sd``, ``conductivity`` and ``surface_temperature``
        where they are known.
    conductivity : float
        Thermal conductivity of rock whose row states none [W m-1 K-1].
    conductivity_sd : float
        Standard deviation of a well's conductivity, as a share of it [1].
    surface_temperature, surface_sd : float
        Annual mean temperature of the ground where a row states none [degC], and the standard
        deviation of any [K].
    log_sd, test_sd, corrected_sd, uncorrected_sd : float
        Standard deviations of temperatures whose row states none: of logs at equilibrium, of
        drill-stem tests, of corrected and of raw bottom-hole temperatures [K].
    minimum_depth : float
        Depth that a well must reach, below the reach of seasons and of flow near the surface [m].
    least_gradient : float
        Gradient below which a well counts as isothermal [K km-1].

    Returns
    -------
    points
        A row for each well: ``depth`` and ``temperature`` of its deepest reading, ``readings``,
        ``gradient`` and ``gradient_sd`` [K km-1], ``conductivity``, ``heat_flow`` and
        ``standard_deviation`` [mW m-2], ``measurement``, ``date`` of its last reading, and
        ``flags``: shallow, isothermal, overturn, below surface temperature, uncorrected BHT, one
        depth.

    Raises
    ------
    InputError
        COLUMN_MISSING; FEATURES_NONE where no row has a depth and temperature; VALUE_UNKNOWN for a
        kind of measurement; VALUE_INVALID for impossible depths, temperatures and conductivities.
    UnitsError
        UNITS_MISSING, UNITS_INCOMPATIBLE.

    Warns
    -----
    RANGE_IMPLAUSIBLE
        Where a tenth of the rows lies above the boiling point of water at its depth, or a line
        through 20 rows or more meets the surface as kelvins or degrees Fahrenheit would, or rises
        as depths in feet would.

    Notes
    -----
    The gradient is a weighted line through the ground's temperature and all readings of the well;
    q = k dT/dz with the harmonic mean of the conductivities of its rows, and, these being
    independent, s_q² = k² s_g² + g² s_k² + s_g² s_k². Topography, erosion, heat production and
    climates past are not corrected for. Raw bottom-hole temperatures are some 18 K too low on
    average, and vary by 9 K about that: their standard deviation holds both. Nothing is left out
    for its flags: wells.conductive does that.

    References
    ----------
    Corrigan (2003), Correcting bottom hole temperature data, ZetaWare utilities (983 pairs of
    bottom-hole and equilibrium temperatures). Beardsmore and Cull (2001), Crustal heat flow,
    Cambridge University Press, chapters 3 and 8.

    Examples
    --------
    >>> rows = {"depth": [500.0, 1000.0], "temperature": [32.5, 50.0], "measurement": "log"}
    >>> places = gpd.points_from_xy([0, 0], [0, 0], crs=4326)
    >>> well = gpd.GeoDataFrame({**rows, "well_name": "A-1"}, geometry=places)
    >>> well.attrs["columns"] = {"depth": "m", "temperature": "degC"}
    >>> found = heat_flow(well)
    >>> found[["gradient", "heat_flow", "readings"]].round(1).values.tolist()
    [[35.0, 87.5, 2.0]]
    >>> found["flags"].tolist(), found["standard_deviation"].round(1).tolist()
    ([''], [13.5])
    """
    where = "wells.heat_flow"
    known = readings(wells, where)
    raw = is_raw_bottom_hole(wells, known)
    sds = {"log": log_sd, "dst": test_sd, "bht": corrected_sd}
    usual = np.where(raw, uncorrected_sd, [sds[each] for each in known.kind])
    known = known._replace(
        temperature_sd=_filled(known.temperature_sd, usual),
        conductivity=_filled(known.conductivity, conductivity),
        surface=_filled(known.surface, surface_temperature),
    )
    told = np.isfinite(known.depth + known.temperature)
    if not told.any():
        raise InputError(
            "FEATURES_NONE", "no row has a depth and a temperature", where=where,
            found=f"0 of {len(wells)}",
        )  # fmt: skip
    frame = wells.assign(date=dates(wells, where), _raw=raw)
    number = same_well(wells, where)
    rows = [
        _of_a_well(frame, known, np.flatnonzero((number == each) & told), surface_sd)
        for each in np.unique(number[told])
    ]
    found = _with_heat_flow(pd.DataFrame(rows), conductivity_sd)
    found["flags"] = _flags(found, minimum_depth, least_gradient)
    return _as_wells(found.drop(columns=["overturned", "excess", "raw"]), wells)


@layer(label_leak=True)
def conductive(
    wells: Features,
    least: Annotated[float, Unit("mW m-2")] = 20.0,
    largest: Annotated[float, Unit("mW m-2")] = 120.0,
    refused: list[Flag] = _CONDUCTIVE,
) -> Features:
    """Wells that nothing but conduction needs to explain.

    Parameters
    ----------
    wells : points
        Wells with columns ``heat_flow`` and ``flags``, as from :func:`heat_flow`.
    least, largest : float
        Range of heat flow to keep [mW m-2]. Above 120 the geothermal map of North America counts
        wells as geothermal and not as regional.
    refused : list of str
        Flags that a well must not have.

    Returns
    -------
    points
        The wells that fit.

    Raises
    ------
    InputError
        COLUMN_MISSING; FEATURES_NONE where no well fits.

    Notes
    -----
    A cut at a heat flow makes the background lower and smoother than it is where conduction alone
    is strong, as in young rifts: raise `largest` there.

    References
    ----------
    Blackwell and Richards (2004), Geothermal map of North America, AAPG.

    Examples
    --------
    >>> rows = {"heat_flow": [85.0, 900.0, 60.0], "flags": ["", "", "shallow"]}
    >>> wells = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy([0, 1, 2], [0, 0, 0], crs=4326))
    >>> wells.attrs["columns"] = {"heat_flow": "mW m-2"}
    >>> conductive(wells).heat_flow.tolist()
    [85.0]
    """
    where = "wells.conductive"
    values = frames.column(wells, "heat_flow", "mW m-2", where)
    flags = pd.Series(frames.column(wells, "flags", None, where)).fillna("").astype(str)
    flagged = flags.map(lambda text: bool(set(text.split("; ")) & set(refused)))
    keep = (values >= least) & (values <= largest) & ~flagged.to_numpy(dtype=bool)
    if not keep.any():
        raise InputError(
            "FEATURES_NONE", "no well fits", where=where, found=f"0 of {len(wells)}",
            fix="widen the range of heat flow, or refuse fewer flags",
        )  # fmt: skip
    return wells[keep]


@layer(label_leak=True)
def merged(
    first: Features,
    second: Features,
    first_name: str = "own",
    second_name: str = "public",
    distance: Metres = 200.0,
    depth_difference: Metres = 20.0,
) -> Features:
    """Wells of two tables in one, each reading once, with the table that it comes from.

    Parameters
    ----------
    first : points
        Wells of one's own, or any that come first: of a reading in both tables this one is kept.
    second : points
        Other wells.
    first_name, second_name : str
        What to call the tables in the column ``provenance``; rows that have one keep it.
    distance : float
        Readings of the two tables within this distance may be the same [m].
    depth_difference : float
        They are if their depths differ by no more than this [m], or neither table has depths.

    Returns
    -------
    points
        All rows of the first, then those of the second that it does not have, in WGS84; with all
        columns of both, in the units of the first. ``provenance`` names both tables where both
        have the reading, and ``disagreement`` is by how much the temperature of the second lies
        above that of the first there [K].

    Raises
    ------
    InputError
        COLUMN_TEXT where a column holds numbers in one table and text in the other, or a date is
        none; GEOMETRY_WRONG.
    UnitsError
        UNITS_MISSING where only one table states the unit of a column, UNITS_INCOMPATIBLE.

    Notes
    -----
    Readings within one table are never taken for the same. Positions of old wells are often good
    to a section of land (1.6 km): widen `distance` for such tables.

    Examples
    --------
    >>> def wells(longitude, depth, temperature, unit):
    ...     rows = {"depth": depth, "temperature": temperature}
    ...     places = gpd.points_from_xy(longitude, [40.0, 40.0], crs=4326)
    ...     table = gpd.GeoDataFrame(rows, geometry=places)
    ...     table.attrs["columns"] = {"depth": unit, "temperature": "degC"}
    ...     return table
    >>> own = wells([-118.0, -118.0], [500.0, 1000.0], [40.0, 60.0], "m")
    >>> public = wells([-118.001, -117.0], [3281.0, 5000.0], [58.0, 90.0], "ft")
    >>> both = merged(own, public)
    >>> both[["depth", "provenance"]].round().values.tolist()
    [[500.0, 'own'], [1000.0, 'own; public'], [1524.0, 'public']]
    """
    where = "wells.merged"
    tables = [
        _prepared(table, name, f"{where}.{argument}")
        for table, name, argument in (
            (first, first_name, "first"),
            (second, second_name, "second"),
        )
    ]
    one, other = tables[0], in_units_of(tables[0], tables[1], where)
    pairs = same_readings(one, other, distance, depth_difference, where)
    one = _noted(one, other, pairs, where)
    rest = other[~np.isin(np.arange(len(other)), pairs[:, 1])]
    found = gpd.GeoDataFrame(pd.concat([one, rest], ignore_index=True), crs="EPSG:4326")
    found.attrs = {**first.attrs, "columns": {**rest.attrs["columns"], **one.attrs["columns"]}}
    return found


def _prepared(table: gpd.GeoDataFrame, name: str, where: str) -> gpd.GeoDataFrame:
    """A table in WGS84 with dates that compare and the name of each row's table."""
    known = table["provenance"] if "provenance" in table else pd.Series("", index=table.index)
    text = known.fillna("").astype(str)
    earlier = table.get("disagreement", np.nan)
    found = with_columns(
        table, {"disagreement": "K"}, provenance=text.where(text != "", name), disagreement=earlier
    )
    if "date" in table:
        found = with_columns(found, date=dates(table, where))
    return with_columns(found.to_crs(4326))


def _noted(
    one: gpd.GeoDataFrame, other: gpd.GeoDataFrame, pairs: NDArray[np.int64], where: str
) -> gpd.GeoDataFrame:
    """The first table with what the second says of the readings that both have."""
    provenance = one["provenance"].to_numpy(dtype=object).copy()
    for i, j in pairs:
        provenance[i] = "; ".join(dict.fromkeys([provenance[i], other["provenance"].iloc[j]]))
    more = one["disagreement"].to_numpy(dtype=float).copy()
    if "temperature" in one and "temperature" in other:
        ours, theirs = (frames.column(each, "temperature", "degC", where) for each in (one, other))
        more[pairs[:, 0]] = theirs[pairs[:, 1]] - ours[pairs[:, 0]]
    return with_columns(one, provenance=provenance, disagreement=more)


def _filled(values: Floats, usual: Any) -> Floats:
    return np.where(np.isnan(values), usual, values)


def _with_heat_flow(found: pd.DataFrame, share: float) -> pd.DataFrame:
    """Wells with k g [mW m-2] of k [W m-1 K-1] and g [K km-1], and the sd of that product."""
    k, g, g_sd = found["conductivity"], found["gradient"], found["gradient_sd"]
    k_sd = share * k
    sd = np.sqrt((k * g_sd) ** 2 + (g * k_sd) ** 2 + (g_sd * k_sd) ** 2)
    return found.assign(heat_flow=k * g, standard_deviation=sd)


def _of_a_well(
    frame: pd.DataFrame, known: Readings, rows: NDArray[np.int64], surface_sd: float
) -> dict[str, Any]:
    """What all readings of one well say together."""
    depth, deepest = known.depth[rows], rows[np.argmax(known.depth[rows])]
    line = gradient(
        np.append(depth, 0.0),
        np.append(known.temperature[rows], known.surface[rows].mean()),
        np.append(known.temperature_sd[rows], surface_sd),
    )
    own = {
        name: frame[name].iloc[deepest]
        for name in ("well_name", "provenance", "geometry")
        if name in frame
    }
    return {
        **own,
        "depth": known.depth[deepest],
        "temperature": known.temperature[deepest],
        "readings": len(np.unique(depth)),
        "gradient": line.slope * 1000,
        "gradient_sd": line.sd * 1000,
        "conductivity": 1 / np.mean(1 / known.conductivity[rows]),
        "measurement": "; ".join(sorted(set(known.kind[rows]))),
        "date": frame["date"].iloc[rows].max(),
        "overturned": line.overturned,
        "excess": known.temperature[deepest] - known.surface[rows].mean(),
        "raw": bool(frame["_raw"].iloc[rows].any()),
    }


def _flags(found: pd.DataFrame, minimum_depth: float, least_gradient: float) -> list[str]:
    told: dict[Flag, Any] = {
        "shallow": found["depth"] < minimum_depth,
        "isothermal": found["gradient"] < least_gradient,
        "overturn": found["overturned"],
        "below surface temperature": found["excess"] < 0,
        "uncorrected BHT": found["raw"],
        "one depth": found["readings"] == 1,
    }
    table = pd.DataFrame(told)
    names = np.array([str(name) for name in table])
    return ["; ".join(names[row]) for row in table.to_numpy(dtype=bool)]


_UNITS = {
    "depth": "m", "temperature": "degC", "gradient": "K km-1", "gradient_sd": "K km-1",
    "conductivity": "W m-1 K-1", "heat_flow": "mW m-2", "standard_deviation": "mW m-2",
    "readings": "1",
}  # fmt: skip


def _as_wells(found: pd.DataFrame, wells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    result = gpd.GeoDataFrame(found, geometry="geometry", crs=wells.crs)
    result.attrs = {**wells.attrs, "columns": dict(_UNITS)}
    return result
