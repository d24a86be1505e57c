"""Dissimilarity to the training samples: hand-made distances, weights and threshold."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from siting.errors import InputError
from siting.scoring.applicability import applicability, feature_importance
from siting.scoring.folds import INDEX, InnerFolds, random


def samples(values: np.ndarray, names: str = "ab") -> pd.DataFrame:
    count = len(values)
    rng = np.random.default_rng(0)
    index = pd.MultiIndex.from_arrays(
        [
            np.arange(count),
            np.arange(count),
            rng.uniform(-180, 180, count),
            rng.uniform(-60, 80, count),
            [""] * count,
        ],
        names=INDEX,
    )
    return pd.DataFrame(values, columns=list(names[: values.shape[1]]), index=index)


def test_the_index_is_the_nearest_distance_over_the_mean_one() -> None:
    # One feature 0, 1, 2, 3: standard deviation sqrt(1.25); mean distance of the six pairs
    # (1+2+3+1+2+1)/6 = 5/3, over sqrt(1.25). A place at 5 is 2 from the nearest: 2 / (5/3) = 1.2.
    X = samples(np.arange(4.0)[:, None])
    found = applicability(X, np.array([1.0]), random(2))
    assert found.dissimilarity(np.array([[5.0], [1.0], [1.5]])) == pytest.approx([1.2, 0.0, 0.3])


def test_important_features_weigh_more_and_useless_ones_nothing() -> None:
    rng = np.random.default_rng(1)
    X = samples(rng.normal(size=(50, 2)))
    found = applicability(X, np.array([2.0, -0.1]), random(5))
    here = X.to_numpy()[:1]
    assert found.dissimilarity(here + np.array([0.0, 100.0])) == pytest.approx([0.0])
    assert found.dissimilarity(here + np.array([100.0, 0.0]))[0] > 10


def test_without_importance_all_features_count_alike() -> None:
    X = samples(np.random.default_rng(1).normal(size=(50, 2)))
    found = applicability(X, np.zeros(2), random(5))
    assert found.space.weight.tolist() == [1.0, 1.0]


def test_the_threshold_is_the_upper_whisker_of_the_distances_between_folds() -> None:
    # Meyer & Pebesma (2021): distances of each sample to those of other folds, by brute force.
    X = samples(np.random.default_rng(2).normal(size=(60, 2)))
    folds = InnerFolds()
    found = applicability(X, np.ones(2), folds)
    values = (X - X.mean()).to_numpy() / X.std(ddof=0).to_numpy()
    ground = np.linalg.norm(values[:, None] - values[None], axis=-1)
    mean = ground.sum() / (60 * 59)
    nearest = (
        np.concatenate([ground[np.ix_(test, train)].min(axis=1) for train, test in folds.split(X)])
        / mean
    )
    low, high = np.sort(nearest)[[14, 44]]  # the 15th and 45th of 60
    assert found.mean_distance == pytest.approx(mean)
    assert found.threshold == pytest.approx(min(high + 1.5 * (high - low), nearest.max()))


def test_positives_count_half_however_few_they_are() -> None:
    # 100 background samples close together and 4 positives far out: by count the whisker is that
    # of the background; by halves Q75 is that of the positives.
    rng = np.random.default_rng(7)
    values = np.concatenate([rng.normal(size=(100, 2)) * 0.1, [[0, 5], [5, 0], [-5, 0], [0, -5]]])
    positive = np.arange(104) >= 100
    pooled, halves = (
        applicability(samples(values), np.ones(2), random(5), positive=each)
        for each in (None, positive)
    )
    fields = halves.dissimilarity(values[positive] * 0.9)
    assert (fields > pooled.threshold).all()
    assert (fields < halves.threshold).all()


def test_categories_are_alike_or_not_whatever_their_codes() -> None:
    rng = np.random.default_rng(3)
    values = np.stack([rng.normal(size=80), rng.choice([2, 3, 90], 80)], axis=1)
    found = applicability(samples(values), np.ones(2), random(5), categorical=[False, True])
    place = values[:1].copy()
    place[0, 1] = 5.0  # a category that was never seen
    other = values[:1].copy()
    apart = [np.abs(found.space.points(place) - found.space.points(other)).sum()]
    for code in {2.0, 3.0, 90.0} - {float(values[0, 1])}:
        other[0, 1] = code
        apart.append(np.abs(found.space.points(values[:1]) - found.space.points(other)).sum())
    assert apart == [2.0, 4.0, 4.0]


def test_features_that_never_vary_are_refused() -> None:
    with pytest.raises(InputError, match="no feature varies"):
        applicability(samples(np.ones((10, 2))), np.ones(2), random(2))


@settings(max_examples=50, deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e3))
def test_units_of_the_features_do_not_matter(shift: float, scale: float) -> None:
    values = np.random.default_rng(4).normal(size=(30, 2))
    places = np.random.default_rng(5).normal(size=(7, 2)) * 3
    one = applicability(samples(values), np.ones(2), random(3))
    other = applicability(samples(values * scale + shift), np.ones(2), random(3))
    wanted = one.dissimilarity(places)
    assert other.dissimilarity(places * scale + shift) == pytest.approx(wanted, abs=1e-5)


def test_importance_is_the_loss_when_a_feature_is_shuffled() -> None:
    X = samples(np.random.default_rng(6).normal(size=(200, 2)))
    y = (X.a > 0).to_numpy().astype(int)
    model = LogisticRegression(C=100).fit(X, y)
    found = feature_importance(model, X, y)
    # Without a the model ranks by chance: the AUC falls from 1 to about .5.
    assert found[0] == pytest.approx(0.5, abs=0.1)
    assert abs(found[1]) < 0.02
    assert np.array_equal(found, feature_importance(model, X, y))


def test_cells_are_as_dissimilar_as_the_same_places_in_a_table() -> None:
    # Two layers change slowly, one is noise of no weight, one a class; the last columns are noise
    # in all of them.
    rng = np.random.default_rng(5)
    X = samples(rng.normal(size=(900, 4)).round(1), "abcd")
    X["d"] = rng.integers(0, 3, 900).astype(float)
    found = applicability(
        X, np.array([1.0, 0.3, 0.0, 0.5]), random(3), categorical=[False, False, False, True]
    )
    y, x = np.mgrid[:24, :40] / 30
    layers = [y, x - y, rng.normal(size=y.shape), np.floor(3 * x) % 3]
    layers = [np.concatenate([each, rng.normal(size=(24, 9))], axis=1) for each in layers]
    inside = rng.random(layers[0].shape) < 0.9
    layers[0][~inside] = np.inf
    cells = found.dissimilarity_of_cells(layers, inside)
    rows = found.dissimilarity(np.stack([each[inside] for each in layers], axis=1))
    np.testing.assert_array_equal(cells[inside], rows)
    assert np.isnan(cells[~inside]).all()
