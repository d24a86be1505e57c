"""Comparisons whose answer is known: a contrast between regions, a true signal, pure noise."""

import os
from itertools import product
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier

from siting.errors import InputError, PipelineError
from siting.findings import collect
from siting.scoring import compare
from siting.scoring.cells import cells_table
from siting.scoring.compare_figures import (
    auc,
    average_precision,
    calibration,
    capture,
    capture_curve,
    crossing,
)
from siting.scoring.compare_scores import (
    inner_scheme,
    part,
    scheme,
    single_layers,
    site_auc,
    thinned,
)
from siting.scoring.compare_units import drawn, units_of
from siting.scoring.compare_verdict import verdict
from siting.scoring.folds import discovered_before, random, spatial_blocks

SITES, CELLS = 120, 4
FEW = {"bootstraps": 100, "draws": 20}


def made(kind: str, seed: int = 0, sites: int = SITES) -> gpd.GeoDataFrame:
    """Systems of four cells in a square of 8 degrees, whose presence follows from one rule.

    ``contrast``: all presences are in the west, and the feature knows west from east only.
    ``signal``: a feature that knows presence anywhere, with noise. ``noise``: none knows.
    """
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(0, 8, sites), rng.uniform(-4, 4, sites)
    west = lon < 4
    coin = rng.random(sites) < 0.5
    present = {"contrast": np.where(west, rng.random(sites) < 0.9, rng.random(sites) < 0.1)}
    known = present.get(kind, coin).astype(int)
    told = {
        "contrast": west.astype(float),
        "signal": known + rng.normal(0, 0.7, sites),
        "noise": rng.normal(size=sites),
    }[kind]
    rows = np.repeat(np.arange(sites), CELLS)
    spread = rng.uniform(-0.01, 0.01, (2, len(rows)))
    frame = {
        "told": told[rows] + (0 if kind == "contrast" else rng.normal(0, 0.01, len(rows))),
        "other": rng.normal(size=sites)[rows] + rng.normal(0, 0.01, len(rows)),
        "positive": known[rows],
        "site": rows,
        "side": np.where(west, "west", "east")[rows],
        "found": np.where(rng.random(sites) < 0.6, "1980", "2001")[rows],
    }
    places = gpd.points_from_xy(lon[rows] + spread[0], lat[rows] + spread[1], crs=4326)
    found = gpd.GeoDataFrame(frame, geometry=places)
    found.attrs["name"] = "cells"
    return found


FEATURES = ["told", "other"]
BLOCKS = spatial_blocks("1 degree", "30 km", 5)


def judged(kind: str, **options: Any) -> Any:
    given = {"folds": BLOCKS, "group": "site", "within": "1 degree", **FEW, **options}
    models = given.pop("models", {"bayes": GaussianNB(), "line": LogisticRegression()})
    with collect() as findings:
        found = compare.cells(made(kind), FEATURES, "positive", models, **given)
    return found, findings


@pytest.fixture(scope="module")
def contrast() -> Any:
    return judged("contrast")


@pytest.fixture(scope="module")
def signal() -> Any:
    return judged("signal", region="side")


def row(record: Any, role: str, folds: str = "1 degree", name: str = "") -> Any:
    return next(
        each
        for each in record["methods"]
        if each["role"] == role and each["folds"].startswith(folds) and name in each["name"]
    )


def test_contrast_between_regions_is_skill_pooled_and_chance_within_blocks(contrast):
    # Nine in ten presences are west of 4 E, one in ten absences: AUC .9 pooled, ties half within.
    record = contrast[0].record
    single = row(record, "single", name="told")["sites"]
    assert single["auc"]["value"] == pytest.approx(0.9, abs=0.06)
    assert single["within"]["value"] == 0.5  # no block reaches over 4 E, so all are ties
    assert record["contrast"]
    assert "a contrast between regions" in record["verdict"]


def test_model_that_learns_what_one_layer_tells_does_not_beat_it(contrast):
    record = contrast[0].record
    assert not record["beats_single"]
    assert record["verdict"].startswith("No model is shown to beat a single layer: on held-out")
    assert record["chosen"]["layers"][record["main"]] == {"told": 5}


