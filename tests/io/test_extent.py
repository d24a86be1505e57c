"""Where a raster lies on a grid, and polygons across the dateline."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from pyproj import CRS

from siting.errors import InputError
from siting.findings import collect
from siting.grid import make_grid
from siting.io.dateline import cut_at_dateline
from siting.io.datums import cell_metres, check_datum
from siting.io.extent import check_cells, check_extent, outside
from siting.io.placement import Frame

FILE = Path("a.tif")
DEGREES, METRES = CRS("EPSG:4326"), CRS("EPSG:6933")
HOME = make_grid("EPSG:4326", 0.1, (-120.0, 38.0, -118.0, 40.0))


def frame(west: float, north: float, width: int, height: int, cell: float = 0.1, crs=DEGREES):
    return Frame(crs, Affine(cell, 0, west, 0, -cell, north), height, width)


def told(function, *arguments) -> list[tuple[str, str]]:
    with collect() as findings:
        function(*arguments)
    return [(each.code, each.found) for each in findings]


# --- extent --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("crs", "cell"),
    [
        (METRES, 1e-3),
        (DEGREES, 1e-8),  # a degree of a meridian: 111.2 km
        (CRS("+proj=utm +zone=11 +ellps=WGS84 +units=km +type=crs"), 1e-6),
    ],
)
def test_cells_as_small_as_a_millimetre(crs, cell) -> None:
    check_cells(frame(0, 0, 9, 9, cell * 1.001, crs), FILE)
    with pytest.raises(InputError, match="CELLS_IMPLAUSIBLE"):
        check_cells(frame(0, 0, 9, 9, cell / 1.2, crs), FILE)


def test_the_shorter_side_of_a_cell_counts() -> None:
    for affine in (Affine(1e-9, 0, 0, 0, -1, 0), Affine(1, 0, 0, 0, -1e-9, 0)):
        with pytest.raises(InputError, match="CELLS_IMPLAUSIBLE") as caught:
            check_cells(Frame(METRES, affine, 9, 9), FILE)
        assert caught.value.found == "1e-09 m"
    check_cells(Frame(METRES, Affine(0, 1, 0, 1, 0, 0), 9, 9), FILE)  # rows are columns


@pytest.mark.parametrize(
    ("width", "found"),
    [(20, []), (19, [("COVERAGE_PARTIAL", "5 % of the grid")]), (30, [])],
)
def test_part_of_the_grid_that_lies_beyond_a_raster(width, found) -> None:
    assert told(check_extent, frame(-120, 40, width, 20), HOME, 1.0, FILE) == found


def test_a_sliver_of_the_grid_may_lie_beyond() -> None:
    fine = make_grid("EPSG:4326", 0.01, (-120.0, 38.0, -118.0, 40.0))  # of 200 columns
    assert told(check_extent, frame(-120, 40, 199, 200, 0.01), fine, 1.0, FILE) == []
    found = told(check_extent, frame(-120, 40, 198, 200, 0.01), fine, 1.0, FILE)
    assert [code for code, _ in found] == ["COVERAGE_PARTIAL"]


@pytest.mark.parametrize(("ratio", "codes"), [(0.0101, []), (0.01, ["RESOLUTION_COARSE"])])
def test_cells_a_hundred_times_as_long(ratio, codes) -> None:
    found = told(check_extent, frame(-120, 40, 20, 20), HOME, ratio, FILE)
    assert [code for code, _ in found] == codes
    assert all(words == "100 cells of the grid along one of the raster" for _, words in found)


@pytest.mark.parametrize(
    ("west", "north", "code", "words"),
    [
        (10, 50, "OUTSIDE_GRID", "check the bounds of the grid"),
        (118, 40, "OUTSIDE_GRID", "a minus of the west"),
        (38, -118, "AXES_SWAPPED", "swap the axes"),
    ],
)
def test_what_would_explain_a_raster_elsewhere(west, north, code, words) -> None:
    affine = Affine(0.1, 0, west, 0, -0.1, north)
    if code == "AXES_SWAPPED":
        affine = Affine(0, -0.1, 40, 0.1, 0, -120)
    error = outside(Frame(DEGREES, affine, 20, 20), HOME, FILE)
    assert (error.code, error.where) == (code, "a.tif")
    assert words in error.fix
    assert error.wanted == "-120, 38, -118, 40 in EPSG:4326"


# --- datums --------------------------------------------------------------------------------------


def test_lengths_of_cells() -> None:
    assert cell_metres(METRES, 25.0) == 25.0
    assert cell_metres(CRS("EPSG:2225"), 3937.0) == pytest.approx(1200.0)  # US survey feet
    assert cell_metres(DEGREES, 0.5) == pytest.approx(55_600.0)
    assert cell_metres(CRS("EPSG:4807"), 1.0) == pytest.approx(0.9 * 111_200)  # a grad


def test_a_datum_that_is_known_well_enough() -> None:
    same = frame(-120, 40, 20, 20)
    assert told(check_datum, same, HOME, FILE) == []
    utm = frame(300_000, 4_400_000, 20, 20, 30.0, CRS("EPSG:32611"))
    assert told(check_datum, utm, HOME, FILE) == []
    coarse = frame(-120, 40, 20, 20, 0.1, CRS("EPSG:4267"))  # NAD27: 5 to 10 m, of 11 km
    assert told(check_datum, coarse, HOME, FILE) == []


def test_half_a_cell_of_the_coarser_of_both_counts() -> None:
    fine = make_grid("EPSG:4326", 0.0001, (-120.0, 39.9, -119.9, 40.0))  # 11 m
    near = frame(-120, 40, 1000, 1000, 0.0001, CRS("EPSG:4267"))
    ((code, _),) = told(check_datum, near, fine, FILE)
    assert code == "DATUM_SHIFT_INEXACT"
    assert told(check_datum, frame(-120, 40, 20, 20, 0.1, CRS("EPSG:4267")), fine, FILE) == []
    assert told(check_datum, near, HOME, FILE) == []


# --- the dateline --------------------------------------------------------------------------------


def shapes(*found: shapely.Geometry) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(found), crs="EPSG:4326")


def cut(*found: shapely.Geometry) -> tuple[list[shapely.Geometry], list[str]]:
    with collect() as findings:
        frame = cut_at_dateline(shapes(*found), Path("a.gpkg"))
    return list(frame.geometry), [each.found for each in findings]


FIJI = shapely.Polygon([(178, -20), (-178, -20), (-178, -15), (178, -15)])
BOTH = shapely.MultiPolygon([shapely.box(178, -20, 180, -15), shapely.box(-180, -20, -178, -15)])


def test_a_box_over_the_dateline_lies_on_both_sides() -> None:
    (found,), words = cut(FIJI)
    assert found.equals(BOTH)
    assert words == ["1 of 1: feature 1"]
    (reverse,), _ = cut(shapely.reverse(FIJI))
    assert reverse.equals(BOTH)


def test_features_that_cross_are_named_and_others_stay() -> None:
    inland = shapely.box(10, 10, 20, 20)
    found, words = cut(inland, FIJI, inland, *[FIJI] * 5)
    assert found[0] is inland or found[0].equals(inland)
    assert words == ["6 of 8: feature 2, 4, 5, 6, 7"]
    assert cut(inland) == ([inland], [])


def test_edges_of_half_the_globe_and_all_the_way_round_stay() -> None:
    half = shapely.box(-90, 0, 90, 10)
    whole = shapely.box(-180, -80, 180, -70)
    polar = shapely.Polygon([(-100, -89.5), (100, -89.5), (100, -89.9), (-100, -89.9)])
    assert cut(half, whole, polar)[1] == []
    more = shapely.box(-90.5, 0, 90, 40)
    assert cut(more)[1] != []


def test_holes_go_with_their_polygon() -> None:
    ring = [(176, -20), (-176, -20), (-176, -10), (176, -10)]
    holes = [
        [(177, -18), (179, -18), (179, -16), (177, -16)],
        [(-179, -14), (-177, -14), (-177, -12), (-179, -12)],
        [(179, -19), (-179, -19), (-179, -17), (179, -17)],
    ]
    (found,), _ = cut(shapely.Polygon(ring, holes))
    assert found.area == pytest.approx(8 * 10 - 3 * 4)
    for x, y in ((178, -17), (-178, -13), (179.9, -18), (-179.9, -18)):
        assert not found.covers(shapely.Point(x, y))
    for x, y in ((176.5, -11), (-176.5, -19), (179.9, -15)):
        assert found.covers(shapely.Point(x, y))


@pytest.mark.parametrize("width", [1.2, 1.3])
def test_a_tall_box_can_be_meant_either_way(width) -> None:
    """Five degrees high and less than a quarter of that wide."""
    box = shapely.Polygon(
        [(180 - width / 2, 0), (-180 + width / 2, 0), (-180 + width / 2, 5), (180 - width / 2, 5)]
    )
    if width > 1.25:
        assert cut(box)[0][0].area == pytest.approx(5 * width)
        return
    with pytest.raises(InputError, match="GEOMETRY_AMBIGUOUS") as caught:
        cut(shapely.box(0, 0, 1, 1), box)
    assert caught.value.where == "a.gpkg: feature 2"
    assert caught.value.found == "longitudes -179.4 to 179.4, latitudes 0 to 5"


def test_a_ring_round_a_pole_is_refused() -> None:
    x = np.array([-150.0, -50.0, 50.0, 150.0])
    with pytest.raises(InputError, match="a ring goes round a pole"):
        cut(shapely.Polygon(np.column_stack([x, np.full(4, 70.0)])))


def test_lines_and_points_are_left_alone() -> None:
    line = shapely.LineString([(179, 0), (-179, 0)])
    assert cut(line, FIJI) == ([line, FIJI], [])
