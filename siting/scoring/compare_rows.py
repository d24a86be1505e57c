"""Rows of a comparison: the figures of each method under each kind of folds, with intervals."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.scoring.compare_figures import (
    AT,
    SHARES,
    auc,
    average_precision,
    calibration,
    capture,
    capture_curve,
    crossing,
    interval,
)
from siting.scoring.compare_units import Units, drawn

Floats = NDArray[np.float64]
POINTS = 120  # of a curve, at most


@dataclass(frozen=True)
class Method:
    """What ranks samples: an approach, a single layer, or a choice made inside the folds."""

    name: str
    role: str  # approach, chosen, single_chosen, single
    folds: str
    leakage: bool
    scores: Floats
    probability: bool = False


@dataclass(frozen=True)
class Judge:
    """Counts a ranking by systems and by cells, over the same bootstraps for every method.

    Attributes
    ----------
    sites, cells : Units
        What is counted.
    systems, blocks : numpy.ndarray of shape (draws, sites)
        How often each site counts in each bootstrap over systems, and over blocks.
    """

    sites: Units
    cells: Units
    systems: Floats
    blocks: Floats

    @classmethod
    def of(cls, sites: Units, cells: Units, draws: int) -> "Judge":
        """A judge with that many bootstraps."""
        return cls(sites, cells, drawn(sites.group, draws), drawn(sites.block, draws))

    def row(self, method: Method) -> dict[str, Any]:
        """All figures of one method."""
        site = self.sites.mean(method.scores)
        known = np.isfinite(site)
        y = self.sites.y[known]
        share, found = capture_curve(
            site[known], y, np.ones((1, len(y))), self.sites.searched[known]
        )
        at = float(capture((share, found), AT)[0])
        return {
            "name": method.name,
            "role": method.role,
            "folds": method.folds,
            "leakage": method.leakage,
            "sites": self._of_sites(site),
            "cells": _of_cells(method.scores, self.cells),
            "crossing": crossing(share[0], found[0]),
            "recall_squared_over_share": {"at": AT, "value": round(at**2 / AT, 4)},
            "calibration": calibration(site[known], y) if method.probability else None,
        }

    def _of_sites(self, scores: Floats) -> dict[str, Any]:
        """Figures of ranked systems, with intervals by bootstrap."""
        known = np.isfinite(scores)
        s, y, block = scores[known], self.sites.y[known], self.sites.block[known]
        one, many = np.ones((1, len(y))), self.systems[:, known]
        count = int(y.sum())
        pooled, searched = float(auc(s, y, one)[0]), self.sites.searched[known]
        curves = [capture_curve(s, y, weight, searched) for weight in (one, many)]
        return {
            "positives": count,
            "others": len(y) - count,
            "auc": interval(pooled, auc(s, y, many), count),
            "auc_over_blocks": interval(pooled, auc(s, y, self.blocks[:, known]), count),
            "within": {
                **interval(auc(s, y, one, block)[0], auc(s, y, many, block), count),
                **_pairs(y, block),
            },
            "precision": interval(
                average_precision(s, y, one)[0], average_precision(s, y, many), count
            ),
            "prevalence": round(float(y.mean()), 4),
            "capture": {f"{100 * at:g}": interval(*_both(curves, at), count) for at in SHARES},
        }

    def curves(self, method: Method) -> dict[str, Any]:
        """Capture curve, and precision and recall, over systems."""
        site = self.sites.mean(method.scores)
        known = np.isfinite(site)
        y, one = self.sites.y[known], np.ones((1, int(known.sum())))
        share, found = capture_curve(site[known], y, one, self.sites.searched[known])
        everything = np.ones(len(y), dtype=bool)
        called, recall = capture_curve(site[known], y, one, everything)
        precision = recall[0, 1:] * y.sum() / np.maximum(called[0, 1:] * len(y), 1e-9)
        return {
            "capture": _points(share[0], found[0]),
            "precision": _points(recall[0, 1:], precision),
        }

    def against(self, ours: Method, theirs: Method) -> dict[str, Any]:
        """Difference of AUC of two methods over the same bootstraps of blocks and of systems."""
        a, b = self.sites.mean(ours.scores), self.sites.mean(theirs.scores)
        known = np.isfinite(a) & np.isfinite(b)
        y, block = self.sites.y[known], self.sites.block[known]
        blocks = self.blocks[:, known]
        return {
            "name": ours.name,
            "role": ours.role,
            "single": theirs.name,
            "pooled": _difference(a[known], b[known], y, blocks, None),
            # A block that is drawn twice has its own pairs twice, not four times.
            "within": _difference(a[known], b[known], y, np.sqrt(blocks), block),
        }


def _pairs(y: NDArray[np.int64], block: NDArray[np.int64]) -> dict[str, int]:
    """Blocks that hold both classes, and pairs in them."""
    pairs = np.bincount(block, y) * np.bincount(block, 1 - y)
    return {"blocks": int((pairs > 0).sum()), "pairs": int(pairs.sum())}


def _of_cells(scores: Floats, cells: Units) -> dict[str, Any]:
    """Figures of ranked cells; no intervals, which are of systems."""
    known = np.isfinite(scores)
    s, y, block = scores[known], cells.y[known], cells.block[known]
    one = np.ones((1, len(y)))
    curve = capture_curve(s, y, one, cells.searched[known])
    found = {
        "auc": auc(s, y, one)[0],
        "within": auc(s, y, one, block)[0],
        "precision": average_precision(s, y, one)[0],
    }
    return {
        **{name: _plain(value) for name, value in found.items()},
        "prevalence": round(float(y.mean()), 4),
        "capture": {f"{100 * at:g}": _plain(capture(curve, at)[0]) for at in SHARES},
    }


def _plain(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None


def _both(curves: list[tuple[Floats, Floats]], at: float) -> tuple[float, Floats]:
    one, many = curves
    return float(capture(one, at)[0]), capture(many, at)


def _points(x: Floats, y: Floats) -> list[list[float]]:
    keep = np.unique(np.linspace(0, len(x) - 1, min(POINTS, len(x))).astype(int))
    return [[round(float(x[i]), 4), round(float(y[i]), 4)] for i in keep]


def _difference(
    ours: Floats,
    theirs: Floats,
    y: NDArray[np.int64],
    weight: Floats,
    stratum: NDArray[np.int64] | None,
) -> dict[str, Any]:
    """Difference of AUC with its interval, and the share of bootstraps in which ours is higher."""
    one = np.ones((1, len(y)))
    value = auc(ours, y, one, stratum) - auc(theirs, y, one, stratum)
    draws = auc(ours, y, weight, stratum) - auc(theirs, y, weight, stratum)
    known = draws[np.isfinite(draws)]
    share = round(float((known > 0).mean()), 4) if len(known) else None
    return {**interval(float(value[0]), draws, int(y.sum())), "share_of_bootstraps": share}


def capture_noun(sites: Units) -> str:
    """What the shares of capture are shares of.

    Examples
    --------
    >>> all_alike = np.array([True, True])
    >>> capture_noun(Units(*(np.array([0, 1]),) * 4, all_alike))
    'systems'
    """
    return "systems" if sites.searched.all() else "valid area"


def folds_row(name: str, leakage: bool, splits: Any, facts: Mapping[str, Any]) -> dict[str, Any]:
    """How large the folds of one kind are."""
    trained = [len(train) for train, _ in splits]
    tested = [len(test) for _, test in splits]
    return {
        "name": name,
        "leakage": leakage,
        "splits": len(tested),
        "trained": int(np.median(trained)),
        "tested": int(sum(tested)),
        **facts,
    }
