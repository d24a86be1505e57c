"""Outline of the land, distance to its coast and the ice sheets, against published figures."""

from pathlib import Path

import geopandas
import numpy as np
import pytest
import rasterio
import shapely

from data.build.land import cut_at_dateline

DATA = Path(__file__).parents[2] / "data"
EQUAL_AREA = 6933


@pytest.fixture(scope="module")
def land():
    return geopandas.read_parquet(DATA / "land_50m.parquet").geometry


@pytest.fixture(scope="module")
def ice():
    return geopandas.read_parquet(DATA / "ice_sheets.parquet").set_index("name").geometry


def area(geometries: geopandas.GeoSeries) -> float:
    """Area in km2."""
    return geometries.to_crs(EQUAL_AREA).area.sum() / 1e6


def around(land: geopandas.GeoSeries, longitude: float, latitude: float) -> geopandas.GeoSeries:
    return land[land.contains(shapely.Point(longitude, latitude))]


def test_no_polygon_crosses_the_dateline(land):
    """A ring that jumps from 180 to -180 has an edge that is longer than any coast's."""
    for ring in shapely.get_rings(land.values):
        assert np.abs(np.diff(shapely.get_coordinates(ring)[:, 0])).max() < 10 or (
            shapely.get_coordinates(ring)[:, 1].min() < -89.9  # Antarctica, along the pole
        )


def test_only_antarctica_spans_all_longitudes(land):
    width = land.bounds["maxx"] - land.bounds["minx"]
    assert list(width.nlargest(2).round()) == [360, 198]  # the second: Eurasia with Africa
    assert land[width.idxmax()].bounds[3] < -60


def test_both_sides_of_the_dateline_are_land(land):
    """Chukotka and Wrangel Island lie on both sides."""
    for latitude, longitude in [(66.5, 179.9), (66.5, -179.9), (71.2, 179.9), (71.2, -179.9)]:
        assert len(around(land, longitude, latitude)) == 1


# Mainland areas [km2] from the global shoreline data set of Liu et al. (2015), as Wikipedia's
# list of islands by area gives them; it counts the Caspian Sea within Eurasia and leaves the
# floating ice shelves of Antarctica out. Islands are from the same list.
@pytest.mark.parametrize(
    ("longitude", "latitude", "published", "tolerance"),
    [
        (-100, 40, 37_699_623, 0.005),  # the Americas
        (80, -80, 12_272_800, 0.015),  # Antarctica
        (134, -25, 7_591_608, 0.005),  # Australia
        (-40, 72, 2_130_800, 0.015),  # Greenland
        (142, -5.5, 785_753, 0.015),  # New Guinea
        (46.7, -19, 587_713, 0.015),  # Madagascar
        (138, 36, 227_960, 0.015),  # Honshu
    ],
)
def test_areas_are_the_published_ones(land, longitude, latitude, published, tolerance):
    assert area(around(land, longitude, latitude)) == pytest.approx(published, rel=tolerance)


def test_eurasia_with_africa_has_the_published_area(land):
    west, east = around(land, 10, 21), around(land, -175, 66.5)
    filled = geopandas.GeoSeries(shapely.polygons(west.exterior.values), crs=4326)
    assert area(filled) + area(east) == pytest.approx(79_810_726, rel=0.005)


def test_caspian_sea_is_no_land(land):
    assert around(land, 51, 42).empty


def test_all_land_has_the_published_area(land):
    """148.94 million km2 with 14.0 of Antarctica (CIA, The World Factbook)."""
    assert area(land[land.bounds["maxy"] > -60]) == pytest.approx(134.94e6, rel=0.01)


def test_ring_over_the_dateline_is_cut():
    box = shapely.Polygon([(170, 0), (-170, 0), (-170, 10), (170, 10)])
    cut = cut_at_dateline(box)
    assert cut.equals(shapely.union(shapely.box(170, 0, 180, 10), shapely.box(-180, 0, -170, 10)))


