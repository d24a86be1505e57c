"""The part of a hindcast that counts: the cells around a grid, the steps of a period."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.errors import InputError
from siting.io.hindcast_store import Cells
from siting.io.placement import common_ground
from siting.io.time_axis import TimeAxis
from siting.projection import circle, crs_of, from_geographic, is_cylindrical

_MARGIN = 1.0  # cells around the grid whose sites are read along


def steps_within(axis: TimeAxis, time_range: tuple[str, str] | None) -> slice:
    """Steps of a period; all without one.

    Raises
    ------
    InputError
        TIME_OUTSIDE.
    """
    return slice(0, axis.seconds.size) if time_range is None else axis.within(*time_range)


def window(cells: Cells, grid: GeoBox, path: Path) -> tuple[slice, slice]:
    """Rows and columns on and around a grid; all columns where the grid crosses the file's edge.

    Raises
    ------
    InputError
        OUTSIDE_GRID where no cell is near the grid.
    """
    width = cells.shape[1]
    if cells.frame is None:
        near = _near(cells, grid)
        rows, columns = (_span(np.logical_or.reduce(near, axis=axis)) for axis in (1, 0))
        if rows is not None and columns is not None:
            return rows, columns
    elif (ground := common_ground(cells.frame, grid)) is not None:
        row, column, rows_, columns_ = ground.window
        beyond = column < 0 or column + columns_ > width
        along = slice(0, width) if beyond else slice(column, column + columns_)
        return slice(row, row + rows_), along
    raise InputError(
        "OUTSIDE_GRID",
        "no cell of the hindcast is on the grid",
        where=str(path),
        found=f"{cells.longitude.min():g} to {cells.longitude.max():g} E,"
        f" {cells.latitude.min():g} to {cells.latitude.max():g} N",
        fix="check the bounds of the grid, and the file",
    )


def _near(cells: Cells, grid: GeoBox) -> NDArray[np.bool_]:
    """Which sites are on the grid, or in a cell around it."""
    x, y = from_geographic(crs_of(grid)).transform(cells.longitude, cells.latitude)
    j = (np.asarray(x) - grid.affine.c) / grid.affine.a
    i = (np.asarray(y) - grid.affine.f) / grid.affine.e
    if is_cylindrical(crs_of(grid)):
        turn = abs(circle(crs_of(grid))[2] / grid.affine.a)
        j = (j + _MARGIN) % turn - _MARGIN
    inside = (np.abs(i - grid.shape.y / 2) <= grid.shape.y / 2 + _MARGIN) & (
        np.abs(j - grid.shape.x / 2) <= grid.shape.x / 2 + _MARGIN
    )
    return np.asarray(inside)


def _span(wanted: NDArray[np.bool_]) -> slice | None:
    places = np.flatnonzero(wanted)
    return slice(int(places[0]), int(places[-1]) + 1) if places.size else None
