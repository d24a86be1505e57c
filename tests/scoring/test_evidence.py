"""Weights of evidence: classes, missing evidence, the test of independence, the best contrast."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import KBinsDiscretizer

from siting.errors import InputError, PipelineError
from siting.findings import collect
from siting.kernels import evidence as kernel
from siting.scoring.evidence import ContrastWeightsOfEvidence, WeightsOfEvidence


def world(seed: int = 1, size: int = 2000) -> tuple[pd.DataFrame, np.ndarray]:
    """Two independent layers that favour known places."""
    rng = np.random.default_rng(seed)
    known = rng.random(size) < 0.15
    hot, near = rng.normal(known * 1.0, 1.0), rng.normal(known * -0.8, 1.0)
    return pd.DataFrame({"hot": hot, "near": near}), known.astype(int)


def plain_weights(values: np.ndarray, known: np.ndarray, breaks: list[float]) -> list[float]:
    """Weight of each class from its definition, with 1 added to each count."""
    number = np.digitize(values, breaks)
    found = []
    for each in range(len(breaks) + 1):
        inside = number == each
        a, c = (inside & (known == 1)).sum() + 1, (inside & (known == 0)).sum() + 1
        b, d = (~inside & (known == 1)).sum() + 1, (~inside & (known == 0)).sum() + 1
        found.append(np.log(a / (a + b)) - np.log(c / (c + d)))
    return found


def test_posterior_is_prior_odds_and_weights_of_the_definition() -> None:
    X, y = world()
    breaks = {"hot": [-1.0, 0.0, 1.0], "near": [-0.5, 0.5]}
    model = WeightsOfEvidence(breaks=breaks).fit(X, y)
    weights = {name: plain_weights(X[name].to_numpy(), y, cut) for name, cut in breaks.items()}
    for mine, name in zip(model.weights_, breaks, strict=True):
        assert mine[1:] == pytest.approx(weights[name])
    logit = np.log(y.mean() / (1 - y.mean()))
    logit = logit + sum(
        np.array(weights[name])[np.digitize(X[name], cut)] for name, cut in breaks.items()
    )
    assert model.predict_proba(X)[:, 1] == pytest.approx(1 / (1 + np.exp(-logit)))


def test_standard_deviation_of_the_posterior() -> None:
    # One pattern: A 4, B 2, C 16, D 78 without smoothing. Inside P = 4/20 and
    # s = .2 sqrt(1/6 + 1/4 + 1/16) = .138444 by hand.
    near = np.repeat([1.0, 0.0, 1.0, 0.0], [4, 2, 16, 78])[:, None]
    known = np.repeat([1, 1, 0, 0], [4, 2, 16, 78])
    model = WeightsOfEvidence(categorical=["x0"], smoothing=0).fit(near, known)
    assert model.posterior_sd([[1.0]]) == pytest.approx([0.138444], abs=1e-6)
    # Missing evidence: the prior, with an error by the number of known places alone.
    assert model.predict_proba([[np.nan]])[:, 1] == pytest.approx([0.06])
    assert model.posterior_sd([[np.nan]]) == pytest.approx([0.06 / np.sqrt(6)])


def test_bins_hold_like_numbers_and_repeated_values_make_fewer() -> None:
    X, y = world()
    model = WeightsOfEvidence(bins=4).fit(X, y)
    counts = model.counts_[0].sum(axis=0)
    assert counts[0] == 0
    assert np.abs(counts[1:] - 500).max() <= 1  # a value at a break is in the class above
    cuts = KBinsDiscretizer(4, encode="ordinal", quantile_method="inverted_cdf").fit(X)
    assert model.edges_[0] == pytest.approx(cuts.bin_edges_[0][1:-1])
    mostly_zero = X.assign(hot=np.where(X.hot > 0.8, X.hot, 0.0))
    edges = WeightsOfEvidence(bins=4).fit(mostly_zero, y).edges_[0]
    assert (edges > 0).all()


def test_missing_evidence_and_new_categories_count_nothing() -> None:
    X, y = world()
    X["rock"] = np.random.default_rng(2).integers(1, 4, len(X)).astype(float)
    X.loc[:99, "hot"] = np.nan
    model = WeightsOfEvidence(categorical=["rock"]).fit(X, y)
    assert model.counts_[0][:, 0].sum() == 100
    assert [weights[0] for weights in model.weights_] == [0, 0, 0]
    row = X.iloc[[500]]
    one_known = model.predict_proba(row.assign(hot=np.nan, rock=77.0))[0, 1]
    near = model.weights_[1][1 + np.digitize(row.near, model.edges_[1])[0]]
    assert one_known == pytest.approx(1 / (1 + np.exp(-np.log(y.mean() / (1 - y.mean())) - near)))


def test_a_given_prior_moves_the_level_and_not_the_order() -> None:
    X, y = world()
    scores = [WeightsOfEvidence(prior=p).fit(X, y).predict_proba(X)[:, 1] for p in (0.01, None)]
    odds = [each / (1 - each) for each in scores]
    ratio = (0.01 / 0.99) / (y.mean() / (1 - y.mean()))
    assert odds[0] / odds[1] == pytest.approx(ratio)


def test_one_layer_without_smoothing_expects_what_is_known() -> None:
    X, y = world()
    found = WeightsOfEvidence(smoothing=0).fit(X[["hot"]], y).independence_
    assert found["expected"] == pytest.approx(y.sum())
    assert found["ratio"] == pytest.approx(1.0)


def test_independent_layers_pass_and_a_repeated_layer_is_told() -> None:
    X, y = world()
    with collect() as findings:
        independent = WeightsOfEvidence().fit(X, y).independence_
    assert findings == []
    assert abs(independent["z"]) < 1.645
    with collect() as findings:
        dependent = WeightsOfEvidence().fit(X.assign(again=X.hot, third=X.hot), y).independence_
    assert [each.code for each in findings] == ["EVIDENCE_DEPENDENT"]
    assert dependent["ratio"] < 0.85


def test_the_test_of_independence_by_hand() -> None:
    # The same pattern twice, unsmoothed: inside logit P = ln(.06/.94) + 2 x 1.365241, P = .494737;
    # outside ln(.06/.94) - 2 x .912026, P = .010195. T = 20 x .494737 + 80 x .010195 = 10.7103.
    # s(P) = P sqrt(1/6 + 2 s2(W)): inside s2 = 1/4 + 1/16, outside 1/2 + 1/78.
    near = np.repeat([1.0, 0.0, 1.0, 0.0], [4, 2, 16, 78])
    X = np.stack([near, near], axis=1)
    known = np.repeat([1, 1, 0, 0], [4, 2, 16, 78])
    with collect():
        found = WeightsOfEvidence(categorical=["x0", "x1"]).fit(X, known).independence_
    inside, outside = 0.494737, 0.010195
    s = np.array([inside * np.sqrt(1 / 6 + 2 * (1 / 4 + 1 / 16)),
                  outside * np.sqrt(1 / 6 + 2 * (1 / 2 + 1 / 78))])  # fmt: skip
    sd = np.sqrt((20 * s[0]) ** 2 + (80 * s[1]) ** 2)
    assert found["expected"] == pytest.approx(20 * inside + 80 * outside, rel=1e-4)
    assert found["expected_sd"] == pytest.approx(sd, rel=1e-4)
    assert found["z"] == pytest.approx((found["expected"] - 6) / sd, rel=1e-4)
    assert found["ratio"] == pytest.approx(6 / found["expected"])


def test_favour_from_smoothing_alone_is_told() -> None:
    hot = np.repeat(np.arange(10.0), 100)[:, None]
    known = np.isin(np.arange(1000), (500, 501, 900)).astype(int)
    with collect() as findings:
        model = WeightsOfEvidence(bins=10).fit(hot, known)
    assert [each.code for each in findings] == ["EVIDENCE_SPARSE"]
    assert model.weights_[0][1] > 0
    with collect() as findings:
        model = WeightsOfEvidence(bins=10, smoothing=0.1).fit(hot, known)
    assert findings == []
    assert model.weights_[0][1] < 0


def test_without_smoothing_a_class_without_known_places_is_refused() -> None:
    X, y = world()
    with pytest.raises(InputError, match="its weight is infinite") as caught:
        WeightsOfEvidence(breaks={"hot": [-2.5]}, smoothing=0).fit(X, y)
    assert (caught.value.code, caught.value.where) == ("TOO_FEW_POSITIVES", "hot")


def test_layers_without_two_classes_count_nothing_or_are_refused() -> None:
    X, y = world()
    model = WeightsOfEvidence().fit(X.assign(flat=3.0, gone=np.nan), y)
    alone = WeightsOfEvidence().fit(X, y)
    assert model.predict_proba(X.assign(flat=3.0, gone=np.nan)) == pytest.approx(
        alone.predict_proba(X)
    )
    empty = X.assign(hot=3.0, near=np.nan)
    for scorer in (WeightsOfEvidence(), ContrastWeightsOfEvidence()):
        with pytest.raises(InputError, match="no feature has two classes") as caught:
            scorer.fit(empty, y)
        assert caught.value.code == "FEATURES_CONSTANT"


@pytest.mark.parametrize(
    ("parameters", "code", "text"),
    [
        ({"breaks": {"cold": [1.0]}}, "COLUMN_UNKNOWN", "feature that is not there"),
        ({"categorical": ["cold"]}, "COLUMN_UNKNOWN", "feature that is not there"),
        ({"breaks": {"hot": [2.0, 1.0]}}, "VALUE_INVALID", "ascending"),
        ({"breaks": {"hot": []}}, "VALUE_INVALID", "ascending"),
        ({"categorical": ["hot"]}, "CONTINUOUS_AS_CATEGORICAL", "so many values"),
    ],
)
def test_classes_that_cannot_be_are_refused(parameters: dict, code: str, text: str) -> None:
    X, y = world()
    with pytest.raises((PipelineError, InputError), match=text) as caught:
        WeightsOfEvidence(**parameters).fit(X, y)
    assert caught.value.code == code


def test_the_table_tells_every_class() -> None:
    X, y = world()
    table = WeightsOfEvidence(breaks={"hot": [0.0], "near": [0.0, 1.0]}).fit(X, y).table_
    assert table["class"].tolist()[:2] == ["-inf to 0", "0 to inf"]
    assert table.known.sum() == 2 * y.sum()
    assert table.contrast.to_numpy() == pytest.approx(table.weight - table.weight_outside)
    assert table.studentised.to_numpy() == pytest.approx(table.contrast / table.contrast_sd)


def test_the_best_contrast_is_the_best_of_all_cuts_in_the_direction_asked_for() -> None:
    X, y = world()
    breaks = {"hot": [-1.0, -0.5, 0.0, 0.5, 1.0, 1.5]}
    for by in ("contrast", "studentised"):
        model = ContrastWeightsOfEvidence(
            breaks=breaks, directions={"hot": "descending"}, by=by
        ).fit(X[["hot"]], y)
        best = model.table_.set_index("class")[by].idxmax()
        assert model.table_.loc[model.table_.chosen, "class"].tolist() == [best]
        cut = float(best.removeprefix("from "))
        assert len(set(model.predict_proba(X[["hot"]])[:, 1].round(12))) == 2
        high = model.predict_proba(X[["hot"]])[:, 1] > model.prior_
        assert (high == (X.hot.to_numpy() >= cut)).all()


def test_categories_are_cut_into_one_and_the_others() -> None:
    X, y = world()
    X["rock"] = np.where(y == 1, 2.0, np.random.default_rng(2).integers(1, 4, len(X)))
    model = ContrastWeightsOfEvidence(categorical=["rock"]).fit(X[["rock"]], y)
    assert model.table_.loc[model.table_.chosen, "class"].tolist() == ["2"]


def test_an_unknown_direction_is_refused() -> None:
    X, y = world()
    with pytest.raises(PipelineError, match="ascending or descending"):
        ContrastWeightsOfEvidence(directions={"hot": "up"}).fit(X, y)  # type: ignore[dict-item]


def test_the_best_of_many_contrasts_is_too_good_on_noise() -> None:
    # Why the choice is told as one: on labels that are independent of the layer, the best of 19
    # studentised contrasts in two directions is above 1 in nearly all draws (38 tries of N(0, 1)).
    rng = np.random.default_rng(7)
    best = []
    for _ in range(20):
        X, y = rng.normal(size=(500, 1)), (rng.random(500) < 0.2).astype(int)
        with collect():
            table = ContrastWeightsOfEvidence().fit(X, y).table_
        best.append(table.studentised[table.chosen].item())
    assert np.mean(best) > 1


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 8))
def test_combinations_are_the_same_counted_and_sorted(seed: int, features: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 4, (50, features)).astype(float)
    X[rng.random(X.shape) < 0.1] = np.nan
    found = kernel.classes(
        [np.array([1.0, 2.0]) if i % 2 else np.array([0.0, 1.0, 3.0]) for i in range(features)],
        [i % 2 == 0 for i in range(features)],
    )
    positive, weight = rng.random(50) < 0.3, rng.integers(1, 4, 50).astype(float)
    rows, totals = kernel.conditions(X, positive, weight, found)
    again, sums = kernel._sorted_conditions(X, positive, weight, found)
    assert np.array_equal(rows, again)
    assert np.array_equal(totals, sums)
    assert totals.sum() == weight.sum()
