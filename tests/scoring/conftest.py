"""A small world of three layers with fields where it is hot and near."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import xarray as xr
from odc.geo.geobox import GeoBox

from siting.grid import as_layer, make_grid


@dataclass(frozen=True)
class World:
    """Layers on one grid, a domain, and known fields."""

    grid: GeoBox
    layers: list[xr.DataArray]
    domain: xr.DataArray
    labels: gpd.GeoDataFrame


def layer(values: Any, grid: GeoBox, name: str, **attrs: Any) -> xr.DataArray:
    marks = {"units": "1", "kind": "continuous", "status": "derived", **attrs}
    return as_layer(np.asarray(values, dtype=np.float32), grid, **marks).rename(name)


def points(longitude: Any, latitude: Any, **columns: Any) -> gpd.GeoDataFrame:
    geometry = gpd.points_from_xy(longitude, latitude, crs="EPSG:4326")
    frame = gpd.GeoDataFrame(columns, geometry=geometry)
    units = {"temperature": {"units": "degC"}}
    frame.attrs.update({"name": "known", "status": "measured", "columns": units})
    return frame


@pytest.fixture(scope="session")
def world() -> World:
    """24 x 18 cells of one degree; hot in the west, near in the north, flat at random."""
    grid = make_grid("EPSG:4326", 1.0, (0, 0, 24, 18))
    rng = np.random.default_rng(1)
    down, across = np.mgrid[0:18, 0:24]
    hot = np.clip(1 - across / 23 + rng.normal(0, 0.05, down.shape), 0, 1)
    near = np.clip(1 - down / 17 + rng.normal(0, 0.05, down.shape), 0, 1)
    flat = rng.random(down.shape)
    layers = [layer(v, grid, n) for n, v in {"hot": hot, "near": near, "flat": flat}.items()]
    domain = as_layer(np.ones(down.shape, dtype=bool), grid)
    best = np.argsort(-(hot + near).ravel())[:60:4]
    row, column = np.unravel_index(best, down.shape)
    labels = points(
        column + 0.5, 17.5 - row, name=[f"field {i}" for i in range(15)],
        temperature=100 + 150 * hot[row, column] + rng.normal(0, 5, 15),
        region=np.where(column < 4, "west", "east"),
    )  # fmt: skip
    return World(grid, layers, domain, labels)
