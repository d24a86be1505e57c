"""Good rasters of every kind: whatever is said of one of them is a false alarm."""

import numpy as np
import rasterio
from affine import Affine
from rasterio.enums import Resampling

from .harness import EAST, NORTH, SOUTH, WEST, Corpus, field_of, raster
from .rasters import add, equals, is_field, valid, with_cells

corpus = Corpus()
FIELD = field_of().astype("float64")
NOISE = np.random.default_rng(7).normal(50, 9, (20, 20)).astype("float32")
TILES = {"tiled": True, "blockxsize": 16, "blockysize": 16}


def good(id: str, why: str, write, **options) -> None:
    """Register a raster that nothing is to be said of."""
    add(corpus, f"g_{id}", "accept", None, why, write, **options)


# ------------------------------------------------------------------ how it is stored
for _compress in (
    None, "deflate", "lzw", "packbits", "lzma", "zstd", "lerc", "lerc_deflate", "lerc_zstd",
):  # fmt: skip
    good(
        f"compress_{_compress}",
        f"compression {_compress}",
        lambda d, c=_compress: raster(d / "a.tif", compress=c),
        holds=is_field,
    )
for _compress, _predictor, _dtype in (
    ("deflate", 2, "int16"), ("lzw", 2, "int32"), ("zstd", 3, "float32"), ("deflate", 3, "float64"),
):  # fmt: skip
    good(
        f"predictor_{_compress}_{_predictor}_{_dtype}",
        "a predictor",
        lambda d, c=_compress, p=_predictor, t=_dtype: raster(
            d / "a.tif", field_of(dtype=t), compress=c, predictor=p
        ),
        holds=equals(field_of(dtype=_dtype).astype("float64")),
    )
good("tiles", "tiles", lambda d: raster(d / "a.tif", **TILES), holds=is_field)
good("bigtiff", "BigTIFF", lambda d: raster(d / "a.tif", bigtiff="yes"), holds=is_field)
good("big_endian", "big-endian", lambda d: raster(d / "a.tif", endianness="big"), holds=is_field)
good(
    "one_bit",
    "cells of one bit",
    lambda d: raster(d / "a.tif", (FIELD > 70).astype("uint8"), nbits=1, compress="ccittfax4"),
    declared="kind: categorical",
)
for _interleave in ("band", "pixel"):
    good(
        f"interleave_{_interleave}",
        f"three bands by {_interleave}",
        lambda d, i=_interleave: raster(
            d / "a.tif", np.stack([field_of() + k for k in range(3)]), interleave=i
        ),
        declared="units: m, band: 1",
        holds=is_field,
    )
good(
    "webp_lossless",
    "WebP without losses",
    lambda d: raster(
        d / "a.tif",
        np.stack([field_of(dtype="uint8")] * 3),
        compress="webp",
        webp_lossless="true",
        tiled=True,
        blockxsize=16,
        blockysize=16,
    ),
    declared="units: m, band: 1",
    holds=equals(field_of(dtype="uint8").astype("float64")),
)
good("unaligned_strips", "strips of 3 rows", lambda d: raster(d / "a.tif", blockysize=3))


def _cog(path, **options) -> None:
    with rasterio.open(
        path, "w", driver="COG", count=1, height=600, width=600, dtype="float32", crs="EPSG:4326",
        transform=Affine(2 / 600, 0, WEST, 0, -2 / 600, NORTH), blocksize=128, **options,
    ) as file:  # fmt: skip
        file.write(np.kron(NOISE, np.ones((30, 30), "float32")), 1)


for _method in ("nearest", "average", "bilinear", "cubic", "lanczos", "mode"):
    good(
        f"cog_{_method}",
        f"a COG with overviews by {_method}",
        lambda d, m=_method: _cog(d / "a.tif", overview_resampling=m),
        holds=equals(NOISE.astype("float64"), 1e-3),
    )


def _overviews(path, method: Resampling, beside: bool) -> None:
    raster(path, np.random.default_rng(1).normal(50, 9, (257, 255)).astype("float32"), **TILES)
    with rasterio.Env(TIFF_USE_OVR=beside), rasterio.open(path, "r+") as file:
        file.build_overviews([2, 4, 8], method)


for _method in (Resampling.nearest, Resampling.average, Resampling.gauss, Resampling.cubic):
    for _beside in (False, True):
        good(
            f"overviews_{_method.name}_{'beside' if _beside else 'inside'}",
            "overviews of noise, of odd sizes",
            lambda d, m=_method, b=_beside: _overviews(d / "a.tif", m, b),
        )

# ------------------------------------------------------------------ what is stored
for _dtype, _nodata in (
    ("uint8", 0), ("uint8", 255), ("int8", -128), ("int16", -32768), ("int16", -9999),
    ("uint16", 65535), ("int32", -2147483648), ("float32", -9999), ("float32", np.nan),
    ("float32", -3.4028234663852886e38), ("float64", -1.7976931348623157e308), ("float32", 1e20),
    ("float64", 9.969209968386869e36), ("float32", -99999), ("float32", 0),
):  # fmt: skip
    good(
        f"nodata_{_dtype}_{_nodata:.3g}".replace("+", ""),
        f"{_nodata} declared in {_dtype}",
        lambda d, t=_dtype, n=_nodata: raster(
            d / "a.tif", with_cells({(0, 0): n, (5, 5): n}, t), nodata=n
        ),
        holds=valid(398),
    )
good("nodata_nowhere", "no-data declared, none stored", lambda d: raster(d / "a.tif", nodata=-9999),
     holds=is_field)  # fmt: skip
