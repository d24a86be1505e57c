"""Rasters in ZIP archives, and archives made to do harm."""

import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from .harness import Corpus, Expect, field_of, pipeline, raster
from .rasters import Holds, is_field

corpus = Corpus()
DATE = (2020, 1, 1, 0, 0, 0)
Pack = Callable[[zipfile.ZipFile, bytes], None]


def tif() -> bytes:
    """A GeoTIFF of the field."""
    with TemporaryDirectory() as folder:
        raster(Path(folder) / "a.tif")
        return (Path(folder) / "a.tif").read_bytes()


def put(archive: zipfile.ZipFile, name: str, content: bytes, mode: int = 0) -> None:
    """Add a file, whatever its name."""
    entry = zipfile.ZipInfo("x", DATE)
    entry.filename = name
    entry.compress_type = zipfile.ZIP_DEFLATED
    if mode:
        entry.external_attr, entry.create_system = mode << 16, 3
    archive.writestr(entry, content)


def packed(
    id: str,
    expect: Expect,
    code: str | None,
    why: str,
    pack: Pack,
    *,
    change: Callable[[bytes], bytes] = bytes,
    name: str = "a.zip",
    holds: Holds | None = None,
) -> None:
    """Register a case of one archive, filled by ``pack`` and then changed as bytes."""

    @corpus.case(id, kind="archive", expect=expect, code=code, why=why, holds=holds)
    def _(folder: Path) -> str:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            pack(archive, tif())
        (folder / name).write_bytes(change(buffer.getvalue()))
        return pipeline(sources=f"a: {{file: {name}, format: raster, units: m}}", outputs="[a.tif]")


def beside(name: str, content: bytes = b"x", mode: int = 0) -> Pack:
    """A raster, and another file of some name."""

    def pack(archive: zipfile.ZipFile, raster_bytes: bytes) -> None:
        put(archive, "a.tif", raster_bytes)
        put(archive, name, content, mode)

    return pack


def only(name: str, content: bytes | None = None) -> Pack:
    """One file of some name, a raster where no content is given."""
    return lambda archive, raster_bytes: put(
        archive, name, raster_bytes if content is None else content
    )


# ------------------------------------------------------------------ good
packed("z_one", "accept", None, "one raster", only("a.tif"), holds=is_field)
packed("z_folder", "accept", None, "a raster in a folder", only("data/2020/a.tif"), holds=is_field)
packed("z_readme", "accept", None, "a raster and a text", beside("README.txt"), holds=is_field)
packed("z_unicode", "accept", None, "a name in Unicode", only("données/żar ☀.tif"), holds=is_field)
packed("z_macos", "accept", None, "what macOS adds", beside("__MACOSX/._a.tif"), holds=is_field)
packed("z_named_tif", "accept", None, "a ZIP named .tif", only("a.tif"), name="a.tif",
       holds=is_field)  # fmt: skip
packed("z_comment", "accept", None, "a comment at the end", lambda archive, content: (
    setattr(archive, "comment", b"made by hand"), put(archive, "a.tif", content)),
    holds=is_field)  # fmt: skip

# ------------------------------------------------------------------ names that lead elsewhere
SLIPS = {
    "parent": "../../evil.tif", "inner_parent": "data/../../evil.tif", "absolute": "/etc/evil",
    "drive": "C:/evil.tif", "backslash": "..\\..\\evil.tif", "unc": "\\\\host\\evil.tif",
    "dot": "./evil.tif", "empty_part": "a//evil.tif", "newline": "evil\n.tif",
    "bidi": "evil\u202efit.exe", "hidden": "evil\u200b.tif", "wide_dots": "\uff0e\uff0e/evil.tif",
    "wide_slash": "..\uff0fevil.tif", "two_dot_leader": "\u2025/evil.tif", "spaces": ".. /evil.tif",
}  # fmt: skip
for _id, _name in SLIPS.items():
    packed(f"z_slip_{_id}", "error", "ARCHIVE_UNSAFE", f"a member named {_name!r}", beside(_name))
packed("z_slip_nul", "error", "ARCHIVE_UNSAFE", "a member with a NUL in its name",
       beside("evil_.tif.txt"), change=lambda b: b.replace(b"evil_", b"evil\0"))  # fmt: skip
packed("z_symlink", "error", "ARCHIVE_UNSAFE", "a symbolic link",
       beside("link", b"/etc/passwd", 0o120777))  # fmt: skip
packed("z_device", "error", "ARCHIVE_UNSAFE", "a device", beside("null", b"", 0o020666))
packed("z_fifo", "error", "ARCHIVE_UNSAFE", "a pipe", beside("pipe", b"", 0o010666))


def _two_names(archive: zipfile.ZipFile, content: bytes) -> None:
    entry = zipfile.ZipInfo("a.tif", DATE)
    name = b"../evil.tif"
    entry.extra = struct.pack("<HHBI", 0x7075, 5 + len(name), 1, 0) + name
    archive.writestr(entry, content)


packed("z_unicode_field", "error", "ARCHIVE_UNSAFE", "a second name in an extra field", _two_names)

