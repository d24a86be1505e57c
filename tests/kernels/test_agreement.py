"""Figures of agreement by hand, beside numpy's and scipy's, and pairs of times by plain search."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from siting.kernels.agreement import agreement, angular_agreement, matched, quantile_pairs

TIMES = st.lists(st.integers(0, 200), min_size=1, max_size=30, unique=True).map(sorted)


@given(a=TIMES, b=TIMES, within=st.integers(0, 20))
def test_pairs_are_each_others_nearest(a, b, within) -> None:
    here, there = matched(a, b, within)
    assert len(set(here)) == len(here)
    assert len(set(there)) == len(there)
    for i, j in zip(here, there, strict=True):
        distance = abs(a[i] - b[j])
        assert distance <= within
        assert distance == min(abs(a[i] - t) for t in b) == min(abs(t - b[j]) for t in a)
    near = [i for i in range(len(a)) if a[i] in b]
    assert set(near) <= set(here)


def test_no_times_no_pairs() -> None:
    assert matched([], [1], 5)[0].size == matched([1], [], 5)[0].size == 0


def test_figures_by_hand() -> None:
    # Differences 1, 0, 2, 1: bias 1, rmse sqrt(1.5), without the bias sqrt(.5), over a mean of 2.
    found = agreement([2.0, 2.0, 5.0, 3.0, np.nan], [1.0, 2.0, 3.0, 2.0, 9.0])
    assert found.pairs == 4
    assert found.bias == 1.0
    assert found.rmse == pytest.approx(np.sqrt(1.5))
    assert found.scatter_index == pytest.approx(np.sqrt(0.5) / 2)
    assert found.correlation == pytest.approx(stats.pearsonr([2, 2, 5, 3], [1, 2, 3, 2])[0])


def test_figures_that_cannot_be() -> None:
    assert agreement([np.nan], [1.0]).pairs == 0
    assert np.isnan(agreement([1.0, 2.0], [1.0, 2.0]).correlation)
    assert np.isnan(agreement([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]).correlation)
    assert np.isnan(agreement([1.0], [-1.0]).scatter_index)


@given(st.floats(0, 359), st.floats(-80, 80))
def test_directions_are_taken_the_short_way_round(at: float, turn: float) -> None:
    observed = np.array([at, at + 10, at - 10]) % 360
    found = angular_agreement((observed + turn) % 360, observed)
    assert found.bias == pytest.approx(turn, abs=1e-6)
    assert found.rmse == pytest.approx(abs(turn), abs=1e-6)
    assert (found.observed_mean - at + 180) % 360 == pytest.approx(180, abs=1e-6)
    assert np.isnan(found.correlation)


def test_quantiles_are_numpys() -> None:
    model, observed = np.arange(100.0), np.arange(100.0) ** 2
    low, high = quantile_pairs(model, np.append(observed[:-1], np.nan))
    assert low[49] == np.median(model[:-1])
    assert high[49] == np.median(observed[:-1])
