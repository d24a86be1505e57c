"""Temperature at any depth beneath layers of rock, and the depth at which one is reached."""

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import numpy as np
import xarray as xr
from pydantic import Field

from siting.errors import InputError, PipelineError
from siting.kernels.geotherm import (
    Floats,
    Law,
    Rock,
    depth_of,
    gradient_at,
    propagated,
    temperature_at,
)
from siting.kinds import Layer, Unit
from siting.layers.conduction import (
    heat_flow_sd_seen,
    heat_flow_seen,
    surface_seen,
    tell_heat_production,
    tell_shallow,
    temperature_seen,
    thickness_seen,
)
from siting.signature import layer

_WATT_PER_MILLIWATT = 1e-3
_WATT_PER_MICROWATT = 1e-6

HeatFlow = Annotated[Layer, Unit("mW m-2")]
Thicknesses = list[Annotated[Layer, Unit("m")] | Annotated[float, Unit("m"), Field(gt=0)]]
Conductivities = Annotated[
    list[Annotated[float, Unit("W m-1 K-1"), Field(ge=0.1, le=20)]], Field(min_length=1)
]
HeatProductions = Annotated[
    list[Annotated[float, Unit("uW m-3"), Field(ge=0)]], Field(min_length=1)
]
# No ground is as warm as 60 degC on average of the year: what is more is in kelvins.
Surface = Annotated[Layer, Unit("degC")] | Annotated[float, Unit("degC"), Field(ge=-60, le=60)]
Share = Annotated[float, Field(ge=0, lt=0.5)]


class Temperature(NamedTuple):
    """Temperature at a depth and its standard deviation."""

    mean: Annotated[Layer, Unit("degC")]
    sd: Annotated[Layer, Unit("K")]


class Depth(NamedTuple):
    """Depth of a temperature, its standard deviation, and whether it lies above the limit."""

    mean: Annotated[Layer, Unit("m")]
    sd: Annotated[Layer, Unit("m")]
    reached: Annotated[Layer, Unit("1")]


@layer(status="derived")
def temperature_at_depth(
    heat_flow: HeatFlow,
    heat_flow_sd: HeatFlow,
    depth: Annotated[float, Unit("m"), Field(gt=0, le=30_000)],
    thicknesses: Thicknesses,
    conductivities: Conductivities,
    heat_productions: HeatProductions,
    surface_temperature: Surface = 15.0,
    conductivity_law: Law = "constant",
    conductivity_sd: Share = 0.1,
    heat_production_sd: Share = 0.3,
) -> Temperature:
    """Temperature at depth from steady conduction through layers of rock.

    Parameters
    ----------
    heat_flow, heat_flow_sd : (y, x) layer
        Conductive heat flow at the surface, upward positive, and its standard deviation [mW m-2].
    depth : float
        Depth below the surface [m].
    thicknesses : list of float or (y, x) layer
        Thickness of each layer of rock from the surface down, such as that of the sediments [m];
        the last layer goes on downward and has none, so that the list may be empty.
    conductivities : list of float
        Thermal conductivity of each layer, one more than thicknesses [W m-1 K-1].
    heat_productions : list of float
        Radiogenic heat production of each layer [uW m-3].
    surface_temperature : float or (y, x) layer
        Annual mean temperature of the ground [degC].
    conductivity_law : str
        ``constant``, or ``sass_1992``: conductivities are those at 25 degC and fall with
        temperature as those of crystalline rock do; below 2 W m-1 K-1, where that formula no
        longer falls, they stay as they are.
    conductivity_sd, heat_production_sd : float
        Standard deviation as a share of each layer's value, layers independent [1].

    Returns
    -------
    mean : (y, x) layer
        Temperature [degC]; NaN where the rock above that depth produces more heat than comes out
        of the ground, for the formula then has heat flow downward, where heat flow is not upward,
        and where any of the layers given is not known.
    sd : (y, x) layer
        Standard deviation that follows from those of heat flow, conductivity and heat
        production [K].

    Raises
    ------
    PipelineError
        VALUE_INVALID where the lists do not fit one another.
    InputError
        VALUE_INVALID, when the cells are computed, for a negative thickness.

    Warns
    -----
    RANGE_IMPLAUSIBLE
        For a depth above 20 m and heat production of no rock; when cells are computed, for heat
        flow, ground and thickness that no place has, as other units make them, and for rock above
        1,300 degC.

    Notes
    -----
    Within a layer k dT/dz = q - A z; temperature and heat flow go on into the next. With the law
    of Sass et al., k(T) = k0 / (1.007 + T (0.0036 - 0.0072/k0)), k0 = k25 (1.007 + 25 (0.0037 -
    0.0074/k25)), the layer is solved exactly by the integral of conductivity. The law was fitted
    to crystalline rock up to about 300 degC: hotter rock, and sediments, extrapolate it. The
    standard deviation takes half the difference of two temperatures a standard deviation apart,
    one quantity at a time; water, topography and climates past are not in it.

    References
    ----------
    Sass, Lachenbruch, Moses and Morgan (1992), Heat flow from a scientific research well at Cajon
    Pass, California, J. Geophys. Res. 97, 5017-5030. Turcotte and Schubert (2014), Geodynamics,
    3rd ed., section 4.6.

    Examples
    --------
    >>> q = xr.DataArray([[90.0]], dims=("y", "x"), attrs={"units": "mW m-2"})
    >>> sd = xr.DataArray([[9.0]], dims=("y", "x"), attrs={"units": "mW m-2"})
    >>> found = temperature_at_depth(q, sd, "3 km", [], [2.5], [1.0], conductivity_sd=0.0)
    >>> print(f"{found.mean.item():.1f} degC, sd {found.sd.item():.1f} K")
    121.2 degC, sd 10.8 K
    >>> sediments = temperature_at_depth(q, sd, "3 km", ["1 km"], [1.8, 2.5], [1.0, 1.0])
    >>> print(f"{sediments.mean.item():.1f} degC")
    135.1 degC
    """
    where = "geotherm.temperature_at_depth"
    tell_shallow(depth, f"{where}.depth")
    _check_rocks(thicknesses, conductivities, heat_productions, where)
    shares = conductivity_sd, heat_production_sd

    def cells(q: Floats, q_sd: Floats, surface: Floats, *above: Floats) -> tuple[Floats, ...]:
        rocks = _rocks(above, conductivities, heat_productions, where)
        t, q_there = temperature_at(depth, q, surface, rocks, conductivity_law)
        sd = _temperature_sd(depth, q, q_sd, surface, rocks, conductivity_law, shares)
        valid = (q > 0) & (q_there >= 0) & np.isfinite(sd)
        return tuple(np.where(valid, each, np.nan).astype(np.float32) for each in (t, sd))

    given = _seen(heat_flow, heat_flow_sd, surface_temperature, thicknesses, where)
    mean, sd = _over(cells, 2, *given)
    return Temperature(temperature_seen(mean, where), sd)


