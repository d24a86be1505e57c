"""Directories of TIFF files, written byte by byte by the TIFF 6.0 and BigTIFF specifications."""

import struct
from pathlib import Path

import pytest

from siting.errors import InputError
from siting.io import tiff_directories
from siting.io.tiff_directories import check_header

WIDTH, HEIGHT, BITS, COMPRESSION, OFFSETS, SAMPLES, ROWS, COUNTS = (
    256, 257, 258, 259, 273, 277, 278, 279,
)  # fmt: skip
PLANAR, TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_COUNTS = 284, 322, 323, 324, 325
SUBFILE, NODATA = 254, 42113
SHORT, LONG, LONG8, ASCII = 3, 4, 16, 2
CODES = {SHORT: "H", LONG: "I", LONG8: "Q", ASCII: "B"}
DATA = 200  # byte at which the values of blocks begin in these files
# 20 rows of 30 cells of one byte, in strips of 8, 8 and 4 rows.
PLAIN = {
    WIDTH: (SHORT, [30]),
    HEIGHT: (SHORT, [20]),
    BITS: (SHORT, [8]),
    ROWS: (SHORT, [8]),
    OFFSETS: (LONG, [DATA, DATA + 240, DATA + 480]),
    COUNTS: (LONG, [240, 240, 120]),
}
TILED = {
    WIDTH: (SHORT, [30]),
    HEIGHT: (SHORT, [20]),
    BITS: (SHORT, [16]),
    TILE_WIDTH: (SHORT, [16]),
    TILE_HEIGHT: (SHORT, [16]),
    TILE_OFFSETS: (LONG, [DATA, DATA + 512, DATA + 1024, DATA + 1536]),
    TILE_COUNTS: (LONG, [512] * 4),
}


def tiff(*pages: dict, order: str = "<", big: bool = False, size: int = 4000) -> bytes:
    """A file of pages; values that do not fit into their entry lie behind the blocks."""
    offset, count, width = ("Q", "Q", 8) if big else ("I", "H", 4)
    content = bytearray(size)
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "H", 43 if big else 42)
    head += struct.pack(order + "HH", 8, 0) if big else b""
    place = 3000
    content[: len(head) + width] = head + struct.pack(order + offset, place)
    for number, tags in enumerate(pages):
        packed = struct.pack(order + count, len(tags))
        length = len(packed) + len(tags) * (20 if big else 12) + width
        behind = place + length
        for tag, (kind, values) in sorted(tags.items()):
            field = struct.pack(f"{order}{len(values)}{CODES[kind]}", *values)
            if len(field) > width:
                content[behind : behind + len(field)] = field
                behind, field = behind + len(field), struct.pack(order + offset, behind)
            packed += struct.pack(order + "HH" + offset, tag, kind, len(values))
            packed += field.ljust(width, b"\0")
        following = behind if number + 1 < len(pages) else 0
        packed += struct.pack(order + offset, following)
        content[place : place + len(packed)] = packed
        place = behind
    return bytes(content)


def checked(folder: Path, content: bytes):
    (folder / "a.tif").write_bytes(content)
    return check_header(folder / "a.tif")


def refused(folder: Path, content: bytes, code: str = "FILE_CORRUPT") -> InputError:
    with pytest.raises(InputError, match=code) as caught:
        checked(folder, content)
    assert caught.value.code == code
    return caught.value


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("tags", [PLAIN, TILED])
def test_directories_of_each_order_and_size(tmp_path, order, big, tags) -> None:
    more = {SAMPLES: (SHORT, [1]), NODATA: (ASCII, list(b" -9999 \0abc"))}
    first, pages = checked(tmp_path, tiff({**tags, **more}, order=order, big=big))
    assert (first.number(WIDTH, 0), first.number(HEIGHT, 0), pages) == (30, 20, 1)
    assert (first.nodata, first.bands, first.compression) == ("-9999", 1, 1)
    offsets = TILE_OFFSETS if TILE_OFFSETS in tags else OFFSETS
    assert first.numbers(offsets).tolist() == tags[offsets][1]
    assert not first.is_blank


