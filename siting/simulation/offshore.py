"""Floating compute: nodes that live from waves and sun, simulated and sized cell by cell."""

from typing import TYPE_CHECKING, Annotated, cast

from pydantic import Field

from siting.kinds import Grid, Hindcast, Layer, Monthly, Record, Simulator, Table, Unit
from siting.signature import simulation
from siting.simulation.climate import donor_of
from siting.simulation.morphed import MorphedSea
from siting.simulation.nodes import NodeSimulator, Settings
from siting.simulation.own import Air, OwnSea

if TYPE_CHECKING:
    from siting.io.hindcast import HindcastFile


@simulation
def node(
    wave_height: Annotated[Monthly, Unit("m")],
    energy_period: Annotated[Monthly, Unit("s")],
    irradiance: Annotated[Monthly, Unit("W m-2")],
    temperature: Annotated[Monthly, Unit("degC")],
    wind_speed: Annotated[Monthly, Unit("m s-1")],
    port_distance: Annotated[Layer, Unit("km")],
    pue: Annotated[Layer, Unit("1")],
    donor: Table,
    device: Record,
    costs: Table,
    grid: Grid,
    zone: Layer | None = None,
    height_factor: Annotated[float, Field(ge=1, le=3)] = 1.21,
    morphing_error: Annotated[float, Field(ge=0, le=2)] = 0.15,
    access_height: Annotated[float, Unit("m"), Field(gt=0)] = 1.5,
    access_length: Annotated[float, Unit("h"), Field(gt=0)] = 12.0,
) -> Simulator:
    """Cost of a delivered GPU-hour on a floating node, simulated hour by hour.

    Parameters
    ----------
    wave_height, energy_period, irradiance, temperature, wind_speed : (month, y, x) layers
        Climate of the sea [m, s, W m-2, degC, m s-1].
    port_distance : (y, x) layer
        Over water to the nearest port [km].
    pue : (y, x) layer
        Power of compute with its cooling over that of the processors [1].
    donor : series
        A year of sea states of one place; its scatter is taken, its means are not.
    device : record
        The wave converter and its deck.
    costs : table of costs
        As ``costs_offshore``.
    grid : GeoBox
        The run's grid.
    zone : (y, x) layer, optional
        1 where a state grants the place, which costs ``place.exclusive_zone``.
    height_factor : float
        One standard deviation of the yearly wave height, as a factor [1].
    morphing_error : float
        Error of the cost that morphing made with whole stations left out, as standard deviation
        of its logarithm [1].
    access_height, access_length : float
        Ships work on a node in windows of this length below this wave height [m, h].

    Returns
    -------
    simulator
        Of ``cost_per_gpu_hour`` [USD GPU-1 h-1] and what it is made of.

    Notes
    -----
    Hours are morphed after one donor, its season shifted by half a year across the equator. Each
    cell gets the least-cost sizes of panels and battery for its converter, the deck limiting the
    panels, and with them its own best uptime. A node has one converter; what it needs for itself is
    never shed. Ships' trips are planned for the calmest month. The band has two parts: heights
    multiplied and divided by `height_factor` with the sizes kept, and the error of morphing, added
    in quadrature.
    Fifty-year waves, the longest outage and outages of several nodes at once are not told: one
    donor's year cannot tell them.

    Examples
    --------
    Three metres of swell all year, 500 km from a port:

    >>> import numpy as np
    >>> from siting.grid import as_layer, make_grid
    >>> from siting.grid.months import as_monthly
    >>> from siting.io.costs import read_costs
    >>> from siting.io.device import read_device
    >>> from siting.sources.catalogue import catalogue
    >>> grid = make_grid("EPSG:4326", 1.0, (-130, 44, -129, 45))
    >>> def flat(value, units):
    ...     return as_layer(np.full((1, 1), value), grid, units=units)
    >>> def months(value, units):
    ...     return as_monthly([flat(value, units)] * 12)
    >>> entries = catalogue()
    >>> device = read_device(entries["device_drifting_node"].path)
    >>> costs = read_costs(entries["costs_offshore"].path, 2025)
    >>> from siting.sources.series import of_entry
    >>> donor = of_entry(entries["wave_donor"], entries["wave_donor"].path)
    >>> simulator = node(
    ...     months(3.0, "m"), months(9.0, "s"), months(150.0, "W m-2"), months(15.0, "degC"),
    ...     months(8.0, "m s-1"), flat(500.0, "km"), flat(1.07, "1"), donor, device, costs, grid)
    >>> found = simulator.simulate(np.array([0]), np.array([0])).iloc[0]
    >>> bool(found["cost_per_gpu_hour_low"] < found["cost_per_gpu_hour"]), found["season_shifted"]
    (True, np.float64(0.0))
    """
    monthlies = [wave_height, energy_period, irradiance, temperature, wind_speed]
    return NodeSimulator(
        grid,
        MorphedSea(grid, monthlies, donor_of(donor), device["solar_losses"], morphing_error),
        {"port_distance": port_distance, "pue": pue, "zone": zone},
        device,
        costs,
        Settings(height_factor, access_height, access_length),
    )


