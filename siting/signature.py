"""What a stage function takes and gives, read from its signature; the decorators that mark one.

A marked function can be called from a pipeline file and from Python alike. Either way its layers
come in the units that its signature names, its numbers are checked against the signature's limits,
and what it returns carries the unit, kind and marks that follow from its inputs.
"""

import functools
import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

import geopandas as gpd
import pandas as pd
import xarray as xr
from pydantic import TypeAdapter, ValidationError

from siting import units
from siting.errors import InputError, PipelineError, UnitsError
from siting.kinds import (
    INJECTED_KINDS,
    STATUSES,
    Kind,
    LayerKind,
    Status,
    Unit,
    UnitOf,
)

F = TypeVar("F", bound=Callable[..., Any])
_ATTRIBUTE = "__siting__"
_UNIONS = (Union, types.UnionType)
_SCALARS = (bool, int, float, str)


@dataclass(frozen=True)
class Leaf:
    """The innermost part of a hint: a kind of value or a plain type, with its unit."""

    base: Any
    kind: str | None = None
    unit: str | None = None
    unit_of: str | None = None
    extras: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Argument:
    """One parameter of a stage function."""

    name: str
    hint: Any
    default: Any
    injected: bool

    @property
    def required(self) -> bool:
        """Whether the argument has no default."""
        return self.default is inspect.Parameter.empty


@dataclass(frozen=True)
class Output:
    """One value that a stage function returns; ``name`` is empty where there is only one."""

    name: str
    leaf: Leaf


@dataclass(frozen=True)
class Spec:
    """What is known of a marked function without calling it."""

    function: Callable[..., Any]
    section: str
    kind: LayerKind
    status: Status | None
    label_leak: bool
    arguments: tuple[Argument, ...]
    outputs: tuple[Output, ...]
    returns: Any

    @property
    def summary(self) -> str:
        """First line of the docstring, without its full stop."""
        return (inspect.getdoc(self.function) or "").split("\n", 1)[0].rstrip(". ")

    @property
    def name(self) -> str:
        """Dotted name as a pipeline file writes it: ``heat.conductive_temperature``."""
        module = self.function.__module__.rpartition(".")[2]
        bare = self.section in {"exclusions", "candidates"}
        return self.function.__name__ if bare else f"{module}.{self.function.__name__}"

    def argument(self, name: str) -> Argument:
        """The argument of that name."""
        return next(each for each in self.arguments if each.name == name)


def leaf(hint: Any) -> Leaf:
    """Kind, unit and plain type of a hint such as ``Annotated[Layer, Unit("m")]``."""
    if get_origin(hint) is not Annotated:
        return Leaf(hint)
    base, *extras = get_args(hint)
    pick = {type(each): each for each in extras if isinstance(each, Kind | Unit | UnitOf)}
    kind, unit, unit_of = pick.get(Kind), pick.get(Unit), pick.get(UnitOf)
    return Leaf(
        base,
        kind.name if isinstance(kind, Kind) else None,
        unit.name if isinstance(unit, Unit) else None,
        unit_of.argument if isinstance(unit_of, UnitOf) else None,
        tuple(each for each in extras if not isinstance(each, Kind | Unit | UnitOf)),
    )


def leaves(hint: Any) -> Iterator[Leaf]:
    """Every leaf in a hint, whatever containers and unions it is nested in."""
    found = leaf(hint)
    inner = get_args(found.base)
    if found.kind or not inner or get_origin(found.base) is Literal:
        yield found
        return
    for each in inner:
        if each is not type(None) and each is not Ellipsis:
            yield from leaves(each)


def spec_of(function: object) -> Spec | None:
    """The spec of a marked function, or None for any other object."""
    spec = getattr(function, _ATTRIBUTE, None)
    return spec if isinstance(spec, Spec) else None


