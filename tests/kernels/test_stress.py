import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.kernels.stress import (
    Planes,
    Spread,
    StressState,
    dilation_tendency,
    draw,
    slip_tendency,
    tendencies,
    tractions,
)

ANGLE = st.floats(0, 360)
DIP = st.floats(0, 90)
STRESS = st.floats(1, 100)


def by_tensor(strike: float, dip: float, state: StressState) -> tuple[float, float]:
    """Normal and shear stress by a rotated tensor, in axes to the north, to the east and down."""
    h = np.radians(state.azimuth)
    axes = np.array([[np.cos(h), np.sin(h), 0], [-np.sin(h), np.cos(h), 0], [0, 0, 1]])
    principal = [state.maximum_horizontal, state.minimum_horizontal, state.vertical]
    tensor = axes.T @ np.diag(principal) @ axes
    s, d = np.radians([strike, dip])
    normal = np.array([-np.sin(d) * np.sin(s), np.sin(d) * np.cos(s), -np.cos(d)])
    traction = tensor @ normal
    across = float(normal @ traction)
    return across, float(np.linalg.norm(traction - across * normal))


@given(strike=ANGLE, dip=DIP, azimuth=ANGLE, v=STRESS, a=STRESS, b=STRESS)
def test_tractions_are_those_of_the_tensor(
    strike: float, dip: float, azimuth: float, v: float, a: float, b: float
) -> None:
    state = StressState(v, a, b, azimuth)
    found = tractions(strike, dip, state)
    assert (float(found.normal), float(found.shear)) == pytest.approx(
        by_tensor(strike, dip, state), rel=1e-6, abs=1e-6
    )


@given(strike=ANGLE, dip=DIP, azimuth=ANGLE, turn=ANGLE, factor=st.floats(0.01, 100))
def test_only_ratios_and_directions_to_each_other_matter(
    strike: float, dip: float, azimuth: float, turn: float, factor: float
) -> None:
    state = StressState(60.0, 45.0, 30.0, azimuth)
    other = StressState(60.0 * factor, 45.0 * factor, 30.0 * factor, azimuth + turn)
    for tendency in (slip_tendency, dilation_tendency):
        expected = tendency(strike, dip, state)
        assert tendency(strike + turn, dip, other) == pytest.approx(expected, abs=1e-9)
        assert tendency(strike + 180, dip, state) == pytest.approx(expected, abs=1e-9)


@given(strike=ANGLE, dip=DIP, v=STRESS, a=STRESS, b=STRESS)
def test_dilation_is_a_share_and_slip_is_bounded(
    strike: float, dip: float, v: float, a: float, b: float
) -> None:
    state = StressState(v, a, b, 30.0)
    greatest, least = max(v, a, b), min(v, a, b)
    # The steepest line from the origin to Mohr's circle (Jaeger et al. 2007, section 2.5).
    most = (greatest - least) / 2 / np.sqrt(greatest * least)
    assert 0 <= slip_tendency(strike, dip, state) <= most * (1 + 1e-9) + 1e-12
    if greatest > least * 1.001:
        assert -1e-9 <= dilation_tendency(strike, dip, state) <= 1 + 1e-9


def test_no_normal_stress_no_slip_tendency() -> None:
    opening = StressState(60.0, 45.0, 0.0, 0.0)
    assert np.isnan(slip_tendency(0.0, 90.0, opening))
    assert np.isnan(slip_tendency(0.0, 90.0, opening._replace(minimum_horizontal=-5.0)))
    assert dilation_tendency(0.0, 90.0, opening) == pytest.approx(1.0)
    assert np.isnan(dilation_tendency(0.0, 90.0, StressState(9.0, 9.0, 9.0, 0.0)))


def test_draws_have_their_means_and_deviations_and_are_repeated_by_their_seed() -> None:
    total, spread = StressState(60.0, 45.0, 30.0, 20.0), Spread(0.1, 15.0)
    drawn = draw(total, 20.0, spread, 4096, seed=3)
    pressure = 60.0 - drawn.state.vertical
    assert (pressure.mean(), pressure.std()) == pytest.approx((20, 2), rel=0.01)
    maximum = drawn.state.maximum_horizontal + pressure
    assert (maximum.mean(), maximum.std()) == pytest.approx((45, 4.5), rel=0.01)
    minimum = drawn.state.minimum_horizontal + pressure
    assert (minimum.mean(), minimum.std()) == pytest.approx((30, 3), rel=0.01)
    azimuth = drawn.state.azimuth
    assert (azimuth.mean(), azimuth.std()) == pytest.approx((20, 15), rel=0.01)
    assert abs(np.corrcoef([pressure, maximum, minimum, azimuth, drawn.dip])[0, 1:]).max() < 0.05
    again = draw(total, 20.0, spread, 4096, seed=3)
    assert np.array_equal(again.state.azimuth, azimuth)
    assert not np.array_equal(draw(total, 20.0, spread, 4096, seed=4).state.azimuth, azimuth)


def test_moments_and_shares_are_those_of_plain_draws() -> None:
    rng = np.random.default_rng(0)
    drawn = draw(StressState(60.0, 45.0, 30.0, 20.0), 18.0, Spread(0.2, 15.0), 512, seed=0)
    strike, length = rng.uniform(0, 360, 7), rng.random(7)
    fault = np.array([0, 0, 0, 2, 2, 2, 2])
    planes = Planes(
        strike, length, fault, np.array([60.0, 50.0, 80.0]), np.array([10.0, 5.0, 20.0])
    )
    found = tendencies(planes, drawn, slip=0.5, dilation=0.8)
    assert np.isnan([each[1] for each in found]).all()  # a fault without pieces
    for number in (0, 2):
        own = fault == number
        dip = planes.dip[number] + planes.dip_sd[number] * drawn.dip
        weight = np.broadcast_to(length[own][:, None], (own.sum(), 512))
        slip = slip_tendency(strike[own][:, None], dip, drawn.state)
        dilation = dilation_tendency(strike[own][:, None], dip, drawn.state)
        tensile = np.isnan(slip)
        mean = np.average(slip[~tensile], weights=weight[~tensile])
        sd = np.sqrt(np.average((slip[~tensile] - mean) ** 2, weights=weight[~tensile]))
        beyond = np.average(tensile | (slip > 0.5), weights=weight)
        assert [found.slip[number], found.slip_sd[number]] == pytest.approx([mean, sd])
        assert found.slip_beyond[number] == pytest.approx(beyond)
        assert found.tensile[number] == pytest.approx(np.average(tensile, weights=weight))
        assert tensile.any()
        mean = np.average(dilation, weights=weight)
        sd = np.sqrt(np.average((dilation - mean) ** 2, weights=weight))
        assert [found.dilation[number], found.dilation_sd[number]] == pytest.approx([mean, sd])
        assert found.dilation_beyond[number] == pytest.approx(
            np.average(dilation > 0.8, weights=weight)
        )
