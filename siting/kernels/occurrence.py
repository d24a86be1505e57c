"""How often heights and periods of waves occur together."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


class Occurrence(NamedTuple):
    """A joint table: rows by height, columns by period."""

    height_edges: Floats  # (h + 1,) [m]
    period_edges: Floats  # (p + 1,) [s]
    share: Floats  # (h, p), of the steps with both values; sums to 1
    steps: int  # with both values
    missing: int  # without one of them


def occurrence(
    height: ArrayLike, period: ArrayLike, height_step: float = 0.5, period_step: float = 1.0
) -> Occurrence:
    """Share of time by classes of height and period.

    Parameters
    ----------
    height : (t,) array
        Significant wave height in even steps of time [m].
    period : (t,) array
        Period of one stated type, for devices the energy period [s].
    height_step, period_step : float
        Width of the classes, which begin at 0 and reach beyond the largest value [m], [s].

    Returns
    -------
    Occurrence
        A class holds its lower edge and not its upper one. Steps without height or period are
        counted apart: the shares are those of the rest, and no better than it stands for all.

    Raises
    ------
    ValueError
        Where values are negative, or none is there.

    Examples
    --------
    >>> found = occurrence([0.4, 0.6, 0.5, np.nan], [7.2, 7.9, 8.0, 8.0])
    >>> found.height_edges.tolist(), found.period_edges.tolist()
    ([0.0, 0.5, 1.0], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0])
    >>> found.share[:, 7:].round(3).tolist(), found.missing
    ([[0.333, 0.0], [0.333, 0.333]], 1)
    """
    h, t = np.asarray(height, float), np.asarray(period, float)
    both = np.isfinite(h) & np.isfinite(t)
    if not both.any():
        raise ValueError("there is no step with height and period")
    if (h[both] < 0).any() or (t[both] < 0).any():
        raise ValueError("heights and periods are not negative")
    edges = _edges(h[both], height_step), _edges(t[both], period_step)
    counts, *_ = np.histogram2d(h[both], t[both], bins=edges)
    count = int(both.sum())
    return Occurrence(*edges, counts / count, count, int(both.size - count))


def _edges(values: Floats, step: float) -> Floats:
    """Edges from 0 to beyond the largest value."""
    edges = np.asarray(step * np.arange(int(values.max() // step) + 2), np.float64)
    return edges if edges[-1] > values.max() else np.append(edges, edges[-1] + step)


def mean_over(table: Occurrence, values: ArrayLike) -> float:
    """Mean of what belongs to each class, weighted by how often it occurs.

    Parameters
    ----------
    table : Occurrence
        The joint table.
    values : (h, p) array
        A value for each class, such as a device's power.

    Examples
    --------
    >>> found = occurrence([0.4, 0.6], [0.5, 0.5])
    >>> mean_over(found, [[10.0], [30.0]])
    20.0
    """
    return float((table.share * np.asarray(values, float)).sum())
