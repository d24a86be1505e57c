"""What a run is made from, as its manifest keeps it: enough to tell later why two runs differ."""

from typing import Any

from siting import __version__
from siting.outputs import writers
from siting.pipeline.plan import Call, Plan, Step
from siting.pipeline.recipes import Recipes
from siting.signature import leaves
from siting.store import library_versions, object_key

Manifest = dict[str, Any]


def described(plan: Plan, recipes: Recipes) -> Manifest:
    """All that decides the bytes of the results, known before anything is computed."""
    call = plan.candidates
    return {
        "siting": __version__,
        "title": plan.title,
        "description": plan.description,
        "pipeline": plan.text,
        "grid": recipes.grid,
        "domain": plan.domain,
        "inputs": recipes.inputs,
        "beside": recipes.beside,
        "steps": {step.name: _step(step, recipes) for step in plan.steps},
        "candidates": {"recipe": recipes.call(call), "units": _units(call)} if call else None,
        "accept": plan.accept,
        "require": {name: str(bounds) for name, bounds in plan.require.items()},
        "wanted": list(plan.outputs),
        "code": writers.digest(),
        "versions": library_versions(),
    }


def run_id(description: Manifest) -> str:
    """Name of a run: the beginning of the digest of all that decides its results."""
    steps = {name: step["key"] for name, step in description["steps"].items()}
    return object_key({**description, "steps": steps})[:16]


def _step(step: Step, recipes: Recipes) -> dict[str, Any]:
    return {
        "section": step.section,
        "key": recipes.keys[step.name],
        "recipe": recipes.recipes[step.name],
        "units": _units(step.call) if step.call else {},
    }


def _units(call: Call) -> dict[str, str]:
    """Units of the plain numbers among the arguments of a call."""
    units = {
        each.name: next((part.unit for part in leaves(each.hint) if part.unit), None)
        for each in call.spec.arguments
    }
    given = call.arguments
    return {
        name: unit for name, unit in units.items() if unit and type(given.get(name)) in (int, float)
    }
