"""Length of fault traces per area within a radius of every cell of a region."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from odc.geo.geobox import GeoBox

from benchmarks.case import OURS, Case
from benchmarks.world import Floats
from siting.geodesy import spacing
from siting.grid import make_grid
from siting.layers.faults import line_density
from siting.units import parse_quantity

CRS = "+proj=lcc +lat_0=40 +lon_0=-117 +lat_1=36.8 +lat_2=43.2 +datum=WGS84 +units=m"
HALF_WIDTH = 500_000.0  # [m]
COARSEST = 50_000.0  # [m] in wider circles the map has no one scale
TRACES, VERTICES = 3_000, 12
RADIUS = 20.0  # [km]; wider where cells are
SIDES = 64  # of a quarter of a circle


class Inputs(NamedTuple):
    """The grid, the traces, and the radius [km]."""

    grid: GeoBox
    traces: Any
    radius: float


def prepare(resolution: str) -> Inputs:
    size = min(parse_quantity(resolution, "m"), COARSEST)
    edge = HALF_WIDTH
    grid = make_grid(CRS, size, (-edge, -edge, edge, edge))
    rng = np.random.default_rng(0)
    begin = rng.uniform(-1.1 * edge, 1.1 * edge, (TRACES, 1, 2))
    strike = rng.normal(np.radians(15), 0.3, (TRACES, 1))
    turn = strike + np.cumsum(rng.normal(0, 0.15, (TRACES, VERTICES)), axis=1)
    steps = 1500 * np.stack([np.sin(turn), np.cos(turn)], axis=-1)
    lines = shapely.linestrings(begin + np.cumsum(steps, axis=1))
    traces = gpd.GeoSeries(lines, crs=CRS).to_crs(4326)
    return Inputs(grid, gpd.GeoDataFrame(geometry=traces), max(RADIUS, size / 1000))


def siting(inputs: Inputs) -> Floats:
    """Density [km km-2]."""
    return np.asarray(line_density(inputs.traces, inputs.radius, inputs.grid).to_numpy())


def shapely_circles(inputs: Inputs) -> Floats:
    """Density [km km-2] from circles on the map, found by a tree of lines and cut one by one."""
    grid, radius = inputs.grid, inputs.radius
    lines = np.asarray(inputs.traces.geometry.to_crs(CRS).array)
    rows, columns = grid.shape.yx
    x = grid.affine.c + (np.arange(columns) + 0.5) * grid.affine.a
    y = grid.affine.f + (np.arange(rows) + 0.5) * grid.affine.e
    centres = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    # What a metre of ground is on the map, which is conformal.
    scale = (grid.affine.a / spacing(grid, slice(0, rows), slice(0, columns))[0]).ravel()
    circles = shapely.buffer(shapely.points(centres), radius * 1000 * scale, quad_segs=SIDES)
    circle, line = shapely.STRtree(lines).query(circles, predicate="intersects")
    lengths = shapely.length(shapely.intersection(lines[line], circles[circle])) / scale[circle]
    total = np.bincount(circle, lengths, len(circles)).reshape(rows, columns)
    return np.asarray(total / 1000 / (np.pi * radius**2))


def agree(inputs: Inputs, results: Mapping[str, Floats]) -> str:
    ours, theirs = results[OURS], results["shapely"]
    apart = np.abs(ours - theirs)
    assert apart.mean() <= 5e-4 * ours.mean(), apart.mean() / ours.mean()
    assert apart.max() <= 5e-3 * ours.max(), apart.max() / ours.max()
    mean, most = apart.mean() / ours.mean(), apart.max() / ours.max()
    return f"{mean:.1e} apart in the mean, {most:.1e} at most"


CASE = Case(
    lambda inputs: (
        f"length of {TRACES:,} traces within {inputs.radius:.0f} km of "
        f"{inputs.grid.shape[0] * inputs.grid.shape[1]:,} cells"
    ),
    prepare,
    {OURS: siting, "shapely": shapely_circles},
    agree,
)
