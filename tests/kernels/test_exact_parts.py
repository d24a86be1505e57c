"""Closed forms of contributions: equal to brute force, and to the score when added up."""

import itertools
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.special import logit
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    BaggingClassifier,
    BaggingRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from siting.kernels.exact_parts import exact_parts
from siting.kernels.explain import contributions
from siting.kernels.prediction import predicted
from siting.kernels.tree_models import trees_of
from siting.kernels.tree_shapley import IDENTITY, Trees, tree_scores, tree_shapley
from siting.kinds import FittedModel

Floats = NDArray[np.float64]
NAMES = list("abcd")
RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.normal(size=(80, 4)), columns=NAMES)
Y = (X.a + X.b * X.c > 0).astype(int)
PLACES, ORDINARY = X.iloc[:6], X.iloc[60:]

TREES = [
    DecisionTreeClassifier(random_state=0),
    DecisionTreeRegressor(max_depth=3, random_state=0),
    RandomForestClassifier(5, random_state=0),
    ExtraTreesClassifier(5, random_state=0),
    ExtraTreesRegressor(5, random_state=0),
    BaggingClassifier(DecisionTreeClassifier(), 5, max_features=0.5, random_state=0),
    BaggingRegressor(ExtraTreesRegressor(3, random_state=0), 3, random_state=0),
    GradientBoostingRegressor(n_estimators=5, random_state=0),
    HistGradientBoostingRegressor(max_iter=5, min_samples_leaf=4, random_state=0),
]
LINES = [LinearRegression(), make_pipeline(StandardScaler(), Ridge())]
PIPELINES = [make_pipeline(StandardScaler(), each) for each in TREES[2:4]]
LOGISTIC = [
    GradientBoostingClassifier(n_estimators=5, random_state=0),
    HistGradientBoostingClassifier(
        max_iter=5, min_samples_leaf=4, monotonic_cst=[1, 0, 0, 0], random_state=0
    ),
    LogisticRegression(),
]


def name(estimator: Any) -> str:
    last = estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator
    return f"{type(estimator).__name__}-{type(last).__name__}"


def shapley(score: Any, place: Floats, ordinary: Floats) -> Floats:
    """By the definition, over all coalitions: Shapley (1953), A value for n-person games."""
    count = len(place)
    worth = {
        coalition: float(score(np.where(np.isin(range(count), coalition), place, ordinary)).mean())
        for size in range(count + 1)
        for coalition in itertools.combinations(range(count), size)
    }
    found = np.zeros(count)
    for coalition, value in worth.items():
        for each in set(range(count)) - set(coalition):
            joined = tuple(sorted((*coalition, each)))
            size = len(coalition)
            share = math.factorial(size) * math.factorial(count - size - 1) / math.factorial(count)
            found[each] += share * (worth[joined] - value)
    return found


@pytest.mark.parametrize("estimator", TREES + LINES + PIPELINES, ids=name)
def test_parts_are_the_shapley_values_of_the_score(estimator: Any) -> None:
    estimator.fit(X, Y)
    found = exact_parts(estimator, PLACES, ORDINARY)
    assert found is not None
    score = lambda values: predicted(estimator, pd.DataFrame(values, columns=NAMES))  # noqa: E731
    for parts, place in zip(found.parts, PLACES.to_numpy(), strict=True):
        assert parts == pytest.approx(shapley(score, place, ORDINARY.to_numpy()), abs=1e-9)
    assert found.method.startswith("exact Shapley value")


@pytest.mark.parametrize("estimator", LOGISTIC, ids=name)
def test_logistic_parts_are_exact_in_log_odds_and_scaled(estimator: Any) -> None:
    # Against one ordinary place all parts have one scale: the ratio of both differences.
    estimator.fit(X, Y)
    one = ORDINARY.iloc[:1]
    found = exact_parts(estimator, PLACES, one)
    assert found is not None
    odds = lambda values: logit(predicted(estimator, pd.DataFrame(values, columns=NAMES)))  # noqa: E731
    probability, theirs = predicted(estimator, PLACES), predicted(estimator, one)
    for row, place in enumerate(PLACES.to_numpy()):
        wanted = shapley(odds, place, one.to_numpy())
        if abs(wanted.sum()) < 1e-9:
            continue
        scale = (probability[row] - theirs[0]) / wanted.sum()
        assert found.parts[row] == pytest.approx(wanted * scale, abs=1e-9)
    assert "exact in log-odds" in found.method


