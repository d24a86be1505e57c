"""Rasters whose stored numbers do not mean what they seem to."""

from pathlib import Path

import numpy as np

from .harness import Corpus, Result, field_of, pipeline, raster
from .rasters import add, classes, equals, is_field, replaced, valid, with_cells

corpus = Corpus()
case = corpus.case
FIELD = field_of().astype("float64")


def holed(*places: tuple[int, int]) -> np.ndarray:
    """The field, NaN at some places."""
    return with_cells(dict.fromkeys(places, np.nan), "float64")


# ------------------------------------------------------------------ no-data
HABITS = {
    "9999": ("int16", -9999),
    "99999": ("float32", -99999),
    "999": ("float32", -999),
    "32768": ("int16", -32768),
    "32767": ("int16", 32767),
    "65535": ("uint16", 65535),
    "int32_least": ("int32", -2147483648),
    "1e20": ("float32", 1e20),
    "1e30": ("float32", -1e30),
    "float_least": ("float32", -3.4028234663852886e38),
    "float_short": ("float32", -3.4e38),
    "surfer": ("float32", 1.70141e38),
    "netcdf": ("float32", 9.969209968386869e36),
    "double_least": ("float64", -1.7976931348623157e308),
    "nines": ("float32", -9999.9),
    "grass": ("int32", 2147483647),
}
for _name, (_dtype, _value) in HABITS.items():
    add(
        corpus,
        f"r_nodata_habit_{_name}",
        "error",
        "NODATA_UNDECLARED",
        f"{_value} in two cells of {_dtype}, not declared",
        lambda d, v=_value, t=_dtype: raster(d / "a.tif", with_cells({(3, 4): v, (9, 2): v}, t)),
    )

add(
    corpus,
    "r_nodata_other_than_declared",
    "error",
    "NODATA_UNDECLARED",
    "-9999 is declared, -32768 is stored too",
    lambda d: raster(d / "a.tif", with_cells({(0, 0): -9999, (1, 1): -32768}), nodata=-9999),
)
add(
    corpus,
    "r_nodata_nan_declared_but_float_least_stored",
    "error",
    "NODATA_UNDECLARED",
    "NaN is declared, -3.4e38 is stored",
    lambda d: raster(d / "a.tif", with_cells({(0, 0): -3.4028234663852886e38}), nodata=np.nan),
)
add(
    corpus,
    "r_nodata_of_another_band",
    "error",
    "NODATA_UNDECLARED",
    "one file, one declared value, two conventions",
    lambda d: raster(
        d / "a.tif",
        np.stack([with_cells({(0, 0): -9999}), with_cells({(0, 0): -32768})]),
        nodata=-9999,
    ),
    declared="units: m, band: 2",
)
add(
    corpus,
    "r_nodata_named_in_the_pipeline",
    "handle",
    None,
    "the pipeline declares it",
    lambda d: raster(d / "a.tif", with_cells({(0, 0): -9999})),
    declared="units: m, nodata: -9999",
    holds=equals(holed((0, 0))),
)
add(
    corpus,
    "r_nodata_beyond_the_type",
    "warn",
    "NODATA_IMPOSSIBLE",
    "-9999 declared for uint8",
    lambda d: (
        raster(d / "a.tif", with_cells({(0, 0): 0}, "uint8"), nodata=200),
        replaced(d / "a.tif", b"200\0", b"-99\0"),
    ),
)
add(
    corpus,
    "r_nodata_fraction_in_integers",
    "warn",
    "NODATA_IMPOSSIBLE",
    "0.5 declared for int16",
    lambda d: (
        raster(d / "a.tif", field_of(dtype="int16"), nodata=200),
        replaced(d / "a.tif", b"200\0", b"0.5\0"),
    ),
)
add(
    corpus,
    "r_nodata_nan_beside_value",
    "handle",
    None,
    "NaN beside a declared -9999",
    lambda d: raster(d / "a.tif", with_cells({(0, 0): -9999, (1, 1): np.nan}), nodata=-9999),
    holds=equals(holed((0, 0), (1, 1))),
)
add(
    corpus,
    "r_infinite",
    "warn",
    "NON_FINITE",
    "+inf and -inf cells",
    lambda d: raster(d / "a.tif", with_cells({(5, 5): np.inf, (6, 6): -np.inf}), nodata=-9999),
    holds=equals(holed((5, 5), (6, 6))),
)
add(
    corpus,
    "r_infinite_is_nodata",
    "accept",
    None,
    "-inf is declared to be no data",
    lambda d: raster(d / "a.tif", with_cells({(5, 5): -np.inf}), nodata=-np.inf),
    holds=equals(holed((5, 5))),
)
add(
    corpus,
    "r_all_nodata",
    "error",
    "LAYER_EMPTY",
    "not one cell with data",
    lambda d: raster(d / "a.tif", np.full((20, 20), -9999, "float32"), nodata=-9999),
)
add(
    corpus,
    "r_all_nan",
    "error",
    "LAYER_EMPTY",
    "not one cell but NaN",
    lambda d: raster(d / "a.tif", np.full((20, 20), np.nan, "float32")),
)
add(
    corpus,
    "r_all_infinite",
    "error",
    "LAYER_EMPTY",
    "not one finite cell",
    lambda d: raster(d / "a.tif", np.full((20, 20), np.inf, "float32")),
)
add(
    corpus,
    "r_all_undeclared_nodata",
    "error",
    "NODATA_UNDECLARED",
    "not one cell but -9999",
    lambda d: raster(d / "a.tif", np.full((20, 20), -9999, "float32")),
)
add(
    corpus,
    "r_constant",
    "warn",
    "LAYER_CONSTANT",
    "every cell is 7",
    lambda d: raster(d / "a.tif", np.full((20, 20), 7, "float32"), nodata=-9999),
)
add(
    corpus,
    "r_constant_but_nodata",
    "warn",
    "LAYER_CONSTANT",
    "every cell with data is 7",
    lambda d: raster(d / "a.tif", np.where(FIELD > 60, 7, -9999).astype("f4"), nodata=-9999),
)


