"""Resampling: hand-calculated values, conserved sums, seams."""

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer
from rasterio.warp import reproject

from siting.grid import cell_area, make_grid
from siting.io import resample as module
from siting.io.placement import Frame, common_ground
from siting.io.resample import Resampling, resample

WGS84 = CRS("EPSG:4326")


def on_grid(values, grid, method, *, west=0.0, north=None, cell=1.0, crs=WGS84, circle=None):
    values = np.asarray(values, dtype=float)
    height, width = values.shape
    north = height * cell if north is None else north
    frame = Frame(crs, Affine(cell, 0, west, 0, -cell, north), height, width)
    ground = common_ground(frame, grid)
    rows, columns = (slice(0, size) for size in grid.shape.yx)
    how = Resampling(method, ground.ratio, circle)
    return resample(frame, lambda r, c: values[r, c], grid, rows, columns, how)


def degrees(cell, bounds):
    return make_grid("EPSG:4326", cell, bounds)


# A target cell of 1.5 x 1 source cells from the north-west: weights 1, 1/2 in the first row.
@pytest.mark.parametrize(
    ("method", "values", "expected"),
    [
        ("average", [[6, 3, 9]], [[(6 + 1.5) / 1.5, (1.5 + 9) / 1.5]]),
        ("average", [[6, np.nan, 9]], [[6, 9]]),
        ("average", [[np.nan, 3, 9]], [[3, (1.5 + 9) / 1.5]]),
        ("sum", [[6, 3, 9]], [[7.5, 10.5]]),
        ("sum", [[np.nan, 4, 9]], [[2, 11]]),
        ("mode", [[6, 3, 9]], [[6, 9]]),
        ("mode", [[np.nan, 3, 9]], [[3, 9]]),
    ],
)
def test_areas_weigh_cells_by_their_overlap(method, values, expected) -> None:
    grid = make_grid("EPSG:4326", 1.5, (0, -0.5, 3, 1))
    found = on_grid(values, grid, method, north=1.0)
    assert np.allclose(found, expected)


def test_bilinear_between_four_centres() -> None:
    grid = degrees(1.0, (0.5, 0.25, 1.5, 1.25))
    # Centre (1.0, 0.75): halfway between the columns, three quarters of the way to the lower row.
    found = on_grid([[0, 4], [8, 16]], grid, "bilinear")
    assert found.item() == pytest.approx(0.25 * 2 + 0.75 * 12)


def test_bilinear_leaves_out_missing_neighbours_but_not_the_cell_itself() -> None:
    east = degrees(1.0, (0.75, 0.0, 1.75, 1.0))  # centre at 1.25, in the second cell
    assert on_grid([[np.nan, 8.0]], east, "bilinear").item() == 8.0
    assert np.isnan(on_grid([[4.0, np.nan]], east, "bilinear").item())


def test_bilinear_at_the_edge_takes_the_outermost_cell() -> None:
    grid = degrees(0.5, (0.0, 0.0, 2.0, 1.0))
    found = on_grid([[4.0, 8.0]], grid, "bilinear")
    assert np.allclose(found, [[4, 5, 7, 8], [4, 5, 7, 8]])


def test_directions_have_the_mean_of_unit_vectors() -> None:
    grid = degrees(2.0, (0, 0, 2, 2))
    assert on_grid([[350, 10], [350, 10]], grid, "average", circle=360).item() == pytest.approx(
        0.0, abs=1e-9
    )
    radians = np.deg2rad([[80, 100], [80, 100]])
    turn = 2 * np.pi
    found = on_grid(radians, grid, "average", circle=turn).item()
    assert found == pytest.approx(np.pi / 2)
    opposite = on_grid([[0, 180], [0, 180]], grid, "average", circle=360)
    assert np.isnan(opposite.item())


def test_mode_takes_the_smaller_of_two_that_share_the_cell() -> None:
    assert on_grid([[9, 2], [2, 9]], degrees(2.0, (0, 0, 2, 2)), "mode").item() == 2.0


def test_nearest_on_an_edge_takes_one_side_all_along() -> None:
    grid = degrees(1.0, (0.5, 0.0, 3.5, 1.0))  # centres at 1, 2, 3: edges of the source
    assert on_grid([[10, 20, 30, 40]], grid, "nearest").tolist() == [[20, 30, 40]]


@settings(max_examples=25, deadline=None)
@given(
    st.integers(3, 12),
    st.integers(3, 12),
    st.floats(0.3, 4.0),
    st.integers(0, 2**32 - 1),
)
def test_sums_are_conserved_on_a_grid_that_covers_the_raster(height, width, cell, seed) -> None:
    values = np.random.default_rng(seed).random((height, width))
    grid = degrees(cell, (-1.0, -1.0, width + 1.0, height + 1.0))
    found = on_grid(values, grid, "sum")
    assert np.nansum(found) == pytest.approx(values.sum(), rel=1e-5)


