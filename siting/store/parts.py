"""The parts of an object: layers, frames, records and models, each in its file or folder."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from siting.errors import StorageError
from siting.store import raster
from siting.store.raster import Progress
from siting.store.sealed import canonical
from siting.store.unfinished import Rows, Unfinished

Part = xr.DataArray | pd.DataFrame | Mapping[str, Any] | bytes
Description = dict[str, Any]


def write_parts(
    unfinished: Unfinished,
    parts: Mapping[str, Part],
    workers: int | None = None,
    progress: Progress | None = None,
) -> list[Description]:
    """Descriptions of the parts, once their files are in the unfinished folder."""
    for name in parts:
        if not name.isidentifier():
            raise StorageError("PART_INVALID", "a part has no name", found=name, wanted="a name")
    described = [_write(unfinished, name, value) for name, value in parts.items()]
    layers = {name: value for name, value in parts.items() if isinstance(value, xr.DataArray)}
    if layers:
        raster.write_rasters(unfinished, layers, workers, progress)
    return described


def _write(unfinished: Unfinished, name: str, value: Part) -> Description:
    """Description of one part; all but the tiles of layers are written."""
    if isinstance(value, xr.DataArray):
        return {"name": name, "form": "layer", **raster.describe(name, value)}
    if isinstance(value, pd.DataFrame):
        from siting.store import frames

        unfinished.write(f"{name}.parquet", frames.encode(name, value))
        return {"name": name, "form": "frame", **frames.describe(value)}
    if isinstance(value, bytes):
        unfinished.write(f"{name}.model", value)
        return {"name": name, "form": "model"}
    unfinished.write(f"{name}.json", canonical(value).encode())
    return {"name": name, "form": "record"}


def read_part(folder: Path, part: Description, files: Rows) -> Any:
    """The value of a part: lazy where it is a layer, else from bytes that are as they were.

    Raises
    ------
    StorageError
        OBJECT_DAMAGED where the file is not the one that was written, whatever its status says.
    """
    name = part["name"]
    match part["form"]:
        case "layer":
            return raster.read_raster(folder, name, part)
        case "frame":
            from siting.store import frames

            return frames.decode(_bytes(folder / f"{name}.parquet", files), part)
        case "model":
            return _bytes(folder / f"{name}.model", files)
        case _:
            return json.loads(_bytes(folder / f"{name}.json", files))


def _bytes(path: Path, files: Rows) -> bytes:
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != files[path.name][1]:
        raise StorageError(
            "OBJECT_DAMAGED", "a stored result is not as it was written", where=str(path),
            fix="run again with --verify: damaged results are computed anew; check the disk",
        )  # fmt: skip
    return data
