"""Where the store's limits lie exactly, and what it says of each place where it stops."""

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from siting import findings, publish
from siting.errors import InputError, LockedError, SitingError, StorageError
from siting.store import Store, canonical, digest, files, gc, object_key, sealed, seen, space
from siting.store.code import Remembered
from siting.store.memory import within_memory
from siting.store.unfinished import abandon, claim

from .conftest import KEY, RECIPE, Field, kept_tiles

DAY = 86_400.0


def said(error: SitingError) -> dict[str, str]:
    """What an error says, but for what it does not say."""
    return {name: text for name, text in error.as_dict().items() if text and name != "code"}


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 byte"), (999, "999 byte"), (1000, "1.0 kB"), (999_949, "999.9 kB"),
     (10**6, "1.0 MB"), (10**9, "1.0 GB"), (2 * 10**9, "2.0 GB")],
)  # fmt: skip
def test_sizes_are_told_in_units_of_thousands(count: int, text: str) -> None:
    assert space._size(count) == text


@pytest.mark.parametrize(
    ("free", "total", "full"),
    [
        (16 * 1024**2 + 99, 2**40, True),  # 16 MiB, and what was written
        (16 * 1024**2 + 100, 2**40, False),
        (0, 1, True),
        (0, 0, False),  # a file system that does not tell
    ],
)
def test_a_disk_is_nearly_full_below_sixteen_mebibytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, total: int, full: bool
) -> None:
    usage = SimpleNamespace(total=total, free=free)
    monkeypatch.setattr(space.shutil, "disk_usage", lambda path: usage)
    assert space.nearly_full(tmp_path, 100) is full


def test_a_disk_that_cannot_be_asked_is_not_called_full() -> None:
    assert space.nearly_full(Path("/nowhere/at/all"), 0) is False


@pytest.mark.parametrize("days", [0.0, 1.0, 2.0, 30.0])
def test_gc_keeps_for_so_many_days_and_two_at_least(store: Store, days: float) -> None:
    kept, gone = object_key({"n": 1}), object_key({"n": 2})
    for key, number, age in ((kept, 1, -0.01), (gone, 2, 0.01)):
        store.write_model(key, b"x", {"n": number})
        then = time.time() - (max(days, 2.0) + age) * DAY
        os.utime(store.place(key), (then, then))
    assert gc(store, days=days) == [gone]
    assert store.stored_keys() == [kept]


def test_gc_without_a_limit_removes_nothing(store: Store) -> None:
    store.write_model(KEY, b"x", RECIPE)
    os.utime(store.place(KEY), (0, 0))
    assert gc(store) == []


def test_gc_by_size_keeps_small_objects_behind_a_large_one(store: Store) -> None:
    def stored(number: int, size: int) -> str:
        key = object_key({"n": number})
        store.write_model(key, b"x" * size, {"n": number})
        then = time.time() - (10 + number) * DAY
        os.utime(store.place(key), (then, then))
        return key

    first, large, small = stored(1, 10), stored(2, 100_000), stored(3, 10)
    assert gc(store, keep_bytes=50_000) == [large]
    assert store.stored_keys() == sorted([first, small])


def test_a_cleared_store_says_who_stands_in_the_way(store: Store) -> None:
    store.root.mkdir()
    with files.lock_file(store.root / ".gc.lock"), pytest.raises(LockedError, match=".") as caught:
        gc(store)
    assert said(caught.value) == {
        "message": "another process is clearing the store",
        "where": str(store.root),
        "fix": "wait until it is done",
    }
    assert gc(store) == []  # the lock is given back


def test_only_what_was_left_before_is_abandoned(store: Store, field: Field) -> None:
    field.fails_after = 3
    with pytest.raises(RuntimeError, match="stopped in the middle"):
        store.write_layer(KEY, field.layer(), RECIPE)
    tmp = store.root / "tmp"
    os.utime(tmp / f"{KEY}.journal", (1000, 1000))
    abandon(tmp, before=1000)
    assert kept_tiles(store)
    with claim(tmp, KEY):  # a living writer has it
        os.utime(tmp / f"{KEY}.journal", (1000, 1000))
        abandon(tmp, before=1001)
        assert (tmp / KEY).is_dir()
    (tmp / KEY).mkdir(exist_ok=True)
    (tmp / f"{KEY}.journal").touch()
    os.utime(tmp / f"{KEY}.journal", (1000, 1000))
    abandon(tmp, before=1001)
    assert list(tmp.iterdir()) == []


