import errno
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from siting import findings
from siting.errors import LockedError, SitingError, StorageError
from siting.publish import find_run, latest, lock, publish, staging
from siting.store import sha256_file

MANIFEST = {"pipeline": "siting: 1", "inputs": {"a.tif": "00"}, "findings": []}
ROOT = Path(__file__).parents[1]


def published(out: Path, run_id: str = "0a", text: str = "map", **more: Any) -> Path:
    with lock(out), staging(out) as staged:
        (staged / "map.html").write_text(text)
        (staged / "tables").mkdir()
        (staged / "tables" / "candidates.csv").write_text("rank\n1\n")
        return publish(out, run_id, staged, {**MANIFEST, **more})


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_a_run_appears_with_its_files_and_a_manifest_of_them(tmp_path: Path) -> None:
    folder = published(tmp_path)
    assert folder == tmp_path / "runs" / "0a"
    assert (tmp_path / "latest" / "map.html").read_text() == "map"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["pipeline"] == MANIFEST["pipeline"]
    assert manifest["run"] == "0a"
    assert manifest["outputs"] == {
        name: {"bytes": (folder / name).stat().st_size, "sha256": sha256_file(folder / name)}
        for name in ("map.html", "tables/candidates.csv")
    }


def test_nothing_is_left_beside_runs_latest_and_lock(tmp_path: Path) -> None:
    published(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "latest", "runs"]
    assert (tmp_path / "latest").readlink() == Path("runs/0a")


def test_the_same_results_give_the_same_bytes_wherever_they_are(tmp_path: Path) -> None:
    one, other = published(tmp_path / "one"), published(tmp_path / "other" / "deep")
    assert tree(one) == tree(other)
    assert str(tmp_path) not in (one / "manifest.json").read_text()


def test_the_manifest_is_written_last(tmp_path: Path) -> None:
    folder = published(tmp_path)
    written = {path.name: path.stat().st_ctime_ns for path in folder.rglob("*") if path.is_file()}
    assert max(written, key=lambda name: (written[name], name == "manifest.json")) == (
        "manifest.json"
    )


def test_latest_moves_to_the_new_run_and_the_old_one_stays(tmp_path: Path) -> None:
    first, second = published(tmp_path, "0a"), published(tmp_path, "0b", "new")
    assert latest(tmp_path) == second
    assert (first / "map.html").read_text() == "map"


def written(folder: Path) -> dict[Path, tuple[int, ...]]:
    """What writing changes of files and folders; reading changes the time of access alone."""
    found = {path: path.stat() for path in folder.rglob("*")}
    return {
        path: (each.st_ino, each.st_mode, each.st_size, each.st_mtime_ns, each.st_ctime_ns)
        for path, each in found.items()
    }


def test_an_identical_run_is_used_again(tmp_path: Path) -> None:
    folder = published(tmp_path)
    before = written(folder)
    published(tmp_path, "0b")
    assert published(tmp_path) == folder
    assert written(folder) == before
    assert latest(tmp_path) == folder


@pytest.mark.parametrize("harm", ["edited", "missing", "manifest"])
def test_a_damaged_run_is_made_whole_and_the_user_is_told(tmp_path: Path, harm: str) -> None:
    folder = published(tmp_path)
    whole = tree(folder)
    if harm == "edited":
        (folder / "map.html").write_text("mop")
    elif harm == "missing":
        shutil.rmtree(folder / "tables")
    else:
        (folder / "manifest.json").write_text('{"digest": "0"}')
    with findings.collect() as found:
        assert published(tmp_path) == folder
    assert [each.code for each in found] == ["RUN_REPAIRED"]
    assert tree(folder) == whole


def test_other_results_of_the_same_id_do_not_replace_the_first(tmp_path: Path) -> None:
    first = published(tmp_path)
    with findings.collect() as found:
        second = published(tmp_path, text="other")
    assert [each.code for each in found] == ["RUN_DIFFERS"]
    assert second != first
    assert (first / "map.html").read_text() == "map"
    assert latest(tmp_path) == second
    assert second.name.startswith("0a-")
    with lock(tmp_path):
        assert find_run(tmp_path, "0a") == second  # the newest of the two


def test_find_run_gives_a_whole_run_and_points_latest_to_it(tmp_path: Path) -> None:
    folder = published(tmp_path, "0a")
    published(tmp_path, "0b")
    with lock(tmp_path):
        assert find_run(tmp_path, "0a") == folder
    assert latest(tmp_path) == folder
    assert find_run(tmp_path, "0") is None
    assert find_run(tmp_path / "nowhere", "0a") is None


@pytest.mark.parametrize("verify", [False, True])
@pytest.mark.parametrize("name", ["map.html", "manifest.json"])
def test_find_run_refuses_an_edited_run(tmp_path: Path, name: str, verify: bool) -> None:
    folder = published(tmp_path)
    before = (folder / name).stat()
    data = bytearray((folder / name).read_bytes())
    data[1] ^= 1
    (folder / name).write_bytes(data)
    os.utime(folder / name, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert find_run(tmp_path, "0a", verify=verify) is None


def test_find_run_reads_files_that_were_only_touched(tmp_path: Path) -> None:
    folder = published(tmp_path)
    (folder / "map.html").touch()
    assert find_run(tmp_path, "0a") == folder


def test_a_second_run_is_refused_and_told_of_the_first(tmp_path: Path) -> None:
    with (
        lock(tmp_path),
        pytest.raises(LockedError, match=f"process {os.getpid()} on ") as caught,
        lock(tmp_path),
    ):
        pass
    assert caught.value.exit_code == 75
    with lock(tmp_path):
        pass


HOLDER = """
import sys
import threading
from pathlib import Path
from siting.publish import lock
with lock(Path(sys.argv[1])):
    (Path(sys.argv[1]) / ".staging" / "half").mkdir(parents=True)
    print("locked", flush=True)
    sys.stdin.read()
"""


def test_a_lock_ends_with_its_process_and_leftovers_are_removed(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path], cwd=ROOT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "locked\n"
        with pytest.raises(LockedError, match=f"RUN_LOCKED(.|\n)*process {holder.pid}"):
            published(tmp_path)
        holder.kill()
        holder.wait()
    assert (tmp_path / ".staging" / "half").is_dir()
    published(tmp_path)
    assert not (tmp_path / ".staging").exists()


def test_a_folder_that_cannot_be_written_is_a_storage_error(tmp_path: Path) -> None:
    # Below a plain file nobody can make a folder, whatever their rights.
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "out"):
        with pytest.raises(StorageError, match="NOT_WRITABLE"):
            published(out)


