"""Where the limits of readers lie exactly, and what they say of each place where they stop."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.errors import InputError, PipelineError, SitingError
from siting.findings import Finding, collect
from siting.io import yaml
from siting.io.column_ranges import tell_implausible
from siting.io.columns import LARGEST_EXACT, check_ids, id_column, ids_as_text, is_id, typed
from siting.io.costs import read_costs
from siting.io.delimited import rows_of, text_of
from siting.io.header import unused
from siting.io.table import read_points, read_table

Writer = Callable[[str | bytes], Path]


@pytest.fixture
def csv(tmp_path: Path) -> Writer:
    def write(content: str | bytes) -> Path:
        path = tmp_path / "a.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def said(error: SitingError) -> dict[str, str]:
    """What an error says, but for what it does not say."""
    return {name: text for name, text in error.as_dict().items() if text and name != "message"}


def refused(text: str) -> dict[str, str]:
    with pytest.raises(PipelineError, match=".") as caught:
        yaml.load(text, "p.yaml")
    return said(caught.value)


def told(read: Callable[[Path], object], path: Path) -> list[Finding]:
    with collect() as found:
        read(path)
    return found


# 9,999 values in a list are 10,000 with the list.
def test_ten_thousand_keys_and_values_are_allowed() -> None:
    assert len(yaml.load("[" + "1," * 9_999 + "]", "p.yaml").data) == 9_999
    assert refused("[" + "1," * 10_000 + "]") == {
        "code": "CONFIG_TOO_COMPLEX",
        "where": "p.yaml:1:20000",
        "wanted": "at most 20 levels and 10000 keys and values",
    }


def test_twenty_levels_of_mappings_are_allowed() -> None:
    assert yaml.load("{a: " * 19 + "1" + "}" * 19, "p.yaml").data["a"]
    assert refused("{a: " * 20 + "1" + "}" * 20)["code"] == "CONFIG_TOO_COMPLEX"


def test_one_mebibyte_is_allowed_in_a_file_and_in_a_text(tmp_path: Path) -> None:
    text = "a: 1\n#" + "x" * (2**20 - 6)
    path = tmp_path / "a.yaml"
    path.write_text(text)
    assert yaml.read(path).data == yaml.load(text, "a").data == {"a": 1}
    path.write_text(text + "x")
    with pytest.raises(PipelineError, match="CONFIG_TOO_COMPLEX") as caught:
        yaml.read(path)
    assert said(caught.value) == {
        "code": "CONFIG_TOO_COMPLEX", "where": str(path), "found": "more than 1048576 bytes",
        "wanted": "at most 1 MiB", "fix": "keep data in CSV or Parquet files",
    }  # fmt: skip
    assert refused(text + "x")["found"] == "more than 1048576 bytes"
    assert refused("#" + "ż" * 2**19)["where"] == "p.yaml"  # two bytes each


def test_a_byte_that_is_no_utf8_has_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: 1\nb: x\xff\n")
    with pytest.raises(PipelineError, match="CONFIG_ENCODING") as caught:
        yaml.read(path)
    assert said(caught.value) == {
        "code": "CONFIG_ENCODING", "where": f"{path}:2:5", "found": "byte 0xff", "wanted": "UTF-8",
        "fix": "save the file as UTF-8",
    }  # fmt: skip
    assert isinstance(caught.value.__cause__, UnicodeDecodeError)


@pytest.mark.parametrize("name", ["nothing.yaml", "", "file/a.yaml"])
def test_a_file_that_is_not_there_is_bad_input(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="FILE_MISSING") as caught:
        yaml.read(tmp_path / name)
    assert said(caught.value) == {
        "code": "FILE_MISSING",
        "where": str(tmp_path / name),
        "fix": "check the name, or write the file",
    }
    assert isinstance(caught.value.__cause__, OSError)


@pytest.mark.parametrize(
    ("text", "found", "wanted", "fix"),
    [
        ("a: 1\na: 2", "the first is at p.yaml:1:1", "", "remove or rename one of the two"),
        ("a: NO", "NO", "",
         'write "NO" in quotes for text, true or false, or a plain number'),
        ("a: &x 1", "x", "",
         "write the value out, or put text that begins with & or * in quotes"),
        ("a: !!str 1", "tag:yaml.org,2002:str", "",
         "remove the tag, or put text that begins with ! in quotes"),
        ("1.5: 1", "1.5", "", "put the key in quotes"),
        ("[a]: 1", "a list or mapping", "", "put the key in quotes"),
        ("%YAML 1.1\n---\na: 1\n", "", "YAML 1.2 without %TAG",
         "remove the lines that begin with %"),
        ("a: 1\n---\nb: 2\n", "", "one document",
         "put what follows --- into a file of its own"),
        ("a: b: c\n", "", "YAML 1.2",
         "check indentation (spaces, no tabs), quotes, brackets and colons near this place"),
    ],
)  # fmt: skip
def test_what_is_refused_says_what_to_do(text: str, found: str, wanted: str, fix: str) -> None:
    error = refused(text)
    assert (error.get("found", ""), error.get("wanted", ""), error["fix"]) == (found, wanted, fix)


@pytest.mark.parametrize(
    ("name", "unit", "low", "high"),
    [
        ("bht", "degC", -5, 550),
        ("Bottom hole temp [degC]", "degC", -5, 550),
        ("reservoir_temp_c", "degC", -5, 550),
        ("spring_temp", "degC", -90, 105),
        ("Total depth (m)", "m", 0, 15_000),
        ("td", "m", 0, 15_000),
        ("tvd_ft", "m", 0, 15_000),
    ],
)
def test_columns_of_wells_and_springs_have_their_ranges(
    name: str, unit: str, low: float, high: float
) -> None:
    with collect() as found:
        tell_implausible(np.array([low, high, np.nan, np.inf]), name, unit, "a.csv")
    assert found == []
    for beyond in (low - 0.5, high + 0.5):
        with collect() as found:
            tell_implausible(np.array([low, high, beyond, np.nan]), name, unit, "a.csv")
        (finding,) = found
        assert (finding.code, finding.where) == ("RANGE_IMPLAUSIBLE", "a.csv")
        assert finding.message == f"'{name}' lies outside the plausible range in 1 of 3 rows"
        least, most = min(low, beyond), max(high, beyond)
        assert finding.found == f"{least:.6g} to {most:.6g} {unit}"
        assert finding.wanted == f"{low:g} to {high:g} {unit}"


@pytest.mark.parametrize(("name", "unit"), [("depth", "m"), ("bht", "m"), ("width", "degC")])
def test_other_columns_have_no_range(name: str, unit: str) -> None:
    with collect() as found:
        tell_implausible(np.array([-1e6, 1e6]), name, unit, "a.csv")
    assert found == []


def test_ranges_hold_in_other_units() -> None:
    with collect() as found:
        # 550 degC are 1022 degF
        tell_implausible(np.array([1021.0]), "bht", "degF", "a.csv")
        tell_implausible(np.array([1023.0]), "bht", "degF", "a.csv")
    assert [each.fix for each in found] == ["are these degrees Fahrenheit?"]


def test_whole_numbers_are_kept_while_they_are_exact() -> None:
    assert LARGEST_EXACT == 9_007_199_254_740_992  # 2^53, IEEE 754 binary64
    exact = typed(["9007199254740991", "-3"], "n")
    assert (str(exact.dtype), exact[0]) == ("int64", 9_007_199_254_740_991)
    assert typed(["9007199254740992"], "n").tolist() == ["9007199254740992"]
    assert typed(["-9007199254740993"], "n").tolist() == ["-9007199254740993"]


@pytest.mark.parametrize(
    ("texts", "values", "kind"),
    [
        (["true", "FALSE"], [True, False], "bool"),
        (["true", ""], ["true", ""], "object"),
        ([" 1", "+2", "-3"], [1, 2, -3], "int64"),
        (["1", "2."], [1.0, 2.0], "float64"),
        (["\u22121.5", "1e3"], [-1.5, 1000.0], "float64"),
        (["0.5", "-0", "0"], [0.5, 0.0, 0.0], "float64"),
        (["01", "2"], ["01", "2"], "object"),
        (["1", "x "], ["1", "x"], "object"),
        (["", " "], ["", ""], "object"),
    ],
)
def test_cells_are_what_they_say(texts: list[str], values: list[object], kind: str) -> None:
    column = typed(texts, "amount")
    assert (column.tolist(), str(column.dtype), column.name) == (values, kind, "amount")


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["a", "id"], "id"),
        (["a", "Site ID"], "Site ID"),
        (["well_id", "site_id"], "site_id"),
        (["well_id", "a"], "well_id"),
        (["a", "well_id"], None),
        ([], None),
    ],
)
def test_the_column_that_names_rows(names: list[str], found: str | None) -> None:
    assert id_column(pd.DataFrame(columns=names)) == found


@pytest.mark.parametrize("name", ["fid", "UWI", "api", "key", "x_code", "Well Name", "site-id"])
def test_ids_are_known_by_their_name(name: str) -> None:
    assert is_id(name)
    assert not is_id(name + "s2")


def test_whole_numbers_of_ids_become_text() -> None:
    frame = pd.DataFrame({"id": [1.0, np.nan], "code": [7, 8], "fid": [1.5, 2.0], "n": [1, 2]})
    found = ids_as_text(frame)
    assert found["id"].tolist() == ["1", ""]
    assert found["code"].tolist() == ["7", "8"]
    assert found["fid"].tolist() == [1.5, 2.0]
    assert found["n"].tolist() == [1, 2]
    assert frame["code"].tolist() == [7, 8]


def test_repeated_ids_are_told_by_five_lines_at_most() -> None:
    frame = pd.DataFrame({"id": ["b", *["a"] * 6, "b"]})
    with pytest.raises(InputError, match="ID_DUPLICATE") as caught:
        check_ids(frame, "a.csv", list(range(2, 10)))
    assert said(caught.value) == {
        "code": "ID_DUPLICATE", "where": "a.csv", "found": "'b' in lines 2, 9",
        "wanted": "an id of its own for every row", "fix": "rename or remove the repeated rows",
    }  # fmt: skip
    with pytest.raises(InputError, match="ID_DUPLICATE") as caught:
        check_ids(frame[1:], "a.csv", list(range(3, 10)), "features")
    assert caught.value.found == "'a' in features 3, 4, 5, 6, 7"


def test_ids_are_the_same_however_their_letters_are_made() -> None:
    with pytest.raises(InputError, match="ID_DUPLICATE"):
        check_ids(pd.DataFrame({"id": ["\u017c", "z\u0307 "]}), "a.csv", [2, 3])
    with pytest.raises(InputError, match="ID_MISSING") as caught:
        check_ids(pd.DataFrame({"id": ["a", None, " "]}), "a.csv", [2, 3, 4])
    assert (caught.value.where, caught.value.fix) == ("a.csv:3", "give every row its own id")
    check_ids(pd.DataFrame({"id": ["", None]}), "a.csv", [2, 3])  # a column nobody filled in
    with collect() as found:
        check_ids(pd.DataFrame({"id": ["a", "1.2E+03", "4-Mar"]}), "a.csv", [2, 3, 4])
    (finding,) = found
    assert (finding.code, finding.where) == ("ID_DAMAGED", "a.csv:3")
    assert finding.found == "1.2E+03, 4-Mar"
    assert finding.fix == "export the table again with the column as text"


@pytest.mark.parametrize(
    ("position", "cells", "free"),
    [(0, ["1", "2"], True), (0, ["0", "1"], True), (1, ["1", "2"], False), (0, ["2", "3"], False),
     (5, [" ", ""], True), (5, [" ", "x"], False)],
)  # fmt: skip
def test_a_column_without_a_name_is_none_where_it_counts_or_is_blank(
    position: int, cells: list[str], free: bool
) -> None:
    assert unused(position, "", cells) is free
    assert unused(position, "n", cells) is False


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a,b\n1,2\n", {"code": "", "where": ""}),
        ("a,b\n1\n", {"code": "CSV_RAGGED", "where": ":2", "found": "1 cell",
                      "wanted": "2 cells, separated by ','",
                      "fix": "put text that holds the separator in double quotes"}),
        ("# x\n\na;b\n1;2\n\n3;4;5\n", {"code": "CSV_RAGGED", "where": ":6", "found": "3 cells",
                                        "wanted": "2 cells, separated by ';'"}),
        ('a,b\n1,"2\n', {"code": "CSV_SYNTAX", "where": ":2", "found": "unexpected end of data"}),
        ("a,a\n1,2\n", {"code": "COLUMN_DUPLICATE", "where": ":1", "found": "a",
                        "wanted": "a name of its own for every column",
                        "fix": "rename or remove these columns"}),
        ("a,,b\n1,2,3\n", {"code": "COLUMN_DUPLICATE", "found": "a column without a name"}),
        ("1.5,2.5\n1,2\n", {"code": "HEADER_MISSING", "found": "1.5, 2.5", "where": ":1"}),
        ("a,b\n1,2\na,b\n", {"code": "HEADER_REPEATED", "where": ":3", "found": "a,b"}),
        ("a,b\n1,2\n#3,4\n", {"code": "ROW_COMMENTED", "where": ":3", "found": "#3,4",
                             "wanted": "rows of data only",
                             "fix": "remove these rows, or the # before them"}),
        ("a,b\nkm,degC\n1,2\n", {"code": "UNITS_ROW", "where": ":2", "found": "a: 'km', b: 'degC'",
                                "wanted": "one line of names, and values below it"}),
        ("a,b\n", {"code": "LAYER_EMPTY", "where": ""}),
        ("\n\n", {"code": "FILE_EMPTY"}),
    ],
)  # fmt: skip
def test_tables_that_cannot_be_right_are_told_by_their_line(
    csv: Writer, content: str, expected: dict[str, str]
) -> None:
    path = csv(content)
    if not expected["code"]:
        assert read_table(path).to_dict("list") == {"a": [1], "b": [2]}
        return
    with pytest.raises(InputError, match=expected["code"]) as caught:
        read_table(path)
    error = caught.value.as_dict()
    where = error.pop("where")
    assert where.startswith(str(path))
    assert where.endswith(expected.pop("where", ""))
    assert {name: error[name] for name in expected} == expected


SITES = "lon,lat,n\n"


@pytest.mark.parametrize(
    ("rows", "code", "where", "found"),
    [
        ("0,0,1\n1.5,2.5,2\n0,0,3\n", "COORD_ZERO", ":2", "2 rows"),
        ("1.5,2.5,2\n0,0,3\n", "COORD_ZERO", ":3", "1 row"),
        ("5.5,1,1\n5.5,1,2\n5.5,1,3\n", "PLACES_IDENTICAL", "", "3 rows at 5.5 1"),
        ("1,2,1\n2,3,2\n3,4,3\n4,5,4\n5,6,5\n", "COORD_ROUNDED", "",
         "5 rows, each up to 100 km from its true place"),
        ("1.5,2,1\n2.5,2,2\n1.5,2,1\n", "ROW_DUPLICATE", ":4",
         "1 row more than there are different ones"),
    ],
)  # fmt: skip
def test_places_that_are_hardly_right_are_told(
    csv: Writer, rows: str, code: str, where: str, found: str
) -> None:
    path = csv(SITES + rows)
    (finding,) = told(read_points, path)
    assert (finding.code, finding.where, finding.found) == (code, f"{path}{where}", found)


@pytest.mark.parametrize(
    "rows",
    [
        "5.5,1,1\n5.5,1,2\n",  # two at one place may be two wells
        "1,2,1\n2,3,2\n3,4,3\n4,5,4\n",  # four on whole degrees may be chance
        "1,2,1\n2,2,2\n1,3,3\n2,3,4\n1,4,5\n2,4,6\n",  # nodes of a grid
        "0,1,1\n1.5,0,2\n",
    ],
)
def test_places_that_may_be_right_are_not(csv: Writer, rows: str) -> None:
    assert told(read_points, csv(SITES + rows)) == []


@pytest.mark.parametrize(
    ("rows", "code", "found", "fix"),
    [
        ("39,100,1\n100,39,1\n", "COORD_INVALID", "lon 39, lat 100", "correct these rows"),
        ("39,-119,1\n40,-118,1\n", "LATLON_SWAPPED", "lon 39, lat -119",
         "name the columns the other way round: longitude: lat, latitude: lon"),
        ("1,91,1\n300,20,1\n", "COORD_INVALID", "lon 1, lat 91", "correct these rows"),
        ("500000,4100000,1\n", "COORD_INVALID", "lon 500000, lat 4.1e+06",
         "add the CRS of these metres to the source, such as `crs: EPSG:32611`"),
        ("1,x,1\n2,,1\n", "COORD_INVALID", "'x' in line 2, nothing in line 3",
         "fill in or remove these rows"),
        ("1,39°30',1\n", "COORD_INVALID", "\"39°30'\" in line 2",
         "turn degrees, minutes and seconds into decimal degrees: d + m/60 + s/3600"),
    ],
)  # fmt: skip
def test_places_that_cannot_be_are_refused(
    csv: Writer, rows: str, code: str, found: str, fix: str
) -> None:
    path = csv(SITES + rows)
    with pytest.raises(InputError, match=code) as caught:
        read_points(path)
    assert (caught.value.code, caught.value.where) == (code, f"{path}:2")
    assert (caught.value.found, caught.value.fix) == (found, fix)


def test_edges_of_the_globe_are_places(csv: Writer) -> None:
    points = read_points(csv(SITES + "-180,90,1\n180,-90,2\n360,1.5,3\n190.5,2,4\n-190,3,5\n"))
    assert points.geometry.x.tolist() == [-180, 180, 0, -169.5, 170]


def test_letters_that_were_lost_are_told_by_their_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\nSÃ³l\n", "utf-8")
    (finding,) = told(text_of, path)
    assert (finding.code, finding.where) == ("TEXT_GARBLED", f"{path}:2")
    path.write_bytes(b"a\nb\nS\xf3l\n")
    (finding,) = told(text_of, path)
    assert (finding.code, finding.severity) == ("ENCODING_GUESSED", "note")
    assert (finding.where, finding.found) == (f"{path}:3", "byte 0xf3, which is no UTF-8")
    path.write_bytes(b"a\n\x81\n")  # no letter of Windows-1252
    with pytest.raises(InputError, match="ENCODING_UNKNOWN") as caught:
        text_of(path)
    assert (caught.value.where, caught.value.fix) == (f"{path}:2", "save the file as UTF-8")
    assert isinstance(caught.value.__cause__, UnicodeDecodeError)


def test_rows_know_their_lines_behind_a_separator_line_and_comments(tmp_path: Path) -> None:
    rows = rows_of('sep=;\n# a comment\n\nid;b\n1;"two\nlines"\n\n2;x\n', tmp_path / "a.csv")
    assert (rows.names, rows.columns) == (["id", "b"], [["1", "2"], ["two\nlines", "x"]])
    assert (rows.lines, rows.unclear) == ([6, 8], frozenset())


COSTS = "parameter,value,low,high,unit,dollar_year,status,source\n"


@pytest.mark.parametrize(
    ("rows", "code", "where", "found", "wanted", "fix"),
    [
        ("a,5,,,USD,2022,READ,x\na,6,,,USD,2022,READ,x\n", "ID_DUPLICATE", "", "a", "",
         "keep one of the two"),
        ("a,5,6,7,USD,2024,READ,x\n", "COST_INVALID", ": a", "value 5, low 6, high 7",
         "at least one number, with low <= value <= high",
         "compare the row with its source, and correct it"),
        ("a,,,,USD,2024,READ,x\n", "COST_INVALID", ": a", "value empty, low empty, high empty",
         "at least one number, with low <= value <= high",
         "compare the row with its source, and correct it"),
        ("a,1,,,USD,,READ,x\nb,2,,,USD,,READ,x\n", "COST_YEAR_MISSING", "", "2 rows: a, b",
         "a dollar_year in every row that holds money", "look the year up in the source"),
        ("a,1,,,EUR,2022,READ,x\n", "COST_CURRENCY", ": a", "EUR of 2022",
         "USD, or EUR of 2024",
         "convert the row to the year that is wanted, and say how in its source"),
    ],
)  # fmt: skip
def test_costs_that_cannot_be_compared_say_why(
    csv: Writer, rows: str, code: str, where: str, found: str, wanted: str, fix: str
) -> None:
    path = csv(COSTS + rows)
    with pytest.raises(InputError, match=code) as caught:
        read_costs(path, 2024)
    error = caught.value
    assert (error.code, error.where) == (code, f"{path}{where}")
    assert (error.found, error.wanted, error.fix) == (found, wanted, fix)


def test_a_cost_may_be_its_own_limit_and_have_only_one(csv: Writer) -> None:
    with collect() as findings:
        costs = read_costs(csv(COSTS + "a,5,5,5,USD,2024,READ,x\nb,5,,6,USD,2024,READ,x\n"), 2024)
    assert findings == []
    assert costs.loc["a", ["low", "value", "high"]].tolist() == [5, 5, 5]
    assert costs.loc["b", "high"] == 6