def _read(
    function: Callable[..., Any],
    section: str,
    kind: LayerKind,
    status: Status | None,
    label_leak: bool,
) -> Spec:
    hints = typing.get_type_hints(function, include_extras=True)
    arguments = tuple(
        Argument(name, hints[name], each.default, leaf(hints[name]).kind in INJECTED_KINDS)
        for name, each in inspect.signature(function).parameters.items()
    )
    returns = hints["return"]
    if inspect.isclass(returns) and issubclass(returns, tuple):
        fields = typing.get_type_hints(returns, include_extras=True)
        outputs = tuple(Output(name, leaf(hint)) for name, hint in fields.items())
    else:
        outputs = (Output("", leaf(returns)),)
    return Spec(function, section, kind, status, label_leak, arguments, outputs, returns)


def stage(
    section: str,
    *,
    kind: LayerKind = "continuous",
    status: Status | None = None,
    label_leak: bool = False,
) -> Callable[[F], F]:
    """Decorator that marks a function as callable from one section of a pipeline file.

    Parameters
    ----------
    section : str
        Section of the pipeline file, which is also the folder or file of the function.
    kind : str
        Kind of the layers that come out; decides how they are drawn and resampled.
    status : str, optional
        Least trust that the result deserves: a model's outcome is ``derived`` at best.
    label_leak : bool
        Whether the result could only be made by knowing the targets.
    """

    def mark(function: F) -> F:
        spec = _read(function, section, kind, status, label_leak)

        @functools.wraps(function)
        def call(*args: Any, **named: Any) -> Any:
            return _call(spec, args, named)

        setattr(call, _ATTRIBUTE, spec)
        return typing.cast(F, call)

    return mark


def layer(
    kind: LayerKind = "continuous", *, status: Status | None = None, label_leak: bool = False
) -> Callable[[F], F]:
    """Decorator that marks a function of ``siting/layers``; see :func:`stage`."""
    return stage("layers", kind=kind, status=status, label_leak=label_leak)


def exclusion(function: F) -> F:
    """Decorator that marks a function of ``siting/exclusions.py`` (True where allowed)."""
    return stage("exclusions", kind="boolean")(function)


def scorer(
    kind: LayerKind = "continuous", *, status: Status | None = "derived"
) -> Callable[[F], F]:
    """Decorator that marks a function of ``siting/scoring``; a score is derived at best."""
    return stage("scoring", kind=kind, status=status)


def folds(function: F) -> F:
    """Decorator that marks a function of ``siting/scoring/folds.py`` that makes a splitter."""
    return stage("folds")(function)


