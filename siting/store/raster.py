"""Layers on the disk: Zarr arrays written tile by tile, in which a missing tile is an error."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import dask.array as da
import numpy as np
import odc.geo.xr  # noqa: F401  (the accessor .odc)
import xarray as xr
import zarr
from affine import Affine
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox
from pyproj import CRS
from zarr.abc.store import Store
from zarr.codecs import ZstdCodec
from zarr.storage import LocalStore, MemoryStore

from siting.errors import GridError, SitingError, StorageError
from siting.grid import as_layer, chunks
from siting.kernels.computing import compute, mapped
from siting.store.files import make_folder, storing
from siting.store.unfinished import Unfinished

# dask has no hints.
_from_array: Any = da.from_array

Progress = Callable[[int, int], None]
Position = tuple[int, int]
_DTYPES = ("bool", "float32", "float64")


class TileFolder(LocalStore):
    """A Zarr store whose writes are durable and noted, and whose missing tiles are errors.

    Zarr itself reads a missing tile as no-data, which is a wrong answer without a word.

    Parameters
    ----------
    root : Path
        Folder of the array.
    read_only : bool
        Whether this is for reading.
    write : callable, optional
        Takes the name of a file in the folder, and its bytes.
    """

    def __init__(
        self,
        root: Path,
        *,
        read_only: bool = False,
        write: Callable[[str, bytes], None] | None = None,
    ) -> None:
        super().__init__(root, read_only=read_only)
        self._write = write

    async def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        """Bytes under a key; StorageError where a tile is missing."""
        value = await super().get(key, *args, **kwargs)
        if value is None and self.read_only and key.startswith("c/"):
            raise _damaged(self.root / key, "no file")
        return value

    async def set(self, key: str, value: Any) -> None:
        """Write a file durably."""
        if self._write is None:
            await super().set(key, value)
        else:
            await asyncio.to_thread(self._write, key, value.to_bytes())


def _damaged(place: Path, found: str) -> StorageError:
    return StorageError(
        "TILE_DAMAGED", "a stored tile cannot be read", where=str(place), found=found,
        fix="run again with --verify: damaged results are computed anew",
    )  # fmt: skip


def describe(name: str, layer: xr.DataArray) -> dict[str, Any]:
    """What is kept of a layer besides its cells: dtype, grid, attributes.

    Raises
    ------
    GridError
        Where the layer has no grid.
    SitingError
        Where its cells are neither floating nor bool.
    """
    grid = layer.odc.geobox
    if layer.dims != ("y", "x") or not isinstance(grid, GeoBox) or grid.crs is None:
        raise GridError(
            "GRID_MISSING", "only layers on a grid can be stored", where=name,
            found=f"dims {layer.dims}, grid {grid!r}", wanted="dims ('y', 'x') and a CRS",
        )  # fmt: skip
    if str(layer.dtype) not in _DTYPES:
        raise SitingError(
            "LAYER_DTYPE", "a layer has cells of a type that it cannot have", where=name,
            found=str(layer.dtype), wanted=", ".join(_DTYPES),
        )  # fmt: skip
    placed = {
        "crs": _crs_text(grid.crs.to_wkt()),
        "shape": list(grid.shape.yx),
        "transform": [float(number) for number in grid.affine[:6]],
    }
    return {"attrs": dict(layer.attrs), "dtype": str(layer.dtype), "grid": placed}


def _crs_text(wkt: str) -> str:
    """The EPSG code where it says the same; a layer's own coordinates know only the WKT."""
    code = CRS.from_wkt(wkt).to_epsg(min_confidence=100)
    return f"EPSG:{code}" if code else wkt


def write_rasters(
    unfinished: Unfinished,
    layers: Mapping[str, xr.DataArray],
    workers: int | None = None,
    progress: Progress | None = None,
) -> None:
    """Compute layers of one grid tile by tile and write each tile as soon as it is there.

    Tiles that the unfinished object has already are not computed. What the layers share is
    computed once.
    """
    if len({layer.shape for layer in layers.values()}) > 1:
        raise GridError("GRID_MISMATCH", "the parts of one object lie on different grids")
    blocks = {name: _tiled(layer) for name, layer in layers.items()}
    arrays = [_create(unfinished, name, array) for name, array in blocks.items()]
    positions = list(np.ndindex(next(iter(blocks.values())).numblocks))
    missing = [each for each in positions if not _has(unfinished, layers, each)]
    tally = _Tally(len(positions) - len(missing), len(positions), progress)

    def take(position: tuple[int, ...], files: dict[str, bytes]) -> None:
        for name, data in files.items():
            unfinished.write(name, data)
        tally.add()

    encoded = mapped(partial(_encoded, arrays=arrays), *blocks.values())
    compute(encoded, take, missing, threads=workers)


