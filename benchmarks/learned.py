"""Prediction of a fitted model for every cell of the world's land."""

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from odc.geo.geobox import GeoBox
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.case import OURS, Case
from benchmarks.world import Floats, criteria, land, source, world
from siting.findings import collect
from siting.kernels.prediction import predicted
from siting.scoring.prediction import cellwise
from siting.scoring.training import classification_table

TREES = 100


class Inputs(NamedTuple):
    """Features in memory, land, and a model fitted on known fields and background."""

    grid: GeoBox
    layers: list[xr.DataArray]
    land: xr.DataArray
    model: Any

    @property
    def names(self) -> list[str]:
        """Names of the features."""
        return [str(each.name) for each in self.layers]


def prepare(resolution: str, model: Any) -> Inputs:
    grid = world(resolution)
    layers, domain = criteria(grid), land(grid)
    labels = source("geothermal_fields", grid)
    with collect():  # what is said of the labels is no matter here
        table = classification_table(layers, labels, domain, grid, background=5000)
    return Inputs(grid, layers, domain, model.fit(table.X, table.y))


def siting(inputs: Inputs) -> Floats:
    def score(values: Floats) -> Floats:
        return predicted(inputs.model, pd.DataFrame(values, columns=inputs.names))

    return np.asarray(cellwise(score, inputs.layers, inputs.land, inputs.grid).to_numpy())


def scikit_learn(inputs: Inputs) -> Floats:
    """All land stacked to one array, predicted at once; a forest on two threads."""
    if hasattr(inputs.model, "n_jobs"):
        inputs.model.set_params(n_jobs=2)
    values = [layer.to_numpy() for layer in inputs.layers]
    inside = inputs.land.to_numpy() & np.logical_and.reduce([np.isfinite(v) for v in values])
    X = pd.DataFrame(np.stack([v[inside] for v in values], axis=1), columns=inputs.names)
    score = np.full(inside.shape, np.nan)
    score[inside] = inputs.model.predict_proba(X)[:, 1]
    if hasattr(inputs.model, "n_jobs"):
        inputs.model.set_params(n_jobs=1)
    return score


def agree(inputs: Inputs, results: Mapping[str, Floats]) -> str:
    # scikit-learn computes a regression of float32 layers in float32, siting in float64.
    np.testing.assert_allclose(results[OURS], results["scikit-learn"], rtol=0, atol=1e-6)
    worst = np.nanmax(np.abs(results[OURS] - results["scikit-learn"]))
    return f"equal within {worst:.0e}"


def _case(name: str, model: Any) -> Case:
    return Case(
        lambda inputs: (
            f"{name} of {len(inputs.layers)} layers over {int(inputs.land.sum()):,} cells"
        ),
        partial(prepare, model=model),
        {OURS: siting, "scikit-learn": scikit_learn},
        agree,
    )


LOGISTIC = _case(
    "scaling and logistic regression", make_pipeline(StandardScaler(), LogisticRegression(C=0.1))
)
FOREST = _case(
    f"forest of {TREES} trees",
    RandomForestClassifier(TREES, min_samples_leaf=5, random_state=0, n_jobs=1),
)
