"""What the journal of an unfinished object holds, step by step, and how its files are opened."""

import fcntl
import hashlib
import json
import os
from pathlib import Path

import pytest

from siting.store import faults, files, unfinished
from siting.store.unfinished import Unfinished, claim, set_aside, sweep

KEY = "a" * 64
TILE = "layer/c/0/0"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def noted(tmp: Path) -> list[list[object]]:
    """Rows of the journal as another process would read them now."""
    return [json.loads(line) for line in (tmp / f"{KEY}.journal").read_text().splitlines()]


def tile(of: Unfinished, name: str, data: bytes) -> None:
    (of.folder / name).parent.mkdir(parents=True, exist_ok=True)
    of.write(name, data)


def test_each_file_stands_in_the_journal_as_soon_as_it_is_written(tmp_path: Path) -> None:
    with claim(tmp_path, KEY) as ours:
        assert (ours.folder, ours.private) == (tmp_path / KEY, False)
        tile(ours, TILE, b"abc")
        first = [TILE, 3, sha256(b"abc")]
        assert noted(tmp_path) == [first]
        tile(ours, "layer/c/0/1", b"")
        assert noted(tmp_path) == [first, ["layer/c/0/1", 0, sha256(b"")]]
        assert ours.files == {TILE: (3, sha256(b"abc")), "layer/c/0/1": (0, sha256(b""))}
    assert noted(tmp_path)[0] == first  # a tile stays, and its journal with it


def test_the_journal_is_written_anew_with_what_is_whole(tmp_path: Path) -> None:
    with claim(tmp_path, KEY) as ours:
        for name, data in ((TILE, b"abc"), ("layer/c/0/1", b"def"), ("zarr.json", b"{}")):
            tile(ours, name, data)
        (ours.folder / "layer/c/0/1").write_bytes(b"deX")
    with (tmp_path / f"{KEY}.journal").open("ab") as journal:
        journal.write(b'["layer/c/0/2", 1')  # a line that a crash tore
    with claim(tmp_path, KEY) as ours:
        ours.resume({})
        assert ours.files == {TILE: (3, sha256(b"abc"))}
        assert noted(tmp_path) == [[TILE, 3, sha256(b"abc")]]
        assert list(files.files_below(ours.folder)) == [TILE]
        tile(ours, "layer/c/0/1", b"def")
        assert [name for name, *_ in noted(tmp_path)] == [TILE, "layer/c/0/1"]


def test_nothing_whole_leaves_an_empty_journal(tmp_path: Path) -> None:
    with claim(tmp_path, KEY) as ours:
        tile(ours, TILE, b"abc")
        (ours.folder / TILE).write_bytes(b"abX")
    with claim(tmp_path, KEY) as ours:
        ours.resume({})
        assert (tmp_path / f"{KEY}.journal").read_bytes() == b""
        assert ours.files == {}
    assert list(tmp_path.iterdir()) == []  # a folder without tiles goes, and its journal


def test_the_journal_is_believed_before_a_claim(tmp_path: Path) -> None:
    with claim(tmp_path, KEY) as ours:
        tile(ours, TILE, b"abc")
        (ours.folder / "layer/c/0/1").write_bytes(b"def")
    with claim(tmp_path, KEY) as ours:
        ours.resume({TILE: (3, sha256(b"other")), "layer/c/0/1": (99, sha256(b"def"))})
        # The size is that of the file, whatever was claimed.
        assert ours.files == {TILE: (3, sha256(b"abc")), "layer/c/0/1": (3, sha256(b"def"))}


def test_each_change_of_the_journal_is_a_step_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[tuple[str, str]] = []
    monkeypatch.setattr(
        faults, "_due", [lambda kind, place: steps.append((kind, place.relative_to(tmp_path).name))]
    )
    journal = f"{KEY}.journal"
    with claim(tmp_path / "tmp", KEY) as ours:
        assert steps == [("mkdir", "tmp"), ("lock", journal), ("mkdir", KEY)]
        (ours.folder / "c").mkdir()
        (ours.folder / "x/c").mkdir(parents=True)
        steps.clear()
        ours.write("x/c/0", b"abc")
        assert steps == [
            ("write", "0"), ("half-write", "0"), ("fsync", "0"), ("rename", "0"),
            ("write", journal), ("half-write", journal),
        ]  # fmt: skip
        steps.clear()
        ours.resume({})
        assert steps == [("truncate", journal), ("write", journal), ("half-write", journal)]


