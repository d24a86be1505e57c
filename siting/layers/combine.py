"""Layers from layers, cell by cell: indices from 0 to 1, indicators and masks.

A cell without data is evidence neither for nor against: see :mod:`siting.indicators`.
"""

import operator
from functools import reduce
from typing import Annotated

import numpy as np
import xarray as xr
from pydantic import Field

from siting.errors import PipelineError
from siting.indicators import as_indicator, indicator, refuse_unordered
from siting.kinds import Layer, Unit, UnitOf
from siting.signature import layer as layer_function

_POSITIVE = Field(gt=0)


@layer_function()
def nearness(
    distance: Annotated[Layer, Unit("km")],
    half_distance: Annotated[float, Unit("km"), _POSITIVE],
) -> Annotated[Layer, Unit("1")]:
    """Nearness from 1 at no distance over one half at the half distance towards 0.

    Parameters
    ----------
    distance : (y, x) layer
        Distance to something [km].
    half_distance : float
        Distance at which the index has fallen to one half [km].

    Returns
    -------
    (y, x) layer
        Index from 0 to 1 [1].

    Notes
    -----
    n = 1/(1 + (d/h)²), a Cauchy kernel: it falls off slowly, so that places far from everything
    still differ. The half distance is a judgement, not a measurement.

    Examples
    --------
    >>> distance = xr.DataArray([[0.0, 40.0, 80.0]], dims=("y", "x"), attrs={"units": "km"})
    >>> nearness(distance, half_distance="40 km").values.tolist()
    [[1.0, 0.5, 0.2]]
    """
    return 1 / (1 + (distance / half_distance) ** 2)


@layer_function()
def rescale(
    layer: Layer,
    low: Annotated[float, UnitOf("layer")],
    high: Annotated[float, UnitOf("layer")],
) -> Annotated[Layer, Unit("1")]:
    """Index from 0 at the low value to 1 at the high value, constant beyond.

    Parameters
    ----------
    layer : (y, x) layer
        Values of a continuous quantity.
    low, high : float
        Values that become 0 and 1 [unit of the layer]. Where low is the greater, the index
        falls as the values rise.

    Returns
    -------
    (y, x) layer
        Index from 0 to 1 [1].

    Raises
    ------
    PipelineError
        VALUE_INVALID where low and high are the same.
    InputError
        KIND_WRONG where the values are classes or directions.

    Notes
    -----
    r = min(max((v - low)/(high - low), 0), 1).

    Examples
    --------
    >>> depth = xr.DataArray([[140.0, 110.0, 80.0, 50.0]], dims=("y", "x"), attrs={"units": "km"})
    >>> rescale(depth, low="110 km", high="50 km").values.tolist()
    [[0.0, 0.0, 0.5, 1.0]]
    """
    refuse_unordered(layer, "combine.rescale.layer")
    if low == high:
        raise PipelineError(
            "VALUE_INVALID",
            "low and high must differ",
            where="combine.rescale",
            found=f"both {low}",
            wanted="the value that becomes 0 and the one that becomes 1",
        )
    return ((layer - low) / (high - low)).clip(0, 1) + 0.0  # -0.0 becomes 0.0


@layer_function()
def log1p(
    layer: Layer, scale: Annotated[float, UnitOf("layer"), _POSITIVE]
) -> Annotated[Layer, Unit("1")]:
    """Natural logarithm of one plus the value over a scale.

    Parameters
    ----------
    layer : (y, x) layer
        Values of a continuous quantity, such as distances or densities.
    scale : float
        Value that counts as one [unit of the layer].

    Returns
    -------
    (y, x) layer
        Logarithm [1], NaN where the value is at or below minus the scale.

    Notes
    -----
    l = ln(1 + v/s): nearly linear below the scale and logarithmic far above it, so that the
    step from 1 to 2 km weighs more than that from 1001 to 1002 km in a linear model.

    Examples
    --------
    >>> distance = xr.DataArray([[0.0, 10.0, 90.0]], dims=("y", "x"), attrs={"units": "km"})
    >>> log1p(distance, scale="10 km").values.round(4).tolist()
    [[0.0, 0.6931, 2.3026]]
    """
    refuse_unordered(layer, "combine.log1p.layer")
    ratio = layer / scale
    logarithm: xr.DataArray = xr.ufuncs.log1p(ratio.where(ratio > -1))
    return logarithm


@layer_function(kind="boolean")
def above(
    layer: Layer, threshold: Annotated[float, UnitOf("layer")]
) -> Annotated[Layer, Unit("1")]:
    """Indicator of values above a threshold.

    Parameters
    ----------
    layer : (y, x) layer
        Values of a continuous quantity.
    threshold : float
        Values must be greater than this [unit of the layer].

    Returns
    -------
    (y, x) layer
        1 above, 0 at or below the threshold, NaN where the value is not known.

    Raises
    ------
    InputError
        KIND_WRONG where the values are classes or directions.

    Examples
    --------
    >>> depth = xr.DataArray([[60.0, 50.0, np.nan]], dims=("y", "x"), attrs={"units": "km"})
    >>> above(depth, threshold="50 km").values.tolist()
    [[1.0, 0.0, nan]]
    """
    refuse_unordered(layer, "combine.above.layer")
    return indicator(layer > threshold, layer)


