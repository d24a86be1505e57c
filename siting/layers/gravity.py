"""Gradients of gravity, which show where rocks of different density meet."""

from typing import Annotated

from siting.kinds import Grid, Layer, Unit
from siting.layers.potential_fields import horizontal, total, vertical
from siting.signature import layer


@layer()
def horizontal_gradient(
    gravity: Annotated[Layer, Unit("mGal")], grid: Grid
) -> Annotated[Layer, Unit("mGal km-1")]:
    """Magnitude of the horizontal gradient of gravity.

    Parameters
    ----------
    gravity : (y, x) layer
        Gravity anomaly [mGal].
    grid : GeoBox
        The run's grid.

    Returns
    -------
    (y, x) layer
        Gradient [mGal km-1], greatest over steep contacts; NaN where the cell or one of the four
        beside it has no value, as at the edge of the grid.

    Notes
    -----
    sqrt(gx² + gy²) of central differences over true metres. A wave of eight cells comes out 10 %
    too weak, one of four cells 36 %.

    References
    ----------
    Cordell and Grauch (1985), Mapping basement magnetization zones from aeromagnetic data in the
    San Juan Basin, New Mexico, in The utility of regional gravity and magnetic anomaly maps, SEG.

    Examples
    --------
    >>> import numpy as np
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:32611", 1000, (500000, 4400000, 503000, 4403000))
    >>> gravity = as_layer(np.array([[0.0, 2.0, 4.0]] * 3), grid, units="mGal")
    >>> horizontal_gradient(gravity, grid).values[1].round(2).tolist()
    [nan, 2.0, nan]
    """
    return horizontal(gravity, grid)


@layer()
def vertical_gradient(
    gravity: Annotated[Layer, Unit("mGal")], grid: Grid
) -> Annotated[Layer, Unit("mGal km-1")]:
    """First vertical derivative of gravity, downward positive.

    Parameters
    ----------
    gravity : (y, x) layer
        Gravity anomaly on a level surface [mGal].
    grid : GeoBox
        The run's grid, of at most 60 million cells.

    Returns
    -------
    (y, x) layer
        Derivative [mGal km-1], positive over dense bodies; NaN where the field is.

    Raises
    ------
    GridError
        GRID_SIZE; GRID_DISTORTED where the cells of a row differ in size by over 2 %.

    Notes
    -----
    The wavenumber |k| times the transform. The whole field is held in memory at once, 40 to 70
    bytes a cell, after its plane is taken out. Beyond its edges it is mirrored, and gaps are
    filled smoothly: near an edge or a gap the result rests on that, which
    :func:`siting.layers.potential_fields.near_edge` marks. The shorter a wave the more it is
    raised, noise of single cells by pi over their width. Rows whose cells have other sizes than
    the rows beside them get their own operator, which is right for waves short against the
    distance over which sizes change; the curvature of the earth is neglected.

    References
    ----------
    Blakely (1995), Potential theory in gravity and magnetic applications, Cambridge University
    Press, section 12.2.

    Examples
    --------
    A wave of 8 km by 10 mGal has 2 pi/8 km times 10 mGal on its crests:

    >>> import numpy as np
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:32611", 1000, (500000, 4400000, 516000, 4402000))
    >>> wave = 10 * np.cos(2 * np.pi * (np.arange(16) + 0.5) / 8) * np.ones((2, 1))
    >>> gradient = vertical_gradient(as_layer(wave, grid, units="mGal"), grid)
    >>> (gradient.values / wave).round(2)[0, :2].tolist()
    [0.79, 0.79]
    """
    return vertical(gravity, grid, "gravity.vertical_gradient")


@layer()
def analytic_signal(
    gravity: Annotated[Layer, Unit("mGal")], grid: Grid
) -> Annotated[Layer, Unit("mGal km-1")]:
    """Amplitude of the analytic signal of gravity, also called its total gradient.

    Parameters
    ----------
    gravity : (y, x) layer
        Gravity anomaly on a level surface [mGal].
    grid : GeoBox
        The run's grid, of at most 60 million cells.

    Returns
    -------
    (y, x) layer
        Amplitude [mGal km-1]; NaN where the horizontal gradient is.

    Raises
    ------
    GridError
        GRID_SIZE; GRID_DISTORTED where the cells of a row differ in size by over 2 %.

    Notes
    -----
    sqrt(gx² + gy² + gz²), with the derivatives of :func:`horizontal_gradient` and
    :func:`vertical_gradient` and their limits.

    References
    ----------
    Roest, Verhoef and Pilkington (1992), Magnetic interpretation using the 3-D analytic signal,
    Geophysics 57, 116-125.

    Examples
    --------
    A plane rises 2 mGal per km and has no vertical derivative:

    >>> import numpy as np
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:32611", 1000, (500000, 4400000, 503000, 4403000))
    >>> gravity = as_layer(np.array([[0.0, 2.0, 4.0]] * 3), grid, units="mGal")
    >>> analytic_signal(gravity, grid).values[1].round(2).tolist()
    [nan, 2.0, nan]
    """
    return total(gravity, grid, "gravity.analytic_signal")
