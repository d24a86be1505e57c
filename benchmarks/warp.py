"""A raster of relief onto grids: values at centres and means over areas, beside GDAL's warpers."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from affine import Affine
from odc.geo.geobox import GeoBox
from pyproj import CRS

from benchmarks.case import OURS, Case
from benchmarks.world import Floats
from siting.grid import make_grid, tiles
from siting.io.geotiff import open_geotiff
from siting.io.placement import Frame, common_ground
from siting.io.resample import Method, Resampling, resample
from siting.sources.catalogue import catalogue
from siting.units import parse_quantity

EUROPE = 2_500_000, 1_400_000, 6_500_000, 5_400_000  # EPSG:3035
GLOBE = "world"
APPROXIMATE = 0.125  # how far off GDAL's positions may be [source cells]
COARSEST = 5_000.0  # cells of Europe above which GDAL's bilinear means something else [m]


class Inputs(NamedTuple):
    """Relief in memory, and the grid that it is brought to."""

    grid: GeoBox
    values: Floats
    affine: Affine
    method: Method


def prepare(crs: str, bounds: Any, method: Method, finer: int, resolution: str) -> Inputs:
    """The embedded relief, its cells cut into `finer` ones, with noise that tells them apart."""
    source = open_geotiff(catalogue()["elevation"].path, None, None, None)
    frame = source.frame
    rows, columns = (slice(0, size) for size in (frame.height, frame.width))
    if finer > 1:  # the part of the world that the grid needs
        rows, columns = slice(100, 700), slice(1400, 2400)
    values = np.kron(source.read(rows, columns), np.ones((finer, finer)))
    values += np.random.default_rng(0).random(values.shape)
    affine = frame.affine * Affine.translation(columns.start, rows.start) * Affine.scale(1 / finer)
    cell = float(parse_quantity(resolution, "m"))
    grid = make_grid(crs, cell if bounds == GLOBE else min(cell, COARSEST), bounds)
    return Inputs(grid, values, affine, method)


def siting(inputs: Inputs) -> Floats:
    frame = Frame(CRS("EPSG:4326"), inputs.affine, *inputs.values.shape)
    ground = common_ground(frame, inputs.grid)
    assert ground is not None
    how = Resampling(inputs.method, ground.ratio)
    found = np.empty(inputs.grid.shape.yx)
    for rows, columns in tiles(inputs.grid):
        found[rows, columns] = resample(
            frame, lambda i, j: inputs.values[i, j], inputs.grid, rows, columns, how
        )
    return found


def rasterio(inputs: Inputs) -> Floats:
    from rasterio.enums import Resampling as Way
    from rasterio.warp import reproject

    found = np.empty(inputs.grid.shape.yx)
    reproject(
        inputs.values, found, src_transform=inputs.affine, src_crs="EPSG:4326",
        dst_transform=inputs.grid.affine, dst_crs=str(inputs.grid.crs), src_nodata=np.nan,
        dst_nodata=np.nan, resampling=Way[inputs.method],
    )  # fmt: skip
    return found


def odc_geo(inputs: Inputs) -> Floats:
    from odc.geo.warp import rio_reproject

    box = GeoBox(inputs.values.shape, inputs.affine, "EPSG:4326")
    found = np.empty(inputs.grid.shape.yx)
    rio_reproject(
        inputs.values, found, box, inputs.grid, inputs.method, src_nodata=np.nan, dst_nodata=np.nan
    )
    return found


def rioxarray(inputs: Inputs) -> Floats:
    import rioxarray as _  # noqa: F401  (gives arrays .rio)
    from rasterio.enums import Resampling as Way

    layer = xr.DataArray(inputs.values, dims=("y", "x")).rio.write_crs("EPSG:4326")
    layer = layer.rio.write_transform(inputs.affine).rio.write_nodata(np.nan)
    return np.asarray(
        layer.rio.reproject(
            str(inputs.grid.crs), shape=inputs.grid.shape.yx, transform=inputs.grid.affine,
            resampling=Way[inputs.method], nodata=np.nan,
        )
    )  # fmt: skip


def agree(inputs: Inputs, results: Mapping[str, Floats]) -> str:
    """Almost all cells alike: GDAL's positions are off by up to an eighth of a source cell."""
    ours, scale = results[OURS], float(np.nanstd(inputs.values))
    worst = []
    for name, theirs in results.items():
        if name == OURS:
            continue
        both = np.isfinite(ours) & np.isfinite(theirs)
        assert both.mean() > 0.99 * np.isfinite(ours).mean(), name
        away = np.abs(ours - theirs)[both]
        assert np.quantile(away, 0.9) < APPROXIMATE * scale, name
        assert np.median(away) < 0.005 * scale, name
        worst.append(f"{name} {np.median(away) / scale:.1g}")
    return "median difference in standard deviations of the relief: " + ", ".join(worst)


def _case(crs: str, bounds: Any, method: Method, finer: int) -> Case:
    contenders: Mapping[str, Callable[[Any], Any]] = {
        OURS: siting, "rasterio": rasterio, "odc-geo": odc_geo, "rioxarray": rioxarray,
    }  # fmt: skip
    return Case(
        lambda inputs: (
            f"{method} of {inputs.values.size:,} cells onto {np.prod(inputs.grid.shape.yx):,}"
            f" in {crs}"
        ),
        partial(prepare, crs, bounds, method, finer),
        contenders,
        agree,
    )


NEAREST = _case("EPSG:3035", EUROPE, "nearest", 1)
BILINEAR = _case("EPSG:3035", EUROPE, "bilinear", 1)
AVERAGE = _case("EPSG:3035", EUROPE, "average", 8)
AXES_NEAREST = _case("EPSG:6933", GLOBE, "nearest", 1)
AXES_AVERAGE = _case("EPSG:6933", GLOBE, "average", 1)
