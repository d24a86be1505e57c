"""A node at cells of a small sea whose answers can be told beforehand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from siting.errors import InputError
from siting.grid import as_layer, make_grid
from siting.grid.months import as_monthly
from siting.io.costs import read_costs
from siting.io.device import read_device
from siting.kinds import SimulatorValue
from siting.simulation.figures import FIGURES
from siting.simulation.offshore import node
from siting.sources import series
from siting.sources.catalogue import catalogue, data_root

# Waves grow eastwards; the last column has none.
GRID = make_grid("EPSG:4326", 30.0, (0, -90, 120, 90))
NORTH, SOUTH = 1, 4
HEIGHTS = [1.0, 2.0, 3.0, np.nan]
MARKS: dict[str, Any] = {"status": "derived", "source": "test", "label_leak": False}


def flat(values: Any, units: str) -> Any:
    whole = np.broadcast_to(np.asarray(values, np.float32), GRID.shape.yx)
    return as_layer(whole.copy(), GRID, units=units, **MARKS)


def monthly(values: Any, units: str) -> Any:
    return as_monthly([flat(values, units) for _ in range(12)])


@pytest.fixture(scope="module")
def donor() -> pd.DataFrame:
    entry = catalogue()["wave_donor"]
    return series.of_entry(entry, entry.path)


@pytest.fixture(scope="module")
def arguments(donor: pd.DataFrame) -> dict[str, Any]:
    return {
        "wave_height": monthly(HEIGHTS, "m"),
        "energy_period": monthly(9.0, "s"),
        "irradiance": monthly(150.0, "W m-2"),
        "temperature": monthly(15.0, "degC"),
        "wind_speed": monthly(8.0, "m s-1"),
        "port_distance": flat(500.0, "km"),
        "pue": flat(1.07, "1"),
        "donor": donor,
        "device": read_device(data_root() / "devices" / "drifting_node.yaml"),
        "costs": read_costs(catalogue()["costs_offshore"].path, 2025),
        "grid": GRID,
    }


@pytest.fixture(scope="module")
def simulator(arguments: dict[str, Any]) -> SimulatorValue:
    return node(**arguments)


@pytest.fixture(scope="module")
def row(simulator: SimulatorValue) -> pd.DataFrame:
    return simulator.simulate(np.full(4, NORTH), np.arange(4))


def test_higher_waves_give_more_power_and_less_access(row: pd.DataFrame) -> None:
    known = row.iloc[:3]
    assert known["wave_capacity_factor"].is_monotonic_increasing
    assert known["access_share"].is_monotonic_decreasing
    assert known["access_wait"].is_monotonic_increasing
    costs = known["cost_per_gpu_hour"].to_numpy()
    assert costs[0] > costs[1]


def test_a_cell_without_waves_has_no_figures(row: pd.DataFrame) -> None:
    assert row.iloc[3].isna().all()
    assert row.iloc[:3].notna().all(axis=None)


def test_every_figure_has_unit_and_meaning(row: pd.DataFrame) -> None:
    assert list(row) == list(FIGURES)
    assert set(row.attrs["columns"]) == set(FIGURES)
    assert row.attrs["columns"]["cost_per_gpu_hour"]["units"] == "USD GPU-1 h-1"


def test_the_band_is_no_narrower_than_the_error_of_morphing(row: pd.DataFrame) -> None:
    known = row.iloc[:3]
    assert (known["cost_per_gpu_hour_low"] <= known["cost_per_gpu_hour"] * np.exp(-0.15)).all()
    assert (known["cost_per_gpu_hour_high"] >= known["cost_per_gpu_hour"] * np.exp(0.15)).all()
    ranked = known[[f"cost_per_gpu_hour_p{each}" for each in (10, 50, 90)]].to_numpy()
    assert (np.diff(ranked, axis=1) > 0).all()


def test_shares_are_shares_and_hours_are_fewer_than_energy(row: pd.DataFrame) -> None:
    known = row.iloc[:3]
    for name in ("compute_uptime", "energy_uptime", "full_load_hours", "curtailed"):
        assert known[name].between(0, 1).all()
    assert (known["full_load_hours"] <= known["energy_uptime"]).all()


def test_the_deck_limits_the_panels(row: pd.DataFrame, arguments: dict[str, Any]) -> None:
    assert (row["node_panels"].iloc[:3] <= arguments["device"]["deck_power"] * (1 + 1e-9)).all()


def test_cells_do_not_depend_on_their_neighbours_in_the_call(
    simulator: SimulatorValue, row: pd.DataFrame
) -> None:
    alone = simulator.simulate(np.array([NORTH]), np.array([2]))
    pd.testing.assert_series_equal(alone.iloc[0], row.iloc[2], check_names=False, rtol=1e-12)


def test_a_way_to_port_costs(arguments: dict[str, Any], row: pd.DataFrame) -> None:
    far = node(**{**arguments, "port_distance": flat(3000.0, "km")})
    there = far.simulate(np.array([NORTH]), np.array([2]))
    assert there["cost_per_gpu_hour"].iloc[0] > row["cost_per_gpu_hour"].iloc[2]


def test_the_season_is_shifted_across_the_equator_alone(simulator: SimulatorValue) -> None:
    both = simulator.simulate(np.array([NORTH, SOUTH]), np.array([2, 2]))
    assert both["season_shifted"].tolist() == [0.0, 1.0]


def test_parts_of_a_card_add_up_to_its_cost(simulator: SimulatorValue, row: pd.DataFrame) -> None:
    card = simulator.card(NORTH, 2)
    parts = dict(card["waterfall"]["parts"])
    total = parts.pop("total")
    assert sum(parts.values()) == pytest.approx(total, rel=1e-4)
    assert total == pytest.approx(row["cost_per_gpu_hour"].iloc[2], rel=1e-4)


def test_a_card_tells_its_donor_what_is_refused_and_what_is_assumed(
    simulator: SimulatorValue, arguments: dict[str, Any]
) -> None:
    card = simulator.card(SOUTH, 1)
    assert card["donor"]["season_shifted"] is True
    assert "longest outage" in card["refused"]
    assert "longest_outage" not in card["figures"]
    costs = arguments["costs"]
    assumed = {each["parameter"] for each in card["assumed"]}
    assert assumed == set(costs.index[costs["status"] == "assumed"])
    assert len(card["year"]["served"]) == 365
    assert len(card["week"]["served"]) == 168


def test_a_donor_that_is_no_whole_year_is_refused(
    arguments: dict[str, Any], donor: pd.DataFrame
) -> None:
    half = donor.iloc[: len(donor) // 2]
    with pytest.raises(InputError, match="DONOR_INVALID"):
        node(**{**arguments, "donor": half})


def test_a_donor_of_an_untyped_period_is_refused(
    arguments: dict[str, Any], donor: pd.DataFrame
) -> None:
    untyped = donor.rename(columns={"wave_energy_period": "period"})
    with pytest.raises(InputError, match=r"COLUMN_MISSING.*wave_energy_period"):
        node(**{**arguments, "donor": untyped})


def test_marks_of_all_inputs_are_handed_on(arguments: dict[str, Any]) -> None:
    assert node(**arguments).attrs["status"] == "assumed"  # the device is
