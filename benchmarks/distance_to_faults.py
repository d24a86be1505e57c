"""Distance from every cell of a region to the nearest fault trace."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from odc.geo.geobox import GeoBox
from scipy.spatial import cKDTree

from benchmarks.case import OURS, Case
from benchmarks.line_density import prepare as prepare_traces
from benchmarks.world import Floats, centres
from siting.geodesy import arc, densify, ecef
from siting.grid import make_grid
from siting.layers.distance import distance_to
from siting.proximity import cell_side
from siting.units import parse_quantity

FILE = Path("geo") / "gem_active_faults_harmonized.shp"
CRS = "+proj=aea +lat_1=29.5 +lat_2=45.5 +lat_0=23 +lon_0=-117 +datum=NAD83 +units=m"
BOUNDS = (-400_000.0, 1_500_000.0, 540_000.0, 2_300_000.0)  # the Great Basin
COARSEST, FINER = 100_000.0, 10  # [m]; cells are so many times finer than the world's
SCALE = 0.015  # most that lengths on the map differ from those on the ground


class Inputs(NamedTuple):
    """The grid, the traces and whether they are those of the map of active faults."""

    grid: GeoBox
    traces: Any
    real: bool

    @property
    def vertices(self) -> Floats:
        """Earth-centred vertices of the traces, half a cell apart as siting takes them [m]."""
        return ecef(*densify(self.traces.geometry.array, cell_side(self.grid) / 2))


def prepare(resolution: str) -> Inputs:
    folder = os.environ.get("SITING_REFERENCE_DATA")
    file = Path(folder) / FILE if folder else None
    if file is None or not file.is_file():
        made = prepare_traces(resolution)
        return Inputs(made.grid, made.traces, real=False)
    size = min(parse_quantity(resolution, "m") / FINER, COARSEST)
    return Inputs(make_grid(CRS, size, BOUNDS), gpd.read_file(file).to_crs(4326), real=True)


def siting(inputs: Inputs) -> Floats:
    """Distances [km]."""
    return np.asarray(distance_to(inputs.traces, inputs.grid).to_numpy())


def scipy(inputs: Inputs) -> Floats:
    """The same vertices in a tree that two threads ask for every cell [km]."""
    chord = cKDTree(inputs.vertices).query(ecef(*centres(inputs.grid)), workers=2)[0]
    return arc(chord) / 1000


def pykdtree(inputs: Inputs) -> Floats:
    """The same vertices in another tree, on all threads [km]."""
    from pykdtree.kdtree import KDTree

    cells = ecef(*centres(inputs.grid))
    chord = KDTree(inputs.vertices).query(cells.reshape(-1, 3))[0]
    return arc(chord).reshape(cells.shape[:2]) / 1000


def shapely_tree(inputs: Inputs) -> Floats:
    """Lines on the map, whose scale is not that of the ground [km]."""
    grid = inputs.grid
    lines = np.asarray(inputs.traces.geometry.to_crs(grid.crs.proj).array)
    x, y = (axis.values for axis in (grid.coords["x"], grid.coords["y"]))
    points = shapely.points(*(each.ravel() for each in np.meshgrid(x, y)))
    lines = lines[shapely.is_valid(lines)]
    _, distance = shapely.STRtree(lines).query_nearest(
        points, all_matches=False, return_distance=True
    )
    return np.asarray(distance).reshape(len(y), len(x)) / 1000


def agree(inputs: Inputs, results: Mapping[str, Floats]) -> str:
    ours, cell = results[OURS], cell_side(inputs.grid) / 1000
    for name in ("scipy cKDTree", "pykdtree"):
        if name in results:
            np.testing.assert_allclose(results[name], ours, rtol=2e-7, atol=1e-6, err_msg=name)
    apart = np.abs(results["shapely STRtree"] - ours)
    assert (apart <= SCALE * ours + cell / 4 + 0.05).all(), apart.max()
    return f"trees alike; lines on the map up to {(apart / np.maximum(ours, cell)).max():.1%} off"


CASE = Case(
    lambda inputs: (
        f"distance of {inputs.grid.shape[0] * inputs.grid.shape[1]:,} cells to "
        f"{len(inputs.traces):,} {'mapped' if inputs.real else 'made up'} fault traces"
    ),
    prepare,
    {OURS: siting, "scipy cKDTree": scipy, "pykdtree": pykdtree, "shapely STRtree": shapely_tree},
    agree,
)
