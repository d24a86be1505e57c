"""Whatever goes wrong, a command ends with a code, a message and its exit code."""

import errno
import json
import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from siting.errors import InputError
from siting.terminal.console import escape

from .. import small_world
from ..commands import siting

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path, monkeypatch):
    """The small world's pipeline, and a store of its own."""
    monkeypatch.setenv("SITING_STORE", str(tmp_path / "store"))
    return small_world.make(tmp_path / "world")


def failing(monkeypatch, error: BaseException) -> None:
    """Let the check of a pipeline file end with an error."""

    def fail(*arguments):
        raise error

    monkeypatch.setattr("siting.check.check_file", fail)


def test_a_bug_is_short_on_the_screen_and_whole_in_a_file(path, capsys, monkeypatch):
    failing(monkeypatch, ZeroDivisionError("division by zero"))
    done = siting(capsys, "check", path, "--json")
    assert done.code == 1
    assert "Traceback" not in done.err
    assert "BUG: siting has made a mistake of its own" in done.err
    (error,) = json.loads(done.out)["errors"]
    assert error["found"] == "ZeroDivisionError: division by zero"
    details = Path(error["fix"].removeprefix("please report it, with "))
    assert details.is_relative_to(os.environ["SITING_STORE"])
    assert "Traceback" in details.read_text()
    assert "siting check" in details.read_text()


@pytest.mark.parametrize("reason", ["asked for", "the store cannot be written"])
def test_a_traceback_is_shown_where_it_is_asked_for_or_cannot_be_kept(
    path, tmp_path, capsys, monkeypatch, reason
):
    if reason == "asked for":
        monkeypatch.setenv("SITING_TRACEBACK", "1")
    else:
        (tmp_path / "file").write_text("in the way")
        monkeypatch.setenv("SITING_STORE", str(tmp_path / "file"))
    failing(monkeypatch, KeyError("grid"))
    done = siting(capsys, "check", path)
    assert done.code == 1
    assert "Traceback" in done.err
    assert "with the lines above" in done.err


@pytest.mark.parametrize(
    ("error", "code", "exit_code"),
    [
        (MemoryError("Unable to allocate 80 GiB"), "MEMORY_FULL", 4),
        (RuntimeError("SQLite error: out of memory"), "MEMORY_FULL", 4),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "MEMORY_FULL", 4),
        (PermissionError(errno.EACCES, "Permission denied", "a.yaml"), "STORAGE_FAILED", 4),
        (OSError(errno.EMFILE, "Too many open files"), "STORAGE_FAILED", 4),
        (FileNotFoundError(errno.ENOENT, "No such file", "a.py"), "BUG", 1),
    ],
)
def test_an_error_of_the_system_has_a_code(path, capsys, monkeypatch, error, code, exit_code):
    failing(monkeypatch, error)
    done = siting(capsys, "check", path)
    assert done.code == exit_code
    assert done.err.startswith(code)
    assert "Traceback" not in done.err


def test_an_interrupted_command_ends_with_130(path, capsys, monkeypatch):
    failing(monkeypatch, KeyboardInterrupt())
    done = siting(capsys, "check", path)
    assert (done.code, done.err) == (130, "interrupted; finished values are kept\n")


def test_memory_that_runs_out_within_a_run_leaves_it_as_a_storage_error(path, capsys, monkeypatch):
    def fail(*arguments):
        raise MemoryError("no room for a tile")

    monkeypatch.setattr("siting.pipeline.execute.Values.call", fail)
    done = siting(capsys, "run", path, "--out", path.parent / "out")
    assert done.code == 4
    assert "MEMORY_FULL" in done.err
    assert not (path.parent / "out" / "latest").exists()


