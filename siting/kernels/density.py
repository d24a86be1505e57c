"""Numbers of events within a true distance of each cell."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial import cKDTree

from siting.geodesy import chord, ecef
from siting.projection import Floats

_PATCH = 24  # rows and columns of cells that share one search
_PAIRS = 2_000_000  # distances held at once


def events_within(
    longitude: ArrayLike,
    latitude: ArrayLike,
    event_longitude: ArrayLike,
    event_latitude: ArrayLike,
    radius: float,
    weights: ArrayLike | None = None,
) -> Floats:
    """Number, or summed weight, of the events within a radius of each cell.

    Parameters
    ----------
    longitude, latitude : array-like of shape (rows, columns)
        Cell centres [degree], neighbours in the arrays being neighbours on the ground.
    event_longitude, event_latitude : array-like of shape (n,)
        Events [degree]; there may be none.
    radius : float
        Distance over the ground [m].
    weights : array-like of shape (n,), optional
        What each event counts; 1 each by default.

    Returns
    -------
    numpy.ndarray of shape (rows, columns)
        Numbers of events.

    Raises
    ------
    ValueError
        Where the radius is not greater than 0, or an event has no finite coordinates.

    Notes
    -----
    Small patches of cells look for the events in reach together, then compare their cells with
    those alone. Distances go through the earth and are right across the dateline.

    Examples
    --------
    >>> events_within([[0.0, 1.0]], [[0.0, 0.0]], [0.0, -0.5], [0.0, 0.0], 120_000.0).tolist()
    [[2.0, 1.0]]
    """
    if not radius > 0:
        raise ValueError(f"radius must be greater than 0 m (got {radius})")
    cells, events = ecef(longitude, latitude), ecef(event_longitude, event_latitude).reshape(-1, 3)
    share = np.ones(len(events)) if weights is None else np.asarray(weights, dtype=float)
    counts = np.zeros(cells.shape[:2])
    if not len(events):
        return counts
    tree, reach = cKDTree(events), float(chord(radius))
    for patch in _patches(counts.shape):
        points = cells[patch].reshape(-1, 3)
        centre = points.mean(axis=0)
        points -= centre
        near = tree.query_ball_point(centre, reach + np.sqrt(_squares(points).max()))
        if near:
            total = _weight_within(points, events[near] - centre, share[near], reach)
            counts[patch] = total.reshape(counts[patch].shape)
    return counts


def _patches(shape: tuple[int, ...]) -> Iterator[tuple[slice, slice]]:
    for i in range(0, shape[0], _PATCH):
        for j in range(0, shape[1], _PATCH):
            yield slice(i, i + _PATCH), slice(j, j + _PATCH)


def _weight_within(points: Floats, events: Floats, weights: Floats, reach: float) -> Floats:
    """Summed weight of the events within reach of each point, a part of the events at a time."""
    total = np.zeros(len(points))
    step = max(_PAIRS // len(points), 1)
    limit = reach**2 - _squares(points)[:, None]
    for start in range(0, len(events), step):
        part = events[start : start + step]
        inside = points @ (-2.0 * part.T) + _squares(part) <= limit
        total += np.where(inside, weights[start : start + step], 0.0).sum(axis=1)
    return total


def _squares(vectors: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", vectors, vectors))
