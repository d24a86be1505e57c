import errno
import json
import os
import shutil
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path
from typing import Any

import dask.array as da
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import xarray as xr
import zarr

from siting import grid
from siting.errors import GridError, LockedError, SitingError, StorageError
from siting.store import Store, default_root, files, gc, object_key
from siting.store.unfinished import claim

from .conftest import Field, tree

RECIPE = {"function": "field", "offset": 0.0}
KEY = object_key(RECIPE)
TILES = 3 * 4  # 20 x 30 cells in tiles of 8 x 8


def tiles_of(store: Store, key: str = KEY) -> list[Path]:
    return sorted(path for path in store.place(key).rglob("c/*/*") if path.is_file())


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(data)


def test_a_layer_comes_back_with_its_cells_grid_and_attributes(store: Store, field: Field) -> None:
    layer = field.layer(status="measured")
    store.write_layer(KEY, layer, RECIPE)
    found = store.read_layer(KEY)
    assert found.name is None
    xr.testing.assert_identical(found.compute(), layer.rename(None).compute())
    assert found.dtype == np.float32
    assert found.odc.geobox == field.grid
    assert found.attrs == layer.attrs
    assert found.chunks == ((8, 8, 4), (8, 8, 8, 6))


@pytest.mark.parametrize("crs", ["EPSG:5070", "EPSG:4326", "+proj=laea +lat_0=10 +lon_0=20"])
def test_the_grid_is_exactly_as_it_was(store: Store, crs: str) -> None:
    bounds = (-100.1, 10.05, -90.2, 20.0) if crs == "EPSG:4326" else (0.1, 0.2, 3000.3, 2000.4)
    box = grid.make_grid(crs, 0.1 if crs == "EPSG:4326" else 1000 / 3, bounds)
    layer = grid.as_layer(np.zeros(box.shape.yx, "float32"), box)
    store.write_layer(KEY, layer, RECIPE)
    found = store.read_layer(KEY)
    assert found.odc.geobox == box
    assert tuple(found.odc.geobox.affine) == tuple(box.affine)
    np.testing.assert_array_equal(found.x, layer.x)
    np.testing.assert_array_equal(found.y, layer.y)


def test_a_read_layer_is_lazy_until_it_is_computed(store: Store, field: Field) -> None:
    store.write_layer(KEY, field.layer(), RECIPE)
    found = store.read_layer(KEY)
    shutil.rmtree(store.place(KEY))
    with pytest.raises(StorageError, match="TILE_DAMAGED"):
        found.compute()


@pytest.mark.parametrize("dtype", ["bool", "float32", "float64"])
def test_cells_keep_their_type(store: Store, small_tiles: None, dtype: str) -> None:
    field = Field(dtype=dtype)
    store.write_layer(KEY, field.layer(), RECIPE)
    found = store.read_layer(KEY)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found.values, field.cells)


def test_whole_numbers_are_refused_as_cells(store: Store, field: Field) -> None:
    layer = field.layer().fillna(0).astype("int16")
    with pytest.raises(SitingError, match="LAYER_DTYPE"):
        store.write_layer(KEY, layer, RECIPE)


def test_a_layer_without_a_grid_is_refused(store: Store) -> None:
    layer = xr.DataArray(np.zeros((4, 4), "float32"), dims=("y", "x"))
    with pytest.raises(GridError, match="GRID_MISSING"):
        store.write_layer(KEY, layer, RECIPE)


def test_a_tile_of_another_type_than_declared_is_an_error(store: Store, field: Field) -> None:
    lying = field.layer().copy(
        data=field.layer().data.map_blocks(
            lambda block: block.astype("float64"), dtype="float32", meta=np.empty((0, 0), "float32")
        )
    )
    with pytest.raises(SitingError, match="TILE_UNEXPECTED"):
        store.write_layer(KEY, lying, RECIPE)
    assert not store.has(KEY)


def test_a_tile_of_another_shape_than_declared_is_an_error(store: Store, field: Field) -> None:
    lying = field.layer().copy(
        data=field.layer().data.map_blocks(
            lambda block: block[:1], dtype="float32", meta=np.empty((0, 0), "float32"),
            chunks=field.layer().chunks,
        )
    )  # fmt: skip
    with pytest.raises(SitingError, match="TILE_UNEXPECTED"):
        store.write_layer(KEY, lying, RECIPE)


