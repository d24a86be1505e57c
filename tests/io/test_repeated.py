"""Copies within a raster: where they begin to be told, and that the places named are theirs."""

import re
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS

from siting.findings import Finding, collect
from siting.io import repeated
from siting.io.placement import Frame
from siting.io.repeated import check_repeated, copied_block, copied_rows, middle
from siting.io.source import RasterSource

FIELD = np.random.default_rng(5).normal(size=(80, 40))
NOTHING = np.zeros(FIELD.shape, dtype=bool)


def source(
    values: np.ndarray, missing: np.ndarray | None = None, cell: float = 0.1
) -> RasterSource:
    frame = Frame(CRS.from_epsg(4326), Affine(cell, 0, -120, 0, -cell, 40), *values.shape)
    mask = np.zeros(values.shape, dtype=bool) if missing is None else missing

    def load(rows: slice, columns: slice) -> np.ma.MaskedArray:
        return np.ma.array(values[rows, columns], mask=mask[rows, columns])

    return RasterSource(Path("dem.tif"), frame, values.dtype, load)


def told(raster: RasterSource) -> list[Finding]:
    with collect() as findings:
        check_repeated(raster)
    return findings


def bits(values: np.ndarray) -> np.ndarray:
    return values.astype("float64").view(np.uint64)


def rows_of(values: np.ndarray, *runs: tuple[int, int]) -> np.ndarray:
    """The values with runs of rows, first and number, that are copies of their first."""
    values = values.copy()
    for first, count in runs:
        values[first : first + count] = values[first]
    return values


def test_rows_are_named_as_a_person_counts_them() -> None:
    assert told(source(FIELD)) == []
    (found,) = told(source(rows_of(FIELD, (10, 10))))
    assert found == Finding(
        "DATA_REPEATED",
        "cells are exact copies of cells elsewhere",
        "dem.tif",
        "rows 11 to 20 are the same",
        "",
        "find out whether gaps were filled with copies, or tiles were mixed up",
    )


def test_a_copy_in_the_middle_of_a_large_raster_is_named_by_its_place_in_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(repeated, "MAX_CELLS", 40 * 40)  # rows 20 to 60 of the 80
    (found,) = told(source(rows_of(FIELD, (50, 5))))
    assert found.found == "rows 51 to 55 are the same"
    assert told(source(rows_of(FIELD, (5, 5)))) == []
    again = FIELD.copy()
    again[45:57, 25:37] = again[25:37, 5:17]
    (found,) = told(source(again))
    row, column, other_row, other_column = place = numbers(found.found)
    assert place[0] in range(26, 31)
    assert place[1] in range(6, 11)
    assert (other_row - row, other_column - column) == (20, 20)


def numbers(text: str) -> tuple[int, ...]:
    pattern = (
        r"the block of 8 x 8 cells at row (\d+), column (\d+) is that at row (\d+), column (\d+)"
    )
    match = re.fullmatch(pattern, text)
    assert match is not None
    return tuple(map(int, match.groups()))


def test_few_cells_are_not_looked_at() -> None:
    for columns, count in ((16, 1), (15, 0)):  # 8 x 16 cells are two blocks
        values = rows_of(FIELD[:8, :columns], (2, 3))
        assert len(told(source(values))) == count


@pytest.mark.parametrize(
    ("shape", "cells", "rows", "columns"),
    [
        ((100, 50), 10_000, slice(0, 100), slice(0, 50)),
        ((100, 50), 1_000, slice(40, 60), slice(0, 50)),  # columns stay whole up to 2,048
        ((100, 50), 10, slice(49, 50), slice(0, 50)),  # and one row is looked at
        ((100, 4096), 2048 * 50, slice(25, 75), slice(1024, 3072)),
        ((101, 3000), 101 * 2500, slice(0, 101), slice(250, 2750)),
    ],
)
def test_the_middle_is_of_at_most_so_many_cells(
    shape: tuple[int, int], cells: int, rows: slice, columns: slice
) -> None:
    assert middle(source(np.empty(shape, "i1")), cells) == (rows, columns)


