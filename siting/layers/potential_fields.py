"""Gravity and magnetic fields: gradients, tilt, analytic signal, and the field higher up.

All take the field on a level surface and use the true size of the cells of each row. Horizontal
derivatives are central differences; what needs the wavenumbers is found by one transform of the
whole grid (:mod:`siting.kernels.spectral`), with the field carried on as its own mirror image.
"""

from functools import partial
from typing import Annotated, Any

import dask.array as da
import numpy as np
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox
from pydantic import Field

from siting import focal
from siting.errors import GridError, PipelineError
from siting.geodesy import spacing
from siting.grid import as_layer, from_function, is_periodic
from siting.kernels import windows
from siting.kernels.spectral import Symbol, applied
from siting.kinds import Grid, Layer, Unit, UnitOf
from siting.projection import Floats
from siting.proximity import cell_side
from siting.signature import layer

_KILOMETRE = 1000.0
_DEGREES = 180 / np.pi
_MOST_CELLS = 60_000_000  # up to 70 bytes each: 4 GB
_UNEVEN = 0.02  # greatest share by which cells of one row may differ in size

_Height = Annotated[float, Unit("m"), Field(gt=0, le=100_000)]


@layer()
def tilt(field: Layer, grid: Grid) -> Annotated[Layer, Unit("degree")]:
    """Angle between the vertical and the horizontal derivative of a potential field.

    Parameters
    ----------
    field : (y, x) layer
        Gravity or magnetic anomaly on a level surface, in any unit.
    grid : GeoBox
        The run's grid, of at most 60 million cells.

    Returns
    -------
    (y, x) layer
        Tilt from -90 to 90 [degree]: positive over sources, 0 near their edges, however strong
        or deep they are; NaN where the horizontal gradient is.

    Raises
    ------
    GridError
        GRID_SIZE; GRID_DISTORTED where the cells of a row differ in size by over 2 %.

    Notes
    -----
    atan2(dz, sqrt(gx² + gy²)), z downward, with the derivatives and limits of
    :func:`siting.layers.gravity.horizontal_gradient` and
    :func:`siting.layers.gravity.vertical_gradient`. A magnetic anomaly must be reduced to the
    pole first, which is not done here: at an inclination of 45 degree the highest tilt lies .43
    of a body's depth from above it, see :mod:`siting.layers.magnetics`.

    References
    ----------
    Miller and Singh (1994), Potential field tilt - a new concept for location of potential field
    sources, J. Appl. Geophys. 32, 213-217.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:32611", 1000, (500000, 4400000, 516000, 4403000))
    >>> wave = np.cos(2 * np.pi * (np.arange(16) + 0.5) / 8) * np.ones((3, 1))
    >>> tilt(as_layer(wave, grid), grid).values[1, 7:9].round().tolist()  # a crest
    [70.0, 70.0]
    """
    down = vertical(field, grid, "potential_fields.tilt")
    angle: xr.DataArray = xr.apply_ufunc(np.arctan2, down, horizontal(field, grid), dask="allowed")
    return angle * _DEGREES


@layer()
def upward_continuation(
    field: Layer, height: _Height, grid: Grid
) -> Annotated[Layer, UnitOf("field")]:
    """Potential field as it would be measured higher up.

    Parameters
    ----------
    field : (y, x) layer
        Gravity or magnetic anomaly on a level surface.
    height : float
        How much higher [m].
    grid : GeoBox
        The run's grid, of at most 60 million cells.

    Returns
    -------
    (y, x) layer
        Field without what is shallow and small, in the unit that it came in; NaN where the field
        is.

    Raises
    ------
    GridError
        GRID_SIZE; GRID_DISTORTED where the cells of a row differ in size by over 2 %.

    Notes
    -----
    exp(-|k| h) times the transform, with the limits of
    :func:`siting.layers.gravity.vertical_gradient`. A tenth of what makes up a value lies farther
    away than ten heights, which beyond an edge is the mirror image: take in ground beyond the
    region of interest.

    References
    ----------
    Blakely (1995), Potential theory in gravity and magnetic applications, Cambridge University
    Press, section 12.1.

    Examples
    --------
    A wave of 8 km loses the share 1 - exp(-2 pi/8) in one kilometre:

    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:32611", 1000, (500000, 4400000, 516000, 4402000))
    >>> wave = np.cos(2 * np.pi * (np.arange(16) + 0.5) / 8) * np.ones((2, 1))
    >>> up = upward_continuation(as_layer(wave, grid, units="nT"), "1 km", grid)
    >>> (up.values / wave).round(2)[0, :2].tolist()
    [0.46, 0.46]
    """
    factor = partial(_raised, height=height)
    return _transformed(field, factor, grid, "potential_fields.upward_continuation")


