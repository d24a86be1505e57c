"""Indicators: 1 where a statement holds, 0 where it does not, NaN where that is not known.

They are layers of kind ``boolean``, as are those of booleans, which are known everywhere. Either
way ``layer == 1`` is the mask of cells where the statement is known to hold.
"""

import numpy as np
import xarray as xr

from siting.errors import InputError

_UNORDERED = {"categorical": "classes", "circular": "directions"}


def indicator(statement: xr.DataArray, known_from: xr.DataArray) -> xr.DataArray:
    """The statement as 1 and 0, NaN where the layer that it was made from has no value.

    Examples
    --------
    >>> slope = xr.DataArray([3.0, 30.0, np.nan])
    >>> indicator(slope > 25, slope).values.tolist()
    [0.0, 1.0, nan]
    """
    return statement.astype(np.float32).where(known_from.notnull())


def as_indicator(layer: xr.DataArray, where: str) -> xr.DataArray:
    """A layer of kind boolean as floating numbers; InputError KIND_WRONG for any other.

    Examples
    --------
    >>> as_indicator(xr.DataArray([True, False]), "land").values.tolist()
    [1.0, 0.0]
    """
    if layer.dtype != bool and layer.attrs.get("kind") != "boolean":
        raise InputError(
            "KIND_WRONG", f"the layer '{layer.name}' is no statement that holds or does not",
            where=where, found=f"kind {layer.attrs.get('kind', 'not stated')}",
            wanted="kind boolean",
            fix="make one with combine.above, combine.below or geology.category_is",
        )  # fmt: skip
    return layer.astype(np.float32)


def refuse_unordered(layer: xr.DataArray, where: str) -> None:
    """InputError KIND_WRONG for classes and directions, which no threshold or scale fits.

    Examples
    --------
    >>> refuse_unordered(xr.DataArray([3.0], attrs={"kind": "continuous"}), "layer")
    """
    kind = layer.attrs.get("kind", "continuous")
    if kind in _UNORDERED:
        raise InputError(
            "KIND_WRONG", f"the layer '{layer.name}' holds {_UNORDERED[kind]}, which have no order",
            where=where, found=f"kind {kind}", wanted="kind continuous, count or boolean",
            fix="choose classes with geology.category_is" if kind == "categorical" else "",
        )  # fmt: skip
