"""Text from data never runs, and never stops the map."""

from collections.abc import Callable
from pathlib import Path

import pytest

from siting.kinds import Results
from siting.outputs.map import write


@pytest.fixture(scope="module")
def hostile_file(hostile: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile") / "map.html"
    write(hostile, path)
    return path


def walk(opened) -> None:
    """Use every part of the page that shows text from data."""
    page = opened.page
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    for radio in page.get_by_role("radio").all():
        radio.check()
    for row in range(11):
        page.locator(".site-table tbody tr").nth(row).click()
    for header in page.locator(".site-table thead button").all():
        header.click()
    page.get_by_role("checkbox", name="Candidates").uncheck()
    for latitude, longitude in ((44.0, -120.0), (-21.0, -69.0), (1.0, 36.0), (24.0, 21.0)):
        opened.look_at(latitude, longitude, 6)
        opened.click(latitude, longitude)
    page.locator("#card h2").get_by_text("Cell", exact=True).wait_for()


def test_no_text_runs_and_the_map_works(hostile_file: Path, open_map: Callable) -> None:
    opened = open_map(hostile_file)
    walk(opened)
    assert opened.page.evaluate("window.hit") is None
    assert opened.trouble == []
    assert [url[:8] for url in opened.requests] == ["file:///"]


def test_no_text_runs_even_without_the_policy(hostile_file: Path, open_map: Callable) -> None:
    opened = open_map(hostile_file, bypass_csp=True)
    walk(opened)
    assert opened.page.evaluate("window.hit") is None
    assert opened.trouble == []


def test_text_is_shown_as_it_is(hostile_file: Path, open_map: Callable) -> None:
    page = open_map(hostile_file).page
    assert "<img src=x onerror=" in page.locator("h1").inner_text()
    assert "${window.hit='template'}" in page.locator("#verdict").inner_text()
    assert page.locator("img, iframe, object, embed").count() == 0
    names = page.locator(".site-table tbody tr td:nth-child(2)").all_inner_texts()
    assert "</script><script>window.hit='script'</script>" in names


def test_the_policy_refuses_a_script_that_got_in(
    page_file: Path, open_map: Callable, tmp_path: Path
) -> None:
    entered = tmp_path / "entered.html"
    text = page_file.read_text("utf-8")
    entered.write_text(text.replace("</body>", "<script>window.hit=1</script></body>"), "utf-8")
    opened = open_map(entered)
    assert opened.page.evaluate("window.hit") is None
    assert any("Content Security Policy" in message for message in opened.trouble)
