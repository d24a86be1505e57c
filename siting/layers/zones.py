"""Figures of layers over zones, such as licence blocks, lease areas or counties."""

import itertools
from typing import Annotated, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox
from pydantic import Field
from pyproj import CRS

from siting import frames
from siting.columns import column_name
from siting.coverage import Geometries, geometries, placed
from siting.errors import InputError
from siting.findings import warn
from siting.grid import cell_area, chunks, tiles
from siting.indicators import refuse_unordered
from siting.kernels.zonal import majority, weighted_quantiles
from siting.kernels.zonal_coverage import outlines
from siting.kernels.zonal_pass import Figures, Samples, over_zones
from siting.kinds import Features, Grid, Layer
from siting.projection import from_geographic
from siting.signature import layer
from siting.wording import counted

Floats = NDArray[np.float64]
Statistic = Literal[
    "mean", "sum", "minimum", "maximum", "standard_deviation", "p10", "median", "p90", "majority"
]

MOST = 50_000_000  # values in all zones together that quantiles and majorities are made of
EQUAL_AREA = "EPSG:6933"
STEP = 0.1  # edges are cut to so many degrees where their area is measured
WHOLE = 0.99  # share from which a zone within the edges of the grid is whole: cells have one area
# Share from which a zone is not told to lie off the grid: edges that run along its border in the
# grid's CRS are straight in degrees, and bow over it by a few millionths of the zone.
ALONG_THE_BORDER = 0.9999
_QUANTILES = {"p10": 0.1, "median": 0.5, "p90": 0.9}
_SAMPLED = {*_QUANTILES, "majority"}


@layer()
def statistics(
    zones: Features,
    layers: Annotated[list[Layer], Field(min_length=1)],
    statistics: Annotated[list[Statistic], Field(min_length=1)],
    grid: Grid,
) -> Features:
    """Zones with figures of layers in each.

    Parameters
    ----------
    zones : features
        Polygons, such as licence blocks; they may overlap, each stands for itself.
    layers : list of (y, x) layers
        What is told of the zones. The mean of a layer of yes and no, such as
        ``combine.above``, is the share of the zone where it is true.
    statistics : list of str
        ``mean``, ``standard_deviation``, ``p10``, ``median``, ``p90`` by area; ``sum`` by the
        share of each cell, for counts; ``minimum`` and ``maximum`` of all cells touched;
        ``majority``, the value with the largest area.
    grid : GeoBox
        The run's grid.

    Returns
    -------
    features
        The zones in their order and with their columns; ``area_on_grid``, of the zone [km2];
        ``on_grid``, the share of the zone that lies on the grid; for each layer
        ``<layer>_<statistic>`` and ``<layer>_known``, the share of that area where the layer has
        data. NaN where it has none. ``attrs["columns"]`` has the unit of each.

    Raises
    ------
    InputError
        CRS_MISSING, FEATURES_NONE, GEOMETRY_EMPTY, GEOMETRY_WRONG for points and lines,
        GEOMETRY_AMBIGUOUS; OUTSIDE_GRID where no zone lies on the grid; COLUMN_TAKEN;
        KIND_WRONG for a figure that classes or directions do not have; TOO_LARGE for quantiles
        of more than 50 million values.

    Notes
    -----
    Every cell counts by the exact share of it that lies in the zone, so that zones smaller than
    a cell have figures too; edges are straight in longitude and latitude. Areas are those of the
    cells on the ellipsoid. Invalid polygons are repaired first. Quantiles are interpolated
    between values that stand at the weight before them.

    Examples
    --------
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, -1, 4, 1))
    >>> score = as_layer(np.tile([1.0, 2.0, 3.0, np.nan], (2, 1)), grid, units="1").rename("score")
    >>> leases = gpd.GeoDataFrame(
    ...     {"lease": ["A", "B"]}, geometry=[shapely.box(0.5, -1, 2, 1), shapely.box(2, -1, 4, 1)],
    ...     crs="EPSG:4326",
    ... )
    >>> found = statistics(leases, [score], ["mean", "maximum"], grid)
    >>> found.drop(columns=["geometry", "area_on_grid"]).round(3).values.tolist()
    [['A', 1.0, 1.667, 2.0, 1.0], ['B', 1.0, 3.0, 3.0, 0.5]]
    """
    where = "zones.statistics"
    units = _units(zones, layers, statistics, where)
    polygons = _valid(geometries(zones, where))
    parts, owner = placed(polygons, grid)
    sampled = bool(_SAMPLED & set(statistics))
    if sampled and (cells := float(shapely.area(parts).sum()) * len(layers)) > MOST:
        raise InputError(
            "TOO_LARGE", "quantiles and majorities of so many cells are not made", where=where,
            found=f"{cells:,.0f} values", wanted=f"at most {MOST:,}",
            fix="leave them out, or use fewer layers or a coarser grid",
        )  # fmt: skip
    rows, columns = chunks(grid)
    rings = outlines(parts, owner, len(polygons))
    figures = over_zones(
        [each.chunk(y=rows, x=columns).data for each in layers],
        cell_area(grid).data, tiles(grid), rings, sampled,
    )  # fmt: skip
    told = _on_grid(polygons, figures.area, rings.bounds, grid)
    for number, each in enumerate(layers):
        told |= _of_layer(figures, number, column_name(str(each.name)), statistics)
    found = zones.assign(**told)
    found.attrs = {"columns": {**zones.attrs.get("columns", {}), **units}}
    return found


