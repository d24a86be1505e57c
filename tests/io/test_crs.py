"""Coordinate reference systems of files: what cannot be one is refused, by its units and place."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from pyproj import CRS

from siting.errors import InputError
from siting.findings import collect
from siting.io import crs
from siting.io.crs import check_plausible, known_crs, parsed

FILE = Path("a.shp")
WORLD = (-180.25, -90.25, 180.25, 90.25)  # cells of half a degree whose centres touch the edges
# EPSG:31985 in metres, EPSG:2225 in feet, and German legal metres of 1.0000135965 m (EPSG:9031),
# in which EPSG gives the grids of Namibia, such as EPSG:29377.
SHORT = ["EPSG:31985", "EPSG:2225", "EPSG:29377"]


@pytest.mark.parametrize("code", SHORT)
@pytest.mark.parametrize("bounds", [(-120.0, 38.0, -116.0, 41.0), WORLD])
def test_degrees_are_no_metres_and_no_feet(code: str, bounds) -> None:
    with pytest.raises(InputError, match="CRS_IMPLAUSIBLE"):
        check_plausible(CRS(code), bounds, 0.5, FILE)


def test_kilometres_may_look_like_degrees() -> None:
    system = CRS("+proj=utm +zone=11 +ellps=WGS84 +units=km +type=crs")
    check_plausible(system, (340.0, 40.0, 355.0, 60.0), 0.5, FILE)


ZERO = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["{name}",0]]'
)
FLAT = (
    'PROJCS["x",{base},PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000],'
    'PARAMETER["Central_Meridian",-117],PARAMETER["Scale_Factor",1],UNIT["metre",0]]'
)


@pytest.mark.parametrize(
    "text",
    [
        ZERO.replace("{name}", "degree"),
        FLAT.replace("{base}", ZERO.replace("{name}", "degree").replace("0]]", "0.01745]]")),
    ],
)
def test_a_unit_of_no_length_is_no_system(text: str) -> None:
    with pytest.raises(InputError, match="CRS_UNKNOWN"):
        check_plausible(known_crs(text, None, FILE), (-120, 38, -116, 41), 0.1, FILE)


def test_the_pipeline_helps_a_file_whose_system_makes_no_sense() -> None:
    with collect() as findings:
        system = known_crs("+proj=longlat +nadgrids=/a.gsb", "EPSG:4267", FILE)
    assert system.to_epsg() == 4267
    assert [(each.code, each.severity) for each in findings] == [("CRS_OVERRIDDEN", "note")]


def test_a_notation_that_leaves_the_axes_open_is_refused() -> None:
    with pytest.raises(InputError, match="CRS_UNKNOWN"):
        known_crs(None, "+init=epsg:4326", FILE)


# --- boundaries ----------------------------------------------------------------------------------

DEGREES = CRS("EPSG:4326")
GRADS = CRS("EPSG:4807")  # NTF (Paris), in grads: 400 to the turn
METRES = CRS("EPSG:6933")


def plausible(system: CRS, bounds: tuple[float, float, float, float], cell: float = 0.5) -> bool:
    try:
        check_plausible(system, bounds, cell, FILE)
    except InputError as error:
        return (error.code, error.where) != ("CRS_IMPLAUSIBLE", "a.shp")
    return True


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ((-180, -90.5, 180, 90.5), True),
        ((-180, -90.6, 180, 90), False),
        ((-180, -90, 180, 90.6), False),
        ((-360.5, 0, 0, 1), True),
        ((-360.6, 0, 0, 1), False),
        ((200, 0, 540.75, 1), True),  # one and a half turns and a cell, as 540 E is 180 E
        ((200, 0, 540.8, 1), False),
        ((-180, 0, 181, 1), True),  # a turn, and a cell at each edge
        ((-180, 0, 181.1, 1), False),
        ((10, 0, 9, 1), False),
        ((9, 1, 10, 0), False),
    ],
)
def test_degrees_reach_once_round_the_globe(bounds, expected) -> None:
    assert plausible(DEGREES, bounds) is expected


@pytest.mark.parametrize(
    ("north", "expected"), [(100.0, True), (100.4, True), (100.6, False), (91.0, True)]
)
def test_limits_are_in_the_unit_of_the_system(north, expected) -> None:
    assert plausible(GRADS, (0, 50, 10, north)) is expected


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ((-360.5, -90.5, 360.5, 90.5), False),
        ((-360.6, 0, 100, 50), True),
        ((0, 0, 360.6, 50), True),
        ((0, -90.6, 10, 50), True),
        ((0, 0, 10, 90.6), True),
        ((0, 0, 10, 90), False),
        ((-17e6, -7e6, 17e6, 7e6), True),
        ((1e12, 1e12, 1.1e12, 1.1e12), False),
    ],
)
def test_metres_that_look_like_degrees(bounds, expected) -> None:
    assert plausible(METRES, bounds) is expected


def test_what_the_coordinates_look_like_is_told() -> None:
    for system, bounds, words in (
        (DEGREES, (0, 0, 1, 200), "no longitudes and latitudes: 0 0 1 200"),
        (METRES, (0, 0, 10, 50), "look like degrees: 0 0 10 50"),
        (METRES, (1e12, 1e12, 2e12, 2e12), "out of its reach: 1e+12"),
    ):
        with pytest.raises(InputError, match="CRS_IMPLAUSIBLE") as caught:
            check_plausible(system, bounds, 0.5, FILE)
        assert words in caught.value.found
        assert caught.value.found.startswith(system.name)


def test_an_open_notation_is_refused_where_warnings_are_silent() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(InputError, match="CRS_UNKNOWN") as caught:
            parsed("+init=epsg:4326", FILE)
    assert (caught.value.where, caught.value.found) == ("a.shp", "+init=epsg:4326")
    assert caught.value.wanted == "an EPSG code such as EPSG:4326, or WKT"


def test_a_system_of_three_axes_is_taken_flat() -> None:
    assert known_crs("EPSG:4979", None, FILE).to_epsg() == 4326
    high = known_crs("EPSG:32611+5703", None, FILE)
    assert (len(high.axis_info), high.name) == (2, "WGS 84 / UTM zone 11N")


def test_how_far_off_a_place_may_come_back_is_by_the_longer_side(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A system that brings each place back so many units to the east or north of it."""

    class Moved:
        def __init__(self, east: float, north: float) -> None:
            self.off = east, north

        def transform(self, x, y):
            return x + self.off[0], y + self.off[1]

    def reached(bounds, east: float, north: float) -> bool:
        monkeypatch.setattr(crs, "to_geographic", lambda system: Moved(0, 0))
        monkeypatch.setattr(crs, "from_geographic", lambda system: Moved(east, north))
        return crs._on_earth(METRES, bounds)

    # A hundredth of the longer side, and one unit.
    wide, tall = (2000.0, 0.0, 3000.0, 100.0), (0.0, 2000.0, 100.0, 3000.0)
    for bounds in (wide, tall):
        assert reached(bounds, 10.99, 0.0)
        assert not reached(bounds, 11.0, 0.0)
        assert not reached(bounds, -11.0, 0.0)
        assert not reached(bounds, 0.0, 11.0)
        assert not reached(bounds, 8.0, -8.0)  # 11.3 along the diagonal
        assert reached(bounds, 7.0, -7.0)  # 9.9
    # Of a place without extent, a hundredth of one unit and one.
    assert reached((5.0, 5.0, 5.0, 5.0), 1.0, 0.0)
    assert not reached((5.0, 5.0, 5.0, 5.0), 1.02, 0.0)
    assert not reached(wide, np.nan, 0.0)
    assert not reached(wide, np.inf, 0.0)


@pytest.mark.parametrize("at", range(9))
def test_one_place_of_nine_on_the_earth_is_enough(at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[float, float]] = []

    class Some:
        def transform(self, x, y):
            asked[:] = list(zip(x.ravel(), y.ravel(), strict=True))
            good = np.arange(9).reshape(3, 3) == at
            return np.where(good, x, np.nan), np.where(good, y, np.nan)

    class Same:
        def transform(self, x, y):
            return x, y

    monkeypatch.setattr(crs, "to_geographic", lambda system: Some())
    monkeypatch.setattr(crs, "from_geographic", lambda system: Same())
    assert crs._on_earth(METRES, (100.0, 10.0, 300.0, 50.0))
    assert asked == [(x, y) for y in (10, 30, 50) for x in (100, 200, 300)]
