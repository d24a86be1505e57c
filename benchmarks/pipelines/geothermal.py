"""``pipelines/geothermal.yaml`` without siting."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.pipelines import ground, outputs
from benchmarks.pipelines.learning import learned, presence

WEIGHTS = {
    "near_volcano": 1.0,
    "near_caldera": 0.5,
    "near_extension": 0.35,
    "thin_lithosphere": 0.25,
    "slow_asthenosphere": 0.2,
    "active_regime": 0.2,
    "near_seismicity": 0.15,
}


def find(like: xr.DataArray) -> outputs.Found:
    """All layers of the pipeline, its index and its learned score."""
    domain = ground.land(like)
    layers = inputs(like) | distances(like, domain)
    layers |= criteria(layers)
    layers["score"] = ground.overlay(layers, WEIGHTS, domain)
    without = {name: each for name, each in WEIGHTS.items() if name != "near_caldera"}
    layers["score_without_calderas"] = ground.overlay(layers, without, domain)
    known = ground.points("geothermal_fields.csv").query("verified == 'yes'")
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1))
    features = {name: layers[name] for name in WEIGHTS}
    told = learned(features, model, domain, presence(features, known, domain))
    layers |= {"learned": told.score, "learned.spread": told.spread}
    layers["learned.dissimilarity"] = told.dissimilarity
    allowed = domain & (layers["slope"] <= 15) & (layers["elevation"] <= 5000)
    return outputs.Found(layers, "score", allowed.to_numpy(), 50_000, known)


def inputs(like: xr.DataArray) -> dict[str, xr.DataArray]:
    """Rasters on the grid, and what follows from one of them."""
    names = {
        "elevation": "elevation", "moho": "moho_depth", "lab": "lab_depth",
        "asthenosphere_vs": "asthenosphere_vs",
    }  # fmt: skip
    layers = {name: ground.raster(f"{file}.tif", like) for name, file in names.items()}
    layers["regime"] = ground.raster("tectonic_regime.tif", like, classes=True)
    layers["slope"] = ground.slope(layers["elevation"])
    layers |= ground.heat_flow(layers["regime"])
    layers["temperature_3km"] = ground.temperature(layers["heat_flow"], 3000)
    layers["temperature_3km_sd"] = layers["heat_flow.sd"] / 1000 * 3000 / 2.5
    return layers


def distances(like: xr.DataArray, domain: NDArray[np.bool_]) -> dict[str, xr.DataArray]:
    """Distances and the rate of earthquakes on land."""
    cells = ground.Cells(like, domain)
    calderas = ground.points("calderas.csv").query("verified == 'yes'")
    shallow = ground.points("earthquakes_gcmt.parquet").query("depth <= 40")
    normal = shallow[shallow.faulting == "normal"]
    counted = shallow[(shallow.mw >= 5.5) & shallow.time.dt.year.between(1977, 2016)]
    rate = cells.count_within(counted, 100_000) / (np.pi * 100**2 * 40)
    return {
        "volcano_distance": cells.distance(ground.points("volcanoes_holocene.parquet")),
        "caldera_distance": cells.distance(calderas),
        "extension_distance": cells.distance(normal, n=3),
        "seismicity_distance": cells.distance(shallow, n=10),
        "earthquake_density": rate,
    }


def criteria(layers: dict[str, xr.DataArray]) -> dict[str, xr.DataArray]:
    """Criteria of the index, each from 0 to 1."""
    return {
        "near_volcano": ground.nearness(layers["volcano_distance"], 40),
        "near_caldera": ground.nearness(layers["caldera_distance"], 60),
        "near_extension": ground.nearness(layers["extension_distance"], 80),
        "near_seismicity": ground.nearness(layers["seismicity_distance"], 100),
        "thin_lithosphere": ground.rescale(layers["lab"], 110, 50),
        "slow_asthenosphere": ground.rescale(layers["asthenosphere_vs"], 4600, 4200),
        "active_regime": ground.is_among(layers["regime"], [2, 3, 4]),
    }


if __name__ == "__main__":
    outputs.main(find)
