"""The parts of an object: layers, frames, records and models, each in its file or folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from siting.errors import StorageError
from siting.store import raster
from siting.store.digest import canonical
from siting.store.raster import Progress
from siting.store.unfinished import Unfinished

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


def read_part(folder: Path, part: Description) -> Any:
    """The value of a part: lazy where it is a layer."""
    name = part["name"]
    match part["form"]:
        case "layer":
            return raster.read_raster(folder, name, part)
        case "frame":
            from siting.store import frames

            return frames.read_frame(folder / f"{name}.parquet", part)
        case "model":
            return (folder / f"{name}.model").read_bytes()
        case _:
            return json.loads((folder / f"{name}.json").read_bytes())
