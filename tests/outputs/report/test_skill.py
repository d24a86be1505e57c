from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.outputs.report.skill import Estimate, read

PLAIN = st.none() | st.booleans() | st.floats() | st.text(max_size=3) | st.integers()
JSON = (
    PLAIN
    | st.lists(PLAIN | st.lists(PLAIN, max_size=3), max_size=3)
    | st.dictionaries(st.text(max_size=3), PLAIN | st.lists(PLAIN, max_size=3), max_size=3)
)
KEYS = ["methods", "paired", "variants", "curves", "importance", "leakage", "labels", "auc",
        "capture", "beats_baseline", "name", "folds", "baseline"]  # fmt: skip


def test_no_record_is_no_skill() -> None:
    assert read(None) is None
    assert read({}) is None


def test_figures_are_those_of_the_record(record: dict[str, Any]) -> None:
    skill = read(record)
    assert skill is not None
    for row, method in zip(record["methods"], skill.methods, strict=True):
        assert method.auc == Estimate(**row["auc"])
        assert method.capture == {k: Estimate(**each) for k, each in row["capture"].items()}


def test_strata_hold_the_index_first_and_the_leak_last(record: dict[str, Any]) -> None:
    skill = read(record)
    assert skill is not None
    assert list(skill.strata) == ["land", "far_from_volcano"]
    assert [each.role for each in skill.strata["land"]] == [
        "index", "learned", "baseline", "baseline", "learned",
    ]  # fmt: skip
    assert [each.leaks for each in skill.strata["land"]] == [False, False, False, False, True]


def test_shares_rise_as_numbers_and_not_as_text(record: dict[str, Any]) -> None:
    skill = read(record)
    assert skill is not None
    assert skill.shares == ["1", "5", "10"]


def test_the_layer_to_beat_is_that_of_the_comparison(record: dict[str, Any]) -> None:
    skill = read(record)
    assert skill is not None
    to_beat = {each.name for each in skill.methods if skill.is_to_beat(each)}
    assert to_beat == {"volcano_distance"}
    assert [each.name for each in skill.paired] == ["score.score", "score_without_calderas"]


@pytest.mark.parametrize("share", ["<b>", "", "nan", "-1", "0", "101"])
def test_a_share_that_is_no_per_cent_is_left_out(record: dict[str, Any], share: str) -> None:
    record["methods"][0]["capture"][share] = {"value": 0.5, "low": 0.4, "high": 0.6}
    skill = read(record)
    assert skill is not None
    assert skill.shares == ["1", "5", "10"]


@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_any_record_can_be_read(record: dict[str, Any]) -> None:
    skill = read(record)
    assert skill is None or isinstance(skill.shares, list)


@given(st.lists(st.dictionaries(st.sampled_from([*KEYS, "role", "fields"]), JSON), max_size=3))
def test_methods_of_any_form_can_be_read(methods: list[Any]) -> None:
    skill = read({"methods": methods})
    assert skill is not None
    assert sum(map(len, skill.strata.values())) == len(methods)
