"""Work for worker processes, which import it: arrays of a few tiles, and a small world of them."""

import os
import signal
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import dask.array as da
import geopandas as gpd
import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting import findings
from siting.errors import GridError
from siting.grid import as_layer, make_grid

ROWS, COLUMNS = 4_100, 6  # tiles of 1,024 rows: five, all of few cells
GRID = make_grid("EPSG:32611", 100.0, (500_000, 4_190_000, 500_600, 4_600_000))


def cells() -> NDArray[np.float32]:
    return np.random.default_rng(5).normal(size=(ROWS, COLUMNS)).astype(np.float32)


def array(function: Callable[..., Any] = np.sqrt) -> da.Array:
    """Five tiles, with a function of each."""
    source = da.from_array(np.abs(cells()), chunks=(1_024, COLUMNS))
    return source.map_blocks(function, dtype=np.float32, meta=cells()[:0])


def layer(function: Callable[..., Any] = np.sqrt, grid: GeoBox = GRID) -> Any:
    return as_layer(array(function), grid, units="1", kind="continuous", long_name="tall")


def noticing(block: NDArray[Any], block_id: tuple[int, ...] = ()) -> NDArray[Any]:
    findings.warn("LAYER_CONSTANT", f"tile {block_id[0]} was noticed", where="layers.tall")
    warnings.warn(f"tile {block_id[0]} was warned of", RuntimeWarning, stacklevel=1)
    return block


def refusing(block: NDArray[Any], block_id: tuple[int, ...] = ()) -> NDArray[Any]:
    if block_id[0] == 3:
        raise GridError(
            "GRID_MISMATCH", "of tile 3", where="layers.tall", found="a", wanted="b", fix="c"
        )
    return block


def falling(folder: Path, times: int) -> Callable[..., Any]:
    """A function that ends its own process, as often as said, at the third tile."""
    return partial(_falling, folder=folder, times=times)


def _falling(
    block: NDArray[Any], folder: Path, times: int, block_id: tuple[int, ...] = ()
) -> NDArray[Any]:
    (folder / f"began{block_id[0]}").touch()
    fallen = len(list(folder.glob("fallen*")))
    if block_id[0] == 2 and fallen < times:
        while not any(folder.rglob("c/*/0")):  # until another tile is stored
            time.sleep(0.02)
        (folder / f"fallen{fallen}").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return np.sqrt(block)


PIPELINE = """\
siting: 1
name: Tall world
grid: {crs: EPSG:32611, resolution: 100 m, bounds: [500000, 4190000, 500600, 4600000]}
sources:
  heat: {file: heat.tif, units: mW m-2, status: measured, vintage: "2020"}
  faults: {file: faults.gpkg, status: measured, vintage: "2019"}
  wells: {file: wells.csv, label_leak: true, status: measured, vintage: "2018"}
layers:
  fault_distance: {distance.distance_to: {features: faults}}
  hot: {combine.rescale: {layer: heat, low: 40 mW m-2, high: 0.12 W m-2}}
  near_fault: {combine.nearness: {distance: fault_distance, half_distance: 20 km}}
  rough: {terrain.roughness: {elevation: fault_distance, radius: 300 m}}
exclusions:
  far: {above: {layer: fault_distance, threshold: 150 km}}
scoring:
  score: {overlay.weighted: {layers: {hot: 2, near_fault: 1}}}
  logistic: {learned.classifier: {features: [hot, near_fault], labels: wells, background: 200,
    bootstraps: 2, model: {sklearn.linear_model.LogisticRegression: {}}}}
  forest: {learned.classifier: {features: [hot, near_fault], labels: wells, background: 200,
    bootstraps: 2, model: {sklearn.ensemble.RandomForestClassifier: {n_estimators: 5}}}}
  skill: {skill.screening: {score: score, features: [hot, near_fault], model: forest.model,
    labels: wells, baselines: {heat: higher}, blocks: [40 km], buffer: 1 km, region: zone,
    background: 200, bootstraps: 100, draws: 20}}
candidates: {rank_by: forest, count: 8, spacing: 5 km}
outputs: [map.html, candidates.csv, candidates.gpkg, score.tif, forest.tif, logistic.tif]
"""


def world(folder: Path) -> Path:
    """A pipeline on five tiles, and its files: heat falls off from one place beside a fault."""
    folder.mkdir(parents=True, exist_ok=True)
    row, column = np.indices((ROWS, COLUMNS))
    noise = np.random.default_rng(1).normal(0, 1, (ROWS, COLUMNS))
    heat = 40 + 80 * np.exp(-np.hypot((row - 1_500) / 300, (column - 3) / 30)) + noise
    transform = rasterio.transform.from_origin(500_000, 4_600_000, 100, 100)
    with rasterio.open(
        folder / "heat.tif", "w", driver="GTiff", height=ROWS, width=COLUMNS, count=1,
        dtype="float32", crs="EPSG:32611", transform=transform, nodata=-9999.0,
    ) as file:  # fmt: skip
        file.write(heat.astype("float32"), 1)
    line = shapely.LineString([(500_350, 4_190_000), (500_350, 4_600_000)])
    gpd.GeoDataFrame(geometry=[line], crs=32611).to_file(folder / "faults.gpkg", layer="faults")
    place = np.random.default_rng(2).integers((0, 50), (COLUMNS, ROWS - 50), (40, 2)) * 100 + 50
    points = gpd.GeoSeries.from_xy(500_000 + place[:, 0], 4_600_000 - place[:, 1], crs=32611)
    rows = [f"{i:03d},W{i},{each.x:.6f},{each.y:.6f},z{i % 3}"
            for i, each in enumerate(points.to_crs(4326))]  # fmt: skip
    (folder / "wells.csv").write_text("\n".join(["site_id,name,lon,lat,zone", *rows]) + "\n")
    path = folder / "tall.yaml"
    path.write_text(PIPELINE)
    return path


def counted(folder: Path) -> Callable[..., Any]:
    """A function that leaves a file behind each time that it is called."""
    return partial(_counted, folder=folder)


def _counted(block: NDArray[Any], folder: Path) -> NDArray[Any]:
    (folder / f"called{len(list(folder.iterdir()))}").touch()
    return block
