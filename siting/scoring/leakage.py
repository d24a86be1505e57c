"""The self-test for leakage: labels that mean nothing must not be learned by honest folds."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import KNeighborsClassifier

from siting.geodesy import PointTree, arc, ecef
from siting.kernels.prediction import predicted
from siting.kernels.threads import single_threaded
from siting.scoring.folds import random

Floats = NDArray[np.float64]
Split = tuple[NDArray[np.int64], NDArray[np.int64]]
# Lengths of the random fields in spacings of the samples: each sample has some fifty neighbours
# within one length, over which the correlation falls to exp(-1/2).
LENGTH = 4.0
BUFFER = 2.0  # distance between training and test in lengths: correlation .14
CLUSTERS = 6  # compact parts of the land, each tested once
SHARE = 0.2  # of the samples that a random field calls positive
WAVES = 256  # plane waves in a random field
SPLITS = 3
NEIGHBOURS = 10
VISIBLE = 0.6  # AUC that random folds exceed in 97.5 % of draws where the leak is plain


def self_test(X: pd.DataFrame, draws: int, seed: int = 0) -> dict[str, Any]:
    """What random and buffered folds report for labels that are independent of every layer.

    Parameters
    ----------
    X : pandas.DataFrame of shape (n, features)
        Features of random land, with the index of a training table.
    draws : int
        Number of random label fields.
    seed : int
        Seed of the fields.

    Returns
    -------
    dict
        AUC under random and under buffered folds (mean, low, high over the draws), whether
        the test passed, and a sentence that says so.

    Notes
    -----
    A label field is a smooth Gaussian random field on the globe (a sum of plane waves through the
    ellipsoid, with a Gaussian spectrum), cut at its upper fifth. It is autocorrelated as real
    targets are, so a flexible model can find each test sample's neighbours by their layers: here
    nearest neighbours among the ranks of the layers, which is that leak and nothing else. Shuffled
    labels would prove nothing: they have no neighbours to find.
    """
    places = X.index.to_frame(index=False)
    longitude, latitude = places.longitude.to_numpy(), places.latitude.to_numpy()
    length = LENGTH * spacing(longitude, latitude)
    fields = random_fields(longitude, latitude, length, draws, seed)
    schemes = {
        "random": list(random(SPLITS).split(X)),
        "blocked": buffered_clusters(longitude, latitude, BUFFER * length),
    }
    ranks = X.rank(pct=True)
    with ThreadPoolExecutor() as pool:
        found = {
            name: np.array(list(pool.map(partial(_auc, ranks, splits), fields)))
            for name, splits in schemes.items()
        }
    return _told({name: _summary(values) for name, values in found.items()}, draws, length)


def spacing(longitude: Floats, latitude: Floats) -> float:
    """Side of the square that each of some random places has to itself [m].

    Notes
    -----
    Twice the mean distance to the nearest other place, as for a Poisson process (Clark and Evans
    1954, Ecology 35, 445-453).
    """
    points = ecef(longitude, latitude)
    nearest = PointTree(longitude, latitude).tree.query(points, k=2)[0][:, 1]
    return float(2 * arc(nearest).mean())


def random_fields(
    longitude: Floats, latitude: Floats, length: float, draws: int, seed: int
) -> list[Any]:
    """Labels of smooth random fields at places, each with its upper fifth as 1.

    Correlation of a field falls to exp(-1/2) over the length [m].
    """
    rng = np.random.default_rng(seed)
    points = ecef(longitude, latitude) / length
    labels = []
    for _ in range(draws):
        field = smooth_field(points, rng)
        labels.append((field > np.quantile(field, 1 - SHARE)).astype(np.int64))
    return labels


def smooth_field(points: Floats, rng: np.random.Generator) -> Floats:
    """A Gaussian random field at points of shape (n, 3), in lengths of its correlation."""
    waves, phases = rng.standard_normal((3, WAVES)), rng.uniform(0, 2 * np.pi, WAVES)
    return np.asarray(np.cos(points @ waves + phases).sum(axis=1))


def buffered_clusters(longitude: Floats, latitude: Floats, buffer: float) -> list[Split]:
    """Pairs of rows: one compact cluster of places to test, all beyond a buffer to train on.

    Clusters, not blocks dealt to folds: around many scattered blocks a buffer as wide as the
    fields' range would leave nothing to train on.
    """
    from sklearn.cluster import KMeans

    points = ecef(longitude, latitude)
    with single_threaded():
        cluster = KMeans(CLUSTERS, n_init=1, random_state=0).fit_predict(points)
    splits = []
    for number in range(CLUSTERS):
        test = cluster == number
        near = PointTree(longitude[test], latitude[test]).distance(longitude, latitude) <= buffer
        splits.append((np.flatnonzero(~near), np.flatnonzero(test)))
    return splits


@single_threaded()
def _auc(X: pd.DataFrame, splits: list[Split], y: NDArray[np.int64]) -> float:
    """Mean AUC of nearest neighbours over the splits that have both classes on both sides."""
    model = KNeighborsClassifier(NEIGHBOURS, weights="distance", n_jobs=1)
    found = []
    for train, test in splits:
        if len(train) >= NEIGHBOURS and 0 < y[test].mean() < 1 and 0 < y[train].mean() < 1:
            score = predicted(model.fit(X.iloc[train], y[train]), X.iloc[test])
            found.append(float(roc_auc_score(y[test], score)))
    return float(np.mean(found)) if found else 0.5


def _summary(values: Floats) -> dict[str, float]:
    low, high = np.quantile(values, [0.025, 0.975])
    rows = {"mean": values.mean(), "low": low, "high": high}
    return {name: round(float(each), 4) for name, each in rows.items()}


def _told(found: dict[str, dict[str, float]], draws: int, length: float) -> dict[str, Any]:
    leaks = found["random"]["low"] >= VISIBLE
    honest = found["blocked"]["low"] <= 0.5 <= found["blocked"]["high"]
    told = (
        f"{draws} random label fields that no layer knows of: random folds report a mean AUC of "
        f"{found['random']['mean']:.2f}, folds with {BUFFER * length / 1000:.0f} km between "
        f"training and test {found['blocked']['mean']:.2f} "
        f"({found['blocked']['low']:.2f} to {found['blocked']['high']:.2f}). "
    )
    if leaks and honest:
        told += "So skill under random folds means nothing here; buffered folds are at chance."
    elif not honest:
        told += "Buffered folds are not at chance: do not trust the learned model's figures."
    else:
        told += "Random folds do not show a leak here, so this test shows little."
    return {"draws": draws, **found, "passed": leaks and honest, "text": told}