def test_a_signal_is_found_within_blocks_as_well(signal):
    record = signal[0].record
    within = row(record, "single_chosen")["sites"]["within"]
    assert within["low"] > 0.6
    assert not record["contrast"]


def test_two_layers_that_only_tell_together_are_beaten_by_a_model():
    # Presence is where both features have one sign: neither alone knows anything.
    frame = made("noise", 3, 300)
    site = frame.groupby("site")[FEATURES].transform("mean")
    frame["positive"] = ((site.told * site.other) > 0).astype(int)
    model = {"near": KNeighborsClassifier(7)}
    with collect():
        record = compare.cells(
            frame, FEATURES, "positive", model, folds=BLOCKS, group="site", within="1 degree", **FEW
        ).record
    assert record["beats_single"]
    assert record["verdict"].startswith("The models find more than ")
    assert row(record, "chosen")["sites"]["within"]["low"] > 0.8


def test_random_folds_are_marked_and_flatter_a_flexible_model_on_noise():
    trees = ExtraTreesClassifier(15, random_state=0)
    record = judged("noise", models={"trees": trees})[0].record
    leak, honest = row(record, "approach", "random", "trees"), row(record, "approach", name="trees")
    assert leak["leakage"]
    assert leak["sites"]["auc"]["value"] > 0.95
    assert honest["sites"]["auc"]["low"] < 0.5 < honest["sites"]["auc"]["high"]
    assert f"up to {leak['sites']['auc']['value']:.2f}" in record["verdict"]


def test_every_kind_of_folds_is_told(signal):
    names = [each["name"] for each in signal[0].record["folds"]]
    assert names == [
        "1 degree blocks, 30 km buffer",
        "nearest-neighbour distance matching",
        "held-out side, 30 km buffer",
        "random (leakage)",
    ]
    assert signal[0].record["folds"][1]["match"]["w"] > 0


def test_same_input_gives_the_same_record(contrast):
    assert judged("contrast")[0].record == contrast[0].record


def test_winner_is_fitted_on_all_systems_and_says_what_was_found(signal):
    model = signal[0].model
    assert model.features == ("told", "other")
    assert model.card["approach"] == signal[0].record["model"]
    assert model.card["verdict"] == signal[0].record["verdict"]
    high, low = model.estimator.predict_proba(pd.DataFrame({"told": [3.0, -3], "other": [0, 0]}))
    assert high[1] > 0.5 > low[1]


def test_search_is_tuned_inside_the_folds():
    models = {"tuned": GridSearchCV(LogisticRegression(), {"C": [0.01, 1.0]}, cv=3)}
    record = judged("signal", models=models)[0].record
    assert row(record, "approach")["sites"]["auc"]["value"] > 0.6


def test_scores_that_are_no_probabilities_have_no_calibration():
    record = judged("signal", models={"line": LinearRegression()})[0].record
    assert row(record, "approach")["calibration"] is None


def test_without_folds_blocks_follow_from_the_variogram(signal):
    with collect() as findings:
        record = compare.cells(
            made("signal"), FEATURES, "positive", {"bayes": GaussianNB()}, group="site",
            within="1 degree", **FEW,
        ).record  # fmt: skip
    assert record["folds"][0]["buffer"] == record["variogram"]["buffer"]
    assert "FOLDS_BUFFER_SHORT" not in [each.code for each in findings]


def test_short_buffer_is_told(contrast):
    assert "FOLDS_BUFFER_SHORT" in [each.code for each in contrast[1]]


def test_hold_out_by_date_refuses_younger_columns():
    frame = made("signal")
    frame.attrs["vintage"] = "2010"
    with pytest.raises(InputError, match="LAYER_YOUNGER"):
        compare.cells(
            frame, FEATURES, "positive", {"bayes": GaussianNB()}, group="site", region="found",
            folds=discovered_before("found", "1990"),
        )  # fmt: skip


