"""What is lost without a layer, and what is shown where one is missing."""

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression, Ridge

from siting.errors import InputError, PipelineError
from siting.grid import as_layer, make_grid
from siting.scoring.folds import spatial_blocks
from siting.scoring.missing import cells, either, layers

from .conftest import World

FOLDS = spatial_blocks("2 degree", "0 km", 5)


def frame(count: int = 300) -> gpd.GeoDataFrame:
    """Systems where it is hot; `twin` is nearly the same as `hot`, and noise is noise."""
    rng = np.random.default_rng(1)
    hot, noise = rng.normal(size=(2, count))
    given = {"hot": hot, "twin": hot + rng.normal(0, 0.05, count), "noise": noise}
    given["known"] = (rng.random(count) < expit(2.5 * hot)).astype(int)
    places = gpd.points_from_xy(*rng.uniform(0, 20, (2, count)), crs="EPSG:4326")
    return gpd.GeoDataFrame(given, geometry=places)


def cost(features: list[str], **options: Any) -> dict[str, Any]:
    given = {"model": LogisticRegression(), "folds": FOLDS, **options}
    record: dict[str, Any] = cells(frame(), features, "known", **given)
    return record


def of(record: dict[str, Any], name: str) -> dict[str, Any]:
    return next(row for row in record["layers"] if row["name"] == name)


def test_the_one_layer_that_tells_cannot_be_left_out():
    record = cost(["hot", "noise"])
    hot, noise = of(record, "hot"), of(record, "noise")
    assert hot["left_out"]["auc"] == pytest.approx(0.5, abs=0.08)
    assert hot["left_out"]["auc_lost"]["low"] > 0.2
    # Log loss of knowing nothing but the share of one half is ln 2.
    assert hot["left_out"]["log_loss"] == pytest.approx(np.log(2), abs=0.02)
    assert noise["left_out"]["auc_lost"]["low"] < 0.01
    assert noise["left_out"]["log_loss_added"]["high"] < 0.02
    assert record["layers"][0]["name"] == "hot"
    assert record["text"].startswith("Left out of training, hot costs skill")


def test_a_layer_with_a_twin_can_be_left_out_but_must_not_be_missing_afterwards():
    record = cost(["hot", "twin"])
    hot = of(record, "hot")
    assert hot["left_out"]["auc_lost"]["high"] < 0.02
    assert hot["left_out"]["log_loss_added"]["high"] < 0.03
    assert hot["missing"]["log_loss_added"]["low"] > hot["left_out"]["log_loss_added"]["high"]
    assert "median" in record["filled"]


def test_layers_on_a_grid(world: World) -> None:
    folds = spatial_blocks("4 degree", "0 km", 4)
    record = layers(world.layers, world.labels, LogisticRegression(C=10), folds, world.domain,
                    world.grid, background=200)  # fmt: skip
    assert {row["name"] for row in record["layers"]} == {"hot", "near", "flat"}
    assert record["layers"][-1]["name"] == "flat"


@pytest.mark.filterwarnings("ignore:FEATURE_LEAK")  # the hottest places are made the known ones
def test_bad_input_is_refused():
    with pytest.raises(InputError, match="without its only feature"):
        cost(["hot"])
    with pytest.raises(InputError, match="COLUMN_UNKNOWN"):
        cost(["hot", "cold"])
    few = frame()
    few["known"] = (few.hot > few.hot.nlargest(4).min() - 1e-9).astype(int)
    with pytest.raises(InputError, match="TOO_FEW_POSITIVES"):
        cells(few, ["hot", "noise"], "known", LogisticRegression(), FOLDS)
    with pytest.raises(PipelineError, match="not a classifier"):
        cost(["hot", "noise"], model=Ridge())


def test_gaps_are_filled_by_the_model_of_fewer_layers_only():
    grid = make_grid("EPSG:4326", 1.0, (0, 0, 4, 1))
    full = as_layer(np.array([[0.3, np.nan, 0.0, np.nan]]), grid, units="percent")
    reduced = as_layer(np.array([[0.9, 0.2, 0.1, np.nan]]), grid, units="1")
    result = either(full, reduced)
    assert result.value.values[0] == pytest.approx([0.3, 20.0, 0.0, np.nan], nan_ok=True)
    assert result.value.units == "percent"
    assert result.filled.values[0] == pytest.approx([0, 1, 0, np.nan], nan_ok=True)
