"""Layers from monthly values: the mean of the year, its lowest and highest month, its course."""

from typing import Annotated

import numpy as np
import xarray as xr
from pydantic import Field

from siting.kinds import Layer, Monthly, Unit, UnitOf
from siting.signature import layer

# Days of each month, February of a mean year [day].
DAYS = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@layer()
def mean(monthly: Monthly) -> Annotated[Layer, UnitOf("monthly")]:
    """Mean of the year, each month by its days.

    Parameters
    ----------
    monthly : (month, y, x) layers
        A quantity whose mean over time means something; no directions.

    Returns
    -------
    (y, x) layer
        NaN where any month is not known.

    Examples
    --------
    >>> height = xr.DataArray(
    ...     np.full((12, 1, 1), 2.0), dims=("month", "y", "x"), attrs={"units": "m"}
    ... )
    >>> mean(height).item()
    2.0
    """
    days = xr.DataArray(DAYS / DAYS.sum(), dims="month").astype(monthly.dtype)
    weighted: xr.DataArray = (monthly.drop_vars("month", errors="ignore") * days).sum(
        "month", skipna=False
    )
    return weighted


@layer()
def lowest(monthly: Monthly) -> Annotated[Layer, UnitOf("monthly")]:
    """Value of the lowest month.

    Parameters
    ----------
    monthly : (month, y, x) layers
        A quantity with a month for each layer.

    Returns
    -------
    (y, x) layer
        NaN where any month is not known.

    Examples
    --------
    >>> sun = xr.DataArray(
    ...     np.arange(1.0, 13).reshape(12, 1, 1), dims=("month", "y", "x"), attrs={"units": "W m-2"}
    ... )
    >>> lowest(sun).item()
    1.0
    """
    return monthly.min("month", skipna=False)


@layer()
def highest(monthly: Monthly) -> Annotated[Layer, UnitOf("monthly")]:
    """Value of the highest month.

    Parameters
    ----------
    monthly : (month, y, x) layers
        A quantity with a month for each layer.

    Returns
    -------
    (y, x) layer
        NaN where any month is not known.

    Examples
    --------
    >>> sun = xr.DataArray(
    ...     np.arange(1.0, 13).reshape(12, 1, 1), dims=("month", "y", "x"), attrs={"units": "W m-2"}
    ... )
    >>> highest(sun).item()
    12.0
    """
    return monthly.max("month", skipna=False)


@layer()
def steadiness(monthly: Monthly) -> Annotated[Layer, Unit("1")]:
    """Lowest month's value as a share of the year's mean.

    Parameters
    ----------
    monthly : (month, y, x) layers
        An amount that is never negative, such as power.

    Returns
    -------
    (y, x) layer
        1 where all months are alike, 0 where one has nothing; NaN where any month is not known or
        the mean is not above 0.

    Examples
    --------
    >>> power = xr.DataArray(
    ...     np.r_[0.5, np.full(10, 1.0), 1.5].reshape(12, 1, 1),
    ...     dims=("month", "y", "x"), attrs={"units": "kW m-1"},
    ... )
    >>> round(steadiness(power).item(), 3)
    0.5
    """
    year = monthly.mean("month", skipna=False)
    share: xr.DataArray = (monthly.min("month", skipna=False) / year.where(year > 0)).clip(0, 1)
    return share


@layer()
def month(
    monthly: Monthly, number: Annotated[int, Field(ge=1, le=12)]
) -> Annotated[Layer, UnitOf("monthly")]:
    """One month of the year.

    Parameters
    ----------
    monthly : (month, y, x) layers
        A quantity with a month for each layer.
    number : int
        1 is January.

    Returns
    -------
    (y, x) layer

    Examples
    --------
    >>> sun = xr.DataArray(
    ...     np.arange(1.0, 13).reshape(12, 1, 1), dims=("month", "y", "x"), attrs={"units": "W m-2"}
    ... )
    >>> month(sun, 7).item()
    7.0
    """
    return monthly.isel(month=number - 1, drop=True)
