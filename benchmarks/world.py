"""Inputs that the cases share: the world's grid and the embedded data on it."""

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.grid import as_layer, longitude_latitude, make_grid
from siting.layers import geology
from siting.sources.catalogue import catalogue
from siting.sources.reading import read_source
from siting.units import parse_quantity

Floats = NDArray[np.float64]
RASTERS = (
    "elevation", "moho_depth", "lab_depth", "asthenosphere_vs", "coast_distance",
    "tectonic_regime",
)  # fmt: skip


def world(resolution: str) -> GeoBox:
    """The grid of the default pipeline, at a resolution."""
    return make_grid("EPSG:6933", parse_quantity(resolution, "m"), "world")


def source(name: str, grid: GeoBox) -> Any:
    """An embedded source, rasters on the grid."""
    entry = catalogue()[name]
    return read_source(name, entry, entry.path, grid)


def land(grid: GeoBox) -> xr.DataArray:
    """Land without ice sheets, in memory."""
    return loaded(geology.land(source("land_50m", grid), source("ice_sheets", grid), grid), grid)


def criteria(grid: GeoBox) -> list[xr.DataArray]:
    """The embedded rasters, each brought to 0..1, in memory."""
    return [_scaled(loaded(source(name, grid), grid)).rename(name) for name in RASTERS]


def loaded(layer: xr.DataArray, grid: GeoBox) -> xr.DataArray:
    """A layer computed once; siting reads it in its tiles."""
    return as_layer(layer.to_numpy(), grid, **layer.attrs).rename(layer.name)


def _scaled(layer: xr.DataArray) -> xr.DataArray:
    values = layer.to_numpy()
    low, high = np.nanmin(values), np.nanmax(values)
    scaled = ((values - low) / (high - low)).astype(np.float32)
    return layer.copy(data=as_layer(scaled, layer.odc.geobox).data).assign_attrs(units="1")


def centres(grid: GeoBox) -> tuple[Floats, Floats]:
    """Longitudes and latitudes of all cells [degree]."""
    return longitude_latitude(grid, slice(0, grid.shape.y), slice(0, grid.shape.x))
