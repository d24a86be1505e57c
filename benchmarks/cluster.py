"""``python -m benchmarks.cluster``: the same tiles by threads and by worker processes.

Layers are stored, and an index of all of them is computed and stored once by threads and once by
``--workers`` processes, in turn. One JSON line each: wall time without and with the start of the
workers, processor time and memory of all processes together, and whether the stored bytes are
those of the threads.
"""

import argparse
import hashlib
import json
import sys
import threading
import time
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dask.array as da
import numpy as np
import psutil
from numpy.typing import NDArray

from siting.grid import as_layer, make_grid, tiling
from siting.kernels import computing
from siting.store import Store, object_key

PAUSE = 0.05  # between two looks at the processes [s]


def main() -> None:
    """Measure, and print a line for each way."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=__doc__)
    parser.add_argument("--side", type=int, default=8_192, help="cells along a side")
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=8, help="of work for each cell and layer")
    told = parser.parse_args()
    with TemporaryDirectory(prefix="siting-cluster-") as folder:
        store = Store(Path(folder) / "inputs")
        keys = [_stored(store, number, told.side) for number in range(told.layers)]
        digests = []
        for workers in (None, told.workers):
            row, digest = _measured(store, keys, workers, told.rounds, Path(folder))
            digests.append(digest)
            same = digest == digests[0]
            print(json.dumps({"workers": workers, "cells": told.side**2, "layers": told.layers,
                              **row, "same_bytes": same}), flush=True)  # fmt: skip
    sys.exit(len(set(digests)) > 1)


def _stored(store: Store, number: int, side: int) -> str:
    grid = make_grid("EPSG:6933", 100.0, (0, 0, 100.0 * side, 100.0 * side))

    def cells(block_id: tuple[int, int]) -> NDArray[np.float32]:
        shape = tuple(chunks[i] for chunks, i in zip(tiling.chunks(grid), block_id, strict=True))
        coarse = np.random.default_rng([number, *block_id]).random((128, 128), np.float32)
        return np.kron(coarse, np.ones((8, 8), np.float32))[: shape[0], : shape[1]]

    recipe = {"layer": number, "side": side}
    key = object_key(recipe)
    blocks = da.map_blocks(cells, chunks=tiling.chunks(grid), dtype=np.float32,
                           meta=np.empty((0, 0), np.float32))  # fmt: skip
    store.write_layer(key, as_layer(blocks, grid, units="1", kind="continuous"), recipe)
    return key


def index(*blocks: NDArray[np.float32], rounds: int) -> NDArray[np.float32]:
    """A sum of saturating terms, with as much arithmetic as is asked for."""
    total = np.zeros_like(blocks[0])
    for block in blocks:
        value = block
        for _ in range(rounds):
            value = np.tanh(value + np.float32(0.1))
        total += value
    return total


def _measured(
    store: Store, keys: list[str], workers: int | None, rounds: int, folder: Path
) -> tuple[dict[str, Any], str]:
    layers = [store.read_layer(key) for key in keys]
    found = da.map_blocks(index, *(each.data for each in layers), rounds=rounds, dtype=np.float32)
    layer = as_layer(found, layers[0].odc.geobox, units="1", kind="continuous")
    recipe = {"index": keys, "rounds": rounds}
    out = Store(folder / f"out-{workers}")
    used = nullcontext() if workers is None else computing.cluster(None, workers, out.own_folder)
    with Watched() as watched, used:
        began = time.perf_counter()
        computing.connect()
        ready = time.perf_counter()
        out.write_layer(object_key(recipe), layer, recipe)
        ended = time.perf_counter()
        watched.look()
    row = {
        "wall": round(ended - ready, 2), "start": round(ready - began, 2),
        "processor": round(watched.processor, 2), "memory_mb": round(watched.memory / 1e6),
        "processes": watched.most,
    }  # fmt: skip
    return row, _digest(out)


def _digest(store: Store) -> str:
    files = sorted(each for each in (store.root / "objects").rglob("*") if each.is_file())
    digest = hashlib.sha256()
    for each in files:
        digest.update(each.relative_to(store.root).as_posix().encode() + each.read_bytes())
    return digest.hexdigest()


class Watched:
    """Peak memory of a process and all that it starts, and the processor time they spend."""

    def __init__(self) -> None:
        self.memory, self.most, self.processor = 0, 0, 0.0
        self._spent: dict[int, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Watched":
        times = psutil.Process().cpu_times()
        self._before = times.user + times.system
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(PAUSE):
            self.look()

    def look(self) -> None:
        """Add up what the processes take now; shared pages count by their share."""
        here = psutil.Process()
        processes, memory = [here, *here.children(recursive=True)], 0
        for each in processes:
            try:
                memory += each.memory_full_info().pss
                times = each.cpu_times()
            except psutil.Error:  # it has just ended
                continue
            self._spent[each.pid] = times.user + times.system
        self.memory, self.most = max(self.memory, memory), max(self.most, len(processes))
        self.processor = sum(self._spent.values()) - self._before


if __name__ == "__main__":
    main()
