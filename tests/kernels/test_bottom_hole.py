import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.kernels.bottom_hole import harrison, horner, kehle
from siting.kernels.gradient import gradient


def test_harrison_tops_out_where_it_ends() -> None:
    # The correction at its top is given as 34.3 degF: (16.51213476 - 0.01826842109 * z + ...).
    assert harrison(np.array([3_895.0])).item() * 1.8 == pytest.approx(34.3, abs=0.05)
    assert np.isnan(harrison(np.array([3_901.0, np.nan]))).all()
    assert harrison(np.array([0.0, 914.0, 1_000.0])).tolist() == [0, 0, 0]


def test_kehle_tops_out_where_it_ends() -> None:
    z = np.linspace(1, 3_680, 500)
    assert (np.diff(kehle(z)) >= 0).all()
    assert np.isnan(kehle(np.array([3_681.0]))).all()


@given(
    rock=st.floats(40, 300),
    slope=st.floats(-60, -1),
    circulation=st.floats(1, 24),
    shut_in=st.lists(st.floats(2, 100), min_size=2, max_size=6, unique=True),
)
def test_horner_finds_the_rock_that_made_the_runs(
    rock: float, slope: float, circulation: float, shut_in: list[float]
) -> None:
    dt = np.array(shut_in)
    x = np.log((circulation + dt) / dt)
    found, sd = horner(rock + slope * x, np.full(len(dt), circulation), dt)
    if np.ptp(x) > 1e-3:
        assert found == pytest.approx(rock, abs=1e-4)
        assert np.isnan(sd) if len(dt) == 2 else sd < 1e-3


def test_horner_of_three_runs_by_hand() -> None:
    # x = ln(2), ln(1.5), ln(1.25); y = 90, 95, 99: least squares by the textbook.
    x, y = np.log([2, 1.5, 1.25]), np.array([90.0, 95.0, 99.0])
    slope, rock = np.polyfit(x, y, 1)
    residual = y - rock - slope * x
    sd = np.sqrt(residual @ residual * (1 / 3 + x.mean() ** 2 / ((x - x.mean()) ** 2).sum()))
    found = horner(y, np.full(3, 4.0), np.array([4.0, 8.0, 16.0]))
    assert found == pytest.approx((rock, sd))


@pytest.mark.parametrize(
    ("temperature", "shut_in"),
    [([100.0, 99.0], [5.0, 10.0]), ([100.0, 105.0], [5.0, 5.0]), ([100.0], [5.0])],
    ids=["cooling", "one time", "one run"],
)
def test_horner_says_nothing_where_it_cannot(
    temperature: list[float], shut_in: list[float]
) -> None:
    found = horner(np.array(temperature), np.full(len(shut_in), 4.0), np.array(shut_in))
    assert np.isnan(found).all()


@given(st.floats(5, 200), st.floats(0, 30), st.floats(0.1, 20), st.integers(2, 6))
def test_gradient_of_a_straight_well(slope: float, surface: float, sd: float, n: int) -> None:
    z = np.linspace(0, 2_000, n)
    found = gradient(z, surface + slope * z / 1000, np.full(n, sd))
    assert found.slope * 1000 == pytest.approx(slope)
    # Var = s²/Σ(z - z̄)², no scatter added.
    assert found.sd == pytest.approx(sd / np.sqrt(((z - z.mean()) ** 2).sum()))
    assert not found.overturned


def test_scatter_beyond_the_errors_widens_the_gradient() -> None:
    z, t = np.array([0.0, 1_000, 2_000]), np.array([10.0, 60.0, 80.0])
    narrow, wide = (gradient(z, t, np.full(3, sd)).sd for sd in (1.0, 30.0))
    # Residuals -5, 10, -5 have squares of 150 on one degree of freedom: sd = √150/(1000 √2).
    assert narrow == pytest.approx(np.sqrt(150) / (1_000 * np.sqrt(2)))
    assert wide == pytest.approx(30 / (1_000 * np.sqrt(2)))


def test_overturn_needs_more_than_the_errors() -> None:
    z, t = np.array([0.0, 500, 1_000]), np.array([10.0, 90.0, 80.0])
    assert gradient(z, t, np.full(3, 1.0)).overturned
    assert not gradient(z, t, np.full(3, 5.0)).overturned


def test_one_depth_has_no_gradient() -> None:
    found = gradient(np.zeros(2), np.array([10.0, 11.0]), np.ones(2))
    assert np.isnan(found.slope)
    assert np.isnan(found.sd)
