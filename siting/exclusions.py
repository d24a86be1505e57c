"""Where a site may not be: layers of 1 where allowed, 0 where excluded, NaN where not known.

A cell that is not known to be allowed is excluded; :func:`areas` tells how much of the exclusion
is for want of data.
"""

import math
from collections.abc import Mapping
from typing import Annotated, Any

import dask.array as da
import numpy as np
import shapely
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox
from pydantic import Field

from siting import findings
from siting.coverage import covered, geometries
from siting.errors import InputError, PipelineError
from siting.grid import cell_area
from siting.indicators import as_indicator, indicator, refuse_unordered
from siting.kernels.blocks import over_blocks
from siting.kinds import Features, Grid, Layer, Unit, UnitOf
from siting.proximity import cell_side, distance
from siting.signature import exclusion


@exclusion
def above(
    layer: Layer, threshold: Annotated[float, UnitOf("layer")]
) -> Annotated[Layer, Unit("1")]:
    """Allowed except where values are above a threshold.

    Parameters
    ----------
    layer : (y, x) layer
        Values of a continuous quantity.
    threshold : float
        Greater values are excluded [unit of the layer].

    Returns
    -------
    (y, x) layer
        1 at or below the threshold, 0 above, NaN where the value is not known.

    Raises
    ------
    InputError
        KIND_WRONG where the values are classes or directions.

    Examples
    --------
    >>> slope = xr.DataArray([[3.0, 30.0, np.nan]], dims=("y", "x"), attrs={"units": "degree"})
    >>> above(slope, threshold="25 degree").values.tolist()
    [[1.0, 0.0, nan]]
    """
    refuse_unordered(layer, "above.layer")
    return indicator(layer <= threshold, layer)


@exclusion
def below(
    layer: Layer, threshold: Annotated[float, UnitOf("layer")]
) -> Annotated[Layer, Unit("1")]:
    """Allowed except where values are below a threshold.

    Parameters
    ----------
    layer : (y, x) layer
        Values of a continuous quantity.
    threshold : float
        Smaller values are excluded [unit of the layer].

    Returns
    -------
    (y, x) layer
        1 at or above the threshold, 0 below, NaN where the value is not known.

    Raises
    ------
    InputError
        KIND_WRONG where the values are classes or directions.

    Examples
    --------
    >>> elevation = xr.DataArray([[-4.0, 30.0, np.nan]], dims=("y", "x"), attrs={"units": "m"})
    >>> below(elevation, threshold="0 m").values.tolist()
    [[0.0, 1.0, nan]]
    """
    refuse_unordered(layer, "below.layer")
    return indicator(layer >= threshold, layer)


@exclusion
def between(
    layer: Layer,
    low: Annotated[float, UnitOf("layer")],
    high: Annotated[float, UnitOf("layer")],
) -> Annotated[Layer, Unit("1")]:
    """Allowed within a range alone.

    Parameters
    ----------
    layer : (y, x) layer
        Values of a continuous quantity, such as the depth of the sea.
    low, high : float
        Ends of the range, which belong to it [unit of the layer].

    Returns
    -------
    (y, x) layer
        1 from low to high, 0 outside, NaN where the value is not known.

    Raises
    ------
    InputError
        KIND_WRONG where the values are classes or directions.
    PipelineError
        VALUE_INVALID where low is above high.

    Examples
    --------
    >>> depth = xr.DataArray([[60.0, 3000.0, np.nan]], dims=("y", "x"), attrs={"units": "m"})
    >>> between(depth, low="200 m", high="6 km").values.tolist()
    [[0.0, 1.0, nan]]
    """
    refuse_unordered(layer, "between.layer")
    if low > high:
        raise PipelineError(
            "VALUE_INVALID", "the range is empty: nothing would be allowed", where="between",
            found=f"low {low:g}, high {high:g}", wanted="low at or below high",
        )  # fmt: skip
    return indicator((layer >= low) & (layer <= high), layer)