def test_hold_out_by_date_tests_later_finds_only():
    frame = made("signal")
    frame.attrs["vintage"] = "1975"
    with collect():
        record = compare.cells(
            frame, FEATURES, "positive", {"bayes": GaussianNB()}, group="site", region="found",
            folds=discovered_before("found", "1990"), within="2 degree", **FEW,
        ).record  # fmt: skip
    assert record["folds"][0]["splits"] == 1
    assert record["folds"][0]["tested"] == int((frame.found == "2001").sum())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"positive": 1}, "TOO_FEW_POSITIVES"),
        ({"told": np.nan}, "SITES_WITHOUT_VALUES|TOO_FEW_POSITIVES|VALUE"),
        ({"told": np.inf}, "VALUE_INVALID"),
    ],
)
def test_bad_cells_are_refused(change, code):
    frame = made("signal").assign(**change)
    with collect(), pytest.raises(InputError, match=code):
        compare.cells(frame, FEATURES, "positive", {"bayes": GaussianNB()}, group="site")


def test_too_few_systems_of_a_class_are_refused():
    frame = made("signal")
    frame["positive"] = (frame.site < 4).astype(int)
    with collect(), pytest.raises(InputError, match="five systems of each class"):
        compare.cells(frame, FEATURES, "positive", {"bayes": GaussianNB()}, group="site")


def test_a_quantity_is_no_target():
    frame = made("signal").assign(positive=np.linspace(20, 200, SITES * CELLS).repeat(1))
    frame["positive"] = frame.groupby("site").positive.transform("mean")
    with collect(), pytest.raises(InputError, match="presence and absence"):
        compare.cells(frame, FEATURES, "positive", {"bayes": GaussianNB()}, group="site")


def test_side_of_blocks_must_be_a_length():
    with collect(), pytest.raises(PipelineError, match="side in degrees or as a length"):
        judged("signal", within="many")


def test_constant_feature_is_a_layer_at_chance():
    frame = made("signal").assign(other=7.0)
    with collect():
        record = compare.cells(
            frame, FEATURES, "positive", {"bayes": LogisticRegression()}, folds=BLOCKS,
            group="site", within="1 degree", **FEW,
        ).record  # fmt: skip
    assert row(record, "single", name="other")["sites"]["auc"]["value"] == 0.5


def judged_layers(world: Any, layers: Any = None, **options: Any) -> Any:
    given = {
        "folds": spatial_blocks("4 degree", "100 km", 5), "background": 120, "region": "region",
        "within": "4 degree", **FEW, **options,
    }  # fmt: skip
    models = {"line": LogisticRegression(), "bayes": GaussianNB()}
    with collect():
        return compare.layers(
            layers or world.layers, world.labels, models, world.domain, world.grid, **given
        )


def test_layers_are_judged_by_shares_of_the_valid_area(world):
    record = judged_layers(world).record
    assert record["capture_of"] == "valid area"
    best = row(record, "single", "4 degree", "hot")["sites"]
    # 15 fields, every fourth of the best 60 of 432 cells by the sum of two layers.
    assert (best["positives"], best["others"]) == (15, 120)
    assert best["auc"]["value"] > 0.75
    assert row(record, "single", "4 degree", "flat")["sites"]["auc"]["low"] < 0.5
    assert [each["name"] for each in record["folds"]][2] == "held-out region, 100 km buffer"


def test_layer_younger_than_the_date_is_refused(world):
    young = [each.assign_attrs(vintage="2020") for each in world.layers]
    with pytest.raises(InputError, match="LAYER_YOUNGER"):
        judged_layers(world, young, folds=discovered_before("region", "2000"))


def table(kind: str = "signal") -> Any:
    return cells_table(made(kind), FEATURES, target="positive", group="site")


def test_sign_of_a_layer_comes_from_its_training_samples():
    frame = made("signal").assign(told=lambda each: -each.told)
    found = cells_table(frame, FEATURES, target="positive", group="site")
    sites, _ = units_of(found, "1 degree")
    singles = single_layers(found, scheme(BLOCKS, found, 2), sites)
    assert (singles.signs[:, 0] == -1).all()
    assert site_auc(singles.scores[:, 0], sites) > 0.7
    assert set(singles.best.chosen) == {"told"}


