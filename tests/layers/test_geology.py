import geopandas as gpd
import numpy as np
import pytest
import shapely
import xarray as xr

from siting.errors import InputError
from siting.grid import cell_of, longitude_latitude, make_grid
from siting.layers import geology
from siting.reduce import area_where
from siting.sources.catalogue import catalogue

WORLD = make_grid("EPSG:6933", 25_000, "world")
ICE = gpd.GeoDataFrame(geometry=[shapely.box(-45, 65, -35, 78)], crs=4326)


def areas(*geometries: shapely.Geometry) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(geometries), crs=4326)


@pytest.fixture(scope="module")
def land() -> xr.DataArray:
    outline = gpd.read_parquet(catalogue()["land_50m"].path)
    return geology.land(outline, ICE, WORLD).compute()


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ((-119.8, 39.5), True),  # Reno
        ((-25.49, 37.78), True),  # Ribeira Grande, on an island of 30 km
        ((55.71, -21.24), True),  # Piton de la Fournaise, Réunion
        ((179.0, 67.0), True),  # Chukotka, either side of the dateline
        ((-179.0, 67.0), True),
        ((179.0, -16.6), True),  # Vanua Levu, Fiji, cut by the dateline
        ((-40.0, 72.0), False),  # the ice sheet
        ((-150.0, 0.0), False),  # Pacific
    ],
)
def test_land_of_the_world(land: xr.DataArray, place: tuple[float, float], expected: bool) -> None:
    row, column = (each.item() for each in cell_of(WORLD, *place))
    assert land.values[row, column] == expected


def test_land_has_its_area(land: xr.DataArray) -> None:
    # 148.9 million km2 of land, of which Antarctica 14.2 (CIA World Factbook), less the box of
    # ice above, R² Δλ (sin 78 - sin 65) = 0.51. All that touches counts: some more, never less.
    area = area_where(land, WORLD) / 1e6
    assert 148.9 - 14.2 - 0.51 < area < 1.06 * (148.9 - 14.2 - 0.51)


def test_land_ends_at_the_southern_limit() -> None:
    grid = make_grid("EPSG:4326", 2.0, (0, -80, 4, -50))
    everything = areas(shapely.box(-10, -85, 20, -40))
    far_ice = areas(shapely.box(100, 70, 110, 75))
    _, latitude = longitude_latitude(grid, slice(0, 15), slice(0, 2))
    for limit in (-60.0, "-70 degree"):
        found = geology.land(everything, far_ice, grid, southern_limit=limit).values
        np.testing.assert_array_equal(found, latitude >= float(str(limit).split()[0]))


def test_ice_takes_the_cells_whose_centre_it_covers() -> None:
    grid = make_grid("EPSG:4326", 1.0, (0, 0, 4, 1))
    found = geology.land(areas(shapely.box(0, 0, 4, 1)), areas(shapely.box(0.6, 0, 2.6, 1)), grid)
    assert found.values.tolist() == [[True, False, False, True]]


def test_within_polygons_agrees_with_geometry_at_cell_centres() -> None:
    grid = make_grid("EPSG:32611", 1_000, (480_000, 4_380_000, 520_000, 4_420_000))
    x = np.arange(480_500, 520_000, 1_000)[None, :]
    y = np.arange(4_419_500, 4_380_000, -1_000)[:, None]
    pluton = shapely.Point(500_300, 4_400_200).buffer(11_111)
    features = gpd.GeoDataFrame(geometry=[pluton], crs=32611).to_crs(4326)
    found = geology.within_polygons(features, grid).values
    np.testing.assert_array_equal(found, shapely.contains_xy(pluton, *np.broadcast_arrays(x, y)))


def test_category_is_an_indicator_of_classes_alone() -> None:
    regime = xr.DataArray([[1.0, 2.0, np.nan]], dims=("y", "x"), attrs={"kind": "categorical"})
    found = geology.category_is(regime, categories=[2])
    np.testing.assert_array_equal(found.values, [[0.0, 1.0, np.nan]])
    assert found.attrs["kind"] == "boolean"
    with pytest.raises(InputError, match=r"KIND_WRONG.*\n.*\n.*found: *kind continuous"):
        geology.category_is(regime.assign_attrs(kind="continuous"), categories=[2])
