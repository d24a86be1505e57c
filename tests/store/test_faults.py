import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from siting.errors import PipelineError, StorageError
from siting.store import Store, faults

from .conftest import KEY, RECIPE, Field, kept_tiles

PLACE = Path("place")


@pytest.fixture(autouse=True)
def _disarmed():
    """No fault before a test and after it."""
    faults.arm({})
    yield
    faults.arm({})


def test_nothing_happens_unless_it_is_asked_for() -> None:
    faults.step("write", PLACE)
    stream = BytesIO()
    faults.write(stream, b"abc", PLACE)
    assert stream.getvalue() == b"abc"


def test_the_step_of_the_number_fails_and_no_other() -> None:
    faults.arm({"SITING_FAIL_AT": "2:ENOSPC"})
    faults.step("fsync", PLACE)
    with pytest.raises(OSError, match="No space left on device"):
        faults.step("fsync", PLACE)
    faults.step("fsync", PLACE)


def test_a_fault_may_stay() -> None:
    faults.arm({"SITING_FAIL_AT": "1+:EROFS"})
    for _ in range(3):
        with pytest.raises(OSError, match="Read-only file system"):
            faults.step("rename", PLACE)


def test_half_of_the_data_is_written_before_the_second_step_of_a_write() -> None:
    faults.arm({"SITING_FAIL_AT": "2:EIO"})
    stream = BytesIO()
    with pytest.raises(OSError, match="Input/output error"):
        faults.write(stream, b"abcd", PLACE)
    assert stream.getvalue() == b"ab"


def test_an_interrupt_comes_before_the_step() -> None:
    faults.arm({"SITING_FAIL_AT": "1:SIGINT"})
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        faults.step("rename", PLACE)


@pytest.mark.parametrize(
    ("name", "value"),
    [("KILL", "soon"), ("KILL", "0"), ("KILL", "-1"), ("FAIL", "3"), ("FAIL", "3:ENOTHING")],
)
def test_a_variable_that_says_something_else_is_refused(name: str, value: str) -> None:
    with pytest.raises(PipelineError, match=rf"FAULT_INVALID(.|\n)*SITING_{name}_AT"):
        faults.arm({f"SITING_{name}_AT": value})


def test_the_process_is_killed_or_its_steps_are_counted() -> None:
    code = "from siting.store import faults\nfor _ in range(5): faults.step('write', __file__)"
    code = code.replace("__file__", "__import__('pathlib').Path('x')")
    ended = {
        asked: subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "SITING_KILL_AT": asked},
            cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
        )
        for asked in ("count", "5", "6")
    }  # fmt: skip
    assert [each.returncode for each in ended.values()] == [0, -9, 0]
    assert ended["count"].stderr == "siting: 5 durable steps\n"


def test_a_lack_of_memory_while_tiles_are_written_is_told(store: Store, field: Field) -> None:
    faults.arm({"SITING_FAIL_AT": "40:MEMORY"})
    with pytest.raises(StorageError, match="MEMORY_FULL") as caught:
        store.write_layer(KEY, field.layer(), RECIPE)
    assert caught.value.exit_code == 4
    kept = kept_tiles(store)
    faults.arm({})
    field.computed.clear()
    store.write_layer(KEY, field.layer(), RECIPE)
    assert len(kept) > 0
    assert len(field.computed) + len(kept) <= 14  # 12 tiles; two threads were at work