def test_order_of_features_does_not_matter():
    first, second = table(), cells_table(
        made("signal"), FEATURES[::-1], target="positive", group="site"
    )  # fmt: skip
    sites, _ = units_of(first, "1 degree")
    scores = [single_layers(each, scheme(BLOCKS, each, 2), sites) for each in (first, second)]
    assert np.array_equal(scores[0].scores[:, 0], scores[1].scores[:, 1])
    assert scores[0].best.chosen == scores[1].best.chosen


def test_inner_folds_keep_the_buffer_and_drop_it_only_if_one_class_is_left():
    found = table()
    kept, dropped = inner_scheme(found, 60_000.0), inner_scheme(found, 2e6)
    assert any(len(train) + len(test) < len(found.X) for train, test in kept.splits)
    assert all(len(train) + len(test) == len(found.X) for train, test in dropped.splits)


def test_part_of_a_table_keeps_rows_together():
    found = part(table(), np.array([4, 0]))
    assert found.X.index.get_level_values("sample").tolist() == [4, 0]
    assert found.y.tolist() == table().y[[4, 0]].tolist()


@given(st.integers(1, 6))
def test_thinned_rows_are_so_many_of_each_system(per_group):
    found = table()
    rows = thinned(np.arange(len(found.X)), found, per_group)
    group = found.X.index.get_level_values("group").to_numpy()[rows]
    assert (np.unique(group, return_counts=True)[1] == min(per_group, CELLS)).all()


def test_systems_count_once_with_the_mean_of_their_cells():
    found = table()
    sites, cells = units_of(found, "1 degree")
    assert (len(sites.y), len(cells.y)) == (SITES, SITES * CELLS)
    scores = np.arange(SITES * CELLS, dtype=float)
    scores[:3] = np.nan
    assert sites.mean(scores)[:2].tolist() == [3.0, 5.5]


small = st.integers(4, 25)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_auc_and_precision_are_those_of_scikit_learn(data):
    size = data.draw(small)
    scores = data.draw(arrays(float, size, elements=st.integers(0, 5).map(float)))
    y = data.draw(arrays(np.int64, size, elements=st.integers(0, 1)))
    y[:2] = [0, 1]
    weight = data.draw(arrays(float, (3, size), elements=st.integers(0, 3).map(float)))
    weight[:, :2] = 1
    expected = [roc_auc_score(y, scores, sample_weight=each) for each in weight]
    assert auc(scores, y, weight) == pytest.approx(expected)
    expected = [average_precision_score(y, scores, sample_weight=each) for each in weight]
    assert average_precision(scores, y, weight) == pytest.approx(expected)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_auc_within_blocks_is_that_of_all_pairs_of_a_block(data):
    size = data.draw(small)
    scores = data.draw(arrays(float, size, elements=st.integers(0, 5).map(float)))
    y = data.draw(arrays(np.int64, size, elements=st.integers(0, 1)))
    block = data.draw(arrays(np.int64, size, elements=st.integers(0, 2)))
    pairs = [
        (scores[i] > scores[j]) + (scores[i] == scores[j]) / 2
        for i, j in product(np.flatnonzero(y == 1), np.flatnonzero(y == 0))
        if block[i] == block[j]
    ]
    found = auc(scores, y, np.ones((1, size)), block)[0]
    assert np.isnan(found) if not pairs else found == pytest.approx(np.mean(pairs))


@given(st.integers(0, 9))
def test_auc_does_not_change_with_the_scale_of_scores(seed):
    rng = np.random.default_rng(seed)
    scores, y = rng.normal(size=30), rng.integers(0, 2, 30)
    one, block = np.ones((1, 30)), rng.integers(0, 3, 30)
    for stratum in (None, block):
        assert auc(np.exp(scores), y, one, stratum) == pytest.approx(auc(scores, y, one, stratum))
        assert auc(-scores, y, one, stratum) == pytest.approx(1 - auc(scores, y, one, stratum))


