from functools import partial

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox
from pyproj import Geod

from siting import focal
from siting.geodesy import geodesic_distance
from siting.grid import as_layer, from_function, is_periodic, longitude_latitude, make_grid
from siting.kernels import windows

WORLD = make_grid("EPSG:6933", 500_000, "world")
WIDE = make_grid("EPSG:4326", 0.25, (-180, 40, 180, 45))  # 20 rows, 1440 columns: two tiles
LOCAL = make_grid("EPSG:5070", 30_000, (-2e6, 1.5e6, -1.2e6, 2.1e6))

# 0.1 m per m: a slope of atan(0.1) = 5.7106 degrees.
RISE = 0.1
SLOPE = 5.7106


def slope(values: NDArray, dx: NDArray, dy: NDArray) -> NDArray:
    east, north = focal.eastward(values, dx), focal.northward(values, dy)
    return np.degrees(np.arctan(np.hypot(east, north)))


def height_to_the_north(rows: slice, columns: slice, lon: NDArray, lat: NDArray) -> NDArray:
    return RISE * geodesic_distance(0.0, 0.0, 0.0, lat) * np.sign(lat)


def height_to_the_east(rows: slice, columns: slice, lon: NDArray, lat: NDArray) -> NDArray:
    # Length of the parallel from 0 E on WGS84: N cos(phi) lambda.
    geod = Geod(ellps="WGS84")
    phi = np.radians(lat)
    n = geod.a / np.sqrt(1 - geod.es * np.sin(phi) ** 2)
    return RISE * n * np.cos(phi) * np.radians(lon)


# Read as metres, the degrees of these grids would give slopes of 89.99 degrees.
@pytest.mark.parametrize("function", [height_to_the_north, height_to_the_east])
@pytest.mark.parametrize(
    "grid",
    [
        make_grid("EPSG:4326", 0.05, (10, 38, 11, 40)),
        make_grid("EPSG:6933", 1_000, (900_000, 5_700_000, 930_000, 5_730_000)),
        make_grid("EPSG:6933", 25_000, (900_000, 4_000_000, 1_200_000, 7_000_000)),
    ],
    ids=["degrees", "equal area 1 km", "equal area 25 km"],
)
def test_the_slope_of_a_known_plane_is_true(function, grid: GeoBox) -> None:
    found = focal.neighbours(from_function(grid, function, "f8"), slope, grid).values
    # Eastward rows converge: a plane in length along parallels is only one along each row.
    rows = found if function is height_to_the_north else row_slope(grid)
    np.testing.assert_allclose(rows[1:-1, 1:-1], SLOPE, rtol=2e-3)
    assert np.isnan(found[[0, -1]]).all()
    assert np.isnan(found[:, [0, -1]]).all()


def row_slope(grid: GeoBox) -> NDArray:
    layer = from_function(grid, height_to_the_east, "f8")
    east = focal.neighbours(layer, lambda z, dx, dy: focal.eastward(z, dx), grid)
    return np.degrees(np.arctan(east.values))


def test_slopes_of_a_local_grid_use_the_true_size_of_its_cells() -> None:
    grid = make_grid("EPSG:32611", 1_000, (450_000, 4_400_000, 470_000, 4_420_000))
    layer = from_function(grid, height_to_the_north, "f8")
    found = focal.neighbours(layer, slope, grid).values
    np.testing.assert_allclose(found[1:-1, 1:-1], SLOPE, rtol=1e-3)


def test_signs_are_eastward_and_northward() -> None:
    grid = make_grid("EPSG:6933", 10_000, (0, 0, 30_000, 30_000))
    layer = as_layer(np.array([[1.0, 2, 3], [0, 1, 2], [-1, 0, 1]]), grid)
    for function in (
        lambda z, dx, dy: focal.eastward(z, dx),
        lambda z, dx, dy: focal.northward(z, dy),
    ):
        assert focal.neighbours(layer, function, grid).values[1, 1] > 0


STATISTICS = {
    "mean": (windows.mean, np.mean),
    "standard deviation": (windows.standard_deviation, np.std),
    "maximum": (windows.maximum, np.max),
    "minimum": (windows.minimum, np.min),
}


def random_values(grid: GeoBox, gaps: float = 0.1) -> NDArray:
    random = np.random.default_rng(11)
    values = random.normal(1_000, 300, grid.shape.yx)
    values[random.random(grid.shape.yx) < gaps] = np.nan
    return values


