"""What runs in a worker process: some tiles of a graph, and all that was noticed on the way."""

import hashlib
import io
import os
import pickle
import platform
import socket
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import cloudpickle  # type: ignore[import-untyped]  # it has no hints
import dask
from dask.local import get_sync

import siting
from siting import findings
from siting.findings import Finding
from siting.kernels.tile_graph import Position, TileGraph
from siting.kernels.worker_errors import unlike

_LIBRARIES = (
    "dask", "distributed", "numba", "numpy", "pyproj", "rasterio", "scikit-learn", "scipy",
    "shapely", "xarray", "zarr",
)  # fmt: skip
Warned = tuple[str, type[Warning], str, int]  # message, category, file, line


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Takes functions within functions too where lru_cache is around them."""

    def reducer_override(self, obj: Any) -> Any:
        """How an object is taken apart; NotImplemented for the usual way."""
        if isinstance(obj, _CACHED) and "<locals>" in obj.__qualname__:
            return _cached, (obj.__wrapped__, obj.cache_parameters())
        return super().reducer_override(obj)


_CACHED: Any = type(lru_cache(len))


def _cached(function: Callable[..., Any], parameters: dict[str, Any]) -> Any:
    return lru_cache(**parameters)(function)


def packed(graph: TileGraph) -> bytes:
    """A graph as bytes that a worker makes it from; whatever they are, pickle raises it."""
    stream = io.BytesIO()
    _Pickler(stream, protocol=pickle.HIGHEST_PROTOCOL).dump(graph)
    return stream.getvalue()


@dataclass(frozen=True)
class Done:
    """What some work gave, and what was noticed on the way.

    Parameters
    ----------
    values : list
        One for each key that was asked for.
    findings : list of Finding
        Made by the work, for the run.
    warned : list of tuple
        Warnings of Python that the worker's filters let through.
    """

    values: list[Any]
    findings: list[Finding] = field(default_factory=list)
    warned: list[Warned] = field(default_factory=list)


def unpacked(content: bytes, wanted: dict[str, str]) -> TileGraph:
    """The graph, in a worker that is like the run that sends it.

    Raises
    ------
    SitingError
        WORKERS_DIFFER: a worker that came later has other versions than those looked at before.
    """
    differing = differences(wanted, facts())
    if differing:
        raise unlike(socket.gethostname(), differing)
    # The bytes are this run's own: they came over a connection that runs whatever it is sent.
    graph: TileGraph = cloudpickle.loads(content)
    return graph


def common(graph: TileGraph) -> Done:
    """Values that all tiles are made from."""
    keys = list(graph.common)
    return _done(dict(graph.graph.cull(keys)), keys)


def tiles(graph: TileGraph, shared: Done | None, positions: Sequence[Position]) -> Done:
    """Blocks at some positions, one after the other in this thread."""
    if shared is not None:
        graph = graph.given(dict(zip(graph.common, shared.values, strict=True)))
    done = _done(graph.tasks(positions), [graph.key(each) for each in positions])
    if shared is not None:
        done.findings.extend(shared.findings)
        done.warned.extend(shared.warned)
    return done


def _done(tasks: dict[Any, Any], keys: list[Any]) -> Done:
    # What a tile computes by itself stays in this thread: no worker waits for another.
    here = dask.config.set(scheduler="synchronous")
    with findings.collect() as noticed, _warned() as warned, here:
        values = list(get_sync(tasks, keys))
    return Done(values, noticed, warned)


@contextmanager
def _warned() -> Iterator[list[Warned]]:
    """A list of the warnings that would be shown inside, which are not shown."""
    found: list[Warned] = []
    before = warnings.showwarning

    def keep(
        message: Warning | str, category: type[Warning], filename: str, lineno: int, *_: Any
    ) -> None:
        found.append((str(message), category, filename, lineno))

    warnings.showwarning = keep  # type: ignore[assignment]  # a file is never named here
    try:
        yield found
    finally:
        warnings.showwarning = before


def tell(done: Done) -> None:
    """Say in this process what a worker noticed."""
    for each in done.findings:
        findings.report(each)
    for message, category, filename, line in done.warned:
        warnings.warn_explicit(message, category, filename, line)


@lru_cache(maxsize=1)
def _facts() -> tuple[tuple[str, str], ...]:
    found = {"python": platform.python_version(), "machine": platform.machine()}
    found["siting"] = f"{siting.__version__} ({_own_code()})"
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return tuple(found.items())


def facts() -> dict[str, str]:
    """What has to be the same wherever tiles are worked out, since it decides their bytes."""
    return dict(_facts())


def _own_code() -> str:
    folder = Path(siting.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def differences(here: dict[str, str], there: dict[str, str]) -> list[str]:
    """What is not the same, as ``numpy 2.4.1 (2.4.2 here)``.

    Examples
    --------
    >>> differences({"python": "3.11.9"}, {"python": "3.12.1"})
    ['python 3.12.1 (3.11.9 here)']
    """
    return [
        f"{name} {there.get(name, 'unknown')} ({value} here)"
        for name, value in here.items()
        if there.get(name) != value
    ]


def examined(path: str, content: str) -> dict[str, Any]:
    """Facts of this worker, and whether it reads in a file what it should."""
    try:
        sees = Path(path).read_text("ascii") == content
    except OSError:
        sees = False
    return {"facts": facts(), "sees": sees, "host": socket.gethostname(), "process": os.getpid()}
