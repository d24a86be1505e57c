"""Catalogues of earthquakes: which are mainshocks, and since when they are complete."""

from typing import Annotated, Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pydantic import Field

from siting import frames
from siting.coverage import geometries
from siting.errors import InputError, PipelineError
from siting.kernels import completeness, declustering
from siting.kinds import Features, Table
from siting.projection import Floats
from siting.signature import layer
from siting.wording import counted

_FEWEST = 50  # events below which a catalogue shows no completeness

_Bin = Annotated[float, Field(gt=0, le=1)]


@layer(status="derived")
def mainshocks_by_windows(events: Features) -> Features:
    """Earthquakes without the fore- and aftershocks in windows of space and time.

    Parameters
    ----------
    events : points
        Epicentres with columns ``mw`` (moment magnitude) and ``time``.

    Returns
    -------
    points
        The mainshocks, with a column ``cluster_size`` [1]: the events that each stands for.

    Raises
    ------
    InputError
        COLUMN_MISSING, COLUMN_TEXT, VALUE_INVALID for an event without magnitude or time;
        GEOMETRY_WRONG where the events are no points.

    Notes
    -----
    The windows of Gardner and Knopoff (:func:`siting.kernels.declustering.windows`), before a
    mainshock as long as after it. They are wide: of events that do not depend on each other they
    take some where many happen, and they were made for Southern California.

    References
    ----------
    Gardner and Knopoff (1974), Is the sequence of earthquakes in Southern California, with
    aftershocks removed, Poissonian?, Bull. Seism. Soc. Am. 64, 1363-1367.

    Examples
    --------
    >>> import geopandas
    >>> rows = {"mw": [6.5, 5.1, 5.6], "time": ["2001-05-01", "2001-05-03", "2009-07-01"]}
    >>> places = geopandas.points_from_xy([0, 0.1, 0.2], [0, 0, 0], crs=4326)
    >>> events = geopandas.GeoDataFrame(rows, geometry=places)
    >>> events.attrs["columns"] = {"mw": "1"}
    >>> mainshocks_by_windows(events)[["mw", "cluster_size"]].values.tolist()
    [[6.5, 2.0], [5.6, 1.0]]
    """
    parts = _parts(events, "catalogues.mainshocks_by_windows")
    return _mainshocks(events, declustering.mainshocks_by_windows(*parts))


@layer(status="derived")
def mainshocks_by_nearest_neighbour(
    events: Features,
    b_value: Annotated[float, Field(gt=0, le=3)] = 1.0,
    fractal_dimension: Annotated[float, Field(gt=0, le=3)] = 1.6,
    threshold: float | None = None,
) -> Features:
    """Earthquakes without those that are near to an earlier one in space, time and magnitude.

    Parameters
    ----------
    events : points
        Epicentres with columns ``mw`` (moment magnitude) and ``time``.
    b_value : float
        b of the Gutenberg-Richter relation (:func:`frequency_magnitude`).
    fractal_dimension : float
        Of epicentres.
    threshold : float, optional
        log10 of the proximity below which an event belongs to an earlier one [log10 of years
        times kilometres to the power of the dimension]; else where the two modes of all
        proximities meet.

    Returns
    -------
    points
        The greatest event of each family, with a column ``cluster_size`` [1].

    Raises
    ------
    InputError
        FEATURES_FEW where under 50 events are to show two modes; VALUE_INVALID where they show
        but one, or for an event without magnitude or time; COLUMN_MISSING, COLUMN_TEXT;
        GEOMETRY_WRONG where the events are no points.

    Notes
    -----
    Proximity t r^d 10^(-b m) to the nearest earlier event
    (:func:`siting.kernels.declustering.nearest_neighbours`): every event is compared with all
    before it, some 15 seconds for 50,000. No windows are set by hand.

    References
    ----------
    Zaliapin and Ben-Zion (2013), Earthquake clusters in southern California I: identification and
    stability, J. Geophys. Res. 118, 2847-2864.

    Examples
    --------
    >>> import geopandas
    >>> rows = {"mw": [6.5, 5.1, 5.6], "time": ["2001-05-01", "2001-05-03", "2009-07-01"]}
    >>> places = geopandas.points_from_xy([0, 0.1, 3], [0, 0, 0], crs=4326)
    >>> events = geopandas.GeoDataFrame(rows, geometry=places)
    >>> events.attrs["columns"] = {"mw": "1"}
    >>> mainshocks_by_nearest_neighbour(events, threshold=-5.0).mw.tolist()
    [6.5, 5.6]
    """
    where = "catalogues.mainshocks_by_nearest_neighbour"
    parts = _parts(events, where)
    parent, proximity = declustering.nearest_neighbours(*parts, b_value, fractal_dimension)
    limit = _between_modes(proximity[parent >= 0], where) if threshold is None else threshold
    linked = proximity < limit
    return _mainshocks(events, declustering.mainshocks_of_families(parent, linked, parts[3]))


