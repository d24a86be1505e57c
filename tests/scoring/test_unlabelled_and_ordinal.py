"""Positives among the unlabelled, and labels in an order."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from siting.errors import InputError
from siting.findings import collect
from siting.kernels.mixtures import share_of_positives
from siting.kernels.threads import single_threaded
from siting.scoring.folds import INDEX
from siting.scoring.ordinal import OrdinalClassifier, OrdinalRegressor
from siting.scoring.positive_unlabelled import (
    PositiveUnlabelledBagging,
    _drawn,
    _groups,
)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As in a run; threads that wait for one another would take most of the time."""
    with single_threaded():
        yield


def unlabelled(share: float = 0.2, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """150 labelled positives, 1000 unlabelled of which a share is positive, and the truth."""
    rng = np.random.default_rng(seed)
    truth = np.concatenate([np.ones(150), rng.random(1000) < share]).astype(int)
    X = rng.normal(size=(1150, 2)) + 2.5 * truth[:, None]
    return X, (np.arange(1150) < 150).astype(int), truth


def bagged(**parameters: Any) -> PositiveUnlabelledBagging:
    return PositiveUnlabelledBagging(
        LogisticRegression(), n_estimators=20, random_state=0, **parameters
    )


@pytest.mark.parametrize("prior", [0.001, 0.05, 0.2, 0.6])
def test_out_of_bag_probabilities_of_the_unlabelled_have_the_prior_as_mean(prior: float) -> None:
    X, y, _ = unlabelled()
    model = bagged(class_prior=prior).fit(X, y)
    assert np.nanmean(model.oob_probability_[y == 0]) == pytest.approx(prior, abs=1e-9)
    p = model.predict_proba(X)[:, 1]
    assert ((p > 0) & (p < 1)).all()
    assert p[y == 0].mean() == pytest.approx(prior, rel=0.1)


def test_the_truth_behind_the_unlabelled_is_found_and_its_level_is_right() -> None:
    X, y, truth = unlabelled()
    model = bagged(class_prior=0.2).fit(X, y)
    p = model.oob_probability_[y == 0]
    assert roc_auc_score(truth[y == 0], p) > 0.98
    assert ((p - truth[y == 0]) ** 2).mean() < 0.05  # Brier; .16 for the prior everywhere


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
def test_the_share_of_positives_is_found_where_they_lie_apart(share: float) -> None:
    # The bound holds with an error of order 1/sqrt(150) at scores that few have.
    X, y, truth = unlabelled(share)
    with collect() as findings:
        model = bagged().fit(X, y)
    assert [(each.code, each.severity) for each in findings] == [("PRIOR_ESTIMATED", "warning")]
    assert model.class_prior_ == pytest.approx(truth[y == 0].mean(), abs=0.06)


def test_the_estimate_is_the_ratio_of_what_lies_above_the_best_cut() -> None:
    # All 100 positives score 1, 30 of 100 unlabelled too: the only cut gives .3.
    unlabelled_scores = np.concatenate([np.ones(30), np.zeros(70)])
    assert share_of_positives(np.ones(100), unlabelled_scores) == pytest.approx(0.3)
    assert share_of_positives(np.ones(100), np.zeros(50)) == 0.0


def test_the_shift_is_the_only_root() -> None:
    X, y, _ = unlabelled()
    model = bagged(class_prior=0.05).fit(X, y)
    log_odds = np.log(model.oob_probability_ / (1 - model.oob_probability_)) - model.shift_
    rows = y == 0
    again = brentq(
        lambda s: np.mean(1 / (1 + np.exp(-log_odds[rows] - s))) - 0.05, -30, 30, xtol=1e-12
    )
    assert again == pytest.approx(model.shift_, abs=1e-8)


def test_fields_are_drawn_with_all_their_cells() -> None:
    group = np.repeat(np.arange(10), 4)
    levels = [np.arange(40), group, np.zeros(40), np.zeros(40), [""] * 40]
    X = pd.DataFrame({"a": np.arange(40.0)}, index=pd.MultiIndex.from_arrays(levels, names=INDEX))
    rows = _drawn(np.arange(40), _groups(X), np.random.RandomState(0))
    counts = np.bincount(rows, minlength=40).reshape(10, 4)
    assert (counts == counts[:, :1]).all()
    assert len(rows) == 40
    assert np.array_equal(_groups(X.to_numpy()), np.arange(40))


def test_some_unlabelled_samples_are_always_left_out() -> None:
    X, y, _ = unlabelled()
    few = np.r_[np.arange(150), 150:160]
    model = bagged(class_prior=0.3, sample_size=500).fit(X[few], y[few])
    assert np.isfinite(model.oob_probability_[150:]).all()


def test_one_unlabelled_sample_is_too_few() -> None:
    with pytest.raises(InputError, match="class of unlabelled samples") as caught:
        bagged().fit(np.arange(5.0)[:, None], [0, 1, 1, 1, 1])
    assert caught.value.code == "TOO_FEW_POSITIVES"


@pytest.mark.parametrize("prior", [0, 1, 1.5])
def test_a_prior_outside_its_range_is_refused(prior: float) -> None:
    X, y, _ = unlabelled()
    with pytest.raises(ValueError, match="'class_prior' parameter"):
        bagged(class_prior=prior).fit(X, y)


class Stated:
    """A classifier whose probabilities are columns of X, one for each copy in turn."""

    number = 0

    def __init__(self, column: int = -1) -> None:
        self.column = column

    def predict_proba(self, X: Any) -> np.ndarray:
        p = np.asarray(X)[:, self.column]
        return np.stack([1 - p, p], axis=1)


def test_probabilities_of_levels_are_differences_of_exceedances() -> None:
    x = np.repeat(np.arange(4.0), 50)[:, None] + np.random.default_rng(1).normal(0, 0.7, (200, 1))
    y = np.repeat([1, 2, 5, 9], 50)
    model = OrdinalClassifier().fit(x, y)
    above = np.stack([
        LogisticRegression().fit(x, y > cut).predict_proba(x)[:, 1] for cut in (1, 2, 5)
    ], axis=1)  # fmt: skip
    assert (np.diff(above, axis=1) <= 0).all()
    p = model.predict_proba(x)
    assert p[:, 0] == pytest.approx(1 - above[:, 0])
    assert p[:, 1] == pytest.approx(above[:, 0] - above[:, 1])
    assert p[:, 3] == pytest.approx(above[:, 2])
    assert model.classes_.tolist() == [1, 2, 5, 9]
    expected = OrdinalRegressor().fit(x, y)
    assert expected.values_.tolist() == [1, 2, 5, 9]
    assert expected.predict(x) == pytest.approx(p @ [1, 2, 5, 9])


def test_classifiers_that_cross_still_give_probabilities() -> None:
    model = OrdinalClassifier()
    model.estimators_ = [Stated(0), Stated(1), Stated(2)]
    model.n_features_in_ = 3
    X = np.array([[0.9, 0.5, 0.1], [0.3, 0.5, 0.1]])
    # By hand: .3 and .5 cross; below them lie .3 and .3, above .5 and .5, the mean is .4 and .4.
    assert model.exceedance(X) == pytest.approx(np.array([[0.9, 0.5, 0.1], [0.4, 0.4, 0.1]]))
    p = model._probabilities(X)
    assert (p >= 0).all()
    assert p.sum(axis=1) == pytest.approx(1.0)


def test_a_quantity_is_cut_into_levels_that_stand_for_their_means() -> None:
    rng = np.random.default_rng(2)
    x = rng.uniform(0, 10, (600, 1))
    y = 20 * x.ravel() + rng.normal(0, 5, 600)
    model = OrdinalRegressor(levels=8).fit(x, y)
    assert len(model.values_) == 8
    assert (np.diff(model.values_) > 0).all()
    assert np.corrcoef(model.predict(x), y)[0, 1] > 0.97
    assert model.values_[0] <= model.predict(x).min()
    assert model.predict(x).max() <= model.values_[-1]


@pytest.mark.parametrize("scorer", [OrdinalClassifier(), OrdinalRegressor()])
def test_one_label_only_is_refused(scorer: Any) -> None:
    with pytest.raises(InputError, match="two classes at least") as caught:
        scorer.fit(np.arange(5.0)[:, None], [3, 3, 3, 3, 3])
    assert caught.value.code == "TOO_FEW_POSITIVES"
