"""Columns of tables as they were meant: ids stay text, numbers become numbers, NA stays Namibia."""

import re
import unicodedata
from functools import partial
from typing import TypeVar

import numpy as np
import pandas as pd

from siting.errors import InputError
from siting.findings import warn

Frame = TypeVar("Frame", bound=pd.DataFrame)

# Excel turns ids such as MAR1 and 123E3 into dates and powers of ten, in just this spelling.
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DAMAGED = re.compile(
    r"\d(?:\.\d+)?E\+\d{2,}|#(?:REF|VALUE|NAME|N/A|DIV/0|NUM|NULL)[!?]?"
    rf"|\d{{1,2}}-{_MONTH}(?:-\d{{2,4}})?|{_MONTH}-\d{{2}}"
)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_LEADING_ZERO = re.compile(r"[-+]?0\d")
_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "#n/a", "-", "--"})
# Columns that name rows; a name may look like a number.
_NAMES = frozenset(
    {"id", "fid", "siteid", "uid", "uuid", "code", "name", "site", "well", "station", "title",
     "api", "uwi", "key"}
)  # fmt: skip
_TITLE = re.compile(r"(?:name|title)s?$", re.IGNORECASE)
_TRUTH = {"true": True, "false": False}
LARGEST_EXACT = 2**53


def is_id(name: object) -> bool:
    """Whether a column holds names of rows, by its own name.

    Examples
    --------
    >>> is_id("site_id"), is_id("ID"), is_id("Well name"), is_id("wellID"), is_id("width")
    (True, True, True, True, False)
    """
    text = re.sub(r"[\s.-]+", "_", re.sub(r"(?<=[a-z])(?=I[Dd]$)", "_", str(name).strip())).lower()
    return text in _NAMES or text.endswith(("_id", "_name", "_code"))


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is no value."""
    return cell.strip().lower() in _MISSING


def is_number(cell: str) -> bool:
    """Whether a cell is a number as computers write it.

    Examples
    --------
    >>> is_number(" -1.5e3 "), is_number("1,5"), is_number("inf"), is_number("\u22121.5")
    (True, False, False, True)
    """
    return _NUMBER.fullmatch(_plain(cell)) is not None


def _plain(cell: str) -> str:
    """A cell without blanks around it, and with a hyphen for the minus of typesetters."""
    return cell.strip().replace("\u2212", "-")


def ids_as_text(frame: Frame) -> Frame:
    """The frame with whole numbers in id columns as text, missing ones as empty text."""
    found = frame.copy()
    for name in [column for column in frame.columns if is_id(column)]:
        values = frame[name]
        if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
            values = values.astype("Int64")
        if pd.api.types.is_integer_dtype(values):
            found[name] = values.astype("string").fillna("").astype(object)
    return found


def typed(texts: list[str], name: str) -> pd.Series:
    """A column of text as numbers or truths where every cell is one, else as it stands.

    Text stays where the name says that it is an id, where a number begins with 0 as postal
    codes do, and where it would not fit a number exactly. Cells such as ``NA`` are missing among
    numbers, and text among text.

    Examples
    --------
    >>> typed(["1", "NA", "2.5"], "mw").tolist(), typed(["007", "12"], "code").tolist()
    ([1.0, nan, 2.5], ['007', '12'])
    >>> typed(["NA", "NZ"], "country").tolist()
    ['NA', 'NZ']
    """
    as_text = pd.Series([text.strip() for text in texts], name=name, dtype=object)
    cells = [_plain(text) for text in texts]
    filled = [cell for cell in cells if cell.lower() not in _MISSING]
    if is_id(name) or not filled:
        return as_text
    if all(cell.lower() in _TRUTH for cell in filled) and len(filled) == len(cells):
        return pd.Series([_TRUTH[cell.lower()] for cell in cells], name=name)
    if not all(_NUMBER.fullmatch(cell) for cell in filled):
        return as_text
    if any(_LEADING_ZERO.match(cell) for cell in filled):
        return as_text
    numbers = pd.Series(
        [np.nan if cell.lower() in _MISSING else float(cell) for cell in cells], name=name
    )
    whole = len(filled) == len(cells) and all(cell.lstrip("+-").isdigit() for cell in cells)
    if not whole:
        return numbers
    return numbers.astype("int64") if numbers.abs().max() < LARGEST_EXACT else as_text


def check_ids(frame: pd.DataFrame, where: str, lines: list[int], rows: str = "lines") -> None:
    """Refuse names of rows that are missing or stand for two rows.

    Parameters
    ----------
    frame : pandas.DataFrame
        A table of places.
    where : str
        The file, for messages.
    lines : list of int
        Line of each row in the file.
    rows : str
        What the numbers count.

    Raises
    ------
    InputError
        ID_MISSING, ID_DUPLICATE.
    """
    name = id_column(frame)
    if name is None:
        return
    values = frame[name].astype(object).where(frame[name].notna(), "").astype(str)
    values = values.str.strip().map(partial(unicodedata.normalize, "NFC"))
    empty = values == ""
    if empty.all():
        return
    if empty.any():
        raise InputError(
            "ID_MISSING",
            f"rows without '{name}'",
            where=f"{where}:{lines[int(np.flatnonzero(empty)[0])]}",
            fix="give every row its own id",
        )
    repeated = values.duplicated(keep=False)
    if repeated.any():
        first = values[repeated].iloc[0]
        places = [str(lines[row]) for row in np.flatnonzero(values == first)[:5]]
        raise InputError(
            "ID_DUPLICATE",
            f"'{name}' stands for more than one row",
            where=where,
            found=f"'{first}' in {rows} {', '.join(places)}",
            wanted="an id of its own for every row",
            fix="rename or remove the repeated rows",
        )
    _tell_damaged(values, where, lines)


def _tell_damaged(values: pd.Series, where: str, lines: list[int]) -> None:
    damaged = np.flatnonzero(values.map(lambda text: bool(_DAMAGED.fullmatch(text.strip()))))
    if damaged.size:
        warn(
            "ID_DAMAGED",
            "ids look like dates or powers of ten that a spreadsheet has made of them",
            where=f"{where}:{lines[damaged[0]]}",
            found=", ".join(values.iloc[damaged[:5]]),
            fix="export the table again with the column as text",
        )


def id_column(frame: pd.DataFrame) -> str | None:
    """The column that tells rows apart: id, site_id, or a first column of codes.

    A name or title is none: two places may well be called Hot Springs.
    """
    names = [str(column) for column in frame.columns]
    known = [
        name
        for name in names
        if re.sub(r"[\s.-]+", "_", name.lower()) in {"id", "site_id", "siteid"}
    ]
    first = [name for name in names[:1] if is_id(name) and not _TITLE.search(name)]
    return next(iter([*known, *first]), None)
