"""Longitudes and latitudes of a table's rows, once they can be right."""

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import CRS

from siting.errors import InputError
from siting.findings import warn
from siting.io.crs import check_plausible, known_crs
from siting.wording import counted

Floats = NDArray[np.float64]
WGS84 = "EPSG:4326"
_LONGITUDE = (
    "longitude", "lon", "long", "lng", "longitude_deg", "lon_deg", "lon_dd", "long_dd",
    "decimal_longitude", "decimallongitude", "longitude_dd", "x",
)  # fmt: skip
_LATITUDE = (
    "latitude", "lat", "latitude_deg", "lat_deg", "lat_dd", "decimal_latitude",
    "decimallatitude", "latitude_dd", "y",
)  # fmt: skip
_PROJECTED = re.compile(r"(?:utm_?)?(?:e|n|x|y|east(?:ing)?s?|north(?:ing)?s?)(?:_?m)?", re.I)
_DECIMAL_COMMA = re.compile(r"[-+]?\d{1,3},\d+")
_SEXAGESIMAL = re.compile(r"[°º'’′\"″:]|[NSEWO]\s*$|^\s*[NSEW]", re.IGNORECASE)
ROUNDED = 5  # rows on whole degrees that are no accident
ALIKE = 3  # rows at one place that are no accident


def places_of(
    frame: pd.DataFrame,
    names: tuple[str | None, str | None],
    crs: str | None,
    lines: list[int],
    path: Path,
) -> tuple[gpd.GeoSeries, tuple[str, str]]:
    """Points of the rows of a table in WGS 84, and the columns that they come from.

    Parameters
    ----------
    frame : pandas.DataFrame
        A table.
    names : pair of str or None
        Columns of longitude and latitude, or of easting and northing with a CRS.
    crs : str or None
        CRS of the coordinates; degrees in WGS 84 where it is None.
    lines : list of int
        Line of each row, for messages.
    path : Path
        The file, for messages.

    Raises
    ------
    InputError
        COLUMN_MISSING, COLUMN_AMBIGUOUS, COORD_INVALID, LATLON_SWAPPED, CRS_IMPLAUSIBLE.
    """
    x_name = _column(frame, names[0], _LONGITUDE, "longitude", path)
    y_name = _column(frame, names[1], _LATITUDE, "latitude", path)
    x, y = (_numbers(frame[each], each, lines, path) for each in (x_name, y_name))
    system = None if crs is None else known_crs(None, crs, path)
    if system is None or system.is_geographic:
        _check_degrees(x, y, (x_name, y_name), lines, path)
        x = np.where((x < -180) | (x > 180), (x + 180) % 360 - 180, x)
    points = _in_wgs84(x, y, system, path)
    longitude, latitude = points.x.to_numpy(), points.y.to_numpy()
    _tell_zero(x, y, lines, path)
    _tell_rounded(longitude, latitude, path)
    _tell_alike(longitude, latitude, path)
    return points, (x_name, y_name)


def _column(
    frame: pd.DataFrame, wanted: str | None, usual: tuple[str, ...], what: str, path: Path
) -> str:
    names = [str(column) for column in frame.columns]
    if wanted is not None:
        found = [name for name in names if name == wanted]
    else:
        found = [name for name in names if _bare(name) in usual[:-1]]
        found = found or [name for name in names if _bare(name) == usual[-1]]
    if len(found) == 1:
        return found[0]
    fix = f"name the column: add `{what}: COLUMN` to the source"
    if projected := [name for name in names if _PROJECTED.fullmatch(_bare(name))]:
        fix += (
            f"; where {', '.join(projected)} are metres, their CRS too, such as `crs: EPSG:32611`"
        )
    raise InputError(
        "COLUMN_AMBIGUOUS" if found else "COLUMN_MISSING",
        f"several columns could be the {what}" if found else f"there is no column of {what}s",
        where=str(path),
        found=", ".join(found or names),
        wanted=wanted or f"a column named {', '.join(usual[:3])} or the like",
        fix=fix,
    )


def _bare(name: str) -> str:
    """A column's name without its unit: ``Longitude (deg)`` is longitude."""
    return re.sub(r"\s*[\[(].*[\])]\s*$", "", name).strip().lower().replace(" ", "_")


def _numbers(values: pd.Series, name: str, lines: list[int], path: Path) -> Floats:
    texts = values.map(str) if values.dtype == object else values
    if values.dtype == object:
        cells = texts.str.strip().str.replace("\u2212", "-")
        # No coordinate has thousands, so a comma can only be the decimal sign.
        if (
            cells.str.fullmatch(_DECIMAL_COMMA).any()
            and not cells.str.contains(".", regex=False).any()
        ):
            cells = cells.str.replace(",", ".")
        texts = cells
    numbers = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=float)
    bad = ~np.isfinite(numbers)
    if bad.any():
        raise _no_number(values, name, np.flatnonzero(bad), lines, path)
    return numbers