@layer_function(kind="boolean")
def below(
    layer: Layer, threshold: Annotated[float, UnitOf("layer")]
) -> Annotated[Layer, Unit("1")]:
    """Indicator of values below a threshold.

    Parameters
    ----------
    layer : (y, x) layer
        Values of a continuous quantity.
    threshold : float
        Values must be less than this [unit of the layer].

    Returns
    -------
    (y, x) layer
        1 below, 0 at or above the threshold, NaN where the value is not known.

    Raises
    ------
    InputError
        KIND_WRONG where the values are classes or directions.

    Examples
    --------
    >>> depth = xr.DataArray([[40.0, 50.0, np.nan]], dims=("y", "x"), attrs={"units": "km"})
    >>> below(depth, threshold="50 km").values.tolist()
    [[1.0, 0.0, nan]]
    """
    refuse_unordered(layer, "combine.below.layer")
    return indicator(layer < threshold, layer)


@layer_function(kind="boolean")
def all_of(layers: Annotated[list[Layer], Field(min_length=1)]) -> Annotated[Layer, Unit("1")]:
    """Indicator of cells where every one of several statements holds.

    Parameters
    ----------
    layers : list of (y, x) layers
        Indicators or boolean layers.

    Returns
    -------
    (y, x) layer
        0 where one of them is 0, whatever the others; else NaN where one is not known; else 1.

    Raises
    ------
    InputError
        KIND_WRONG where a layer holds anything but 0, 1 and NaN by its kind.

    References
    ----------
    Kleene (1938), On notation for ordinal numbers, J. Symbolic Logic 3, 150-155: the strong
    three-valued logic.

    Examples
    --------
    >>> one = xr.DataArray([[1.0, 1.0, 0.0]], dims=("y", "x"), attrs={"kind": "boolean"})
    >>> other = xr.DataArray([[1.0, np.nan, np.nan]], dims=("y", "x"), attrs={"kind": "boolean"})
    >>> all_of([one, other]).values.tolist()
    [[1.0, nan, 0.0]]
    """
    return _least([as_indicator(each, "combine.all_of.layers") for each in layers])


@layer_function(kind="boolean")
def any_of(layers: Annotated[list[Layer], Field(min_length=1)]) -> Annotated[Layer, Unit("1")]:
    """Indicator of cells where at least one of several statements holds.

    Parameters
    ----------
    layers : list of (y, x) layers
        Indicators or boolean layers.

    Returns
    -------
    (y, x) layer
        1 where one of them is 1, whatever the others; else NaN where one is not known; else 0.

    Raises
    ------
    InputError
        KIND_WRONG where a layer holds anything but 0, 1 and NaN by its kind.

    References
    ----------
    Kleene (1938), On notation for ordinal numbers, J. Symbolic Logic 3, 150-155: the strong
    three-valued logic.

    Examples
    --------
    >>> one = xr.DataArray([[1.0, 0.0, 0.0]], dims=("y", "x"), attrs={"kind": "boolean"})
    >>> other = xr.DataArray([[np.nan, np.nan, 0.0]], dims=("y", "x"), attrs={"kind": "boolean"})
    >>> any_of([one, other]).values.tolist()
    [[1.0, nan, 0.0]]
    """
    denials = [1 - as_indicator(each, "combine.any_of.layers") for each in layers]
    return 1 - _least(denials)


@layer_function(kind="boolean")
def negated(layer: Layer) -> Annotated[Layer, Unit("1")]:
    """Indicator of cells where a statement does not hold.

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
        KIND_WRONG where the layer holds anything but 0, 1 and NaN by its kind.

    Examples
    --------
    >>> known = xr.DataArray([[1.0, 0.0, np.nan]], dims=("y", "x"), attrs={"kind": "boolean"})
    >>> negated(known).values.tolist()
    [[0.0, 1.0, nan]]
    """
    return 1 - as_indicator(layer, "combine.negated.layer")


@layer_function()
def mask(layer: Layer, where: Layer) -> Annotated[Layer, UnitOf("layer")]:
    """Values where a statement holds, without data elsewhere.

    Parameters
    ----------
    layer : (y, x) layer
        Values of a continuous quantity.
    where : (y, x) layer
        An indicator or boolean layer.

    Returns
    -------
    (y, x) layer
        The values where the indicator is 1; NaN where it is 0 or not known
        [unit of the layer].

    Raises
    ------
    InputError
        KIND_WRONG where `where` is no indicator, or the values are classes or directions.

    Examples
    --------
    >>> slope = xr.DataArray([[3.0, 4.0]], dims=("y", "x"), attrs={"units": "degree"})
    >>> land = xr.DataArray([[True, False]], dims=("y", "x"))
    >>> mask(slope, where=land).values.tolist()
    [[3.0, nan]]
    """
    refuse_unordered(layer, "combine.mask.layer")
    return layer.where(as_indicator(where, "combine.mask.where") == 1)


def _least(statements: list[xr.DataArray]) -> xr.DataArray:
    """The least value of each cell: 0 before not known, not known before 1."""
    if not statements:
        raise PipelineError("VALUE_INVALID", "no statements to combine", where="combine")
    refuted = reduce(operator.or_, [each == 0 for each in statements])
    total = reduce(operator.add, statements)  # NaN where any is not known
    return (total / len(statements)).where(~refuted, np.float32(0))
