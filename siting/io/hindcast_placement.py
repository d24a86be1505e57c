"""Figures of the cells of a hindcast on the run's grid: means of blocks, the cell one lies in."""

from functools import partial

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.errors import InputError
from siting.geodesy import PointTree, arc, ecef
from siting.grid import cell_of, from_function
from siting.io.hindcast_store import Cells
from siting.io.placement import Frame, common_ground
from siting.io.resample import FINE, Resampling, resample

Floats = NDArray[np.float64]


def placed(cells: Cells, values: Floats, grid: GeoBox, within: float) -> list[xr.DataArray]:
    """Lazy layers on the grid, one for each row of the values.

    Parameters
    ----------
    cells : Cells
        Where the values are.
    values : numpy.ndarray of shape (k, cells)
        Figures; NaN where there are none.
    grid : GeoBox
        The grid.
    within : float
        Greatest distance of a site from the middle of a cell of the grid [m].

    Notes
    -----
    From a grid of cells the mean over the area of each cell of the run's grid, where that is one
    and a half times as large or larger; else the value of the one cell that its middle lies in.
    From a list of sites the mean of those in the cell; else the nearest within the distance.
    Nothing is filled in: a cell on land or under ice stays without a value.
    """
    if cells.frame is not None:
        return [_from_frame(cells.frame, each.reshape(cells.shape), grid) for each in values]
    return [_from_sites(cells, each, grid, within) for each in values]


def _from_frame(frame: Frame, values: Floats, grid: GeoBox) -> xr.DataArray:
    ground = common_ground(frame, grid)
    if ground is None:
        raise InputError(
            "OUTSIDE_GRID", "no cell of the hindcast is on the grid",
            fix="check the bounds of the grid, and the file",
        )  # fmt: skip
    how = Resampling("average" if ground.ratio >= FINE else "nearest", ground.ratio)

    def tile(rows: slice, columns: slice, longitude: Floats, latitude: Floats) -> Floats:
        return resample(frame, lambda i, j: values[i, j], grid, rows, columns, how)

    layer = from_function(grid, tile, "f4")
    layer.attrs["resampling"] = "average" if how.by_area else "nearest: the cell it lies in"
    return layer


def _from_sites(cells: Cells, values: Floats, grid: GeoBox, within: float) -> xr.DataArray:
    longitude, latitude = cells.longitude.ravel(), cells.latitude.ravel()
    valid = np.isfinite(values)
    x, y, known = longitude[valid], latitude[valid], values[valid]
    means = _means(x, y, known, grid)
    tile = partial(_near, means=means, tree=PointTree(x, y) if known.size else None,
                   known=known, within=within)  # fmt: skip
    layer = from_function(grid, tile, "f4")
    layer.attrs["resampling"] = f"mean of sites, else the nearest within {within / 1000:g} km"
    return layer


def _means(x: Floats, y: Floats, known: Floats, grid: GeoBox) -> dict[tuple[int, int], float]:
    """Mean of the sites in each cell that has some."""
    rows, columns = cell_of(grid, x, y)
    inside = rows >= 0
    found: dict[tuple[int, int], list[float]] = {}
    for row, column, value in zip(rows[inside], columns[inside], known[inside], strict=True):
        found.setdefault((int(row), int(column)), []).append(float(value))
    return {cell: float(np.mean(each)) for cell, each in found.items()}


def _near(
    rows: slice,
    columns: slice,
    longitude: Floats,
    latitude: Floats,
    *,
    means: dict[tuple[int, int], float],
    tree: PointTree | None,
    known: Floats,
    within: float,
) -> Floats:
    found = np.full((rows.stop - rows.start, columns.stop - columns.start), np.nan)
    if tree is not None:
        distance, site = tree.tree.query(ecef(longitude, latitude))
        near = arc(distance) <= within
        found[near] = known[site[near]]
    for (row, column), value in means.items():
        if rows.start <= row < rows.stop and columns.start <= column < columns.stop:
            found[row - rows.start, column - columns.start] = value
    return found
