"""Floating compute: nodes that live from waves and sun, simulated and sized cell by cell."""

from typing import Annotated, Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox
from pydantic import Field

from siting.grid import sample
from siting.kernels import firm_power, money, sizing
from siting.kernels.access import weather_windows
from siting.kernels.solar import month_of_hour
from siting.kinds import Grid, Layer, Monthly, Record, Simulator, Table, Unit
from siting.projection import Floats
from siting.signature import simulation
from siting.simulation import cards
from siting.simulation.climate import (
    Climate,
    Donor,
    Hours,
    climate_of,
    donor_of,
    sea_states,
    solar_power,
    wave_power,
)
from siting.simulation.figures import FIGURES
from siting.simulation.outcome import Simulated

BLOCK = 512  # cells that are simulated at once
DRAWS = 256  # of the costs, for percentiles
# Share of the load that a node itself needs, at first, at most; rounds in which it is found.
_FIRST_HOTEL, _MOST_HOTEL, _ROUNDS = 0.12, 0.9, 2
Integers = NDArray[np.int64]


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
    """
    return NodeSimulator(
        grid,
        [wave_height, energy_period, irradiance, temperature, wind_speed],
        {"port_distance": port_distance, "pue": pue, "zone": zone},
        donor_of(donor),
        device,
        costs,
        Settings(height_factor, morphing_error, access_height, access_length),
    )


class Settings(NamedTuple):
    """Numbers of :func:`node`."""

    height_factor: float
    morphing_error: float
    access_height: float
    access_length: float


class NodeSimulator:
    """Simulates a node at cells of the grid; see :func:`node`."""

    target = "cost_per_gpu_hour"

    def __init__(
        self,
        grid: GeoBox,
        monthlies: list[xr.DataArray],
        places: dict[str, xr.DataArray | None],
        donor: Donor,
        device: dict[str, Any],
        costs: pd.DataFrame,
        settings: Settings,
    ) -> None:
        self.grid = grid
        self.monthlies = monthlies
        self.places = places
        self.donor = donor
        self.device = device
        self.costs = costs
        self.settings = settings
        self.at_value = money.at_value(costs)
        self.draws = money.draw(costs, DRAWS)
        self.attrs: dict[str, Any] = {}

    def simulate(self, rows: Integers, columns: Integers) -> pd.DataFrame:
        """Figures of each cell, NaN where an input has no value there."""
        blank = {name: np.full(len(rows), np.nan) for name in FIGURES}
        frame = pd.DataFrame(blank)
        for begin in range(0, len(rows), BLOCK):
            block = slice(begin, begin + BLOCK)
            climate, places = self._inputs(rows[block], columns[block])
            known = np.flatnonzero(climate.known & _finite(places))
            if known.size:
                cells = {name: each[known] for name, each in places.items()}
                found = self.simulated(climate.at(known), cells)
                frame.iloc[begin + known] = self.figures(found)[list(FIGURES)].to_numpy()
        frame.attrs["columns"] = {name: each._asdict() for name, each in FIGURES.items()}
        return frame

    def card(self, row: int, column: int) -> dict[str, Any]:
        """All that is known of one cell."""
        climate, places = self._inputs(np.array([row]), np.array([column]))
        found = self.simulated(climate, places)
        figures = self.figures(found).iloc[0]
        return cards.card(
            {name: float(figures[name]) for name in FIGURES},
            found,
            self.donor,
            self.device,
            self.costs,
            self.at_value,
        )

    def _inputs(self, rows: Integers, columns: Integers) -> tuple[Climate, dict[str, Floats]]:
        climate = climate_of(self.monthlies, self.grid, rows, columns)
        places = {
            name: np.zeros(len(rows)) if each is None else sample(each, rows, columns).astype(float)
            for name, each in self.places.items()
        }
        return climate, places

    def simulated(self, climate: Climate, places: dict[str, Floats]) -> Simulated:
        """Hours, sizes and what they serve, of cells that have all inputs."""
        s = self.settings
        sea = sea_states(climate, self.donor)
        wave = wave_power(sea, self.device)
        sun = solar_power(climate, self.device["solar_losses"])
        access = weather_windows(
            sea.height,
            month_of_hour(np.arange(sea.height.shape[1])) + 1,
            limit=s.access_height,
            length=s.access_length,
        )
        waiting = _planned_wait(access.waiting)
        designs, hotel = self._sized(wave, sun, places, waiting)
        served, low, high = (
            _served(each, sun, designs, hotel)
            for each in (
                wave,
                wave_power(sea, self.device, 1 / s.height_factor),
                wave_power(sea, self.device, s.height_factor),
            )
        )
        quantities = self._quantities(designs, hotel, places, waiting)
        return Simulated(
            climate, wave, sun, designs, hotel, served, low, high, quantities, access.open
        )

    def _sized(
        self, wave: Hours, sun: Hours, places: dict[str, Floats], waiting: Floats
    ) -> tuple[Floats, Floats]:
        """Least-cost designs per kW of load, and the share of the load that the node itself needs.

        That share depends on how much load one converter carries, so it is found in rounds; what
        the designs serve is simulated with the share that belongs to them.
        """
        rated, own = self.device["rated_power"], self.device["hotel_load"] or 0.0
        deck = self.device["deck_power"] / rated
        hotel = np.full(len(wave), _FIRST_HOTEL if own else 0.0)
        for _ in range(_ROUNDS if own else 1):
            costs = self._unit_costs(places, waiting, hotel)
            designs = sizing.cheapest(wave, sun, costs, deck, hotel, 1 - hotel).designs
            hotel = np.minimum(own * designs[:, 0] / rated, _MOST_HOTEL)
        return designs, hotel

    def _unit_costs(
        self, places: dict[str, Floats], waiting: Floats, hotel: Floats
    ) -> sizing.UnitCosts:
        """Yearly costs of one unit of each part; what each node costs goes with its converter."""
        each_node = {
            "nodes": np.full(len(waiting), 1 / self.device["rated_power"]),
            "distance": places["port_distance"],
            "waiting": waiting,
            "exclusive_zone": places["zone"],
        }
        it_power = (1 - hotel) / places["pue"]
        return sizing.UnitCosts(
            self._yearly({"wave": np.ones(len(waiting)), **each_node}),
            self._yearly({"solar": np.ones(1)}),
            self._yearly({"battery_energy": np.ones(1)}),
            self._yearly({"battery_power": np.ones(1)}),
            self._yearly({"it_power": it_power}),
        )

    def _yearly(self, quantities: dict[str, Floats]) -> Floats:
        parts = money.annual_parts(quantities, self.at_value, self.device["cost_name"])
        total = np.asarray(np.sum(list(parts.values()), axis=0)[:, 0])
        return total if total.size > 1 else total[0]

    def _quantities(
        self, designs: Floats, hotel: Floats, places: dict[str, Floats], waiting: Floats
    ) -> dict[str, Floats]:
        """What each cell's node consists of, per kW of load."""
        wave, solar, energy, power = designs.T
        return {
            "wave": wave,
            "solar": solar,
            "battery_energy": energy,
            "battery_power": power,
            "it_power": (1 - hotel) / places["pue"],
            "nodes": wave / self.device["rated_power"],
            "distance": places["port_distance"],
            "waiting": waiting,
            "exclusive_zone": places["zone"],
        }

    def figures(self, found: Simulated) -> pd.DataFrame:
        """One row a cell with the columns of ``FIGURES``."""
        served = found.served
        cost = self._cost(found, served.compute_served, self.at_value)[:, 0]
        drawn = money.percentiles(
            self._cost(found, served.compute_served, self.draws), (10, 50, 90)
        )
        rich, poor = (
            self._cost(found, each.compute_served, self.at_value)[:, 0]
            for each in (found.high_waves, found.low_waves)
        )
        error = self.settings.morphing_error
        q = found.quantities
        energy = served.energy_served * money.HOURS_PER_YEAR / 1000
        firm = money.cost_per_firm_energy(q, self.at_value, energy, self.device["cost_name"])[:, 0]
        size = 1 / q["nodes"]
        return pd.DataFrame(
            {
                "cost_per_gpu_hour": cost,
                "cost_per_gpu_hour_low": cost * np.exp(-np.hypot(np.log(cost / rich), error)),
                "cost_per_gpu_hour_high": cost * np.exp(np.hypot(np.log(poor / cost), error)),
                **{f"cost_per_gpu_hour_{name}": each for name, each in drawn.items()},
                "firm_energy_cost": firm,
                "compute_uptime": served.compute_served,
                "energy_uptime": served.energy_served,
                "full_load_hours": served.full_load_hours,
                "hotel_unserved": served.hotel_unserved,
                "curtailed": served.curtailed,
                "wave_capacity_factor": found.wave.mean(axis=1, dtype=float),
                "solar_capacity_factor": found.sun.mean(axis=1, dtype=float),
                "node_load": size,
                "node_panels": q["solar"] * size,
                "node_battery": q["battery_energy"] * size,
                "access_share": found.access.mean(axis=1),
                "access_wait": q["waiting"],
                "season_shifted": (
                    (found.climate.latitude >= 0) != (self.donor.latitude >= 0)
                ).astype(float),
            }
        )

    def _cost(self, found: Simulated, compute_served: Floats, draws: money.CostDraws) -> Floats:
        return money.cost_per_gpu_hour(
            found.quantities, draws, compute_served, self.device["cost_name"]
        )


def _served(wave: Hours, sun: Hours, designs: Floats, hotel: Floats) -> firm_power.FirmPower:
    """What one design a cell serves, arrays of shape (s,)."""
    found = firm_power.simulate(wave, sun, designs[:, np.newaxis, :], hotel, 1 - hotel)
    return firm_power.FirmPower(*(each[:, 0] for each in found))


def _finite(places: dict[str, Floats]) -> NDArray[np.bool_]:
    every = np.stack(list(places.values()))
    return np.asarray(np.isfinite(every).all(axis=0))


def _planned_wait(waiting: Floats) -> Floats:
    """Mean wait in the calmest month [day]; a year where no month has a window.

    Trips are planned: nothing is repaired at sea, so that none is urgent.
    """
    hours = np.where(np.isnan(waiting), money.HOURS_PER_YEAR, waiting)
    return np.asarray(hours.min(axis=1) / 24)
