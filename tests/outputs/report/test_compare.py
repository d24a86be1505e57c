"""The comparison's section: verdict first, pooled and within blocks side by side, leaks greyed."""

from dataclasses import replace
from typing import Any

import pytest

from siting.outputs import templates
from siting.outputs.report import compare, compare_figures, page
from siting.outputs.report.drawing import drawing

from .conftest import make_results


def figure(value: float | None, low: float, high: float) -> dict[str, Any]:
    return {"value": value, "low": low, "high": high}


def method(name: str, role: str, folds: str, pooled: float, within: float) -> dict[str, Any]:
    wide = {"blocks": 9, "pairs": 239}
    return {
        "name": name, "role": role, "folds": folds, "leakage": folds.startswith("random"),
        "sites": {
            "positives": 73, "others": 44, "prevalence": 0.6239,
            "auc": figure(pooled, pooled - 0.08, min(pooled + 0.07, 1.0)),
            "within": {**figure(within, within - 0.2, min(within + 0.2, 1.0)), **wide},
            "precision": figure(0.8, 0.7, 0.9),
            "capture": {"1": figure(0.02, 0.01, 0.03), "25": figure(0.36, 0.3, 0.4)},
        },
        "crossing": {"found": 0.589, "searched": 0.411, "density": 1.433},
        "recall_squared_over_share": {"at": 0.1, "value": 0.25},
        "calibration": {
            "brier": 0.21, "brier_chance": 0.235, "ece": 0.12,
            "bins": [[0.3, 0.2, 50], [0.8, 0.9, 67]],
        } if role == "approach" else None,
    }  # fmt: skip


MAIN, LEAK = "100 km blocks, 35 km buffer", "random (leakage)"


def comparison(**changes: Any) -> dict[str, Any]:
    difference = figure(-0.12, -0.25, -0.01) | {"share_of_bootstraps": 0.05}
    points = {
        "capture": [[0, 0], [0.5, 0.6], [1, 1]], "precision": [[0.1, 1.0], [1.0, 0.6239]],
    }  # fmt: skip
    singles = [method(f"layer_{i}", "single", MAIN, 0.7 - i / 100, 0.5) for i in range(11)]
    spherical = {
        "nugget": 0.1, "sill": 1.0, "range": 32_000.0, "reached": True,
        "points": [[10_000, 0.5, 90], [50_000, 1.0, 300]],
    }  # fmt: skip
    return {
        "kind": "comparison",
        "verdict": "No model is shown to beat a single layer: elevation. Within blocks 0.55.",
        "beats_single": False,
        "contrast": True,
        "scope": "73 systems with presence and 44 without.",
        "main": MAIN,
        "capture_of": "systems",
        "methods": [
            method("forest", "approach", LEAK, 1.0, 1.0),
            method("forest", "approach", MAIN, 0.66, 0.65),
            *singles,
            {**method("best layer", "single_chosen", MAIN, 0.82, 0.56), "mostly": "elevation"},
            {**method("chosen inside", "chosen", MAIN, 0.69, 0.53), "mostly": "forest"},
        ],
        "against": [
            {"name": "chosen inside", "role": "chosen", "single": "best layer",
             "pooled": difference, "within": difference}
        ],
        "folds": [
            {"name": MAIN, "splits": 10, "trained": 502, "tested": 5655, "without_positives": 0,
             "buffer": 35_000.0},
            {"name": "matched", "splits": 10, "trained": 530, "tested": 5655,
             "without_positives": 1, "match": {"w": 10_681.5}},
        ],
        "chosen": {"approaches": {"forest": 7, "logistic": 3}, "layers": {MAIN: {"dem": 10}}},
        "curves": {"forest": points, "chosen inside": points, "best layer": points},
        "variogram": {"text": "Labels have a range of 32 km.", "labels": spherical,
                      "residuals": {**spherical, "range": 0.0}},
        "leakage": {"passed": True, "text": "100 fields of labels that no feature knows of."},
        "labels": {"name": "cells", "used": 5655},
    } | changes  # fmt: skip


@pytest.fixture(scope="module")
def html(results: Any) -> str:
    return page.render(replace(results, records={"comparison": comparison()}))


def test_section_begins_with_the_verdict(html: str) -> None:
    section = html[html.index('<section id="comparison"') :]
    assert section.index("No model is shown to beat") < section.index("<table")
    assert "How well it finds known fields" not in html


