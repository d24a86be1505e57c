"""Worker processes on this machine, which nobody else can reach and which end with the run."""

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dask
from distributed import Nanny, Scheduler, Security, SpecCluster, Worker

from siting.kernels.worker_errors import not_started

_SILENT = logging.CRITICAL + 1
_LOOPBACK = "tls://127.0.0.1:0"
_NO_FAULTS = {"SITING_KILL_AT": "", "SITING_FAIL_AT": ""}  # those are the writer's, not theirs
_SETTINGS = {
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # Tiles are small and sent back at once: what fills a worker is work, which no disk relieves.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    "distributed.admin.large-graph-warning-threshold": "1TiB",
}


class _Unseen:
    """No second port: dask would serve figures about itself there."""

    def start_http_server(self, *args: Any, **kwargs: Any) -> None:
        """Serve nothing."""


class LocalScheduler(_Unseen, Scheduler):
    """A scheduler without a dashboard."""


class LocalWorker(_Unseen, Worker):
    """A worker that leaves Ctrl-C to the run, which ends it, and is silent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        quieten()
        super().__init__(*args, **kwargs)


def quieten() -> dict[str, int]:
    """Silence dask.distributed, whose errors reach the run by other ways; levels before."""
    names = ["distributed", *(each for each in logging.root.manager.loggerDict
                              if each.startswith("distributed."))]  # fmt: skip
    before = {each: logging.getLogger(each).level for each in names}
    for each in names:
        logging.getLogger(each).setLevel(_SILENT)
    return before


@contextmanager
def quiet() -> Iterator[None]:
    """Silence of dask.distributed inside the ``with`` block, and its settings for siting."""
    before = quieten()
    try:
        with dask.config.set(_SETTINGS):
            yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def started(count: int, scratch: Path, memory: int) -> SpecCluster:
    """A cluster of so many processes of one thread each, by loopback and TLS alone.

    Parameters
    ----------
    count : int
        Processes.
    scratch : Path
        Folder that they may write to.
    memory : int
        What each may take [bytes]; one that takes more is ended, and its tile tried again.

    Raises
    ------
    StorageError
        WORKERS_LOST where they do not start.
    """
    # Keys of this run's own, kept in memory: another user of the machine could reach a port on
    # loopback, and whoever can speak to a worker can have it run anything.
    security = Security.temporary()  # type: ignore[no-untyped-call]
    own = {"security": security, "host": "127.0.0.1", "protocol": "tls://"}
    worker = {
        "cls": Nanny,
        "options": {
            **own, "nthreads": 1, "memory_limit": memory, "local_directory": str(scratch),
            "worker_class": LocalWorker, "env": _NO_FAULTS, "config": _SETTINGS,
        },
    }  # fmt: skip
    try:
        return SpecCluster(  # type: ignore[no-untyped-call]
            scheduler={"cls": LocalScheduler, "options": {**own, "port": 0, "dashboard": False}},
            workers=dict.fromkeys(range(count), worker),
            security=security,
            silence_logs=False,
        )
    except (OSError, RuntimeError) as error:
        raise not_started(f"--workers {count}", str(error)) from error
