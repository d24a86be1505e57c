"""Rasters as they come from other people's tools: odd but right, and right-looking but wrong."""

import numpy as np
import rasterio
from rasterio.transform import from_bounds

from .harness import EAST, NORTH, SOUTH, WEST, Corpus, field_of, raster
from .rasters import add, at, equals, is_field, valid

corpus = Corpus()
FIELD = field_of()


def undeclared(id: str, why: str, code: float, dtype: str = "float32", **options) -> None:
    """Register a raster with three cells of a code for missing data that nobody declares."""

    def write(folder) -> None:
        cells = field_of(dtype=dtype)
        cells[2, 2:5] = code
        raster(folder / "a.tif", cells, **options)

    add(corpus, f"rt_{id}", "error", "NODATA_UNDECLARED", why, write)


# ------------------------------------------------------------------ codes for missing data
undeclared("esri64", "Esri's least float in float64", float(np.finfo("float32").min), "float64")
undeclared("minus99", "-99 among 40 to 106", -99)
undeclared("plus9999", "9999 among 40 to 106", 9999)
undeclared("cmip", "1e20, as climate models write", 1e20)
undeclared("uint16", "the greatest uint16", 65535, "uint16")
undeclared("another", "another code than the one declared", -99999, nodata=-9999)


def _masked(folder) -> None:
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
        rasterio.open(
            folder / "a.tif", "w", driver="GTiff", height=20, width=20, count=1, dtype="float32",
            crs="EPSG:4326", transform=from_bounds(WEST, SOUTH, EAST, NORTH, 20, 20),
        ) as file,
    ):  # fmt: skip
        file.write(FIELD, 1)
        mask = np.full((20, 20), 255, "uint8")
        mask[3, 2:7] = 0
        file.write_mask(mask)


add(corpus, "rt_mask", "handle", None, "a mask inside the file", _masked, holds=valid(395))


# ------------------------------------------------------------------ numbers as they are stored
add(
    corpus,
    "rt_int8",
    "handle",
    None,
    "signed bytes",
    lambda d: raster(d / "a.tif", (FIELD / 4 - 30).astype("int8")),
    holds=equals((FIELD / 4 - 30).astype("int8").astype("float64")),
)
add(
    corpus,
    "rt_nbits",
    "handle",
    None,
    "twelve bits a cell",
    lambda d: raster(d / "a.tif", (FIELD * 10).astype("uint16"), NBITS=12),
    holds=equals((FIELD * 10).astype("float64")),
)
add(
    corpus,
    "rt_white_is_zero",
    "handle",
    None,
    "a photometric tag for pictures changes no value",
    lambda d: raster(d / "a.tif", photometric="MINISWHITE"),
    holds=is_field,
)
add(
    corpus,
    "rt_units_of_band",
    "handle",
    None,
    "bands of different units: that of the band counts",
    lambda d: raster(d / "a.tif", np.stack([FIELD, FIELD + 10]), units=["m", "ft"]),
    declared="band: 2, units: ft",
    holds=equals(FIELD.astype("float64") + 10),
)
add(
    corpus,
    "rt_complex",
    "error",
    "NOT_NUMERIC",
    "complex numbers of a radar",
    lambda d: raster(d / "a.tif", FIELD.astype("complex64")),
)
for _name, _cells, _options in (
    ("jpeg", (64 + field_of(64, 64) % 60).astype("uint8"), {"compress": "jpeg"}),
    ("lerc", field_of(64, 64), {"compress": "lerc", "max_z_error": 5}),
):
    add(
        corpus,
        f"rt_{_name}",
        "warn",
        "COMPRESSION_LOSSY",
        "compressed with losses",
        lambda d, c=_cells, o=_options: raster(d / "a.tif", c, **o),
    )


# ------------------------------------------------------------------ places
def _nodes(folder) -> None:
    """A world grid of nodes: 361 columns, the first again as the last."""
    cells = np.ones((181, 1)) * np.arange(361)[None, :]
    raster(folder / "a.tif", cells.astype("float32"), bounds=(-0.5, -90.5, 360.5, 90.5))


add(
    corpus,
    "rt_nodes_of_360",
    "handle",
    None,
    "nodes from 0 to 360, both ends in the file",
    _nodes,
    holds=at(-119.95, 39.95, 240.05, 0.06),
)
add(
    corpus,
    "rt_chatham",
    "accept",
    None,
    "islands beyond the dateline, in a file from 0 to 360",
    lambda d: raster(d / "a.tif", field_of(10, 10), bounds=(183, -44.5, 184, -43.5)),
    grid="{crs: EPSG:4326, resolution: 0.1 degree, bounds: [-177, -44.5, -176, -43.5]}",
)
add(
    corpus,
    "rt_one_column",
    "accept",
    None,
    "a raster one cell wide",
    lambda d: raster(d / "a.tif", FIELD[:, :1].copy(), bounds=(-120, 38, -119.9, 40)),
    grid="{crs: EPSG:4326, resolution: 0.1 degree, bounds: [-120, 38, -119.9, 40]}",
)
add(
    corpus,
    "rt_tiny_area",
    "accept",
    None,
    "nine cells of 10 m",
    lambda d: raster(
        d / "a.tif", field_of(3, 3), crs="EPSG:32611", bounds=(500000, 4200000, 500030, 4200030)
    ),
    grid="{crs: EPSG:32611, resolution: 10 m, bounds: [500000, 4200000, 500030, 4200030]}",
)
add(
    corpus,
    "rt_wrong_zone",
    "error",
    "OUTSIDE_GRID",
    "the next zone of UTM",
    lambda d: raster(d / "a.tif", crs="EPSG:32612", bounds=(490000, 3990000, 510000, 4010000)),
    grid="{crs: EPSG:4326, resolution: 0.01 degree, bounds: [-117.1, 36.1, -116.9, 36.2]}",
)


# ------------------------------------------------------------------ odd values that are right
def _spot(folder) -> None:
    cells = field_of() / 40 + 10
    cells[4, 4] = 400
    raster(folder / "a.tif", cells.astype("float32"))


add(corpus, "rt_hot_spring", "accept", None, "one vent of 400 among 11 to 13", _spot)
for _name, _low, _high in (("top", 9000, 9999), ("anomaly", -200, 0)):
    add(
        corpus,
        f"rt_{_name}",
        "accept",
        None,
        f"a continuum from {_low} to {_high} through a code for missing data",
        lambda d, low=_low, high=_high: raster(
            d / "a.tif", np.linspace(low, high, 400).reshape(20, 20).astype("float32")
        ),
    )