@exclusion
def classes(
    layer: Layer, excluded: Annotated[list[int], Field(min_length=1)]
) -> Annotated[Layer, Unit("1")]:
    """Allowed except in some classes.

    Parameters
    ----------
    layer : (y, x) categorical layer
        Class of each cell, such as the sea it lies in.
    excluded : list of int
        Classes that are excluded.

    Returns
    -------
    (y, x) layer
        0 in these classes, 1 in others, NaN where the class is not known.

    Raises
    ------
    InputError
        KIND_WRONG where the layer is not categorical.

    Examples
    --------
    >>> sea = xr.DataArray([[1.0, 4.0, np.nan]], dims=("y", "x"), attrs={"kind": "categorical"})
    >>> classes(sea, excluded=[4, 5]).values.tolist()
    [[1.0, 0.0, nan]]
    """
    if layer.attrs.get("kind") != "categorical":
        raise InputError(
            "KIND_WRONG", "classes are needed", where="classes.layer",
            found=f"kind {layer.attrs.get('kind', 'not stated')}", wanted="kind categorical",
            fix="exclude amounts with above, below or between",
        )  # fmt: skip
    return indicator(~layer.isin(excluded), layer)


@exclusion
def within(
    features: Features, grid: Grid, buffer: Annotated[float, Unit("m"), Field(ge=0)] = 0.0
) -> Annotated[Layer, Unit("1")]:
    """Allowed except in polygons, and within a distance of any features.

    Parameters
    ----------
    features : features
        Points, lines or polygons, such as protected areas.
    grid : GeoBox
        The run's grid.
    buffer : float
        Distance from the features within which cells are excluded too [m].

    Returns
    -------
    (y, x) boolean layer
        False where the centre of the cell lies in a polygon or within the buffer.

    Raises
    ------
    InputError
        FEATURES_NONE, GEOMETRY_EMPTY, CRS_MISSING; GEOMETRY_WRONG for points and lines
        without a buffer.

    Warns
    -----
    BUFFER_BELOW_CELL
        Where the buffer of points or lines is smaller than half a cell's diagonal: some then
        slip between the centres of cells and exclude nothing.

    Examples
    --------
    >>> import geopandas, shapely
    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:6933", 1000, (0, 0, 4000, 1000))
    >>> track = shapely.LineString([(-0.01, 0), (-0.01, 0.01)])
    >>> fault = geopandas.GeoDataFrame(geometry=[track], crs=4326)
    >>> within(fault, grid, buffer="3 km").values.tolist()
    [[False, False, True, True]]
    """
    places = geometries(features, "within.features")
    if buffer == 0:
        return ~covered(places, grid, touched=False)
    half_diagonal = cell_side(grid) / math.sqrt(2)
    if buffer < half_diagonal and (shapely.get_dimensions(places) < 2).any():
        findings.warn(
            "BUFFER_BELOW_CELL",
            "points and lines can slip between the centres of cells",
            where="within.buffer",
            found=f"{buffer:g} m",
            wanted=f"at least half a cell's diagonal, {half_diagonal:.0f} m",
            fix="use a greater buffer or smaller cells",
        )
    return distance(places, grid) > buffer


@exclusion
def outside(features: Features, grid: Grid) -> Annotated[Layer, Unit("1")]:
    """Allowed inside polygons alone.

    Parameters
    ----------
    features : polygons
        Areas, such as the leases in question.
    grid : GeoBox
        The run's grid.

    Returns
    -------
    (y, x) boolean layer
        True where the centre of the cell lies in a polygon.

    Raises
    ------
    InputError
        GEOMETRY_WRONG where the features are no polygons; FEATURES_NONE, GEOMETRY_EMPTY,
        CRS_MISSING.

    Examples
    --------
    >>> import geopandas, shapely
    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 3, 1))
    >>> lease = geopandas.GeoDataFrame(geometry=[shapely.box(1, 0, 2, 1)], crs=4326)
    >>> outside(lease, grid).values.tolist()
    [[False, True, False]]
    """
    return covered(geometries(features, "outside.features"), grid, touched=False)


