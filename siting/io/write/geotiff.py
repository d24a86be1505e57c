"""A layer as a cloud-optimised GeoTIFF."""

import hashlib
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
import xarray as xr
from rasterio.windows import Window

from siting.errors import GridError
from siting.grid import TILE

_GDAL = {"GDAL_PAM_ENABLED": "NO", "GDAL_NUM_THREADS": "1", "GDAL_CACHEMAX": 64 << 20}
ACROSS = 4 * TILE  # columns that are written at once
_TAGS = ("kind", "long_name", "status", "source", "vintage", "resampling")


def cog(path: Path, layer: xr.DataArray) -> None:
    """Write a layer as a cloud-optimised GeoTIFF, a few tiles at a time.

    Parameters
    ----------
    path : Path
        The file; an unfinished copy stands beside it meanwhile.
    layer : xarray.DataArray
        (y, x) layer with CRS; NaN is declared as no-data, a boolean layer becomes 0 and 1.

    Notes
    -----
    512 x 512 blocks, DEFLATE with predictor, overviews (means; nearest for classes, directions
    and booleans), statistics, the unit and the marks of the layer.
    """
    grid = layer.odc.geobox
    if grid is None or grid.crs is None:
        raise GridError(
            "GRID_MISMATCH", "the layer has no coordinates", where=str(layer.name or "")
        )
    boolean = layer.dtype == bool
    unfinished = path.with_name(f".{path.stem}.unfinished.tif")
    profile: dict[str, Any] = {
        "driver": "GTiff",
        "height": grid.shape.y,
        "width": grid.shape.x,
        "count": 1,
        "dtype": "uint8" if boolean else layer.dtype.name,
        "crs": grid.crs.to_wkt(),
        "transform": grid.affine,
        "nodata": None if boolean else np.nan,
        "tiled": True,
        "blockxsize": 512,
        "blockysize": 512,
        "compress": "lzw",
        "bigtiff": "if_safer",
    }
    written = hashlib.sha256()
    try:
        with rasterio.Env(**_GDAL):
            with rasterio.open(unfinished, "w", **profile) as dataset:
                _describe(dataset, layer)
                for window in _windows(*grid.shape.yx):
                    rows, columns = window.toslices()
                    part = layer.isel(y=rows, x=columns).to_numpy()
                    cells = np.ascontiguousarray(part, profile["dtype"])
                    written.update(cells.data)
                    dataset.write(cells, 1, window=window)
            rasterio.shutil.copy(unfinished, path, driver="COG", **_options(layer))
            _require_same(path, written.digest())
    finally:
        unfinished.unlink(missing_ok=True)


def _require_same(path: Path, digest: bytes) -> None:
    """OSError where the file does not hold what was written: GDAL tells of a full disk by print."""
    found = hashlib.sha256()
    with rasterio.open(path, driver="GTiff") as dataset:
        levels = range(len(dataset.overviews(1)))
        for window in _windows(*dataset.shape):
            found.update(dataset.read(1, window=window).data)
    for level in levels:
        with rasterio.open(path, driver="GTiff", OVERVIEW_LEVEL=level) as dataset:
            for window in _windows(*dataset.shape):
                dataset.read(1, window=window)
    if found.digest() != digest:
        raise OSError(f"{path.name} does not read back as it was written")


def _windows(height: int, width: int) -> Iterator[Window]:
    """Parts of a raster that hold whole tiles and are small enough to hold, row by row."""
    for top, left in product(range(0, height, TILE), range(0, width, ACROSS)):
        yield Window(left, top, min(ACROSS, width - left), min(TILE, height - top))


def _describe(dataset: Any, layer: xr.DataArray) -> None:
    dataset.set_band_description(1, str(layer.name or layer.attrs.get("long_name", "")))
    dataset.units = (str(layer.attrs.get("units", "")),)
    dataset.update_tags(**{key: str(layer.attrs[key]) for key in _TAGS if key in layer.attrs})


def _options(layer: xr.DataArray) -> dict[str, Any]:
    mean = layer.dtype != bool and layer.attrs.get("kind") in {None, "continuous", "count"}
    return {
        "COMPRESS": "DEFLATE",
        "PREDICTOR": "YES",
        "BLOCKSIZE": 512,
        "OVERVIEWS": "IGNORE_EXISTING",
        "OVERVIEW_RESAMPLING": "AVERAGE" if mean else "NEAREST",
        "STATISTICS": "YES",
        "NUM_THREADS": "ALL_CPUS",  # the same bytes, whatever their number
        "BIGTIFF": "IF_SAFER",
    }
