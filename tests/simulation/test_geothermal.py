"""Candidates' wells from every draw against the layers that chose them."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from siting.economics import geothermal as economics
from siting.errors import InputError
from siting.simulation import geothermal
from siting.sources.catalogue import catalogue

COSTS = pd.read_csv(catalogue()["costs_geothermal"].path)
HOT = xr.DataArray([[150.0, 210.0, np.nan]], dims=("y", "x"), attrs={"units": "degC"})
CHANCE = xr.DataArray([[0.1, 0.4, 0.4]], dims=("y", "x"), attrs={"units": "1"})
ROW, COLUMNS = np.array([0, 0, 0]), np.array([0, 1, 2])


def test_simulated_figures_are_those_of_the_layers_within_the_tables_error() -> None:
    simulator = geothermal.wells(HOT, 10.0, CHANCE, COSTS)
    frame = simulator.simulate(ROW, COLUMNS)
    layers = economics.hydrothermal(HOT, 10.0, CHANCE, COSTS, draws=1024)
    for name in ("risked_p50", "if_success_p50", "success"):
        given = getattr(layers, name).values[0]
        np.testing.assert_allclose(frame[f"exact_{name}"], given, rtol=0.03)
    assert frame.iloc[2].isna().all()
    assert set(frame.attrs["columns"]) == set(frame)
    assert simulator.attrs["status"] == "assumed"


def test_the_card_tells_the_ladder_and_the_drivers() -> None:
    card = geothermal.wells(HOT, 10.0, CHANCE, COSTS).card(0, 1)
    assert card["geothermal"]["tornado"][0]["share"] > 0.05
    assert card["geothermal"]["ladder"][0]["rung"] == "desk"
    assert geothermal.wells(HOT, 10.0, CHANCE, COSTS).card(0, 2)["geothermal"] == {}


def test_a_score_is_no_probability() -> None:
    simulator = geothermal.wells(HOT, 10.0, CHANCE * 4, COSTS)
    with pytest.raises(InputError, match="VALUE_INVALID"):
        simulator.simulate(ROW, COLUMNS)
