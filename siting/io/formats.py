"""What a file really is, by its content, and the limits within which libraries may read it."""

import os
import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Literal

from siting.errors import InputError, SitingError
from siting.io.digests import check_recorded

Format = Literal[
    "geotiff", "netcdf3", "hdf5", "zarr", "geopackage", "shapefile", "geojson", "flatgeobuf",
    "parquet", "grib", "zip", "text", "unknown",
]  # fmt: skip
StrPath = str | PathLike[str]

_SIGNATURES: tuple[tuple[bytes, Format], ...] = (
    (b"II*\0", "geotiff"),
    (b"MM\0*", "geotiff"),
    (b"II+\0", "geotiff"),
    (b"MM\0+", "geotiff"),
    (b"CDF\x01", "netcdf3"),
    (b"CDF\x02", "netcdf3"),
    (b"\x89HDF\r\n\x1a\n", "hdf5"),
    (b"SQLite format 3\0", "geopackage"),
    (b"\0\0\x27\x0a", "shapefile"),
    (b"fgb\x03fgb", "flatgeobuf"),
    (b"PAR1", "parquet"),
    (b"GRIB", "grib"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)
_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/|/vsi")
_HEAD = 4096
_ARCHIVES = (b"7z\xbc\xaf'\x1c", b"Rar!\x1a\x07")
_FIX = "check that the download is whole, or convert the file"
_FIXES = (
    (b"\x1f\x8b", "unpack it first: gunzip"),
    (b"BZh", "unpack it first: bunzip2"),
    (b"\xfd7zXZ", "unpack it first: unxz"),
    (b"version https://git-lfs", "fetch the file itself: git lfs pull"),
    (b"<!DOCTYPE html", "download it again: this is a page of a website, perhaps of an error"),
    (b"<html", "download it again: this is a page of a website, perhaps of an error"),
)
_LONG_HEAD = 1 << 20  # of XML, where comments may come first
# What may come before the first element of an XML file.
_PROLOG = re.compile(rb"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^<>\[]*(?:\[.*?\]\s*)?>)", re.DOTALL)
_VIRTUAL = (b"<VRTDataset", b"<OGRVRT", b"<GDALTileIndex")

# Options of rasterio's GDAL while it reads: nothing beside the file counts (.aux.xml, .ovr, .msk,
# world files), and nothing but the file is opened.
GDAL_READING: dict[str, str | int] = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_NUM_THREADS": "1",
    "GDAL_CACHEMAX": 64 << 20,  # bytes, as rasterio has it; else a twentieth of the memory
    "GRIB_NORMALIZE_UNITS": "NO",  # or kelvin would come as Celsius, without a word
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
}

# The drivers left in pyogrio's GDAL. The others would sniff a file's content for addresses and
# commands: WFS, OAPIF, GDALG, OGR_VRT and the like reach out to where the file tells them.
OGR_DRIVERS = frozenset({"GPKG", "ESRI Shapefile", "GeoJSON", "FlatGeobuf", "LIBKML", "MEM"})


def local_file(path: StrPath) -> Path:
    """The path, once there is a file (or a Zarr folder) that is not empty.

    Raises
    ------
    InputError
        REMOTE_NOT_ALLOWED, FILE_MISSING, FILE_EMPTY; CHECKSUM_MISMATCH where a checksum beside
        the file is of another.

    Examples
    --------
    >>> local_file("https://example.org/a.tif")
    Traceback (most recent call last):
    siting.errors.InputError: REMOTE_NOT_ALLOWED: only files on this machine are read
      where:  https://example.org/a.tif
      fix:    bring the file to this machine first
    """
    if _REMOTE.match(str(path)):
        raise InputError(
            "REMOTE_NOT_ALLOWED",
            "only files on this machine are read",
            where=str(path),
            fix="bring the file to this machine first",
        )
    found = Path(path).absolute()
    if not found.exists():
        raise InputError(
            "FILE_MISSING", "there is no such file", where=str(path), fix="check the name"
        )
    if not (found.is_file() or found.is_dir()):
        raise InputError("FILE_MISSING", "this is not a regular file", where=str(path))
    if found.is_file() and found.stat().st_size == 0:
        raise InputError(
            "FILE_EMPTY",
            "the file is empty: it holds not one byte",
            where=str(path),
            fix="bring or make the file again",
        )
    check_recorded(found)
    return found


