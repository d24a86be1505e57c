"""Rows of a table of well temperatures: what each says, and which are of one well."""

from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from siting import frames
from siting.coverage import geometries
from siting.errors import InputError
from siting.geodesy import ecef
from siting.kernels.collocated import clusters
from siting.layers.well_checks import tell_units
from siting.projection import Floats

KINDS = {
    "bht": "bht", "bottom hole": "bht", "bottom-hole": "bht",
    "dst": "dst", "drill stem test": "dst", "drill-stem test": "dst",
    "log": "log", "equilibrium": "log", "equilibrium log": "log",
}  # fmt: skip
_HOTTEST, _COLDEST = 600.0, -60.0  # [degC] no borehole that stood was warmer than 535
_DEEPEST = 15_000.0  # [m] the deepest borehole has 12,262
_SAME_PLACE, _SAME_NAME = 10.0, 1_000.0  # [m] wells without a name, and of one name
_YEARS = 1800, 2200
_LEAST_CONDUCTING = 0.1  # [W m-1 K-1] peat and coal have more; 0.006 is in cal cm-1 s-1 K-1


class Readings(NamedTuple):
    """Columns of a table of temperatures, one entry a row; NaN where a row does not say.

    Attributes
    ----------
    depth : numpy.ndarray
        [m]
    temperature, temperature_sd : numpy.ndarray
        [degC], [K]
    kind : numpy.ndarray of str
        bht, dst or log.
    conductivity : numpy.ndarray
        [W m-1 K-1]
    surface : numpy.ndarray
        [degC]
    """

    depth: Floats
    temperature: Floats
    temperature_sd: Floats
    kind: NDArray[Any]
    conductivity: Floats
    surface: Floats


def readings(wells: gpd.GeoDataFrame, where: str) -> Readings:
    """What the rows say, in one set of units.

    Raises
    ------
    InputError
        COLUMN_MISSING, VALUE_UNKNOWN, VALUE_INVALID.
    UnitsError
        UNITS_MISSING, UNITS_INCOMPATIBLE.
    """
    depth = frames.column(wells, "depth", "m", where)
    temperature = frames.column(wells, "temperature", "degC", where)
    sd = _optional(wells, "temperature_sd", "K", where)
    conductivity = _optional(wells, "conductivity", "W m-1 K-1", where)
    _refuse(depth, ~((depth > 0) & (depth <= _DEEPEST)), "depth", "0 to 15,000 m, downward", where)
    strange = ~((temperature >= _COLDEST) & (temperature <= _HOTTEST))
    _refuse(temperature, strange, "temperature", "-60 to 600 degC", where)
    tell_units(depth, temperature, where)
    _refuse(sd, ~((sd > 0) & np.isfinite(sd)), "temperature_sd", "above 0", where)
    possible = (conductivity >= _LEAST_CONDUCTING) & (conductivity <= 20)
    _refuse(conductivity, ~possible, "conductivity", "0.1 to 20 W m-1 K-1", where)
    surface = _optional(wells, "surface_temperature", "degC", where)
    return Readings(depth, temperature, sd, _kinds(wells, where), conductivity, surface)


def _optional(wells: pd.DataFrame, name: str, unit: str, where: str) -> Floats:
    if name not in wells:
        return np.full(len(wells), np.nan)
    return np.asarray(frames.column(wells, name, unit, where))


def _refuse(values: Floats, strange: NDArray[np.bool_], name: str, wanted: str, where: str) -> None:
    bad = np.flatnonzero(strange & ~np.isnan(values))
    if bad.size:
        raise InputError(
            "VALUE_INVALID", f"'{name}' has a value that no well has", where=where,
            found=f"{values[bad[0]]:g} in row {bad[0] + 1}", wanted=wanted,
            fix="check the unit that is stated, and leave cells empty where there is no value",
        )  # fmt: skip


