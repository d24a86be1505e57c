"""Small good files of every format, in the ways that programs write them."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
import xarray as xr

from siting.grid import make_grid
from siting.sources.declared import UserFile

WEST, NORTH, CELL, COLUMNS, ROWS = -120.0, 41.0, 0.1, 24, 20
GRID = make_grid("EPSG:4326", CELL, (WEST, NORTH - ROWS * CELL, WEST + COLUMNS * CELL, NORTH))


@dataclass(frozen=True)
class Original:
    """A good file, or the files that make one, and how a pipeline declares it."""

    name: str
    files: dict[str, bytes]
    declared: dict[str, Any] = field(default_factory=dict)

    def source(self, **more: Any) -> UserFile:
        """What the pipeline file says of it."""
        return UserFile.model_validate({"file": self.name, **self.declared, **more})


def heat() -> np.ndarray:
    """Heat flow [mW m-2], with two cells that nobody measured."""
    rng = np.random.default_rng(3)
    values = np.round(rng.uniform(30, 120, (ROWS, COLUMNS)), 2).astype("float32")
    values[3, 4] = values[7, 1] = np.nan
    return values


def places() -> gpd.GeoDataFrame:
    """Wells with an id, text, a number and a truth."""
    rng = np.random.default_rng(4)
    count = 25
    columns = {
        "site_id": [f"{number:03d}" for number in range(count)],
        "name": [f"Bron {number} é" for number in range(count)],
        "depth": np.round(rng.uniform(100, 3000, count), 1),
        "class": rng.integers(1, 5, count),
    }
    x, y = rng.uniform(-119.9, -117.7, count), rng.uniform(39.1, 40.9, count)
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(x.round(4), y.round(4)), crs=4326)


def areas() -> gpd.GeoDataFrame:
    """A few polygons."""
    boxes = [shapely.box(-120 + i / 2, 39, -119.7 + i / 2, 40 + i / 9) for i in range(4)]
    return gpd.GeoDataFrame({"name": list("abcd"), "rank": range(4)}, geometry=boxes, crs=4326)


def dataset(dtype: str = "float32") -> xr.Dataset:
    """Heat flow by the CF conventions."""
    y = NORTH - (np.arange(ROWS) + 0.5) * CELL
    x = WEST + (np.arange(COLUMNS) + 0.5) * CELL
    layer = xr.DataArray(heat().astype(dtype), dims=("lat", "lon"), coords={"lat": y, "lon": x})
    layer.attrs["units"] = "mW m-2"
    layer.lat.attrs["units"], layer.lon.attrs["units"] = "degrees_north", "degrees_east"
    layer.encoding["_FillValue"] = np.array(-9999, dtype=dtype)
    return layer.to_dataset(name="heat_flow")


def _tiff(folder: Path, **options: Any) -> str:
    values = np.nan_to_num(heat(), nan=-9999).astype(options.pop("dtype", "float32"))
    profile: dict[str, Any] = {"driver": "GTiff", "height": ROWS, "width": COLUMNS, "count": 1}
    profile |= {"dtype": values.dtype, "crs": "EPSG:4326", "nodata": -9999}
    transform = rasterio.transform.from_origin(WEST, NORTH, CELL, CELL)
    with rasterio.open(folder / "a.tif", "w", transform=transform, **profile, **options) as file:
        file.write(values, 1)
    return "a.tif"


def _netcdf3(folder: Path) -> str:
    dataset().to_netcdf(folder / "a.nc", engine="scipy", format="NETCDF3_64BIT")
    return "a.nc"


def _netcdf4(folder: Path, **encoding: Any) -> str:
    dataset().to_netcdf(folder / "a.nc", engine="h5netcdf", encoding={"heat_flow": encoding})
    return "a.nc"


def _zarr(folder: Path, version: int) -> str:
    path = folder / "a.zarr"
    dataset().chunk(lat=10, lon=12).to_zarr(path, zarr_format=version, consolidated=version == 2)
    return "a.zarr"


def _ogr(folder: Path, name: str, frame: gpd.GeoDataFrame, **options: Any) -> str:
    frame.to_file(folder / name, engine="pyogrio", **options)
    return name


def _parquet(folder: Path, frame: Any, **options: Any) -> str:
    frame.to_parquet(folder / "a.parquet", **options)
    return "a.parquet"


def _csv(folder: Path, **options: Any) -> str:
    frame = pd.DataFrame(places().drop(columns="geometry"))
    frame["lon"], frame["lat"] = places().geometry.x, places().geometry.y
    frame.to_csv(folder / "a.csv", index=False, **options)
    return "a.csv"


Write = Callable[[Path], str]
_HEAT = {"units": "mW m-2"}
WRITERS: dict[str, tuple[tuple[Write, dict[str, Any]], ...]] = {
    "geotiff": (
        (_tiff, _HEAT),
        (lambda at: _tiff(at, compress="deflate", tiled=True, blockxsize=16, blockysize=16), _HEAT),
        (lambda at: _tiff(at, dtype="int16", compress="lzw", predictor=2), _HEAT),
    ),
    "netcdf3": ((_netcdf3, _HEAT),),
    "netcdf4": (
        (_netcdf4, _HEAT),
        (lambda at: _netcdf4(at, zlib=True, chunksizes=(10, 12), shuffle=True), _HEAT),
        (lambda at: _netcdf4(at, fletcher32=True, chunksizes=(10, 12)), _HEAT),
    ),
    "zarr": ((lambda at: _zarr(at, 2), _HEAT), (lambda at: _zarr(at, 3), _HEAT)),
    "geopackage": (
        (lambda at: _ogr(at, "a.gpkg", places()), {}),
        (lambda at: _ogr(at, "a.gpkg", areas()), {}),
    ),
    "shapefile": (
        (lambda at: _ogr(at, "a.shp", places()), {}),
        (lambda at: _ogr(at, "a.shp", areas()), {}),
    ),
    "geojson": (
        (lambda at: _ogr(at, "a.geojson", places()), {}),
        (lambda at: _ogr(at, "a.geojson", areas()), {}),
    ),
    "flatgeobuf": (
        (lambda at: _ogr(at, "a.fgb", places()), {}),
        (lambda at: _ogr(at, "a.fgb", areas(), SPATIAL_INDEX="NO"), {}),
    ),
    "parquet": (
        (lambda at: _parquet(at, places()), {}),
        (lambda at: _parquet(at, areas(), compression=None, write_page_checksum=True), {}),
        (lambda at: _parquet(at, places().drop(columns="geometry")), {"format": "table"}),
    ),
    "csv": (
        (_csv, {}),
        (lambda at: _csv(at, sep=";", decimal=",", encoding="cp1252"), {}),
        (_csv, {"format": "table"}),
    ),
}


def originals(form: str) -> list[Original]:
    """The good files of a format."""
    made = []
    for write, declared in WRITERS[form]:
        with tempfile.TemporaryDirectory() as folder:
            name = write(Path(folder))
            paths = sorted(path for path in Path(folder).rglob("*") if path.is_file())
            files = {str(path.relative_to(folder)): path.read_bytes() for path in paths}
        made.append(Original(name, files, declared))
    return made