@exclusion
def where(layer: Layer) -> Annotated[Layer, Unit("1")]:
    """Allowed except where a statement holds.

    Parameters
    ----------
    layer : (y, x) layer
        An indicator or boolean layer.

    Returns
    -------
    (y, x) layer
        1 where it is 0, 0 where it is 1, NaN where it is not known.

    Raises
    ------
    InputError
        KIND_WRONG where the layer is of another kind.

    Examples
    --------
    >>> ice = xr.DataArray([[1.0, 0.0, np.nan]], dims=("y", "x"), attrs={"kind": "boolean"})
    >>> where(ice).values.tolist()
    [[0.0, 1.0, nan]]
    """
    return 1 - as_indicator(layer, "where.layer")


def areas(
    allowed: Mapping[str, xr.DataArray], domain: xr.DataArray, grid: GeoBox
) -> dict[str, dict[str, float]]:
    """Area that each exclusion takes from the domain, and what it alone takes.

    Parameters
    ----------
    allowed : mapping of str to (y, x) layer
        Results of the functions above, by name.
    domain : (y, x) boolean layer
        Cells that count.
    grid : GeoBox
        The run's grid.

    Returns
    -------
    dict
        For each name ``area``, the area excluded by it; ``marginal``, the part that no other one
        excludes; and ``unknown``, the part excluded because it is not known to be allowed
        [km2 each]. Under ``_total`` the same for all together, with ``domain``, the area of the
        domain; ``marginal`` is then the area that just one excludes.

    Notes
    -----
    True areas on the ellipsoid, added exactly tile by tile.

    Examples
    --------
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:6933", 1000, (0, 0, 4000, 1000))
    >>> steep = as_layer(np.array([[0.0, 0.0, 1.0, np.nan]]), grid)
    >>> park = as_layer(np.array([[True, False, True, True]]), grid)
    >>> domain = as_layer(np.ones((1, 4), dtype=bool), grid)
    >>> found = areas({"steep": steep, "park": park}, domain, grid)
    >>> found["steep"]
    {'area': 3.0, 'marginal': 2.0, 'unknown': 1.0}
    >>> found["park"]
    {'area': 1.0, 'marginal': 0.0, 'unknown': 0.0}
    >>> found["_total"]
    {'area': 3.0, 'marginal': 2.0, 'unknown': 1.0, 'domain': 4.0}
    """
    area = cell_area(grid).data
    layers = [_tiled(each, area) for each in (domain, *allowed.values())]
    tiles = over_blocks(_tile_areas, area, *layers)
    sums = iter(math.fsum(column) for column in zip(*tiles, strict=True))
    return {
        **{name: {what: next(sums) for what in _EACH} for name in allowed},
        "_total": {what: next(sums) for what in (*_EACH, "domain")},
    }


_EACH = ("area", "marginal", "unknown")


def _tiled(layer: xr.DataArray, area: da.Array) -> da.Array:
    """Data of a layer in the tiles of the cells' areas."""
    tiled: da.Array = layer.chunk(dict(zip(("y", "x"), area.chunks, strict=True))).data
    return tiled


def _tile_areas(area: NDArray[Any], domain: NDArray[Any], *allowed: NDArray[Any]) -> list[float]:
    """Areas in one tile: three for each exclusion in turn, then four for all together."""
    inside = domain == 1
    values = np.array(allowed, dtype=np.float32).reshape(len(allowed), *inside.shape)
    excluded, unknown = values != 1, np.isnan(values)
    times = excluded.sum(axis=0)
    refused = (values == 0).any(axis=0)
    masks = [
        mask
        for mine, blank in zip(excluded, unknown, strict=True)
        for mask in (mine, mine & (times == 1), blank)
    ]
    masks += [times > 0, times == 1, (times > 0) & ~refused, np.ones_like(inside)]
    return [float(area[inside & mask].sum()) for mask in masks]
