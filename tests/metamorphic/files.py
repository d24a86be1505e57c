"""One world as files of every format and convention."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import rasterio
import xarray as xr

from .world import (
    CELL,
    NORTH,
    WEST,
    Answer,
    Floats,
    Recipe,
    World,
    answer,
    x_centres,
    y_centres,
)

Write = Callable[[World, Path], str]

HEAT = "{file: heat.tif, units: mW m-2, status: measured}"
FAULTS = "{file: faults.gpkg, status: measured}"
WELLS = "{file: wells.csv, status: measured}"
SOURCES = {"heat": HEAT, "faults": FAULTS, "wells": WELLS}


def write_world(folder: Path, world: World) -> None:
    """The plain files: GeoTIFF, GeoPackage and CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    write_tiff(folder / "heat.tif", world.heat)
    write_vector(folder / "faults.gpkg", world.faults)
    world.wells.to_csv(folder / "wells.csv", index=False)


def write_tiff(
    path: Path, values: Any, west: float = WEST, north: float = NORTH, **options: Any
) -> None:
    """A GeoTIFF; three dimensions are bands."""
    bands = values[None] if values.ndim == 2 else values
    options = {"crs": "EPSG:4326", "driver": "GTiff", **options}
    south_up = options.pop("south_up", False)
    height, width = bands.shape[1:]
    transform = rasterio.transform.from_origin(west, north, CELL, CELL)
    if south_up:
        bands = bands[:, ::-1]
        transform = rasterio.Affine(CELL, 0, west, 0, CELL, north - height * CELL)
    with rasterio.open(
        path, "w", height=height, width=width, count=len(bands), dtype=bands.dtype,
        transform=transform, **options,
    ) as file:  # fmt: skip
        file.write(bands)


def dataset(values: Floats, west: float = WEST, units: str = "mW m-2") -> xr.Dataset:
    """A CF dataset of heat flow."""
    coordinates = {"lat": y_centres(), "lon": x_centres(west, values.shape[1])}
    layer = xr.DataArray(values, dims=("lat", "lon"), coords=coordinates, attrs={"units": units})
    layer.lat.attrs["units"], layer.lon.attrs["units"] = "degrees_north", "degrees_east"
    return layer.to_dataset(name="heat_flow")


def write_vector(path: Path, frame: gpd.GeoDataFrame, **options: Any) -> None:
    """A vector file by its ending."""
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path, engine="pyogrio", **options)


def every(ways: dict[str, Any]) -> list[Any]:
    """All ways of writing a file, each with one of four worlds."""
    return [pytest.param(number % 4, way, id=way) for number, way in enumerate(ways)]


def read_with(folder: Path, name: str, text: str) -> Answer:
    """What the pipeline of one source says, with it declared otherwise."""
    return answer(folder, Recipe.of({name: text}))
