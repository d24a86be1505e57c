"""Sources that are right one by one, and wrong beside one another or beside what is known."""

from pathlib import Path

import numpy as np
import rasterio

from siting.grid import make_grid
from siting.io.raster import read_raster
from siting.sources.catalogue import catalogue

from .harness import Corpus, field_of, pipeline, raster

corpus = Corpus()
case = corpus.case

TWO = "a: {file: a.tif, units: '1'}\nb: {file: b.tif, units: '1'}"
ADDED = "scoring:\n  s: {overlay.weighted: {layers: {r: 1, q: 1}}}"
CRITERIA = (
    "r: {combine.rescale: {layer: a, low: 0, high: 200}}\n"
    "q: {combine.rescale: {layer: b, low: 0, high: 200}}"
)


def two(folder: Path, right: float, down: float) -> str:
    """Two rasters of one make, the second moved by cells."""
    raster(folder / "a.tif", nodata=-9999)
    west, south, east, north = -120 + right / 10, 38 - down / 10, -118 + right / 10, 40 - down / 10
    raster(folder / "b.tif", field_of() * 0.7, nodata=-9999, bounds=(west, south, east, north))
    return pipeline(sources=TWO, layers=CRITERIA, more=ADDED, outputs="[s.tif]")


@case(
    "siblings_one_cell", kind="siblings", expect="warn", code="GRID_SHIFTED", why="one column lost"
)
def _(folder: Path) -> str:
    return two(folder, 1, 0)


@case(
    "siblings_half", kind="siblings", expect="warn", code="GRID_SHIFTED", why="centres as corners"
)
def _(folder: Path) -> str:
    return two(folder, 0.5, 0.5)


@case("siblings_same", kind="siblings", expect="accept", why="two rasters of one make")
def _(folder: Path) -> str:
    return two(folder, 0, 0)


@case("siblings_tiles", kind="siblings", expect="accept", why="two tiles, side by side by half")
def _(folder: Path) -> str:
    return two(folder, 10, 0)


RELIEF = "{crs: EPSG:4326, resolution: 0.1 degree, bounds: [-120, 36, -114, 42]}"


def relief(folder: Path, change: str) -> str:
    """The relief of the Great Basin with noise, as somebody's own file, changed or not."""
    grid = make_grid("EPSG:4326", 0.1, (-120, 36, -114, 42))
    true = read_raster(catalogue()["elevation"].path, grid, kind="continuous", units="m")
    cells = true.to_numpy() + np.random.default_rng(0).normal(0, 10, grid.shape.yx)
    changes = {
        "as it is": lambda: cells,
        "feet": lambda: cells / 0.3048,
        "turned": lambda: cells[::-1],
        "sign": lambda: -cells,
        "moved": lambda: np.roll(cells, 1, axis=1),
    }
    with rasterio.open(
        folder / "dem.tif", "w", driver="GTiff", width=60, height=60, count=1, dtype="float32",
        crs="EPSG:4326", transform=rasterio.transform.from_origin(-120, 42, 0.1, 0.1),
        nodata=-9999,
    ) as file:  # fmt: skip
        file.write(changes[change]().astype("float32"), 1)
    return pipeline(
        sources="dem: {file: dem.tif, units: m}",
        outputs="[dem.tif]",
        grid=RELIEF,
    )


for name, code in [
    ("feet", "UNITS_IMPLAUSIBLE"),
    ("turned", "LAYER_FLIPPED"),
    ("moved", "LAYER_MISPLACED"),
]:

    @case(f"relief_{name}", kind="siblings", expect="warn", code=code, why=f"heights, {name}")
    def _(folder: Path, name: str = name) -> str:
        return relief(folder, name)


@case("relief_as_it_is", kind="siblings", expect="accept", why="heights with noise of 10 m")
def _(folder: Path) -> str:
    return relief(folder, "as it is")


@case("siblings_copied", kind="siblings", expect="warn", code="DATA_REPEATED", why="one file twice")
def _(folder: Path) -> str:
    raster(folder / "a.tif", nodata=-9999)
    raster(folder / "b.tif", nodata=-9999, compress="lzw")
    return pipeline(sources=TWO, layers=CRITERIA, more=ADDED, outputs="[s.tif]")
