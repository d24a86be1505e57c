"""Morphed series: the place's months exactly, the donor's storms, the season of the hemisphere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from siting.kernels import morph, solar

MONTH = solar.month_of_hour(np.arange(8760))


def donor(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A year with rough winters: heights about 3 m in January, 1.5 in July; longer waves then."""
    noise = np.random.default_rng(seed).standard_normal(8760)
    smooth = np.convolve(noise, np.ones(48) / 7.0, mode="same")
    winter = 0.35 * np.cos(2 * np.pi * np.arange(8760) / 8760)
    height = np.exp(0.75 + winter + (0.35 + 0.2 * winter) * smooth)
    return height, 6.0 + 1.5 * height**0.6


def by_month(values: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    each = np.ones(values.size) if weights is None else weights
    total = [(values * each)[m == MONTH].sum() / each[m == MONTH].sum() for m in range(12)]
    return np.array(total)


monthly = nps.arrays(float, (1, 12), elements=st.floats(0.25, 8, width=32))


@given(monthly, monthly, st.floats(-65, 65))
def test_means_of_every_month_are_exact(height, period, latitude):
    sea = morph.hourly_waves(height, period + 3, [latitude], *donor())
    hs, te = (each[0].astype(float) for each in sea)
    np.testing.assert_allclose(by_month(hs), height[0], rtol=1e-5)
    np.testing.assert_allclose(by_month(te, hs**2), period[0] + 3, rtol=1e-5)


def test_a_place_with_the_donors_own_months_is_the_donor():
    hs, te = donor()
    own = by_month(hs)[None], by_month(te, hs**2)[None]
    sea = morph.hourly_waves(*own, [44.0], hs, te)
    np.testing.assert_allclose(sea.height[0], hs, rtol=1e-5)
    np.testing.assert_allclose(sea.period[0], te, rtol=1e-5)


def test_storms_come_in_the_winter_of_the_hemisphere():
    hs, te = donor()
    level = np.full((4, 12), 2.0)
    sea = morph.hourly_waves(level, 4 * level, [50.0, 10.0, -10.0, -50.0], hs, te)
    spread = np.array([[h[m == MONTH].std() for m in (0, 6)] for h in sea.height])
    assert (spread[:2, 0] > spread[:2, 1]).all()  # January north of the equator
    assert (spread[2:, 1] > spread[2:, 0]).all()  # July south of it
    np.testing.assert_array_equal(sea.height[2], sea.height[3])


def test_a_southern_donor_lends_its_season_unshifted_to_the_south():
    hs, te = donor()
    level = np.full((2, 12), 2.0)
    sea = morph.hourly_waves(level, 4 * level, [40.0, -40.0], hs, te, donor_latitude=-30.0)
    ratio = sea.height[1] / hs
    assert all(np.ptp(ratio[m == MONTH]) < 1e-5 for m in range(12))
    assert not np.allclose(sea.height[0], sea.height[1])


def test_places_after_one_donor_have_their_storms_in_the_same_hours():
    hs, te = donor()
    sea = morph.hourly_waves(
        np.array([[1.0] * 12, [4.0] * 12]), np.full((2, 12), 9.0), [40, 60], hs, te
    )
    assert np.corrcoef(sea.height)[0, 1] == pytest.approx(1.0)


def test_months_without_data_have_no_hours():
    height = np.full((1, 12), 2.0)
    height[0, 1] = np.nan
    sea = morph.hourly_waves(height, np.full((1, 12), 9.0), [60.0], *donor())
    assert np.array_equal(np.isnan(sea.height[0]), MONTH == 1)
    assert not np.isnan(sea.period).any()


def test_hours_between_stamps_are_interpolated_and_never_repeated():
    time = np.arange("2010-01-01", "2011-01-01", 3, dtype="datetime64[h]")
    values = np.random.default_rng(2).random(time.size)
    hours = morph.hourly_year(time, values)
    np.testing.assert_allclose(hours[::3], values)
    np.testing.assert_allclose(hours[1], (2 * values[0] + values[1]) / 3)
    np.testing.assert_allclose(hours[-1], (values[-1] + 2 * values[0]) / 3)  # to the first again
    assert (np.diff(hours) != 0).all()


def test_leap_days_are_left_out_and_short_gaps_bridged():
    time = np.arange("2012-01-01", "2013-01-01", dtype="datetime64[h]")
    values = np.arange(8784.0)
    values[100:110] = np.nan
    hours = morph.hourly_year(time, values)
    assert hours.size == 8760
    assert hours[59 * 24 - 1] == 59 * 24 - 1
    assert hours[59 * 24] == 60 * 24  # the 1st of March
    np.testing.assert_allclose(hours[100:110], np.arange(100, 110))


@pytest.mark.parametrize(
    ("begin", "end", "spoil", "message"),
    [
        ("2010-01-01", "2012-01-01", None, "from 2010 to 2011"),
        ("2010-01-01", "2010-12-01", None, "leaves out 745 hours"),
        ("2010-01-01", "2011-01-01", slice(50, 80), "leaves out 31 hours"),
        ("2010-01-01", "2011-01-01", slice(None), "holds no values"),
    ],
)
def test_a_donor_that_is_no_whole_year_is_refused(begin, end, spoil, message):
    time = np.arange(begin, end, dtype="datetime64[h]")
    values = np.ones(time.size)
    if spoil:
        values[spoil] = np.nan
    with pytest.raises(ValueError, match=message):
        morph.hourly_year(time, values)


def test_disorder_is_refused():
    time = np.array(["2010-01-02", "2010-01-01"], "datetime64[h]")
    with pytest.raises(ValueError, match="do not rise"):
        morph.hourly_year(time, [1.0, 2.0])
    with pytest.raises(ValueError, match="for 2 latitudes"):
        morph.hourly_waves(np.ones((1, 12)), np.ones((1, 12)), [1.0, 2.0], *donor())
    with pytest.raises(ValueError, match="8760 hours of heights and periods above 0"):
        morph.hourly_waves(np.ones((1, 12)), np.ones((1, 12)), [1.0], np.zeros(8760), np.ones(8760))


@given(st.floats(-65, 65), st.floats(0.25, 0.7), st.integers(0, 5))
def test_means_of_irradiance_are_exact_and_nights_are_dark(latitude, clear, seed):
    noon = solar.cosine_of_zenith([latitude], np.arange(8760) + 0.5)[0]
    months = clear * 1366.0 * by_month(np.maximum(noon, 0.0))
    sun = morph.hourly_sun([latitude], months[None], morph.daily_clearness(seed))[0].astype(float)
    np.testing.assert_allclose(by_month(sun), months, rtol=1e-5)
    assert (sun >= 0).all()
    before, after = (solar.cosine_of_zenith([latitude], np.arange(8760) + k)[0] for k in (0, 1))
    assert (sun[(before < 0) & (after < 0) & (noon < 0)] == 0).all()
    assert (sun[noon > 0.05] > 0).all()


@pytest.mark.parametrize("index", [0.3, 0.4, 0.5, 0.6, 0.7])
def test_days_of_a_month_have_the_clearness_asked_for_before_any_correction(index):
    # Bendt's distribution with Herzog's parameter is made to have the mean it is given
    steepness, least, most = morph._bendt(index)
    ranks = (np.arange(3000) + 0.5) / 3000
    days = [morph._clearness_of_rank(rank, steepness, least, most) for rank in ranks]
    assert np.mean(days) == pytest.approx(index, rel=0.02)
    assert days == sorted(days)
    assert most < 0.84  # clearest days of Bendt et al.


def test_sun_without_day_is_refused_by_nan_and_polar_night_is_dark():
    ghi = np.full((2, 12), 100.0)
    ghi[1, [0, 11]] = 0.0
    sun = morph.hourly_sun([85.0, 85.0], ghi, morph.daily_clearness())
    assert np.isnan(sun[0, MONTH == 0]).all()
    assert (sun[1, MONTH == 0] == 0).all()
    ghi[1, 6] = np.nan
    sun = morph.hourly_sun([0.0, 0.0], ghi, morph.daily_clearness())
    assert np.array_equal(np.isnan(sun[1]), MONTH == 6)


def test_days_follow_each_other_as_stated():
    ranks = np.concatenate([morph.daily_clearness(seed) for seed in range(40)])
    found = np.corrcoef(ranks[:-1], ranks[1:])[0, 1]
    assert 0.2 < found < 0.3  # 0.29 of the Gaussian is 0.28 of ranks; less, as months are ranked
    np.testing.assert_array_equal(morph.daily_clearness(3), morph.daily_clearness(3))


def test_shapes_and_ranks_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="1 latitudes"):
        morph.hourly_sun([0.0], np.ones((2, 12)), morph.daily_clearness())
    with pytest.raises(ValueError, match="from 0 to 1"):
        morph.hourly_sun([0.0], np.ones((1, 12)), np.full(365, 1.2))
