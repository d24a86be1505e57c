"""Rasters that are refused, or read with a finding."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rasterio
from geopandas import GeoDataFrame, points_from_xy
from rasterio.errors import NotGeoreferencedWarning
from shapely import LineString

from siting import exclusions
from siting.grid import make_grid
from siting.io import raster as rasters
from siting.io import table
from siting.layers import geology
from siting.outputs.map import assets
from tests.corpus.harness import field_of, raster

from .made import Maker, example

HOME = make_grid("EPSG:4326", 0.1, (-120.0, 38.0, -118.0, 40.0))
FIELD = field_of()


def read(folder: Path, **options: Any) -> None:
    """Read heat.tif on the home grid."""
    options = {"kind": "continuous", "units": "mW m-2", "name": "heat", **options}
    rasters.read_raster(folder / "heat.tif", HOME, **options).compute()


def tif(values: np.ndarray = FIELD, how: dict[str, Any] | None = None, **options: Any) -> Maker:
    """Write heat.tif with options, and read it as told."""

    def make(folder: Path) -> None:
        raster(folder / "heat.tif", values, **options)
        read(folder, **(how or {}))

    return make


def holding(value: float, count: int = 1) -> np.ndarray:
    """The field with the value in its first cells."""
    cells = FIELD.copy()
    cells.ravel()[:count] = value
    return cells


for _code, _make in {
    "BAND_ASSUMED": tif(np.stack([FIELD, FIELD + 5])),
    "BAND_MISSING": tif(how={"band": 3}),
    "CRS_IMPLAUSIBLE": tif(crs="EPSG:32611"),
    "CRS_MISSING": tif(crs=None),
    "CRS_NAMES_FILE": tif(how={"crs": "+proj=longlat +ellps=clrk66 +nadgrids=/grids/a.gsb"}),
    "CRS_OVERRIDDEN": tif(crs="EPSG:4267", how={"crs": "EPSG:4326"}),
    "CRS_UNKNOWN": tif(how={"crs": "NAD27 zone 11"}),
    "LAYER_CONSTANT": tif(np.full((20, 20), 64.0, dtype="float32")),
    "LAYER_EMPTY": tif(np.full((20, 20), -9999.0, dtype="float32"), nodata=-9999),
    "MISSING_AS_FALSE": tif(
        np.where(FIELD > 80, 255, FIELD > 60).astype("uint8"),
        how={"kind": "boolean", "units": "1"}, nodata=255,
    ),
    "NODATA_UNDECLARED": tif(holding(-9999, 37)),
    "NON_FINITE": tif(holding(np.inf, 3)),
    "NOT_BOOLEAN": tif(how={"kind": "boolean", "units": "1"}),
    "CONTINUOUS_AS_CATEGORICAL": tif(how={"kind": "categorical", "units": "1"}),
    "OUTSIDE_GRID": tif(bounds=(10.0, 50.0, 12.0, 52.0)),
    "RANGE_IMPLAUSIBLE": tif(how={"valid_range": (0.0, 100.0)}),
    "TIME_MISSING": tif(how={"over_time": "mean"}),
    "UNITS_CONFLICT": tif(units=("degC",)),
    "NOT_NUMERIC": tif(FIELD.astype("complex64")),
}.items():  # fmt: skip
    example(_code)(_make)


def placed(area: tuple[float, float, float, float], cell: float, **options: Any) -> Maker:
    """Write heat.tif with options, and read it on a grid of its own."""

    def make(folder: Path) -> None:
        raster(folder / "heat.tif", **{"bounds": area, **options})
        grid = make_grid("EPSG:4326", cell, area)
        rasters.read_raster(folder / "heat.tif", grid, kind="continuous", units="mW m-2")

    return make


for _code, _make in {
    "AXES_SWAPPED": placed((-80.0, 38.0, -78.0, 40.0), 0.1, bounds=(38.0, -80.0, 40.0, -78.0)),
    "CELLS_IMPLAUSIBLE": tif(transform=rasterio.Affine(1e-9, 0, -119.05, 0, -1e-9, 39.05)),
    "CIRCULAR_AS_CONTINUOUS": tif(
        np.random.default_rng(1).random((20, 20)).astype("float32") * 360,
        how={"units": "degree", "name": "aspect"},
    ),
    "COMPRESSION_LOSSY": tif(compress="lerc", max_z_error=5),
    "COVERAGE_PARTIAL": tif(field_of(10, 10), bounds=(-120.0, 39.0, -119.0, 40.0)),
    "DATUM_SHIFT_INEXACT": placed((-119.002, 38.998, -119.0, 39.0), 0.0001, crs="EPSG:4267"),
    "PRECISION_LOST": tif((2.0**60 + FIELD * 2.0**40).astype("uint64")),
    "RESOLUTION_COARSE": tif(field_of(2, 2), bounds=(-130.0, 30.0, -110.0, 50.0)),
    "SCALE_NOT_APPLIED": tif(field_of(dtype="int16"), tags={"scale_factor": "0.0001"}),
}.items():
    example(_code)(_make)


@example("GEOTRANSFORM_MISSING")
def _(folder: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        raster(folder / "heat.tif", transform=rasterio.Affine.identity())
    read(folder)


@example("NODATA_IMPOSSIBLE")
def _(folder: Path) -> None:
    raster(folder / "heat.tif", FIELD.astype("uint8"), nodata=200)
    content = (folder / "heat.tif").read_bytes()
    (folder / "heat.tif").write_bytes(content.replace(b"200\0", b"-99\0"))
    read(folder)


@example("PAGES_IGNORED")
def _(folder: Path) -> None:
    for number in range(3):
        more = "yes" if number else "no"
        raster(folder / "heat.tif", FIELD + number, append_subdataset=more)
    read(folder)


@example("CATEGORICAL_AS_CONTINUOUS")
def _(folder: Path) -> None:
    raster(folder / "heat.tif", (FIELD % 5).astype("uint8"))
    with rasterio.open(folder / "heat.tif", "r+") as file:
        file.write_colormap(1, {0: (255, 0, 0, 255), 1: (0, 0, 255, 255)})
    read(folder)


@example("CHUNK_MISSING")
def _(folder: Path) -> None:
    raster(folder / "heat.tif", np.zeros((20, 20), "float32"), tiled=True, blockxsize=16,
           blockysize=16, sparse_ok=True)  # fmt: skip
    read(folder)


@example("SIDECAR_OVERRIDES")
def _(folder: Path) -> None:
    raster(folder / "heat.tif")
    (folder / "heat.tif.aux.xml").write_text(
        "<PAMDataset><PAMRasterBand band='1'><NoDataValue>64</NoDataValue></PAMRasterBand>"
        "</PAMDataset>"
    )
    read(folder)


@example("OVERVIEW_STALE")
def _(folder: Path) -> None:
    raster(folder / "heat.tif")
    raster(folder / "heat.tif.ovr", FIELD[::2, ::2] + 1000)
    read(folder)


@example("TOO_LARGE")
def _(folder: Path) -> None:
    with (folder / "wells.csv").open("wb") as file:
        file.truncate((1 << 30) + 1)  # a sparse file: it takes no room
        file.write(b"site_id,lon,lat\n")
    table.read_points(folder / "wells.csv")


@example("NOT_A_RASTER")
def _(folder: Path) -> None:
    (folder / "heat.tif").write_text("lon,lat,heat\n-119,39,64\n")
    read(folder)


@example("FILE_EMPTY")
def _(folder: Path) -> None:
    (folder / "heat.tif").write_bytes(b"")
    read(folder)


@example("FILE_CORRUPT")
def _(folder: Path) -> None:
    raster(folder / "heat.tif")
    content = (folder / "heat.tif").read_bytes()
    (folder / "heat.tif").write_bytes(content[: len(content) // 2])
    read(folder)


@example("BUFFER_BELOW_CELL")
def _(folder: Path) -> None:
    roads = GeoDataFrame(geometry=[LineString([(-119, 38), (-119, 40)])], crs="EPSG:4326")
    exclusions.within(roads, HOME, 500.0)


@example("GEOMETRY_AMBIGUOUS")
def _(folder: Path) -> None:
    from shapely import box

    geology.within_polygons(GeoDataFrame(geometry=[box(-150, 10, 120, 20)], crs="EPSG:4326"), HOME)


@example("FEATURES_NONE")
def _(folder: Path) -> None:
    exclusions.within(GeoDataFrame(geometry=[], crs="EPSG:4326"), HOME, 500.0)


@example("GEOMETRY_WRONG")
def _(folder: Path) -> None:
    wells = GeoDataFrame(geometry=points_from_xy([-119], [39]), crs="EPSG:4326")
    geology.within_polygons(wells, HOME)


@example("MAP_ASSET_MISSING")
def _(folder: Path) -> None:
    assets._leaflet_file("leaflet-of-tomorrow.js")


@example("CLASS_UNKNOWN")
def _(folder: Path) -> None:
    from siting.grid import as_layer
    from siting.layers.heat import heat_flow_by_class

    classes = pd.DataFrame(
        {"class": [1, 2], "heat_flow": [45.0, 85.0], "standard_deviation": [12.0, 30.0]}
    )
    classes.attrs["columns"] = {"heat_flow": "mW m-2", "standard_deviation": "mW m-2"}
    regime = as_layer(np.full((20, 20), 7, dtype="float32"), HOME, kind="categorical", units="1")
    heat_flow_by_class(regime, classes).mean.compute()
