"""Weights of evidence: fitted on all cells of a region, and their posterior for every cell.

A resolution of 10 km stands for a million cells, 1 km for a hundred million.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.case import OURS, Case
from siting.findings import collect
from siting.scoring.evidence import WeightsOfEvidence

Floats = NDArray[np.float64]
LAYERS = 5
BREAKS = (-1.0, -0.3, 0.3, 1.0)
CELLS_OF_10_KM = 1_000_000
KNOWN = 0.001  # share of cells with a known place


class Inputs(NamedTuple):
    """Layers as columns, and which cells have a known place."""

    X: NDArray[np.float32]
    y: NDArray[np.int8]


def prepare(resolution: str) -> Inputs:
    size = float(resolution.split(maxsplit=1)[0])
    cells = max(int(CELLS_OF_10_KM * (10 / size) ** 2), 5000)
    rng = np.random.default_rng(1)
    y = (rng.random(cells, dtype=np.float32) < KNOWN).astype(np.int8)
    y[:2] = 1
    X = rng.standard_normal((cells, LAYERS), dtype=np.float32)
    X += 0.5 * y[:, None]
    return Inputs(X, y)


def siting(inputs: Inputs) -> Floats:
    breaks = {f"x{i}": list(BREAKS) for i in range(LAYERS)}
    with collect():  # at small sizes some classes hold no known place, and that is told
        model = WeightsOfEvidence(breaks=breaks).fit(inputs.X, inputs.y)
    return np.asarray(model.predict_proba(inputs.X)[:, 1])


def numpy(inputs: Inputs) -> Floats:
    """Classes by searchsorted, counts by bincount, weights by indexing: a layer at a time."""
    known = inputs.y == 1
    total = np.full(len(known), np.log(known.sum() / (~known).sum()))
    for column in inputs.X.T:
        number = np.searchsorted(np.array(BREAKS, dtype=np.float32), column, side="right")
        total += _weights(*_counted(number, known))[number]
    return np.asarray(1 / (1 + np.exp(-total)))


def _counted(number: NDArray[Any], known: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    size = len(BREAKS) + 1
    inside = np.bincount(number[known], minlength=size)
    return inside, np.bincount(number, minlength=size) - inside


def pandas(inputs: Inputs) -> Floats:
    """Classes by cut, counts by groupby, weights by map."""
    import pandas as pd

    known = pd.Series(inputs.y == 1)
    total = np.full(len(known), np.log(known.sum() / (~known).sum()))
    edges = [-np.inf, *BREAKS, np.inf]
    for column in inputs.X.T:
        number = pd.Series(pd.cut(column, edges, right=False, labels=False))
        counts = known.groupby(number).agg(["sum", "size"]).reindex(range(len(BREAKS) + 1))
        counts = counts.fillna(0)
        inside = counts["sum"].to_numpy()
        weights = _weights(inside, counts["size"].to_numpy() - inside)
        total += number.map(dict(enumerate(weights))).to_numpy()
    return np.asarray(1 / (1 + np.exp(-total)))


def _weights(inside: Any, cells: Any) -> Floats:
    """Weight of each class, with 1 added to each count."""
    a, b = inside + 1, inside.sum() - inside + 1
    c, d = cells + 1, cells.sum() - cells + 1
    return np.asarray(np.log(a / (a + b)) - np.log(c / (c + d)))


def agree(inputs: Inputs, results: Mapping[str, Floats]) -> str:
    for theirs in results.values():
        np.testing.assert_allclose(results[OURS], theirs, rtol=1e-9, atol=0)
    return "equal within 1e-9 of the probability"


CASE = Case(
    lambda inputs: (
        f"weights of evidence of {LAYERS} layers, fitted on and applied to {len(inputs.y):,} cells"
    ),
    prepare,
    {OURS: siting, "numpy": numpy, "pandas": pandas},
    agree,
)
