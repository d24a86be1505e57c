"""A small world with a known answer: one hot cell near one fault, in a folder of its own."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import shapely

# 40 x 30 cells of .1 degree; heat falls off from (-118.05, 39.05), the fault runs along 118 W.
WEST, NORTH, CELL, COLUMNS, ROWS = -120.0, 41.0, 0.1, 40, 30
BEST = (-118.05, 39.05)

PIPELINE = """\
siting: 1
name: Small world
grid: {crs: EPSG:4326, resolution: 0.1 degree, bounds: [-120, 38, -116, 41]}
sources:
  heat: {file: heat.tif, units: mW m-2, status: measured, vintage: "2020"}
  faults: {file: faults.gpkg, status: measured, vintage: "2019"}
  wells: {file: wells.csv, label_leak: true, status: measured, vintage: "2018"}
layers:
  fault_distance: {distance.distance_to: {features: faults}}
  hot: {combine.rescale: {layer: heat, low: 40 mW m-2, high: 0.12 W m-2}}
  near_fault: {combine.nearness: {distance: fault_distance, half_distance: 20 km}}
exclusions:
  far: {above: {layer: fault_distance, threshold: 150 km}}
scoring:
  score: {overlay.weighted: {layers: {hot: 2, near_fault: 1}}}
candidates: {rank_by: score, count: 8, spacing: 30 km, known: wells}
outputs: [map.html, report.html, candidates.csv, candidates.gpkg, candidates.parquet,
          candidates.geojson, candidates.kmz, score.tif]
"""


def heat() -> np.ndarray:
    """Heat flow [mW m-2] of each cell, 120 at the best one."""
    x = WEST + (np.arange(COLUMNS) + 0.5) * CELL
    y = NORTH - (np.arange(ROWS) + 0.5) * CELL
    away = np.hypot(x[None, :] - BEST[0], y[:, None] - BEST[1])
    return (40 + 80 * np.exp(-away)).astype("float32")


def write_raster(path: Path, values: np.ndarray, **options) -> None:
    transform = rasterio.transform.from_origin(WEST, NORTH, CELL, CELL)
    profile = {"crs": "EPSG:4326", "nodata": -9999.0, **options}
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
        dtype=values.dtype, transform=transform, **profile,
    ) as file:  # fmt: skip
        file.write(values, 1)


def make(folder: Path, pipeline: str = PIPELINE) -> Path:
    """Write the world's files, and its pipeline; the path of the latter."""
    folder.mkdir(parents=True, exist_ok=True)
    write_raster(folder / "heat.tif", heat())
    fault = gpd.GeoDataFrame(geometry=[shapely.LineString([(-118, 38), (-118, 41)])], crs=4326)
    fault.to_file(folder / "faults.gpkg", layer="faults")
    rows = ["site_id,name,lon,lat", *(f"{i:03d},Well {i},{-118 + i / 10},39" for i in range(5))]
    (folder / "wells.csv").write_text("\n".join(rows) + "\n")
    path = folder / "small.yaml"
    path.write_text(pipeline)
    return path


def manifest(out: Path) -> dict:
    return json.loads((out / "latest" / "manifest.json").read_text())
