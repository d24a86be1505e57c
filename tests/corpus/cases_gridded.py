"""NetCDF and Zarr in the layouts that people have, whole and damaged."""

from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr
import zarr

from .cases_heights import heights
from .damaged import (
    bare,
    cells,
    curved,
    cut,
    grouped,
    holed,
    linked,
    pickled,
    points,
    rectangle,
    rot_chunk,
    stored,
    zarr_store,
    zarrs,
)  # fmt: skip
from .gridded import LATITUDE, LONGITUDE, changed, corner, corners, grid, plane, register, timed
from .harness import Corpus, Result

corpus = Corpus()
PLANE = corners(1.4, 2.065)
WHOLE = corners(40.0, 106.5)


def bad(id: str, expect: str, code: str, why: str, make: Any, options: str = "",
        **more: Any) -> None:  # fmt: skip
    register(corpus, f"n_{id}", expect, code, why, make, options, **more)  # type: ignore[arg-type]


def good(id: str, why: str, make: Any, holds: Callable[[Result], None] = PLANE,
         options: str = "", **more: Any) -> None:  # fmt: skip
    register(corpus, f"n_ok_{id}", "accept", None, why, make, options, holds=holds, **more)


# fmt: off
# --- coordinates ---------------------------------------------------------------------------------
SKEWED = np.round(LATITUDE + 0.02 * np.sin(np.arange(20)), 3)
bad("curved", "error", "GRID_IRREGULAR", "two-dimensional coordinates", curved, "crs: EPSG:4326")
bad("points", "error", "GRID_IRREGULAR", "a reduced Gaussian grid", points)
bad("no_coordinates", "error", "GRID_IRREGULAR", "dimensions without coordinates",
    lambda: grid().drop_vars(["lat", "lon"]), "variable: hs")
bad("uneven", "error", "GRID_IRREGULAR", "rows at uneven distances",
    lambda: rectangle(SKEWED, LONGITUDE))
bad("twice", "error", "GRID_IRREGULAR", "a column twice",
    lambda: rectangle(LATITUDE, np.sort([*LONGITUDE[:19], LONGITUDE[4]])))
bad("nan", "error", "COORD_INVALID", "a row without a latitude",
    lambda: rectangle(np.where(np.arange(20) == 7, np.nan, LATITUDE), LONGITUDE))
bad("fill_coordinate", "error", "COORD_INVALID", "a column with the fill value",
    lambda: rectangle(LATITUDE, np.where(np.arange(20) == 7, 9.96921e36, LONGITUDE)))
bad("swapped", "error", "LATLON_SWAPPED", "latitude holds the longitudes",
    lambda: rectangle(LONGITUDE, LATITUDE))
bad("beyond_pole", "error", "CRS_IMPLAUSIBLE", "latitudes of thousands",
    lambda: rectangle(100 * LATITUDE, 100 * LONGITUDE))
bad("metres", "error", "CRS_MISSING", "metres without a grid mapping",
    lambda: grid(latitude=4e6 + 1e4 * np.arange(20), longitude=1e4 * np.arange(20),
                 names=("y", "x")).pipe(
        lambda ds: changed("x", changed("y", ds, units="m"), units="m")))
bad("one_column", "error", "GRID_IRREGULAR", "one column has no width",
    lambda: grid().isel(lon=slice(0, 1)))
bad("elsewhere", "error", "OUTSIDE_GRID", "a file of another sea",
    lambda: rectangle(LATITUDE, LONGITUDE + 90))

# --- variables and values ------------------------------------------------------------------------
bad("two", "error", "VARIABLE_AMBIGUOUS", "two variables, none named",
    lambda: grid().assign(te=grid()["hs"] + 8))
bad("missing", "error", "VARIABLE_MISSING", "a variable that is not there", grid, "variable: hm0")
bad("groups", "error", "VARIABLE_MISSING", "variables in groups", grouped, "variable: hs")
bad("text", "error", "NOT_NUMERIC", "a variable of text",
    lambda: xr.Dataset({"hs": (("lat", "lon"), np.full((20, 20), "a"))},
                       coords={"lat": LATITUDE, "lon": LONGITUDE}), "variable: hs")
