"""Power and cost of geothermal wells: what a success gives, and what failures add to it.

Percentiles are those of the quantity itself: a tenth of the draws lie below p10. Figures named
``if_success`` hold only where a place succeeds, those named ``risked`` carry what is lost at places
like it that fail; neither is shown without ``success``, the chance of one.
"""

from typing import Annotated

import numpy as np
from pydantic import Field

from siting.economics.deep import Tried, deep_wells
from siting.economics.ground import Ground, probabilities, refuse_colder
from siting.economics.wells import (
    HOTTEST,
    Wells,
    served,
    tell_outside,
    tell_outside_areas,
    wells,
)
from siting.kernels import money
from siting.kernels.geothermal.outcomes import Places
from siting.kernels.geothermal.quantiles import EGS, HYDROTHERMAL, SUPERHOT, Model
from siting.kernels.geothermal.sampling import middle, sample
from siting.kernels.geothermal.water import CRITICAL
from siting.kernels.geothermal.well_field import REASONS
from siting.kinds import Layer, Table, Unit
from siting.signature import economics

ENHANCED = Tried(0.0, HOTTEST, (2000.0, 3000.0, 4000.0, 5000.0, 6000.0, 8000.0), (HOTTEST,))
DEEP = (3000.0, 4000.0, 5000.0, 6000.0, 8000.0, 10_000.0, 12_000.0)
# The least is just above a node of the table: between 374 degC and it some draws have no power.
OVERHOT = Tried(CRITICAL, 620.0, DEEP, (381.0, 400.0, 420.0, 440.0, 470.0, 520.0, 570.0, 620.0))

Degrees = Annotated[Layer, Unit("degC")] | Annotated[float, Unit("degC")]
Kelvins = Annotated[Layer, Unit("K")] | Annotated[float, Unit("K"), Field(ge=0)]
Probability = Annotated[Layer, Unit("1")] | Annotated[float, Field(ge=0, le=1)]
Target = Annotated[float, Unit("USD MWh-1"), Field(gt=0)]
Spread = Annotated[float, Field(ge=0, le=5)]
Draws = Annotated[int, Field(ge=64, le=65_536)]