def test_a_thread_without_room_for_its_stack_is_a_lack_of_memory(
    store: Store, field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")  # CPython's words

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(StorageError, match="MEMORY_FULL"):
        store.write_layer(KEY, field.layer(), RECIPE)


@pytest.mark.parametrize(
    ("asked", "steps", "sent"),
    [
        ({"SITING_FAIL_AT": "2:SIGTERM"}, 3, [signal.SIGTERM]),
        ({"SITING_FAIL_AT": "2+:SIGHUP"}, 3, [signal.SIGHUP] * 2),
        ({"SITING_KILL_AT": "3"}, 3, [signal.SIGKILL]),
        ({"SITING_KILL_AT": "4"}, 3, []),
        ({"SITING_KILL_AT": "1", "SITING_FAIL_AT": "1:EIO"}, 1, [signal.SIGKILL]),
    ],
)
def test_a_signal_is_told_before_it_is_sent(
    asked: dict[str, str],
    steps: int,
    sent: list[signal.Signals],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    killed: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda process, number: killed.append((process, number)))
    faults.arm(asked)
    for _ in range(steps):
        faults.step("fsync", PLACE)
    assert killed == [(os.getpid(), number) for number in sent]
    assert capfd.readouterr().err == "".join(
        f"siting: {number.name} before fsync of place\n" for number in sent
    )


@pytest.mark.parametrize("name", ["ENOSPC", "EDQUOT", "EROFS", "EIO", "EMFILE"])
def test_a_failure_is_the_systems_own(name: str) -> None:
    faults.arm({"SITING_FAIL_AT": f"1:{name}"})
    with pytest.raises(OSError, match=r"\[Errno \d+\]") as caught:
        faults.step("write", PLACE)
    assert caught.value.errno == getattr(errno, name)
    assert caught.value.strerror == os.strerror(caught.value.errno)
    assert caught.value.filename == "place"


def test_both_halves_of_a_write_are_steps_at_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, Path]] = []
    monkeypatch.setattr(faults, "_due", [lambda kind, place: seen.append((kind, place))])
    stream = BytesIO()
    faults.write(stream, b"abc", PLACE)
    assert stream.getvalue() == b"abc"
    assert seen == [("write", PLACE), ("half-write", PLACE)]


def test_the_steps_are_counted_where_they_are_due(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ends: list[Callable[[], None]] = []
    monkeypatch.setattr(faults.atexit, "register", ends.append)
    for steps in (0, 1, 3):
        faults.arm({"SITING_KILL_AT": "count"})
        for _ in range(steps):
            faults.step("write", PLACE)
        ends[-1]()
        told = capsys.readouterr()
        assert (told.out, told.err) == ("", f"siting: {steps} durable steps\n")
    assert len(ends) == 3


def test_a_lack_of_memory_says_at_which_step() -> None:
    faults.arm({"SITING_FAIL_AT": "1:MEMORY"})
    with pytest.raises(MemoryError, match=r"^rename file$"):
        faults.step("rename", Path("folder/file"))
    faults.step("rename", PLACE)


@pytest.mark.parametrize(("number", "failing"), [(1, [1]), (2, [2]), (10, []), (3, [3])])
@pytest.mark.parametrize("on", [False, True])
def test_steps_are_counted_from_one(number: int, failing: list[int], on: bool) -> None:
    faults.arm({"SITING_FAIL_AT": f"{number}{'+' * on}:EIO"})
    failed = []
    for now in range(1, 6):
        try:
            faults.step("fsync", PLACE)
        except OSError:
            failed.append(now)
    assert failed == (list(range(number, 6)) if on else failing)


def test_arming_again_forgets_what_was_due() -> None:
    faults.arm({"SITING_FAIL_AT": "1:EIO"})
    faults.arm({"SITING_FAIL_AT": "2:EROFS"})
    faults.step("fsync", PLACE)
    with pytest.raises(OSError, match="Read-only"):
        faults.step("fsync", PLACE)
    faults.arm({"SITING_KILL_AT": "", "SITING_FAIL_AT": ""})
    faults.step("fsync", PLACE)


@pytest.mark.parametrize(
    "value", ["0:EIO", "01:EIO", "1", "1:", "1:eio", "1:EIO ", "1++:EIO", ":E"]
)
def test_a_fault_that_is_not_well_said_arms_nothing(value: str) -> None:
    with pytest.raises(PipelineError, match="FAULT_INVALID") as caught:
        faults.arm({"SITING_FAIL_AT": value})
    assert (caught.value.where, caught.value.found) == ("SITING_FAIL_AT", value)
    faults.step("fsync", PLACE)


@pytest.mark.parametrize(
    ("data", "half"), [(b"", b""), (b"a", b""), (b"ab", b"a"), (b"abc", b"a"), (b"abcde", b"ab")]
)
def test_the_first_half_has_left_the_process_before_the_second(
    tmp_path: Path, data: bytes, half: bytes
) -> None:
    path = tmp_path / "file"
    faults.arm({"SITING_FAIL_AT": "2:EIO"})
    with path.open("wb") as stream:
        with pytest.raises(OSError, match="Input/output error"):
            faults.write(stream, data, path)
        assert path.read_bytes() == half
        faults.arm({})
