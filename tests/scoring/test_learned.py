"""Learned scores: what is learned, how far it is trusted, and the same bytes every time."""

from typing import Any

import dask
import numpy as np
import pandas as pd
import pytest
import shapely
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from siting.errors import PipelineError
from siting.findings import collect
from siting.grid import as_layer
from siting.scoring.estimators import build_estimator
from siting.scoring.fitting import bootstrap_rows, fit
from siting.scoring.folds import places
from siting.scoring.learned import Learned, classifier, regressor
from siting.scoring.training import classification_table

from .conftest import World, layer

LOGISTIC = {"sklearn.linear_model.LogisticRegression": {"C": 10.0}}
SCALE = {"sklearn.preprocessing.StandardScaler": {}}


def learned(world: World, model: Any = None, **options: Any) -> Learned:
    options = {"background": 100, "bootstraps": 5, **options}
    model = LogisticRegression(C=10.0) if model is None else model
    return classifier(world.layers, world.labels, model, world.domain, world.grid, **options)


def test_the_score_is_high_where_fields_are(world: World) -> None:
    found = learned(world)
    score = found.score.values
    row = (18 - world.labels.geometry.y.to_numpy()).astype(int)
    column = world.labels.geometry.x.to_numpy().astype(int)
    assert score[row, column].min() > np.quantile(score, 0.6)
    assert score.min() >= 0
    assert score.max() <= 1
    assert (found.score.attrs["units"], found.score.attrs["kind"]) == ("1", "continuous")
    assert found.score.attrs["status"] == "derived"


def test_layers_are_lazy_and_the_score_is_that_of_the_model(world: World) -> None:
    found = learned(world)
    assert all(dask.is_dask_collection(each.data) for each in found[:3])
    X = pd.DataFrame({each.name: each.values.ravel() for each in world.layers}, dtype=float)
    wanted = found.model.estimator.predict_proba(X)[:, 1].reshape(world.domain.shape)
    assert np.array_equal(found.score.values, wanted)


def test_outside_the_domain_and_where_a_feature_is_missing_there_is_no_score(
    world: World,
) -> None:
    hot = world.layers[0].values.copy()
    hot[17, 23] = np.nan
    inside = np.ones((18, 24), dtype=bool)
    inside[17, :5] = False
    layers = [layer(hot, world.grid, "hot"), *world.layers[1:]]
    domain = as_layer(inside, world.grid)
    found = classifier(
        layers, world.labels, LogisticRegression(), domain, world.grid,
        background=100, bootstraps=2,
    )  # fmt: skip
    for each in found[:3]:
        missing = np.isnan(each.values)
        assert missing[17, 23]
        assert missing[17, :5].all()
        assert missing.sum() == 6


def test_spread_is_the_deviation_over_refits(world: World) -> None:
    # By hand: refit on the same bootstraps and take the standard deviation at three cells.
    found = learned(world)
    table = classification_table(
        world.layers, world.labels, world.domain, world.grid, background=100
    )
    X = pd.DataFrame(
        {each.name: each.values.ravel()[[0, 200, 400]] for each in world.layers}, dtype=float
    )
    scores = [
        LogisticRegression(C=10.0).fit(table.X.iloc[rows], table.y[rows]).predict_proba(X)[:, 1]
        for rows in bootstrap_rows(table, 5)
    ]
    wanted = np.std(scores, axis=0, ddof=1)
    assert found.spread.values.ravel()[[0, 200, 400]] == pytest.approx(wanted, rel=1e-6)


def test_bootstraps_draw_whole_fields_and_keep_the_balance(world: World) -> None:
    group = ["a", "a", "a"] + [f"g{i}" for i in range(12)]
    table = classification_table(
        world.layers, world.labels.assign(system=group), world.domain, world.grid,
        background=40, group="system",
    )  # fmt: skip
    number = places(table.X).group.to_numpy()
    for rows in bootstrap_rows(table, 10):
        times = [(rows == each).sum() for each in range(3)]
        assert times[0] == times[1] == times[2]
        drawn = number[rows][table.y[rows] == 1]
        assert len(drawn) - 2 * times[0] == 13  # fields drawn, each once however many cells
        assert (table.y[rows] == 0).sum() == 40


