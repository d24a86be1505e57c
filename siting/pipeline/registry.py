"""From a section and a written name to the marked function: the folder tree is the registry."""

import difflib
import importlib
import pkgutil
from functools import cache
from types import ModuleType

from siting.errors import PipelineError
from siting.signature import Spec, spec_of

# Section of a pipeline file -> the package whose modules, or the module whose functions, it names.
PACKAGES = {each: f"siting.{each}" for each in ("layers", "simulation", "economics", "scoring")}
# Folds stand inside a score's arguments: ``folds: {folds.spatial_blocks: {…}}``.
PACKAGES["folds"] = "siting.scoring"
MODULES = {"exclusions": "siting.exclusions", "candidates": "siting.candidates"}


@cache
def functions(section: str) -> dict[str, Spec]:
    """Every marked function of a section, by the name that a pipeline file writes.

    Examples
    --------
    >>> "heat.conductive_temperature" in functions("layers")
    True
    """
    if section in MODULES:
        modules = [importlib.import_module(MODULES[section])]
    else:
        package = importlib.import_module(PACKAGES[section])
        modules = [
            importlib.import_module(f"{package.__name__}.{each.name}")
            for each in pkgutil.iter_modules(package.__path__)
        ]
    found = [spec for module in modules for spec in _marked(module, section)]
    return {spec.name: spec for spec in sorted(found, key=lambda each: each.name)}


@cache
def _of_module(section: str, name: str) -> dict[str, Spec]:
    """Marked functions of the one module that a written name begins with; none without one."""
    if section in MODULES:
        return functions(section)
    package = importlib.import_module(PACKAGES[section])
    if name not in {each.name for each in pkgutil.iter_modules(package.__path__)}:
        return {}
    module = importlib.import_module(f"{package.__name__}.{name}")
    return {spec.name: spec for spec in _marked(module, section)}


def _marked(module: ModuleType, section: str) -> list[Spec]:
    """Specs of the functions that this very module defines; what it imports does not count."""
    specs = (spec_of(each) for each in vars(module).values())
    return [
        spec
        for spec in specs
        if spec and spec.section == section and spec.function.__module__ == module.__name__
    ]


def resolve(section: str, name: str, where: str) -> Spec:
    """The function of that name in a section; only its own module is imported for it.

    Raises
    ------
    PipelineError
        FUNCTION_UNKNOWN, naming the nearest one.
    """
    if found := _of_module(section, name.partition(".")[0]).get(name):
        return found
    known = functions(section)
    raise PipelineError(
        "FUNCTION_UNKNOWN",
        f"there is no function '{name}' under {section}",
        where=where,
        found=name,
        wanted=", ".join(nearest(name, list(known))) or ", ".join(known),
        fix="`siting layers` lists every function",
    )


def nearest(name: str, known: list[str], count: int = 3) -> list[str]:
    """The known names most like a written one; a name right but for its module comes first."""
    tails = [each for each in known if each.rpartition(".")[2] == name.rpartition(".")[2]]
    close = difflib.get_close_matches(name, known, count, cutoff=0.5)
    return list(dict.fromkeys(tails + close))[:count]
