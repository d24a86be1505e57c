"""Parts of a shapefile that do not belong together, or are not whole."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from siting.errors import InputError
from siting.findings import collect
from siting.io import shapefile
from siting.io.vector import read_features


@pytest.fixture
def parts(tmp_path) -> Path:
    """Three points with a name each."""
    frame = gpd.GeoDataFrame(
        {"name": ["a", "b", "c"]}, geometry=gpd.points_from_xy([1, 2, 3], [4, 5, 6]), crs=4326
    )
    frame.to_file(tmp_path / "a.shp")
    (tmp_path / "a.cpg").unlink()
    return tmp_path / "a.shp"


def refused(path: Path) -> InputError:
    with pytest.raises(InputError, match="FILE_CORRUPT") as caught:
        shapefile.check_parts(path)
    return caught.value


def cut(path: Path, count: int) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size - count])


def test_whole_parts_are_whole(parts) -> None:
    shapefile.check_parts(parts)
    assert len(read_features(parts)) == 3


@pytest.mark.parametrize("ending", [".shp", ".shx"])
def test_a_part_that_is_cut(parts, ending) -> None:
    path = parts.with_suffix(ending)
    whole = path.stat().st_size
    cut(path, 1)
    error = refused(parts)
    assert (error.where, error.found, error.wanted) == (
        str(path), f"{whole - 1} bytes", f"{whole} bytes",
    )  # fmt: skip
    assert (error.message, error.fix) == (
        "the file is cut short", "bring all parts of the file again",
    )  # fmt: skip


def test_a_table_that_is_cut(parts) -> None:
    table = parts.with_suffix(".dbf")
    content = table.read_bytes()
    start, length = (int.from_bytes(content[i : i + 2], "little") for i in (8, 10))
    table.write_bytes(content[: start + 3 * length])  # the mark of its end may be missing
    shapefile.check_parts(parts)
    table.write_bytes(content[: start + 3 * length - 1])
    error = refused(parts)
    assert (error.where, error.message) == (str(table), "the file is cut short")
    assert error.found == f"{start + 3 * length - 1} bytes"
    assert error.wanted == f"{start + 3 * length} bytes"


def test_a_table_of_another_file(parts) -> None:
    table = parts.with_suffix(".dbf")
    content = bytearray(table.read_bytes())
    content[4] = 2
    table.write_bytes(bytes(content))
    error = refused(parts)
    assert (error.found, error.wanted) == ("2 rows", "3 rows, one for each shape")
    assert error.where == str(table)


def test_rows_that_are_marked_as_deleted_are_counted(parts) -> None:
    table = parts.with_suffix(".dbf")
    content = bytearray(table.read_bytes())
    start, length = (int.from_bytes(content[i : i + 2], "little") for i in (8, 10))
    content[start + length] = ord("*")
    content[start + 2 * length + 1] = ord("*")  # within a value it means nothing
    table.write_bytes(bytes(content))
    with collect() as findings:
        shapefile.check_parts(parts)
    (note,) = findings
    assert (note.code, note.found, note.severity) == ("ROWS_DELETED", "1 of 3", "note")


def test_the_encoding_is_read_or_guessed(parts) -> None:
    with collect() as findings:
        assert shapefile.encoding(parts) == "utf-8"
    assert findings == []
    table = parts.with_suffix(".dbf")
    content = table.read_bytes()
    table.write_bytes(content.replace(b"b  ", b"\xe4  ", 1))
    with collect() as findings:
        assert shapefile.encoding(parts) == "cp1252"
    assert [(each.code, each.where) for each in findings] == [("ENCODING_GUESSED", str(parts))]
    coded = bytearray(table.read_bytes())
    coded[29] = 0x57  # the code page of Windows in the header
    table.write_bytes(bytes(coded))
    with collect() as findings:
        assert shapefile.encoding(parts) is None
    assert findings == []
    table.write_bytes(content)
    parts.with_suffix(".cpg").write_text("UTF-8")
    assert shapefile.encoding(parts) is None


def test_areas_are_read_back(tmp_path) -> None:
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    frame.to_file(tmp_path / "b.shp")
    assert read_features(tmp_path / "b.shp").geometry[0].area == 1.0


def test_parts_that_are_missing(parts) -> None:
    parts.with_suffix(".dbf").rename(parts.with_name("b.dbf"))
    with collect() as findings:
        shapefile.check_parts(parts)
    assert [(each.code, each.found) for each in findings] == [
        ("FILE_INCOMPLETE", ".prj, .shp, .shx")
    ]
    assert shapefile.encoding(parts) is None
    parts.with_suffix(".shx").unlink()
    with pytest.raises(InputError, match="FILE_INCOMPLETE") as caught:
        shapefile.check_parts(parts)
    assert (caught.value.where, caught.value.found) == (str(parts), ".prj, .shp")
