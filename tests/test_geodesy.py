import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from siting.geodesy import (
    PointTree,
    arc,
    band_area,
    chord,
    densify,
    ecef,
    geodesic_distance,
    spacing,
)
from siting.grid import make_grid

longitudes = st.floats(-180, 180)
latitudes = st.floats(-89.9, 89.9)
places = st.tuples(longitudes, latitudes)


# One degree along 40 N: 85,393 m by the geodesic on WGS84, 85,180 m on a sphere of 6371 km.
def test_the_dateline_is_no_barrier() -> None:
    assert float(geodesic_distance(179.5, 40, -179.5, 40)) == pytest.approx(85_393, abs=0.5)
    across = PointTree([-179.5], [40.0]).distance(179.5, 40.0)
    assert float(across) == pytest.approx(85_393, abs=1.5)


# Semi-axes of WGS84 (NIMA TR8350.2, table 3.1 and 3.3).
@pytest.mark.parametrize(
    ("longitude", "latitude", "xyz"),
    [
        (0, 0, (6_378_137.0, 0, 0)),
        (90, 0, (0, 6_378_137.0, 0)),
        (0, 90, (0, 0, 6_356_752.3142)),
        (-180, -90, (0, 0, -6_356_752.3142)),
    ],
)
def test_ecef_at_the_ends_of_the_axes(
    longitude: float, latitude: float, xyz: tuple[float, float, float]
) -> None:
    np.testing.assert_allclose(ecef(longitude, latitude), xyz, atol=1e-4)


def test_broadcast_places_are_like_written_out_ones() -> None:
    longitude, latitude = np.linspace(-180, 179, 7)[None, :], np.linspace(-80, 80, 5)[:, None]
    written = np.broadcast_arrays(longitude, latitude)
    expected = ecef(*(each.copy() for each in written))
    assert (ecef(longitude, latitude) == expected).all()
    assert (ecef(*written) == expected).all()
    assert expected.shape == (5, 7, 3)


@given(places, st.floats(0, 360), st.floats(1, 3e6))
def test_the_arc_is_within_12_metres_in_1000_kilometres(
    place: tuple[float, float], azimuth: float, distance: float
) -> None:
    from pyproj import Geod

    longitude, latitude, _ = Geod(ellps="WGS84").fwd(*place, azimuth, distance)
    found = float(arc(np.linalg.norm(ecef(*place) - ecef(longitude, latitude))))
    # 12 m at 1,000 km; the local radius of curvature makes it grow with the cube.
    assert abs(found - distance) <= 0.01 + 12 * max(distance / 1e6, (distance / 1e6) ** 3)


@given(st.floats(0, math.pi * 6_371_008.8))
def test_chord_undoes_arc(distance: float) -> None:
    assert float(arc(chord(distance))) == pytest.approx(distance, rel=1e-7, abs=1e-6)


@given(places, places)
def test_distance_is_symmetric_and_periodic(a: tuple[float, float], b: tuple[float, float]) -> None:
    there, back = PointTree(*a).distance(*b), PointTree(*b).distance(*a)
    assert float(there) == pytest.approx(float(back), abs=1e-6)
    turned = PointTree(a[0] + 360, a[1]).distance(b[0] - 360, b[1])
    assert float(turned) == pytest.approx(float(there), rel=1e-9, abs=1e-6)


def test_the_nearest_of_many_places_is_found() -> None:
    random = np.random.default_rng(5)
    places = random.uniform(-180, 180, 300), random.uniform(-85, 85, 300)
    longitude, latitude = random.uniform(-180, 180, (6, 7)), random.uniform(-85, 85, (6, 7))
    all_distances = geodesic_distance(longitude[..., None], latitude[..., None], *places)
    found = PointTree(*places).distance(longitude, latitude)
    np.testing.assert_allclose(found, all_distances.min(axis=-1), rtol=2e-4)


@pytest.mark.parametrize(("longitude", "latitude"), [([], []), ([math.nan], [0.0])])
def test_a_tree_without_places_is_refused(longitude: list[float], latitude: list[float]) -> None:
    with pytest.raises(ValueError, match="at least one place and finite"):
        PointTree(longitude, latitude)


# Length of a degree of latitude and of longitude on WGS84 [m]: National Geospatial-Intelligence
# Agency, Length of a degree of latitude and longitude calculator.
@pytest.mark.parametrize(
    ("latitude", "dy", "dx"),
    [(0, 110_574.3, 111_319.5), (45, 111_131.7, 78_846.8), (60, 111_412.2, 55_800.0)],
)
def test_cells_of_a_degree_have_the_published_size(latitude: float, dy: float, dx: float) -> None:
    grid = make_grid("EPSG:4326", 1.0, (0, latitude - 0.5, 10, latitude + 0.5))
    found_dx, found_dy = spacing(grid, slice(0, 1), slice(0, 10))
    assert found_dx.shape == found_dy.shape == (1, 1)
    assert found_dx.item() == pytest.approx(dx, abs=3.0)  # a chord turned to an arc of R, not N
    assert found_dy.item() == pytest.approx(dy, abs=3.0)


