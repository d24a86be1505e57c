"""Scores between fixed bounds against published numbers, peers, and what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pymcdm.methods import SPOTIS, TOPSIS

from siting.kernels.multicriteria import (
    BINS,
    LEVELS,
    areas_by_bin,
    closeness,
    draw_weights,
    levels,
    lowest_bin,
    spotis,
    topsis,
)

METHODS = pytest.mark.parametrize("method", [spotis, topsis])
SHARES = st.floats(0, 1, width=32)
TABLES = arrays(np.float64, (7, 3), elements=SHARES)
WEIGHTS = arrays(np.float64, (4, 3), elements=st.floats(2**-5, 1, width=32))


def test_spotis_gives_the_numbers_of_its_paper() -> None:
    # Dezert et al. 2020, example 1: four alternatives, criteria to be maximised, minimised and
    # maximised, bounds [-5, 12], [-6, 10], [-8, 5], weights .2, .3, .5. By hand for the first:
    # .2 x 1.5/17 + .3 x 2.9/16 + .5 x 3.3/13 = .198945.
    values = [[10.5, -3.1, 1.7], [-4.7, 0, 3.4], [8.1, 0.3, 1.3], [3.2, 7.3, -5.3]]
    near = closeness(values, worst=[-5, 10, -8], best=[12, -6, 5])
    distances = 1 - spotis(near, [[0.2, 0.3, 0.5]])[:, 0]
    assert distances == pytest.approx([0.1989, 0.3705, 0.3063, 0.7491], abs=5e-5)
    bounds = np.array([[-5, 12], [-6, 10], [-8, 5]])
    theirs = SPOTIS(bounds)(np.array(values), np.array([0.2, 0.3, 0.5]), np.array([1, -1, 1]))
    assert distances == pytest.approx(theirs, abs=1e-12)


def test_topsis_by_hand() -> None:
    # Weights .6 and .4, closeness (1, 0): .6 / (.6 + .4). Closeness (.5, .25): from the worst
    # sqrt(.3^2 + .1^2) = .316228, from the best sqrt(.3^2 + .3^2) = .424264: .427051.
    found = topsis([[1, 0], [0.5, 0.25]], [[6, 4]])[:, 0]
    assert found == pytest.approx([0.6, 0.427051], abs=1e-6)


@given(seed=st.integers(0, 2**32 - 1))
def test_topsis_is_that_of_pymcdm_where_the_data_reach_the_bounds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values, weights = rng.normal(size=(20, 4)), rng.dirichlet(np.ones(4))
    low, high = values.min(axis=0), values.max(axis=0)
    up = np.array([True, False, True, False])
    near = closeness(values, np.where(up, low, high), np.where(up, high, low))
    theirs = TOPSIS()(values, weights, np.where(up, 1, -1), validation=False)
    assert topsis(near, weights[None])[:, 0] == pytest.approx(theirs, abs=1e-12)


def test_bounds_of_the_data_reverse_ranks_where_given_ones_do_not() -> None:
    # Scaled by the data the second beats the first, (.7, 1) against (1, .5); an alternative more
    # that reaches 40 makes of them (.7, .1) and (1, .05), and the first is ahead.
    values = np.array([[10.0, 2.0], [7.0, 4.0], [0.0, 0.0]])
    more = np.vstack([values, [0.0, 40.0]])
    weights, types = np.array([0.5, 0.5]), np.array([1, 1])
    before, after = (TOPSIS()(each, weights, types, validation=False) for each in (values, more))
    assert before[0] < before[1]
    assert after[0] > after[1]
    before, after = (
        topsis(closeness(each, [0, 0], [10, 40]), weights[None])[:, 0] for each in (values, more)
    )
    assert before.tolist() == after[:3].tolist()


@METHODS
@given(near=TABLES, weights=WEIGHTS, kept=st.integers(1, 7))
def test_no_alternative_changes_another_by_a_single_bit(method, near, weights, kept) -> None:
    assert np.array_equal(method(near, weights)[:kept], method(near[:kept], weights))


@METHODS
@given(near=TABLES, weights=WEIGHTS, more=SHARES)
def test_better_in_one_criterion_is_never_worse(method, near, weights, more) -> None:
    better = near.copy()
    better[:, 1] = np.maximum(near[:, 1], more)
    assert (method(better, weights) >= method(near, weights) - 1e-15).all()


@METHODS
@given(near=TABLES, weights=WEIGHTS)
def test_scores_are_shares_and_reach_their_ends(method, near, weights) -> None:
    scores = method(near, weights)
    assert scores.shape == (7, 4)
    assert ((scores >= 0) & (scores <= 1)).all()
    ends = method(np.array([[1.0] * 3, [0.0] * 3]), weights)
    assert ends == pytest.approx(np.array([[1.0] * 4, [0.0] * 4]))


@METHODS
@given(near=TABLES, weights=WEIGHTS)
def test_only_ratios_of_weights_matter(method, near, weights) -> None:
    assert np.array_equal(method(near, weights), method(near, weights * 8))
    assert method(near, weights * 3) == pytest.approx(method(near, weights), abs=1e-14)


@pytest.mark.parametrize(
    ("near", "weights", "told"),
    [
        (np.zeros((2, 3)), np.ones((1, 2)), "do not fit"),
        (np.zeros(3), np.ones((1, 3)), "do not fit"),
        (np.zeros((2, 0)), np.ones((1, 0)), "do not fit"),
        (np.zeros((2, 2)), [[1, -1]], "none negative"),
        (np.zeros((2, 2)), [[0, 0]], "above 0"),
        (np.zeros((2, 2)), [[1, np.nan]], "finite"),
    ],
)
def test_what_makes_no_sense_is_refused(near, weights, told) -> None:
    with pytest.raises(ValueError, match=told):
        topsis(near, weights)


@pytest.mark.parametrize("concentration", [1, 30, 1000])
def test_drawn_weights_have_the_moments_of_their_distribution(concentration: float) -> None:
    # Dirichlet: mean w, variance w (1 - w) / (c + 1); 40,000 draws, five standard errors.
    drawn = draw_weights([3, 2, 5], concentration, 40_000, seed=1)
    mean = np.array([0.3, 0.2, 0.5])
    sd = np.sqrt(mean * (1 - mean) / (concentration + 1))
    assert drawn.sum(axis=1) == pytest.approx(np.ones(40_000))
    assert (np.abs(drawn.mean(axis=0) - mean) < 5 * sd / 200).all()
    assert drawn.std(axis=0) == pytest.approx(sd, rel=0.05)
    assert np.array_equal(drawn[:9], draw_weights([30, 20, 50], concentration, 9, seed=1))


@given(
    scores=arrays(np.float64, (12, 3), elements=SHARES),
    areas=arrays(np.float64, 12, elements=st.floats(0.5, 2)),
    share=st.floats(0.01, 0.99),
)
def test_two_passes_find_the_threshold_that_sorting_finds(scores, areas, share) -> None:
    level, wanted = levels(scores), np.full(3, share * areas.sum())
    coarse, above = lowest_bin(areas_by_bin(level, areas), wanted)
    fine, _ = lowest_bin(areas_by_bin(level, areas, coarse), wanted - above)
    among = level >= coarse * BINS + fine
    for draw in range(3):
        higher = np.array([areas[level[:, draw] > each].sum() for each in level[:, draw]])
        # Sums in another order may differ where the area above is the wanted one exactly.
        unsure = np.isclose(higher, wanted[draw], rtol=1e-9)
        assert ((among[:, draw] == (higher < wanted[draw])) | unsure).all()


def test_levels_keep_the_order_of_scores() -> None:
    scores = np.sort(np.random.default_rng(0).random(1000))
    assert (np.diff(levels(scores)) >= 0).all()
    assert levels(np.array([0.0, 1.0])).tolist() == [0, LEVELS - 1]