@layer()
def ranked(
    zones: Features, column: str, order: Literal["highest", "lowest"] = "highest"
) -> Features:
    """Zones in the order of a column, best first, with their rank.

    Parameters
    ----------
    zones : features
        Zones with figures, such as those of ``zones.statistics``.
    column : str
        Column with numbers, such as ``score_mean``.
    order : {"highest", "lowest"}
        Which value is best.

    Returns
    -------
    features
        The zones, with ``rank`` from 1; those without a value last and without a rank. Of equal
        values both have the better rank, in the order of the zones.

    Raises
    ------
    InputError
        COLUMN_MISSING, COLUMN_TEXT; COLUMN_TAKEN where there are ranks already.

    Examples
    --------
    >>> leases = gpd.GeoDataFrame(
    ...     {"lease": ["A", "B", "C"], "score_mean": [0.2, None, 0.7]},
    ...     geometry=[shapely.box(0, 0, 1, 1)] * 3, crs="EPSG:4326",
    ... )
    >>> ranked(leases, "score_mean")[["lease", "rank"]].values.tolist()
    [['C', 1.0], ['A', 2.0], ['B', nan]]
    """
    where = "zones.ranked"
    if "rank" in zones.columns:
        raise _taken("rank", where)
    frames.column(zones, column, None, where)  # it is there
    values = pd.Series(frames.numbers(zones, column, where), index=zones.index)
    rank = values.rank(method="min", ascending=order == "lowest")
    found = zones.assign(rank=rank).sort_values("rank", kind="stable", ignore_index=True)
    found.attrs = {"columns": {**zones.attrs.get("columns", {}), "rank": "1"}}
    return found


def _units(
    zones: gpd.GeoDataFrame, layers: list[xr.DataArray], statistics: list[Statistic], where: str
) -> dict[str, str]:
    """Units of the columns that are added.

    Raises
    ------
    InputError
        COLUMN_TAKEN where two would have one name; KIND_WRONG for a figure that classes or
        directions do not have.
    """
    units = {"area_on_grid": "km2", "on_grid": "1"}
    taken = {str(each) for each in zones.columns}
    named = [(column_name(str(each.name)), each) for each in layers]
    for name, each in named:
        unit = str(each.attrs.get("units") or "1")
        for statistic in (*statistics, "known"):
            if statistic not in {"majority", "known"}:
                refuse_unordered(each, f"{where}.layers")
            column = f"{name}_{statistic}"
            if column in units:
                raise _taken(column, where)
            spread = statistic == "standard_deviation" and unit == "degC"
            units[column] = "1" if statistic == "known" else "K" if spread else unit
    for column in units:
        if column in taken:
            raise _taken(column, where)
    return units


