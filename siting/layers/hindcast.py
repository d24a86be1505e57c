"""The climate of a place from the hours of many years: means by month, and rare storms."""

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, cast

import numpy as np
import xarray as xr
from odc.geo.geobox import GeoBox
from pydantic import Field

from siting.grid.months import as_monthly
from siting.kinds import Grid, Hindcast, Layer, Monthly, Unit
from siting.signature import layer

if TYPE_CHECKING:
    from siting.io.hindcast import HindcastFile

_HEIGHT, _PERIOD = "significant_wave_height", "wave_energy_period"
Reach = Annotated[float, Unit("m"), Field(gt=0, le=200_000)]


class WaveClimate(NamedTuple):
    """Waves by calendar month, and the highest of all."""

    significant_wave_height: Annotated[Monthly, Unit("m")]
    energy_period: Annotated[Monthly, Unit("s")]
    wave_power: Annotated[Monthly, Unit("kW m-1")]
    height_maximum: Annotated[Layer, Unit("m")]
    hours: Annotated[Layer, Unit("1")]


class ReturnHeight(NamedTuple):
    """A height that is exceeded once in so many years, with its interval of 90 %."""

    height: Annotated[Layer, Unit("m")]
    low: Annotated[Layer, Unit("m")]
    high: Annotated[Layer, Unit("m")]


@layer(status="derived")
def climate(hindcast: Hindcast, grid: Grid, reach: Reach = 10_000.0) -> WaveClimate:
    """Wave height, energy period and power in deep water by calendar month.

    Parameters
    ----------
    hindcast : hindcast
        Hours of significant_wave_height and wave_energy_period.
    grid : GeoBox
        The run's grid.
    reach : float
        Of a list of sites: greatest distance of a site from the middle of a cell [m].

    Returns
    -------
    significant_wave_height : (month, y, x) layers
        Mean of the hours of each month, years pooled [m].
    energy_period : (month, y, x) layers
        Mean, each hour counted by its energy: sum(Hs^2 Te) / sum(Hs^2) [s].
    wave_power : (month, y, x) layers
        Mean of the flux of each hour in deep water [kW m-1].
    height_maximum : (y, x) layer
        Highest of all hours [m].
    hours : (y, x) layer
        Number of hours with both values [1].

    Raises
    ------
    InputError
        VARIABLE_MISSING where the hindcast lacks one of the two, LAYER_EMPTY, OUTSIDE_GRID.

    Notes
    -----
    The file is read once. The power is the mean of the hourly 490.27 Hs^2 Te W m-1: that of the
    mean heights would be a tenth to a fifth less. In water shallower than half a wave length use
    :func:`siting.layers.waves.power_monthly`. Hours under ice do not count: a mean is that of the
    open water. See :func:`siting.io.hindcast_placement.placed` for how cells come onto the grid;
    the heights of a mean over a block are those of a mean, not of its highest cell.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> from siting.io.hindcast_memory import hindcast_of
    >>> times = np.datetime64("2020-01-01", "s") + 3600 * np.arange(4)
    >>> hours = {"significant_wave_height": np.array([[1.0], [3.0], [1.0], [3.0]]),
    ...          "wave_energy_period": np.full((4, 1), 10.0)}
    >>> buoy = hindcast_of(times, [-124.5], [44.5], hours)
    >>> grid = make_grid("EPSG:4326", 1.0, (-125, 44, -124, 45))
    >>> found = climate(buoy, grid)
    >>> found.significant_wave_height.sel(month=1).values.item()
    2.0
    >>> round(float(found.wave_power.sel(month=1).values.item()), 2), found.hours.values.item()
    (24.51, 4.0)
    """
    from siting.kernels import series_reduction as series

    near, found = _reduced(
        hindcast,
        grid,
        {
            "significant_wave_height": series.MonthlyMean(_HEIGHT),
            "energy_period": series.MonthlyEnergyPeriod(_HEIGHT, _PERIOD),
            "wave_power": series.MonthlyFlux(_HEIGHT, _PERIOD),
            "maximum": series.AnnualMaximum(_HEIGHT, coverage=0.0),
            "hours": series.ValidCount((_HEIGHT, _PERIOD)),
        },
    )
    maximum = found["maximum"].max("year")
    hours = found["hours"].astype(float).where(found["hours"] > 0)
    return WaveClimate(
        _monthly(near, found["significant_wave_height"], grid, reach),
        _monthly(near, found["energy_period"], grid, reach),
        _monthly(near, found["wave_power"], grid, reach),
        _layers(near, maximum, grid, reach)[0],
        _layers(near, hours, grid, reach)[0],
    )


@layer(status="derived")
def irradiance(
    hindcast: Hindcast, grid: Grid, reach: Reach = 10_000.0
) -> Annotated[Monthly, Unit("W m-2")]:
    """Mean solar radiation on a level surface by calendar month, nights included.

    Parameters
    ----------
    hindcast : hindcast
        Hours of solar_irradiance.
    grid : GeoBox
        The run's grid.
    reach : float
        Of a list of sites: greatest distance of a site from the middle of a cell [m].

    Returns
    -------
    (month, y, x) layers
        [W m-2].

    Raises
    ------
    InputError
        VARIABLE_MISSING, LAYER_EMPTY, TIME_ACCUMULATED, OUTSIDE_GRID.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> from siting.io.hindcast_memory import hindcast_of
    >>> times = np.datetime64("2020-06-01", "s") + 3600 * np.arange(4)
    >>> sun = {"solar_irradiance": np.array([[0.0], [200.0], [400.0], [200.0]])}
    >>> grid = make_grid("EPSG:4326", 1.0, (-125, 44, -124, 45))
    >>> found = irradiance(hindcast_of(times, [-124.5], [44.5], sun), grid)
    >>> found.sel(month=6).values.tolist()
    [[200.0]]
    """
    return _mean(hindcast, grid, "solar_irradiance", reach)


