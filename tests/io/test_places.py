"""Places of a table's rows in metres, degrees and numbers of other countries."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.errors import InputError
from siting.findings import collect
from siting.io.places import places_of

FILE = Path("a.csv")
# 117 W 39 N and 116 W 40 N in UTM zone 11N, whose central meridian is 117 W: easting 500,000 m.
EAST, NORTH = [500_000.0, 585_362.0], [4_316_776.0, 4_428_236.0]


def placed(crs: str | None = None, names=(None, None), **columns):
    texts = {name: str in set(map(type, cells)) for name, cells in columns.items()}
    frame = pd.DataFrame(
        {n: pd.Series(c, dtype=object if texts[n] else None) for n, c in columns.items()}
    )
    lines = [7 + k for k in range(len(frame))]
    with collect() as findings:
        points, used = places_of(frame, names, crs, lines, FILE)
    return points, used, [each.code for each in findings]


def refused(code: str, crs: str | None = None, names=(None, None), **columns) -> InputError:
    with pytest.raises(InputError, match=code) as caught:
        placed(crs, names, **columns)
    assert caught.value.code == code
    return caught.value


def test_metres_become_degrees() -> None:
    points, used, codes = placed("EPSG:32611", ("e", "n"), e=EAST, n=NORTH)
    np.testing.assert_allclose(points.x, [-117, -116], atol=2e-5)
    np.testing.assert_allclose(points.y, [39, 40], atol=2e-5)
    assert (used, codes, points.crs.to_epsg()) == (("e", "n"), [], 4326)


def test_degrees_in_a_system_of_metres_are_refused() -> None:
    error = refused("CRS_IMPLAUSIBLE", "EPSG:32611", x=[-117.0, -116.0], y=[39.0, 40.0])
    assert error.where == "a.csv"
    refused("COORD_INVALID", "EPSG:32611", x=[5e5, 1e12], y=[4e6, 1e12])


def test_other_degrees_become_wgs_84() -> None:
    points, _, _ = placed("EPSG:4267", lon=[-117.25], lat=[39.25])  # NAD27 lies some 80 m off
    assert 1e-5 < abs(points.x[0] + 117.25) < 2e-3


@pytest.mark.parametrize(
    ("given", "wrapped"),
    [(-180.0, -180), (180.0, 180), (180.5, -179.5), (359.5, -0.5), (360.0, 0), (-179.5, -179.5)],
)
def test_longitudes_beyond_180_are_wrapped(given, wrapped) -> None:
    points, _, _ = placed(lon=[given], lat=[10.25])
    assert points.x[0] == wrapped


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["lon", "lat"], ("lon", "lat")),
        (["Longitude (deg)", "LATITUDE [deg]"], ("Longitude (deg)", "LATITUDE [deg]")),
        (["x", "y", "lng", "decimal latitude"], ("lng", "decimal latitude")),
        (["X", "Y"], ("X", "Y")),
    ],
)
def test_names_of_coordinates(columns, expected) -> None:
    assert placed(**{name: [10.25] for name in columns})[1] == expected


def test_names_that_could_be_either_or_none() -> None:
    error = refused("COLUMN_AMBIGUOUS", lon=[1.5], long=[1.5], lat=[2.5])
    assert (error.found, error.message) == ("lon, long", "several columns could be the longitude")
    error = refused("COLUMN_MISSING", lon=[1.5], name=["a"])
    assert (error.found, error.message) == ("lon, name", "there is no column of latitudes")
    assert error.wanted == "a column named latitude, lat, latitude_deg or the like"
    assert error.fix == "name the column: add `latitude: COLUMN` to the source"
    error = refused("COLUMN_MISSING", Easting=[1.5], utm_n_m=[1.5], depth=[1.0])
    assert "where Easting, utm_n_m are metres" in error.fix
    error = refused("COLUMN_MISSING", None, ("LON", None), lon=[1.5], lat=[2.5])
    assert error.wanted == "LON"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["10,25", "-3,5"], [10.25, -3.5]),
        (["10.25", "\u22123.5"], [10.25, -3.5]),
        ([" 10.25 ", "3"], [10.25, 3.0]),
        (["10,25", "3"], [10.25, 3.0]),
    ],
)
def test_numbers_of_other_countries(cells, expected) -> None:
    points, _, _ = placed(lon=cells, lat=[1.25, 2.25])
    assert points.x.tolist() == expected


@pytest.mark.parametrize("cells", [["10,25", "3.5"], ["1,000,5", "3"], ["a", "3"], ["", "3"]])
def test_numbers_that_nobody_can_read(cells) -> None:
    error = refused("COORD_INVALID", lon=cells, lat=[1.25, 2.25])
    assert error.where == "a.csv:7"


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        ([110.0, -360.5], [1.0, 2.0], "COORD_INVALID"),
        ([110.0, 360.5], [1.0, 2.0], "COORD_INVALID"),
        ([110.0, 20.0], [1.0, 90.5], "COORD_INVALID"),
        ([10.0, 90.5], [1.0, 120.5], "COORD_INVALID"),
        ([10.0, 20.0], [1.0, 360.5], "COORD_INVALID"),
        ([10.0, 20.0], [1.0, 90.5], "LATLON_SWAPPED"),
        ([10.0, 20.0], [1.0, 120.5], "LATLON_SWAPPED"),
    ],
)
def test_rows_beyond_the_globe_are_named(lon, lat, code) -> None:
    error = refused(code, lon=lon, lat=lat)
    assert error.where == "a.csv:8"
    assert error.found == f"lon {lon[1]:g}, lat {lat[1]:g}"


def test_edges_of_the_globe_are_places() -> None:
    points, _, codes = placed(lon=[-360.0, 360.0, 0.5], lat=[90.0, -90.0, 0.5])
    assert points.x.tolist() == [0, 0, 0.5]
    assert codes == []


def test_rows_that_hold_no_numbers_are_told_in_their_lines() -> None:
    cells = ["1.5", "", None, "abc", "x", "y", "z", "?"]
    error = refused("COORD_INVALID", lon=cells, lat=[1.25] * 8)
    assert error.message == "'lon' is missing or no number in 7 rows"
    assert error.found == (
        "nothing in line 8, nothing in line 9, 'abc' in line 10, 'x' in line 11, 'y' in line 12"
    )
    assert error.fix == "fill in or remove these rows"
    for cell in ("119\u00b0 15' W", "119:15:30", "119.25 W", "N 39.5"):
        assert "degrees, minutes" in refused("COORD_INVALID", lon=[cell], lat=[1.25]).fix


@pytest.mark.parametrize(("x", "words"), [(500_000.0, "add the CRS"), (900.0, "correct these")])
def test_metres_without_a_system_are_told(x, words) -> None:
    assert words in refused("COORD_INVALID", x=[x, 10.0], y=[x, 50.0]).fix


@pytest.mark.parametrize(
    ("lon", "lat", "codes"),
    [
        ([1.0, 2.0, 3.0, 4.0, 6.0], [1.0, 2.0, 3.0, 4.0, 9.0], ["COORD_ROUNDED"]),
        ([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0], []),
        ([1.0, 2.0, 3.0, 4.0, 6.5], [1.0, 2.0, 3.0, 4.0, 9.0], []),
        ([1.0, 1.0, 2.0, 2.0, 2.0], [1.0, 2.0, 1.0, 2.0, 2.0], []),  # nodes of a grid
        ([1.5, 1.5, 1.5], [2.5, 2.5, 2.5], ["PLACES_IDENTICAL"]),
        ([1.5, 1.5], [2.5, 2.5], []),
        ([1.5, 1.5, 1.5], [2.5, 2.5, 2.6], []),
        ([0.0, 1.5], [0.0, 1.5], ["COORD_ZERO"]),
        ([0.0, 1.5], [0.1, 1.5], []),
    ],
)
def test_places_that_are_hardly_right(lon, lat, codes) -> None:
    assert placed(lon=lon, lat=lat)[2] == codes
