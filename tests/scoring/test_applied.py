"""Models trained in one place and applied in another, by their own statistics."""

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.spatial.distance import cdist
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from siting.errors import InputError, PipelineError, UnitsError
from siting.findings import collect
from siting.grid import as_layer, make_grid
from siting.io.model import dump, load
from siting.kinds import FittedModel
from siting.scoring.learned import applied, classifier, from_cells

from .conftest import World, layer

GRID = make_grid("EPSG:4326", 1.0, (40, 10, 46, 14))  # 24 cells far from the training's
LAND = as_layer(np.ones((4, 6), dtype=bool), GRID)
UNITS = {"hot": "degC", "far": "km"}


def cells(count: int = 60, **columns: Any) -> gpd.GeoDataFrame:
    """Cells at random places: known where it is hot and near, with a system for each."""
    rng = np.random.default_rng(5)
    hot, far = rng.uniform(0, 10, count), rng.uniform(0, 5, count)
    given = {"hot": hot, "far": far, "known": (hot - 2 * far > 0).astype(int), **columns}
    geometry = gpd.points_from_xy(*rng.uniform(0, 20, (2, count)), crs="EPSG:4326")
    frame = gpd.GeoDataFrame(given, geometry=geometry)
    frame.attrs = {"name": "cells", "columns": dict(UNITS)}
    return frame


def model_of(frame: gpd.GeoDataFrame | None = None, **options: Any) -> FittedModel:
    options = {"model": LogisticRegression(), "target": "known", **options}
    frame = cells() if frame is None else frame
    with collect():
        return from_cells(frame, ["hot", "far"], **options).model


def there(name: str, values: Any, units: str, **attrs: Any) -> xr.DataArray:
    array = np.asarray(values, dtype=np.float64).reshape(4, 6)
    return as_layer(array, GRID, units=units, **attrs).rename(name)


HOT, FAR = np.linspace(0.5, 9.5, 24), np.linspace(4.5, 0.5, 24)
LAYERS = [there("hot", HOT, "degC"), there("far", FAR, "km")]


def quiet(model: FittedModel, layers: Any = None, **options: Any) -> Any:
    with collect():
        return applied(model, LAYERS if layers is None else layers, LAND, GRID, **options)


def test_the_score_is_what_the_estimator_gives() -> None:
    model = model_of()
    wanted = model.estimator.predict_proba(pd.DataFrame({"hot": HOT, "far": FAR}))[:, 1]
    assert quiet(model).score.values.ravel() == pytest.approx(wanted, abs=1e-15)


def test_the_dissimilarity_is_that_of_meyer_and_pebesma_by_hand() -> None:
    # DI = distance to the nearest sample / mean distance between samples, features standardised
    # on the training and weighted by importance.
    model = model_of()
    importance = np.array([model.card["importance"][each] for each in ("hot", "far")])
    weight = np.maximum(importance, 0) / importance.max()
    X = cells()[["hot", "far"]].to_numpy()
    samples, places = (
        (each - X.mean(axis=0)) / X.std(axis=0) * weight for each in (X, np.c_[HOT, FAR])
    )
    between = cdist(samples, samples)
    mean = between.sum() / (len(X) * (len(X) - 1))
    wanted = cdist(places, samples).min(axis=1) / mean
    found = quiet(model)
    assert found.dissimilarity.values.ravel() == pytest.approx(wanted, rel=1e-6)
    threshold = found.dissimilarity.attrs["threshold"]
    assert threshold == model.card["dissimilarity_threshold"]
    assert found.extrapolated.values.ravel().tolist() == (wanted > threshold).astype(int).tolist()
    assert found.extrapolated.attrs["kind"] == "boolean"


def test_a_place_unlike_the_training_is_extrapolated() -> None:
    hot = there("hot", np.where(np.arange(24) == 7, 60.0, 5.0), "degC")
    found = quiet(model_of(), [hot, LAYERS[1]])
    assert found.extrapolated.values.ravel()[7] == 1
    assert found.extrapolated.values.sum() < 6


def test_a_saved_model_gives_the_same_bytes() -> None:
    model = model_of(model=ExtraTreesClassifier(10, random_state=0))
    again = load(dump(model))
    assert np.array_equal(again.seen, model.seen)
    for one, other in zip(quiet(model), quiet(again), strict=True):
        assert one.values.tobytes() == other.values.tobytes()
    assert dump(again) == dump(model)


def test_layers_may_come_in_any_order_unit_and_name() -> None:
    plain = quiet(model_of())
    swapped = quiet(model_of(), LAYERS[::-1])
    metres = there("distance", FAR * 1000, "m")
    renamed = quiet(model_of(), [LAYERS[0], metres], renamed={"distance": "far"})
    assert np.array_equal(plain.score.values, swapped.score.values)
    assert renamed.score.values == pytest.approx(plain.score.values, abs=1e-12)


def test_a_model_of_layers_is_applied_elsewhere(world: World) -> None:
    labels, land, grid = world.labels, world.domain, world.grid
    model = LogisticRegression(C=10.0)
    found = classifier(world.layers, labels, model, land, grid, background=100, bootstraps=2)
    with collect():
        again = applied(found.model, world.layers, land, grid)
    assert np.array_equal(found.score.values, again.score.values)
    assert np.array_equal(found.dissimilarity.values, again.dissimilarity.values)


def test_outside_the_domain_and_without_a_feature_there_is_nothing() -> None:
    gap = LAYERS[0].copy()
    gap[0, 0] = np.nan
    inside = np.ones((4, 6), dtype=bool)
    inside[3, 5] = False
    with collect():
        found = applied(model_of(), [gap, LAYERS[1]], as_layer(inside, GRID), GRID)
    for each in found:
        assert np.isnan(each.values[0, 0])
        assert np.isnan(each.values[3, 5])
        assert np.isnan(each.values).sum() == 2


