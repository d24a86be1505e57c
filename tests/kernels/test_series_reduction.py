"""Reductions of hours: by hand, whatever the blocks, and with what is missing left out."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.kernels.series_reduction import (
    AnnualMaximum,
    Calendar,
    JointOccurrence,
    MonthlyEnergyPeriod,
    MonthlyFlux,
    MonthlyMean,
    ValidCount,
    calendar_of,
    reduced,
)

HS, TE = "significant_wave_height", "wave_energy_period"


def calendar(count: int, start: str = "2019-12-31T22:00") -> Calendar:
    stamps = np.datetime64(start, "s") + 3600 * np.arange(count)
    return calendar_of(stamps, 3600.0)


def test_the_flux_is_that_of_each_hour() -> None:
    # Hours of 1 and 3 m at 10 s: 490.2701 (1 + 9)/2 10 W m-1 = 24.51 kW m-1; of the mean height,
    # 2 m, it would be 19.61. 490.2701 = 1025 x 9.80665^2 / (64 pi).
    hours = {HS: np.array([[1.0], [3.0]]), TE: np.full((2, 1), 10.0)}
    found = reduced(MonthlyFlux(), calendar(2, "2020-01-01"), hours)
    assert found[0, 0] == pytest.approx(24.5135, abs=1e-4)


def test_the_energy_period_counts_each_hour_by_its_energy() -> None:
    # (1² x 6 + 3² x 12) / (1² + 3²) = 11.4
    hours = {HS: np.array([[1.0], [3.0]]), TE: np.array([[6.0], [12.0]])}
    found = reduced(MonthlyEnergyPeriod(), calendar(2, "2020-01-01"), hours)
    assert found[0, 0] == pytest.approx(11.4)


def test_only_joint_hours_count_for_the_flux() -> None:
    hours = {HS: np.array([[1.0], [9.0], [np.nan]]), TE: np.array([[10.0], [np.nan], [9.0]])}
    found = reduced(MonthlyFlux(), calendar(3, "2020-01-01"), hours)
    assert found[0, 0] == pytest.approx(4.9027, abs=1e-4)
    counts = reduced(ValidCount((HS, TE)), calendar(3), hours)
    assert counts.tolist() == [1]


def test_a_month_of_no_waves_has_no_period() -> None:
    hours = {HS: np.zeros((2, 1)), TE: np.full((2, 1), 5.0)}
    assert np.isnan(reduced(MonthlyEnergyPeriod(), calendar(2, "2020-01-01"), hours)).all()


def test_months_and_years_are_told_apart() -> None:
    hours = {HS: np.array([[1.0], [2.0], [5.0], [4.0]])}
    means = reduced(MonthlyMean(HS), calendar(4), hours)
    assert (means[11, 0], means[0, 0]) == (1.5, 4.5)
    assert np.isnan(means[1:11]).all()
    maxima = reduced(AnnualMaximum(HS, coverage=0.0), calendar(4), hours)
    assert maxima.tolist() == [[2.0], [5.0]]


@pytest.mark.parametrize(("hours", "counts"), [(7906, True), (7905, False)])
def test_a_year_counts_where_nine_tenths_of_its_hours_are_there(hours: int, counts: bool) -> None:
    # 2020 has 8,784 hours; nine tenths of them are 7,905.6.
    values = np.full((8784, 1), np.nan)
    values[:hours] = 3.0
    found = reduced(AnnualMaximum(HS), calendar(8784, "2020-01-01"), {HS: values})
    assert np.isfinite(found[0, 0]) == counts


def test_classes_hold_their_lower_edge_and_the_last_takes_all_above() -> None:
    pairs = [(0.0, 0.0), (0.5, 5.0), (0.4999, 4.9999), (99.0, 99.0), (-1.0, 5.0), (np.nan, 5.0)]
    hs, te = (np.array([[pair[k]] for pair in pairs]) for k in (0, 1))
    found = reduced(JointOccurrence(), calendar(6), {HS: hs, TE: te})[..., 0]
    assert found[0, 0] == found[1, 5] == found[0, 4] == found[29, 24] == 1
    assert found.sum() == 4


@given(
    cuts=st.lists(st.integers(0, 60), max_size=6),
    seed=st.integers(0, 2**32 - 1),
)
def test_blocks_change_no_bit(cuts: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    hs, te = rng.uniform(0, 9, (2, 60, 3))
    hs[rng.random((60, 3)) < 0.2] = np.nan
    times = calendar(60)
    for reducer in (MonthlyMean(HS), MonthlyFlux(), MonthlyEnergyPeriod(), JointOccurrence(),
                    AnnualMaximum(HS, coverage=0.0), ValidCount((HS,))):  # fmt: skip
        blocks = {HS: hs, TE: te}
        whole = reduced(reducer, times, blocks)
        totals = reducer.totals(times, 3)
        edges = [0, *sorted(cuts), 60]
        for start, stop in pairwise(edges):
            part = slice(start, stop)
            values = [np.ascontiguousarray(blocks[q][part]) for q in reducer.quantities]
            reducer.add(totals, times.part(part), *values)
        np.testing.assert_array_equal(reducer.result(totals, times), whole)
