"""One value in a whole block of cells, apart from all others: missing data that nobody declared."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from siting.findings import warn
from siting.io.repeated import middle
from siting.io.source import RasterSource

MAX_CELLS = 4_000_000  # that are looked at, in the middle of the raster
SHARE = 0.1  # of the cells in one block, from which it is a fill, and ...
MOST = 0.7  # beyond which it is what the raster holds: thickness of a rare rock
GAP = 0.3  # of the range of the others, that lies between it and them
VARIED = 20  # values that the others have at least: a continuum
SUSPECT = 0.05  # share of a sample that makes a look worth while


def check_fill(source: RasterSource, sample: list[float]) -> bool:
    """Report a block of cells that hold one value apart from a continuum; whether there is one.

    Parameters
    ----------
    source : RasterSource
        A raster of amounts.
    sample : list of float
        Some of its stored values.
    """
    if not sample or not is_suspect(np.asarray(sample, dtype=float)):
        return False
    found = fill(*source.stored(*middle(source, MAX_CELLS)))
    if found is None:
        return False
    value, share, low, high = found
    low, high = sorted((source.scaled(low), source.scaled(high)))
    warn(
        "NODATA_UNDECLARED",
        "one value in a block of cells, apart from all others, looks like missing data",
        where=str(source.path),
        found=f"{source.scaled(value):.6g} in {share:.0%} of the cells, side by side",
        wanted=f"values like the others, {low:.6g} to {high:.6g}",
        fix=f"if it means no data, add `nodata: {value:.6g}` to the source",
    )
    return True


def is_suspect(sample: NDArray[np.float64]) -> bool:
    """Whether the least or the greatest value of a sample is frequent and apart from the others.

    Examples
    --------
    >>> others = np.linspace(40, 106, 100)
    >>> is_suspect(np.append(others, np.zeros(50))), is_suspect(others)
    (True, False)
    """
    for extreme in (sample.min(), sample.max()):
        alike = sample == extreme
        others = sample[~alike]
        if alike.mean() >= SUSPECT and _is_apart(float(extreme), others):
            return True
    return False


def _is_apart(value: float, others: NDArray[np.float64]) -> bool:
    """Whether a value is far from others, which are a continuum."""
    if np.unique(others).size < VARIED:
        return False
    low, high = float(others.min()), float(others.max())
    return max(low - value, value - high) > GAP * (high - low)


def fill(
    values: NDArray[Any], missing: NDArray[np.bool_]
) -> tuple[float, float, float, float] | None:
    """The value of a fill, the share of cells of its largest block, least and greatest others.

    Examples
    --------
    >>> cells = np.arange(400.0).reshape(20, 20) / 10 + 40
    >>> cells[:10] = 0
    >>> fill(cells, np.zeros((20, 20), dtype=bool))
    (0.0, 0.5, 60.0, 79.9)
    """
    there = ~missing & np.isfinite(values)
    if not there.any():
        return None
    known = values[there].astype(float)
    for extreme in (float(known.min()), float(known.max())):
        others = known[known != extreme]
        if others.size < (1 - MOST) * known.size or not _is_apart(extreme, others):
            continue
        blocks, count = label(there & (values == extreme))
        share = float(np.bincount(blocks.ravel())[1:].max() / known.size) if count else 0.0
        if share >= SHARE:
            return extreme, share, float(others.min()), float(others.max())
    return None
