"""The check for known vulnerabilities: what fails it, and what is not called clean."""

import importlib.util
import subprocess
import sys
from types import ModuleType

import pytest

from .roots import REPOSITORY

PATH = REPOSITORY / ".ci" / "audit.py"
VULNERABLE = {
    "name": "pillow", "version": "1.0",
    "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2.0"]}],
}  # fmt: skip
CLEAN = {"name": "numpy", "version": "2.4", "vulns": []}
UNKNOWN = {"name": "siting", "skip_reason": "not found on PyPI and could not be audited"}


@pytest.fixture
def audit() -> ModuleType:
    if not PATH.exists():
        pytest.skip("the checks of CI are not part of this copy")
    specification = importlib.util.spec_from_file_location("audit", PATH)
    assert specification is not None and specification.loader is not None  # noqa: PT018
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_a_vulnerability_fails(audit: ModuleType) -> None:
    passed, lines = audit.judge({"dependencies": [CLEAN, VULNERABLE]})
    assert not passed
    assert lines[-1] == "VULNERABLE pillow 1.0: PYSEC-1, fixed in 2.0"


def test_an_accepted_one_does_not(audit: ModuleType, monkeypatch) -> None:
    monkeypatch.setattr(audit, "EXCEPTIONS", {"CVE-1": "no image of others is opened"})
    passed, lines = audit.judge({"dependencies": [VULNERABLE]})
    assert passed
    assert lines[-1].endswith("(accepted: no image of others is opened)")


def test_packages_that_nobody_knows_are_not_called_clean(audit: ModuleType) -> None:
    assert audit.judge({"dependencies": [UNKNOWN]}) == (
        True, ["nothing was audited: the service knows none of 1 packages"]
    )  # fmt: skip
    assert audit.judge({"dependencies": [CLEAN, UNKNOWN]})[1] == [
        "1 packages audited", "1 not known to the service: siting"
    ]  # fmt: skip


def test_every_exception_has_its_reason(audit: ModuleType) -> None:
    assert all(len(reason) > 20 for reason in audit.EXCEPTIONS.values())


def test_a_service_that_does_not_answer_is_not_waited_for(audit: ModuleType) -> None:
    assert audit._run([sys.executable, "-c", "import time; time.sleep(60)"], 1) is None


def test_without_an_answer_nothing_fails(audit: ModuleType, monkeypatch, capsys) -> None:
    failed = subprocess.CompletedProcess([], 1, "", "no route to host")
    monkeypatch.setattr(audit, "_run", lambda command, seconds: failed)
    monkeypatch.setattr(audit.venv, "create", lambda *args, **options: None)
    assert audit.main() == 0
    assert "nothing was audited" in capsys.readouterr().out
