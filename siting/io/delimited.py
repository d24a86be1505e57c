"""Delimited text as cells: its encoding, separator and decimal sign, every row whole."""

import csv
import io
import re
from pathlib import Path
from typing import NamedTuple

from siting.errors import InputError
from siting.findings import warn
from siting.io.columns import is_missing, is_number
from siting.io.formats import reading, wrong_format
from siting.io.header import check_header, check_rows, unused
from siting.wording import counted

_DELIMITERS = (",", ";", "\t", "|")
_SEPARATOR_LINE = re.compile(r"\A\s*\"?sep=(.)\"?[^\S\r\n]*(?:\r\n|\r|\n)", re.IGNORECASE)
_COMMENTS = re.compile(r"\A(?:[^\S\r\n]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))+")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
# 1,234 and 1.234 are one number or a thousand times as much, by who wrote them.
_THOUSANDS = {
    sign: re.compile(rf"[-+]?[1-9]\d{{0,2}}(?:{re.escape(sign)}\d{{3}})+") for sign in ",."
}
_SAMPLE = 50  # lines that show what the separator is
# UTF-8 that was taken for Windows-1252 and written as UTF-8 again.
_TWICE_ENCODED = re.compile("[ÃÂ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|\ufffd")


class Rows(NamedTuple):
    """A table as text: names of columns, cells by column, line of each row.

    Columns in ``unclear`` may be numbers or a thousand times as much.
    """

    names: list[str]
    columns: list[list[str]]
    lines: list[int]
    unclear: frozenset[str]


def text_of(path: Path) -> str:
    """Text of a file in UTF-8, in UTF-16 with its mark, or else in Windows-1252.

    Raises
    ------
    InputError
        ENCODING_UNKNOWN where it is none of these.
    """
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        with reading(path):
            return content.decode("utf-16")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _windows(content, error.start, path)
    if broken := _TWICE_ENCODED.search(text):
        line = text.count("\n", 0, broken.start()) + 1
        warn(
            "TEXT_GARBLED",
            "letters were lost when the file was saved in another encoding",
            where=f"{path}:{line}",
            found=repr(text[max(broken.start() - 10, 0) : broken.end() + 10]),
            fix="export the table again, as UTF-8",
        )
    return text


def _windows(content: bytes, first: int, path: Path) -> str:
    """Text in Windows-1252, once it may be."""
    line = content.count(b"\n", 0, first) + 1
    where = f"{path}:{line}"
    found = f"byte 0x{content[first]:02x}, which is no UTF-8"
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise InputError(
            "ENCODING_UNKNOWN", "the encoding of the text is neither UTF-8 nor Windows-1252",
            where=where, found=found, fix="save the file as UTF-8",
        ) from error  # fmt: skip
    warn(
        "ENCODING_GUESSED", "the text of the file is taken for Windows-1252", where=where,
        found=found, fix="save the file as UTF-8", severity="note",
    )  # fmt: skip
    return text


def rows_of(text: str, path: Path) -> Rows:
    """Cells of a text, once every row has as many as the header, and none is anything but data.

    Raises
    ------
    InputError
        NOT_A_TABLE, CSV_SYNTAX, CSV_RAGGED, FILE_EMPTY, and the errors of the header.
    """
    if "\0" in text:
        raise wrong_format("NOT_A_TABLE", path, wanted="CSV or Parquet")
    stated = _SEPARATOR_LINE.match(text)
    body = text[stated.end() :] if stated else text
    body = body[_comments(body) :]
    before = text[: len(text) - len(body)]
    first = len(before.splitlines())
    delimiter = stated[1] if stated else _delimiter(body)
    rows, lines = _split(body, delimiter, first, path)
    if not rows:
        raise InputError("FILE_EMPTY", "the file holds nothing but blank lines", where=str(path))
    names = [cell.strip() for cell in rows[0]]
    _check_whole(names, rows, lines, delimiter, path)
    columns = [list(column) for column in zip(*rows[1:], strict=True)] or [[] for _ in names]
    kept = [i for i in range(len(names)) if not unused(i, names[i], columns[i])]
    names, columns = [names[i] for i in kept], [columns[i] for i in kept]
    check_header(names, f"{path}:{lines[0]}")
    check_rows(names, columns, lines[1:], path)
    columns, unclear = _decimals(names, columns, delimiter)
    return Rows(names, columns, lines[1:], unclear)


