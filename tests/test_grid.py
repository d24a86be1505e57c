import math

import dask.array as da
import numpy as np
import pyproj
import pytest
import xarray as xr
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox
from odc.geo.xr import xr_coords

from siting.errors import GridError
from siting.grid import (
    TILE,
    accept,
    as_layer,
    cell_area,
    cell_of,
    chunks,
    from_function,
    is_periodic,
    longitude_latitude,
    make_grid,
    sample,
    tiles,
)
from siting.projection import crs_of, position
from siting.reduce import total

# Half the length of the parallel of true scale, at 30 degrees, of EPSG:6933: EASE-Grid 2.0 gives
# x from -17367530.45 to 17367530.45 m (Brodzik et al. 2012, ISPRS Int. J. Geo-Inf. 1, table 1).
HALF_WIDTH = 17_367_530.445

GRIDS = {
    "world 10 km": make_grid("EPSG:6933", 10_000, "world"),
    "world 1 degree": make_grid("EPSG:4326", 1.0, "world"),
    "0 to 360": make_grid("EPSG:4326", 2.0, (0, -60, 360, 80)),
    "across the dateline": make_grid("EPSG:4326", 0.5, (170, -50, 190, -30)),
    "Albers": make_grid("EPSG:5070", 20_000, (-2e6, 1.5e6, -1.2e6, 2.4e6)),
    "UTM": make_grid("EPSG:32611", 5_000, (300_000, 4_200_000, 700_000, 4_600_000)),
    "feet": make_grid("EPSG:2263", 5_000, (900_000, 100_000, 1_000_000, 200_000)),
    "Pacific": make_grid("+proj=cea +lon_0=180 +lat_ts=30 +datum=WGS84", 100_000, "world"),
}


# EASE-Grid 2.0 has 1388 columns of 25,025.26 m (Brodzik et al. 2012, table 2).
@pytest.mark.parametrize(
    ("resolution", "columns", "size"), [(25_000, 1388, 25_025.26), (10_000, 3472, 10_004.34)]
)
def test_world_closes_at_the_dateline(resolution: float, columns: int, size: float) -> None:
    grid = make_grid("EPSG:6933", resolution, "world")
    assert grid.shape.x == columns
    assert grid.affine.a == pytest.approx(size, abs=0.005)
    assert grid.affine.a == -grid.affine.e
    assert grid.affine.c == pytest.approx(-HALF_WIDTH, abs=0.001)
    assert grid.affine.c + columns * grid.affine.a == pytest.approx(HALF_WIDTH, abs=0.001)
    assert is_periodic(grid)


@pytest.mark.parametrize(("crs", "resolution"), [("EPSG:6933", 10_000), ("EPSG:4326", 0.25)])
def test_world_reaches_from_60_south_to_84_north_in_whole_rows(crs: str, resolution: float) -> None:
    grid = make_grid(crs, resolution, "world")
    _, edges = position(grid, [0.0, grid.shape.y], [0.0, 0.0])
    row_heights = np.abs(np.diff(position(grid, [0, 1, grid.shape.y - 1, grid.shape.y], 0.0)[1]))
    assert abs(edges[0] - 84) <= row_heights[0] / 2
    assert abs(edges[1] + 60) <= row_heights[2] / 2
    assert (grid.affine.f / grid.affine.a) % 1 == pytest.approx(0)


def test_a_resolution_that_divides_the_globe_is_kept() -> None:
    grid = make_grid("EPSG:4326", 0.8, "world")
    assert (grid.shape.x, grid.affine.a) == (450, pytest.approx(0.8, abs=1e-12))


def test_coarse_rows_never_pass_the_pole() -> None:
    grid = make_grid("EPSG:6933", 4_000_000, "world")
    assert grid.affine.f <= 7_342_230.14  # y of the pole


def test_bounds_right_round_the_globe_close_too() -> None:
    grid = make_grid("EPSG:4326", 0.7, (-180, -60, 180, 80))
    assert is_periodic(grid)
    assert grid.shape.x * grid.affine.a == pytest.approx(360, abs=1e-9)


def test_a_regional_grid_covers_its_bounds_from_the_north_west() -> None:
    grid = make_grid("EPSG:5070", 30_000, (-2e6, 1.5e6, -1.2e6, 2.4e6))
    assert grid.affine == Affine(30_000, 0, -2e6, 0, -30_000, 2.4e6)
    assert grid.shape.yx == (30, 27)  # 900 km / 30 km; 800 km / 30 km rounded up


