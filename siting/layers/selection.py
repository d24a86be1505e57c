"""Features chosen from others by what their columns say, or put together."""

from typing import Annotated

import geopandas as gpd
import numpy as np
from pydantic import Field

from siting import coverage, frames
from siting.errors import PipelineError
from siting.kinds import Features
from siting.signature import layer


@layer()
def among(
    features: Features,
    column: str,
    values: Annotated[list[str], Field(min_length=1)],
) -> Features:
    """Features whose column has one of the values named.

    Parameters
    ----------
    features : features
        Points, lines or polygons.
    column : str
        Column with text.
    values : list of str
        Values to keep, spelled as in the data.

    Returns
    -------
    features
        Those that have one of the values; none without a value.

    Raises
    ------
    InputError
        COLUMN_MISSING for a column that is not there, VALUE_UNKNOWN for a value that no feature
        has: a misspelt name would otherwise leave features out without a word.

    Examples
    --------
    >>> rocks = {"rock": ["Rhyolite", "Basalt", None]}
    >>> places = gpd.points_from_xy([0, 1, 2], [0, 0, 0], crs=4326)
    >>> volcanoes = gpd.GeoDataFrame(rocks, geometry=places)
    >>> len(among(volcanoes, column="rock", values=["Rhyolite"]))
    1
    """
    return features[frames.is_among(features, column, values, "selection.among")]


@layer()
def union(features: Annotated[list[Features], Field(min_length=1)]) -> Features:
    """Features of several sets in one, as places without columns.

    Parameters
    ----------
    features : list of features
        Sets in any CRS, such as volcanoes and calderas.

    Returns
    -------
    features
        All geometries in WGS84, in the order given. Their columns stay behind: those of one set
        mean nothing in another.

    Raises
    ------
    PipelineError
        VALUE_INVALID where there is no set.

    Examples
    --------
    >>> volcanoes = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 1], [0, 0], crs=4326))
    >>> calderas = gpd.GeoDataFrame(geometry=gpd.points_from_xy([2], [0], crs=4326))
    >>> len(union([volcanoes, calderas]))
    3
    """
    if not features:
        raise PipelineError(
            "VALUE_INVALID", "no features to put together", where="selection.union.features"
        )
    sets = [coverage.geometries(each, "selection.union.features") for each in features]
    return gpd.GeoDataFrame(geometry=np.concatenate(sets), crs="EPSG:4326")
