"""Mistakes and findings of scorers: evidence, priors, stacks."""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from siting.scoring.estimators import build_estimator
from siting.scoring.evidence import WeightsOfEvidence
from siting.scoring.folds import INDEX, random
from siting.scoring.positive_unlabelled import PositiveUnlabelledBagging
from siting.scoring.stacking import SpatialStacking

from .made import example


def samples() -> tuple[pd.DataFrame, np.ndarray]:
    """A hundred samples in five places, and 20 known fields where it is hottest in each."""
    hot = np.tile(np.arange(20.0), 5)
    place = np.repeat([0.0, 10.0, 20.0, 30.0, 40.0], 20)
    levels = [range(100), range(100), place, hot / 100, [""] * 100]
    X = pd.DataFrame({"hot": hot}, index=pd.MultiIndex.from_arrays(levels, names=INDEX))
    return X, (hot >= 16).astype(int)


@example("EVIDENCE_DEPENDENT")
def _(folder: Path) -> None:
    X, y = samples()
    WeightsOfEvidence().fit(X.assign(same=X.hot, again=X.hot), y)


@example("EVIDENCE_SPARSE")
def _(folder: Path) -> None:
    hot = np.repeat(np.arange(10.0), 100)
    y = np.isin(np.arange(1000), (500, 501, 900)).astype(int)
    X = pd.DataFrame({"hot": hot})
    WeightsOfEvidence(bins=10).fit(X, y)


@example("PRIOR_ESTIMATED")
def _(folder: Path) -> None:
    PositiveUnlabelledBagging(n_estimators=5, random_state=0).fit(*samples())


@example("FOLDS_RANDOM")
def _(folder: Path) -> None:
    models = {
        "a": {"sklearn.linear_model.LogisticRegression": {}},
        "b": {"sklearn.dummy.DummyClassifier": {}},
    }
    spec = {"siting.stacking.SpatialStacking": {"estimators": models}}
    build_estimator(spec, "scoring.p.learned.classifier.model", folds=random(5))


@example("PROBABILITY_RANGE")
def _(folder: Path) -> None:
    models = [("line", LinearRegression()), ("odds", LogisticRegression())]
    SpatialStacking(models).fit(*samples())


@example("STACKING_USELESS")
def _(folder: Path) -> None:
    X, _ = samples()
    models = [("nearest", KNeighborsClassifier(1)), ("trees", DecisionTreeClassifier())]
    SpatialStacking(models).fit(X, np.random.default_rng(0).integers(0, 2, 100))