def test_bootstraps_do_not_depend_on_how_many_there_are(world: World) -> None:
    table = classification_table(
        world.layers, world.labels, world.domain, world.grid, background=40
    )
    few, many = bootstrap_rows(table, 3), bootstrap_rows(table, 6)
    assert all(np.array_equal(a, b) for a, b in zip(few, many[:3], strict=True))


@pytest.mark.parametrize(
    "model",
    [
        LogisticRegression(),
        ExtraTreesClassifier(20, random_state=0),
        build_estimator({"sklearn.neural_network.MLPClassifier": {"max_iter": 20}}, "model"),
    ],
    ids=lambda each: type(each).__name__,
)
def test_the_same_bytes_come_out_whatever_the_threads(world: World, model: Any) -> None:
    def bytes_with(workers: int) -> list[bytes]:
        with dask.config.set(scheduler="threads", num_workers=workers), collect():
            found = learned(world, model, bootstraps=3)
            return [each.values.tobytes() for each in found[:3]]

    assert bytes_with(1) == bytes_with(2) == bytes_with(4)


def test_chunks_of_the_features_do_not_matter(world: World) -> None:
    odd = World(
        world.grid,
        [each.copy(data=each.data.rechunk(7)) for each in world.layers],
        world.domain,
        world.labels,
    )
    for one, other in zip(learned(world)[:3], learned(odd)[:3], strict=True):
        assert one.values.tobytes() == other.values.tobytes()


def test_inputs_stay_as_they_are(world: World) -> None:
    before = [each.attrs.copy() for each in world.layers], world.labels.copy()
    model = LogisticRegression()
    learned(world, model)
    assert [each.attrs for each in world.layers] == before[0]
    assert world.labels.equals(before[1])
    assert not hasattr(model, "coef_")


def test_the_card_says_what_the_model_was_made_from(world: World) -> None:
    found = learned(world)
    card = found.model.card
    assert found.model.features == ("hot", "near", "flat")
    assert card["labels"]["used"] == 15
    assert card["labels"]["background"] == 100
    assert card["importance"]["hot"] > card["importance"]["flat"]
    assert card["dissimilarity_threshold"] == found.dissimilarity.attrs["threshold"] > 0
    assert len(card["training_digest"]) == 64
    assert set(card["reference"]) == {"hot", "near", "flat"}


def test_calibration_and_inner_searches_take_their_folds_from_the_samples(world: World) -> None:
    calibrated = {
        "sklearn.calibration.CalibratedClassifierCV": {
            "estimator": {"sklearn.pipeline.Pipeline": {"steps": {"s": SCALE, "fit": LOGISTIC}}}
        }
    }
    searched = {
        "sklearn.pipeline.Pipeline": {
            "steps": {
                "scale": SCALE,
                "fit": {
                    "sklearn.linear_model.LogisticRegressionCV": {
                        "Cs": [0.1, 1.0], "l1_ratios": [0.0], "scoring": "neg_log_loss",
                        "use_legacy_attributes": False,
                    }
                },
            }
        }
    }  # fmt: skip
    for spec in (calibrated, searched):
        found = learned(world, build_estimator(spec, "model"), bootstraps=2)
        assert np.isfinite(found.score.values).all()


def test_folds_behind_a_part_that_hides_the_places_are_refused(world: World) -> None:
    hidden = {
        "sklearn.ensemble.BaggingClassifier": {
            "n_estimators": 2,
            "estimator": {
                "sklearn.pipeline.Pipeline": {
                    "steps": {
                        "scale": SCALE,
                        "fit": {
                            "sklearn.calibration.CalibratedClassifierCV": {"estimator": LOGISTIC}
                        },
                    }
                }
            },
        }
    }
    with pytest.raises(ValueError, match="without their places"):
        learned(world, build_estimator(hidden, "model"))


def test_a_regressor_gives_the_quantity_in_its_unit(world: World) -> None:
    labels = world.labels.copy()
    labels.attrs = {**world.labels.attrs, "columns": {"temperature": {"units": "degC"}}}
    found = regressor(
        world.layers, labels, "temperature", LinearRegression(), world.domain, world.grid,
        bootstraps=3,
    )  # fmt: skip
    # The fields were made with 100 + 150 hot degC and a noise of 5.
    hot = world.layers[0].values
    near = hot > np.quantile(hot, 0.7)
    assert np.abs(found.score.values - (100 + 150 * hot))[near].mean() < 15
    assert [each.attrs["units"] for each in found[:3]] == ["degC", "degC", "1"]


