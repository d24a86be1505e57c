"""Costs of one currency and year: never mixed in silence."""

from pathlib import Path

import pytest

from siting.errors import InputError
from siting.findings import collect
from siting.io.costs import PriceIndex, price_index, read_costs

HEAD = "parameter,value,low,high,unit,dollar_year,status,source\n"
ROWS = (
    "well.capex,100,90,120,USD/kW,2022,READ,NREL\n"
    "well.life,30,,,yr,,READ,NREL\n"
    "deck.capex,10,,,M USD,2024,READ,a study\n"
)


def table(folder: Path, rows: str = ROWS) -> Path:
    path = folder / "costs.csv"
    path.write_text(HEAD + rows)
    return path


def test_other_years_are_converted_and_told(tmp_path) -> None:
    with collect() as findings:
        costs = read_costs(table(tmp_path), 2024)
    # Consumer prices of 2024 and 2022: 313.689 / 292.655 = 1.071873
    assert costs.loc["well.capex", "value"] == pytest.approx(107.1873, abs=1e-4)
    assert costs.loc["well.capex", "low"] == pytest.approx(96.4686, abs=1e-4)
    assert costs.loc["deck.capex", "value"] == 10
    assert costs.loc["well.life", "value"] == 30
    assert costs.loc["well.capex", "converted_from"] == 2022
    assert [(each.code, each.severity) for each in findings] == [("COST_YEAR_CONVERTED", "note")]
    assert findings[0].found.startswith("1 of 3 rows")


def test_one_year_needs_no_index(tmp_path) -> None:
    with collect() as findings:
        costs = read_costs(table(tmp_path, "a,1,,,USD/kW,2026,READ,x\n"), 2026)
    assert (costs.loc["a", "currency"], findings) == ("USD", [])


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("a,1,,,USD/kW,,READ,x\nb,2,,,1,2020,READ,x\n", "COST_YEAR_MISSING"),
        ("a,1,,,USD/kW,1950,READ,x\n", "COST_YEAR_UNKNOWN"),
        ("a,1,,,EUR/kW,2022,READ,x\n", "COST_CURRENCY"),
        ("a,,,,USD/kW,2022,READ,x\nb,1,,,USD,2022,READ,x\n", "COST_INVALID"),
        ("a,5,6,7,USD/kW,2022,READ,x\n", "COST_INVALID"),
        ("a,5,,,USD/kW,2022,READ,x\na,6,,,USD/kW,2022,READ,x\n", "ID_DUPLICATE"),
    ],
)
def test_costs_that_cannot_be_compared_are_refused(tmp_path, rows, code) -> None:
    with pytest.raises(InputError, match=code):
        read_costs(table(tmp_path, rows), 2024)


def test_a_table_of_something_else_is_refused(tmp_path) -> None:
    (tmp_path / "costs.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="COLUMN_MISSING"):
        read_costs(tmp_path / "costs.csv", 2024)


def test_costs_without_a_source_are_told(tmp_path) -> None:
    with collect() as findings:
        read_costs(table(tmp_path, "a,1,,,USD,2024,READ,\nb,1,,,USD,2024,READ,x\n"), 2024)
    assert [each.code for each in findings] == ["COST_SOURCE_MISSING"]


def test_an_index_of_the_users_own(tmp_path) -> None:
    index = PriceIndex("EUR", "mine", {2022: 1.0, 2025: 1.5})
    with collect():
        costs = read_costs(table(tmp_path, "a,2,,,EUR/kW,2022,READ,x\n"), 2025, index=index)
    assert costs.loc["a", "value"] == 3.0


def test_the_index_rises_but_for_one_year() -> None:
    levels = list(price_index().levels.values())
    falls = [year for year, a, b in zip(price_index().levels, levels, levels[1:], strict=False)
             if b < a]  # fmt: skip
    assert falls == [2008]  # prices fell from 2008 to 2009
