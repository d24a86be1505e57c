import os
from pathlib import Path

import pytest

from siting.errors import InputError
from siting.store import Store, seen, sha256_file


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that are read to be hashed."""
    names: list[str] = []
    read = seen._hash_steadily

    def noted(path: Path) -> list[object]:
        names.append(path.name)
        return read(path)

    monkeypatch.setattr(seen, "_hash_steadily", noted)
    return names


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that were just written count as unchanged for long."""
    monkeypatch.setattr("siting.store.objects.SETTLING", 0)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "heat flow.tif"
    path.write_bytes(b"abc")
    return path


# FIPS 180-4, example for the message "abc"
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_the_digest_of_a_file_is_its_sha256(store: Store, source: Path) -> None:
    assert store.file_digest(source) == ABC


def test_an_unchanged_file_is_read_once(
    store: Store, source: Path, hashed: list[str], settled: None
) -> None:
    for _ in range(3):
        assert Store(store.root).file_digest(source) == ABC
    assert hashed == ["heat flow.tif"]


def test_verify_reads_again(store: Store, source: Path, hashed: list[str], settled: None) -> None:
    store.file_digest(source)
    store.file_digest(source, verify=True)
    Store(store.root, verify=True).file_digest(source)
    assert len(hashed) == 3


def test_an_edit_that_restores_size_and_time_is_noticed(
    store: Store, source: Path, settled: None
) -> None:
    before = source.stat()
    store.file_digest(source)
    source.write_bytes(b"abd")
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (source.stat().st_size, source.stat().st_mtime_ns) == (3, before.st_mtime_ns)
    assert store.file_digest(source) == sha256_file(source) != ABC


def test_a_file_changed_a_moment_ago_is_not_trusted_to_stay(
    store: Store, source: Path, hashed: list[str]
) -> None:
    store.file_digest(source)
    store.file_digest(source)
    assert len(hashed) == 2


def test_a_file_put_in_the_place_of_another_is_noticed(
    store: Store, source: Path, settled: None
) -> None:
    store.file_digest(source)
    other = source.with_name("other")
    other.write_bytes(b"xyz")
    other.replace(source)
    assert store.file_digest(source) == sha256_file(source)


def test_losing_what_was_seen_costs_only_reading(store: Store, source: Path, settled: None) -> None:
    store.file_digest(source)
    for path in (store.root / "seen").iterdir():
        path.write_bytes(b"\x00\x00")
    assert store.file_digest(source) == ABC


def test_a_folder_has_the_digest_of_all_its_files(
    store: Store, tmp_path: Path, settled: None
) -> None:
    folder = tmp_path / "input.zarr"
    (folder / "c" / "0").mkdir(parents=True)
    (folder / "zarr.json").write_text("{}")
    (folder / "c" / "0" / "0").write_bytes(b"tile")
    first = store.file_digest(folder)
    assert store.file_digest(folder) == first
    (folder / "c" / "0" / "1").write_bytes(b"tile")
    more = store.file_digest(folder)
    (folder / "c" / "0" / "0").rename(folder / "c" / "0" / "2")
    assert len({first, more, store.file_digest(folder)}) == 3


def test_a_shapefile_has_the_digest_of_its_parts_and_of_nothing_else(
    store: Store, tmp_path: Path, settled: None
) -> None:
    path = tmp_path / "faults.shp"
    for suffix in (".shp", ".shx", ".dbf", ".prj"):
        path.with_suffix(suffix).write_text(suffix)
    first = store.file_digest(path)
    path.with_suffix(".txt").write_text("notes")
    (tmp_path / "faults2.dbf").write_text("another")
    assert store.file_digest(path) == first
    path.with_suffix(".DBF").write_text("attributes")
    assert store.file_digest(path) != first


def test_a_missing_input_is_an_input_error(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"FILE_MISSING(.|\n)*nowhere\.tif"):
        store.file_digest(tmp_path / "nowhere.tif")


def test_a_file_that_changes_while_it_is_read_is_an_input_error(
    store: Store, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hashlib

    digest = hashlib.file_digest

    def slow(stream: object, name: str) -> object:
        found = digest(stream, name)
        with source.open("ab") as other:
            other.write(b"more")
        return found

    monkeypatch.setattr(hashlib, "file_digest", slow)
    with pytest.raises(InputError, match="INPUT_CHANGED"):
        store.file_digest(source)


def test_what_was_seen_and_lost_a_bit_is_not_believed(
    store: Store, source: Path, settled: None
) -> None:
    store.file_digest(source)
    (path,) = (store.root / "seen").iterdir()
    data = path.read_bytes()
    assert data.count(ABC.encode()) == 1
    path.write_bytes(data.replace(ABC.encode(), b"0" + ABC[1:].encode()))
    assert store.file_digest(source) == ABC


def test_nothing_is_left_where_a_file_was_on_its_way(store: Store, source: Path) -> None:
    (store.root / "tmp").mkdir(parents=True)
    (store.root / "tmp" / "~0123").write_bytes(b"half")
    Store(store.root)
    assert list((store.root / "tmp").iterdir()) == []
