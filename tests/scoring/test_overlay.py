"""Overlays on the grid: hand-made numbers, gaps kept, and criteria refused outside 0..1."""

from typing import Any

import dask
import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression

from siting.errors import InputError, PipelineError, UnitsError
from siting.grid import as_layer, make_grid
from siting.kernels.prediction import predicted
from siting.scoring.overlay import expert, fuzzy, weighted
from siting.scoring.play_fairway import VoterVeto

from .conftest import World, layer

GRID = make_grid("EPSG:4326", 1.0, (0, 0, 3, 1))
EVERYWHERE = as_layer(np.ones((1, 3), dtype=bool), GRID)


def criteria(hot: list[float], near: list[float]) -> list[Any]:
    return [layer([hot], GRID, "hot"), layer([near], GRID, "near")]


def test_a_weighted_overlay_is_the_weighted_mean() -> None:
    # By hand: (3 * 1 + 1 * 0) / 4, (3 * 0.5 + 1 * 0.5) / 4, (3 * 0 + 1 * 1) / 4.
    hot, near = criteria([1.0, 0.5, 0.0], [0.0, 0.5, 1.0])
    found = weighted([(hot, 3.0), (near, 1.0)], EVERYWHERE, GRID)
    assert found.score.values.tolist() == [[0.75, 0.5, 0.25]]
    assert dask.is_dask_collection(found.score.data)
    assert found.model.features == ("hot", "near")
    assert (found.score.attrs["units"], found.score.attrs["kind"]) == ("1", "continuous")


def test_only_ratios_of_weights_matter(world: World) -> None:
    pairs = list(zip(world.layers, [1.0, 0.5, 0.25], strict=True))
    scaled = [(each, weight * 8) for each, weight in pairs]
    one, other = (weighted(p, world.domain, world.grid).score.values for p in (pairs, scaled))
    assert np.array_equal(one, other)


def test_a_gap_in_a_criterion_is_a_gap_in_the_score() -> None:
    layers = criteria([1.0, np.nan, 0.0], [0.0, 0.5, np.nan])
    for found in (
        weighted([(each, 1.0) for each in layers], EVERYWHERE, GRID),
        fuzzy(layers, "or", EVERYWHERE, GRID),
    ):
        assert np.isnan(found.score.values).tolist() == [[False, True, True]]


def test_outside_the_domain_there_is_no_score_and_nothing_is_checked() -> None:
    layers = criteria([1.0, 99.0, 0.0], [0.0, 0.5, 1.0])
    domain = as_layer(np.array([[True, False, True]]), GRID)
    score = weighted([(each, 1.0) for each in layers], domain, GRID).score.values
    assert np.isnan(score).tolist() == [[False, True, False]]


@pytest.mark.parametrize("bad", [1.01, -0.01])
def test_a_criterion_outside_its_range_is_refused_with_the_fix(bad: float) -> None:
    hot, near = criteria([1.0, bad, 0.0], [0.0, 0.5, 1.0])
    for found in (
        weighted([(hot, 1.0), (near, 1.0)], EVERYWHERE, GRID),
        fuzzy([hot, near], "product", EVERYWHERE, GRID),
    ):
        with pytest.raises(InputError, match=r"'hot' leaves 0\.\.1[\s\S]*combine\.rescale"):
            found.score.compute()


def test_percent_becomes_a_share_and_metres_are_refused() -> None:
    hot, near = criteria([100.0, 50.0, 0.0], [0.0, 0.5, 1.0])
    percent = hot.assign_attrs(units="percent")
    score = weighted([(percent, 1.0), (near, 1.0)], EVERYWHERE, GRID).score.values
    assert score == pytest.approx(np.array([[0.5, 0.5, 0.5]]))
    with pytest.raises(UnitsError, match="'m' cannot be converted to '1'"):
        weighted([(hot.assign_attrs(units="m"), 1.0)], EVERYWHERE, GRID)


@pytest.mark.parametrize("weight", [0.0, -1.0])
def test_weights_are_greater_than_zero(weight: float) -> None:
    hot, near = criteria([1.0, 0.5, 0.0], [0.0, 0.5, 1.0])
    with pytest.raises(PipelineError, match="greater than 0"):
        weighted([(hot, weight), (near, 1.0)], EVERYWHERE, GRID)


@pytest.mark.parametrize(
    ("operator", "wanted"),
    [
        ("and", [0.0, 0.5, 0.0]),
        ("or", [1.0, 0.5, 1.0]),
        ("product", [0.0, 0.25, 0.0]),
        ("sum", [1.0, 0.75, 1.0]),
        ("gamma", [0.0, 0.4330127, 0.0]),  # sqrt(.75 * .25) at gamma .5
    ],
)
def test_fuzzy_operators_on_the_grid(operator: Any, wanted: list[float]) -> None:
    layers = criteria([1.0, 0.5, 0.0], [0.0, 0.5, 1.0])
    found = fuzzy(layers, operator, EVERYWHERE, GRID, gamma=0.5)
    assert found.score.values[0] == pytest.approx(wanted, abs=1e-7)


def test_status_is_the_worst_of_the_criteria_and_never_measured() -> None:
    hot, near = criteria([1.0, 0.5, 0.0], [0.0, 0.5, 1.0])
    measured = [each.assign_attrs(status="measured") for each in (hot, near)]
    pairs = [(each, 1.0) for each in measured]
    assert weighted(pairs, EVERYWHERE, GRID).score.attrs["status"] == "derived"
    pairs[0] = (hot.assign_attrs(status="assumed"), 1.0)
    assert weighted(pairs, EVERYWHERE, GRID).score.attrs["status"] == "assumed"


def test_a_boolean_criterion_counts_as_zero_and_one() -> None:
    hot, _ = criteria([1.0, 0.5, 0.0], [0.0, 0.5, 1.0])
    active = as_layer(np.array([[True, False, True]]), GRID, units="1").rename("active")
    found = weighted([(hot, 1.0), (active, 1.0)], EVERYWHERE, GRID)
    assert found.score.values.tolist() == [[1.0, 0.25, 0.5]]


def test_an_expert_scheme_is_mapped_without_labels() -> None:
    """Voter-veto of geoPFA's tests: weight .1, prior .5, votes of 1 and 10."""
    hot, near = criteria([1.0, 10.0, np.nan], [0.0, 0.0, 0.0])
    scheme = VoterVeto({"heat": {"hot": 0.1}, "way": {"near": 1.0}})
    found = expert([hot, near], scheme, EVERYWHERE, GRID)
    # The second component has no vote: half of .52497919 and of .73105858.
    assert np.round(found.score.values, 8).tolist()[0][:2] == [0.26248959, 0.36552929]
    assert np.isnan(found.score.values[0, 2])


def test_a_model_that_wants_labels_is_no_expert() -> None:
    with pytest.raises(PipelineError, match="MODEL_KIND"):
        expert(criteria([1.0, 0.5, 0.0], [0.0, 0.5, 1.0]), LogisticRegression(), EVERYWHERE, GRID)


def test_grades_above_one_have_no_probability_of_presence() -> None:
    X = pd.DataFrame({"hot": [0.0, 1.0, 2.0]})
    graded = DummyClassifier().fit(X, [1, 2, 3])
    with pytest.raises(PipelineError, match=r"classes \[1, 2, 3\] apart, not 0 and 1"):
        predicted(graded, X)
