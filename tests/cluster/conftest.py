"""Two worker processes of a test's own, which no test leaves behind."""

import os
from collections.abc import Iterator
from pathlib import Path

import dask
import pytest

from siting.kernels import computing
from siting.kernels.workers import Cluster
from siting.store.unfinished import own_folder

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
# dask.distributed opens loops and sockets that it leaves to the garbage collector.
NOISE = ("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def processes(root: int | None = None) -> set[int]:
    """Processes that one (this one) has started, directly or not, and that live."""
    root = root or os.getpid()
    parents: dict[int, int] = {}
    for each in Path("/proc").glob("[0-9]*"):
        try:
            text = (each / "stat").read_text("utf-8", "replace")
        except OSError:
            continue
        state, parent = text.rpartition(")")[2].split()[:2]
        if state != "Z":
            parents[int(each.name)] = int(parent)
    found, size = {root}, 0
    while size < len(found):
        size = len(found)
        found |= {child for child, parent in parents.items() if parent in found}
    return found - {root}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster of two processes that gives a tile up when two of them died over it."""
    folder = tmp_path_factory.mktemp("cluster")
    once = dask.config.set({"distributed.scheduler.allowed-failures": 1})
    with once, computing.cluster(None, 2, lambda: own_folder(folder)):
        computing.connect()
        yield computing._workers[-1]  # type: ignore[misc]
