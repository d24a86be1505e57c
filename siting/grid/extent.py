"""The grid of a run, from a CRS, a cell size and bounds."""

import math
from typing import Literal

import numpy as np
from affine import Affine
from odc.geo.geobox import GeoBox
from pyproj import CRS

from siting.errors import GridError
from siting.projection import (
    analysis_crs,
    circle,
    crs_of,
    from_geographic,
    is_cylindrical,
    position,
)

WORLD_SOUTH, WORLD_NORTH = -60.0, 84.0  # [degree] Antarctica has no sites, and flatters shares
FARTHEST = 1e9  # no projection puts a place farther from its origin, in any unit of length
MAX_CELLS = 2_000_000_000

Bounds = tuple[float, float, float, float]


def make_grid(crs: str, resolution: float, bounds: Bounds | Literal["world"]) -> GeoBox:
    """Grid of square cells, north up, from a CRS, a cell size and bounds.

    Parameters
    ----------
    crs : str
        What pyproj reads, such as ``EPSG:6933``.
    resolution : float
        Cell size [unit of the CRS].
    bounds : tuple of float or "world"
        West, south, east, north [unit of the CRS]; across the dateline east goes on beyond 180.
        ``"world"`` is 180 W to 180 E and 60 S to 84 N, in whole rows.

    Raises
    ------
    GridError
        Where there can be no such grid, or distances on it would be wrong.

    Notes
    -----
    A grid right round the globe closes at the dateline: where the resolution does not divide
    the globe it gets the nearest number of columns that four divides, as EASE-Grid 2.0 has it,
    so 10 km on EPSG:6933 are 3472 columns of 10,004.34 m and 25 km are 1388 of 25,025.26 m.
    World rows are counted from the equator. Other grids start at their north-west corner and
    cover the bounds with whole cells.

    Examples
    --------
    >>> world = make_grid("EPSG:6933", 10_000, "world")
    >>> tuple(world.shape), round(world.resolution.x, 2)
    ((1365, 3472), 10004.34)
    """
    system = analysis_crs(crs)
    if not (math.isfinite(resolution) and resolution > 0):
        raise GridError(
            "GRID_RESOLUTION",
            "a cell must have a size",
            where="grid.resolution",
            found=str(resolution),
            wanted="a number greater than 0",
        )
    if not isinstance(bounds, str) and len(bounds) == 4:
        _check_fits(resolution, bounds)
    if isinstance(bounds, str):
        shape, affine = _world(system, resolution, bounds)
    else:
        shape, affine = _regional(system, resolution, bounds)
    if shape[0] * shape[1] > MAX_CELLS:
        raise GridError(
            "GRID_SIZE",
            "the grid has too many cells",
            where="grid",
            found=f"{shape[0]:,} rows x {shape[1]:,} columns",
            wanted=f"at most {MAX_CELLS:,} cells",
            fix="make the resolution coarser or the bounds smaller",
        )
    return _on_earth(GeoBox(shape, affine, crs))


def _check_fits(resolution: float, bounds: Bounds) -> None:
    """Refuse cells that are wider and higher than all that they are to cover."""
    width, height = bounds[2] - bounds[0], bounds[3] - bounds[1]
    if resolution > max(width, height) * (1 + 1e-9) > 0:
        raise GridError(
            "GRID_RESOLUTION",
            "a cell is larger than the bounds",
            where="grid.resolution",
            found=f"{resolution:.6g} for bounds of {width:.6g} x {height:.6g}",
            wanted="cells that fit into the bounds, in units of the CRS",
            fix="is the resolution in another unit than the bounds?",
        )


def _world(system: CRS, resolution: float, bounds: str) -> tuple[tuple[int, int], Affine]:
    if bounds != "world" or not is_cylindrical(system):
        raise _bounds_error(
            "'world' is the one word for bounds, for EPSG:6933 and geographic grids",
            found=f"{bounds!r} with {system.name}",
            fix="use crs EPSG:6933 with bounds world, or write the four numbers",
        )
    _, middle, length = circle(system)
    columns = _closing_columns(length, resolution)
    size = length / columns
    north, south = (_rows_to(system, latitude, size) for latitude in (WORLD_NORTH, WORLD_SOUTH))
    return (north + south, columns), Affine(size, 0, middle - length / 2, 0, -size, north * size)


