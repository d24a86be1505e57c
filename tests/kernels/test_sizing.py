from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from siting.kernels.firm_power import simulate
from siting.kernels.sizing import Sized, UnitCosts, cheapest, cheapest_at, pareto
from tests.kernels.linear_programme import least_cost
from tests.kernels.test_firm_power import series

COSTS = UnitCosts(400.0, 60.0, 30.0, 20.0, 4000.0)
RATIOS = st.sampled_from([0.0, 0.3, 1.0, 5.0])
FACTORS = st.tuples(*[st.floats(0.5, 2)] * 5)


def some_costs(factors: tuple[float, ...]) -> UnitCosts:
    return UnitCosts(*(np.array(COSTS) * factors))


# Linear programmes give the optimum: no search can be below it, and this one is hardly above, least
# where few hours make the cost a surface of few and sharp kinks.
@given(st.integers(0, 10_000), FACTORS, RATIOS)
@settings(max_examples=8, deadline=None)
def test_the_least_cost_is_found(seed: int, factors: tuple[float, ...], ratio: float) -> None:
    wave, sun = series(seed, 1, 192)
    costs = some_costs(factors)
    best, _ = least_cost(wave[0], sun[0], costs, ratio, 0.95, 0.95)
    found = cheapest(wave, sun, costs, ratio, 0.0, 1.0).unit_cost.item()
    assert best * (1 - 1e-9) <= found <= best * 1.005


@pytest.mark.parametrize(("seed", "ratio"), [(1, 0.3), (2, 2.0)])
def test_the_least_cost_of_a_month_is_found_closely(seed: int, ratio: float) -> None:
    wave, sun = series(seed, 1, 720)
    best, _ = least_cost(wave[0], sun[0], COSTS, ratio, 0.95, 0.95)
    found = cheapest(wave, sun, COSTS, ratio, 0.0, 1.0).unit_cost.item()
    assert best * (1 - 1e-9) <= found <= best * 1.0005


@given(st.integers(0, 10_000), FACTORS, RATIOS, st.sampled_from([0.5, 0.8, 0.95, 1.0]))
@settings(max_examples=8, deadline=None)
def test_the_least_cost_at_a_target_is_found(
    seed: int, factors: tuple[float, ...], ratio: float, target: float
) -> None:
    wave, sun = series(seed, 1, 144)
    costs = some_costs(factors)
    best, _ = least_cost(wave[0], sun[0], costs, ratio, 0.95, 0.95, target)
    found = cheapest_at(target, wave, sun, costs, ratio, 0.0, 1.0, "energy_served")
    assert best * (1 - 1e-9) <= found.cost.item() <= best * 1.001


# With a hotel load no programme is exact: a grid of designs around the optimum must not beat it.
def test_no_design_of_a_dense_grid_is_cheaper() -> None:
    wave, sun = series(11, 3, 336)
    found = cheapest(wave, sun, COSTS, 0.8, 0.15, 0.85)
    factors = np.linspace(0.6, 1.5, 10)
    grid = np.stack(np.meshgrid(*[factors] * 4, indexing="ij"), axis=-1).reshape(-1, 4)
    designs = found.designs[:, np.newaxis] * grid
    designs[..., 1] = np.minimum(designs[..., 1], 0.8 * designs[..., 0])
    served = simulate(wave, sun, designs, 0.15, 0.85).compute_served
    cost = designs @ np.array(COSTS[:4]) + COSTS.load
    assert (found.unit_cost[:, np.newaxis] <= cost / (8760 * 0.85 * served) * 1.0005).all()


@pytest.mark.parametrize("size", [cheapest, lambda *rest: cheapest_at(0.9, *rest)])
@pytest.mark.parametrize("ratio", [0.0, 0.37, 2.0])
def test_the_deck_is_never_exceeded(size: Callable[..., Sized], ratio: float) -> None:
    wave, sun = series(12, 4, 240)
    found = size(wave, sun, COSTS._replace(solar=1.0), ratio, 0.1, 0.9)
    wave_capacity, solar = found.designs[:, 0], found.designs[:, 1]
    assert (solar <= ratio * wave_capacity).all()
    assert (solar >= 0.9 * ratio * wave_capacity).all()


