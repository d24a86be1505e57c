"""Existence and success as two probabilities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import InputError
from siting.kernels.geothermal import ladder

CHANCES = st.floats(0.01, 0.99)
TRIES = st.integers(1, 8)


def rung(cost: float, tries: int, hit: float, false: float = 0.0) -> ladder.Rung:
    return ladder.Rung(*(np.array(each, float) for each in (cost, tries, hit, false)))


def test_three_wells_at_one_place_in_five() -> None:
    # pi .2, h .6, K 3 by hand: .2 (1 - .4^3) = .1872; 2.712 wells; 2.712/.1872 = 14.5.
    assert ladder.discovery(0.2, 0.6, 3) == pytest.approx(0.1872)
    assert ladder.expected_wells(0.2, 0.6, 3) == pytest.approx(2.712)
    assert ladder.wells_per_discovery(0.2, 0.6, 3) == pytest.approx(14.487, abs=1e-3)
    # Bayes: .2 x .4/(.2 x .4 + .8).
    assert ladder.posterior(0.2, 0.6, 1) == pytest.approx(0.0909, abs=5e-5)


@given(CHANCES, CHANCES, TRIES)
def test_closed_forms_are_sums_over_the_wells(pi: float, h: float, tries: int) -> None:
    k = np.arange(tries)
    assert ladder.expected_wells(pi, h, tries) == pytest.approx(
        ((1 - pi) + pi * (1 - h) ** k).sum()
    )
    found = h * (1 - h) ** k
    until = ((k + 1) * found).sum() / found.sum()
    assert ladder.tries_until_success(h, tries) == pytest.approx(until)


@given(CHANCES, CHANCES, st.integers(1, 40))
def test_dry_wells_lower_the_belief_but_never_to_nothing(pi: float, h: float, dry: int) -> None:
    before, after = ladder.posterior(pi, h, dry - 1), ladder.posterior(pi, h, dry)
    assert 0 < after < before <= pi


@given(CHANCES, CHANCES, CHANCES, TRIES, TRIES)
def test_a_programme_is_what_drilling_it_gives(pi, h, false, tries, wells) -> None:
    found = ladder.programme([rung(0.1, tries, h, false), rung(5.0, wells, 0.6)])
    assert found.finds == pytest.approx((1 - (1 - h) ** tries) * (1 - 0.4**wells))
    assert found.wells_absent == pytest.approx((1 - (1 - false) ** tries) * wells)
    assert found.spend_found >= 5.0


def test_a_programme_agrees_with_playing_it() -> None:
    # 40,000 campaigns drawn: two cheap holes, then up to three wells.
    rng, pi = np.random.default_rng(1), 0.3
    rungs = [rung(0.25, 2, 0.7, 0.2), rung(5.0, 3, 0.6)]
    costs, finds = [], 0
    for there in rng.random(40_000) < pi:
        cost, goes_on = 0.0, True
        for each in rungs:
            chance = float(each.hit if there else each.false)
            draws = rng.random(int(each.tries)) < chance
            tries = int(np.argmax(draws)) + 1 if draws.any() else len(draws)
            cost, goes_on = cost + tries * float(each.cost), bool(draws.any())
            if not goes_on:
                break
        costs.append(cost)
        finds += goes_on
    found = ladder.programme(rungs)
    assert pi * found.finds == pytest.approx(finds / 40_000, abs=0.008)
    assert pi * found.spend_present + (1 - pi) * found.spend_absent == pytest.approx(
        np.mean(costs), rel=0.02
    )


def test_the_walk_ends_where_the_programme_does() -> None:
    rungs = [rung(0.05, 1, 0.95, 0.6), rung(0.25, 4, 0.5, 0.15), rung(5.0, 3, 0.6)]
    rows = ladder.walk(rungs, ["desk", "holes", "wells"], 0.2)
    found = ladder.programme(rungs)
    assert sum(row["cost"] for row in rows) == pytest.approx(
        0.2 * found.spend_present + 0.8 * found.spend_absent
    )
    assert rows[-1]["existence"] == pytest.approx(1.0)
    assert rows[0]["reached"] == 1.0 > rows[1]["reached"] > rows[2]["reached"]


@pytest.mark.parametrize("bad", [-0.1, 1.1])
def test_probabilities_outside_of_their_bounds_are_refused(bad: float) -> None:
    for call in (ladder.discovery, ladder.posterior, ladder.expected_wells):
        with pytest.raises(InputError, match="VALUE_INVALID"):
            call(bad, 0.6, 3)
        with pytest.raises(InputError, match="VALUE_INVALID"):
            call(0.2, bad, 3)


def test_not_known_stays_not_known() -> None:
    assert np.isnan(ladder.discovery(np.nan, 0.6, 3))
