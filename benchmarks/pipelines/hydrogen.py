"""``pipelines/hydrogen.yaml`` without siting."""

import numpy as np
import pandas as pd
import xarray as xr

from benchmarks.pipelines import ground, outputs

ULTRAMAFIC = pd.Series({1: 0.15, 2: 0.4, 3: 0.2, 4: 0.4})  # stable, active, volcanic, subduction


def find(like: xr.DataArray) -> outputs.Found:
    """All layers of the pipeline and the chance."""
    domain = ground.land(like)
    layers = {
        "elevation": ground.raster("elevation.tif", like),
        "lab": ground.raster("lab_depth.tif", like),
        "regime": ground.raster("tectonic_regime.tif", like, classes=True),
    }
    layers |= ground.heat_flow(layers["regime"])
    layers |= source(layers)
    layers["relief"] = ground.relief(layers["elevation"], 75_000)
    layers["lowland"] = ground.rescale(layers["relief"], 3000, 0)
    layers["reservoir"] = discounted(layers["lowland"])
    shallow = ground.points("earthquakes_gcmt.parquet").query("depth <= 40")
    layers["seismicity_distance"] = ground.Cells(like, domain).distance(shallow, n=10)
    layers["quiet"] = ground.rescale(layers["seismicity_distance"], -500, 1000)
    layers["seal"] = discounted(layers["quiet"])
    best = np.maximum(layers["serpentinisation"], layers["radiolysis"])
    layers["chance"] = best * layers["reservoir"] * layers["seal"]
    allowed = domain & (layers["elevation"] <= 5000)
    return outputs.Found(layers, "chance", allowed.to_numpy(), 100_000)


def source(layers: dict[str, xr.DataArray]) -> dict[str, xr.DataArray]:
    """Hydrogen from ultramafic rock between 100 and 400 degC, and from old crust."""
    t = ground.temperature(layers["heat_flow"], 7000)
    window = np.minimum((t - 100) / 100, (400 - t) / 80).clip(0, 1)
    rock = ground.by_class(layers["regime"], ULTRAMAFIC)
    old = ground.rescale(layers["lab"], 100, 300)
    return {
        "temperature_7km": t,
        "ultramafic": rock,
        "serpentinisation": window * rock,
        "old_crust": old,
        "radiolysis": discounted(old),
    }


def discounted(chance: xr.DataArray, reliability: float = 0.5) -> xr.DataArray:
    """What is left of a chance by how far its evidence is trusted."""
    return chance * reliability


if __name__ == "__main__":
    outputs.main(find)
