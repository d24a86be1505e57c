"""Values measured at one place, made one value: a cluster of wells is not many witnesses."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def clusters(places: Floats, distance: float) -> Integers:
    """Number of the cluster that each place belongs to; neighbours within a distance share one.

    Parameters
    ----------
    places : numpy.ndarray of shape (n, 3)
        Positions [m].
    distance : float
        Greatest distance between neighbours [m].

    Examples
    --------
    >>> clusters(np.array([[0.0, 0, 0], [900, 0, 0], [0, 60, 0]]), 100.0).tolist()
    [0, 1, 0]
    """
    pairs = cKDTree(places).query_pairs(distance, output_type="ndarray")
    joined = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(places),) * 2)
    return np.asarray(connected_components(joined, directed=False)[1], dtype=np.int64)


def combined(
    places: Floats, values: Floats, error: Floats, cluster: Integers
) -> tuple[Floats, Floats, Floats]:
    """Places, values and error variances with one row for each cluster.

    Parameters
    ----------
    places : numpy.ndarray of shape (n, 3)
        Positions [m].
    values, error : numpy.ndarray of shape (n,)
        Values, and the variances of their errors; 0 for one that is not known.
    cluster : numpy.ndarray of int, shape (n,)
        As from :func:`clusters`.

    Notes
    -----
    The mean is weighted by 1/error, or plain in a cluster where an error is 0. Its variance is
    1/Σ(1/error), and at least that of a mean of values that scatter as these do.

    Examples
    --------
    Two wells of 60 and 80 with an sd of 4 scatter by more than that: 14.1/√2 = 10.

    >>> wells = np.zeros((2, 3)), np.array([60.0, 80.0]), np.array([16.0, 16.0])
    >>> place, value, error = combined(*wells, np.array([0, 0]))
    >>> value.tolist(), error.round(6).tolist()
    ([70.0], [100.0])
    """
    count = np.bincount(cluster)
    stated = np.bincount(cluster, error <= 0) == 0
    weight = np.where(stated[cluster], 1 / np.where(error > 0, error, 1), 1.0)
    total = np.bincount(cluster, weight)
    mean = np.bincount(cluster, weight * values) / total
    own = np.where(stated, 1 / total, np.bincount(cluster, error) / count**2)
    squares = np.bincount(cluster, (values - mean[cluster]) ** 2)
    scatter = squares / np.maximum(count - 1, 1) / count
    middle = np.column_stack([np.bincount(cluster, axis) / count for axis in places.T])
    return middle, mean, np.maximum(own, scatter)
