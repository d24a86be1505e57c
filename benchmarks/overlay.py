"""Weighted mean of criteria over the world's land."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import xarray as xr
from odc.geo.geobox import GeoBox

from benchmarks.case import OURS, Case
from benchmarks.world import Floats, criteria, land, world
from siting.scoring.overlay import weighted


class Inputs(NamedTuple):
    """Criteria in 0..1 with their weights, in memory, and land."""

    grid: GeoBox
    layers: list[xr.DataArray]
    weights: list[float]
    land: xr.DataArray


def prepare(resolution: str) -> Inputs:
    grid = world(resolution)
    layers = criteria(grid)
    return Inputs(grid, layers, [1.0 / (1 + i) for i in range(len(layers))], land(grid))


def siting(inputs: Inputs) -> Floats:
    pairs = list(zip(inputs.layers, inputs.weights, strict=True))
    return np.asarray(weighted(pairs, inputs.land, inputs.grid).score.to_numpy())


def numpy(inputs: Inputs) -> Floats:
    """In whole arrays."""
    total = np.zeros(inputs.grid.shape)
    for layer, weight in zip(inputs.layers, inputs.weights, strict=True):
        total += weight * layer.to_numpy()
    return np.where(inputs.land.to_numpy(), total / sum(inputs.weights), np.nan)


def xarray(inputs: Inputs) -> Floats:
    """Lazily, in the same tiles."""
    parts = [w * u.astype("f8") for u, w in zip(inputs.layers, inputs.weights, strict=True)]
    score = sum(parts[1:], parts[0]) / sum(inputs.weights)
    return np.asarray(score.where(inputs.land).to_numpy())


def agree(inputs: Inputs, results: Mapping[str, Floats]) -> str:
    for theirs in results.values():
        np.testing.assert_allclose(results[OURS], theirs, rtol=0, atol=1e-7)
    return "equal within 1e-7"


CASE = Case(
    lambda inputs: (
        f"weighted mean of {len(inputs.layers)} layers over {int(inputs.land.sum()):,} land cells"
    ),
    prepare,
    {OURS: siting, "numpy": numpy, "xarray": xarray},
    agree,
)
