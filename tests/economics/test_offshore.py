"""Layers of money at sea, by hand on the embedded table of costs."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from siting.economics import offshore
from siting.errors import InputError, UnitsError
from siting.kernels import money
from siting.sources.catalogue import catalogue

COSTS = pd.read_csv(catalogue()["costs_offshore"].path)
COSTS.attrs.update(status="assumed", source="test", vintage="2026", label_leak=False)


def layer(*values: float, units: str = "1", **attrs: str) -> xr.DataArray:
    return xr.DataArray([list(values)], dims=("y", "x"), attrs={"units": units, **attrs})


def test_the_reference_device_costs_what_sam_says_in_dollars_of_2025() -> None:
    # SAM: 470.30 USD/MWh at a charge of .05, of 2022; CRF(r, 20 y) is .05 at r = 0.
    found = offshore.lcoe(layer(0.2551 * 0.93), COSTS, device="rm3", rate=1e-9)
    assert found.item() == pytest.approx(470.30 * 1.100, rel=2e-3)


def test_energy_that_does_not_come_has_no_cost() -> None:
    assert np.isnan(offshore.lcoe(layer(0.0, np.nan), COSTS).values).all()
    with pytest.raises(InputError, match="COST_MISSING"):
        offshore.lcoe(layer(0.3), COSTS, device="duck")


def test_ships_cost_what_the_parts_of_a_node_say() -> None:
    found = offshore.ship_cost(layer(750.0, units="km"), COSTS, waiting="36 h").item()
    node = {"nodes": 1.0, "distance": 750.0, "waiting": 1.5}
    parts = money.annual_parts(node, money.at_value(COSTS))
    assert found == pytest.approx(parts["tow_and_service"].item())


def test_latency_of_a_thousand_kilometres_in_vacuum() -> None:
    # 3.336 ms one way for 1,000 km; 550 km up and down twice on the way there and back.
    flat = offshore.link_latency(layer(1000.0, units="km"), altitude=0, detour=1).item()
    high = offshore.link_latency(layer(0.0, units="km")).item()
    assert flat / 2 == pytest.approx(3.336, abs=5e-4)
    assert high == pytest.approx(4 * 550 / 299.792458)


def test_a_link_carries_the_text_of_some_830_processors() -> None:
    found = offshore.link_capacity(COSTS, throughput=1000)["gpus"]
    assert found["value"] == pytest.approx(830, abs=5)
    assert found["low"] < found["value"] < found["high"]


def test_prices_of_a_place_add_up_where_they_hold() -> None:
    zone = layer(1, 0, np.nan, kind="boolean")
    lane = layer(1, 1, 1, kind="boolean")
    found = offshore.price_of_place([(zone, 50_000.0), (lane, "2e4 USD yr-1")])
    np.testing.assert_array_equal(found.values, [[70_000, 20_000, np.nan]])
    with pytest.raises(InputError, match="KIND_WRONG"):
        offshore.price_of_place([(layer(3.0), 1.0)])
    with pytest.raises(UnitsError, match="UNITS_INCOMPATIBLE"):
        offshore.price_of_place([(lane, "3 km")])


def test_what_rests_on_assumed_costs_is_assumed() -> None:
    assert offshore.lcoe(layer(0.3, status="derived"), COSTS).attrs["status"] == "assumed"
    assert offshore.break_even(COSTS)["reference"] == 2.30
