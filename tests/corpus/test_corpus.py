"""Every case of the corpus gives what it must: the right code, the right answer, no false alarm."""

import importlib
from pathlib import Path

import pytest

from siting.errors import SitingError

from .harness import Case, run_case

MODULES = sorted(path.stem for path in Path(__file__).parent.glob("cases_*.py"))
CASES = [
    case
    for name in MODULES
    for case in importlib.import_module(f".{name}", __package__).corpus.cases
]


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    """A store of the case's own."""
    monkeypatch.setenv("SITING_STORE", str(tmp_path / "store"))


def _id(case: Case) -> str:
    return f"{case.kind}-{case.id}"


@pytest.mark.parametrize("case", [each for each in CASES if each.expect == "error"], ids=_id)
def test_is_refused(case, tmp_path):
    with pytest.raises(SitingError, match=case.code) as caught:
        run_case(case, tmp_path)
    found = caught.value
    codes = {each.code for each in getattr(found, "errors", [found])}
    assert case.code in codes
    assert found.exit_code in {2, 3, 4}
    assert not (tmp_path / "out" / "latest").exists()


@pytest.mark.parametrize("case", [each for each in CASES if each.expect == "warn"], ids=_id)
def test_is_warned_of(case, tmp_path):
    result = run_case(case, tmp_path)
    assert set(result.warnings()) == {case.code}
    if case.holds:
        case.holds(result)


@pytest.mark.parametrize("case", [each for each in CASES if each.expect == "handle"], ids=_id)
def test_is_handled(case, tmp_path):
    result = run_case(case, tmp_path)
    assert result.warnings() == []
    assert case.holds, "a case that is handled has an answer to compare with"
    case.holds(result)


@pytest.mark.parametrize("case", [each for each in CASES if each.expect == "accept"], ids=_id)
def test_raises_no_false_alarm(case, tmp_path):
    result = run_case(case, tmp_path)
    assert result.warnings() == []
    if case.holds:
        case.holds(result)


def test_no_two_cases_have_one_name():
    names = [case.id for case in CASES]
    assert sorted(names) == sorted(set(names))
