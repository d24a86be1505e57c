"""Mistakes of labels, folds and models, on a world of 24 x 18 cells."""

import io
import json
import pickle
import zipfile
from pathlib import Path
from typing import Any
from unittest import mock

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB, MultinomialNB

from siting import candidates
from siting.grid import as_layer, make_grid
from siting.io import model as models
from siting.kernels import prediction
from siting.kernels.forest import compiled
from siting.kinds import FittedModel
from siting.scoring.applicability import applicability
from siting.scoring.estimators import build_estimator
from siting.scoring.fitting import fit
from siting.scoring.folds import INDEX, InnerFolds, random, regions, spatial_blocks
from siting.scoring.labels import place_labels
from siting.scoring.learned import classifier
from siting.scoring.targets import tell_copies, tell_perfect
from siting.scoring.training import classification_table
from siting.scoring.untested import ranking

from .made import example

GRID = make_grid("EPSG:4326", 1.0, (0.0, 0.0, 24.0, 18.0))
DOMAIN = as_layer(np.ones((18, 24), dtype=bool), GRID)
FIELDS = ("Larderello", "Wairakei", "Hellisheidi", "Olkaria", "Cerro Prieto", "Bulalo")


def layer(name: str, seed: int, **attrs: Any) -> xr.DataArray:
    """A layer of random numbers."""
    values = np.random.default_rng(seed).random((18, 24)).astype("float32")
    return as_layer(values, GRID, **{"units": "1", "kind": "continuous", **attrs}).rename(name)


FEATURES = [layer("hot", 1), layer("near", 2)]


def labels(longitude: list[float], latitude: list[float], **columns: Any) -> gpd.GeoDataFrame:
    """Known fields at these places."""
    names = {"name": [FIELDS[i % 6] for i in range(len(longitude))]}
    geometry = gpd.points_from_xy(longitude, latitude, crs="EPSG:4326")
    frame = gpd.GeoDataFrame({**names, **columns}, geometry=geometry)
    frame.attrs["name"] = "known"
    return frame


def known(**columns: Any) -> gpd.GeoDataFrame:
    """Six known fields."""
    return labels([2.5, 5.5, 8.5, 11.5, 14.5, 20.5], [3.5, 9.5, 5.5, 13.5, 7.5, 11.5], **columns)


def learn(model: Any, known_fields: Any = None, features: Any = None) -> None:
    fields = known() if known_fields is None else known_fields
    classifier(features or FEATURES, fields, model, DOMAIN, GRID, background=60, bootstraps=2)


def table(fields: gpd.GeoDataFrame, features: Any = None, **options: Any) -> Any:
    options = {"background": 60, **options}
    return classification_table(features or FEATURES, fields, DOMAIN, GRID, **options)


def samples(longitude: list[float]) -> pd.DataFrame:
    """Training samples along the equator, with the index that folds need."""
    count = range(len(longitude))
    index = pd.MultiIndex.from_arrays(
        [count, count, longitude, [0.0 for _ in count], ["" for _ in count]], names=INDEX
    )
    return pd.DataFrame({"hot": [float(each) for each in count]}, index=index)


@example("COLUMN_UNKNOWN")
def _(folder: Path) -> None:
    table(known(), target="productive")


@example("LABEL_CONFLICT")
def _(folder: Path) -> None:
    table(labels([3.5, 3.5, 9.5], [9.5, 9.5, 9.5], productive=[0, 1, 1]), target="productive")


@example("LABELS_UNKNOWN")
def _(folder: Path) -> None:
    table(known(productive=[1, 0, 1, None, 0, 1]), target="productive")


@example("LABELS_UNVERIFIED")
def _(folder: Path) -> None:
    table(known(verified=["yes", "yes", "unverified", "yes", "yes", "yes"]))


@example("SITES_OUTSIDE")
def _(folder: Path) -> None:
    table(labels([3.5, 9.5, 174.0], [9.5, 5.5, -38.6]))


@example("SITES_MOVED")
def _(folder: Path) -> None:
    land = np.zeros((18, 24), dtype=bool)
    land[8, 4] = land[2, 2] = True
    place_labels(labels([5.45, 2.5], [9.5, 15.5]), as_layer(land, GRID), GRID)


@example("SITES_WITHOUT_VALUES")
def _(folder: Path) -> None:
    gap = FEATURES[0].copy()
    gap[14, 2] = np.nan
    table(known(), [gap, FEATURES[1]])


@example("TOO_FEW_POSITIVES")
def _(folder: Path) -> None:
    table(known().iloc[:1])


@example("FEATURES_CONSTANT")
def _(folder: Path) -> None:
    X = samples([0.0, 20.0, 40.0, 60.0])
    applicability(X * 0 + 1, np.ones(1), random(2))


@example("FEATURES_UNNAMED")
def _(folder: Path) -> None:
    learn(LogisticRegression(), features=[FEATURES[0], FEATURES[0]])


@example("FEATURE_CIRCULAR")
def _(folder: Path) -> None:
    learn(LogisticRegression(), features=[*FEATURES, layer("aspect", 3, kind="circular")])


@example("FOLDS_EMPTY")
def _(folder: Path) -> None:
    X = samples([0.0, 1.0, 100.0, 101.0])
    list(spatial_blocks("30 degree", "100 km", 2).split(X, [1, 1, 0, 0]))


