"""Heat flow from what is known of a region, and temperature at depth from heat flow."""

from typing import Annotated, Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field

from siting.errors import InputError
from siting.frames import column
from siting.kinds import Layer, Table, Unit
from siting.layers.conduction import (
    heat_flow_sd_seen,
    heat_flow_seen,
    surface_seen,
    tell_heat_production,
    tell_shallow,
    temperature_seen,
)
from siting.signature import layer

_WATT_PER_MILLIWATT = 1e-3
_WATT_PER_MICROWATT = 1e-6
# No ground is as warm as 60 degC on average of the year: what is more is in kelvins.
SurfaceTemperature = Annotated[float, Unit("degC"), Field(ge=-60, le=60)]


class HeatFlow(NamedTuple):
    """Mean and standard deviation of heat flow."""

    mean: Annotated[Layer, Unit("mW m-2")]
    sd: Annotated[Layer, Unit("mW m-2")]


@layer(status="derived")
def heat_flow_by_class(regime: Layer, classes: Table) -> HeatFlow:
    """Heat flow that is usual in the class of each cell.

    Parameters
    ----------
    regime : (y, x) categorical layer
        Class of each cell, such as its tectonic regime.
    classes : table
        One row per class with columns ``class`` (its number), ``heat_flow`` and
        ``standard_deviation`` [any unit of heat flow, stated].

    Returns
    -------
    mean, sd : (y, x) layers
        Mean and standard deviation of heat flow among places of the class [mW m-2].

    Raises
    ------
    InputError
        KIND_WRONG where the layer is not categorical; COLUMN_MISSING, VALUE_INVALID for a table
        without its columns, with a class twice, or with a heat flow that is no positive number;
        CLASS_UNKNOWN, when the cells are computed, for a class that the table does not have.

    Notes
    -----
    This is a table looked up, not a map of heat flow: inside a class all cells get the same
    value, and the standard deviation is the spread among places of the class, so that it does
    not shrink with the number of cells. It knows nothing of hydrothermal circulation.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"class": [1, 2], "heat_flow": [45.0, 85.0], "standard_deviation": [12.0, 30.0]}
    >>> classes = pd.DataFrame(rows)
    >>> units = {"heat_flow": "mW m-2", "standard_deviation": "mW m-2"}
    >>> classes.attrs["columns"] = units
    >>> regime = xr.DataArray([[1.0, 2.0]], dims=("y", "x"), attrs={"kind": "categorical"})
    >>> heat_flow_by_class(regime, classes).mean.values.tolist()
    [[45.0, 85.0]]
    """
    where = "heat.heat_flow_by_class"
    if regime.attrs.get("kind") != "categorical":
        raise InputError(
            "KIND_WRONG", "classes are needed", where=f"{where}.regime",
            found=f"kind {regime.attrs.get('kind', 'not stated')}", wanted="kind categorical",
        )  # fmt: skip
    code = column(classes, "class", None, where)
    mean = column(classes, "heat_flow", "mW m-2", where)
    sd = column(classes, "standard_deviation", "mW m-2", where)
    valid = np.isfinite([code, mean, sd]).all() and (mean > 0).all() and (sd >= 0).all()
    if not valid or len(np.unique(code)) != len(code):
        raise InputError(
            "VALUE_INVALID", "the table of classes cannot be used", where=f"{where}.classes",
            found=classes.to_string(index=False), wanted="each class once, with heat flow above 0",
        )  # fmt: skip
    return HeatFlow(_look_up(regime, code, mean), _look_up(regime, code, sd))


def _look_up(classes: xr.DataArray, code: NDArray[Any], value: NDArray[Any]) -> xr.DataArray:
    """The value that belongs to the class of each cell, NaN where there is no class."""
    order = np.argsort(code)
    codes, values = code[order], value[order].astype(np.float32)

    def block(cells: NDArray[Any]) -> NDArray[np.float32]:
        known = ~np.isnan(cells)
        place = np.searchsorted(codes, cells).clip(max=len(codes) - 1)
        if (strange := known & (codes[place] != cells)).any():
            raise InputError(
                "CLASS_UNKNOWN", "a class has no row in the table", where="heat.heat_flow_by_class",
                found=str(np.unique(cells[strange]).tolist()), wanted=str(codes.tolist()),
                fix="add a row for the class",
            )  # fmt: skip
        return np.where(known, values[place], np.float32(np.nan))

    found: xr.DataArray = xr.apply_ufunc(
        block, classes, dask="parallelized", output_dtypes=[np.float32]
    )
    return found


