"""Gradients of the magnetic anomaly, which show where magnetic rocks begin and end.

Anomalies are taken as they are: nothing here reduces them to the pole. Where the earth's field is
inclined, the anomaly of a body that it magnetises lies aside of the body, towards the equator, and
so do these layers. Over a dipole at depth h, from its field (Blakely 1995, Potential theory in
gravity and magnetic applications, Cambridge University Press, section 4.2):

=========== ================= ============= ============================
inclination highest anomaly   highest tilt  highest analytic signal
=========== ================= ============= ============================
90 degree   above it          above it      above it
60 degree   .27 h aside       .27 h aside   .18 h aside
45 degree   .43 h aside       .43 h aside   .26 h aside
30 degree   .62 h aside       .62 h aside   .31 h aside
0 degree    two, 1.22 h aside two, likewise above it
=========== ================= ============= ============================

Below some 35 degree the anomaly above the body itself is negative. Sources deeper than a cell is
wide thus move by cells. Reduce such a grid to the pole first, with the inclination and declination
of the survey's place and date; within 20 degree of the magnetic equator that is unstable, and the
analytic signal is the safer layer. Remanent magnetisation shifts them too, and no such reduction
puts it right.
"""

from typing import Annotated

from siting.kinds import Grid, Layer, Unit
from siting.layers.potential_fields import horizontal, total, vertical
from siting.signature import layer


@layer()
def horizontal_gradient(
    anomaly: Annotated[Layer, Unit("nT")], grid: Grid
) -> Annotated[Layer, Unit("nT km-1")]:
    """Magnitude of the horizontal gradient of the magnetic anomaly.

    Parameters
    ----------
    anomaly : (y, x) layer
        Magnetic anomaly, reduced to the pole beforehand where edges are to be right in place;
        it is not done here [nT].
    grid : GeoBox
        The run's grid.

    Returns
    -------
    (y, x) layer
        Gradient [nT km-1]; otherwise as :func:`siting.layers.gravity.horizontal_gradient`.

    Examples
    --------
    >>> import numpy as np
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:32611", 1000, (500000, 4400000, 503000, 4403000))
    >>> anomaly = as_layer(np.array([[0.0, 20.0, 40.0]] * 3), grid, units="nT")
    >>> horizontal_gradient(anomaly, grid).values[1].round(1).tolist()
    [nan, 20.0, nan]
    """
    return horizontal(anomaly, grid)


@layer()
def vertical_gradient(
    anomaly: Annotated[Layer, Unit("nT")], grid: Grid
) -> Annotated[Layer, Unit("nT km-1")]:
    """First vertical derivative of the magnetic anomaly, downward positive.

    Parameters
    ----------
    anomaly : (y, x) layer
        Magnetic anomaly on a level surface, reduced to the pole beforehand where it is to be read
        as positive over its sources; it is not done here [nT].
    grid : GeoBox
        The run's grid, of at most 60 million cells.

    Returns
    -------
    (y, x) layer
        Derivative [nT km-1]; otherwise as :func:`siting.layers.gravity.vertical_gradient`, with
        its limits.

    Raises
    ------
    GridError
        GRID_SIZE; GRID_DISTORTED where the cells of a row differ in size by over 2 %.

    Examples
    --------
    >>> import numpy as np
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:32611", 1000, (500000, 4400000, 504000, 4402000))
    >>> level = as_layer(np.full((2, 4), 50.0), grid, units="nT")
    >>> bool(abs(vertical_gradient(level, grid)).max() < 1e-9)
    True
    """
    return vertical(anomaly, grid, "magnetics.vertical_gradient")


@layer()
def analytic_signal(
    anomaly: Annotated[Layer, Unit("nT")], grid: Grid
) -> Annotated[Layer, Unit("nT km-1")]:
    """Amplitude of the analytic signal of the magnetic anomaly, also called its total gradient.

    Parameters
    ----------
    anomaly : (y, x) layer
        Magnetic anomaly on a level surface, not reduced to the pole here. The amplitude shifts
        less than the anomaly, but in three dimensions it does shift (Li 2006, Geophysics 71,
        L13-L16): by up to .31 of the depth, at an inclination of 30 degree [nT].
    grid : GeoBox
        The run's grid, of at most 60 million cells.

    Returns
    -------
    (y, x) layer
        Amplitude [nT km-1]; otherwise as :func:`siting.layers.gravity.analytic_signal`, with its
        limits.

    Raises
    ------
    GridError
        GRID_SIZE; GRID_DISTORTED where the cells of a row differ in size by over 2 %.

    Examples
    --------
    >>> import numpy as np
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:32611", 1000, (500000, 4400000, 503000, 4403000))
    >>> anomaly = as_layer(np.array([[0.0, 30.0, 60.0]] * 3), grid, units="nT")
    >>> analytic_signal(anomaly, grid).values[1].round(1).tolist()
    [nan, 30.0, nan]
    """
    return total(anomaly, grid, "magnetics.analytic_signal")
