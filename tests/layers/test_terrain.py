import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odc.geo.geobox import GeoBox
from pyproj import Geod

from siting.errors import PipelineError
from siting.geodesy import geodesic_distance
from siting.grid import as_layer, longitude_latitude, make_grid
from siting.layers import terrain
from siting.proximity import cell_side

GRIDS = {
    "geographic at 60 N": make_grid("EPSG:4326", 0.01, (10, 60, 10.3, 60.2)),
    "cells taller than wide": make_grid("EPSG:6933", 5_000, (0, 6e6, 100_000, 6.08e6)),
    "world": make_grid("EPSG:6933", 300_000, "world"),
    "conic, 24 degrees from its meridian": make_grid(
        "EPSG:5070", 1_000, (-2e6, 2e6, -1.97e6, 2.02e6)
    ),
    "UTM": make_grid("EPSG:32611", 30, (500_000, 4_400_000, 501_200, 4_400_900)),
}


def places(grid: GeoBox) -> tuple[np.ndarray, np.ndarray]:
    return longitude_latitude(grid, slice(0, grid.shape.y), slice(0, grid.shape.x))


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
def test_slope_of_ten_percent_northward_is_5_71_degrees_on_any_grid(grid: GeoBox) -> None:
    # arctan 0.1 = 5.7106 degrees; northward distance is the arc of the meridian.
    longitude, latitude = places(grid)
    _, _, northward = Geod(ellps="WGS84").inv(longitude * 0, latitude * 0, longitude * 0, latitude)
    height = as_layer(0.1 * np.sign(latitude) * northward, grid, units="m")
    inner = terrain.slope(height, grid).values[1:-1, 1:-1]
    # The last rows of the world are 6 degrees high, each half as high again as the one before.
    assert inner == pytest.approx(5.7106, abs=0.2 if grid is GRIDS["world"] else 0.02)


def test_slope_eastward_uses_the_true_width_of_cells() -> None:
    # At 60 N a hundredth of a degree is 557.8 m wide (1114.1 m high): NGA's table of degree
    # lengths gives 55.80 km per degree of longitude there.
    grid = make_grid("EPSG:4326", 0.01, (0, 59.985, 0.03, 60.015))
    height = as_layer(np.tile([0.0, 55.80, 111.60], (3, 1)), grid, units="m")
    assert terrain.slope(height, grid).values[1, 1] == pytest.approx(5.7106, abs=0.002)


def test_slope_weighs_eight_neighbours_as_horn_does() -> None:
    # By hand: p = ((3 + 2*6 + 9) - (1 + 2*2 + 5))/(8*10) = 0.175,
    # q = ((1 + 2*2 + 3) - (5 + 2*6 + 9))/(8*10) = -0.225, arctan 0.28504 = 15.910 degrees.
    # UTM's central meridian has scale 0.9996, so true lengths are 10/0.9996 m.
    grid = make_grid("EPSG:32611", 10, (500_000, 4_400_000, 500_030, 4_400_030))
    height = as_layer(np.array([[1.0, 2, 3], [2, 4, 6], [5, 6, 9]]), grid, units="m")
    found = terrain.slope(height, grid).values
    assert found[1, 1] == pytest.approx(15.910, abs=0.007)
    assert np.isnan(found).sum() == 8


def test_slope_runs_on_across_the_dateline() -> None:
    grid = make_grid("EPSG:6933", 500_000, "world")
    longitude, _ = places(grid)
    height = as_layer(1000 * np.cos(np.radians(longitude)), grid, units="m")
    found = terrain.slope(height, grid).values
    assert np.isfinite(found[1:-1]).all()
    # cos is even: the slope east of the dateline is the one west of it, and small beside it.
    np.testing.assert_allclose(found[1:-1, 0], found[1:-1, -1], rtol=1e-5)
    assert found[1:-1, 0].max() < found[1:-1, grid.shape.x // 4].min()


@pytest.mark.parametrize("missing", [(2, 2), (1, 2), (3, 3)])
def test_slope_is_not_known_beside_a_gap(missing: tuple[int, int]) -> None:
    grid = make_grid("EPSG:32611", 10, (500_000, 4_400_000, 500_050, 4_400_050))
    values = np.zeros((5, 5))
    values[missing] = np.nan
    assert np.isnan(terrain.slope(as_layer(values, grid, units="m"), grid).values[2, 2])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 999), lift=st.floats(-5e3, 5e3), factor=st.floats(1.0, 5.0))
def test_slope_does_not_mind_the_height_and_grows_with_its_scale(
    seed: int, lift: float, factor: float
) -> None:
    grid = GRIDS["geographic at 60 N"]
    height = np.random.default_rng(seed).uniform(0, 500, tuple(grid.shape.yx))
    flat = terrain.slope(as_layer(height, grid, units="m"), grid).values
    lifted = terrain.slope(as_layer(height + lift, grid, units="m"), grid).values
    steep = terrain.slope(as_layer(height * factor, grid, units="m"), grid).values
    np.testing.assert_allclose(lifted, flat, atol=1e-6)
    assert np.all((steep >= flat - 1e-9) | np.isnan(flat))
    assert np.nanmin(flat) >= 0
    assert np.nanmax(steep) < 90


