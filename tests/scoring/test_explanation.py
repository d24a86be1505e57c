"""What layers are worth, how a model responds, and what is alike: in worlds where it is known."""

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression

from siting.errors import InputError, PipelineError, UnitsError
from siting.grid import as_layer, make_grid
from siting.scoring.explanation import (
    dependence,
    dependence_of_cells,
    importance,
    importance_of_cells,
    likeness,
)
from siting.scoring.explanation_dependence import accumulated_effects, partial_dependence
from siting.scoring.explanation_importance import SHUFFLES
from siting.scoring.folds import spatial_blocks
from siting.scoring.learned import classifier
from siting.scoring.overlay import fuzzy, weighted
from tests.scoring.conftest import World, points

RNG = np.random.default_rng(0)
FOLDS = spatial_blocks("6 degree", "0 km", 4)


def cells(count: int = 400) -> gpd.GeoDataFrame:
    """`rich` knows the region only, `local` the place only; presence needs both to be high."""
    longitude, latitude = RNG.uniform(0, 24, count), RNG.uniform(0, 12, count)
    rich = np.floor(longitude / 6) % 2
    local, noise = RNG.normal(size=(2, count))
    known = (3 * rich + 2 * local + 0.3 * RNG.normal(size=count) > 2).astype(int)
    table = points(
        longitude, latitude, rich=rich, local=local, noise=noise, known=known,
        amount=2 * local + 5.0,
    )  # fmt: skip
    units = {"rich": "1", "local": "mW m-2", "noise": "km", "amount": "degC"}
    table.attrs["columns"] = {name: {"units": unit} for name, unit in units.items()}
    return table


CELLS = cells()
NAMES = ["rich", "local", "noise"]


@pytest.fixture(scope="module")
def worth() -> dict[str, Any]:
    return importance_of_cells(
        CELLS, NAMES, "known", LogisticRegression(), FOLDS, within="6 degree", bootstraps=100
    )


def rows(record: dict[str, Any]) -> dict[str, Any]:
    return {each["layer"]: each for each in record["features"]}


def test_what_knows_only_the_region_is_worth_nothing_within_blocks(worth: dict[str, Any]) -> None:
    found = rows(worth)
    assert found["rich"]["pooled"]["value"] > 0.1
    assert found["rich"]["between"]["value"] > 0.1
    assert found["rich"]["within"]["value"] == pytest.approx(0, abs=1e-9)


def test_what_knows_the_place_is_worth_as_much_within_as_over_all(worth: dict[str, Any]) -> None:
    found = rows(worth)["local"]
    assert found["within"]["value"] == pytest.approx(found["pooled"]["value"], abs=0.05)
    assert found["within"]["low"] > 0.1


def test_noise_is_worth_nothing_and_stands_last(worth: dict[str, Any]) -> None:
    assert worth["features"][-1]["layer"] == "noise"
    told = rows(worth)["noise"]["pooled"]
    assert abs(told["value"]) < 0.01
    assert told["low"] <= told["value"] <= told["high"]


def test_the_record_says_what_was_measured(worth: dict[str, Any]) -> None:
    assert (worth["kind"], worth["measure"], worth["tested"]) == ("importance", "AUC", 400)
    assert worth["blocks"] == 8
    assert worth["skill"]["value"] > 0.9


def test_a_quantity_loses_r_squared() -> None:
    # amount = 2 local + 5: with local shuffled, R² = 1 - 2 (1 - r): about -1; the loss is 2.
    found = importance_of_cells(
        CELLS, NAMES, "amount", LinearRegression(), FOLDS, within="6 degree", bootstraps=100
    )
    assert found["measure"] == "R²"
    assert found["skill"]["value"] == pytest.approx(1.0)
    assert rows(found)["local"]["pooled"]["value"] == pytest.approx(2.0, abs=0.15)
    assert rows(found)["noise"]["pooled"]["value"] == pytest.approx(0.0, abs=1e-6)


def test_one_block_is_refused() -> None:
    with pytest.raises(InputError, match="FOLDS_TOO_FEW_BLOCKS: all held-out samples lie in one"):
        importance_of_cells(
            CELLS, NAMES, "known", LogisticRegression(), FOLDS, within="180 degree", bootstraps=100
        )


def test_a_block_without_a_side_is_refused() -> None:
    with pytest.raises(PipelineError, match="VALUE_INVALID: a block has a side"):
        importance_of_cells(
            CELLS, NAMES, "known", LogisticRegression(), FOLDS, within="wide", bootstraps=100
        )


def test_shuffles_take_values_from_where_they_say() -> None:
    block = np.array([0, 0, 1, 1, 1, 2, 2])
    for kind, shuffle in SHUFFLES.items():
        for seed in range(5):
            order = shuffle(block, np.random.default_rng(seed))
            if kind == "within":
                assert (block[order] == block).all()
            if kind == "between":
                assert (block[order] != block).all()
                assert all(len(set(block[order][block == each])) == 1 for each in range(3))
            else:
                assert sorted(order) == list(range(7))


def test_layers_are_told_as_columns_are(world: World) -> None:
    found = importance(
        world.layers, world.labels, LogisticRegression(), FOLDS, world.domain, world.grid,
        within="4 degree", background=200, bootstraps=100,
    )  # fmt: skip
    assert [each["layer"] for each in found["features"]][-1] == "flat"


