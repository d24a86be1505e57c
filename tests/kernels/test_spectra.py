"""Parameters of spectra against sums by hand, closed forms, and a year of a real buoy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.kernels import jonswap, spectra, waves

FREQUENCIES = np.arange(0.001, 2.0005, 0.001)


def test_a_single_band() -> None:
    # All energy at .1 Hz in a band of .01 Hz: m0 = .25 m2, Hs = 2 m, every period 10 s.
    f = np.array([0.09, 0.10, 0.11])
    found = spectra.parameters([0.0, 25.0, 0.0], f)
    assert found.height == pytest.approx(2.0)
    for period in found[1:5]:
        assert period == pytest.approx(10.0)
    assert found.energy_flux == pytest.approx(waves.energy_flux(2.0, 10.0, np.inf))
    at_depth = spectra.energy_flux([0.0, 25.0, 0.0], f, 20.0)
    speed = float(waves.group_velocity(0.1, 20.0))
    assert at_depth == pytest.approx(1025 * 9.80665 * 0.25 * speed)


@pytest.mark.parametrize(("height", "peak"), [(2.5, 8.0), (6.0, 10.0), (9.0, 9.0)])
def test_a_jonswap_sea_comes_back(height: float, peak: float) -> None:
    gamma = jonswap.gamma_of_peak(height, peak)
    found = spectra.parameters(jonswap.spectrum(FREQUENCIES, height, peak), FREQUENCIES)
    ratios = jonswap.ratios(gamma)
    assert found.height == pytest.approx(height, rel=1e-4)
    assert found.energy_period == pytest.approx(peak * ratios.te, rel=1e-4)
    assert found.mean_period == pytest.approx(peak * ratios.tm01, rel=1e-3)
    assert found.zero_crossing_period == pytest.approx(peak * ratios.tm02, rel=1e-2)
    assert found.peak_period == pytest.approx(peak, rel=1e-2)


def test_missing_and_flat_seas() -> None:
    density = np.array([[1.0, np.nan, 1.0], [0.0, 0.0, 0.0]])
    found = spectra.parameters(density, [0.1, 0.2, 0.3], depth=30.0)
    assert np.isnan([each[0] for each in found]).all()
    assert found.height[1] == found.energy_flux[1] == 0.0
    assert np.isnan([each[1] for each in found[1:5]]).all()


def test_frequencies_that_do_not_rise_are_refused() -> None:
    with pytest.raises(ValueError, match="frequencies have to rise"):
        spectra.parameters([1.0, 1.0], [0.2, 0.1])


@given(mean=st.floats(0, 359), spread=st.floats(1, 60))
def test_a_spread_sea_has_the_same_direction_both_ways(mean: float, spread: float) -> None:
    # A wrapped normal of standard deviation s has r = exp(-s^2/2) about its mean.
    angles = np.arange(0.0, 360.0, 2.0)
    away = np.radians((angles - mean + 180) % 360 - 180)[:, None] + 2 * np.pi * np.arange(-3, 4)
    density = np.exp(-(away**2) / (2 * math.radians(spread) ** 2)).sum(axis=1)
    r = math.exp(-(math.radians(spread) ** 2) / 2)
    two = spectra.direction_of(np.stack([density, 2 * density]), [0.1, 0.2], angles)
    one = spectra.direction([1.0, 2.0], [0.1, 0.2], [mean, mean], [r, r])
    assert abs((one.mean - mean + 180) % 360 - 180) < 1e-6
    assert one.spread == pytest.approx(math.degrees(math.sqrt(2 * (1 - r))))
    if spread > 5:  # a narrower one lies between two directions
        assert abs((two.mean - mean + 180) % 360 - 180) < 1e-3
        assert two.spread == pytest.approx(float(one.spread), abs=1e-3)


def test_bands_without_a_direction_are_left_out_with_their_energy() -> None:
    found = spectra.direction([5.0, 1.0], [0.1, 0.2], [np.nan, 90.0], [np.nan, 1.0])
    assert found.mean == pytest.approx(90.0)
    assert found.spread == pytest.approx(0.0)
    nowhere = spectra.direction([1.0, 1.0], [0.1, 0.2], [0.0, 180.0], [1.0, 1.0])
    assert np.isnan(nowhere.mean)
    assert nowhere.spread == pytest.approx(math.degrees(math.sqrt(2)))


def test_directions_that_leave_a_gap_are_refused() -> None:
    with pytest.raises(ValueError, match="spaced evenly over the full turn"):
        spectra.direction_of(np.ones((2, 3)), [0.1, 0.2], [0.0, 90.0, 180.0])
