"""Files that are damaged, huge, no rasters at all, or have others beside them."""

import gzip
import hashlib
import os
import socket
import struct
from pathlib import Path

import numpy as np
import rasterio
from rasterio.transform import from_bounds

from .harness import EAST, NORTH, SOUTH, WEST, Corpus, field_of, pipeline, raster
from .rasters import add, cut, is_field, retag, rot, valid

corpus = Corpus()
case = corpus.case
RANDOM = np.random.default_rng(0).random((64, 64)).astype("float32")
TILED = {"tiled": True, "blockxsize": 16, "blockysize": 16}

# ------------------------------------------------------------------ cut short
LAYOUTS = {
    "raw_strips": {"compress": None, "blockysize": 4},
    "raw_tiles": {"compress": None, **TILED},
    "deflate": {"compress": "deflate", **TILED},
    "lzw": {"compress": "lzw", **TILED},
    "zstd_bigtiff": {"compress": "zstd", "bigtiff": "yes", **TILED},
    "planar": {"compress": "deflate", "interleave": "band", **TILED},
}
for _layout, _options in LAYOUTS.items():
    for _place in (10, 0.3, 0.7, 0.95, -1):
        add(
            corpus,
            f"r_cut_{_layout}_{_place}",
            "error",
            "FILE_CORRUPT",
            f"cut at {_place}",
            lambda d, o=_options, p=_place: (raster(d / "a.tif", RANDOM, **o), cut(d / "a.tif", p)),
        )
add(
    corpus,
    "r_cut_in_the_signature",
    "error",
    "NOT_A_RASTER",
    "three bytes",
    lambda d: (raster(d / "a.tif"), cut(d / "a.tif", 3)),
)
add(
    corpus,
    "r_cut_cog",
    "error",
    "FILE_CORRUPT",
    "a COG, cut",
    lambda d: (_cog(d / "a.tif"), cut(d / "a.tif", 0.6)),
)
add(
    corpus,
    "r_zero_bytes",
    "error",
    "FILE_EMPTY",
    "left by a crash",
    lambda d: (d / "a.tif").write_bytes(b""),
)
add(
    corpus,
    "r_zeros",
    "error",
    "NOT_A_RASTER",
    "as long as it should be, all zeros",
    lambda d: (d / "a.tif").write_bytes(bytes(20_000)),
)
add(
    corpus,
    "r_zeroed_end",
    "error",
    "FILE_CORRUPT",
    "the second half of the blocks zeroed",
    lambda d: (raster(d / "a.tif", RANDOM, **TILED), _zero_end(d / "a.tif")),
)
for _compress in ("deflate", "lzma"):
    add(
        corpus,
        f"r_rot_{_compress}",
        "error",
        "FILE_CORRUPT",
        "bytes flipped in a block",
        lambda d, c=_compress: (raster(d / "a.tif", RANDOM, compress=c), rot(d / "a.tif")),
    )


