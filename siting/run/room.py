"""Whether disk and memory have room for a run, before it begins."""

import os
import resource
from contextlib import suppress
from pathlib import Path

from siting.errors import StorageError
from siting.estimate import Estimate
from siting.kernels import memory_budget
from siting.store import require_spaces

_CGROUP = Path("/sys/fs/cgroup")
_SLACK = 50_000_000  # that this process may take or give back between two looks at it [bytes]


def require_room(needs: Estimate, out: Path, store: Path) -> None:
    """Nothing where the disks and the memory have room for what a run needs; else an error.

    Parameters
    ----------
    needs : Estimate
        Of the steps that are to be computed, and the files that are written at the end.
    out, store : Path
        Folders of the runs and of the store.

    Raises
    ------
    StorageError
        DISK_SPACE_LOW or MEMORY_LOW.
    """
    require_spaces({store: needs.store_bytes + needs.scratch_bytes, out: needs.output_bytes})
    require_memory(needs.memory_bytes, needs.least_memory_bytes)


def require_memory(needed: int, least: int | None = None) -> None:
    """Nothing where a peak of so many bytes fits into the memory; else an error.

    Parameters
    ----------
    needed : int
        The peak [bytes].
    least : int, optional
        What the same run takes on a grid of few cells [bytes].

    Raises
    ------
    StorageError
        MEMORY_LOW.
    """
    taken = _resident()
    free = available_memory()
    if free is None or needed - taken <= free:
        return
    limit = memory_budget.limit()
    limited = limit is not None and free + taken <= limit + _SLACK
    raise StorageError(
        "MEMORY_LOW",
        "the memory has no room for the run",
        where="--max-memory" if limited else "",
        found=f"{(free + taken) / 1e9:.2f} GB can be had",
        wanted=f"{needed / 1e9:.2f} GB",
        fix=_way_out(free + taken, least, limited),
    )


def _way_out(room: int, least: int | None, limited: bool) -> str:
    more = "raise the limit" if limited else "close other programs"
    if least is not None and least > room:
        return f"{more}: on the coarsest grid this pipeline would still take {least / 1e9:.2f} GB"
    return (
        f"choose a coarser --resolution or smaller bounds, {more}, or run it on a "
        "machine with more memory"
    )


def available_memory() -> int | None:
    """Memory that this process can still get [bytes]; None where the system does not say."""
    limits = [_unused(), *_of_cgroups(), *_of_process(), _of_budget()]
    return (
        max(min(limits), 0) if (limits := [each for each in limits if each is not None]) else None
    )


def _unused() -> int | None:
    """What the kernel could hand out without swapping."""
    with suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _of_process() -> list[int]:
    """What ``ulimit -v`` and ``ulimit -d`` leave."""
    kinds = {resource.RLIMIT_AS: 0, resource.RLIMIT_DATA: 5}
    limits = {kind: resource.getrlimit(kind)[0] for kind in kinds}
    return [
        each - _pages(kinds[kind])
        for kind, each in limits.items()
        if each != resource.RLIM_INFINITY
    ]


def _of_budget() -> int | None:
    """What ``--max-memory`` leaves."""
    limit = memory_budget.limit()
    return None if limit is None else limit - _resident()


def _of_cgroups(root: Path = _CGROUP, process: Path = Path("/proc/self/cgroup")) -> list[int]:
    """What the limits of containers leave, those of outer ones too."""
    found = []
    for folder in _cgroups(root, process):
        for limit_name, usage_name in (
            ("memory.max", "memory.current"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes"),
        ):
            limit, usage = _number(folder / limit_name), _number(folder / usage_name)
            if limit is not None and usage is not None:
                found.append(limit - usage + _reclaimable(folder))
    return found


def _cgroups(root: Path, process: Path) -> list[Path]:
    """Folders of the memory cgroups that this process is in, version 1 or 2, to the outermost."""
    rows = []
    with suppress(OSError, ValueError):
        rows = [line.split(":", 2) for line in process.read_text("utf-8").splitlines()]
    folders = []
    for _, controllers, path in rows:
        if controllers and "memory" not in controllers.split(","):
            continue
        top = root / "memory" if controllers else root
        inner = top / path.strip("/")
        folders += [each for each in (inner, *inner.parents) if each.is_relative_to(top)]
    return folders


def _number(path: Path) -> int | None:
    with suppress(OSError, ValueError):  # "max" is no limit
        return int(path.read_text("ascii"))
    return None


def _reclaimable(folder: Path) -> int:
    """Cached pages of files, which the kernel drops when memory is wanted."""
    with suppress(OSError, ValueError):
        rows = dict(
            line.split() for line in (folder / "memory.stat").read_text("ascii").splitlines()
        )
        return int(rows.get("total_inactive_file", rows.get("inactive_file", 0)))
    return 0


def _resident() -> int:
    """Memory that this process has now [bytes]."""
    return _pages(1)


def _pages(column: int) -> int:
    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[column])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return 0
