"""The same places and numbers in another file: the same scores and candidates."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import Known
from .files import HEAT, dataset, write_tiff, write_vector
from .world import WEST, Answer, Recipe, World, answer, assert_same

SEEDS = st.integers(0, 3)
FEW = settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])
Write = Callable[[World, Path], str]


def every(ways: dict[str, Any]) -> list[Any]:
    """All ways of writing a file, each with one of four worlds."""
    return [pytest.param(number % 4, way, id=way) for number, way in enumerate(ways)]


def read_with(folder: Path, name: str, text: str) -> Answer:
    """The answer with one source declared otherwise."""
    return answer(folder, Recipe.of({name: text}))


# ------------------------------------------------------------------ rasters
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


# ------------------------------------------------------------------ vectors and tables
def _vector(name: str, **options: Any) -> Write:
    def write(world: World, folder: Path) -> str:
        write_vector(folder / name, world.faults, **options)
        return f"{{file: {name}, status: measured}}"

    return write


def _reversed(world: World, folder: Path) -> str:
    frame = world.faults.iloc[::-1].assign(geometry=world.faults.geometry.iloc[::-1].reverse())
    write_vector(folder / "reversed.gpkg", frame)
    return "{file: reversed.gpkg, status: measured}"


def _columns(world: World, folder: Path) -> str:
    write_vector(folder / "columns.gpkg", world.faults.assign(more=1)[["more", "name", "geometry"]])
    return "{file: columns.gpkg, status: measured}"


# Coordinates of binary formats are exact; GeoJSON has 15 digits; vertices that are put in from the
# other end differ in their last digits.
VECTORS: dict[str, tuple[Write, float]] = {
    "Shapefile": (_vector("f.shp"), 0),
    "GeoJSON": (_vector("f.geojson", COORDINATE_PRECISION=15), 1e-9),
    "FlatGeobuf": (_vector("f.fgb"), 0),
    "GeoParquet": (_vector("f.parquet"), 0),
    "rows and lines the other way round": (_reversed, 1e-6),
    "other columns": (_columns, 0),
}


@pytest.mark.parametrize(("seed", "way"), every(VECTORS))
def test_features_say_the_same_in_every_way_of_writing_them(
    known: Known, way: str, seed: int
) -> None:
    world, folder, plain = known(seed, "faults")
    write, tolerance = VECTORS[way]
    assert_same(plain, read_with(folder, "faults", write(world, folder)), tolerance)


@pytest.mark.parametrize("crs", [32611, 3857, 5070])
@given(seed=SEEDS)
@FEW
def test_lines_are_where_they_were_after_projection_and_back(
    known: Known, crs: int, seed: int
) -> None:
    world, folder, _ = known(seed, "faults")
    # Straight lines bend when they are projected, and distances are those to vertices half a
    # cell apart: with vertices nearer than that no others are put in, here and there.
    dense = gpd.GeoDataFrame(geometry=world.faults.segmentize(0.02))
    write_vector(folder / "dense.gpkg", dense)
    write_vector(folder / "projected.gpkg", dense.to_crs(crs))
    plain, other = (
        read_with(folder, "faults", f"{{file: {name}.gpkg, status: measured}}")
        for name in ("dense", "projected")
    )
    assert_same(plain, other, 1e-6)  # distances are float32


def _csv(**options: Any) -> Write:
    def write(world: World, folder: Path) -> str:
        world.wells.to_csv(folder / "w.csv", index=False, **options)
        return "{file: w.csv, status: measured}"

    return write


def _around_the_other_way(world: World, folder: Path) -> str:
    world.wells.assign(lon=world.wells.lon + 360).to_csv(folder / "w.csv", index=False)
    return "{file: w.csv, status: measured}"


def _other_names(world: World, folder: Path) -> str:
    renamed = world.wells.rename(columns={"lon": "X_WELL", "lat": "Y_WELL"})
    renamed.to_csv(folder / "w.csv", index=False)
    return "{file: w.csv, status: measured, longitude: X_WELL, latitude: Y_WELL}"


def _points(world: World, folder: Path) -> str:
    places = gpd.points_from_xy(world.wells.lon, world.wells.lat)
    write_vector(folder / "w.gpkg", gpd.GeoDataFrame(world.wells, geometry=places, crs=4326))
    return "{file: w.gpkg, status: measured}"


def _table_of_parquet(world: World, folder: Path) -> str:
    world.wells.to_parquet(folder / "w.parquet")
    return "{file: w.parquet, status: measured, format: points}"


TABLES: dict[str, Write] = {
    "semicolons": _csv(sep=";"),
    "semicolons and decimal commas": _csv(sep=";", decimal=","),
    "tabs": _csv(sep="\t"),
    "bars": _csv(sep="|"),
    "with a byte order mark": _csv(encoding="utf-8-sig"),
    "UTF-16": _csv(encoding="utf-16"),
    "lines of Windows": _csv(lineterminator="\r\n"),
    "everything in quotes": _csv(quoting=1),
    "longitudes to 360": _around_the_other_way,
    "other names of columns": _other_names,
    "GeoPackage": _points,
    "Parquet": _table_of_parquet,
}


@pytest.mark.parametrize(("seed", "way"), every(TABLES))
def test_a_table_says_the_same_in_every_way_of_writing_it(
    known: Known, way: str, seed: int
) -> None:
    world, folder, plain = known(seed, "wells")
    other = read_with(folder, "wells", TABLES[way](world, folder))
    # 180 degrees and back cost the last digit of a longitude.
    assert_same(plain, other, 1e-9)


@given(seed=SEEDS, rows=st.permutations(range(5)), columns=st.permutations(range(4)))
@FEW
def test_the_order_of_rows_and_columns_of_a_table_does_not_matter(
    known: Known, seed: int, rows: list[int], columns: list[int]
) -> None:
    world, folder, plain = known(seed, "wells")
    world.wells.iloc[rows, columns].to_csv(folder / "mixed.csv", index=False)
    other = read_with(folder, "wells", "{file: mixed.csv, status: measured}")
    assert_same(plain, other)


@given(seed=SEEDS)
@FEW
def test_a_file_that_says_its_units_needs_none_in_the_pipeline(known: Known, seed: int) -> None:
    world, folder, plain = known(seed, "heat")
    data = dataset(world.heat / 1000, units="W m-2")
    data.to_netcdf(folder / "watts.nc", engine="h5netcdf")
    other = read_with(folder, "heat", HEAT.replace("heat.tif", "watts.nc"))
    assert_same(plain, other, 1e-9)