def _zero_end(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2] + bytes(len(content) - len(content) // 2))


def _cog(path: Path) -> None:
    with rasterio.open(
        path,
        "w",
        driver="COG",
        count=1,
        height=512,
        width=512,
        dtype="float32",
        crs="EPSG:4326",
        transform=from_bounds(WEST, SOUTH, EAST, NORTH, 512, 512),
        blocksize=128,
    ) as file:
        file.write(field_of(512, 512), 1)


# ------------------------------------------------------------------ checksums
def summed(name: str, kind: str, text: str, encoding: str = "utf-8") -> None:
    """A raw raster with flipped bytes, beside a checksum of what it was."""

    @case(
        f"r_checksum_{kind}",
        kind="raster",
        expect="error",
        code="CHECKSUM_MISMATCH",
        why=f"bytes flipped in a raw block, {name} tells",
    )
    def _(folder: Path) -> str:
        raster(folder / "a.tif", RANDOM, compress=None)
        content = (folder / "a.tif").read_bytes()
        sums = {
            each: hashlib.new(each, content).hexdigest()
            for each in ("md5", "sha1", "sha256", "sha512")
        }
        (folder / name).write_bytes(text.format(**sums).encode(encoding))
        rot(folder / "a.tif")
        return pipeline(sources="a: {file: a.tif, units: m}", outputs="[a.tif]")


summed("SHA256SUMS", "sha256sums", "{sha256}  a.tif\n")
summed("SHA256SUMS", "binary_mark", "{sha256} *./a.tif\n")
summed("SHA256SUMS", "windows", "\ufeff{sha256}  a.tif\r\n")
summed("SHA256SUMS", "utf16", "{sha256}  a.tif\r\n", "utf-16")
summed("SHA256SUMS.txt", "latin1", "# données\n{sha256}  a.tif\n", "latin-1")
summed("SHA256SUMS", "bsd", "SHA256 (a.tif) = {sha256}\n")
summed("a.tif.sha256", "beside", "{sha256}\n")
summed("a.tif.md5", "md5", "{md5}  a.tif\n")
summed("MD5SUMS", "md5sums", "{md5}  a.tif\n")
summed("SHA1SUMS", "sha1sums", "{sha1}  a.tif\n")
summed("SHA512SUMS", "sha512sums", "{sha512}  a.tif\n")
summed("md5sum.txt", "md5sum_txt", "MD5 (a.tif) = {md5}\n")


@case("r_checksums_right", kind="raster", expect="accept", why="every checksum is right")
def _(folder: Path) -> str:
    raster(folder / "a.tif")
    content = (folder / "a.tif").read_bytes()
    for name, kind in (("SHA256SUMS", "sha256"), ("MD5SUMS", "md5"), ("a.tif.sha1", "sha1")):
        digest = hashlib.new(kind, content).hexdigest()
        (folder / name).write_text(f"{'0' * len(digest)}  b.tif\n{digest}  a.tif\n")
    return pipeline(sources="a: {file: a.tif, units: m}", outputs="[a.tif]")


# ------------------------------------------------------------------ sizes
def _header(path: Path, side: int, block: int, **options: object) -> None:
    profile = {
        "driver": "GTiff",
        "height": side,
        "width": side,
        "count": 1,
        "dtype": "float32",
        "crs": "EPSG:4326",
        "transform": from_bounds(WEST, SOUTH, EAST, NORTH, side, side),
        "tiled": True,
        "blockxsize": block,
        "blockysize": block,
        "sparse_ok": True,
        "bigtiff": "yes",
        **options,
    }
    with rasterio.open(path, "w", **profile):
        pass


add(
    corpus,
    "r_huge_blocks",
    "error",
    "TOO_LARGE",
    "a header of 335 GiB in blocks of 1 GiB",
    lambda d: _header(d / "a.tif", 300_000, 16_384),
)
add(
    corpus,
    "r_huge_sparse",
    "error",
    "TOO_LARGE",
    "a header of 335 GiB, nothing stored",
    lambda d: _header(d / "a.tif", 300_000, 4096, nodata=-9999),
)
add(
    corpus,
    "r_huge_sparse_some",
    "error",
    "TOO_LARGE",
    "a header of 37 GiB, nothing stored",
    lambda d: _header(d / "a.tif", 100_000, 4096, nodata=-9999),
)
add(
    corpus,
    "r_lying_size",
    "error",
    "FILE_CORRUPT",
    "rows that the file does not hold",
    lambda d: (raster(d / "a.tif", RANDOM, compress=None), retag(d / "a.tif", 257, 60_000)),
)
add(
    corpus,
    "r_lying_width",
    "error",
    "FILE_CORRUPT",
    "columns that the file does not hold",
    lambda d: (raster(d / "a.tif", RANDOM, compress=None), retag(d / "a.tif", 256, 60_000)),
)
add(
    corpus,
    "r_lying_bands",
    "error",
    "FILE_CORRUPT",
    "bands that the file does not hold",
    lambda d: (raster(d / "a.tif", RANDOM, compress=None), retag(d / "a.tif", 277, 60_000)),
)
for _compress in ("deflate", "lzw", "zstd"):
    add(
        corpus,
        f"r_bomb_{_compress}",
        "error",
        "TOO_LARGE",
        "small blocks that unpack to 5 GB, all in one place of the file",
        lambda d, c=_compress: _bomb(d / "a.tif", c),
    )


def _bomb(path: Path, compress: str) -> None:
    """Write one block; let the directory name it for each of 68 x 68 blocks of 1024 x 1024."""
    side, count = 68 * 1024, 68 * 68
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=1024,
        width=1024,
        count=1,
        dtype="uint8",
        tiled=True,
        blockxsize=1024,
        blockysize=1024,
        compress=compress,
        crs="EPSG:4326",
        transform=from_bounds(WEST, SOUTH, EAST, NORTH, side, side),
    ) as file:
        file.write(np.ones((1, 1024, 1024), "uint8"))
    retag(path, 256, side)
    retag(path, 257, side)
    content = bytearray(path.read_bytes())
    (start,) = struct.unpack_from("<I", content, 4)
    (entries,) = struct.unpack_from("<H", content, start)
    for k in range(entries):
        place = start + 2 + 12 * k
        number, kind, _, value = struct.unpack_from("<HHII", content, place)
        if number in {324, 325}:
            value = value & 0xFFFF if kind == 3 else value
            struct.pack_into("<HHII", content, place, number, 4, count, len(content))
            content += struct.pack("<I", value) * count
    path.write_bytes(bytes(content))