@pytest.mark.parametrize(
    ("runs", "found"),
    [
        ([(7, 2)], None),  # two rows alike are chance
        ([(7, 3)], (7, 3)),
        ([(0, 3)], (0, 3)),
        ([(77, 3)], (77, 3)),
        ([(0, 3), (20, 5), (40, 4)], (20, 5)),  # the longest of three
        ([(0, 3), (20, 5), (40, 4), (60, 3)], None),  # in four places cells were made smaller
        ([(5, 40)], (5, 40)),
        ([(5, 41)], None),  # more than half of the rows
    ],
)
def test_runs_of_rows(runs: list[tuple[int, int]], found: tuple[int, int] | None) -> None:
    assert copied_rows(bits(rows_of(FIELD, *runs)), NOTHING) == found


def test_rows_of_few_changes_or_of_nothing_are_no_copies() -> None:
    # 39 neighbours: .6 of them are 23.4, so that 24 must differ.
    for changes, found in ((24, (10, 3)), (23, None)):
        row = np.minimum(np.arange(40), changes)
        values = FIELD.copy()
        values[10:13] = row
        assert copied_rows(bits(values), NOTHING) == found
    missing = NOTHING.copy()
    missing[10:20] = True
    assert copied_rows(bits(rows_of(FIELD, (10, 10))), missing) is None


def test_narrow_rows_must_change_five_times() -> None:
    for columns, found in ((6, (10, 3)), (5, None)):
        values = rows_of(FIELD[:, :columns], (10, 3))
        assert copied_rows(bits(values), NOTHING[:, :columns]) == found


def again(block: np.ndarray) -> np.ndarray:
    """A field with a block of 12 x 12 cells at two places."""
    values = FIELD.copy()
    values[5:17, 3:15] = values[50:62, 25:37] = block
    return values


def test_blocks_are_copies_where_enough_of_their_values_differ() -> None:
    noise = np.random.default_rng(6)
    for kinds, is_copy in ((1000, True), (25, False)):  # at most 25 distinct values of 64
        values = again(noise.integers(0, kinds, (12, 12)).astype(float))
        assert (copied_block(bits(values), values, NOTHING, 0) is not None) is is_copy


def test_blocks_with_nothing_in_them_are_no_copies() -> None:
    values, missing = again(FIELD[:12, :12] + 9), NOTHING.copy()
    assert copied_block(bits(values), values, missing, 0) is not None
    missing[5:17, 3:15:7] = missing[50:62, 25:37:7] = True  # in every block of 8 columns
    assert copied_block(bits(values), values, missing, 0) is None


def test_a_plane_is_no_copy_but_a_bowl_is() -> None:
    row, column = np.mgrid[0:12, 0:12].astype(float)
    for bend, is_copy in ((0.0, False), (0.03, False), (0.05, True)):  # a bend of .06 and .1 in 750
        values = again(100 * column + 7.3 * row + bend * (row**2 + column**2))
        assert (copied_block(bits(values), values, NOTHING, 0) is not None) is is_copy


def test_a_raster_must_hold_two_blocks_along_each_side() -> None:
    for rows, is_copy in ((16, True), (15, False)):
        half = FIELD[:rows, :20]
        values = np.concatenate([half, half], axis=1)
        found = copied_block(bits(values), values, NOTHING[:rows], 0)
        assert (found is not None) is is_copy


def test_a_world_that_repeats_its_first_columns_is_no_copy() -> None:
    # 40 columns of 9 degrees are a full turn; 15 more are the first again.
    values = np.concatenate([FIELD, FIELD[:, :15]], axis=1)
    assert told(source(values, cell=9.0)) == []
    assert len(told(source(values, cell=0.1))) == 1
    lower = values.copy()
    lower[:-1, 40:] = values[1:, 40:]  # the same columns, but a row lower, are copies
    assert len(told(source(lower, cell=9.0))) == 1
