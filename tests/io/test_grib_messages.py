"""Headers of GRIB, written out by hand after WMO's manual on codes (WMO-No. 306, I.2)."""

from pathlib import Path

import numpy as np
import pytest

from siting.errors import InputError
from siting.io import grib_messages
from siting.io.grib_messages import Message, messages

NOON = float(np.datetime64("2019-07-04T12:00", "s").astype(int))
GRID_1 = bytes([0, 0, 32, 0, 255, 0, 0, 4, 0, 3]) + bytes(22)
IRREGULAR = "cells on no regular grid of longitudes and latitudes"


def first(
    unit: int = 1, steps: tuple[int, int, int] = (0, 0, 0), flags: int = 128,
    grid: bytes = GRID_1, packing: int = 0, when: tuple[int, int] = (19, 21),
) -> bytes:  # fmt: skip
    """A message of edition 1: year of the century and century are `when`."""
    product = bytes([0, 0, 28, 140, 98, 145, 255, flags, 229, 1, 0, 0, when[0], 7, 4, 12, 0,
                     unit, *steps, 0, 0, 0, when[1], 0, 0, 2])  # fmt: skip
    bitmap = bytes([0, 0, 6, 0, 0, 0]) * bool(flags & 64)
    data = bytes([0, 0, 12, packing]) + bytes(8)
    body = product + grid * bool(flags & 128) + bitmap + data + b"7777"
    return b"GRIB" + (8 + len(body)).to_bytes(3, "big") + bytes([1]) + body


def section(kind: int, content: bytes) -> bytes:
    return (5 + len(content)).to_bytes(4, "big") + bytes([kind]) + content


def second(
    template: int = 0, unit: int = 1, steps: int = 0, grid: int = 0, columns: bytes = b"\0\0\0\4",
    packing: int = 0, end: bytes = b"", copies: int = 1,
) -> bytes:  # fmt: skip
    """A message of edition 2 and discipline 10, with the same field so many times."""
    when = (2019).to_bytes(2, "big") + bytes([7, 4, 12, 0, 0])
    identity = b"\0\x62" + bytes(3) + bytes([0, 1]) + when + bytes(2)
    place = bytes(7) + grid.to_bytes(2, "big") + bytes(16) + columns + bytes(30)
    product = bytes(2) + template.to_bytes(2, "big") + bytes([0, 3]) + bytes(6)
    product += bytes([unit]) + steps.to_bytes(4, "big") + bytes(12)
    product = product[:29] + end + bytes(8)
    packed = bytes(4) + packing.to_bytes(2, "big") + bytes(10)
    fields = section(4, product) + section(5, packed) + section(6, b"\xff") + section(7, bytes(5))
    body = section(1, identity) + section(3, place) + fields * copies + b"7777"
    return b"GRIB\0\0" + bytes([10, 2]) + (16 + len(body)).to_bytes(8, "big") + body


def read(tmp_path: Path, *parts: bytes) -> list[Message]:
    path = tmp_path / "a.grib"
    path.write_bytes(b"".join(parts))
    return messages(path)


def read_after(tmp_path: Path, content: bytes) -> list[Message]:
    """A message that begins at byte 100, behind another that zeros fill up."""
    return read(tmp_path, first().ljust(100, b"\0"), bytes(content))


def test_both_editions_are_read_in_their_order(tmp_path: Path) -> None:
    one, two, three = read(tmp_path, first(), second(copies=2))
    assert one == Message(1, 98, (140, 229), NOON, GRID_1, "")
    assert two[:4] == (2, 98, (10, 0, 3), NOON)
    assert (two.unreadable, three) == ("", two)
    assert two.grid == bytes(25) + b"\0\0\0\4" + bytes(30)