# On a sphere a cell of side s in EPSG:6933 is s cos(phi)/cos(30) wide and s cos(30)/cos(phi)
# high: 25 km at 52 N is 17.8 x 35 km.
def test_equal_area_cells_are_not_equal_in_shape() -> None:
    grid = make_grid("EPSG:6933", 25_000, (0, 5_729_000, 25_000, 5_754_000))
    dx, dy = (float(size.item()) for size in spacing(grid, slice(0, 1), slice(0, 1)))
    assert dx == pytest.approx(17_800, rel=0.01)
    assert dy == pytest.approx(35_100, rel=0.01)
    assert dx * dy == pytest.approx(25_000**2, rel=2e-3)


def test_cells_of_a_local_grid_are_measured_one_by_one() -> None:
    grid = make_grid("EPSG:5070", 1_000, (-2e6, 1.5e6, -1.2e6, 2.4e6))
    dx, dy = spacing(grid, slice(400, 403), slice(10, 14))
    assert dx.shape == dy.shape == (3, 4)
    np.testing.assert_allclose(dx * dy, 1e6, rtol=1e-3)
    assert np.abs(dx / 1_000 - 1).max() > 0.001


# The ellipsoid of GRS80 has 510.0656 million km2 (Moritz 1980), that of WGS84 the same digits.
def test_hemispheres_are_equal_and_bands_add_up() -> None:
    north, south = band_area(0, 90, 360), band_area(-90, 0, 360)
    assert float(north) == pytest.approx(float(south))
    edges = np.linspace(-90, 90, 1801)
    whole = band_area(edges[:-1], edges[1:], 360).sum()
    assert whole == pytest.approx(510.0656e12, abs=0.00005e12)


def _greatest_gap(longitude: np.ndarray, latitude: np.ndarray) -> float:
    pairs = longitude[:-1], latitude[:-1], longitude[1:], latitude[1:]
    return float(geodesic_distance(*pairs).max())


@given(
    st.lists(st.tuples(longitudes, st.floats(-85, 85)), min_size=2, max_size=6),
    st.floats(50_000, 2e6),
)
def test_densified_vertices_are_no_farther_apart_than_asked(
    vertices: list[tuple[float, float]], distance: float
) -> None:
    longitude, latitude = densify(shapely.LineString(vertices), distance)
    assert _greatest_gap(longitude, latitude) <= distance * (1 + 1e-9)
    found = {
        (round(x % 360, 6) % 360, round(y, 6)) for x, y in zip(longitude, latitude, strict=True)
    }
    assert {(round(x % 360, 6) % 360, round(y, 6)) for x, y in vertices} <= found


def test_an_edge_across_the_dateline_goes_the_short_way() -> None:
    longitude, latitude = densify(shapely.LineString([(170, 0), (-170, 10)]), 100_000)
    assert np.abs(longitude).min() >= 170
    assert (np.diff(latitude) > 0).all()


def test_an_edge_of_360_degrees_goes_round_the_globe() -> None:
    longitude, _ = densify(shapely.LineString([(-180, 10), (180, 10)]), 500_000)
    assert np.diff(np.sort(longitude)).max() < 5
    assert longitude.min() == -180
    assert longitude.max() > 175


def test_all_rings_and_parts_are_densified_and_points_kept() -> None:
    outer = shapely.box(0, 0, 10, 10)
    ring = outer.difference(shapely.box(4, 4, 6, 6))
    parts = [
        shapely.MultiPolygon([ring]),
        shapely.Point(50, 50),
        None,
        shapely.MultiPoint([(7, 7)]),
    ]
    longitude, latitude = densify(parts, 50_000)
    boundary = shapely.points(longitude, latitude)
    on = shapely.distance(boundary, shapely.union_all([ring.boundary, *(parts[i] for i in (1, 3))]))
    assert on.max() < 1e-9
    assert shapely.distance(shapely.Point(4, 5), boundary).min() < 0.25  # the hole has an edge too
    assert (50.0, 50.0) in set(zip(longitude.tolist(), latitude.tolist(), strict=True))


def test_separate_lines_are_not_joined() -> None:
    lines = [shapely.LineString([(0, 0), (1, 0)]), shapely.LineString([(90, 0), (91, 0)])]
    longitude, _ = densify(lines, 20_000)
    assert not ((longitude > 1.001) & (longitude < 89.999)).any()


def test_nothing_densifies_to_nothing() -> None:
    longitude, latitude = densify([], 1_000)
    assert len(longitude) == len(latitude) == 0


@pytest.mark.parametrize("distance", [0.0, -5.0, math.nan])
def test_a_spacing_that_is_none_is_refused(distance: float) -> None:
    with pytest.raises(ValueError, match="spacing must be greater than 0"):
        densify(shapely.Point(0, 0), distance)
