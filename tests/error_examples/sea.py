"""Monthly values, series of pipelines and simulated candidates that are refused or told of."""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor as Boosting

from siting.grid import as_layer, make_grid
from siting.grid.months import as_monthly
from siting.io.device import read_device
from siting.scoring import surrogate as surrogates
from siting.scoring.multicriteria import spotis
from siting.simulated import simulated
from siting.simulation.climate import donor_of
from siting.sources.declared import UserFile
from siting.sources.series import of_file
from tests.toy_simulator import ToySimulator

from .made import example


@example("MONTHS_WRONG")
def _(folder: Path) -> None:
    grid = make_grid("EPSG:4326", 1.0, (0, 0, 2, 1))
    as_monthly([as_layer(np.full((1, 2), 2.0), grid, units="m")] * 11)


@example("SERIES_UNDECLARED")
def _(folder: Path) -> None:
    declared = UserFile(file="waves.csv", format="series", site="Stonewall")
    of_file("buoy", declared, folder / "waves.csv")


def surrogate(cost: np.ndarray, model: Boosting) -> None:
    """Learn the costs of 20 x 20 cells from a layer that holds them, 60 of them simulated."""
    grid = make_grid("EPSG:4326", 5.0, (-50, -50, 50, 50))
    feature = as_layer(cost.astype(np.float32), grid, units="1", status="derived").rename("waves")
    toy = ToySimulator(lambda rows, columns: cost[rows, columns])
    domain = as_layer(np.ones((20, 20), bool), grid)
    learn([feature], toy, model, domain, grid)


def learn(features: list, toy: ToySimulator, model: object, domain: object, grid: object) -> None:
    surrogates.simulated(toy, features, model, domain, grid, first=40, batch=20, most=60, best=5)


SEA = np.random.default_rng(1).uniform(4, 9, (20, 20))


@example("SURROGATE_NO_DATA")
def _(folder: Path) -> None:
    surrogate(np.where(np.arange(400).reshape(20, 20) < 12, SEA, np.nan), Boosting())


@example("SURROGATE_UNSETTLED")
def _(folder: Path) -> None:
    surrogate(SEA, Boosting(max_iter=5))


@example("SURROGATE_USELESS")
def _(folder: Path) -> None:
    surrogate(SEA, Boosting(max_iter=2))


def between_bounds(waves: list[float], best: str) -> None:
    """Score three cells by the power of their waves."""
    grid = make_grid("EPSG:4326", 1.0, (0, 0, 3, 1))
    power = as_layer(np.array([waves]), grid, units="kW m-1").rename("wave_power")
    everywhere = as_layer(np.ones((1, 3), bool), grid)
    spotis([(power, {"weight": 1, "worst": "5 kW m-1", "best": best})], everywhere, grid)


@example("CRITERION_SATURATED")
def _(folder: Path) -> None:
    between_bounds([8.0, 31.0, 44.0], best="30 kW m-1")


@example("CRITERIA_NO_DATA")
def _(folder: Path) -> None:
    between_bounds([np.nan] * 3, best="70 kW m-1")


@example("DONOR_INVALID")
def _(folder: Path) -> None:
    time = pd.date_range("2010-01-01", "2010-07-01", freq="3h")
    half = {"time": time, "significant_wave_height": 2.0, "wave_energy_period": 9.0}
    donor_of(pd.DataFrame(half))


@example("CANDIDATES_NOT_SIMULATED")
def _(folder: Path) -> None:
    half_known = ToySimulator(lambda rows, columns: np.array([2.4, np.nan]))
    simulated(half_known, (np.array([0, 0]), np.array([0, 1])), {})


DEVICE = """\
name: flap
title: Flap before the coast
description: Power by sea state from a tank.
cost_name: flap
status: derived
vintage: "2020"
licence: its maker's
source: a report
period: wave_energy_period
parameters:
  rated_power: {value: 300, unit: kW, status: derived, reason: the report}
  availability: {value: 0.9, unit: "1", status: assumed, reason: a choice}
  deck_area: {value: 0, unit: m2, status: derived, reason: it has none}
  panel_density: {value: 0.2, unit: kW m-2, status: assumed, reason: a choice}
matrix:
  heights: [1, 2, 4]
  periods: [6, 9]
  power:
    - [20, 80, 300]
    - [30, 110, 300]
"""


@example("DEVICE_INVALID")
def _(folder: Path) -> None:
    (folder / "flap.yaml").write_text(DEVICE)
    read_device(folder / "flap.yaml")
