"""Distance on the plane of a map from every cell to the nearest of marked cells, exactly."""

import numba
import numpy as np
from numpy.typing import NDArray

Distances = NDArray[np.float32]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_STRIP = 512  # rows or columns that are worked on at once
_MOST = 1 << 24  # rows and columns that float32 can still count


def distance_on_map(marked: NDArray[np.bool_], cell: float) -> Distances:
    """Straight distance on the map from each cell's centre to the nearest marked cell's centre.

    Parameters
    ----------
    marked : numpy.ndarray of bool, shape (y, x)
        The cells that distances are told to.
    cell : float
        Side of the square cells [m].

    Returns
    -------
    numpy.ndarray of float32, shape (y, x)
        Distances [m], rounded to float32 once; inf everywhere where no cell is marked.

    Raises
    ------
    ValueError
        Where the cells have no size, or there are more than 16 million rows or columns.

    Notes
    -----
    Exact on the plane, in two passes of linear time: down and up the columns, then the lower
    envelope of parabolas along each row. The first pass writes into the result itself, so no
    other array of the grid's size is made. What it leaves out is for the caller to state: a point
    or line lies up to 0.71 of a cell from the centre of the cell that it marks, and a map of
    scale k tells k times the distance over the ground. Where that matters,
    :class:`siting.kernels.distance.Places` measures over the ellipsoid.

    References
    ----------
    Meijster, Roerdink and Hesselink (2000), A general algorithm for computing distance transforms
    in linear time, Mathematical morphology and its applications to image and signal processing.
    Felzenszwalb and Huttenlocher (2012), Distance transforms of sampled functions, Theory of
    Computing 8, 415-428.

    Examples
    --------
    >>> distance_on_map(np.array([[1, 0, 0], [0, 0, 0]], dtype=bool), 100.0).round().tolist()
    [[0.0, 100.0, 200.0], [100.0, 141.0, 224.0]]
    """
    if not 0 < cell < np.inf:
        raise ValueError(f"a cell needs a size greater than 0 m (got {cell})")
    if max(marked.shape) > _MOST:
        raise ValueError(f"at most {_MOST:,} rows and columns (got {marked.shape})")
    distance = np.empty(marked.shape, dtype=np.float32)
    for start in range(0, marked.shape[1], _STRIP):
        _along_columns(marked[:, start : start + _STRIP], distance[:, start : start + _STRIP])
    for start in range(0, marked.shape[0], _STRIP):
        _along_rows(distance[start : start + _STRIP], float(cell))
    return distance


@numba.njit(cache=True, nogil=True)
def _along_columns(marked: NDArray[np.bool_], distance: Distances) -> None:
    """Cells to the nearest marked one in the same column; inf where there is none."""
    rows, columns = marked.shape
    for j in range(columns):
        distance[0, j] = np.float32(0) if marked[0, j] else np.float32(np.inf)
    for i in range(1, rows):
        for j in range(columns):
            distance[i, j] = np.float32(0) if marked[i, j] else distance[i - 1, j] + np.float32(1)
    for i in range(rows - 2, -1, -1):
        for j in range(columns):
            below = distance[i + 1, j] + np.float32(1)
            distance[i, j] = below if below < distance[i, j] else distance[i, j]


@numba.njit(cache=True, nogil=True)
def _along_rows(distance: Distances, cell: float) -> None:
    """Distances from those along the columns, in their place."""
    rows, columns = distance.shape
    nearest, start = np.empty(columns, dtype=np.int64), np.empty(columns + 1, dtype=np.int64)
    heights = np.empty(columns)
    for i in range(rows):
        row = distance[i]
        count = _envelope(row, heights, nearest, start)
        for part in range(count):
            at, height = nearest[part], heights[nearest[part]]
            for j in range(start[part], start[part + 1]):
                step = float(j - at)
                row[j] = cell * np.sqrt(step * step + height * height)
        # Without a marked cell anywhere the row is inf already.


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _envelope(row: Distances, heights: Floats, nearest: Integers, start: Integers) -> int:
    """Columns whose marked cell is the nearest along a part of the row, and where each begins.

    Column q is nearer than p < q from the first whole j above (h_q² + q² - h_p² - p²)/2(q - p).
    All these are whole numbers below 2⁵⁰, so a quotient of float64 has the right whole part.
    """
    columns, count = len(row), 0
    for q in range(columns):
        if row[q] == np.inf:
            continue
        heights[q] = row[q]
        begin = 0
        while count:
            p = nearest[count - 1]
            gain = heights[q] * heights[q] - heights[p] * heights[p] + float((q - p) * (q + p))
            begin = int(np.floor(gain / float(2 * (q - p)))) + 1
            if begin > start[count - 1]:
                break
            count -= 1
            begin = 0
        if begin < columns:
            nearest[count], start[count] = q, begin
            count += 1
    start[count] = columns
    return count