bad("level", "error", "DIMENSION_AMBIGUOUS", "levels, none named",
    lambda: timed((0, 10, 20), "m", dim="depth"))
bad("level_back", "error", "STEP_NOT_MONOTONIC", "levels out of order",
    lambda: timed((0, 20, 10), "m", dim="depth"), "band: 1")
bad("scale_0", "error", "SCALE_INVALID", "a scale of 0",
    lambda: changed("hs", cells("int16"), scale_factor=0.0))
bad("fill", "error", "NODATA_UNDECLARED", "the default fill value, undeclared",
    lambda: holed(9.96921e36))
bad("fill_9999", "error", "NODATA_UNDECLARED", "-9999, undeclared", lambda: holed(-9999.0))
bad("fill_packed", "error", "NODATA_UNDECLARED", "-32768 of packed values, undeclared",
    lambda: changed("hs", cells("int16").pipe(lambda ds: ds.where(ds.hs != 40, -32768)).astype(
        "int16"), units="m", scale_factor=0.01))
bad("empty", "error", "LAYER_EMPTY", "nothing but missing cells", lambda: grid() * np.nan,
    "units: m")
bad("beyond_valid", "error", "LAYER_EMPTY", "all beyond the valid range",
    lambda: changed("hs", grid(), valid_min=50.0))
bad("inf", "warn", "NON_FINITE", "an infinite cell", lambda: holed(np.inf))
bad("constant", "warn", "LAYER_CONSTANT", "the same everywhere",
    lambda: grid(np.full((20, 20), 2.0)))
bad("flags", "warn", "CATEGORICAL_AS_CONTINUOUS", "flags as amounts",
    lambda: changed("hs", cells("int8"), flag_values=np.arange(3, dtype="int8"), units="1"))
bad("no_units", "error", "UNITS_MISSING", "no units anywhere",
    lambda: changed("hs", grid(), units=None))
bad("units_unknown_word", "error", "UNITS_MISSING", "units 'unknown'",
    lambda: changed("hs", grid(), units="unknown"))
bad("units_other", "error", "UNITS_CONFLICT", "metres, seconds wanted", grid, "units: s")
bad("units_odd", "warn", "UNITS_UNKNOWN", "a unit that nobody knows",
    lambda: changed("hs", grid(), units="furlongs_of_sea"), "units: m")

# --- damage --------------------------------------------------------------------------------------
bad("cut3", "error", "FILE_CORRUPT", "NetCDF 3, cut short",
    lambda folder: stored(folder, timed(), lambda path: cut(path, 0.5), "a.nc3"),
    "over_time: mean", file="a.nc3")
bad("cut4", "error", "FILE_CORRUPT", "NetCDF 4, cut short",
    lambda folder: stored(folder, grid(), lambda path: cut(path, 0.7)))
bad("rot4", "error", "FILE_CORRUPT", "flipped bytes in a compressed block",
    lambda folder: stored(folder, grid(np.random.default_rng(0).random((20, 20))),
                          rot_chunk, chunksizes=(20, 20), zlib=True))
bad("head4", "error", "FILE_CORRUPT", "an HDF5 signature and nothing after it",
    lambda folder: (folder / "a.nc").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(200)))
bad("page", "error", "NOT_A_RASTER", "a web page saved as NetCDF",
    lambda folder: (folder / "a.nc").write_text("<!DOCTYPE html><p>404 Not Found"))
bad("nothing", "error", "FILE_EMPTY", "no bytes",
    lambda folder: (folder / "a.nc").write_bytes(b""))
bad("link", "error", "PATH_OUTSIDE_DATA", "a variable in another file", linked, "variable: hs")
for form in (2, 3):
    bad(f"zarr{form}_gone", "error", "CHUNK_MISSING", "a chunk deleted that reads as 0",
        zarrs(form=form, damage="gone", fill_value=0.0), file="a.zarr", kind="zarr")
    bad(f"zarr{form}_cut", "error", "FILE_CORRUPT", "a chunk cut short",
        zarrs(form=form, damage="cut"), file="a.zarr", kind="zarr")
bad("zarr_raw_cut", "error", "FILE_CORRUPT", "a chunk cut short that is not compressed",
    zarrs(damage="cut", compressors=None), file="a.zarr", kind="zarr")
