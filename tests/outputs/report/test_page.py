from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siting.kinds import Results
from siting.outputs import writers
from siting.outputs.report import page

SECTIONS = ["findings", "skill", "places", "exclusions", "layers", "values", "sources", "pipeline"]


def test_first_line_is_the_verdict(root: Any, record: dict[str, Any]) -> None:
    header = root.all("header")[0]
    assert [each.tag for each in header.all()[:2]] == ["h1", "p"]
    assert header.all()[1].text == record["verdict"]
    assert header.by_class("scope")[0].text == record["scope"]


def test_a_failed_self_test_is_told_before_anything_else(small: Results, parse: Any) -> None:
    record = small.records["skill"]
    failed = {**record, "leakage": {**record["leakage"], "passed": False}}
    root = parse(page.render(replace(small, records={"skill": failed})))
    assert "self-test for leakage did not pass" in root.all("header")[0].by_class("alarm")[0].text


def test_sections_are_there_in_order_and_linked(root: Any) -> None:
    assert [each.attrs["id"] for each in root.all("section")] == SECTIONS
    ids = [each.attrs["id"] for each in root.all() if "id" in each.attrs]
    assert len(ids) == len(set(ids))
    targets = [each.attrs["href"] for each in root.all("a")]
    assert targets
    assert all(target.removeprefix("#") in ids for target in targets)


def test_headings_descend_one_level_at_a_time(root: Any) -> None:
    levels = [int(each.tag[1]) for each in root.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_heading_cell_has_a_scope_and_every_table_a_caption(root: Any) -> None:
    tables = root.all("table")
    assert len(tables) == 7
    assert all(each.attrs.get("scope") for table in tables for each in table.all("th"))
    assert all(table.all("caption")[0].text for table in tables)


def test_every_row_of_a_table_has_as_many_cells_as_the_head(root: Any) -> None:
    for table in root.all("table"):
        wanted = len(table.all("thead")[0].all("th"))
        for row in table.all("tr"):
            spans = [int(each.attrs.get("colspan", 1)) for each in row.all("th", "td")]
            assert sum(spans) == wanted


def test_every_image_has_words_and_lies_in_the_page(root: Any) -> None:
    images = root.all("img")
    assert len(images) == 4 + 1 + 7  # of skill, the map, and each layer that varies on the land
    for image in images:
        assert image.attrs["src"].startswith("data:image/svg+xml;base64,")
        assert len(image.attrs["alt"]) > 20


def test_the_page_has_no_code_and_no_address(root: Any, html: str) -> None:
    assert not root.all("script", "link", "iframe", "object", "form")
    assert not any(key.startswith("on") or key == "style" for e in root.all() for key in e.attrs)
    assert "http:" not in html
    assert "https:" not in html
    policy = next(e for e in root.all("meta") if e.attrs.get("http-equiv"))
    assert policy.attrs["content"].startswith("default-src 'none'; img-src data:; style-src 'sha")


def test_the_policy_names_the_style_of_the_page(html: str) -> None:
    style = html.partition("<style>")[2].partition("</style>")[0]
    # Python writes what the policy holds; a browser would refuse the style if it were another.
    assert page.policy(style) in html.replace("&#39;", "'")


def test_same_results_give_the_same_bytes(results: Results, html: str, tmp_path: Path) -> None:
    writers.write("report.html", results, tmp_path / "report.html")
    assert (tmp_path / "report.html").read_bytes() == html.encode("utf-8")


def test_chunks_do_not_change_the_page(results: Results, html: str) -> None:
    layers = {name: each.chunk(y=17, x=40) for name, each in results.layers.items()}
    assert page.render(replace(results, layers=layers)) == html


def test_findings_stand_with_code_and_fix_warnings_first(root: Any) -> None:
    rows = root.by_id("findings").all("tbody")[0].all("tr")
    assert [row.all("code")[0].text for row in rows] == ["SITES_OUTSIDE", "LABELS_UNVERIFIED"]
    assert [row.all("td")[1].text for row in rows] == ["look at their coordinates", "–"]
    assert "found: Ross Island" in rows[0].text
    assert "▲ warning" in rows[0].text
    assert "○ note" in rows[1].text


def test_the_pipeline_stands_as_it_was_written(root: Any, results: Results) -> None:
    text = root.by_id("pipeline").all("pre")[0]
    assert "".join(text.children) == results.pipeline


def test_hostile_text_stays_text(hostile: Results, hostile_text: str, parse: Any) -> None:
    html = page.render(hostile)
    root = parse(html)  # fails where a tag of the text counts as a tag of the page
    assert not root.all("script", "svg", "style")[1:]
    assert len(root.all("img")) == html.count('<img src="data:image/svg+xml;base64,')
    # NUL and lone surrogates cannot stand in HTML; all else must come through.
    readable = " ".join(hostile_text.partition("\x00")[0].split())
    places = ("h1", "p", "td", "th", "pre", "dd", "figcaption")
    found = [tag for tag in places if any(readable in each.text for each in root.all(tag))]
    assert found == list(places)
    assert "49" not in root.all("h1")[0].text  # {{7*7}} was not computed
    page_bytes = html.encode("utf-8", errors="replace")
    assert b"\xed\xa0\x80" not in page_bytes


def test_names_of_labels_left_out_are_told(root: Any) -> None:
    assert "Ross Island, Kerguelen" in root.by_id("skill").by_class("items")[0].text


@pytest.mark.parametrize("left_out", ["records", "candidates", "features", "exclusions", "marks",
                                      "models", "findings", "domain", "layers"])  # fmt: skip
def test_any_part_of_a_run_may_be_missing(small: Results, parse: Any, left_out: str) -> None:
    nothing: Any = None if left_out in ("candidates", "domain") else {}
    root = parse(page.render(replace(small, **{left_out: nothing})))
    assert [each.attrs["id"] for each in root.all("section")] == SECTIONS


def test_a_run_of_one_layer_has_a_report(bare: Results, parse: Any) -> None:
    root = parse(page.render(bare))
    assert root.all("p")[0].text.startswith("Not validated")
    assert "no skill record" in root.by_id("skill").text
    assert "chooses no candidates" in root.by_id("places").text
    assert "excludes nothing" in root.by_id("exclusions").text
    assert "The whole grid is" in root.by_class("facts")[0].text
    assert "noticed nothing" in root.by_id("findings").text


@pytest.mark.parametrize("key", ["paired", "methods", "curves", "importance", "leakage", "labels",
                                 "beats_baseline", "scope"])  # fmt: skip
def test_any_part_of_the_skill_record_may_be_missing(
    small: Results, record: dict[str, Any], parse: Any, key: str
) -> None:
    del record[key]
    root = parse(page.render(replace(small, records={"skill": record})))
    assert root.all("header")[0].all("p")[0].text == record["verdict"]


def test_layers_without_any_value_are_named_and_not_drawn(small: Results, parse: Any) -> None:
    score = small.layers["score.score"]
    layers = {"heat": score.copy(data=np.full(small.grid.shape.yx, np.nan)), **small.layers}
    root = parse(page.render(replace(small, layers=layers)))
    assert "heat: no value at the cells that were read" in root.by_id("layers").text


def test_other_records_are_printed(root: Any) -> None:
    section = root.by_id("sources")
    assert section.all("h3")[0].text == "Record budget"
    assert section.all("pre")[0].text == '{ "wells": 3 }'