@economics()
def hydrothermal(
    temperature: Annotated[Layer, Unit("degC")],
    temperature_sd: Kelvins,
    probability: Probability,
    costs: Table,
    depth: Annotated[Layer, Unit("m")] | Annotated[float, Unit("m"), Field(gt=0)] = 2000.0,
    surface_temperature: Degrees = 15.0,
    area: Annotated[Layer, Unit("km2")] | None = None,
    target: Target = 100.0,
    log_odds_sd: Spread = 0.5,
    draws: Draws = 1024,
) -> Wells:
    """Cost, power and risk of wells into a hot reservoir.

    Parameters
    ----------
    temperature : (y, x) layer
        Of the reservoir, if there is one: mean of what is believed [degC].
    temperature_sd : float or (y, x) layer
        Standard deviation of that belief [K].
    probability : float or (y, x) layer
        That there is a system in the cell [1], for the cell's own size.
    costs : table of costs
        As ``costs_geothermal``.
    depth : float or (y, x) layer
        Of the wells [m].
    surface_temperature : float or (y, x) layer
        Annual mean of ground and air [degC].
    area : (y, x) layer, optional
        Of the reservoir [km2]; drawn from ``field.area`` without it.
    target : float
        Cost of energy that ``below_target`` asks for [USD MWh-1].
    log_odds_sd : float
        Standard deviation of the log-odds of `probability`, how far off all of them together may
        be [1]; mixed in before percentiles are taken.
    draws : int
        Of everything uncertain, a power of two, the same for every cell.

    Returns
    -------
    risked_p50, risked_p10, risked_p90 : (y, x) layers
        Cost of energy with what is lost at the places that fail for each that does not
        [USD MWh-1]; NaN where no success is possible, as with `probability` 0. Percentiles are of
        the quantity, also below.
    if_success_p10, if_success_p50, if_success_p90 : (y, x) layers
        Cost if the place succeeds, with what its own exploration cost [USD MWh-1].
    net_if_success_p10, net_if_success_p50, net_if_success_p90 : (y, x) layers
        Net power of the field, mean over its life [MW].
    success : (y, x) layer
        Probability that a system is found and gives power [1].
    below_target : (y, x) layer
        Probability of a success whose cost is at most the target, exploration included [1].
    expected_wells, wells_per_discovery : (y, x) layers
        Full wells of the exploration, expected here and for each success [1]; the latter NaN
        where none is possible.
    exploration_loss : (y, x) layer
        Expected spending that ends in nothing [MUSD].
    depth : (y, x) layer
        Of the wells [m].
    record : record
        Finance basis, error of the percentiles against 8,192 draws, and three cells in full, with
        ladder, tornado and the share of the spread that comes of assumed inputs.

    Raises
    ------
    InputError
        VALUE_INVALID for a probability outside 0 to 1, a negative spread, depth or area, an
        infinite value, or a reservoir colder than the surface; of the table, COST_MISSING,
        COST_INVALID.

    Warns
    -----
    RANGE_IMPLAUSIBLE
        Where a reservoir is hotter than 350 degC, its spread above 110 K, a well outside 250 to
        12,000 m, ground outside -30 to 45 degC, a chance below 1e-5 but not 0, or an area outside
        0.3 to 100 km2: no figures are made for such.

    Notes
    -----
    Field: power density by temperature class x area. Plant: subcritical Rankine cycle below
    180 degC, double flash above; none below 90 degC, none where pumps take more than it gives.
    Cost = (CRF capital + upkeep)/energy, with capital and upkeep after GEOPHIRES-X, each with a
    drawn factor. Exploration climbs a ladder (desk, gradient holes, slim holes, up to three full
    wells); existence and success of a well are two probabilities, so that retries at an empty
    place never hit. Money for exploration is carried at the same real rate, without a premium for
    risk, as the risk is counted. Figures between the nodes of a table are interpolated.

    References
    ----------
    Beckers and McCabe (2019), Geothermal Energy 7:5; Wilmarth and Stimac (2015), World Geothermal
    Congress; docs/geothermal_economics.md has every formula and its source.

    Examples
    --------
    >>> import pandas as pd
    >>> import xarray as xr
    >>> from siting.sources.catalogue import catalogue
    >>> costs = pd.read_csv(catalogue()["costs_geothermal"].path)
    >>> hot = xr.DataArray([[150.0, 230.0]], dims=("y", "x"), attrs={"units": "degC"})
    >>> found = hydrothermal(hot, 15.0, 0.2, costs, draws=64)
    >>> bool((found.risked_p50 > found.if_success_p50).all())
    True
    >>> [round(float(each), 2) for each in found.success[0]]
    [0.14, 0.14]
    """
    where = "geothermal.hydrothermal"
    ground = Ground(temperature, surface_temperature, where)
    refuse_colder(ground, where)
    cells = Places(
        ground.temperature,
        ground.values(temperature_sd, "temperature_sd", 0.0),
        ground.values(depth, "depth", 0.0),
        ground.surface,
        ground.values(-1.0 if area is None else area, "area", -1.0 if area is None else 0.0),
    )
    existence = probabilities(ground, probability, where)
    tell_outside(cells, existence, where)
    if area is not None:
        tell_outside_areas(cells.size, where)
    model = Model(HYDROTHERMAL, sample(money.by_parameter(costs), draws), target, log_odds_sd)
    found = served(model, [cells], existence)
    return wells(model, ground, found, existence, costs)