def test_ranges_beyond_the_training_are_told_with_their_share() -> None:
    hot = there("hot", np.where(np.arange(24) < 6, 11.0, 5.0), "degC")  # the northern row
    with collect() as findings:
        applied(model_of(), [hot, LAYERS[1]], LAND, GRID)
    (finding,) = findings
    assert (finding.code, finding.severity) == ("MODEL_EXTRAPOLATES", "warning")
    # Rows of one degree from 10 to 14 N: the northern one has 24.9 % of the area, by the areas
    # of spherical bands, (sin 14 - sin 13) / (sin 14 - sin 10) = .016971 / .068274.
    assert finding.found == "hot: 24.9% of the area"


def test_values_within_the_ranges_are_not_told() -> None:
    with collect() as findings:
        applied(model_of(), LAYERS, LAND, GRID)
    assert findings == []


@pytest.mark.parametrize(
    ("layers", "renamed", "found"),
    [
        (LAYERS[:1], {}, "hot"),
        ([*LAYERS, there("flat", HOT, "1")], {}, "far, flat, hot"),
        ([LAYERS[0], LAYERS[1].rename("distance")], {}, "distance, hot"),
        (LAYERS, {"distance": "far"}, "distance"),
        (LAYERS, {"far": "hot"}, "hot"),
    ],
    ids=["missing", "more", "other", "renamed what is not there", "two for one"],
)
def test_other_features_are_refused(layers: Any, renamed: Any, found: str) -> None:
    with pytest.raises(InputError, match="^MODEL_FEATURES: ") as caught:
        quiet(model_of(), layers, renamed=renamed)
    assert caught.value.found == found


def test_units_of_another_kind_are_refused() -> None:
    with pytest.raises(UnitsError, match="^MODEL_UNITS"):
        quiet(model_of(), [LAYERS[0], there("far", FAR, "degC")])


def test_a_model_without_units_is_told_and_not_applied() -> None:
    frame = cells()
    frame.attrs["columns"] = {"hot": "degC"}
    with collect() as findings:
        model = from_cells(frame, ["hot", "far"], "known", LogisticRegression()).model
    assert [(each.code, each.found) for each in findings] == [("UNITS_MISSING", "far")]
    with pytest.raises(UnitsError, match="^MODEL_UNITS"):
        quiet(model)


def test_classes_are_no_numbers() -> None:
    classes = there("hot", np.arange(24) % 3, "degC", kind="categorical")
    with pytest.raises(InputError, match="^KIND_WRONG: the model did not learn from such a layer"):
        quiet(model_of(), [classes, LAYERS[1]])


@pytest.mark.parametrize("lost", ["ranges", "dissimilarity"])
def test_a_model_that_does_not_say_what_it_saw_is_refused(lost: str) -> None:
    model = model_of()
    card = {key: value for key, value in model.card.items() if key != lost}
    with pytest.raises(InputError, match="^MODEL_TRAINING: the model does not say"):
        quiet(replace(model, card=card))
    with pytest.raises(InputError, match="^MODEL_TRAINING: the model does not say"):
        quiet(replace(model, seen=None))


def test_samples_of_a_damaged_file_are_refused() -> None:
    model = model_of()
    with pytest.raises(InputError, match="^MODEL_FEATURES"):
        dump(replace(model, seen=model.seen[:, :1]))
    with pytest.raises(InputError, match="^MODEL_FEATURES"):
        dump(replace(model, seen=np.full_like(model.seen, np.nan)))


def test_a_quantity_keeps_its_unit() -> None:
    frame = cells(t=np.linspace(50, 200, 60))
    frame.attrs["columns"]["t"] = "degC"
    model = model_of(frame, model=LinearRegression(), target="t")
    assert quiet(model).score.attrs["units"] == "degC"
    frame.attrs["columns"].pop("t")
    with pytest.raises(UnitsError, match="^UNITS_MISSING"):
        model_of(frame, model=LinearRegression(), target="t")


@pytest.mark.parametrize(
    ("model", "target", "weight"),
    [
        (LinearRegression(), "known", None),
        (LogisticRegression(), "hot", None),
        (KNeighborsClassifier(), "known", "share"),
    ],
)
def test_models_that_do_not_fit_the_target_are_refused(
    model: Any, target: str, weight: str | None
) -> None:
    frame = cells(share=np.ones(60))
    with pytest.raises(PipelineError, match="^MODEL_KIND"):
        from_cells(frame, ["far"], target, model, weight=weight)


def test_the_record_says_what_was_trained_on() -> None:
    frame = cells(site=np.arange(60) // 2, known=np.repeat(np.arange(30) % 2, 2))
    with collect():
        told = from_cells(frame, ["hot"], "known", LogisticRegression(), group="site").training
    assert (told["cells"], told["systems"]) == (60, 30)
    assert told["ranges"] == {"hot": [frame.hot.min(), frame.hot.max()]}


def test_a_boolean_layer_is_a_plain_number(world: World) -> None:
    flag = layer(world.layers[0].values > 0.5, world.grid, "flag").astype(bool)
    flag.attrs = {"kind": "boolean"}
    model = LogisticRegression()
    found = classifier(
        [flag, world.layers[1]], world.labels, model, world.domain, world.grid,
        background=50, bootstraps=2,
    )  # fmt: skip
    with collect():
        again = applied(found.model, [flag, world.layers[1]], world.domain, world.grid)
    assert np.array_equal(found.score.values, again.score.values)
