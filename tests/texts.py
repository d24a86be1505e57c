"""What siting says in whole: texts that tests must bring about, beside what they test already.

A page of docs/errors shows one form of an error or a finding; ``texts.yaml`` holds the others, by
the test that makes siting say them. Its texts are meant to be read: each says what the test did.
"""

import dataclasses
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from unittest import mock

import yaml

from siting import findings
from siting.errors import SitingError

FILE = Path(__file__).with_suffix(".yaml")


@cache
def texts() -> dict[str, list[str]]:
    """Texts by the test that must bring them about."""
    found: dict[str, list[str]] = yaml.safe_load(FILE.read_text("utf-8"))
    return found


@contextmanager
def recorded() -> Iterator[list[SitingError | findings.Finding]]:
    """A list that fills with every error that is made, and with all that is found."""
    said: list[SitingError | findings.Finding] = []
    make, report = SitingError.__init__, findings.report

    def made(self: SitingError, *parts: str, **more: str) -> None:
        make(self, *parts, **more)
        said.append(self)

    def reported(finding: findings.Finding) -> None:
        said.append(finding)
        report(finding)

    with (
        mock.patch.object(SitingError, "__init__", made),
        mock.patch.object(findings, "report", reported),
    ):
        yield said


def text_of(said: SitingError | findings.Finding, folder: Path | None) -> str:
    """The text as people read it, without the folder of the test."""
    if isinstance(said, findings.Finding):
        parts = dataclasses.asdict(said)
        del parts["severity"]
        said = SitingError(parts.pop("code"), parts.pop("message"), **parts)
    text = str(said)
    if folder is not None:
        text = text.replace(f"{folder}/", "").replace(str(folder), ".")
    return re.sub(r"\b([0-9a-f]{12})[0-9a-f]{4,52}\b", r"\1...", text)
