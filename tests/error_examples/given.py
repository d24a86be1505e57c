"""Models that are given something else than they were fitted on, and sources that are not."""

import os
from pathlib import Path
from typing import Any
from unittest import mock

import geopandas as gpd
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from siting.grid import as_layer, make_grid
from siting.io.model import read_model
from siting.io.model_use import check_training, samples
from siting.kinds import FittedModel
from siting.scoring.learned import applied, from_cells
from siting.sources.catalogue import elsewhere
from siting.sources.integrity import refuse_absent

from .made import example

NAMES = ("slope", "heat_flow")
UNITS = {"slope": "degree", "heat_flow": "mW m-2"}
ROW = [[12.0, 85.0]]


def fitted(**card: Any) -> FittedModel:
    """A model of two features."""
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 2)), columns=list(NAMES))
    return FittedModel(LogisticRegression().fit(X, X.slope > 0), NAMES, {"units": UNITS, **card})


@example("MODEL_FEATURES")
def _(folder: Path) -> None:
    samples(fitted(), ROW, ["heat_flow", "slope"], ["mW m-2", "degree"])


@example("MODEL_UNITS")
def _(folder: Path) -> None:
    samples(fitted(), ROW, NAMES, ["degree", "degC"])


@example("MODEL_TRAINING")
def _(folder: Path) -> None:
    check_training(fitted(training_digest="3b" * 32), "7f" * 32)


@example("MODEL_EXTRAPOLATES")
def _(folder: Path) -> None:
    places = gpd.points_from_xy(range(8), [0] * 8, crs="EPSG:4326")
    cells = gpd.GeoDataFrame({"hot": np.arange(8.0), "known": [0] * 4 + [1] * 4}, geometry=places)
    cells.attrs["columns"] = {"hot": "degC"}
    model = from_cells(cells, ["hot"], "known", LogisticRegression()).model
    grid = make_grid("EPSG:4326", 1.0, (0, 0, 30, 1))
    hot = as_layer(np.linspace(0, 7.6, 30)[None], grid, units="degC").rename("hot")
    applied(model, [hot], as_layer(np.ones((1, 30), dtype=bool), grid), grid)


@example("SOURCE_ABSENT")
def _(folder: Path) -> None:
    with mock.patch.dict(os.environ, SITING_CACHE=str(folder / "data")):
        refuse_absent(elsewhere()["PB2002_boundaries"], "plates.yaml:4:12 (sources.plates)")


@example("MODEL_WEIGHTS")
def _(folder: Path) -> None:
    text = '{"kind": "logistic", "features": ["slope"], "coef": [NaN], "intercept": 1}'
    (folder / "model.json").write_text(text)
    read_model(folder / "model.json")