def test_what_a_directory_does_not_say(tmp_path) -> None:
    first, _ = checked(tmp_path, tiff(PLAIN))
    assert (first.nodata, first.bands, first.compression) == ("", 1, 1)
    assert first.is_page
    assert first.numbers(TILE_OFFSETS).size == 0
    assert first.number(TILE_WIDTH, 7) == 7


def test_overviews_and_masks_are_no_pages(tmp_path) -> None:
    kinds = [{**PLAIN, SUBFILE: (LONG, [kind])} for kind in (0, 1, 2, 4, 5)]
    _, pages = checked(tmp_path, tiff(PLAIN, *kinds))
    assert pages == 3  # by bit 0 an overview, by bit 1 one page of many, by bit 2 a mask


def test_offsets_of_eight_bytes_are_read_whole(tmp_path) -> None:
    wide = {**PLAIN, OFFSETS: (LONG8, PLAIN[OFFSETS][1]), COUNTS: (SHORT, PLAIN[COUNTS][1])}
    first, _ = checked(tmp_path, tiff(wide, big=True))
    assert first.numbers(OFFSETS).tolist() == PLAIN[OFFSETS][1]


def test_blocks_that_were_never_written(tmp_path) -> None:
    sparse = {**PLAIN, OFFSETS: (LONG, [0, 0, 0]), COUNTS: (LONG, [0, 0, 0])}
    assert checked(tmp_path, tiff(sparse))[0].is_blank
    assert checked(tmp_path, tiff({**sparse, OFFSETS: (LONG, [0, 0, DATA]),
                                   COUNTS: (LONG, [0, 0, 120])}))[0].is_blank is False  # fmt: skip
    tiles = {**TILED, TILE_OFFSETS: (LONG, [0] * 4), TILE_COUNTS: (LONG, [0] * 4)}
    assert checked(tmp_path, tiff(tiles))[0].is_blank


def test_directories_that_come_back_to_themselves(tmp_path) -> None:
    content = bytearray(tiff(PLAIN))
    end = 3000 + 2 + 12 * len(PLAIN)
    content[end : end + 4] = struct.pack("<I", 3000)
    assert refused(tmp_path, bytes(content)).found == "directories without an end"


def test_directories_beyond_number(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tiff_directories, "MAX_DIRECTORIES", 3)
    assert checked(tmp_path, tiff(PLAIN, PLAIN, PLAIN))[1] == 3
    assert "without an end" in refused(tmp_path, tiff(PLAIN, PLAIN, PLAIN, PLAIN)).found


@pytest.mark.parametrize(
    ("place", "found"),
    [(4000, "a directory at byte 4,000 of 4,000"), (9000, "a directory at byte 9,000 of 4,000")],
)
def test_a_directory_beyond_the_end(tmp_path, place, found) -> None:
    content = bytearray(tiff(PLAIN))
    content[4:8] = struct.pack("<I", place)
    assert refused(tmp_path, bytes(content)).found == found


@pytest.mark.parametrize("big", [False, True])
def test_a_file_without_a_directory(tmp_path, big) -> None:
    content = bytearray(tiff(PLAIN, big=big))
    content[8 if big else 4 : 16 if big else 8] = bytes(8 if big else 4)
    error = refused(tmp_path, bytes(content))
    assert (error.found, error.wanted) == ("no directory", "at least one image")


def test_a_directory_that_is_cut(tmp_path) -> None:
    tags = {**PLAIN, OFFSETS: (LONG, [DATA]), COUNTS: (LONG, [600]), ROWS: (SHORT, [20])}
    end = 3000 + 2 + 12 * len(tags)
    # The place of the next directory may be cut off, wholly or in part; the entries may not.
    for size in (end, end + 3):
        assert checked(tmp_path, tiff(tags)[:size])[1] == 1
    error = refused(tmp_path, tiff(tags)[: end - 1])
    assert error.found == f"a directory of 6 entries in {end - 1:,} bytes"


