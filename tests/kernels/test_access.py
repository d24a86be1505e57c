"""Weather windows against a count by hand, a plain search, and a year off Oregon."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from siting.kernels.access import steps_of, weather_windows

REFERENCE = os.environ.get("SITING_REFERENCE_DATA")


def plain_wait(
    low: list[bool], known: list[bool], cut: list[bool], t: int, steps: int
) -> int | None:
    """Steps until `steps` low ones follow one another, by trying each start."""
    for start in range(t, len(low)):
        run = range(start, start + steps)
        if not known[start] or (start > t and cut[start]) or run.stop > len(low):
            return None
        whole = all(low[i] and (i == start or not cut[i]) for i in run)
        if whole:
            return start - t
    return None


@given(
    height=arrays.arrays(float, 30, elements=st.sampled_from([0.5, 1.0, 1.5, 2.0, np.nan])),
    cut=arrays.arrays(bool, 30),
    steps=st.integers(1, 4),
)
def test_windows_and_waits_are_those_of_a_plain_search(height, cut, steps) -> None:
    cut = cut & (np.arange(30) % 7 == 3)
    month = np.repeat([1, 2, 3], 10)
    found = weather_windows(height, month, limit=1.2, length=3.0 * steps, step=3.0, breaks=cut)
    low, known = (height < 1.2).tolist(), np.isfinite(height).tolist()
    waits = [plain_wait(low, known, cut.tolist(), t, steps) for t in range(30)]
    for m in (1, 2, 3):
        mine = [w for w, each in zip(waits, month, strict=True) if each == m and w is not None]
        wanted = 3.0 * np.mean(mine) if mine else np.nan
        np.testing.assert_allclose(found.waiting[0, m - 1], wanted)
    assert found.unknown[0] == pytest.approx(sum(w is None for w in waits) / 30)
    starts = [t for t in range(30) if waits[t] == 0]
    begins = [t for t in starts if t == 0 or cut[t] or not low[t - 1]]
    assert found.windows.sum() == len(begins)


def test_a_window_may_reach_into_the_next_month() -> None:
    found = weather_windows([2, 1, 1, 1, 2], [3, 3, 4, 4, 4], limit=1.5, length=3)
    assert found.windows[0].nonzero()[0].tolist() == [2]
    assert found.open[0, 2:4].tolist() == [0.5, pytest.approx(2 / 3)]
    assert np.isnan(found.below[0, [0, 11]]).all()


def test_a_gap_ends_a_window() -> None:
    whole = weather_windows([1.0] * 4, [1] * 4, limit=1.5, length=4)
    assert whole.windows[0, 0] == 1
    torn = weather_windows(
        [1.0] * 4, [1] * 4, limit=1.5, length=4, breaks=[False, False, True, False]
    )
    assert torn.windows[0, 0] == 0
    missing = weather_windows([1.0, np.nan, 1.0, 1.0], [1] * 4, limit=1.5, length=4)
    assert missing.windows[0, 0] == 0
    assert missing.unknown[0] == 1.0


def test_times_that_do_not_rise_are_refused() -> None:
    with pytest.raises(ValueError, match="times have to rise"):
        steps_of(np.array(["2020-01-02", "2020-01-01"], "datetime64[D]"))


def test_months_have_to_be_told() -> None:
    with pytest.raises(ValueError, match="a month from 1 to 12"):
        weather_windows([1.0, 2.0], [0, 1], limit=1, length=1)


@pytest.mark.skipif(REFERENCE is None, reason="SITING_REFERENCE_DATA names no reference data")
def test_a_year_off_oregon() -> None:
    # Three-hourly heights of 2010: 10.5 % of the time below 1.5 m, 24 windows of 12 h and more.
    heights = pd.read_csv(Path(str(REFERENCE)) / "wave" / "pysam_us_wave_2010.csv").iloc[:, 0]
    time = steps_of(pd.date_range("2010-01-01", periods=len(heights), freq="3h"))
    assert time.step == 3.0
    found = weather_windows(heights, time.month, limit=1.5, length=12.0, step=3.0)
    assert found.windows.sum() == 24
    days = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    assert (found.below[0] * days).sum() / 365 == pytest.approx(0.105, abs=5e-4)