def test_an_unlimited_deck_may_do_without_waves() -> None:
    _, sun = series(13, 2, 240)
    found = cheapest(np.full((2, 240), 1e-4), sun, COSTS, np.inf, 0.0, 1.0)
    assert (found.designs[:, 0] < 0.1).all()  # a hundredth of a thousandth of the load
    assert (found.served.compute_served > 0.9).all()


@pytest.mark.parametrize("measure", ["energy_served", "compute_served", "full_load_hours"])
@pytest.mark.parametrize("target", [0.3, 0.9, 0.99, 1.0])
def test_a_target_is_reached_and_hardly_more(measure: str, target: float) -> None:
    wave, sun = series(14, 3, 480)
    found = cheapest_at(target, wave, sun, COSTS, 0.5, 0.1, 0.9, measure)
    reached = getattr(found.served, measure)
    assert (reached >= target).all()
    assert (reached <= target + 1e-3 + 1 / 480).all()


def test_hours_at_full_load_cost_more_than_the_same_share_of_energy() -> None:
    wave, sun = series(15, 4, 480)
    energy = cheapest_at(0.95, wave, sun, COSTS, 0.5, 0.1, 0.9, "energy_served")
    hours = cheapest_at(0.95, wave, sun, COSTS, 0.5, 0.1, 0.9, "full_load_hours")
    assert (hours.cost > energy.cost).all()
    assert (energy.served.full_load_hours < 0.95).all()


def test_what_is_chosen_is_what_is_simulated_and_priced() -> None:
    wave, sun = series(16, 3, 240)
    costs = COSTS._replace(wave=np.array([300.0, 400.0, 500.0]))
    found = cheapest(wave, sun, costs, 0.5, 0.2, 1.8)
    again = simulate(wave, sun, found.designs[:, np.newaxis], 0.2, 1.8)
    assert (again.compute_served[:, 0] == found.served.compute_served).all()
    parts = np.array([300.0, 400.0, 500.0]) * found.designs[:, 0]
    parts += found.designs[:, 1:] @ np.array(COSTS[1:4]) + 2.0 * COSTS.load
    np.testing.assert_allclose(found.cost, parts, rtol=1e-12)
    np.testing.assert_allclose(
        found.unit_cost, parts / (8760 * 1.8 * found.served.compute_served), rtol=1e-12
    )
    assert not found.at_limit.any()


def test_dearer_computers_are_kept_busier() -> None:
    wave, sun = series(17, 3, 480)
    shares = [
        cheapest(wave, sun, COSTS._replace(load=load), 0.5, 0.1, 0.9).served.compute_served
        for load in (500.0, 4_000.0, 40_000.0)
    ]
    assert (np.diff(shares, axis=0) > 0).all()


def test_a_load_of_many_kilowatts_scales_the_design() -> None:
    wave, sun = series(18, 2, 240)
    one = cheapest(wave, sun, COSTS, 0.5, 0.1, 0.9)
    many = cheapest(wave, sun, COSTS, 0.5, 100.0, 900.0)
    np.testing.assert_allclose(many.unit_cost, one.unit_cost, rtol=1e-4)
    np.testing.assert_allclose(many.designs, one.designs * 1000, rtol=0.05)


@pytest.mark.parametrize("size", [cheapest, lambda *rest: cheapest_at(0.5, *rest)])
def test_missing_hours_give_missing_designs(size: Callable[..., Sized]) -> None:
    wave, sun = series(19, 3, 96)
    wave[1, 7] = np.nan
    found = size(wave, sun, COSTS, 0.5, 0.1, 0.9)
    every = np.column_stack([found.designs, found.cost, found.unit_cost, *found.served])
    assert np.isnan(every[1]).all()
    assert np.isfinite(every[[0, 2]]).all()


@pytest.mark.parametrize("size", [cheapest, lambda *rest: cheapest_at(0.5, *rest)])
def test_where_nothing_blows_nothing_is_delivered_at_any_cost(size: Callable[..., Sized]) -> None:
    nothing = np.zeros((1, 48))
    found = size(nothing, nothing, COSTS, 0.5, 0.1, 0.9)
    assert np.isnan(found.designs).all()
    assert (found.cost.item(), found.unit_cost.item()) == (np.inf, np.inf)
    assert found.served.compute_served.item() == 0


