"""Values of float64 as their rank among the thresholds that they are compared with.

Between two neighbouring thresholds all values go the same way: their rank is all that trees ask
for, and fits a whole number where the value itself would be rounded.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from siting.kernels.forest.tiles import MISSING
from siting.kernels.forest.trees import Floats, Trees


def threshold_tables(trees: Trees) -> tuple[list[Floats], NDArray[np.int32]]:
    """Thresholds of each feature in order, and for each node the rank of its own."""
    numbers = trees.nodes["feature"]
    numeric = (numbers >= 0) & (numbers < 2 * trees.features)
    feature = np.where(numeric, numbers // 2, -1)
    places = trees.nodes["threshold"].copy()
    tables = []
    for f in range(trees.features):
        of = feature == f
        table, rank = np.unique(trees.thresholds[of], return_inverse=True)
        places[of] = rank
        tables.append(table)
    return tables, places


def ranks(layer: Floats, table: Floats) -> NDArray[np.int32]:
    """How many thresholds are less than each value; of a missing one, the lowest number.

    Examples
    --------
    >>> ranks(np.array([[0.0, 1.0, 1.5, 9.0]]), np.array([1.0, 2.0])).tolist()
    [[0, 0, 1, 2]]
    """
    out = np.empty(layer.shape, np.int32)
    _ranks(np.ascontiguousarray(layer).reshape(-1), table, out.reshape(-1))
    return out


@njit(nogil=True, cache=True)
def _ranks(values, table, out):  # type: ignore[no-untyped-def]
    last, size = 0, len(table)
    for i in range(len(values)):
        value = values[i]
        if np.isnan(value):
            out[i] = MISSING
            continue
        # A neighbour mostly has the same rank.
        if not ((last == 0 or table[last - 1] < value) and (last == size or value <= table[last])):
            last = np.searchsorted(table, value)
        out[i] = last
