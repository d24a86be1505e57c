"""Earthquakes: those that count, and how many there are per area and year."""

from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from siting import findings, frames
from siting.errors import InputError, PipelineError
from siting.grid import from_function
from siting.kernels.density import events_within
from siting.kinds import Features, Grid, Layer, Table, Unit
from siting.layers.catalogues import epicentres, years
from siting.projection import Floats
from siting.signature import layer
from siting.wording import counted

_MAGNITUDE_BIN = 0.1
_ROUNDING = 1e-6  # 5.5 read as single precision is 5.5, and 5.4 is 5.4000001
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
    others: take the mainshocks alone (:mod:`siting.layers.catalogues`) where single large
    earthquakes must not dominate, and :func:`complete_event_density` where completeness changed
    over the years. Completeness is checked by the maximum of curvature alone, which finds a
    catalogue's gross limit and none of its changes: the Global CMT catalogue is complete from
    about magnitude 5.4 before 2004 and 5.0 since (Ekström et al. 2012).

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
    longitude, latitude = epicentres(events, where)
    year, magnitude = years(events, where), frames.column(events, "mw", "1", where)
    _check_period(year, first_year, last_year, where)
    during = (year >= first_year) & (year <= last_year)
    _check_completeness(magnitude[during], minimum_magnitude, where)
    counts = during & (magnitude >= minimum_magnitude)
    longitude, latitude = longitude[counts], latitude[counts]
    area_time = np.pi * radius**2 * (last_year - first_year + 1)  # [km2 yr]

    def rate(rows: slice, columns: slice, x: Floats, y: Floats) -> Floats:
        return events_within(x, y, longitude, latitude, radius * 1000) / area_time

    return from_function(grid, rate, np.float32)


@layer()
def complete_event_density(
    events: Features,
    completeness: Table,
    radius: Annotated[float, Unit("km"), Field(gt=0, le=2000)],
    minimum_magnitude: float,
    last_year: int,
    grid: Grid,
) -> Annotated[Layer, Unit("km-2 yr-1")]:
    """Rate of earthquakes per area within a radius, from the complete years of each magnitude.

    Parameters
    ----------
    events : points
        Epicentres with columns ``mw`` (moment magnitude) and ``time``: mainshocks, where
        aftershocks are not to count (:mod:`siting.layers.catalogues`).
    completeness : table
        Columns ``magnitude`` and ``first_year``: events from this magnitude up to that of the
        next row are complete since that year, as
        :func:`siting.layers.catalogues.completeness_by_period` finds it or a study gives it.
    radius : float
        Distance from the cell's centre within which events count [km].
    minimum_magnitude : float
        Least magnitude to count; at least the least of the table.
    last_year : int
        Last year that counts, whole [UTC].
    grid : GeoBox
        The run's grid.

    Returns
    -------
    (y, x) layer
        Events at or above the magnitude per area and year [km-2 yr-1].

    Raises
    ------
    PipelineError
        VALUE_INVALID where the least magnitude is below the table's, or the last year before a
        first one.
    InputError
        VALUE_INVALID for a table without rows, with a magnitude twice, or with years that get
        later with magnitude; COLUMN_MISSING, COLUMN_TEXT; GEOMETRY_WRONG where the events are no
        points.

    Warns
    -----
    PERIOD_NOT_COVERED
        Where the catalogue ends before the last year.

    Notes
    -----
    The sum over events of 1/(π r² Δt), with Δt the complete years of the event's magnitude, so
    that strong earthquakes count from long before weak ones were recorded.

    References
    ----------
    Weichert (1980), Estimation of the earthquake recurrence parameters for unequal observation
    periods for different magnitudes, Bull. Seism. Soc. Am. 70, 1337-1346.

    Examples
    --------
    One event from magnitude 5 in 10 complete years, one from 6 in 40:

    >>> import geopandas
    >>> from siting.grid import make_grid
    >>> rows = {"mw": [5.6, 6.1], "time": pd.to_datetime(["2001-05-01", "1980-07-01"])}
    >>> epicentres = geopandas.points_from_xy([0, 0.5], [0, 0], crs=4326)
    >>> events = geopandas.GeoDataFrame(rows, geometry=epicentres)
    >>> events.attrs["columns"] = {"mw": "1"}
    >>> complete = pd.DataFrame({"magnitude": [5.0, 6.0], "first_year": [2001, 1971]})
    >>> complete.attrs["columns"] = {"magnitude": "1"}
    >>> grid = make_grid("EPSG:4326", 0.1, (0, 0, 0.1, 0.1))
    >>> with findings.collect():  # the catalogue ends before 2010
    ...     rate = complete_event_density(events, complete, "100 km", 5.0, 2010, grid)
    >>> bool(np.isclose(rate.values.item(), (1 / 10 + 1 / 40) / (np.pi * 100**2)))
    True
    """
    where = "seismicity.complete_event_density"
    least, first = _complete_since(completeness, minimum_magnitude, last_year, where)
    longitude, latitude = epicentres(events, where)
    year, magnitude = years(events, where), frames.column(events, "mw", "1", where)
    _check_period(year, last_year, last_year, where)
    row = np.searchsorted(least, magnitude + _ROUNDING, side="right") - 1
    counts = (magnitude >= minimum_magnitude) & (row >= 0) & (year <= last_year)
    counts &= year >= first[np.maximum(row, 0)]
    longitude, latitude = longitude[counts], latitude[counts]
    weight = 1 / (np.pi * radius**2 * (last_year - first[row[counts]] + 1))

    def rate(rows: slice, columns: slice, x: Floats, y: Floats) -> Floats:
        return events_within(x, y, longitude, latitude, radius * 1000, weight)

    return from_function(grid, rate, np.float32)


def _complete_since(
    table: pd.DataFrame, minimum_magnitude: float, last_year: int, where: str
) -> tuple[Floats, Floats]:
    """Least magnitudes, rising, and the years since which each is complete."""
    least = frames.column(table, "magnitude", "1", where)
    first = frames.numbers(table, "first_year", where)
    order = np.argsort(least)
    least, first = least[order], first[order]
    finite = len(least) > 0 and np.isfinite([least, first]).all()
    if not (finite and (np.diff(least) > 0).all() and (np.diff(first) <= 0).all()):
        raise InputError(
            "VALUE_INVALID", "the table of completeness cannot be used",
            where=f"{where}.completeness", found=table.to_string(index=False),
            wanted="each magnitude once, with years that get no later with magnitude",
        )  # fmt: skip
    if minimum_magnitude < least[0] - _ROUNDING or last_year < first[0]:
        raise PipelineError(
            "VALUE_INVALID", "nothing is complete there", where=where,
            found=f"magnitude {minimum_magnitude:g}, up to {last_year}",
            wanted=f"at least {least[0]:g}, and {first[0]:.0f} or later",
        )  # fmt: skip
    return least, first


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