def test_rounding_of_bounds_adds_no_column() -> None:
    assert make_grid("EPSG:4326", 0.1, (0.1, 0.2, 0.7, 0.9)).shape.yx == (7, 6)


@pytest.mark.parametrize(
    ("crs", "resolution", "bounds", "code"),
    [
        ("EPSG:999999", 1.0, "world", "GRID_CRS"),
        ("metres", 1.0, "world", "GRID_CRS"),
        ("EPSG:4978", 1.0, (0, 0, 1, 1), "GRID_CRS"),  # earth-centred: no map
        ("EPSG:4979", 1.0, (0, 0, 1, 1), "GRID_CRS"),  # three axes
        ("EPSG:4267", 1.0, (0, 0, 1, 1), "GRID_CRS"),  # NAD27 degrees: metres off
        ("EPSG:3857", 1000.0, (0, 0, 1e5, 1e5), "GRID_DISTORTED"),
        ("EPSG:3395", 1000.0, (0, 0, 1e5, 1e5), "GRID_DISTORTED"),
        ("EPSG:6933", 0.0, "world", "GRID_RESOLUTION"),
        ("EPSG:6933", -25_000.0, "world", "GRID_RESOLUTION"),
        ("EPSG:6933", math.nan, "world", "GRID_RESOLUTION"),
        ("EPSG:6933", 100.0, "world", "GRID_SIZE"),
        ("EPSG:5070", 1000.0, "world", "GRID_BOUNDS"),
        ("EPSG:6933", 25_000.0, "europe", "GRID_BOUNDS"),
        ("EPSG:4326", 1.0, (10, 0, -10, 5), "GRID_BOUNDS"),
        ("EPSG:4326", 1.0, (0, 5, 10, 5), "GRID_BOUNDS"),
        ("EPSG:4326", 1.0, (0, 0, 10), "GRID_BOUNDS"),
        ("EPSG:4326", 1.0, (0, 0, math.inf, 5), "GRID_BOUNDS"),
        ("EPSG:4326", 1.0, (-180, -95, 180, 90), "GRID_BOUNDS"),
        ("EPSG:4326", 1.0, (-200, -60, 200, 60), "GRID_BOUNDS"),
        ("EPSG:6933", 25_000.0, (-1e6, 7e6, 1e6, 8e6), "GRID_BOUNDS"),
        ("EPSG:8857", 1e6, (1.6e7, 7e6, 1.8e7, 8e6), "GRID_BOUNDS"),  # corner beyond the globe
    ],
)
def test_an_impossible_grid_is_refused(crs: str, resolution: float, bounds, code: str) -> None:
    with pytest.raises(GridError, match=code) as refused:
        make_grid(crs, resolution, bounds)
    assert refused.value.where.startswith("grid")


@pytest.mark.parametrize("name", GRIDS)
def test_longitude_and_latitude_are_those_of_the_projection(name: str) -> None:
    grid = GRIDS[name]
    rows, columns = slice(3, 8), slice(grid.shape.x - 5, grid.shape.x)
    longitude, latitude = longitude_latitude(grid, rows, columns)
    x = grid.affine.c + (np.arange(columns.start, columns.stop) + 0.5) * grid.affine.a
    y = grid.affine.f + (np.arange(rows.start, rows.stop) + 0.5) * grid.affine.e
    there = pyproj.Transformer.from_crs("EPSG:4326", crs_of(grid), always_xy=True)
    if crs_of(grid).is_projected:
        back = there.transform(longitude, latitude)
        np.testing.assert_allclose(back, np.meshgrid(x, y), atol=1e-3)
    else:
        np.testing.assert_allclose((longitude - x) % 360, 0, atol=1e-12)
    assert longitude.shape == latitude.shape == (5, 5)
    assert ((longitude >= -180) & (longitude < 180)).all()


