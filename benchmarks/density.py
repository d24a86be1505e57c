"""Number of earthquakes within 100 km of every cell of the world."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from odc.geo.geobox import GeoBox
from scipy.spatial import cKDTree
from sklearn.neighbors import KDTree

from benchmarks.case import OURS, Case
from benchmarks.world import Floats, centres, source, world
from siting.geodesy import chord, ecef
from siting.layers.seismicity import event_density

RADIUS = 100.0  # [km]
MAGNITUDE, FIRST, LAST = 5.5, 1977, 2016
AREA_TIME = np.pi * RADIUS**2 * (LAST - FIRST + 1)  # [km2 yr]
EDGE = 1e-6  # share of cells where rounding may put an event on the circle to either side


class Inputs(NamedTuple):
    """The grid and the earthquakes that count."""

    grid: GeoBox
    events: Any

    @property
    def points(self) -> Floats:
        """Earth-centred positions of the events [m]."""
        places = self.events.geometry
        return ecef(places.x.to_numpy(), places.y.to_numpy())


def prepare(resolution: str) -> Inputs:
    grid = world(resolution)
    events = source("earthquakes_gcmt", grid)
    year = events["time"].dt.year
    counts = (events["mw"] >= MAGNITUDE) & (year >= FIRST) & (year <= LAST)
    return Inputs(grid, events[counts])


def siting(inputs: Inputs) -> Floats:
    """Counts, from the rate that the layer gives."""
    layer = event_density(inputs.events, RADIUS, MAGNITUDE, FIRST, LAST, inputs.grid)
    return np.rint(layer.to_numpy() * AREA_TIME)


def scipy(inputs: Inputs) -> Floats:
    """Counts, from one tree asked on two threads."""
    cells = ecef(*centres(inputs.grid))
    tree = cKDTree(inputs.points)
    counts = tree.query_ball_point(
        cells, float(chord(RADIUS * 1000)), workers=2, return_length=True
    )
    return np.asarray(counts, dtype=np.float64)


def scikit_learn(inputs: Inputs) -> Floats:
    """Counts, from one tree on one thread: it has no more."""
    cells = ecef(*centres(inputs.grid))
    radius = float(chord(RADIUS * 1000))
    counts = KDTree(inputs.points).query_radius(cells.reshape(-1, 3), radius, count_only=True)
    return np.asarray(counts, dtype=np.float64).reshape(cells.shape[:2])


def agree(inputs: Inputs, results: Mapping[str, Floats]) -> str:
    ours = results[OURS]
    for name, theirs in results.items():
        assert np.abs(ours - theirs).max() <= 1, name
        assert (ours != theirs).mean() <= EDGE, name
    return f"same counts (up to {ours.max():.0f})"


CASE = Case(
    lambda inputs: (
        f"{len(inputs.events):,} earthquakes counted within {RADIUS:.0f} km of "
        f"{inputs.grid.shape[0] * inputs.grid.shape[1]:,} cells"
    ),
    prepare,
    {OURS: siting, "scipy cKDTree": scipy, "scikit-learn KDTree": scikit_learn},
    agree,
)