def test_sums_are_conserved_across_projections() -> None:
    values = np.random.default_rng(1).random((40, 40))
    grid = make_grid("EPSG:5070", 20_000, (-700_000, 1_500_000, 700_000, 2_700_000))
    found = on_grid(values, grid, "sum", west=-98.0, north=41.0, cell=0.1)
    assert np.nansum(found) == pytest.approx(values.sum(), rel=0.01)


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(["bilinear", "nearest", "average", "mode"]), st.floats(-1e5, 1e5))
def test_constant_stays_constant(method, value) -> None:
    grid = make_grid("EPSG:5070", 30_000, (-100_000, 1_900_000, 100_000, 2_100_000))
    found = on_grid(np.full((60, 60), value), grid, method, west=-99.0, north=43.0, cell=0.1)
    assert np.allclose(found, value, rtol=1e-12, atol=0)


@pytest.mark.parametrize("method", ["average", "bilinear"])
def test_mean_lies_between_smallest_and_largest(method) -> None:
    values = np.random.default_rng(2).random((60, 60))
    grid = make_grid("EPSG:5070", 20_000, (-100_000, 1_900_000, 100_000, 2_100_000))
    found = on_grid(values, grid, method, west=-99.0, north=43.0, cell=0.1)
    assert values.min() <= found.min() <= found.max() <= values.max()


def test_mean_in_the_plane_is_that_of_a_linear_field() -> None:
    # 2 km cells of 5070 under 40 km cells of the same CRS, turned by 90 degrees so that rows and
    # columns depend on both axes: the mean of a plane over a cell is its value at the centre.
    row, column = np.mgrid[0:200, 0:200] + 0.5
    turned = Affine(0, 2000, 0, 2000, 0, 2_000_000)
    frame = Frame(CRS("EPSG:5070"), turned, 200, 200)
    grid = make_grid("EPSG:5070", 40_000, (0, 2_000_000, 400_000, 2_400_000))
    how = Resampling("average", common_ground(frame, grid).ratio)
    field = 3 * row + column
    found = resample(frame, lambda r, c: field[r, c], grid, slice(0, 10), slice(0, 10), how)
    assert how.ratio == pytest.approx(20, rel=1e-6)
    east, south = np.meshgrid(np.arange(10) * 20 + 10, np.arange(10) * 20 + 10)
    assert np.allclose(found, 3 * east + (200 - south), atol=0.5)


def test_pieces_of_a_tile_give_what_the_whole_gives(monkeypatch) -> None:
    values = np.random.default_rng(3).random((90, 120))
    grid = make_grid("EPSG:6933", 300_000, (-8e6, -4e6, 3e6, 5e6))
    whole = on_grid(values, grid, "average", west=-120.0, north=60.0)
    monkeypatch.setattr(module, "MAX_BLOCK", 500)
    pieces = on_grid(values, grid, "average", west=-120.0, north=60.0)
    assert np.isfinite(whole).sum() > 200
    assert np.allclose(pieces, whole, rtol=1e-12, equal_nan=True)


def test_area_of_the_world_is_conserved() -> None:
    # Source cells that hold their own area add up to the area of the grid: two independent ways.
    source = degrees(2.0, (-180, -90, 180, 90))
    area = cell_area(source).values
    grid = make_grid("EPSG:6933", 500_000, "world")
    found = on_grid(area, grid, "sum", west=-180.0, north=90.0, cell=2.0)
    assert found.sum() == pytest.approx(cell_area(grid).values.sum(), rel=2e-3)


def test_grid_finer_than_one_source_cell() -> None:
    grid = degrees(0.01, (0.2, 0.2, 0.3, 0.3))
    assert np.array_equal(on_grid([[7.0]], grid, "nearest"), np.full((10, 10), 7.0))
    assert on_grid([[7.0]], grid, "sum").sum() == pytest.approx(0.07)


def relief(height=60, width=80, seed=4):
    values = np.random.default_rng(seed).normal(size=(height, width))
    values[5:9, 20:30] = np.nan
    return values


def warped(values, frame, grid, how):
    rows, columns = (slice(0, size) for size in grid.shape.yx)
    return resample(frame, lambda r, c: values[r, c], grid, rows, columns, how)


