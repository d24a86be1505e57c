"""A scheduler that is there already: who may work for a run, and what happens when it goes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from siting.errors import SitingError, StorageError
from siting.kernels import computing, sending, worker_errors, worker_tasks, workers
from siting.kernels.blocks import over_blocks
from siting.store import Store
from siting.store.unfinished import own_folder

from . import work
from .conftest import NOISE
from .test_local import KEY, RECIPE, by_threads, stored

pytestmark = [pytest.mark.filterwarnings(each) for each in NOISE]
ROOT = Path(__file__).parents[2]


class Ground:
    """A scheduler and its workers, started by their own commands in a folder of their own."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self._stack = folder, stack
        self.scheduler = self._start("scheduler", "--port", "0", "--no-dashboard")
        self.worker = self.add_worker()

    def add_worker(self) -> subprocess.Popen[bytes]:
        return self._start(
            "worker", "--no-nanny", "--no-dashboard", "--nthreads", "1",
            "--local-directory", str(self.folder),
        )  # fmt: skip

    def _start(self, what: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--host", "127.0.0.1"]
        command += ["--scheduler-file", str(self.folder / "scheduler.json"), *options]
        path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        child = subprocess.Popen(
            command, cwd=self.folder, env={**os.environ, "PYTHONPATH": path},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._stack.callback(child.wait)
        self._stack.callback(child.kill)
        return child

    @property
    def address(self) -> str:
        while True:
            assert self.scheduler.poll() is None
            with suppress(FileNotFoundError, json.JSONDecodeError):  # it may be half written
                return str(json.loads((self.folder / "scheduler.json").read_text())["address"])
            time.sleep(0.05)

    @contextmanager
    def used(self) -> Iterator[Any]:
        """Tiles by this scheduler's workers, which may take their time to come."""
        with computing.cluster(self.address, None, lambda: own_folder(self.folder / "tmp")):
            yield computing._workers[-1]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ExitStack() as stack:
        yield Ground(tmp_path_factory.mktemp("ground"), stack)


def test_workers_of_other_versions_are_refused(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = {**worker_tasks.facts(), "numpy": "1.0"}
    monkeypatch.setattr(worker_tasks, "facts", lambda: here)
    refused = pytest.raises(SitingError, match=r"WORKERS_DIFFER(.|\n)*numpy \S+ \(1.0 here\)")
    with refused, ground.used():
        computing.connect()


def test_a_worker_of_other_versions_that_comes_later_is_refused(ground: Ground) -> None:
    with ground.used() as cluster, pytest.MonkeyPatch.context() as patch:
        cluster.connect()
        here = {**worker_tasks.facts(), "zarr": "2.0"}
        patch.setattr(worker_tasks, "facts", lambda: here)
        with pytest.raises(SitingError, match=r"WORKERS_DIFFER(.|\n)*zarr \S+ \(2.0 here\)"):
            over_blocks(len, work.array())


def test_lost_workers_and_a_lost_scheduler_end_the_run_and_the_next_resumes(
    ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "WORKERS_WITHIN", 1)
    monkeypatch.setattr(sending, "FETCHED_WITHIN", 1)
    store = Store(tmp_path / "workers")
    done: list[int] = []

    def ending(process: subprocess.Popen[bytes], at: int) -> Any:
        def tick(count: int, total: int) -> None:
            done.append(count)
            if count == at:
                os.kill(process.pid, signal.SIGKILL)

        return tick

    with ground.used(), pytest.raises(StorageError, match="WORKERS_LOST: .* has had no worker"):
        store.write_layer(KEY, work.layer(), RECIPE, ending(ground.worker, 1))
    ground.worker = ground.add_worker()
    begun = done[-1]
    assert begun < 5
    with ground.used(), pytest.raises(StorageError, match="SCHEDULER_UNREACHABLE: .* was lost"):
        store.write_layer(KEY, work.layer(), RECIPE, ending(ground.scheduler, begun + 1))
    assert done.count(begun) == 2  # the second run began where the first ended
    assert done[-1] < 5
    store.write_layer(KEY, work.layer(), RECIPE)
    assert stored(store) == by_threads(tmp_path)


def test_a_scheduler_that_does_not_answer_is_said_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "REACHED_WITHIN", 1)
    used = computing.cluster("tcp://127.0.0.1:9", None, lambda: own_folder(tmp_path))
    with used, pytest.raises(StorageError, match=r"SCHEDULER_UNREACHABLE(.|\n)*127.0.0.1:9"):
        computing.connect()


@pytest.mark.parametrize(
    ("scheduler", "count", "message"),
    [
        ("tcp://127.0.0.1:9", 2, "both given"),
        (None, 0, "no number of processes"),
        ("127.0.0.1:9", None, "no address"),
        ("http://127.0.0.1:9", None, "no address"),
    ],
)
def test_options_without_sense_are_refused(
    tmp_path: Path, scheduler: str | None, count: int | None, message: str
) -> None:
    refused = pytest.raises(SitingError, match=f"OPTION_INVALID: .*{message}")
    with refused, computing.cluster(scheduler, count, lambda: own_folder(tmp_path)):
        pass


def test_a_worker_that_does_not_see_the_store_is_refused(tmp_path: Path) -> None:
    found = {"facts": worker_tasks.facts(), "sees": False, "host": "node7", "process": 1}
    with pytest.raises(StorageError, match=r"STORE_NOT_SHARED(.|\n)*node7"):
        workers._require_fit("tcp://node7:1", found, tmp_path)


def test_a_worker_without_siting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SitingError, match=r"WORKERS_DIFFER(.|\n)*cannot run siting: No module"):
        workers._require_fit("tcp://node7:1", ModuleNotFoundError("No module 'siting'"), tmp_path)


def test_limits_are_named_in_the_messages() -> None:
    assert f"{worker_errors.WORKERS_WITHIN} s" in str(worker_errors.no_workers("tcp://a:1"))
