"""Where known fields rank among all land: percentiles, capture, AUC, and their intervals."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
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


@dataclass(frozen=True)
class Stratum:
    """A part of the land, and which of the fields lie in it."""

    name: str
    layer: xr.DataArray
    fields: NDArray[np.bool_]


@dataclass(frozen=True)
class Ranked:
    """A layer, and the end of it that is favourable: 1 for the highest, -1 for the lowest."""

    layer: xr.DataArray
    sign: float

    def values(self, values: Any) -> Floats:
        """Values with the best highest, and NaN below every number: it is searched last."""
        oriented = self.sign * np.asarray(values).astype(np.float64)
        return np.where(np.isnan(oriented), -np.inf, oriented)


def percentiles(
    ranked: Sequence[Ranked],
    cells: tuple[Integers, Integers],
    strata: Sequence[Stratum],
    grid: GeoBox,
) -> list[dict[str, Floats]]:
    """Percentile of each field under each layer, among the land of each stratum.

    Parameters
    ----------
    ranked : sequence of Ranked
        Scores and single layers.
    cells : pair of numpy.ndarray of shape (k,)
        Rows and columns of the fields.
    strata : sequence of Stratum
        Parts of the land; the first holds all others. Fields outside one get NaN in it.
    grid : GeoBox
        The grid.

    Returns
    -------
    list of dict
        For each layer, by stratum: the share of land, by true area, that scores higher than
        each field; ties count half.

    Notes
    -----
    One pass over the tiles, each read once for all layers; what is kept of a tile is the area
    between any two fields' scores. Tiles are added up in their order, so threads do not matter.
    """
    at_fields = [each.values(sample(each.layer, *cells)) for each in ranked]
    levels = [np.unique(each) for each in at_fields]
    area = cell_area(grid)
    block = partial(_areas, ranked=ranked, levels=levels, strata=strata, area=area)
    with ThreadPoolExecutor() as pool:
        total = sum(pool.map(block, tiles(grid)), start=np.zeros(()))
    found = []
    for layer, (values, level) in enumerate(zip(at_fields, levels, strict=True)):
        where = np.searchsorted(level, values)
        shares = [_shares(total[layer, number], len(level)) for number in range(len(strata))]
        pairs = zip(strata, shares, strict=True)
        found.append({s.name: np.where(s.fields, share[where], np.nan) for s, share in pairs})
    return found


def _areas(
    tile: tuple[slice, slice],
    ranked: Sequence[Ranked],
    levels: Sequence[Floats],
    strata: Sequence[Stratum],
    area: xr.DataArray,
) -> Floats:
    """Areas of a tile by layer, stratum, and place among the levels: between, then at each."""
    masks = [np.asarray(each.layer.data[tile]) == 1 for each in strata]
    inside = masks[0]
    size = np.asarray(area.data[tile]).astype(np.float64)[inside]
    weights = [size * mask[inside] for mask in masks]
    longest = max(len(each) for each in levels) + 1
    found = np.zeros((len(ranked), len(strata), 2, longest))
    for number, (each, level) in enumerate(zip(ranked, levels, strict=True)):
        below, equal = _placed(each.values(each.layer.data[tile])[inside], level)
        for part, weight in enumerate(weights):
            found[number, part, 0] = np.bincount(below, weight, longest)
            found[number, part, 1] = np.bincount(below[equal], weight[equal], longest)
    return found


def _placed(values: Floats, levels: Floats) -> tuple[Integers, NDArray[np.bool_]]:
    """How many levels lie below each value, and whether it equals the next one."""
    below = np.searchsorted(levels, values, "left")
    reached = np.minimum(below, len(levels) - 1)
    return below, levels[reached] == values


def _shares(areas: Floats, count: int) -> Floats:
    """Share of the land above each level, ties by half."""
    between, at = areas
    # A cell above i levels lies above each of the first i of them.
    higher = between[::-1].cumsum()[::-1][1 : count + 1]
    with np.errstate(invalid="ignore"):  # a stratum without land has no shares
        return np.asarray((higher + 0.5 * at[:count]) / between.sum())


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

    Examples
    --------
    >>> share_above(np.array([9.0, 2.0]), np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4)).tolist()
    [0.0, 0.625]
    """
    values, background = (np.where(np.isnan(v), -np.inf, v) for v in (values, background))
    levels, where = np.unique(values, return_inverse=True)
    below, equal = _placed(background, levels)
    areas = np.zeros((2, len(levels) + 1))
    areas[0] = np.bincount(below, weights, areas.shape[1])
    areas[1] = np.bincount(below[equal], weights[equal], areas.shape[1])
    return _shares(areas, len(levels))[where]


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