@pytest.mark.parametrize(
    ("model", "message"),
    [(LinearRegression(), "not a classifier"), (SVC(), "gives no probabilities")],
    ids=["regressor", "no probabilities"],
)
def test_models_that_give_no_score_are_refused(world: World, model: Any, message: str) -> None:
    with pytest.raises(PipelineError, match=message):
        learned(world, model)


def test_a_classifier_is_no_regressor(world: World) -> None:
    with pytest.raises(PipelineError, match="not a regressor"):
        regressor(
            world.layers, world.labels, "temperature", LogisticRegression(), world.domain,
            world.grid,
        )  # fmt: skip


def test_directions_as_features_are_told(world: World) -> None:
    turning = world.layers[2].assign_attrs(kind="circular")
    with collect() as findings:
        classifier(
            [*world.layers[:2], turning], world.labels, LogisticRegression(), world.domain,
            world.grid, background=50, bootstraps=2,
        )  # fmt: skip
    assert [(each.code, each.where) for each in findings] == [("FEATURE_CIRCULAR", "flat")]


def test_a_domain_of_numbers_has_its_gaps_outside(world: World) -> None:
    numbers = np.ones((18, 24), dtype=np.float32)
    numbers[5], numbers[6] = np.nan, 0.0
    domain = as_layer(numbers, world.grid)
    with collect():  # labels that move to the next cell
        found = classifier(
            world.layers, world.labels, LogisticRegression(), domain, world.grid,
            background=1000, bootstraps=2,
        )  # fmt: skip
    assert np.isnan(found.score.values[5:7]).all()
    assert found.model.card["labels"]["background"] == 16 * 24


def test_layers_without_names_are_refused(world: World) -> None:
    with pytest.raises(PipelineError, match="a name of its own"):
        classifier(
            [world.layers[0], world.layers[0]], world.labels, LogisticRegression(),
            world.domain, world.grid,
        )  # fmt: skip


def test_a_constant_layer_among_others_is_told(world: World) -> None:
    flat = layer(np.ones((18, 24)), world.grid, "same")
    with collect() as findings:
        classifier(
            [*world.layers, flat], world.labels, LogisticRegression(), world.domain, world.grid,
            background=50, bootstraps=2,
        )  # fmt: skip
    assert [(each.code, each.severity, each.found) for each in findings] == [
        ("FEATURES_CONSTANT", "warning", "same")
    ]


def test_outlines_and_weights_reach_the_model(world: World) -> None:
    apart = world.labels.iloc[[0, 3, 7]]
    boxes = [shapely.box(0, 15, 3, 18), shapely.box(5, 14, 7, 16), shapely.box(1, 8, 2, 9)]
    outlines = apart.set_geometry(boxes, crs="EPSG:4326")
    outlines.attrs = world.labels.attrs
    with collect():
        found = classifier(
            world.layers, outlines, LogisticRegression(C=10.0), world.domain, world.grid,
            background=100, bootstraps=2,
        )  # fmt: skip
        table = classification_table(
            world.layers, outlines, world.domain, world.grid, background=100
        )
    wanted = LogisticRegression(C=10.0).fit(table.X, table.y, table.weight)
    assert table.weight[table.y == 1].sum() == pytest.approx(3)
    assert np.array_equal(found.model.estimator.coef_, wanted.coef_)
    with collect(), pytest.raises(PipelineError, match="^MODEL_KIND: the model takes no weights"):
        classifier(
            world.layers, outlines, KNeighborsClassifier(), world.domain, world.grid,
            background=100, bootstraps=2,
        )  # fmt: skip


def test_warnings_of_a_fit_become_findings(world: World) -> None:
    table = classification_table(
        world.layers, world.labels, world.domain, world.grid, background=40
    )
    with collect() as findings:
        fit(LogisticRegression(max_iter=1), table.X, table.y)
    assert [each.code for each in findings] == ["MODEL_FIT_WARNING"]
    assert "failed to converge" in findings[0].message
