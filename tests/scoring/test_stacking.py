"""Stacks: weights by what is held out by place, and what is refused."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import KFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from siting import findings
from siting.errors import InputError, PipelineError
from siting.kernels.mixtures import blend_weights
from siting.kernels.prediction import predicted
from siting.kernels.threads import single_threaded
from siting.scoring.fitting import fit
from siting.scoring.folds import INDEX, InnerFolds, RandomFolds, spatial_blocks
from siting.scoring.fuzzy import FuzzyGamma, LinearMembership
from siting.scoring.stacking import SpatialStacking

from .scorer_cases import samples

PAIR = [("odds", LogisticRegression()), ("near", KNeighborsClassifier(1))]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As in a run; threads that wait for one another would take most of the time."""
    with single_threaded():
        yield


def smooth(seed: int = 0, size: int = 600) -> tuple[pd.DataFrame, np.ndarray]:
    """Labels in patches that have nothing to do with the features but their place."""
    rng = np.random.default_rng(seed)
    longitude, latitude = rng.uniform(-120, -110, size), rng.uniform(36, 42, size)
    patch = np.sin(2.5 * longitude) + np.cos(3.0 * latitude)
    known = (patch + rng.normal(0, 0.2, size) > 0.3).astype(int)
    index = pd.MultiIndex.from_arrays(
        [range(size), range(size), longitude, latitude, [""] * size], names=INDEX
    )
    return pd.DataFrame({"east": longitude, "north": latitude}, index=index), known


@pytest.mark.filterwarnings("ignore:STACKING_USELESS")  # the patches have nothing to learn
def test_a_model_that_copies_neighbours_gets_no_weight_from_spatial_folds() -> None:
    X, y = smooth()
    folds = spatial_blocks("2 degree", "50 km", 5)
    spatial = SpatialStacking(PAIR, cv=folds).fit(X, y)
    random = SpatialStacking(PAIR, cv=list(RandomFolds(5).split(X, y))).fit(X, y)
    assert dict(zip(["odds", "near"], spatial.weights_, strict=True))["near"] < 0.35
    assert dict(zip(["odds", "near"], random.weights_, strict=True))["near"] > 0.6


def test_held_out_losses_are_those_of_the_folds() -> None:
    X, y = samples()
    folds = InnerFolds()
    model = SpatialStacking(PAIR).fit(X, y)
    loss = np.zeros(len(X))
    for train, test in folds.split(X, y):
        p = LogisticRegression().fit(X.iloc[train], y[train]).predict_proba(X.iloc[test])
        loss[test] = -np.log(p[np.arange(len(test)), y[test]])
    assert model.losses_["odds"] == pytest.approx(loss.mean())


def test_samples_that_no_fold_tests_do_not_count() -> None:
    X, y = samples()
    rows = np.arange(len(X))
    half = [(rows[rows % 4 != 1], rows[rows % 4 == 1]), (rows[rows % 4 != 2], rows[rows % 4 == 2])]
    model = SpatialStacking(PAIR, cv=half).fit(X, y)
    scores = np.full((len(X), 2), np.nan)
    for train, test in half:
        for column, (_, each) in enumerate(PAIR):
            fitted = each.fit(X.iloc[train], y[train])
            scores[test, column] = fitted.predict_proba(X.iloc[test])[:, 1]
    tested = ~np.isnan(scores[:, 0])
    wanted = blend_weights(scores[tested], y[tested] == 1, np.ones(tested.sum()))
    assert model.weights_ == pytest.approx(wanted)


def test_the_score_is_the_weighted_mean_of_models_fitted_on_all() -> None:
    X, y = samples()
    model = SpatialStacking(PAIR).fit(X, y)
    parts = [each.fit(X, y).predict_proba(X)[:, 1] for _, each in PAIR]
    assert model.predict_proba(X)[:, 1] == pytest.approx(model.weights_ @ np.array(parts))


def test_pipelines_and_overlays_stack_and_the_run_hands_on_its_folds() -> None:
    X, y = samples()
    gamma = FuzzyGamma(0.8, {name: LinearMembership(0, 200) for name in X.columns})
    models = [("odds", make_pipeline(StandardScaler(), LogisticRegression())), ("fuzzy", gamma)]
    model = fit(SpatialStacking(models, cv=InnerFolds()), X, y)
    assert isinstance(model.cv, list)
    assert np.isfinite(predicted(model, X)).all()