@layer(kind="boolean")
def near_edge(
    field: Layer, distance: Annotated[float, Unit("m"), Field(gt=0, le=1_000_000)], grid: Grid
) -> Annotated[Layer, Unit("1")]:
    """Whether a cell lies within a distance of the edge of a field or of a gap in it.

    Parameters
    ----------
    field : (y, x) layer
        A field.
    distance : float
        Width of the band [m], such as three times the height of a continuation or the depth of
        the sources of interest.
    grid : GeoBox
        The run's grid.

    Returns
    -------
    (y, x) layer
        1 where the cell has a neighbour without data, or the edge of the grid, within the
        distance; 0 elsewhere; NaN where the field is.

    Raises
    ------
    PipelineError
        RADIUS_SMALL where the distance is below the size of a cell.

    Notes
    -----
    In this band transforms of the field rest on what was put beyond the edge. It ends nowhere
    sharply: what is missing beyond weighs less as the square of the distance.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:32611", 1000, (500000, 4400000, 505000, 4405000))
    >>> field = as_layer(np.ones((5, 5)), grid)
    >>> near_edge(field, "1.2 km", grid).values[2].tolist()
    [1.0, 0.0, 0.0, 0.0, 1.0]
    """
    if distance < cell_side(grid):
        raise PipelineError(
            "RADIUS_SMALL", "the band is narrower than a cell",
            where="potential_fields.near_edge.distance", found=f"{distance:g} m",
            wanted=f"at least the size of a cell, {cell_side(grid):.0f} m",
        )  # fmt: skip
    gap = focal.overlap(field, _any_gap, distance, grid)
    end = _near_end_rows(distance, grid)
    return gap.where(~(end > gap), end)


def _any_gap(values: Floats, footprint: windows.Footprint) -> Floats:
    return (windows.mean(np.isnan(values).astype(float), footprint) > 0).astype(float)


