"""Tables of places as spreadsheets, programs and people write them, with what they must give."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .harness import Corpus
from .places import CSV, SITES, at, distances, features, known_names, ranking

corpus = Corpus()
case = corpus.case
HERE = at(*SITES)


def table(
    id: str, expect: str, code: str | None, why: str, text: str | bytes, **options: Any
) -> None:
    """A case that is a table of the three sites, written in some way."""
    holds = options.pop("holds", HERE if expect in {"accept", "handle"} else None)
    source = options.pop("source", "{file: sites.csv}")

    @case(id, kind="table", expect=expect, code=code, why=why, holds=holds)  # type: ignore[arg-type]
    def _(folder: Path) -> str:
        content = text.encode() if isinstance(text, str) else text
        (folder / "sites.csv").write_bytes(content)
        return distances(source)


def good(id: str, why: str, text: str | bytes, **options: Any) -> None:
    table(f"t_{id}", "accept", None, why, text, **options)


def bad(id: str, code: str, why: str, text: str | bytes, **options: Any) -> None:
    table(f"t_{id}", "error", code, why, text, **options)


def odd(id: str, code: str, why: str, text: str | bytes, **options: Any) -> None:
    table(f"t_{id}", "warn", code, why, text, **options)


LINES = CSV.splitlines()
HEADER, ROWS = LINES[0], LINES[1:]


def changed(old: str, new: str) -> str:
    assert old in CSV
    return CSV.replace(old, new)


def rows(*more: str) -> str:
    return CSV + "".join(f"{line}\n" for line in more)


COMMAS = CSV.replace(",", ";").replace(".", ",")

# --- good ones, however they look -----------------------------------------------------------------
good("plain", "a table as it should be", CSV)
good("mark", "UTF-8 with its mark, as Excel writes", "\ufeff" + CSV)
good("utf16", "UTF-16 with its mark", CSV.encode("utf-16"))
good("semicolons", "semicolons", CSV.replace(",", ";"))
good("tabs", "tabs", CSV.replace(",", "\t"))
good("bars", "bars", CSV.replace(",", "|"))
good("decimal_commas", "semicolons and decimal commas", COMMAS)
good("decimal_commas_3", "three decimals after commas are no thousands in a longitude",
     COMMAS.replace(",25", ",250").replace(",65", ",650").replace(",35", ",350")
     .replace(",15", ",150").replace(",45", ",450").replace(",75", ",750"))  # fmt: skip
good("decimal_commas_quoted", "decimal commas in quotes between commas",
     "lon,lat\n" + "".join(f'"{x}","{y}"\n' for x, y in SITES).replace(".", ","))  # fmt: skip
good("crlf", "line ends of Windows", CSV.replace("\n", "\r\n"))
good("cr", "line ends of old Macs", CSV.replace("\n", "\r"))
good("no_end", "no line end at the end", CSV.rstrip("\n"))
good("sep_line", "Excel's line that names the separator", "sep=;\r\n" + CSV.replace(",", ";"))
good("comments", "lines of remarks before the header", "# wells of 2020\n#\n\n" + CSV)
good("trailing", "a separator at the end of every line", CSV.replace("\n", ",\n"))
good("blank_columns", "columns of a spreadsheet that hold nothing", CSV.replace("\n", ",,,\n"))
good("blank_rows", "rows of a spreadsheet that hold nothing", rows(",,,,", ",,,,"))
good("blank_lines", "blank lines anywhere", "\n" + CSV.replace("\n", "\n\n"))
good("row_numbers", "numbers of rows as pandas writes them",
     "\n".join([f",{HEADER}", *(f"{i},{row}" for i, row in enumerate(ROWS))]))  # fmt: skip
good("row_names", "numbers of rows as R writes them",
     "\n".join([f'"",{HEADER}', *(f'"{i}",{row}' for i, row in enumerate(ROWS, 1))]))  # fmt: skip
good("quotes", "every cell in quotes", "\n".join(
     ",".join(f'"{cell}"' for cell in line.split(",")) for line in LINES))  # fmt: skip
good("newline", "a line end, a comma and quotes in a name",
     changed("Alpha", '"Al\npha, the ""old"" one"'))  # fmt: skip
good("unicode", "names in many scripts", changed("Alpha", "Þeistareykir ñ 地熱 ☀ عين"))
good("spaces", "blanks around every cell", CSV.replace(",", " , "))
good("minus", "the minus of typesetters", CSV.replace(",-", ",\u2212"))
good("signs", "plus signs and exponents", changed("-119.25,39.15", "-1.1925e2,+39.15"))
good("lon360", "longitudes to 360", changed("-119.25", "240.75").replace("-118.65", "241.35")
     .replace("-118.35", "241.65"))  # fmt: skip
good("lon360_mixed", "longitudes of both kinds", changed("-119.25", "240.75"))
good("header_units", "degrees in the header", changed("lon,lat", "Longitude (deg E),LATITUDE [°]"))
good("header_case", "capital letters in the header", CSV.replace(HEADER, HEADER.upper()))
good("header_quoted", "separators in a name of a column",
     changed("lon,lat,depth", 'lon,lat,"depth, total"'))  # fmt: skip
good("years", "columns named by years", changed("name,", "2019,"))
good("one_row", "one row only", f"{HEADER}\n{ROWS[0]}\n", holds=at(SITES[0]))
good("one_spot", "two wells of one pad", rows("s4,Delta,-119.25,39.15,900"))
good("empty_column", "a column that is empty", CSV.replace("1200", "").replace("800", "")
     .replace("1500", ""))  # fmt: skip
good("empty_ids", "an id column that nobody filled", CSV.replace("s1,", ",").replace("s2,", ",")
     .replace("s3,", ","))  # fmt: skip
good("ids_like_dates", "wells named for a marsh", changed("s1,", "MAR-12,").replace("s2", "MAY-01"))
good("missing", "missing values in a column of no importance", changed("1200", "NA"))
good("namibia", "NA is Namibia", changed("Alpha", "NA"))
good("mixed_column", "remarks among numbers in a column of no importance", changed("800", "> 800"))
good("dates", "dates in a column", changed("1200", "2020-02-01").replace("800", "03/04/2021"))
good("long_cell", "a very long cell", changed("Alpha", "x" * 90_000))
good("many", "a thousand rows", "lon,lat\n" + "".join(f"{x},{y}\n" for x, y in SITES) * 300)
good("nodes", "the nodes of a grid of whole degrees", "lon,lat\n" + "".join(
     f"{x},{y}\n" for x in (-120, -119, -118) for y in (38, 39, 40)),
     holds=at(*((x, y) for x in (-120, -119, -118) for y in (38, 39, 40))))  # fmt: skip
good("named", "columns named in the pipeline", changed("lon,lat", "ost,nord"),
     source="{file: sites.csv, longitude: ost, latitude: nord}")  # fmt: skip
good("thousands_aside", "thousands in a column of no importance", changed("1200", '"1,200"'))
table("t_latin1", "handle", "ENCODING_GUESSED", "Windows-1252 without a word",
      changed("Alpha", "Ñandú ß").encode("cp1252"))  # fmt: skip

# --- what cannot be read right --------------------------------------------------------------------
bad("no_place", "COLUMN_MISSING", "eastings and northings", changed("lon,lat", "easting,northing"))
bad("ambiguous", "COLUMN_AMBIGUOUS", "two longitudes", changed("depth", "longitude"))
bad("metres", "COORD_INVALID", "metres in columns of degrees",
    changed("-119.25,39.15", "306000,4335000"))  # fmt: skip
bad("sexagesimal", "COORD_INVALID", "degrees, minutes and seconds",
    changed("-119.25,39.15", "119°15'00\"W,39°09'00\"N"))  # fmt: skip
bad("hemisphere", "COORD_INVALID", "letters for west and north",
    changed("-119.25,39.15", "119.25W,39.15N"))  # fmt: skip
bad("packed", "COORD_INVALID", "DDDMMSS", changed("-119.25,39.15", "-1191500,390900"))
bad("apostrophe", "COORD_INVALID", "Excel's mark of text", changed("-119.25", "'-119.25"))
bad("thousands", "COORD_INVALID", "thousands set apart",
    changed("-119.25,39.15", '"306,000.5","4,335,000.5"'))  # fmt: skip
bad("nodata", "COORD_INVALID", "-9999 for a longitude", changed("-119.25", "-9999"))
bad("blank", "COORD_INVALID", "no longitude", changed("-119.25", ""))
bad("na", "COORD_INVALID", "NA for a latitude", changed("39.15", "NA"))
bad("infinite", "COORD_INVALID", "an infinite latitude", changed("39.15", "inf"))
bad("formula", "COORD_INVALID", "an error of a formula", changed("39.15", "#REF!"))
bad("swapped", "LATLON_SWAPPED", "latitude for longitude", CSV.replace("lon,lat", "lat,lon"))
bad("some_swapped", "COORD_INVALID", "one row swapped",
    changed("-119.25,39.15", "39.15,-119.25"))  # fmt: skip
bad("total_blank", "COORD_INVALID", "a total below the places", rows("Total,,,,3500"))
bad("ragged_short", "CSV_RAGGED", "a cell too few", rows("s4,Delta,-119,39"))
bad("ragged_long", "CSV_RAGGED", "an address with commas", rows("s4,Delta, Nevada,-119,39,800"))
bad("title", "CSV_RAGGED", "a title above the header", "Wells of Nevada\n" + CSV)
bad("quote_open", "CSV_SYNTAX", "a quote that is never closed", changed("Alpha", '"Alpha'))
bad("header_missing", "HEADER_MISSING", "no header", "\n".join(ROWS))
bad("header_hash", "HEADER_MISSING", "the header taken for a remark", "#" + CSV)
bad("header_twice", "HEADER_REPEATED", "two tables put together", CSV + CSV)
bad("header_double", "COLUMN_DUPLICATE", "two columns of one name", changed("depth", "name"))
bad("header_nameless", "COLUMN_DUPLICATE", "a column without a name", changed("depth", ""))
bad("units_row", "UNITS_ROW", "units below the header",
    changed(HEADER + "\n", HEADER + "\n,,degree,degree,m\n"))  # fmt: skip
bad("commented", "ROW_COMMENTED", "a row taken out by a #", changed("s2,", "#s2,"))
bad("id_twice", "ID_DUPLICATE", "one id for two places", changed("s2,", "s1,"))
bad("id_accents", "ID_DUPLICATE", "one id written in two ways",
    changed("s1,", "\u00e9,").replace("s2,", "e\u0301,"))  # fmt: skip
bad("id_missing", "ID_MISSING", "a row without id", changed("s2,", ","))
bad("no_rows", "LAYER_EMPTY", "a header and nothing else", HEADER + "\n")
bad("blank_file", "FILE_EMPTY", "nothing but blank lines", "\n\n")
bad("zero_bytes", "FILE_EMPTY", "not one byte", "")
bad("excel", "NOT_A_TABLE", "a workbook named .csv", b"PK\x03\x04\x14\0\x06\0" + b"\0" * 50)
bad("html", "NOT_A_TABLE", "a page of the web", "<!DOCTYPE html><html>404</html>")
bad("utf16_unmarked", "NOT_A_TABLE", "UTF-16 without its mark", CSV.encode("utf-16-le"))
bad("encoding", "ENCODING_UNKNOWN", "neither UTF-8 nor Windows-1252",
    changed("Alpha", "Alph\udc81").encode("utf-8", "surrogateescape"))  # fmt: skip

# --- what is likely wrong -------------------------------------------------------------------------
odd("zero", "COORD_ZERO", "a place at 0 E 0 N", changed("-119.25,39.15", "0,0"))
odd("rounded", "COORD_ROUNDED", "whole degrees", "lon,lat\n-119,39\n-118,38\n-118,40\n-120,38\n"
    "-119,40\n", holds=at((-119, 39), (-118, 38), (-118, 40), (-120, 38), (-119, 40)))  # fmt: skip
odd("one_place", "PLACES_IDENTICAL", "every row at the office",
    "lon,lat\n" + "-119.25,39.15\n" * 3, holds=at(SITES[0]))  # fmt: skip
odd("copies", "ROW_DUPLICATE", "rows pasted twice",
    CSV.replace("site_id", "well_depth_m") + "\n".join(ROWS), holds=HERE)  # fmt: skip
odd("summary", "ROW_SUMMARY", "a mean below the places", rows("Mean,,-118.75,39.12,1166"))
odd("id_dates", "ID_DAMAGED", "ids that Excel made dates of", changed("s1,", "01-Mar,"))
odd("id_powers", "ID_DAMAGED", "ids that Excel made powers of", changed("s1,", "1.23E+05,"))
odd("garbled", "TEXT_GARBLED", "letters encoded twice", changed("Alpha", "Ã‘andÃº"))


# --- names ----------------------------------------------------------------------------------------
@case("t_ids_text", kind="table", expect="handle", code="ID_AS_TEXT",
      why="ids 007 and 1e5 are text", holds=known_names("007", "1e5"))  # fmt: skip
def _(folder: Path) -> str:
    (folder / "sites.csv").write_text("site_id,lon,lat\n007,-118.1,38.1\n1e5,-118.6,38.1\n")
    return ranking(folder)


@case("t_names_text", kind="table", expect="accept", why="numbers as names are text",
      holds=known_names("1e5", "2.50"))  # fmt: skip
def _(folder: Path) -> str:
    (folder / "sites.csv").write_text("note,name,lon,lat\nx,1e5,-118.1,38.1\ny,2.50,-118.6,38.1\n")
    return ranking(folder)


# --- Parquet --------------------------------------------------------------------------------------
def parquet(folder: Path, **columns: Any) -> str:
    x, y = np.transpose(SITES)
    frame = pd.DataFrame({"site_id": [7, 8, 9], "lon": x, "lat": y, **columns})
    frame.to_parquet(folder / "sites.parquet", compression=None)
    return distances("{file: sites.parquet, format: points}")


@case("t_parquet", kind="table", expect="accept", why="a plain Parquet table", holds=HERE)
def _(folder: Path) -> str:
    return parquet(folder, depth=[1200.0, np.nan, 800.0], kind=pd.Categorical(["a", "b", "a"]))


@case("t_geoparquet", kind="table", expect="accept", why="GeoParquet as places", holds=HERE)
def _(folder: Path) -> str:
    points = features(gpd_points(), site_id=[7, 8, 9])
    points.to_parquet(folder / "sites.parquet")
    return distances("{file: sites.parquet}")


def gpd_points() -> Any:
    from shapely import Point

    return [Point(*each) for each in SITES]


@case("t_parquet_nan", kind="table", expect="error", code="COORD_INVALID", why="NaN as a place")
def _(folder: Path) -> str:
    return parquet(folder, lon=[-119.25, np.nan, -118.35])


@case("t_parquet_rot", kind="table", expect="error", code="FILE_CORRUPT",
      why="changed bytes that still are numbers")  # fmt: skip
def _(folder: Path) -> str:
    text = parquet(folder)
    path = folder / "sites.parquet"
    content = path.read_bytes()
    old, new = np.float64(-119.25).tobytes(), np.float64(-119.75).tobytes()
    path.write_bytes(content.replace(old, new, 1))
    return text


@case("t_parquet_cut", kind="table", expect="error", code="FILE_CORRUPT", why="a cut table")
def _(folder: Path) -> str:
    text = parquet(folder)
    path = folder / "sites.parquet"
    path.write_bytes(path.read_bytes()[:-200])
    return text
