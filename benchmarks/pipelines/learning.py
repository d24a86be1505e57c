"""A model of known places against the background with scikit-learn; nothing of siting."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.spatial.distance import pdist
from sklearn.base import clone
from sklearn.inspection import permutation_importance

BACKGROUND, BOOTSTRAPS = 5000, 20


class Samples(NamedTuple):
    """What is learned from: features, 1 and 0, and what belongs together."""

    X: pd.DataFrame
    y: NDArray[np.int64]
    group: NDArray[Any]


class Learned(NamedTuple):
    """Score, its standard deviation over bootstraps, and dissimilarity to the samples."""

    score: xr.DataArray
    spread: xr.DataArray
    dissimilarity: xr.DataArray


def learned(
    features: Mapping[str, xr.DataArray], model: Any, domain: NDArray[np.bool_], samples: Samples
) -> Learned:
    """Score of each cell of the domain that has all features."""
    X, whole = cells(features, domain)
    model.fit(samples.X, samples.y)
    score = model.predict_proba(X)[:, 1]
    refits = [_refit(model, samples, seed).predict_proba(X)[:, 1] for seed in range(BOOTSTRAPS)]
    values = score, np.std(refits, axis=0, ddof=1), _dissimilarity(model, samples, X)
    like = next(iter(features.values()))
    layers = []
    for each in values:
        data = np.full(whole.shape, np.nan, np.float32)
        data[whole] = each
        layers.append(like.copy(data=data))
    return Learned(*layers)


def cells(
    features: Mapping[str, xr.DataArray], domain: NDArray[np.bool_]
) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """Features of the cells of the domain that have them all, and which these are."""
    values = {name: layer.to_numpy() for name, layer in features.items()}
    whole = domain & np.logical_and.reduce([np.isfinite(each) for each in values.values()])
    return pd.DataFrame({name: each[whole] for name, each in values.items()}), whole


def presence(
    features: Mapping[str, xr.DataArray], known: gpd.GeoDataFrame, domain: NDArray[np.bool_]
) -> Samples:
    """Cells with a known place, each once, against a random background of the domain."""
    X, whole = cells(features, domain)
    here = _rows(next(iter(features.values())), whole, known)
    here = np.unique(here[here >= 0])
    count = min(BACKGROUND, len(X))
    background = np.random.default_rng(0).choice(len(X), count, replace=False)
    y = np.repeat([1, 0], [len(here), count])
    return Samples(X.iloc[np.concatenate([here, background])], y, np.arange(len(y)))


def labelled(
    features: Mapping[str, xr.DataArray],
    places: gpd.GeoDataFrame,
    domain: NDArray[np.bool_],
    target: str,
    group: str,
) -> Samples:
    """Cells with labelled places, each cell of a group once."""
    X, whole = cells(features, domain)
    here = _rows(next(iter(features.values())), whole, places)
    table = pd.DataFrame({"row": here, "y": places[target], "group": places[group]})
    table = table[table.row >= 0].drop_duplicates(["row", "group"])
    return Samples(X.iloc[table.row], table.y.to_numpy(), table.group.to_numpy())


def _rows(
    like: xr.DataArray, whole: NDArray[np.bool_], places: gpd.GeoDataFrame
) -> NDArray[np.int64]:
    """Row in the table of cells of each place, -1 where it lies in none."""
    number = np.full(whole.shape, -1)
    number[whole] = np.arange(whole.sum())
    points = places.geometry.to_crs(like.rio.crs)
    column, row = ~like.rio.transform() * (points.x.to_numpy(), points.y.to_numpy())
    row, column = (np.floor(each).astype(int) for each in (row, column))
    inside = (row >= 0) & (row < whole.shape[0]) & (column >= 0) & (column < whole.shape[1])
    found = np.full(len(places), -1)
    found[inside] = number[row[inside], column[inside]]
    return found


def _refit(model: Any, samples: Samples, seed: int) -> Any:
    """The model fitted again on groups drawn with replacement."""
    groups, member = np.unique(samples.group, return_inverse=True)
    drawn = np.random.default_rng(seed).integers(0, len(groups), len(groups))
    rows = np.repeat(np.arange(len(member)), np.bincount(drawn, minlength=len(groups))[member])
    return clone(model).fit(samples.X.iloc[rows], samples.y[rows])


def _dissimilarity(model: Any, samples: Samples, X: pd.DataFrame) -> NDArray[np.float64]:
    """Distance to the nearest sample over the mean distance of two (Meyer and Pebesma 2021)."""
    told = permutation_importance(
        model, samples.X, samples.y, scoring="roc_auc", n_repeats=5, random_state=0
    )
    weight = np.maximum(told.importances_mean, 0)
    weight = weight / weight.max() if weight.any() else np.ones(len(weight))
    centre, scale = samples.X.mean(), samples.X.std(ddof=0)
    points = ((samples.X - centre) / scale * weight).to_numpy()
    places = ((X - centre) / scale * weight).to_numpy()
    distance = cKDTree(points).query(places, workers=2)[0]
    return distance / pdist(points).mean()
