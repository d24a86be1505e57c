"""Costs drawn from their ranges."""

import numpy as np
import pandas as pd
import pytest

from siting.errors import InputError, UnitsError
from siting.findings import collect
from siting.kernels import money


def table(**rows: tuple[float, float, float, str]) -> pd.DataFrame:
    index = [name.replace("__", ".") for name in rows]
    return pd.DataFrame(list(rows.values()), index=index, columns=["value", "low", "high", "unit"])


COSTS = table(
    solar__capex=(1500, 900, 2500, "USD kW-1"),
    solar__life=(20, np.nan, np.nan, "yr"),
    gpu__overhead=(0.2, 0.1, 0.5, "1"),
)


def test_draws_stay_in_their_range_with_the_mean_of_a_pert() -> None:
    drawn = money.draw(COSTS, 4096)["solar.capex"]
    assert drawn.min() >= 900
    assert drawn.max() <= 2500
    # (900 + 4 x 1500 + 2500)/6, and Malcolm's variance (mean - low)(high - mean)/7.
    assert drawn.mean() == pytest.approx(1566.67, rel=1e-3)
    assert drawn.var() == pytest.approx(666.67 * 933.33 / 7, rel=2e-3)


def test_a_row_without_a_range_does_not_vary() -> None:
    assert set(money.draw(COSTS, 64)["solar.life"]) == {20.0}


def test_draws_are_the_same_again_and_others_with_another_seed() -> None:
    one, same, other = (money.draw(COSTS, 128, seed=s)["gpu.overhead"] for s in (3, 3, 4))
    assert one.tolist() == same.tolist()
    assert one.tolist() != other.tolist()


def test_draws_of_different_rows_are_independent() -> None:
    drawn = money.draw(COSTS, 2048)
    assert abs(np.corrcoef(drawn["solar.capex"], drawn["gpu.overhead"])[0, 1]) < 0.02


def test_a_value_at_the_end_of_its_range_is_drawn_too() -> None:
    drawn = money.draw(table(hull__factor=(1.0, 1.0, 2.0, "1")), 256)["hull.factor"]
    assert drawn.mean() == pytest.approx((1 + 4 + 2) / 6, abs=2e-3)


def test_draws_are_balanced_or_refused() -> None:
    with pytest.raises(InputError, match="VALUE_INVALID"):
        money.draw(COSTS, 1000)


def test_units_of_rows_are_converted() -> None:
    costs = table(link__capacity=(30, 20, 40, "Mbit s-1"), finance__rate=(7, 4, 10, "percent"))
    found = money.ranges(costs)
    assert found["link.capacity"].tolist() == [30e6, 20e6, 40e6]
    assert found["finance.rate"] == pytest.approx([0.07, 0.04, 0.10])


def test_a_unit_of_something_else_is_refused() -> None:
    with pytest.raises(UnitsError, match=r"UNITS_INCOMPATIBLE[\s\S]*costs: hall.capex"):
        money.at_value(table(hall__capex=(1, 1, 1, "USD kWh-1")))


def test_a_row_without_a_value_is_refused() -> None:
    with pytest.raises(InputError, match="COST_INVALID"):
        money.draw(table(hall__capex=(np.nan, 1, 2, "USD kW-1")), 2)


def test_a_missing_row_is_asked_for_by_name() -> None:
    with pytest.raises(InputError, match=r"COST_MISSING[\s\S]*hall.life"):
        money.at_value(COSTS)["hall.life"]


def test_percentiles_are_of_the_quantity() -> None:
    found = money.percentiles(np.arange(101.0)[None, :])
    assert {name: each.item() for name, each in found.items()} == {"p10": 10, "p50": 50, "p90": 90}


def test_a_table_as_it_was_read_is_checked_and_brought_to_one_year() -> None:
    rows = {"parameter": ["hall.capex"], "value": [100.0], "low": [90.0], "high": [120.0]}
    raw = pd.DataFrame({**rows, "unit": ["USD kW-1"], "dollar_year": [2022], "source": ["a yard"]})
    with collect() as findings:
        found = money.at_value(raw)["hall.capex"]
    # Consumer prices of 2025 and 2022: 321.9/292.655.
    assert found == pytest.approx(109.993, abs=1e-3)
    assert [each.code for each in findings] == ["COST_YEAR_CONVERTED"]
    with pytest.raises(InputError, match="COST_YEAR_MISSING"):
        money.at_value(raw.assign(dollar_year=np.nan))