def by_hand(grid: GeoBox, values: NDArray, row: int, column: int, radius: float) -> NDArray:
    """Known values within the radius by geodesics."""
    everywhere = longitude_latitude(grid, slice(0, grid.shape.y), slice(0, grid.shape.x))
    here = [degrees[row, column] for degrees in everywhere]
    distance = geodesic_distance(*everywhere, *here)
    # No cell so near the edge of the window that 12 m in 1,000 km would decide.
    assert np.abs(distance - radius).min() > 20 * (radius / 1e6) ** 3
    inside = values[distance <= radius]
    return inside[~np.isnan(inside)]


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("cell", [(0, 0), (9, 0), (9, 1439), (3, 1023), (19, 1024), (10, 400)])
def test_a_window_holds_the_cells_within_a_true_radius(
    statistic: str, cell: tuple[int, int]
) -> None:
    window, reference = STATISTICS[statistic]
    values = random_values(WIDE)
    values[cell] = 1_000.0
    layer = as_layer(values, WIDE)
    found = focal.overlap(layer, window, 111_111.0, WIDE).values[cell]
    assert found == pytest.approx(reference(by_hand(WIDE, values, *cell, 111_111.0)), rel=1e-9)


@pytest.mark.parametrize("cell", [(0, 3), (2, 65), (14, 0), (25, 67)])
def test_windows_of_the_equal_area_world_are_true_at_every_latitude(
    cell: tuple[int, int],
) -> None:
    values = random_values(WORLD, gaps=0)
    found = focal.overlap(as_layer(values, WORLD), windows.mean, 1_234_567.0, WORLD)
    hand = by_hand(WORLD, values, *cell, 1_234_567.0)
    assert len(hand) > 5
    assert found.values[cell] == pytest.approx(hand.mean(), rel=1e-9)


def test_windows_of_a_local_grid_count_as_many_cells_as_the_circle_has_area() -> None:
    ones = as_layer(np.ones(LOCAL.shape.yx), LOCAL)

    def number(values: NDArray, footprint: windows.Footprint) -> NDArray:
        return windows._sums(~np.isnan(values), footprint)

    found = focal.overlap(ones, number, 200_000.0, LOCAL).values[10, 13]
    assert found == pytest.approx(np.pi * 200**2 / 30**2, rel=0.05)


def test_unknown_cells_stay_unknown_and_are_left_out_of_windows() -> None:
    values = np.full(WIDE.shape.yx, 3.0)
    values[5, 700] = np.nan
    found = focal.overlap(as_layer(values, WIDE), windows.mean, 60_000.0, WIDE).values
    assert np.isnan(found[5, 700])
    assert np.isnan(found).sum() == 1
    assert np.nanmax(np.abs(found - 3.0)) < 1e-12


def test_a_layer_without_values_stays_so() -> None:
    nothing = as_layer(np.full(WIDE.shape.yx, np.nan), WIDE)
    for window, _ in STATISTICS.values():
        assert np.isnan(focal.overlap(nothing, window, 60_000.0, WIDE).values).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, WORLD.shape.x - 1), st.sampled_from(sorted(STATISTICS)))
def test_turning_the_world_turns_the_result(shift: int, statistic: str) -> None:
    assert is_periodic(WORLD)
    values = random_values(WORLD)
    window = STATISTICS[statistic][0]
    for function in (
        partial(focal.overlap, function=window, radius=1_500_000.0, grid=WORLD),
        partial(focal.neighbours, function=slope, grid=WORLD),
    ):
        straight = function(as_layer(values, WORLD)).values
        turned = function(as_layer(np.roll(values, shift, axis=1), WORLD)).values
        np.testing.assert_allclose(turned, np.roll(straight, shift, axis=1), rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("chunks", [(20, 1440), (7, 500), (20, 1024)])
def test_chunks_leave_no_trace(chunks: tuple[int, int]) -> None:
    layer = as_layer(random_values(WIDE), WIDE)
    cut = layer.chunk(y=chunks[0], x=chunks[1])
    for function in (
        partial(focal.overlap, function=windows.standard_deviation, radius=9e4, grid=WIDE),
        partial(focal.neighbours, function=slope, grid=WIDE),
    ):
        assert function(cut).values.tobytes() == function(layer).values.tobytes()


def test_neighbouring_tiles_are_made_once() -> None:
    made: list[int] = []

    def height(rows: slice, columns: slice, lon: NDArray, lat: NDArray) -> NDArray:
        made.append(columns.start)
        return lat + lon

    layer = from_function(WIDE, height, "f4")
    result = focal.overlap(layer, windows.mean, 90_000.0, WIDE)
    assert made == []
    result.compute()
    assert sorted(made) == [0, 1024]


@pytest.mark.parametrize(("have", "want"), [("f4", "f4"), ("f8", "f8"), ("i2", "f4"), ("?", "f4")])
def test_results_are_floating_and_no_wider_than_the_layer(have: str, want: str) -> None:
    layer = as_layer(np.ones(WIDE.shape.yx, dtype=have), WIDE)
    found = focal.overlap(layer, windows.mean, 60_000.0, WIDE)
    assert isinstance(found, xr.DataArray)
    assert found.dtype == found.compute().dtype == np.dtype(want)


@pytest.mark.parametrize("radius", [0.0, -1.0, np.nan])
def test_a_radius_that_is_none_is_refused(radius: float) -> None:
    with pytest.raises(ValueError, match="radius must be greater than 0"):
        focal.overlap(as_layer(np.ones(WIDE.shape.yx), WIDE), windows.mean, radius, WIDE)
