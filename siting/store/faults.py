"""Faults on purpose, so that what a crash or a full disk leaves behind can be tested.

::

    SITING_KILL_AT=7          the process is killed right before its 7th durable step
    SITING_KILL_AT=count      the steps are counted, and their number goes to stderr at the end
    SITING_FAIL_AT=7:ENOSPC   the 7th step fails with that error of the system
    SITING_FAIL_AT=7+:EROFS   so does every step after it
    SITING_FAIL_AT=7:MEMORY   the 7th step finds no memory
    SITING_FAIL_AT=7:SIGINT   the process gets that signal before its 7th step

A durable step is one change to the disk by which the store or a published run goes on: half a
write, a write, an fsync, a rename, a line of a journal, a new folder or link, a removal. Where no
variable is set, a step costs one comparison.
"""

import atexit
import errno
import os
import re
import signal
import sys
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import BinaryIO

from siting.errors import PipelineError

Fault = Callable[[str, Path], None]
_FAIL_AT = re.compile(r"(?P<number>[1-9][0-9]*)(?P<on>\+?):(?P<what>[A-Z0-9]+)")
_due: list[Fault] = []  # none or one


def step(kind: str, place: Path) -> None:
    """Nothing, unless a fault is due: called right before each durable step."""
    for fault in _due:
        fault(kind, place)


def write(stream: BinaryIO, data: bytes, place: Path) -> None:
    """Write data, in two halves with a step between them where faults are armed."""
    if not _due:
        stream.write(data)
        return
    middle = len(data) // 2
    step("write", place)
    stream.write(data[:middle])
    stream.flush()
    step("half-write", place)
    stream.write(data[middle:])


def arm(environment: Mapping[str, str]) -> None:
    """Let the faults happen that the variables ask for; none where they are not set.

    Raises
    ------
    PipelineError
        FAULT_INVALID where a variable says something else.
    """
    _due.clear()
    if kill_at := environment.get("SITING_KILL_AT"):
        counted = kill_at == "count"
        _due.append(
            _counting() if counted else _at(_number(kill_at), False, _signal(signal.SIGKILL))
        )
    elif fail_at := environment.get("SITING_FAIL_AT"):
        match = _FAIL_AT.fullmatch(fail_at)
        if match is None:
            raise _invalid("SITING_FAIL_AT", fail_at)
        _due.append(_at(int(match["number"]), bool(match["on"]), _failure(match["what"], fail_at)))


def _number(text: str) -> int:
    if not (text.isdecimal() and int(text)):
        raise _invalid("SITING_KILL_AT", text)
    return int(text)


def _counting() -> Fault:
    made = count()
    atexit.register(lambda: print(f"siting: {next(made)} durable steps", file=sys.stderr))

    def tick(kind: str, place: Path) -> None:
        next(made)

    return tick


def _at(number: int, on: bool, happens: Fault) -> Fault:
    made = count(1)

    def fault(kind: str, place: Path) -> None:
        now = next(made)  # one step of the interpreter: threads never get the same number
        if now == number or (on and now > number):
            happens(kind, place)

    return fault


def _failure(what: str, text: str) -> Fault:
    if what == "MEMORY":
        return _no_memory
    if what in {"SIGINT", "SIGTERM", "SIGHUP"}:
        return _signal(signal.Signals[what])
    if not hasattr(errno, what):
        raise _invalid("SITING_FAIL_AT", text)
    code: int = getattr(errno, what)

    def fail(kind: str, place: Path) -> None:
        raise OSError(code, os.strerror(code), str(place))

    return fail


def _no_memory(kind: str, place: Path) -> None:
    raise MemoryError(f"{kind} {place.name}")


def _signal(number: signal.Signals) -> Fault:
    def send(kind: str, place: Path) -> None:
        os.write(2, f"siting: {number.name} before {kind} of {place}\n".encode())
        os.kill(os.getpid(), number)

    return send


def _invalid(name: str, found: str) -> PipelineError:
    return PipelineError(
        "FAULT_INVALID", "a variable that asks for a fault says something else", where=name,
        found=found, wanted="a number such as 7, or 7:ENOSPC; see siting/store/faults.py",
        fix=f"unset {name}, unless you test what a crash leaves behind",
    )  # fmt: skip


arm(os.environ)
