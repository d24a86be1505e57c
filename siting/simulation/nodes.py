"""A floating node at cells of the grid: sized, simulated and priced, whatever its hours."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.grid import sample
from siting.kernels import firm_power, money, sizing
from siting.kernels.access import planned_wait, weather_windows
from siting.kernels.solar import HOURS, month_of_hour
from siting.projection import Floats
from siting.simulation import cards
from siting.simulation.climate import Hours, wave_power
from siting.simulation.hours import CellHours, HoursSource, Integers
from siting.simulation.outcome import Simulated

DRAWS = 256  # of the costs, for percentiles
# Share of the load that a node itself needs, at first, at most; rounds in which it is found.
_FIRST_HOTEL, _MOST_HOTEL, _ROUNDS = 0.12, 0.9, 2


class Settings(NamedTuple):
    """Numbers that a person may set."""

    height_factor: float
    access_height: float
    access_length: float


class NodeSimulator:
    """Simulates a node at cells of the grid, whatever the source of its hours.

    Parameters
    ----------
    grid : GeoBox
        The run's grid.
    source : HoursSource
        Hours of waves and of panels' power.
    places : dict of str to (y, x) layer
        ``port_distance`` [km], ``pue`` [1], ``zone`` or None.
    device : dict
        The wave converter and its deck, as :func:`siting.io.device.read_device` gives it.
    costs : pandas.DataFrame
        Rows of costs.
    settings : Settings
        Factor of the band, and what ships need.
    """

    target = "cost_per_gpu_hour"

    def __init__(
        self,
        grid: GeoBox,
        source: HoursSource,
        places: dict[str, xr.DataArray | None],
        device: dict[str, Any],
        costs: pd.DataFrame,
        settings: Settings,
    ) -> None:
        self.grid = grid
        self.source = source
        self.places = places
        self.device = device
        self.costs = costs
        self.settings = settings
        self.at_value = money.at_value(costs)
        self.draws = money.draw(costs, DRAWS)
        assumed = (
            "assumed device and costs" if device.get("status") == "assumed" else "assumed costs"
        )
        self.attrs: dict[str, Any] = {"flags": f"{source.rests_on}; {assumed}"}

    def simulate(self, rows: Integers, columns: Integers) -> pd.DataFrame:
        """Figures of each cell, NaN where an input has no value there."""
        names = list(self.source.columns)
        frame = pd.DataFrame({name: np.full(len(rows), np.nan) for name in names})
        for positions, found in self.cells(rows, columns):
            frame.iloc[positions] = self.figures(found)[names].to_numpy()
        frame.attrs["columns"] = {
            name: each._asdict() for name, each in self.source.columns.items()
        }
        return frame

    def card(self, row: int, column: int) -> dict[str, Any]:
        """All that is known of one cell.

        Raises
        ------
        ValueError
            Where the cell lacks an input.
        """
        cell = next(self.cells(np.array([row]), np.array([column])), None)
        if cell is None:
            raise ValueError(f"row {row}, column {column} has no data to be simulated with")
        found = cell[1]
        figures = self.figures(found).iloc[0]
        return cards.card(
            {name: float(figures[name]) for name in self.source.columns},
            found,
            self.source,
            self.device,
            self.costs,
            self.at_value,
        )

    def cells(self, rows: Integers, columns: Integers) -> Iterator[tuple[Integers, Simulated]]:
        """Positions of the cells that have all inputs, with what was simulated of them."""
        step = self.source.cells_at_once
        for begin in range(0, len(rows), step):
            i, j = rows[begin : begin + step], columns[begin : begin + step]
            places = {
                name: np.zeros(len(i)) if each is None else sample(each, i, j).astype(float)
                for name, each in self.places.items()
            }
            usable = np.flatnonzero(_finite(places))
            if usable.size:
                for positions, hours in self.source.hours(i[usable], j[usable]):
                    here = usable[positions]
                    known = {name: each[here] for name, each in places.items()}
                    yield begin + here, self.simulated(hours, known)

    def simulated(self, hours: CellHours, places: dict[str, Floats]) -> Simulated:
        """Sizes and what they serve, of cells that have all inputs."""
        s, sea, sun = self.settings, hours.sea, hours.sun
        wave = wave_power(sea, self.device)
        month = month_of_hour(np.arange(sea.height.shape[1])) + 1
        limit, length = s.access_height, s.access_length
        access = weather_windows(sea.height, month, limit=limit, length=length, breaks=hours.breaks)
        # Nothing is repaired at sea, so that no trip is urgent.
        waiting = planned_wait(sea.height, month, limit=limit, length=length) / 24
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
        cost = self._cost(quantities, served.compute_served, self.at_value)[:, 0]
        return Simulated(
            hours, wave, designs, hotel, served, low, high, quantities, access.open, cost
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
        """One row a cell with the columns of the source."""
        served, cost, q = found.served, found.cost, found.quantities
        drawn = money.percentiles(self._cost(q, served.compute_served, self.draws), (10, 50, 90))
        rich, poor = (
            self._cost(q, each.compute_served, self.at_value)[:, 0]
            for each in (found.high_waves, found.low_waves)
        )
        error = self.source.error
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
                "hotel_unserved": served.hotel_unserved * HOURS / found.wave.shape[1],
                "curtailed": served.curtailed,
                "wave_capacity_factor": found.wave.mean(axis=1, dtype=float),
                "solar_capacity_factor": found.sun.mean(axis=1, dtype=float),
                "node_load": size,
                "node_panels": q["solar"] * size,
                "node_battery": q["battery_energy"] * size,
                "access_share": found.access.mean(axis=1),
                "access_wait": q["waiting"],
                **self.source.figures(found),
            }
        )

    def _cost(
        self, quantities: dict[str, Floats], compute_served: Floats, draws: money.CostDraws
    ) -> Floats:
        return money.cost_per_gpu_hour(quantities, draws, compute_served, self.device["cost_name"])


def _served(wave: Hours, sun: Hours, designs: Floats, hotel: Floats) -> firm_power.FirmPower:
    """What one design a cell serves, arrays of shape (s,)."""
    found = firm_power.simulate(wave, sun, designs[:, np.newaxis, :], hotel, 1 - hotel)
    return firm_power.FirmPower(*(each[:, 0] for each in found))


def _finite(places: dict[str, Floats]) -> NDArray[np.bool_]:
    every = np.stack(list(places.values()))
    return np.asarray(np.isfinite(every).all(axis=0))
