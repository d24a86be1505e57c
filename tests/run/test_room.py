"""Disk and memory are looked at before anything is computed."""

import shutil
from pathlib import Path

import pytest

from siting.check import check_file
from siting.errors import StorageError
from siting.estimate import estimate_plan
from siting.run import room, run_plan
from siting.store import Store

from .. import small_world

GB = 10**9


@pytest.fixture
def plan(tmp_path, monkeypatch):
    """The plan of the small world, and a store of its own."""
    monkeypatch.setenv("SITING_STORE", str(tmp_path / "store"))
    return check_file(small_world.make(tmp_path / "world"))


def test_a_run_without_memory_is_refused_before_it_begins(plan, tmp_path, monkeypatch):
    monkeypatch.setattr(room, "available_memory", lambda: 1000)
    monkeypatch.setattr(room, "_resident", lambda: 0)
    with pytest.raises(StorageError, match=r"MEMORY_LOW(.|\n)*close other programs") as caught:
        run_plan(plan, tmp_path / "out")
    assert caught.value.exit_code == 4
    assert Store().stored_keys() == []
    assert not (tmp_path / "out" / "runs").exists()


def test_a_run_without_room_on_the_disk_is_refused_before_it_begins(plan, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(100, 99, 1))
    with pytest.raises(StorageError, match=r"DISK_SPACE_LOW(.|\n)*1 byte free"):
        run_plan(plan, tmp_path / "out")
    assert Store().stored_keys() == []


def test_what_the_process_holds_already_counts_for_it(monkeypatch):
    monkeypatch.setattr(room, "available_memory", lambda: 1 * GB)
    monkeypatch.setattr(room, "_resident", lambda: GB // 2)
    room.require_memory(1 * GB + GB // 2)
    with pytest.raises(StorageError, match=r"1\.50 GB can be had(.|\n)*1\.60 GB"):
        room.require_memory(16 * GB // 10)


def test_what_would_fit_is_told(monkeypatch):
    monkeypatch.setattr(room, "available_memory", lambda: 2 * GB)
    monkeypatch.setattr(room, "_resident", lambda: 0)
    with pytest.raises(StorageError, match=r"coarser --resolution or smaller bounds"):
        room.require_memory(3 * GB, GB)
    with pytest.raises(StorageError, match=r"on the coarsest grid .* still take 2\.50 GB"):
        room.require_memory(3 * GB, 5 * GB // 2)


def test_a_step_that_is_stored_needs_no_room(plan):
    every, none = estimate_plan(plan), estimate_plan(plan, [])
    assert none.store_bytes == 0 < every.store_bytes
    assert none.output_bytes == every.output_bytes


# Measured on two processors with the default pipeline: 0.84 to 0.89 GB at 25 km, 1.07 to 1.13 GB
# at 10 km.
@pytest.mark.parametrize(("resolution", "measured"), [("25 km", 0.86e9), ("10 km", 1.10e9)])
def test_the_estimate_of_memory_is_right_within_a_factor_of_two(resolution, measured, monkeypatch):
    from siting.check import find_pipeline

    monkeypatch.setattr("os.cpu_count", lambda: 2)
    found = estimate_plan(check_file(find_pipeline("geothermal"), resolution)).memory_bytes
    assert measured / 2 < found < measured * 2


def cgroup(folder: Path, **files: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(f"{text}\n")


def test_the_tightest_container_counts(tmp_path):
    # Version 2: the inner group has no limit, the outer one leaves 3 - 2 GB and .5 GB of cache.
    cgroup(tmp_path / "box" / "inner", memory__max="max", memory__current=1 * GB)
    cgroup(
        tmp_path / "box",
        memory__max=3 * GB, memory__current=2 * GB, memory__stat=f"anon 7\ninactive_file {GB // 2}",
    )  # fmt: skip
    (tmp_path / "cgroup").write_text("0::/box/inner\n")
    assert room._of_cgroups(tmp_path, tmp_path / "cgroup") == [1.5 * GB]


def test_containers_of_version_1_count(tmp_path):
    cgroup(tmp_path / "memory" / "box", memory__limit_in_bytes=2 * GB, memory__usage_in_bytes=GB)
    (tmp_path / "cgroup").write_text("5:cpu:/box\n4:memory:/box\n0::/\n")
    assert room._of_cgroups(tmp_path, tmp_path / "cgroup") == [GB]


def test_this_machine_says_what_it_has():
    assert room.available_memory() is None or room.available_memory() > 10_000_000
