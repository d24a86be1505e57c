"""Land, areas on geological maps, and classes of rock or regime."""

from typing import Annotated

import numpy as np
from pydantic import Field

from siting.coverage import covered, geometries
from siting.errors import InputError
from siting.grid import from_function
from siting.indicators import indicator
from siting.kinds import Features, Grid, Layer, Unit
from siting.projection import Floats
from siting.signature import layer as layer_function


@layer_function(kind="boolean")
def land(
    outline: Features,
    ice: Features,
    grid: Grid,
    southern_limit: Annotated[float, Unit("degree"), Field(ge=-90, le=90)] = -60.0,
) -> Annotated[Layer, Unit("1")]:
    """Cells with land that no ice sheet covers.

    Parameters
    ----------
    outline : polygons
        Outline of the land.
    ice : polygons
        Ice sheets.
    grid : GeoBox
        The run's grid.
    southern_limit : float
        Cells with their centre south of this do not count [degree]; -60 leaves out Antarctica,
        whose area would flatter every share of land.

    Returns
    -------
    (y, x) boolean layer
        True for a cell that holds any land and whose centre is under no ice.

    Raises
    ------
    InputError
        GEOMETRY_WRONG where outline or ice are no polygons.

    Notes
    -----
    Any land counts: by cell centres, islands and coasts would be lost, and the prospects on
    them. So the area of these cells is greater than that of the land.

    Examples
    --------
    >>> import geopandas, shapely
    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 4, 1))
    >>> outline = geopandas.GeoDataFrame(geometry=[shapely.box(0.9, 0, 4, 1)], crs=4326)
    >>> ice = geopandas.GeoDataFrame(geometry=[shapely.box(2.4, 0, 3.4, 1)], crs=4326)
    >>> land(outline, ice, grid).values.tolist()
    [[True, True, False, True]]
    """
    touched = covered(geometries(outline, "geology.land.outline"), grid, touched=True)
    frozen = covered(geometries(ice, "geology.land.ice"), grid, touched=False)

    def north(rows: slice, columns: slice, longitude: Floats, latitude: Floats) -> Floats:
        return np.asarray(latitude >= southern_limit)

    return touched & ~frozen & from_function(grid, north, bool)


@layer_function(kind="boolean")
def within_polygons(features: Features, grid: Grid) -> Annotated[Layer, Unit("1")]:
    """Cells whose centre lies in a polygon.

    Parameters
    ----------
    features : polygons
        Areas, such as intrusions on a geological map; they may overlap.
    grid : GeoBox
        The run's grid.

    Returns
    -------
    (y, x) boolean layer
        True inside. Polygons narrower than a cell can fall between the centres: for small
        ones, ask for cells at distance 0 or for those within a cell's width instead.

    Raises
    ------
    InputError
        GEOMETRY_WRONG where the features are no polygons.

    Examples
    --------
    >>> import geopandas, shapely
    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 3, 1))
    >>> pluton = geopandas.GeoDataFrame(geometry=[shapely.box(0.9, 0, 2, 1)], crs=4326)
    >>> within_polygons(pluton, grid).values.tolist()
    [[False, True, False]]
    """
    areas = geometries(features, "geology.within_polygons.features")
    return covered(areas, grid, touched=False)


@layer_function(kind="boolean")
def category_is(
    layer: Layer, categories: Annotated[list[int], Field(min_length=1)]
) -> Annotated[Layer, Unit("1")]:
    """Indicator of cells that belong to one of several classes.

    Parameters
    ----------
    layer : (y, x) categorical layer
        Class of each cell, as a whole number.
    categories : list of int
        Classes that count.

    Returns
    -------
    (y, x) layer
        1 where the class is among them, 0 where it is another, NaN where it is not known.

    Raises
    ------
    InputError
        KIND_WRONG where the layer is not categorical.

    Examples
    --------
    >>> import xarray as xr
    >>> regime = xr.DataArray([[1.0, 2.0, 4.0, np.nan]], dims=("y", "x"))
    >>> regime.attrs["kind"] = "categorical"
    >>> category_is(regime, categories=[2, 4]).values.tolist()
    [[0.0, 1.0, 1.0, nan]]
    """
    if layer.attrs.get("kind") != "categorical":
        raise InputError(
            "KIND_WRONG", f"the layer '{layer.name}' does not hold classes",
            where="geology.category_is.layer",
            found=f"kind {layer.attrs.get('kind', 'not stated')}", wanted="kind categorical",
            fix="state `kind: categorical` in its source, or use combine.above",
        )  # fmt: skip
    return indicator(layer.isin(categories), layer)