good("mostly_nodata", "99 % of the cells are missing",
     lambda d: raster(d / "a.tif", np.where(FIELD > 102, FIELD, -9999).astype("f4"),
                      nodata=-9999))  # fmt: skip
good("depths", "depths of the sea, which pass -9999",
     lambda d: raster(d / "a.tif", np.linspace(-11_000, 8800, 400).reshape(20, 20)))  # fmt: skip
good("zeros_and_few", "rain that mostly does not fall",
     lambda d: raster(d / "a.tif", np.where(NOISE > 60, NOISE, 0).astype("float32")))  # fmt: skip
good("one_outlier", "one great value among small ones",
     lambda d: raster(d / "a.tif", with_cells({(3, 3): 4321.5})))  # fmt: skip
good("negative", "values below zero", lambda d: raster(d / "a.tif", -field_of()))
good("tiny_values", "values of 1e-12", lambda d: raster(d / "a.tif", FIELD * 1e-12))
good("percent", "percent from 0 to 100",
     lambda d: raster(d / "a.tif", np.linspace(0, 100, 400).reshape(20, 20).astype("uint8")),
     declared="units: percent")  # fmt: skip
good("classes", "classes", lambda d: raster(d / "a.tif", (FIELD % 7).astype("uint8")),
     declared="kind: categorical")  # fmt: skip
good("mask", "yes and no", lambda d: raster(d / "a.tif", (FIELD > 70).astype("uint8")),
     declared="kind: boolean")  # fmt: skip
good("counts", "counts", lambda d: raster(d / "a.tif", (FIELD % 7).astype("uint16")),
     declared="units: '1', kind: count")  # fmt: skip
good("directions", "directions to 360", lambda d: raster(d / "a.tif", (FIELD * 5 % 360)),
     declared="units: degree, kind: circular")  # fmt: skip
good("units_said_twice", "units in the file and in the pipeline",
     lambda d: raster(d / "a.tif", units=["m"]))  # fmt: skip
good("tags", "tags of all sorts", lambda d: raster(d / "a.tif", tags={
    "AREA_OR_POINT": "Area", "TIFFTAG_SOFTWARE": "GRASS", "scale_factor": "none",
    "title": "Ünïcödé <b>&amp;"}))  # fmt: skip

# ------------------------------------------------------------------ where it lies
SYSTEMS = {
    "utm": ("EPSG:32611", (490_000, 3_990_000, 510_000, 4_010_000), "1000 m"),
    "equal_area": ("EPSG:6933", (-11_600_000, 4_500_000, -11_400_000, 4_700_000), "10000 m"),
    "polar": ("EPSG:3413", (-200_000, -200_000, 200_000, 200_000), "20000 m"),
    "lambert": ("EPSG:2154", (600_000, 6_600_000, 620_000, 6_620_000), "1000 m"),
    "conus": ("EPSG:5070", (-2_000_000, 1_900_000, -1_980_000, 1_920_000), "1000 m"),
    "nad83": ("EPSG:4269", (-120, 38, -118, 40), "0.1 degree"),
    "etrs": ("EPSG:4258", (10, 50, 12, 52), "0.1 degree"),
    "laea": ("EPSG:3035", (4_000_000, 3_000_000, 4_020_000, 3_020_000), "1000 m"),
    "gda": ("EPSG:7844", (140, -30, 142, -28), "0.1 degree"),
}  # fmt: skip
for _name, (_crs, _bounds, _cell) in SYSTEMS.items():
    good(
        f"crs_{_name}",
        f"raster and grid in {_crs}",
        lambda d, c=_crs, b=_bounds: raster(d / "a.tif", crs=c, bounds=b),
        grid=f"{{crs: '{_crs}', resolution: {_cell}, bounds: {list(_bounds)}}}",
        holds=is_field,
    )
good("larger_than_grid", "beyond the grid on all sides",
     lambda d: raster(d / "a.tif", field_of(60, 60),
                      bounds=(WEST - 2, SOUTH - 2, EAST + 2, NORTH + 2)),
     holds=equals(field_of(60, 60)[20:40, 20:40].astype("float64")))  # fmt: skip
good("world", "the whole world", lambda d: raster(d / "a.tif", field_of(180, 360),
     bounds=(-180, -90, 180, 90)))  # fmt: skip
good("world_360", "the whole world from 0 to 360", lambda d: raster(d / "a.tif", field_of(180, 360),
     bounds=(0, -90, 360, 90)))  # fmt: skip

# ------------------------------------------------------------------ what it is called
NAMES = {
    "unicode": "tepło ☀ żar.tif", "spaces": " a  b .tif", "quote": "l'été.tif",
    "double_quote": 'a "b".tif', "comma": "a,b.tif", "percent": "a%20b.tif", "hash": "a#b.tif",
    "brackets": "a[1]{2}(3).tif", "dash": "-a.tif", "upper": "A.TIF",
    "tiff": "a.tiff", "dots": "a.b.c.tif", "long": "x" * 240 + ".tif", "colon": "a:b.tif",
    "deep": "/".join(["folder"] * 30) + "/a.tif", "emoji": "🌋.tif", "arabic": "بركان.tif",
    "netcdf_like": "NETCDF.a.nc.tif", "combining": "e\u0301.tif",
}  # fmt: skip


def _named(folder, name: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    raster(folder / "b.tif")
    (folder / "b.tif").rename(folder / name)


for _id, _name in NAMES.items():
    good(f"name_{_id}", f"a file named {_name[:40]}", lambda d, n=_name: _named(d, n), file=_name,
         holds=is_field)  # fmt: skip
good("link_inside", "a link to a file of the same folder",
     lambda d: (raster(d / "b.tif"), (d / "a.tif").symlink_to("b.tif")),
     holds=is_field)  # fmt: skip
