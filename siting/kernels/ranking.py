"""Ranks of values within a weighted background."""

import numpy as np
from numpy.typing import ArrayLike

from siting.projection import Floats


class Background:
    """Values to rank others against, sorted once.

    Parameters
    ----------
    values : array-like of shape (n,)
        The background; NaN is left out.
    weights : array-like of shape (n,), optional
        What each value counts, such as the area of its cell; 1 each by default.

    Raises
    ------
    ValueError
        Where no value is left, or a weight is negative, not finite, or all are 0.

    Examples
    --------
    >>> Background([1.0, 2.0, 2.0, 3.0]).share_above([2.0, 0.0, 9.0]).tolist()
    [0.5, 1.0, 0.0]
    """

    def __init__(self, values: ArrayLike, weights: ArrayLike | None = None) -> None:
        every = np.asarray(values).ravel()
        known = ~np.isnan(every)
        each = np.ones(every.shape) if weights is None else np.asarray(weights, float).ravel()
        each = each[known]
        self._values, place = np.unique(every[known], return_inverse=True)
        self._weights = np.bincount(place, weights=each, minlength=len(self._values))
        self._below = np.concatenate([[0.0], np.cumsum(self._weights)])
        if not (np.isfinite(each).all() and (each >= 0).all() and self._below[-1] > 0):
            raise ValueError("a background needs values, with finite weights, not all of them 0")

    def share_above(self, values: ArrayLike) -> Floats:
        """Weighted share of the background above each value, ties counting half.

        Parameters
        ----------
        values : array-like
            Values to rank; NaN gives NaN.

        Returns
        -------
        numpy.ndarray
            Shares from 0 (above all) to 1 (below all) [1], in the shape of the values.
        """
        wanted = np.asarray(values)
        position = np.searchsorted(self._values, wanted)
        nearest = np.minimum(position, len(self._values) - 1)
        tied = np.where(self._values[nearest] == wanted, self._weights[nearest], 0.0)
        share = (self._below[-1] - self._below[position] - tied / 2) / self._below[-1]
        return np.where(np.isnan(wanted), np.nan, share)


def share_above(
    values: ArrayLike, background: ArrayLike, weights: ArrayLike | None = None
) -> Floats:
    """Weighted share of a background above each value, ties counting half.

    Parameters
    ----------
    values : array-like
        Values to rank; NaN gives NaN.
    background : array-like of shape (n,)
        Values to rank against; NaN is left out.
    weights : array-like of shape (n,), optional
        What each background value counts; 1 each by default.

    Raises
    ------
    ValueError
        Where the background is empty or its weights are no weights.

    Notes
    -----
    One minus the weighted mean of this share over the targets is the area under the curve of
    captured targets against background: the ROC's for targets against background.

    Examples
    --------
    >>> share_above([2.0], [1.0, 2.0, 3.0, 4.0], weights=[1, 1, 1, 5]).tolist()
    [0.8125]
    """
    return Background(background, weights).share_above(values)
