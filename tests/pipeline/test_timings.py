"""What functions took is remembered, and foretells what they will take."""

import json
from pathlib import Path

import pytest

from siting.pipeline import timings
from siting.pipeline.timings import expected, load, record, save


@pytest.mark.parametrize(
    ("rows", "cells", "seconds"),
    [
        ({"1000000": 1.0, "4000000": 2.5}, 3_000_000, 2.0),
        ({"1000000": 1.0, "4000000": 2.5}, 6_000_000, 3.5),
        ({"1000000": 1.0, "4000000": 2.5}, 1_000_000, 1.0),
        ({"1000000": 1.0, "2000000": 3.0, "9000000": 4.0}, 1_500_000, 2.0),  # the nearest two
        ({"1000000": 2.0, "2000000": 4.0}, 0, 0.01),  # never less than a hundredth
        # Of one grid by what is shipped: 0.1 s and 0.3 s for each million cells.
        ({"1000000": 0.8}, 3_000_000, 0.8 * (0.1 + 0.9) / (0.1 + 0.3)),
        ({"1000000": 0.0}, 3_000_000, 0.01),
        ({}, 3_000_000, 0.1 + 0.9),
    ],
)
def test_times_by_the_nearest_grids(monkeypatch, rows, cells, seconds) -> None:
    monkeypatch.setitem(timings.SHIPPED, "f", (0.1, 0.3))
    assert expected({"f": rows, "g": {"1": 99.0}}, "f", cells) == pytest.approx(seconds, rel=1e-12)


def test_a_function_that_nobody_ran_takes_the_usual_time() -> None:
    fixed, slope = timings.DEFAULT
    assert expected({}, "no.such", 2_000_000) == fixed + 2 * slope


def test_times_are_remembered_by_function_and_size(tmp_path: Path) -> None:
    rates = load(tmp_path)
    assert rates == {}
    record(rates, "f", 100, 1.23456)
    record(rates, "f", 200, 2.0)
    record(rates, "f", 100, 1.5)
    save(tmp_path, rates)
    assert load(tmp_path) == {"f": {"100": 1.5, "200": 2.0}}


def test_times_are_rounded_to_a_tenth_of_a_millisecond() -> None:
    rates: timings.Rates = {}
    record(rates, "f", 1, 1.23456)
    assert rates == {"f": {"1": 1.2346}}


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ({"100": 0}, True), ({"100": 1.5}, True), ({"1e2": 1.5}, False), ({"100": -0.1}, False),
        ({"100": 1e9}, False), ({"100": True}, False), ({"100": "1"}, False), ([1], False),
    ],
)  # fmt: skip
def test_rows_that_are_damaged_are_forgotten(tmp_path: Path, row, kept) -> None:
    (tmp_path / "timings.json").write_text(json.dumps({"f": row, "g": {"1": 1.0}}))
    assert load(tmp_path) == ({"f": row} if kept else {}) | {"g": {"1": 1.0}}


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000])
def test_files_that_are_damaged_are_forgotten(tmp_path: Path, text) -> None:
    (tmp_path / "timings.json").write_text(text)
    assert load(tmp_path) == {}
