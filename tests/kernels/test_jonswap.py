"""The JONSWAP shape against closed forms, usual polynomials and itself."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.kernels import jonswap


def test_periods_of_pierson_and_moskowitz() -> None:
    # Moments of 5 x^-5 exp(-5/4 x^-4): m_n = (5/4)^(n/4) Gamma(1 - n/4), by substitution.
    m = {n: 1.25 ** (n / 4) * math.gamma(1 - n / 4) for n in (-1, 0, 1, 2)}
    te, tm01, tm02 = jonswap.ratios(1.0)
    assert te == pytest.approx(m[-1] / m[0], rel=1e-6)
    assert tm01 == pytest.approx(m[0] / m[1], rel=1e-6)
    assert tm02 == pytest.approx(math.sqrt(m[0] / m[2]), rel=1e-6)
    assert jonswap.area(1.0) == pytest.approx(1.0, rel=1e-6)


def test_ratios_agree_with_the_usual_polynomials() -> None:
    # Te/Tp as MHKiT uses it; Tm01/Tp and Tm02/Tp from DNV-RP-C205, 3.5.5.4.
    g = np.linspace(1, 7, 61)
    te = 0.8255 + 0.03852 * g - 0.005537 * g**2 + 0.0003154 * g**3
    tm01 = 0.7303 + 0.04936 * g - 0.006556 * g**2 + 0.0003610 * g**3
    tm02 = 0.6673 + 0.05037 * g - 0.006230 * g**2 + 0.0003341 * g**3
    for ours, usual in zip(jonswap.ratios(g), (te, tm01, tm02), strict=True):
        np.testing.assert_allclose(ours, usual, rtol=2.3e-3)


def test_area_agrees_with_the_usual_factor() -> None:
    # 1 - .287 ln gamma, DNV-RP-C205, 3.5.5.2; good to 1 % for gamma from 1 to 5.
    g = np.linspace(1, 5, 41)
    np.testing.assert_allclose(1 / jonswap.area(g), 1 - 0.287 * np.log(g), rtol=1e-2)


def test_gamma_by_itself_at_its_limits() -> None:
    # Tp/sqrt(Hs) of 3.6 and less, 4.5, 5 and more: 5, exp(5.75 - 1.15 * 4.5), 1.
    found = jonswap.gamma_of_peak(4.0, [7.2, 9.0, 10.0])
    np.testing.assert_allclose(found, [5.0, math.exp(0.575), 1.0])
    assert jonswap.gamma_of_peak(0.0, 8.0) == 1.0
    assert np.isnan(jonswap.gamma_of_peak(np.nan, 8.0))


@given(height=st.floats(0.1, 15), steepness=st.floats(3.0, 8.0))
def test_gamma_is_the_same_from_either_period(height: float, steepness: float) -> None:
    peak = steepness * math.sqrt(height)
    gamma = jonswap.gamma_of_peak(height, peak)
    found = jonswap.gamma_of_energy(height, peak * jonswap.ratios(gamma).te)
    assert found == pytest.approx(gamma, rel=1e-3)


@given(gamma=st.floats(1, 10), period=st.floats(2, 25))
def test_periods_keep_their_order_and_come_back(gamma: float, period: float) -> None:
    periods = [jonswap.converted(period, "tp", each, gamma) for each in ("tm02", "tm01", "te")]
    assert all(a < b for a, b in zip(periods, [*periods[1:], period], strict=True))
    back = jonswap.converted(periods[0], "tm02", "tp", gamma)
    assert back == pytest.approx(period)


def test_gamma_beyond_the_tables_is_not_guessed() -> None:
    assert np.isnan(jonswap.ratios([0.9, 10.1]).te).all()


@pytest.mark.parametrize(("height", "peak"), [(2.5, 8.0), (6.0, 10.0), (9.0, 9.0)])
def test_a_spectrum_has_its_height(height: float, peak: float) -> None:
    f = np.arange(0.0005, 4.0, 0.0005)
    density = jonswap.spectrum(f, height, peak)
    assert 4 * math.sqrt(density.sum() * 0.0005) == pytest.approx(height, rel=1e-5)
    assert 1 / f[density.argmax()] == pytest.approx(peak, rel=1e-2)


def test_frequencies_of_the_caller_keep_their_order() -> None:
    f = np.array([0.2, 0.0, 0.1])
    density = jonswap.spectrum(f, 2.5, 8.0)
    assert f.tolist() == [0.2, 0.0, 0.1]
    assert density[1] == 0.0
    np.testing.assert_array_equal(density[[2, 0]], jonswap.spectrum([0.1, 0.2], 2.5, 8.0))