def _near_end_rows(distance: float, grid: GeoBox) -> xr.DataArray:
    """1 in rows whose middle is within a distance of the northern or southern edge."""
    middle = slice(grid.shape.x // 2, grid.shape.x // 2 + 1)
    heights = spacing(grid, slice(0, grid.shape.y), middle)[1][:, 0]
    south = np.cumsum(heights) - heights / 2
    near = np.minimum(south, heights.sum() - south) < distance

    def block(rows: slice, columns: slice, x: Floats, y: Floats) -> Floats:
        return np.broadcast_to(near[rows, None], x.shape).astype(float)

    return from_function(grid, block, np.float32)


def horizontal(field: xr.DataArray, grid: GeoBox) -> xr.DataArray:
    """Magnitude of the horizontal gradient [unit of the field per km]."""
    return focal.neighbours(field, _central, grid)


def _central(values: Floats, dx: Floats, dy: Floats) -> Floats:
    width = 2 * dx[1:-1] if dx.shape[1] == 1 else 2 * dx[1:-1, 1:-1]
    height = (dy[:-2] + 2 * dy[1:-1] + dy[2:]) / 2
    height = height if dy.shape[1] == 1 else height[:, 1:-1]
    east = (values[1:-1, 2:] - values[1:-1, :-2]) / width
    north = (values[:-2, 1:-1] - values[2:, 1:-1]) / height
    slope = np.hypot(east, north) * _KILOMETRE
    return np.where(np.isnan(values[1:-1, 1:-1]), np.nan, slope)


def vertical(field: xr.DataArray, grid: GeoBox, where: str) -> xr.DataArray:
    """Vertical derivative, downward positive [unit of the field per km].

    Raises
    ------
    GridError
        GRID_SIZE, GRID_DISTORTED.
    """
    return _transformed(field, _per_kilometre, grid, where)


def total(field: xr.DataArray, grid: GeoBox, where: str) -> xr.DataArray:
    """Magnitude of the gradient in three dimensions [unit of the field per km].

    Raises
    ------
    GridError
        GRID_SIZE, GRID_DISTORTED.
    """
    across, down = horizontal(field, grid), vertical(field, grid, where)
    return (across**2 + down**2) ** 0.5


def _per_kilometre(wavenumber: Floats) -> Floats:
    return wavenumber * _KILOMETRE


def _raised(wavenumber: Floats, height: float) -> Floats:
    return np.asarray(np.exp(-wavenumber * height))


def _transformed(field: xr.DataArray, symbol: Symbol, grid: GeoBox, where: str) -> xr.DataArray:
    """Lazy layer from one transform of the whole field."""
    dx, dy = row_sizes(grid, where)
    whole = partial(_block, symbol=symbol, dx=dx, dy=dy, periodic=is_periodic(grid))
    found = da.map_blocks(  # type: ignore[no-untyped-call]  # dask has no hints
        whole,
        as_layer(field.data, grid).data.rechunk(-1),
        dtype=np.float32,
        meta=np.empty((0, 0), np.float32),
    )
    return as_layer(found, grid)


def _block(
    values: NDArray[Any], *, symbol: Symbol, dx: Floats, dy: Floats, periodic: bool
) -> NDArray[np.float32]:
    if not np.isfinite(values).any():  # all gaps; or nothing, where dask asks for the kind
        return np.full(values.shape, np.nan, np.float32)
    field = values.astype(np.float64)
    return applied(symbol, field, dx, dy, periodic=periodic).astype(np.float32)


def row_sizes(grid: GeoBox, where: str) -> tuple[Floats, Floats]:
    """True width and height of the cells of each row, where a transform of the grid makes sense.

    Parameters
    ----------
    grid : GeoBox
        The run's grid.
    where : str
        Who asks, for errors.

    Returns
    -------
    dx, dy : numpy.ndarray of shape (rows,)
        Sizes [m].

    Raises
    ------
    GridError
        GRID_SIZE, GRID_DISTORTED.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> row_sizes(make_grid("EPSG:4326", 1.0, (0, 59, 3, 60)), "here")[0].round().tolist()
    [56639.0]
    """
    rows, columns = grid.shape.yx
    if rows * columns > _MOST_CELLS:
        raise GridError(
            "GRID_SIZE", "the grid is too large to be transformed at once", where=where,
            found=f"{rows:,} rows x {columns:,} columns", wanted=f"at most {_MOST_CELLS:,} cells",
            fix="make the resolution coarser, or run it for parts of the region that overlap",
        )  # fmt: skip
    every = slice(0, rows)
    middle = [size[:, 0] for size in spacing(grid, every, slice(columns // 2, columns // 2 + 1))]
    uneven = 0.0
    for column in (0, columns - 1):
        edge = (size[:, 0] for size in spacing(grid, every, slice(column, column + 1)))
        uneven = max(*(np.abs(a / b - 1).max() for a, b in zip(edge, middle, strict=True)), uneven)
    if uneven > _UNEVEN:
        raise GridError(
            "GRID_DISTORTED", "cells of one row differ in true size", where=where,
            found=f"by {100 * uneven:.1f} %", wanted=f"at most {100 * _UNEVEN:.0f} %",
            fix="use a CRS made for the region (UTM, or an equal-area one with its own meridian), "
            "or a smaller region",
        )  # fmt: skip
    return middle[0], middle[1]
