"""What the messages of a GRIB file hold, by their headers: parameter, time, grid and packing.

The headers say who made a message and by whose table its parameter is numbered, which decides
what a wave period is. Values are left to GDAL, which names parameters by tables of its own.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from siting.errors import InputError

ECMWF = 98  # centre, WMO common code table C-1
MAX_MESSAGES = 5_000_000
_LONGEST = 1 << 28  # bytes of a message
_HEADERS = 4096  # bytes of a message of edition 1 that hold its headers, and a section's head
_EXTENDED = 0x800000  # ECMWF's mark of messages that are longer than edition 1 knows
_HOURS_1 = {0: 1 / 60, 1: 1.0, 2: 24.0, 10: 3.0, 11: 6.0, 12: 12.0, 254: 1 / 3600}
_HOURS_2 = {0: 1 / 60, 1: 1.0, 2: 24.0, 10: 3.0, 11: 6.0, 12: 12.0, 13: 1 / 3600}
_INTERVALS_1 = frozenset({2, 3, 4, 5})  # indicators of a range of time that ends at P2
_REGULAR = 0  # longitude and latitude, in both editions
_PACKINGS = {0: "simple", 2: "complex", 3: "complex", 4: "IEEE", 40: "JPEG 2000", 41: "PNG"}


class Message(NamedTuple):
    """One field of a GRIB file.

    Parameters
    ----------
    edition : int
        1 or 2.
    centre : int
        Who made it.
    parameter : tuple of int
        Table and number in edition 1; discipline, category and number in edition 2.
    seconds : float
        When it is valid, or its interval ends, since 1970-01-01 UTC.
    grid : bytes
        The section that describes its grid.
    unreadable : str
        What of it is not read here; empty where all is.
    """

    edition: int
    centre: int
    parameter: tuple[int, ...]
    seconds: float
    grid: bytes
    unreadable: str


def messages(path: Path) -> list[Message]:
    """Every field of a file, in its order.

    Raises
    ------
    ValueError
        For a damaged file.
    InputError
        TOO_LARGE.
    """
    found: list[Message] = []
    with path.open("rb") as file:
        start = 0
        while (head := _at(file, start, 16)).startswith(b"GRIB"):
            edition = head[7]
            if edition == 1:
                length = int.from_bytes(head[4:7], "big")
                if length & _EXTENDED:
                    raise ValueError(f"the message at byte {start} is longer than edition 1 knows")
                found.append(_first(_at(file, start, min(length, _HEADERS))))
            elif edition == 2:
                length = int.from_bytes(head[8:16], "big")
                found += _second(file, start, length, head[6])
            else:
                raise ValueError(f"edition {edition} at byte {start}")
            if not 16 < length <= _LONGEST or _at(file, start + length - 4, 4) != b"7777":
                raise ValueError(f"the message at byte {start} has no end")
            if len(found) > MAX_MESSAGES:
                raise InputError(
                    "TOO_LARGE", "the file holds too many messages", where=str(path),
                    found=f"more than {MAX_MESSAGES:,}", fix="cut it into years",
                )  # fmt: skip
            start = _next(file, start + length)
    return found


def _at(file: BinaryIO, place: int, size: int) -> bytes:
    file.seek(place)
    return file.read(size)


def _next(file: BinaryIO, place: int) -> int:
    """Where the next message begins: some archives fill up with zeros."""
    rest = _at(file, place, _HEADERS)
    return place + len(rest) - len(rest.lstrip(b"\0"))


def _number(part: bytes) -> int:
    return int.from_bytes(part, "big")


def _moment(year: int, month: int, day: int, hour: int, minute: int, second: int = 0) -> float:
    text = f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}"
    return float(np.datetime64(text, "s").astype(np.int64))


def _first(content: bytes) -> Message:
    """The one field of a message of edition 1."""
    product = content[8 : 8 + _number(content[8:11])]
    year = (product[24] - 1) * 100 + product[12]
    seconds = _moment(year, *product[13:17])
    unit, first, second, indicator = product[17:21]
    steps = second if indicator in _INTERVALS_1 else first
    if indicator == 10:
        steps = first * 256 + second
    hours = _HOURS_1.get(unit, np.nan) if steps else 0.0
    has_grid, has_bitmap = product[7] & 128, product[7] & 64
    place = 8 + len(product)
    grid = content[place : place + _number(content[place : place + 3])] if has_grid else b""
    unreadable = ""
    if not has_grid or grid[5] != _REGULAR or grid[6:8] == b"\xff" * 2:
        unreadable = "cells on no regular grid of longitudes and latitudes"
    place += len(grid)
    if not has_bitmap and place + 4 <= len(content) and content[place + 3] & 0b11000000:
        unreadable = "packing of spectral coefficients or of second order"
    if hours != hours:
        unreadable = f"time in unit {unit}"
    return Message(1, product[4], (product[3], product[8]), seconds + steps * hours * 3600, grid,
                   unreadable)  # fmt: skip


def _second(file: BinaryIO, start: int, length: int, discipline: int) -> Iterator[Message]:
    """The fields of a message of edition 2."""
    place, end = start + 16, start + length - 4
    centre, reference = 0, 0.0
    grid, product, packing = b"", b"", 0
    while place < end:
        head = _at(file, place, 5)
        size, kind = _number(head[:4]), head[4]
        if size < 5 or place + size > end:
            raise ValueError(f"a section at byte {place} reaches beyond its message")
        content = _at(file, place, min(size, _HEADERS)) if kind != 7 else b""
        if kind == 1:
            centre = _number(content[5:7])
            reference = _moment(_number(content[12:14]), *content[14:19])
        elif kind == 3:
            grid = content[5:]
        elif kind == 4:
            product = content
        elif kind == 5:
            packing = _number(content[9:11])
        elif kind == 7:
            yield _field(discipline, centre, reference, grid, product, packing)
        place += size


def _field(
    discipline: int, centre: int, reference: float, grid: bytes, product: bytes, packing: int
) -> Message:
    template, unreadable = _number(product[7:9]), ""
    seconds = reference
    if template == 0:
        hours = _HOURS_2.get(product[17], np.nan)
        seconds += _number(product[18:22]) * hours * 3600
        unreadable = f"time in unit {product[17]}" if hours != hours else ""
    elif template == 8:  # the end of the interval is written out
        seconds = _moment(_number(product[34:36]), *product[36:41])
    else:
        unreadable = f"product template {template}"
    if _number(grid[7:9]) != _REGULAR or grid[25:29] == b"\xff" * 4:  # reduced rows
        unreadable = "cells on no regular grid of longitudes and latitudes"
    if packing not in _PACKINGS:
        unreadable = f"packing by template {packing}"
    return Message(2, centre, (discipline, product[9], product[10]), seconds, grid, unreadable)
