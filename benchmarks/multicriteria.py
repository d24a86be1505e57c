"""TOPSIS of a table of alternatives by eight criteria."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.case import OURS, Case
from siting.kernels.multicriteria import closeness, topsis

Floats = NDArray[np.float64]
CRITERIA = 8
CELLS_OF_10_KM = 1_000_000  # by which a resolution becomes a number of alternatives
ROWS = 4096  # alternatives that are scored at once


class Inputs(NamedTuple):
    """Alternatives with weights; bounds are the extremes of the data, as the peer takes them."""

    values: Floats
    weights: Floats
    worst: Floats
    best: Floats


def prepare(resolution: str) -> Inputs:
    size = float(resolution.split(maxsplit=1)[0])
    rng = np.random.default_rng(1)
    values = rng.gamma(2.0, size=(max(int(CELLS_OF_10_KM * (10 / size) ** 2), 10), CRITERIA))
    low, high = values.min(axis=0), values.max(axis=0)
    up = np.arange(CRITERIA) % 2 == 0
    weights = rng.dirichlet(np.ones(CRITERIA))
    return Inputs(values, weights, np.where(up, low, high), np.where(up, high, low))


def siting(inputs: Inputs) -> Floats:
    found = np.empty(len(inputs.values))
    for start in range(0, len(found), ROWS):
        part = slice(start, start + ROWS)
        near = closeness(inputs.values[part], inputs.worst, inputs.best)
        found[part] = topsis(near, inputs.weights[None])[:, 0]
    return found


def pymcdm(inputs: Inputs) -> Floats:
    """Without its checks of the input, which take longer than its TOPSIS."""
    from pymcdm.methods import TOPSIS

    types = np.where(inputs.best > inputs.worst, 1, -1)
    return np.asarray(TOPSIS()(inputs.values, inputs.weights, types, validation=False))


def checked_pymcdm(inputs: Inputs) -> Floats:
    """As it is called by default."""
    from pymcdm.methods import TOPSIS

    types = np.where(inputs.best > inputs.worst, 1, -1)
    return np.asarray(TOPSIS()(inputs.values, inputs.weights, types))


def agree(inputs: Inputs, results: Mapping[str, Floats]) -> str:
    for theirs in results.values():
        np.testing.assert_allclose(results[OURS], theirs, rtol=0, atol=1e-12)
    return "equal within 1e-12"


CASE = Case(
    lambda inputs: f"TOPSIS of {len(inputs.values):,} alternatives by {CRITERIA} criteria",
    prepare,
    {OURS: siting, "pymcdm": pymcdm, "pymcdm, checked": checked_pymcdm},
    agree,
)
