"""Form of the ground, from its elevation."""

from typing import Annotated

import numpy as np
from odc.geo.geobox import GeoBox
from pydantic import Field

from siting import focal
from siting.errors import PipelineError
from siting.kernels import local_plane, windows
from siting.kinds import Grid, Layer, Unit
from siting.projection import Floats
from siting.proximity import cell_side
from siting.signature import layer

_RADIUS = Field(gt=0, le=1_000_000)
_SPAN = Field(gt=0, le=2_000_000)


@layer()
def slope(elevation: Annotated[Layer, Unit("m")], grid: Grid) -> Annotated[Layer, Unit("degree")]:
    """Angle of the ground against the horizontal.

    Parameters
    ----------
    elevation : (y, x) layer
        Height above sea level [m].
    grid : GeoBox
        The run's grid.

    Returns
    -------
    (y, x) layer
        Slope from 0 to 90 [degree]; NaN where the cell or one of its eight neighbours has no
        elevation, as at the edge of a grid that is not closed at the dateline.

    Notes
    -----
    arctan sqrt(p² + q²) with the rises p and q over true metres eastward and northward, from
    differences of three rows and columns weighted 1:2:1. It is the slope of a surface as coarse
    as the cells: on cells of 10 km mountains have some degrees, and no slope of a site.
    Neglected: the angle between rows and columns, which no longer is 90 degrees far from the
    middle of a grid that is neither conformal nor cylindrical.

    References
    ----------
    Horn (1981), Hill shading and the reflectance map, Proc. IEEE 69, 14-47.

    Examples
    --------
    A rise of 100 m per km, on cells of a hundredth of a degree at 60 N (557 m wide):

    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:4326", 0.01, (0, 60, 0.03, 60.03))
    >>> height = as_layer(np.array([[0.0, 55.8, 111.6]] * 3), grid, units="m")
    >>> slope(height, grid).values.round(2)[1].tolist()
    [nan, 5.71, nan]
    """
    return focal.neighbours(elevation, _angle, grid)


def _angle(values: Floats, dx: Floats, dy: Floats) -> Floats:
    rise = np.hypot(focal.eastward(values, dx), focal.northward(values, dy))
    return np.where(np.isnan(values[1:-1, 1:-1]), np.nan, np.degrees(np.arctan(rise)))


@layer()
def relief(
    elevation: Annotated[Layer, Unit("m")],
    radius: Annotated[float, Unit("m"), _RADIUS],
    grid: Grid,
) -> Annotated[Layer, Unit("m")]:
    """Difference of the highest and the lowest elevation around a cell.

    Parameters
    ----------
    elevation : (y, x) layer
        Height above sea level [m].
    radius : float
        Distance within which cells count [m]; at least the size of a cell.
    grid : GeoBox
        The run's grid.

    Returns
    -------
    (y, x) layer
        Relief [m]; NaN where the cell itself has no elevation. Neighbours without elevation or
        beyond the grid do not count, so that relief is a lower bound beside them.

    Raises
    ------
    PipelineError
        RADIUS_SMALL where the circle holds no cell but its own.

    Examples
    --------
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:6933", 1000, (0, 0, 4000, 1000))
    >>> height = as_layer(np.array([[0.0, 10.0, 30.0, np.nan]]), grid, units="m")
    >>> relief(height, radius="1.5 km", grid=grid).values.tolist()
    [[10.0, 30.0, 20.0, nan]]
    """
    _refuse_narrow(radius, grid, "terrain.relief.radius")
    highest = focal.overlap(elevation, windows.maximum, radius, grid)
    return highest - focal.overlap(elevation, windows.minimum, radius, grid)


@layer()
def roughness(
    elevation: Annotated[Layer, Unit("m")],
    radius: Annotated[float, Unit("m"), _RADIUS],
    grid: Grid,
) -> Annotated[Layer, Unit("m")]:
    """Standard deviation of the elevation around a cell.

    Parameters
    ----------
    elevation : (y, x) layer
        Height above sea level [m].
    radius : float
        Distance within which cells count [m]; at least the size of a cell.
    grid : GeoBox
        The run's grid.

    Returns
    -------
    (y, x) layer
        Standard deviation, of all cells that count [m]; NaN where the cell itself has no
        elevation. Neighbours without elevation or beyond the grid do not count.

    Raises
    ------
    PipelineError
        RADIUS_SMALL where the circle holds no cell but its own.

    Examples
    --------
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:6933", 1000, (0, 0, 4000, 1000))
    >>> height = as_layer(np.array([[0.0, 10.0, 10.0, np.nan]]), grid, units="m")
    >>> roughness(height, radius="1.5 km", grid=grid).values.round(2).tolist()
    [[5.0, 4.71, 0.0, nan]]
    """
    _refuse_narrow(radius, grid, "terrain.roughness.radius")
    return focal.overlap(elevation, windows.standard_deviation, radius, grid)


