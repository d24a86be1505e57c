"""Dispersion and energy flux against closed forms, published cases and direct integrals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.kernels import jonswap, spectra, waves

FREQUENCIES = np.arange(0.001, 1.0005, 0.001)


@given(frequency=st.floats(1e-3, 3), depth=st.floats(1e-2, 1e4))
def test_the_dispersion_relation_holds(frequency: float, depth: float) -> None:
    k = float(waves.wave_number(frequency, depth))
    omega = 2 * math.pi * frequency
    assert waves.GRAVITY * k * math.tanh(k * depth) == pytest.approx(omega**2, rel=1e-12)


def test_speeds_in_deep_and_shallow_water() -> None:
    deep = waves.group_velocity(FREQUENCIES, np.inf)
    np.testing.assert_allclose(deep, waves.GRAVITY / (4 * np.pi * FREQUENCIES))
    assert waves.group_velocity(1e-4, 10.0) == pytest.approx(math.sqrt(10 * waves.GRAVITY), 1e-4)
    assert waves.wave_number(0.1, np.inf) == pytest.approx((0.2 * math.pi) ** 2 / waves.GRAVITY)
    assert np.isnan(waves.wave_number(0.1, [0.0, -5.0, np.nan])).all()
    assert np.isnan(waves.group_velocity(0.1, [0.0, -5.0, np.nan])).all()


def test_group_velocity_is_the_slope_of_the_dispersion_relation() -> None:
    depth, f, step = 20.0, np.linspace(0.04, 0.4, 30), 1e-5
    k = [waves.wave_number(f + sign * step, depth) for sign in (-1, 1)]
    slope = 4 * math.pi * step / (k[1] - k[0])
    np.testing.assert_allclose(waves.group_velocity(f, depth), slope, rtol=1e-6)


def test_flux_in_deep_water() -> None:
    # rho g^2 / (64 pi) with rho 1025 kg m-3 and g 9.80665 m s-2.
    assert pytest.approx(490.2701, abs=5e-5) == waves.DEEP
    # Hs 2 m, Te 10 s: 490.2701 * 4 * 10 = 19,611 W/m.
    assert waves.energy_flux(2.0, 10.0, np.inf) == pytest.approx(19_610.8, abs=0.1)


@pytest.mark.parametrize(("depth", "flux"), [(10.0, 23_798.0), (50.0, 21_569.0)])
def test_flux_of_a_sea_at_depth(depth: float, flux: float) -> None:
    # Hs 2.5 m, Tp 8 s at frequencies up to 1 Hz, as MHKiT 1.1 has it; Te 6.8596 s.
    density = jonswap.spectrum(FREQUENCIES, 2.5, 8.0)
    found = spectra.parameters(density, FREQUENCIES, depth)
    assert found.energy_period == pytest.approx(6.8596, abs=5e-5)
    assert found.energy_flux == pytest.approx(flux, abs=0.5)
    # From height and period alone, with the tail beyond 1 Hz: .03 % of the energy.
    assert waves.energy_flux(2.5, 6.8596, depth) == pytest.approx(flux, rel=5e-4)


def integrated(height: float, period: float, depth: float) -> float:
    """Flux by the integral that the table stands for."""
    gamma = jonswap.gamma_of_energy(height, period)
    x, weights = jonswap.quadrature()
    density = jonswap.shape(x, gamma) * weights / x
    frequency = x * jonswap.ratios(gamma).te / period
    speed = waves.over_deep((2 * np.pi * frequency) ** 2 * depth / waves.GRAVITY)
    return float(waves.DEEP * height**2 * period * (density * speed).sum() / density.sum())


@given(
    height=st.floats(0.05, 20),
    period=st.floats(2, 25),
    logarithm=st.floats(math.log(0.02), math.log(11_000)),
)
def test_the_table_is_within_its_stated_error(height, period, logarithm) -> None:
    depth = math.exp(logarithm)
    found = float(waves.energy_flux(height, period, depth))
    error = 1e-5 if 4 * math.pi**2 * depth / (waves.GRAVITY * period**2) > 2e-3 else 5e-4
    assert found == pytest.approx(integrated(height, period, depth), rel=error)


def test_missing_and_impossible_values() -> None:
    nan = np.nan
    found = waves.energy_flux(
        [nan, 2, 2, 2, -1, 0, 2], [9, nan, 9, 0, 9, 9, 9], [50, 50, nan, 50, 50, 50, 0]
    )
    assert np.isnan(found[[0, 1, 2, 3, 4, 6]]).all()
    assert found[5] == 0.0


def test_shapes_and_types_are_kept() -> None:
    rng = np.random.default_rng(1)
    height = rng.uniform(0.5, 6, (3, 700, 500)).astype("f4")
    period = rng.uniform(4, 14, (3, 700, 500)).astype("f4")
    depth = rng.uniform(5, 4000, (700, 500))
    found = waves.energy_flux(height, period, depth)
    assert found.dtype == np.float32
    assert found.shape == height.shape
    for place in ((0, 0, 0), (2, 699, 499), (1, 350, 7)):
        alone = waves.energy_flux(height[place], period[place], depth[place[1:]])
        assert found[place] == pytest.approx(alone, rel=1e-6)
    assert waves.energy_flux(2.0, 10.0, 50.0).dtype == np.float64


@given(height=st.floats(0.1, 10), period=st.floats(3, 20), depth=st.floats(1, 5000))
def test_flux_grows_with_height_as_its_square_at_least_about(height, period, depth) -> None:
    one, two = waves.energy_flux([height, 1.01 * height], period, depth)
    assert two / one == pytest.approx(1.01**2, rel=1e-2)  # the shape changes a little with height
