"""Every code that siting can print has its page, and every page tells the truth."""

from pathlib import Path

import pytest

from tests import error_index, error_source
from tests.error_examples import EXAMPLES, made

PAGES = error_index.pages()
TESTS = Path(__file__).parent
OURS = {"test_error_pages.py", "error_index.py", "error_source.py"}
# Examples whose text comes from a library, or names a line: it may change without us.
WORDED_ELSEWHERE = {
    "BUG", "ESTIMATOR_DEPRECATED", "FILE_CORRUPT", "MODEL_FIT", "MODEL_FIT_WARNING",
    "READER_WARNING",
}  # fmt: skip
# Codes that no test names, with the reason.
UNTESTED: dict[str, str] = {}


def test_every_place_names_its_code() -> None:
    # Errors that are handed on keep their code; each other place must name one as text.
    handed_on = ("error.code", "problem.code", "finding.code")
    strange = [each for each in error_source.unresolved() if not each.endswith(handed_on)]
    assert [each for each in strange if "siting/findings.py" not in each] == []


def test_every_code_has_a_page() -> None:
    assert sorted(error_source.codes().keys() - PAGES.keys()) == []


def test_every_page_has_its_code_in_the_source() -> None:
    assert sorted(PAGES.keys() - error_source.codes().keys()) == []


@pytest.mark.parametrize("code", PAGES)
def test_page_has_its_parts(code: str) -> None:
    page = PAGES[code]
    assert page.code == code
    assert page.family in error_index.FAMILIES
    assert tuple(page.sections) == error_index.SECTIONS
    assert all(page.sections.values())
    assert page.example.startswith(f"{code}: ")
    assert error_index.kinds_in_source(code) <= set(page.kinds)


@pytest.mark.parametrize("code", PAGES)
def test_links_lead_to_pages(code: str) -> None:
    text = (error_index.FOLDER / f"{code}.md").read_text("utf-8")
    names = [part.split(")")[0] for part in text.split("](")[1:]]
    assert [name for name in names if not (error_index.FOLDER / name).exists()] == []


@pytest.mark.parametrize("code", sorted(EXAMPLES))
def test_example_is_what_siting_prints(code: str, tmp_path: Path) -> None:
    found = made(code, tmp_path)
    assert found.kind in PAGES[code].kinds
    if code not in WORDED_ELSEWHERE:
        assert found.text == PAGES[code].example


def test_nearly_every_page_has_an_example_that_is_made() -> None:
    assert sorted(PAGES.keys() - EXAMPLES.keys()) == []


def test_every_code_is_named_by_a_test() -> None:
    texts = [
        path.read_text("utf-8")
        for path in TESTS.rglob("*.py")
        if path.name not in OURS and path.parent.name != "error_examples"
    ]
    named = {code for code in PAGES if any(code in text for text in texts)}
    assert sorted(PAGES.keys() - named - UNTESTED.keys()) == []
    assert sorted(UNTESTED.keys() & named) == []


def test_index_is_up_to_date() -> None:
    assert error_index.INDEX.read_text("utf-8") == error_index.written(), (
        "run python -m tests.error_index --write"
    )
