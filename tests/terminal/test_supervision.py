"""Under a limit on memory, whatever ends the work below Python is told as what it is."""

import ctypes
import faulthandler
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from siting.errors import StorageError
from siting.terminal import supervision


@pytest.fixture(autouse=True)
def _handlers() -> object:
    kept = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def _leave(code: int) -> Callable[[], None]:
    return lambda: sys.exit(code)


def _quietly(end: Callable[[], object]) -> None:
    """An end as in a program of its own: pytest would print where every thread is."""
    faulthandler.disable()
    end()


@pytest.mark.parametrize("code", [0, 1, 3, 4, 75])
def test_an_end_of_our_own_keeps_its_code(code: int) -> None:
    assert supervision.supervised(_leave(code)) == code


def test_work_that_returns_ends_well() -> None:
    assert supervision.supervised(lambda: None) == 0


@pytest.mark.parametrize(
    ("work", "end"),
    [
        (lambda: os._exit(1), "exit code 1"),
        (lambda: os._exit(127), "exit code 127"),
        (lambda: _quietly(os.abort), "SIGABRT"),
        (lambda: _quietly(lambda: ctypes.string_at(0)), "SIGSEGV"),
        (_leave(130), "exit code 130"),  # as after a SIGINT that OpenBLAS sends to itself
    ],
)
def test_an_end_from_below_is_a_lack_of_memory(work: Callable[[], None], end: str) -> None:
    with pytest.raises(StorageError, match="MEMORY_FULL") as caught:
        supervision.supervised(work)
    assert end in caught.value.found


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["INT", "TERM"]
)
def test_signals_reach_the_work(number: int, code: int) -> None:
    """The work ends itself with its own code, as without a limit."""

    def work() -> None:
        signal.signal(number, lambda *_: sys.exit(code))
        for _ in range(100):  # the parent may not know its child yet at the first one
            os.kill(os.getppid(), number)
            time.sleep(0.05)

    assert supervision.supervised(work) == code


def _limited(megabytes: int, *words: str) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))

    command = [sys.executable, "-m", "siting.cli", *words]
    return subprocess.run(command, check=False, preexec_fn=limit, capture_output=True, text=True)


@pytest.mark.parametrize("megabytes", [60, 400, 1100])
def test_a_limit_below_what_libraries_take_is_refused_at_once(megabytes: int) -> None:
    ended = _limited(megabytes, "estimate", "geothermal")
    assert (ended.returncode, "MEMORY_LOW" in ended.stderr) == (4, True), ended.stderr


def test_help_needs_no_libraries() -> None:
    assert _limited(200, "--help").returncode == 0


def test_a_run_that_has_room_is_as_without_a_limit() -> None:
    ended = _limited(4000, "check", "geothermal")
    assert (ended.returncode, "no mistakes" in ended.stdout) == (0, True), ended.stderr


def test_without_a_limit_nothing_is_watched() -> None:
    assert not supervision.limited()
