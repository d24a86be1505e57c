"""Priors by area, two natures of labels, conformal ranks, against numbers worked out by hand."""

import numpy as np
import pytest
from scipy.special import logit
from scipy.stats import gamma, lognorm

from siting.kernels.calibration import case_control, presence_background
from siting.kernels.conformal import fewest, half_width
from siting.kernels.prior import Density, density_of, occupied


def test_half_a_system_to_1000_km2_by_the_size_of_the_cell() -> None:
    # 1 - e^(-.0005) = .000499875 in 1 km2; 1 - e^(-.3125) = .268384 in 25 x 25 km.
    assert occupied(0.5e-3, [1.0, 625.0]) == pytest.approx([0.000499875, 0.268384], abs=5e-7)


def test_the_two_natures_of_labels_differ_by_half() -> None:
    # π .001, density ratio 500. Against all ground: .001 x 500 = .50. Against absences: odds of
    # 500 x .001/.999 = .500501, p = .500501/1.500501 = .333556.
    odds = np.log(500.0)
    assert presence_background(odds, 0.001, 1.0) == pytest.approx(0.5)
    assert case_control(odds, 0.001, 0.5) == pytest.approx(0.333556, abs=1e-6)


@pytest.mark.parametrize("prevalence", [0.1, 0.5, 0.8])
def test_how_many_were_sampled_of_each_class_does_not_matter(prevalence: float) -> None:
    # The odds among the samples hold the share of presences as a factor, ȳ/(1-ȳ) or n_p/n_b.
    share = prevalence / (1 - prevalence)
    odds = np.log(500.0 * share)
    assert case_control(odds, 0.001, prevalence) == pytest.approx(0.333556, abs=1e-6)
    assert presence_background(odds, 0.001, 1 / share) == pytest.approx(0.5)


def test_case_control_is_the_formula_of_king_and_zeng() -> None:
    # King & Zeng (2001), equation 7: β0 - ln[((1-τ)/τ) (ȳ/(1-ȳ))].
    odds, tau, mean = 0.7, 0.02, 0.4
    wanted = odds - np.log((1 - tau) / tau * mean / (1 - mean))
    assert logit(case_control(odds, tau, mean)) == pytest.approx(wanted)


def test_densities_have_the_moments_and_percentiles_that_they_were_made_from() -> None:
    log = Density.of_moments(0.5, 0.4, "lognormal")
    assert (log.mean, lognorm.std(log.shape, scale=log.scale)) == pytest.approx((0.5, 0.4))
    gam = Density.of_moments(0.5, 0.4, "gamma")
    assert (gam.mean, gamma.std(gam.shape, scale=gam.scale)) == pytest.approx((0.5, 0.4))
    for family in ("lognormal", "gamma"):
        found = Density.between(0.1, 1.3, family)  # type: ignore[arg-type]
        assert found.quantiles([0.1, 0.9]) == pytest.approx([0.1, 1.3], rel=1e-9)
        assert density_of(found.as_record()) == found


def test_a_count_gives_the_posterior_with_jeffreys_prior() -> None:
    # 7 systems in 10,000 km2: mean 7.5/10,000, sd sqrt(7.5)/10,000.
    found = Density.counted(7, 10_000.0)
    assert found.mean == pytest.approx(7.5e-4)
    assert gamma.std(found.shape, scale=found.scale) == pytest.approx(np.sqrt(7.5) * 1e-4)


def test_draws_of_a_density_have_its_mean() -> None:
    assert Density.of_moments(0.5, 0.25, "gamma").draws().mean() == pytest.approx(0.5, rel=2e-3)


def test_conformal_rank() -> None:
    # 9 errors: ceil(10 x .8) = 8th smallest. 19 errors and .95: ceil(20 x .95) = the largest.
    assert half_width(np.arange(1.0, 10.0), 0.8) == 8.0
    assert half_width(-np.arange(1.0, 20.0), 0.95) == 19.0
    assert fewest(0.95) == 19


def test_cells_of_one_system_count_as_one_error() -> None:
    # Three systems with errors 1, 2 and 3, the last with four cells: (3 + 1) x .5 = 2nd system.
    errors, weights = [1.0, 2.0, 3.0, 3.0, 3.0, 3.0], [1.0, 1.0, 0.25, 0.25, 0.25, 0.25]
    assert half_width(errors, 0.5, weights) == half_width([1.0, 2.0, 3.0], 0.5) == 2.0