@pytest.mark.parametrize("name", GRIDS)
@given(data=st.data())
def test_the_centre_of_a_cell_lies_in_it(name: str, data: st.DataObject) -> None:
    grid = GRIDS[name]
    row = data.draw(st.integers(0, grid.shape.y - 1))
    column = data.draw(st.integers(0, grid.shape.x - 1))
    turns = data.draw(st.integers(-1, 1))
    longitude, latitude = position(grid, row + 0.5, column + 0.5)
    found = cell_of(grid, longitude + 360 * turns, latitude)
    assert (int(found[0]), int(found[1])) == (row, column)


def test_both_sides_of_the_dateline_have_their_cells() -> None:
    grid = GRIDS["world 10 km"]
    row, column = cell_of(grid, [180.0, -180.0, 179.999, 180.001], [0.01] * 4)
    assert column.tolist() == [0, 0, grid.shape.x - 1, 0]
    assert (row == row[0]).all()


def test_places_outside_the_grid_have_no_cell() -> None:
    row, column = cell_of(GRIDS["Albers"], [-118.0, 10.0, 62.0, math.nan], [40.0, 40.0, -40.0, 1.0])
    assert row[0] >= 0
    assert row[1:].tolist() == column[1:].tolist() == [-1, -1, -1]


def test_the_poles_are_outside_the_world_grid() -> None:
    row, column = cell_of(GRIDS["world 10 km"], [0.0, 0.0], [90.0, -90.0])
    assert row.tolist() == column.tolist() == [-1, -1]


def polygon_area(grid: GeoBox, row: int, column: int) -> float:
    """Area of a cell [km2] by Karney's geodesic polygon, its edges densified."""
    t = np.linspace(0, 1, 401)[:-1]
    zero, one = np.zeros_like(t), np.ones_like(t)
    i = row + np.concatenate([one, 1 - t, zero, t])
    j = column + np.concatenate([t, one, 1 - t, zero])
    longitude, latitude = position(grid, i, j)
    return abs(pyproj.Geod(ellps="WGS84").polygon_area_perimeter(longitude, latitude)[0]) / 1e6


@pytest.mark.parametrize("name", GRIDS)
def test_cell_area_is_that_of_the_geodesic_polygon(name: str) -> None:
    grid = GRIDS[name]
    row, column = grid.shape.y // 3, grid.shape.x // 2
    area = sample(cell_area(grid), [row], [column])[0]
    assert area == pytest.approx(polygon_area(grid, row, column), rel=2e-6)


# The ellipsoid has 510.0656 million km2 (Moritz 1980, Geodetic Reference System 1980, whose
# semi-minor axis differs from that of WGS84 by a tenth of a millimetre).
@pytest.mark.parametrize("resolution", [1.0, 7.5])
def test_all_cells_make_up_the_ellipsoid(resolution: float) -> None:
    area = cell_area(make_grid("EPSG:4326", resolution, (-180, -90, 180, 90)))
    assert total(area) / 1e6 == pytest.approx(510.0656, abs=5e-5)


def test_tiles_cover_every_cell_once() -> None:
    grid = make_grid("EPSG:4326", 0.1, (0, -25, 110, 80))
    seen = np.zeros(grid.shape.yx, dtype=int)
    for rows, columns in tiles(grid):
        assert rows.stop - rows.start <= TILE
        assert columns.stop - columns.start <= TILE
        seen[rows, columns] += 1
    assert (seen == 1).all()
    assert chunks(grid) == ((1024, 26), (1024, 76))


@pytest.mark.parametrize("name", GRIDS)
def test_a_layer_carries_its_grid(name: str) -> None:
    grid = GRIDS[name]
    layer = as_layer(np.zeros(grid.shape.yx, dtype="f4"), grid, units="m")
    assert layer.dims == ("y", "x")
    assert isinstance(layer.data, da.Array)
    assert layer.chunks == chunks(grid)
    assert (layer * 2).odc.geobox == grid
    assert layer.attrs == {"units": "m"}


def test_an_array_of_another_shape_is_no_layer() -> None:
    with pytest.raises(GridError, match=r"GRID_MISMATCH(.|\n)*found: +\(2, 3\)"):
        as_layer(np.zeros((2, 3)), GRIDS["Albers"])


def raw_layer(grid: GeoBox) -> xr.DataArray:
    """A layer as a reader might make it."""
    values = np.arange(float(math.prod(grid.shape.yx))).reshape(grid.shape.yx)
    coordinates = dict(xr_coords(grid, dims=("y", "x")))
    return xr.DataArray(values, dims=("y", "x"), coords=coordinates, name="z", attrs={"units": "m"})


