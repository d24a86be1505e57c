"""Hindcasts whose years are not whole, and sites that no joint outage can be told of."""

from pathlib import Path

import geopandas as gpd
import numpy as np

from siting.grid import as_layer, make_grid
from siting.grid.months import as_monthly
from siting.io.costs import read_costs
from siting.io.device import read_device
from siting.io.hindcast import open_hindcast
from siting.kinds import SimulatorValue
from siting.simulation.fleets import joint_outage
from siting.simulation.offshore import node_of_hindcast
from siting.sources.catalogue import catalogue, data_root
from tests import hindcast_files as made_up
from tests.toy_simulator import ToySimulator

from .made import example

GRID = make_grid("EPSG:4326", 0.5, (-127.25, 40.75, -125.25, 42.25))


def node(folder: Path, last: str) -> SimulatorValue:
    """A node of ERA5-like waves of 2011 to a day, six-hourly."""
    stamps = np.arange("2011-01-01", last, 6, dtype="datetime64[h]").astype("datetime64[s]")
    values = {"swh": (made_up.heights(stamps.size), made_up.WAVES),
              "mwp": (made_up.periods(stamps.size), made_up.PERIOD)}  # fmt: skip
    path = made_up.write(made_up.era5(values, stamps), folder / "era5.nc")

    def flat(value: float, units: str) -> object:
        layer = np.full(GRID.shape.yx, value, np.float32)
        return as_layer(layer, GRID, units=units, status="derived", source="test")

    warmth, wind, sun = (
        as_monthly([flat(value, units)] * 12)
        for value, units in ((15.0, "degC"), (8.0, "m s-1"), (150.0, "W m-2"))
    )
    return node_of_hindcast(
        open_hindcast(path),
        warmth,
        wind,
        flat(500.0, "km"),
        flat(1.07, "1"),
        read_device(data_root() / "devices" / "drifting_node.yaml"),
        read_costs(catalogue()["costs_offshore"].path, 2025),
        GRID,
        irradiance=sun,
    )


@example("YEARS_NONE")
def _(folder: Path) -> None:
    node(folder, "2011-07-01")


@example("YEARS_LEFT_OUT")
def _(folder: Path) -> None:
    node(folder, "2012-07-01").simulate(np.array([1]), np.array([1]))


def sites(*places: tuple[float, float]) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(*zip(*places, strict=True))
    return gpd.GeoDataFrame(geometry=points, crs="EPSG:4326")


@example("SERIES_UNCOMMON")
def _(folder: Path) -> None:
    morphed = ToySimulator(lambda rows, columns: np.ones(rows.size))
    joint_outage(morphed, sites((-126.0, 41.0), (-126.5, 41.5)), 0.9, GRID)


@example("SITES_NOT_APART")
def _(folder: Path) -> None:
    joint_outage(node(folder, "2012-01-01"), sites((-126.0, 41.0), (-126.1, 41.1)), 0.9, GRID)