@pytest.mark.parametrize("resolution", ["banana", "-5", "0", "nan", "1e400 m", "3 kg", "", "1 nm"])
def test_a_resolution_that_cannot_be_is_said_to_be_the_options_fault(path, capsys, resolution):
    done = siting(capsys, "estimate", path, "--resolution", resolution)
    assert done.code == 2
    assert f"where:  --resolution {resolution}".rstrip() in done.err
    assert "small.yaml" not in done.err


def test_mistakes_of_the_file_are_not_blamed_on_the_option(path, capsys):
    path.write_text(path.read_text().replace("count: 8", "count: -8"))
    done = siting(capsys, "estimate", path, "--resolution", "0.2 degree")
    assert done.code == 2
    assert "small.yaml:16" in done.err


@pytest.mark.parametrize(
    ("written", "exit_code"),
    [
        ("nothing-of-that-name", 3),
        (".", 3),
        ("/dev/null", 2),
        ("a" * 300, 4),
        ("no\udcffname", 3),
    ],
)
def test_a_pipeline_that_is_none_is_refused(path, capsys, written, exit_code):
    done = siting(capsys, "run", written, "--out", path.parent / "out")
    assert done.code == exit_code
    assert "BUG" not in done.err
    assert not (path.parent / "out").exists()


@pytest.mark.parametrize("out", ["world/heat.tif", "/proc/none", "/dev/null/x", "b" * 300])
def test_an_out_folder_that_cannot_be_is_refused(path, capsys, monkeypatch, out):
    monkeypatch.chdir(path.parents[1])
    done = siting(capsys, "run", path, "--out", out)
    assert done.code == 4
    assert "BUG" not in done.err


def test_control_characters_of_a_text_are_shown_and_not_sent(path, capsys, monkeypatch):
    # The first would rename the window of the terminal, the second clears it.
    failing(monkeypatch, InputError("X", "\x1b]0;owned\x07", found="[bold]\x1b[2J"))
    done = siting(capsys, "check", path)
    assert done.err == "X: \\x1b]0;owned\\x07\n  found:  [bold]\\x1b[2J\nmore: siting help X\n"
    assert escape("a\nb\x9b") == "a\nb\\x9b"


def shell(line: str, **variables: str) -> subprocess.CompletedProcess:
    """A line for the shell, in which $SITING is the command."""
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"],
        capture_output=True, text=True, cwd=ROOT, check=False,
        env={**os.environ, "SITING": f"{sys.executable} -m siting.cli", **variables},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "exit_code"),
    [
        ("$SITING sources | true", 0),  # its reader has gone
        ("$SITING version >&-", 0),  # nobody reads
        ("$SITING check nothing.yaml 2>&-", 3),
        ("$SITING version >/dev/full", 4),  # what it found could not be written
        ("$SITING no-such-command", 2),
    ],
)
def test_a_command_ends_well_whatever_reads_it(line, exit_code):
    done = shell(line)
    assert done.returncode == exit_code, done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_a_terminal_without_letters_shows_everything():
    # As LC_ALL=C was before Python 3.7: what ASCII lacks is escaped.
    done = shell("$SITING sources", LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "volcanoes_holocene" in done.stdout


def test_a_narrow_terminal_is_enough():
    leader, follower = pty.openpty()
    environment = {**os.environ, "COLUMNS": "20", "TERM": "xterm"}
    command = [sys.executable, "-m", "siting.cli", "sources"]
    with subprocess.Popen(
        command, stdout=follower, stderr=subprocess.PIPE, env=environment, cwd=ROOT
    ) as process:
        os.close(follower)
        shown = _all_of(leader)
    assert process.returncode == 0
    assert len(shown.splitlines()) > 20  # every cell folds
    assert max(map(len, shown.splitlines())) <= 20


def _all_of(terminal: int) -> str:
    """What was written to a terminal until its last writer closed it."""
    found = b""
    with suppress(OSError):  # how Linux says that a terminal was closed
        while chunk := os.read(terminal, 65536):
            found += chunk
    os.close(terminal)
    return re.sub(r"\x1b\[[0-9;]*m", "", found.decode())