def test_a_finished_folder_is_durable_before_and_after_its_rename(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "objects" / "aa" / KEY
    place.parent.mkdir(parents=True)
    steps: list[tuple[str, Path]] = []
    with claim(tmp_path / "tmp", KEY) as ours:
        tile(ours, "c/0", b"abc")
        monkeypatch.setattr(
            faults, "_due", [lambda kind, path: steps.append((kind, path.relative_to(tmp_path)))]
        )
        assert ours.finish(place)
        folder, parent = Path("tmp") / KEY, Path("objects/aa")
        assert steps == [
            ("fsync", folder / "c"), ("fsync", folder), ("rename", parent / KEY),
            ("fsync", parent), ("fsync", parent.parent),
        ]  # fmt: skip
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_rename_that_fails_where_nothing_stands_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, target: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(unfinished, "rename", refuse)
    with claim(tmp_path / "tmp", KEY) as ours:
        with pytest.raises(OSError, match="Input/output error"):
            ours.finish(tmp_path / "objects" / KEY)
        (tmp_path / "objects" / KEY).mkdir()
        assert not ours.finish(tmp_path / "objects" / KEY)


def test_a_second_claim_is_private_and_leaves_nothing(tmp_path: Path) -> None:
    with claim(tmp_path, KEY) as first:
        tile(first, TILE, b"abc")
        with claim(tmp_path, KEY) as second:
            assert second.private
            assert second.folder.name.startswith(f"{KEY}~")
            assert second.folder.parent == tmp_path
            tile(second, TILE, b"abc")
        assert sorted(path.name for path in tmp_path.iterdir()) == [KEY, f"{KEY}.journal"]


def test_sweeping_leaves_what_can_be_resumed_and_what_is_at_work(tmp_path: Path) -> None:
    with claim(tmp_path, KEY) as ours:
        tile(ours, TILE, b"abc")
        with claim(tmp_path, KEY) as second:
            sweep(tmp_path)
            assert second.folder.is_dir()
    sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [KEY, f"{KEY}.journal"]
    sweep(tmp_path / "never there")


def test_what_is_set_aside_is_out_of_sight_in_one_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "objects" / KEY
    place.mkdir(parents=True)
    (place / "file").touch()
    steps: list[tuple[str, Path]] = []
    monkeypatch.setattr(faults, "_due", [lambda kind, path: steps.append((kind, path))])
    set_aside(tmp_path / "tmp", place)
    (mkdir, folder), (rename, aside), (remove, gone) = steps
    assert (mkdir, rename, remove) == ("mkdir", "rename", "remove")
    assert (folder, gone) == (tmp_path / "tmp", aside)
    assert aside.name.startswith(f"{KEY}~")
    assert list((tmp_path / "tmp").iterdir()) == []
    assert not place.exists()
    set_aside(tmp_path / "tmp", place)  # another was faster


# --- how files are opened ------------------------------------------------------------------------


def test_a_lock_file_keeps_what_it_holds_and_grows_at_its_end(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b"old\n")
    stream = files.lock_file(path)
    assert stream is not None
    with stream:
        stream.seek(0)
        assert stream.read() == b"old\n"
        stream.seek(0)
        stream.write(b"new\n")
        stream.flush()
        assert path.read_bytes() == b"old\nnew\n"
        descriptor = stream.fileno()
        flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
        assert flags & os.O_ACCMODE == os.O_RDWR
        assert flags & os.O_APPEND
        # A process that this one starts does not hold the lock on.
        assert fcntl.fcntl(descriptor, fcntl.F_GETFD) & fcntl.FD_CLOEXEC


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o002, 0o664), (0o077, 0o600)])
def test_rights_of_a_new_lock_are_those_that_the_user_gives(
    tmp_path: Path, mask: int, mode: int
) -> None:
    before = os.umask(mask)
    try:
        stream = files.lock_file(tmp_path / "journal")
    finally:
        os.umask(before)
    assert stream is not None
    stream.close()
    assert (tmp_path / "journal").stat().st_mode & 0o777 == mode


def test_a_lock_whose_file_was_removed_meanwhile_is_taken_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, asked = tmp_path / "journal", []
    flock = fcntl.flock

    def removed_first(stream: object, how: int) -> None:
        asked.append(how)
        if len(asked) == 1:
            path.unlink()
        flock(stream, how)  # type: ignore[arg-type]

    monkeypatch.setattr(fcntl, "flock", removed_first)
    stream = files.lock_file(path)
    assert stream is not None
    with stream:
        assert asked == [fcntl.LOCK_EX | fcntl.LOCK_NB] * 2
        assert os.path.samestat(os.fstat(stream.fileno()), path.stat())


def test_a_file_is_written_beside_itself_unless_a_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Path] = []
    monkeypatch.setattr(files, "rename", lambda path, target: seen.append(path))
    (tmp_path / "by").mkdir()
    files.write_durably(tmp_path / "a", b"abc")
    files.write_durably(tmp_path / "a", b"abc", by=tmp_path / "by")
    files.write_whole(tmp_path / "a", b"abc", by=tmp_path / "new")
    assert [path.parent for path in seen] == [tmp_path, tmp_path / "by", tmp_path / "new"]
    assert all(path.name.startswith("~") and path.read_bytes() == b"abc" for path in seen)


def test_only_durable_files_wait_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda number: sizes.append(os.fstat(number).st_size))
    files.write_whole(tmp_path / "a", b"abc", by=tmp_path)
    assert sizes == []
    files.write_durably(tmp_path / "a", b"abc")
    assert sizes == [3]  # all bytes have left the process before the disk is waited for
