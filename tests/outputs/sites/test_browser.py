from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PRINTED = 688  # [CSS pixel] between the margins of A4


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    """A function that opens a page and keeps a record of its requests and of what it complains."""
    contexts = []

    def open_page(path: Path, width: int = 1200) -> Any:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}))
        tab = contexts[-1].new_page()
        tab.trouble, tab.requests = [], []
        tab.on("console", lambda message: tab.trouble.append(message.text))
        tab.on("pageerror", lambda error: tab.trouble.append(str(error)))
        tab.on("request", lambda request: tab.requests.append(request.url))
        tab.goto(path.as_uri())
        return tab

    yield open_page
    for context in contexts:
        context.close()


def test_the_page_asks_for_nothing_and_shows_its_pictures(opened: Any, file: Path) -> None:
    tab = opened(file)
    assert [url for url in tab.requests if not url.startswith("data:")] == [file.as_uri()]
    assert tab.trouble == []
    assert tab.evaluate("[...document.images].every(e => e.complete && e.naturalWidth > 200)")
    assert tab.evaluate("getComputedStyle(document.querySelector('.cost strong')).fontSize") != ""


@pytest.mark.parametrize("width", [360, 1200])
def test_nothing_reaches_over_the_edge(opened: Any, file: Path, width: int) -> None:
    tab = opened(file, width)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_paper_shows_what_is_folded_on_the_screen(opened: Any, file: Path) -> None:
    tab = opened(file, PRINTED)
    shown = "document.querySelector('details table').checkVisibility()"
    assert tab.evaluate(shown) is False
    tab.emulate_media(media="print")
    tab.wait_for_function(shown)
    right = "Math.max(...[...document.querySelectorAll('table, img')]" \
            ".map(e => e.getBoundingClientRect().right))"  # fmt: skip
    assert tab.evaluate(right) <= PRINTED + 1
    assert tab.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_the_page_meets_wcag(opened: Any, file: Path) -> None:
    reason = "axe-playwright-python is not installed"
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason=reason)
    found = axe.Axe().run(opened(file)).response["violations"]
    assert [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found] == []
