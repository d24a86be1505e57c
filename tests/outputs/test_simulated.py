"""What pages say of a run whose candidates were simulated and tested on nothing known."""

from dataclasses import replace
from typing import Any

import pytest

from siting.kinds import Results
from siting.outputs.map import content
from siting.outputs.report import page, surrogate
from siting.outputs.simulated import cards_wanted, cost_verdict
from tests.site_cards import PLACES, card, make_results

RECORD: dict[str, Any] = {
    "verdict": "382 of 1,882 cells were simulated.",
    "simulated": 382, "cells": 1882, "error": 0.1, "constant": 0.4, "typical": 0.02,
    "share_explained": 0.9, "best_single": {"name": "wave_power", "error": 0.2},
    "singles": [{"name": "wave_power", "error": 0.2}],
    "interval": {"coverage": 0.9, "factor": 1.13}, "best": 50, "tolerance": 0.05,
    "may_be_best": 0, "not_simulable": 3,
    "rounds": [{"simulated": 200}, {"simulated": 60, "error": 0.03, "inside": 0.95}],
}  # fmt: skip


@pytest.fixture(scope="module")
def results() -> Results:
    made = make_results([card(1, next(iter(PLACES)))])
    return replace(made, records={"cost.record": RECORD}, pipeline="outputs:\n  - sites.html\n")


def test_the_verdict_is_the_cost_beside_that_elsewhere(results: Results) -> None:
    told = cost_verdict(results)
    assert told.startswith(
        "The best simulated site costs 4.50 $/GPU-h (4.00 to 5.50 with waves and morphing, "
        "one standard deviation); an hour elsewhere costs 2.30."
    )
    assert "286 $/MWh at an uptime of 92 %" in told
    assert told.endswith("At an uptime of 0.9: no price.")  # the nearest to 0.921


def test_the_face_tells_the_cost_first_and_then_how_it_was_judged(results: Results) -> None:
    face = content.face(results)
    assert face["verdict"] == cost_verdict(results)
    assert face["judged"] == RECORD["verdict"]
    assert content.skill_record(results) is None
    assert content.ground(results) == "area"


def test_errors_are_told_as_per_cent(results: Results) -> None:
    found = surrogate.read(results)
    assert found is not None
    # exp(0.1) - 1 = 10.5 %, exp(0.2) - 1 = 22.1 %, exp(0.4) - 1 = 49.2 %
    assert found.errors == (
        ("The model", "10.5"), ("Wave power", "22.1"), ("One number for all cells", "49.2"),
    )  # fmt: skip
    assert found.rounds == (("200", "–", "–"), ("60", "3.0", "95"))


def test_a_report_without_known_fields_speaks_of_none(results: Results) -> None:
    text = page.render(results)
    assert "known field" not in text
    assert 'id="surrogate"' in text
    assert 'id="assumed"' in text
    assert 'id="skill"' not in text


def test_cards_are_linked_only_where_they_are_written(results: Results) -> None:
    assert cards_wanted(results)
    assert not cards_wanted(replace(results, pipeline="# sites.html\noutputs: [map.html]"))
    assert not cards_wanted(replace(results, cards=[]))
