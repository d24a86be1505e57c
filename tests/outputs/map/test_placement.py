"""Cells are drawn where pyproj says that they are."""

import numpy as np
import pytest
from odc.geo.geobox import GeoBox
from pyproj import Transformer

from siting.grid import make_grid
from siting.outputs.map.placement import (
    TOLERANCE,
    Placement,
    latitude_at,
    max_zoom,
    mercator,
    place,
)

GRIDS = {
    "world, equal area": ("EPSG:6933", 50_000, "world"),
    "region, geographic": ("EPSG:4326", 0.1, (20.0, -35.0, 40.0, -10.0)),
    "across the dateline": ("EPSG:4326", 0.25, (170.0, -50.0, 190.0, -30.0)),
    "world from 0 to 360": ("EPSG:4326", 1.0, (0.0, -60.0, 360.0, 84.0)),
    "Albers": ("EPSG:5070", 5_000, (-2_000_000, 1_500_000, -1_200_000, 2_400_000)),
    "polar": ("EPSG:3413", 20_000, (-800_000, -3_400_000, 900_000, -600_000)),
    "UTM": ("EPSG:32760", 1_000, (400_000, 5_500_000, 700_000, 6_000_000)),
}


@pytest.fixture(params=GRIDS.values(), ids=GRIDS.keys())
def grid(request: pytest.FixtureRequest) -> GeoBox:
    return make_grid(*request.param)


def interpolated(placement: Placement, longitude, latitude) -> tuple[np.ndarray, np.ndarray]:
    """Column and row as the browser finds them: linear between the nodes of the lattice."""
    down, across = placement.columns.shape
    x = ((np.asarray(longitude) - placement.west) % 360) / placement.span * (across - 1)
    y = (mercator(latitude) - placement.top) / (placement.bottom - placement.top) * (down - 1)
    i, j = np.minimum(y.astype(int), down - 2), np.minimum(x.astype(int), across - 2)
    found = []
    for nodes in (placement.columns, placement.rows):
        left = nodes[i, j] + (y - i) * (nodes[i + 1, j] - nodes[i, j])
        right = nodes[i, j + 1] + (y - i) * (nodes[i + 1, j + 1] - nodes[i, j + 1])
        found.append(left + (x - j) * (right - left))
    return found[0], found[1]


def test_every_cell_is_found_where_the_projection_puts_it(grid: GeoBox) -> None:
    height, width = grid.shape.yx
    rng = np.random.default_rng(0)
    row, column = rng.uniform(0, height, 2000), rng.uniform(0, width, 2000)
    x, y = grid.affine.c + column * grid.affine.a, grid.affine.f + row * grid.affine.e
    to_degrees = Transformer.from_crs(grid.crs.proj, "EPSG:4326", always_xy=True)
    longitude, latitude = to_degrees.transform(x, y)
    shown = np.abs(latitude) < 85
    found_column, found_row = interpolated(place(grid), longitude[shown], latitude[shown])
    np.testing.assert_allclose(found_column, column[shown], atol=0.02)
    np.testing.assert_allclose(found_row, row[shown], atol=0.02)


def test_the_error_of_a_lattice_is_within_its_tolerance(grid: GeoBox) -> None:
    assert place(grid).error <= TOLERANCE


def test_a_grid_right_round_the_globe_is_placed_right_round_it(world: GeoBox) -> None:
    placement = place(world)
    assert (placement.west, placement.span) == (-180.0, 360.0)
    np.testing.assert_allclose(placement.columns[0], [0, world.shape.x], atol=1e-4)


def test_a_grid_across_the_dateline_is_in_one_piece() -> None:
    west, _, east, _ = place(make_grid(*GRIDS["across the dateline"])).bounds
    assert (west, east) == (170.0, 190.0)


def test_mercator_agrees_with_pyproj() -> None:
    latitude = np.linspace(-85, 85, 35)
    northing = Transformer.from_crs(4326, 3857, always_xy=True).transform(0 * latitude, latitude)[1]
    circumference = 2 * np.pi * 6_378_137.0  # of the sphere that EPSG:3857 takes
    np.testing.assert_allclose(mercator(latitude), 0.5 - northing / circumference, atol=1e-12)
    assert latitude_at(float(mercator(47.3))) == pytest.approx(47.3)


def test_the_deepest_zoom_shows_a_cell_large_and_in_its_place(grid: GeoBox) -> None:
    placement = place(grid)
    cell = placement.span / np.ptp(placement.columns) / 360 * 256 * 2 ** max_zoom(grid, placement)
    assert 30 < cell < 130  # pixels
    assert cell * placement.error < 1