@economics()
def enhanced(
    temperature: Annotated[Layer, Unit("degC")],
    temperature_sd: Kelvins,
    costs: Table,
    reference_depth: Annotated[float, Unit("m"), Field(ge=250, le=20_000)],
    depth: Annotated[float, Unit("m"), Field(gt=0, le=12_000)] | None = None,
    surface_temperature: Degrees = 15.0,
    suitability: Probability = 0.9,
    producers: Annotated[float, Field(ge=1, le=1000)] = 10.0,
    target: Target = 100.0,
    log_odds_sd: Spread = 0.5,
    draws: Draws = 1024,
) -> Wells:
    """Cost, power and risk of wells into hot rock that is opened, with no need of a reservoir.

    Parameters
    ----------
    temperature : (y, x) layer
        Of the rock at `reference_depth` [degC].
    temperature_sd : float or (y, x) layer
        Its standard deviation there [K]; it grows with depth.
    costs : table of costs
        As ``costs_geothermal``.
    reference_depth : float
        Depth that the temperature is given for [m].
    depth : float, optional
        Of the wells [m]. Without it each cell gets that of 2, 3, 4, 5, 6 and 8 km, or that where
        its rock has 350 degC, whichever has the least median risked cost.
    surface_temperature : float or (y, x) layer
        Annual mean of ground and air [degC].
    suitability : float or (y, x) layer
        Probability that the rock can be opened and holds the water: stress, basement, faults [1].
    producers : float
        Producers of one development, which makes its size.
    target : float
        Cost of energy that ``below_target`` asks for [USD MWh-1].
    log_odds_sd : float
        Standard deviation of the log-odds of `suitability` [1].
    draws : int
        As for :func:`hydrothermal`.

    Returns
    -------
    risked_p50, risked_p10, risked_p90 : (y, x) layers
        As of :func:`hydrothermal` [USD MWh-1], and so are all others.
    if_success_p10, if_success_p50, if_success_p90 : (y, x) layers
        [USD MWh-1].
    net_if_success_p10, net_if_success_p50, net_if_success_p90 : (y, x) layers
        [MW].
    success, below_target, expected_wells, wells_per_discovery : (y, x) layers
        [1].
    exploration_loss : (y, x) layer
        [MUSD].
    depth : (y, x) layer
        Of the wells [m].
    record : record
        As of :func:`hydrothermal`.

    Raises
    ------
    InputError
        As of :func:`hydrothermal`.

    Warns
    -----
    RANGE_IMPLAUSIBLE
        As of :func:`hydrothermal`, but for temperatures: where rock is too hot at the one `depth`
        asked for, and where all cells are as hot as only kelvins are.

    Notes
    -----
    Temperature is linear between surface and reference depth and beyond, which is too hot far
    below it. Rock of more than 350 degC on average is left out: see :func:`superhot`; hotter ground
    is drilled to where it has that, less deep, so that hotter is never dearer. Water goes
    round in a closed loop through parallel fractures that cool by Gringarten's (1975) model; where
    they have cooled by a drawn share, wells are drilled and opened anew, which is an upkeep. All
    wells are opened; the plant is a supercritical Rankine cycle. Induced earthquakes are not in it.

    References
    ----------
    Gringarten, Witherspoon and Ohnishi (1975), J. Geophys. Res. 80, 1120-1124.

    Examples
    --------
    >>> import pandas as pd
    >>> import xarray as xr
    >>> from siting.sources.catalogue import catalogue
    >>> costs = pd.read_csv(catalogue()["costs_geothermal"].path)
    >>> hot = xr.DataArray([[120.0, 200.0]], dims=("y", "x"), attrs={"units": "degC"})
    >>> found = enhanced(hot, 10.0, costs, "3 km", draws=64)
    >>> bool(found.risked_p50[0, 1] < found.risked_p50[0, 0])
    True
    """
    return deep_wells(
        EGS, "geothermal.enhanced", temperature, temperature_sd, costs, reference_depth,
        ENHANCED.at(depth), surface_temperature, suitability, producers, target, log_odds_sd, draws,
    )  # fmt: skip