bad("zarr_rot", "error", "FILE_CORRUPT", "flipped bytes under a checksum",
    zarrs(damage="rot", compressors=[zarr.codecs.ZstdCodec(), zarr.codecs.Crc32cCodec()]),
    file="a.zarr", kind="zarr")
bad("zarr_pickle", "error", "CODEC_REFUSED", "a codec that runs code", pickled, file="a.zarr",
    kind="zarr")
bad("zarr_bare", "error", "CHUNK_MISSING", "an array without a group, a chunk missing", bare,
    file="a.zarr", kind="zarr")
bad("zarr_json", "error", "FILE_CORRUPT", "metadata cut short",
    lambda folder: (zarr_store(folder), cut(folder / "a.zarr" / "hs" / "zarr.json", 0.5)),
    file="a.zarr", kind="zarr")

# --- good: axes ----------------------------------------------------------------------------------
FLIP, EAST = slice(None, None, -1), LONGITUDE + 360
good("plain", "latitudes down, longitudes from -180", grid)
good("up", "latitudes up", lambda: grid().isel(lat=FLIP))
good("backwards", "longitudes from east to west", lambda: grid().isel(lon=FLIP))
good("turned", "longitude first", lambda: grid().transpose("lon", "lat"))
good("lon360", "longitudes from 0 to 360", lambda: rectangle(LATITUDE, EAST))
good("float32", "coordinates as float32",
     lambda: rectangle(LATITUDE.astype("f4"), EAST.astype("f4")))
good("names", "other names, by their units", lambda: grid(names=("row", "column")))
good("no_attributes", "known by names alone",
     lambda: changed("lat", changed("lon", grid(), units=None, standard_name=None), units=None,
                     standard_name=None))
good("scalar", "scalar coordinates",
     lambda: grid().assign_coords(number=0, surface=0.0, step=0))
good("one_step", "a time of one step", lambda: timed((7,)))
good("level_2", "a level by its number", lambda: timed((0, 10, 20), "m", dim="depth"),
     corners(1.41, 2.075), "band: 2")
good("packed_axis", "latitudes packed in hundredths",
     lambda: changed("lat", rectangle(np.round(LATITUDE * 100).astype("int16"), LONGITUDE),
                     scale_factor=0.01))
EDGES = np.stack([LATITUDE - 0.05, LATITUDE + 0.05], axis=1)
good("bounds", "coordinates at the cells' southern edges, bounds beside them",
     lambda: changed("lat", rectangle(LATITUDE - 0.05, LONGITUDE), bounds="lat_bnds").assign(
         lat_bnds=(("lat", "nv"), EDGES)), options="variable: hs")


def world(x: np.ndarray) -> xr.Dataset:
    y = 89.5 - np.arange(180.0)
    values = np.cos(np.deg2rad(x))[None, :] + y[:, None] / 100 + 3
    return grid(values, latitude=y, longitude=x)


PACIFIC = "{crs: EPSG:4326, resolution: 1 degree, bounds: [-180, -40, 180, 40]}"


def wave(longitude: float, latitude: float) -> Callable[[Result], None]:
    def holds(result: Result) -> None:
        wanted = np.cos(np.deg2rad(longitude)) + latitude / 100 + 3
        assert abs(result.value_at("a", longitude, latitude) - wanted) < 1e-3
    return holds


good("globe", "the globe from 0.5 E", lambda: world(0.5 + np.arange(360.0)), wave(-0.5, 10.5),
     grid=PACIFIC)
good("globe_seam", "the globe with its first column again at 360",
     lambda: world(np.arange(361.0)), wave(-0.5, 10.5), grid=PACIFIC)
good("globe_wrapped", "longitudes that jump from 180 to -180",
     lambda: world((0.5 + np.arange(360.0) + 180) % 360 - 180), wave(179.5, -10.5), grid=PACIFIC)

# --- good: values --------------------------------------------------------------------------------
PACKED = {"dtype": "int16", "scale_factor": 0.001, "add_offset": 1.0, "_FillValue": -32768}
NEAR = corners(1.4, 2.065, 6e-4)
good("era5", "as ERA5 is delivered", lambda: timed(
     60 * np.arange(8), "minutes since 1900-01-01", dim="valid_time", base=grid(
         name="swh", names=("latitude", "longitude"), longitude=EAST, attrs={
             "units": "m", "long_name": "Significant height of combined wind waves and swell"})),
     corner(1.435, within=1e-3), "over_time: mean", encoding={"swh": PACKED})
