"""The wait for a window in the calmest month."""

import numpy as np
import pytest

from siting.kernels.access import planned_wait

MONTH = np.repeat(np.arange(1, 13), 730)
YEAR = 8760


def with_window(begin: int, length: int) -> np.ndarray:
    """A rough year with one calm spell."""
    height = np.full(YEAR, 3.0)
    height[begin : begin + length] = 1.0
    return height


def test_one_window_a_year_is_waited_for_round_the_year() -> None:
    # The window takes the first 24 hours of month 6; a trip of 12 hours may begin in the first 13
    # of them. Waits of month 5 fall from 730 to 1 hour: their mean is the least of all months.
    found = planned_wait(with_window(5 * 730, 24), MONTH, limit=1.5, length=12.0)
    assert found[0] == pytest.approx(np.arange(1, 731).mean())


def test_a_window_across_the_new_year_counts() -> None:
    height = with_window(0, 6)
    height[-6:] = 1.0
    # Twelve hours fit across midnight alone: waits of December are 0 to 724 hours, but the last
    # five hours wait a year.
    waits = np.r_[np.arange(724, -1, -1), YEAR - np.arange(1, 6)]
    assert planned_wait(height, MONTH, limit=1.5, length=12.0)[0] == pytest.approx(waits.mean())


def test_calm_all_year_waits_for_nothing() -> None:
    assert planned_wait(np.full(YEAR, 1.0), MONTH, limit=1.5, length=12.0)[0] == 0.0


def test_rougher_places_wait_longer_without_a_cliff() -> None:
    rng = np.random.default_rng(3)
    noise = np.convolve(rng.normal(size=YEAR + 47), np.ones(48) / np.sqrt(48), "valid")
    shape = np.exp(0.4 * noise)
    waits = planned_wait(np.outer(np.linspace(1.5, 6.0, 10), shape), MONTH, limit=1.5, length=12.0)
    assert (waits <= YEAR).all()
    # What is carried on is a guess: it may fall a little behind, but it grows over the whole range.
    assert (waits[1:] > 0.6 * waits[:-1]).all()
    assert waits[-1] > 10 * waits[0]


def test_no_window_at_any_height_is_a_year() -> None:
    assert planned_wait(np.full(YEAR, 50.0), MONTH, limit=1.5, length=12.0)[0] == YEAR


def test_unknown_heights_have_no_wait() -> None:
    assert np.isnan(planned_wait(np.full(YEAR, np.nan), MONTH, limit=1.5, length=12.0)[0])