def _call(spec: Spec, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """Bind, check and convert the arguments, call the function, and mark what it returns."""
    try:
        bound = inspect.signature(spec.function).bind(*args, **named)
    except TypeError as error:
        raise PipelineError("ARGUMENTS_INVALID", str(error), where=spec.name) from error
    bound.apply_defaults()
    given = dict(bound.arguments)
    for argument in spec.arguments:
        where = f"{spec.name}.{argument.name}"
        given[argument.name] = _prepare(argument.hint, given[argument.name], given, where)
    return _mark(spec, spec.function(**given), given)


def _prepare(hint: Any, value: Any, given: dict[str, Any], where: str) -> Any:
    """The value in the units of its hint, recursing into containers of layers."""
    part = leaf(hint)
    if value is None or part.kind not in {None, "layer"}:
        return value
    if part.kind == "layer":
        return _layer_in(value, part, given, where)
    origin, inner = get_origin(part.base), get_args(part.base)
    if origin in _UNIONS:
        return _prepare_union(inner, value, given, where)
    if origin in (list, tuple) and isinstance(value, list | tuple):
        hints = inner if origin is tuple and len(inner) == len(value) else inner[:1] * len(value)
        pairs = zip(hints, value, strict=True)
        return origin(_prepare(each, item, given, where) for each, item in pairs)
    if origin is dict and isinstance(value, dict):
        return {key: _prepare(inner[1], item, given, where) for key, item in value.items()}
    return _scalar_in(value, part, given, where)


def _prepare_union(options: tuple[Any, ...], value: Any, given: dict[str, Any], where: str) -> Any:
    """The value by the member of a union that it belongs to; plain types are tried together."""
    fitting = tuple(each for each in options if _fits(each, value))
    if len(fitting) > 1:
        return _scalar_in(value, Leaf(Union[fitting]), given, where)  # noqa: UP007 (at run time)
    return _prepare((fitting or options)[0], value, given, where)


def _fits(option: Any, value: Any) -> bool:
    part = leaf(option)
    container = get_origin(part.base)
    if isinstance(value, xr.DataArray):
        return part.kind == "layer"
    if isinstance(value, list | tuple | dict):
        return container in (list, tuple, dict) and isinstance(value, container)
    if isinstance(value, bool | int | float | str):
        return part.kind is None and (container is Literal or part.base in _SCALARS)
    return part.kind not in {None, "layer"}


def _layer_in(value: Any, part: Leaf, given: dict[str, Any], where: str) -> xr.DataArray:
    if not isinstance(value, xr.DataArray):
        raise InputError(
            "KIND_WRONG", "not a layer", where=where, found=type(value).__name__, wanted="a layer"
        )
    want = part.unit or _unit_of(part, given, where)
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


def _unit_of(part: Leaf, given: dict[str, Any], where: str) -> str | None:
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
    unit = part.unit or _unit_of(part, given, where)
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


class Marks(NamedTuple):
    """What follows a value through the DAG: how far to trust it, whence and when it comes."""

    status: Status
    source: str
    vintage: str
    label_leak: bool

    @classmethod
    def of(cls, attrs: Mapping[Any, Any]) -> "Marks":
        """Marks of a value; one that does not say its status counts as assumed."""
        status = attrs.get("status", "assumed")
        return cls(
            status if status in STATUSES else "assumed",
            str(attrs.get("source", "")),
            str(attrs.get("vintage", "")),
            bool(attrs.get("label_leak", False)),
        )


def combine_marks(spec: Spec, inputs: list[Marks]) -> Marks:
    """Marks of a result: the worst status, all sources and vintages, any leak.

    A result of no inputs at all, made by a function that states no status, counts as assumed.
    """
    statuses: list[Status] = [each.status for each in inputs] + (
        [spec.status] if spec.status else []
    )
    return Marks(
        max(statuses, key=STATUSES.index, default="assumed"),
        _joined(each.source for each in inputs),
        _joined(each.vintage for each in inputs),
        spec.label_leak or any(each.label_leak for each in inputs),
    )


def _joined(texts: Iterator[str]) -> str:
    """Parts of '; '-joined texts, each once, sorted so that the order of arguments is no matter."""
    return "; ".join(sorted({part for text in texts for part in text.split("; ") if part}))


def _marked_inputs(value: Any) -> Iterator[Marks]:
    if isinstance(value, xr.DataArray | pd.DataFrame):
        yield Marks.of(value.attrs)
    elif isinstance(value, dict):
        yield from (mark for each in value.values() for mark in _marked_inputs(each))
    elif isinstance(value, list | tuple):
        yield from (mark for each in value for mark in _marked_inputs(each))


def _mark(spec: Spec, result: Any, given: dict[str, Any]) -> Any:
    """The result with its attrs replaced: unit, kind, long name, and marks of the inputs."""
    named = [given[each.name] for each in spec.arguments if not each.injected]
    marks = combine_marks(spec, [mark for value in named for mark in _marked_inputs(value)])
    if spec.outputs[0].name == "":
        return _marked(result, spec.outputs[0], spec, marks, given)
    parts = {
        each.name: _marked(getattr(result, each.name), each, spec, marks, given)
        for each in spec.outputs
    }
    return spec.returns(**parts)


def _marked(value: Any, output: Output, spec: Spec, marks: Marks, given: dict[str, Any]) -> Any:
    part = "" if output == spec.outputs[0] else f" ({output.name})"
    attrs = {**marks._asdict(), "long_name": spec.summary + part}
    if output.leaf.kind == "layer":
        unit = output.leaf.unit or _unit_of(output.leaf, given, spec.name) or "1"
        kind = "boolean" if value.dtype == bool else spec.kind
        # A function hands on facts of its own (a threshold, say) in attrs["own"]; others go.
        own = value.attrs.get("own", {})
        marked = value.copy(deep=False)
        marked.attrs = {"units": unit, "kind": kind, **attrs, **own}
        return marked
    if isinstance(value, pd.DataFrame):
        framed = value.copy(deep=False)
        framed.attrs.update(attrs)
        return framed
    return value
