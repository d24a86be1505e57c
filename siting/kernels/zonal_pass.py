"""Figures of many layers over zones in one pass over their tiles."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import dask.array as da
import numpy as np
from numpy.typing import NDArray

from siting.kernels.blocks import over_blocks
from siting.kernels.zonal import Moments, joined, moments, nothing
from siting.kernels.zonal_coverage import Coverage, Outlines, coverage

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Place = tuple[slice, slice]

AT_ONCE = 4_000_000  # cells in the boxes of zones whose coverage is held together


class Samples(NamedTuple):
    """Values of a layer in zones, those of a zone side by side from ``start`` on."""

    start: Integers
    value: Floats
    weight: Floats


class Figures(NamedTuple):
    """What is known of zones.

    Parameters
    ----------
    area : numpy.ndarray of shape (zones,)
        Area of each zone on the grid.
    moments : list of Moments
        Of each layer.
    samples : list of Samples
        Of each layer; none where they are not kept.
    """

    area: Floats
    moments: list[Moments]
    samples: list[Samples]


def over_zones(
    layers: Sequence[da.Array],
    area: da.Array,
    places: Sequence[Place],
    outlines: Outlines,
    keep: bool,
) -> Figures:
    """Figures of layers over zones.

    Parameters
    ----------
    layers : sequence of dask arrays of shape (y, x)
        Values, NaN for no data, all in the same chunks.
    area : dask array of shape (y, x)
        Area of each cell, in the same chunks.
    places : sequence of (rows, columns)
        Where each chunk lies, row by row.
    outlines : Outlines
        The zones.
    keep : bool
        Whether values are kept for quantiles and majorities.

    Notes
    -----
    Each tile of a layer is read once, and how far zones cover its cells is found once for all
    layers.
    """
    numbers = np.arange(len(places)).reshape(area.numblocks)
    number = da.from_array(numbers, chunks=1)  # type: ignore[no-untyped-call]  # dask has no hints
    tile = partial(_tile, places=places, outlines=outlines, keep=keep)
    parts = [part for found in over_blocks(tile, number, area, *layers) for part in found]
    zones = len(outlines.bounds)
    total, figures = np.zeros(zones), [nothing(zones) for _ in layers]
    for which, covered, found, _ in parts:
        total[which] += covered
        for all_, one in zip(figures, found, strict=True):
            both = joined(Moments(*(each[which] for each in all_)), one)
            for each, values in zip(all_, both, strict=True):
                each[which] = values
    samples = [_sorted([(p[0], p[3][k]) for p in parts], zones) for k in range(len(layers) * keep)]
    return Figures(total, figures, samples)


def _tile(
    number: NDArray[Any],
    area: Floats,
    *values: NDArray[Any],
    places: Sequence[Place],
    outlines: Outlines,
    keep: bool,
) -> list[tuple[Integers, Floats, list[Moments], list[Samples]]]:
    """Zones of a tile by some at a time: numbers, areas, figures and samples of each layer."""
    rows, columns = places[int(number.item())]
    found = []
    for zones in _batches(outlines.bounds, rows, columns):
        covered = coverage(outlines, zones, rows, columns)
        weight = covered.share * area[covered.row, covered.column]
        size = _sums(weight, covered.start)
        figures = [moments(each, area, covered) for each in values]
        kept = [_samples(each, weight, covered) for each in values] if keep else []
        found.append((zones, size, figures, kept))
    return found


def _batches(bounds: Floats, rows: slice, columns: slice) -> list[Integers]:
    """Numbers of the zones whose bounds meet a tile, in runs of not too many cells."""
    low = np.maximum(bounds[:, :2], (columns.start, rows.start))
    high = np.minimum(bounds[:, 2:], (columns.stop, rows.stop))
    with np.errstate(invalid="ignore"):
        zones = np.flatnonzero((high > low).all(axis=1))
    boxes = (np.ceil(high[zones]) - np.floor(low[zones])).prod(axis=1)
    run = (np.cumsum(boxes) - boxes) // AT_ONCE
    return [zones[run == each] for each in np.unique(run)]


def _sums(values: Floats, start: Integers) -> Floats:
    zone = np.repeat(np.arange(start.size - 1), np.diff(start))
    return np.asarray(np.bincount(zone, values, minlength=start.size - 1), dtype=float)


def _samples(values: NDArray[Any], weight: Floats, covered: Coverage) -> Samples:
    found = np.asarray(values[covered.row, covered.column], dtype=float)
    known = np.isfinite(found) & (weight > 0)
    start = np.r_[0, np.cumsum(known)][covered.start]
    return Samples(start, found[known], weight[known])


def _sorted(parts: list[tuple[Integers, Samples]], zones: int) -> Samples:
    """Samples of all tiles, by zone."""
    if not parts:
        return Samples(np.zeros(zones + 1, dtype=np.int64), np.zeros(0), np.zeros(0))
    zone = np.concatenate([np.repeat(which, np.diff(each.start)) for which, each in parts])
    order = np.argsort(zone, kind="stable")
    value, weight = (
        np.concatenate([getattr(each, name) for _, each in parts])[order]
        for name in ("value", "weight")
    )
    return Samples(np.searchsorted(zone[order], np.arange(zones + 1)), value, weight)
