import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.interpolate import RegularGridInterpolator

from siting.kernels import balance
from siting.kernels.firm_power import FirmPower, Trace, simulate, trace
from tests.kernels.linear_programme import most_served

SHARES = ("energy_served", "compute_served", "full_load_hours", "curtailed")
DESIGN = st.tuples(
    st.floats(0, 5), st.floats(0, 5), st.sampled_from([0.0, 0.5, 3.0, 20.0, 400.0]), st.floats(0, 2)
)
SEEDS = st.integers(0, 2**32 - 1)


def series(seed: int, sites: int, hours: int) -> tuple[NDArray, NDArray]:
    """Waves that last for a day or two, and sun by day."""
    random = np.random.default_rng(seed)
    noise = random.normal(0, 0.3, (sites, hours))
    for hour in range(1, hours):
        noise[:, hour] += 0.95 * noise[:, hour - 1]
    wave = np.clip(0.3 * np.exp(noise), 0, 1)
    day = np.clip(np.sin(2 * np.pi * (np.arange(hours) % 24 - 6) / 24), 0, None)
    return wave, day * random.uniform(0.2, 0.8, (sites, 1))


def by_hand(
    generation: NDArray, design: tuple, hotel: float, compute: float,
    charge: float, discharge: float, level: float,
) -> dict[str, float]:  # fmt: skip
    """One hour after the other, by the rules of the docstring, with the limits of both ways."""
    load, energy, down = hotel + compute, design[2], design[3] if len(design) == 4 else design[4]
    served, dumped, drawn = [], 0.0, 0.0
    for power in generation:
        if power >= load:
            taken = min(power - load, design[3], (energy - level) / charge)
            level += taken * charge
            dumped += power - load - taken
            served.append(load)
        else:
            given_up = min(load - power, down, level * discharge)
            level -= given_up / discharge
            drawn += given_up / discharge
            served.append(power + given_up)
    got = np.array(served)
    below = got < load * (1 - 1e-9)
    runs = "".join("x" if each else " " for each in below).split()
    return {
        "energy_served": got.mean() / load,
        "compute_served": np.clip(got - hotel, 0, None).mean() / compute,
        "full_load_hours": 1 - below.mean(),
        "longest_outage": max(map(len, runs), default=0),
        "hotel_unserved": (got < hotel - 1e-9 * load).sum(),
        "curtailed": dumped / generation.sum() if generation.sum() > 0 else 0.0,
        "cycles": drawn / energy if energy > 0 else 0.0,
    }


def energy_balance(found: Trace, design: tuple, charge: float, discharge: float) -> float:
    """What is generated less what is served, curtailed, lost and left in the battery [kWh]."""
    steps = np.diff(np.r_[found.charge[-1], found.charge])
    stored, drawn = np.clip(steps, 0, None).sum(), np.clip(-steps, 0, None).sum()
    battery = stored / charge - drawn * discharge
    return found.generation.sum() - found.served.sum() - found.curtailed.sum() - battery


# The published check of H2Integrate's storage: supply 0 to 9, demand 1, capacity 10, full at the
# start, charging at most 1 and discharging at most .5 an hour.
def test_a_battery_with_two_limits_does_as_published() -> None:
    found = trace(np.arange(10.0), np.zeros(10), [1, 0, 10, 1, 0.5], 0.0, 1.0, 1.0, 1.0, start=1.0)
    assert found.served.tolist() == [0.5, *[1.0] * 9]
    assert found.curtailed.tolist() == [0, 0, 0.5, 2, 3, 4, 5, 6, 7, 8]


