"""Room on the disk: stored values that nobody used for long, and published runs beyond the last."""

import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from siting.history.published import folders
from siting.kernels.memory_budget import size_of
from siting.publish import latest, lock
from siting.store import Store, gc
from siting.store.files import files_below, storing
from siting.store.garbage import least_used


@dataclass(frozen=True)
class Cleared:
    """What was removed, or would be: stored values and runs, with their sizes [bytes]."""

    dry_run: bool
    objects: int
    object_bytes: int
    kept_objects: int
    kept_bytes: int
    runs: list[str]
    run_bytes: int

    def as_dict(self) -> dict[str, Any]:
        """The result as JSON."""
        return asdict(self)


def parse_size(text: str) -> int:
    """Bytes of a size with its unit.

    Raises
    ------
    PipelineError
        OPTION_INVALID.

    Examples
    --------
    >>> parse_size("5GB"), parse_size("1.5 MiB"), parse_size("0")
    (5000000000, 1572864, 0)
    """
    return size_of(text, "--keep-bytes")


def clear(
    store: Store | None,
    keep_bytes: int | None,
    days: float | None,
    out: Path,
    runs: int | None,
    dry_run: bool,
) -> Cleared:
    """What was removed of a store, and of the runs of an out folder.

    Parameters
    ----------
    store : Store, optional
        The store; None leaves it as it is.
    keep_bytes : int, optional
        Size that the store is brought down to.
    days : float, optional
        Age since their last use beyond which values go.
    out : Path
        Folder of the runs.
    runs : int, optional
        How many of the last runs stay; all where it is not given. The latest always does.
    dry_run : bool
        Only tell.

    Raises
    ------
    LockedError
        Where a run is writing to the folder, or another process clears the store.
    """
    sizes = {} if store is None else {key: _size(store.place(key)) for key in store.stored_keys()}
    removed: list[str] = []
    if store is not None and (keep_bytes is not None or days is not None):
        if dry_run:
            removed = list(least_used(store, time.time(), keep_bytes, days))
        else:
            removed = gc(store, keep_bytes=keep_bytes, days=days)
    gone = _clear_runs(out, runs, dry_run) if runs is not None else {}
    freed = sum(sizes.get(key, 0) for key in removed)
    return Cleared(
        dry_run,
        len(removed),
        freed,
        len(sizes) - len(removed),
        sum(sizes.values()) - freed,
        list(gone),
        sum(gone.values()),
    )


def _clear_runs(out: Path, keep: int, dry_run: bool) -> dict[str, int]:
    """Names and sizes of the runs removed: all but the last few and the latest."""
    if dry_run:
        return {folder.name: _size(folder) for folder in _superfluous_runs(out, keep)}
    if not (out / "runs").is_dir():
        return {}
    removed = {}
    with lock(out):
        for folder in _superfluous_runs(out, keep):
            removed[folder.name] = _size(folder)
            with storing(folder):
                # Out of sight in one step: a run is there whole, or not at all. The lock's end
                # empties the folder of what is not published.
                aside = out / ".staging" / folder.name
                aside.parent.mkdir(exist_ok=True)
                folder.rename(aside)
                shutil.rmtree(aside)
    return removed


def _superfluous_runs(out: Path, keep: int) -> list[Path]:
    newest = latest(out)
    ordered = folders(out)
    return [
        folder
        for folder in ordered[: max(len(ordered) - keep, 0)]
        if newest is None or not folder.samefile(newest)
    ]


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in files_below(folder).values())