@example("FOLDS_INDEX")
def _(folder: Path) -> None:
    next(InnerFolds().split(np.zeros((5, 2))))


@example("FOLDS_REGIONS")
def _(folder: Path) -> None:
    next(regions("country").split(samples([1.0, 2.0])))


@example("FOLDS_TOO_FEW_BLOCKS")
def _(folder: Path) -> None:
    next(spatial_blocks("10 degree", "0 m", 2).split(samples([1.0, 2.0, 3.0])))


@example("ESTIMATOR_DEPRECATED")
def _(folder: Path) -> None:
    spec = {"sklearn.linear_model.PassiveAggressiveRegressor": {}}
    build_estimator(spec, "scoring.learned.learned.regressor.model")


@example("MODEL_FIT")
def _(folder: Path) -> None:
    negative = [each - 1 for each in FEATURES]
    for each, name in zip(negative, ("hot", "near"), strict=True):
        each.name = name
    learn(MultinomialNB(), features=negative)


@example("MODEL_FIT_WARNING")
def _(folder: Path) -> None:
    made = table(known())
    fit(LogisticRegression(max_iter=1), made.X, made.y)


@example("MODEL_KIND")
def _(folder: Path) -> None:
    learn(LinearRegression())


class _Blank(LinearRegression):  # type: ignore[misc]
    """A regressor that has no answer anywhere."""

    def predict(self, X: Any) -> Any:
        return np.full(len(X), np.nan)


class _Boundless(LinearRegression):  # type: ignore[misc]
    """A regressor whose answer runs away."""

    def predict(self, X: Any) -> Any:
        return np.full(len(X), np.inf)


_Blank.__name__ = "RadiusNeighborsRegressor"
_Boundless.__name__ = "TransformedTargetRegressor"


@example("MODEL_PREDICT")
def _(folder: Path) -> None:
    prediction.predicted(_Boundless(), pd.DataFrame({"hot": [0.5]}))


@example("MODEL_PREDICTS_NAN")
def _(folder: Path) -> None:
    prediction.predicted(_Blank(), pd.DataFrame({"hot": [0.5]}))


@example("MODEL_NOT_COMPILED")
def _(folder: Path) -> None:
    model = GradientBoostingClassifier(init=GaussianNB(), n_estimators=2)
    compiled(model.fit([[0.0], [1.0]], [0, 1]))


@example("MODEL_UNTRUSTED")
def _(folder: Path) -> None:
    models.load(pickle.dumps({"a": 1}))


@example("MODEL_VERSION")
def _(folder: Path) -> None:
    X = pd.DataFrame({"hot": [0.0, 1.0]})
    content = models.dump(FittedModel(GaussianNB().fit(X, [0, 1]), ("hot",)))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    card = json.loads(files["siting.json"])
    card["versions"]["scikit-learn"] = "0.24.2"
    files["siting.json"] = json.dumps(card).encode()
    with mock.patch.object(models, "version", return_value="1.9.1"):
        models.load(models.zipped(files))


@example("MODEL_MISMATCH")
def _(folder: Path) -> None:
    hot, near = FEATURES
    X = pd.DataFrame({"hot": hot.values.ravel(), "near": near.values.ravel()})
    other = LogisticRegression().fit(X, X.hot > 0.5)
    model = FittedModel(other, ("hot", "near"), {"reference": {"hot": 0.5, "near": 0.5}})
    score = hot.rename("score")
    candidates.select(
        rank_by=score, layers={"hot": hot, "near": near, "score": score},
        allowed=DOMAIN, grid=GRID, model=model, count=3,
    )  # fmt: skip


@example("FEATURE_LEAK")
def _(folder: Path) -> None:
    y = np.repeat([1, 0], [12, 60])
    X = pd.DataFrame({"hot": np.random.default_rng(1).random(72), "near_field": y * 1.0})
    tell_perfect(X, y, "known")


@example("FEATURES_REPEATED")
def _(folder: Path) -> None:
    heat = np.random.default_rng(1).uniform(40, 90, 72)
    tell_copies(pd.DataFrame({"heat_flow": heat, "heat_flow_again": heat}), "known")


@example("TARGET_ASSUMED")
def _(folder: Path) -> None:
    table(known(label=[1, 0, 1, 1, 0, 1]))


@example("KNOWN_EXCLUDED")
def _(folder: Path) -> None:
    allowed = DOMAIN.copy(data=np.arange(18)[:, None] + np.zeros((18, 24)) > 8)
    candidates.select(
        rank_by=FEATURES[0].rename("score"), layers={"score": FEATURES[0].rename("score")},
        allowed=allowed, grid=GRID, known=known(), count=3,
    )  # fmt: skip


@example("VALUE_MISSING")
def _(folder: Path) -> None:
    table(known(country=["Italy", "NZ", None, "Kenya", "Mexico", "PH"]), region="country")


@example("SKILL_UNTESTED")
def _(folder: Path) -> None:
    chance = FEATURES[0].rename("chance")
    ranking(
        chance,
        missing=["geological map", "gas in soil"],
        tested_with="places where natural hydrogen is known",
    )