@pytest.fixture
def restless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Path]:
    """A file that changes so many times while it is read."""
    path = tmp_path / "a.tif"
    path.write_bytes(b"a")
    digest = seen.hashlib.file_digest
    left = [0]

    def slow(stream: object, name: str) -> object:
        found = digest(stream, name)
        if left[0]:
            left[0] -= 1
            with path.open("ab") as other:
                other.write(b"more")
        return found

    def changing(times: int) -> Path:
        left[0] = times
        return path

    monkeypatch.setattr(seen.hashlib, "file_digest", slow)
    return changing


def test_a_file_is_read_three_times_before_it_is_given_up(
    store: Store, restless: Callable[[int], Path]
) -> None:
    path = restless(2)
    assert store.file_digest(path) == files.sha256_file(path)
    with pytest.raises(InputError, match="INPUT_CHANGED") as caught:
        store.file_digest(restless(3))
    assert said(caught.value) == {
        "message": "the file changes while it is read",
        "where": str(path),
        "fix": "run again when nothing writes to it",
    }


def test_a_file_whose_times_lie_ahead_is_not_trusted_to_stay(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(b"a")
    monkeypatch.setattr("siting.store.objects.SETTLING", 0)
    read: list[str] = []
    steadily = seen._hash_steadily
    monkeypatch.setattr(seen, "_hash_steadily", lambda p: read.append(p.name) or steadily(p))
    for _ in range(2):
        store.file_digest(path)
    assert len(read) == 1
    os.utime(path, (time.time() + 1000, time.time() + 1000))
    for _ in range(2):
        store.file_digest(path)
    assert len(read) == 3
    assert seen.SETTLING == 2 * 10**9  # FAT keeps times to two seconds


def test_an_object_in_the_place_of_another_is_not_it(store: Store) -> None:
    store.write_record(KEY, {"a": 1}, RECIPE)
    other = object_key({"another": "recipe"})
    store.place(other).parent.mkdir(parents=True)
    store.place(KEY).rename(store.place(other))
    assert not store.has(other)
    with pytest.raises(StorageError, match="OBJECT_MISSING") as caught:
        store.manifest(other)
    assert said(caught.value) == {
        "message": "a stored result is missing or damaged",
        "where": str(store.root / "objects" / other[:2] / other),
        "fix": "run again: it is then computed anew",
    }


@pytest.mark.parametrize("key", ["", "0" * 63, "0" * 65, "G" * 64, "A" * 64, "0" * 64 + "\n"])
def test_a_key_is_64_small_hex_digits(store: Store, key: str) -> None:
    with pytest.raises(StorageError, match="KEY_INVALID") as caught:
        store.place(key)
    assert (caught.value.found, caught.value.wanted) == (key, "64 hex digits")


def test_parts_are_named_in_order_and_the_first_is_read(store: Store) -> None:
    store.write(KEY, {"b": {"x": 1}, "a": b"model"}, RECIPE)
    assert list(store.parts(KEY).items()) == [("b", "record"), ("a", "model")]
    assert store.read(KEY) == {"x": 1}
    assert store.read(KEY, "a") == store.read_model(KEY, "a") == b"model"


@pytest.mark.parametrize(
    ("part", "form", "wanted"),
    [("c", None, "c (None)"), ("a", "record", "a (record)"), (None, "model", "the first (model)")],
)
def test_a_part_that_is_not_there_is_told_with_those_that_are(
    store: Store, part: str | None, form: str | None, wanted: str
) -> None:
    store.write(KEY, {"b": {"x": 1}, "a": b"model"}, RECIPE)
    with pytest.raises(StorageError, match="PART_MISSING") as caught:
        store.read(KEY, part, form)
    assert said(caught.value) == {
        "message": "a stored result has no such part", "where": str(store.place(KEY)),
        "found": "b (record), a (model)", "wanted": wanted,
    }  # fmt: skip


def test_use_is_noted_to_the_day(store: Store) -> None:
    store.write_record(KEY, {"a": 1}, RECIPE)
    for age, noted in ((0.99, False), (1.01, True)):
        then = time.time() - age * DAY
        os.utime(store.place(KEY), (then, then))
        store.read_record(KEY)
        assert (store.place(KEY).stat().st_mtime > then + 1000) is noted


@pytest.mark.parametrize(
    ("value", "where", "found"),
    [
        ({"a": {"b": [0, float("inf")]}}, "value.a.b[1]", "inf (float)"),
        ({1: 2}, "value", "{1: 2} (dict)"),
        (b"x" * 100, "value", "b'" + "x" * 78 + " (bytes)"),
    ],
)
def test_what_json_cannot_hold_is_told_by_its_place(value: object, where: str, found: str) -> None:
    with pytest.raises(StorageError, match="NOT_JSON") as caught:
        canonical(value)
    assert (caught.value.where, caught.value.found) == (where, found)


@pytest.mark.parametrize("place", range(0, 90, 3))
def test_a_bit_lost_anywhere_is_noticed(place: int) -> None:
    data = bytearray(sealed.encode({"key": "0a"}))
    data[place % len(data)] ^= 1
    assert sealed.decode(bytes(data)) is None
    assert sealed.decode(sealed.encode({"key": "0a"})[:-1]) is None
    assert sealed.decode(sealed.encode({"key": "0a"}) + b"\n") is None


def test_what_is_remembered_of_a_module_is_by_its_source(tmp_path: Path) -> None:
    known = Remembered(tmp_path / "code.json")
    known.put("a.b", "00", ("digest", ("x", "y")))
    assert known.get("a.b", "00") == ("digest", ("x", "y"))
    assert known.get("a.b", "01") is None
    assert known.get("a", "00") is None
    known.save()
    known.save()
    before = (tmp_path / "code.json").stat().st_mtime_ns, (tmp_path / "code.json").stat().st_ino
    known.save()
    status = (tmp_path / "code.json").stat()
    assert (status.st_mtime_ns, status.st_ino) == before  # nothing new, nothing written
    assert [each.name for each in tmp_path.iterdir()] == ["code.json"]


@pytest.mark.parametrize("row", ["text", ["00", "d"], ["00", "d", [], 1], None])
def test_a_row_of_another_shape_is_not_believed(tmp_path: Path, row: object) -> None:
    known = Remembered(tmp_path / "code.json")
    known.put("a", "00", ("d", ()))
    (name,) = known._rows
    known._rows[name] = row
    assert known.get("a", "00") is None


def test_a_lack_of_memory_keeps_its_cause_and_other_errors_pass() -> None:
    with pytest.raises(StorageError, match="MEMORY_FULL") as caught, within_memory("here"):
        raise MemoryError
    assert (caught.value.where, caught.value.found) == ("here", "MemoryError")
    assert isinstance(caught.value.__cause__, MemoryError)
    with pytest.raises(StorageError, match="MEMORY_FULL") as caught, within_memory("here"):
        raise RuntimeError("can't start new thread")
    assert caught.value.found == "can't start new thread"
    assert isinstance(caught.value.__cause__, RuntimeError)
    with pytest.raises(RuntimeError, match="^another$"), within_memory("here"):
        raise RuntimeError("another")


FULL = "free some space and run again: finished work is kept"
PERMISSIONS = (
    "choose another with --out (results) or SITING_STORE (stored values), or change its permissions"
)


@pytest.mark.parametrize(
    ("names", "code", "fix"),
    [
        ("ENOSPC EDQUOT EFBIG", "DISK_FULL", FULL),
        ("EACCES EPERM EROFS ENOTDIR EEXIST EISDIR ENAMETOOLONG ELOOP", "NOT_WRITABLE",
         PERMISSIONS),
        ("EIO EMFILE ENOENT", "STORAGE_FAILED",
         "check the disk and run again: finished work is kept"),
    ],
)  # fmt: skip
def test_each_error_of_the_system_has_its_code(names: str, code: str, fix: str) -> None:
    for name in names.split():
        number = getattr(errno, name)
        error = OSError(number, os.strerror(number))
        with pytest.raises(StorageError, match=code) as caught, files.storing(Path("out")):
            raise error
        assert (caught.value.where, caught.value.found) == ("out", os.strerror(number))
        assert caught.value.fix == fix
        assert caught.value.__cause__ is error
    with pytest.raises(StorageError, match="STORAGE_FAILED") as caught, files.storing(Path("out")):
        raise OSError("words alone")
    assert caught.value.found == "words alone"


def test_a_file_that_fails_on_its_way_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    # printf abc | sha256sum
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert files.write_durably(path, b"abc") == abc

    def refuse(self: Path, target: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="Input/output error"):
        files.write_durably(path, b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["a"]
    assert path.read_bytes() == b"abc"


def test_a_link_is_removed_and_not_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").touch()
    (tmp_path / "link").symlink_to("folder", target_is_directory=True)
    (tmp_path / "dangling").symlink_to("nowhere")
    for name in ("link", "dangling", "never there"):
        files.remove(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
    files.remove(tmp_path / "folder")
    assert list(tmp_path.iterdir()) == []


def test_a_lock_is_never_taken_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("kept")
    (tmp_path / ".lock").symlink_to("precious")
    with pytest.raises(StorageError, match="PATH_IN_THE_WAY") as caught:
        files.lock_file(tmp_path / ".lock")
    assert said(caught.value) == {
        "message": "a link stands where siting writes",
        "where": str(tmp_path / ".lock"),
        "wanted": "a folder that holds nothing but what siting made",
        "fix": "remove the link, or choose another folder",
    }
    assert isinstance(caught.value.__cause__, OSError)
    assert (tmp_path / "precious").read_text() == "kept"


def test_a_lock_is_had_by_one_and_again_when_it_is_closed(tmp_path: Path) -> None:
    first = files.lock_file(tmp_path / ".lock")
    assert first is not None
    assert files.lock_file(tmp_path / ".lock") is None
    first.close()
    again = files.lock_file(tmp_path / ".lock")
    assert again is not None
    again.close()


@pytest.mark.parametrize("name", [".staging", "runs"])
def test_results_are_never_written_through_a_link(tmp_path: Path, name: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).symlink_to(tmp_path / "elsewhere")
    with (
        pytest.raises(StorageError, match="PATH_IN_THE_WAY") as caught,
        publish.lock(tmp_path / "out"),
    ):
        pass
    assert caught.value.where == str(tmp_path / "out" / name)


def run(out: Path, name: str, text: str = "map") -> Path:
    with publish.lock(out), publish.staging(out) as staged:
        (staged / "map.html").write_text(text)
        return publish.publish(out, name, staged, {"title": "a"})


def test_the_newest_of_several_of_one_id_comes_first_then_by_name(tmp_path: Path) -> None:
    first = run(tmp_path, "0a")
    with findings.collect() as found:
        other = run(tmp_path, "0a", "other")
    (told,) = found
    assert (told.code, told.severity, told.where) == ("RUN_DIFFERS", "warning", str(first))
    assert (len(told.found), len(told.wanted)) == (64, 64)
    assert other.name == f"0a-{told.found[:8]}"
    run(tmp_path, "0ab")  # another id that begins alike
    assert publish.find_run(tmp_path, "0a") == first
    assert publish.latest(tmp_path) == first
    (first / "map.html").unlink()
    assert publish.find_run(tmp_path, "0a") == other
    assert publish.latest(tmp_path) == other


def test_latest_is_none_where_its_folder_is_gone(tmp_path: Path) -> None:
    folder = run(tmp_path, "0a")
    (folder / "map.html").unlink()
    (folder / "manifest.json").unlink()
    folder.rmdir()
    assert publish.latest(tmp_path) is None
    (tmp_path / "latest").unlink()
    (tmp_path / "latest.txt").write_text("runs/0b\n")
    assert publish.latest(tmp_path) is None
    (tmp_path / "latest.txt").write_text("x" * 5000)
    assert publish.latest(tmp_path) is None


@pytest.mark.parametrize("verify", [False, True])
@pytest.mark.parametrize("name", ["a.html", "b.html", "c.html"])
def test_each_file_of_a_run_is_looked_at(tmp_path: Path, name: str, verify: bool) -> None:
    with publish.lock(tmp_path), publish.staging(tmp_path) as staged:
        for each in ("a.html", "b.html", "c.html"):
            (staged / each).write_text("map")
        folder = publish.publish(tmp_path, "0a", staged, {"title": "a"})
    assert publish.find_run(tmp_path, "0a", verify=verify) == folder
    (folder / name).write_text("mop")
    assert publish.find_run(tmp_path, "0a", verify=verify) is None


def test_no_library_whose_version_counts_is_misspelt() -> None:
    # What is not installed is left out without a word; numba is optional.
    assert set(digest._LIBRARIES) - digest.library_versions().keys() <= {"numba"}
