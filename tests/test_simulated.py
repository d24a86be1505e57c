"""Figures of a simulator beside candidates."""

from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

from siting.candidates import select
from siting.errors import PipelineError
from siting.findings import collect
from siting.grid import as_layer, make_grid
from siting.simulated import simulated, simulated_flags, simulated_order

from .toy_simulator import ToySimulator

GRID = make_grid("EPSG:4326", 1.0, (0, 0, 4, 1))
TRUE = np.array([3.0, 1.0, 2.0, np.nan])


def by_column(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    return TRUE[columns]


def test_candidates_are_ranked_by_what_was_simulated_and_not_by_the_guess() -> None:
    guess = as_layer(np.array([[1.0, 2.0, 3.0, 9.0]]), GRID, units="1").rename("guess")
    allowed = as_layer(np.array([[True, True, True, False]]), GRID)
    found = select(
        guess, {"guess": guess}, allowed, GRID, count=3, order="lowest",
        simulator=ToySimulator(by_column),
    )  # fmt: skip
    assert found["cost_per_gpu_hour"].tolist() == [1.0, 2.0, 3.0]
    assert found["guess"].tolist() == [2.0, 3.0, 1.0]
    assert found["rank"].tolist() == [1, 2, 3]
    assert found.attrs["columns"]["cost_per_gpu_hour"]["units"] == "USD GPU-1 h-1"


def test_candidates_without_data_come_last_and_are_told_of() -> None:
    guess = as_layer(np.array([[4.0, 3.0, 2.0, 1.0]]), GRID, units="1").rename("guess")
    allowed = as_layer(np.ones((1, 4), bool), GRID)
    with collect() as findings:
        found = select(
            guess, {"guess": guess}, allowed, GRID, count=4, order="lowest",
            simulator=ToySimulator(by_column),
        )  # fmt: skip
    assert np.isnan(found["cost_per_gpu_hour"].iloc[-1])
    (told,) = [each for each in findings if each.code == "CANDIDATES_NOT_SIMULATED"]
    assert told.found == "1 of 4"


def test_a_layer_of_the_same_name_is_refused() -> None:
    cells = np.array([0]), np.array([0])
    with pytest.raises(PipelineError, match="COLUMN_TAKEN"):
        simulated(ToySimulator(by_column), cells, {"cost_per_gpu_hour": None})


def test_the_highest_come_first_where_more_is_better() -> None:
    figures = ToySimulator(by_column).simulate(np.zeros(4, int), np.arange(4))
    assert simulated_order(figures, "cost_per_gpu_hour", "highest").tolist() == [0, 2, 1, 3]


def test_flags_tell_what_was_simulated_rests_on() -> None:
    figures = pd.DataFrame({"cost": [2.0, np.nan, 3.0], "season_shifted": [1.0, np.nan, 0.0]})

    class Teller:
        target = "cost"
        attrs: ClassVar[dict[str, Any]] = {
            "status": "assumed",
            "flags": "derived waves; assumed device",
        }

    told = simulated_flags(Teller(), figures)  # type: ignore[arg-type]  # simulates nothing
    assert told == [
        ["derived waves", "assumed device", "season shifted by half a year"],
        ["no data to be simulated with"],
        ["derived waves", "assumed device"],
    ]


@pytest.mark.parametrize(
    ("status", "flag"), [("assumed", ["simulated from assumed inputs"]), ("measured", [])]
)
def test_a_simulator_that_tells_nothing_is_known_by_its_status(
    status: str, flag: list[str]
) -> None:
    class Silent:
        target = "cost"
        attrs: ClassVar[dict[str, Any]] = {"status": status}

    figures = pd.DataFrame({"cost": [2.0]})
    assert simulated_flags(Silent(), figures) == [flag]  # type: ignore[arg-type]  # the same


def test_a_year_without_a_window_for_ships_is_flagged() -> None:
    simulator = ToySimulator(by_column)
    figures = simulator.simulate(np.zeros(2, int), np.arange(2))
    figures["access_share"] = [0.0, 0.1]
    first, second = simulated_flags(simulator, figures)
    assert "no window for ships in the year: their wait is a guess" in first
    assert not any("window" in each for each in second)