def test_pooled_and_within_stand_side_by_side() -> None:
    found = compare.read(comparison())
    folds, leaks, rows = found.tables[0]
    assert (folds, leaks) == (MAIN, False)
    assert rows[0].name == "Chosen inside (mostly Forest)"
    pooled, within = rows[0].figures[:2]
    assert (pooled.value, pooled.interval) == ("0.69", "0.61–0.76")
    assert (within.value, within.interval) == ("0.53", "0.33–0.73")


def test_random_folds_come_last_and_are_called_leakage(html: str) -> None:
    found = compare.read(comparison())
    assert [(name, leaks) for name, leaks, _ in found.tables][-1] == (LEAK, True)
    assert all(row.leaks and not row.strong for row in found.tables[-1][2])
    assert html.index("not skill: neighbours leak") > html.index(">Chosen inside (mostly Forest)<")


def test_single_layers_beyond_the_best_eight_are_counted() -> None:
    found = compare.read(comparison())
    single = [row.name for row in found.tables[0][2] if row.role == "single layer"]
    assert single == [f"Layer {i}" for i in range(8)]
    assert found.cut == 3


def test_differences_carry_their_sign() -> None:
    (row,) = compare.read(comparison()).against
    assert (row.pooled.value, row.pooled.interval, row.pooled_share) == (
        "−0.12",
        "−0.25 to −0.01",
        "5",
    )


def test_folds_tell_buffer_and_match_in_kilometres() -> None:
    first, second = compare.read(comparison()).folds
    assert first[5:] == ("35", "–")
    assert second[4:] == ("1", "–", "10.7")


def test_a_skill_record_keeps_its_section(results: Any) -> None:
    records = {**make_results(results.grid).records, "comparison": comparison()}
    text = page.render(replace(results, records=records))
    assert text.index('id="skill"') < text.index('id="comparison"')


def test_same_record_gives_the_same_bytes(results: Any, html: str) -> None:
    assert page.render(replace(results, records={"comparison": comparison()})) == html


@pytest.mark.parametrize("missing", sorted(comparison()))
def test_whatever_is_missing_leaves_a_gap_and_no_error(results: Any, missing: str) -> None:
    record = {key: each for key, each in comparison().items() if key != missing}
    if missing == "kind":
        assert compare.comparison_record(replace(results, records={"c": record})) is None
        return
    found = page._comparison("comparison", 1, record)
    shown = {
        f"comparison_{name}": found[name] for name in ("skill", "curves", "variogram", "id", "name")
    }
    pages = templates.environment("siting.outputs.report")
    section, macros = pages.get_template("compare.html"), pages.get_template("parts.html").module
    text = section.render(
        skill=None, models=[], parts=macros, comparison=found["found"], first=True, **shown
    )
    assert '<section id="comparison"' in text


def test_every_comparison_is_shown_that_of_the_ranked_score_first(results: Any) -> None:
    step = results.score.partition(".")[0]
    other = comparison(verdict="Of cells.", methods=[])
    model = results.models.get(f"{step}.model") or results.models[step]
    own = comparison(
        verdict="Of the map.",
        methods=[{"name": name, "role": "single"} for name in model.features],
    )
    shown = replace(results, records={"cells": other, "map": own})
    assert [name for name, _ in compare.comparison_records(shown)] == ["map", "cells"]
    html = page.render(shown)
    assert html.index("Of the map.") < html.index("Of cells.")
    assert html.count('<section id="comparison') == 2


def test_every_axis_has_its_unit() -> None:
    with drawing():
        record = comparison()
        figures = [
            compare_figures.skill_figure(record),
            compare_figures.curves_figure(record, "systems"),
            compare_figures.variogram_figure(record),
        ]
    labels = [ax.get_xlabel() for figure in figures for ax in figure.axes]
    labels += [ax.get_ylabel() for figure in figures[1:] for ax in figure.axes]
    assert len(labels) == 12
    assert all(label.endswith("]") for label in labels)


def test_line_for_the_map_warns_of_contrast_and_of_a_failed_test() -> None:
    line = compare.map_line(comparison(leakage={"passed": False}))
    assert line.startswith("No model is shown to beat a single layer: elevation. What is found")
    assert line.endswith("did not pass.")
    assert compare.map_line(None) == ""


def test_shares_stand_in_their_order_though_stored_records_have_another() -> None:
    capture = {each: {"value": 0.1} for each in ("1", "10", "25", "3", "5")}
    record = comparison(methods=[{"name": "a", "role": "approach", "sites": {"capture": capture}}])
    found = compare.read(record)
    assert found is not None
    assert found.shares == ("1", "3", "5", "10", "25")
