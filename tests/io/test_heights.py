"""Heights by name against the relief of their place: what is measured, and what is advised."""

import numpy as np
import pytest
from affine import Affine
from scipy.ndimage import gaussian_filter

from siting.findings import collect
from siting.grid import make_grid
from siting.io.alike import alike, alike_around, fisher
from siting.io.fill import fill
from siting.io.heights import REACH, compared
from siting.io.raster import read_raster
from siting.io.repeated import copied_block, copied_rows
from siting.sources.catalogue import catalogue
from tests.corpus.cases_heights import BASIN, Box, heights

HILLS = gaussian_filter(np.random.default_rng(2).normal(size=(60, 60)), 1) * 900


def advice(tif, values: np.ndarray, box: Box = BASIN) -> list[str]:
    """What is advised for heights of a region."""
    cell = (box[2] - box[0]) / values.shape[1]
    path = tif(values, transform=Affine(cell, 0, box[0], 0, -cell, box[3]), name="dem.tif")
    with collect() as noticed:
        read_raster(
            path, make_grid("EPSG:4326", 0.1, box), kind="continuous", units="m",
            reference=catalogue()["elevation"].path, valid_range=(-1e9, 1e9),
        )  # fmt: skip
    return [each.fix for each in noticed]


@pytest.mark.parametrize(
    ("values", "box", "says"),
    [
        (lambda: heights().T, BASIN, "rows and columns are exchanged"),
        (lambda: heights((-106, 36, -104, 38)), (104, 36, 106, 38), "longitudes have lost"),
        (lambda: heights(BASIN) / 2000, BASIN, "logarithms, or kilometres"),
        (lambda: heights(BASIN) / 4000, BASIN, "shares of the range"),
        (lambda: heights(BASIN) / 16, BASIN, "brightness"),
        (lambda: heights(BASIN) / 2, BASIN, "undo the scale"),
        (lambda: np.minimum(heights(BASIN), 1900), BASIN, "cut off at a limit"),
    ],
)
def test_advice_names_the_mistake(tif, values, box, says) -> None:
    (fix,) = advice(tif, values(), box)
    assert says in fix


def test_likeness_around_is_that_of_each_part() -> None:
    values, around = HILLS[10:30, 14:34].copy(), HILLS[4:44, 4:44].copy()
    values[3, 4] = around[20, 21] = np.nan
    table = alike_around(values, around)
    assert table.shape == (21, 21)
    for i, j in ((0, 0), (6, 10), (20, 20), (3, 17)):
        assert table[i, j] == pytest.approx(alike(values, around[i : i + 20, j : j + 20]), abs=1e-9)
    assert np.unravel_index(table.argmax(), table.shape) == (6, 10)
    assert table.max() == pytest.approx(1)


def test_nothing_is_alike_where_there_is_nothing() -> None:
    empty = np.full((20, 20), np.nan)
    assert alike_around(empty, HILLS[:30, :30]).max() == 0
    assert alike(empty, HILLS[:20, :20]) == 0
    assert alike(np.ones((20, 20)), HILLS[:20, :20]) == 0
    assert np.isfinite(fisher(1.0))
    assert REACH > 0


def test_water_above_its_bed_takes_no_part() -> None:
    truth = np.abs(HILLS) + 20
    truth[:, :30] -= 3000
    found = compared(np.maximum(truth, 0.0), truth)
    assert found is not None
    assert np.isnan(found.values[:, :29]).all()  # the column at the coast has land beside it
    assert np.isfinite(found.values[:, 29:]).all()
    assert compared(np.zeros((60, 60)), np.full((60, 60), -50.0)) is None


def bits(values: np.ndarray) -> np.ndarray:
    """Values as numbers of their bits."""
    return values.astype("float64").view(np.uint64)


def test_copies_are_found_and_planes_are_none() -> None:
    nothing = np.zeros((60, 60), dtype=bool)
    assert copied_rows(bits(HILLS), nothing) is None
    assert copied_block(bits(HILLS), HILLS, nothing, 0) is None
    again = HILLS.copy()
    again[40:55, 2:17] = again[3:18, 30:45]
    found = copied_block(bits(again), again, nothing, 0)
    assert found is not None
    assert (found[1][0] - found[0][0], found[1][1] - found[0][1]) == (37, -28)
    row, column = np.mgrid[0:60, 0:60]
    plane = 2.0 * column + 1.5 * row
    assert copied_block(bits(plane), plane, nothing, 0) is None


def test_a_raster_that_goes_on_round_the_globe_is_no_copy() -> None:
    nothing = np.zeros((60, 80), dtype=bool)
    on = np.concatenate([HILLS, HILLS[:, :20]], axis=1)
    assert copied_block(bits(on), on, nothing, 60) is None
    assert copied_block(bits(on), on, nothing, 0) is not None


def test_rows_made_smaller_are_no_copies() -> None:
    nothing = np.zeros((60, 60), dtype=bool)
    assert copied_rows(bits(np.repeat(HILLS[:20], 3, axis=0)), nothing) is None
    again = HILLS.copy()
    again[7:10] = again[7]
    assert copied_rows(bits(again), nothing) == (7, 3)


def test_a_fill_is_one_block_apart_from_the_others() -> None:
    nothing = np.zeros((60, 60), dtype=bool)
    values = 70 + 30 * HILLS / np.abs(HILLS).max()
    assert fill(values, nothing) is None
    values[:20] = 0
    found = fill(values, nothing)
    assert found is not None
    assert found[:2] == (0.0, pytest.approx(1 / 3))
    values[20, 0] = 5.0  # the others reach down to it
    assert fill(values, nothing) is None
    assert fill(np.full((60, 60), np.nan), nothing) is None