@layer()
def topographic_position(
    elevation: Annotated[Layer, Unit("m")],
    radius: Annotated[float, Unit("m"), _RADIUS],
    grid: Grid,
) -> Annotated[Layer, Unit("m")]:
    """Elevation above the mean of a cell's surroundings.

    Parameters
    ----------
    elevation : (y, x) layer
        Height above sea level [m].
    radius : float
        Distance within which cells count [m]; at least the size of a cell.
    grid : GeoBox
        The run's grid.

    Returns
    -------
    (y, x) layer
        Elevation without its regional part [m]: positive on ranges, negative in basins; NaN
        where the cell itself has no elevation. Neighbours without elevation or beyond the grid
        do not count.

    Raises
    ------
    PipelineError
        RADIUS_SMALL where the circle holds no cell but its own.

    References
    ----------
    Weiss (2001), Topographic position and landforms analysis, ESRI User Conference, San Diego.

    Examples
    --------
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:6933", 1000, (0, 0, 3000, 1000))
    >>> height = as_layer(np.array([[0.0, 30.0, 0.0]]), grid, units="m")
    >>> topographic_position(height, radius="1.5 km", grid=grid).values.tolist()
    [[-15.0, 20.0, -15.0]]
    """
    _refuse_narrow(radius, grid, "terrain.topographic_position.radius")
    return elevation - focal.overlap(elevation, windows.mean, radius, grid)


@layer()
def elevation_trend(
    elevation: Annotated[Layer, Unit("m")],
    span: Annotated[float, Unit("m"), _SPAN],
    grid: Grid,
) -> Annotated[Layer, Unit("m")]:
    """Elevation smoothed over a span.

    Parameters
    ----------
    elevation : (y, x) layer
        Height above sea level [m].
    span : float
        Diameter of the circle that is smoothed over, on the ground [m]; at least two cells.
    grid : GeoBox
        The run's grid.

    Returns
    -------
    (y, x) layer
        Trend [m]; NaN where the cell itself has no elevation.

    Raises
    ------
    PipelineError
        RADIUS_SMALL where the circle holds no cell but its own.

    Notes
    -----
    Height, at the cell, of the plane of least squares through all cells of the circle. Inside it
    is nearly their mean; at an edge or a gap, where a mean would be that of ground to one side,
    it carries the slope on. Rows and columns are taken as straight within the circle.

    References
    ----------
    Cleveland and Devlin (1988), Locally weighted regression, J. Am. Stat. Assoc. 83, 596-610.

    Examples
    --------
    A slope stays as it is, to its very ends:

    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:32611", 1000, (500000, 4400000, 504000, 4401000))
    >>> height = as_layer(np.array([[10.0, 20.0, 30.0, 40.0]]), grid, units="m")
    >>> elevation_trend(height, span="4.1 km", grid=grid).values.round(3).tolist()
    [[10.0, 20.0, 30.0, 40.0]]
    """
    _refuse_narrow(span / 2, grid, "terrain.elevation_trend.span")
    return focal.overlap(elevation, local_plane.plane, span / 2, grid)


@layer()
def detrended_elevation(
    elevation: Annotated[Layer, Unit("m")],
    span: Annotated[float, Unit("m"), _SPAN],
    grid: Grid,
) -> Annotated[Layer, Unit("m")]:
    """Elevation without its trend over a span.

    Parameters
    ----------
    elevation : (y, x) layer
        Height above sea level [m].
    span : float
        Diameter of the circle whose trend is taken off, on the ground [m]: some tens of
        kilometres keep ranges and basins, hundreds keep plateaus too.
    grid : GeoBox
        The run's grid.

    Returns
    -------
    (y, x) layer
        Elevation above :func:`elevation_trend` [m]; NaN where the cell itself has no elevation.

    Raises
    ------
    PipelineError
        RADIUS_SMALL where the circle holds no cell but its own.

    Examples
    --------
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:32611", 1000, (500000, 4400000, 503000, 4401000))
    >>> height = as_layer(np.array([[0.0, 40.0, 20.0]]), grid, units="m")
    >>> detrended_elevation(height, span="6 km", grid=grid).values.round(1).tolist()
    [[-10.0, 20.0, -10.0]]
    """
    _refuse_narrow(span / 2, grid, "terrain.detrended_elevation.span")
    return elevation - focal.overlap(elevation, local_plane.plane, span / 2, grid)


def _refuse_narrow(radius: float, grid: GeoBox, where: str) -> None:
    side = cell_side(grid)
    if radius < side:
        # Rounded up: else 5000 m is refused for cells of 5000.3 m, and 5000 m asked for.
        raise PipelineError(
            "RADIUS_SMALL", "the circle holds no cell but its own", where=where,
            found=f"a radius of {radius:g} m",
            wanted=f"at least the size of a cell, {np.ceil(side):.0f} m",
        )  # fmt: skip
