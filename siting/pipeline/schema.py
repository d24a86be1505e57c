"""The signature of a function as a pydantic model: what a pipeline file may write as arguments."""

import types
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    WithJsonSchema,
    create_model,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

from siting import units
from siting.errors import UnitsError
from siting.kinds import REFERENCE_KINDS, Pairs
from siting.signature import Spec, leaf

NAME = r"^[A-Za-z_][A-Za-z0-9_]*$"
_REFERENCE = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$"


class Reference(str):
    """The written name of another value: ``q`` or, for one of several results, ``q.mean``."""

    __slots__ = ()
    kind = ""

    @property
    def step(self) -> str:
        """Name of the step that makes the value."""
        return self.partition(".")[0]

    @property
    def part(self) -> str:
        """Name of the result within the step, empty for the first one."""
        return self.partition(".")[2]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        text = core_schema.str_schema(pattern=_REFERENCE)
        return core_schema.no_info_after_validator_function(cls, text)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> JsonSchemaValue:
        return {"type": "string", "description": f"name of a {cls.kind}"}


@cache
def reference_class(kind: str) -> type[Reference]:
    """Class of references to one kind of value."""
    return type(f"{kind.title()}Reference", (Reference,), {"kind": kind, "__slots__": ()})


class EstimatorText(dict[str, Any]):
    """An estimator as written: ``{sklearn.…: {parameters}}``, checked and built elsewhere."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls, core_schema.dict_schema(core_schema.str_schema(), min_length=1, max_length=1)
        )


class FoldsText(dict[str, Any]):
    """Folds as written: ``{folds.spatial_blocks: {arguments}}``, checked and bound elsewhere."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls, core_schema.dict_schema(core_schema.str_schema(), min_length=1, max_length=1)
        )


# What a file writes in place of values of these kinds.
_WRITTEN = {"estimator": EstimatorText, "folds": FoldsText}


def _quantity(unit: str) -> BeforeValidator:
    """Validator that reads '3 km' into the unit of the signature."""

    def read(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return units.parse_quantity(value, unit)
        except UnitsError as error:
            raise PydanticCustomError(
                "quantity", "{message}", {"message": f"{error.message}, wanted {error.wanted}"}
            ) from None

    return BeforeValidator(read)


def _quantity_schema(number: Any, extras: list[Any], unit: str) -> WithJsonSchema:
    """What an editor shows for a number with a unit: its limits, or text such as '3 km'."""
    plain = TypeAdapter(Annotated[(number, *extras)] if extras else number).json_schema()
    text = {"type": "string", "pattern": r"^\s*[-+.0-9]", "description": f"such as '3 {unit}'"}
    return WithJsonSchema({"anyOf": [plain, text], "description": f"[{unit}]"})


def _mapping_schema(pairs: Any) -> WithJsonSchema:
    """What an editor shows for pairs: a mapping from names to the second member."""
    (pair,) = get_args(pairs)
    second = TypeAdapter(get_args(pair)[1]).json_schema()
    return WithJsonSchema({"type": "object", "additionalProperties": second, "minProperties": 1})


def _pairs(value: Any) -> Any:
    if not isinstance(value, dict):
        raise PydanticCustomError("mapping_type", "Input should be a mapping from names")
    return list(value.items())


def rewritten(hint: Any) -> Any:
    """The hint with every kind swapped for what a file writes in its place."""
    part = leaf(hint)
    if part.kind in REFERENCE_KINDS:
        return reference_class(part.kind)
    if part.kind in _WRITTEN:
        return _WRITTEN[part.kind]
    inner = _container(part.base)
    extras = [each for each in part.extras if not isinstance(each, Pairs)]
    if any(isinstance(each, Pairs) for each in part.extras):
        extras += [Field(min_length=1), BeforeValidator(_pairs), _mapping_schema(inner)]
        return Annotated[(inner, *extras)]
    if part.unit is not None:
        extras += [_quantity(part.unit), _quantity_schema(inner, extras, part.unit)]
    if part.unit_of is not None:
        # The unit is known once the layer is: text with a unit waits for the call.
        return (
            inner if inner is str else Annotated[(inner | str, Field(union_mode="left_to_right"))]
        )
    return Annotated[(inner, *extras)] if extras else inner


def _container(base: Any) -> Any:
    origin, inner = get_origin(base), get_args(base)
    if origin in (Union, types.UnionType):
        return Union[tuple(rewritten(each) for each in inner)]  # noqa: UP007 (built at run time)
    if not inner or origin is Literal:
        return base
    return origin[tuple(each if each is Ellipsis else rewritten(each) for each in inner)]


def arguments_model(spec: Spec, supplied: frozenset[str] = frozenset()) -> type[BaseModel]:
    """Model of the arguments that a pipeline file writes for a function.

    Parameters
    ----------
    spec : Spec
        The function.
    supplied : frozenset of str
        Arguments that the run supplies, beside those of injected kinds.
    """
    key = (spec.function, supplied)
    if key not in _models:
        _models[key] = _built(spec, supplied)
    return _models[key]


# Pydantic takes longer over building a model than over checking a whole pipeline file.
_models: dict[tuple[Callable[..., Any], frozenset[str]], type[BaseModel]] = {}


def _built(spec: Spec, supplied: frozenset[str]) -> type[BaseModel]:
    fields: dict[str, Any] = {
        # A trailing underscore, since arguments may be called as BaseModel's own attributes are.
        f"{each.name}_": (
            rewritten(each.hint),
            Field(... if each.required else each.default, alias=each.name),
        )
        for each in spec.arguments
        if not each.injected and each.name not in supplied
    }
    config = ConfigDict(
        extra="forbid", strict=True, allow_inf_nan=False, arbitrary_types_allowed=True
    )
    return create_model(spec.function.__name__, __config__=config, __doc__=spec.summary, **fields)
