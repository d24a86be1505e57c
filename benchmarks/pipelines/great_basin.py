"""``pipelines/great_basin.yaml`` without siting: layers that libraries have, and a forest.

Ends and steps of faults, the comparison of models, probabilities and wells are left out.
"""

import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rioxarray  # noqa: F401  # the accessor
import xarray as xr
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import Resampling
from scipy.signal import fftconvolve
from sklearn.ensemble import ExtraTreesClassifier

from benchmarks.pipelines import ground, outputs
from benchmarks.pipelines.learning import labelled, learned

CRS = "+proj=aea +lat_1=29.5 +lat_2=45.5 +lat_0=23 +lon_0=-117 +datum=NAD83 +units=m"
WEST, SOUTH, EAST, NORTH = -400_000, 1_500_000, 540_000, 2_300_000
FEATURES = (
    "slope", "low_within_10km", "low_within_30km", "low_within_100km", "fault_distance",
    "fault_density", "extension_distance", "seismicity_distance", "volcano_distance", "lab",
    "moho", "asthenosphere_vs",
)  # fmt: skip


def basin(cell: float) -> xr.DataArray:
    """An empty layer of the basin."""
    rows, columns = round((NORTH - SOUTH) / cell), round((EAST - WEST) / cell)
    return ground.empty(CRS, Affine(cell, 0, WEST, 0, -cell, NORTH), rows, columns)


def find(like: xr.DataArray) -> outputs.Found:
    """Layers of the basin and the score of a forest."""
    cache = Path(os.environ["SITING_CACHE"])
    domain = ground.land(like)
    layers = form(like, cache) | faults(like, domain, cache) | places(like, domain)
    for name, file in (("lab", "lab_depth"), ("moho", "moho_depth")):
        layers[name] = ground.raster(f"{file}.tif", like)
    layers["asthenosphere_vs"] = ground.raster("asthenosphere_vs.tif", like)
    table = pd.read_csv(cache / "geothermal" / "great_basin_cells.csv")
    cells = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table.x, table.y, crs=CRS))
    features = {name: layers[name] for name in FEATURES}
    model = ExtraTreesClassifier(100, min_samples_leaf=3, random_state=0, n_jobs=2)
    told = learned(features, model, domain, labelled(features, cells, domain, "positive", "site"))
    layers |= {"learned": told.score, "learned.spread": told.spread}
    layers["learned.dissimilarity"] = told.dissimilarity
    known = ground.points("geothermal_fields.csv").query("verified == 'yes'")
    allowed = domain & (layers["slope"] <= 25).to_numpy()
    return outputs.Found(layers, "learned", allowed, 10_000, known, count=100)


def form(like: xr.DataArray, cache: Path) -> dict[str, xr.DataArray]:
    """Relief on the grid, its slope, and height above the mean of three circles."""
    relief = xr.open_dataset(cache / "geo" / "great_basin_relief_30s.nc")["z"]
    relief = relief.rename(lat="y", lon="x").rio.write_crs(4326)
    coarse = abs(like.rio.resolution()[0]) > 1.5 * 30 / 3600 * np.pi / 180 * ground.RADIUS
    how = Resampling.average if coarse else Resampling.bilinear
    relief = relief.rio.reproject_match(like, resampling=how).assign_coords(y=like.y, x=like.x)
    relief.attrs.clear()  # those of the file, its old fill value among them
    layers = {"relief": relief, "slope": ground.slope(relief, closed=False)}
    for span in (10, 30, 100):
        layers[f"low_within_{span}km"] = relief - mean_within(relief, span * 500)
    return layers


def mean_within(layer: xr.DataArray, radius: float) -> xr.DataArray:
    """Mean of the known cells within a radius [m]."""
    window = ground.disk(radius, abs(layer.rio.resolution()[0]))
    z = layer.to_numpy().astype(float)
    known = np.isfinite(z)
    sums, counts = (
        fftconvolve(each, window, mode="same") for each in (np.where(known, z, 0), known)
    )
    return layer.copy(data=(sums / np.maximum(counts, 1)).astype(np.float32))


def faults(like: xr.DataArray, domain: NDArray[np.bool_], cache: Path) -> dict[str, xr.DataArray]:
    """Distance to the traces, and their length within 20 km [km km-2]."""
    traces = gpd.read_file(cache / "geo" / "gem_active_faults_harmonized.shp").geometry
    traces = traces.cx[-130:-100, 28:50]
    cell = abs(like.rio.resolution()[0])
    x, y = ground.vertices(traces, cell / 2, CRS)
    nodes = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y, crs=CRS).to_crs(4326))
    apart = 100.0
    x, y = ground.vertices(traces, apart, CRS)
    margin = int(20_000 / cell) + 1
    edges = [np.arange(-margin, n + margin + 1) for n in like.shape]
    row, column = (NORTH - y) / cell, (x - WEST) / cell
    counts, *_ = np.histogram2d(row, column, bins=edges)
    window = ground.disk(20_000, cell)
    length = fftconvolve(counts * apart / 1000, window, mode="same")
    density = length[margin:-margin, margin:-margin] / (window.sum() * (cell / 1000) ** 2)
    return {
        "fault_distance": ground.Cells(like, domain).distance(nodes),
        "fault_density": like.copy(data=density.astype(np.float32)),
    }


def places(like: xr.DataArray, domain: NDArray[np.bool_]) -> dict[str, xr.DataArray]:
    """Distances to earthquakes and volcanoes."""
    cells = ground.Cells(like, domain)
    shallow = ground.points("earthquakes_gcmt.parquet").query("depth <= 40")
    return {
        "extension_distance": cells.distance(shallow[shallow.faulting == "normal"], n=3),
        "seismicity_distance": cells.distance(shallow, n=3),
        "volcano_distance": cells.distance(ground.points("volcanoes_holocene.parquet")),
    }


if __name__ == "__main__":
    outputs.main(find, basin)
