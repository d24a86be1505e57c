"""Positions of the grid's points in a raster, and what of it is read for them."""

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS

from siting.grid import make_grid
from siting.io.placement import (
    Frame,
    Positions,
    Window,
    common_ground,
    independent_axes,
    inside,
    positions,
    read_window,
    shared,
    short_way,
    window_around,
)

DEGREES, METRES, UTM = CRS("EPSG:4326"), CRS("EPSG:6933"), CRS("EPSG:32611")
HOME = make_grid("EPSG:4326", 0.1, (-120.0, 38.0, -118.0, 40.0))


def frame(west=-120.0, north=40.0, width=20, height=20, cell=0.1, crs=DEGREES) -> Frame:
    return Frame(crs, Affine(cell, 0, west, 0, -cell, north), height, width)


def world(cell: float, width: int | None = None, west: float = -180.0) -> Frame:
    return frame(west, 90, width or round(360 / cell), round(180 / cell), cell)


@pytest.mark.parametrize(
    ("raster", "turn", "periodic"),
    [
        (world(1.0), 360, True),
        (world(1.0, 361), 360, True),
        (world(1.0, 359), 360, False),
        (world(0.7, 514), 360 / 0.7, False),
        (Frame(DEGREES, Affine(-1, 0, 180, 0, -1, 90), 180, 360), 360, True),
        (Frame(DEGREES, Affine(1, 0.1, 0, 0, -1, 0), 180, 360), None, False),
        (Frame(DEGREES, Affine(1, 0, 0, 0.1, -1, 0), 180, 360), None, False),
        (Frame(UTM, Affine(1, 0, 0, 0, -1, 0), 180, 360), None, False),
        # 34,734,060.89 m round the globe in EASE-Grid 2.0
        (Frame(METRES, Affine(34_734_060.89 / 40, 0, 0, 0, -1, 0), 9, 40), 40, True),
    ],
)
def test_turns_of_the_globe(raster, turn, periodic) -> None:
    assert raster.turn == (None if turn is None else pytest.approx(turn))
    assert raster.is_periodic is periodic


@pytest.mark.parametrize(
    ("raster", "grid", "expected"),
    [
        (frame(), HOME, True),
        (frame(crs=METRES), HOME, True),
        (frame(crs=UTM), HOME, False),
        (frame(crs=UTM), make_grid("EPSG:32611", 1000, (3e5, 4e6, 3.2e5, 4.1e6)), True),
        (Frame(DEGREES, Affine(1, 0.1, 0, 0, -1, 0), 9, 9), HOME, False),
        (Frame(DEGREES, Affine(1, 0, 0, 0.1, -1, 0), 9, 9), HOME, False),
    ],
)
def test_axes_that_follow_from_one_another(raster, grid, expected) -> None:
    assert independent_axes(raster, grid) is expected


def test_positions_are_counted_from_the_first_corner() -> None:
    found = positions(frame(-119.5, 41.0), HOME, np.array([0.0, 0.5]), np.array([5.0, 6.5]))
    assert found.separable
    np.testing.assert_allclose(found.row, [[10.0], [10.5]])
    np.testing.assert_allclose(found.column, [[0.0, 1.5]], atol=1e-9)


def test_rotated_rasters_have_positions_of_both() -> None:
    turned = Frame(DEGREES, Affine(0, 0.1, -120, -0.1, 0, 40), 20, 20)
    found = positions(turned, HOME, np.array([3.0]), np.array([5.0, 7.0]))
    np.testing.assert_allclose(found.column, [[3.0, 3.0]])
    np.testing.assert_allclose(found.row, [[5.0, 7.0]])
    assert not Positions(np.zeros((2, 2)), np.zeros((1, 2))).separable
    assert not Positions(np.zeros((2, 1)), np.zeros((2, 2))).separable


def test_columns_are_counted_round_the_globe() -> None:
    """120 W is 240 E; a raster from 0 to 360 has it 240 columns from its edge."""
    found = positions(world(1.0, west=0.0), HOME, np.array([0.0]), np.array([0.0]))
    assert found.column[0, 0] % 360 == pytest.approx(240)
    part = frame(230, 45, 20, 20, 1.0)
    found = positions(part, HOME, np.array([0.0]), np.array([0.0, 20.0]))
    np.testing.assert_allclose(found.column, [[10, 12]])
    over = make_grid("EPSG:4326", 1.0, (170, 0, 190, 10))
    found = positions(world(1.0), over, np.array([0.0]), np.arange(21.0))
    assert np.allclose(np.diff(found.column[0]), 1)


def test_the_short_way_round() -> None:
    assert short_way(np.array([5.0, 370.0]), None).tolist() == [5, 370]
    assert short_way(np.array([-180.0, 179.0, 180.0, 540.0]), 360).tolist() == [
        -180, 179, -180, -180,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("position", "expected"),
    [(0.0, True), (10.0, True), (-1e-6, True), (10 + 1e-6, True), (-2e-6, False),
     (10 + 2e-6, False), (np.nan, False)],
)  # fmt: skip
def test_edges_are_inside(position, expected) -> None:
    assert inside(np.array([position]), 10)[0] == expected


