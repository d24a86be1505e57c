"""Nothing is read outside the roots, nothing written elsewhere, no socket, no other program."""

import os

import pytest

from . import roots
from .__main__ import figures, left_in
from .conftest import Run
from .watched import CANARY, Watch

LABELS = (
    "files read outside", "written outside", "sockets", "programs started", "pickles of others",
    "libraries loaded by name", "text of data compiled", "extensions, addresses",
)  # fmt: skip
CALLS = ("files read outside", "written outside", "sockets", "programs started")


@pytest.fixture(scope="session")
def found(ran: Run) -> dict[str, list[str]]:
    # Machine code is kept beside the kernels' source, as Python keeps its bytecode.
    compiled = roots.REPOSITORY / "siting" / "kernels" / "__pycache__"
    own = (ran.out, ran.store, f"{ran.home}-tmp", compiled)
    written = tuple(os.path.realpath(each) for each in own)
    return figures(ran.done, (*written, os.path.realpath(ran.world)), written)


@pytest.mark.parametrize("label", LABELS)
def test_a_run_stays_within_bounds(found, label) -> None:
    assert found[label] == []


@pytest.mark.parametrize("label", CALLS)
def test_its_libraries_do_too(found, ran: Run, label) -> None:
    if not ran.done.calls:
        pytest.skip("strace is not there, or may not trace here")
    assert found[f"{label}, by system calls"] == []


def test_nothing_is_left_in_the_home_and_temporary_folders(ran: Run) -> None:
    assert list(ran.home.rglob("*")) == []
    assert left_in(ran.home) == []


def test_the_run_was_seen_at_work(ran: Run) -> None:
    # The instrument is no use if it sees nothing: these events must be among what it noted.
    opened = ran.done.of("open")
    assert f"r {ran.world / 'wells.gpkg'}" in opened
    assert any(each.startswith(f"w {ran.out}/.staging/") for each in opened)
    assert {"sklearn", "rasterio"} <= set(ran.done.of("import"))


def test_the_trace_saw_what_only_libraries_open(ran: Run) -> None:
    if not ran.done.calls:
        pytest.skip("strace is not there, or may not trace here")
    reads, writes = roots.opened(ran.done.calls, ran.done.folder)
    assert str(ran.world / "faults.gpkg") in reads  # by GDAL, which passes no hook of Python's
    assert any(each.endswith("candidates.gpkg") for each in writes)


@pytest.mark.parametrize(
    ("event", "args", "told"),
    [
        ("open", ("/etc/shadow", "r", os.O_RDONLY), ["r /etc/shadow"]),
        ("open", (b"/etc/x", None, os.O_WRONLY | os.O_CREAT), ["w /etc/x"]),
        ("open", ("/etc/x", "r+", 0), ["w /etc/x"]),
        ("open", (3, "r", 0), []),
        ("os.rename", ("/a/b", "/c/d", -1, -1), ["/a/b", "/c/d"]),
        ("os.symlink", ("to", "/c/d", -1), ["/c/d"]),
        ("socket.connect", ("socket", ("192.0.2.1", 80)), ["('socket', ('192.0.2.1', 80))"]),
        ("os.getxattr", ("/a", "b"), None),
        ("exec", (compile("x = 1", "a", "exec"),), None),
    ],
)
def test_the_hook_tells_what_happened(event, args, told) -> None:
    assert Watch().told(event, args) == told


def test_the_hook_sees_text_of_data_in_code() -> None:
    inner = compile(f"def f():\n    return '{CANARY}'", "a", "exec")
    assert Watch().told("exec", (inner,))
    assert Watch().told("compile", (f"print('{CANARY}')", "b"))
    assert Watch().told("compile", (f"print('{CANARY}')".encode(), "b"))


def test_the_hook_sees_programs_and_pickles() -> None:
    assert Watch().told("subprocess.Popen", ("id", ["id"], None, None))
    assert Watch().told("pickle.find_class", ("os", "system"))


LINES = [
    '7 openat(AT_FDCWD</h>, "/etc/shadow", O_RDONLY) = 3</etc/shadow>',
    '7 openat(AT_FDCWD</h>, "/etc/none", O_RDONLY) = -1 ENOENT (No such file or directory)',
    '7 openat(AT_FDCWD</h>, "new", O_WRONLY|O_CREAT, 0666) = 3</h/new>',
    '7 openat(AT_FDCWD</h>, "/slow",  <unfinished ...>',
    '8 unlinkat(4</other>, "file", 0) = 0',
    '7 <... openat resumed>O_RDONLY) = -1 ENOENT (No such file or directory)',
    '8 symlink("/etc/passwd", "/out/link") = 0',
    '8 socket(AF_INET, SOCK_STREAM, 0) = 5<TCP:[1]>',
    '8 socketpair(AF_UNIX, SOCK_STREAM, 0, [5, 6]) = 0',
    '8 execve("/usr/bin/python", ["python"], 0x7 /* 3 vars */) = 0',
    '9 execve("/bin/sh", ["sh", "-c", "id"], 0x7 /* 3 vars */) = 0',
]  # fmt: skip


def test_the_trace_is_read_right(tmp_path) -> None:
    reads, writes = roots.opened(LINES, tmp_path)
    assert reads == ["/etc/shadow"]
    assert writes == ["/h/new", "/other/file", "/out/link"]
    assert roots.network(LINES) == ["socket(AF_INET, SOCK_STREAM, 0) = 5<TCP:[1]>"]
    assert roots.started(LINES) == ["sh"]


def test_places_are_told_apart() -> None:
    assert roots.read_outside(["/etc/shadow", "/lib/a.so", "/proc/self/maps"], ()) == [
        "/etc/shadow"
    ]
    assert roots.written_outside(["/out/a", "/outside/a", "/dev/shm/sem.x"], ("/out",)) == [
        "/outside/a"
    ]
