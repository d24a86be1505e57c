"""Elevation of land and sea floor: ETOPO1, sampled at 0.1 degree."""

from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray

from data.build.fetch import member
from data.build.write import write_raster

RESOLUTION = 0.1
LAND_STEP = 5.0  # [m]
DEPTH_STEP = 20.0  # [m]


def bedrock(cache: Path) -> NDArray[np.float32]:
    """ETOPO1 bedrock heights at its nodes: rows 90 to -90, columns 0 to 360 degrees east [m]."""
    path = member("pybacktrack", "pybacktrack/bundle_data/topography/ETOPO1_0.1.grd", cache)
    with rasterio.open(path) as grid:
        return grid.read(1)


def elevation(cache: Path, path: Path) -> None:
    """Write ETOPO1 with land rounded to 5 m and depths to 20 m, which halves the file.

    Each cell is centred on a node of the source, so values are the published ones. The two
    polar rows are left out (half of each cell would lie beyond the pole); the dateline column
    stands at both ends, so that no longitude lies outside the raster.
    """
    nodes = bedrock(cache)[1:-1, :-1]
    half = nodes.shape[1] // 2
    world = np.concatenate([nodes[:, half:], nodes[:, :half], nodes[:, half : half + 1]], axis=1)
    step = np.where(world >= 0, LAND_STEP, DEPTH_STEP)
    write_raster(
        path,
        np.round(world / step) * step,
        west=-180 - RESOLUTION / 2,
        north=90 - RESOLUTION / 2,
        resolution=RESOLUTION,
        units="m",
        description="elevation of bedrock above sea level",
    )
