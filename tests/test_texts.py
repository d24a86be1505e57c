"""The table of whole texts speaks of tests and codes that are there."""

from pathlib import Path

import pytest

from tests import error_index
from tests.texts import texts

ROOT = Path(__file__).parents[1]
CODES = error_index.pages().keys()


@pytest.mark.parametrize("test", texts())
def test_a_text_is_brought_about_by_a_test(test: str) -> None:
    file, name = test.split("::")
    assert f"def {name.split('[')[0]}(" in (ROOT / file).read_text("utf-8")
    assert all(text.split(":")[0] in CODES for text in texts()[test])


def test_no_text_is_on_a_page_already() -> None:
    shown = {page.example for page in error_index.pages().values()}
    assert [text for every in texts().values() for text in every if text in shown] == []
