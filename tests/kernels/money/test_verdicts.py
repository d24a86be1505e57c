"""Break-even prices and the weight of inputs."""

import numpy as np
import pytest

from siting.kernels import money

from .test_node import AT, COSTS, NODE

# An hour at 2.30 is known to half a cent, which is 2.6 USD/MWh at 1.943 kW a processor.
ROUNDING = 0.005 / (1.833 * 1.06) * 1000


def test_published_break_evens_come_out_within_the_rounding_of_the_reference() -> None:
    # A study of the same rack: at an uptime of .99 power may cost 85 USD/MWh where hull and hall
    # cost as on land, 16 where they cost a quarter more; at .90 no price is low enough.
    found = money.break_even(COSTS, uptimes=(0.90, 0.99), hull_factors=(1.0, 1.25))
    assert found["prices"][0] == [None, None]
    assert found["prices"][1] == pytest.approx([85, 16], abs=ROUNDING)
    exact = money.break_even(COSTS, reference=2.2963, uptimes=(0.99,), hull_factors=(1.0, 1.25))
    assert exact["prices"][0] == pytest.approx([85, 16], abs=0.5)


def test_at_the_break_even_price_both_cost_the_same() -> None:
    price = money.power_limit(2.5, 18_000.0, 0.95, 1.943)
    assert 18_000 / 8760 / 0.95 + 1.943 * price / 1000 == pytest.approx(2.5)


def test_the_reference_on_land_is_what_its_own_rows_give() -> None:
    hall = money.break_even(COSTS, uptimes=(0.98,), hull_factors=(1.0,), pue=1.25)
    assert hall["prices"][0][0] == pytest.approx(65, abs=2.5)


def test_sentences_say_what_the_surface_holds() -> None:
    lines = money.break_even(COSTS, uptimes=(0.9, 0.99), hull_factors=(1.0, 1.25, 2.0))["sentences"]
    assert lines[0].endswith(
        "no price of power is low enough, even where hull and hall cost as on land."
    )
    assert (
        "87 USD/MWh if hull and hall cost as on land, 18 USD/MWh if 25 % more, not at all"
        in lines[1]
    )


def test_other_costs_leave_less_for_power() -> None:
    free, laden = (money.break_even(COSTS, others=o)["prices"][4][0] for o in (0.0, 1000.0))
    assert free - laden == pytest.approx(1000 / 8760 / 0.999 / (1.833 * 1.06) * 1000, abs=0.2)


def test_inputs_are_told_by_their_weight() -> None:
    found = money.sensitivity(COSTS, NODE, 0.95)
    width = (found["cost_at_high"] - found["cost_at_low"]).abs().to_numpy()
    assert (np.diff(width) <= 0).all()
    assert width.min() > 0
    assert not found.index.str.startswith("land.").any()
    assert "wave.rm3.capex" not in found.index
    at_high = money.CostDraws({**AT.columns, "gpu.life": np.array([7.0])})
    wanted = money.cost_per_gpu_hour(NODE, at_high, 0.95).item()
    assert found.loc["gpu.life", "cost_at_high"] == pytest.approx(wanted)


def test_failures_that_nobody_repairs_count_in_the_verdict() -> None:
    found = money.break_even(COSTS)
    # 5 % a year over 5 years at 7 %: 86.6 % of the hours; 18,478/8760/(.999 x .866) is above 2.30.
    assert found["surviving"] == pytest.approx(0.8656, abs=1e-4)
    assert {price for row in found["prices_surviving"] for price in row} == {None}
    assert found["sentences"][-1].endswith("and no price of power is low enough.")
    sound = COSTS.copy()
    sound.loc["gpu.attrition", ["value", "low"]] = 0.0
    repaired = money.break_even(sound)
    assert repaired["prices_surviving"] == repaired["prices"]
    assert "97 USD/MWh at the very most" in repaired["sentences"][-1]