# Half the hours of the year are calm at one stretch: without limits a battery would hold 4,380 kWh
# a kW at most; that is looked at. Free batteries are as large as the search allows.
def test_a_part_at_the_limit_of_the_search_is_told() -> None:
    wave = np.r_[np.full(60, 0.9), np.zeros(60)][np.newaxis]
    free = cheapest(wave, np.zeros((1, 120)), COSTS._replace(wave=0.0), 0.0, 0.0, 1.0)
    assert free.unit_cost.item() < np.inf
    thin = np.full((1, 48), 1e-5)
    assert cheapest(thin, thin * 0, COSTS._replace(wave=1e-6), 0.0, 0.0, 1.0).at_limit.all()


def front_of(seed: int) -> tuple[NDArray, NDArray, NDArray]:
    wave, sun = series(seed, 1, 336)
    front = pareto(wave, sun, COSTS, 0.5, 0.1, 0.9)
    known = ~np.isnan(front.cost[0])
    return front.cost[0, known], front.compute_served[0, known], front.designs[0, known]


@pytest.mark.parametrize("seed", [20, 21, 22])
def test_on_a_front_more_is_served_for_more_at_rising_cost(seed: int) -> None:
    cost, served, designs = front_of(seed)
    assert len(cost) >= 8
    assert (np.diff(cost) > 0).all()
    assert (np.diff(served) > 0).all()
    assert served[-1] > 0.999
    assert (designs[:, 1] <= 0.5 * designs[:, 0]).all()
    # convex but for the error of the search
    middle = np.interp(served[1:-1], served[[0, -1]], cost[[0, -1]])
    assert (cost[1:-1] <= middle).all()


def test_the_cheapest_design_is_on_the_front() -> None:
    wave, sun = series(20, 1, 336)
    cost, served, _ = front_of(20)
    one = cheapest(wave, sun, COSTS, 0.5, 0.1, 0.9)
    share, least = one.served.compute_served.item(), one.cost.item()
    assert least <= np.interp(share, served, cost) * (1 + 1e-3)
    assert (cost / served).min() >= least / share * (1 - 1e-3)


def test_a_front_is_missing_where_hours_are() -> None:
    wave, sun = series(23, 2, 48)
    sun[0, 3] = np.nan
    front = pareto(wave, sun, COSTS, 0.5, 0.1, 0.9)
    assert np.isnan(front.cost[0]).all()
    assert np.isnan(front.designs[0]).all()
    assert np.isfinite(front.cost[1, 0])


ONE = np.ones((2, 24))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"costs": COSTS._replace(wave=-1.0)}, "costs and deck_ratio"),
        ({"costs": COSTS._replace(load=np.nan)}, "costs and deck_ratio"),
        ({"deck_ratio": -0.1}, "costs and deck_ratio"),
        ({"deck_ratio": np.nan}, "costs and deck_ratio"),
        ({"compute": 0.0}, "compute must be greater than 0"),
        ({"hotel": -1.0}, "hotel not below 0"),
        ({"sun": ONE[:1]}, "wave and sun must be"),
        ({"wave": ONE[0], "sun": ONE[0]}, "wave and sun must be"),
        ({"wave": -ONE}, "generation must not be below 0"),
    ],
)
def test_what_cannot_be_is_refused(change: dict, message: str) -> None:
    arguments = {
        "wave": ONE, "sun": ONE, "costs": COSTS, "deck_ratio": 0.5, "hotel": 0.1, "compute": 0.9,
    }  # fmt: skip
    with pytest.raises(ValueError, match=message):
        cheapest(**(arguments | change))


@pytest.mark.parametrize("target", [0.0, -1.0, 1.01, np.nan])
def test_a_target_that_is_none_is_refused(target: float) -> None:
    with pytest.raises(ValueError, match="target must be greater than 0"):
        cheapest_at(target, ONE, ONE, COSTS, 0.5, 0.1, 0.9)
