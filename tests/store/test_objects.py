import errno
import json
import threading
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from siting.errors import StorageError
from siting.store import Store, default_root, files, sealed
from siting.store.unfinished import claim

from .conftest import KEY, RECIPE, TILES, Field, damage, tiles_of, tree


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
        rows = sealed.decode(each.read_bytes())
        status = path.stat()
        rows["value.zarr/c/0/0"][3:5] = [status.st_mtime_ns, status.st_ctime_ns]
        each.write_bytes(sealed.encode(rows))
    assert Store(store.root).has(KEY)
    assert not Store(store.root, verify=True).has(KEY)


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


def test_a_store_that_cannot_be_written_is_a_storage_error(tmp_path: Path) -> None:
    # Below a plain file nobody can make a folder, whatever their rights.
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="NOT_WRITABLE"):
        Store(tmp_path / "file" / "store").write_record(KEY, {}, RECIPE)


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


def test_a_home_that_nobody_has_is_a_storage_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")  # what pathlib says

    monkeypatch.setenv("XDG_CACHE_HOME", "")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "expanduser", refuse)
        for named in ("", "~nobody/store"):
            patch.setenv("SITING_STORE", named)
            with pytest.raises(StorageError, match=r"HOME_UNKNOWN(.|\n)*set SITING_STORE"):
                default_root()
    monkeypatch.setenv("SITING_STORE", "")
    monkeypatch.setenv("HOME", "relative")  # would make it a folder of the working directory
    with pytest.raises(StorageError, match="HOME_UNKNOWN"):
        default_root()


@pytest.mark.parametrize("form", ["frame", "record", "model"])
def test_a_small_part_is_hashed_when_it_is_read(
    store: Store, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    values = {"frame": pd.DataFrame({"a": [1.0]}), "record": {"a": 1}, "model": b"model"}
    store.write(KEY, {"value": values[form]}, RECIPE)
    (path,) = store.place(KEY).glob("value.*")
    before = store.manifest(KEY)
    damage(path)
    monkeypatch.setattr(store, "manifest", lambda key: before)  # as a disk that lost a bit does
    with pytest.raises(StorageError, match=r"OBJECT_DAMAGED(.|\n)*--verify"):
        store.read(KEY)


def test_a_store_that_is_a_file_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("")
    with pytest.raises(StorageError, match=r"NOT_WRITABLE(.|\n)*SITING_STORE"):
        Store(tmp_path / "store").write_record(KEY, {}, RECIPE)


def test_a_read_only_store_is_read_and_refuses_what_is_new(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write_record(KEY, {"a": 1}, RECIPE)
    # Rights do not stop root, so the system's answer to others is put into its mouth.
    monkeypatch.setattr(files.faults, "_due", [_refuse])
    again = Store(store.root)
    assert again.read_record(KEY) == {"a": 1}
    recipe = {"another": "recipe"}
    with pytest.raises(StorageError, match=r"NOT_WRITABLE(.|\n)*SITING_STORE"):
        again.write_record(store.key(recipe), {}, recipe)


def _refuse(kind: str, place: Path) -> None:
    raise OSError(errno.EROFS, "Read-only file system")


def test_a_journal_that_lost_a_bit_does_not_reach_the_manifest(
    store: Store, field: Field, tmp_path: Path
) -> None:
    Store(tmp_path / "other", workers=2).write_layer(KEY, field.layer(), RECIPE)
    field.fails_after, field.computed = 5, []
    with pytest.raises(RuntimeError, match="stopped in the middle"):
        store.write_layer(KEY, field.layer(), RECIPE)
    journal = store.root / "tmp" / f"{KEY}.journal"
    rows = [json.loads(line) for line in journal.read_text().splitlines()]
    journal.write_text("".join(json.dumps([name, 7, digest]) + "\n" for name, _, digest in rows))
    field.fails_after = None
    store.write_layer(KEY, field.layer(), RECIPE)
    assert tree(store.root / "objects") == tree(tmp_path / "other" / "objects")


def test_a_result_that_does_not_read_back_is_an_error(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(store, "_whole", lambda key, *, again=False: asked.append((key, again)))
    monkeypatch.setattr(store, "_commit", lambda *_: None)
    with pytest.raises(StorageError, match="STORAGE_FAILED") as caught:
        store.write(KEY, {"value": b"x"}, RECIPE)
    assert caught.value.where == str(store.place(KEY))
    assert asked[-1] == (KEY, True)


def test_what_another_writer_finished_meanwhile_is_not_written_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([False, True])
    monkeypatch.setattr(store, "has", lambda _: next(answers))
    store.write(KEY, {"value": b"x"}, RECIPE)
    assert not store.place(KEY).exists()


def test_a_damaged_object_is_set_aside_where_another_stands_in_its_place(
    store: Store, field: Field
) -> None:
    store.write_layer(KEY, field.layer(), RECIPE)
    damage(store.place(KEY) / "manifest.json")
    with claim(store.root / "tmp", KEY):  # another writer has the key's own folder
        field.computed.clear()
        store.write_layer(KEY, field.layer(), RECIPE)
    assert len(field.computed) == TILES
    np.testing.assert_array_equal(store.read_layer(KEY), field.cells)


def test_a_folder_for_a_run_is_gone_with_it(store: Store) -> None:
    with store.own_folder() as folder:
        assert folder.parent == store.root / "tmp"
        (folder / "a").write_bytes(b"x")
    assert not folder.exists()
