"""Where labels lie: at their points, or in all the cells that their outlines hold."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.coverage import cells_in, geometries
from siting.errors import InputError
from siting.grid import sample
from siting.projection import position

MOST = 1_000_000  # cells in all outlines together
_AREAS = frozenset({"Polygon", "MultiPolygon"})


def has_outlines(labels: gpd.GeoDataFrame, name: str) -> bool:
    """Whether labels are outlines: False for points.

    Raises
    ------
    InputError
        GEOMETRY_MIXED where they are both, or lines.
    """
    kinds = {str(each) for each in labels.geometry.geom_type.unique()}
    if kinds and kinds <= _AREAS:
        return True
    if kinds - {"Point"}:
        raise InputError(
            "GEOMETRY_MIXED",
            "labels are points, or outlines, all of one kind",
            where=name,
            found=", ".join(sorted(kinds)),
            wanted="points, or polygons",
            fix="give the others as labels of a pipeline of their own, or take a point of each",
        )
    return False


def points_of(labels: gpd.GeoDataFrame, name: str) -> gpd.GeoSeries:
    """Geometries as points in WGS84.

    Raises
    ------
    InputError
        GEOMETRY_MIXED where they are no points, CRS_MISSING.
    """
    if has_outlines(labels, name):
        raise InputError(
            "GEOMETRY_MIXED", "cells are points: their middles", where=name,
            found="polygons", fix="give the outlines as `labels` of learned.classifier",
        )  # fmt: skip
    if labels.crs is None:
        raise InputError("CRS_MISSING", "the labels have no CRS", where=name, fix="state `crs:`")
    return labels.geometry.to_crs("EPSG:4326")


def label_places(
    labels: gpd.GeoDataFrame, domain: xr.DataArray, grid: GeoBox, name: str
) -> pd.DataFrame:
    """Places that labels stand for: columns label, longitude and latitude.

    A point stands for itself. An outline stands for the middles of all cells of the domain in
    it; one that is too small for that, or outside, for a point on its surface.

    Parameters
    ----------
    labels : GeoDataFrame of points or polygons
        Known places.
    domain : (y, x) layer of bool
        Where labels can be used.
    grid : GeoBox
        The grid.
    name : str
        Of the labels, for messages.

    Raises
    ------
    InputError
        GEOMETRY_MIXED, CRS_MISSING, GEOMETRY_EMPTY, COORD_INVALID, GEOMETRY_AMBIGUOUS, and
        TOO_LARGE for outlines of more than a million cells.

    Examples
    --------
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 4, 2))
    >>> land = as_layer(np.ones((2, 4), dtype=bool), grid)
    >>> leases = [shapely.box(0, 0, 2, 1), shapely.box(3.1, 0.1, 3.3, 0.3)]
    >>> fields = gpd.GeoDataFrame(geometry=leases, crs="EPSG:4326")
    >>> label_places(fields, land, grid, "leases").values.round(1).tolist()
    [[0.0, 0.5, 0.5], [0.0, 1.5, 0.5], [1.0, 3.2, 0.2]]
    """
    if not has_outlines(labels, name):
        points = points_of(labels, name)
        return _places(np.arange(len(labels)), points.x.to_numpy(), points.y.to_numpy())
    outlines = geometries(labels, name)
    label, row, column = cells_in(outlines, grid, MOST)
    inside = sample(domain, row, column) == 1
    places = _places(label[inside], *position(grid, row[inside] + 0.5, column[inside] + 0.5))
    alone = np.setdiff1d(np.arange(len(labels)), places.label)
    on_surface = shapely.point_on_surface(outlines[alone])
    points = _places(alone, shapely.get_x(on_surface), shapely.get_y(on_surface))
    return pd.concat([places, points]).sort_values("label", kind="stable", ignore_index=True)


def _places(
    label: NDArray[np.int64], longitude: NDArray[np.float64], latitude: NDArray[np.float64]
) -> pd.DataFrame:
    return pd.DataFrame({"label": label, "longitude": longitude, "latitude": latitude})
