import errno
import os
import time

import pytest

from siting.errors import LockedError
from siting.store import Store, files, gc, object_key

from .conftest import KEY, RECIPE, Field


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


def test_an_object_of_a_read_only_store_can_be_used(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = aged(store, 1, days=40)

    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "utime", refuse)
    monkeypatch.setattr(os, "replace", refuse)
    assert store.read_model(key) == b"x" * 1000


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


@pytest.mark.parametrize(("age", "moves"), [(86_390, False), (86_460, True)])
def test_use_is_noted_to_the_day(store: Store, age: float, moves: bool) -> None:
    key = aged(store, 1, days=age / 86_400)
    before = store.place(key).stat().st_mtime
    store.read_model(key)
    assert (store.place(key).stat().st_mtime > before) is moves
