"""Named values of a run: computed once, kept in the store, opened when something asks for them."""

import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import xarray as xr

from siting import findings
from siting.errors import InputError, SitingError
from siting.findings import Finding
from siting.grid import accept, from_function
from siting.grid.months import MONTHS, accept_monthly, as_monthly, by_month
from siting.io import model as models
from siting.kinds import UNSTORED_KINDS
from siting.pipeline.plan import Call, Plan, Step
from siting.pipeline.recipes import Recipes
from siting.pipeline.schema import EstimatorText, Reference
from siting.signature import Argument, leaf
from siting.sources.reading import read_source
from siting.store import Store, object_key
from siting.store.memory import within_memory

Tick = Callable[[int, int], None]


_ONLY = "value"  # name of the part of an object that has one


class Values:
    """The named values of a run; each step is one object of the store."""

    def __init__(self, plan: Plan, store: Store, recipes: Recipes) -> None:
        self.plan = plan
        self.store = store
        self.recipes = recipes
        self.opened: dict[str, Any] = {}

    def complete(self, step: Step) -> bool:
        """Whether the store holds a step's values, and what was noticed while making them."""
        return all(map(self.store.has, (self.recipes.keys[step.name], self._noticed_key(step))))

    def _noticed_recipe(self, step: Step) -> dict[str, Any]:
        """What decides the findings: what decides the value, and what lies beside its file."""
        beside = self.recipes.beside.get(step.name)
        recipe: dict[str, Any] = {"findings_of": self.recipes.keys[step.name]}
        return {**recipe, "beside": beside} if beside else recipe

    def _noticed_key(self, step: Step) -> str:
        return object_key(self._noticed_recipe(step))

    def make(self, step: Step, tick: Tick) -> None:
        """Compute a step and store its values; its findings last, which completes it."""
        with findings.collect() as noticed:
            try:
                with within_memory(f"{step.section}.{step.name}"):
                    parts: dict[str, Any] = {}
                    for part, value in self._parts(step).items():
                        kind = step.values[part].kind
                        parts |= self._storable(part or _ONLY, value, kind, step.name)
                recipe = self.recipes.recipes[step.name]
                self.store.write(self.recipes.keys[step.name], parts, recipe, tick)
            except SitingError as error:
                raise _placed(error, step) from error
        self._check_unchanged(step)
        rows = {"findings": [each.as_dict() for each in noticed]}
        self.store.write_record(self._noticed_key(step), rows, self._noticed_recipe(step))

    def _check_unchanged(self, step: Step) -> None:
        """Refuse a source that was edited while it was read: its key would be another's."""
        if step.file is None:
            return
        known = self.recipes.recipes[step.name]["sha256"]
        if self.store.file_digest(step.file) != known:
            self.store.discard(self.recipes.keys[step.name])
            raise InputError(
                "INPUT_CHANGED",
                "the file was changed while it was read",
                where=f"{step.section}.{step.name}",
                found=str(step.file),
                fix="run again when nothing writes to it",
            )

    def _parts(self, step: Step) -> dict[str, Any]:
        if step.source is not None and step.file is not None:
            return {"": read_source(step.name, step.source, step.file, self.plan.grid)}
        if step.call is None:
            raise ValueError(step.name)
        result = self.call(step.call)
        return {part: getattr(result, part) if part else result for part in step.values}

    def _storable(self, part: str, value: Any, kind: str | None, name: str) -> dict[str, Any]:
        """A value as parts that the store takes: layers on the run's grid, models as bytes."""
        if kind == "layer":
            return {part: accept(value, self.plan.grid, name)}
        if kind == "monthly":
            months = by_month(accept_monthly(value, self.plan.grid, name))
            return {_month(part, number): each for number, each in enumerate(months, 1)}
        if kind in UNSTORED_KINDS:
            return {part: {"made_anew": kind}}
        return {part: models.dump(value) if kind == "model" else value}

    def noticed(self, step: Step) -> list[Finding]:
        """Findings that were made when the step was computed, in this run or an earlier one."""
        rows = self.store.read_record(self._noticed_key(step))
        return [Finding(**each) for each in rows["findings"]]

    def get(self, reference: str) -> Any:
        """A value by its name; layers are lazy and carry their name."""
        name = self.plan.canonical(reference)
        if name not in self.opened:
            self.opened[name] = self._open(Reference(name))
        return self.opened[name]

    def _open(self, reference: Reference) -> Any:
        step = self.plan.step(reference.step)
        part = reference.part or step.first
        kind = step.values[part].kind
        key = self.recipes.keys[step.name]
        if kind in UNSTORED_KINDS:
            return self._parts(step)[part]
        if kind == "monthly":
            names = [_month(part or _ONLY, number) for number in range(1, MONTHS + 1)]
            stacked = as_monthly([self.store.read(key, each) for each in names])
            return accept_monthly(stacked.rename(str(reference)), self.plan.grid, str(reference))
        value = self.store.read(key, part or _ONLY)
        if kind == "layer":
            return accept(value.rename(str(reference)), self.plan.grid, str(reference))
        return models.load(value) if kind == "model" else value

    def call(self, call: Call, supplied: Mapping[str, Any] = MappingProxyType({})) -> Any:
        """What a function returns for its arguments, references resolved."""
        given = {name: self.resolve(value, name) for name, value in call.arguments.items()}
        injected = {
            each.name: self._injected(each) for each in call.spec.arguments if each.injected
        }
        function = _wrapped(call)
        return function(**given, **injected, **supplied)

    def resolve(self, value: Any, where: str) -> Any:
        """An argument with its references, folds and estimators made real."""
        if isinstance(value, Reference):
            return self.get(value)
        if isinstance(value, Call):
            return self.call(value)
        if isinstance(value, EstimatorText):
            from siting.scoring.estimators import build_estimator

            return build_estimator(dict(value), where)
        if isinstance(value, dict):
            return {key: self.resolve(each, where) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self.resolve(each, where) for each in value)
        return value

    def _injected(self, argument: Argument) -> Any:
        if leaf(argument.hint).kind == "grid":
            return self.plan.grid
        return self.domain()

    def domain(self) -> xr.DataArray:
        """The domain as a boolean layer; every cell where the pipeline names none."""
        if self.plan.domain is None:
            return from_function(self.plan.grid, _everywhere, bool)
        layer: xr.DataArray = self.get(self.plan.domain)
        return layer if layer.dtype == bool else (layer == 1)


def _month(part: str, number: int) -> str:
    """Name of the part that holds one month of a monthly value."""
    return f"{part}_month_{number:02d}"


def _everywhere(rows: slice, columns: slice, longitude: Any, latitude: Any) -> Any:
    return np.ones(longitude.shape, bool)


def _wrapped(call: Call) -> Callable[..., Any]:
    """The public function of a spec's bare one."""
    module = sys.modules[call.spec.function.__module__]
    function: Callable[..., Any] = getattr(module, call.spec.function.__name__)
    return function


def _placed(error: SitingError, step: Step) -> SitingError:
    """The error with the name of the step, where it does not say it itself."""
    place = f"{step.section}.{step.name}"
    if place in error.where:
        return error
    values: dict[str, Any] = {
        **error.as_dict(),
        "where": "; ".join(filter(None, (place, error.where))),
    }
    return type(error)(values.pop("code"), values.pop("message"), **values)
