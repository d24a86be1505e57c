"""The section of probabilities: what they rest on, in words, tables and figures."""

from dataclasses import replace
from typing import Any

import pytest

from siting.outputs import templates
from siting.outputs.report import probability, probability_figures
from siting.outputs.report.drawing import drawing


def spread(mean: float) -> dict[str, float]:
    return {"mean": mean, "p10": mean / 2, "p50": mean, "p90": mean * 2}


def figure(value: float, half: float) -> dict[str, float]:
    return {"value": value, "low": value - half, "high": value + half}


BINS = {"brier": 0.21, "brier_chance": 0.25, "ece": 0.08, "bins": [[0.2, 0.1, 30], [0.8, 0.7, 30]]}
RECORDS: dict[str, dict[str, Any]] = {
    "cost": {
        "kind": "missing layers", "text": "Left out of training, heat_flow costs skill.",
        "auc": 0.82, "log_loss": 0.51, "filled": "the median of the samples",
        "layers": [
            {
                "name": "heat_flow",
                "left_out": {"auc_lost": figure(0.11, 0.05), "log_loss_added": figure(0.08, 0.02)},
                "missing": {"auc_lost": figure(0.14, 0.05), "log_loss_added": figure(0.2, 0.1)},
            }
        ],
    },
    "p.record": {
        "kind": "probability", "text": "Probabilities are of cells of 625 km2.",
        "support": "of 625 km2", "expected_cells": spread(240.0), "prior_cells": spread(250.0),
        "prior_systems": spread(310.0), "outside": 0.123, "without_values": 0.0, "capped": 0.0,
        "cells": 3200, "cells_looked_at": 3200,
    },
    "temperature.record": {
        "kind": "conformal", "text": "Intervals are to hold 80% of places not seen.",
        "coverage": 0.8, "measured": 0.79, "lowest_fold": 0.0, "unit": "degC",
        "half_width": 12.83, "rms_error": 10.1,
        "folds": [{"samples": 20, "measured": 0.0}, {"samples": 0, "measured": None},
                  {"samples": 30, "measured": 0.9}],
    },
    "curve.record": {
        "kind": "calibration", "text": "Held out, the score has a Brier score of 0.210.",
        "nature": "absence", "systems": 250, "others": 250, "auc": 0.851, "untested": 0,
        "score": BINS, "calibrated": BINS | {"brier": 0.155, "ece": 0.03},
    },
    "before.record": {
        "kind": "prior", "text": "The prior was given.", "per_1000_km2": spread(0.5),
        "systems": 1000.0,
    },
}  # fmt: skip


def html(found: Any) -> str:
    with drawing():
        drawn = [probability_figures.drawn(part.record) for part in found.parts]
    pictures = [
        None if figure is None else
        ({"uri": "data:,", "text": text, "width": 1, "height": 1}, caption)
        for figure, text, caption in drawn
    ]  # fmt: skip
    page = '{% import "parts.html" as parts %}{% include "probability.html" %}'
    template = templates.environment("siting.outputs.report").from_string(page)
    return template.render(probability=found, probability_pictures=pictures)


def test_priors_come_first_and_missing_layers_last():
    found = probability.read(RECORDS)
    assert [part.name for part in found.parts] == ["Before", "Curve", "P", "Temperature"]
    text = html(found)
    places = [text.index(f"<h3>{name}") for name in ("Before", "Temperature", "What a missing")]
    assert places == sorted(places)


def test_figures_carry_their_units_and_percentiles():
    text = html(probability.read(RECORDS))
    for wanted in (
        "Systems to 1000 km²</dt><dd>0.5 (p10 0.25, p90 1)",
        "240 (p10 120, p90 480)", "Half of the width, median [degC]</dt><dd>12.83",
        "Area unlike what the model has seen [%]</dt><dd>12.3",
        "Share in the fold where it was lowest [%]</dt><dd>0<",
        "Brier score of the score, and by the curve [1]</dt><dd>0.210, 0.155",
        "places known to have no system",
    ):  # fmt: skip
        assert wanted in text, wanted
    assert "+0.11" in text
    assert "+0.06 to +0.16" in text


def test_axes_have_units_and_a_fold_with_nothing_held_is_drawn():
    with drawing():
        curve = probability_figures.reliability_figure(RECORDS["curve.record"])
        folds = probability_figures.coverage_figure(RECORDS["temperature.record"])
    labels = [curve.axes[0].get_xlabel(), curve.axes[0].get_ylabel(), folds.axes[0].get_ylabel()]
    assert all(label.endswith("[%]") for label in labels)
    assert list(folds.axes[0].lines[0].get_ydata()) == [0.0, 90.0]


def test_other_records_have_no_section(results: Any) -> None:
    assert probability.read(probability.probability_records(results)) is None
    both = replace(results, records={**results.records, **RECORDS})
    assert set(probability.probability_records(both)) == set(RECORDS)


@pytest.mark.parametrize("kind", probability.KINDS)
def test_a_record_with_nothing_in_it_is_no_error(kind: str) -> None:
    assert html(probability.read({"empty": {"kind": kind}}))


def test_names_are_text_and_never_markup():
    text = html(probability.read({"<b>": {"kind": "prior", "text": "<script>"}}))
    assert "<script>" not in text
    assert "<b>" not in text
