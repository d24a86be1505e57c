"""Gates of quality: limits as a file writes them, and what meets them."""

import math

import pytest
from pydantic import TypeAdapter, ValidationError

from siting.errors import PipelineError
from siting.io import yaml
from siting.pipeline.require import Bounds, Requirement, figures, judged, unknown_records

ADAPTER: TypeAdapter[Bounds] = TypeAdapter(Requirement)


@pytest.mark.parametrize(
    ("written", "bounds", "words"),
    [
        (0.7, Bounds(at_least=0.7), "at least 0.7"),
        (7, Bounds(at_least=7), "at least 7"),
        ({"at_most": 20}, Bounds(at_most=20), "at most 20"),
        ({"at_least": 1, "at_most": 2}, Bounds(1, 2), "at least 1, at most 2"),
        ({"at_least": 2, "at_most": 2}, Bounds(2, 2), "at least 2, at most 2"),
        (True, Bounds(exactly=True), "true"),
        (False, Bounds(exactly=False), "false"),
    ],
)
def test_limits_are_read_and_said(written, bounds, words) -> None:
    assert ADAPTER.validate_python(written) == bounds
    assert str(bounds) == words


WANTED = "write the least number allowed, {at_least: 0.7}, {at_most: 20}, true or false"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("0.7", WANTED),
        (None, WANTED),
        (math.nan, WANTED),
        (math.inf, WANTED),
        ({"least": 1}, WANTED),
        ({"at_least": "1"}, WANTED),
        ({"at_least": True}, WANTED),
        ({"at_least": 1, "at_most": None}, WANTED),
        ({}, "the limits leave nothing, or everything, out"),
        ({"at_least": 2.1, "at_most": 2}, "the limits leave nothing, or everything, out"),
    ],
)
def test_limits_that_are_none_are_refused(written, said) -> None:
    with pytest.raises(ValidationError, match="requirement") as caught:
        ADAPTER.validate_python(written)
    assert [each["msg"] for each in caught.value.errors()] == [said]


@pytest.mark.parametrize(
    ("bounds", "met", "missed"),
    [
        (Bounds(at_least=0.7), [0.7, 0.71, 3], [0.699, None, math.nan, True, False]),
        (Bounds(at_most=0.7), [0.7, 0.69, -3], [0.701, None, math.nan, True, False]),
        (Bounds(0.5, 0.7), [0.5, 0.6, 0.7], [0.49, 0.71]),
        (Bounds(exactly=True), [True], [False, None, 1, 1.0]),
        (Bounds(exactly=False), [False], [True, None, 0, 0.0]),
    ],
)
def test_a_limit_itself_is_within(bounds, met, missed) -> None:
    assert [bounds.met(each) for each in met] == [True] * len(met)
    assert [bounds.met(each) for each in missed] == [False] * len(missed)


RECORDS = {
    "skill": {
        "methods": [
            {"name": "score", "auc": {"value": 0.9, "low": 0.8, "high": 0.95}},
            {"name": "distance", "auc": {"value": 0.6, "low": 0.5, "high": 0.7}},
        ],
        "passed": True,
        "note": "a text is no figure",
        "missing": None,
        "strata": [
            {"name": "score", "stratum": "all", "capture": 0.4},
            {"name": "score", "stratum": "north", "capture": 0.1},
        ],
        "plain": [{"value": 3}],
    },
    "count": 5,
}


def test_figures_go_by_their_paths() -> None:
    assert figures(RECORDS) == {
        "skill.auc": [0.9],
        "skill.auc.low": [0.8],
        "skill.auc.high": [0.95],
        "skill.methods.score.auc": [0.9],
        "skill.methods.score.auc.low": [0.8],
        "skill.methods.score.auc.high": [0.95],
        "skill.methods.distance.auc": [0.6],
        "skill.methods.distance.auc.low": [0.5],
        "skill.methods.distance.auc.high": [0.7],
        "skill.passed": [True],
        "skill.missing": [None],
        "skill.strata.score.capture": [0.4],
        "count": [5],
    }


def test_rows_of_one_name_are_judged_together_by_the_worst() -> None:
    rows = [{"name": "score", "auc": 0.9}, {"name": "score", "auc": 0.6}]
    wanted = {"s.rows.score.auc": Bounds(at_least=0.7)}
    assert judged(wanted, {"s": {"rows": rows}}) == [
        {"figure": "s.rows.score.auc", "found": 0.6, "wanted": "at least 0.7", "met": False}
    ]
    wanted = {"s.rows.score.auc": Bounds(at_least=0.5)}
    assert judged(wanted, {"s": {"rows": rows}}) == [
        {"figure": "s.rows.score.auc", "found": 0.9, "wanted": "at least 0.5", "met": True}
    ]


def test_records_without_methods_have_none_first() -> None:
    assert figures({"a": {"methods": []}, "b": {"methods": {"x": 1}}}) == {"b.methods.x": [1]}


def test_an_unknown_figure_is_told_with_those_like_it() -> None:
    with pytest.raises(PipelineError, match="FIGURE_UNKNOWN") as caught:
        judged({"skill.auk": Bounds(at_least=0.7)}, {"skill": {"auc": 0.6, "passed": True}})
    assert caught.value.where == "require.skill.auk"
    assert caught.value.found == "skill.auk"
    assert caught.value.wanted.split(", ")[0] == "skill.auc"


def test_where_nothing_is_like_it_ten_are_named() -> None:
    record = {f"figure{number:02}": 1.0 for number in range(12)}
    with pytest.raises(PipelineError, match="FIGURE_UNKNOWN") as caught:
        judged({"zzz": Bounds(at_least=0.7)}, {"r": record})
    assert caught.value.wanted == ", ".join(f"r.figure{number:02}" for number in range(10))


DOCUMENT = yaml.load("require: {skill.auc: 0.7, skil.auc: 0.7, lost.x: 1}\n", "a.yaml")


def test_a_figure_of_no_record_is_told_with_the_records() -> None:
    wanted = {"skill.auc": Bounds(0.7), "skil.auc": Bounds(0.7), "lost.x": Bounds(1)}
    (found,) = unknown_records(DOCUMENT, wanted, ["skill", "other.part"], {"lost"})
    assert found.as_dict() == {
        "code": "CONFIG_REFERENCE",
        "message": "'skil.auc' is no figure of a record",
        "where": "a.yaml:1:27 (require.skil.auc)",
        "found": "skil.auc",
        "wanted": "skill.…, other.part.…",
        "fix": "write the name of a record and of a figure in it, such as skill.auc",
    }


def test_a_record_itself_is_no_figure_and_without_records_none_is() -> None:
    (found,) = unknown_records(DOCUMENT, {"skill": Bounds(0.7)}, ["skill"], set())
    assert found.wanted == "skill.…"
    (found,) = unknown_records(DOCUMENT, {"skill.auc": Bounds(0.7)}, [], set())
    assert found.wanted == "a step that gives a record"
