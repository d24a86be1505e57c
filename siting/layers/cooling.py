"""Cooling with seawater: the power that it takes."""

from typing import Annotated, NamedTuple, TypeVar

import numpy as np
import xarray as xr
from pydantic import Field

from siting.kinds import Layer, Monthly, Unit
from siting.layers.months import DAYS
from siting.signature import layer

_KELVIN = 273.15  # of 0 degC
_CARNOT_SHARE = 0.5  # of a chiller's ideal performance that it reaches; assumed, usual 0.4 to 0.6
AnyLayer = TypeVar("AnyLayer", bound=xr.DataArray)


class Pue(NamedTuple):
    """Power usage effectiveness in the mean of the year, by month, and in the worst month."""

    mean: Annotated[Layer, Unit("1")]
    monthly: Annotated[Monthly, Unit("1")]
    highest: Annotated[Layer, Unit("1")]


@layer(status="derived")
def pue(
    temperature: Annotated[Monthly, Unit("degC")],
    supply_limit: Annotated[float, Unit("degC"), Field(gt=0, lt=60)] = 32.0,
    approach: Annotated[float, Unit("K"), Field(ge=0, le=20)] = 5.0,
    overhead: Annotated[float, Field(ge=0, le=1)] = 0.05,
    pumping: Annotated[float, Field(ge=0, le=1)] = 0.007,
) -> Pue:
    """Power of compute with its cooling over that of the processors alone, cooled by the sea.

    Parameters
    ----------
    temperature : (month, y, x) layers
        Of the sea's surface [degC].
    supply_limit : float
        Warmest water that the processors may be given [degC].
    approach : float
        How much warmer than the sea the water behind the heat exchanger is [K].
    overhead : float
        Losses of conversion and all that is neither processor nor cooling, as share [1].
    pumping : float
        Pumps of seawater and coolant, as share [1].

    Returns
    -------
    mean, monthly, highest : (y, x) layer, (month, y, x) layers, (y, x) layer
        Power usage effectiveness [1].

    Notes
    -----
    1 + overhead + pumping + chiller. A chiller runs only where the sea and the approach exceed
    the limit; it takes (Tc - Ts)/(0.5 Ts) of the heat, with Ts the limit and Tc the sea with the
    approach, on absolute scale: half of Carnot's performance, and no least lift. With the
    defaults that is the case above 27 degC of sea. Fouling, and the sea's own warming by the
    node, are neglected. The one measurement at sea, the container of Project Natick off Orkney,
    had 1.07.

    References
    ----------
    Cutler, Fowers, Kramer and Peterson (2017), Dunking the data center, IEEE Spectrum 54 (3);
    ASHRAE (2021), Thermal guidelines for data processing environments, class W32.

    Examples
    --------
    >>> sea = xr.DataArray(np.full((12, 1, 1), 15.0), dims=("month", "y", "x"))
    >>> sea.attrs["units"] = "degC"
    >>> round(pue(sea).mean.item(), 3)
    1.057
    """
    by_month = _pue(temperature, supply_limit, approach, overhead, pumping)
    days = xr.DataArray(DAYS / DAYS.sum(), dims="month").astype(by_month.dtype)
    bare = by_month.drop_vars("month", errors="ignore")
    mean = (bare * days).sum("month", skipna=False)
    return Pue(mean, by_month, bare.max("month", skipna=False))


@layer(status="derived")
def pue_at(
    temperature: Annotated[Layer, Unit("degC")],
    supply_limit: Annotated[float, Unit("degC"), Field(gt=0, lt=60)] = 32.0,
    approach: Annotated[float, Unit("K"), Field(ge=0, le=20)] = 5.0,
    overhead: Annotated[float, Field(ge=0, le=1)] = 0.05,
    pumping: Annotated[float, Field(ge=0, le=1)] = 0.007,
) -> Annotated[Layer, Unit("1")]:
    """Power of compute with its cooling over that of the processors, at one temperature.

    Parameters
    ----------
    temperature : (y, x) layer
        Of the sea's surface, of one month or the mean of the year [degC].
    supply_limit : float
        Warmest water that the processors may be given [degC].
    approach : float
        How much warmer than the sea the water behind the heat exchanger is [K].
    overhead : float
        Losses of conversion and all that is neither processor nor cooling, as share [1].
    pumping : float
        Pumps of seawater and coolant, as share [1].

    Returns
    -------
    (y, x) layer
        Power usage effectiveness [1]. That of a mean temperature is too low where a chiller runs
        in some months only.

    Examples
    --------
    >>> sea = xr.DataArray([[15.0, 30.0]], dims=("y", "x"), attrs={"units": "degC"})
    >>> pue_at(sea).values.round(3).tolist()
    [[1.057, 1.077]]
    """
    return _pue(temperature, supply_limit, approach, overhead, pumping)


def _pue(
    temperature: AnyLayer, limit: float, approach: float, overhead: float, pumping: float
) -> AnyLayer:
    lift = (temperature + approach - limit).clip(min=0)
    chiller = lift / (_CARNOT_SHARE * (limit + _KELVIN))
    found: AnyLayer = 1 + overhead + pumping + chiller
    return found.astype(np.float32) if temperature.dtype == np.float32 else found
