"""Tiles worked out by dask.distributed: what is sent, how much of it at once, what can go wrong.

One graph is sent for each value, however many tiles it has; each task names a few positions. So
the scheduler knows as many tasks as there are patches of tiles in its queue, and its graph stays
small however large the grid is. What comes back is asked for as fast as it is written, and no
more is sent out meanwhile.
"""

import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import uuid4

from distributed import Client
from distributed.system import MEMORY_LIMIT

from siting.kernels import local_workers, worker_tasks
from siting.kernels.sending import WRITERS, Handing, Sent
from siting.kernels.tile_graph import Position, Take, TileGraph
from siting.kernels.worker_errors import (
    REACHED_WITHIN,
    WORKERS_WITHIN,
    no_workers,
    not_shared,
    require_options,
    unlike,
    unreachable,
)

AHEAD = 2  # patches that each thread of a worker has or waits for
SIDES = (4, 2)  # tiles along a side of a patch, where neighbours share their work


class Cluster:
    """Workers that a run uses: its own, or those of a scheduler that is there.

    Parameters
    ----------
    scheduler : str or None
        Address of a scheduler.
    workers : int or None
        Processes to start on this machine.
    folder : Path
        Folder that every worker has to see, and that workers started here may write to.

    Raises
    ------
    PipelineError
        OPTION_INVALID.
    """

    def __init__(self, scheduler: str | None, workers: int | None, folder: Path) -> None:
        require_options(scheduler, workers)
        self._scheduler, self._count = scheduler, workers
        self._folder = folder
        self._client: Any = None
        self._stack = ExitStack()
        self._lock = Lock()

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, *raised: object) -> None:
        self._stack.close()
        self._client = None

    def connect(self) -> None:
        """Start or reach the workers, and look whether they are fit for the run."""
        with self._lock:
            if self._client is None:
                with ExitStack() as stack:
                    stack.enter_context(local_workers.quiet())
                    client = self._reached(stack)
                    self._examine(client)
                    self._stack = stack.pop_all()
                self._client = client

    def _reached(self, stack: ExitStack) -> Any:
        if self._count is not None:
            memory = MEMORY_LIMIT // self._count
            cluster = local_workers.started(self._count, self._folder, memory)
            stack.callback(cluster.close, timeout=REACHED_WITHIN)
            client: Any = Client(cluster, set_as_default=False)  # type: ignore[no-untyped-call]
        else:
            client = _client(str(self._scheduler))
        stack.callback(client.close, timeout=REACHED_WITHIN)
        return client

    def _examine(self, client: Any) -> None:
        """Refuse workers whose tiles could be others, or which do not see the store."""
        where = self._where()
        try:
            client.wait_for_workers(1, timeout=WORKERS_WITHIN)
        except TimeoutError as error:
            raise no_workers(where) from error
        content = uuid4().hex
        path = self._folder / content
        path.write_text(content, "ascii")
        found = client.run(worker_tasks.examined, str(path), content, on_error="return")
        for worker, each in {"the scheduler": _of_scheduler(client), **found}.items():
            _require_fit(worker, each, self._folder)

    def _where(self) -> str:
        return f"--workers {self._count}" if self._scheduler is None else str(self._scheduler)

    def compute(self, graph: TileGraph, positions: Sequence[Position], take: Take) -> None:
        """Have blocks worked out, and hand each on as soon as it is there.

        Raises
        ------
        SitingError
            What the work or ``take`` raises; WORK_NOT_SENDABLE, SCHEDULER_UNREACHABLE,
            WORKERS_LOST, WORKERS_DIFFER.
        """
        self.connect()
        graph = graph.with_common()
        sent = Sent(self._client, graph, self._where())
        try:
            count = max(sent.threads(), 1)
            patches = graph.patches(positions, _side(graph, len(positions), count))
            with ThreadPoolExecutor(WRITERS) as writers:
                self._through(sent, patches, AHEAD * count, Handing(writers, take))
        finally:
            sent.drop()
        sent.tell()

    def _through(
        self, sent: "Sent", patches: Iterator[list[Position]], most: int, handing: "Handing"
    ) -> None:
        for patch in patches:
            sent.submit(patch)
            while len(sent.pending) >= most:
                handing.hand(*sent.next())
        while sent.pending:
            handing.hand(*sent.next())
        handing.finish()


def _client(address: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of other versions: they are refused below
            return Client(address, timeout=REACHED_WITHIN, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError, TypeError) as error:
        raise unreachable(address, str(error)) from error


def _of_scheduler(client: Any) -> Any:
    """What the scheduler says of itself, or why it cannot."""
    try:
        return {"facts": client.run_on_scheduler(worker_tasks.facts), "sees": True}
    except (ImportError, AttributeError) as error:
        return error


def _require_fit(worker: str, found: Any, folder: Path) -> None:
    if isinstance(found, Exception):
        raise unlike(worker, [f"it cannot run siting: {found}"]) from found
    differing = worker_tasks.differences(worker_tasks.facts(), found["facts"])
    if differing:
        raise unlike(worker, differing)
    if not found["sees"]:
        raise not_shared(worker, found["host"], str(folder))


def _side(graph: TileGraph, count: int, threads: int) -> int:
    """Tiles along a side of what is sent as one: several, where neighbours share their work."""
    if graph.neighbours_share():
        for side in SIDES:
            if count >= 4 * threads * side**2:
                return side
    return 1