@layer(status="derived")
def conductive_temperature(
    heat_flow: Annotated[Layer, Unit("mW m-2")],
    depth: Annotated[float, Unit("m"), Field(gt=0, le=20_000)],
    surface_temperature: Annotated[Layer, Unit("degC")] | SurfaceTemperature = 15.0,
    conductivity: Annotated[float, Unit("W m-1 K-1"), Field(ge=0.1, le=20)] = 2.5,
    heat_production: Annotated[float, Unit("uW m-3"), Field(ge=0)] = 1.0,
) -> Annotated[Layer, Unit("degC")]:
    """Temperature at depth from one-dimensional steady conduction.

    Parameters
    ----------
    heat_flow : (y, x) layer
        Conductive heat flow at the surface, upward positive [mW m-2].
    depth : float
        Depth below the surface [m].
    surface_temperature : float or (y, x) layer
        Annual mean temperature of the ground [degC].
    conductivity : float
        Thermal conductivity of the rock, the same at all depths [W m-1 K-1].
    heat_production : float
        Radiogenic heat production of the rock, the same at all depths [uW m-3].

    Returns
    -------
    (y, x) layer
        Temperature [degC]; NaN where the heat produced above that depth would exceed the heat
        flow, as the formula then has heat flow downward.

    Warns
    -----
    RANGE_IMPLAUSIBLE
        For a depth above 20 m; when cells are computed, for heat flow, heat production and ground
        that no place has, as other units make them, and for rock above 1,300 degC.

    Notes
    -----
    T(z) = T0 + q0 z/k - A z²/(2k), valid for A z <= q0. Neglected: circulating water, which
    decides in hydrothermal systems, so that this is the background beneath them and no
    prediction of a reservoir; layers of rock; the fall of conductivity with temperature, some
    10 % by 100 degC; topography, erosion, and climates past.

    References
    ----------
    Turcotte and Schubert (2014), Geodynamics, 3rd ed., Cambridge University Press, section 4.6.

    Examples
    --------
    >>> q = xr.DataArray([[90.0, 45.0]], dims=("y", "x"), attrs={"units": "mW m-2"})
    >>> conductive_temperature(q, depth="1 km").values.round(1).tolist()
    [[50.8, 32.8]]
    >>> conductive_temperature(q, depth="3 km").values.round(1).tolist()
    [[121.2, 67.2]]
    """
    where = "heat.conductive_temperature"
    tell_shallow(depth, f"{where}.depth")
    tell_heat_production(heat_production, f"{where}.heat_production")
    surface = surface_seen(surface_temperature, f"{where}.surface_temperature")
    q0 = heat_flow_seen(heat_flow, f"{where}.heat_flow") * _WATT_PER_MILLIWATT
    a = heat_production * _WATT_PER_MICROWATT
    k, z = conductivity, depth
    temperature = surface + q0 * (z / k) - a * z**2 / (2 * k)
    return temperature_seen(temperature.where(q0 >= a * z), where)


@layer(status="derived")
def conductive_temperature_sd(
    heat_flow_sd: Annotated[Layer, Unit("mW m-2")],
    depth: Annotated[float, Unit("m"), Field(gt=0, le=20_000)],
    conductivity: Annotated[float, Unit("W m-1 K-1"), Field(ge=0.1, le=20)] = 2.5,
) -> Annotated[Layer, Unit("K")]:
    """Standard deviation of the temperature at depth that follows from that of heat flow.

    Parameters
    ----------
    heat_flow_sd : (y, x) layer
        Standard deviation of the heat flow at the surface [mW m-2].
    depth : float
        Depth below the surface [m].
    conductivity : float
        Thermal conductivity of the rock [W m-1 K-1].

    Returns
    -------
    (y, x) layer
        Standard deviation [K].

    Warns
    -----
    RANGE_IMPLAUSIBLE
        For a depth above 20 m; when cells are computed, for standard deviations of heat flow that
        no place has, as other units make them.

    Notes
    -----
    s_T = s_q z/k, exact for the linear formula of :func:`conductive_temperature`. What is not
    known of conductivity, heat production and water is not in it: a lower bound.

    Examples
    --------
    >>> sd = xr.DataArray([[30.0]], dims=("y", "x"), attrs={"units": "mW m-2"})
    >>> conductive_temperature_sd(sd, depth="3 km").values.round(1).tolist()
    [[36.0]]
    """
    where = "heat.conductive_temperature_sd"
    tell_shallow(depth, f"{where}.depth")
    sd = heat_flow_sd_seen(heat_flow_sd, f"{where}.heat_flow_sd")
    return sd * (_WATT_PER_MILLIWATT * depth / conductivity)
