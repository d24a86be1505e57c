"""The parts of an annotation such as ``Annotated[Layer, Unit("m")]``."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin

from siting.kinds import Kind, Unit, UnitOf


@dataclass(frozen=True)
class Leaf:
    """The innermost part of a hint: a kind of value or a plain type, with its unit."""

    base: Any
    kind: str | None = None
    unit: str | None = None
    unit_of: str | None = None
    extras: tuple[Any, ...] = ()


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
