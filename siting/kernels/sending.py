"""One graph at the workers: what of it is under way, and what comes back."""

import asyncio
import time
from concurrent import futures
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pickle import PicklingError
from typing import Any
from uuid import uuid4

import distributed
from distributed.comm.core import CommClosedError
from distributed.scheduler import KilledWorker

from siting.kernels import worker_tasks
from siting.kernels.tile_graph import Position, Take, TileGraph
from siting.kernels.worker_errors import (
    REACHED_WITHIN,
    WORKERS_WITHIN,
    killed,
    no_workers,
    not_sendable,
    scheduler_gone,
)
from siting.kernels.worker_tasks import Done

FETCHED_WITHIN = 60  # s, for a patch that is done to come
LOOK_EVERY = 2  # s, after which a silent cluster is looked at
# What dask raises for tasks that nobody will do any more: they are never cancelled by us.
_CANCELLED = asyncio.CancelledError, futures.CancelledError
_SOON = {"callback_timeout": REACHED_WITHIN}
WRITERS = 2  # patches that are handed on at once


class Sent:
    """One graph at the workers, and the patches of it that are under way."""

    def __init__(self, client: Any, graph: TileGraph, where: str) -> None:
        self._client, self._where = client, where
        self._name = f"siting-{uuid4().hex}"
        content = packed(graph)
        self._graph = self._submitted("graph", worker_tasks.unpacked, content, worker_tasks.facts())
        self._common = (
            self._submitted("common", worker_tasks.common, self._graph) if graph.common else None
        )
        self.pending: dict[Any, list[Position]] = {}
        self._done: list[Any] = []
        self._noticed: dict[Position, Done] = {}
        self._alone_since: float | None = None

    def _submitted(self, what: str, function: Any, *arguments: Any) -> Any:
        # Names of its own: the same layer computed twice is not one that is still under way.
        return self._client.submit(function, *arguments, key=f"{self._name}-{what}", pure=False)

    def submit(self, patch: list[Position]) -> None:
        """Send out the positions of a patch."""
        what = "-".join(map(str, patch[0]))
        future = self._submitted(what, worker_tasks.tiles, self._graph, self._common, patch)
        self.pending[future] = patch

    def next(self) -> tuple[list[Position], list[Any]]:
        """A patch that is done, with its blocks."""
        done = None
        while done is None:
            while not self._done:
                self._done = self._finished()
            future = self._done.pop()
            done = self._result(future)
        patch = self.pending.pop(future)
        self._noticed[patch[0]] = Done([], done.findings, done.warned)
        return patch, done.values

    def _finished(self) -> list[Any]:
        """Futures that are done; none where there was none for a while, and all is well."""
        try:
            with self._client.as_current():
                found = distributed.wait(  # type: ignore[no-untyped-call]
                    list(self.pending), timeout=LOOK_EVERY, return_when="FIRST_COMPLETED"
                )
        except _CANCELLED as error:
            raise scheduler_gone(self._where) from error
        except (CommClosedError, TimeoutError):
            self._require_workers()
            return []
        self._alone_since = None
        return list(found.done)

    def _result(self, future: Any) -> Done | None:
        """What a patch gave; None where its worker was lost with it, and it is made once more."""
        try:
            done: Done = future.result(timeout=FETCHED_WITHIN)
        except KilledWorker as error:
            raise killed(self._where) from error
        except _CANCELLED as error:
            raise scheduler_gone(self._where) from error
        except (CommClosedError, TimeoutError):  # a scheduler may go in the middle of a patch
            if future.status == "error":  # the work itself raised it
                raise
            self._require_workers()
            return None
        return done

    def threads(self) -> int:
        """Threads of all workers."""
        if self._client.status != "running":
            raise scheduler_gone(self._where)
        try:
            found = self._client.sync(self._client.scheduler.ncores, **_SOON)
        except (OSError, TimeoutError, ValueError, *_CANCELLED) as error:
            raise scheduler_gone(self._where) from error
        return sum(found.values())

    def _require_workers(self) -> None:
        there = self.threads()
        now = time.monotonic()
        if there:
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = now
        elif now - self._alone_since > WORKERS_WITHIN:
            raise no_workers(self._where)

    def tell(self) -> None:
        """Say what was noticed, in the order of the tiles."""
        for _, done in sorted(self._noticed.items()):
            worker_tasks.tell(done)

    def drop(self) -> None:
        """Let the workers forget it all."""
        left = [*self.pending, *filter(None, (self._graph, self._common))]
        self.pending.clear()
        if self._client.status == "running":
            # A cluster that is gone has forgotten.
            with suppress(OSError, TimeoutError, ValueError, *_CANCELLED):
                self._client.cancel(left, force=True)


def packed(graph: TileGraph) -> bytes:
    """A graph as bytes.

    Raises
    ------
    SitingError
        WORK_NOT_SENDABLE.
    """
    try:
        return worker_tasks.packed(graph)
    except (TypeError, AttributeError, PicklingError, RecursionError) as error:
        raise not_sendable(str(error)) from error


class Handing:
    """Hands blocks on by a few threads; waits where they cannot keep up."""

    def __init__(self, pool: ThreadPoolExecutor, take: Take) -> None:
        self._pool, self._take = pool, take
        self._under_way: set[Future[None]] = set()

    def hand(self, patch: list[Position], values: list[Any]) -> None:
        """Begin to hand on the blocks of a patch, once a thread is free for it."""
        while len(self._under_way) >= WRITERS:
            self._wait()
        self._under_way.add(self._pool.submit(self._all, patch, values))

    def _all(self, patch: list[Position], values: list[Any]) -> None:
        for position, value in zip(patch, values, strict=True):
            self._take(position, value)

    def _wait(self) -> None:
        done, self._under_way = wait(self._under_way, return_when=FIRST_COMPLETED)
        for each in done:
            each.result()

    def finish(self) -> None:
        """Wait until all is handed on."""
        while self._under_way:
            self._wait()
