"""What the cases of rasters share: short registration, damage, and answers to compare with."""

import struct
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import from_bounds

from .harness import (
    EAST,
    GRID,
    NORTH,
    SOUTH,
    WEST,
    Corpus,
    Expect,
    Result,
    field_of,
    pipeline,
    raster,
)

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


def classes(path: Path) -> None:
    """Write numbers of four classes with a colour for each."""
    with rasterio.open(
        path, "w", driver="GTiff", count=1, height=20, width=20, dtype="uint8", crs="EPSG:4326",
        transform=from_bounds(WEST, SOUTH, EAST, NORTH, 20, 20),
    ) as file:  # fmt: skip
        file.write((field_of() % 4).astype("uint8"), 1)
        file.write_colormap(1, {k: (50 * k, 50 * k, 50 * k, 255) for k in range(4)})


def placeless(path: Path, **options: Any) -> None:
    """Write the field without a geotransform."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        raster(path, transform=None, **options)


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
            short = kind == 3 and value < 1 << 16
            struct.pack_into("<H", content, place + 2, 3 if short else 4)
            struct.pack_into("<H" if short else "<I", content, place + 8, value)
            path.write_bytes(bytes(content))
            return
    raise ValueError(f"there is no tag {tag}")


def replaced(path: Path, old: bytes, new: bytes) -> None:
    """Put bytes in the place of others of the same number."""
    content = path.read_bytes()
    assert old in content
    assert len(old) == len(new)
    path.write_bytes(content.replace(old, new))
