from collections.abc import Iterator
from typing import Any

import pytest

from siting.outputs.map.labels import display_name
from siting.outputs.report.skill import read
from siting.outputs.report.validation import Cell, label_items, paired_rows, skill_rows


def rows_of(table: Any) -> Iterator[tuple[str, list[str], str]]:
    """Stratum, texts and class of each row of the table of figures."""
    for body in table.all("tbody"):
        stratum = body.all("tr")[0].text
        for row in body.all("tr")[1:]:
            yield stratum, [each.text for each in row.all("th", "td")], row.attrs["class"]


def shown(figure: dict[str, Any] | None, scale: float, decimals: int) -> str:
    if not figure or figure["low"] is None:
        return "–"
    low, high = (f"{scale * figure[end]:.{decimals}f}" for end in ("low", "high"))
    value = figure["value"]
    return f"{scale * value:.{decimals}f} {low}–{high}" if value else f"only {low}–{high}"


def test_every_number_of_the_table_is_that_of_the_record(root: Any, record: Any) -> None:
    table = root.by_class("figures")[0]
    found = {(stratum, texts[0], texts[2].split(" ▲")[0]): texts
             for stratum, texts, _ in rows_of(table)}  # fmt: skip
    assert len(found) == len(record["methods"])
    for row in record["methods"]:
        folds = row["folds"].removesuffix(" (single layer)")
        texts = found[display_name(row["stratum"]), display_name(row["name"]), folds]
        assert texts[3] == str(row["fields"])
        assert texts[4] == shown(row["auc"], 1, 3)
        captures = [shown(row["capture"].get(share), 100, 0) for share in ("1", "5", "10")]
        assert texts[5:] == captures


def test_few_fields_give_the_interval_only(root: Any) -> None:
    table = root.by_class("figures")[0]
    few = [texts for _, texts, _ in rows_of(table) if texts[3] == "9"]
    assert len(few) == 2
    assert all(text.startswith("only 0.") for text in (few[0][4], few[1][4]))


def test_random_folds_are_set_apart_as_leakage(root: Any) -> None:
    table = root.by_class("figures")[0]
    land = [row for row in rows_of(table) if row[0] == "Land"]
    # The score, the learned model, heat, the layer to beat, and last the random folds.
    assert [kind for _, _, kind in land] == ["strong", "plain", "plain", "strong", "leak"]
    assert land[-1][1][2] == "random (leakage) ▲ not skill: neighbours leak"


def test_the_layer_to_beat_says_so(root: Any) -> None:
    table = root.by_class("figures")[0]
    roles = {texts[0]: texts[1] for _, texts, _ in rows_of(table)}
    assert roles["Volcano distance"] == "single layer, to beat"
    assert roles["Heat"] == "single layer"


def test_comparisons_hold_the_score_and_its_variants(record: dict[str, Any]) -> None:
    skill = read(record)
    assert skill is not None
    first, second = paired_rows(skill)
    assert (first.name, first.baseline, first.at) == ("Score", "Volcano distance", "5")
    assert first.difference == Cell("+1.8", "−2.7 to +6.2")
    assert (first.share, first.required) == ("87.3", "95")
    assert (second.name, second.difference.value) == ("Score without calderas", "0.0")


def test_strata_and_methods_keep_their_numbers(record: dict[str, Any]) -> None:
    skill = read(record)
    assert skill is not None
    assert [(name, len(rows)) for name, rows in skill_rows(skill)] == [
        ("Land", 5), ("Far from volcano", 3),
    ]  # fmt: skip


def test_labels_tell_what_was_used_and_who_was_left_out(record: dict[str, Any]) -> None:
    items = {each.label: each for each in label_items(record["labels"])}
    assert items["Used"].value == "112"
    assert items["Left out: unverified"].value == "9"
    assert items["Left out: outside the grid or the land"].names == ("Ross Island", "Kerguelen")


@pytest.mark.parametrize("labels", [{}, {"used": None}, {"outside_names": "text"}])
def test_labels_may_be_missing(labels: dict[str, Any]) -> None:
    assert label_items(labels) == []
