"""Models that are given something else than they were fitted on."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from siting.io.model import read_model
from siting.io.model_use import check_training, samples
from siting.kinds import FittedModel

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


@example("MODEL_WEIGHTS")
def _(folder: Path) -> None:
    text = '{"kind": "logistic", "features": ["slope"], "coef": [NaN], "intercept": 1}'
    (folder / "model.json").write_text(text)
    read_model(folder / "model.json")