@pytest.mark.parametrize(
    ("function", "statistic"),
    [
        (terrain.relief, np.ptp),
        (terrain.roughness, np.std),
        (terrain.topographic_position, None),
    ],
)
def test_windows_hold_the_cells_within_the_radius(function, statistic) -> None:
    grid = make_grid("EPSG:4326", 0.5, (170, 55, 190, 65))
    height = np.random.default_rng(3).normal(800, 300, tuple(grid.shape.yx))
    height[4, 7] = np.nan
    found = function(as_layer(height, grid, units="m"), radius="150 km", grid=grid).values
    longitude, latitude = places(grid)
    for row, column in [(0, 0), (10, 20), (4, 9), (19, 39)]:
        distance = geodesic_distance(
            longitude[row, column], latitude[row, column], longitude, latitude
        )
        inside = (distance <= 150_000) & ~np.isnan(height)
        expected = (
            statistic(height[inside]) if statistic else height[row, column] - height[inside].mean()
        )
        assert found[row, column] == pytest.approx(expected, rel=1e-5)
    assert np.isnan(found[4, 7])


@pytest.mark.parametrize(
    "function", [terrain.relief, terrain.roughness, terrain.topographic_position]
)
def test_radius_below_a_cell_is_refused(function) -> None:
    grid = make_grid("EPSG:6933", 10_000, (0, 0, 100_000, 100_000))
    height = as_layer(np.zeros((10, 10)), grid, units="m")
    with pytest.raises(PipelineError, match=r"RADIUS_SMALL.*\n.*where: *terrain\.\w+\.radius"):
        function(height, radius="5 km", grid=grid)


def sloped(grid: GeoBox) -> np.ndarray:
    """A plane over rows and columns."""
    rows, columns = np.indices(grid.shape.yx)
    return 1_500.0 + 7.0 * rows - 3.0 * columns


@pytest.mark.parametrize("grid", [GRIDS["geographic at 60 N"], GRIDS["UTM"]])
@pytest.mark.parametrize("cells", [2.5, 8.0, 60.0])
def test_a_plane_has_no_detrended_elevation_up_to_edges_and_gaps(
    grid: GeoBox, cells: float
) -> None:
    plane = sloped(grid)
    plane[4:7, 3:9] = np.nan
    plane[0, 0] = np.nan
    height = as_layer(plane.astype(np.float32), grid, units="m")
    span = cells * cell_side(grid) * 2
    found = terrain.detrended_elevation(height, span, grid).values
    np.testing.assert_array_equal(np.isnan(found), np.isnan(plane))
    assert np.nanmax(np.abs(found)) < 2e-3


def test_trend_and_what_is_left_make_up_the_elevation() -> None:
    grid = GRIDS["UTM"]
    values = np.random.default_rng(0).normal(1_000, 100, grid.shape.yx)
    height = as_layer(values, grid, units="m")
    trend = terrain.elevation_trend(height, "240 m", grid).values
    rest = terrain.detrended_elevation(height, "240 m", grid).values
    np.testing.assert_allclose(trend + rest, values, atol=1e-3)
    assert np.std(trend) < np.std(values) / 2


def test_detrended_elevation_is_the_residual_of_least_squares() -> None:
    # By numpy's least squares through the cells within 75 m of the middle one.
    grid = make_grid("EPSG:32611", 30, (500_000, 4_400_000, 500_270, 4_400_270))
    values = np.random.default_rng(3).normal(0, 50, (9, 9))
    found = terrain.detrended_elevation(as_layer(values, grid, units="m"), "150 m", grid).values
    for i, j in ((4, 4), (0, 0), (2, 8)):
        y, x = np.nonzero(np.hypot(*(np.indices((9, 9)) - np.array([i, j])[:, None, None])) <= 2.5)
        design = np.stack([np.ones(len(y)), y - i, x - j], axis=1)
        level = np.linalg.lstsq(design, values[y, x], rcond=None)[0][0]
        assert found[i, j] == pytest.approx(values[i, j] - level, abs=1e-6)


def test_a_longer_span_keeps_wider_forms() -> None:
    grid = make_grid("EPSG:32611", 1_000, (400_000, 4_300_000, 500_000, 4_310_000))
    ridge = 500 * np.exp(-(((np.arange(100) - 50) / 8) ** 2)) + np.zeros((10, 1))
    height = as_layer(ridge, grid, units="m")
    top = [
        terrain.detrended_elevation(height, span, grid).values[5, 50]
        for span in ("5 km", "20 km", "90 km")
    ]
    assert top[0] < top[1] < top[2] < 500


def test_cells_in_one_line_have_a_trend_along_it() -> None:
    grid = make_grid("EPSG:32611", 30, (500_000, 4_400_000, 500_300, 4_400_300))
    values = np.full((10, 10), np.nan)
    np.fill_diagonal(values, 5.0 * np.arange(10))
    found = terrain.detrended_elevation(as_layer(values, grid, units="m"), "200 m", grid).values
    assert np.nanmax(np.abs(found)) < 1e-6
    alone = np.full((10, 10), np.nan)
    alone[3, 3] = 40.0
    trend = terrain.elevation_trend(as_layer(alone, grid, units="m"), "200 m", grid).values
    assert trend[3, 3] == 40.0


@pytest.mark.parametrize("function", [terrain.elevation_trend, terrain.detrended_elevation])
def test_a_span_below_two_cells_is_refused(function) -> None:
    height = as_layer(sloped(GRIDS["UTM"]), GRIDS["UTM"], units="m")
    with pytest.raises(PipelineError, match="RADIUS_SMALL"):
        function(height, "50 m", GRIDS["UTM"])
