"""Gridded files that are damaged, lead elsewhere or lie on no rows and columns."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import xarray as xr
import zarr

from .gridded import HS, LATITUDE, LONGITUDE, changed, grid, plane, write
from .harness import field_of


def cut(path: Path, share: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])


def rot(path: Path, share: float, count: int = 24) -> None:
    content = bytearray(path.read_bytes())
    start = int(len(content) * share)
    content[start : start + count] = bytes(byte ^ 0x5A for byte in content[start : start + count])
    path.write_bytes(bytes(content))


def cells(dtype: str) -> xr.Dataset:
    """Whole numbers of a type."""
    return grid(field_of().astype(dtype).astype(dtype), attrs={"units": "1"})


def holed(value: float = np.nan, **attrs: Any) -> xr.Dataset:
    """A plane with another value in one cell."""
    found = grid()
    found["hs"][5, 5] = value
    return changed("hs", found, **attrs)


def stored(folder: Path, dataset: xr.Dataset, damage: Callable[[Path], None],
           name: str = "a.nc", **encoding: Any) -> None:  # fmt: skip
    """Write a file, then damage it."""
    write(dataset, folder / name, {"hs": encoding} if encoding else None)
    damage(folder / name)


def zarr_store(folder: Path, *, form: int = 3, damage: str = "", consolidated: bool = False,
               **options: Any) -> None:  # fmt: skip
    """A Zarr group of the plane in chunks of 10 x 10, with a chunk damaged."""
    root = folder / "a.zarr"
    group = zarr.create_group(str(root), zarr_format=form)
    for name, dims, values, attrs in (
        ("lat", ("lat",), LATITUDE, {"units": "degrees_north"}),
        ("lon", ("lon",), LONGITUDE, {"units": "degrees_east"}),
        ("hs", ("lat", "lon"), plane(), HS),
    ):
        more = options if name == "hs" else {}
        shape = {"chunks": (10, 10)} if name == "hs" else {"chunks": values.shape}
        named = {"dimension_names": dims} if form == 3 else {}
        array = group.create_array(
            name, shape=values.shape, dtype="float64", **{**shape, **named, **more}
        )
        array[:] = values
        array.attrs.update(attrs if form == 3 else {**attrs, "_ARRAY_DIMENSIONS": list(dims)})
    if consolidated:
        zarr.consolidate_metadata(str(root))
    chunk = root / "hs" / ("c/0/1" if form == 3 else "0.1")
    if damage == "gone":
        chunk.unlink()
    elif damage == "cut":
        cut(chunk, 0.6)
    elif damage == "rot":
        rot(chunk, 0.5)


def zarrs(**options: Any) -> Callable[[Path], None]:
    return lambda folder: zarr_store(folder, **options)


def curved() -> xr.Dataset:
    y, x = np.meshgrid(LATITUDE, LONGITUDE, indexing="ij")
    attrs = {"units": "m", "coordinates": "lat lon"}
    return xr.Dataset(
        {
            "hs": (("y", "x"), plane(), attrs),
            "lat": (("y", "x"), y, {"units": "degrees_north"}),
            "lon": (("y", "x"), x + y / 100, {"units": "degrees_east"}),
        },
        coords={"y": np.arange(20), "x": np.arange(20)},
    )


def points() -> xr.Dataset:
    """A reduced Gaussian grid: a list of points."""
    return xr.Dataset(
        {"hs": (("values",), plane().ravel(), HS)},
        coords={
            "latitude": ("values", np.repeat(LATITUDE, 20)),
            "longitude": ("values", np.tile(LONGITUDE, 20)),
        },
    )


def linked(folder: Path) -> None:
    write(grid(), folder / "b.nc")
    with h5py.File(folder / "a.nc", "w") as file:
        file["hs"] = h5py.ExternalLink("b.nc", "/hs")


def grouped(folder: Path) -> None:
    grid().to_netcdf(folder / "a.nc", engine="h5netcdf", group="waves")


def pickled(folder: Path) -> None:
    zarr_store(folder, form=2)
    path = folder / "a.zarr" / "hs" / ".zarray"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"filters": [{"id": "pickle"}]}))


def bare(folder: Path) -> None:
    array = zarr.create_array(
        str(folder / "a.zarr"), shape=(8, 8), chunks=(4, 4), dtype="f4", fill_value=0.0
    )
    array[:4] = 5.0


def rectangle(y: Any, x: Any) -> xr.Dataset:
    return grid(latitude=y, longitude=x)


def rot_chunk(path: Path) -> None:
    """Flip bytes in the first chunk of the variable."""
    with h5py.File(path) as file:
        offset = file["hs"].id.get_chunk_info(0).byte_offset
    rot(path, (offset + 100) / path.stat().st_size)
