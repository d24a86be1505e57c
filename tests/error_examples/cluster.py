"""What workers of a cluster bring with them."""

import sys
from pathlib import Path
from threading import Lock
from unittest import mock

import dask.array as da

from siting.kernels import computing, tile_graph, worker_errors, worker_tasks
from siting.kernels.blocks import over_blocks
from siting.store.unfinished import own_folder

from .made import example


@example("CLUSTER_MISSING")
def _(folder: Path) -> None:
    with mock.patch.dict(sys.modules, {"distributed": None}):
        sys.modules.pop("siting.kernels.workers", None)
        with computing.cluster(None, 2, lambda: own_folder(folder)):
            pass


@example("GRAPH_TOO_LARGE")
def _(folder: Path) -> None:
    with mock.patch.object(tile_graph, "MOST_TASKS", 100):
        over_blocks(len, da.ones((20, 20), chunks=1) + 1)


@example("SCHEDULER_UNREACHABLE")
def _(folder: Path) -> None:
    address = "tcp://10.0.0.7:8786"
    raise worker_errors.unreachable(address, f"Timed out trying to connect to {address} after 10 s")


@example("STORE_NOT_SHARED")
def _(folder: Path) -> None:
    raise worker_errors.not_shared("tcp://10.0.0.9:40331", "node9", str(folder / "store" / "tmp"))


@example("WORKERS_DIFFER")
def _(folder: Path) -> None:
    here, there = {"python": "3.11.9", "numpy": "2.4.1"}, {"python": "3.11.9", "numpy": "2.3.5"}
    raise worker_errors.unlike("tcp://10.0.0.9:40331", worker_tasks.differences(here, there))


@example("WORKERS_LOST")
def _(folder: Path) -> None:
    raise worker_errors.killed("--workers 8")


@example("WORK_NOT_SENDABLE")
def _(folder: Path) -> None:
    from siting.kernels.sending import packed

    lock = Lock()
    array = da.ones((2, 2), chunks=1).map_blocks(lambda block: block if lock else 0, dtype=float)
    packed(tile_graph.TileGraph.of(array))
