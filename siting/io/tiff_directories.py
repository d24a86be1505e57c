"""The directories of a TIFF file, read before GDAL sees it: whether the file can hold what it says.

GDAL reads on where tags lie beyond the end of a file or tables are too short, and then gives cells
without a place, or cells that were never stored.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siting.errors import InputError
from siting.io.formats import reading
from siting.wording import counted

MAX_DIRECTORIES = 4096
MAX_BLOCK = 512 << 20  # bytes of one block, unpacked
BOMB_SIZE = 4 << 30  # a file that unpacks to more than this ...
BOMB_RATIO = 1100  # ... and to more than so many times its size is a bomb; deflate ends at 1032

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4,
          16: 8, 17: 8, 18: 8}  # fmt: skip
_TYPES = {1: "u1", 3: "u2", 4: "u4", 13: "u4", 16: "u8", 18: "u8"}
_SUBFILE, _WIDTH, _HEIGHT, _BITS, _COMPRESSION = 254, 256, 257, 258, 259
_STRIP_OFFSETS, _SAMPLES, _STRIP_ROWS, _STRIP_COUNTS, _PLANAR = 273, 277, 278, 279, 284
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_COUNTS = 322, 323, 324, 325
_GEO = (33550, 33922, 34264, 34735, 34736, 34737)
_NODATA, _METADATA = 42113, 42112
_NUMBERS = (
    _SUBFILE, _WIDTH, _HEIGHT, _BITS, _COMPRESSION, _STRIP_OFFSETS, _SAMPLES, _STRIP_ROWS,
    _STRIP_COUNTS, _PLANAR, _TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_COUNTS,
)  # fmt: skip
_READ = frozenset({*_NUMBERS, *_GEO, _NODATA, _METADATA})
_NO_COMPRESSION = 1


@dataclass(frozen=True)
class Directory:
    """One image of a TIFF file: its tags by number."""

    tags: dict[int, NDArray[Any] | bytes]

    def number(self, tag: int, default: int) -> int:
        """First value of a tag of whole numbers."""
        values = self.tags.get(tag)
        return int(values[0]) if isinstance(values, np.ndarray) and values.size else default

    def numbers(self, tag: int) -> NDArray[Any]:
        """All values of a tag of whole numbers."""
        values = self.tags.get(tag)
        return values if isinstance(values, np.ndarray) else np.zeros(0, "u8")

    @property
    def nodata(self) -> str:
        """The no-data value as it is written; empty where there is none."""
        found = self.tags.get(_NODATA, b"")
        return found.split(b"\0")[0].decode("latin-1").strip() if isinstance(found, bytes) else ""

    @property
    def bands(self) -> int:
        """Number of bands."""
        return self.number(_SAMPLES, 1)

    @property
    def compression(self) -> int:
        """Number of the compression."""
        return self.number(_COMPRESSION, _NO_COMPRESSION)

    @property
    def is_blank(self) -> bool:
        """Whether no block of the image was ever written."""
        name = _TILE_OFFSETS if _TILE_OFFSETS in self.tags else _STRIP_OFFSETS
        return not self.numbers(name).any()

    @property
    def is_page(self) -> bool:
        """Whether this is an image of its own, not an overview or a mask."""
        return not self.number(_SUBFILE, 0) & 0b101


class _Layout(NamedTuple):
    """How an image is cut into blocks."""

    rows: int
    columns: int
    across: int
    down: int
    planes: int
    samples: int
    bits: int


def check_header(path: Path) -> tuple[Directory, int]:
    """The first image of a TIFF file, and the number of its pages.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    InputError
        FILE_CORRUPT where the file is shorter than it says, or contradicts itself; TOO_LARGE
        where a block, or the whole file, unpacks to more than any real raster does.
    """
    with reading(path), path.open("rb") as file:
        size = path.stat().st_size
        found = list(_directories(file, size, path))
    if not found:
        raise _corrupt(path, "no directory", "at least one image")
    unpacked = sum(_checked(each, size, path) for each in found)
    if unpacked > BOMB_SIZE and unpacked > BOMB_RATIO * size:
        raise InputError(
            "TOO_LARGE",
            "the file unpacks to far more than a real raster would",
            where=str(path),
            found=f"{unpacked / 2**30:,.1f} GiB from {size:,} bytes",
            wanted=f"at most {BOMB_RATIO:,} times the size of the file",
            fix="find out what made the file; store it at a coarser resolution",
        )
    return found[0], sum(each.is_page for each in found)


def _corrupt(path: Path, found: str, wanted: str = "") -> InputError:
    return InputError(
        "FILE_CORRUPT",
        "the file cannot be read: it is damaged or incomplete",
        where=str(path),
        found=found,
        wanted=wanted,
        fix="bring or make the file again",
    )


def _directories(file: BinaryIO, size: int, path: Path) -> Iterator[Directory]:
    head = file.read(16)
    order = "<" if head[:2] == b"II" else ">"
    big = struct.unpack(order + "H", head[2:4])[0] == 43
    place = struct.unpack_from(order + ("Q" if big else "I"), head, 8 if big else 4)[0]
    seen: set[int] = set()
    while place:
        if place in seen or len(seen) >= MAX_DIRECTORIES:
            raise _corrupt(path, "directories without an end")
        seen.add(place)
        if place >= size:
            raise _corrupt(path, f"a directory at byte {place:,} of {size:,}")
        directory, place = _directory(file, place, order, big, size, path)
        yield directory


def _directory(
    file: BinaryIO, place: int, order: str, big: bool, size: int, path: Path
) -> tuple[Directory, int]:
    entry, count_format, offset_format = (20, "Q", "Q") if big else (12, "H", "I")
    file.seek(place)
    head = struct.calcsize(order + count_format)
    (entries,) = struct.unpack(order + count_format, file.read(head))
    length = entries * entry
    if place + head + length > size:
        raise _corrupt(path, f"a directory of {entries:,} entries in {size:,} bytes")
    content = file.read(length + struct.calcsize(order + offset_format))
    # The place of the next directory may be cut off a file of one.
    tail = content[length:].ljust(8 if big else 4, b"\0")
    (following,) = struct.unpack(order + offset_format, tail)
    tags: dict[int, NDArray[Any] | bytes] = {}
    for start in range(0, length, entry):
        number, kind, count = struct.unpack_from(order + "HH" + offset_format, content, start)
        if number in _READ:
            field = content[start + entry - (8 if big else 4) : start + entry]
            tags[number] = _values(file, order, kind, count, field, size, path)
    return Directory(tags), following


def _values(
    file: BinaryIO, order: str, kind: int, count: int, field: bytes, size: int, path: Path
) -> NDArray[Any] | bytes:
    """Values of a tag, from the entry itself or from where it points to."""
    length = _SIZES.get(kind, 1) * count
    if length > len(field):
        (place,) = struct.unpack(order + ("Q" if len(field) == 8 else "I"), field)
        if place + length > size:
            raise _corrupt(
                path, f"{size:,} bytes", f"at least {place + length:,}, by the file's own tags"
            )
        file.seek(place)
        field = file.read(length)
    if kind not in _TYPES:
        return field[:length]
    return np.frombuffer(field[:length], np.dtype(order + _TYPES[kind]))


def _layout(directory: Directory) -> _Layout:
    width, height = directory.number(_WIDTH, 0), directory.number(_HEIGHT, 0)
    rows = directory.number(_TILE_HEIGHT, 0)
    columns = directory.number(_TILE_WIDTH, 0)
    if not (rows and columns):
        rows, columns = min(directory.number(_STRIP_ROWS, height), height) or height, width
    samples = directory.bands
    apart = directory.number(_PLANAR, 1) == 2
    across, down = -(-width // max(columns, 1)), -(-height // max(rows, 1))
    bits = max(1, directory.number(_BITS, 1))
    return _Layout(
        rows, columns, across, down, samples if apart else 1, 1 if apart else samples, bits
    )


def _checked(directory: Directory, size: int, path: Path) -> int:
    """Bytes that the stored blocks of an image unpack to, once they are found to be there."""
    width, height = directory.number(_WIDTH, 0), directory.number(_HEIGHT, 0)
    layout = _layout(directory)
    if not (width and height and layout.rows and layout.columns and layout.samples):
        raise _corrupt(path, f"an image of {counted(height, 'row')} and {counted(width, 'column')}")
    row_bytes = -(-layout.columns * layout.samples * layout.bits // 8)
    if layout.rows * row_bytes > MAX_BLOCK:
        raise InputError(
            "TOO_LARGE",
            "the file is stored in blocks too large to read",
            where=str(path),
            found=f"{layout.rows * row_bytes / 2**20:,.0f} MiB in one block",
            wanted=f"at most {MAX_BLOCK >> 20} MiB",
            fix="store it in smaller blocks, such as 512 x 512",
        )
    tiled = _TILE_OFFSETS in directory.tags
    offsets = directory.numbers(_TILE_OFFSETS if tiled else _STRIP_OFFSETS).astype("u8")
    counts = directory.numbers(_TILE_COUNTS if tiled else _STRIP_COUNTS).astype("u8")
    wanted = layout.across * layout.down * layout.planes
    if offsets.size != wanted or counts.size not in {0, wanted}:
        raise _corrupt(
            path, f"a table of {offsets.size:,} blocks", f"{wanted:,}, by the size of the image"
        )
    if not counts.size:
        return 0
    stored = offsets > 0
    ends = offsets[stored] + counts[stored]
    if ends.size and int(ends.max()) > size:
        raise _corrupt(path, f"{size:,} bytes", f"at least {int(ends.max()):,}, by its own tables")
    lengths = _lengths(layout, height, tiled, row_bytes)
    if directory.compression == _NO_COMPRESSION and (short := stored & (counts < lengths)).any():
        found, least = int(counts[short][0]), int(lengths[short][0])
        raise _corrupt(path, f"a block of {found:,} bytes", f"{least:,}, by the size of the image")
    return int(lengths[stored].sum())


def _lengths(layout: _Layout, height: int, tiled: bool, row_bytes: int) -> NDArray[Any]:
    """Bytes of each block, unpacked; the last strip may be shorter."""
    rows = np.full((layout.planes, layout.down, layout.across), layout.rows, "u8")
    if not tiled:
        rows[:, -1] = height - (layout.down - 1) * layout.rows
    return rows.ravel() * np.uint64(row_bytes)
