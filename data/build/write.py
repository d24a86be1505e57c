"""The two formats of the embedded layers: cloud-optimised GeoTIFF and GeoParquet."""

import calendar
from pathlib import Path

import geopandas
import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.io import MemoryFile
from rasterio.shutil import copy
from rasterio.transform import from_origin

INT16_NODATA = -32768
UINT8_NODATA = 0
MONTHS = calendar.month_name[1:]


def write_raster(
    path: Path,
    values: NDArray[np.floating | np.integer],
    *,
    west: float,
    north: float,
    resolution: float,
    units: str,
    description: str,
    scale: float = 1.0,
    dtype: str = "int16",
) -> None:
    """Write one band, or one for each month, as a cloud-optimised GeoTIFF in degrees.

    The file holds round(values / scale); scale, units, description and no-data are inside it.
    It has no overviews: they would hold averages or picks that no table of sources describes.
    Values of shape (12, rows, columns) become bands from January to December.
    """
    nodata = {"int16": INT16_NODATA, "uint8": UINT8_NODATA}[dtype]
    stored = np.where(np.isfinite(values), np.round(values / scale), nodata)
    if stored.min() < np.iinfo(dtype).min or stored.max() > np.iinfo(dtype).max:
        raise ValueError(f"{path.name}: {stored.min()} to {stored.max()} does not fit {dtype}")
    bands = stored if stored.ndim == 3 else stored[None]
    count, height, width = bands.shape
    names = [f"{month}: {description}" for month in MONTHS] if count == 12 else [description]
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff",
            width=width,
            height=height,
            count=count,
            dtype=dtype,
            crs="EPSG:4326",
            transform=from_origin(west, north, resolution, resolution),
            nodata=nodata,
        ) as raster:
            raster.write(bands.astype(dtype))
            raster.scales = (scale,) * count
            raster.units = (units,) * count
            raster.descriptions = names
        with rasterio.Env(GDAL_NUM_THREADS="1"), memory.open() as raster:
            options = {"compress": "DEFLATE", "level": 9, "predictor": "YES", "overviews": "NONE"}
            copy(raster, path, driver="COG", **options)


def write_features(path: Path, features: geopandas.GeoDataFrame) -> None:
    """Write features as GeoParquet 1.1 compressed by Zstandard, in longitude and latitude."""
    features.to_crs(4326).to_parquet(
        path,
        index=False,
        compression="zstd",
        compression_level=19,
        schema_version="1.1.0",
    )