def test_bootstraps_of_capture_are_captures_of_what_was_drawn():
    rng = np.random.default_rng(0)
    scores, y = rng.normal(size=40), rng.integers(0, 2, 40)
    weight = drawn(np.arange(40), 25)
    searched = np.ones(40, dtype=bool)
    together = capture(capture_curve(scores, y, weight, searched), 0.25)
    alone = []
    for each in weight:
        rows = np.repeat(np.arange(40), each.astype(int))
        curve = capture_curve(scores[rows], y[rows], np.ones((1, 40)), searched)
        alone.append(capture(curve, 0.25)[0])
    assert together == pytest.approx(alone)


def test_capture_by_the_background_counts_its_area_only():
    # Two fields above all four background cells, one below them: 2/3 found in none of the land.
    scores = np.array([9.0, 8.0, 0.0, 4.0, 3.0, 2.0, 1.0])
    y = np.array([1, 1, 1, 0, 0, 0, 0])
    curve = capture_curve(scores, y, np.ones((1, 7)), y == 0)
    assert capture(curve, 0.01)[0] == pytest.approx(2 / 3)


def test_curves_cross_where_found_and_searched_add_up_to_one():
    share, found = np.linspace(0, 1, 101), np.sqrt(np.linspace(0, 1, 101))
    # sqrt(s) = 1 - s at s = (3 - sqrt 5)/2 = .381966
    assert crossing(share, found)["searched"] == pytest.approx(0.381966, abs=1e-3)


def test_calibrated_scores_have_no_error_and_others_theirs():
    rng = np.random.default_rng(0)
    p = rng.random(20_000)
    y = (rng.random(20_000) < p).astype(np.int64)
    found = calibration(p, y)
    # E[p(1 - p)] = 1/6 for p even on 0..1; the prevalence alone has 1/4.
    assert found["brier"] == pytest.approx(1 / 6, abs=0.005)
    assert found["brier_chance"] == pytest.approx(1 / 4, abs=0.005)
    assert found["ece"] < 0.02
    assert calibration(np.sqrt(p), y)["ece"] == pytest.approx(1 / 6, abs=0.01)  # 2/3 - 1/2
    assert calibration(1.5 * p, y) is None


def told(value: float, low: float, high: float, pairs: int = 100) -> Any:
    figure = {"value": value, "low": low, "high": high}
    return {"sites": {"auc": figure, "within": {**figure, "pairs": pairs}}, "mostly": "dem"}


def against_both(chosen: float | None, hindsight: float | None) -> tuple[Any, Any]:
    """Differences from the layer chosen inside the folds, and from the best in hindsight."""
    auc = {"value": 0.75, "low": 0.6, "high": 0.85}
    return (
        {"pooled": {"share_of_bootstraps": chosen}},
        {"pooled": {"share_of_bootstraps": hindsight}, "single": "low_land", "auc": auc},
    )


def test_a_model_that_beats_only_a_badly_chosen_layer_has_beaten_none():
    found = verdict(
        told(0.8, 0.7, 0.9), told(0.6, 0.5, 0.7), against_both(1.0, 0.6), None, "blocks of 1 km"
    )
    assert not found["beats_single"]
    assert found["verdict"].startswith(
        "No model is shown to beat a single layer: on held-out systems low land alone has an AUC "
        "of 0.75 (0.60 to 0.85) in hindsight"
    )


@pytest.mark.parametrize(("share", "beats"), [(0.94, False), (0.95, True), (None, False)])
def test_a_model_wins_in_95_percent_of_bootstraps_or_not_at_all(share, beats):
    against = against_both(share, 1.0)
    found = verdict(told(0.8, 0.7, 0.9), told(0.6, 0.5, 0.7), against, None, "blocks of 1 km")
    assert found["beats_single"] is beats


