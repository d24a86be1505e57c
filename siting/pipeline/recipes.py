"""The keys of a run's values: known from what makes each one, before anything is computed."""

import importlib
from contextlib import suppress
from pathlib import Path
from typing import Any

from odc.geo.geobox import GeoBox

from siting.errors import SitingError
from siting.io.digests import beside
from siting.kinds import GRIDDED_KINDS
from siting.pipeline.plan import Call, Plan, Step
from siting.pipeline.schema import EstimatorText, Reference
from siting.signature import Spec
from siting.sources import reading
from siting.sources.catalogue import Entry
from siting.sources.declared import UserFile
from siting.store import Store, code_digest, library_versions, object_key
from siting.store.digest import Modules


def grid_recipe(grid: GeoBox) -> dict[str, Any]:
    """What makes a grid the same grid: CRS, shape and affine."""
    return {
        "crs": grid.crs.to_wkt() if grid.crs else "",
        "shape": list(grid.shape.yx),
        "affine": list(grid.affine)[:6],
    }


def _code_of_estimators(written: Any, modules: Modules) -> dict[str, str]:
    """Digests of siting's own estimators in a nested mapping; scikit-learn's have a version."""
    if isinstance(written, list):
        inner = [_code_of_estimators(each, modules) for each in written]
        return {name: digest for each in inner for name, digest in each.items()}
    if not isinstance(written, dict):
        return {}
    found = _code_of_estimators(list(written.values()), modules)
    for name in written:
        if str(name).startswith("siting."):
            module, _, own = str(name).removeprefix("siting.").rpartition(".")
            stage = importlib.import_module(f"siting.scoring.{module.removeprefix('scoring.')}")
            found[str(name)] = code_digest(getattr(stage, own), modules)
    return found


class Recipes:
    """Recipes and keys of the steps of a plan.

    A recipe names the function, its validated arguments, the digest of the code that it runs, the
    versions of the libraries, the grid, and the keys of its inputs; a source's holds the SHA-256
    of its file.
    """

    def __init__(self, plan: Plan, store: Store, verify: bool) -> None:
        self.plan = plan
        self.store = store
        self.verify = verify
        self.grid = grid_recipe(plan.grid)
        self.keys: dict[str, str] = {}
        self.inputs: dict[str, str] = {}
        self.beside: dict[str, dict[str, str]] = {}  # digests of files beside a source's own
        self._modules = Modules()
        self.recipes = {step.name: self._recipe(step) for step in plan.steps}

    def _recipe(self, step: Step) -> dict[str, Any]:
        recipe = self._of_source(step) if step.file else self._of_call(step)
        self.keys[step.name] = object_key(recipe)
        return recipe

    def _of_source(self, step: Step) -> dict[str, Any]:
        if step.file is None or step.source is None:
            raise ValueError(step.name)
        digest = self.store.file_digest(step.file, verify=self.verify)
        name = step.source.file if isinstance(step.source, Entry) else step.file.name
        self.inputs[name] = digest
        if isinstance(step.source, UserFile):
            self.beside[step.name] = self._beside(step.file)
        raster = next(iter(step.values.values())).kind in GRIDDED_KINDS
        return {
            "source": step.source.model_dump(mode="json"),
            "sha256": digest,
            "code": code_digest(reading.read_source, self._modules),
            "versions": library_versions(),
            "grid": self.grid if raster else None,
        }

    def _beside(self, file: Path) -> dict[str, str]:
        """Digests of what lies beside a file and is looked at with it."""
        found = {}
        for each in beside(file):
            with suppress(OSError, SitingError):  # what cannot be read says nothing
                found[each.name] = self.store.file_digest(each, verify=self.verify)
        return found

    def _of_call(self, step: Step) -> dict[str, Any]:
        if step.call is None:
            raise ValueError(step.name)
        return {
            "call": self._of_arguments(step.call),
            "domain": self._domain(step.call.spec),
            "versions": library_versions(),
            "grid": self.grid,
        }

    def _domain(self, spec: Spec) -> Any:
        if not (spec.wants_domain and self.plan.domain):
            return None
        return self.reference(Reference(self.plan.domain))

    def _of_arguments(self, call: Call) -> dict[str, Any]:
        return {
            "function": call.spec.name,
            "code": code_digest(call.spec.function, self._modules),
            "arguments": {name: self.value(each) for name, each in call.arguments.items()},
        }

    def value(self, value: Any) -> Any:
        """An argument as JSON: a reference by its name and the key of what it refers to."""
        if isinstance(value, Reference):
            return self.reference(value)
        if isinstance(value, Call):
            return self._of_arguments(value)
        if isinstance(value, EstimatorText):
            return {"estimator": dict(value), "code": _code_of_estimators(value, self._modules)}
        if isinstance(value, dict):
            return {key: self.value(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(each) for each in value]
        return value

    def reference(self, reference: Reference) -> dict[str, str]:
        """A reference as JSON; its name counts, since models know features by their names."""
        name = self.plan.canonical(reference)
        part = Reference(name).part
        return {"name": name, "key": self.keys[reference.step], "part": part}

    def derived(self, name: str, call: Any, over: list[str]) -> str:
        """Key of what the run itself makes from named values: exclusions, candidates."""
        return object_key(
            {
                "derived": name,
                "call": call,
                "keys": [self.keys[each] for each in over],
                "names": over,
                "versions": library_versions(),
                "grid": self.grid,
            }
        )

    def call(self, call: Call) -> dict[str, Any]:
        """A call as JSON."""
        return self._of_arguments(call)
