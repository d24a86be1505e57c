"""Labels on the grid: which are used, in which cell, and which are left out, by name."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from siting import frames
from siting.columns import row_names
from siting.geodesy import geodesic_distance
from siting.grid import cell_of, is_periodic, sample
from siting.projection import position
from siting.scoring.label_checks import check_conflict, tell, tell_repeated, tell_rounded
from siting.scoring.label_columns import region_of, system_of, target_of, weight_of
from siting.scoring.outlines import has_outlines, label_places

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Labels:
    """Labels in cells of the domain, and what became of the others.

    ``frame`` has the columns label (the row of the label), name, longitude, latitude, row,
    column, target, region, group and weight (of the whole label); ``record`` counts and names
    what was left out or moved.
    """

    frame: pd.DataFrame
    record: dict[str, Any]


def place_labels(
    labels: gpd.GeoDataFrame,
    domain: xr.DataArray,
    grid: GeoBox,
    *,
    target: str | None = None,
    region: str | None = None,
    group: str | None = None,
    weight: str | None = None,
) -> Labels:
    """Labels with the cell that each stands for.

    Parameters
    ----------
    labels : GeoDataFrame of points or polygons
        Known places, or outlines of fields or leases. Rows whose column ``verified`` says
        ``unverified`` are left out.
    domain : (y, x) layer of bool
        Where labels can be used.
    grid : GeoBox
        The grid.
    target : str, optional
        Column with what is learned; without it every label counts as 1.
    region : str, optional
        Column with the region of each label.
    group : str, optional
        Column with the field or system that each label is part of; without it every label is a
        field of its own. Labels in one cell are of one group in any case.
    weight : str, optional
        Column of how much each label counts, above zero; without it all count 1.

    Raises
    ------
    InputError
        COLUMN_UNKNOWN, COLUMN_TEXT, NODATA_UNDECLARED, VALUE_INVALID, VALUE_MISSING,
        SITES_OUTSIDE and LATLON_SWAPPED (all of them), TOO_FEW_POSITIVES (none left),
        LABEL_CONFLICT, and the errors of :func:`siting.scoring.outlines.label_places`.

    Notes
    -----
    A label outside the domain, on a beach for instance, is taken to the nearest cell of the
    domain among the eight around it; it keeps its own place for distances. Labels that find no
    cell are named in a finding, SITES_OUTSIDE.

    An outline is as many labels of one group as cells of the domain have their middle in it, at
    least that of a point on its surface; :mod:`siting.scoring.training` lets them share the
    weight of one label, so that a large field does not outvote small ones.
    """
    name = str(labels.attrs.get("name", "labels"))
    places = label_places(labels, domain, grid, name)
    told = _told(labels, target, region, group, weight, name)
    frame = places.join(told, on="label")
    row, column, moved = _cells(frame, domain, grid)
    frame = frame.assign(row=row, column=column)
    known = ~frame.unverified & frame.target.notna()
    tell(record := _record(frame, told, moved, name), _slips(frame[known], domain, grid))
    placed = frame[known & (frame.row >= 0)].reset_index(drop=True)
    check_conflict(placed, target, name)
    if not has_outlines(labels, name):
        tell_rounded(placed, grid, name)
        tell_repeated(placed, name)
    return Labels(placed.assign(group=_groups(placed)), record)


def _told(
    labels: gpd.GeoDataFrame,
    target: str | None,
    region: str | None,
    group: str | None,
    weight: str | None,
    name: str,
) -> pd.DataFrame:
    """What the columns say of each label."""
    return pd.DataFrame(
        {
            "name": row_names(labels),
            "target": target_of(labels, target, name),
            "region": region_of(labels, region, name).to_numpy() if region else "",
            "group": system_of(labels, group, name) if group else np.arange(len(labels)),
            "weight": weight_of(labels, weight, name) if weight else 1.0,
            "unverified": frames.unverified(labels),
        }
    )


def _record(
    frame: pd.DataFrame, told: pd.DataFrame, moved: NDArray[np.bool_], name: str
) -> dict[str, Any]:
    """Counts and names of labels used, left out and moved; cells are counted as used."""
    unknown = told.target.isna() & ~told.unverified
    known = ~frame.unverified & frame.target.notna()
    outside = frame[known & (frame.row < 0)]
    used = frame[known & (frame.row >= 0)]
    return {
        "name": name,
        "used": len(used),
        "used_labels": int(used.label.nunique()),
        "left_out_unverified": int(told.unverified.sum()),
        "left_out_unknown": int(unknown.sum()),
        "unknown_names": told.name[unknown].tolist(),
        "outside": len(outside),
        "outside_names": outside.name.tolist(),
        "moved_names": frame.name[known & moved].tolist(),
    }


def _groups(frame: pd.DataFrame) -> Integers:
    """Number of the group of each label: those of one system, or in one cell, are together."""
    system = pd.factorize(frame.group)[0]
    cell = pd.factorize(pd.MultiIndex.from_frame(frame[["row", "column"]]))[0] + len(frame)
    # A graph of systems and cells, in which each label joins its system to its cell.
    size = 2 * len(frame)
    joins = coo_array((np.ones(len(frame)), (system, cell)), shape=(size, size))
    part: Integers = connected_components(joins, directed=False)[1][system]
    return np.asarray(pd.factorize(part)[0], dtype=np.int64)


def _slips(frame: pd.DataFrame, domain: xr.DataArray, grid: GeoBox) -> dict[str, bool]:
    """Whether most labels would lie in the domain with coordinates swapped, or east for west."""
    longitude, latitude = frame.longitude.to_numpy(), frame.latitude.to_numpy()
    inside = partial(_share_inside, domain=domain, grid=grid)
    now = inside(longitude, latitude)
    possible = bool((np.abs(longitude) <= 90).all())
    return {
        "swapped": possible and inside(latitude, longitude) > max(now, 0.5),
        "mirrored": inside(-longitude, latitude) > max(now, 0.5) or _strays_mirrored(frame, inside),
    }


def _strays_mirrored(
    frame: pd.DataFrame, inside: Callable[[NDArray[Any], NDArray[Any]], float]
) -> bool:
    stray = frame[frame.row < 0]
    return len(stray) > 0 and inside(-stray.longitude.to_numpy(), stray.latitude.to_numpy()) > 0.5


def _share_inside(
    longitude: NDArray[np.float64],
    latitude: NDArray[np.float64],
    domain: xr.DataArray,
    grid: GeoBox,
) -> float:
    cells = cell_of(grid, longitude, latitude)
    return float((sample(domain, *cells) == 1).mean()) if len(longitude) else 0.0


def _cells(
    frame: pd.DataFrame, domain: xr.DataArray, grid: GeoBox
) -> tuple[Integers, Integers, NDArray[np.bool_]]:
    """Row and column of a cell of the domain, -1 where there is none near, and which moved."""
    longitude, latitude = frame.longitude.to_numpy(), frame.latitude.to_numpy()
    row, column = cell_of(grid, longitude, latitude)
    stray = (row >= 0) & (sample(domain, row, column) != 1)
    moved_row, moved_column = _nearest_inside(
        row[stray], column[stray], longitude[stray], latitude[stray], domain, grid
    )
    row[stray], column[stray] = moved_row, moved_column
    return row, column, stray & (row >= 0)


def _nearest_inside(
    row: Integers,
    column: Integers,
    longitude: NDArray[np.float64],
    latitude: NDArray[np.float64],
    domain: xr.DataArray,
    grid: GeoBox,
) -> tuple[Integers, Integers]:
    """The nearest cell of the domain among the eight around each cell; -1 where none is."""
    i = row[:, None] + np.array([-1, -1, -1, 0, 0, 1, 1, 1])
    j = column[:, None] + np.array([-1, 0, 1, -1, 1, -1, 0, 1])
    rows, columns = grid.shape.yx
    if is_periodic(grid):
        j = j % columns
    real = (i >= 0) & (i < rows) & (j >= 0) & (j < columns)
    inside = sample(domain, np.where(real, i, -1), np.where(real, j, -1)) == 1
    lon, lat = position(grid, i + 0.5, j + 0.5)
    ground = geodesic_distance(longitude[:, None], latitude[:, None], lon, lat)
    nearest = np.where(inside, ground, np.inf).argmin(axis=1)
    pick = np.arange(len(row)), nearest
    found = inside[pick]
    return np.where(found, i[pick], -1), np.where(found, j[pick], -1)
