"""Tests of siting.kernels.geotherm."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from siting.kernels.geotherm import (
    Law,
    Rock,
    conductivity_at,
    depth_of,
    gradient_at,
    propagated,
    temperature_at,
)

LAWS: tuple[Law, ...] = ("constant", "sass_1992")
laws = st.sampled_from(LAWS)
conductivity = st.floats(1.2, 5.0)
production = st.floats(0, 3e-6)
heat_flow = st.floats(0.03, 0.3)


@st.composite
def rocks(draw: st.DrawFn) -> list[Rock]:
    above = draw(st.lists(st.floats(10, 4_000), max_size=3))
    return [Rock(dz, draw(conductivity), draw(production)) for dz in (*above, np.inf)]


@given(rocks(), heat_flow, laws, st.floats(100, 8_000))
def test_depth_is_the_inverse_of_temperature(
    layers: list[Rock], q: float, law: Law, depth: float
) -> None:
    t, q_there = temperature_at(depth, q, 10.0, layers, law)
    assume(float(q_there) > 0.1 * q and 10.5 < float(t) < 600)
    assert float(depth_of(t, q, 10.0, layers, law)) == pytest.approx(depth, rel=1e-6)


@given(rocks(), heat_flow, laws, st.floats(100, 8_000), st.floats(1, 2_000))
def test_temperature_rises_with_depth_while_heat_comes_up(
    layers: list[Rock], q: float, law: Law, depth: float, more: float
) -> None:
    t, _ = temperature_at(depth, q, 10.0, layers, law)
    below, q_below = temperature_at(depth + more, q, 10.0, layers, law)
    assume(float(q_below) > 1e-4 and float(below) < 800)
    assert below > t


@given(conductivity, production, heat_flow, laws, st.lists(st.floats(1, 3_000), max_size=4))
def test_layers_of_one_rock_are_one_layer(
    k: float, a: float, q: float, law: Law, cuts: list[float]
) -> None:
    whole = temperature_at(4_000.0, q, 15.0, [Rock(np.inf, k, a)], law)
    cut = [Rock(dz, k, a) for dz in (*cuts, np.inf)]
    parts = temperature_at(4_000.0, q, 15.0, cut, law)
    np.testing.assert_allclose(parts, whole, rtol=1e-9)


@pytest.mark.parametrize("law", LAWS)
def test_temperature_solves_the_equation_of_steady_conduction(law: Law) -> None:
    # k(T) dT/dz = q0 - A z, integrated in 20,000 steps of one half metre.
    k, a, q0 = 3.2, 1.5e-6, 0.08
    dz, t = 0.5, 12.0
    for step in range(20_000):
        at = k if law == "constant" else conductivity_at(t, k)
        t += (q0 - a * (step + 0.5) * dz) / at * dz
    found, q = temperature_at(10_000.0, q0, 12.0, [Rock(np.inf, k, a)], law)
    assert float(found) == pytest.approx(t, abs=0.02)
    assert float(q) == pytest.approx(q0 - a * 10_000)


def test_conductivity_of_two_does_not_depend_on_temperature() -> None:
    # 0.0072/k0 = 0.0036 at k0 = 2: the limit that log and exponential have to reach.
    k25 = 2 / 1.007
    rock = [Rock(np.inf, k25, 0.0)]
    t, _ = temperature_at(2_000.0, 0.06, 10.0, rock, "sass_1992")
    assert float(t) == pytest.approx(10 + 0.06 * 2_000 / (2 / 1.007))
    assert float(depth_of(t, 0.06, 10.0, rock, "sass_1992")) == pytest.approx(2_000)


def test_rock_of_low_conductivity_does_not_conduct_better_when_hot() -> None:
    # The formula itself would have 1.25 W m-1 K-1 become infinite at 411 degC.
    t, _ = temperature_at(5_000.0, 0.25, 10.0, [Rock(np.inf, 1.25, 0.0)], "sass_1992")
    assert float(t) == pytest.approx(10 + 0.25 * 5_000 / 1.25)
    assert float(conductivity_at(400.0, 1.25)) == pytest.approx(1.25)


def test_heat_that_is_used_up_reaches_no_temperature() -> None:
    # The highest temperature is T0 + q²/(2 A k) = 10 + 0.03²/(2 * 3e-6 * 2.5) = 70, at 10 km.
    rock = [Rock(np.inf, 2.5, 3e-6)]
    depths = depth_of(np.array([69.9, 70.1, np.nan]), 0.03, 10.0, rock, "constant")
    assert depths[0] == pytest.approx(10_000, rel=0.05)
    assert np.isinf(depths[1])
    assert np.isnan(depths[2])


def test_heat_used_up_above_reaches_nothing_below() -> None:
    layers = [Rock(12_000.0, 2.5, 3e-6), Rock(np.inf, 2.5, 0.0)]
    assert np.isinf(depth_of(71.0, 0.03, 10.0, layers, "constant"))


@pytest.mark.parametrize("law", LAWS)
def test_gradient_is_the_slope_of_temperature(law: Law) -> None:
    layers = [Rock(1_000.0, 1.8, 1e-6), Rock(np.inf, 3.0, 1e-6)]
    for depth in (500.0, 3_000.0):
        ends = [temperature_at(depth + dz, 0.07, 10.0, layers, law)[0] for dz in (-1, 1)]
        t, q = temperature_at(depth, 0.07, 10.0, layers, law)
        found = gradient_at(t, q, depth, layers, law)
        assert float(found) == pytest.approx(float(ends[1] - ends[0]) / 2, rel=1e-4)


def test_propagated_errors_are_those_of_many_draws() -> None:
    rng, n = np.random.default_rng(5), 200_000
    q, k = rng.normal(0.08, 0.008, n), rng.normal(2.6, 0.2, n)

    def temperature(q: np.ndarray, k: np.ndarray) -> np.ndarray:
        return temperature_at(4_000.0, q, 15.0, [Rock(np.inf, k, 1e-6)], "sass_1992")[0]

    found = propagated(temperature, [0.08, 2.6], [0.008, 0.2])
    assert float(found) == pytest.approx(temperature(q, k).std(), rel=0.03)
