"""scikit-learn is the oracle: the same numbers, the same classes."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import ensemble, tree
from sklearn.base import is_classifier

from siting.kernels.forest import compiled

from .worlds import classes, quantity, raster, rows, samples, with_gaps

SHAPES = [(1, 1), (1, 130), (130, 1), (7, 70), (8, 8), (64, 64), (65, 130)]
FEW = {"n_estimators": 12, "random_state": 0}
FORESTS = [
    tree.DecisionTreeClassifier(random_state=0),
    tree.DecisionTreeRegressor(random_state=0),
    tree.ExtraTreeClassifier(random_state=0),
    tree.ExtraTreeRegressor(random_state=0),
    ensemble.RandomForestClassifier(**FEW),
    ensemble.RandomForestClassifier(min_samples_leaf=5, class_weight="balanced", **FEW),
    ensemble.RandomForestClassifier(max_leaf_nodes=9, **FEW),
    ensemble.RandomForestRegressor(**FEW),
    ensemble.ExtraTreesClassifier(bootstrap=True, **FEW),
    ensemble.ExtraTreesRegressor(max_leaf_nodes=9, **FEW),
    ensemble.BaggingClassifier(max_features=0.6, max_samples=0.1, **FEW),
    ensemble.BaggingRegressor(max_features=0.6, bootstrap_features=True, **FEW),
]
BOOSTED = [
    ensemble.GradientBoostingClassifier(**FEW),
    ensemble.GradientBoostingClassifier(init="zero", **FEW),
    ensemble.GradientBoostingRegressor(loss="huber", **FEW),
    ensemble.HistGradientBoostingClassifier(max_iter=12, random_state=0),
    ensemble.HistGradientBoostingRegressor(max_iter=12, loss="poisson", random_state=0),
]
MISSING = [each for each in (*FORESTS, *BOOSTED) if not type(each).__name__.startswith("Gradient")]


def named(estimator: Any) -> str:
    return type(estimator).__name__


def fitted(estimator: Any, values: NDArray[Any], seed: int, count: int = 2) -> Any:
    X = samples(values, seed)
    y = classes(X, seed, count) if is_classifier(estimator) else np.abs(quantity(X, seed))
    return estimator.fit(X, y)


def assert_same(estimator: Any, values: NDArray[Any], threads: int = 1) -> None:
    """The fast results are scikit-learn's, on the raster and on the table of its cells."""
    forest, table, shape = compiled(estimator), rows(values), values.shape[1:]
    wanted = estimator.predict(table)
    np.testing.assert_allclose(
        forest.predict(values, threads=threads), wanted.reshape(shape), 1e-12
    )
    np.testing.assert_allclose(forest.predict(table), wanted, rtol=1e-12)
    if is_classifier(estimator):
        chances = estimator.predict_proba(table).T
        found = forest.predict_proba(values, threads=threads)
        np.testing.assert_allclose(found, chances.reshape(found.shape), rtol=0, atol=1e-12)
        one = forest.probability(1, values)
        np.testing.assert_array_equal(one, found[1])


@pytest.mark.parametrize("estimator", [*FORESTS, *BOOSTED], ids=named)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_rasters_of_any_shape(estimator: Any, shape: tuple[int, int]) -> None:
    model = fitted(estimator, raster(1, (20, 30)), 2)
    assert_same(model, raster(3, shape))


@pytest.mark.parametrize("estimator", MISSING, ids=named)
@pytest.mark.parametrize("learned", [True, False], ids=["gaps in training", "none there"])
def test_missing_values_go_where_the_estimator_sends_them(estimator: Any, learned: bool) -> None:
    whole = raster(1, (40, 50))
    model = fitted(estimator, with_gaps(whole, 4) if learned else whole, 2)
    assert_same(model, with_gaps(raster(3, (65, 70)), 5))


@pytest.mark.parametrize("estimator", [*FORESTS, *BOOSTED], ids=named)
@pytest.mark.parametrize("dtype", ["f8", "f4", "i2"])
def test_other_types_of_layers(estimator: Any, dtype: str) -> None:
    model = fitted(estimator, raster(1, (40, 50), "f8"), 2)
    assert_same(model, (raster(3, (65, 70), "f8") * 3).astype(dtype))


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([*FORESTS, *BOOSTED]), st.integers(0, 999), st.integers(2, 7),
    st.integers(1, 90), st.integers(1, 90),
)  # fmt: skip
def test_any_forest_on_any_raster(
    estimator: Any, seed: int, count: int, height: int, width: int
) -> None:
    model = fitted(estimator, raster(seed, (20, 30)), seed, count)
    assert_same(model, raster(seed + 1, (height, width)), threads=2)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 999), st.sampled_from([*FORESTS, *BOOSTED]))