def _between_modes(proximity: Floats, where: str) -> float:
    if len(proximity) < _FEWEST:
        raise InputError(
            "FEATURES_FEW", "so few earthquakes show no modes", where=where,
            found=counted(len(proximity) + 1, "event"), wanted=f"more than {_FEWEST}",
            fix="set threshold, such as that of a larger catalogue, or decluster by windows",
        )  # fmt: skip
    limit = declustering.threshold_between_modes(proximity)
    if np.isnan(limit):
        raise InputError(
            "VALUE_INVALID", "clustered events do not stand apart from the others", where=where,
            found="one mode of the proximities of neighbours", wanted="two",
            fix="set threshold, or decluster by windows",
        )  # fmt: skip
    return limit


def _mainshocks(events: Any, main: NDArray[np.int64]) -> Any:
    """Rows that are their own mainshocks, with the number of events of each."""
    size = np.bincount(main, minlength=len(main))
    kept = main == np.arange(len(main))
    found = events[kept].assign(cluster_size=size[kept].astype(float))
    found.attrs = {
        **events.attrs,
        "columns": {**events.attrs.get("columns", {}), "cluster_size": "1"},
    }
    return found


@layer(status="derived")
def frequency_magnitude(
    events: Features, first_year: int, last_year: int, magnitude_bin: _Bin = 0.1
) -> Table:
    """Magnitude of completeness by three methods, each with its b-value.

    Parameters
    ----------
    events : points
        Epicentres with columns ``mw`` (moment magnitude) and ``time``.
    first_year, last_year : int
        Years that count, both whole [UTC].
    magnitude_bin : float
        To which magnitudes are rounded.

    Returns
    -------
    table
        A row for each ``method`` with columns ``magnitude`` (of completeness), ``b_value``,
        ``b_value_sd`` and ``events`` (at or above it) [1]; NaN where a method finds none.

    Raises
    ------
    PipelineError
        VALUE_INVALID where the last year is before the first.
    InputError
        FEATURES_FEW for under 50 events in the years; VALUE_INVALID, COLUMN_MISSING,
        COLUMN_TEXT.

    Notes
    -----
    ``maximum_curvature`` is the most frequent magnitude plus 0.2; ``goodness_of_fit`` the least
    from which the Gutenberg-Richter relation misses no more than a tenth of the cumulative
    numbers; ``b_value_stability`` the least from which b no longer changes by more than its
    standard deviation. Where they differ take the greatest: below completeness b is too low. All
    are found for the years as one: where a network grew, for its worst years only by chance.

    References
    ----------
    Woessner and Wiemer (2005), Assessing the quality of earthquake catalogues, Bull. Seism. Soc.
    Am. 95, 684-698. Shi and Bolt (1982), Bull. Seism. Soc. Am. 72, 1677-1687.

    Examples
    --------
    Magnitudes that fall tenfold in each, from 5 up, in bins of a tenth:

    >>> import geopandas
    >>> counts = np.rint(1000 * 10 ** (-0.1 * np.arange(25))).astype(int)
    >>> rows = {"mw": np.repeat(5 + 0.1 * np.arange(25), counts)}
    >>> places = geopandas.points_from_xy(0 * rows["mw"], 0 * rows["mw"], crs=4326)
    >>> events = geopandas.GeoDataFrame({**rows, "time": "2001-05-01"}, geometry=places)
    >>> events.attrs["columns"] = {"mw": "1"}
    >>> table = frequency_magnitude(events, first_year=2001, last_year=2001)
    >>> table[["method", "magnitude"]].values.tolist()[1:]
    [['goodness_of_fit', 5.0], ['b_value_stability', 5.0]]
    >>> table.b_value.round(1).tolist()
    [1.0, 1.0, 1.0]
    """
    where = "catalogues.frequency_magnitude"
    magnitude = _magnitudes(events, first_year, last_year, where)[0]
    rounded = np.rint(magnitude / magnitude_bin) * magnitude_bin
    methods = {
        "maximum_curvature": completeness.maximum_curvature(rounded, magnitude_bin),
        "goodness_of_fit": completeness.goodness_of_fit(rounded, magnitude_bin),
        "b_value_stability": completeness.b_value_stability(rounded, magnitude_bin),
    }
    rows = []
    for method, least in methods.items():
        b = completeness.b_value(rounded, least, magnitude_bin)
        rows.append((method, least, b.value, b.sd, b.number))
    columns = ["magnitude", "b_value", "b_value_sd", "events"]
    table = pd.DataFrame(rows, columns=["method", *columns])
    table.attrs["columns"] = dict.fromkeys(columns, "1")
    return table