def _comments(text: str) -> int:
    """Length of the lines before the header that begin with # or are blank."""
    found = _COMMENTS.match(text)
    return found.end() if found else 0


def _split(text: str, delimiter: str, first: int, path: Path) -> tuple[list[list[str]], list[int]]:
    """Rows that hold anything, and the line that each ends in."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if any(map(str.strip, row)):
                rows.append(row)
                lines.append(first + reader.line_num)
    except csv.Error as error:
        raise InputError(
            "CSV_SYNTAX", "quotes are not closed or misplaced",
            where=f"{path}:{first + reader.line_num}", found=str(error),
            fix="put text that holds quotes in quotes, with each of its own quotes doubled",
        ) from error  # fmt: skip
    return rows, lines


def _delimiter(text: str) -> str:
    """The separator that cuts the first lines into most cells, as many in each."""
    lines = re.sub(r'"[^"]*"', "", text[:65536]).splitlines()[:_SAMPLE]
    counts = {each: [line.count(each) for line in lines if line.strip()] for each in _DELIMITERS}
    even = [each for each, found in counts.items() if found and min(found) == max(found) > 0]
    return max(even or _DELIMITERS, key=lambda each: counts[each][:1])


def _check_whole(
    names: list[str], rows: list[list[str]], lines: list[int], delimiter: str, path: Path
) -> None:
    for row, line in zip(rows[1:], lines[1:], strict=True):
        if len(row) != len(names):
            raise InputError(
                "CSV_RAGGED",
                "a row has more or fewer cells than the header",
                where=f"{path}:{line}",
                found=counted(len(row), "cell"),
                wanted=f"{counted(len(names), 'cell')}, separated by {delimiter!r}",
                fix="put text that holds the separator in double quotes",
            )


def _decimals(
    names: list[str], columns: list[list[str]], delimiter: str
) -> tuple[list[list[str]], frozenset[str]]:
    """Columns with points for decimal commas, and those whose numbers can be read two ways.

    Between commas, a comma in a number is taken for a sign of thousands, and the cell stays text.
    """
    if delimiter == ",":
        return columns, frozenset()
    commas = {i for i, cells in enumerate(columns) if _are_decimal(cells)}
    sure = any(not _in_thousands(columns[i], ",") or is_place(names[i]) for i in commas)
    unclear = set() if sure else set(commas)
    if commas and sure:
        unclear |= {i for i, cells in enumerate(columns) if _in_thousands(cells, ".")}
    pointed = [
        [cell.replace(",", ".") for cell in cells] if i in commas - unclear else cells
        for i, cells in enumerate(columns)
    ]
    return pointed, frozenset(names[i] for i in unclear)


def is_place(name: str) -> bool:
    """Whether a column holds longitudes or latitudes, which are never thousands, by its name."""
    return name.lower().startswith(("lon", "lat", "lng", "decimal_l", "decimall"))


def _are_decimal(cells: list[str]) -> bool:
    """Whether the numbers of a column are written with commas."""
    filled = [cell.strip() for cell in cells if not is_missing(cell)]
    decimal = [cell for cell in filled if _DECIMAL_COMMA.fullmatch(cell)]
    others = [cell for cell in filled if not _DECIMAL_COMMA.fullmatch(cell)]
    return bool(decimal) and all(cell.lstrip("+-").isdigit() for cell in others)


def _in_thousands(cells: list[str], sign: str) -> bool:
    """Whether each cell with a sign can be a number with its thousands set apart by it."""
    marked = [cell.strip() for cell in cells if sign in cell]
    others = [cell for cell in cells if sign not in cell and not is_missing(cell)]
    return (
        bool(marked)
        and all(_THOUSANDS[sign].fullmatch(cell) for cell in marked)
        and all(map(is_number, others))
    )