# ------------------------------------------------------------------ no rasters
OTHERS = {
    "html": b"<!DOCTYPE html><html><body>404 Not Found</body></html>",
    "json": b'{"error": {"code": 404}}',
    "pdf": b"%PDF-1.7\n1 0 obj\n",
    "text": b"1 2 3\n4 5 6\n",
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    "wms": b"<GDAL_WMS><Service name='TMS'><ServerUrl>http://127.0.0.1/</ServerUrl></Service>",
    "wmts": b"<Capabilities xmlns='http://www.opengis.net/wmts/1.0'/>",
    "stacit": b'{"type": "FeatureCollection", "stac_version": "1.0.0", "features": []}',
    "gzip": gzip.compress(b"II*\0" + bytes(100)),
    "asc": b"ncols 2\nnrows 2\n1 2\n3 4\n",
    "geopackage": b"SQLite format 3\0" + bytes(100),
    "grib": b"GRIB\0\0\0\2",
    "pickle": b"\x80\x04\x95\0\0",
    "lfs": b"version https://git-lfs.github.com/spec/v1\noid sha256",
}
for _name, _content in OTHERS.items():
    add(
        corpus,
        f"r_{_name}_as_tif",
        "error",
        "MODEL_UNTRUSTED" if _name == "pickle" else "NOT_A_RASTER",
        f"{_name} in a .tif",
        lambda d, c=_content: (d / "a.tif").write_bytes(c),
    )
VRT = (
    '<VRTDataset rasterXSize="20" rasterYSize="20"><VRTRasterBand dataType="Byte" band="1" '
    'subClass="VRTRawRasterBand"><SourceFilename>{}</SourceFilename></VRTRasterBand>'
)
DISGUISES = {
    "plain": "{}",
    "prolog": '<?xml version="1.0"?>\n{}',
    "comment": "<!-- a raster -->\n{}",
    "mark": "\ufeff{}",
    "spaces": "\n\n   {}",
    "doctype": "<!DOCTYPE VRTDataset>{}",
}
for _name, _text in DISGUISES.items():
    for _file in ("a.tif", "a.vrt"):
        add(
            corpus,
            f"r_vrt_{_name}_{_file[2:]}",
            "error",
            "PATH_OUTSIDE_DATA",
            "a VRT that reads another file's bytes as cells",
            lambda d, f=_file, t=_text: (d / f).write_text(t.format(VRT.format("/etc/passwd"))),
            file=_file,
            declared="units: m, format: raster",
        )
add(
    corpus,
    "r_vrt_remote",
    "error",
    "REMOTE_NOT_ALLOWED",
    "a VRT that reads from the network",
    lambda d: (d / "a.tif").write_text(
        VRT.replace("?>", "?><!-- -->").format("/vsicurl/http://127.0.0.1/a.tif")
    ),
)
add(
    corpus,
    "r_vrt_long_prolog",
    "error",
    "PATH_OUTSIDE_DATA",
    "a VRT behind a long comment",
    lambda d: (d / "a.tif").write_text(f"<!-- {'x' * 9000} -->" + VRT.format("/etc/passwd")),
)
add(
    corpus,
    "r_folder",
    "error",
    "NOT_A_RASTER",
    "a folder named a.tif",
    lambda d: (d / "a.tif").mkdir(),
)
add(
    corpus,
    "r_fifo",
    "error",
    "FILE_MISSING",
    "a pipe named a.tif",
    lambda d: os.mkfifo(d / "a.tif"),
)
add(
    corpus,
    "r_socket",
    "error",
    "FILE_MISSING",
    "a socket named a.tif",
    lambda d: _socket(d / "a.tif"),
)
add(
    corpus,
    "r_device",
    "error",
    "PATH_OUTSIDE_DATA",
    "a link to a device",
    lambda d: (d / "a.tif").symlink_to("/dev/zero"),
)
add(
    corpus,
    "r_link_outside",
    "error",
    "PATH_OUTSIDE_DATA",
    "a link out of the folder",
    lambda d: (d / "a.tif").symlink_to("/etc/passwd"),
)
add(
    corpus,
    "r_link_loop",
    "error",
    "FILE_MISSING",
    "two links that point to one another",
    lambda d: ((d / "a.tif").symlink_to("b.tif"), (d / "b.tif").symlink_to("a.tif")),
)


