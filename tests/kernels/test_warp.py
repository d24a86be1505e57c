"""Values at points and over areas of a raster: by hand, and against plain sums over its cells."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.kernels.warp import bilinear, extent, most_over_axes, nearest, over_axes, place, turned
from siting.kernels.warp_plane import most_over_plane, over_plane

NAN = np.nan
LINE = np.array([[10.0, 20.0, 40.0]])


def at(kernel, position, values=LINE, first=(0, 0)):
    column = np.array([[position]])
    return kernel(values, np.full_like(column, first[0] + 0.5), column + first[1], first).item()


@pytest.mark.parametrize("first", [(0, 0), (5, 9), (0, -4)])
@pytest.mark.parametrize(
    ("position", "expected"),
    [(0.0, 10), (0.99, 10), (1.0, 20), (2.5, 40), (3.0, 40), (-0.01, NAN), (3.01, NAN),
     (NAN, NAN)],
)  # fmt: skip
def test_the_nearest_cell_is_the_one_around(position, expected, first) -> None:
    assert at(nearest, position, first=first) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        (0.5, 10),  # a centre
        (1.5, 20),
        (2.5, 40),
        (1.0, 15),
        (1.25, 17.5),
        (0.25, 10),  # half a cell at the edge has one neighbour only
        (2.75, 40),
        (-0.1, NAN),
        (3.1, NAN),
        (NAN, NAN),
    ],
)
def test_values_between_centres_fall_with_the_distance(position, expected) -> None:
    assert at(bilinear, position) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("gap", [NAN, np.inf, -np.inf])
def test_neighbours_without_data_take_no_part(gap) -> None:
    values = np.array([[10.0, gap, 40.0]])
    assert at(bilinear, 0.75, values) == 10.0
    assert np.isnan(at(bilinear, 1.25, values))
    assert over_axes(values, *whole(1), *whole(3))[0].item() == 50.0
    assert over_axes(values, *whole(1), *whole(3))[1].item() == 2.0


def whole(size):
    """All cells of an axis, each in full."""
    return np.arange(size)[:, None], np.ones((size, 1))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_sums_along_axes_are_those_of_matrices(height, width, seed) -> None:
    rng = np.random.default_rng(seed)
    values = np.where(rng.random((height, width)) < 0.2, NAN, rng.normal(size=(height, width)))
    rows, columns = rng.random((2, height)), rng.random((3, width))
    found, area = over_axes(
        values,
        np.tile(np.arange(height)[:, None], 2), rows.T.copy(),
        np.tile(np.arange(width)[:, None], 3), columns.T.copy(),
    )  # fmt: skip
    known = np.isfinite(values)
    np.testing.assert_allclose(found, rows @ np.where(known, values, 0) @ columns.T, atol=1e-12)
    np.testing.assert_allclose(area, rows @ known @ columns.T, atol=1e-12)


def test_the_most_frequent_class_is_that_with_the_largest_area() -> None:
    codes = np.array([[2, 0, 0], [2, 1, -1]])
    assert most_over_axes(codes, *whole(2), *whole(3), 3).item() == 0  # 0 and 2 share it
    heavier = np.arange(2)[:, None], np.array([[1.0], [1.5]])
    assert most_over_axes(codes, *heavier, *whole(3), 3).item() == 2
    assert most_over_axes(np.full((2, 3), -1), *whole(2), *whole(3), 3).item() == -1


def square(height, width, cells):
    """Corners of cells of so many source cells, rows and columns exchanged."""
    row, column = np.meshgrid(np.arange(0, width + 1.0, cells), np.arange(0, height + 1.0, cells))
    return column.T.copy(), row.T.copy()


@pytest.mark.parametrize("points", [8, 16])
def test_sums_over_cells_askew_are_those_of_their_source_cells(points) -> None:
    values = np.random.default_rng(0).random((12, 8))
    values[3, 4] = NAN
    total, area = over_plane(values, *square(12, 8, 4), (0, 0), 0.0, points)
    blocks = values.reshape(3, 4, 2, 4)
    np.testing.assert_allclose(total.T, np.nansum(blocks, axis=(1, 3)), rtol=1e-12)
    np.testing.assert_allclose(area.T, np.isfinite(blocks).sum(axis=(1, 3)), rtol=1e-12)


def test_cells_that_lie_partly_in_a_raster_count_that_part() -> None:
    row, column = square(4, 8, 4)
    total, area = over_plane(np.ones((4, 8)), row - 1.0, column + 2.0, (0, 0), 0.0, 8)
    np.testing.assert_allclose(area.T, [[12, 6]])  # 3 of 4 rows; 4 and 2 of 4 columns
    np.testing.assert_allclose(total, area)
    total, area = over_plane(np.ones((4, 8)), row * NAN, column, (0, 0), 0.0, 8)
    assert not area.any()


def test_the_most_frequent_class_of_cells_askew() -> None:
    codes = np.repeat([[0, 0, 0, 1, 1, 1, 1, -1]], 4, axis=0)
    found = most_over_plane(codes, *square(4, 8, 4), (0, 0), 0.0, 8, 2)
    assert found.T.tolist() == [[0, 1]]


def test_cells_beside_a_pole_span_columns_across_the_seam() -> None:
    """Corners at 350, 20, 340 and 30 degrees of a raster that begins at 0: 380 is 20."""
    row, column = np.array([[0.5, 0.5], [1.5, 1.5]]), np.array([[350.0, 20.0], [340.0, 30.0]])
    total, area = over_plane(np.ones((2, 360)), row, column, (0, 0), 360.0, 8)
    assert area.item() == pytest.approx((30 + 50) / 2 * 1)  # a trapezium
    assert total.item() == area.item()


def test_columns_are_turned_and_coordinates_placed() -> None:
    column = np.array([[-170.0, 10.0, 359.0, NAN]])
    turned(column, 0.0, 360.0)
    assert np.array_equal(column, [[-170, 10, -1, NAN]], equal_nan=True)
    x, y = np.array([[1.0, NAN]]), np.array([[2.0, NAN]])
    place(x, y, (2.0, 0.0, 1.0, 0.5, -1.0, 3.0))
    assert np.array_equal(x, [[3, NAN]], equal_nan=True)
    assert np.array_equal(y, [[1.5, NAN]], equal_nan=True)


def test_the_extent_is_that_of_points_in_the_raster() -> None:
    row, column = np.array([[0.0, 1.5, 9.0, NAN]]), np.array([[1.0, 2.0, 3.0, 1.0]])
    assert extent(row, column, 2.0, 5.0).tolist() == [0, 1.5, 1, 2]
    assert extent(row, column + 5, 2.0, np.inf).tolist() == [0, 1.5, 6, 7]
    assert np.isnan(extent(row, column + 5, 2.0, 5.0)).all()