@simulation
def node_of_hindcast(
    hindcast: Hindcast,
    temperature: Annotated[Monthly, Unit("degC")],
    wind_speed: Annotated[Monthly, Unit("m s-1")],
    port_distance: Annotated[Layer, Unit("km")],
    pue: Annotated[Layer, Unit("1")],
    device: Record,
    costs: Table,
    grid: Grid,
    irradiance: Annotated[Monthly, Unit("W m-2")] | None = None,
    zone: Layer | None = None,
    height_factor: Annotated[float, Field(ge=1, le=3)] = 1.0,
    access_height: Annotated[float, Unit("m"), Field(gt=0)] = 1.5,
    access_length: Annotated[float, Unit("h"), Field(gt=0)] = 12.0,
    reach: Annotated[float, Unit("m"), Field(gt=0, le=200_000)] = 10_000.0,
) -> Simulator:
    """Cost of a delivered GPU-hour on a floating node, simulated with each cell's own hours.

    Parameters
    ----------
    hindcast : hindcast
        Hours of significant_wave_height and wave_energy_period, of whole calendar years.
    temperature, wind_speed : (month, y, x) layers
        Of the sea's surface, taken for the air's, and of the wind, for the panels [degC, m s-1].
    port_distance : (y, x) layer
        Over water to the nearest port [km].
    pue : (y, x) layer
        Power of compute with its cooling over that of the processors [1].
    device : record
        The wave converter and its deck.
    costs : table of costs
        As ``costs_offshore``.
    grid : GeoBox
        The run's grid.
    irradiance : (month, y, x) layers, optional
        Sun by month [W m-2]. Without it the hindcast has to hold solar_irradiance by the hour.
    zone : (y, x) layer, optional
        1 where a state grants the place, which costs ``place.exclusive_zone``.
    height_factor : float
        One standard deviation of the hindcast's yearly wave height, as a factor [1]; 1 leaves the
        hindcast's own error out of the band.
    access_height, access_length : float
        Ships work on a node in windows of this length below this wave height [m, h].
    reach : float
        Of a list of sites: greatest distance of a site from the middle of a cell [m].

    Returns
    -------
    simulator
        Of ``cost_per_gpu_hour`` [USD GPU-1 h-1] and what it is made of; years as a distribution.

    Raises
    ------
    InputError
        VARIABLE_MISSING, YEARS_NONE where no calendar year is whole, TIME_COARSE for hours of sun
        from longer steps, OUTSIDE_GRID.

    Warns
    -----
    YEARS_LEFT_OUT
        Where years of a cell are not whole, or have a gap of over a day.

    Notes
    -----
    A cell has the hours of the hindcast's cell nearest to its middle, never a mean of several: the
    mean of two seas is none. Steps of several hours are interpolated, and 29 February is left out.
    One design is sized to all years together; percentiles over years are of that design, each
    year by itself. The longest outage (the years one after the other) and the wave of fifty years
    (Gumbel's distribution of annual maxima, as recorded) are told from ten whole years on.

    Waves are not morphed, so the band is that of `height_factor` alone. Sun by month is morphed
    as for :func:`node` into one year that comes again every year: sun differs between years by
    less than waves, and whether dull days and calms go together is not known of it.

    Examples
    --------
    A year of swell between one and three metres, six-hourly:

    >>> import numpy as np
    >>> from siting.grid import as_layer, make_grid
    >>> from siting.grid.months import as_monthly
    >>> from siting.io.costs import read_costs
    >>> from siting.io.device import read_device
    >>> from siting.io.hindcast_memory import hindcast_of
    >>> from siting.sources.catalogue import catalogue
    >>> grid = make_grid("EPSG:4326", 1.0, (-130, 44, -129, 45))
    >>> def flat(value, units):
    ...     return as_layer(np.full((1, 1), value), grid, units=units)
    >>> def months(value, units):
    ...     return as_monthly([flat(value, units)] * 12)
    >>> entries = catalogue()
    >>> device = read_device(entries["device_drifting_node"].path)
    >>> costs = read_costs(entries["costs_offshore"].path, 2025)
    >>> times = np.arange("2011-01-01", "2012-01-01", 6, dtype="datetime64[h]")
    >>> height = 2 + np.sin(np.arange(times.size) / 6)[:, None]
    >>> sea = {"significant_wave_height": height, "wave_energy_period": 0 * height + 9}
    >>> simulator = node_of_hindcast(
    ...     hindcast_of(times, [-129.5], [44.5], sea), months(15.0, "degC"), months(8.0, "m s-1"),
    ...     flat(500.0, "km"), flat(1.07, "1"), device, costs, grid, months(150.0, "W m-2"))
    >>> simulator.simulate(np.array([0]), np.array([0]))[["years", "hs50"]].values.tolist()
    [[1.0, nan]]
    """
    air = Air(irradiance, temperature, wind_speed)
    return NodeSimulator(
        grid,
        OwnSea(cast("HindcastFile", hindcast), grid, air, device, reach),
        {"port_distance": port_distance, "pue": pue, "zone": zone},
        device,
        costs,
        Settings(height_factor, access_height, access_length),
    )