# ------------------------------------------------------------------ types
def is_sum(result: Result) -> None:
    """Counts were added up in a wider type."""
    stored = (200 + field_of(80, 80) % 9).astype("uint8").astype("float64")
    wanted = stored.reshape(20, 4, 20, 4).sum(axis=(1, 3))
    assert np.allclose(result.layer("a").filled(np.nan), wanted)


@case(
    "r_small_integers_in_sums",
    kind="raster",
    expect="handle",
    why="uint8 counts that pass 255 where 4 x 4 of them are summed",
    holds=is_sum,
)
def _(folder: Path) -> str:
    raster(folder / "a.tif", (200 + field_of(80, 80) % 9).astype("uint8"))
    return pipeline(sources="a: {file: a.tif, units: '1', kind: count}", outputs="[a.tif]")


for _dtype in ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"):
    add(
        corpus,
        f"r_type_{_dtype}",
        "accept",
        None,
        f"a field of {_dtype}",
        lambda d, t=_dtype: raster(d / "a.tif", field_of(dtype=t)),
        holds=equals(field_of(dtype=_dtype).astype("float64")),
    )
add(
    corpus,
    "r_type_float16",
    "handle",
    None,
    "floats of 16 bits",
    lambda d: raster(d / "a.tif", nbits=16),
    holds=is_field,
)
add(
    corpus,
    "r_type_float64",
    "accept",
    None,
    "doubles keep their digits",
    lambda d: raster(d / "a.tif", FIELD + 1e6),
    holds=equals(FIELD + 1e6, 1e-9),
)
add(
    corpus,
    "r_type_bits",
    "handle",
    None,
    "whole numbers of 4 bits",
    lambda d: raster(d / "a.tif", (FIELD % 16).astype("uint8"), nbits=4),
    holds=equals((FIELD % 16).astype("uint8").astype("float64")),
)
for _dtype in ("complex64", "complex128", "complex_int16"):
    add(
        corpus,
        f"r_type_{_dtype}",
        "error",
        "NOT_NUMERIC",
        "complex numbers",
        lambda d, t=_dtype: raster(d / "a.tif", field_of(dtype="complex64"), dtype=t),
    )
add(
    corpus,
    "r_type_beyond_doubles",
    "warn",
    "PRECISION_LOST",
    "whole numbers above 2^53",
    lambda d: raster(d / "a.tif", (2.0**60 + FIELD * 2.0**40).astype("uint64")),
)