# By hand, efficiencies .8 and .5, battery 2 kWh and 1 kW, hotel .2, compute .8, empty at the start:
# hour 1: 3 kW, 2 too many, 1 charged as .8, 1 curtailed. Hour 2: 1.5, .5 charged as .4: 1.2 kWh.
# Hour 3: .7, lacks .3, drawn .6: .6 kWh left. Hour 4: 0, lacks 1, .6 kWh give .3: served .3, of
# which .2 hotel. Hour 5: .1, nothing left: served .1, all of it hotel, which lacks too.
def test_five_hours_by_hand() -> None:
    wave = np.array([3.0, 1.5, 0.7, 0.0, 0.1])
    hours = trace(wave, np.zeros(5), [1, 0, 2, 1], 0.2, 0.8, 0.8, 0.5, start=0.0)
    np.testing.assert_allclose(hours.served, [1, 1, 1, 0.3, 0.1], atol=1e-15)
    np.testing.assert_allclose(hours.charge, [0.8, 1.2, 0.6, 0, 0], atol=1e-15)
    np.testing.assert_allclose(hours.curtailed, [1, 0, 0, 0, 0], atol=1e-15)
    found = simulate([wave], np.zeros((1, 5)), [[1, 0, 2, 1]], 0.2, 0.8, 0.8, 0.5, start=0.0)
    expected = FirmPower(3.4 / 5, 2.5 / 4, 0.6, 2, 1, 1 / 5.3, 1.2 / 2)
    np.testing.assert_allclose(np.array(found)[:, 0, 0], expected, rtol=1e-14)


