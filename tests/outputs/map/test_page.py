"""The file as a whole."""

import hashlib
import re
from base64 import b64encode
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from siting.kinds import Results
from siting.outputs.map import render, write


class Reader(HTMLParser):
    """Scripts, addresses and inline handlers of a page, as a browser would find them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts, self.styles, self.addresses, self.handlers = [], [], [], []
        self.policy, self._inside = "", None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.addresses += [given[name] for name in ("src", "href") if given.get(name)]
        self.handlers += [name for name in given if name.startswith("on") or name == "style"]
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"] or ""
        runs = tag == "script" and given.get("type") != "application/json"
        self._inside = self.scripts if runs else self.styles if tag == "style" else None

    def handle_data(self, data: str) -> None:
        if self._inside is not None:
            self._inside.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._inside = None


@pytest.fixture(scope="module")
def text(page_file: Path) -> str:
    return page_file.read_text("utf-8")


def test_the_same_results_give_the_same_bytes(results: Results, page_file: Path, tmp_path) -> None:
    again = tmp_path / "again.html"
    write(results, again)
    assert again.read_bytes() == page_file.read_bytes()


def test_the_page_links_to_nothing(text: str) -> None:
    assert Reader(text).addresses == ["#sites"]


def test_only_the_pages_own_code_and_styles_may_run(text: str) -> None:
    found = Reader(text)
    assert found.policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in found.policy
    for each in found.scripts + found.styles:
        digest = b64encode(hashlib.sha256(each.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in found.policy
    assert len(found.scripts) == 3
    assert found.handlers == []


def test_the_map_is_foliums(text: str) -> None:
    (name,) = set(re.findall(r"var (map_[0-9a-f]{32}) = L\.map\(", text))
    assert f'<div class="folium-map" id="{name}"' in text


def test_a_title_is_text(results: Results) -> None:
    page = render(replace(results, title="</title><script>alert(1)</script>"))
    assert "<title>&lt;/title&gt;&lt;script&gt;" in page


def test_a_title_holds_no_control_characters(results: Results) -> None:
    page = render(replace(results, title="Wells \x1b[31mof\x07\u2028 \x9f1990"))
    assert "<title>Wells [31mof 1990</title>" in page
    assert len(Reader(page).scripts) == 3


def test_a_page_without_candidates_skill_or_outline_can_be_made(results: Results) -> None:
    bare = replace(
        results, candidates=None, records={}, features={}, exclusions={}, findings=[], domain=None
    )
    assert '"sites":null' in render(bare)
