"""Nodes that are down together, against counting and the binomial distribution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from siting.kernels.joint import firm_power_of, together


def test_equal_nodes_that_know_nothing_of_each_other_are_binomial() -> None:
    # Three nodes down in half of the hours, in all eight combinations once.
    down = np.array([[k >> node & 1 for k in range(8)] for node in range(3)], bool)
    found = together(down)
    assert found.independent == pytest.approx(binom(3, 0.5).pmf([0, 1, 2, 3]))
    assert found.share == pytest.approx(found.independent)


@given(st.integers(1, 5), st.integers(1, 40), st.integers(0, 1000))
def test_shares_add_up_and_the_mean_number_is_the_same(nodes: int, hours: int, seed: int) -> None:
    down = np.random.default_rng(seed).uniform(size=(nodes, hours)) < 0.3
    found = together(down)
    number = np.arange(nodes + 1)
    for each in found:
        assert each.sum() == pytest.approx(1)
        assert each @ number == pytest.approx(down.mean(axis=1).sum())


@given(st.integers(1, 60), st.integers(0, 1000), st.floats(0.01, 1.0))
def test_firm_power_is_the_greatest_that_lasts_so_long(hours: int, seed: int, share: float) -> None:
    power = np.random.default_rng(seed).integers(0, 9, hours).astype(float)
    firm = firm_power_of(power, share)
    assert (power >= firm).mean() >= share - 1e-9
    higher = power[power > firm]
    assert higher.size == 0 or (power >= higher.min()).mean() < share + 1e-9


def test_what_is_no_uptime_or_no_hours_is_refused() -> None:
    with pytest.raises(ValueError, match="not 0"):
        firm_power_of([1.0], 0.0)
    with pytest.raises(ValueError, match="one node and one hour"):
        together(np.zeros((0, 3)))
