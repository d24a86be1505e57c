"""Where known fields rank among all land: percentiles, capture, AUC, and their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.grid import cell_area, sample, tiles

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
SHARES = (0.01, 0.05, 0.10)  # of land, at which capture is told
FEWEST_FIELDS = 15  # with fewer only the interval is told
LEVEL = 0.95  # of intervals


def share_above(values: Floats, background: Floats, weights: Floats) -> Floats:
    """Weighted share of a background that lies above each value; ties count half.

    Parameters
    ----------
    values : numpy.ndarray of shape (k,)
        Scores of the fields; NaN ranks below every number.
    background : numpy.ndarray of shape (n,)
        Scores of the land.
    weights : numpy.ndarray of shape (n,)
        Areas of the background's cells, in any unit.

    Returns
    -------
    numpy.ndarray of shape (k,)
        Shares from 0 (nothing scores higher) to 1.

    Examples
    --------
    >>> share_above(np.array([9.0, 2.0]), np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4)).tolist()
    [0.0, 0.625]
    """
    tally = Tally(values)
    tally.add(background, weights)
    return tally.shares()


class Tally:
    """Areas above and at each field's score, summed block by block, so that no grid is held.

    Parameters
    ----------
    values : numpy.ndarray of shape (k,)
        Scores of the fields.
    """

    def __init__(self, values: Floats) -> None:
        known = _ranked(values)
        self.levels, self.where = np.unique(known, return_inverse=True)
        self.above = np.zeros(len(self.levels) + 1)
        self.at = np.zeros(len(self.levels) + 1)
        self.total = 0.0

    def add(self, background: Floats, weights: Floats) -> None:
        """Count a block of land."""
        values = _ranked(background)
        below = np.searchsorted(self.levels, values, "left")
        self.above += np.bincount(below, weights, len(self.above))
        reached = np.minimum(below, max(len(self.levels) - 1, 0))
        equal = self.levels[reached] == values if len(self.levels) else np.zeros(len(values), bool)
        self.at += np.bincount(below[equal], weights[equal], len(self.at))
        self.total += float(weights.sum())

    def shares(self) -> Floats:
        """Share of all land counted so far that scores above each field, ties by half."""
        # A cell that lies above i levels lies above each of the first i of them.
        higher = self.above[::-1].cumsum()[::-1][1:]
        return np.asarray(((higher + 0.5 * self.at[:-1]) / self.total)[self.where])


def _ranked(values: Floats) -> Floats:
    """Values with NaN below every number: land of unknown score is searched last."""
    return np.where(np.isnan(values), -np.inf, values)


@dataclass(frozen=True)
class Stratum:
    """A part of the land, and which of the fields lie in it."""

    name: str
    layer: xr.DataArray
    fields: NDArray[np.bool_]


def layer_percentiles(
    layer: xr.DataArray,
    direction: str,
    cells: tuple[Integers, Integers],
    strata: Sequence[Stratum],
    grid: GeoBox,
) -> dict[str, Floats]:
    """Percentile of each field under a layer, among the land of each stratum.

    Parameters
    ----------
    layer : (y, x) layer
        A score or a single layer.
    direction : {"higher", "lower"}
        Which end of the layer is favourable.
    cells : pair of numpy.ndarray of shape (k,)
        Rows and columns of the fields.
    strata : sequence of Stratum
        Parts of the land; fields outside a stratum get NaN in it.
    grid : GeoBox
        The grid.
    """
    sign = 1.0 if direction == "higher" else -1.0
    scores = sign * sample(layer, *cells)
    tallies = {each.name: Tally(scores[each.fields]) for each in strata}
    area = cell_area(grid)
    for rows, columns in tiles(grid):
        block = sign * np.asarray(layer.data[rows, columns]).astype(np.float64)
        size = np.asarray(area.data[rows, columns]).astype(np.float64)
        for each in strata:
            inside = np.asarray(each.layer.data[rows, columns]) == 1
            tallies[each.name].add(block[inside], size[inside])
    return {each.name: _spread_out(tallies[each.name].shares(), each.fields) for each in strata}


def _spread_out(shares: Floats, fields: NDArray[np.bool_]) -> Floats:
    found = np.full(len(fields), np.nan)
    found[fields] = shares
    return found


def bootstrap_draws(count: int, draws: int, seed: int = 0) -> Integers:
    """Rows of fields for each bootstrap, the same for every method, so that methods are paired."""
    return np.random.default_rng([seed, count]).integers(0, count, (draws, count))


def captured(percentiles: Floats, share: float) -> NDArray[np.bool_]:
    """Which fields lie in the best share of the land."""
    return percentiles <= share


def figures(percentiles: Floats, draws: int) -> dict[str, Any]:
    """AUC and capture of one method, each with its interval by bootstrap over fields.

    Parameters
    ----------
    percentiles : numpy.ndarray of shape (k,)
        Percentile of each field in the stratum; NaN for fields outside it.
    draws : int
        Number of bootstraps.

    Returns
    -------
    dict
        ``fields``, ``auc`` and ``capture`` at 1, 5 and 10 % of land, each of value, low, high;
        the value is None for fewer than 15 fields.

    Examples
    --------
    >>> found = figures(np.full(20, 0.04), 100)
    >>> found["auc"]["value"], found["capture"]["5"], found["fields"]
    (0.96, {'value': 1.0, 'low': 1.0, 'high': 1.0}, 20)
    """
    known = percentiles[~np.isnan(percentiles)]
    picks = bootstrap_draws(len(known), draws) if len(known) > 1 else None
    return {
        "fields": len(known),
        "auc": interval(1.0 - known, picks),
        "capture": {
            f"{share * 100:g}": interval(captured(known, share).astype(float), picks)
            for share in SHARES
        },
    }


def interval(values: Floats, picks: Integers | None) -> dict[str, float | None]:
    """Mean of a figure over fields, with its interval; None where fields are too few."""
    if picks is None:
        return {"value": None, "low": None, "high": None}
    means = values[picks].mean(axis=1)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    enough = len(values) >= FEWEST_FIELDS
    return {
        "value": round(float(values.mean()), 4) if enough else None,
        "low": round(float(low), 4),
        "high": round(float(high), 4),
    }


def paired(ours: Floats, theirs: Floats, share: float, draws: int) -> dict[str, Any]:
    """How often a method captures more than another, over the same bootstraps of fields.

    Examples
    --------
    >>> paired(np.full(20, 0.01), np.full(20, 0.2), 0.05, 100)["share_of_bootstraps"]
    1.0
    """
    known = ~np.isnan(ours) & ~np.isnan(theirs)
    gain = captured(ours[known], share).astype(float) - captured(theirs[known], share)
    picks = bootstrap_draws(int(known.sum()), draws)
    means = gain[picks].mean(axis=1)
    return {
        "at": share,
        "share_of_bootstraps": round(float((means > 0).mean()), 4),
        "difference": interval(gain, picks),
    }


def curve(percentiles: Floats, points: int = 200) -> list[list[float]]:
    """Capture curve: share of land searched, best first, against share of fields found."""
    known = np.sort(percentiles[~np.isnan(percentiles)])
    found = np.arange(1, len(known) + 1) / max(len(known), 1)
    keep = np.unique(np.linspace(0, len(known) - 1, min(points, len(known))).astype(int))
    rows = [[round(float(known[i]), 5), round(float(found[i]), 5)] for i in keep]
    return [[0.0, 0.0], *rows, [1.0, 1.0]]
