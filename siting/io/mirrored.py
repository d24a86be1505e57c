"""Single features that have lost the sign of a coordinate: half the world away from the others."""

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from siting.findings import warn

MOST = 0.9  # share of the features on the grid, from which the others are slips
SHOWN = 3


def tell_mirrored(frame: gpd.GeoDataFrame, window: tuple[float, float, float, float]) -> None:
    """A finding for features off the grid that would lie on it with another sign.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Features in WGS 84; nothing is said where many lie off the grid, as in a file of the world.
    window : tuple of float
        West, south, east, north of the grid [degree]; longitudes may run on beyond 180.
    """
    edges = shapely.bounds(frame.geometry.to_numpy()).T
    on = on_window(edges, window)
    if not on.size or on.mean() < MOST or on.all():
        return
    west, south, east, north = edges
    mirrored = ~on & (
        on_window(np.array([-east, south, -west, north]), window)
        | on_window(np.array([west, -north, east, -south]), window)
        | on_window(np.array([-east, -north, -west, -south]), window)
    )
    if not mirrored.any():
        return
    rows = np.flatnonzero(mirrored)[:SHOWN]
    places = "; ".join(f"row {row + 1} at {west[row]:.6g}, {south[row]:.6g}" for row in rows)
    warn(
        "FEATURES_OUTSIDE",
        "features lie off the grid that would lie on it with the other sign",
        where=str(frame.attrs.get("source", "")),
        found=f"{int(mirrored.sum())} of {len(frame)}: {places}",
        wanted=", ".join(f"{each:.6g}" for each in window),
        fix="has a longitude or a latitude lost its minus?",
    )


def on_window(
    edges: NDArray[np.float64], window: tuple[float, float, float, float]
) -> NDArray[np.bool_]:
    """Whether bounds touch a window, whichever turn its longitudes are of.

    Parameters
    ----------
    edges : numpy.ndarray of shape (4, n)
        West, south, east, north of features [degree].
    window : tuple of float
        West, south, east, north [degree].

    Examples
    --------
    >>> on_window(np.array([[-179.0], [10.0], [-179.0], [10.0]]), (170.0, 0.0, 190.0, 20.0))
    array([ True])
    """
    west, south, east, north = window
    level = (edges[1] <= north) & (edges[3] >= south)
    turns = [(edges[0] + turn <= east) & (edges[2] + turn >= west) for turn in (-360, 0, 360)]
    found: NDArray[np.bool_] = level & np.any(turns, axis=0)
    return found