def test_a_layer_off_by_a_hair_gets_the_coordinates_of_the_grid() -> None:
    grid = GRIDS["Albers"]
    layer = raw_layer(grid)
    layer = layer.assign_coords(x=layer.x + 1e-9)
    accepted = accept(layer, grid, "layers.z")
    assert accepted.odc.geobox == grid
    assert (accepted.x.values == raw_layer(grid).x.values).all()
    assert (accepted.values == layer.values).all()
    assert (accepted.name, accepted.attrs) == ("z", {"units": "m"})
    assert not (accepted + raw_layer(grid)).isnull().any()


def _shifted(layer: xr.DataArray) -> xr.DataArray:
    half = (layer.x[1] - layer.x[0]) / 2
    return _replaced(layer, GRIDS["Albers"].affine * Affine.translation(0.5, 0)).assign_coords(
        x=layer.x.values + float(half)
    )


def _replaced(layer: xr.DataArray, affine: Affine, crs: str = "EPSG:5070") -> xr.DataArray:
    return layer.assign_coords(xr_coords(GeoBox(layer.shape, affine, crs), dims=("y", "x")))


BAD_LAYERS = {
    "shift": (_shifted, "cells shifted by 0.5 cells"),
    "transposed": (lambda layer: layer.T, "dimensions"),
    "fewer rows": (lambda layer: layer[1:], "shape"),
    "no CRS": (lambda layer: layer.drop_vars(["x", "y", "spatial_ref"]), "no coordinates"),
    "other CRS": (lambda layer: _replaced(layer, GRIDS["Albers"].affine, "EPSG:6350"), "CRS"),
    "south up": (lambda layer: layer[::-1], "cells shifted"),
}


@pytest.mark.parametrize("name", BAD_LAYERS)
def test_a_layer_off_the_grid_is_refused(name: str) -> None:
    change, match = BAD_LAYERS[name]
    with pytest.raises(GridError, match=match) as refused:
        accept(change(raw_layer(GRIDS["Albers"])), GRIDS["Albers"], "layers.z")
    assert (refused.value.code, refused.value.where) == ("GRID_MISMATCH", "layers.z")


class Counted:
    """A function of place that remembers the tiles it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []

    def __call__(self, rows: slice, columns: slice, longitude, latitude) -> NDArray[np.float64]:
        self.asked.append((rows.start, columns.start))
        return longitude + 1000 * latitude

    def __dask_tokenize__(self) -> str:
        return "counted"


def test_a_function_of_place_is_evaluated_where_it_is_sampled_only() -> None:
    grid, function = GRIDS["world 10 km"], Counted()
    layer = from_function(grid, function, "f8")
    assert function.asked == []
    longitude, latitude = np.array([-170.0, -171.0, 0.0]), np.array([80.0, 79.0, -80.0])
    values = sample(layer, *cell_of(grid, longitude, latitude))
    assert function.asked == [(0, 0)]
    np.testing.assert_allclose(values[:2], (longitude + 1000 * latitude)[:2], atol=100)
    assert np.isnan(values[2])


def test_a_function_of_place_has_the_same_name_whenever_it_is_made() -> None:
    grid = GRIDS["world 1 degree"]

    def offset(number: float):
        return lambda rows, columns, longitude, latitude: latitude + number

    names = [from_function(grid, offset(number), "f4").data.name for number in (1.0, 1.0, 2.0)]
    assert names[0] == names[1] != names[2]


def test_a_tile_of_another_shape_is_refused() -> None:
    layer = from_function(GRIDS["Albers"], lambda rows, columns, lon, lat: lon[:1], "f4")
    with pytest.raises(ValueError, match="came out with shape"):
        layer.compute()


@pytest.mark.parametrize("values", [np.eye(3, dtype=bool), np.eye(3, dtype="i2")])
def test_samples_of_any_type_are_floating(values: NDArray[np.generic]) -> None:
    layer = as_layer(values, make_grid("EPSG:4326", 1.0, (0, 0, 3, 3)))
    found = sample(layer, [1, 1, -1], [1, 0, 0])
    assert found.dtype == np.float64
    assert found[:2].tolist() == [1.0, 0.0]
    assert np.isnan(found[2])
