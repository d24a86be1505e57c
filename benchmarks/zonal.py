"""Mean, sum and standard deviation of layers over polygons, each cell by its exact share."""

from collections.abc import Mapping
from typing import NamedTuple

import dask.array as da
import geopandas as gpd
import numpy as np
import shapely
from odc.geo.geobox import GeoBox

from benchmarks.case import OURS, Case
from benchmarks.world import Floats
from siting.grid import chunks, make_grid, tiles
from siting.kernels.zonal_coverage import outlines
from siting.kernels.zonal_pass import over_zones
from siting.units import parse_quantity

COUNT, LAYERS, SIDE = 2_000, 5, 1_000_000.0
COARSEST = 2_000.0  # cells of which every polygon holds some [m]
FIGURES = ("mean", "sum", "stdev", "min", "max")


class Inputs(NamedTuple):
    """Layers in memory on a square of 1,000 km, and polygons in the CRS of the grid."""

    grid: GeoBox
    layers: list[Floats]
    zones: gpd.GeoDataFrame


def prepare(resolution: str) -> Inputs:
    """Overlapping polygons of 12 corners, some 10 to 60 km across; a tenth of the cells empty."""
    cell = min(float(parse_quantity(resolution, "m")), COARSEST)
    grid = make_grid("EPSG:5070", cell, (0, 1e6, SIDE, 1e6 + SIDE))
    rng = np.random.default_rng(0)
    layers = [rng.normal(50, 10, grid.shape.yx) for _ in range(LAYERS)]
    for each in layers:
        each[rng.random(each.shape) < 0.1] = np.nan
    angle = np.sort(rng.random((COUNT, 12)), axis=1) * 2 * np.pi
    radius = rng.uniform(5e3, 3e4, (COUNT, 1)) * rng.uniform(0.6, 1, (COUNT, 12))
    middle = rng.uniform(5e4, SIDE - 5e4, (COUNT, 2, 1)) + np.array([[0], [1e6]])
    x, y = middle[:, 0] + radius * np.cos(angle), middle[:, 1] + radius * np.sin(angle)
    shapes = shapely.make_valid(shapely.polygons(np.stack([x, y], axis=2)))
    return Inputs(grid, layers, gpd.GeoDataFrame(geometry=shapes, crs="EPSG:5070"))


def siting(inputs: Inputs) -> Floats:
    affine = inputs.grid.affine
    shapes, owner = shapely.get_parts(inputs.zones.geometry.to_numpy(), return_index=True)
    cells = shapely.transform(shapes, lambda p: (p - (affine.c, affine.f)) / (affine.a, -affine.e))
    layers = [da.from_array(each, chunks=chunks(inputs.grid)) for each in inputs.layers]
    area = da.ones(inputs.grid.shape.yx, chunks=chunks(inputs.grid))
    rings = outlines(cells, owner, len(inputs.zones))
    found = over_zones(layers, area, tiles(inputs.grid), rings, keep=False).moments
    columns = [(m.mean, m.total, m.deviation, m.lowest, m.highest) for m in found]
    return np.array([column for figures in columns for column in figures]).T


def exactextract(inputs: Inputs) -> Floats:
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    west, south, east, north = inputs.grid.boundingbox.bbox
    place = {"xmin": west, "ymin": south, "xmax": east, "ymax": north}
    wkt = inputs.grid.crs.wkt
    sources = [
        NumPyRasterSource(each, **place, name=f"l{n}", srs_wkt=wkt)
        for n, each in enumerate(inputs.layers)
    ]
    table = exact_extract(sources, inputs.zones, list(FIGURES), output="pandas")
    names = [f"l{n}_{figure}" for n in range(LAYERS) for figure in FIGURES]
    return table[names].to_numpy(dtype=float)


def rasterstats(inputs: Inputs) -> Floats:
    """Cells whose centres lie in a polygon, in whole."""
    from rasterstats import zonal_stats

    columns = []
    for each in inputs.layers:
        rows = zonal_stats(
            inputs.zones, each, affine=inputs.grid.affine, nodata=np.nan,
            stats=["mean", "sum", "std", "min", "max"],
        )  # fmt: skip
        columns += [[row[s] for row in rows] for s in ("mean", "sum", "std", "min", "max")]
    return np.array(columns, dtype=float).T


def agree(inputs: Inputs, results: Mapping[str, Floats]) -> str:
    ours, told = results[OURS], []
    if (theirs := results.get("exactextract")) is not None:
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-9)
        told.append(f"exactextract within {np.nanmax(np.abs(ours - theirs)):.1g}")
    if (theirs := results.get("rasterstats")) is not None:
        # By centres, which is another measure: told, not asserted.
        away = np.abs(ours[:, 0] - theirs[:, 0]) / ours[:, 0]
        told.append(f"rasterstats, by centres, {np.nanmedian(away):.1g}")
    return "; ".join(told)


CASE = Case(
    lambda inputs: (
        f"{len(FIGURES)} figures of {LAYERS} layers of {inputs.layers[0].size:,} cells over"
        f" {COUNT:,} polygons"
    ),
    prepare,
    {OURS: siting, "exactextract": exactextract, "rasterstats": rasterstats},
    agree,
)
