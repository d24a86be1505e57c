"""What the cases of rasters share: short registration, damage, and answers to compare with."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from .harness import GRID, Corpus, Expect, Result, field_of, pipeline

Write = Callable[[Path], Any]
Holds = Callable[[Result], None]


def add(
    corpus: Corpus,
    id: str,
    expect: Expect,
    code: str | None,
    why: str,
    write: Write,
    *,
    declared: str = "units: m",
    file: str = "a.tif",
    grid: str = GRID,
    holds: Holds | None = None,
) -> None:
    """Register a case of one raster, ``a.tif``, which is also what the run publishes."""

    @corpus.case(id, kind="raster", expect=expect, code=code, why=why, holds=holds)
    def _(folder: Path) -> str:
        write(folder)
        more = f", {declared}" if declared else ""
        name = file.replace("'", "''")
        return pipeline(sources=f"a: {{file: '{name}'{more}}}", outputs="[a.tif]", grid=grid)


def equals(wanted: np.ndarray, tolerance: float = 1e-4) -> Holds:
    """The layer has these values; NaN where there are none."""

    def holds(result: Result) -> None:
        found = result.layer("a").astype("float64").filled(np.nan)
        assert np.allclose(found, wanted, atol=tolerance, rtol=0, equal_nan=True)

    return holds


is_field: Holds = equals(field_of().astype("float64"))


def at(longitude: float, latitude: float, value: float, tolerance: float = 1e-4) -> Holds:
    """The layer has a value at a place."""

    def holds(result: Result) -> None:
        assert abs(result.value_at("a", longitude, latitude) - value) <= tolerance

    return holds


def valid(count: int) -> Holds:
    """The layer has so many cells with data."""

    def holds(result: Result) -> None:
        assert int(np.isfinite(result.layer("a").filled(np.nan)).sum()) == count

    return holds


def with_cells(cells: dict[tuple[int, int], float], dtype: str = "float32") -> np.ndarray:
    """The field with some cells replaced."""
    values = field_of().astype(dtype)
    for place, value in cells.items():
        values[place] = value
    return values


def cut(path: Path, size: int | float) -> None:
    """Keep so many bytes of a file, a share of them, or all but so many."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * size) if isinstance(size, float) else size])


def rot(path: Path, share: float = 0.5, count: int = 16) -> None:
    """Flip bits of some bytes of a file."""
    content = bytearray(path.read_bytes())
    start = int(len(content) * share)
    for i in range(start, min(start + count, len(content))):
        content[i] ^= 0x5A
    path.write_bytes(bytes(content))


def retag(path: Path, tag: int, value: int) -> None:
    """Overwrite the value of a tag that stands in the first directory of a little-endian TIFF."""
    content = bytearray(path.read_bytes())
    (start,) = struct.unpack_from("<I", content, 4)
    (entries,) = struct.unpack_from("<H", content, start)
    for k in range(entries):
        place = start + 2 + 12 * k
        number, kind = struct.unpack_from("<HH", content, place)
        if number == tag:
            struct.pack_into("<H" if kind == 3 else "<I", content, place + 8, value)
            path.write_bytes(bytes(content))
            return
    raise ValueError(f"there is no tag {tag}")


def replaced(path: Path, old: bytes, new: bytes) -> None:
    """Put bytes in the place of others of the same number."""
    content = path.read_bytes()
    assert old in content and len(old) == len(new)
    path.write_bytes(content.replace(old, new))
