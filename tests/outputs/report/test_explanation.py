"""The section of what a model rests on: units on the axes, grey where data are few."""

from dataclasses import replace
from typing import Any

import pytest

from siting.kinds import Results
from siting.outputs.report import explanation, explanation_figures, page
from siting.outputs.report.drawing import drawing


def figure(value: float | None, low: float, high: float) -> dict[str, Any]:
    return {"value": value, "low": low, "high": high}


IMPORTANCE = {
    "kind": "importance",
    "measure": "AUC",
    "skill": figure(0.82, 0.75, 0.88),
    "blocks": 31,
    "within": "100 km",
    "tested": 380,
    "repeats": 5,
    "features": [
        {
            "layer": "volcano_distance",
            "pooled": figure(0.21, 0.15, 0.27),
            "within": figure(0.02, -0.01, 0.05),
            "between": figure(0.2, 0.14, 0.26),
        },
        {
            "layer": "heat <b>",
            "pooled": figure(None, -0.01, 0.03),
            "within": figure(0.0, 0.0, 0.0),
            "between": {"value": None, "low": None, "high": None},
        },
    ],
}
DEPENDENCE = {
    "kind": "dependence",
    "response": "probability",
    "samples": 380,
    "refits": 10,
    "level": 0.9,
    "features": [
        {
            "layer": "heat_flow", "units": "mW m-2", "codes": False, "grid": [40.0, 60.0, 95.0],
            "mean": [0.1, 0.3, 0.7], "low": [0.05, 0.2, 0.5], "high": [0.2, 0.4, 0.9],
            "ale": [-0.2, 0.0, 0.3], "edges": [40.0, 60.0, 80.0, 100.0],
            "training": [30, 20, 2], "positives": [1, 5, 2], "domain": [90, 40, 0],
        },
        {
            "layer": "regime", "units": "1", "codes": True, "grid": [1.0, 3.0],
            "mean": [0.2, 0.5], "low": [0.1, 0.4], "high": [0.3, 0.6], "ale": [],
            "edges": [1.0, 2.0, 3.0], "training": [30, 22], "positives": [0, 8], "domain": [0, 0],
        },
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def html(results: Results) -> str:
    told = {**results.records, "worth": IMPORTANCE, "responses": DEPENDENCE}
    return page.render(replace(results, records=told))


def test_the_section_stands_in_the_contents_and_on_the_page(html: str) -> None:
    assert '<a href="#explanation">What the model rests on</a>' in html
    assert html.count('<section id="explanation"') == 1
    assert "Worth: what each layer is worth" in html
    assert "AUC 0.820 (0.750 to 0.880) of 380 held-out samples in 31 blocks of 100 km" in html


def test_figures_of_each_way_of_shuffling_are_in_the_table(html: str) -> None:
    for part in ("0.210", "0.150 to 0.270", "only −0.010 to 0.030", "−0.010 to 0.050"):
        assert part in html.replace('<span class="interval">', "").replace(
            '<span class="interval alone">', ""
        )


def test_names_of_layers_stay_text(html: str) -> None:
    assert "eat &lt;b&gt;" in html
    assert "eat <b>" not in html


def test_records_are_not_told_twice(html: str) -> None:
    assert '"kind": "importance"' not in html
    assert '"kind": "dependence"' not in html


def test_a_run_without_such_records_has_no_section(results: Results) -> None:
    assert 'id="explanation"' not in page.render(results)


def test_axes_have_units_and_few_data_are_grey() -> None:
    with drawing():
        drawn = explanation_figures.dependence_figure(DEPENDENCE)
    assert drawn is not None
    curve, density = drawn.axes[:2]
    assert density.get_xlabel() == "Heat flow [mW m⁻²]"
    assert curve.get_ylabel() == "Mean probability"
    # 80 to 100 has two samples.
    grey = [patch.get_extents() for patch in curve.patches]
    assert len(grey) == 1
    assert explanation.sparse(DEPENDENCE["features"][0]) == [(80.0, 100.0)]
    assert len(drawn.axes) == 4


def test_figures_are_the_same_each_time(results: Results) -> None:
    told = replace(results, records={"worth": IMPORTANCE, "responses": DEPENDENCE})
    assert page.render(told) == page.render(told)


def test_records_without_layers_have_no_figures() -> None:
    assert explanation_figures.importance_figure({}) is None
    assert explanation_figures.dependence_figure({"features": [{"layer": "a"}]}) is None


def test_texts_say_what_the_figures_show() -> None:
    assert explanation_figures.importance_text(IMPORTANCE).startswith(
        "Loss when shuffled: Volcano distance 0.210 over all, 0.020 within"
    )
    assert "Heat flow [mW m⁻²] from 40 to 95: mean response from 0.1 to 0.7" in (
        explanation_figures.dependence_text(DEPENDENCE)
    )
