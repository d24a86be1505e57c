"""Capital over years, against published values and identities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import InputError
from siting.kernels import money

RATES = st.floats(0.001, 0.5)
LIVES = st.floats(1, 60)


def test_recovery_factor_has_its_textbook_value() -> None:
    # Tables of engineering economics: A/P at 7 % over 30 years.
    assert money.crf(0.07, 30) == pytest.approx(0.0805864, abs=5e-8)


@given(rate=RATES, life=st.integers(1, 60))
def test_payments_are_worth_the_capital(rate, life) -> None:
    # Each payment discounted to today.
    years = np.arange(1, life + 1)
    assert money.crf(rate, life) * ((1 + rate) ** -years).sum() == pytest.approx(1, rel=1e-9)


@given(rate=RATES, life=LIVES)
def test_recovery_factor_lies_above_interest_and_repayment(rate, life) -> None:
    assert money.crf(rate, life) > max(rate, 1 / life) * (1 - 1e-12)


def test_without_interest_capital_is_paid_back_in_equal_parts() -> None:
    assert money.crf(np.array([0.0, 1e-12]), 25) == pytest.approx(0.04, rel=1e-9)


@pytest.mark.parametrize(("rate", "life"), [(-1.0, 10), (0.07, 0), (0.07, np.nan)])
def test_impossible_finance_is_refused(rate, life) -> None:
    with pytest.raises(InputError, match="VALUE_INVALID"):
        money.crf(rate, life)


@given(rate=RATES, life=st.integers(1, 40), loss=st.floats(0, 0.5))
def test_payments_of_those_that_are_left_are_worth_the_capital(rate, life, loss) -> None:
    years = np.arange(1, life + 1)
    worth = ((1 - loss) ** years * (1 + rate) ** -years).sum()
    assert money.annuity(rate, life, loss) * worth == pytest.approx(1, rel=1e-9)


@pytest.mark.parametrize("loss", [-0.01, 1.0])
def test_losses_are_shares(loss) -> None:
    with pytest.raises(InputError, match="VALUE_INVALID"):
        money.annuity(0.07, 5, loss)


def test_survivors_over_two_years_by_hand() -> None:
    # No interest, two years, a tenth fails each year: (0.9 + 0.81)/2.
    assert money.surviving_share(0.0, 2, 0.1) == pytest.approx(0.855)


@given(attrition=st.floats(0, 0.5), loss=st.floats(0, 0.3), life=LIVES)
def test_survivors_are_a_share_and_fewer_with_attrition(attrition, loss, life) -> None:
    share = money.surviving_share(0.07, life, attrition, loss)
    assert 0 < share <= 1 + 1e-12
    assert share <= money.surviving_share(0.07, life, attrition / 2, loss) + 1e-12


# SAM's reference device RM3 of 286 kW: 72.954 kW in the mean, less losses of 7 %.
RM3_ENERGY = 72.954 * 0.93 * 8.76  # [MWh]
RM3_CAPITAL = 15_749 * 286  # [USD] of 2022


@pytest.mark.parametrize(("charge", "expected"), [(0.108, 909.84), (0.05, 470.30)])
def test_cost_of_energy_of_the_reference_device(charge, expected) -> None:
    # SAM gives both; 54,300 USD a year is its upkeep, known to the dollar from the two.
    found = money.lcoe(RM3_CAPITAL, 54_300, RM3_ENERGY, charge)
    assert found == pytest.approx(expected, abs=0.03)


def test_upkeep_alone_of_the_reference_device() -> None:
    assert money.lcoe(0, 54_300, RM3_ENERGY, 0.108) == pytest.approx(91, abs=0.5)


def test_what_a_cheap_claim_leaves_for_capital() -> None:
    # 20 USD/MWh at a capacity factor of one half is 88 USD per kW and year in all.
    assert money.lcoe(0, 87.6, 8.76 / 2, 0.05) == pytest.approx(20)


@given(st.floats(1, 1e4), st.floats(0, 1e3), st.floats(0.1, 8), st.floats(0.01, 0.2))
def test_cost_of_energy_is_linear_in_capital(capital, fixed, energy, charge) -> None:
    once, none = (money.lcoe(c, fixed, energy, charge) for c in (capital, 0.0))
    assert money.lcoe(2 * capital, fixed, energy, charge) == pytest.approx(2 * once - none)


# A processor of 30,000 USD, half as much on top, 5 years, 1.3 kW, cooled with 6 %.
CHIP = {"price": 30_000, "overhead": 0.5, "rate": 0.07, "life": 5, "power": 1.3 * 1.06}


def test_energy_is_a_small_part_of_an_hour() -> None:
    for price, share in ((20, 0.02), (100, 0.10)):
        whole = money.gpu_hour(**CHIP, uptime=0.99, energy_price=price)
        energy = 1.3 * 1.06 * price / 1000
        assert energy / whole == pytest.approx(share, abs=0.005)


def test_lost_uptime_costs_more_than_dear_energy() -> None:
    high, low = (money.gpu_hour(**CHIP, uptime=u, energy_price=100) for u in (0.99, 0.80))
    assert low / high - 1 == pytest.approx(0.21, abs=0.005)


def test_tokens_by_hand() -> None:
    # 2.50 USD for 3,600 s at 1,000 tokens a second.
    assert money.per_megatoken(2.50, 1000) == pytest.approx(0.694444, abs=1e-6)