@given(SEEDS, DESIGN, st.floats(0, 0.9), st.floats(0.5, 1), st.floats(0.5, 1), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_every_lane_does_as_by_hand(
    seed: int, design: tuple, hotel: float, charge: float, discharge: float, start: float
) -> None:
    wave, sun = series(seed, 3, 97)
    designs = [(1, 1, 1, 1), design]
    found = simulate(wave, sun, designs, hotel, 1 - hotel, charge, discharge, start)
    for site in range(3):
        power = design[0] * wave[site] + design[1] * sun[site]
        level = start * design[2]
        each = by_hand(power, design, hotel, 1 - hotel, charge, discharge, level)
        ours = {name: getattr(found, name)[site, 1] for name in FirmPower._fields}
        assert ours == pytest.approx(each, rel=1e-9, abs=1e-9)


@given(SEEDS, DESIGN, st.floats(0.5, 1), st.floats(0.5, 1))
@settings(max_examples=60, deadline=None)
def test_no_energy_is_free(seed: int, design: tuple, charge: float, discharge: float) -> None:
    wave, sun = series(seed, 1, 300)
    found = trace(wave[0], sun[0], design, 0.1, 0.9, charge, discharge)
    assert energy_balance(found, design, charge, discharge) == pytest.approx(0, abs=1e-9)
    both = simulate(wave, sun, [design], 0.1, 0.9, charge, discharge)
    assert found.served.mean() == pytest.approx(both.energy_served.item(), abs=1e-12)
    total = found.generation.sum() or 1.0
    assert found.curtailed.sum() / total == pytest.approx(both.curtailed.item(), abs=1e-12)


def test_a_series_run_twice_serves_as_it_does_once() -> None:
    wave, sun = series(3, 5, 1500)
    designs = [(2.5, 0.5, energy, 1.0) for energy in (0.0, 5.0, 60.0, 5_000.0)]
    designs += [(40.0, 0.0, 100_000.0, 0.01), (3.8, 0.0, 100_000.0, 30.0)]
    once = simulate(wave, sun, designs, 0.1, 0.9)
    twice = simulate(np.tile(wave, 2), np.tile(sun, 2), designs, 0.1, 0.9)
    for name in (*SHARES, "longest_outage"):
        np.testing.assert_allclose(getattr(twice, name), getattr(once, name), atol=1e-10)


# 2 kW for 3 hours of 4, a battery that holds more than a year's surplus: every year adds 2 kWh, so
# that after very many years it is full, and serves all.
def test_a_battery_that_fills_over_many_years_is_full_at_the_start() -> None:
    wave = [[2.0, 2.0, 2.0, 0.0]]
    found = simulate(wave, np.zeros((1, 4)), [[1, 0, 100, 5]], 0.0, 1.0, 1.0, 1.0)
    assert found.energy_served.item() == 1
    assert trace(wave[0], np.zeros(4), [1, 0, 100, 5], 0.0, 1.0, 1.0, 1.0).charge[-1] == 99


# Surplus and lack are equal: any charge from 0 to 9 kWh repeats. Nothing may be given away.
def test_of_many_charges_that_repeat_the_least_is_taken() -> None:
    found = trace([2.0, 0.0], np.zeros(2), [1, 0, 10, 5], 0.0, 1.0, 1.0, 1.0)
    assert found.charge.tolist() == [1.0, 0.0]


def test_an_outage_at_the_end_goes_on_at_the_start() -> None:
    wave = [[0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0]]
    repeats = simulate(wave, np.zeros((1, 8)), [[1, 0, 0, 0]], 0.0, 1.0)
    stated = simulate(wave, np.zeros((1, 8)), [[1, 0, 0, 0]], 0.0, 1.0, start=0.0)
    assert (repeats.longest_outage.item(), stated.longest_outage.item()) == (5, 3)
    nothing = simulate(np.zeros((1, 8)), np.zeros((1, 8)), [[1, 0, 0, 0]], 0.0, 1.0)
    assert nothing.longest_outage.item() == 8


@given(SEEDS, DESIGN, st.floats(0.6, 1), st.floats(0.6, 1))
@settings(max_examples=15, deadline=None)
def test_nothing_serves_more_of_a_flat_load(
    seed: int, design: tuple, charge: float, discharge: float
) -> None:
    wave, sun = series(seed, 1, 120)
    best = most_served(wave[0], sun[0], np.array(design), charge, discharge)
    ours = simulate(wave, sun, [design], 0.3, 0.7, charge, discharge).energy_served.item()
    assert ours == pytest.approx(best, abs=1e-9)


@given(SEEDS, DESIGN, st.integers(0, 3), st.floats(0, 2))
@settings(max_examples=40, deadline=None)
def test_more_of_any_part_serves_no_less(seed: int, design: tuple, part: int, more: float) -> None:
    wave, sun = series(seed, 4, 200)
    larger = np.array(design)
    larger[part] += more
    found = simulate(wave, sun, [design, larger], 0.1, 0.9)
    for name in ("energy_served", "compute_served", "full_load_hours"):
        small, large = getattr(found, name).T
        assert (large >= small - 1e-12).all(), name


@given(SEEDS, DESIGN, st.floats(0.01, 100))
@settings(max_examples=30, deadline=None)
def test_shares_do_not_depend_on_the_size_of_everything(
    seed: int, design: tuple, factor: float
) -> None:
    wave, sun = series(seed, 2, 150)
    one = simulate(wave, sun, [design], 0.1, 0.9)
    many = simulate(wave, sun, [np.array(design) * factor], 0.1 * factor, 0.9 * factor)
    for name in FirmPower._fields:
        np.testing.assert_allclose(getattr(many, name), getattr(one, name), rtol=1e-7, atol=1e-9)


# All of the lack up to compute is compute's, so it is served the smaller share; it serves
# exactly energy - hotel where the hotel load is never short.
@given(SEEDS, DESIGN, st.floats(0, 0.9))
@settings(max_examples=40, deadline=None)
def test_compute_is_throttled_before_the_hotel_load(seed: int, design: tuple, hotel: float) -> None:
    wave, sun = series(seed, 3, 150)
    found = simulate(wave, sun, [design], hotel, 1 - hotel)
    assert (found.compute_served <= found.energy_served + 1e-12).all()
    alone = (found.energy_served - hotel) / (1 - hotel)
    assert (found.compute_served >= alone - 1e-12).all()
    fed = found.hotel_unserved == 0
    np.testing.assert_allclose(found.compute_served[fed], alone[fed], atol=1e-9)
    for name in SHARES:
        assert ((getattr(found, name) >= 0) & (getattr(found, name) <= 1)).all(), name


def test_a_hotel_load_above_generation_leaves_nothing_for_compute() -> None:
    found = simulate(np.full((1, 48), 0.1), np.zeros((1, 48)), [[1, 0, 10, 1]], 0.2, 0.8)
    assert found.energy_served.item() == pytest.approx(0.1)
    assert found.compute_served.item() == 0
    assert (found.hotel_unserved.item(), found.longest_outage.item()) == (48, 48)


def test_without_a_battery_what_is_left_over_is_curtailed() -> None:
    wave = np.array([[3.0, 0.5] * 30])
    for design in ([1, 0, 0, 9], [1, 0, 9, 0]):
        found = simulate(wave, np.zeros((1, 60)), [design], 0.0, 1.0)
        assert found.energy_served.item() == pytest.approx(0.75)
        assert found.curtailed.item() == pytest.approx(2 / 3.5)
        assert found.cycles.item() == 0


def test_no_generation_is_0_and_not_missing() -> None:
    found = simulate(np.zeros((1, 24)), np.zeros((1, 24)), [[1, 1, 5, 1]], 0.1, 0.9)
    assert [each.item() for each in found] == [0, 0, 0, 24, 24, 0, 0]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("start", [None, 0.5])
def test_a_missing_hour_makes_a_site_missing_and_no_other(
    bad: float, which: int, start: float | None
) -> None:
    both = series(5, 70, 60)
    clean = simulate(*both, [[2, 1, 5, 1], [3, 0, 0, 1]], 0.1, 0.9, start=start)
    both[which][33, 17] = bad
    found = simulate(*both, [[2, 1, 5, 1], [3, 0, 0, 1]], 0.1, 0.9, start=start)
    others = np.arange(70) != 33
    for name in FirmPower._fields:
        assert np.isnan(getattr(found, name)[33]).all(), name
        assert (getattr(found, name)[others] == getattr(clean, name)[others]).all(), name
    hours = trace(both[0][33], both[1][33], [2, 1, 5, 1], 0.1, 0.9, start=start)
    assert all(np.isnan(each).all() for each in hours)


def test_sites_have_their_own_designs_and_loads() -> None:
    wave, sun = series(6, 9, 120)
    designs = np.random.default_rng(0).uniform(0, 3, (9, 7, 4))
    hotel, compute = np.linspace(0, 0.4, 9), np.linspace(1, 0.5, 9)
    together = simulate(wave, sun, designs, hotel, compute)
    for site in range(9):
        rows = slice(site, site + 1)
        alone = simulate(wave[rows], sun[rows], designs[site], hotel[site], compute[site])
        for name in FirmPower._fields:
            assert (getattr(alone, name)[0] == getattr(together, name)[site]).all(), name


@pytest.mark.parametrize("count", [1, 3, 64, 65, 130])
def test_results_do_not_depend_on_what_else_is_asked(count: int) -> None:
    wave, sun = series(7, 5, 90)
    designs = np.random.default_rng(1).uniform(0, 3, (count, 4))
    together = simulate(wave, sun, designs, 0.1, 0.9)
    alone = simulate(wave, sun, designs[-1:], 0.1, 0.9)
    for name in FirmPower._fields:
        assert (getattr(alone, name)[:, 0] == getattr(together, name)[:, -1]).all(), name


def test_single_precision_series_give_what_double_ones_do() -> None:
    wave, sun = (each.astype(np.float32) for each in series(8, 4, 500))
    single = simulate(wave, sun, [[2, 1, 30, 1]], 0.1, 0.9)
    double = simulate(wave.astype(float), sun.astype(float), [[2, 1, 30, 1]], 0.1, 0.9)
    assert (np.array(single) == np.array(double)).all()


def test_inputs_stay_as_they_were() -> None:
    wave, sun = series(9, 2, 50)
    before = wave.copy(), sun.copy()
    simulate(wave, sun, [[2, 1, 3, 1]], 0.1, 0.9)
    assert (wave == before[0]).all()
    assert (sun == before[1]).all()


@pytest.mark.parametrize("hours", [1, balance.LANES, 720, 721, 3000])
def test_the_start_is_found_for_short_and_long_series(hours: int) -> None:
    wave, sun = series(10, 1, hours)
    design = (2.6, 0.3, 900.0, 1.5)
    level = trace(wave[0], sun[0], design, 0.1, 0.9).charge[-1]
    again = trace(wave[0], sun[0], design, 0.1, 0.9, start=level / design[2])
    assert again.charge[-1] == pytest.approx(level, abs=1e-9)


ONE = np.ones((2, 24))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"wave": -ONE}, "generation must not be below 0"),
        ({"sun": ONE[:1]}, "wave and sun must be"),
        ({"wave": ONE[0]}, "two dimensions"),
        ({"wave": ONE[:, :0], "sun": ONE[:, :0]}, "wave and sun must be"),
        ({"designs": [[1, 1, 1]]}, "designs must be"),
        ({"designs": np.ones((3, 1, 4))}, "designs must be"),
        ({"designs": [[1, 1, -1, 1]]}, "not below 0"),
        ({"designs": [[1, 1, np.nan, 1]]}, "finite"),
        ({"hotel": -0.1}, "loads must not be below 0"),
        ({"hotel": np.nan}, "loads must not be below 0"),
        ({"hotel": 0.0, "compute": 0.0}, "sum must be greater than 0"),
        ({"compute": [0.1, 0.2, 0.3]}, "one number or one a site"),
        ({"charge_efficiency": 0.0}, "charge_efficiency must be"),
        ({"discharge_efficiency": 1.1}, "discharge_efficiency must be"),
        ({"start": 1.1}, "start must be from 0 to 1"),
        ({"start": np.nan}, "start must be from 0 to 1"),
    ],
)
def test_what_cannot_be_is_refused(change: dict, message: str) -> None:
    arguments = {"wave": ONE, "sun": ONE, "designs": [[1, 1, 1, 1]], "hotel": 0.1, "compute": 0.9}
    with pytest.raises(ValueError, match=message):
        simulate(**(arguments | change))


