from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from siting.kinds import Results
from siting.outputs.report import page

PRINTED = 688  # [CSS pixel] between the margins of A4


@pytest.fixture(scope="module")
def file(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    page.write(results, path)
    return path


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


def test_the_page_asks_for_nothing_and_complains_of_nothing(opened: Any, file: Path) -> None:
    tab = opened(file)
    assert [url for url in tab.requests if not url.startswith("data:")] == [file.as_uri()]
    assert tab.trouble == []


def test_the_style_applies_and_every_figure_is_drawn(opened: Any, file: Path) -> None:
    tab = opened(file)
    assert tab.evaluate("getComputedStyle(document.querySelector('.verdict')).fontWeight") == "600"
    widths = tab.evaluate("[...document.images].map(e => e.complete && e.naturalWidth)")
    assert len(widths) == 12
    assert all(width > 200 for width in widths)


def test_hostile_text_does_nothing(opened: Any, hostile: Results, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    page.write(hostile, path)
    tab = opened(path)
    assert tab.trouble == []
    assert [url for url in tab.requests if not url.startswith("data:")] == [path.as_uri()]
    assert tab.title().startswith("<img src=x onerror")
    assert tab.evaluate("[...document.images].every(e => e.naturalWidth > 0)")


@pytest.mark.parametrize("width", [360, 1200])
def test_nothing_reaches_over_the_edge(opened: Any, file: Path, width: int) -> None:
    tab = opened(file, width)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_tables_and_figures_fit_on_paper(opened: Any, file: Path) -> None:
    tab = opened(file, PRINTED)
    tab.emulate_media(media="print")
    right = "Math.max(...[...document.querySelectorAll('table, img, pre')]" \
            ".map(e => e.getBoundingClientRect().right))"  # fmt: skip
    assert tab.evaluate(right) <= PRINTED + 1
    assert tab.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_the_page_meets_wcag(opened: Any, file: Path) -> None:
    reason = "axe-playwright-python is not installed"
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason=reason)
    found = axe.Axe().run(opened(file)).response["violations"]
    assert [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found] == []
