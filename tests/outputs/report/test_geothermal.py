"""The report's section on geothermal economics."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from matplotlib.figure import Figure

from siting.kinds import Results
from siting.outputs.report import geothermal
from siting.outputs.report.drawing import data_uri, drawing
from siting.outputs.report.geothermal_figures import bars_figure, tornado_figure

FIGURES = {
    "net_p10": 5.0, "net_p50": 22.0, "net_p90": 98.0, "conditional_p10": 66.0,
    "conditional_p50": 98.0, "conditional_p90": 140.0, "risked_p10": 70.0, "risked_p50": 115.0,
    "risked_p90": 210.0, "success": 0.14, "below_target": 0.06, "wells_per_discovery": 6.2,
    "loss": 3.4,
}  # fmt: skip
RECORD: dict[str, Any] = {
    "wells": "hydrothermal", "cells": 10, "cells_with_power": 9, "assumed_rows": 60, "rows": 73,
    "basis": {"dollar_year": 2025, "rate": 0.07, "life": 30, "fixed_charge_rate": 0.0805864,
              "tax_credits": "none", "target": 100.0},
    "table_error": {"cells": 9, "draws": 8192, "error": {"net_p50": 0.011, "risked_p90": 0.018}},
    "portraits": [{
        "temperature": 180.0, "temperature_sd": 15.0, "depth": 2000.0, "existence": 0.2,
        "figures": FIGURES, "assumed_share": 0.7, "well_cost": 3.7,
        "tornado": [
            {"input": "power density", "share": 0.4, "status": "derived", "low": 90, "high": 160},
            {"input": "hydrothermal.flow", "share": 0.3, "status": "assumed", "low": 150,
             "high": 95},
        ],
        "ladder": [{"rung": "desk", "reached": 1.0, "tries": 1.0, "cost": 0.06, "existence": 0.28,
                    "existence_if_not": 0.03}],
    }],
}  # fmt: skip


def results(record: dict[str, Any]) -> Results:
    return cast(Results, SimpleNamespace(records={"wells.record": record, "other": {}}))


@pytest.fixture
def economics() -> geothermal.Economics:
    (found,) = geothermal.read(results(RECORD))
    return found


def test_a_conditional_cost_never_stands_without_the_chance(economics) -> None:
    text = geothermal.bars_text(economics)
    assert "98 (66 to 140)" in text
    assert "115 (70 to 210)" in text
    assert "success 14 %" in text
    labels = [item.label for item in economics.portraits[0].items]
    assert "Success" in labels


def test_basis_and_errors_are_told(economics) -> None:
    told = {item.label: item.value for item in economics.basis}
    assert told["Prices of"] == "2025"
    assert told["Rows of the table of costs that are assumed"] == "60 of 73"
    assert "1.1 % on medians" in economics.errors
    assert "8192 draws at 9 cells" in economics.errors


def hatched(figure: Figure) -> int:
    return sum(1 for patch in figure.axes[0].patches if patch.get_hatch())


def test_assumed_shares_and_inputs_are_hatched(economics) -> None:
    with drawing():
        bars, tornado = bars_figure(economics), tornado_figure(economics.portraits[0].drivers)
        assert hatched(bars) == 2
        assert hatched(tornado) == 1
        assert "$/MWh" in bars.axes[0].get_xlabel()
        assert "$/MWh" in tornado.axes[0].get_xlabel()
        assert data_uri(bars_figure(economics)) == data_uri(bars_figure(economics))
        sure = replace(economics, portraits=(replace(economics.portraits[0], assumed=None),))
        assert hatched(bars_figure(sure)) == 0


@pytest.mark.parametrize("lacking", ["basis", "table_error", "portraits"])
def test_a_record_that_lacks_parts_is_still_read(lacking: str) -> None:
    found = geothermal.read(results({**RECORD, lacking: [] if lacking == "portraits" else None}))
    assert found[0].title == "Hydrothermal wells"


def test_other_records_are_none_of_it() -> None:
    assert geothermal.read(results({"best_single": {}})) == []
