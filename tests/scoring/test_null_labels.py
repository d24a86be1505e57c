"""Labels without meaning: random folds must be seen to learn them, honest ones must not."""

import numpy as np
import pandas as pd
import pytest

from siting.geodesy import PointTree
from siting.scoring.compare_scores import Scheme, scheme
from siting.scoring.compare_units import units_of
from siting.scoring.folds import INDEX, random, spatial_blocks
from siting.scoring.null_labels import RANGE, null_labels, self_test
from siting.scoring.training import Training

REACH = 40_000.0  # m


def smooth(sites: int, cells: int, across: float, seed: int = 0) -> Training:
    """Systems in a square of some degrees, with six features that are smooth in space."""
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(0, across, sites), rng.uniform(-across / 2, across / 2, sites)
    rows = np.repeat(np.arange(sites), cells)
    lon = lon[rows] + rng.uniform(-0.005, 0.005, len(rows))
    lat = lat[rows] + rng.uniform(-0.005, 0.005, len(rows))
    waves, phase = rng.normal(0, 6, (2, 6)), rng.uniform(0, 6, 6)
    values = np.cos(np.column_stack([lon, lat]) @ waves + phase)
    index = pd.MultiIndex.from_arrays(
        [np.arange(len(rows)), rows, lon, lat, [""] * len(rows)], names=INDEX
    )
    y = (rng.random(sites) < 0.4).astype(np.int64)[rows]
    return Training(pd.DataFrame(values, index=index), y, ("x",) * len(rows), {})


def self_tested(table: Training, draws: int = 40, **blocks: str) -> dict:
    given = {"size": "1 degree", "buffer": "50 km", **blocks}
    honest = spatial_blocks(given["size"], given["buffer"], 5)
    folds = {"random": scheme(random(), table, 5), "honest": scheme(honest, table, 5)}
    return self_test(table, folds, units_of(table, "1 degree")[0], draws, REACH)


def test_many_cells_of_each_system_give_random_folds_away():
    found = self_tested(smooth(100, 45, 5.0))
    assert found["random"]["mean"] > 0.95
    assert found["honest"]["low"] <= 0.5 <= found["honest"]["high"]
    assert found["passed"]
    assert "means nothing here" in found["text"]


def test_dense_single_cells_of_a_grid_give_random_folds_away():
    # 1,600 cells on 2.5 degrees square, 7 km apart, with labels alike over 40 km.
    found = self_tested(smooth(1600, 1, 2.5), size="0.5 degree", buffer="45 km")
    assert found["random"]["mean"] > 0.9
    assert found["honest"]["low"] <= 0.5 <= found["honest"]["high"]
    assert found["passed"]


def test_folds_without_a_buffer_fail_on_dense_samples():
    found = self_tested(smooth(1600, 1, 2.5), size="0.1 degree", buffer="0 km")
    assert found["honest"]["low"] > 0.5
    assert not found["passed"]
    assert "do not trust" in found["text"]


def test_samples_too_far_apart_to_leak_say_that_the_test_shows_little():
    found = self_tested(smooth(80, 1, 30.0), size="5 degree")
    assert not found["passed"]
    assert "shows little" in found["text"]


def test_fields_are_alike_within_their_range_and_not_beyond():
    table = smooth(700, 1, 6.0)
    labels = null_labels(table, REACH / RANGE, 30, 0)
    places = table.X.index.to_frame(index=False)
    tree = PointTree(places.longitude, places.latitude).tree
    agree = {}
    for reach, name in ((8_000, "near"), (150_000, "far")):
        pairs = np.array(sorted(tree.query_pairs(reach)))
        distance = np.linalg.norm(tree.data[pairs[:, 0]] - tree.data[pairs[:, 1]], axis=1)
        pairs = pairs[distance > reach / 2]
        agree[name] = (labels[:, pairs[:, 0]] == labels[:, pairs[:, 1]]).mean()
    share = labels.mean()
    assert agree["near"] > 0.85
    assert agree["far"] == pytest.approx(share**2 + (1 - share) ** 2, abs=0.02)  # independent


def test_cells_of_a_system_are_labelled_together():
    table = smooth(50, 6, 5.0)
    labels = null_labels(table, 10_000.0, 5, 0).reshape(5, 50, 6)
    assert (labels == labels[:, :, :1]).all()


def test_first_fields_do_not_depend_on_how_many_are_drawn():
    table = smooth(50, 2, 5.0)
    few, many = (null_labels(table, 10_000.0, count, 0) for count in (3, 20))
    assert np.array_equal(few, many[:3])


def test_same_samples_give_the_same_figures():
    assert self_tested(smooth(60, 5, 5.0), 20) == self_tested(smooth(60, 5, 5.0), 20)


def test_folds_that_test_no_pair_count_as_chance():
    table = smooth(40, 1, 5.0)
    nothing = Scheme("one", False, ((np.arange(39), np.array([39])),))
    folds = {"random": nothing, "honest": nothing}
    found = self_test(table, folds, units_of(table, "1 degree")[0], 20, REACH)
    assert (found["honest"]["low"], found["honest"]["high"]) == (0.5, 0.5)