def test_a_load_without_compute_has_no_share_of_it() -> None:
    found = simulate(ONE, ONE, [[1, 1, 1, 1]], 1.0, 0.0)
    assert np.isnan(found.compute_served).all()
    assert (found.energy_served == 1).all()


# Oregon 2010, by the power matrix of RM3 (286 kW), each three-hourly state for three hours: rated
# so that a year's generation equals the load, 79.8 % of energy and 41.6 % of hours are served
# without a battery; rated at three times the load, the longest run below it has 1,071 hours.
@pytest.fixture
def oregon() -> NDArray:
    folder = os.environ.get("SITING_REFERENCE_DATA", "")
    states = Path(folder) / "wave" / "pysam_us_wave_2010.csv"
    matrix = Path(folder) / "wave" / "pysam_rm3_wave_power_matrix.csv"
    if not folder or not states.exists() or not matrix.exists():
        pytest.skip("needs waves and matrix of the reference data: set SITING_REFERENCE_DATA")
    rows = [line.split(",") for line in matrix.read_text(encoding="utf-8").split()]
    table = np.array(rows[1:], dtype=float)
    axes = table[:, 0], np.array(rows[0][1:], dtype=float)
    power = RegularGridInterpolator(axes, table[:, 1:], bounds_error=False, fill_value=0.0)
    found: NDArray = power(np.loadtxt(states, delimiter=",", skiprows=1)) / 286
    return np.repeat(found, 3)[np.newaxis]


def test_oregon_serves_what_was_published(oregon: NDArray) -> None:
    designs = [[1 / oregon.mean(), 0, 0, 0], [3, 0, 0, 0]]
    found = simulate(oregon, np.zeros_like(oregon), designs, 0.0, 1.0)
    assert found.energy_served[0, 0] == pytest.approx(0.798, abs=5e-4)
    assert found.full_load_hours[0, 0] == pytest.approx(0.416, abs=5e-4)
    assert found.longest_outage[0, 1] == 1071


def test_a_share_of_energy_is_less_in_hours_in_oregon(oregon: NDArray) -> None:
    designs = [[1.5 / oregon.mean(), 0, energy, 9] for energy in np.arange(0.0, 60.0)]
    found = simulate(oregon, np.zeros_like(oregon), designs, 0.0, 1.0)
    first = np.argmax(found.energy_served[0] >= 0.95)
    assert found.energy_served[0, first] == pytest.approx(0.95, abs=0.002)
    assert found.full_load_hours[0, first] == pytest.approx(0.866, abs=0.002)
