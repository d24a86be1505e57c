"""Tiles by two processes on this machine: the same results, and what happens when one dies."""

import os
from pathlib import Path
from threading import Lock

import numpy as np
import pytest

from siting import findings
from siting.errors import GridError, SitingError, StorageError
from siting.kernels import computing
from siting.kernels.blocks import over_blocks
from siting.kernels.workers import Cluster
from siting.store import Store, object_key

from . import work
from .conftest import NOISE

pytestmark = [pytest.mark.filterwarnings(each) for each in NOISE]
RECIPE = {"function": "tall"}
KEY = object_key(RECIPE)


def stored(store: Store) -> dict[str, bytes]:
    """Bytes of every file of the store's objects."""
    place = store.root / "objects"
    return {p.relative_to(place).as_posix(): p.read_bytes()
            for p in sorted(place.rglob("*")) if p.is_file()}  # fmt: skip


def by_threads(folder: Path) -> dict[str, bytes]:
    """What threads store: no cluster is asked."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(computing, "_workers", [])
        store = Store(folder / "threads")
        store.write_layer(KEY, work.layer(), RECIPE)
    return stored(store)


def test_results_come_in_order_from_other_processes(cluster: Cluster) -> None:
    found = over_blocks(lambda block: (os.getpid(), float(block[0, 0])), work.array())
    corners = np.sqrt(np.abs(work.cells()[::1_024, 0]))
    assert [value for _, value in found] == corners.tolist()
    assert os.getpid() not in {process for process, _ in found}


def test_a_stored_layer_has_the_bytes_that_threads_give(tmp_path: Path, cluster: Cluster) -> None:
    store = Store(tmp_path / "workers")
    ticks: list[tuple[int, int]] = []
    store.write_layer(KEY, work.layer(), RECIPE, lambda *now: ticks.append(now))
    assert stored(store) == by_threads(tmp_path)
    assert ticks == [(done, 5) for done in range(6)]


def test_what_is_noticed_in_a_tile_reaches_the_run_in_order(cluster: Cluster) -> None:
    told = pytest.warns(RuntimeWarning, match="tile . was warned of")
    with told as warned, findings.collect() as noticed:
        over_blocks(np.sum, work.array(work.noticing))
    assert [each.message for each in noticed] == [f"tile {i} was noticed" for i in range(5)]
    assert {str(each.message) for each in warned} == {f"tile {i} was warned of" for i in range(5)}


def test_an_error_in_a_tile_arrives_as_it_was_raised(cluster: Cluster) -> None:
    with pytest.raises(GridError, match="GRID_MISMATCH: of tile 3") as caught:
        over_blocks(np.sum, work.array(work.refusing))
    assert caught.value.as_dict() == {
        "code": "GRID_MISMATCH", "message": "of tile 3", "where": "layers.tall",
        "found": "a", "wanted": "b", "fix": "c",
    }  # fmt: skip


def test_an_error_of_who_takes_the_tiles_ends_the_work(cluster: Cluster) -> None:
    def full(position: tuple[int, ...], block: object) -> None:
        raise StorageError("DISK_FULL", "no space is left for the results")

    with pytest.raises(StorageError, match="DISK_FULL"):
        computing.compute(work.array(), full)


def test_what_all_tiles_share_is_worked_out_once(tmp_path: Path, cluster: Cluster) -> None:
    array = work.array()
    whole = array.sum(keepdims=True).map_blocks(
        work.counted(tmp_path), dtype=np.float32, meta=work.cells()[:0]
    )
    found = over_blocks(lambda block: float(block[0, 0]), array * 0 + whole)
    assert found == [float(whole.compute()[0, 0])] * 5
    assert len(list(tmp_path.iterdir())) == 2  # by the workers, and here to compare


def test_a_function_that_cannot_be_sent_is_said_to_be_one(cluster: Cluster) -> None:
    lock = Lock()
    with pytest.raises(SitingError, match=r"WORK_NOT_SENDABLE(.|\n)*'_thread.lock'"):
        over_blocks(lambda block: lock.locked(), work.array())


def test_a_worker_that_is_killed_costs_its_tile_alone(tmp_path: Path, cluster: Cluster) -> None:
    store = Store(tmp_path / "workers")
    store.write_layer(KEY, work.layer(work.falling(tmp_path, 1)), RECIPE)
    assert [each.name for each in tmp_path.glob("fallen*")] == ["fallen0"]
    assert stored(store) == by_threads(tmp_path)


def test_a_tile_that_kills_each_worker_is_given_up_and_the_rest_kept(
    tmp_path: Path, cluster: Cluster
) -> None:
    store = Store(tmp_path / "workers")
    with pytest.raises(StorageError, match=r"WORKERS_LOST(.|\n)*finished tiles are kept") as caught:
        store.write_layer(KEY, work.layer(work.falling(tmp_path, 9)), RECIPE)
    assert caught.value.exit_code == 4
    finished = list((store.root / "tmp").rglob("c/*/0"))
    assert not store.has(KEY)
    assert finished
    for each in tmp_path.glob("began*"):
        each.unlink()
    store.write_layer(KEY, work.layer(work.falling(tmp_path, 0)), RECIPE)
    assert len(list(tmp_path.glob("began*"))) == 5 - len(finished)
    assert stored(store) == by_threads(tmp_path)