def _closing_columns(length: float, resolution: float) -> int:
    """Columns round the globe: as asked where they are whole, else a multiple of four."""
    columns = _cells(length, resolution)
    if abs(columns - round(columns)) < 1e-6:
        return max(round(columns), 1)
    return max(4 * round(columns / 4), 4)


def _rows_to(system: CRS, latitude: float, size: float) -> int:
    """Rows from the equator to a parallel, rounded, but never beyond the pole."""
    edge, pole = abs(latitude), 90.0
    if system.is_projected:
        _, y = from_geographic(system).transform([0.0, 0.0], [edge, pole])
        edge, pole = y
    return max(min(round(edge / size), math.floor(pole / size + 1e-9)), 1)


def _regional(system: CRS, resolution: float, bounds: Bounds) -> tuple[tuple[int, int], Affine]:
    if len(bounds) != 4 or not all(math.isfinite(edge) for edge in bounds):
        raise _bounds_error("bounds are four finite numbers", found=str(list(bounds)))
    west, south, east, north = bounds
    if not (west < east and south < north):
        raise _bounds_error(
            "the bounds are reversed or empty",
            found=str(list(bounds)),
            fix="across the dateline let east go on beyond 180, as in [170, -50, 190, -30]",
        )
    width, height = east - west, north - south
    if max(abs(west), abs(south), abs(east), abs(north)) > FARTHEST:
        raise _bounds_error("the bounds lie beyond any place on the earth", found=str(list(bounds)))
    if is_cylindrical(system):
        length = circle(system)[2]
        if width > length * (1 + 1e-9):
            raise _bounds_error(
                "the bounds reach more than once round the globe", str(list(bounds))
            )
        if width > length * (1 - 1e-9):
            resolution = length / _closing_columns(length, resolution)
    shape = _whole_cells(height, resolution), _whole_cells(width, resolution)
    return shape, Affine(resolution, 0, west, 0, -resolution, north)


def _whole_cells(length: float, size: float) -> int:
    """Cells that cover a length; a millionth of a cell is rounding, not ground to cover."""
    return max(math.ceil(_cells(length, size) - 1e-6), 1)


def _cells(length: float, size: float) -> float:
    """Cells along a length, where they can be counted.

    Raises
    ------
    GridError
        GRID_SIZE.
    """
    if length > size * MAX_CELLS:
        raise GridError(
            "GRID_SIZE",
            "the grid has too many cells",
            where="grid",
            found=f"cells of {size:.3g} along {length:.6g}",
            wanted=f"at most {MAX_CELLS:,} cells",
            fix="make the resolution coarser or the bounds smaller",
        )
    return length / size


def _on_earth(grid: GeoBox) -> GeoBox:
    """The grid, where its edges and its inside are places on the earth."""
    i = np.linspace(0, grid.shape.y, 33)[:, None]
    j = np.linspace(0, grid.shape.x, 33)[None, :]
    longitude, latitude = position(grid, i, j)
    good = np.isfinite(longitude) & (np.abs(latitude) <= 90 + 1e-9)
    if not is_cylindrical(crs_of(grid)):
        # Beyond its domain a projection may give places that lie elsewhere on the map.
        x, y = from_geographic(crs_of(grid)).transform(longitude, latitude)
        column, row = (x - grid.affine.c) / grid.affine.a, (y - grid.affine.f) / grid.affine.e
        good &= np.hypot(column - j, row - i) < 0.01
    if not good.all():
        raise _bounds_error(
            "part of the grid lies beyond the earth in this projection",
            found=", ".join(f"{edge:.6g}" for edge in grid.boundingbox),
            fix="the bounds are in units of the CRS: degrees or metres?",
        )
    return grid


def _bounds_error(message: str, found: str, fix: str = "") -> GridError:
    return GridError(
        "GRID_BOUNDS",
        message,
        where="grid.bounds",
        found=found,
        wanted="[west, south, east, north] in units of the CRS, west < east and south < north",
        fix=fix,
    )


def is_periodic(grid: GeoBox) -> bool:
    """Whether the last column of a grid touches the first, at the dateline.

    Examples
    --------
    >>> is_periodic(make_grid("EPSG:6933", 25_000, "world"))
    True
    >>> is_periodic(make_grid("EPSG:4326", 1.0, (0, 0, 10, 10)))
    False
    """
    system = crs_of(grid)
    if not is_cylindrical(system):
        return False
    gap = abs(grid.shape.x * grid.affine.a - circle(system)[2])
    return bool(gap < 1e-6 * grid.affine.a)
