"""The same numbers in another raster file: the same scores and candidates."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import Known
from .files import HEAT, Write, dataset, every, read_with, write_tiff
from .world import WEST, World, assert_same

SEEDS = st.integers(0, 3)
FEW = settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _tiff(**options: Any) -> Write:
    def write(world: World, folder: Path) -> str:
        dtype = options.get("dtype", "float64")
        rest = {key: value for key, value in options.items() if key != "dtype"}
        write_tiff(folder / "other.tif", world.heat.astype(dtype), **rest)
        return "{file: other.tif, units: mW m-2, status: measured}"

    return write


def _scaled(world: World, folder: Path) -> str:
    write_tiff(folder / "other.tif", np.round(world.heat * 10).astype("int16"))
    with rasterio.open(folder / "other.tif", "r+") as file:
        file.scales = (0.1,)
    return "{file: other.tif, units: mW m-2, status: measured}"


def _cog(world: World, folder: Path) -> str:
    write_tiff(folder / "other.tif", world.heat, driver="COG", compress="deflate")
    return "{file: other.tif, units: mW m-2, status: measured}"


def _band(world: World, folder: Path) -> str:
    others = [world.heat * 0 + 1, world.heat, world.heat[::-1]]
    write_tiff(folder / "other.tif", np.stack(others))
    return "{file: other.tif, units: mW m-2, status: measured, band: 2}"


def _watts(world: World, folder: Path) -> str:
    write_tiff(folder / "other.tif", world.heat / 1000)
    return "{file: other.tif, units: W m-2, status: measured}"


def _heat_flow_units(world: World, folder: Path) -> str:
    write_tiff(folder / "other.tif", world.heat / 41.84)
    return "{file: other.tif, units: HFU, status: measured}"


def _larger(world: World, folder: Path) -> str:
    """The region as a part of a larger raster."""
    around = np.pad(world.heat, 3, mode="reflect")
    write_tiff(folder / "other.tif", around, west=WEST - 0.3, north=40.3)
    return "{file: other.tif, units: mW m-2, status: measured}"


def _netcdf(change: Callable[[xr.Dataset], xr.Dataset], **options: Any) -> Write:
    def write(world: World, folder: Path) -> str:
        options.setdefault("engine", "h5netcdf")
        change(dataset(world.heat)).to_netcdf(folder / "other.nc", **options)
        return "{file: other.nc, variable: heat_flow, status: measured, units: mW m-2}"

    return write


def _zarr(version: int) -> Write:
    def write(world: World, folder: Path) -> str:
        path = folder / f"other{version}.zarr"
        shutil.rmtree(path, ignore_errors=True)
        chunked = dataset(world.heat).chunk(lat=5, lon=7)
        chunked.to_zarr(path, zarr_format=version, consolidated=version == 2)
        return f"{{file: {path.name}, status: measured, units: mW m-2}}"

    return write


def _around(data: xr.Dataset) -> xr.Dataset:
    return data.assign_coords(lon=data.lon.copy(data=data.lon.values + 360))


def _more_variables(data: xr.Dataset) -> xr.Dataset:
    return xr.Dataset({"zz": data.heat_flow * 2, "heat_flow": data.heat_flow})


def _fewer_bits(data: xr.Dataset) -> xr.Dataset:
    packed = data.copy()
    packed.heat_flow.encoding.update(dtype="int16", scale_factor=0.1, _FillValue=-9999)
    return packed


def _from_the_east(data: xr.Dataset) -> xr.Dataset:
    return data.isel(lon=slice(None, None, -1))


def _same(data: xr.Dataset) -> xr.Dataset:
    return data


_SMALL = {"heat_flow": {"chunksizes": (3, 5), "zlib": True}}
RASTERS: dict[str, tuple[Write, float]] = {
    "float32": (_tiff(dtype="float32"), 1e-6),
    "int16 with a scale": (_scaled, 1e-6),
    "rows from the south": (_tiff(south_up=True), 0),
    "deflate": (_tiff(compress="deflate", predictor=3), 0),
    "lzw": (_tiff(compress="lzw"), 0),
    "zstd": (_tiff(compress="zstd"), 0),
    "big-endian": (_tiff(ENDIANNESS="BIG"), 0),
    "BigTIFF": (_tiff(BIGTIFF="YES"), 0),
    "tiles": (_tiff(tiled=True, blockxsize=16, blockysize=16), 0),
    "strips of one row": (_tiff(blockysize=1), 0),
    "cloud-optimized": (_cog, 0),
    "a band among others": (_band, 0),
    "watts": (_watts, 1e-9),
    "heat flow units": (_heat_flow_units, 1e-9),
    "part of a larger raster": (_larger, 0),
    "NetCDF-4": (_netcdf(_same), 0),
    "NetCDF-3": (_netcdf(_same, engine="scipy"), 0),
    "NetCDF from south to north": (_netcdf(lambda data: data.sortby("lat")), 0),
    "NetCDF with columns from the east": (_netcdf(_from_the_east), 0),
    "longitudes to 360": (_netcdf(_around), 1e-9),
    "dimensions the other way round": (_netcdf(lambda data: data.transpose("lon", "lat")), 0),
    "a variable among others": (_netcdf(_more_variables), 0),
    "packed NetCDF": (_netcdf(_fewer_bits), 1e-6),
    "small chunks": (_netcdf(_same, encoding=_SMALL), 0),
    "Zarr 2": (_zarr(2), 0),
    "Zarr 3": (_zarr(3), 0),
}  # fmt: skip


@pytest.mark.parametrize(("seed", "way"), every(RASTERS))
def test_a_raster_says_the_same_in_every_way_of_writing_it(
    known: Known, seed: int, way: str
) -> None:
    world, folder, plain = known(seed, "heat")
    write, tolerance = RASTERS[way]
    declared = write(world, folder)
    other = read_with(folder, "heat", declared)
    # Layers from float64 files are float64; the tolerances are those of the files' own digits.
    assert_same(plain, other, tolerance, without="" if "mW m-2" in declared else "heat")
    assert other.codes == plain.codes


def _nodata(world: World, folder: Path, value: float, **options: Any) -> str:
    write_tiff(folder / "holes.tif", np.where(np.isnan(world.heat), value, world.heat), **options)
    return "{file: holes.tif, units: mW m-2, status: measured}"


def _masked(world: World, folder: Path) -> str:
    known_cells = ~np.isnan(world.heat)
    write_tiff(folder / "holes.tif", np.where(known_cells, world.heat, 7.5))
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
        rasterio.open(folder / "holes.tif", "r+") as file,
    ):
        file.write_mask(known_cells)
    return "{file: holes.tif, units: mW m-2, status: measured}"


HOLES: dict[str, Write] = {
    "NaN, declared": lambda world, at: _nodata(world, at, np.nan, nodata=np.nan),
    "-9999": lambda world, at: _nodata(world, at, -9999.0, nodata=-9999.0),
    "the smallest number": lambda world, at: _nodata(world, at, -1.7e308, nodata=-1.7e308),
    "-9999, declared by the pipeline": lambda world, at: _nodata(world, at, -9999.0).replace(
        "units", "nodata: -9999, units"
    ),
    "a mask band": _masked,
}


@pytest.mark.parametrize("way", HOLES)
@given(seed=SEEDS, cells=st.sets(st.integers(0, 191), min_size=1, max_size=40))
@FEW
def test_holes_are_holes_in_every_convention(
    known: Known, way: str, seed: int, cells: set[int]
) -> None:
    world, folder, _ = known(seed, "heat")
    heat = world.heat.copy()
    heat.flat[sorted(cells)] = np.nan
    holed = world.with_heat(heat)
    plain = read_with(folder, "heat", _nodata(holed, folder, np.nan))
    assert np.isnan(plain.layers["heat"]).sum() == len(cells)
    assert_same(plain, read_with(folder, "heat", HOLES[way](holed, folder)))


@given(seed=SEEDS)
@FEW
def test_a_file_that_says_its_units_needs_none_in_the_pipeline(known: Known, seed: int) -> None:
    world, folder, plain = known(seed, "heat")
    data = dataset(world.heat / 1000, units="W m-2")
    data.to_netcdf(folder / "watts.nc", engine="h5netcdf")
    other = read_with(folder, "heat", HEAT.replace("heat.tif", "watts.nc"))
    assert_same(plain, other, 1e-9)