# Code table 4 of edition 1: lengths of the units of time [s].
@pytest.mark.parametrize(
    ("unit", "length"),
    [(0, 60), (1, 3600), (2, 86400), (10, 10800), (11, 21600), (12, 43200), (254, 1)],
)
def test_units_of_time_in_edition_1(tmp_path: Path, unit: int, length: int) -> None:
    (found,) = read(tmp_path, first(unit, (2, 0, 0)))
    assert (found.seconds, found.unreadable) == (pytest.approx(NOON + 2 * length, abs=1e-3), "")


# Code table 5: at which of the two times a field is valid.
@pytest.mark.parametrize(
    ("steps", "hours"),
    [
        ((5, 7, 0), 5), ((5, 7, 1), 5), ((5, 7, 2), 7), ((5, 7, 3), 7), ((5, 7, 4), 7),
        ((5, 7, 5), 7), ((1, 4, 10), 260), ((0, 7, 10), 7), ((5, 0, 4), 0),
    ],
)  # fmt: skip
def test_an_interval_ends_at_its_second_time(
    tmp_path: Path, steps: tuple[int, int, int], hours: int
) -> None:
    (found,) = read(tmp_path, first(1, steps))
    assert found.seconds == NOON + hours * 3600


def test_a_unit_that_nobody_knows_matters_where_time_passes(tmp_path: Path) -> None:
    assert read(tmp_path, first(99))[0] == read(tmp_path, first())[0]
    assert read(tmp_path, first(99, (1, 0, 0)))[0].unreadable == "time in unit 99"
    assert read(tmp_path, second(unit=99))[0].unreadable == "time in unit 99"


# The year 2000 is the hundredth of the twentieth century.
@pytest.mark.parametrize(
    ("when", "year"), [((100, 20), 2000), ((1, 21), 2001), ((99, 20), 1999), ((1, 20), 1901)]
)
def test_years_of_a_century_begin_at_one(tmp_path: Path, when: tuple[int, int], year: int) -> None:
    (found,) = read(tmp_path, first(when=when))
    assert np.datetime64(int(found.seconds), "s") == np.datetime64(f"{year}-07-04T12:00")


@pytest.mark.parametrize(
    ("place", "values", "says"),
    [
        (5, [0], ""),
        (5, [1], IRREGULAR),  # Mercator
        (5, [4], IRREGULAR),  # Gaussian
        (6, [255, 255], IRREGULAR),  # rows of different lengths
        (6, [255, 254], ""),
        (6, [254, 255], ""),
        (8, [255, 255], ""),  # so many rows, not columns
    ],
)
def test_grids_of_edition_1(tmp_path: Path, place: int, values: list[int], says: str) -> None:
    grid = bytearray(GRID_1)
    grid[place : place + len(values)] = bytes(values)
    (found,) = read(tmp_path, first(grid=bytes(grid)))
    assert (found.unreadable, found.grid) == (says, bytes(grid))


def test_a_grid_by_its_number_alone_is_not_read(tmp_path: Path) -> None:
    (found,) = read(tmp_path, first(flags=0))
    assert (found.unreadable, found.grid) == (IRREGULAR, b"")


# Code table 11: 128 for spherical harmonics, 64 for second order, 32 for whole numbers.
@pytest.mark.parametrize(
    ("packing", "readable"), [(0, True), (32, True), (63, True), (64, False), (128, False)]
)
def test_packings_of_edition_1(tmp_path: Path, packing: int, readable: bool) -> None:
    says = "" if readable else "packing of spectral coefficients or of second order"
    assert read(tmp_path, first(packing=packing))[0].unreadable == says
    # Behind a bitmap the section of the data is not looked for.
    assert read(tmp_path, first(packing=0, flags=128 | 64))[0].unreadable == ""


# Code table 4.4 of edition 2 [s].
@pytest.mark.parametrize(
    ("unit", "length"),
    [(0, 60), (1, 3600), (2, 86400), (10, 10800), (11, 21600), (12, 43200), (13, 1)],
)
def test_units_of_time_in_edition_2(tmp_path: Path, unit: int, length: int) -> None:
    (found,) = read(tmp_path, second(unit=unit, steps=300))
    assert (found.seconds, found.unreadable) == (pytest.approx(NOON + 300 * length, abs=1e-3), "")


