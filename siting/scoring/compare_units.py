"""What a comparison counts: cells one by one, or systems with all their cells as one."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.scoring.folds import side_of
from siting.scoring.placed_folds import block_of, group_middles, places
from siting.scoring.training import Training

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Units:
    """Things that are ranked and counted, each with its class, system and block.

    Attributes
    ----------
    member : numpy.ndarray of shape (samples,)
        Unit of each sample.
    y, group, block : numpy.ndarray of shape (units,)
        Class, number of the system, number of the block.
    searched : numpy.ndarray of bool and shape (units,)
        Which units stand for the ground that is searched: the background where there is one,
        all units otherwise.
    """

    member: Integers
    y: Integers
    group: Integers
    block: Integers
    searched: NDArray[np.bool_]

    def mean(self, scores: Floats) -> Floats:
        """Mean score of each unit; NaN where none of its samples has a score."""
        known = np.isfinite(scores)
        count = np.bincount(self.member[known], minlength=len(self.y))
        total = np.bincount(self.member[known], scores[known], len(self.y))
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def units_of(table: Training, within: str) -> tuple[Units, Units]:
    """Systems and cells of a table, in blocks of a given side.

    Parameters
    ----------
    table : Training
        Samples of class 0 and 1.
    within : str
        Side of a block, ``"100 km"`` or ``"1 degree"``; or ``"region"``, for the regions of the
        table. A system lies in the block of its middle.

    Returns
    -------
    sites, cells : Units
        A system that has samples of both classes is two sites.
    """
    samples = places(table.X)
    group, longitude, latitude = group_middles(samples)
    block = _blocks(samples, group, longitude, latitude, within)
    y = np.asarray(table.y, dtype=np.int64)
    background = table.background if table.background.any() else np.ones(len(y), dtype=bool)
    cells = Units(np.arange(len(y)), y, group, block[group], background)
    code, first, member = np.unique(2 * group + y, return_index=True, return_inverse=True)
    sites = Units(member, code % 2, code // 2, block[code // 2], background[first])
    return sites, cells


def _blocks(
    samples: pd.DataFrame, group: Integers, longitude: Floats, latitude: Floats, within: str
) -> Integers:
    """Block of each group."""
    if within == "region":
        first = np.unique(group, return_index=True)[1]
        return np.asarray(pd.factorize(samples.region.to_numpy()[first], sort=True)[0])
    size, unit = side_of(within)
    block = block_of(longitude, latitude, size, unit)
    return np.asarray(np.unique(block, return_inverse=True)[1], dtype=np.int64)


def drawn(codes: Integers, draws: int, seed: int = 0) -> Floats:
    """How often each unit counts in each bootstrap over its systems or blocks.

    Parameters
    ----------
    codes : numpy.ndarray of shape (units,)
        System or block of each unit.
    draws : int
        Bootstraps.
    seed : int
        Seed; the draws are the same for every method, so that methods are paired.

    Returns
    -------
    numpy.ndarray of shape (draws, units)

    Examples
    --------
    Units of one system are drawn together:

    >>> found = drawn(np.array([0, 0, 1]), 50)
    >>> bool((found[:, 0] == found[:, 1]).all()), bool((found[:, 0] + found[:, 2] == 2).all())
    (True, True)
    """
    number = np.unique(codes, return_inverse=True)[1]
    count = int(number.max()) + 1
    rng = np.random.default_rng([seed, count])
    times = rng.multinomial(count, np.full(count, 1 / count), size=draws)
    return times[:, number].astype(np.float64)
