"""Arguments as a signature wants them: layers in its units, numbers within its limits."""

import functools
import types
import typing
from collections.abc import Callable
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import geopandas as gpd
import pandas as pd
import xarray as xr
from pydantic import TypeAdapter, ValidationError

from siting import units
from siting.errors import InputError, PipelineError, UnitsError
from siting.kinds import GRIDDED_KINDS
from siting.signature.hints import Leaf, leaf

_UNIONS = (Union, types.UnionType)
_SCALARS = (bool, int, float, str)


def prepare(hint: Any, value: Any, given: dict[str, Any], where: str) -> Any:
    """The value in the units of its hint, recursing into containers of layers."""
    part = leaf(hint)
    if value is None or part.kind not in {None, *GRIDDED_KINDS}:
        return value
    if part.kind in GRIDDED_KINDS:
        return _layer_in(value, part, given, where)
    origin, inner = get_origin(part.base), get_args(part.base)
    if origin in _UNIONS:
        return _prepare_union(inner, value, given, where)
    if origin in (list, tuple) and isinstance(value, list | tuple):
        hints = inner if origin is tuple and len(inner) == len(value) else inner[:1] * len(value)
        pairs = zip(hints, value, strict=True)
        return origin(prepare(each, item, given, where) for each, item in pairs)
    if origin is dict and isinstance(value, dict):
        return {key: prepare(inner[1], item, given, where) for key, item in value.items()}
    return _scalar_in(value, part, given, where)


def _prepare_union(options: tuple[Any, ...], value: Any, given: dict[str, Any], where: str) -> Any:
    """The value by the member of a union that it belongs to; plain types are tried together."""
    fitting = tuple(each for each in options if _fits(each, value))
    if len(fitting) > 1:
        return _scalar_in(value, Leaf(Union[fitting]), given, where)  # noqa: UP007 (at run time)
    return prepare((fitting or options)[0], value, given, where)


def _fits(option: Any, value: Any) -> bool:
    part = leaf(option)
    container = get_origin(part.base)
    if isinstance(value, xr.DataArray):
        return part.kind == ("monthly" if "month" in value.dims else "layer")
    if isinstance(value, list | tuple | dict):
        return container in (list, tuple, dict) and isinstance(value, container)
    if isinstance(value, bool | int | float | str):
        return part.kind is None and (container is Literal or part.base in _SCALARS)
    return part.kind not in {None, *GRIDDED_KINDS}


def _layer_in(value: Any, part: Leaf, given: dict[str, Any], where: str) -> xr.DataArray:
    if not isinstance(value, xr.DataArray) or ("month" in value.dims) != (part.kind == "monthly"):
        found = value.dims if isinstance(value, xr.DataArray) else type(value).__name__
        wanted = "a value for each month" if part.kind == "monthly" else "a layer"
        raise InputError(
            "KIND_WRONG", f"not {wanted}", where=where, found=str(found), wanted=wanted
        )
    want = part.unit or unit_of(part, given, where)
    if want is None or value.dtype == bool:
        return value
    have = value.attrs.get("units")
    if have is None:
        raise UnitsError(
            "UNITS_MISSING",
            f"the layer '{value.name}' has no units",
            where=where,
            wanted=want,
            fix="state `units:` in its source, or set layer.attrs['units']",
        )
    if have == want:
        return value
    converted: xr.DataArray = units.convert(value, have, want)
    converted.attrs = {**value.attrs, "units": want}
    return converted


def unit_of(part: Leaf, given: dict[str, Any], where: str) -> str | None:
    """Unit of the argument that a hint points to, or None where there is none to follow."""
    if part.unit_of is None:
        return None
    other = given[part.unit_of]
    have = other.attrs.get("units") if isinstance(other, xr.DataArray) else None
    if have is None:
        raise UnitsError(
            "UNITS_MISSING", f"'{part.unit_of}' has no units", where=where, fix="state `units:`"
        )
    return str(have)


def _scalar_in(value: Any, part: Leaf, given: dict[str, Any], where: str) -> Any:
    """A number or choice checked against the signature's limits, text such as '3 km' read."""
    if isinstance(value, gpd.GeoDataFrame | pd.DataFrame):
        return value
    unit = part.unit or unit_of(part, given, where)
    if unit is not None and isinstance(value, str):
        value = units.parse_quantity(value, unit)
    try:
        return _adapter(Annotated[(part.base, *part.extras)] if part.extras else part.base)(value)
    except ValidationError as error:
        first = error.errors()[0]
        raise PipelineError(
            "VALUE_INVALID", first["msg"], where=where, found=repr(value), wanted=unit or ""
        ) from None


def _adapter(hint: Any) -> Callable[[Any], Any]:
    if isinstance(hint, typing.TypeVar) or hint is Any:
        return lambda value: value
    return _cached_adapter(hint)


@functools.lru_cache(maxsize=1024)
def _cached_adapter(hint: Any) -> Callable[[Any], Any]:
    return TypeAdapter(hint, config={"arbitrary_types_allowed": True}).validate_python