@pytest.mark.parametrize(
    ("model", "layer", "contrast", "text"),
    [
        (0.4, 0.3, True, "a contrast between regions, not shown to be places"),
        (0.6, 0.3, False, "the model is above chance there, while the layer"),
        (0.4, 0.6, False, "the layer is above chance there, while the model"),
        (0.6, 0.6, False, "both are above chance there"),
    ],
)
def test_verdict_says_which_of_the_two_is_above_chance_within(model, layer, contrast, text):
    rows = [told(0.8, 0.7, 0.9), told(0.8, 0.7, 0.9)]
    for each, low in zip(rows, (model, layer), strict=True):
        each["sites"]["within"] = {"value": 0.65, "low": low, "high": 0.9, "pairs": 100}
    against = against_both(0.5, 0.5)
    found = verdict(*rows, against, None, "blocks of 1 km")
    assert found["contrast"] is contrast
    assert text in found["verdict"]


def test_verdict_says_where_no_block_holds_both_classes():
    against = against_both(0.2, 0.2)
    found = verdict(told(0.8, 0.7, 0.9, 0), told(0.6, 0.5, 0.7, 0), against, None, "blocks of 1 km")
    assert "nothing is known of skill in it" in found["verdict"]


REFERENCE = os.environ.get("SITING_REFERENCE_DATA")


@pytest.mark.skipif(REFERENCE is None, reason="SITING_REFERENCE_DATA names no reference data")
def test_great_basin_elevation_is_a_contrast_between_regions():
    # Figures of the data's own page: -elevation_detrended_span01 has .82 pooled, .55 within
    # blocks of 100 km, by system; random folds give 1.
    from tests import great_basin_page

    frame = great_basin_page.cells(Path(str(REFERENCE)))
    names = great_basin_page.features(frame)
    found = cells_table(frame, names, target="positive", group="site", region="block")
    sites, _ = units_of(found, "region")
    folds = scheme(spatial_blocks("100 km", "35 km", 10), found, 5)
    singles = single_layers(found, folds, sites)
    assert (len(sites.y), int(sites.y.sum())) == (117, 73)
    score = sites.mean(singles.best.scores)
    one = np.ones((1, 117))
    assert auc(score, sites.y, one)[0] == pytest.approx(0.82, abs=0.01)
    assert auc(score, sites.y, one, sites.block)[0] == pytest.approx(0.55, abs=0.02)
    leak = scheme(random(), found, 5)
    from siting.scoring.out_of_fold import out_of_fold

    trees = ExtraTreesClassifier(30, min_samples_leaf=3, random_state=0)
    assert site_auc(out_of_fold(trees, found, leak), sites) > 0.99


def with_columns(**columns: Any) -> gpd.GeoDataFrame:
    table = made("noise").assign(**columns)
    table.attrs["columns"] = dict.fromkeys(columns, "1")
    return table


def compared_by(table: gpd.GeoDataFrame, features: list[str]) -> list[str]:
    with collect() as findings:
        compare.cells(
            table, features, "positive", {"logistic": LogisticRegression()}, group="site",
            folds=spatial_blocks("2 degree", "0 km", 4), within="2 degree", **FEW,
        )  # fmt: skip
    return [each.code for each in findings]


def test_a_feature_made_of_the_labels_is_told_before_it_wins() -> None:
    known = made("noise").positive.to_numpy()
    rng = np.random.default_rng(2)
    leak = known + rng.normal(0, 0.01, len(known))
    fair = rng.normal(size=len(known))
    assert "FEATURE_LEAK" in compared_by(with_columns(leak=leak, fair=fair), ["leak", "fair"])
    assert "FEATURE_LEAK" not in compared_by(with_columns(fair=fair), ["fair"])


def test_features_that_do_not_vary_are_told_and_refused_alone() -> None:
    fair = np.random.default_rng(2).normal(size=SITES * CELLS)
    table = with_columns(fair=fair, same=1.0)
    assert "FEATURES_CONSTANT" in compared_by(table, ["fair", "same"])
    with pytest.raises(InputError, match="FEATURES_CONSTANT: none of the features varies"):
        compared_by(table, ["same"])
