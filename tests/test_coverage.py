import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from odc.geo.geobox import GeoBox
from pyproj import Transformer

from siting.coverage import covered, geometries, window
from siting.errors import InputError
from siting.grid import longitude_latitude, make_grid

GRIDS = {
    "world": make_grid("EPSG:6933", 500_000, "world"),
    "world in degrees": make_grid("EPSG:4326", 3.0, "world"),
    "degrees across the dateline": make_grid("EPSG:4326", 0.5, (165, 40, 190, 60)),
    "metres across the dateline": make_grid("EPSG:6933", 50_000, (16e6, 4e6, 18.5e6, 6e6)),
    "conic": make_grid("EPSG:5070", 50_000, (-2.4e6, 2e5, 2.3e6, 3.2e6)),
    "UTM across the dateline": make_grid("EPSG:32601", 20_000, (1e5, 5e6, 9e5, 6e6)),
    "north pole": make_grid("EPSG:3571", 100_000, (-3e6, -3e6, 3e6, 3e6)),
    "south pole": make_grid("EPSG:3976", 100_000, (-3e6, -3e6, 3e6, 3e6)),
}
# From the pole to Kamchatka and Alaska, over the dateline, with a hole on it and an island apart;
# and half the southern hemisphere, which a conic grid of North America must not see turned over.
AREAS = [
    shapely.Polygon(
        [(160, 50), (175, 45), (195, 52), (210, 60), (180, 75), (150, 70)],
        [[(175, 55), (185, 56), (180, 62)]],
    ),
    shapely.box(-125, 30, -70, 48),
    shapely.box(-60, 75, 20, 90),
    shapely.box(60, -85, 180, -10),
    shapely.box(-180, -85, -150, -10),
]


def places(grid: GeoBox) -> tuple[np.ndarray, np.ndarray]:
    return longitude_latitude(grid, slice(0, grid.shape.y), slice(0, grid.shape.x))


def inside_by_turns(longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
    """Whether places lie in an area, trying each of three turns of the globe."""
    return np.any(
        [
            shapely.contains_xy(area, longitude + turn, latitude)
            for area in AREAS
            for turn in (-360, 0, 360)
        ],
        axis=0,
    )


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
def test_cells_are_covered_whose_centre_lies_inside(grid: GeoBox) -> None:
    found = covered(np.array(AREAS), grid, touched=False).values
    expected = inside_by_turns(*places(grid))
    assert 0 < expected.sum() < expected.size
    # Edges are straight in degrees, and bend within a twentieth of a cell on the map.
    assert (found != expected).sum() <= 0.002 * expected.size


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
def test_touched_cells_are_those_that_hold_any_part(grid: GeoBox) -> None:
    found = covered(np.array(AREAS), grid, touched=True).values
    centres = covered(np.array(AREAS), grid, touched=False).values
    assert not (centres & ~found).any()
    rng = np.random.default_rng(0)
    row, column = (rng.integers(0, n, 4000) for n in grid.shape.yx)
    x, y = grid.affine * (column + rng.uniform(0.1, 0.9, 4000), row + rng.uniform(0.1, 0.9, 4000))
    to_places = Transformer.from_crs(grid.crs.proj, "EPSG:4326", always_xy=True)
    longitude, latitude = (x, y) if grid.crs.geographic else to_places.transform(x, y)
    if grid is GRIDS["metres across the dateline"]:  # pyproj has no place beyond 180
        longitude = x / 17367530.445161372 * 180
    held = inside_by_turns((longitude + 180) % 360 - 180, latitude)
    missed = held & ~found[row, column]
    assert missed.sum() <= 0.002 * held.sum()


def test_touched_cells_hold_slivers_that_no_centre_lies_in() -> None:
    grid = make_grid("EPSG:6933", 25_000, "world")
    islet = np.array([shapely.Point(-25.5, 37.8).buffer(0.02)])
    assert covered(islet, grid, touched=False).values.sum() == 0
    assert covered(islet, grid, touched=True).values.sum() == 1


@settings(max_examples=30, deadline=None)
@given(
    west=st.integers(-400, 390),
    south=st.integers(-58, 70),
    width=st.integers(1, 170),
    height=st.integers(1, 13),
)
def test_box_covers_its_cells_in_any_turn_of_longitude(
    west: int, south: int, width: int, height: int
) -> None:
    grid = make_grid("EPSG:4326", 4.0, "world")
    west = (west + 180) % 360 - 180  # in the turn that data are given in
    for turn in (0, 360) if west < 0 else (0,):
        box = shapely.box(west + turn, south, min(west + width, 180) + turn, south + height)
        longitude, latitude = places(grid)
        east = box.bounds[2] - turn
        expected = (longitude > west) & (longitude < east)
        expected &= (latitude > south) & (latitude < south + height)
        on_edge = np.isin(longitude, [west, east]) | np.isin(latitude, [south, south + height])
        found = covered(np.array([box]), grid, touched=False).values
        np.testing.assert_array_equal(found[~on_edge], expected[~on_edge])


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
def test_window_holds_every_cell(grid: GeoBox) -> None:
    west, south, east, north = window(grid)
    longitude, latitude = places(grid)
    assert (((longitude - west) % 360) <= east - west).all()
    assert ((latitude >= south) & (latitude <= north)).all()
    assert east - west <= 360


def test_points_and_lines_cover_nothing() -> None:
    line = np.array([shapely.LineString([(0, 0), (1, 1)])])
    with pytest.raises(InputError, match=r"GEOMETRY_WRONG.*\n.*found: *LineString"):
        covered(line, GRIDS["world"], touched=True)


def test_edge_over_half_the_globe_is_refused() -> None:
    # 179 to -179: two degrees across the dateline, or 358 the other way?
    area = shapely.Polygon([(179, 0), (-179, 0), (-179, 5), (179, 5)])
    with pytest.raises(InputError, match=r"GEOMETRY_AMBIGUOUS.*\n.*found: *358\.0 degrees"):
        covered(np.array([area]), GRIDS["world"], touched=True)


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)]), "CRS_MISSING"),
        (gpd.GeoDataFrame(geometry=[], crs=4326), "FEATURES_NONE"),
        (gpd.GeoDataFrame(geometry=[shapely.Point(0, 0), None], crs=4326), "GEOMETRY_EMPTY"),
        (gpd.GeoDataFrame(geometry=[shapely.Point()], crs=4326), "GEOMETRY_EMPTY"),
        (gpd.GeoDataFrame(geometry=[shapely.Point(39, -119)], crs=4326), "COORD_INVALID"),
    ],
)
def test_features_without_a_place_are_refused(features: gpd.GeoDataFrame, message: str) -> None:
    with pytest.raises(InputError, match=message):
        geometries(features, "features")
