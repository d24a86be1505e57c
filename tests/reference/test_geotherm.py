"""Temperatures of published and textbook geotherms, and published corrections of wells."""

import numpy as np
import pytest

from siting.kernels.bottom_hole import harrison, kehle
from siting.kernels.geotherm import Rock, conductivity_at, depth_of, temperature_at

UNIFORM = [Rock(np.inf, 2.5, 1e-6)]


# T = T0 + q0 z/k - A z²/2k (Turcotte and Schubert 2014, section 4.6), with T0 15 degC,
# q0 90 mW/m2, k 2.5 W/m/K, A 1 uW/m3.
@pytest.mark.parametrize(("depth", "temperature"), [(1_000.0, 50.8), (3_000.0, 121.2)])
def test_uniform_rock(depth: float, temperature: float) -> None:
    found, _ = temperature_at(depth, 0.09, 15.0, UNIFORM, "constant")
    assert float(found) == pytest.approx(temperature, abs=1e-9)
    assert float(depth_of(temperature, 0.09, 15.0, UNIFORM, "constant")) == pytest.approx(depth)


def test_layers_of_the_same_rock_are_uniform_rock() -> None:
    layers = [Rock(dz, 2.5, 1e-6) for dz in (300.0, 1_200.0, np.inf)]
    found, _ = temperature_at(3_000.0, 0.09, 15.0, layers, "constant")
    assert float(found) == pytest.approx(121.2)


# Depths to 200 and 400 degC by hand, roots of A z²/2 - q0 z + k (T - T0) = 0:
# (0.09 - √(0.0081 - 2e-6 * 2.5 * 185))/1e-6 = 5294.6 m, and with 385: 11,418.8 m.
@pytest.mark.parametrize(("temperature", "depth"), [(200.0, 5_294.6), (400.0, 11_418.8)])
def test_depth_to_a_temperature(temperature: float, depth: float) -> None:
    by_hand = (0.09 - np.sqrt(0.0081 - 5e-6 * (temperature - 15))) / 1e-6
    found = float(depth_of(temperature, 0.09, 15.0, UNIFORM, "constant"))
    assert found == pytest.approx(by_hand, abs=1e-6)
    assert found == pytest.approx(depth, abs=0.1)


# Sass et al. (1992), equations of k(T): k(25) 3.0 gives k(0) 3.1135, and by hand
# 3.1135/(1.007 + 100 * (0.0036 - 0.0072/3.1135)) = 2.7414 at 100 degC.
def test_conductivity_of_crystalline_rock() -> None:
    assert conductivity_at(100.0, 3.0) == pytest.approx(2.7414, abs=1e-4)
    # The formula itself gives back what it was given to within half a percent.
    assert conductivity_at(25.0, 3.0) == pytest.approx(3.0, rel=0.005)


# Harrison et al. (1983) at 2 km: -16.51213476 + 36.53684218 - 9.379747836 = 10.6449596.
# Kehle (1971) at 10,000 ft: 31.77 degF.
def test_corrections_of_bottom_hole_temperatures() -> None:
    assert harrison(np.array([2_000.0])).item() == pytest.approx(10.64496, abs=1e-5)
    assert kehle(np.array([3_048.0])).item() * 1.8 == pytest.approx(31.77, abs=1e-6)
