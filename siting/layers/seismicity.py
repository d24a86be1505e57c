"""Earthquakes: those that count, and how many there are per area and year."""

from typing import Annotated, Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pydantic import Field

from siting import findings, frames
from siting.coverage import geometries
from siting.errors import InputError, PipelineError
from siting.grid import from_function
from siting.kernels.density import events_within
from siting.kinds import Features, Grid, Layer, Unit
from siting.projection import Floats
from siting.signature import layer
from siting.wording import counted

_MAGNITUDE_BIN = 0.1
_FEWEST_FOR_COMPLETENESS = 50  # fewer events show no most frequent magnitude


@layer()
def select_events(
    events: Features,
    minimum_magnitude: float | None = None,
    maximum_depth: Annotated[float, Unit("km"), Field(ge=0)] | None = None,
    faulting: list[str] | None = None,
) -> Features:
    """Earthquakes of a magnitude, depth and style of faulting.

    Parameters
    ----------
    events : points
        Epicentres with columns ``mw`` (moment magnitude), ``depth`` [a unit of length, stated]
        and ``faulting`` (style), as far as they are asked for.
    minimum_magnitude : float, optional
        Least moment magnitude to keep.
    maximum_depth : float, optional
        Greatest depth to keep [km].
    faulting : list of str, optional
        Styles to keep, spelled as in the data: ``normal``, ``thrust``, ``strike-slip``, ...

    Returns
    -------
    points
        The events that fit; none of those whose magnitude, depth or style is not known but
        asked for.

    Raises
    ------
    InputError
        COLUMN_MISSING; VALUE_UNKNOWN for a style that no event has; FEATURES_NONE where no
        event fits.
    UnitsError
        UNITS_MISSING where the depths do not say their unit.

    Examples
    --------
    >>> import geopandas
    >>> rows = {"mw": [5.6, 6.1], "depth": [12.0, 90.0], "faulting": ["normal", "normal"]}
    >>> epicentres = geopandas.points_from_xy([0, 1], [0, 0], crs=4326)
    >>> events = geopandas.GeoDataFrame(rows, geometry=epicentres)
    >>> events.attrs["columns"] = {"depth": "km"}
    >>> select_events(events, maximum_depth="40 km", faulting=["normal"]).mw.tolist()
    [5.6]
    """
    where = "seismicity.select_events"
    keep = np.ones(len(events), dtype=bool)
    if minimum_magnitude is not None:
        keep &= frames.column(events, "mw", "1", where) >= minimum_magnitude
    if maximum_depth is not None:
        keep &= frames.column(events, "depth", "km", where) <= maximum_depth
    if faulting is not None:
        keep &= frames.is_among(events, "faulting", faulting, where)
    if not keep.any():
        raise InputError(
            "FEATURES_NONE", "no earthquake fits", where=where,
            found=f"0 of {counted(len(events), 'event')}",
            fix="widen the limits of magnitude, depth or faulting",
        )  # fmt: skip
    return events[keep]