def _no_number(
    values: pd.Series, name: str, rows: NDArray[np.int64], lines: list[int], path: Path
) -> InputError:
    shown = [values.iloc[row] for row in rows[:5]]
    blank = [pd.isna(cell) or not str(cell).strip() for cell in shown]
    found = ", ".join(
        f"{'nothing' if none else repr(cell)} in line {lines[row]}"
        for cell, none, row in zip(shown, blank, rows[:5], strict=True)
    )
    written = [str(cell) for cell, none in zip(shown, blank, strict=True) if not none]
    degrees = any(_SEXAGESIMAL.search(cell) for cell in written)
    return InputError(
        "COORD_INVALID",
        f"'{name}' is missing or no number in {counted(rows.size, 'row')}",
        where=f"{path}:{lines[rows[0]]}",
        found=found,
        wanted="decimal degrees, such as -119.25; west and south negative",
        fix="turn degrees, minutes and seconds into decimal degrees: d + m/60 + s/3600"
        if degrees
        else "fill in or remove these rows",
    )


def _check_degrees(
    x: Floats, y: Floats, names: tuple[str, str], lines: list[int], path: Path
) -> None:
    off = (np.abs(y) > 90) | (np.abs(x) > 360)
    if not off.any():
        return
    swapped = bool((np.abs(x) <= 90).all() and (np.abs(y) <= 360).all())
    rows = np.flatnonzero(off)
    metres = bool((np.maximum(np.abs(x), np.abs(y))[off] > 1000).all())
    fix = "correct these rows"
    if metres:
        fix = "add the CRS of these metres to the source, such as `crs: EPSG:32611`"
    raise InputError(
        "LATLON_SWAPPED" if swapped else "COORD_INVALID",
        "longitudes and latitudes seem to be swapped"
        if swapped
        else f"{counted(rows.size, 'row has', 'rows have')} no place on the globe",
        where=f"{path}:{lines[rows[0]]}",
        found=f"{names[0]} {x[rows[0]]:g}, {names[1]} {y[rows[0]]:g}",
        wanted="longitude from -180 to 360, latitude from -90 to 90 [degree]",
        fix=f"name the columns the other way round: longitude: {names[1]}, latitude: {names[0]}"
        if swapped
        else fix,
    )


def _in_wgs84(x: Floats, y: Floats, system: CRS | None, path: Path) -> gpd.GeoSeries:
    """Points in WGS 84, once their coordinates can be in their CRS."""
    if system is None or system.equals(WGS84, ignore_axis_order=True):
        return gpd.GeoSeries(gpd.points_from_xy(x, y), crs=WGS84)
    bounds = float(x.min()), float(y.min()), float(x.max()), float(y.max())
    check_plausible(system, bounds, 1e-6, path)
    moved = gpd.GeoSeries(gpd.points_from_xy(x, y), crs=system).to_crs(WGS84)
    if not np.isfinite(moved.total_bounds).all():
        raise InputError(
            "COORD_INVALID", "coordinates out of reach of their CRS", where=str(path),
            found=f"{system.name}: {bounds}", fix="name the right CRS with `crs:`",
        )  # fmt: skip
    return moved


def _tell_zero(x: Floats, y: Floats, lines: list[int], path: Path) -> None:
    zero = (x == 0) & (y == 0)
    if zero.any():
        warn(
            "COORD_ZERO",
            "places at 0 E 0 N, in the sea off Africa: most likely missing coordinates",
            where=f"{path}:{lines[int(np.flatnonzero(zero)[0])]}",
            found=counted(zero.sum(), "row"),
            fix="fill in or remove these rows",
        )


def _tell_rounded(longitude: Floats, latitude: Floats, path: Path) -> None:
    """A finding for places on whole degrees, unless they are the nodes of a grid."""
    whole = (longitude % 1 == 0) & (latitude % 1 == 0)
    nodes = len(np.unique(longitude)) * len(np.unique(latitude))
    places = len(np.unique(np.column_stack([longitude, latitude]), axis=0))
    if len(whole) >= ROUNDED and whole.all() and 1 < places < nodes:
        warn(
            "COORD_ROUNDED",
            "every place lies on whole degrees: the coordinates seem to be rounded or cut",
            where=str(path),
            found=f"{len(whole)} rows, each up to 100 km from its true place",
            fix="use the coordinates as they were measured",
        )


def _tell_alike(longitude: Floats, latitude: Floats, path: Path) -> None:
    if len(longitude) >= ALIKE and np.ptp(longitude) == 0 and np.ptp(latitude) == 0:
        warn(
            "PLACES_IDENTICAL",
            "every row has the same place",
            where=str(path),
            found=f"{len(longitude)} rows at {longitude[0]:g} {latitude[0]:g}",
            fix="use the place of each row, not that of the office or the region",
        )
