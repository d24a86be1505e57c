import dask.array as da
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from siting.geodesy import geodesic_distance
from siting.grid import from_function, make_grid
from siting.kernels import topk
from siting.kernels.topk import best_cells
from siting.projection import position

WORLD = make_grid("EPSG:6933", 400_000, "world")


def place(rows: NDArray, columns: NDArray) -> tuple[NDArray, NDArray]:
    return position(WORLD, rows + 0.5, columns + 0.5)


def by_hand(values: NDArray, count: int, spacing: float) -> list[tuple[int, int]]:
    """All cells in order, each taken where it is far enough from all taken, by geodesics."""
    flat = values.ravel()
    order = [cell for cell in np.argsort(-flat, kind="stable") if not np.isnan(flat[cell])]
    chosen: list[tuple[int, int]] = []
    for cell in order:
        row, column = divmod(int(cell), values.shape[1])
        here = place(np.array(row), np.array(column))
        others = [place(np.array(i), np.array(j)) for i, j in chosen]
        if all(geodesic_distance(*here, *other) >= spacing for other in others):
            chosen.append((row, column))
        if len(chosen) == count:
            break
    return chosen


def found(values: da.Array, count: int, spacing: float) -> list[tuple[int, int]]:
    rows, columns = best_cells(values, place, count, spacing)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def score(kind: str, seed: int) -> NDArray:
    random = np.random.default_rng(seed)
    values = random.normal(size=WORLD.shape.yx).round(2 if kind == "noise" else 0)
    if kind == "smooth":
        values = np.add.outer(*(np.sin(np.arange(n) / 7) for n in WORLD.shape.yx))
    if kind == "constant":
        values[...] = 1.0
    values[random.random(values.shape) < 0.2] = np.nan
    return values


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(["noise", "ties", "smooth", "constant"]),
    st.integers(0, 99),
    st.integers(1, 12),
    st.sampled_from([0.0, 1_111_111.0, 3_333_333.0]),
    st.sampled_from([(33, 88), (10, 17)]),
)
def test_the_best_cells_are_those_of_the_full_ranking(
    kind: str, seed: int, count: int, spacing: float, chunks: tuple[int, int]
) -> None:
    values = score(kind, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(topk, "_KEPT", 5)  # several rounds
        patch.setattr(topk, "_BATCH", 7)
        result = found(da.from_array(values, chunks=chunks), count, spacing)
    assert result == by_hand(values, count, spacing)


def test_spacing_holds_across_the_dateline() -> None:
    values = np.full(WORLD.shape.yx, np.nan)
    values[12, 0], values[12, -1], values[12, 40] = 3.0, 2.0, 1.0
    assert found(da.from_array(values), 3, 1_000_000.0) == [(12, 0), (12, 40)]
    assert found(da.from_array(values), 3, 100_000.0) == [(12, 0), (12, 87), (12, 40)]


def test_equal_cells_come_from_the_north_west() -> None:
    values = da.ones(WORLD.shape.yx, chunks=(9, 20))
    assert found(values, 3, 0.0) == [(0, 0), (0, 1), (0, 2)]


def test_fewer_come_out_where_no_more_fit() -> None:
    assert len(found(da.ones(WORLD.shape.yx), 500, 10_000_000.0)) < 20
    assert found(da.full(WORLD.shape.yx, np.nan), 5, 0.0) == []
    assert found(da.ones(WORLD.shape.yx), 0, 0.0) == []


def test_each_tile_is_read_once_where_the_first_round_suffices() -> None:
    read: list[tuple[int, int]] = []
    grid = make_grid("EPSG:4326", 0.25, (-180, -1, 180, 1))

    def values(rows: slice, columns: slice, lon: NDArray, lat: NDArray) -> NDArray:
        read.append((rows.start, columns.start))
        return -np.abs(lon - 90)

    layer = from_function(grid, values, "f4")
    rows, columns = best_cells(
        layer.data, lambda i, j: position(grid, i + 0.5, j + 0.5), 10, 200_000.0
    )
    assert sorted(read) == [(0, 0), (0, 1024)]
    assert len(rows) == len(set(zip(rows.tolist(), columns.tolist(), strict=True))) == 10


def test_a_tile_is_read_again_only_where_its_cells_run_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topk, "_KEPT", 50)
    read: list[int] = []
    grid = make_grid("EPSG:4326", 0.25, (-180, -2, 180, 2))

    def values(rows: slice, columns: slice, lon: NDArray, lat: NDArray) -> NDArray:
        read.append(columns.start)
        return -np.abs(lon - 130)  # the best are all in the second tile

    layer = from_function(grid, values, "f4")
    found = best_cells(layer.data, lambda i, j: position(grid, i + 0.5, j + 0.5), 9, 500_000.0)
    assert len(found[0]) == 9
    assert read.count(0) == 1
    assert read.count(1024) > 3


@given(st.integers(1, 40), st.integers(0, 99), st.sampled_from(["noise", "ties", "smooth"]))
def test_the_best_of_a_tile_are_those_of_its_ranking(kept: int, seed: int, kind: str) -> None:
    flat = score(kind, seed)[:7, :23].ravel()
    ranked = [cell for cell in np.argsort(-flat, kind="stable") if not np.isnan(flat[cell])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(topk, "_KEPT", kept)
        values, positions, complete = topk._best(flat)
    assert positions.tolist() == ranked[:kept]
    assert complete == (len(ranked) <= kept)
    np.testing.assert_array_equal(values, flat[positions])


@pytest.mark.parametrize("seed", range(3))
def test_a_smooth_score_gives_up_wide_circles_tile_by_tile(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topk, "_KEPT", 3)  # far fewer than lie within a circle
    values = score("smooth", seed)
    result = found(da.from_array(values, chunks=(11, 30)), 15, 2_500_000.0)
    assert result == by_hand(values, 15, 2_500_000.0)


@pytest.mark.parametrize("dtype", ["f4", "i2", "?"])
def test_values_of_any_type_are_ranked(dtype: str) -> None:
    values = np.zeros(WORLD.shape.yx, dtype=dtype)
    values[5, 6] = 1
    assert found(da.from_array(values), 1, 0.0) == [(5, 6)]