@layer(status="derived")
def wind_speed(
    hindcast: Hindcast, grid: Grid, reach: Reach = 10_000.0
) -> Annotated[Monthly, Unit("m s-1")]:
    """Mean wind speed by calendar month.

    Parameters
    ----------
    hindcast : hindcast
        Hours of wind_speed.
    grid : GeoBox
        The run's grid.
    reach : float
        Of a list of sites: greatest distance of a site from the middle of a cell [m].

    Returns
    -------
    (month, y, x) layers
        At the height that the file has it for [m s-1].

    Raises
    ------
    InputError
        VARIABLE_MISSING, LAYER_EMPTY, OUTSIDE_GRID.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> from siting.io.hindcast_memory import hindcast_of
    >>> times = np.datetime64("2020-06-01", "s") + 3600 * np.arange(2)
    >>> grid = make_grid("EPSG:4326", 1.0, (-125, 44, -124, 45))
    >>> wind = {"wind_speed": np.array([[6.0], [10.0]])}
    >>> found = wind_speed(hindcast_of(times, [-124.5], [44.5], wind), grid)
    >>> found.sel(month=6).values.tolist()
    [[8.0]]
    """
    return _mean(hindcast, grid, "wind_speed", reach)


@layer(status="derived")
def extreme_height(
    hindcast: Hindcast,
    grid: Grid,
    return_period: Annotated[float, Unit("year"), Field(ge=2, le=1000)] = 50.0,
    reach: Reach = 10_000.0,
) -> ReturnHeight:
    """Significant wave height that is exceeded once in so many years.

    Parameters
    ----------
    hindcast : hindcast
        Hours of significant_wave_height, of ten years or more.
    grid : GeoBox
        The run's grid.
    return_period : float
        Mean time between two years with a higher sea [year].
    reach : float
        Of a list of sites: greatest distance of a site from the middle of a cell [m].

    Returns
    -------
    height, low, high : (y, x) layers
        The height, and the ends of its interval of 90 % [m]; NaN in cells with fewer than ten
        years of which two thirds of the hours are there.

    Raises
    ------
    InputError
        SERIES_TOO_SHORT where no cell has ten years; VARIABLE_MISSING, LAYER_EMPTY, OUTSIDE_GRID.

    Notes
    -----
    Gumbel's distribution of the annual maxima, fitted by L-moments
    (:func:`siting.kernels.extremes.gumbel_level`). The interval is the error of sampling alone.
    Tropical cyclones make a second kind of storm, which ten years hardly see, and hindcasts smooth
    the highest peaks: both make the true height greater. Where the run's cells are larger than
    the hindcast's, it is the mean over the block.

    Examples
    --------
    Twelve years of steps of six hours, whose highest waves are known:

    >>> from siting.grid import make_grid
    >>> from siting.io.hindcast_memory import hindcast_of
    >>> times = np.arange("2000-01-01", "2012-01-01", 6, dtype="datetime64[h]")
    >>> highest = [7.1, 6.4, 8.0, 6.9, 7.7, 5.8, 7.0, 9.1, 6.6, 7.4, 6.2, 8.3]
    >>> height = np.array(highest)[times.astype("datetime64[Y]").astype(int) - 30]
    >>> height[::2] /= 2
    >>> sea = hindcast_of(times, [-124.5], [44.5], {"significant_wave_height": height[:, None]})
    >>> grid = make_grid("EPSG:4326", 1.0, (-125, 44, -124, 45))
    >>> [round(each.values.item(), 1) for each in extreme_height(sea, grid)]
    [9.9, 8.5, 11.6]
    """
    from siting.kernels import extremes
    from siting.kernels import series_reduction as series

    maxima = {"maxima": series.AnnualMaximum(_HEIGHT, coverage=extremes.WHOLE)}
    near, found = _reduced(hindcast, grid, maxima)
    level = extremes.gumbel_level(found["maxima"].values, return_period)
    values = xr.DataArray(np.stack(level[:3]), dims=("which", "cell"))
    return ReturnHeight(*_layers(near, values, grid, reach))


def _reduced(
    hindcast: Hindcast, grid: GeoBox, reducers: dict[str, Any]
) -> "tuple[HindcastFile, dict[str, xr.DataArray]]":
    """The part of the hindcast around the grid, and reductions of it in one pass."""
    near = cast("HindcastFile", hindcast).around(grid)
    return near, near.reduce(reducers)


def _mean(hindcast: Hindcast, grid: GeoBox, quantity: str, reach: float) -> xr.DataArray:
    from siting.kernels import series_reduction as series

    near, found = _reduced(hindcast, grid, {"mean": series.MonthlyMean(quantity)})
    return _monthly(near, found["mean"], grid, reach)


def _monthly(
    near: "HindcastFile", values: xr.DataArray, grid: GeoBox, reach: float
) -> xr.DataArray:
    return as_monthly(_layers(near, values, grid, reach))


def _layers(
    near: "HindcastFile", values: xr.DataArray, grid: GeoBox, reach: float
) -> list[xr.DataArray]:
    from siting.io.hindcast_placement import placed

    cells = np.atleast_2d(np.asarray(values.values, dtype=np.float64))
    return placed(near.cells, cells, grid, reach)
