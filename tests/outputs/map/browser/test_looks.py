"""Accessibility, narrow screens, dark screens and paper."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from siting.kinds import Results
from siting.outputs.map import write

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": PHONE,
    "phone, dark": {**PHONE, "color_scheme": "dark"},
}


@pytest.fixture(scope="module")
def short_file(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with a few candidates: axe looks at every cell of their table."""
    path = tmp_path_factory.mktemp("short") / "map.html"
    write(replace(results, candidates=results.candidates.head(12)), path)
    return path


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS.keys())
def test_axe_finds_no_violation(look: dict, short_file: Path, open_map: Callable) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    )
    opened = open_map(short_file, **look)
    opened.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    found = axe.Axe().run(opened.page, options={"runOnly": {"type": "tag", "values": TAGS}})
    told = [
        (each["id"], [node["html"][:120] for node in each["nodes"][:3]])
        for each in found.response["violations"]
    ]
    assert told == []


def test_a_phone_shows_map_legend_card_and_table_below_one_another(
    page_file: Path, open_map: Callable
) -> None:
    page = open_map(page_file, **PHONE).page
    places = [page.locator(part).bounding_box() for part in (".map-frame", "#legend", "#card")]
    places.append(page.locator("#sites").bounding_box())
    tops = [place["y"] for place in places]
    assert tops == sorted(tops)
    assert {round(place["width"]) for place in places} == {390}
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("width", [1920, 1440, 1100, 800, 600, 320])
def test_no_width_makes_the_page_scroll_sideways(
    width: int, page_file: Path, open_map: Callable
) -> None:
    page = open_map(page_file, viewport={"width": width, "height": 800}).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_theme_follows_the_system_and_can_be_changed(
    page_file: Path, open_map: Callable
) -> None:
    page = open_map(page_file, color_scheme="dark").page
    background = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(background)
    page.get_by_role("button", name="Light").click()
    light = page.evaluate(background)
    assert (dark, light) == ("rgb(20, 24, 29)", "rgb(255, 255, 255)")
    assert page.get_by_role("button", name="Dark").is_visible()


def test_paper_shows_everything_and_no_controls(page_file: Path, open_map: Callable) -> None:
    page = open_map(page_file, color_scheme="dark").page
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("#layers").is_visible()
    assert page.locator("#legend").is_visible()
    assert page.locator("details:not([open])").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details:not([open])").count() > 0


def test_motion_is_left_out_for_those_who_ask(page_file: Path, open_map: Callable) -> None:
    opened = open_map(page_file, reduced_motion="reduce")
    opened.page.locator(".site-table tbody tr").nth(3).click()
    assert opened.page.evaluate("name => window[name].getZoom()", opened.name) == 6
