"""Kill a run before each single change that it makes to the disk, run it again, compare all bytes.

    python crash_points.py FOLDER

A process forks for each crash point, so that the libraries are imported once. Prints the number
of crash points; the exit code is not 0 where a result differs or anything is left behind.
"""

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pandas as pd

from siting import grid
from siting.publish import latest, lock, publish, staging
from siting.store import Store, object_key

KILLED = 9
CHANGES = ("fsync", "rename", "replace", "unlink", "mkdir", "rmdir", "symlink")
CELLS = np.arange(128, dtype="float32").reshape(8, 16)
RECIPE = {"function": "field"}
KEY = object_key(RECIPE)


def run(root: Path) -> None:
    """Two layers of two tiles with a table in one object, then a published run."""
    box = grid.make_grid("EPSG:6933", 1000.0, (0.0, 0.0, 16_000.0, 8_000.0))
    cells = da.from_array(CELLS, chunks=8)
    a = grid.as_layer(cells + 0, box, units="m")
    table = pd.DataFrame({"x": [1.0, 2.0]})
    store = Store(root / "store", workers=2)
    store.write(KEY, {"a": a, "b": a * 2, "table": table}, RECIPE)
    with lock(root / "out"), staging(root / "out") as staged:
        (staged / "a.bin").write_bytes(store.read_layer(KEY, "b").values.tobytes())
        (staged / "table.csv").write_text(store.read_frame(KEY, "table").to_csv())
        publish(root / "out", "0a", staged, {"key": KEY})


def killed_before(number: int, root: Path) -> bool:
    """Whether a run was killed before the change of this number; else it came to its end."""

    def killed() -> None:
        made = 0

        def counting(change: Callable[..., Any]) -> Callable[..., Any]:
            def wrapper(*args: Any, **kwargs: Any) -> Any:
                nonlocal made
                made += 1
                if made == number:
                    os._exit(KILLED)
                return change(*args, **kwargs)

            return wrapper

        for name in CHANGES:
            setattr(os, name, counting(getattr(os, name)))
        run(root)

    return forked(killed) == KILLED


def check(root: Path) -> None:
    """What a killed run may leave: nothing half-written that looks whole."""
    store = Store(root / "store", verify=True)
    if store.has(KEY):
        values = store.read_layer(KEY).values
        np.testing.assert_array_equal(values, CELLS)
    newest = latest(root / "out")
    assert newest is None or {path.name for path in newest.iterdir()} == {
        "a.bin", "table.csv", "manifest.json",
    }  # fmt: skip


def again(root: Path) -> None:
    check(root)
    run(root)


def forked(task: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            task()
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def tree(root: Path) -> dict[str, bytes]:
    """All that a run leaves, except what it remembers of file status and who had the lock."""
    left: dict[str, bytes] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            left[name] = os.fsencode(path.readlink())
        elif path.is_dir():
            left[name] = b"folder"
        elif path.parent.name != "seen" and path.name != ".lock":
            left[name] = path.read_bytes()
    return left


def main(folder: Path) -> int:
    grid.tiling.TILE = 8
    for module in ("siting.store.frames", "pyarrow.parquet", "pint"):  # before processes fork
        importlib.import_module(module)
    assert forked(lambda: run(folder / "reference")) == 0
    reference = tree(folder / "reference")
    number, failed = 0, 0
    while True:
        number += 1
        root = folder / str(number)
        if not killed_before(number, root):
            print(number - 1)
            return failed
        ended = forked(lambda root=root: again(root))
        if ended != 0 or tree(root) != reference:
            print(f"crash point {number}: exit {ended}", file=sys.stderr)
            failed = 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
