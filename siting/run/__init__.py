"""A checked pipeline, executed: the one place that calls the stages."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from siting.run.execution import run_plan
    from siting.run.outcome import Outcome

# Imported when they are asked for: a run that is found unchanged calls no stage.
_HOMES = {"run_plan": "execution", "Outcome": "outcome"}

__all__ = ["Outcome", "run_plan"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
