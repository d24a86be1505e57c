"""Delimited text as cells: its encoding, separator and decimal sign, every row whole."""

import csv
import io
import re
from pathlib import Path
from typing import NamedTuple

from siting.errors import InputError
from siting.findings import warn
from siting.io.formats import reading, wrong_format

_DELIMITERS = (",", ";", "\t", "|")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")


class Rows(NamedTuple):
    """A table as text: names of columns, cells by column, line of each row."""

    names: list[str]
    columns: list[list[str]]
    lines: list[int]


def text_of(path: Path) -> str:
    """Text of a file in UTF-8, in UTF-16 with its mark, or else in Windows-1252."""
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        with reading(path):
            return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        warn(
            "ENCODING_GUESSED",
            "the text of the file is taken for Windows-1252",
            where=f"{path}:{line}",
            found=f"byte 0x{content[error.start]:02x}, which is no UTF-8",
            fix="save the file as UTF-8",
            severity="note",
        )
        with reading(path):
            return content.decode("cp1252")


def rows_of(text: str, path: Path) -> Rows:
    """Cells of a text, once every row has as many as the header."""
    if "\0" in text:
        raise wrong_format("NOT_A_TABLE", path, wanted="CSV or Parquet")
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if row:  # blank lines are no rows
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise InputError(
            "CSV_SYNTAX", "quotes are not closed or misplaced",
            where=f"{path}:{reader.line_num}", found=str(error),
        ) from error  # fmt: skip
    if not rows:
        raise InputError("FILE_EMPTY", "the file holds nothing but blank lines", where=str(path))
    names = [cell.strip() for cell in rows[0]]
    _check_header(names, path)
    for row, line in zip(rows[1:], lines[1:], strict=True):
        if len(row) != len(names):
            raise InputError(
                "CSV_RAGGED",
                "a row has more or fewer cells than the header",
                where=f"{path}:{line}",
                found=f"{len(row)} cells",
                wanted=f"{len(names)} cells, separated by {delimiter!r}",
                fix="put text that holds the separator in double quotes",
            )
    columns = [list(column) for column in zip(*rows[1:], strict=True)] or [[] for _ in names]
    if delimiter != ",":
        columns = [_with_points(column) for column in columns]
    return Rows(names, columns, lines[1:])


def _delimiter(text: str) -> str:
    """The separator that the header has most of, outside quotes."""
    header = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").split("\n", 1)[0])
    return max(_DELIMITERS, key=header.count)


def _with_points(column: list[str]) -> list[str]:
    """Decimal commas as points, where all the numbers of a column can be read so."""
    cells = [cell.strip() for cell in column]
    decimal = [cell for cell in cells if _DECIMAL_COMMA.fullmatch(cell)]
    others = [cell for cell in cells if cell and not _DECIMAL_COMMA.fullmatch(cell)]
    if decimal and all(cell.lstrip("+-").isdigit() for cell in others):
        return [cell.replace(",", ".") for cell in cells]
    return column


def _check_header(names: list[str], path: Path) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated or not all(names):
        raise InputError(
            "COLUMN_DUPLICATE",
            "columns without a name of their own",
            where=f"{path}:1",
            found=", ".join(repeated) or "a column without a name",
            fix="give every column its own name",
        )