def test_a_read_only_folder_is_a_storage_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Rights do not stop root, so the system's answer to others is put into its mouth.
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(StorageError, match=r"NOT_WRITABLE(.|\n)*Read-only file system"):
        published(tmp_path / "out")


@pytest.mark.parametrize("moment", range(7))  # one for each time that the disk is waited for
def test_a_full_disk_leaves_the_latest_run_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    published(tmp_path, "0a")
    before = tree(tmp_path / "runs")
    calls = 0
    fsync = os.fsync

    def full(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls > moment:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StorageError, match="DISK_FULL"):
            published(tmp_path, "0b", "new")
    # Once the folder is renamed into place it is whole, and only latest's own entry may not last.
    assert latest(tmp_path) in (tmp_path / "runs" / "0a", tmp_path / "runs" / "0b")
    assert {name: data for name, data in tree(tmp_path / "runs").items() if "0a" in name} == before
    folder = published(tmp_path, "0b", "new")
    assert latest(tmp_path) == folder
    assert not (tmp_path / ".staging").exists()


def test_an_error_while_writing_leaves_nothing_behind(tmp_path: Path) -> None:
    def failing() -> None:
        with lock(tmp_path), staging(tmp_path) as staged:
            (staged / "half").write_text("")
            raise SitingError("BAD", "no")

    with pytest.raises(SitingError, match="BAD"):
        failing()
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_latest_is_a_text_file_where_there_are_no_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")  # what symlink says on FAT

    with monkeypatch.context() as patch:
        patch.setattr(os, "symlink", refuse)
        published(tmp_path, "0a")
        folder = published(tmp_path, "0b")
    assert (tmp_path / "latest.txt").read_text() == "runs/0b\n"
    assert latest(tmp_path) == folder
    folder = published(tmp_path, "0c")
    assert latest(tmp_path) == folder
    assert not (tmp_path / "latest.txt").exists()


def test_a_folder_named_latest_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()
    with pytest.raises(StorageError, match="PATH_IN_THE_WAY"):
        published(tmp_path)
    assert (tmp_path / "latest").is_dir()


def test_there_is_no_latest_run_at_first(tmp_path: Path) -> None:
    assert latest(tmp_path) is None


def test_a_manifest_that_json_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="NOT_JSON"):
        published(tmp_path, figures=float("nan"))
    assert latest(tmp_path) is None


def test_a_run_that_is_refused_is_not_told_of_one_that_died(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    with lock(tmp_path):
        mine = (tmp_path / ".lock").read_bytes()
        stale = mine.replace(str(os.getpid()).encode(), str(dead.pid).encode())
        (tmp_path / ".lock").write_bytes(stale)
        signed = threading.Timer(0.3, (tmp_path / ".lock").write_bytes, [mine])
        signed.start()
        with pytest.raises(LockedError, match=f"process {os.getpid()} on"), lock(tmp_path):
            pass
        signed.join()


def test_a_lock_that_nobody_signs_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("siting.publish._SIGNING", 0.1)
    with lock(tmp_path):
        (tmp_path / ".lock").write_bytes(b"")
        with pytest.raises(LockedError, match="a process that has just begun"), lock(tmp_path):
            pass


def test_a_run_that_ended_leaves_no_name_in_the_lock(tmp_path: Path) -> None:
    published(tmp_path)
    assert (tmp_path / ".lock").read_bytes() == b""


def test_a_lack_of_memory_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    def failing() -> None:
        with lock(tmp_path), staging(tmp_path) as staged:
            (staged / "half").write_text("")
            raise MemoryError("Unable to allocate 80 GiB")

    published(tmp_path)
    with pytest.raises(StorageError, match=r"MEMORY_FULL(.|\n)*Unable to allocate"):
        failing()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "latest", "runs"]


@pytest.mark.parametrize(
    ("free", "error", "said"),
    [
        (0, RuntimeError("no such table: gpkg_contents"), "DISK_FULL"),  # GDAL, on a full disk
        (0, OSError("Write failed"), "DISK_FULL"),  # rasterio, on a full disk
        (2**40, OSError("Write failed"), "STORAGE_FAILED"),
        (2**40, OSError("errno 28: No space left on device"), "DISK_FULL"),  # pyarrow, a quota
        (0, OSError(errno.EACCES, "Permission denied"), "NOT_WRITABLE"),
    ],
)
def test_a_writer_that_fails_on_a_full_disk_is_not_a_bug(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, error: Exception, said: str
) -> None:
    usage = shutil._ntuple_diskusage(2**41, 2**41 - free, free)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(StorageError, match=said), lock(tmp_path), staging(tmp_path):
        raise error


def test_a_bug_of_a_writer_stays_one(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="score"), lock(tmp_path), staging(tmp_path):
        raise KeyError("score")
