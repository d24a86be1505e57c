"""What goes wrong with the store, the disk and the run's folder."""

import errno
import hashlib
import os
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import xarray as xr

from siting import grid
from siting.errors import library
from siting.history.clearing import parse_size
from siting.history.published import find, load
from siting.publish import lock, publish, staging
from siting.run import room
from siting.store import Store, code_digest, digest, faults, files, object_key, space
from siting.store.garbage import gc
from siting.store.manifest import rows
from siting.store.memory import within_memory
from siting.store.parts import read_part

from .made import Maker, example

RECIPE = {"function": "field"}
KEY = object_key(RECIPE)
BOX = grid.make_grid("EPSG:6933", 1000.0, (0.0, 0.0, 20_000.0, 20_000.0))


def store(folder: Path) -> Store:
    return Store(folder / "store", workers=1)


def layer(values: Any = None) -> xr.DataArray:
    cells = np.arange(400, dtype="float32").reshape(20, 20) if values is None else values
    return grid.as_layer(cells, BOX, units="m", kind="continuous")


def published(out: Path, text: str = "map") -> None:
    """Publish a run of one file."""
    with lock(out), staging(out) as staged:
        (staged / "map.html").write_text(text)
        publish(out, "0a", staged, {"title": "a"})


def refusing(number: int) -> Maker:
    """Write a layer to a disk that answers with this error."""

    def make(folder: Path) -> None:
        def refuse(*_: object) -> None:
            raise OSError(number, os.strerror(number))

        with mock.patch.object(os, "fsync", refuse):
            store(folder).write_layer(KEY, layer(), RECIPE)

    return make


for _code, _number in {
    "DISK_FULL": errno.ENOSPC, "NOT_WRITABLE": errno.EROFS, "STORAGE_FAILED": errno.EIO,
}.items():  # fmt: skip
    example(_code)(refusing(_number))


@example("LIBRARY_MISSING")
def _(folder: Path) -> None:
    with mock.patch.dict("sys.modules", {"gstools": None}):
        library("gstools", "geostatistics")


@example("DISK_SPACE_LOW")
def _(folder: Path) -> None:
    usage = SimpleNamespace(total=500e9, free=1.2e9)
    with mock.patch.object(shutil, "disk_usage", return_value=usage):
        space.require_space(folder / "siting-out", 4_600_000_000)


@example("FILE_UNREADABLE")
def _(folder: Path) -> None:
    from siting.io.formats import reading

    with reading(Path("heat.tif")):  # rights do not stop root: the system's answer to others
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


@example("CODE_UNKNOWN")
def _(folder: Path) -> None:
    scope: dict[str, Any] = {"__name__": "notebook"}
    exec("def my_layer(): pass", scope)
    code_digest(scope["my_layer"])


@example("FRAME_NOT_STORABLE")
def _(folder: Path) -> None:
    store(folder).write_frame(KEY, pd.DataFrame({"depth": [900, "deep"]}), RECIPE)


@example("GRID_MISSING")
def _(folder: Path) -> None:
    store(folder).write_layer(KEY, xr.DataArray(np.zeros((2, 2)), dims=("a", "b")), RECIPE)


@example("INPUT_CHANGED")
def _(folder: Path) -> None:
    source = folder / "heat.tif"
    source.write_bytes(b"half of it")
    plain = hashlib.file_digest

    def slow(stream: Any, name: str) -> Any:
        found = plain(stream, name)
        with source.open("ab") as other:
            other.write(b"more")
        return found

    with mock.patch.object(hashlib, "file_digest", slow):
        store(folder).file_digest(source)


@example("KEY_INVALID")
def _(folder: Path) -> None:
    store(folder).place("../../etc")


@example("LAYER_DTYPE")
def _(folder: Path) -> None:
    store(folder).write_layer(KEY, layer(np.zeros((20, 20), "int64")), RECIPE)


@example("NOT_JSON")
def _(folder: Path) -> None:
    digest.canonical({"half_distance": float("nan")})