# ------------------------------------------------------------------ names that mean two files
packed("z_two", "error", "ARCHIVE_AMBIGUOUS", "two rasters, none named", beside("b.tif"))
packed("z_case", "error", "ARCHIVE_AMBIGUOUS", "names that differ by case", beside("A.TIF"))
packed("z_accents", "error", "ARCHIVE_AMBIGUOUS", "one name, composed in two ways",
       lambda archive, content: [put(archive, name, content)
                                 for name in ("é.tif", "e\u0301.tif")])  # fmt: skip
packed("z_twice", "error", "ARCHIVE_AMBIGUOUS", "one name twice", beside("b.tif"),
       change=lambda b: b.replace(b"b.tif", b"a.tif"))  # fmt: skip
packed("z_empty", "error", "ARCHIVE_EMPTY", "nothing in it", lambda archive, content: None)
packed("z_no_data", "error", "ARCHIVE_EMPTY", "only a text", only("README.txt", b"x"))
packed("z_nested", "error", "ARCHIVE_EMPTY", "an archive in the archive", only("b.zip", b"PK"))
packed("z_html", "error", "NOT_A_RASTER", "a web page as .tif", only("a.tif", b"<html></html>"))
packed("z_no_crs", "error", "FILE_CORRUPT", "a cut raster", only("a.tif", tif()[:300]))


# ------------------------------------------------------------------ bombs and lies
def _bits(content: bytes, header: bytes, place: int, form: str, value: int) -> bytes:
    """Change a number in every header of a kind: PK12 central, PK34 local."""
    changed = bytearray(content)
    start = changed.find(header)
    while start >= 0:
        struct.pack_into(form, changed, start + place, value)
        start = changed.find(header, start + 4)
    return bytes(changed)


CENTRAL, LOCAL = b"PK\x01\x02", b"PK\x03\x04"
packed("z_bomb", "error", "TOO_LARGE", "60 MB of zeros in 60 kB", only("a.tif", bytes(60_000_000)))
packed("z_many", "error", "TOO_LARGE", "twelve thousand files",
       lambda archive, content: [put(archive, f"{k}.txt", b"") for k in range(12_000)])  # fmt: skip
packed("z_huge", "error", "TOO_LARGE", "a header of 4 GB", only("a.tif"),
       change=lambda b: _bits(b, CENTRAL, 24, "<I", 0xFFFFFFF0))  # fmt: skip
packed("z_smaller_than_it_says", "error", "FILE_CORRUPT", "sizes that are not true", only("a.tif"),
       change=lambda b: _bits(b, CENTRAL, 24, "<I", 9000))  # fmt: skip
packed("z_larger_than_it_says", "error", "FILE_CORRUPT", "sizes that are not true", only("a.tif"),
       change=lambda b: _bits(b, CENTRAL, 24, "<I", 90))  # fmt: skip
packed("z_crc", "error", "FILE_CORRUPT", "a checksum that is not that of the data", only("a.tif"),
       change=lambda b: _bits(b, CENTRAL, 16, "<I", 1))  # fmt: skip
packed("z_encrypted", "error", "ARCHIVE_ENCRYPTED", "a flag that says encrypted", only("a.tif"),
       change=lambda b: _bits(_bits(b, CENTRAL, 8, "<H", 1), LOCAL, 6, "<H", 1))  # fmt: skip
packed("z_method", "error", "ARCHIVE_UNSUPPORTED", "deflate64", only("a.tif"),
       change=lambda b: _bits(_bits(b, CENTRAL, 10, "<H", 9), LOCAL, 8, "<H", 9))  # fmt: skip
packed("z_overlap", "error", "ARCHIVE_UNSAFE", "two members of the same bytes", beside("b.txt"),
       change=lambda b: _bits(b, CENTRAL, 42, "<I", 0))  # fmt: skip
packed("z_names_differ", "error", "FILE_CORRUPT", "two names in its two headers", only("a.tif"),
       change=lambda b: b.replace(b"a.tif", b"b.tif", 1))  # fmt: skip
for _share in (0.2, 0.6, 0.97):
    packed(f"z_cut_{_share}", "error", "FILE_CORRUPT", "cut short", beside("b.txt", bytes(500)),
           change=lambda b, share=_share: b[: int(len(b) * share)])  # fmt: skip
packed("z_rot", "error", "FILE_CORRUPT", "bytes flipped inside", only("a.tif"),
       change=lambda b: b[:200] + bytes(x ^ 0x5A for x in b[200:216]) + b[216:])  # fmt: skip


# ------------------------------------------------------------------ other archives
def _tar(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        entry = tarfile.TarInfo("a.tif")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


OTHERS = {
    "tar": (lambda _: _tar(field_of().tobytes()), "ARCHIVE_UNSUPPORTED"),
    "7z": (lambda _: b"7z\xbc\xaf'\x1c\0\4" + bytes(200), "ARCHIVE_UNSUPPORTED"),
    "rar": (lambda _: b"Rar!\x1a\x07\x01\0" + bytes(200), "ARCHIVE_UNSUPPORTED"),
    "gz": (lambda _: gzip.compress(np.arange(9.0).tobytes()), "NOT_A_RASTER"),
    "tar_gz": (lambda _: gzip.compress(_tar(b"x")), "NOT_A_RASTER"),
}
for _id, (_change, _code) in OTHERS.items():
    packed(f"z_{_id}", "error", _code, f"a {_id} archive", only("a.tif"), change=_change)