def test_the_end_of_an_interval_is_written_out_in_edition_2(tmp_path: Path) -> None:
    end = (2020).to_bytes(2, "big") + bytes([2, 29, 23, 58, 59])
    (found,) = read(tmp_path, second(template=8, unit=99, steps=5, end=end))
    assert np.datetime64(int(found.seconds), "s") == np.datetime64("2020-02-29T23:58:59")
    assert found.unreadable == ""


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"template": 1}, "product template 1"),
        ({"template": 264}, "product template 264"),
        ({"grid": 40}, IRREGULAR),
        ({"grid": 256}, IRREGULAR),
        ({"columns": b"\xff\xff\xff\xff"}, IRREGULAR),
        ({"columns": b"\xff\xff\xff\xfe"}, ""),
        ({"columns": b"\xfe\xff\xff\xff"}, ""),
        *(({"packing": known}, "") for known in (0, 2, 3, 4, 40, 41)),
        *(({"packing": other}, f"packing by template {other}") for other in (1, 5, 39, 42, 50, 51)),
        ({"packing": 256}, "packing by template 256"),
    ],
)
def test_what_of_edition_2_is_not_read(tmp_path: Path, options: dict, says: str) -> None:
    assert read(tmp_path, second(**options))[0].unreadable == says


@pytest.mark.parametrize("size", [0, 4, 5000])
def test_a_section_ends_within_its_message(tmp_path: Path, size: int) -> None:
    content = bytearray(second())
    content[16:20] = size.to_bytes(4, "big")
    with pytest.raises(ValueError, match=r"^a section at byte 116 reaches beyond its message$"):
        read_after(tmp_path, content)


def test_the_last_section_may_reach_to_the_end_and_not_into_it(tmp_path: Path) -> None:
    content = bytearray(second())
    last = len(content) - 4 - 10
    assert content[last : last + 5] == b"\0\0\0\x0a\x07"
    content[last + 3] += 1
    with pytest.raises(ValueError, match=rf"^a section at byte {last} reaches beyond its message$"):
        read(tmp_path, bytes(content))


@pytest.mark.parametrize("gap", [0, 1, 100, 4095])
def test_zeros_between_messages_are_passed(tmp_path: Path, gap: int) -> None:
    assert len(read(tmp_path, first(), bytes(gap), second(), bytes(gap))) == 2


def test_a_message_ends_where_it_says(tmp_path: Path) -> None:
    whole = first()
    for part in (whole[:-1], whole[:-4] + b"777x", whole[:-4] + b"x777"):
        with pytest.raises(ValueError, match=r"^the message at byte 100 has no end$"):
            read_after(tmp_path, part)
    with pytest.raises(ValueError, match=r"^edition 3 at byte 100$"):
        read_after(tmp_path, whole[:7] + b"\3" + whole[8:])
    with pytest.raises(
        ValueError, match=r"^the message at byte 100 is longer than edition 1 knows"
    ):
        read_after(tmp_path, whole[:4] + b"\x80" + whole[5:])


def test_lengths_and_numbers_of_messages_have_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (grib_messages._LONGEST, grib_messages.MAX_MESSAGES) == (1 << 28, 5_000_000)
    monkeypatch.setattr(grib_messages, "_LONGEST", len(first()))
    assert len(read(tmp_path, first())) == 1
    monkeypatch.setattr(grib_messages, "_LONGEST", len(first()) - 1)
    with pytest.raises(ValueError, match="has no end"):
        read(tmp_path, first())
    monkeypatch.setattr(grib_messages, "_LONGEST", 1 << 28)
    monkeypatch.setattr(grib_messages, "MAX_MESSAGES", 2)
    assert len(read(tmp_path, first(), first())) == 2
    with pytest.raises(InputError, match="TOO_LARGE") as caught:
        read(tmp_path, first(), first(), first())
    assert (caught.value.found, caught.value.where) == ("more than 2", str(tmp_path / "a.grib"))