def test_parts_of_one_object_share_what_they_are_made_from(store: Store, field: Field) -> None:
    shared = field.layer()
    parts = {"mean": shared, "spread": shared * 2, "high": shared > 300}
    store.write_layers(KEY, parts, RECIPE)
    assert sorted(field.computed) == list(np.ndindex(3, 4))
    assert store.parts(KEY) == {"mean": "layer", "spread": "layer", "high": "layer"}
    np.testing.assert_array_equal(store.read_layer(KEY), field.cells)
    np.testing.assert_array_equal(store.read_layer(KEY, "spread"), field.cells * 2)
    assert store.read_layer(KEY, "high").dtype == bool


def test_an_object_may_hold_layers_beside_other_values(store: Store, field: Field) -> None:
    table = pd.DataFrame({"a": [1.5, 2.5]})
    parts: dict[str, Any] = {
        "score": field.layer(),
        "importance": table,
        "figures": {"auc": 0.7},
        "model": b"\x00model",
    }
    store.write(KEY, parts, RECIPE)
    assert list(store.parts(KEY).items()) == [
        ("score", "layer"), ("importance", "frame"), ("figures", "record"), ("model", "model"),
    ]  # fmt: skip
    np.testing.assert_array_equal(store.read(KEY), field.cells)
    pd.testing.assert_frame_equal(store.read_frame(KEY, "importance"), table)
    assert store.read_record(KEY, "figures") == {"auc": 0.7}
    assert store.read_model(KEY, "model") == b"\x00model"
    with pytest.raises(StorageError, match="PART_MISSING"):
        store.read_layer(KEY, "figures")
    with pytest.raises(StorageError, match="PART_MISSING"):
        store.read(KEY, "spread")


def test_parts_on_different_grids_are_refused(store: Store, field: Field) -> None:
    with pytest.raises(GridError, match="GRID_MISMATCH"):
        store.write_layers(KEY, {"a": field.layer(), "b": field.layer()[:, :8]}, RECIPE)


def test_a_part_needs_a_name_that_is_safe_in_a_path(store: Store) -> None:
    with pytest.raises(StorageError, match="PART_INVALID"):
        store.write(KEY, {"../../out": b""}, RECIPE)


def test_features_come_back_with_crs_columns_and_attributes(store: Store) -> None:
    features = gpd.GeoDataFrame(
        {"name": ["a", "ż"], "depth": [1.0, np.nan]},
        geometry=gpd.points_from_xy([10.0, 179.5], [50.0, -3.0]),
        crs="EPSG:4326",
    )
    features.attrs = {"status": "measured", "columns": {"depth": {"units": "m"}}}
    store.write_frame(KEY, features, RECIPE)
    found = store.read_frame(KEY)
    assert isinstance(found, gpd.GeoDataFrame)
    assert found.crs == features.crs
    assert found.attrs == features.attrs
    assert found.geometry.geom_equals(features.geometry).all()
    pd.testing.assert_frame_equal(found.drop(columns="geometry"), features.drop(columns="geometry"))


