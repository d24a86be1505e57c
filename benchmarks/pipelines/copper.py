"""``pipelines/copper.yaml`` without siting."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.pipelines import ground, outputs
from benchmarks.pipelines.learning import learned, presence

WEIGHTS = {
    "near_arc": 1.0,
    "near_thrusts": 0.4,
    "active": 0.4,
    "convergent": 0.3,
    "thick_crust": 0.4,
    "exhumed": 0.3,
}


def find(like: xr.DataArray) -> outputs.Found:
    """All layers of the pipeline, its index and its learned score."""
    domain = ground.land(like)
    layers = inputs(like) | distances(like, domain)
    layers |= criteria(layers)
    layers["score"] = ground.overlay(layers, WEIGHTS, domain)
    without = {name: each for name, each in WEIGHTS.items() if name != "near_arc"}
    layers["score_without_arcs"] = ground.overlay(layers, without, domain)
    known = ground.points("porphyry_copper.csv").query("verified == 'yes'")
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1))
    features = {name: layers[name] for name in WEIGHTS}
    told = learned(features, model, domain, presence(features, known, domain))
    layers |= {"learned": told.score, "learned.spread": told.spread}
    layers["learned.dissimilarity"] = told.dissimilarity
    allowed = domain & (layers["elevation"] <= 5500)
    return outputs.Found(layers, "score", allowed.to_numpy(), 50_000, known)


def inputs(like: xr.DataArray) -> dict[str, xr.DataArray]:
    """Rasters on the grid, and relief."""
    names = {"elevation": "elevation", "moho": "moho_depth", "lab": "lab_depth"}
    layers = {name: ground.raster(f"{file}.tif", like) for name, file in names.items()}
    layers["regime"] = ground.raster("tectonic_regime.tif", like, classes=True)
    layers["relief"] = ground.relief(layers["elevation"], 75_000)
    return layers


def distances(like: xr.DataArray, domain: NDArray[np.bool_]) -> dict[str, xr.DataArray]:
    """Distances on land."""
    cells = ground.Cells(like, domain)
    volcanoes = ground.points("volcanoes_holocene.parquet")
    arcs = volcanoes[volcanoes.tectonic_setting.fillna("").str.startswith("Subduction zone")]
    thrusts = ground.points("earthquakes_gcmt.parquet").query("faulting == 'thrust'")
    return {
        "arc_distance": cells.distance(arcs),
        "volcano_distance": cells.distance(volcanoes),
        "thrust_distance": cells.distance(thrusts, n=5),
    }


def criteria(layers: dict[str, xr.DataArray]) -> dict[str, xr.DataArray]:
    """Criteria of the index, each from 0 to 1."""
    return {
        "near_arc": ground.nearness(layers["arc_distance"], 150),
        "near_thrusts": ground.nearness(layers["thrust_distance"], 200),
        "convergent": ground.is_among(layers["regime"], [4]),
        "active": ground.is_among(layers["regime"], [2, 4]),
        "thick_crust": ground.rescale(layers["moho"], 30, 55),
        "exhumed": ground.rescale(layers["relief"], 300, 3000),
    }


if __name__ == "__main__":
    outputs.main(find)