# ------------------------------------------------------------------ scale, units, classes
INT16 = field_of(dtype="int16").astype("float64")
add(
    corpus,
    "r_scale_offset",
    "handle",
    None,
    "int16 with scale 0.1 and offset 273.15",
    lambda d: raster(d / "a.tif", field_of(dtype="int16"), scales=(0.1,), offsets=(273.15,)),
    holds=equals(INT16 / 10 + 273.15),
)
add(
    corpus,
    "r_scale_and_nodata",
    "handle",
    None,
    "no-data is compared before it is scaled",
    lambda d: raster(
        d / "a.tif",
        with_cells({(0, 0): -9999}, "int16"),
        nodata=-9999,
        scales=(0.1,),
        offsets=(273.15,),
    ),
    holds=valid(399),
)
add(
    corpus,
    "r_scale_zero",
    "error",
    "SCALE_INVALID",
    "a scale of 0 makes all values one",
    lambda d: raster(d / "a.tif", scales=(0.0,)),
)
add(
    corpus,
    "r_scale_nan",
    "error",
    "SCALE_INVALID",
    "a scale of NaN",
    lambda d: raster(d / "a.tif", scales=(float("nan"),)),
)
add(
    corpus,
    "r_offset_infinite",
    "error",
    "SCALE_INVALID",
    "an infinite offset",
    lambda d: raster(d / "a.tif", offsets=(float("inf"),)),
)
add(
    corpus,
    "r_scale_in_a_tag",
    "warn",
    "SCALE_NOT_APPLIED",
    "scale_factor as a mere tag, as conversions of MODIS leave it",
    lambda d: raster(
        d / "a.tif", field_of(dtype="int16"), tags={"scale_factor": "0.0001", "add_offset": "0"}
    ),
)
add(
    corpus,
    "r_scale_of_one_in_a_tag",
    "accept",
    None,
    "scale_factor 1 as a mere tag",
    lambda d: raster(d / "a.tif", tags={"scale_factor": "1", "add_offset": "0.0"}),
)
add(
    corpus,
    "r_units_converted",
    "handle",
    None,
    "km in the file, m in the pipeline",
    lambda d: raster(d / "a.tif", field_of() / 1000, units=["km"]),
    holds=equals(FIELD, 1e-3),
)
add(
    corpus,
    "r_units_in_a_tag",
    "handle",
    None,
    "km as a mere tag, as conversions leave it",
    lambda d: raster(d / "a.tif", field_of() / 1000, tags={"units": "km"}),
    holds=equals(FIELD, 1e-3),
)
add(
    corpus,
    "r_units_conflict",
    "error",
    "UNITS_CONFLICT",
    "kelvin in the file, m in the pipeline",
    lambda d: raster(d / "a.tif", units=["K"]),
)
add(
    corpus,
    "r_celsius_as_kelvin",
    "warn",
    "RANGE_IMPLAUSIBLE",
    "labelled K, values 40 to 107",
    lambda d: raster(d / "a.tif", units=["K"]),
    declared="",
)
add(
    corpus,
    "r_palette",
    "warn",
    "CATEGORICAL_AS_CONTINUOUS",
    "classes with colours as amounts",
    lambda d: classes(d / "a.tif"),
)
add(
    corpus,
    "r_palette_of_classes",
    "accept",
    None,
    "classes with colours as classes",
    lambda d: classes(d / "a.tif"),
    declared="kind: categorical",
)

# ------------------------------------------------------------------ bands
TWO = np.stack([field_of(), field_of() + 100])
add(
    corpus,
    "r_bands_and_none_named",
    "warn",
    "BAND_ASSUMED",
    "two bands, none named",
    lambda d: raster(d / "a.tif", TWO),
    holds=is_field,
)
add(
    corpus,
    "r_band_named",
    "accept",
    None,
    "two bands, the second named",
    lambda d: raster(d / "a.tif", TWO),
    declared="units: m, band: 2",
    holds=equals(FIELD + 100),
)
add(
    corpus,
    "r_band_missing",
    "error",
    "BAND_MISSING",
    "band 3 of 2",
    lambda d: raster(d / "a.tif", TWO),
    declared="units: m, band: 3",
)
add(
    corpus,
    "r_alpha",
    "handle",
    None,
    "one band of values, one of opacity",
    lambda d: raster(
        d / "a.tif", np.stack([FIELD, np.where(FIELD < 41, 0, 255)]).astype("uint8"), alpha="yes"
    ),
    holds=valid(399),
)
add(
    corpus,
    "r_picture",
    "warn",
    "BAND_ASSUMED",
    "red, green and blue of a picture",
    lambda d: raster(d / "a.tif", np.stack([FIELD] * 3).astype("uint8"), photometric="RGB"),
)
add(
    corpus,
    "r_lossy_jpeg",
    "warn",
    "COMPRESSION_LOSSY",
    "JPEG changes every value",
    lambda d: raster(
        d / "a.tif",
        np.kron(field_of(dtype="uint8"), np.ones((4, 4), "uint8")),
        compress="jpeg",
        tiled=True,
        blockxsize=16,
        blockysize=16,
    ),
)
add(
    corpus,
    "r_lossy_lerc",
    "warn",
    "COMPRESSION_LOSSY",
    "values off by up to 5",
    lambda d: raster(d / "a.tif", compress="lerc", max_z_error=5),
)
add(
    corpus,
    "r_lossy_lerc_a_little",
    "accept",
    None,
    "values off by 0.001 of 65",
    lambda d: raster(d / "a.tif", compress="lerc", max_z_error=0.001),
    holds=equals(FIELD, 1e-2),
)
add(
    corpus,
    "r_pages",
    "warn",
    "PAGES_IGNORED",
    "twelve pages, of which one is read",
    lambda d: [
        raster(d / "a.tif", field_of() + k, append_subdataset="yes" if k else "no")
        for k in range(12)
    ],
)