@layer(status="derived")
def completeness_by_period(
    events: Features,
    first_year: int,
    last_year: int,
    minimum_magnitude: float,
    class_width: _Bin = 0.5,
    step: Annotated[int, Field(ge=1, le=50)] = 5,
) -> Table:
    """Since when each class of magnitude is recorded as often as lately.

    Parameters
    ----------
    events : points
        Epicentres with columns ``mw`` (moment magnitude) and ``time``; mainshocks, lest the
        aftershocks of one earthquake look like a better network.
    first_year, last_year : int
        Years of the catalogue, both whole [UTC].
    minimum_magnitude : float
        Least magnitude, complete in the last `step` years (:func:`frequency_magnitude`).
    class_width : float
        Width of the classes of magnitude.
    step : int
        Years that are tried at once, backwards from the last.

    Returns
    -------
    table
        A row for each class with columns ``magnitude`` (its least) [1] and ``first_year``, for
        :func:`siting.layers.seismicity.complete_event_density`.

    Raises
    ------
    PipelineError
        VALUE_INVALID where the last year is before the first, or fewer than two steps fit between.
    InputError
        FEATURES_FEW for under 50 events in the years; VALUE_INVALID, COLUMN_MISSING,
        COLUMN_TEXT.

    Notes
    -----
    :func:`siting.kernels.completeness.first_complete_year` for each class. A class is complete
    at least as long as every weaker one. What is taken as complete at all, in the last years, is
    not tested here. Of the mainshocks of the Global CMT catalogue up to 2016 it finds magnitude 5.0
    complete since 2007, 5.5 since 1982 and 6 since the beginning in 1977; with their aftershocks
    in, even 6 since 2002 alone.

    References
    ----------
    Stepp (1972), Analysis of completeness of the earthquake sample in the Puget Sound area, Proc.
    International Conference on Microzonation 2, 897-910.

    Examples
    --------
    Magnitude 5 is recorded since 1990, magnitude 6 from the beginning:

    >>> import geopandas
    >>> years = [*range(1970, 2010), *np.repeat(range(1990, 2010), 10)]
    >>> rows = {"mw": [6.0] * 40 + [5.0] * 200, "time": [f"{year}-05-01" for year in years]}
    >>> places = geopandas.points_from_xy([0] * 240, [0] * 240, crs=4326)
    >>> events = geopandas.GeoDataFrame(rows, geometry=places)
    >>> events.attrs["columns"] = {"mw": "1"}
    >>> completeness_by_period(events, 1970, 2009, 5.0, class_width=1.0).values.tolist()
    [[5.0, 1990.0], [6.0, 1970.0]]
    """
    where = "catalogues.completeness_by_period"
    if last_year - first_year + 1 < 2 * step:
        raise PipelineError(
            "VALUE_INVALID", "two steps are needed to compare", where=f"{where}.step",
            found=f"{counted(last_year - first_year + 1, 'year')} in steps of {step}",
        )  # fmt: skip
    magnitude, year = _magnitudes(events, first_year, last_year, where)
    classes = np.floor((magnitude - minimum_magnitude) / class_width + 1e-6).astype(int)
    last = max(int(classes.max()), 0)
    since = [
        completeness.first_complete_year(year[classes == each], first_year, last_year, step)
        for each in range(last + 1)
    ]
    least = np.round(minimum_magnitude + class_width * np.arange(last + 1), 6)
    table = pd.DataFrame({"magnitude": least, "first_year": np.minimum.accumulate(since)})
    table.attrs["columns"] = {"magnitude": "1"}
    return table


