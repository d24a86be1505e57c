"""Tectonic regime: the polygons of the USGS program STREC."""

from pathlib import Path

import geopandas
import numpy as np
from rasterio.features import rasterize
from rasterio.transform import from_origin

from data.build.fetch import member
from data.build.write import write_raster

RESOLUTION = 0.1
# The polygons overlap (the stable ones cover the world); later ones lie on top, in the order
# that the source's own notes on its raster give.
REGIMES = {"stable": 1, "active": 2, "volcanic": 3, "subduction": 4}


def tectonic_regime(cache: Path, path: Path) -> None:
    """Write the regime of each cell that a polygon touches, as the source's notes do.

    By cell centres alone, hairline gaps between the polygons leave 61 cells without a regime.
    """
    shape = (round(180 / RESOLUTION), round(360 / RESOLUTION))
    regime = np.zeros(shape, dtype="uint8")
    transform = from_origin(-180, 90, RESOLUTION, RESOLUTION)
    for name, code in REGIMES.items():
        polygons = geopandas.read_file(member("usgs-strec", f"strec/data/{name}.geojson", cache))
        rasterize(
            polygons.geometry,
            out=regime,
            default_value=code,
            transform=transform,
            all_touched=True,
        )
    write_raster(
        path,
        regime,
        west=-180,
        north=90,
        resolution=RESOLUTION,
        units="1",
        description="tectonic regime: 1 stable, 2 active, 3 volcanic, 4 subduction",
        dtype="uint8",
    )
