"""Shapefiles, once their parts are there and belong to one another."""

from pathlib import Path

from siting.errors import InputError
from siting.findings import warn
from siting.io.formats import check_beside
from siting.wording import counted

_HEADER = 100  # bytes of .shp and .shx before the first record


def check_parts(path: Path) -> None:
    """Refuse a shapefile whose parts are missing, cut short or of another file.

    Raises
    ------
    InputError
        FILE_INCOMPLETE, FILE_CORRUPT, PATH_OUTSIDE_DATA.
    """
    _check_length(path)
    parts = _beside(path)
    for part in parts.values():
        check_beside(path, part)
    if ".shx" not in parts:
        raise InputError(
            "FILE_INCOMPLETE", "a part of the shapefile is missing", where=str(path),
            found=", ".join(sorted(parts)), wanted=".shp, .shx, .dbf and .prj",
            fix="bring all files of the same name together",
        )  # fmt: skip
    _check_length(parts[".shx"])
    if ".dbf" not in parts:
        warn(
            "FILE_INCOMPLETE", "the table of the shapefile is missing: its features have no "
            "columns", where=str(path), found=", ".join(sorted(parts)), wanted=".dbf",
            fix="bring all files of the same name together",
        )  # fmt: skip
        return
    shapes = (parts[".shx"].stat().st_size - _HEADER) // 8
    _check_table(parts[".dbf"], shapes, path)


def encoding(path: Path) -> str | None:
    """Encoding of the text of a shapefile that does not state it; None where it does."""
    parts = _beside(path)
    if ".cpg" in parts or ".dbf" not in parts:
        return None
    content = parts[".dbf"].read_bytes()
    if len(content) < 32 or content[29] != 0:
        return None
    try:
        content[32:].decode("utf-8")
    except UnicodeDecodeError:
        warn(
            "ENCODING_GUESSED",
            "the text of the file is taken for Windows-1252",
            where=str(path),
            found="neither a .cpg file nor a code page, and no UTF-8",
            fix="add a .cpg file that names the encoding",
            severity="note",
        )
        return "cp1252"
    return "utf-8"


def _beside(path: Path) -> dict[str, Path]:
    """Files of the same name, by their endings."""
    return {each.suffix.lower(): each for each in path.parent.iterdir() if each.stem == path.stem}


def _check_length(path: Path) -> None:
    """Refuse a part that is not as long as its header says [16-bit words]."""
    with path.open("rb") as file:
        stated = 2 * int.from_bytes(file.read(28)[24:], "big")
    if path.stat().st_size < max(stated, _HEADER):
        raise _corrupt(path, "the file is cut short", counted(path.stat().st_size, "byte"),
                       f"{max(stated, _HEADER)} bytes")  # fmt: skip


def _check_table(table: Path, shapes: int, path: Path) -> None:
    """Refuse a table that has not one row for each shape, and report rows marked as deleted."""
    content = table.read_bytes()
    rows = int.from_bytes(content[4:8], "little")
    start, length = (int.from_bytes(content[i : i + 2], "little") for i in (8, 10))
    if rows != shapes:
        raise _corrupt(table, "the table and the shapes are not of one file", counted(rows, "row"),
                       f"{counted(shapes, 'row')}, one for each shape")  # fmt: skip
    if len(content) < start + rows * length:
        raise _corrupt(table, "the file is cut short", counted(len(content), "byte"),
                       f"{start + rows * length} bytes")  # fmt: skip
    deleted = content[start : start + rows * length : max(length, 1)].count(b"*")
    if deleted:
        warn(
            "ROWS_DELETED", "features that are marked as deleted are left out", where=str(path),
            found=f"{deleted} of {rows}", severity="note",
        )  # fmt: skip


def _corrupt(path: Path, message: str, found: str, wanted: str) -> InputError:
    return InputError(
        "FILE_CORRUPT", message, where=str(path), found=found, wanted=wanted,
        fix="bring all parts of the file again",
    )  # fmt: skip