@pytest.mark.parametrize("cv", [RandomFolds(5), KFold(5)], ids=["random", "KFold"])
def test_random_folds_are_refused(cv: Any) -> None:
    X, y = samples()
    with pytest.raises(PipelineError, match="neighbours on both sides") as caught:
        SpatialStacking(PAIR, cv=cv).fit(X, y)
    assert caught.value.code == "FOLDS_RANDOM"


def test_random_folds_are_refused_when_a_run_turns_them_into_rows() -> None:
    X, y = samples()
    with pytest.raises(PipelineError, match="neighbours on both sides"):
        fit(SpatialStacking(PAIR, cv=RandomFolds(5)), X, y)


def test_samples_without_places_are_refused() -> None:
    X, y = samples()
    with pytest.raises(InputError, match="without their places") as caught:
        SpatialStacking(PAIR).fit(X.to_numpy(), y)
    assert caught.value.code == "FOLDS_INDEX"


def test_values_that_are_no_probabilities_are_refused() -> None:
    X, y = samples()
    with pytest.raises(InputError, match=r"probabilities outside 0\.\.1") as caught:
        SpatialStacking([("line", LinearRegression()), *PAIR]).fit(X, y)
    assert (caught.value.code, caught.value.where) == ("PROBABILITY_RANGE", "line")


@pytest.mark.parametrize("models", [[], PAIR[:1], [PAIR[0], PAIR[0]]])
def test_a_stack_of_less_than_two_named_models_is_refused(models: Any) -> None:
    X, y = samples()
    with pytest.raises(PipelineError, match="two models at least"):
        SpatialStacking(models).fit(X, y)


def test_parameters_of_models_are_set_by_name() -> None:
    model = SpatialStacking(PAIR).set_params(near__n_neighbors=7)
    assert model.get_params()["near__n_neighbors"] == 7
    model.set_params(near__n_neighbors=1)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5))
def test_no_other_weights_have_less_loss(seed: int, models: int) -> None:
    rng = np.random.default_rng(seed)
    p, y = rng.uniform(0.02, 0.98, (80, models)), rng.random(80) < 0.4
    weight = rng.uniform(0.5, 2.0, 80)

    def loss(alpha: np.ndarray) -> float:
        blend = np.clip(p @ alpha, 1e-12, 1 - 1e-12)
        return float(-np.average(np.log(np.where(y, blend, 1 - blend)), weights=weight))

    found = blend_weights(p, y, weight)
    assert found.sum() == pytest.approx(1.0)
    assert (found >= 0).all()
    start = np.full(models, 1 / models)
    other = minimize(loss, start, bounds=[(0, 1)] * models, method="SLSQP",
                     constraints={"type": "eq", "fun": lambda a: a.sum() - 1})  # fmt: skip
    assert loss(found) <= other.fun + 1e-6


def test_a_stack_of_models_that_know_nothing_is_told() -> None:
    X, _ = smooth(size=200)
    y = np.random.default_rng(1).integers(0, 2, 200)
    sure = [("near", KNeighborsClassifier(1)), ("nearer", KNeighborsClassifier(2))]
    folds = spatial_blocks("2 degree", "0 km", 5)
    with findings.collect() as told:
        stack = SpatialStacking(sure, cv=folds).fit(X, y)
    assert [each.code for each in told] == ["STACKING_USELESS"]
    assert min(stack.losses_.values()) > stack.base_loss_
    # Of the share s for all the log loss is -s log s - (1 - s) log (1 - s).
    s = y.mean()
    assert stack.base_loss_ == pytest.approx(-s * np.log(s) - (1 - s) * np.log(1 - s))


def test_a_stack_with_one_model_that_knows_something_is_not_told() -> None:
    X, _ = smooth(size=200)
    y = (X.north > 39).astype(int).to_numpy()
    models = [("odds", LogisticRegression()), ("near", KNeighborsClassifier(1))]
    with findings.collect() as told:
        SpatialStacking(models, cv=spatial_blocks("2 degree", "0 km", 5)).fit(X, y)
    assert told == []