@layer(status="derived")
def depth_to_temperature(
    heat_flow: HeatFlow,
    heat_flow_sd: HeatFlow,
    temperature: Annotated[float, Unit("degC")],
    thicknesses: Thicknesses,
    conductivities: Conductivities,
    heat_productions: HeatProductions,
    surface_temperature: Surface = 15.0,
    conductivity_law: Law = "constant",
    conductivity_sd: Share = 0.1,
    heat_production_sd: Share = 0.3,
    limit: Annotated[float, Unit("m"), Field(gt=0, le=30_000)] = 10_000.0,
) -> Depth:
    """Depth at which a temperature is reached by steady conduction through layers of rock.

    Parameters
    ----------
    heat_flow, heat_flow_sd : (y, x) layer
        Conductive heat flow at the surface, upward positive, and its standard deviation [mW m-2].
    temperature : float
        Temperature sought, such as 200 for engineered systems or 400 for superhot rock [degC].
    thicknesses : list of float or (y, x) layer
        Thickness of each layer of rock but the last, from the surface down [m].
    conductivities : list of float
        Thermal conductivity of each layer, one more than thicknesses [W m-1 K-1].
    heat_productions : list of float
        Radiogenic heat production of each layer [uW m-3].
    surface_temperature : float or (y, x) layer
        Annual mean temperature of the ground [degC].
    conductivity_law : str
        As for :func:`temperature_at_depth`.
    conductivity_sd, heat_production_sd : float
        Standard deviation as a share of each layer's value, layers independent [1].
    limit : float
        Greatest depth of interest [m].

    Returns
    -------
    mean : (y, x) layer
        Depth below the surface [m]; NaN where it is below the limit or nowhere: never the limit
        itself.
    sd : (y, x) layer
        Standard deviation [m], where there is a depth.
    reached : (y, x) layer
        1 where the temperature is reached above the limit, 0 where it lies deeper or the heat flow
        is used up before, NaN where that is not known.

    Raises
    ------
    PipelineError
        VALUE_INVALID where the lists do not fit one another, or the temperature is not above that
        of the surface.
    InputError
        VALUE_INVALID, when the cells are computed, for a negative thickness.

    Warns
    -----
    RANGE_IMPLAUSIBLE
        For a limit above 20 m and heat production of no rock; when cells are computed, for heat
        flow, ground and thickness that no place has, as other units make them.

    Notes
    -----
    The exact inverse of :func:`temperature_at_depth`, s_z = s_T/(dT/dz) at the depth found. A cell
    whose surface is as warm as the temperature sought has no depth: NaN in all three.

    Examples
    --------
    At 121.2 degC the way down ends where it began:

    >>> q = xr.DataArray([[90.0, 30.0]], dims=("y", "x"), attrs={"units": "mW m-2"})
    >>> found = depth_to_temperature(q, q, 121.2, [], [2.5], [1.0], limit="5 km")
    >>> found.mean.values.round().tolist(), found.reached.values.tolist()
    ([[3000.0, nan]], [[1.0, 0.0]])
    """
    where = "geotherm.depth_to_temperature"
    tell_shallow(limit, f"{where}.limit")
    _check_rocks(thicknesses, conductivities, heat_productions, where)
    if not isinstance(surface_temperature, xr.DataArray) and temperature <= surface_temperature:
        raise PipelineError(
            "VALUE_INVALID", "the temperature is not above that of the surface", where=where,
            found=f"{temperature:g} degC", wanted=f"above {surface_temperature:g} degC",
        )  # fmt: skip
    shares = conductivity_sd, heat_production_sd

    def cells(q: Floats, q_sd: Floats, surface: Floats, *above: Floats) -> tuple[Floats, ...]:
        rocks = _rocks(above, conductivities, heat_productions, where)
        known = np.isfinite(q + q_sd + surface + sum(above)) & (surface < temperature)
        z = depth_of(temperature, q, surface, rocks, conductivity_law)
        z = np.where(known & (z <= limit), z, np.nan)
        _, q_there = temperature_at(z, q, surface, rocks, conductivity_law)
        slope = gradient_at(temperature, q_there, z, rocks, conductivity_law)
        sd = _temperature_sd(z, q, q_sd, surface, rocks, conductivity_law, shares)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = z, np.where(slope > 0, sd / slope, np.nan), np.where(known, z <= limit, np.nan)
        return tuple(each.astype(np.float32) for each in found)

    given = _seen(heat_flow, heat_flow_sd, surface_temperature, thicknesses, where)
    depth, sd, reached = _over(cells, 3, *given)
    return Depth(depth, sd, reached.assign_attrs(own={"kind": "boolean"}))


