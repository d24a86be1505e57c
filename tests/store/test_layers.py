import errno
import os
import pickle
import shutil
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pandas as pd
import pytest
import xarray as xr
import zarr

from siting import grid
from siting.errors import GridError, SitingError, StorageError
from siting.store import Store

from .conftest import KEY, RECIPE, TILES, Field, damage, kept_tiles, tiles_of, tree


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


def test_any_zarr_reader_opens_a_stored_layer(store: Store, field: Field) -> None:
    store.write_layer(KEY, field.layer(), RECIPE)
    array = zarr.open_array(store.place(KEY) / "value.zarr", mode="r")
    np.testing.assert_array_equal(array[:], field.cells)


def test_a_stopped_run_is_resumed_with_the_missing_tiles(store: Store, field: Field) -> None:
    field.fails_after = 5
    with pytest.raises(RuntimeError, match="stopped in the middle"):
        store.write_layer(KEY, field.layer(), RECIPE)
    assert not store.has(KEY)
    kept = len(kept_tiles(store))
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
    kept = kept_tiles(store)
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


def test_a_read_layer_can_be_sent_to_another_process(store: Store, field: Field) -> None:
    store.write_layer(KEY, field.layer(), RECIPE)
    sent = pickle.loads(pickle.dumps(store.read_layer(KEY)))
    np.testing.assert_array_equal(sent, field.cells)


def test_a_missing_tile_is_never_read_as_no_data(store: Store, field: Field) -> None:
    store.write_layer(KEY, field.layer(), RECIPE)
    lazy = store.read_layer(KEY)
    tiles_of(store)[2].unlink()
    with pytest.raises(StorageError, match="TILE_DAMAGED"):
        lazy.compute()
    assert not store.has(KEY)


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


def test_an_error_of_the_layers_function_stays_what_it_is(store: Store, field: Field) -> None:
    def fails(block: np.ndarray) -> np.ndarray:
        raise FileNotFoundError(errno.ENOENT, "no such file", "input.tif")

    layer = field.layer()
    lazy = layer.copy(data=layer.data.map_blocks(fails, dtype="float32", meta=layer.data._meta))
    with pytest.raises(FileNotFoundError, match=r"input\.tif"):
        store.write_layer(KEY, lazy, RECIPE)


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
        "grid.tiling.TILE = 8\n"
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
    kept = kept_tiles(store)
    field.computed.clear()
    store.write_layer(KEY, field.layer(), RECIPE)
    assert 7 <= len(kept) <= 8  # the other thread may have been at work on its tile
    assert len(field.computed) == TILES - len(kept)
    assert list((store.root / "tmp").iterdir()) == []


def _environment() -> dict[str, str]:
    root = Path(__file__).parents[2]
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), *sys.path])}


def test_tiles_carry_a_checksum_of_their_own(store: Store, field: Field) -> None:
    store.write_layer(KEY, field.layer(), RECIPE)
    array = zarr.open_array(store.place(KEY) / "value.zarr", mode="r")
    (codec,) = array.compressors
    assert codec.to_dict() == {"name": "zstd", "configuration": {"level": 1, "checksum": True}}
    assert array.metadata.dimension_names == ("y", "x")
    assert np.isnan(array.fill_value)
