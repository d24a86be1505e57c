"""Pages with hostile text in every field, in Chromium: nothing runs, nothing is asked for."""

import base64
import hashlib
import html
import re

import pytest

from . import hostile
from .conftest import Run

PAGES = ("map.html", "report.html", "poisoned-map.html", "poisoned-report.html")
# What the pages themselves are made of; anything else came from text.
TAGS = {
    "a", "body", "br", "button", "canvas", "caption", "circle", "code", "dd", "details", "div",
    "dl", "dt", "em", "fieldset", "figcaption", "figure", "footer", "g", "h1", "h2", "h3", "h4",
    "head",
    "header", "html", "img", "input", "label", "legend", "li", "line", "main", "meta", "nav",
    "noscript", "ol", "option", "p", "path", "pre", "rect", "script", "section", "select", "small",
    "span", "strong", "style", "summary", "svg", "table", "tbody", "td", "text", "th", "thead",
    "title", "tr", "ul",
}  # fmt: skip


@pytest.fixture(params=[True, False], ids=["with its policy", "without its policy"])
def policy(request) -> bool:
    return request.param


@pytest.mark.parametrize("name", PAGES)
def test_no_text_is_run(seen, policy, name) -> None:
    page = seen[name, policy]
    assert page["ran"] == []
    assert page["dialogs"] == []
    assert page["handlers"] == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_asked_for_and_nothing_goes_wrong(seen, policy, name) -> None:
    page = seen[name, policy]
    assert [url for url in page["requests"] if not url.startswith("data:")] == [page["own"][:200]]
    assert page["pages"] == []
    assert page["url"].partition("#")[0] == page["own"]
    assert page["console"] == []
    assert page["errors"] == []


@pytest.mark.parametrize("name", PAGES)
def test_text_makes_no_elements(seen, policy, name) -> None:
    tags = seen[name, policy]["tags"]
    assert set(tags) <= TAGS
    assert tags.get("style", 0) <= 2
    assert tags["head"] == tags["body"] == tags["title"] == 1


@pytest.mark.parametrize("name", PAGES)
def test_the_text_is_shown_as_text(seen, name) -> None:
    shown = " ".join(seen[name, False]["text"].split())
    missing = [text for text in hostile.MARKUP + hostile.TEMPLATES + hostile.FORMULAS
               if " ".join(text.split()) not in shown]  # fmt: skip
    assert missing == []


def test_a_page_that_does_run_text_is_seen(seen) -> None:
    page = seen["control.html", True]
    assert len(page["ran"]) >= 5
    assert page["tags"]["script"] > 3
    assert len(page["requests"]) > 1


def hashes(kind: str, content: str) -> set[str]:
    """Hashes of the contents of all elements of a kind that is run or applied."""
    found = re.findall(rf"<{kind}>(.*?)</{kind}>", content, re.S)
    digests = (hashlib.sha256(each.encode()).digest() for each in found)
    return {f"'sha256-{base64.b64encode(each).decode()}'" for each in digests}


@pytest.mark.parametrize("name", ["map.html", "report.html"])
def test_the_policy_names_what_runs_by_its_hash_and_nothing_else(ran: Run, name) -> None:
    content = (ran.latest / name).read_bytes().decode("utf-8")
    (found,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', content)
    rules = {r.split()[0]: set(r.split()[1:]) for r in html.unescape(found).split("; ")}
    assert rules["default-src"] == {"'none'"}
    assert rules["base-uri"] == rules["form-action"] == {"'none'"}
    assert rules["img-src"] == {"data:"}
    assert rules["style-src"] == hashes("style", content)
    assert rules.get("script-src", set()) == hashes("script", content)
    assert set(rules) <= {
        "default-src", "base-uri", "form-action", "img-src", "style-src", "script-src"
    }  # fmt: skip
    head = content.partition("Content-Security-Policy")[0]
    assert "<script" not in head  # nothing stands before the policy
    assert "<style" not in head


@pytest.mark.parametrize("name", ["map.html", "report.html"])
def test_no_hostile_text_stands_in_the_source_as_markup(ran: Run, name) -> None:
    content = (ran.latest / name).read_text("utf-8")
    assert "<script>kanarienvogel" not in content
    assert "<img src=x" not in content
    assert "<svg/onload" not in content
    code = re.findall(r"<(script|style)>(.*?)</\1>", content, re.S)
    assert not any("kanarienvogel" in text for _, text in code)