def _kinds(wells: pd.DataFrame, where: str) -> NDArray[Any]:
    text = pd.Series(frames.column(wells, "measurement", None, where)).astype(str)
    kinds = text.str.strip().str.casefold().map(KINDS)
    if (bad := np.flatnonzero(kinds.isna())).size:
        raise InputError(
            "VALUE_UNKNOWN", "a temperature was measured in a way that is not known", where=where,
            found=f"{text.iloc[bad[0]]!r} in row {bad[0] + 1}", wanted="BHT, DST or log",
            fix="write BHT where in doubt: it claims least",
        )  # fmt: skip
    return kinds.to_numpy(dtype=object)


def is_raw_bottom_hole(wells: pd.DataFrame, known: Readings) -> NDArray[np.bool_]:
    """Rows with a bottom-hole temperature that nobody has corrected."""
    raw = np.asarray(known.kind == "bht", dtype=bool)
    if "correction" not in wells:
        return raw
    done = wells["correction"].fillna("").astype(str).str.strip()
    return np.asarray(raw & (done == "").to_numpy(dtype=bool))


def positions(wells: gpd.GeoDataFrame, where: str) -> Floats:
    """Earth-centred positions of wells [m].

    Raises
    ------
    InputError
        GEOMETRY_WRONG where they are no points; CRS_MISSING, GEOMETRY_EMPTY, FEATURES_NONE.
    """
    points = geometries(wells, where)
    if (shapely.get_type_id(points) != shapely.GeometryType.POINT).any():
        raise InputError(
            "GEOMETRY_WRONG", "wells are points", where=where,
            found=", ".join(sorted({each.geom_type for each in points})), wanted="points",
        )  # fmt: skip
    return ecef(shapely.get_x(points), shapely.get_y(points))


def same_well(wells: gpd.GeoDataFrame, where: str) -> NDArray[np.int64]:
    """Number of the well that each row is of.

    Rows of one name within a kilometre are of one well; without names, rows at one place.
    """
    places = positions(wells, where)
    if "well_name" not in wells:
        return clusters(places, _SAME_PLACE)
    name = wells["well_name"].fillna("").astype(str).str.strip().str.casefold().to_numpy(object)
    near, here = clusters(places, _SAME_NAME), clusters(places, _SAME_PLACE)
    cluster = np.where(name == "", -1 - here, near)
    keys = pd.DataFrame({"name": name, "cluster": cluster})
    return np.asarray(keys.groupby(["name", "cluster"], sort=False).ngroup(), dtype=np.int64)


def dates(wells: pd.DataFrame, where: str) -> pd.Series:
    """Dates of the rows; a bare year or month is its last day: nothing counts as known too early.

    Raises
    ------
    InputError
        COLUMN_TEXT for what is neither a year nor a date as 2012-12-07.

    Examples
    --------
    >>> table = pd.DataFrame({"date": [1983, 2001]})
    >>> dates(table, "wells").dt.strftime("%Y-%m-%d").tolist()
    ['1983-12-31', '2001-12-31']
    """
    if "date" not in wells:
        return pd.Series(pd.NaT, index=wells.index, dtype="datetime64[us]")
    given = wells["date"]
    if pd.api.types.is_numeric_dtype(given):
        year = given.astype(float)
        if ((year < _YEARS[0]) | (year > _YEARS[1])).any():
            raise _no_date(str(given[(year < _YEARS[0]) | (year > _YEARS[1])].iloc[0]), where)
        given = year.map(lambda each: None if np.isnan(each) else f"{int(each):04d}-12-31")
    empty = given.isna() | (given.astype(str).str.strip() == "")
    try:
        read = pd.to_datetime(_closed(given).where(~empty, None), utc=True, format="ISO8601")
    except (ValueError, TypeError) as error:
        raise _no_date(str(error).split("\n", 1)[0], where) from error
    return read.dt.tz_localize(None).astype("datetime64[us]")