def _socket(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)  # names of sockets are short: go by the folder
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"/proc/self/fd/{folder}/{path.name}")
    os.close(folder)


# ------------------------------------------------------------------ beside the file
def _beside(name: str, values: np.ndarray, **options: object) -> object:
    return lambda d: (
        raster(d / "a.tif", field_of(64, 64)),
        raster(d / "b.tif", values, **options),
        (d / "b.tif").rename(d / name),
    )


def _overviews(path: Path, *, stale: bool) -> None:
    """Build overviews inside a file; write new values beneath them that differ."""
    raster(path, field_of(64, 64), **TILED)
    with rasterio.open(path, "r+") as file:
        file.build_overviews([2, 4], rasterio.enums.Resampling.average)
    if stale:
        with rasterio.open(path, "r+") as file:
            file.write(field_of(64, 64)[::-1, ::-1].copy(), 1)


def _mean(values: np.ndarray) -> np.ndarray:
    return values.reshape(32, 2, 32, 2).mean(axis=(1, 3)).astype("float32")


add(
    corpus,
    "r_overview_stale",
    "error",
    "OVERVIEW_STALE",
    "an .ovr of other values",
    _beside("a.tif.ovr", np.full((32, 32), 999, "float32")),
)
add(
    corpus,
    "r_overview_stale_within_the_range",
    "error",
    "OVERVIEW_STALE",
    "an .ovr of the file as it was before it was turned over",
    _beside("a.tif.ovr", _mean(field_of(64, 64))[::-1].copy()),
)
add(
    corpus,
    "r_overview_right",
    "accept",
    None,
    "an .ovr that is right",
    _beside("a.tif.ovr", _mean(field_of(64, 64))),
)
add(
    corpus,
    "r_overview_inside_stale",
    "error",
    "OVERVIEW_STALE",
    "overviews inside, stale",
    lambda d: _overviews(d / "a.tif", stale=True),
)
add(
    corpus,
    "r_overview_inside_right",
    "accept",
    None,
    "overviews inside, right",
    lambda d: _overviews(d / "a.tif", stale=False),
)
AUX = (
    '<PAMDataset><SRS>EPSG:3857</SRS><PAMRasterBand band="1"><NoDataValue>50</NoDataValue>'
    "</PAMRasterBand></PAMDataset>"
)
add(
    corpus,
    "r_aux_differs",
    "warn",
    "SIDECAR_OVERRIDES",
    "an .aux.xml with another CRS",
    lambda d: (raster(d / "a.tif"), (d / "a.tif.aux.xml").write_text(AUX)),
    holds=is_field,
)
add(
    corpus,
    "r_aux_of_statistics",
    "accept",
    None,
    "an .aux.xml of statistics",
    lambda d: (
        raster(d / "a.tif"),
        (d / "a.tif.aux.xml").write_text(
            "<PAMDataset><PAMRasterBand band='1'><Metadata><MDI key='STATISTICS_MEAN'>1</MDI>"
            "</Metadata></PAMRasterBand></PAMDataset>"
        ),
    ),
)
add(
    corpus,
    "r_world_file_differs",
    "warn",
    "SIDECAR_OVERRIDES",
    "a .tfw of another place",
    lambda d: (raster(d / "a.tif"), (d / "a.tfw").write_text("0.1\n0\n0\n-0.1\n-119.85\n39.95\n")),
    holds=is_field,
)
add(
    corpus,
    "r_world_file_same",
    "accept",
    None,
    "a .tfw of the same place",
    lambda d: (raster(d / "a.tif"), (d / "a.tfw").write_text("0.1\n0\n0\n-0.1\n-119.95\n39.95\n")),
    holds=is_field,
)
add(
    corpus,
    "r_mask_differs",
    "warn",
    "SIDECAR_OVERRIDES",
    "a .msk that hides cells",
    _beside("a.tif.msk", np.eye(64, dtype="uint8") * 255),
)
add(
    corpus,
    "r_mask_of_nothing",
    "accept",
    None,
    "a .msk that hides nothing",
    _beside("a.tif.msk", np.full((64, 64), 255, "uint8")),
)


@case(
    "r_mask_inside",
    kind="raster",
    expect="handle",
    why="a mask inside the file counts",
    holds=valid(399),
)
def _(folder: Path) -> str:
    raster(folder / "a.tif")
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(folder / "a.tif", "r+") as file:
        file.write_mask(field_of() > 41)
    return pipeline(sources="a: {file: a.tif, units: m}", outputs="[a.tif]")