def test_ring_round_the_pole_is_closed_over_it():
    ring = shapely.Polygon([(-120, -70), (0, -70), (120, -70)])
    assert cut_at_dateline(ring).equals(shapely.box(-180, -90, 180, -70))


def test_hole_in_a_ring_stays():
    box = shapely.box(0, 0, 10, 10).difference(shapely.box(2, 2, 4, 4))
    assert cut_at_dateline(box).equals(box)


def test_coast_distance_changes_sign_at_the_outline(land):
    places = {(-110.0, 45.0): -1, (100.0, 60.0): -1, (51.0, 42.0): -1, (-140.0, 30.0): 1}
    with rasterio.open(DATA / "coast_distance.tif") as raster:
        for place, sign in places.items():
            assert np.sign(next(raster.sample([place]))[0]) == sign


def test_coast_distance_is_a_distance():
    """Neighbours differ by no more than their own distance, 11.2 km, and the rounding."""
    with rasterio.open(DATA / "coast_distance.tif") as raster:
        distance = np.abs(raster.read(1).astype(int))
    assert np.abs(np.diff(distance, axis=0)).max() <= 12
    assert np.abs(np.diff(distance, axis=1, append=distance[:, :1])).max() <= 12


def test_greenland_ice_sheet_has_nearly_the_published_area(ice):
    """1.71 million km2 are commonly given for the sheet, 1.8 with all local glaciers."""
    assert 0.93 * 1.71e6 < area(ice.loc[["Greenland"]]) < 1.8e6


def test_antarctic_ice_sheet_has_nearly_the_published_area(ice):
    """12.3 million km2 of grounded ice (Fretwell et al. 2013, Bedmap2)."""
    assert area(ice.loc[["Antarctica"]]) == pytest.approx(12.3e6, rel=0.04)


@pytest.mark.parametrize(
    ("name", "longitude", "latitude"),
    [
        ("Greenland", -38.46, 72.58),  # Summit station
        ("Greenland", -43.8, 65.2),  # Dye 3
        ("Greenland", -61.1, 77.2),  # Camp Century
        ("Greenland", -51.1, 77.45),  # NEEM
        ("Antarctica", 106.84, -78.46),  # Vostok
        ("Antarctica", 123.35, -75.1),  # Dome C
        ("Antarctica", -112.1, -79.47),  # WAIS divide
        ("Antarctica", 0.0, -89.9),  # the pole
    ],
)
def test_stations_on_the_ice_are_on_it(ice, name, longitude, latitude):
    assert ice[name].contains(shapely.Point(longitude, latitude))


@pytest.mark.parametrize(
    ("longitude", "latitude"),
    [
        (-51.74, 64.18),  # Nuuk
        (-50.69, 67.01),  # Kangerlussuaq
        (-51.10, 69.22),  # Ilulissat
        (-45.43, 61.16),  # Narsarsuaq
        (-37.63, 65.61),  # Tasiilaq
        (-21.97, 70.48),  # Ittoqqortoormiit
        (-68.70, 76.53),  # Pituffik
        (-16.66, 81.60),  # Station Nord
        (-16.8, 64.4),  # Iceland, Vatnajökull
        (15.6, 78.2),  # Svalbard
        (7.0, 61.7),  # Norway, Jostedalsbreen
        (-76.0, 80.5),  # Ellesmere Island
        (166.67, -77.85),  # McMurdo, Ross Island
    ],
)
def test_places_off_the_two_sheets_are_kept(ice, longitude, latitude):
    assert not ice.contains(shapely.Point(longitude, latitude)).any()


def test_ice_lies_on_land(land, ice):
    """Difference of 0.1 % allows for the rounding of both outlines' coordinates."""
    on_land = geopandas.GeoSeries(shapely.intersection(ice.values, land.union_all()), crs=4326)
    assert area(on_land) == pytest.approx(area(ice), rel=1e-3)