@pytest.fixture(scope="module")
def response() -> dict[str, Any]:
    trees = ExtraTreesClassifier(50, min_samples_leaf=5, random_state=0)
    return dependence_of_cells(CELLS, NAMES, "known", trees, refits=5)


def test_the_response_rises_where_the_world_does(response: dict[str, Any]) -> None:
    found = rows(response)
    local = found["local"]
    assert local["mean"][-1] > local["mean"][0] + 0.3
    assert local["ale"][-1] > local["ale"][0] + 0.3
    assert np.ptp(found["noise"]["mean"]) < 0.1
    assert all(low <= high for low, high in zip(local["low"], local["high"], strict=True))
    assert local["units"] == "mW m-2"


def test_every_sample_is_counted_in_the_histograms(response: dict[str, Any]) -> None:
    for each in response["features"]:
        assert sum(each["training"]) == 400
        assert sum(each["positives"]) == CELLS.known.sum()
        assert sum(each["domain"]) == 0
        assert len(each["edges"]) == len(each["training"]) + 1
        assert each["grid"] == sorted(set(each["grid"]))


def test_the_domain_is_counted_for_layers(world: World) -> None:
    found = dependence(
        world.layers, world.labels, LogisticRegression(), world.domain, world.grid,
        background=100, refits=2,
    )  # fmt: skip
    assert {sum(each["domain"]) for each in found["features"]} == {24 * 18}
    mean = rows(found)["hot"]["mean"]
    assert mean == sorted(mean)


def test_local_effects_do_not_go_where_no_sample_is() -> None:
    # y = a b with b = a: partial dependence at a is a mean(b); the local effect of a at (a, a)
    # adds up b da = a²/2.
    import pandas as pd

    a = np.linspace(0, 2, 401)
    X = pd.DataFrame({"a": a, "b": a})

    class Product:
        def predict(self, X: Any) -> Any:
            return X.a.to_numpy() * X.b.to_numpy()

        def __sklearn_tags__(self) -> Any:
            return LinearRegression().__sklearn_tags__()

    grid = np.linspace(0, 2, 41)
    assert partial_dependence(Product(), X, "a", grid) == pytest.approx(grid, abs=1e-9)
    effects = accumulated_effects(Product(), X, "a", grid)
    assert effects - effects[0] == pytest.approx(grid**2 / 2, abs=0.01)


def test_a_planted_twin_is_fully_alike(world: World) -> None:
    layers = []
    for each in world.layers:
        values = np.array(each.values)
        values[2, 3] = values[15, 20]
        layers.append(each.copy(data=values))
    model = classifier(
        layers, world.labels, LogisticRegression(), world.domain, world.grid, background=200,
        bootstraps=2,
    ).model  # fmt: skip
    found = likeness(layers, model, world.domain, world.grid, longitude=20.5, latitude=2.5).values
    assert found[15, 20] == found[2, 3] == 1.0
    assert (found <= 1).all()
    assert (found > 0).all()
    # A place unlike in the features that count is less alike.
    assert found[17, 23] > found[0, 0]


def test_a_known_system_may_be_named(world: World) -> None:
    model = weighted([(each, 1.0) for each in world.layers], world.domain, world.grid).model
    place = {"known": world.labels, "name": "field 3"}
    named = likeness(world.layers, model, world.domain, world.grid, **place)
    point = world.labels.geometry.iloc[3]
    at = likeness(
        world.layers, model, world.domain, world.grid, longitude=point.x, latitude=point.y
    )
    assert named.values.tolist() == at.values.tolist()
    assert named.attrs["units"] == "1"


GRID = make_grid("EPSG:4326", 1.0, (0, 0, 3, 1))
HOT = as_layer(np.array([[0.2, np.nan, 0.9]]), GRID, units="1").rename("hot")
LAND = as_layer(np.ones((1, 3), dtype=bool), GRID)
MODEL = weighted([(HOT, 1.0)], LAND, GRID).model
COSO = points([0.5], [0.5], name=["Coso"])


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ({}, "VALUE_INVALID: one place is needed"),
        ({"longitude": 1.0}, "VALUE_INVALID: one place is needed"),
        ({"longitude": 0.5, "latitude": 0.5, "known": COSO, "name": "Coso"}, "VALUE_INVALID"),
        ({"known": COSO, "name": "Soda"}, "VALUE_UNKNOWN: there is no known system"),
        ({"longitude": 9.0, "latitude": 0.5}, "OUTSIDE_GRID: the place lies outside"),
        ({"longitude": 1.5, "latitude": 0.5}, "VALUE_MISSING: a feature has no value"),
    ],
)
def test_a_place_that_cannot_be_compared_is_refused(place: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        likeness([HOT], MODEL, LAND, GRID, **place)


def test_cells_without_a_feature_have_no_likeness() -> None:
    found = likeness([HOT], MODEL, LAND, GRID, known=COSO, name="Coso").values
    assert np.isnan(found).tolist() == [[False, True, False]]


def test_models_without_a_space_and_other_units_are_refused() -> None:
    plain = fuzzy([HOT], "gamma", LAND, GRID).model
    with pytest.raises(InputError, match="MODEL_TRAINING: the model does not say by which"):
        likeness([HOT], plain, LAND, GRID, longitude=0.5, latitude=0.5)
    with pytest.raises(UnitsError, match="MODEL_UNITS"):
        likeness([HOT.assign_attrs(units="km")], MODEL, LAND, GRID, longitude=0.5, latitude=0.5)
