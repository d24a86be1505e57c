"""The self-test for leakage: labels that mean nothing must not be learned by honest folds."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import roc_auc_score

from siting.geodesy import ecef
from siting.kinds import Splitter
from siting.scoring.folds import random, spatial_blocks
from siting.scoring.prediction import predicted

Floats = NDArray[np.float64]
LENGTH = 600_000.0  # [m] of the random fields: correlation falls to exp(-1/2) over it
BUFFER = 1_500_000.0  # [m], 2.5 lengths: correlation .04
BLOCKS = "30 degree"
SHARE = 0.2  # of the samples that a random field calls positive
WAVES = 256  # plane waves in a random field
SPLITS = 5
VISIBLE = 0.8  # mean AUC of random folds above which the leak is plain


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
        AUC under random folds and under buffered blocks (mean, low, high over the draws), whether
        the test passed, and a sentence that says so.

    Notes
    -----
    A label field is a smooth Gaussian random field on the globe (a sum of plane waves through the
    ellipsoid, with a Gaussian spectrum), cut at its upper fifth. It is autocorrelated as real
    targets are, so a flexible model can find each test sample's neighbours by their layers.
    Shuffled labels would prove nothing: they have no neighbours to find.
    """
    places = X.index.to_frame(index=False)
    fields = random_fields(places.longitude.to_numpy(), places.latitude.to_numpy(), draws, seed)
    schemes: dict[str, Splitter] = {
        "random": random(SPLITS),
        "blocked": spatial_blocks(BLOCKS, BUFFER, SPLITS),
    }
    with ThreadPoolExecutor() as pool:
        found = {
            name: np.array(list(pool.map(lambda y, folds=folds: _auc(X, y, folds), fields)))
            for name, folds in schemes.items()
        }
    return _told({name: _summary(values) for name, values in found.items()}, draws)


def random_fields(longitude: Floats, latitude: Floats, draws: int, seed: int) -> list[Any]:
    """Labels of smooth random fields at places, each with its upper fifth as 1."""
    rng = np.random.default_rng(seed)
    points = ecef(longitude, latitude) / LENGTH
    labels = []
    for _ in range(draws):
        waves, phases = rng.standard_normal((3, WAVES)), rng.uniform(0, 2 * np.pi, WAVES)
        field = np.cos(points @ waves + phases).sum(axis=1)
        labels.append((field > np.quantile(field, 1 - SHARE)).astype(np.int64))
    return labels


def _auc(X: pd.DataFrame, y: NDArray[np.int64], folds: Splitter) -> float:
    """Mean AUC of a forest over the folds that test both classes."""
    forest = ExtraTreesClassifier(30, min_samples_leaf=2, random_state=0, n_jobs=1)
    return float(np.mean(list(_fold_aucs(X, y, folds, forest))))


def _fold_aucs(
    X: pd.DataFrame, y: NDArray[np.int64], folds: Splitter, forest: Any
) -> Iterator[float]:
    for train, test in folds.split(X, y):
        if 0 < y[test].mean() < 1:
            score = predicted(forest.fit(X.iloc[train], y[train]), X.iloc[test])
            yield float(roc_auc_score(y[test], score))


def _summary(values: Floats) -> dict[str, float]:
    low, high = np.quantile(values, [0.025, 0.975])
    rows = {"mean": values.mean(), "low": low, "high": high}
    return {name: round(float(each), 4) for name, each in rows.items()}


def _told(found: dict[str, dict[str, float]], draws: int) -> dict[str, Any]:
    leaks = found["random"]["mean"] >= VISIBLE
    honest = found["blocked"]["low"] <= 0.5 <= found["blocked"]["high"]
    told = (
        f"{draws} random label fields that no layer knows of: random folds report a mean AUC of "
        f"{found['random']['mean']:.2f}, blocks of {BLOCKS} with {BUFFER / 1000:g} km between training and "
        f"test {found['blocked']['mean']:.2f} ({found['blocked']['low']:.2f} to "
        f"{found['blocked']['high']:.2f}). "
    )
    if leaks and honest:
        told += "So skill under random folds means nothing here; buffered blocks are at chance."
    elif not honest:
        told += "Buffered blocks are not at chance: do not trust the learned model's figures."
    else:
        told += "Random folds do not show a leak here, so this test shows little."
    return {"draws": draws, **found, "passed": leaks and honest, "text": told}
