"""One layer of the world written to disk and read back."""

import atexit
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, NamedTuple

import numpy as np
import rasterio
import xarray as xr
from odc.geo.geobox import GeoBox

from benchmarks.case import OURS, Case
from benchmarks.world import Floats, loaded, source, world
from siting.store import Store

_numbers = count()


class Inputs(NamedTuple):
    """A layer in memory, a folder until the process ends, and what is the layer in it."""

    grid: GeoBox
    layer: xr.DataArray
    folder: Path
    written: dict[str, Any]


def prepare(resolution: str) -> Inputs:
    grid = world(resolution)
    folder = Path(mkdtemp(prefix="siting-benchmark-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    return Inputs(grid, loaded(source("elevation", grid), grid), folder, {})


def write_store(inputs: Inputs) -> int:
    """An object of a store: durable, with SHA-256 of each tile, read again when it is whole."""
    store, number = Store(inputs.folder / "store"), next(_numbers)
    recipe = {"number": number}
    store.write_layer(store.key(recipe), inputs.layer, recipe)
    inputs.written[OURS] = store.key(recipe)
    return _size(store.place(store.key(recipe)))


def write_geotiff(inputs: Inputs) -> int:
    """A tiled GeoTIFF, compressed as strongly; the system writes it to disk when it likes."""
    path = inputs.folder / f"{next(_numbers)}.tif"
    height, width = inputs.grid.shape
    with rasterio.open(
        path, "w", driver="GTiff", height=height, width=width, count=1, dtype="float32",
        crs=str(inputs.grid.crs), transform=inputs.grid.affine, nodata=float("nan"), tiled=True,
        blockxsize=512, blockysize=512, compress="zstd", zstd_level=1, predictor=3, num_threads=2,
    ) as file:  # fmt: skip
        file.write(inputs.layer.to_numpy(), 1)
    inputs.written["rasterio"] = path
    return path.stat().st_size


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def read_store(inputs: Inputs) -> Floats:
    store = Store(inputs.folder / "store")
    return np.asarray(store.read_layer(inputs.written[OURS]).to_numpy())


def read_geotiff(inputs: Inputs) -> Floats:
    with rasterio.open(inputs.written["rasterio"], num_threads=2) as file:
        return np.asarray(file.read(1))


def prepare_written(resolution: str) -> Inputs:
    inputs = prepare(resolution)
    write_store(inputs)
    write_geotiff(inputs)
    return inputs


def agree_written(inputs: Inputs, results: Mapping[str, int]) -> str:
    agree_read(inputs, {OURS: read_store(inputs), "rasterio": read_geotiff(inputs)})
    sizes = ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in results.items())
    return f"same values read back; {sizes}"


def agree_read(inputs: Inputs, results: Mapping[str, Floats]) -> str:
    for values in results.values():
        np.testing.assert_array_equal(values, inputs.layer.to_numpy())
    return "same values"


def _what(verb: str, inputs: Inputs) -> str:
    return f"{verb} a layer of {inputs.grid.shape[0] * inputs.grid.shape[1]:,} float32 cells"


WRITE = Case(
    lambda inputs: _what("write", inputs),
    prepare,
    {OURS: write_store, "rasterio": write_geotiff},
    agree_written,
)
READ = Case(
    lambda inputs: _what("read", inputs),
    prepare_written,
    {OURS: read_store, "rasterio": read_geotiff},
    agree_read,
)
