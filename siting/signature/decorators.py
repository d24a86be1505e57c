"""The decorators that mark a function as callable from a pipeline file."""

import functools
import inspect
import typing
from collections.abc import Callable
from typing import Any, TypeVar

from siting.errors import PipelineError
from siting.kinds import LayerKind, Status
from siting.signature.arguments import prepare
from siting.signature.marks import mark_result
from siting.signature.spec import ATTRIBUTE, Spec, read_spec

F = TypeVar("F", bound=Callable[..., Any])


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
        spec = read_spec(function, section, kind, status, label_leak)

        @functools.wraps(function)
        def call(*args: Any, **named: Any) -> Any:
            return _call(spec, args, named)

        setattr(call, ATTRIBUTE, spec)
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


def simulation(function: F) -> F:
    """Decorator that marks a function of ``siting/simulation``; what it gives is derived."""
    return stage("simulation", status="derived")(function)


def economics(kind: LayerKind = "continuous") -> Callable[[F], F]:
    """Decorator that marks a function of ``siting/economics``; what it gives is derived."""
    return stage("economics", kind=kind, status="derived")


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
        given[argument.name] = prepare(argument.hint, given[argument.name], given, where)
    return mark_result(spec, spec.function(**given), given)
