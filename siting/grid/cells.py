"""Where the cells of a grid are, and which of them a place lies in."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from odc.geo.geobox import GeoBox

from siting.grid.extent import is_periodic
from siting.projection import (
    Floats,
    circle,
    crs_of,
    from_geographic,
    is_cylindrical,
    position,
    wrap,
)


def longitude_latitude(grid: GeoBox, rows: slice, columns: slice) -> tuple[Floats, Floats]:
    """Longitude and latitude of cell centres [degree].

    Parameters
    ----------
    grid : GeoBox
        The grid.
    rows, columns : slice
        Part of the grid, with start and stop.

    Returns
    -------
    longitude, latitude : numpy.ndarray of shape (rows, columns)
        WGS84, longitudes from -180 to 180; to be read, not written to.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (178, 0, 182, 2))
    >>> longitude, latitude = longitude_latitude(grid, slice(0, 1), slice(0, 4))
    >>> longitude.tolist(), latitude[0, 0].item()
    ([[178.5, 179.5, -179.5, -178.5]], 1.5)
    """
    i = np.arange(rows.start, rows.stop)[:, None] + 0.5
    j = np.arange(columns.start, columns.stop)[None, :] + 0.5
    return position(grid, i, j)


def cell_of(
    grid: GeoBox, longitude: ArrayLike, latitude: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and column of the cell that each place lies in; -1 outside the grid.

    Parameters
    ----------
    grid : GeoBox
        The grid.
    longitude, latitude : array-like of shape (n,)
        Places [degree], WGS84; any turn of the globe (-179 is 181).

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (178, 0, 182, 2))
    >>> row, column = cell_of(grid, [-179.5, 178.5, 10.0], [0.5, 1.5, 1.0])
    >>> row.tolist(), column.tolist()
    ([1, 0, -1], [2, 0, -1])
    """
    system, affine = crs_of(grid), grid.affine
    x, y = np.broadcast_arrays(wrap(longitude), np.asarray(latitude, dtype=float))
    if system.is_projected:
        x, y = (np.asarray(v) for v in from_geographic(system).transform(x, y))
    with np.errstate(invalid="ignore"):
        if is_cylindrical(system):
            x = affine.c + (x - affine.c) % circle(system)[2]
        row, column = np.floor((y - affine.f) / affine.e), np.floor((x - affine.c) / affine.a)
        if is_periodic(grid):
            column = column % grid.shape.x
        inside = (row >= 0) & (row < grid.shape.y) & (column >= 0) & (column < grid.shape.x)
        return _integers(row, inside), _integers(column, inside)


def _integers(values: Floats, inside: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.where(inside, values, -1).astype(np.int64)