def test_a_frame_gives_the_same_bytes_each_time(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": ["x", None]})
    for name in ("one", "other"):
        Store(tmp_path / name).write_frame(KEY, frame.copy(), RECIPE)
    assert tree(tmp_path / "one" / "objects") == tree(tmp_path / "other" / "objects")


def test_a_column_of_mixed_types_is_refused(store: Store) -> None:
    with pytest.raises(StorageError, match="FRAME_NOT_STORABLE"):
        store.write_frame(KEY, pd.DataFrame({"a": ["x", 1.5]}, dtype=object), RECIPE)


def test_a_record_that_json_cannot_hold_is_refused(store: Store) -> None:
    with pytest.raises(StorageError, match=r"NOT_JSON(.|\n)*value\.auc\[1\]"):
        store.write_record(KEY, {"auc": [0.5, float("nan")]}, RECIPE)
    assert tree(store.root / "tmp") == {}


def test_a_key_that_is_not_the_recipes_is_refused(store: Store) -> None:
    with pytest.raises(StorageError, match="KEY_INVALID"):
        store.write_record(KEY, {}, {"another": "recipe"})
    with pytest.raises(StorageError, match="KEY_INVALID"):
        store.has("../../etc")


def test_a_missing_object_is_an_error_that_says_what_to_do(store: Store) -> None:
    with pytest.raises(StorageError, match=r"OBJECT_MISSING(.|\n)*run again"):
        store.read_layer(KEY)


def test_an_object_that_is_there_is_not_computed_again(store: Store, field: Field) -> None:
    store.write_layer(KEY, field.layer(), RECIPE)
    field.computed.clear()
    store.write_layer(KEY, field.layer(), RECIPE)
    assert field.computed == []


def test_the_manifest_lists_the_sha256_of_every_file(store: Store, field: Field) -> None:
    store.write_layer(KEY, field.layer(), RECIPE)
    listed = store.manifest(KEY)["files"]
    present = {
        path.relative_to(store.place(KEY)).as_posix(): [
            path.stat().st_size,
            files.sha256_file(path),
        ]
        for path in store.place(KEY).rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert listed == present
    assert len(tiles_of(store)) == TILES
    assert store.manifest(KEY)["recipe"] == RECIPE


def test_the_manifest_is_written_last(
    store: Store, field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    replace = Path.replace

    def noted(self: Path, target: Path) -> Path:
        order.append(Path(target).name)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", noted)
    store.write_layer(KEY, field.layer(), RECIPE)
    written = [name for name in order if len(name) != 64]  # 64: what is remembered of files
    assert written[-1] == "manifest.json"
    assert len(written) == TILES + 2


def test_any_zarr_reader_opens_a_stored_layer(store: Store, field: Field) -> None:
    store.write_layer(KEY, field.layer(), RECIPE)
    array = zarr.open_array(store.place(KEY) / "value.zarr", mode="r")
    np.testing.assert_array_equal(array[:], field.cells)


def test_a_stopped_run_is_resumed_with_the_missing_tiles(store: Store, field: Field) -> None:
    field.fails_after = 5
    with pytest.raises(RuntimeError, match="stopped in the middle"):
        store.write_layer(KEY, field.layer(), RECIPE)
    assert not store.has(KEY)
    kept = len([path for path in (store.root / "tmp" / KEY).rglob("c/*/*") if path.is_file()])
    assert kept == 5
    before = set(field.computed)

    field.fails_after, field.computed = None, []
    ticks: list[tuple[int, int]] = []
    store.write_layer(KEY, field.layer(), RECIPE, lambda *tick: ticks.append(tick))
    assert set(field.computed) == set(np.ndindex(3, 4)) - before
    assert ticks == [(done, TILES) for done in range(5, TILES + 1)]
    np.testing.assert_array_equal(store.read_layer(KEY), field.cells)
    assert list((store.root / "tmp").iterdir()) == []


def test_a_resumed_object_has_the_bytes_of_one_made_at_once(tmp_path: Path, field: Field) -> None:
    at_once, resumed = Store(tmp_path / "at_once"), Store(tmp_path / "resumed")
    at_once.write_layers(KEY, {"a": field.layer(), "b": field.layer() * 3}, RECIPE)
    for stop in (3, 7):
        field.fails_after, field.computed = stop, []
        with pytest.raises(RuntimeError, match="stopped in the middle"):
            resumed.write_layers(KEY, {"a": field.layer(), "b": field.layer() * 3}, RECIPE)
    field.fails_after = None
    resumed.write_layers(KEY, {"a": field.layer(), "b": field.layer() * 3}, RECIPE)
    assert tree(resumed.root / "objects") == tree(at_once.root / "objects")


def test_a_damaged_tile_of_an_unfinished_object_is_computed_again(
    store: Store, field: Field
) -> None:
    field.fails_after = 5
    with pytest.raises(RuntimeError, match="stopped in the middle"):
        store.write_layer(KEY, field.layer(), RECIPE)
    kept = [path for path in (store.root / "tmp" / KEY).rglob("c/*/*") if path.is_file()]
    damage(kept[0])
    kept[1].write_bytes(b"")
    field.fails_after, field.computed = None, []
    store.write_layer(KEY, field.layer(), RECIPE)
    assert len(field.computed) == TILES - 3
    np.testing.assert_array_equal(store.read_layer(KEY), field.cells)


def test_a_damaged_tile_is_noticed_and_only_it_is_computed_again(
    store: Store, field: Field
) -> None:
    store.write_layer(KEY, field.layer(), RECIPE)
    whole = tree(store.root / "objects")
    damage(tiles_of(store)[4])
    assert not store.has(KEY)
    field.computed.clear()
    store.write_layer(KEY, field.layer(), RECIPE)
    assert field.computed == [(1, 0)]
    assert tree(store.root / "objects") == whole
    assert list((store.root / "tmp").iterdir()) == []


def test_damage_after_the_check_is_found_when_the_tile_is_read(store: Store, field: Field) -> None:
    store.write_layer(KEY, field.layer(), RECIPE)
    lazy = store.read_layer(KEY)
    damage(tiles_of(store)[0])
    with pytest.raises(StorageError, match="TILE_DAMAGED"):
        lazy.compute()


def test_a_missing_tile_is_never_read_as_no_data(store: Store, field: Field) -> None:
    store.write_layer(KEY, field.layer(), RECIPE)
    lazy = store.read_layer(KEY)
    tiles_of(store)[2].unlink()
    with pytest.raises(StorageError, match="TILE_DAMAGED"):
        lazy.compute()
    assert not store.has(KEY)


@pytest.mark.parametrize("harm", ["missing", "cut", "one bit"])
def test_a_damaged_manifest_makes_the_object_be_computed_anew(
    store: Store, field: Field, harm: str
) -> None:
    store.write_layer(KEY, field.layer(), RECIPE)
    whole = tree(store.root / "objects")
    path = store.place(KEY) / "manifest.json"
    if harm == "missing":
        path.unlink()
    elif harm == "cut":
        path.write_bytes(path.read_bytes()[:-40])
    else:
        damage(path)
    assert not store.has(KEY)
    field.computed.clear()
    store.write_layer(KEY, field.layer(), RECIPE)
    assert len(field.computed) == TILES
    assert tree(store.root / "objects") == whole


def test_verify_finds_what_the_file_status_hides(store: Store, field: Field) -> None:
    store.write_layer(KEY, field.layer(), RECIPE)
    path = tiles_of(store)[0]
    seen = store.root / "seen"
    damage(path)
    # A disk that loses a bit leaves the file's status as it was: write it into what is remembered.
    for each in seen.iterdir():
        rows = json.loads(each.read_bytes())
        status = path.stat()
        rows["value.zarr/c/0/0"][3:5] = [status.st_mtime_ns, status.st_ctime_ns]
        each.write_text(json.dumps(rows))
    assert Store(store.root).has(KEY)
    assert not Store(store.root, verify=True).has(KEY)


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize("chunks", [5, 8, 13, 40])
def test_bytes_do_not_depend_on_chunks_and_threads(
    tmp_path: Path, small_tiles: None, chunks: int, workers: int
) -> None:
    field = Field()
    reference, other = Store(tmp_path / "reference"), Store(tmp_path / "other", workers=workers)
    reference.write_layer(KEY, field.layer(), RECIPE)
    data = da.from_array(field.cells, chunks=chunks)
    other.write_layer(KEY, field.layer().copy(data=data), RECIPE)
    assert tree(other.root / "objects") == tree(reference.root / "objects")


def test_all_nans_are_stored_alike(tmp_path: Path, field: Field) -> None:
    negative = field.cells.copy()
    negative[np.isnan(negative)] = np.float32(-np.nan)
    assert negative.tobytes() != field.cells.tobytes()
    one, other = Store(tmp_path / "one"), Store(tmp_path / "other")
    one.write_layer(KEY, grid.as_layer(field.cells, field.grid), RECIPE)
    other.write_layer(KEY, grid.as_layer(negative, field.grid), RECIPE)
    assert tree(one.root / "objects") == tree(other.root / "objects")


def test_tiles_are_written_as_they_finish_and_not_held(store: Store, field: Field) -> None:
    class Block(np.ndarray):
        """An array that can be watched."""

    made: list[weakref.ref[Block]] = []
    alive: list[int] = []

    def watched(values: np.ndarray) -> np.ndarray:
        alive.append(sum(each() is not None for each in made))
        block = values.copy().view(Block)
        made.append(weakref.ref(block))
        return block

    layer = field.layer()
    lazy = layer.copy(data=layer.data.map_blocks(watched, dtype="float32", meta=layer.data._meta))
    store.write_layer(KEY, lazy, RECIPE)
    assert len(made) == TILES
    assert max(alive) <= 3  # of two threads: one at work in the other, one just done in each


def test_two_threads_may_write_the_same_object(store: Store, small_tiles: None) -> None:
    begun = threading.Barrier(2)
    errors: list[BaseException] = []

    def write() -> None:
        layer = Field().layer()
        begun.wait(timeout=60)
        try:
            Store(store.root, workers=2).write_layer(KEY, layer, RECIPE)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    np.testing.assert_array_equal(store.read_layer(KEY), Field().cells)
    assert list((store.root / "tmp").iterdir()) == []


def test_a_second_writer_works_on_its_own_and_the_first_to_finish_wins(
    store: Store, field: Field
) -> None:
    with claim(store.root / "tmp", KEY) as first:
        store.write_layer(KEY, field.layer(), RECIPE)  # while another has the key's own folder
        assert store.has(KEY)
        inode = store.place(KEY).stat().st_ino
        (first.folder / "anything").write_bytes(b"")
        assert not first.finish(store.place(KEY))
    assert store.place(KEY).stat().st_ino == inode
    assert list((store.root / "tmp").iterdir()) == []


def test_what_a_dead_writer_left_for_itself_is_swept(store: Store) -> None:
    dead = store.root / "tmp" / f"{KEY}~0123"
    dead.mkdir(parents=True)
    (dead / "half").write_bytes(b"half")
    dead.with_name(dead.name + ".journal").write_bytes(b"")
    (dead.parent / f"{KEY}.journal").write_bytes(b"")  # of an object that was finished
    Store(store.root)
    assert list((store.root / "tmp").iterdir()) == []


def test_a_full_disk_is_a_storage_error_and_keeps_finished_tiles(
    store: Store, field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = 0
    fsync = os.fsync

    def full(descriptor: int) -> None:
        nonlocal synced
        synced += 1
        if synced > 6:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StorageError, match=r"DISK_FULL(.|\n)*No space left") as caught:
            store.write_layer(KEY, field.layer(), RECIPE)
    assert caught.value.exit_code == 4
    assert not store.has(KEY)
    field.computed.clear()
    store.write_layer(KEY, field.layer(), RECIPE)
    assert 0 < len(field.computed) < TILES


def test_a_store_that_cannot_be_written_is_a_storage_error(tmp_path: Path) -> None:
    # Below a plain file nobody can make a folder, whatever their rights.
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="NOT_WRITABLE"):
        Store(tmp_path / "file" / "store").write_record(KEY, {}, RECIPE)


def test_an_error_of_the_layers_function_stays_what_it_is(store: Store, field: Field) -> None:
    def fails(block: np.ndarray) -> np.ndarray:
        raise FileNotFoundError(errno.ENOENT, "no such file", "input.tif")

    layer = field.layer()
    lazy = layer.copy(data=layer.data.map_blocks(fails, dtype="float32", meta=layer.data._meta))
    with pytest.raises(FileNotFoundError, match=r"input\.tif"):
        store.write_layer(KEY, lazy, RECIPE)


def test_discard_removes_an_object(store: Store) -> None:
    store.write_record(KEY, {"a": 1}, RECIPE)
    store.discard(KEY)
    assert not store.has(KEY)
    assert store.stored_keys() == []
    store.discard(KEY)


def test_the_root_is_the_users_cache_unless_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITING_STORE", str(tmp_path / "named"))
    assert default_root() == tmp_path / "named"
    monkeypatch.delenv("SITING_STORE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert default_root() == tmp_path / "cache" / "siting" / "store"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_root() == tmp_path / ".cache" / "siting" / "store"


def aged(store: Store, number: int, days: float) -> str:
    recipe = {"number": number}
    key = object_key(recipe)
    store.write_model(key, b"x" * 1000, recipe)
    then = time.time() - days * 86_400
    os.utime(store.place(key), (then, then))
    return key


def test_gc_removes_what_was_not_used_for_long(store: Store) -> None:
    old, recent = aged(store, 1, days=40), aged(store, 2, days=10)
    assert gc(store, days=30) == [old]
    assert store.stored_keys() == [recent]


def test_gc_keeps_the_last_used_within_the_size_and_all_of_these_days(store: Store) -> None:
    keys = [aged(store, number, days=number - 0.5) for number in range(1, 6)]
    size = sum(path.stat().st_size for path in store.place(keys[0]).iterdir())
    assert sorted(gc(store, keep_bytes=2 * size)) == sorted(keys[2:])
    assert gc(store, keep_bytes=0) == []  # both were used within two days
    assert store.stored_keys() == sorted(keys[:2])


def test_use_keeps_an_object_from_gc(store: Store) -> None:
    key = aged(store, 1, days=40)
    assert store.has(key)
    assert gc(store, days=30) == []


def test_gc_removes_unfinished_objects_of_old(store: Store, field: Field) -> None:
    field.fails_after = 3
    with pytest.raises(RuntimeError, match="stopped in the middle"):
        store.write_layer(KEY, field.layer(), RECIPE)
    gc(store, days=5)
    assert (store.root / "tmp" / KEY).is_dir()
    then = time.time() - 6 * 86_400
    os.utime(store.root / "tmp" / f"{KEY}.journal", (then, then))
    gc(store, days=5)
    assert list((store.root / "tmp").iterdir()) == []


def test_only_one_gc_runs_at_a_time(store: Store) -> None:
    store.root.mkdir()
    with files.lock_file(store.root / ".gc.lock"), pytest.raises(LockedError, match="STORE_LOCKED"):
        gc(store, days=30)


def test_a_process_that_is_killed_loses_at_most_the_tiles_at_work(
    tmp_path: Path, field: Field
) -> None:
    script = tmp_path / "killed.py"
    script.write_text(
        "import os, sys\n"
        "from pathlib import Path\n"
        "import dask.array as da, numpy as np\n"
        "from siting import grid\n"
        "from siting.store import Store, object_key\n"
        "grid.TILE = 8\n"
        "box = grid.make_grid('EPSG:6933', 1000.0, (0.0, 0.0, 30_000.0, 20_000.0))\n"
        "begun = []\n"
        "def block(values):\n"
        "    begun.append(1)\n"
        "    if len(begun) > 8: os._exit(9)\n"
        "    return values + 0\n"
        "cells = np.arange(600, dtype='float32').reshape(20, 30)\n"
        "lazy = da.from_array(cells, chunks=8).map_blocks(block, dtype='float32', meta=cells[:0])\n"
        f"recipe = {RECIPE!r}\n"
        "Store(Path(sys.argv[1]), workers=2).write_layer(\n"
        "    object_key(recipe), grid.as_layer(lazy, box), recipe)\n"
    )
    ended = subprocess.run(
        [sys.executable, script, tmp_path / "store"],
        cwd=Path.cwd(),
        env=_environment(),
        check=False,
    )
    assert ended.returncode == 9
    store = Store(tmp_path / "store", workers=2)
    kept = [path for path in (store.root / "tmp" / KEY).rglob("c/*/*") if path.is_file()]
    field.computed.clear()
    store.write_layer(KEY, field.layer(), RECIPE)
    assert 7 <= len(kept) <= 8  # the other thread may have been at work on its tile
    assert len(field.computed) == TILES - len(kept)
    assert list((store.root / "tmp").iterdir()) == []


def _environment() -> dict[str, str]:
    root = Path(__file__).parents[2]
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), *sys.path])}
