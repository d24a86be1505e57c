"""Where features end because the source was cut, not because the ground has no more of them."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox
from pyproj import CRS, Transformer

from siting.findings import warn
from siting.geodesy import SEMI_MAJOR_AXIS
from siting.grid import cell_of, is_periodic
from siting.projection import Floats, crs_of, wrap
from siting.proximity import cell_side

Integers = NDArray[np.int64]
_WGS84 = CRS("EPSG:4326")
_ALONG = 20.0  # [m] by which ends on one straight edge may differ: files round coordinates
_ENDS = 3  # traces that end on one straight edge; in nature hardly two do
# Features within the radius inside a side of the grid, and none beyond, which lie as near to it as
# features that go on would, in every third of it: coasts and ranges seldom run so.
_CROWD = 30
_GAP = 3.0  # times the mean space between features of a third
_ACROSS = 3  # radii that the grid measures at least: any cluster fills a side of a smaller one
_SEAM = 179.99  # [degree] where files cut what goes on beyond the dateline

# Coordinate that is greatest on a side, or least.
_SIDES = {"north": (1, 1), "south": (1, -1), "east": (0, 1), "west": (0, -1)}


class Places(NamedTuple):
    """Places of features: all of them, those that are ends, and which feature each belongs to."""

    longitude: Floats  # [degree]
    latitude: Floats
    is_end: NDArray[np.bool_]
    feature: Integers


def tell_cut(found: Places, crs: object, grid: GeoBox, radius: float, where: str) -> None:
    """A finding where densities near the grid's border fall because the source was cut there.

    Parameters
    ----------
    found : Places
        Vertices of lines, or points, each an end.
    crs : CRS
        That of the source, in which it may have been cut.
    grid : GeoBox
        The grid.
    radius : float
        Distance from a cell within which features count [m].
    where : str
        Who asks.

    Notes
    -----
    It was cut where three features end on the northernmost, southernmost, easternmost or
    westernmost line of the source, in degrees or on the map of the source or the grid, within
    the radius of the grid; or where thirty lie within the radius inside one side of the grid, up
    to it in each third of the side, and none beyond. A cut along an outline of another form is
    not seen, nor one of fewer features, nor of points on a grid less than three radii across.
    """
    margin = int(np.ceil(radius / cell_side(grid)))
    wide = grid.pad(margin)
    row, column = cell_of(wide, found.longitude, found.latitude)
    straight = dict.fromkeys(_straight_ends(found, row >= 0, crs, grid))
    bare = dict.fromkeys(_bare_sides(found, row, column, margin, grid))
    told = {
        "features end on one straight line in its": straight,
        "features lie up to the border of the grid and none beyond, in the": bare,
    }
    if straight or bare:
        warn(
            "FEATURES_CUT",
            "the source ends beside the grid, as where it was cut at a study area: densities fall "
            "towards that side, and the ground need not",
            where=where,
            found="; ".join(f"{said} {', '.join(sides)}" for said, sides in told.items() if sides),
            wanted=f"features up to {radius / 1000:g} km beyond the grid",
            fix="take the source of a wider area, or a grid that ends a radius inside it",
        )


def _straight_ends(
    found: Places, near: NDArray[np.bool_], crs: object, grid: GeoBox
) -> Iterator[str]:
    """Sides of the source on which several features end, within reach of the grid."""
    ends = found.is_end & near & (np.abs(wrap(found.longitude)) < _SEAM)
    if len(np.unique(found.feature[ends])) < _ENDS:
        return
    systems = {each.to_wkt(): each for each in (_WGS84, CRS(crs), crs_of(grid))}
    for system in systems.values():
        at = np.array(_moved(found, system))
        along = np.degrees(_ALONG / SEMI_MAJOR_AXIS) if system.is_geographic else _ALONG
        for side, (axis, sign) in _SIDES.items():
            edge = np.nanmax(sign * at[axis])
            on = ends & (np.abs(sign * at[axis] - edge) <= along)
            spread = len(np.unique(np.round(at[1 - axis, on] / along)))
            features = len(np.unique(found.feature[on]))
            if min(features, spread) >= _ENDS and 2 * on.sum() <= found.is_end.sum():
                yield side


def _moved(found: Places, system: CRS) -> tuple[Floats, Floats]:
    if system.is_geographic:
        return wrap(found.longitude), found.latitude
    transformer = Transformer.from_crs(_WGS84, system, always_xy=True)
    x, y = transformer.transform(found.longitude, found.latitude)
    fits = np.isfinite(x) & np.isfinite(y)
    return np.where(fits, x, np.nan), np.where(fits, y, np.nan)


def _bare_sides(
    found: Places, row: Integers, column: Integers, margin: int, grid: GeoBox
) -> Iterator[str]:
    """Sides of the grid with many features up to them, and none within the radius beyond."""
    height, width = grid.shape.yx
    over = row >= 0
    within = over & (column >= margin) & (column < margin + width)
    beside = over & (row >= margin) & (row < margin + height)
    along = column - margin, row - margin  # along the north and south, the west and east
    sides = {
        "north": (row - margin, within, along[0], width),
        "south": (height + margin - 1 - row, within, along[0], width),
    }
    if not is_periodic(grid):
        sides["west"] = column - margin, beside, along[1], height
        sides["east"] = width + margin - 1 - column, beside, along[1], height
    if _ACROSS * margin > min(height, width):
        return
    for side, (depth, known, place, length) in sides.items():
        inside = known & (depth >= 0) & (depth < margin)
        features = len(np.unique(found.feature[inside]))
        if features < _CROWD or (known & (depth < 0)).any():
            continue
        nearest = np.full(3, np.inf)
        np.minimum.at(nearest, place[inside] * 3 // length, depth[inside])
        if nearest.max() <= _GAP * 3 * margin / features:
            yield side