def format_of(path: Path) -> Format:
    """Format of a file by its first bytes, whatever it is called.

    Raises
    ------
    InputError
        PATH_OUTSIDE_DATA or REMOTE_NOT_ALLOWED for a virtual file, whose data lie elsewhere.
    """
    if path.is_dir():
        zarr = any((path / name).exists() for name in ("zarr.json", ".zgroup", ".zarray"))
        return "zarr" if zarr else "unknown"
    with reading(path), path.open("rb") as file:
        head = file.read(_HEAD)
    for signature, name in _SIGNATURES:
        if head.startswith(signature):
            return name
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"  # UTF-16 with its mark
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<") and _root(content := _beginning(path)).startswith(_VIRTUAL):
        raise _virtual(path, content)
    if text.startswith((b"{", b"[")):
        return "geojson"
    return "unknown" if b"\0" in head or text.startswith(b"<") else "text"


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LONG_HEAD)


def _root(content: bytes) -> bytes:
    """XML from its first element on."""
    start = len(b"\xef\xbb\xbf") if content.startswith(b"\xef\xbb\xbf") else 0
    while found := _PROLOG.match(content, start):
        start = found.end()
    return content[start:].lstrip()


def _virtual(path: Path, head: bytes) -> InputError:
    remote = re.search(rb"/vsi(curl|s3|gs|az|oss|swift|webhdfs)|[a-z]+://", head) is not None
    return InputError(
        "REMOTE_NOT_ALLOWED" if remote else "PATH_OUTSIDE_DATA",
        "the file holds no data of its own: it names other files or addresses",
        where=str(path),
        found="a virtual dataset (VRT)",
        wanted="a file that holds its data",
        fix="convert it to GeoTIFF or GeoPackage",
    )


def check_beside(path: Path, part: Path) -> None:
    """Refuse a part of a file that is a link to elsewhere: only the file itself was looked at.

    Parameters
    ----------
    path : Path
        The file.
    part : Path
        A file beside it that is read as well.

    Raises
    ------
    InputError
        PATH_OUTSIDE_DATA.
    """
    # realpath, unlike resolve, also takes links that lead to one another.
    targets = [Path(os.path.realpath(each)).parent for each in (path.parent / "_", path, part)]
    if targets[2] not in targets[:2]:
        raise InputError(
            "PATH_OUTSIDE_DATA",
            "a part of the file is a link that leads out of its folder",
            where=str(part),
            wanted="all parts in one folder",
            fix="copy what the link leads to in its place",
        )


def wrong_format(code: str, path: Path, wanted: str) -> InputError:
    """Error for a file that is of no readable format, with its first characters."""
    if path.is_dir():
        return InputError(code, "the folder is no Zarr store", where=str(path), wanted=wanted)
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(_ARCHIVES) or head[257:262] == b"ustar":
        return InputError(
            "ARCHIVE_UNSUPPORTED",
            "the file is an archive of a kind that is not read",
            where=str(path),
            wanted=f"{wanted}, alone or in a ZIP archive",
            fix="unpack it, and name the file itself",
        )
    head = head[:40]
    return InputError(
        code,
        "the content is not of a format that can be read here",
        where=str(path),
        found=f"a file that begins with {head.decode('latin-1')!r}",
        wanted=wanted,
        fix=next((fix for start, fix in _FIXES if head.startswith(start)), _FIX),
    )


def _memory_is_limited() -> bool:
    """Whether the system keeps memory from this process: a file is not damaged for that."""
    return resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn whatever a library raises over a damaged file into FILE_CORRUPT.

    Examples
    --------
    >>> with reading(Path("a.tif")):
    ...     raise ValueError("cannot reshape array")
    Traceback (most recent call last):
    siting.errors.InputError: FILE_CORRUPT: the file cannot be read: it is damaged or incomplete
      where:  a.tif
      found:  ValueError: cannot reshape array
      fix:    bring or make the file again
    """
    try:
        yield
    except (SitingError, MemoryError):
        raise
    except PermissionError as error:
        raise InputError(
            "FILE_UNREADABLE",
            "permission to read the file is missing",
            where=str(path),
            fix="change the permissions of the file",
        ) from error
    except Exception as error:  # the libraries raise anything over damaged bytes
        cause = error.__cause__ or error
        found = f"{type(error).__name__}: {cause}".splitlines()[0]
        if "cannot allocate" in found and _memory_is_limited():
            raise MemoryError(f"{path.name}: {found}") from error
        raise InputError(
            "FILE_CORRUPT",
            "the file cannot be read: it is damaged or incomplete",
            where=str(path),
            found=found,
            fix="bring or make the file again",
        ) from error
