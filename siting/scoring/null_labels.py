"""Labels that mean nothing but lie together as real ones do, and what the same folds report."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from siting.geodesy import ecef
from siting.scoring.compare_figures import auc
from siting.scoring.compare_scores import Scheme
from siting.scoring.compare_units import Units
from siting.scoring.leakage import LENGTH, VISIBLE, smooth_field, spacing
from siting.scoring.placed_folds import group_middles, places
from siting.scoring.training import Training

Floats = NDArray[np.float64]
NEIGHBOURS = 5
# A Gaussian correlation exp(-d²/2L²) is down to .05 at 2.45 L: the range in terms of variograms.
RANGE = float(np.sqrt(-2 * np.log(0.05)))


def self_test(
    table: Training,
    schemes: Mapping[str, Scheme],
    sites: Units,
    draws: int,
    label_range: float,
    seed: int = 0,
) -> dict[str, Any]:
    """What random and honest folds report for labels that no feature knows of.

    Parameters
    ----------
    table : Training
        Samples; of their labels only the share of positives is used.
    schemes : mapping of str to Scheme
        ``random`` and ``honest``: the folds of the comparison itself.
    sites : Units
        Systems of the samples.
    draws : int
        Number of random label fields.
    label_range : float
        Distance over which the real labels are alike [m]; 0 where none shows.
    seed : int
        Seed of the fields.

    Returns
    -------
    dict
        AUC of sites under either folds (mean, low, high over the draws), whether the test
        passed, and a sentence that says so.

    Notes
    -----
    Each label field is a smooth Gaussian random field on the globe with the range of the real
    labels, taken at the middle of each system, so that its cells are labelled together as real
    ones are, and cut where as many are positive as in truth, a fifth at least and four fifths at
    most. The model is nearest neighbours among the ranks of the features, weighted by nearness:
    the leak by recognising a place, and nothing else. Its neighbours do not depend on labels, so
    draws cost next to nothing.
    """
    length = label_range / RANGE or _assumed_length(table)
    labels = null_labels(table, length, draws, seed)
    found = {name: _aucs(table, each, sites, labels) for name, each in schemes.items()}
    told = {name: _summary(values) for name, values in found.items()}
    return _told(told, draws, length * RANGE)


def _assumed_length(table: Training) -> float:
    """Four spacings of the systems, where the real labels show no range [m]."""
    _, longitude, latitude = group_middles(places(table.X))
    return LENGTH * spacing(longitude, latitude)


def null_labels(table: Training, length: float, draws: int, seed: int) -> NDArray[np.int64]:
    """Labels of shape (draws, samples) that lie together and know of no feature.

    Parameters
    ----------
    table : Training
        Samples.
    length : float
        Distance over which the correlation falls to exp(-1/2) [m].
    draws : int
        Number of fields.
    seed : int
        Seed; the first fields do not depend on how many are drawn.
    """
    group, longitude, latitude = group_middles(places(table.X))
    points = ecef(longitude, latitude) / length
    positive = np.bincount(group, np.asarray(table.y, dtype=float)) > 0
    share = float(np.clip(positive.mean(), 0.2, 0.8))
    found = np.empty((draws, len(group)), dtype=np.int64)
    for number in range(draws):
        field = smooth_field(points, np.random.default_rng([seed, number]))
        found[number] = (field > np.quantile(field, 1 - share))[group]
    return found


def _aucs(table: Training, folds: Scheme, sites: Units, labels: NDArray[np.int64]) -> Floats:
    """AUC of sites in each draw, by nearest neighbours out of fold."""
    ranks = table.X.rank(pct=True).to_numpy()
    scores = np.full(labels.shape, np.nan)
    for train, test in folds.splits:
        count = min(NEIGHBOURS, len(train))
        distance, neighbour = cKDTree(ranks[train]).query(ranks[test], k=count)
        distance, neighbour = distance.reshape(len(test), -1), neighbour.reshape(len(test), -1)
        weight = 1 / (distance + 1e-9)
        weight /= weight.sum(axis=1, keepdims=True)
        scores[:, test] = np.einsum("tk,dtk->dt", weight, labels[:, train][:, neighbour])
    return np.array([_site_auc(row, y, sites) for row, y in zip(scores, labels, strict=True)])


def _site_auc(scores: Floats, labels: NDArray[np.int64], sites: Units) -> float:
    mean, y = sites.mean(scores), sites.mean(labels.astype(float))
    known = np.isfinite(mean)
    value = auc(mean[known], (y[known] > 0.5).astype(np.int64), np.ones((1, int(known.sum()))))[0]
    return float(value) if np.isfinite(value) else 0.5


def _summary(values: Floats) -> dict[str, float]:
    low, high = np.quantile(values, [0.025, 0.975])
    rows = {"mean": values.mean(), "low": low, "high": high}
    return {name: round(float(each), 4) for name, each in rows.items()}


def _told(found: dict[str, dict[str, float]], draws: int, reach: float) -> dict[str, Any]:
    random, honest = found["random"], found["honest"]
    leaks, fair = random["low"] >= VISIBLE, honest["low"] <= 0.5 <= honest["high"]
    text = (
        f"{draws} fields of labels that no feature knows of, alike over {reach / 1000:.0f} km as "
        f"the real ones: random folds report a mean AUC of {random['mean']:.2f}, the folds of "
        f"this comparison {honest['mean']:.2f} ({honest['low']:.2f} to {honest['high']:.2f}). "
    )
    if leaks and fair:
        text += "So skill under random folds means nothing here; these folds are at chance."
    elif not fair:
        text += "These folds are not at chance: do not trust what they say of any model."
    else:
        text += "Random folds do not show a leak here, so this test shows little."
    return {
        "draws": draws,
        "range": round(reach, 1),
        **found,
        "passed": leaks and fair,
        "text": text,
    }