def _seen(
    heat_flow: xr.DataArray,
    heat_flow_sd: xr.DataArray,
    surface: Any,
    thicknesses: list[Any],
    where: str,
) -> tuple[xr.DataArray, xr.DataArray, Any, list[Any]]:
    """The same layers, which are told where no place has such values."""
    return (
        heat_flow_seen(heat_flow, f"{where}.heat_flow"),
        heat_flow_sd_seen(heat_flow_sd, f"{where}.heat_flow_sd"),
        surface_seen(surface, f"{where}.surface_temperature"),
        [thickness_seen(each, f"{where}.thicknesses[{i}]") for i, each in enumerate(thicknesses)],
    )


def _over(
    cells: Callable[..., tuple[Floats, ...]],
    outputs: int,
    heat_flow: xr.DataArray,
    heat_flow_sd: xr.DataArray,
    surface: Any,
    thicknesses: list[Any],
) -> tuple[xr.DataArray, ...]:
    """Lazy layers of a function of heat flow [W m-2], surface temperature and thicknesses."""

    def block(q: Any, q_sd: Any, *others: Any) -> tuple[Floats, ...]:
        doubles = (np.asarray(each, np.float64) for each in others)
        q, q_sd = (np.asarray(each, np.float64) * _WATT_PER_MILLIWATT for each in (q, q_sd))
        return cells(q, q_sd, *doubles)

    found: tuple[xr.DataArray, ...] = xr.apply_ufunc(
        block,
        *(heat_flow, heat_flow_sd, surface, *thicknesses),
        dask="parallelized",
        output_core_dims=[[]] * outputs,
        output_dtypes=[np.float32] * outputs,
    )
    return found


def _rocks(
    above: tuple[Floats, ...], conductivities: list[float], productions: list[float], where: str
) -> list[Rock]:
    for number, thickness in enumerate(above):
        if (thickness < 0).any():
            raise InputError(
                "VALUE_INVALID", "a layer of rock has a negative thickness",
                where=f"{where}.thicknesses[{number}]", found=f"{np.nanmin(thickness):g} m",
                wanted="0 or more",
            )  # fmt: skip
    each = zip((*above, np.inf), conductivities, productions, strict=True)
    return [Rock(dz, k, a * _WATT_PER_MICROWATT) for dz, k, a in each]


def _temperature_sd(
    depth: Any,
    q: Floats,
    q_sd: Floats,
    surface: Floats,
    rocks: list[Rock],
    law: Law,
    shares: tuple[float, float],
) -> Floats:
    """Standard deviation of the temperature at a depth [K]."""
    k, a = [rock.conductivity for rock in rocks], [rock.heat_production for rock in rocks]

    def function(q: Any, *rest: Any) -> Floats:
        own = zip(rocks, rest[: len(k)], rest[len(k) :], strict=True)
        moved = [Rock(rock.thickness, k_moved, a_moved) for rock, k_moved, a_moved in own]
        return temperature_at(depth, q, surface, moved, law)[0]

    sds = [q_sd, *(shares[0] * each for each in k), *(shares[1] * each for each in a)]
    return propagated(function, [q, *k, *a], sds)


def _check_rocks(
    thicknesses: list[Any], conductivities: list[float], productions: list[float], where: str
) -> None:
    wanted = len(thicknesses) + 1
    for name, found in (("conductivities", conductivities), ("heat_productions", productions)):
        if len(found) != wanted:
            raise PipelineError(
                "VALUE_INVALID", "every layer of rock needs its own, the last one too",
                where=f"{where}.{name}", found=f"{len(found)} for {len(thicknesses)} thicknesses",
                wanted=str(wanted),
            )  # fmt: skip
    for number, each in enumerate(productions):
        tell_heat_production(each, f"{where}.heat_productions[{number}]")
