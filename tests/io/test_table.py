"""Tables: cells as they were meant, rows that cannot be right refused with their line."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import InputError
from siting.findings import collect
from siting.io.columns import typed
from siting.io.table import read_points, read_table

SITES = "site_id,name,lon,lat,label\ns1,A,-119,39,1\ns2,B,-118.5,38.25,0\n"


@pytest.fixture
def csv(tmp_path):
    def write(content: str | bytes, name: str = "a.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def refused(read, path: Path, code: str, **options) -> InputError:
    with pytest.raises(InputError, match=code) as caught:
        read(path, **options)
    assert caught.value.code == code
    return caught.value


def test_points_have_their_columns_and_places(csv) -> None:
    points = read_points(csv(SITES), name="known")
    assert points.crs.to_epsg() == 4326
    assert [(place.x, place.y) for place in points.geometry] == [(-119, 39), (-118.5, 38.25)]
    assert points["label"].tolist() == [1, 0]
    assert points["label"].dtype == "int64"
    assert points.attrs == {"name": "known", "source": "a.csv"}


@pytest.mark.parametrize(
    "names", ["Longitude,Latitude", "LON,LAT", "lng,lat", "x,y", "long_dd,lat_dd"]
)
def test_usual_names_of_coordinates_are_found(csv, names) -> None:
    assert read_points(csv(f"{names}\n-119,39\n")).geometry.iloc[0].x == -119


def test_other_names_are_given(csv) -> None:
    path = csv("ostwert,nordwert\n-119,39\n")
    error = refused(read_points, path, "COLUMN_MISSING")
    assert "longitude: COLUMN" in error.fix
    points = read_points(path, longitude="ostwert", latitude="nordwert")
    assert points.geometry.iloc[0].y == 39
    refused(read_points, csv("lon,longitude,lat\n1,2,3\n"), "COLUMN_AMBIGUOUS")


def test_ids_stay_text(csv) -> None:
    path = csv("site_id,zip,lon,lat\n007,01234,-119,39\n1e5,99999,-119,39\n")
    points = read_points(path)
    assert points["site_id"].tolist() == ["007", "1e5"]
    assert points["zip"].tolist() == ["01234", "99999"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", "2"], [1, 2]),
        (["1", ""], [1.0, np.nan]),
        (["1.5", "NA", "n/a", "-"], [1.5, np.nan, np.nan, np.nan]),
        (["NA", "NZ"], ["NA", "NZ"]),
        (["", ""], ["", ""]),
        (["true", "FALSE"], [True, False]),
        (["yes", "no"], ["yes", "no"]),
        (["1e3", "-2.5E-2"], [1000.0, -0.025]),
        (["1,234", "5"], ["1,234", "5"]),
        (["inf", "1"], ["inf", "1"]),
        (["0", "0.5", "-0.5"], [0.0, 0.5, -0.5]),
        (["00", "1"], ["00", "1"]),
        (["9007199254740993", "1"], ["9007199254740993", "1"]),
        (["2020-01-01", "1"], ["2020-01-01", "1"]),
        (["1_000", "1"], ["1_000", "1"]),
    ],
)
def test_cells_are_numbers_only_where_all_of_a_column_are(cells, expected) -> None:
    found = typed(cells, "value").tolist()
    assert [type(each) for each in found] == [type(each) for each in expected]
    pd.testing.assert_series_equal(pd.Series(found), pd.Series(expected))


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_come_back_exactly(values) -> None:
    assert typed([repr(value) for value in values], "value").tolist() == values


def test_namibia_is_no_missing_value(csv) -> None:
    table = read_table(csv("country,mw\nNA,NA\nNZ,1.5\n"))
    assert table["country"].tolist() == ["NA", "NZ"]
    assert np.isnan(table["mw"].iloc[0])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a;b\n1,5;2\n", [1.5, 2]),
        ("a\tb\n1.5\t2\n", [1.5, 2]),
        ("a|b\n1.5|2\n", [1.5, 2]),
        ('"a";"b,c"\n1,5;2\n', [1.5, 2]),
        ("a,b\r\n1.5,2\r\n", [1.5, 2]),
        ("\ufeffa,b\n1.5,2\n", [1.5, 2]),
        ("a,b\n\n1.5,2\n\n", [1.5, 2]),
        (' a , b\n 1.5 ,"2"', [1.5, 2]),
    ],
)
def test_separators_marks_and_line_ends(csv, content, expected) -> None:
    assert read_table(csv(content)).iloc[0].tolist() == expected


def test_encodings(csv) -> None:
    expected = "Þeistareykir Ñandú"
    for encoding, codes in (("utf-8", []), ("utf-16", []), ("cp1252", ["ENCODING_GUESSED"])):
        with collect() as findings:
            table = read_table(csv(f"name,mw\n{expected},1\n".encode(encoding)))
        assert table["name"].iloc[0] == expected
        assert [finding.code for finding in findings] == codes


@pytest.mark.parametrize(
    ("content", "code", "where"),
    [
        ("a,b\n1,2\n3\n", "CSV_RAGGED", ":3"),
        ("a,b\n1,2,3\n", "CSV_RAGGED", ":2"),
        ('a,b\n"x\ny",2\n3\n', "CSV_RAGGED", ":4"),
        ('a,b\n"1,2\n', "CSV_SYNTAX", ""),
        ('a,b\n"1"x,2\n', "CSV_SYNTAX", ":2"),
        ("a,a\n1,2\n", "COLUMN_DUPLICATE", ":1"),
        ("a,\n1,2\n", "COLUMN_DUPLICATE", ":1"),
        ("a,b\n", "LAYER_EMPTY", ""),
        ("\n\n", "FILE_EMPTY", ""),
        ("", "FILE_EMPTY", ""),
        ("PK\x03\x04\0", "NOT_A_TABLE", ""),
        ("<html></html>", "NOT_A_TABLE", ""),
        ("a,b\n" + "x" * 5000 + "\0,2\n", "NOT_A_TABLE", ""),
    ],
)
def test_tables_that_cannot_be_read(csv, content, code, where) -> None:
    path = csv(content)
    assert refused(read_table, path, code).where.startswith(f"{path}{where}")


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (SITES + "s3,C,,39,0\n", "COORD_INVALID", 4),
        (SITES + "s3,C,NA,39,0\n", "COORD_INVALID", 4),
        (SITES + "s3,C,119°W,39,0\n", "COORD_INVALID", 4),
        (SITES + "s3,C,-119,99,0\n", "COORD_INVALID", 4),
        (SITES + "s3,C,500000,4000000,0\n", "COORD_INVALID", 4),
        ("site_id,lon,lat\ns1,39,-119\n", "LATLON_SWAPPED", 2),
        (SITES + ",C,-119,39,0\n", "ID_MISSING", 4),
    ],
)
def test_rows_that_have_no_place(csv, content, code, line) -> None:
    path = csv(content)
    assert refused(read_points, path, code).where == f"{path}:{line}"


def test_an_id_that_stands_for_two_rows(csv) -> None:
    error = refused(read_points, csv(SITES + "s1,C,-119,39,0\n"), "ID_DUPLICATE")
    assert error.found == "'s1' in lines 2, 4"
    assert len(read_points(csv("lon,lat,country_id\n-119,39,US\n-118,39,US\n"))) == 2


def test_longitudes_to_360_are_wrapped(csv) -> None:
    points = read_points(csv("lon,lat\n241,39\n180,0\n-180,0\n181,0\n"))
    assert points.geometry.x.tolist() == points["lon"].tolist() == [-119, 180, -180, -179]


def test_place_at_zero_is_reported(csv) -> None:
    with collect() as findings:
        read_points(csv("lon,lat\n0,0\n-119,39\n"))
    assert [finding.code for finding in findings] == ["COORD_ZERO"]


def test_parquet_tables_and_points(tmp_path) -> None:
    table = pd.DataFrame({"site_id": [7, 8], "lon": [-119.0, -118.0], "lat": [39.0, 38.0]})
    table.to_parquet(tmp_path / "a.parquet")
    assert read_table(tmp_path / "a.parquet")["site_id"].tolist() == ["7", "8"]
    assert read_points(tmp_path / "a.parquet").geometry.iloc[0].x == -119
    places = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table.lon, table.lat), crs=4326)
    places.to_parquet(tmp_path / "b.parquet")
    assert read_points(tmp_path / "b.parquet").geometry.iloc[1].y == 38
    (tmp_path / "a.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:500])
    refused(read_table, tmp_path / "a.parquet", "FILE_CORRUPT")


def test_vector_file_of_points_is_read_as_such(tmp_path) -> None:
    places = gpd.GeoDataFrame({"a": [1]}, geometry=gpd.points_from_xy([-119], [39]), crs=4326)
    places.to_file(tmp_path / "a.gpkg")
    assert read_points(tmp_path / "a.gpkg").geometry.iloc[0].x == -119
