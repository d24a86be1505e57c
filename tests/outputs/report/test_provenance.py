from dataclasses import replace
from typing import Any

from siting.kinds import Results
from siting.outputs.report.provenance import models, other_records, sources, value_rows


def all_rows(results: Results) -> dict[str, Any]:
    numbers = {each.title: each.number for each in sources(results)}
    return {row.name: row for _, rows in value_rows(results, numbers) for row in rows}


def test_every_value_of_a_run_is_listed_by_section(results: Results) -> None:
    sections = value_rows(results, {})
    assert [name for name, _ in sections] == ["Sources", "Layers", "Scoring"]
    assert {row.name for _, rows in sections for row in rows} == set(results.marks)


def test_marks_units_and_kinds_are_those_of_the_layer(results: Results) -> None:
    rows = all_rows(results)
    heat = rows["heat"]
    assert (heat.unit, heat.kind, heat.status, heat.mark) == (
        "mW m⁻²", "continuous", "assumed", "○",
    )  # fmt: skip
    assert (heat.meaning, heat.vintage) == ("Heat flow of the cell", "1998-2021")
    assert rows["regime"].kind == "categorical"
    assert rows["land"].kind == "boolean"
    assert (rows["known"].kind, rows["known"].unit) == ("features", "")
    assert (rows["score.model"].kind, rows["score.model"].unit) == ("model", "")


def test_what_knows_the_targets_says_so(results: Results, root: Any) -> None:
    rows = all_rows(results)
    assert rows["score.score"].label_leak
    assert rows["known"].label_leak
    assert not rows["heat"].label_leak
    table = root.by_class("values")[0]
    told = {row.all("code")[0].text: row.all("td")[-1].text for row in table.all("tr")
            if row.all("code")}  # fmt: skip
    assert (told["score.score"], told["heat"]) == ("▲ yes", "no")


def test_sources_are_numbered_and_referred_to(results: Results) -> None:
    first, second = sources(results)
    assert (first.number, first.title, first.names) == (1, "Atlas of heat", "atlas")
    assert (first.licence, first.citation) == ("CC BY 4.0", "Bunsen (1998)")
    assert (second.licence, second.citation) == ("", "")
    rows = all_rows(results)
    assert rows["score.model"].sources == (1, 2)
    assert rows["heat"].sources == (1,)


def test_a_source_that_is_not_in_the_list_is_named(results: Results) -> None:
    marks = {**results.marks, "score.model": {"source": "Atlas of heat; A paper"}}
    row = all_rows(replace(results, marks=marks))["score.model"]
    assert (row.sources, row.others) == ((1,), ("A paper",))


def test_a_licence_that_is_not_known_is_told_as_such(root: Any) -> None:
    rows = root.by_class("sources")[0].all("tbody")[0].all("tr")
    assert [each.text for each in rows[0].all("td")][-2:] == ["CC BY 4.0", "Bunsen (1998)"]
    assert [each.text for each in rows[1].all("td")][-2:] == ["not stated", "not stated"]


def test_a_value_without_a_status_counts_as_assumed(results: Results) -> None:
    row = all_rows(replace(results, marks={"x": {"section": "layers"}}, layers={}))["x"]
    assert (row.status, row.mark, row.vintage) == ("assumed", "○", "–")


def test_a_model_tells_what_it_is_made_of(results: Results) -> None:
    (model,) = models(results)
    assert model.estimator == "LogisticRegression(C=0.1)"
    assert model.features == ("Heat",)
    assert {each.value for each in model.items} == {"20", "0.1489", "numpy 2.4"}


def test_long_records_are_cut_and_say_so(results: Results) -> None:
    records = {"skill": results.records["skill"], "long": {"text": "x" * 30_000}}
    ((name, text),) = other_records(replace(results, records=records), [records["skill"]])
    assert name == "long"
    assert text.endswith("cut after 20,000 characters")
    assert len(text) < 20_100