def test_values_beyond_the_end(tmp_path) -> None:
    content = tiff(PLAIN)
    end = 3000 + 2 + 12 * len(PLAIN) + 4 + 24  # the tables of offsets and of counts
    assert checked(tmp_path, content[:end])[1] == 1
    error = refused(tmp_path, content[: end - 1])
    assert (error.found, error.wanted) == (
        f"{end - 1:,} bytes", f"at least {end:,}, by the file's own tags",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({WIDTH: (SHORT, [0])}, "an image of 20 rows and 0 columns"),
        ({HEIGHT: (SHORT, [0])}, "an image of 0 rows and 30 columns"),
        ({SAMPLES: (SHORT, [0])}, "an image of 20 rows and 30 columns"),
        ({OFFSETS: (LONG, [DATA, DATA])}, "a table of 2 blocks"),
        ({COUNTS: (LONG, [240, 240])}, "a table of 3 blocks"),
        ({ROWS: (SHORT, [10])}, "a table of 3 blocks"),
        ({COUNTS: (LONG, [240, 239, 120])}, "a block of 239 bytes"),
        ({COUNTS: (LONG, [240, 240, 119])}, "a block of 119 bytes"),
        ({BITS: (SHORT, [9])}, "a block of 240 bytes"),  # 30 cells of 9 bits: 34 bytes
        ({SAMPLES: (SHORT, [2])}, "a block of 240 bytes"),
    ],
)
def test_a_file_that_contradicts_itself(tmp_path, changed, found) -> None:
    assert refused(tmp_path, tiff({**PLAIN, **changed})).found == found


def test_least_length_of_a_block_is_told(tmp_path) -> None:
    short = {**PLAIN, BITS: (SHORT, [9])}
    assert refused(tmp_path, tiff(short)).wanted == "272, by the size of the image"  # 8 x 34
    few = {**PLAIN, OFFSETS: (LONG, [DATA])}
    assert refused(tmp_path, tiff(few)).wanted == "3, by the size of the image"


def test_blocks_beyond_the_end(tmp_path) -> None:
    last = {**PLAIN, OFFSETS: (LONG, [DATA, DATA + 240, 3880])}
    assert checked(tmp_path, tiff(last))[1] == 1
    error = refused(tmp_path, tiff({**last, OFFSETS: (LONG, [3761, DATA, DATA])}))
    assert (error.found, error.wanted) == ("4,000 bytes", "at least 4,001, by its own tables")


def test_compressed_blocks_may_be_of_any_length(tmp_path) -> None:
    packed = {**PLAIN, COUNTS: (LONG, [1, 2, 3]), COMPRESSION: (SHORT, [5])}
    assert checked(tmp_path, tiff(packed))[0].compression == 5
    refused(tmp_path, tiff({**packed, COMPRESSION: (SHORT, [1])}))


def test_tables_without_lengths_are_left_to_the_reader(tmp_path) -> None:
    without = {tag: value for tag, value in PLAIN.items() if tag != COUNTS}
    assert checked(tmp_path, tiff(without))[1] == 1


def test_strips_as_high_as_the_image(tmp_path) -> None:
    one = {**PLAIN, OFFSETS: (LONG, [DATA]), COUNTS: (LONG, [600])}
    assert checked(tmp_path, tiff({**one, ROWS: (LONG, [2**32 - 1])}))[1] == 1
    assert checked(tmp_path, tiff({key: one[key] for key in one if key != ROWS}))[1] == 1
    assert checked(tmp_path, tiff({**one, ROWS: (SHORT, [0])}))[1] == 1


def test_bands_apart_and_together(tmp_path) -> None:
    """Two bands: strips of each band apart are as long as of one; together, twice that."""
    apart = {
        **PLAIN,
        SAMPLES: (SHORT, [2]),
        PLANAR: (SHORT, [2]),
        OFFSETS: (LONG, [DATA + 200 * k for k in range(6)]),
        COUNTS: (LONG, [240, 240, 120] * 2),
    }
    assert checked(tmp_path, tiff(apart))[0].bands == 2
    short = {**apart, COUNTS: (LONG, [240, 240, 120, 240, 240, 119])}
    assert refused(tmp_path, tiff(short)).found == "a block of 119 bytes"
    together = {**PLAIN, SAMPLES: (SHORT, [2]), COUNTS: (LONG, [480, 480, 240])}
    assert checked(tmp_path, tiff(together))[0].bands == 2


