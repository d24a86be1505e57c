"""Data that are fine by themselves, and lie elsewhere or in other units than they should."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
from shapely import Point

from siting.grid import as_layer, make_grid
from siting.io import alignment
from siting.io.raster import read_raster
from siting.layers.sea import distance_over_water
from siting.sources.catalogue import catalogue
from siting.sources.declared import UserFile
from siting.sources.reading import read_source
from tests.corpus.harness import field_of, raster

from .made import Maker, example

BASIN = (-120.0, 36.0, -114.0, 42.0)
GRID = make_grid("EPSG:4326", 0.1, BASIN)
Change = Callable[[np.ndarray], np.ndarray]


def heights(change: Change) -> Maker:
    """Write the relief of the Great Basin with a change as dem.tif, and read it as a source."""

    def make(folder: Path) -> None:
        true = read_raster(catalogue()["elevation"].path, GRID, kind="continuous", units="m")
        raster(folder / "dem.tif", change(true.to_numpy()), bounds=BASIN)
        source = UserFile(file="dem.tif", units="m")
        read_source("dem", source, folder / "dem.tif", GRID)

    return make


for _code, _change in {
    "LAYER_FLIPPED": lambda cells: cells[::-1].copy(),
    "LAYER_MISPLACED": lambda cells: np.roll(cells, 1, axis=1),
    "LAYER_NEGATED": lambda cells: -cells,
    "UNITS_IMPLAUSIBLE": lambda cells: cells / np.float32(0.3048),
}.items():
    example(_code)(heights(_change))


@example("PLACES_ASHORE")
def _(folder: Path) -> None:
    water = np.array([[True, True, False, False]])
    harbours = gpd.GeoDataFrame(geometry=[Point(0.5, 0.5), Point(2.1, 0.5)], crs=4326)
    grid = make_grid("EPSG:4326", 1.0, (0, 0, 4, 1))
    distance_over_water(harbours, as_layer(water, grid, units="1"), grid).compute()


@example("GRID_SHIFTED")
def _(folder: Path) -> None:
    raster(folder / "heat.tif")
    raster(folder / "gravity.tif", field_of() + 5, bounds=(-119.95, 37.95, -117.95, 39.95))
    names = ("heat", "gravity")
    alignment.check_alignment({name: (folder / f"{name}.tif", None) for name in names})


@example("FEATURES_OUTSIDE")
def _(folder: Path) -> None:
    wells = gpd.GeoDataFrame({"depth": [900]}, geometry=[Point(119, 39)], crs="EPSG:4326")
    wells.to_file(folder / "wells.geojson", driver="GeoJSON")
    source = UserFile(file="wells.geojson")
    read_source("wells", source, folder / "wells.geojson", GRID)
