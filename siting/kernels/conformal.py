"""Intervals from errors at held-out samples."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def half_width(errors: ArrayLike, coverage: float, weights: ArrayLike | None = None) -> float:
    """Width to either side within which the next error lies with a given probability.

    Parameters
    ----------
    errors : array-like of shape (n,)
        Errors at samples that the model was not fitted on; their signs do not matter.
    coverage : float
        The probability, above 0 and below 1 [1].
    weights : array-like of shape (n,), optional
        How much each error counts, in units of one independent sample.

    Returns
    -------
    float
        In the unit of the errors; the largest of them where they are fewer than
        :func:`fewest` and no width is wide enough for sure.

    Notes
    -----
    Of n + 1 exchangeable errors the next one is below the ceil((n + 1) c)-th smallest with
    probability c at least.

    References
    ----------
    Vovk et al. (2005), Algorithmic Learning in a Random World; Lei et al. (2018), J. Am. Stat.
    Assoc. 113, 1094-1111.

    Examples
    --------
    >>> half_width([3.0, -1.0, 2.0, 4.0], 0.8), half_width([3.0, -1.0, 2.0, 4.0], 0.5)
    (4.0, 3.0)
    """
    size = np.abs(np.asarray(errors, dtype=np.float64))
    order = np.argsort(size, kind="stable")
    weight = np.ones(len(size)) if weights is None else np.asarray(weights, dtype=np.float64)
    below = np.cumsum(weight[order])
    wanted = (below[-1] + 1) * coverage
    # A hair less, since a sum of weights such as 1/3 misses the whole number it stands for.
    rank = int(np.searchsorted(below, wanted * (1 - 1e-12)))
    return float(size[order[min(rank, len(size) - 1)]])


def fewest(coverage: float) -> int:
    """How many errors are needed at least for an interval of that coverage.

    Examples
    --------
    >>> fewest(0.8), fewest(0.9), fewest(0.95)
    (4, 9, 19)
    """
    return math.ceil(coverage / (1 - coverage) - 1e-9)