@layer()
def event_density(
    events: Features,
    radius: Annotated[float, Unit("km"), Field(gt=0, le=2000)],
    minimum_magnitude: float,
    first_year: int,
    last_year: int,
    grid: Grid,
) -> Annotated[Layer, Unit("km-2 yr-1")]:
    """Rate of earthquakes per area within a radius.

    Parameters
    ----------
    events : points
        Epicentres with columns ``mw`` (moment magnitude) and ``time``.
    radius : float
        Distance from the cell's centre within which events count [km].
    minimum_magnitude : float
        Magnitude above which the catalogue is complete in all the years: below it, the map
        would show where there were seismometers.
    first_year, last_year : int
        Years that count, both whole [UTC].
    grid : GeoBox
        The run's grid.

    Returns
    -------
    (y, x) layer
        Events at or above the magnitude per area and year [km-2 yr-1].

    Raises
    ------
    PipelineError
        VALUE_INVALID where the last year is before the first.
    InputError
        COLUMN_MISSING, COLUMN_TEXT; GEOMETRY_WRONG where the events are no points.

    Warns
    -----
    PERIOD_NOT_COVERED
        Where the catalogue begins after the first year or ends before the last.
    CATALOGUE_INCOMPLETE
        Where events are most frequent at a magnitude above the least one.

    Notes
    -----
    N/(π r² Δt), with all N events in the circle, on land or not. Aftershocks count like any
    others: decluster the catalogue first where single large earthquakes must not dominate.
    Completeness is checked by the maximum of curvature alone, which finds a catalogue's gross
    limit and none of its changes: the Global CMT catalogue is complete from about magnitude
    5.4 before 2004 and 5.0 since (Ekström et al. 2012).

    References
    ----------
    Wiemer and Wyss (2000), Minimum magnitude of completeness in earthquake catalogs, Bull.
    Seism. Soc. Am. 90, 859-869. Ekström, Nettles and Dziewoński (2012), The global CMT project
    2004-2010, Phys. Earth Planet. Inter. 200-201, 1-9.

    Examples
    --------
    Two events in ten years within 100 km are 6.4e-6 per square kilometre and year.

    >>> import geopandas
    >>> from siting.grid import make_grid
    >>> rows = {"mw": [5.6, 6.1], "time": pd.to_datetime(["2001-05-01", "2010-07-01"])}
    >>> epicentres = geopandas.points_from_xy([0, 0.5], [0, 0], crs=4326)
    >>> events = geopandas.GeoDataFrame(rows, geometry=epicentres)
    >>> events.attrs["columns"] = {"mw": "1"}
    >>> grid = make_grid("EPSG:4326", 0.1, (0, 0, 0.1, 0.1))
    >>> rate = event_density(events, "100 km", 5.5, first_year=2001, last_year=2010, grid=grid)
    >>> print(f"{rate.values.item():.2e}")
    6.37e-06
    """
    where = "seismicity.event_density"
    if last_year < first_year:
        raise PipelineError(
            "VALUE_INVALID", "the last year is before the first", where=where,
            found=f"{first_year} to {last_year}",
        )  # fmt: skip
    longitude, latitude = _epicentres(events, where)
    year, magnitude = _years(events, where), frames.column(events, "mw", "1", where)
    _check_period(year, first_year, last_year, where)
    during = (year >= first_year) & (year <= last_year)
    _check_completeness(magnitude[during], minimum_magnitude, where)
    counts = during & (magnitude >= minimum_magnitude)
    longitude, latitude = longitude[counts], latitude[counts]
    area_time = np.pi * radius**2 * (last_year - first_year + 1)  # [km2 yr]

    def rate(rows: slice, columns: slice, x: Floats, y: Floats) -> Floats:
        return events_within(x, y, longitude, latitude, radius * 1000) / area_time

    return from_function(grid, rate, np.float32)


def _epicentres(events: Any, where: str) -> tuple[Floats, Floats]:
    points = geometries(events, where)
    if (shapely.get_type_id(points) != shapely.GeometryType.POINT).any():
        raise InputError(
            "GEOMETRY_WRONG", "earthquakes are points", where=where,
            found=", ".join(sorted({each.geom_type for each in points})), wanted="points",
        )  # fmt: skip
    return shapely.get_x(points), shapely.get_y(points)


def _years(events: pd.DataFrame, where: str) -> NDArray[np.int64]:
    time = frames.column(events, "time", None, where)
    try:
        return pd.DatetimeIndex(pd.to_datetime(time, utc=True)).year.to_numpy(dtype=np.int64)
    except (ValueError, TypeError) as error:
        raise InputError(
            "COLUMN_TEXT", "the column 'time' does not hold times", where=where,
            found=str(events["time"].dtype), wanted="times as 2012-12-07T08:18:23Z",
        ) from error  # fmt: skip


def _check_period(year: NDArray[np.int64], first: int, last: int, where: str) -> None:
    if len(year) and (year.min() > first or year.max() < last):
        findings.warn(
            "PERIOD_NOT_COVERED",
            "the catalogue does not reach over all the years",
            where=where,
            found=f"events from {year.min()} to {year.max()}",
            wanted=f"{first} to {last}",
            fix="set first_year and last_year to whole years of the catalogue",
        )


def _check_completeness(magnitude: Floats, least: float, where: str) -> None:
    """Compare the least magnitude with the one at which events are most frequent."""
    if len(magnitude) < _FEWEST_FOR_COMPLETENESS:
        return
    bins, count = np.unique(np.round(magnitude / _MAGNITUDE_BIN), return_counts=True)
    commonest = float(bins[count == count.max()].min() * _MAGNITUDE_BIN)
    if least < commonest - 1.5 * _MAGNITUDE_BIN:
        findings.warn(
            "CATALOGUE_INCOMPLETE",
            "smaller earthquakes are missing from the catalogue",
            where=f"{where}.minimum_magnitude",
            found=f"{least}, with events most frequent at {commonest:.1f}",
            wanted=f"at least {commonest:.1f}",
            fix="raise minimum_magnitude to where the catalogue is complete",
        )