@pytest.mark.parametrize("estimator", TREES + LINES + PIPELINES + LOGISTIC, ids=name)
def test_parts_and_base_add_up_to_the_score(estimator: Any) -> None:
    model = FittedModel(estimator.fit(X, Y), tuple(NAMES), {}, ORDINARY.to_numpy())
    parts = contributions(model, X)
    assert parts.sum(axis=1).to_numpy() == pytest.approx(predicted(estimator, X), abs=1e-9)
    assert parts.contribution_base[0] == pytest.approx(predicted(estimator, ORDINARY).mean())


@pytest.mark.parametrize(
    "estimator",
    [GaussianNB(), PoissonRegressor(), make_pipeline(PCA(2), LinearRegression())],
    ids=name,
)
def test_other_models_have_no_closed_form_and_say_so(estimator: Any) -> None:
    estimator.fit(X, Y)
    assert exact_parts(estimator, PLACES, ORDINARY) is None
    card = {"reference": X.median().to_dict()}
    parts = contributions(FittedModel(estimator, tuple(NAMES), card), PLACES)
    assert parts.attrs["method"] == "Shapley value over all orders, from one place"


def test_more_than_four_features_are_approximate_without_a_closed_form() -> None:
    wide = pd.DataFrame(RNG.normal(size=(30, 5)), columns=list("abcde"))
    model = GaussianNB().fit(wide, (wide.a > 0).astype(int))
    card = {"reference": wide.median().to_dict()}
    parts = contributions(FittedModel(model, tuple("abcde"), card), wide)
    assert "approximate" in parts.attrs["method"]


def test_a_search_is_explained_by_what_it_found() -> None:
    search = GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": [1, 2]}, cv=2)
    found = exact_parts(search.fit(X, Y), PLACES, ORDINARY)
    alone = exact_parts(search.best_estimator_, PLACES, ORDINARY)
    assert found is not None
    assert alone is not None
    assert found.parts.tolist() == alone.parts.tolist()


def test_boosting_on_categories_has_no_closed_form() -> None:
    codes = X.assign(a=np.arange(80) % 4)
    model = HistGradientBoostingClassifier(
        max_iter=3, min_samples_leaf=4, categorical_features=[0], random_state=0
    ).fit(codes, (np.arange(80) % 4 == 2).astype(int))
    assert exact_parts(model, codes, codes) is None


def test_a_rising_world_raises_where_it_is_high() -> None:
    # y = a: every place above all ordinary ones is raised by a alone, by its height.
    low = X[X.a < 0]
    model = DecisionTreeRegressor().fit(X.assign(b=0.0, c=0.0, d=0.0), X.a)
    found = exact_parts(model, X[X.a > 0], low)
    assert found is not None
    assert (found.parts[:, 0] > 0).all()
    assert (found.parts[:, 1:] == 0).all()


def test_an_interaction_of_two_is_shared_by_hand() -> None:
    # 1 where a > 0 and b > 0, from (-1, -1): v({a}) = v({b}) = 0, v({a, b}) = 1, half each.
    nodes = [
        np.array(each)
        for each in (
            [0, -1, 1, -1, -1], [0.0] * 5, [1, 0, 3, 0, 0], [2, 0, 4, 0, 0], [0, 0, 0, 0, 1.0], [0]
        )
    ]  # fmt: skip
    both = Trees(*nodes, 0.0, IDENTITY, False)
    base, parts = tree_shapley(both, np.array([[1.0, 1.0], [1.0, -1.0]]), np.array([[-1.0, -1.0]]))
    assert (base, parts.tolist()) == (0.0, [[0.5, 0.5], [0.0, 0.0]])


def test_forests_compare_in_single_precision_as_they_were_fitted() -> None:
    # 1 + 1e-9 is 1 in single precision, and so on the left of a threshold of 1.
    stump = DecisionTreeRegressor().fit([[0.0], [2.0]], [0.0, 1.0])
    trees = trees_of(stump, np.zeros((1, 1)))
    assert trees is not None
    close = np.array([[1 + 1e-9], [1 + 1e-6]])
    assert tree_scores(trees, close).tolist() == stump.predict(close).tolist() == [0.0, 1.0]


def test_too_many_features_are_refused_by_the_kernel() -> None:
    with pytest.raises(ValueError, match="at most 63 features, not 64"):
        tree_shapley(
            Trees(*([np.zeros(1, dtype=np.int64)] * 6), 0.0, IDENTITY, False),
            np.zeros((1, 64)),
            np.zeros((1, 64)),
        )
