"""What HDF5 and Zarr may not hold: links to elsewhere, code, and holes that read as values."""

import json
import mmap
import os
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from siting.errors import InputError, library
from siting.findings import warn
from siting.io.formats import reading

# Codecs that turn bytes into numbers and do nothing else. Zarr 2 can name pickle as a filter,
# which runs code from the data.
_CODECS = frozenset(
    {
        "bytes", "transpose", "blosc", "gzip", "zstd", "crc32c", "sharding_indexed",
        "zlib", "lz4", "lzma", "bz2", "delta", "fixedscaleoffset", "shuffle", "bitround",
        "quantize", "packbits", "adler32", "crc32", "fletcher32",
    }
)  # fmt: skip


_SCANNED = 1 << 20  # bytes at each end of an HDF5 file in which its global heaps are looked at
_BEGIN = b"GCOL\1\0\0\0"
_HEAP = struct.Struct("<4sB3xQ")  # signature, version, size: begins a global heap collection
_OBJECT = struct.Struct("<HH4xQ")  # number, references, size: begins each object of it


def check_heaps(path: Path) -> None:
    """Refuse an HDF5 file over whose global heap the HDF5 library would never come to an end.

    It walks the objects of a heap by their sizes, and stands still at free space of no size.

    Raises
    ------
    InputError
        FILE_CORRUPT.
    """
    with (
        reading(path),
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        for start in {0, max(0, len(content) - _SCANNED)}:
            part = content[start : start + _SCANNED]
            place = part.find(_BEGIN)
            while place >= 0:
                _walk_heap(content, start + place)
                place = part.find(_BEGIN, place + 8)


def _walk_heap(content: mmap.mmap, start: int) -> None:
    if start + _HEAP.size > len(content):
        return
    end = start + _HEAP.unpack_from(content, start)[2]
    if end > len(content):
        return  # no heap, or one that the library itself finds to be cut short
    place = start + _HEAP.size
    while place + _OBJECT.size <= end:
        number, _, size = _OBJECT.unpack_from(content, place)
        if number == 0 and size == 0:
            raise ValueError(f"free space of no size at byte {place} of the global heap")
        # The size of free space counts its own head; objects are filled up to 8 bytes.
        place += size if number == 0 else _OBJECT.size + -(-size // 8) * 8


def check_hdf5(path: Path) -> None:
    """Refuse an HDF5 file whose data lie in other files.

    Raises
    ------
    InputError
        PATH_OUTSIDE_DATA, FILE_CORRUPT.
    """
    library("h5netcdf", "netcdf")  # by which such a file is then opened
    h5py = library("h5py", "netcdf")
    check_heaps(path)

    def elsewhere(group: Any) -> str:
        links = ((name, group.get(name, getlink=True)) for name in group)
        return next((name for name, link in links if isinstance(link, h5py.ExternalLink)), "")

    def look(name: str, item: Any) -> str | None:
        if isinstance(item, h5py.Group):
            return elsewhere(item) or None
        return name if item.external or item.is_virtual else None

    with reading(path), h5py.File(path, "r") as file:
        found = elsewhere(file) or file.visititems(look)
    if found:
        raise InputError(
            "PATH_OUTSIDE_DATA",
            "part of the data lies in other files",
            where=str(path),
            found=f"'{found}' is stored elsewhere",
            wanted="a file that holds all its data",
            fix="copy it into one file: h5repack, or nccopy",
        )


def check_zarr(path: Path) -> None:
    """Refuse a Zarr folder with links out of it or with codecs that could run code.

    Raises
    ------
    InputError
        PATH_OUTSIDE_DATA, CODEC_REFUSED.
    """
    root = path.resolve()
    for folder, folders, files in os.walk(path):
        for name in (*folders, *files):
            each = Path(folder, name)
            if each.is_symlink() and not each.resolve().is_relative_to(root):
                raise InputError(
                    "PATH_OUTSIDE_DATA",
                    "a link leads out of the Zarr folder",
                    where=str(each),
                    wanted="a folder that holds all its data",
                )
        for name in {"zarr.json", ".zarray"}.intersection(files):
            _check_codecs(Path(folder, name))


def is_group(path: Path) -> bool:
    """Whether a Zarr folder holds arrays by name, not one bare array."""
    if (path / ".zgroup").exists():
        return True
    if (path / ".zarray").exists():
        return False
    with reading(path):
        metadata = json.loads((path / "zarr.json").read_bytes())
        return bool(metadata["node_type"] == "group")


def _check_codecs(path: Path) -> None:
    with reading(path):
        names = _codec_names(json.loads(path.read_bytes()))
    if refused := sorted(names - _CODECS):
        raise InputError(
            "CODEC_REFUSED",
            "the array is stored with a codec that is not read",
            where=str(path),
            found=", ".join(refused),
            wanted="numbers, stored with " + ", ".join(sorted(_CODECS)),
        )


def _codec_names(metadata: dict[str, Any]) -> set[str]:
    """Codecs of an array's metadata, those inside shards too."""
    if metadata.get("node_type") == "group":
        return set()
    stored = str(metadata.get("dtype", ""))
    names = {"object"} if "O" in stored else set()
    if metadata.get("zarr_format") == 2:
        codecs = [metadata.get("compressor"), *(metadata.get("filters") or [])]
        return names | {str(codec["id"]) for codec in codecs if codec}
    waiting = list(metadata.get("codecs", []))
    while waiting:
        codec = waiting.pop()
        names.add(str(codec["name"]).removeprefix("numcodecs."))
        inner = codec.get("configuration") or {}
        waiting += [*inner.get("codecs", []), *inner.get("index_codecs", [])]
    return names


def check_chunks(path: Path, variable: str, missing: Iterable[float] = ()) -> None:
    """Refuse a Zarr array with chunks that are not there and would read as a value.

    Chunks that read as missing data (NaN, or one of ``missing``) are noted.

    Raises
    ------
    InputError
        CHUNK_MISSING.
    """
    import zarr

    with reading(path):
        array = zarr.open_array(path / variable if variable else path, mode="r")
        there, wanted = array.nchunks_initialized, array.nchunks
        fill = array.fill_value
    harmless = fill is not None and (fill != fill or fill in missing)
    if there == wanted:
        return
    found = f"{there} of {wanted} chunks; the others read as {fill}"
    if harmless:  # stores leave out chunks without data
        warn(
            "CHUNK_MISSING",
            "chunks that are not there are taken for missing data",
            where=str(path / variable),
            found=found,
            severity="note",
        )
        return
    raise InputError(
        "CHUNK_MISSING",
        "chunks of the array are not there, and would read as a value",
        where=str(path / variable),
        found=found,
        fix="bring the folder again, or write it with a fill value of NaN",
    )
