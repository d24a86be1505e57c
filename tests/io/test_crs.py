"""Coordinate reference systems of files: what cannot be one is refused, by its units and place."""

from pathlib import Path

import pytest
from pyproj import CRS

from siting.errors import InputError
from siting.findings import collect
from siting.io.crs import check_plausible, known_crs

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
