"""Text from files is shown in a terminal, and never obeyed by it."""

import json

import pytest

from . import hostile, roots
from .conftest import Run
from .test_hostile_run import OBEYED


@pytest.fixture(scope="module")
def told(ran: Run, tmp_path_factory: pytest.TempPathFactory) -> roots.Watched:
    """The run again, which finds all in the store, with its summary as people see it."""
    home = tmp_path_factory.mktemp("told") / "home"
    arguments = ["run", str(ran.world / "small.yaml"), "--out", str(ran.out)]
    return roots.run(arguments, home, ran.store, trace=False)


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> roots.Watched:
    """A pipeline file with hostile text in each of its many mistakes."""
    folder = tmp_path_factory.mktemp("refused")
    names = [text for text in hostile.CONTROL + hostile.MARKUP if len(text) < 100]
    layers = "\n".join(f"  {hostile.quoted(text)}: {{x: {{}}}}" for text in names)
    path = folder / "mistaken.yaml"
    path.write_text(
        f"siting: 1\nname: a\ngrid: {{crs: {hostile.quoted(hostile.CONTROL[1])}, resolution: 1}}\n"
        f"layers:\n{layers}\noutputs: [{hostile.quoted(hostile.CONTROL[0])}]\n", "utf-8"
    )  # fmt: skip
    return roots.run(["check", str(path), "--json"], folder / "home", folder / "store", trace=False)


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_the_summary_holds_nothing_that_a_terminal_obeys(told: roots.Watched, stream: str) -> None:
    assert told.status == 0
    text = getattr(told, stream).decode("utf-8")
    assert "kanarienvogel" in text or stream == "stderr"
    assert OBEYED.findall(text) == []


def test_errors_hold_nothing_that_a_terminal_obeys(refused: roots.Watched) -> None:
    assert refused.status == 2
    text = refused.stderr.decode("utf-8")
    assert "kanarienvogel" in text
    assert OBEYED.findall(text) == []


def test_errors_as_json_are_ascii(refused: roots.Watched) -> None:
    assert refused.stdout.isascii()
    assert OBEYED.search(refused.stdout.decode("ascii")) is None
    assert len(json.loads(refused.stdout)["errors"]) > 10
