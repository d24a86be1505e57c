"""Statistics of the cells in a window round each cell of a tile."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from siting.projection import Floats

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Footprint:
    """The cells within a radius, for each row of a tile.

    Attributes
    ----------
    half_widths : numpy.ndarray of shape (2 * halo + 1, rows)
        Cells to either side at each row offset, from the northernmost; -1 where there are none.
    margin : int
        Columns that the values have beyond the tile on either side.
    """

    half_widths: Integers
    margin: int

    def strips(self) -> Iterator[tuple[int, Integers, int]]:
        """Row offset into the values, rows of the tile, and half width that they share."""
        for offset, widths in enumerate(self.half_widths):
            for width in np.unique(widths[widths >= 0]):
                yield offset, np.flatnonzero(widths == width), int(width)

    def centre(self, values: Floats) -> Floats:
        """The values of the tile itself."""
        halo = len(self.half_widths) // 2
        rows = slice(halo, values.shape[0] - halo)
        return values[rows, self.margin : values.shape[1] - self.margin]


def mean(values: Floats, footprint: Footprint) -> Floats:
    """Mean of the known cells in the window, for :func:`siting.focal.overlap`."""
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return _sums(np.where(known, values, 0.0), footprint) / _sums(known, footprint)


def standard_deviation(values: Floats, footprint: Footprint) -> Floats:
    """Standard deviation of the known cells in the window, for :func:`siting.focal.overlap`."""
    known = ~np.isnan(values)
    # About the mean of the tile, so that the squares keep their digits.
    middle = values[known].mean() if known.any() else 0.0
    centred = np.where(known, values - middle, 0.0)
    with np.errstate(invalid="ignore"):
        number = _sums(known, footprint)
        variance = _sums(centred**2, footprint) / number - (_sums(centred, footprint) / number) ** 2
        return np.sqrt(np.maximum(variance, 0.0))


def maximum(values: Floats, footprint: Footprint) -> Floats:
    """Greatest of the known cells in the window, for :func:`siting.focal.overlap`."""
    filled = np.where(np.isnan(values), -np.inf, values)
    inner = slice(footprint.margin, values.shape[1] - footprint.margin)
    result = np.full(footprint.centre(values).shape, -np.inf)
    for offset, rows, width in footprint.strips():
        strip = maximum_filter1d(filled[rows + offset], 2 * width + 1, axis=1)[:, inner]
        result[rows] = np.maximum(result[rows], strip)
    return result


def minimum(values: Floats, footprint: Footprint) -> Floats:
    """Least of the known cells in the window, for :func:`siting.focal.overlap`."""
    return -maximum(-values, footprint)


def _sums(values: NDArray[np.generic], footprint: Footprint) -> Floats:
    """Sums over the window, as differences of running sums along each row."""
    running = np.zeros((values.shape[0], values.shape[1] + 1))
    np.cumsum(values, axis=1, out=running[:, 1:])
    result: Floats = np.zeros(footprint.centre(running[:, 1:]).shape)
    columns = result.shape[1]
    for offset, rows, width in footprint.strips():
        strip, west = running[rows + offset], footprint.margin - width
        east = west + 2 * width + 1
        result[rows] += strip[:, east : east + columns] - strip[:, west : west + columns]
    return result
