"""Lines of a table that are no data: a header that is missing or repeated, units, totals."""

import re
from pathlib import Path

from siting.errors import InputError
from siting.findings import warn
from siting.io.columns import is_missing, is_number
from siting.wording import counted

_SUMMARY = re.compile(
    r"(?:grand |sub)?-?(?:totals?|sums?|average|mean|median|count|summe|gesamt|summa|somme)\s*:?",
    re.IGNORECASE,
)


def unused(position: int, name: str, cells: list[str]) -> bool:
    """Whether a column without a name is no column: it is blank, or counts the rows.

    Spreadsheets end lines with separators; pandas and R write the number of the row first.

    Examples
    --------
    >>> unused(3, "", ["", " "]), unused(0, "", ["0", "1"]), unused(0, "", ["7", "7"])
    (True, True, False)
    """
    if name:
        return False
    texts = [cell.strip() for cell in cells]
    counted = [[str(i + first) for i in range(len(texts))] for first in (0, 1)]
    return not any(texts) or (position == 0 and texts in counted)


def check_header(names: list[str], where: str) -> None:
    """Refuse a header that does not name every column once.

    Raises
    ------
    InputError
        COLUMN_DUPLICATE, HEADER_MISSING.
    """
    if numbers := [name for name in names if is_number(name) and not name.isdigit()]:
        raise InputError(
            "HEADER_MISSING",
            "the first line holds values, not names of columns",
            where=where,
            found=", ".join(numbers[:5]),
            wanted="a line with the name of each column, such as site_id,lon,lat,label",
            fix="put that line first, without a # before it",
        )
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated or not all(names):
        raise InputError(
            "COLUMN_DUPLICATE",
            "columns without a name of their own",
            where=where,
            found=", ".join(filter(None, repeated)) or "a column without a name",
            wanted="a name of its own for every column",
            fix="rename or remove these columns",
        )


def check_rows(names: list[str], columns: list[list[str]], lines: list[int], path: Path) -> None:
    """Refuse rows that repeat the header or hold units; report those that sum others up.

    Raises
    ------
    InputError
        HEADER_REPEATED, UNITS_ROW, ROW_COMMENTED.
    """
    rows = list(zip(*columns, strict=True))
    for row, line in zip(rows, lines, strict=True):
        if [cell.strip() for cell in row] == names:
            raise InputError(
                "HEADER_REPEATED", "the header stands a second time among the rows",
                where=f"{path}:{line}", found=",".join(names),
                fix="remove this line; were two tables put together?",
            )  # fmt: skip
    commented = [i for i, row in enumerate(rows) if row[0].lstrip().startswith("#")]
    if 0 < len(commented) < len(rows):
        raise InputError(
            "ROW_COMMENTED", "some rows begin with #: are they meant to count?",
            where=f"{path}:{lines[commented[0]]}", found=",".join(rows[commented[0]])[:80],
            wanted="rows of data only", fix="remove these rows, or the # before them",
        )  # fmt: skip
    _check_units_row(names, columns, lines, path)
    _tell_summary(rows, lines, path)
    _tell_repeated(rows, lines, path)


def _check_units_row(
    names: list[str], columns: list[list[str]], lines: list[int], path: Path
) -> None:
    """Refuse a first row of text above columns of numbers."""
    odd = [
        name
        for name, (first, *rest) in zip(names, columns if lines else [], strict=False)
        if _may_be_unit(first) and rest and all(map(is_number, rest))
    ]
    if len(odd) >= 2:
        found = ", ".join(f"{name}: {columns[names.index(name)][0]!r}" for name in odd[:4])
        raise InputError(
            "UNITS_ROW",
            "the row below the header is text over columns of numbers, such as their units",
            where=f"{path}:{lines[0]}",
            found=found,
            wanted="one line of names, and values below it",
            fix="remove the row, and state units with `columns: {NAME: UNIT}`",
        )


def _may_be_unit(cell: str) -> bool:
    """Whether a cell is text such as degree or mW m-2, and no number that is written oddly."""
    return not (is_missing(cell) or is_number(cell) or re.search(r"\d{2}", cell))


def _tell_summary(rows: list[tuple[str, ...]], lines: list[int], path: Path) -> None:
    if not rows:
        return
    first = next((cell.strip() for cell in rows[-1] if cell.strip()), "")
    if len(rows) > 1 and _SUMMARY.fullmatch(first):
        warn(
            "ROW_SUMMARY",
            "the last row seems to sum up the others, but counts as one of them",
            where=f"{path}:{lines[-1]}",
            found=first,
            fix="remove the row, or rename it if it is a place",
        )


def _tell_repeated(rows: list[tuple[str, ...]], lines: list[int], path: Path) -> None:
    seen: dict[tuple[str, ...], int] = {}
    again = [
        line for row, line in zip(rows, lines, strict=True) if seen.setdefault(row, line) != line
    ]
    if again and len(rows[0]) > 2:
        warn(
            "ROW_DUPLICATE",
            "rows are repeated, cell by cell",
            where=f"{path}:{again[0]}",
            found=f"{counted(len(again), 'row')} more than there are different ones",
            fix="remove the copies; each counts as a place of its own",
        )