@example("OBJECT_MISSING")
def _(folder: Path) -> None:
    store(folder).manifest(KEY)


@example("PART_INVALID")
def _(folder: Path) -> None:
    store(folder).write(KEY, {"mean heat": layer()}, RECIPE)


@example("PART_MISSING")
def _(folder: Path) -> None:
    store(folder).write_record(KEY, {"a": 1}, RECIPE)
    store(folder).read(KEY, "spread")


@example("PATH_IN_THE_WAY")
def _(folder: Path) -> None:
    (folder / "siting-out" / "latest").mkdir(parents=True)
    published(folder / "siting-out")


@example("RUN_DIFFERS")
def _(folder: Path) -> None:
    published(folder / "siting-out")
    published(folder / "siting-out", "another map")


@example("RUN_LOCKED")
def _(folder: Path) -> None:
    with lock(folder / "siting-out"):
        published(folder / "siting-out")


@example("RUN_REPAIRED")
def _(folder: Path) -> None:
    published(folder / "siting-out")
    (folder / "siting-out" / "runs" / "0a" / "map.html").write_text("edited")
    published(folder / "siting-out")


@example("STORE_LOCKED")
def _(folder: Path) -> None:
    (folder / "store").mkdir()
    with files.lock_file(folder / "store" / ".gc.lock"):
        gc(store(folder))


@example("TILE_DAMAGED")
def _(folder: Path) -> None:
    where = store(folder)
    where.write_layer(KEY, layer(), RECIPE)
    lazy = where.read_layer(KEY)
    shutil.rmtree(where.place(KEY))
    lazy.compute()


@example("TILE_UNEXPECTED")
def _(folder: Path) -> None:
    import dask.array as da

    wrong = da.zeros((20, 20), dtype="float32", chunks=(20, 20)).map_blocks(
        lambda block: block[:5], dtype="float32", chunks=(20, 20)
    )
    store(folder).write_layer(KEY, layer(wrong), RECIPE)


@example("FAULT_INVALID")
def _(folder: Path) -> None:
    faults.arm({"SITING_KILL_AT": "soon"})


@example("HOME_UNKNOWN")
def _(folder: Path) -> None:
    with mock.patch.dict(os.environ, SITING_STORE="~nobody-of-that-name/store"):
        files.default_root()


@example("MEMORY_FULL")
def _(folder: Path) -> None:
    with within_memory("layers.hot"):
        raise MemoryError("Unable to allocate 37.3 GiB for an array with shape (100000, 100000)")


@example("MEMORY_LOW")
def _(folder: Path) -> None:
    with (
        mock.patch.object(room, "available_memory", return_value=2_000_000_000),
        mock.patch.object(room, "_resident", return_value=200_000_000),
    ):
        room.require_memory(7_400_000_000)


@example("OBJECT_DAMAGED")
def _(folder: Path) -> None:
    where = store(folder)
    where.write_frame(KEY, pd.DataFrame({"depth": [900.0]}), RECIPE)
    path = next(path for path in where.place(KEY).iterdir() if path.suffix == ".parquet")
    manifest = where.manifest(KEY)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    read_part(where.place(KEY), manifest["parts"][0], rows(manifest))


@example("BUG")
def _(folder: Path) -> None:
    from siting.terminal import ending

    with mock.patch.object(ending, "_kept", return_value=Path("siting-bug.txt")):
        try:
            raise KeyError("score")
        except KeyError as error:
            raise ending._bug(error) from None


@example("RUN_DAMAGED")
def _(folder: Path) -> None:
    published(folder / "siting-out")
    (folder / "siting-out" / "runs" / "0a" / "manifest.json").write_text("{}")
    load(folder / "siting-out" / "runs" / "0a")


@example("RUN_UNKNOWN")
def _(folder: Path) -> None:
    published(folder / "siting-out")
    find("7f3c", folder / "siting-out")


@example("OPTION_INVALID")
def _(folder: Path) -> None:
    parse_size("5 gigs")