def _taken(column: str, where: str) -> InputError:
    return InputError(
        "COLUMN_TAKEN", f"two values would share the column '{column}'", where=where,
        fix="give each layer a name of its own, and rename the column of the zones",
    )  # fmt: skip


def _valid(polygons: Geometries) -> Geometries:
    broken = ~shapely.is_valid(polygons)
    mended = polygons.copy()
    mended[broken] = shapely.make_valid(polygons[broken], method="structure", keep_collapsed=False)
    return mended


def _on_grid(polygons: Geometries, area: Floats, bounds: Floats, grid: GeoBox) -> dict[str, Floats]:
    """Area on the grid, and as a share of the whole zone."""
    whole = _area(polygons)
    share = np.clip(area / np.where(whole > 0, whole, np.nan), 0.0, 1.0)
    within = (bounds[:, :2] >= 0).all(axis=1) & (bounds[:, 2:] <= grid.shape.xy).all(axis=1)
    share = np.where(within & (share > WHOLE), 1.0, share)
    outside = area == 0
    if outside.all():
        bounds = shapely.total_bounds(polygons).round(4).tolist()
        raise InputError(
            "OUTSIDE_GRID", "no zone lies on the grid", where="zones.statistics",
            found=", ".join(f"{each:g}" for each in bounds), wanted=f"zones on {grid.crs}",
            fix="check the bounds of the grid and the CRS of the zones",
        )  # fmt: skip
    off = share < ALONG_THE_BORDER
    if off.any():
        partly = int(off.sum() - outside.sum())
        warn(
            "FEATURES_OUTSIDE", "zones lie off the grid, or partly: their figures are of the rest",
            where="zones.statistics",
            found=f"{counted(int(outside.sum()), 'zone')} outside, {partly} partly",
            wanted=f"{len(area)} on the grid", fix="widen `bounds:`, or read column `on_grid`",
        )  # fmt: skip
    return {"area_on_grid": area, "on_grid": share}


def _area(polygons: Geometries) -> Floats:
    """Areas on the ellipsoid of polygons with edges straight in longitude and latitude [km2]."""
    fine = shapely.segmentize(polygons, STEP)
    to_map = from_geographic(CRS(EQUAL_AREA)).transform
    degree = to_map(1.0, 0.0)[0]

    def project(places: Floats) -> Floats:
        return np.column_stack([places[:, 0] * degree, to_map(places[:, 0] * 0, places[:, 1])[1]])

    return np.asarray(shapely.area(shapely.transform(fine, project)) / 1e6)


def _of_layer(
    figures: Figures, number: int, name: str, statistics: list[Statistic]
) -> dict[str, Floats]:
    """Columns of one layer."""
    moments = figures.moments[number]
    empty = ~(moments.area > 0)
    plain = {
        "mean": moments.mean,
        "sum": moments.total,
        "minimum": moments.lowest,
        "maximum": moments.highest,
        "standard_deviation": moments.deviation,
    }
    found = {}
    for each in statistics:
        values = plain[each] if each in plain else _sampled(figures.samples[number], each)
        found[f"{name}_{each}"] = np.where(empty, np.nan, values)
    area = np.where(figures.area > 0, figures.area, np.nan)
    return found | {f"{name}_known": np.minimum(moments.area / area, 1.0)}


def _sampled(samples: Samples, statistic: str) -> Floats:
    """A quantile, or the value with the largest area, of each zone."""
    found = np.full(samples.start.size - 1, np.nan)
    for zone, (first, last) in enumerate(itertools.pairwise(samples.start.tolist())):
        if last > first:
            part = samples.value[first:last], samples.weight[first:last]
            found[zone] = (
                majority(*part)
                if statistic == "majority"
                else weighted_quantiles(*part, [_QUANTILES[statistic]]).item()
            )
    return found
