"""Calendar years of a record: leap days, gaps, ends and steps, by hand."""

import numpy as np
import pytest

from siting.kernels.morph import hourly_year
from siting.kernels.own_years import own_years, yearly_maxima


def stamps(first: str, last: str, step: int) -> np.ndarray:
    return np.arange(first, last, step, dtype="datetime64[h]")


def test_a_year_is_what_a_donors_year_is() -> None:
    time = stamps("2012-01-01", "2013-01-01", 3)
    values = np.random.default_rng(1).uniform(1, 5, time.size)
    found = own_years(time, values[:, None])
    assert found.hours[0, 0] == pytest.approx(hourly_year(time, values), rel=1e-6)


def test_the_leap_day_is_left_out() -> None:
    time = stamps("2012-01-01", "2013-01-01", 1)
    day = (time.astype("datetime64[D]") - np.datetime64("2012-01-01")).astype(float)
    year = own_years(time, day[:, None]).hours[0, 0]
    assert year[58 * 24] == 58  # 28 February
    assert year[59 * 24] == 60  # 1 March: the 29th was day 59
    assert year[-1] == 365


def test_steps_are_interpolated_from_year_to_year_and_never_repeated() -> None:
    time = stamps("2011-01-01", "2013-01-01", 6)
    values = np.arange(time.size, dtype=float)
    found = own_years(time, values[:, None])
    last, first = found.hours[0, 0, -6:], found.hours[0, 1, 0]
    assert np.diff([*last, first]) == pytest.approx(np.full(6, 1 / 6), rel=1e-3)


def test_means_of_hours_count_at_their_middle() -> None:
    time = stamps("2011-01-01", "2012-01-01", 1).astype("datetime64[m]") + 30
    values = np.arange(time.size, dtype=float)
    assert own_years(time, values[:, None], 0.5).hours[0, 0, :3].tolist() == [0, 1, 2]


@pytest.mark.parametrize(("hours", "whole"), [(24, True), (27, False)])
def test_a_gap_of_a_day_is_bridged_and_no_longer_one(hours: int, whole: bool) -> None:
    time = stamps("2011-01-01", "2012-01-01", 3)
    values = np.ones((time.size, 2))
    begin = np.datetime64("2011-06-01T00", "h")
    values[(time > begin) & (time < begin + hours), 1] = np.nan
    assert own_years(time, values).whole.tolist() == [[True], [whole]]


def test_a_gap_over_new_year_takes_both_years() -> None:
    time = stamps("2010-01-01", "2013-01-01", 3)
    kept = (time < np.datetime64("2010-12-31T20")) | (time > np.datetime64("2011-01-01T22"))
    found = own_years(time[kept], np.ones((kept.sum(), 1)))
    assert found.whole.tolist() == [[False, False, True]]
    assert np.isnan(found.hours[0, :2]).all()


def test_a_year_that_the_record_enters_late_is_not_whole() -> None:
    time = stamps("2010-01-02T06", "2012-01-01", 3)
    assert own_years(time, np.ones((time.size, 1))).whole.tolist() == [[False, True]]


def test_places_without_values_have_no_year() -> None:
    time = stamps("2011-01-01", "2012-01-01", 3)
    assert not own_years(time, np.full((time.size, 1), np.nan)).whole.any()


def test_stamps_that_do_not_rise_are_refused() -> None:
    time = stamps("2011-01-01", "2011-01-02", 3)[::-1]
    with pytest.raises(ValueError, match="do not rise"):
        own_years(time, np.ones((time.size, 1)))
    with pytest.raises(ValueError, match="values for"):
        own_years(time, np.ones(time.size))


def test_maxima_are_those_of_each_calendar_year() -> None:
    time = stamps("2011-01-01", "2013-01-01", 3)
    values = np.ones((time.size, 1))
    values[time == np.datetime64("2012-02-29T06")] = 7.0  # a leap day's storm counts
    assert yearly_maxima(time, values, (2011, 2012, 2013)).tolist()[0][:2] == [1.0, 7.0]