def test_tiles_are_whole_at_the_edges(tmp_path) -> None:
    assert checked(tmp_path, tiff(TILED))[1] == 1
    edge = {**TILED, TILE_COUNTS: (LONG, [512, 512, 512, 511])}
    assert refused(tmp_path, tiff(edge)).found == "a block of 511 bytes"
    fewer = {**TILED, TILE_OFFSETS: (LONG, [DATA] * 2), TILE_COUNTS: (LONG, [512] * 2)}
    assert refused(tmp_path, tiff(fewer)).found == "a table of 2 blocks"


def test_blocks_too_large_to_be_read(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tiff_directories, "MAX_BLOCK", 512)
    assert checked(tmp_path, tiff(TILED))[1] == 1
    monkeypatch.setattr(tiff_directories, "MAX_BLOCK", 511)
    error = refused(tmp_path, tiff(TILED), "TOO_LARGE")
    assert error.wanted == "at most 0 MiB"
    big = {**PLAIN, HEIGHT: (LONG, [2**21]), ROWS: (LONG, [2**21])}
    monkeypatch.undo()
    found = refused(tmp_path, tiff({**big, WIDTH: (SHORT, [300])}), "TOO_LARGE")
    assert (found.found, found.wanted) == ("600 MiB in one block", "at most 512 MiB")


def test_a_file_that_unpacks_without_measure(tmp_path, monkeypatch) -> None:
    """600 bytes of cells in a file of 4,000: refused beyond either limit only by both."""
    packed = {**PLAIN, COMPRESSION: (SHORT, [8])}
    content = tiff(packed)
    for size, ratio, bomb in ((599, 0.14, True), (600, 0.14, False), (599, 0.15, False)):
        monkeypatch.setattr(tiff_directories, "BOMB_SIZE", size)
        monkeypatch.setattr(tiff_directories, "BOMB_RATIO", ratio)
        if bomb:
            assert "from 4,000 bytes" in refused(tmp_path, content, "TOO_LARGE").found
        else:
            assert checked(tmp_path, content)[1] == 1


def test_blocks_that_are_not_stored_unpack_to_nothing(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tiff_directories, "BOMB_SIZE", 300)
    monkeypatch.setattr(tiff_directories, "BOMB_RATIO", 0)
    sparse = {**PLAIN, OFFSETS: (LONG, [DATA, 0, 0]), COUNTS: (LONG, [240, 0, 0])}
    assert checked(tmp_path, tiff(sparse))[1] == 1
    refused(tmp_path, tiff(PLAIN), "TOO_LARGE")


@pytest.mark.parametrize(
    ("kind", "length"),
    [(1, 1), (2, 1), (3, 2), (4, 4), (5, 8), (6, 1), (7, 1), (8, 2), (9, 4), (10, 8), (11, 4),
     (12, 8), (13, 4), (16, 8), (17, 8), (18, 8)],
)  # fmt: skip
def test_types_have_their_lengths(tmp_path, kind, length) -> None:
    """Nine values of each type of the specifications, behind the directory and not cut."""
    tags = {**PLAIN, 33550: (ASCII, [0] * 9)}
    content = bytearray(tiff(tags))
    entry = 3000 + 2 + 12 * len(PLAIN)  # the last one, by its number
    content[entry + 2 : entry + 4] = struct.pack("<H", kind)
    content[entry + 8 : entry + 12] = struct.pack("<I", 4000 - 9 * length)
    checked(tmp_path, bytes(content))
    content[entry + 8 : entry + 12] = struct.pack("<I", 4000 - 9 * length + 1)
    assert refused(tmp_path, bytes(content)).wanted.startswith("at least 4,001")