@economics()
def superhot(
    temperature: Annotated[Layer, Unit("degC")],
    temperature_sd: Kelvins,
    costs: Table,
    reference_depth: Annotated[float, Unit("m"), Field(ge=250, le=20_000)],
    depth: Annotated[float, Unit("m"), Field(gt=0, le=12_000)] | None = None,
    surface_temperature: Degrees = 15.0,
    suitability: Probability = 0.3,
    producers: Annotated[float, Field(ge=1, le=1000)] = 5.0,
    target: Target = 100.0,
    log_odds_sd: Spread = 1.0,
    draws: Draws = 1024,
) -> Wells:
    """Cost, power and risk of wells into fluid above 374 degC, of which no plant runs yet: assumed.

    Parameters
    ----------
    temperature : (y, x) layer
        Of the rock at `reference_depth` [degC].
    temperature_sd : float or (y, x) layer
        Its standard deviation there [K]; it grows with depth.
    costs : table of costs
        As ``costs_geothermal``; all rows ``superhot`` are assumed.
    reference_depth : float
        Depth that the temperature is given for [m].
    depth : float, optional
        Of the wells [m]. Without it each cell gets that of 3, 4, 5, 6, 8, 10 and 12 km, or that
        where its rock has one of eight temperatures from 381 to 620 degC, with the least median
        risked cost.
    surface_temperature : float or (y, x) layer
        Annual mean of ground and air [degC].
    suitability : float or (y, x) layer
        Probability that the rock gives fluid and the well lives [1].
    producers : float
        Producers of one development.
    target : float
        Cost of energy that ``below_target`` asks for [USD MWh-1].
    log_odds_sd : float
        Standard deviation of the log-odds of `suitability` [1].
    draws : int
        As for :func:`hydrothermal`.

    Returns
    -------
    risked_p50, risked_p10, risked_p90 : (y, x) layers
        As of :func:`hydrothermal` [USD MWh-1], and so are all others.
    if_success_p10, if_success_p50, if_success_p90 : (y, x) layers
        [USD MWh-1].
    net_if_success_p10, net_if_success_p50, net_if_success_p90 : (y, x) layers
        [MW].
    success, below_target, expected_wells, wells_per_discovery : (y, x) layers
        [1].
    exploration_loss : (y, x) layer
        [MUSD].
    depth : (y, x) layer
        Of the wells [m].
    record : record
        As of :func:`hydrothermal`.

    Raises
    ------
    InputError
        As of :func:`hydrothermal`.

    Warns
    -----
    RANGE_IMPLAUSIBLE
        As of :func:`hydrothermal`, but for temperatures: where rock is too hot at the one `depth`
        asked for, and where all cells are as hot as only kelvins are.

    Notes
    -----
    Net power = flow x exergy of the fluid in the rock x an assumed share. No correlation holds
    here for wells, plants or their upkeep: those of lesser temperatures are multiplied by assumed
    factors. Rock below 374 or above 620 degC on average is left out. Temperature is linear with
    depth.

    References
    ----------
    IAPWS R6-95(2018) for the exergy; Fridleifsson, Albertsson and others (2015), Geothermics 49,
    on the wells of the Iceland Deep Drilling Project.

    Examples
    --------
    >>> import pandas as pd
    >>> import xarray as xr
    >>> from siting.sources.catalogue import catalogue
    >>> costs = pd.read_csv(catalogue()["costs_geothermal"].path)
    >>> hot = xr.DataArray([[30.0, 300.0]], dims=("y", "x"), attrs={"units": "degC"})
    >>> found = superhot(hot, 30.0, costs, "3 km", depth="5 km", draws=64)
    >>> [round(float(each), 2) for each in found.success[0]]
    [nan, 0.15]
    """
    return deep_wells(
        SUPERHOT, "geothermal.superhot", temperature, temperature_sd, costs, reference_depth,
        OVERHOT.at(depth), surface_temperature, suitability, producers, target, log_odds_sd, draws,
    )  # fmt: skip


@economics("categorical")
def why_no_power(
    temperature: Annotated[Layer, Unit("degC")],
    costs: Table,
    depth: Annotated[Layer, Unit("m")] | Annotated[float, Unit("m"), Field(gt=0)] = 2000.0,
    surface_temperature: Degrees = 15.0,
) -> Annotated[Layer, Unit("1")]:
    """Whether a hot reservoir gives power, and why not, with every input at its value.

    Parameters
    ----------
    temperature : (y, x) layer
        Of the reservoir [degC].
    costs : table of costs
        As ``costs_geothermal``, for flow and productivity.
    depth : float or (y, x) layer
        Of the wells [m].
    surface_temperature : float or (y, x) layer
        Annual mean of ground and air [degC].

    Returns
    -------
    (y, x) categorical layer
        0 for power, 1 below 90 degC at the plant, 2 where pumps take more than the plant gives.

    Raises
    ------
    InputError
        VALUE_INVALID as of :func:`hydrothermal`.

    Examples
    --------
    >>> import pandas as pd
    >>> import xarray as xr
    >>> from siting.sources.catalogue import catalogue
    >>> costs = pd.read_csv(catalogue()["costs_geothermal"].path)
    >>> hot = xr.DataArray([[60.0, 91.0, 180.0]], dims=("y", "x"), attrs={"units": "degC"})
    >>> why_no_power(hot, costs, depth="3 km").values.tolist()
    [[1.0, 1.0, 0.0]]
    """
    where = "geothermal.why_no_power"
    ground = Ground(temperature, surface_temperature, where)
    refuse_colder(ground, where)
    nothing = np.zeros_like(ground.temperature)
    cells = Places(
        ground.temperature, nothing, ground.values(depth, "depth", 0.0), ground.surface, nothing - 1
    )
    model = Model(HYDROTHERMAL, middle(money.by_parameter(costs)), 1.0, 0.0)
    known = np.isfinite([*cells]).all(axis=0)
    found = HYDROTHERMAL.outcomes(Places(*(each[known] for each in cells)), model.rows(),
                                  model.area())  # fmt: skip
    code = np.full(known.shape, np.nan)
    code[known] = found.reason[:, 0]
    layer = ground.layer(code, "Whether a hot reservoir gives power, and why not")
    layer.attrs["own"]["categories"] = {str(each): text for each, text in REASONS.items()}
    return layer
