"""Makers of the examples that the pages of docs/errors show, and the text of what they make."""

import dataclasses
import os
import re
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from siting.errors import SitingError
from siting.findings import Finding, collect

Maker = Callable[[Path], object]
EXAMPLES: dict[str, Maker] = {}

# What differs from one machine and run to the next, as the pages write it.
_VARYING = (
    (re.compile(r"process \d+ on \S+"), "process 4711 on fieldoffice"),
    (re.compile(r"\b[0-9a-f]{16,64}\b"), lambda found: found[0][:12] + "..."),
)


@dataclasses.dataclass(frozen=True)
class Example:
    """What came of an example: its text, and the exit code or the severity."""

    text: str
    kind: str


def example(code: str) -> Callable[[Maker], Maker]:
    """Register the decorated function as what provokes the code, in a folder of its own."""

    def register(make: Maker) -> Maker:
        assert code not in EXAMPLES, code
        EXAMPLES[code] = make
        return make

    return register


def made(code: str, folder: Path) -> Example:
    """The first error or finding of the code that its example makes.

    Findings are given the form of errors: code and message, then where, found, wanted, fix.
    """
    with mock.patch.dict(os.environ, SITING_STORE=str(folder / "store")), collect() as findings:
        try:
            outcome = EXAMPLES[code](folder)
            errors = []
            findings += getattr(outcome, "findings", ())  # a run collects its own
        except SitingError as error:
            errors = getattr(error, "errors", [error])
    for error in errors:
        if error.code == code:
            kind = f"error (exit code {error.exit_code})"
            return Example(_neutral(str(error), folder), kind)
    for finding in findings:
        if finding.code == code:
            return Example(_neutral(_as_error(finding), folder), finding.severity)
    raise AssertionError(f"{code} is not among {errors + findings}")


def _as_error(finding: Finding) -> str:
    parts = dataclasses.asdict(finding)
    del parts["severity"]
    return str(SitingError(parts.pop("code"), parts.pop("message"), **parts))


def _neutral(text: str, folder: Path) -> str:
    """The text without what only this machine and this run have."""
    text = text.replace(f"{folder}/", "").replace(str(folder), ".")
    text = re.sub(rf"(?<!\w){re.escape(str(folder.parent))}/", "../", text)
    for pattern, plain in _VARYING:
        text = pattern.sub(plain, text)
    return text
