"""Hours of many single cells of a hindcast, read in one pass over the part that they lie in."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siting.geodesy import PointTree, arc, ecef
from siting.io.hindcast import HindcastFile
from siting.io.hindcast_reduction import check_holds
from siting.io.placement import Frame

__all__ = ["NOWHERE", "CellSeries", "cells_at", "check_holds", "series_of_cells"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
NOWHERE = -1


class CellSeries(NamedTuple):
    """Hours of some cells.

    Attributes
    ----------
    times : dict of str to numpy.ndarray of shape (t,)
        By quantity the middle of what each value stands for, in UTC and rising.
    values : dict of str to numpy.ndarray of shape (t, n)
        By quantity, NaN where there is no value.
    """

    times: dict[str, NDArray[np.datetime64]]
    values: dict[str, Floats]


def cells_at(hindcast: HindcastFile, longitude: Floats, latitude: Floats, reach: float) -> Integers:
    """Numbers of the cells whose hours stand for places, -1 where there is none.

    Parameters
    ----------
    hindcast : HindcastFile
        The hindcast.
    longitude, latitude : numpy.ndarray of shape (n,)
        Places [degree].
    reach : float
        Of a list of sites: greatest distance of a site from its place [m].

    Notes
    -----
    Of a grid of cells it is the one that the place lies in: nothing is moved from sea to land, or
    beyond the map. Of a list of sites it is the nearest.
    """
    cells = hindcast.cells
    if cells.frame is not None:
        return _containing(cells.frame, longitude, latitude)
    tree = PointTree(cells.longitude.ravel(), cells.latitude.ravel()).tree
    chord, number = tree.query(ecef(longitude, latitude))
    return np.where(np.asarray(arc(chord)) <= reach, number, NOWHERE).astype(np.int64)


def _containing(frame: Frame, longitude: Floats, latitude: Floats) -> Integers:
    """Number of the cell of a geographic grid that each place lies in."""
    along = frame.affine
    turn = 360.0 / abs(along.a)
    column = np.floor((longitude - along.c) / along.a % turn).astype(np.int64)
    row = np.floor((latitude - along.f) / along.e).astype(np.int64)
    inside = (row >= 0) & (row < frame.height) & (column < frame.width)
    return np.where(inside, row * frame.width + column, NOWHERE)


def series_of_cells(
    hindcast: HindcastFile, numbers: Integers, wanted: tuple[str, ...]
) -> CellSeries:
    """Hours of quantities at cells, as the file has them.

    Parameters
    ----------
    hindcast : HindcastFile
        The hindcast.
    numbers : numpy.ndarray of shape (n,)
        Of the cells, rows first, as :func:`cells_at` gives them.
    wanted : tuple of str
        Names of the quantities.

    Raises
    ------
    InputError
        VARIABLE_MISSING for a quantity that the hindcast does not hold.

    Examples
    --------
    >>> from siting.io.hindcast_memory import hindcast_of
    >>> times = np.datetime64("2020-01-01", "s") + 3600 * np.arange(2)
    >>> hours = {"significant_wave_height": np.array([[1.0, 4.0], [2.0, 5.0]])}
    >>> sea = hindcast_of(times, [-125.0, -124.0], [44.0, 44.0], hours)
    >>> found = series_of_cells(sea, np.array([1]), ("significant_wave_height",))
    >>> found.values["significant_wave_height"].tolist()
    [[4.0], [5.0]]
    """
    check_holds(hindcast, wanted)
    store = hindcast.store
    order = np.argsort(hindcast.axis.seconds, kind="stable")
    stamps = {
        name: np.round(hindcast.axis.seconds[order] + store.variables[name].shift)
        .astype(np.int64)
        .astype("datetime64[s]")
        for name in wanted
    }
    values = hindcast.hours(numbers, wanted)
    return CellSeries(stamps, {name: each[order] for name, each in values.items()})
