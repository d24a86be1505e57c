from functools import partial
from pathlib import Path

import dask.array as da
import numpy as np
import pytest
from dask.delayed import delayed
from numpy.typing import NDArray

from siting.errors import InputError
from siting.kernels import computing, tile_graph
from siting.kernels.tile_graph import TileGraph


def counted(block: NDArray, folder: Path) -> NDArray:
    (folder / f"{len(list(folder.iterdir()))}").touch()
    return block.sum(keepdims=True)


def test_only_what_a_position_needs_is_cut_out() -> None:
    array = da.from_array(np.arange(48.0).reshape(6, 8), chunks=2) + 1
    tasks = TileGraph.of(array).tasks([(1, 2)])
    assert {key for key in tasks if key[0] == array.name} == {(array.name, 1, 2)}


@pytest.mark.parametrize("patch", [1, 2, 32])
def test_what_all_tiles_share_is_worked_out_once_whatever_the_patches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patch: int
) -> None:
    monkeypatch.setattr(computing, "PATCH", patch)
    cells = np.arange(48.0).reshape(6, 8)
    array = da.from_array(cells, chunks=2)
    total = da.from_delayed(delayed(partial(counted, folder=tmp_path))(array), (1, 1), float)
    found: dict[tuple[int, ...], NDArray] = {}
    computing.compute(array + total, found.__setitem__)
    blocks = [[found[row, column] for column in range(4)] for row in range(3)]
    np.testing.assert_array_equal(np.block(blocks), cells + cells.sum())
    assert len(list(tmp_path.iterdir())) == 1


def test_neighbours_are_told_from_what_is_common() -> None:
    cells = np.arange(64.0).reshape(8, 8)
    alone = da.from_array(cells, chunks=1) * 2
    beside = da.overlap.overlap(alone, depth=1, boundary="none")
    assert not TileGraph.of(alone).neighbours_share()
    assert TileGraph.of(beside).neighbours_share()
    assert TileGraph.of(beside).with_common().common == ()


def test_patches_hold_each_position_once() -> None:
    graph = TileGraph.of(da.ones((5, 7), chunks=1))
    positions = list(np.ndindex(5, 7))
    patches = list(graph.patches(positions, 2))
    assert sorted(each for patch in patches for each in patch) == positions
    assert [len(each) for each in patches] == [4, 4, 4, 2, 4, 4, 4, 2, 2, 2, 2, 1]


def test_a_graph_of_too_many_pieces_is_refused_before_it_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tile_graph, "MOST_TASKS", 20)
    began: list[int] = []
    array = da.ones((5, 5), chunks=1).map_blocks(lambda block: began.append(1), dtype=float)
    began.clear()
    with pytest.raises(InputError, match=r"GRAPH_TOO_LARGE(.|\n)*for 25 tiles"):
        computing.compute(array, lambda position, block: None)
    assert began == []
