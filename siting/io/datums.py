"""How exactly coordinates of one datum are known in another."""

import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from odc.geo.geobox import GeoBox
from pyproj import CRS
from pyproj.aoi import AreaOfInterest
from pyproj.transformer import TransformerGroup

from siting.findings import warn
from siting.io.placement import Frame
from siting.projection import crs_of, position

BALLPARK = 200.0  # m; what datums that nobody connects may lie apart (NAD27 from WGS 84: to 200 m)
SHARE = 0.5  # of a cell, from which a shift is reported
_DEGREE = 111_200.0  # m along a meridian


def check_datum(frame: Frame, grid: GeoBox, path: Path) -> None:
    """Report a raster whose place on the grid is known less well than to half a cell.

    Parameters
    ----------
    frame : Frame
        Where the cells of the raster are.
    grid : GeoBox
        The grid.
    path : Path
        The file, for messages.
    """
    own = crs_of(grid)
    if frame.crs.geodetic_crs is None or own.geodetic_crs is None:
        return
    if frame.crs.geodetic_crs.equals(own.geodetic_crs, ignore_axis_order=True):
        return
    cell = max(
        cell_metres(frame.crs, float(np.hypot(frame.affine.a, frame.affine.d))),
        cell_metres(own, float(grid.affine.a)),
    )
    error, text = _accuracy(frame.crs.geodetic_crs, own.geodetic_crs, _area(grid))
    if error > SHARE * cell:
        warn(
            "DATUM_SHIFT_INEXACT",
            "the datum of the raster is not known exactly in that of the grid: cells are shifted",
            where=str(path),
            found=f"{frame.crs.name} by '{text}', good to {error:.3g} m",
            wanted=f"better than {SHARE * cell:.3g} m, half a cell",
            fix="bring the raster to the datum of the grid with the official grid of shifts",
        )


def cell_metres(crs: CRS, cell: float) -> float:
    """Length of a cell given in units of a CRS [m]."""
    factor = float(crs.axis_info[0].unit_conversion_factor)
    return cell * np.rad2deg(factor) * _DEGREE if crs.is_geographic else cell * factor


def _area(grid: GeoBox) -> tuple[float, float, float, float]:
    """West, south, east and north of a grid [degree]."""
    height, width = grid.shape.yx
    longitude, latitude = position(
        grid, np.linspace(0, height, 5)[:, None], np.linspace(0, width, 5)[None, :]
    )
    west, east = float(np.nanmin(longitude)), float(np.nanmax(longitude))
    return west, float(np.nanmin(latitude)), east, float(np.nanmax(latitude))


@lru_cache(maxsize=32)
def _accuracy(
    source: CRS, target: CRS, area: tuple[float, float, float, float]
) -> tuple[float, str]:
    """Accuracy of the best transformation at hand for an area, and its name [m]."""
    # The area of interest is a class of pyproj's own core, under another name in its hints.
    region: Any = AreaOfInterest(*area)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a better one needs a grid that is not here
        group = TransformerGroup(source, target, always_xy=True, area_of_interest=region)
    best = group.transformers[0] if group.transformers else None
    if best is None or best.accuracy < 0:
        return BALLPARK, best.description if best else "nothing known"
    return float(best.accuracy), best.description
