"""Criteria with their weights and bounds, as a pipeline file writes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from siting import units
from siting.errors import PipelineError, UnitsError
from siting.indicators import refuse_unordered
from siting.kinds import Layer, Pairs
from siting.scoring.prediction import feature_names

Floats = NDArray[np.float64]

Word = Literal["weight", "worst", "best"]


def _complete(written: dict[Any, Any]) -> dict[Any, Any]:
    """What is written of a criterion, or what pydantic is told to be wrong with it."""
    if mistake := _mistake(written):
        raise PydanticCustomError("criterion", "{mistake}", {"mistake": mistake})
    return written


def _mistake(written: Mapping[Any, Any]) -> str:
    """What is wrong with a criterion as far as can be said without its layer; empty if nothing."""
    for word in get_args(Word):
        if word not in written:
            return f"'{word}' is missing: a criterion has weight, worst and best"
    if len(written) > len(get_args(Word)):
        return "a criterion has weight, worst and best, and nothing else"
    weight = written["weight"]
    if isinstance(weight, str) or not 0 < weight < float("inf"):
        return f"its weight must be a number greater than 0 (got {weight})"
    if written["worst"] == written["best"]:
        return "its worst and best must differ"
    texts = (written[each] for each in ("worst", "best") if isinstance(written[each], str))
    return next(filter(None, map(_unreadable, texts)), "")


def _unreadable(text: str) -> str:
    """Why a text is no quantity of any unit; empty where it is one."""
    try:
        units.parse_quantity(text, "1")
    except UnitsError as error:
        return "" if error.code == "UNITS_INCOMPATIBLE" else f"{error.message} (got {text})"
    return ""


Criterion = Annotated[dict[Word, float | str], AfterValidator(_complete)]
Criteria = Annotated[list[tuple[Layer, Criterion]], Pairs()]
Written = Sequence[tuple[xr.DataArray, Mapping[Any, Any]]]


@dataclass(frozen=True)
class Bounded:
    """Criteria sorted by name, their weights of sum 1, and their bounds in the layers' units."""

    names: tuple[str, ...]
    layers: tuple[xr.DataArray, ...]
    weights: Floats
    worst: Floats
    best: Floats
    units: tuple[str, ...]


def bounded(criteria: Written, where: str) -> Bounded:
    """The criteria as numbers, once they are known to make sense.

    Parameters
    ----------
    criteria : list of (layer, {"weight": …, "worst": …, "best": …})
        Bounds are numbers in the unit of the layer or text such as "5 kW m-1".
    where : str
        What to call the criteria in an error.

    Raises
    ------
    PipelineError
        FEATURES_UNNAMED; VALUE_INVALID where a weight is not above 0 or both bounds are the same.
    UnitsError
        UNITS_MISSING, UNITS_INCOMPATIBLE, QUANTITY_INVALID, in a bound.
    InputError
        KIND_WRONG where a layer holds classes or directions.

    Examples
    --------
    >>> near = xr.DataArray([[3.0]], name="near", attrs={"units": "km"})
    >>> found = bounded([(near, {"weight": 2, "worst": "3000 m", "best": 0})], "here")
    >>> found.weights.tolist(), found.worst.tolist(), found.best.tolist()
    ([1.0], [3.0], [0.0])
    """
    feature_names([layer for layer, _ in criteria], where)
    # In one order however they are written: sums and draws depend on it.
    ordered = sorted(criteria, key=lambda each: str(each[0].name))
    names = tuple(str(layer.name) for layer, _ in ordered)
    weights, worst, best = np.array(
        [_figures(*each, f"{where}.{name}") for name, each in zip(names, ordered, strict=True)]
    ).T
    layers = tuple(layer for layer, _ in ordered)
    stated = tuple(str(layer.attrs.get("units", "1")) for layer in layers)
    return Bounded(names, layers, weights / weights.sum(), worst, best, stated)


def _figures(
    layer: xr.DataArray, written: Mapping[Any, Any], where: str
) -> tuple[float, float, float]:
    refuse_unordered(layer, where)
    if mistake := _mistake(written):
        raise _invalid(mistake, where, dict(written))
    worst, best = (_bound(layer, written[each], f"{where}.{each}") for each in ("worst", "best"))
    if worst == best:
        raise _invalid("its worst and best must differ", where, f"both {worst:g}")
    return float(written["weight"]), worst, best


def _bound(layer: xr.DataArray, written: float | str, where: str) -> float:
    unit = "1" if layer.dtype == bool else layer.attrs.get("units")
    if unit is None:
        raise UnitsError(
            "UNITS_MISSING", f"the layer '{layer.name}' has no units", where=where,
            fix="state `units:` in its source, or set layer.attrs['units']",
        )  # fmt: skip
    try:
        bound = units.parse_quantity(written, str(unit))
    except UnitsError as error:
        raise UnitsError(
            error.code, error.message, where=where, found=str(written), wanted=error.wanted
        ) from error
    if not np.isfinite(bound):
        raise _invalid("a bound must be finite", where, bound)
    return bound


def _invalid(message: str, where: str, found: object) -> PipelineError:
    return PipelineError("VALUE_INVALID", message, where=where, found=str(found))