@pytest.mark.parametrize(
    ("raster", "share"),
    [
        (frame(), 1.0),
        (frame(-119.0), 0.5),
        (frame(-119.5, 39.5), 0.5625),
        (frame(-110), 0.0),
        (frame(-120, 40, 10, 5), 0.125),
        (world(1.0), 1.0),
    ],
)
def test_share_of_the_grid_that_a_raster_covers(raster, share) -> None:
    assert shared(raster, HOME) == share


def test_share_of_a_grid_of_another_shape() -> None:
    wide = make_grid("EPSG:4326", 0.1, (-120.0, 39.0, -100.0, 40.0))
    assert shared(frame(-110, 40, 100, 10), wide) == 0.5


def test_common_ground_is_read_with_cells_around_it() -> None:
    found = common_ground(frame(), HOME)
    assert (found.window, found.ratio) == (Window(0, 0, 20, 20), pytest.approx(1.0))
    found = common_ground(frame(-125, 45, 1000, 1000, 0.01), HOME)
    assert found.window == Window(498, 498, 204, 204)
    assert found.ratio == pytest.approx(10)
    assert common_ground(frame(-110), HOME) is None
    assert common_ground(frame(-120, 50), HOME) is None
    assert common_ground(frame(-117.9, 40), HOME) is None


def test_common_ground_across_the_dateline() -> None:
    over = make_grid("EPSG:4326", 1.0, (170, 0, 190, 10))
    found = common_ground(world(1.0), over)
    assert (found.window.width, found.window.height) == (24, 14)
    assert found.window.column % 360 == 348


def test_common_ground_of_two_projections() -> None:
    raster = frame(190_000, 4_450_000, 300, 300, 1000, UTM)
    found = common_ground(raster, HOME)
    assert 9 < found.ratio < 11.2  # tenths of a degree at 39 N: 8.6 x 11.1 km
    assert 0 <= found.window.row < found.window.row + found.window.height <= 300


def places(rows, columns) -> Positions:
    return Positions(np.array(rows, float)[:, None], np.array(columns, float)[None, :])


@pytest.mark.parametrize(
    ("rows", "columns", "expected"),
    [
        ([2.5, 4.5], [3.5, 7.0], Window(1, 2, 5, 6)),
        ([0.0, 9.0], [0.0, 19.0], Window(0, 0, 10, 20)),
        ([np.nan, 4.5], [3.5, np.nan], Window(3, 2, 3, 3)),
        ([np.nan], [3.0], None),
        ([3.0], [np.nan], None),
        ([-3.0, -0.5], [3.0], Window(0, 2, 1, 2)),
        ([-3.0, -1.5], [3.0], None),
        ([10.5, 12.0], [3.0], Window(9, 2, 1, 2)),
        ([11.5, 12.0], [3.0], None),
        ([3.0], [-9.0, -1.5], None),
        ([3.0], [21.5, 30.0], None),
        ([3.0], [20.5, 30.0], Window(2, 19, 2, 1)),
    ],
)
def test_windows_around_positions(rows, columns, expected) -> None:
    assert window_around(frame(width=20, height=10), places(rows, columns), 1) == expected


def test_windows_of_positions_of_both() -> None:
    raster = frame(width=20, height=10)
    row, column = np.array([[2.5, 50.0], [np.nan, 4.5]]), np.array([[3.5, 5.0], [6.0, 7.0]])
    assert window_around(raster, Positions(row, column), 1) == Window(1, 2, 5, 6)
    assert window_around(raster, Positions(row + 90, column), 1) is None


def test_windows_round_a_pole_are_a_whole_turn() -> None:
    row = np.full((2, 3), 5.0)
    column = np.array([[0.0, 120.0, 240.0], [60.0, 180.0, 300.0]])
    found = window_around(world(1.0), Positions(row, column), 2)
    assert found.width == 360
    assert all(isinstance(each, int) for each in found)
    assert window_around(world(1.0), Positions(row, column / 3), 2).width == 104


def test_windows_are_read_across_the_edge_of_a_world() -> None:
    raster = world(30.0)  # 12 columns
    asked = []

    def read(rows: slice, columns: slice) -> np.ndarray:
        asked.append((columns.start, columns.stop))
        return np.arange(12.0)[None, columns].repeat(rows.stop - rows.start, 0)

    assert read_window(raster, read, Window(1, 0, 2, 12)).shape == (2, 12)
    assert asked == [(0, 12)]
    found = read_window(raster, read, Window(1, -2, 1, 5))
    assert (found.tolist(), asked[1:]) == ([[10, 11, 0, 1, 2]], [(10, 12), (0, 3)])
    assert read_window(raster, read, Window(0, 11, 1, 2)).tolist() == [[11, 0]]
    # A column that repeats the first is read once.
    again = read_window(world(30.0, 13), read, Window(0, 10, 1, 4))
    assert again.tolist() == [[10, 11, 0, 1]]
