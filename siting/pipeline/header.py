"""The top level of a pipeline file: its sections, the grid, what is accepted and required."""

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)
from pydantic_core import PydanticCustomError

from siting.pipeline.require import Requirement


def _reason(text: str) -> str:
    if not re.search(r"\w", text):
        raise PydanticCustomError("reason", "write why this is no matter: the reason is published")
    return text


Reason = Annotated[str, AfterValidator(_reason)]


class GridText(BaseModel):
    """``grid:`` as a pipeline file writes it."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    crs: str
    resolution: float | str
    bounds: Literal["world"] | tuple[float, float, float, float] = "world"

    @field_validator("bounds", mode="wrap")
    @classmethod
    def _four_edges(cls, value: Any, handler: Any) -> Any:
        """One message for both ways to write bounds."""
        try:
            return handler(tuple(value) if isinstance(value, list) else value)
        except ValidationError:
            raise PydanticCustomError(
                "bounds_type", "must be `world`, or four numbers: [west, south, east, north]"
            ) from None


class Header(BaseModel):
    """The top level of a pipeline file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    siting: Literal[1]
    name: str = Field(min_length=1, max_length=200)
    description: str = ""
    grid: GridText
    domain: str | None = None
    data_roots: list[str] = []
    sources: dict[str, Any] = {}
    layers: dict[str, Any] = {}
    exclusions: dict[str, Any] = {}
    simulation: dict[str, Any] = {}
    economics: dict[str, Any] = {}
    scoring: dict[str, Any] = {}
    candidates: dict[str, Any] | None = None
    outputs: list[str] = []
    accept: dict[str, Reason] = {}
    require: dict[str, Requirement] = {}
