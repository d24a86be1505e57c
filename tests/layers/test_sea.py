"""The sea: open water, named regions, ways over water, zones."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
import xarray as xr

from siting.errors import InputError
from siting.findings import collect
from siting.geodesy import geodesic_distance
from siting.grid import as_layer, cell_of, longitude_latitude, make_grid
from siting.io.raster import read_raster
from siting.io.vector import read_features
from siting.layers import sea
from siting.sources.catalogue import catalogue

GRID = make_grid("EPSG:4326", 1.0, (0, 0, 6, 3))
OPEN = shapely.box(0, 0, 2, 3)


def areas(*shapes: shapely.Geometry, **columns: list) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=4326)


def bed(values: object) -> xr.DataArray:
    return as_layer(np.asarray(values, dtype=float), GRID, units="m")


NOWHERE = areas(shapely.box(50, 50, 51, 51))
OCEAN = areas(OPEN, kind=["ocean"])


def test_open_water_ends_at_land_shoals_and_left_out_seas() -> None:
    land = areas(shapely.box(2, 1, 3, 2))
    regions = areas(shapely.box(4, 0, 6, 1), OPEN, kind=["enclosed", "ocean"])
    depth = bed([[9, 9, 9, -1, 9, 9], [9, 9, 9, 9, 9, 9], [9, 9, 9, 9, 9, 9]])
    found = sea.ocean(depth, land, regions, GRID).values
    np.testing.assert_array_equal(
        found, [[1, 1, 1, 0, 1, 1], [1, 1, 0, 1, 1, 1], [1, 1, 1, 1, 0, 0]]
    )


def test_water_that_no_ocean_reaches_does_not_count_nor_over_a_corner() -> None:
    depth = bed([[9, 9, -1, 9, 9, 9], [9, 9, -1, -1, -1, -1], [9, 9, 9, -1, 9, 9]])
    found = sea.ocean(depth, NOWHERE, OCEAN, GRID).values
    np.testing.assert_array_equal(found[:, 3:], 0)
    assert (found[:, :2] == 1).all()


def test_what_is_not_known_is_not_known() -> None:
    depth = bed(np.full((3, 6), 9.0)).where(np.arange(6) != 1)
    waves = bed(np.full((3, 6), 2.0)).where(np.arange(6) != 0)
    found = sea.ocean(depth, NOWHERE, OCEAN, GRID, known=[waves]).values
    assert np.isnan(found[:, :2]).all()
    # The unknown column closes the way: nothing says that a ship can cross it.
    np.testing.assert_array_equal(found[:, 2:], 0)


def test_water_is_joined_across_the_seam_of_the_world() -> None:
    grid = make_grid("EPSG:4326", 10.0, (-180, 0, 180, 10))
    depth = as_layer(np.full((1, 36), 9.0), grid, units="m")
    wall = areas(shapely.box(0, 0, 10, 10))
    ocean = areas(shapely.box(10, 0, 20, 10), kind=["ocean"])
    found = sea.ocean(depth, wall, ocean, grid).values
    assert found.sum() == 35


def test_an_ocean_is_needed_and_kinds_too() -> None:
    depth = bed(np.full((3, 6), 9.0))
    with pytest.raises(InputError, match="FEATURES_NONE: no region is an ocean"):
        sea.ocean(depth, NOWHERE, areas(OPEN, kind=["lake"]), GRID)
    with pytest.raises(InputError, match="COLUMN_MISSING"):
        sea.ocean(depth, NOWHERE, areas(OPEN), GRID)


def test_two_regions_of_one_code_are_refused() -> None:
    with pytest.raises(InputError, match="ID_DUPLICATE"):
        sea.named_region(areas(OPEN, OPEN, code=[1, 1], region=["a", "b"]), GRID)


def test_an_exclusive_zone_ends_at_200_nautical_miles() -> None:
    coast = bed([[370.3, 370.5, 0.0, -5.0, np.nan, 12.0]] * 3).assign_attrs(units="km")
    np.testing.assert_array_equal(sea.exclusive_zone(coast).values[0], [1, 0, 0, 0, np.nan, 1])


def test_harbours_in_water_are_exact_and_those_ashore_add_their_way() -> None:
    water = as_layer(np.array([[True, True, True, True, False, False]] * 3), GRID, units="1")
    afloat = gpd.GeoDataFrame(geometry=[shapely.Point(0.2, 0.7)], crs=4326)
    with collect() as findings:
        found = sea.distance_over_water(afloat, water, GRID).values
    assert findings == []
    assert found[2, 3] == pytest.approx(geodesic_distance(0.2, 0.7, 3.5, 0.5) / 1000, rel=1e-4)
    ashore = gpd.GeoDataFrame(geometry=[shapely.Point(4.3, 0.5)], crs=4326)
    with collect() as findings:
        found = sea.distance_over_water(ashore, water, GRID).values
    # 0.8 degrees of longitude to the nearest cell of water, and 2 from there.
    assert found[2, 1] == pytest.approx(2.8 * 111.315, rel=1e-3)
    assert [(each.code, each.severity) for each in findings] == [("PLACES_ASHORE", "note")]
    assert "1 of 1 place moved, by 89 km" in findings[0].found


def test_places_too_far_from_water_or_outside_are_left_out_and_told() -> None:
    water = as_layer(np.array([[True, False, False, False, False, False]] * 3), GRID, units="1")
    places = [shapely.Point(0.5, 0.5), shapely.Point(5.5, 0.5), shapely.Point(9, 9)]
    with collect() as findings:
        sea.distance_over_water(areas(*places), water, GRID).compute()
    assert "0 of 3 places moved; 2 left out" in findings[0].found
    nowhere = sea.distance_over_water(areas(*places[1:]), water, GRID)
    with pytest.raises(InputError, match="FEATURES_NONE: none of the places lies at the water"):
        nowhere.compute()


def test_ways_begin_at_points_and_lead_over_a_statement() -> None:
    water = as_layer(np.ones((3, 6), bool), GRID, units="1")
    with pytest.raises(InputError, match="GEOMETRY_WRONG: ways over water begin at points"):
        sea.distance_over_water(areas(OPEN), water, GRID)
    amounts = bed(np.ones((3, 6))).assign_attrs(units="1")
    with pytest.raises(InputError, match="KIND_WRONG"):
        sea.distance_over_water(areas(shapely.Point(0.5, 0.5)), amounts, GRID)


# --- the embedded data ---------------------------------------------------------------------------

WORLD = make_grid("EPSG:4326", 1.0, (-180, -65, 180, 65))


@pytest.fixture(scope="module")
def regions() -> gpd.GeoDataFrame:
    return gpd.read_file(catalogue()["sea_regions"].path)


@pytest.fixture(scope="module")
def water(regions) -> xr.DataArray:
    elevation = read_raster(
        catalogue()["elevation"].path, WORLD, kind="continuous", units="m"
    )  # fmt: skip
    outline = gpd.read_parquet(catalogue()["land_50m"].path)
    return sea.ocean(sea.depth(elevation), outline, regions, WORLD).compute()


@pytest.mark.parametrize(
    ("longitude", "latitude", "region"),
    [
        (-30, 45, "North Atlantic Ocean"), (3, 56, "North Atlantic Ocean"),
        (-4, 45.5, "North Atlantic Ocean"), (-20, -30, "South Atlantic Ocean"),
        (75, -20, "Indian Ocean"), (88, 15, "Indian Ocean"), (-150, 30, "North Pacific Ocean"),
        (175, 40, "North Pacific Ocean"), (123, 35, "North Pacific Ocean"),
        (-85, 5, "North Pacific Ocean"), (-120, -30, "South Pacific Ocean"),
        (160, -40, "South Pacific Ocean"), (30, -63, "Southern Ocean"), (10, 75, "Arctic Ocean"),
        (18, 35, "Mediterranean Sea"), (25, 38.5, "Mediterranean Sea"),
        (34, 43, "Black Sea, Marmara and Azov"), (19, 57, "Baltic Sea and Kattegat"),
        (38, 20, "Red Sea"), (51, 27, "Persian Gulf"), (58, 24.5, "Indian Ocean"),
        (-85, 60, "Hudson Bay, Foxe Basin and Hudson Strait"), (51, 42, "Caspian Sea"),
        (-87, 44, "Great Lakes"), (150, 54, "Sea of Okhotsk"), (135, 40, "Sea of Japan"),
        (-90, 25, "Gulf of Mexico"), (-75, 15, "Caribbean Sea"), (-60, 15, "North Atlantic Ocean"),
    ],
)  # fmt: skip
def test_known_places_lie_in_their_sea(regions, longitude, latitude, region) -> None:
    inside = regions[regions.contains(shapely.Point(longitude, latitude))]
    assert inside["region"].iloc[0] == region


def test_every_cell_of_the_open_ocean_has_a_name_but_a_few(regions, water) -> None:
    codes = sea.named_region(regions, WORLD).values
    unnamed = np.isnan(codes) & (water.values == 1)
    assert unnamed.sum() <= 5
    enclosed = regions["code"][regions["kind"].isin(sea.LEFT_OUT)]
    assert not (np.isin(codes, enclosed) & (water.values == 1)).any()


def test_the_ocean_has_its_published_area(water) -> None:
    # Charette and Smith (2010), Oceanography 23(2): 361.9 million km2 with all seas; from 65 S to
    # 65 N without the enclosed ones it is some 335. By centres of cells, counted here.
    _, latitude = longitude_latitude(WORLD, slice(0, 130), slice(0, 360))
    area = (111.195**2 * np.cos(np.radians(latitude)) * (water.values == 1)).sum() / 1e6
    assert area == pytest.approx(335, rel=0.02)


def test_ways_from_ports_go_round_continents_and_over_the_dateline(water) -> None:
    def way(start: tuple[float, float], end: tuple[float, float]) -> float:
        harbour = areas(shapely.Point(*start))
        found = sea.distance_over_water(harbour, water, WORLD).values
        row, column = cell_of(WORLD, [end[0]], [end[1]])
        return float(found[row[0], column[0]])

    # From one side of Panama to the other, round Cape Horn: geodesics from cape to cape.
    capes = np.array([
        (-79.5, 7.5), (-81.7, -4.6), (-75.8, -47.0), (-67.3, -56.2), (-34.4, -7.2), (-35.0, -5.0),
        (-60.5, 11.2), (-72.0, 12.8), (-79.5, 10.5),
    ])  # fmt: skip
    legs = geodesic_distance(*capes[:-1].T, *capes[1:].T).sum() / 1000
    assert way((-79.5, 7.5), (-79.5, 10.5)) == pytest.approx(legs, rel=0.02)
    # From Japan to California the geodesic is free.
    free = geodesic_distance(140.5, 34.5, -123.5, 37.5) / 1000
    assert way((140.5, 34.5), (-123.5, 37.5)) == pytest.approx(free, rel=0.002)


def test_regions_need_no_repair() -> None:
    with collect() as findings:
        read_features(catalogue()["sea_regions"].path)
    assert findings == []
