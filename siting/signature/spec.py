"""What is known of a marked function without calling it."""

import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from siting.kinds import INJECTED_KINDS, LayerKind, Status
from siting.signature.hints import Leaf, leaf

ATTRIBUTE = "__siting__"  # of a marked function: its spec


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

    @property
    def wants_domain(self) -> bool:
        """Whether the run hands the function its domain."""
        return any(each.injected and leaf(each.hint).kind == "domain" for each in self.arguments)

    def argument(self, name: str) -> Argument:
        """The argument of that name."""
        return next(each for each in self.arguments if each.name == name)


def spec_of(function: object) -> Spec | None:
    """The spec of a marked function, or None for any other object."""
    spec = getattr(function, ATTRIBUTE, None)
    return spec if isinstance(spec, Spec) else None


def read_spec(
    function: Callable[..., Any],
    section: str,
    kind: LayerKind,
    status: Status | None,
    label_leak: bool,
) -> Spec:
    """The spec of a function that is about to be marked."""
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
