"""Distance from every cell of the world to the nearest volcano."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from odc.geo.geobox import GeoBox
from pykdtree.kdtree import KDTree
from pyproj import Geod
from sklearn.neighbors import NearestNeighbors

from benchmarks.case import OURS, Case
from benchmarks.world import Floats, centres, source, world
from siting.geodesy import arc, ecef
from siting.layers.distance import distance_to

WGS84 = Geod(ellps="WGS84")
CHECKED = 500  # cells whose distances to all volcanoes are measured
SPHERE = 0.0056  # most that distances on a sphere are wrong


class Inputs(NamedTuple):
    """The grid and the volcanoes."""

    grid: GeoBox
    volcanoes: Any

    @property
    def places(self) -> tuple[Floats, Floats]:
        """Longitudes and latitudes of the volcanoes [degree]."""
        points = self.volcanoes.geometry
        return points.x.to_numpy(), points.y.to_numpy()


def prepare(resolution: str) -> Inputs:
    grid = world(resolution)
    return Inputs(grid, source("volcanoes_holocene", grid))


def siting(inputs: Inputs) -> Floats:
    """Distances [km]."""
    layer: xr.DataArray = distance_to(inputs.volcanoes, inputs.grid)
    return np.asarray(layer.to_numpy())


def ball_tree_and_geod(inputs: Inputs) -> Floats:
    """The nearest on a sphere, then the geodesic to it [km]."""
    (longitude, latitude), (x, y) = centres(inputs.grid), inputs.places
    search = NearestNeighbors(n_neighbors=1, algorithm="ball_tree", metric="haversine", n_jobs=2)
    search.fit(np.radians(np.column_stack([y, x])))
    cells = np.radians(np.column_stack([latitude.ravel(), longitude.ravel()]))
    nearest = search.kneighbors(cells, return_distance=False)[:, 0]
    lengths = WGS84.inv(longitude.ravel(), latitude.ravel(), x[nearest], y[nearest])[2]
    return np.asarray(lengths).reshape(longitude.shape) / 1000


def pykdtree(inputs: Inputs) -> Floats:
    """The same chords and arcs as siting's, from another tree [km]."""
    cells = ecef(*centres(inputs.grid))
    chords = KDTree(ecef(*inputs.places)).query(cells.reshape(-1, 3))[0]
    return np.asarray(arc(chords).reshape(cells.shape[:2]) / 1000)


def agree(inputs: Inputs, results: Mapping[str, Floats]) -> str:
    cells = np.random.default_rng(0).integers(0, inputs.grid.shape, (CHECKED, 2))
    rows, columns = cells.T
    exact = _exact(inputs, rows, columns)
    ours = results[OURS][rows, columns]
    assert (np.abs(ours - exact) <= _stated(exact)).all()
    assert np.allclose(results["pykdtree"], results[OURS], rtol=2e-7, atol=1e-4)
    theirs = results["BallTree + Geod"][rows, columns]
    assert (theirs >= exact - 1e-6).all()
    assert (theirs <= exact * (1 + SPHERE) + 1e-6).all()
    worst = np.abs(ours - exact).max() * 1000
    return f"siting within {worst:.1f} m of the geodesic to the nearest at {CHECKED:,} cells"


def _exact(inputs: Inputs, rows: Any, columns: Any) -> Floats:
    """Geodesic distance to the nearest of all volcanoes [km]."""
    longitude, latitude = (each[rows, columns] for each in centres(inputs.grid))
    x, y = inputs.places
    a, b, c, d = np.broadcast_arrays(longitude[:, None], latitude[:, None], x, y)
    lengths: Floats = np.asarray(WGS84.inv(a, b, c, d)[2])
    return np.asarray(lengths.min(axis=1)) / 1000


def _stated(distance: Floats) -> Floats:
    """What siting.geodesy.arc states as its error, and rounding to float32 [km]."""
    return 0.012 * (distance / 1000) ** 3 + 1e-7 * distance + 1e-6


CASE = Case(
    lambda inputs: (
        f"distance of {inputs.grid.shape[0] * inputs.grid.shape[1]:,} cells to "
        f"{len(inputs.volcanoes):,} volcanoes"
    ),
    prepare,
    {OURS: siting, "BallTree + Geod": ball_tree_and_geod, "pykdtree": pykdtree},
    agree,
)