def reprojected(values, frame, grid, method):
    """The same by rasterio."""
    found = np.empty(grid.shape.yx)
    reproject(
        values, found, src_transform=frame.affine, src_crs=frame.crs.to_wkt(),
        dst_transform=grid.affine, dst_crs=str(grid.crs), src_nodata=np.nan, dst_nodata=np.nan,
        resampling=rasterio.enums.Resampling[method],
    )  # fmt: skip
    return found


def exact_positions(frame, grid):
    """Row and column in the raster of each centre of the grid, every one transformed."""
    j, i = np.meshgrid(np.arange(grid.shape.x) + 0.5, np.arange(grid.shape.y) + 0.5)
    transformer = Transformer.from_crs(str(grid.crs), frame.crs, always_xy=True)
    column, row = ~frame.affine * transformer.transform(*(grid.affine * (j, i)))
    return row, column


PLACED = [
    Affine(0.1, 0, -100, 0, -0.1, 42),
    Affine(0.1, 0, -100, 0, 0.1, 36),  # rows run north
    Affine(-0.1, 0, -92, 0, -0.1, 42),  # columns run west
    Affine.translation(-97, 41) * Affine.rotation(30) * Affine.scale(0.09, -0.09),
]
GRIDS = [
    make_grid("EPSG:5070", 7_000, (-300_000, 1_500_000, 300_000, 2_100_000)),
    make_grid("EPSG:32614", 9_000, (200_000, 4_000_000, 800_000, 4_700_000)),
    make_grid("EPSG:4326", 0.07, (-101, 36, -92, 42)),
]


@pytest.mark.parametrize("affine", PLACED)
@pytest.mark.parametrize("grid", GRIDS)
def test_nearest_is_that_of_rasterio(affine, grid) -> None:
    """Where GDAL's approximation of positions, up to 0.125 cells off, cannot tell otherwise."""
    values = relief()
    frame = Frame(WGS84, affine, *values.shape)
    found = warped(values, frame, grid, Resampling("nearest", 0.7))
    wanted = reprojected(values, frame, grid, "nearest")
    sure = np.all([np.abs(each % 1 - 0.5) < 0.375 for each in exact_positions(frame, grid)], axis=0)
    assert (np.isfinite(wanted) & sure).sum() > 100
    assert np.array_equal(found[sure], wanted[sure], equal_nan=True)


@pytest.mark.parametrize("affine", PLACED)
@pytest.mark.parametrize("grid", GRIDS)
def test_bilinear_values_of_a_plane_are_the_plane(affine, grid) -> None:
    row, column = np.mgrid[0:60, 0:80] + 0.5
    frame = Frame(WGS84, affine, 60, 80)
    field = 3 * row + 5 * column
    found = warped(field, frame, grid, Resampling("bilinear", 0.7))
    row, column = exact_positions(frame, grid)
    inside = (row > 0.5) & (row < 59.5) & (column > 0.5) & (column < 79.5)
    assert inside.sum() > 200
    assert np.abs(found - 3 * row - 5 * column)[inside].max() < 1e-6
    theirs = reprojected(field, frame, grid, "bilinear")
    assert np.abs(found - theirs)[inside].max() < 8 * 0.125


def test_means_of_coarse_cells_askew_leave_out_what_lies_outside() -> None:
    """A cell of 40 x 40 source cells, turned by 90 degrees, is the mean of just these."""
    values = np.random.default_rng(6).random((80, 80))
    turned = Affine(0, 1000, 0, 1000, 0, 2_000_000)
    frame = Frame(CRS("EPSG:5070"), turned, 80, 80)
    grid = make_grid("EPSG:5070", 40_000, (0, 2_000_000, 80_000, 2_080_000))
    found = warped(values, frame, grid, Resampling("average", 40.0))
    means = values.reshape(2, 40, 2, 40).mean(axis=(1, 3))
    assert np.allclose(found, means.T[::-1], rtol=1e-12)


@pytest.mark.parametrize("method", ["nearest", "bilinear", "average", "sum", "mode"])
@pytest.mark.parametrize("grid", [GRIDS[0], make_grid("EPSG:3571", 90_000, (-3e6, -3e6, 0, 0))])
def test_a_cell_is_the_same_to_the_bit_in_any_piece(method, grid) -> None:
    values = np.round(relief(180, 360), 1)
    frame = Frame(WGS84, Affine(1, 0, -180, 0, -1, 90), 180, 360)
    how = Resampling(method, 1.7)
    whole = warped(values, frame, grid, how)
    for rows, columns in ((slice(3, 20), slice(0, 9)), (slice(7, 8), slice(11, 33))):
        part = resample(frame, lambda r, c: values[r, c], grid, rows, columns, how)
        assert part.tobytes() == whole[rows, columns].tobytes()
    assert np.isfinite(whole).mean() > 0.5