def _tiled(layer: xr.DataArray) -> da.Array:
    data = layer.data if isinstance(layer.data, da.Array) else _from_array(layer.data)
    tiled: da.Array = data.rechunk(chunks(layer.odc.geobox))
    return tiled


class _Array(NamedTuple):
    """A layer as Zarr keeps it."""

    name: str
    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    dtype: np.dtype[Any]

    def made(self, store: Store) -> Any:
        """An empty Zarr array in a store, where there may be tiles already."""
        return zarr.create_array(
            store=store,
            shape=self.shape,
            chunks=self.chunks,
            dtype=self.dtype,
            fill_value=False if self.dtype.kind == "b" else float("nan"),
            compressors=ZstdCodec(level=1, checksum=True),
            dimension_names=("y", "x"),
            config={"write_empty_chunks": True},
        )


def _create(unfinished: Unfinished, name: str, blocks: da.Array) -> _Array:
    """An empty Zarr array in the unfinished folder, where there may be tiles already."""
    folder = f"{name}.zarr"
    with storing(unfinished.folder):
        for row in range(blocks.numblocks[0]):
            make_folder(unfinished.folder / folder / "c" / str(row))
    store = TileFolder(
        unfinished.folder / folder,
        write=lambda key, data: unfinished.write(f"{folder}/{key}", data),
    )
    array = _Array(name, blocks.shape, tuple(max(each) for each in blocks.chunks), blocks.dtype)
    array.made(store)
    return array


def _has(unfinished: Unfinished, names: Mapping[str, Any], position: Position) -> bool:
    row, column = position
    return all(f"{name}.zarr/c/{row}/{column}" in unfinished.files for name in names)


class _Tally:
    """Counts tiles for a progress display, one thread at a time."""

    def __init__(self, done: int, total: int, progress: Progress | None) -> None:
        self._done, self._total, self._progress = done, total, progress
        self._lock = Lock()
        self._report()

    def add(self) -> None:
        """One tile more."""
        with self._lock:
            self._done += 1
            self._report()

    def _report(self) -> None:
        if self._progress is not None:
            self._progress(self._done, self._total)


def _encoded(*blocks: NDArray[Any], arrays: list[_Array], block_id: Position) -> dict[str, bytes]:
    """Files of one tile of each layer, by their names: what Zarr would write for it."""
    files: dict[str, bytes] = {}
    for array, block in zip(arrays, blocks, strict=True):
        rows, columns = (
            slice(i * size, min((i + 1) * size, length))
            for i, size, length in zip(block_id, array.chunks, array.shape, strict=True)
        )
        wanted = rows.stop - rows.start, columns.stop - columns.start
        written: dict[str, Any] = {}
        made = array.made(MemoryStore(written))
        made[rows, columns] = _checked(np.asarray(block), wanted, array.dtype)
        row, column = block_id
        key = f"c/{row}/{column}"
        files[f"{array.name}.zarr/{key}"] = written[key].to_bytes()
    return files


def _checked(block: NDArray[Any], shape: Position, dtype: np.dtype[Any]) -> NDArray[Any]:
    """The block as declared, with one kind of NaN: its bits differ between ways to compute it."""
    if block.shape != shape or not np.can_cast(block.dtype, dtype, "safe"):
        raise SitingError(
            "TILE_UNEXPECTED", "a layer's function returned a tile of another shape or type",
            found=f"{block.shape} {block.dtype}", wanted=f"{shape} {dtype}",
        )  # fmt: skip
    if dtype.kind == "b":
        return block
    missing = np.isnan(block)
    return np.where(missing, dtype.type("nan"), block) if missing.any() else block


class StoredTiles:
    """A stored raster as dask reads it: what cannot be decoded is a StorageError.

    Parameters
    ----------
    folder : Path
        Folder of the Zarr array.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._array = zarr.open_array(TileFolder(folder, read_only=True), mode="r")
        self.shape: tuple[int, ...] = self._array.shape
        self.dtype: np.dtype[Any] = self._array.dtype
        self.chunks: tuple[int, ...] = self._array.chunks
        self.ndim = len(self.shape)

    def __getitem__(self, window: Any) -> Any:
        try:
            return self._array[window]
        except (RuntimeError, ValueError) as error:  # zstd's checksum; a wrong length
            raise _damaged(self._folder, str(error)) from error


def read_raster(folder: Path, name: str, part: Mapping[str, Any]) -> xr.DataArray:
    """Lazy layer of a part of a stored object, on its grid and with its attributes."""
    tiles = StoredTiles(folder / f"{name}.zarr")
    data = _from_array(tiles, chunks=tiles.chunks, name=f"{folder.name}-{name}", asarray=False)
    placed = part["grid"]
    grid = GeoBox(tuple(placed["shape"]), Affine(*placed["transform"]), placed["crs"])
    return as_layer(data, grid).assign_attrs(part["attrs"]).rename(None)
