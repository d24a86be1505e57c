"""Skill on a world whose answer is known, and the self-test that catches leakage."""

import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import gaussian_filter
from sklearn.linear_model import LogisticRegression

from siting.grid import as_layer, make_grid
from siting.kinds import FittedModel
from siting.scoring import leakage, skill
from siting.scoring.folds import INDEX
from siting.scoring.leakage import random_fields, self_test

from .conftest import layer, points


def world_record(signal, **options):
    """Skill record of a world of 60 x 90 degrees with 40 fields where the signal is best."""
    grid = make_grid("EPSG:4326", 1.0, (0, -30, 90, 30))
    rng = np.random.default_rng(0)
    noise = gaussian_filter(rng.normal(size=(60, 90)), 3)
    truth = gaussian_filter(rng.normal(size=(60, 90)), 3)
    good, bad = layer(truth, grid, "good"), layer(noise, grid, "bad")
    domain = as_layer(np.ones((60, 90), bool), grid)
    row, column = np.unravel_index(np.argsort(-truth.ravel())[:400:10], truth.shape)
    fields = points(
        column + 0.5, 29.5 - row, name=[f"f{i}" for i in range(40)],
        region=np.array(["west", "middle", "east"])[np.minimum(column // 30, 2)],
    )  # fmt: skip
    score = {"good": good, "bad": bad}[signal].rename("score")
    baseline = layer(noise if signal == "good" else truth, grid, "baseline")
    model = FittedModel(LogisticRegression(), ("good", "bad"))
    half = as_layer(np.arange(90)[None, :] * np.ones((60, 1)) < 45, grid).rename("west_half")
    return skill.screening(
        score, [good, bad], model, fields, [(baseline, "higher")], domain, grid,
        strata=[half], blocks=["5 degree", "15 degree"], background=500, bootstraps=200, **options,
    )  # fmt: skip


@pytest.fixture(scope="module")
def record():
    return world_record("good")


def figure(record, name, folds, stratum="land"):
    return next(
        each
        for each in record["methods"]
        if each["name"] == name and each["folds"].startswith(folds) and each["stratum"] == stratum
    )


def test_score_that_knows_the_truth_beats_the_baseline(record):
    # The 40 fields are every tenth of the best 400 of 5400 cells: the best 7.4 % of land.
    found = figure(record, "score", "none")
    assert found["fields"] == 40
    assert found["auc"]["value"] == pytest.approx(1 - 0.074 / 2, abs=0.005)
    assert found["capture"]["10"]["value"] == 1.0
    assert record["beats_baseline"]
    assert record["verdict"].startswith("The score finds more than baseline alone")


def test_baseline_that_knows_the_truth_is_said_to_do_as_well():
    record = world_record("bad")
    assert world_record("bad") == record
    assert not record["beats_baseline"]
    assert record["verdict"].startswith("Baseline does as well: ")


def test_learned_model_is_told_by_every_kind_of_folds(record):
    told = {each["folds"] for each in record["methods"] if each["role"] == "learned"}
    assert told == {"5 degree blocks", "15 degree blocks", "held-out regions", "random (leakage)"}
    assert figure(record, "learned", "5 degree")["auc"]["value"] > 0.9


def test_strata_have_their_own_fields_and_land(record):
    west = figure(record, "score", "none", "west_half")
    assert 0 < west["fields"] < 40


def test_importance_names_the_layer_that_matters(record):
    first, second = record["importance"]
    assert (first["layer"], second["layer"]) == ("good", "bad")
    assert first["value"] > 0.2 > abs(second["value"])


def test_label_that_is_left_out_is_counted(record):
    assert record["labels"]["used"] == 40
    assert record["labels"]["outside"] == 0


def smooth_world(count=600):
    """Features that are smooth in space, with the index of a training table."""
    rng = np.random.default_rng(0)
    longitude = rng.uniform(-180, 180, count)
    latitude = np.degrees(np.arcsin(rng.uniform(-0.8, 0.95, count)))
    lam, phi = np.radians(longitude), np.radians(latitude)
    features = {
        "a": np.cos(phi) * np.cos(lam), "b": np.cos(phi) * np.sin(lam), "c": np.sin(phi)
    }  # fmt: skip
    number, names = np.arange(count), np.full(count, "")
    index = pd.MultiIndex.from_arrays([number, number, longitude, latitude, names], names=INDEX)
    return pd.DataFrame(features, index=index)


def test_self_test_sees_the_leak_of_random_folds_and_passes_buffered_blocks():
    found = self_test(smooth_world(), 20)
    assert found["random"]["mean"] > 0.9
    assert found["blocked"]["low"] <= 0.5 <= found["blocked"]["high"]
    assert found["passed"]


def test_self_test_fails_where_blocks_are_not_honest(monkeypatch):
    # Clusters far smaller than the correlation of the labels, and no buffer: they leak as well.
    monkeypatch.setattr(leakage, "CLUSTERS", 30)
    monkeypatch.setattr(leakage, "BUFFER", 0.0)
    found = self_test(smooth_world(), 8)
    assert not found["passed"]
    assert "do not trust" in found["text"]


def test_spacing_of_random_places_is_that_of_their_density():
    # 600 places on 86.5 % of the globe (sin of latitude from -.8 to .95 of 2): 441e6 km2 / 600.
    X = smooth_world().index.to_frame(index=False)
    found = leakage.spacing(X.longitude.to_numpy(), X.latitude.to_numpy())
    assert found == pytest.approx(np.sqrt(441e12 / 600), rel=0.1)


def test_random_label_fields_are_autocorrelated_and_cut_at_a_fifth():
    X = smooth_world(400).index.to_frame(index=False)
    labels = random_fields(X.longitude.to_numpy(), X.latitude.to_numpy(), 1e6, 3, seed=1)
    assert [each.mean() for each in labels] == pytest.approx([0.2] * 3, abs=0.01)
    near = random_fields(np.array([0.0, 0.1] * 50), np.repeat(np.arange(50.0), 2), 1e6, 1, 2)[0]
    assert (near[::2] == near[1::2]).mean() > 0.95