def _magnitudes(
    events: Any, first_year: int, last_year: int, where: str
) -> tuple[Floats, NDArray[np.int64]]:
    """Magnitudes and years of the events between two years."""
    if last_year < first_year:
        raise PipelineError(
            "VALUE_INVALID", "the last year is before the first", where=where,
            found=f"{first_year} to {last_year}",
        )  # fmt: skip
    magnitude, year = frames.column(events, "mw", "1", where), years(events, where)
    during = (year >= first_year) & (year <= last_year) & np.isfinite(magnitude)
    if during.sum() < _FEWEST:
        raise InputError(
            "FEATURES_FEW", "so few earthquakes show no completeness", where=where,
            found=f"{counted(int(during.sum()), 'event')} from {first_year} to {last_year}",
            wanted=f"{_FEWEST} or more",
        )  # fmt: skip
    return magnitude[during], year[during]


def _parts(events: Any, where: str) -> tuple[Floats, Floats, Floats, Floats]:
    """Longitude, latitude [degree], time [day] and magnitude of events, all of them known."""
    longitude, latitude = epicentres(events, where)
    times, magnitude = origin_times(events, where), frames.column(events, "mw", "1", where)
    bad = np.asarray(times.isna()) | ~np.isfinite(magnitude)
    if bad.any():
        raise InputError(
            "VALUE_INVALID", "an earthquake has no magnitude or no time", where=where,
            found=f"{counted(int(bad.sum()), 'row')}, the first being row {int(bad.argmax()) + 1}",
            fix="leave these events out: seismicity.select_events takes those of a magnitude",
        )  # fmt: skip
    days = (times - times.min()) / pd.Timedelta(days=1)
    return longitude, latitude, days.to_numpy(dtype=float), magnitude


def epicentres(events: Any, where: str) -> tuple[Floats, Floats]:
    """Longitudes and latitudes of events [degree].

    Raises
    ------
    InputError
        GEOMETRY_WRONG where they are no points; CRS_MISSING, FEATURES_NONE, GEOMETRY_EMPTY.
    """
    points = geometries(events, where)
    if (shapely.get_type_id(points) != shapely.GeometryType.POINT).any():
        raise InputError(
            "GEOMETRY_WRONG", "earthquakes are points", where=where,
            found=", ".join(sorted({each.geom_type for each in points})), wanted="points",
        )  # fmt: skip
    return shapely.get_x(points), shapely.get_y(points)


def origin_times(events: pd.DataFrame, where: str) -> pd.DatetimeIndex:
    """Times of events, UTC.

    Raises
    ------
    InputError
        COLUMN_MISSING; COLUMN_TEXT where the column does not hold times.
    """
    time = frames.column(events, "time", None, where)
    try:
        return pd.DatetimeIndex(pd.to_datetime(time, utc=True))
    except (ValueError, TypeError) as error:
        raise InputError(
            "COLUMN_TEXT", "the column 'time' does not hold times", where=where,
            found=str(events["time"].dtype), wanted="times as 2012-12-07T08:18:23Z",
        ) from error  # fmt: skip


def years(events: pd.DataFrame, where: str) -> NDArray[np.int64]:
    """Years of events, UTC; errors as of :func:`origin_times`."""
    return origin_times(events, where).year.to_numpy(dtype=np.int64)