good("wavewatch", "as WAVEWATCH III writes it", lambda: timed(np.arange(8) / 8 + 10957.0,
     "days since 1990-01-01 00:00:00", base=grid(plane().astype("f4"), names=("latitude",
     "longitude"), attrs={"units": "m", "_FillValue": np.float32(9.96921e36), "standard_name":
     "sea_surface_wave_significant_height"}).isel(latitude=FLIP)), corner(1.435), "over_time: mean")
good("cmems", "as Copernicus Marine does", lambda: grid(
     plane().astype("f4"), "VHM0", {"units": "m", "long_name": "Spectral significant wave height",
     "standard_name": "sea_surface_wave_significant_height"}, names=("latitude", "longitude")))
GROUND = heights(cell=0.1).round().astype("int16")
good("gebco", "as GEBCO is published", lambda: grid(
     GROUND, "elevation", {"units": "m", "standard_name":
     "height_above_mean_sea_level", "grid_mapping": "crs"}).isel(lat=FLIP).assign(
         crs=((), 0, {"grid_mapping_name": "latitude_longitude", "epsg_code": "EPSG:4326"})),
     corners(GROUND[0, 0], GROUND[-1, -1], 0.6), "variable: elevation")
good("packed", "packed, a cell missing", holed, NEAR, encoding={"hs": PACKED})
good("fill_nan", "NaN as the fill value", lambda: holed(_FillValue=np.nan))
good("missing_value", "missing_value alone", lambda: holed(-99.0, missing_value=-99.0))
good("valid_range", "fill values by their range",
     lambda: holed(-5.0, valid_range=np.array([0.0, 30.0])))
good("unsigned", "unsigned bytes in NetCDF 3", lambda: changed(
     "hs", cells("uint8").pipe(lambda ds: ds.assign(hs=ds.hs.copy(data=ds.hs.values.view("i1")))),
     _Unsigned="true", units="1"), corners(40, 106), file="a.nc3")
good("nc3", "NetCDF 3", grid, file="a.nc3")
good("shuffled", "compressed, shuffled, with checksums", grid,
     encoding={"hs": {"zlib": True, "shuffle": True, "fletcher32": True, "chunksizes": (7, 9)}})
good("lzf", "another compression", grid, encoding={"hs": {"compression": "lzf"}})
for dtype in ("i1", "u1", "i2", "u2", "i4", "i8", "f4", "f8", ">i2", ">f4"):
    good(f"dtype_{dtype.strip('>')}{'_big' if '>' in dtype else ''}", f"numbers as {dtype}",
         lambda dtype=dtype: cells(dtype), corners(40, 106.5 if "f" in dtype else 106, 0.51))
good("celsius", "kelvin where degrees are wanted",
     lambda: grid(plane() + 280, "sst", {"units": "K"}), corner(1.4 + 280 - 273.15),
     "units: degC")
good("count_units", "spelled-out units", lambda: changed("hs", grid(), units="Meters"),
     options="units: m")

# --- good: Zarr ----------------------------------------------------------------------------------
CODECS: dict[str, dict[str, Any]] = {
    "2": {"form": 2}, "3": {}, "2_consolidated": {"form": 2, "consolidated": True},
    "sharded": {"chunks": (5, 5), "shards": (10, 10)}, "raw": {"compressors": None},
    "blosc": {"compressors": zarr.codecs.BloscCodec(cname="lz4")},
    "gzip": {"compressors": zarr.codecs.GzipCodec()},
    "zstd_crc": {"compressors": [zarr.codecs.ZstdCodec(), zarr.codecs.Crc32cCodec()]},
    "big": {"serializer": zarr.codecs.BytesCodec(endian="big")},
    "turned": {"filters": [zarr.codecs.TransposeCodec(order=(1, 0))]},
    "nan": {"fill_value": np.nan},
}
for label, options in CODECS.items():
    good(f"zarr_{label}", "a Zarr store", zarrs(**options), file="a.zarr", kind="zarr")