def _closed(given: pd.Series) -> pd.Series:
    """Years and months among dates as their last day."""
    text = given.astype(str).str.strip()
    years = text.str.fullmatch(r"\d{4}(\.0)?")
    months = text.str.fullmatch(r"\d{4}-(0[1-9]|1[0-2])")
    ends = pd.to_datetime(text.where(months), format="%Y-%m") + pd.offsets.MonthEnd()
    closed = given.astype(object).where(~years, text.str[:4] + "-12-31")
    return closed.where(~months, ends.dt.strftime("%Y-%m-%d"))


def _no_date(found: str, where: str) -> InputError:
    return InputError(
        "COLUMN_TEXT", "the column 'date' does not hold dates", where=where, found=found,
        wanted="dates as 2012-12-07, or years",
    )  # fmt: skip


def with_columns(
    wells: gpd.GeoDataFrame, units: dict[str, str] | None = None, **columns: Any
) -> gpd.GeoDataFrame:
    """The wells with more or other columns, and their units; attributes go along."""
    found = wells.assign(**columns)
    found.attrs = {**wells.attrs, "columns": {**wells.attrs.get("columns", {}), **(units or {})}}
    return found


def same_readings(
    one: gpd.GeoDataFrame,
    other: gpd.GeoDataFrame,
    distance: float,
    depth_difference: float,
    where: str,
) -> NDArray[np.int64]:
    """Rows of two tables that are the same reading, nearest first, each row once.

    Returns
    -------
    numpy.ndarray of int, shape (pairs, 2)
        Position in the first table and in the second, in the order of the first.
    """
    places = [positions(each, where) for each in (one, other)]
    trees = [cKDTree(each) for each in places]
    near = trees[0].sparse_distance_matrix(trees[1], distance, output_type="ndarray")
    i, j = near["i"], near["j"]
    if "depth" in one and "depth" in other:
        depths = [frames.column(each, "depth", "m", where) for each in (one, other)]
        apart = np.abs(depths[0][i] - depths[1][j])
    elif "depth" in one or "depth" in other:
        apart = np.full(len(i), np.inf)
    else:
        apart = np.zeros(len(i))
    order = np.lexsort((j, i, near["v"], apart))
    order = order[apart[order] <= depth_difference]
    pairs: list[tuple[int, int]] = []
    seen: tuple[set[int], set[int]] = (set(), set())
    for a, b in zip(i[order].tolist(), j[order].tolist(), strict=True):
        if a not in seen[0] and b not in seen[1]:
            pairs.append((a, b))
            seen[0].add(a)
            seen[1].add(b)
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


def in_units_of(one: gpd.GeoDataFrame, other: gpd.GeoDataFrame, where: str) -> gpd.GeoDataFrame:
    """The other table with the columns that both have in the units of the one.

    Raises
    ------
    InputError
        COLUMN_TEXT where a column holds numbers in one table only.
    UnitsError
        UNITS_MISSING where only one states the unit of a column, UNITS_INCOMPATIBLE.
    """
    converted: dict[str, Any] = {}
    units: dict[str, str] = {}
    for name in [str(each) for each in one.columns if each in other.columns]:
        numeric = [pd.api.types.is_numeric_dtype(each[name]) for each in (one, other)]
        empty = any(each[name].isna().all() for each in (one, other))
        if numeric[0] != numeric[1] and not empty:
            raise InputError(
                "COLUMN_TEXT", f"the column '{name}' holds numbers in one table only", where=where,
                found=f"{one[name].dtype} and {other[name].dtype}", wanted="numbers in both",
            )  # fmt: skip
        stated = [frames.unit_of(each, name) for each in (one, other)]
        unit = stated[0] or stated[1]
        if all(numeric) and unit is not None:
            frames.column(one, name, unit, f"{where}.first")  # its unit has to be stated too
            converted[name] = frames.column(other, name, unit, f"{where}.second")
            units[name] = unit
    return with_columns(other, units=units, **converted)
