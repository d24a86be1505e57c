"""What a reader can do on the page."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from siting.kinds import Results


@pytest.fixture
def opened(page_file: Path, open_map: Callable):
    return open_map(page_file)


def test_the_page_asks_the_network_for_nothing_and_has_no_errors(opened) -> None:
    for label in ("Volcano distance", "Regime", "Land", "Score"):
        opened.choose_layer(label)
    opened.page.get_by_role("button", name="Dark").click()
    assert [url[:8] for url in opened.requests] == ["file:///"]
    assert opened.trouble == []


def test_the_first_layer_is_timed(opened) -> None:
    marks = opened.page.evaluate("performance.getEntriesByName('siting-first-layer').length")
    assert marks == 1


def test_the_face_begins_with_verdict_scope_findings_and_figures(opened, results: Results) -> None:
    skill = results.records["skill"]
    assert opened.page.locator("h1").inner_text() == results.title
    assert opened.page.locator("#verdict").inner_text() == skill["verdict"]
    assert opened.page.locator("#scope").inner_text() == skill["scope"]
    findings = opened.page.locator("#findings").inner_text()
    assert "1 warning and 1 note" in findings
    assert "9 known fields are unverified" in findings
    rows = opened.page.locator("#face-skill tbody tr").all_inner_texts()
    assert [row.split("\n")[0] for row in rows] == ["Score", "Volcano distance", "Learned: score"]
    assert "held-out regions" in rows[2]  # the hardest folds, never the leaking ones


def test_the_legend_has_unit_status_and_vintage(opened) -> None:
    opened.choose_layer("Volcano distance")
    text = opened.page.locator("#legend").inner_text()
    for part in ("Volcano distance km", "derived", "Data of 1998-2021", "Synthetic atlas"):
        assert part in text


def test_a_layer_made_from_the_targets_is_marked_in_the_list(opened) -> None:
    choice = opened.page.locator(".layer-choice", has_text="Near fault")
    assert "knows the targets" in choice.inner_text()


def test_opacity_colours_and_overlays_change_the_map(opened) -> None:
    before = opened.pixels()
    opened.page.get_by_label("Colours").select_option("viridis")
    assert (opened.pixels() != before).any()
    opened.page.get_by_label("Opacity").fill("40")
    style = opened.page.locator(".leaflet-raster-pane canvas").get_attribute("style")
    assert "opacity: 0.4" in style
    opened.page.get_by_role("checkbox", name="Coastline").uncheck()
    assert opened.page.locator(".leaflet-coast-pane canvas").count() == 0
    marked = (opened.pixels("marks")[..., 3] > 0).sum()
    opened.page.get_by_role("checkbox", name="Known fields").uncheck()
    opened.page.get_by_role("checkbox", name="Candidates").uncheck()
    assert (opened.pixels("marks")[..., 3] > 0).sum() < marked


def test_a_click_on_a_site_shows_its_card(opened, results: Results) -> None:
    best = results.candidates.iloc[0]
    opened.look_at(best["latitude"], best["longitude"], 6)
    opened.click(best["latitude"], best["longitude"])
    assert opened.page.locator("#card h2").inner_text() == f"1. {best['site_id']}"
    card = opened.card()
    assert card["Volcano distance"].endswith(" km")
    assert card["Regime"] == "subduction"
    text = opened.page.locator("#card").inner_text()
    assert "near a volcano (0.6 of the score) · on a fault" in text
    assert f"{best['score']:.3f}" in text


def test_contributions_add_up_to_the_score(opened, results: Results) -> None:
    best = results.candidates.iloc[0]
    rows = opened.page.locator(".contributions tr").all()
    shown = [row.locator("td").last.inner_text() for row in rows]
    values = [float(text.replace("\u2212", "-")) for text in shown]
    assert values[-1] == pytest.approx(best["score"], abs=6e-4)
    assert sum(values[:-1]) == pytest.approx(values[-1], abs=3e-3)
    assert "score is" not in opened.page.locator(".contributions").inner_text()


def test_contributions_that_do_not_add_up_are_told(
    results: Results, written: Callable, open_map: Callable
) -> None:
    wrong = results.candidates.assign(contribution_base=0.2)
    opened = open_map(written(replace(results, candidates=wrong)))
    assert "score is" in opened.page.locator(".contributions .sum").inner_text()


def test_a_click_on_a_known_field_shows_its_name(opened) -> None:
    opened.look_at(-21.0, -69.0, 7)
    opened.page.get_by_role("checkbox", name="Candidates").uncheck()
    opened.click(-21.0, -69.0)
    assert opened.page.locator("#card h2").inner_text() == "Andes Field"


def test_columns_sort_both_ways_and_say_so(opened) -> None:
    column = opened.page.get_by_role("columnheader", name="Elevation m")
    index = opened.page.locator(".site-table thead th").all_inner_texts().index("Elevation m")
    for direction in ("ascending", "descending"):
        column.get_by_role("button").click()
        assert column.get_attribute("aria-sort") == direction
        shown = opened.page.locator(f".site-table tbody tr > :nth-child({index + 1})")
        texts = shown.all_inner_texts()
        values = [float(text.replace(",", "").replace("\u2212", "-")) for text in texts]
        assert values == sorted(values, reverse=direction == "descending")
        assert len(set(values)) > 5
    sorts = opened.page.locator(".site-table th[aria-sort]").evaluate_all(
        "all => all.map(each => each.getAttribute('aria-sort')).filter(sort => sort !== 'none')"
    )
    assert sorts == ["descending"]


def test_a_row_moves_the_map_to_its_site(opened, results: Results) -> None:
    site = results.candidates.iloc[7]
    opened.page.locator(".site-table tbody tr").nth(7).click()
    assert opened.page.locator("#card h2").inner_text() == f"8. {site['site_id']}"
    centre = opened.page.evaluate("name => window[name].getCenter()", opened.name)
    assert centre["lat"] == pytest.approx(site["latitude"], abs=0.1)
    assert centre["lng"] == pytest.approx(site["longitude"], abs=0.1)
    chosen = opened.page.locator(".site-table tr[aria-current]")
    assert chosen.get_attribute("data-index") == "7"


def test_the_table_is_walked_with_the_keyboard(opened, results: Results) -> None:
    opened.page.locator(".row-button").first.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowDown"):
        opened.page.keyboard.press(key)
    opened.page.keyboard.press("Enter")
    site = results.candidates.iloc[2]["site_id"]
    assert opened.page.locator("#card h2").inner_text() == f"3. {site}"
    opened.page.keyboard.press("End")
    focused = opened.page.evaluate("document.activeElement.closest('tr').dataset.index")
    assert focused == "199"


def test_the_filter_keeps_rows_that_hold_its_text(opened, results: Results) -> None:
    site = results.candidates.iloc[11]["site_id"]
    opened.page.get_by_label("Filter").fill(site.lower())
    assert opened.page.locator(".site-table tbody tr").count() == 1
    assert opened.page.locator(".sites [role=status]").inner_text() == "1 of 200 sites shown"


def test_enter_reads_the_cell_at_the_centre_of_the_map(opened) -> None:
    opened.look_at(24.3, 21.7, 4)
    opened.page.get_by_role("checkbox", name="Candidates").uncheck()
    opened.page.locator(".folium-map").focus()
    opened.page.keyboard.press("Enter")
    opened.page.locator("#card h2").get_by_text("Cell", exact=True).wait_for()
    assert opened.page.locator("#card .place").inner_text() == "24.300° N, 21.700° E"


def test_the_wheel_scrolls_the_page_until_the_map_is_in_use(opened) -> None:
    enabled = "name => window[name].scrollWheelZoom.enabled()"
    assert opened.page.evaluate(enabled, opened.name) is False
    opened.page.locator(".folium-map").click(position={"x": 200, "y": 300})
    assert opened.page.evaluate(enabled, opened.name) is True


def test_the_evidence_stands_in_sections(opened) -> None:
    opened.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    text = opened.page.locator("#evidence").inner_text()
    for part in ("10 degree blocks", "random (leakage)", "far from volcano", "0.52–0.68"):
        assert part in text
    for part in ("1,200,000", "Synthetic atlas", "siting: 1", "Redistribution and use"):
        assert part in text
    few = opened.page.locator("#evidence tr", has_text="far from volcano").inner_text()
    assert "0.95" in few  # the interval
    assert "0.97" not in few  # no point value from nine fields


def test_a_page_without_candidates_skill_or_outline_works(
    results: Results, written: Callable, open_map: Callable
) -> None:
    bare = replace(
        results, candidates=None, records={}, features={}, exclusions={}, findings=[], domain=None
    )
    opened = open_map(written(bare))
    opened.look_at(24.3, 21.7, 4)
    opened.click(24.3, 21.7)
    opened.page.locator("#card h2").get_by_text("Cell", exact=True).wait_for()
    assert "Not validated" in opened.page.locator("#verdict").inner_text()
    assert opened.trouble == []
