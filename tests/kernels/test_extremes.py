"""Return levels of known distributions, beside scipy's, and of a real buoy."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from siting.errors import InputError
from siting.kernels import extremes, storms

REFERENCE = os.environ.get("SITING_REFERENCE_DATA")
SOME = (np.arange(200_000) + 0.5) / 200_000  # of a distribution, evenly


@pytest.mark.parametrize("shape", [-0.3, -0.1, 1e-9, 0.1, 0.3])
def test_the_gev_comes_back_from_its_own_quantiles(shape: float) -> None:
    known = stats.genextreme(shape, 6.0, 1.2)
    location, scale, k = extremes.fit_gev(known.ppf(SOME))
    assert location == pytest.approx(6.0, abs=0.01)
    assert scale == pytest.approx(1.2, abs=0.01)
    assert k == pytest.approx(shape, abs=0.01)
    level = extremes.gev_quantile(0.98, location, scale, k)
    assert level == pytest.approx(known.ppf(0.98), rel=5e-3)


def test_gumbel_comes_back_from_its_own_quantiles() -> None:
    known = stats.gumbel_r(6.0, 1.2)
    location, scale, shape = extremes.fit_gumbel(known.ppf(SOME))
    assert location == pytest.approx(6.0, abs=1e-3)
    assert scale == pytest.approx(1.2, abs=1e-3)
    assert shape == 0
    assert extremes.gev_quantile(0.98, 6.0, 1.2, 0.0) == pytest.approx(known.ppf(0.98))


def test_l_moments_of_a_uniform_distribution() -> None:
    # Hosking 1990, table 1: 1/2, 1/6, 0.
    assert extremes.l_moments(SOME) == pytest.approx((0.5, 1 / 6, 0.0), abs=1e-4)


def test_l_moments_of_three_values_by_hand() -> None:
    # l2 = sum over pairs of half their distance / 3 = (1 + 3 + 2)/6, l3 = (4 - 2*2 + 1)/3.
    assert extremes.l_moments([2.0, 1.0, 4.0]) == pytest.approx((7 / 3, 1.0, 1 / 3))


@pytest.mark.parametrize(
    ("level", "known", "least"),
    [
        (extremes.gumbel_level, stats.gumbel_r(6.0, 1.2), 0.85),
        (extremes.gev_level, stats.genextreme(0.1, 6.0, 1.2), 0.82),
    ],
)
def test_intervals_hold_the_true_level_nearly_as_often_as_they_say(level, known, least) -> None:
    maxima = known.rvs(size=(30, 2000), random_state=np.random.default_rng(3))
    found = level(maxima)
    truth = known.ppf(0.98)
    held = ((found.low <= truth) & (truth <= found.high)).mean()
    assert least < held < 0.92
    assert found.value.mean() == pytest.approx(truth, rel=0.01)


def test_cells_do_not_depend_on_each_other() -> None:
    maxima = stats.gumbel_r(6.0, 1.2).rvs(size=(20, 3), random_state=np.random.default_rng(3))
    maxima[4, 1] = np.nan
    maxima[:12, 2] = np.nan
    for level in (extremes.gumbel_level, extremes.gev_level):
        found = level(maxima)
        alone = level(maxima[:, 1])
        np.testing.assert_allclose([each[1] for each in found], alone)
        assert np.isnan([each[2] for each in found]).all()  # eight years


@given(shift=st.floats(-5, 5), factor=st.floats(0.1, 10))
def test_levels_move_with_their_maxima(shift: float, factor: float) -> None:
    maxima = np.array([7.1, 6.4, 8.0, 6.9, 7.7, 5.8, 7.0, 9.1, 6.6, 7.4, 6.2, 8.3])
    for level in (extremes.gumbel_level, extremes.gev_level):
        one, other = level(maxima), level(shift + factor * maxima)
        moved = [shift + factor * float(each) for each in one[:3]]
        np.testing.assert_allclose([float(each) for each in other[:3]], moved, rtol=1e-6, atol=1e-6)
        assert one.low < one.value < one.high


def test_rarer_is_higher_and_less_certain() -> None:
    maxima = stats.gumbel_r(6.0, 1.2).rvs(size=20, random_state=np.random.default_rng(3))
    levels = [extremes.gumbel_level(maxima, years) for years in (10, 50, 100)]
    assert levels[0].value < levels[1].value < levels[2].value
    widths = [each.high - each.low for each in levels]
    assert widths[0] < widths[1] < widths[2]


def test_nine_years_are_refused() -> None:
    for level in (extremes.gumbel_level, extremes.gev_level):
        with pytest.raises(InputError, match="SERIES_TOO_SHORT") as caught:
            level(np.full((9, 4), 5.0))
        assert caught.value.found == "9 years"
    time = np.arange("2001-01-01", "2010-01-01", dtype="datetime64[h]")
    with pytest.raises(InputError, match="SERIES_TOO_SHORT"):
        storms.storm_level(time, np.ones(time.size))


def test_years_that_lack_too_much_do_not_count() -> None:
    time = np.arange("2001-01-01", "2003-01-01", dtype="datetime64[h]")
    values = np.linspace(0, 1, time.size)
    values[:3000] = np.nan  # of 8,760: a third and more
    found = extremes.annual_maxima(time, np.stack([values, np.ones(time.size)], axis=1))
    assert np.isnan(found[0, 0])
    assert found[1].tolist() == [1.0, 1.0]
    assert found[0, 1] == 1.0


def test_peaks_of_storms_keep_apart() -> None:
    time = np.arange("2001-01-01", "2001-02-01", dtype="datetime64[h]")
    values = np.zeros(time.size)
    values[[100, 147, 148, 300]] = 5.0, 4.0, 3.0, 2.0
    assert storms.storm_peaks(time, values)[:3].tolist() == [5.0, 3.0, 2.0]
    assert storms.storm_peaks(time, values, apart=49)[:2].tolist() == [5.0, 2.0]


@pytest.mark.parametrize("shape", [-0.2, 0.0, 0.2])
def test_the_pareto_distribution_comes_back(shape: float) -> None:
    known = stats.genpareto(-shape, scale=1.5)
    scale, k = storms.fit_gpd(known.ppf(SOME))
    assert scale == pytest.approx(1.5, rel=0.01)
    assert k == pytest.approx(shape, abs=0.01)
    assert storms.gpd_level(200.0, 1.5, shape) == pytest.approx(known.ppf(1 - 1 / 200))


def test_a_level_from_storms_of_a_known_distribution() -> None:
    # Forty years of storms every fourth day, exponential: level of 50 years scale * ln(n).
    time = np.arange("1980-01-01", "2020-01-01", 4, dtype="datetime64[D]")
    values = np.random.default_rng(2).exponential(1.0, time.size)
    hourly = np.repeat(time, 1)
    found = storms.storm_level(hourly, values)
    truth = np.log(50 * 365.2425 / 4)
    assert found.storms == 320
    assert found.low < truth < found.high
    assert found.value == pytest.approx(truth, rel=0.15)
    assert found == storms.storm_level(hourly, values)  # the seed is fixed


def test_a_threshold_that_hardly_any_storm_exceeds_is_refused() -> None:
    time = np.arange("2001-01-01", "2013-01-01", dtype="datetime64[D]")
    values = np.random.default_rng(2).exponential(1.0, time.size)
    with pytest.raises(InputError, match="SERIES_TOO_SHORT") as caught:
        storms.storm_level(time, values, threshold=float(np.sort(values)[-4]))
    assert caught.value.found.startswith("3 above")


@pytest.mark.skipif(REFERENCE is None, reason="SITING_REFERENCE_DATA names no reference data")
def test_ten_years_of_a_buoy() -> None:
    # NDBC 44007, 1996 to 2005. 7.10 m is the highest of 82,805 hours, and 2005 lacks a third.
    path = Path(str(REFERENCE)) / "wave" / "ec-benchmark_dataset_A.txt"
    table = pd.read_csv(path, sep=";", skipinitialspace=True)
    time = pd.to_datetime(table.iloc[:, 0], format="%Y-%m-%d-%H").to_numpy()
    whole = pd.Series(table.iloc[:, 1].to_numpy(), index=time)
    whole = whole.reindex(pd.date_range("1996-01-01", "2005-12-31 23:00", freq="h"))
    maxima = extremes.annual_maxima(whole.index.to_numpy(), whole.to_numpy())
    by_maxima = extremes.gumbel_level(maxima)
    by_storms = storms.storm_level(whole.index.to_numpy(), whole.to_numpy(), threshold=None)
    assert np.nanmax(maxima) == pytest.approx(7.0994)
    assert by_storms.years == pytest.approx(82_805 / 8765.82, rel=1e-3)
    assert by_maxima.low < by_storms.value < by_maxima.high
