"""The one place where work on tiles is handed out: to threads, or to workers of a cluster.

Whoever has a lazy array and wants something of each of its blocks calls :func:`compute`. Within
:func:`cluster` the blocks are worked out by other processes, on this machine or on many; what
they send back is handed on here, by one process, so that the store has one writer.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import dask
import dask.array as da
import numpy as np
from dask.threaded import get as get_by_threads

from siting.errors import PipelineError
from siting.grid.tiling import TILE
from siting.kernels import memory_budget
from siting.kernels.tile_graph import Position, Take, TileGraph

PATCH = 32  # tiles along a side whose tasks are worked out at once by threads


class Workers(Protocol):
    """What :func:`compute` asks of a cluster."""

    def connect(self) -> None:
        """Start or reach the workers."""
        ...

    def compute(self, graph: TileGraph, positions: Sequence[Position], take: Take) -> None:
        """Have blocks worked out, and hand each on."""
        ...


_workers: list[Workers] = []  # the cluster that is used, if any: one for all threads of the run


def compute(
    blocks: da.Array,
    take: Take,
    positions: Sequence[Position] | None = None,
    *,
    threads: int | None = None,
) -> None:
    """Work out blocks of an array and hand each on as soon as it is there.

    Parameters
    ----------
    blocks : dask.array.Array
        The array. A block may be any value, not only an array: what is best cut down to what is
        needed where it is worked out.
    take : callable
        ``take(position, block)``, called once for each, in any order and from any thread of this
        process.
    positions : sequence of tuple of int, optional
        Blocks that are wanted; all where none are named.
    threads : int, optional
        Threads that work at once where there is no cluster; as many as there are processors, at
        least two, or fewer under a limit on memory.

    Raises
    ------
    SitingError
        Whatever the work or ``take`` raises; GRAPH_TOO_LARGE. Within :func:`cluster` also
        SCHEDULER_UNREACHABLE, WORKERS_LOST, WORKERS_DIFFER and WORK_NOT_SENDABLE.

    Notes
    -----
    What blocks share is worked out once, as far as they are in one patch of `PATCH` blocks a
    side; what all of them share is worked out once for all.

    Examples
    --------
    >>> found = {}
    >>> compute(da.ones((2, 4), chunks=2) * 3, found.__setitem__)
    >>> {position: float(block.sum()) for position, block in sorted(found.items())}
    {(0, 0): 12.0, (0, 1): 12.0}
    """
    wanted = list(np.ndindex(blocks.numblocks)) if positions is None else list(positions)
    if not wanted:
        return
    # One block gains nothing from being sent, and the tools of one machine are at hand here.
    if _workers and len(wanted) > 1:
        _workers[-1].compute(TileGraph.of(blocks), wanted, take)
    else:
        _by_threads(blocks, wanted, take, threads)


def _by_threads(
    blocks: da.Array, positions: list[Position], take: Take, threads: int | None
) -> None:
    graph = TileGraph.of(_handed_on(blocks, take))
    most = memory_budget.tiles_at_once(_bytes_of(graph, positions[0]))
    with ThreadPoolExecutor(min(threads or most, most)) as pool:
        if len(positions) > PATCH**2:
            graph = graph.with_common()
            if graph.common:
                keys = list(graph.common)
                values = get_by_threads(dict(graph.graph.cull(keys)), keys, pool=pool)
                graph = graph.given(dict(zip(keys, values, strict=True)))
        for patch in graph.patches(positions, PATCH if len(positions) > PATCH**2 else 1 << 30):
            # Leaving the block waits for tiles under way, whatever happens.
            get_by_threads(graph.tasks(patch), [graph.key(each) for each in patch], pool=pool)


def _bytes_of(graph: TileGraph, position: Position) -> int:
    """Memory that one tile takes while it is worked out: what it is read from, and two more."""
    if memory_budget.limit() is None:  # then nobody asks
        return 0
    return (graph.sources(position) + 2) * TILE**2 * np.dtype(np.float32).itemsize


def _handed_on(blocks: da.Array, take: Take) -> da.Array:
    """The array with None in the place of each block, which is handed on before."""

    def hand(block: Any, block_id: Position) -> None:
        take(block_id, block)

    return mapped(hand, blocks)


def mapped(function: Callable[..., Any], *arrays: da.Array) -> da.Array:
    """Array of what a function returns for each block, which may be any value.

    Parameters
    ----------
    function : callable
        ``function(block, ..., block_id=position)``.
    *arrays : dask.array.Array
        Arrays with the same chunks.
    """
    found: da.Array = da.map_blocks(  # type: ignore[no-untyped-call]  # dask has no hints
        function,
        *arrays,
        name=f"mapped-{uuid4().hex}",  # else dask would pickle the function, only to name it
        chunks=tuple((1,) * count for count in arrays[0].numblocks),
        dtype=object,
        meta=np.empty((0,) * arrays[0].ndim, dtype=object),
    )
    return found


@contextmanager
def cluster(
    scheduler: str | None, workers: int | None, folder: Callable[[], AbstractContextManager[Path]]
) -> Iterator[None]:
    """Within the ``with`` block tiles are worked out by dask.distributed; by threads for neither.

    Parameters
    ----------
    scheduler : str or None
        Address of a scheduler that is there, such as ``tcp://10.0.0.7:8786``.
    workers : int or None
        Processes to start on this machine, of one thread each; they end with the block.
    folder : callable
        Makes a folder in the store that goes with the block: every worker has to see it, and
        workers started here may write to it.

    Raises
    ------
    PipelineError
        OPTION_INVALID for both or a number below 1, CLUSTER_MISSING without dask.distributed.

    Notes
    -----
    Nothing is started or connected to before the first tile asks for it, or :func:`connect` does.
    """
    if scheduler is None and workers is None:
        with _threads_themselves():
            yield
        return
    with folder() as own, _started(scheduler, workers, own) as started:
        _workers.append(started)
        try:
            yield
        finally:
            _workers.remove(started)


@contextmanager
def _threads_themselves() -> Iterator[None]:
    """Dask's threads in the place of their name: for a name it loads all of dask.distributed."""
    named = dask.config.get("scheduler", None)
    with dask.config.set(scheduler=get_by_threads if named in (None, "threads") else named):
        yield


def _started(scheduler: str | None, workers: int | None, folder: Path) -> Any:
    try:
        from siting.kernels.workers import Cluster
    except ImportError as error:
        raise PipelineError(
            "CLUSTER_MISSING",
            "--workers and --scheduler need libraries that are not installed",
            found=str(error),
            fix="pip install 'siting[cluster]', or in a clone: pip install '.[cluster]'",
        ) from error
    return Cluster(scheduler, workers, folder)


def connect() -> None:
    """Start or reach the workers now, so that what is wrong with them is told first."""
    for each in _workers:
        each.connect()