def test_values_exactly_at_thresholds(seed: int, estimator: Any) -> None:
    """The neighbours of every threshold in float32 and float64, and itself."""
    model = fitted(estimator, raster(seed, (20, 30), "f8"), seed)
    nodes = compiled(model).model.trees
    known = np.unique(nodes.thresholds[nodes.nodes["feature"] >= 0])[:200]
    known = known[np.isfinite(known)] if len(known) else np.zeros(1)
    near = [known, np.nextafter(known, 9e9), np.nextafter(known, -9e9)]
    single = known.astype("f4")
    near += [single, np.nextafter(single, np.float32(9e9)), np.nextafter(single, np.float32(-9e9))]
    line = np.concatenate(near)
    rng = np.random.default_rng(seed)
    assert_same(model, np.stack([rng.permutation(line).reshape(6, -1) for _ in range(5)]))


def test_many_classes_and_one() -> None:
    whole = raster(1, (40, 50))
    for count in (1, 40):
        model = fitted(ensemble.RandomForestClassifier(**FEW), whole, 2, count)
        np.testing.assert_array_equal(
            np.reshape(compiled(model).predict_proba(whole), (count, -1)),
            model.predict_proba(rows(whole)).T,
        )


def test_names_of_classes() -> None:
    whole = raster(1, (20, 30))
    X = samples(whole, 2)
    words = np.array(["dry", "hot", "wet"])[classes(X, 2, 3)]
    model = ensemble.ExtraTreesClassifier(**FEW).fit(X, words)
    found = compiled(model).predict(whole)
    assert found.ravel().tolist() == model.predict(rows(whole)).tolist()
    inside = np.zeros((20, 30), bool)
    inside[3, 4] = True
    part = compiled(model).predict(whole, where=inside)
    assert part[3, 4] == found[3, 4]
    assert part[0, 0] is None


def test_several_targets() -> None:
    whole = raster(1, (30, 40))
    X = samples(whole, 2)
    both = np.stack([classes(X, 2, 3), classes(X, 3, 2)], axis=1)
    model = ensemble.RandomForestClassifier(**FEW).fit(X, both)
    found = compiled(model).predict_proba(whole)
    for one, wanted in zip(found, model.predict_proba(rows(whole)), strict=True):
        np.testing.assert_array_equal(one.reshape(len(one), -1), wanted.T)
    labels = compiled(model).predict(whole)
    np.testing.assert_array_equal(labels.reshape(2, -1).T, model.predict(rows(whole)))
    two = ensemble.ExtraTreesRegressor(**FEW).fit(X, np.stack([X[:, 0], X[:, 1]], axis=1))
    found = compiled(two).predict(whole)
    np.testing.assert_array_equal(found.reshape(2, -1).T, two.predict(rows(whole)))


def test_deep_trees() -> None:
    """A tree as deep as it has samples: each split takes one off the end."""
    X = (2.0 ** np.arange(-60, 60))[:, None].astype("f4")
    model = tree.DecisionTreeRegressor(random_state=0).fit(X, 3.0 ** np.arange(120))
    assert model.get_depth() > 60
    line = np.random.default_rng(0).permutation(np.repeat(X[:, 0], 40)).reshape(1, 60, 80)
    np.testing.assert_array_equal(compiled(model).predict(line).ravel(), model.predict(rows(line)))


@pytest.mark.parametrize("share", [1.0, 0.6])
def test_isolation_forests(share: float) -> None:
    whole = raster(1, (65, 30))
    model = ensemble.IsolationForest(n_estimators=20, max_features=share, random_state=0).fit(
        samples(whole, 2)
    )
    found = compiled(model).score_samples(whole)
    np.testing.assert_allclose(found.ravel(), model.score_samples(rows(whole)), rtol=1e-12)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("gaps", [True, False])
def test_categories(dtype: str, gaps: bool) -> None:
    rng = np.random.default_rng(0)
    whole = raster(1, (65, 70), dtype)
    whole[1] = rng.integers(0, 40, (65, 70)) * 3 - 7  # codes of rocks
    whole[3] = (np.arange(70) // 9)[None]
    X = samples(with_gaps(whole, 2) if gaps else whole, 3, 900)
    y = (np.nan_to_num(X[:, 1]) % 5 + X[:, 0] > 2).astype(int)
    model = ensemble.HistGradientBoostingClassifier(
        categorical_features=[1, 3], max_iter=30, random_state=0
    ).fit(X, y)
    unknown = whole.copy()
    unknown[1, :9] = 1000.0  # a rock never seen
    unknown[3, 30:40] = -1.5
    for each in (whole, unknown, with_gaps(unknown, 5)):
        assert_same(model, each)


def test_infinite_values_of_estimators_that_take_them() -> None:
    whole = raster(1, (30, 40))
    model = fitted(ensemble.HistGradientBoostingRegressor(max_iter=9), whole, 2)
    whole[0, :5], whole[1, 3:9] = np.inf, -np.inf
    assert_same(model, whole)
    assert_same(model, whole.astype("f8"))
