"""A surrogate of a simulator whose costs are known everywhere."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression

from siting.errors import InputError, PipelineError
from siting.findings import collect
from siting.grid import as_layer, longitude_latitude, make_grid
from siting.scoring.surrogate import simulated
from siting.scoring.surrogate_search import Search, block_of, folds_of, spread_out
from tests.toy_simulator import ToySimulator

GRID = make_grid("EPSG:4326", 4.0, (-180, -60, 180, 60))
LONGITUDE, LATITUDE = longitude_latitude(GRID, slice(0, 30), slice(0, 90))
RNG = np.random.default_rng(7)
WAVES = np.sin(np.radians(LONGITUDE)) * np.cos(np.radians(LATITUDE)) + RNG.normal(0, 0.3, (30, 90))
SUN = np.abs(LATITUDE) / 60
COST = 5 + 2 * np.sin(2 * WAVES) + 3 * SUN**2
NOISE = RNG.normal(size=(30, 90))


def layer(values: Any, name: str) -> Any:
    marks = {"status": "measured", "source": "test", "label_leak": False}
    return as_layer(values.astype(np.float32), GRID, units="1", **marks).rename(name)


def learned(features: dict[str, Any], simulator: ToySimulator | None = None, **options: Any) -> Any:
    domain = as_layer(options.pop("domain", np.ones((30, 90), bool)), GRID)
    model = options.pop("model", HistGradientBoostingRegressor(max_iter=80, min_samples_leaf=6))
    layers = [layer(each, name) for name, each in features.items()]
    simulator = simulator or ToySimulator(lambda rows, columns: COST[rows, columns])
    given = {"first": 120, "batch": 40, "most": 400, "best": 20, **options}
    return simulated(simulator, layers, model, domain, GRID, **given)


@pytest.fixture(scope="module")
def toy() -> ToySimulator:
    return ToySimulator(lambda rows, columns: COST[rows, columns])


@pytest.fixture(scope="module")
def found(toy: ToySimulator) -> Any:
    return learned({"waves": WAVES, "sun": SUN}, toy)


def test_the_best_cells_are_found_with_a_fraction_simulated(found: Any) -> None:
    best = np.argsort(COST.ravel())[:20]
    assert found.record["settled"]
    assert found.record["simulated"] <= 400 < COST.size
    # Each of the best was simulated, or lies within the tolerance of those that were.
    worst_known = np.sort(COST[found.simulated.values == 1])[19]
    assert COST.ravel()[best].max() >= worst_known * 0.95


def test_simulated_cells_keep_what_was_simulated(found: Any) -> None:
    known = found.simulated.values == 1
    for each in (found.predicted, found.low, found.high):
        np.testing.assert_allclose(each.values[known], COST[known], rtol=1e-6)


def test_nothing_is_simulated_twice(found: Any, toy: ToySimulator) -> None:
    assert len(toy.asked) == len(set(toy.asked)) == found.record["simulated"]


def test_intervals_hold_what_they_promise_over_all_cells(found: Any) -> None:
    inside = (found.low.values <= COST * (1 + 1e-6)) & (found.high.values >= COST * (1 - 1e-6))
    assert inside.mean() >= 0.85  # promised .9; of cells not chosen at random


def test_it_does_better_than_each_layer_alone_and_says_so(found: Any) -> None:
    record = found.record
    assert record["beats_baseline"]
    assert record["best_single"]["name"] == "waves"
    assert record["error"] < record["best_single"]["error"] < record["constant"]
    assert "does better than its best single layer, waves" in record["verdict"]


def test_results_are_the_same_again(found: Any) -> None:
    again = learned({"waves": WAVES, "sun": SUN})
    np.testing.assert_array_equal(again.predicted.values, found.predicted.values)
    assert again.record == found.record


def test_a_layer_that_says_as_much_as_the_model_is_told_of() -> None:
    with collect() as findings:
        hasty = HistGradientBoostingRegressor(max_iter=3)
        learned({"cost": COST, "noise": NOISE}, model=hasty, most=160)
    assert "SURROGATE_USELESS" in {each.code for each in findings}


def test_a_search_that_ends_too_early_is_told_of() -> None:
    with collect() as findings:
        found = learned({"noise": NOISE}, most=160)
    (told,) = [each for each in findings if each.code == "SURROGATE_UNSETTLED"]
    assert found.record["may_be_best"] > 0
    assert str(found.record["may_be_best"]) in told.message.replace(",", "")


def test_too_few_cells_are_refused() -> None:
    few = np.zeros((30, 90), bool)
    few[0, :30] = True
    with pytest.raises(InputError, match=r"SURROGATE_NO_DATA.*\n.*\n.*30 cells of the domain"):
        learned({"waves": WAVES}, domain=few)


def test_a_simulator_without_answers_is_refused() -> None:
    silent = ToySimulator(lambda rows, columns: np.full(len(rows), np.nan))
    with pytest.raises(InputError, match=r"SURROGATE_NO_DATA.*\n.*\n.*could be simulated"):
        learned({"waves": WAVES}, silent)


def test_a_classifier_is_refused() -> None:
    with pytest.raises(PipelineError, match="MODEL_KIND"):
        learned({"waves": WAVES}, model=LogisticRegression())


def test_cells_outside_of_the_domain_have_no_cost() -> None:
    west = np.zeros((30, 90), bool)
    west[:, :45] = True
    found = learned({"waves": WAVES, "sun": SUN}, domain=west)
    assert np.isnan(found.predicted.values[:, 45:]).all()
    assert np.isfinite(found.predicted.values[:, :45]).all()


def test_a_block_is_never_split_among_folds() -> None:
    place = pd.DataFrame({"longitude": LONGITUDE.ravel(), "latitude": LATITUDE.ravel()})
    block = block_of(place, 20.0)
    fold = folds_of(block)
    assert all(len(np.unique(fold[block == each])) == 1 for each in np.unique(block))
    assert len(np.unique(fold)) == 5


def test_the_first_cells_are_spread_over_what_there_is() -> None:
    X = pd.DataFrame({"waves": WAVES.ravel(), "sun": SUN.ravel()})
    rows = spread_out(X, 100)
    assert len(rows) == len(set(rows.tolist())) > 90
    for name in X:
        spread = X[name].iloc[rows]
        assert spread.min() < X[name].quantile(0.1)
        assert spread.max() > X[name].quantile(0.9)


def test_what_is_tried_and_gives_nothing_is_not_tried_again() -> None:
    X = pd.DataFrame({"a": np.linspace(0, 1, 60)})
    place = pd.DataFrame({"longitude": np.linspace(-170, 170, 60), "latitude": 0.0})
    search = Search(HistGradientBoostingRegressor(max_iter=5), X, place, 20.0, 0.9)
    target = np.full(50, 2.0)
    target[:10] = np.nan
    search.learn(np.arange(50), target)
    assert len(search.known) == 40
    assert set(search.may_be_best(50, 0.01)).isdisjoint(range(50))
