import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.errors import InputError, PipelineError
from siting.geodesy import densify, geodesic_distance
from siting.grid import as_layer, longitude_latitude, make_grid
from siting.layers import distance
from siting.proximity import cell_side

WORLD = make_grid("EPSG:6933", 1_000_000, "world")


def features(*geometries: shapely.Geometry) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(geometries), crs=4326)


def places(grid):
    return longitude_latitude(grid, slice(0, grid.shape.y), slice(0, grid.shape.x))


def cell_at(longitude: float, latitude: float):
    """A grid of one small cell round a place."""
    d = 0.005
    return make_grid("EPSG:4326", 2 * d, (longitude - d, latitude - d, longitude + d, latitude + d))


@pytest.mark.parametrize(
    ("start", "end", "kilometres"),
    [
        # Both are geodesics of the manual of GeographicLib's GeodSolve (Karney 2013).
        ((-73.8, 40.6), (-0.5, 51.6), 5551.759),
        ((179.5, 40.0), (-179.5, 40.0), 85.393),
    ],
)
def test_distance_between_known_places(start, end, kilometres: float) -> None:
    found = distance.distance_to(features(shapely.Point(end)), cell_at(*start)).values.item()
    assert found == pytest.approx(kilometres, rel=5e-4)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-89, 89)), min_size=1, max_size=5))
def test_distance_to_points_is_that_of_geodesics(points: list[tuple[float, float]]) -> None:
    found = distance.distance_to(features(*map(shapely.Point, points)), WORLD).values * 1000
    longitude, latitude = places(WORLD)
    exact = np.min([geodesic_distance(longitude, latitude, *point) for point in points], axis=0)
    near = exact < 1e6
    assert np.abs(found - exact)[near].max(initial=0) < 13
    # The arc of the mean radius departs by 0.03 % in 5,000 km and 4 % towards the antipode.
    far = exact < 5e6
    np.testing.assert_allclose(found[far], exact[far], rtol=3e-4, atol=1)
    np.testing.assert_allclose(found, exact, rtol=0.04, atol=1)


@pytest.mark.parametrize(
    "grid",
    [
        make_grid("EPSG:4326", 0.2, (178, 50, 182, 53)),
        make_grid("EPSG:32601", 20_000, (300_000, 5_500_000, 700_000, 5_900_000)),
    ],
    ids=["degrees", "metres"],
)
def test_distance_to_a_line_is_within_a_quarter_of_a_cell(grid) -> None:
    fault = shapely.LineString([(178.3, 50.2), (179.9, 52.4), (181.5, 51.0)])
    found = distance.distance_to(features(fault), grid).values * 1000
    fine_longitude, fine_latitude = densify(fault, 500.0)
    longitude, latitude = (each.reshape(-1, 1) for each in places(grid))
    exact = geodesic_distance(longitude, latitude, fine_longitude, fine_latitude).min(axis=1)
    exact = exact.reshape(found.shape)
    too_long = found - exact
    allowed = np.sqrt(exact**2 + (cell_side(grid) / 4) ** 2) - exact
    assert too_long.max() <= cell_side(grid) / 4 + 20
    assert (too_long <= allowed * 1.3 + 60).all()
    assert too_long.min() > -260  # the exact one is of vertices 500 m apart


def test_distance_to_a_polygon_is_zero_inside_and_that_of_its_ring_outside() -> None:
    grid = make_grid("EPSG:4326", 0.1, (178, 50, 182, 53))
    lake = shapely.box(179, 51, 181, 52)
    found = distance.distance_to(features(lake), grid).values
    longitude, latitude = places(grid)
    inside = shapely.contains_xy(lake, longitude % 360, latitude)
    assert (found[inside] == 0).all()
    assert (found[~inside] > 0).all()
    ring = distance.distance_to(features(lake.exterior), grid).values
    np.testing.assert_array_equal(found[~inside], ring[~inside])


def test_hole_of_a_polygon_is_outside() -> None:
    grid = make_grid("EPSG:4326", 0.1, (0, 0, 3, 3))
    ring = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
    found = distance.distance_to(features(ring), grid).values
    assert found[15, 15] == pytest.approx(50, abs=2)
    assert found[2, 2] == 0


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 999), n=st.integers(1, 6))
def test_nth_nearest_is_the_nth_of_the_sorted_distances(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    at = np.column_stack([rng.uniform(-180, 180, 6), rng.uniform(-60, 84, 6)])
    found = distance.distance_to_nth(features(*shapely.points(at)), n, WORLD).values
    longitude, latitude = places(WORLD)
    every = np.sort([geodesic_distance(longitude, latitude, *place) for place in at], axis=0)
    np.testing.assert_allclose(found * 1000, every[n - 1], rtol=0.04, atol=1)


def test_first_nearest_is_the_nearest() -> None:
    events = features(*shapely.points([[10, 10], [-170, 50], [100, -20]]))
    np.testing.assert_array_equal(
        distance.distance_to_nth(events, 1, WORLD).values,
        distance.distance_to(events, WORLD).values,
    )


def test_crs_of_features_is_minded() -> None:
    place = features(shapely.Point(-117, 40))
    np.testing.assert_allclose(
        distance.distance_to(place.to_crs(32611), WORLD).values,
        distance.distance_to(place, WORLD).values,
        rtol=1e-5,
    )


def test_nth_nearest_wants_points_and_enough_of_them() -> None:
    with pytest.raises(InputError, match="FEATURES_FEW"):
        distance.distance_to_nth(features(shapely.Point(0, 0)), 2, WORLD)
    with pytest.raises(InputError, match="GEOMETRY_WRONG"):
        distance.distance_to_nth(features(shapely.box(0, 0, 1, 1)), 1, WORLD)
    with pytest.raises(PipelineError, match="VALUE_INVALID"):
        distance.distance_to_nth(features(shapely.Point(0, 0)), 0, WORLD)


def test_distance_is_told_only_within_a_mask_and_is_the_same_there() -> None:
    some = features(shapely.Point(10, 50), shapely.Point(-120, 38), shapely.box(100, 0, 110, 10))
    everywhere = distance.distance_to(some, WORLD)
    mask = as_layer(np.arange(WORLD.shape.x)[None, :] % 3 * np.ones((WORLD.shape.y, 1)) == 1, WORLD)
    found = distance.distance_to(some, WORLD, within=mask)
    assert (found.notnull() == mask).all()
    np.testing.assert_array_equal(found.values[mask.values], everywhere.values[mask.values])


def test_nth_nearest_is_told_only_within_a_mask() -> None:
    some = features(shapely.Point(10, 50), shapely.Point(-120, 38))
    mask = as_layer(np.arange(WORLD.shape.y)[:, None] * np.ones((1, WORLD.shape.x)) < 4, WORLD)
    found = distance.distance_to_nth(some, 2, WORLD, within=mask).values
    everywhere = distance.distance_to_nth(some, 2, WORLD).values
    np.testing.assert_array_equal(found[:4], everywhere[:4])
    assert np.isnan(found[4:]).all()
