"""Whole runs: the bytes that threads give though a worker is killed, and no process left behind."""

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from siting.check import check_file
from siting.kernels import computing
from siting.pipeline.watcher import Watcher
from siting.run import run_plan

from . import work
from .conftest import NOISE, processes
from .test_scheduler import ROOT

pytestmark = [pytest.mark.filterwarnings(each) for each in NOISE]
PATIENCE = 60  # s, for what takes one second or two where nothing else runs


def tree(folder: Path) -> dict[str, bytes]:
    """Bytes of every file below a folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes()
            for p in sorted(folder.rglob("*")) if p.is_file()}  # fmt: skip


class Killing(Watcher):
    """Kills one worker when a step begins."""

    def __init__(self, at: str) -> None:
        self.at, self.killed, self.workers = at, 0, set[int]()

    def step(self, name: str) -> None:
        if name == self.at:
            self.workers = set(computing._workers[-1]._client.run(os.getpid).values())
            self.killed = max(self.workers)
            os.kill(self.killed, signal.SIGKILL)


def test_a_run_by_workers_stores_and_publishes_the_bytes_of_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = check_file(work.world(tmp_path / "world"))
    monkeypatch.setenv("SITING_STORE", str(tmp_path / "threads"))
    run_plan(plan, tmp_path / "out-threads")
    monkeypatch.setenv("SITING_STORE", str(tmp_path / "workers"))
    killing = Killing("fault_distance")
    run_plan(plan, tmp_path / "out-workers", workers=2, progress=killing)
    assert killing.killed
    assert tree(tmp_path / "workers" / "objects") == tree(tmp_path / "threads" / "objects")
    latest = [tree(tmp_path / name / "latest") for name in ("out-workers", "out-threads")]
    assert latest[0] == latest[1]
    gc.collect()  # cells that are kept in a file go with the last layer that is made from them
    assert list((tmp_path / "workers" / "tmp").iterdir()) == []
    until(lambda: all(map(gone, killing.workers)))


def until(what: Callable[[], bool]) -> None:
    """Wait until something is so, which it soon is."""
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def gone(each: int) -> bool:
    """Whether a process has ended."""
    with suppress(OSError):
        return Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return True


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
def test_no_worker_outlives_a_run_that_is_ended(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    path = work.world(tmp_path / "world")
    command = [sys.executable, "-m", "siting.cli", "run", str(path), "--workers", "2"]
    environment = {**os.environ, "SITING_STORE": str(tmp_path / "store"), "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, start_new_session=True
    )
    assert child.stderr is not None
    try:
        said = [child.stderr.readline()]
        while said[-1] and not said[-1].startswith(b"siting: heat"):  # kernels may be compiled
            said.append(child.stderr.readline())
        assert said[-1], said
        workers = processes(child.pid)  # a step is done: there are workers
        assert len(workers) >= 2
        if number == signal.SIGINT:  # a terminal sends it to all of them
            os.killpg(child.pid, number)
        else:
            child.send_signal(number)
        told = child.stderr.read()
        assert child.wait() == code
        until(lambda: all(map(gone, workers)))
    finally:
        child.kill()
        child.wait()
        child.stderr.close()
    assert b"Traceback" not in told, told.decode()
    left = list((tmp_path / "store" / "tmp").glob("*own*"))
    assert bool(left) == (number == signal.SIGKILL)  # swept by the next run
