"""From a pipeline file to a checked DAG; every mistake at once, before any data is opened."""

import graphlib
import json
import re
from pathlib import Path

from odc.geo.geobox import GeoBox
from pydantic import ValidationError

from siting import grid as grids
from siting import units
from siting.errors import (
    GridError,
    PipelineError,
    PipelineInvalidError,
    SitingError,
    UnitsError,
)
from siting.io import yaml
from siting.io.yaml import Document, KeyPath
from siting.outputs.names import Problem, output_problem
from siting.pages import codes, nearest_codes
from siting.pipeline.header import GridText, Header
from siting.pipeline.messages import mistake, mistakes, value_at
from siting.pipeline.plan import Call, Plan, Step, Value
from siting.pipeline.registry import functions, nearest, resolve
from siting.pipeline.require import unknown_records
from siting.pipeline.resolve import Names, bind_call, first_key
from siting.pipeline.schema import NAME
from siting.pipeline.source_steps import data_roots, source_step
from siting.projection import analysis_crs
from siting.signature import Marks
from siting.sources.folders import find_pipeline

__all__ = ["check", "check_file", "find_pipeline"]

CALL_SECTIONS = ("layers", "simulation", "economics", "exclusions", "scoring")
# What the run hands to the candidates function beside what the file says.
SUPPLIED = frozenset({"model", "layers", "allowed"})


def check_file(path: Path, resolution: str | None = None) -> Plan:
    """The checked plan of a pipeline file.

    Parameters
    ----------
    path : Path
        The file.
    resolution : str, optional
        Cell size in place of the file's, such as ``"25 km"``.

    Raises
    ------
    PipelineInvalidError
        With every mistake of the file.
    """
    document = yaml.read(path)
    grid = value_at(document, ("grid",))
    if resolution is not None and isinstance(grid, dict):
        grid["resolution"] = resolution
    return check(document, path.resolve().parent)


def check(document: Document, folder: Path) -> Plan:
    """The checked plan of a document; see :func:`check_file`."""
    return _Check(document, folder).plan()


def _records(step: Step) -> list[str]:
    """Names of the records that a step gives."""
    pairs = zip(step.names(), step.values.values(), strict=True)
    return [name for name, value in pairs if value.kind == "record"]


_AXIS_UNITS = {
    "degree": "degree",
    "metre": "m",
    "kilometre": "km",
    "foot": "ft",
    "US survey foot": "survey_foot",
}


def _axis_unit(crs: str) -> str:
    """Unit of the axes of a CRS that can be worked on.

    Raises
    ------
    GridError
        GRID_CRS for axes in yards, links and the like.
    """
    name = analysis_crs(crs).axis_info[0].unit_name
    if name in _AXIS_UNITS:
        return _AXIS_UNITS[name]
    raise GridError(
        "GRID_CRS",
        "the axes of the CRS are in a unit that grids are not laid out in",
        where="grid.crs",
        found=name,
        wanted=", ".join(_AXIS_UNITS),
    )


def _needed(step: Step, domain: str | None) -> tuple[str, ...]:
    """Names that have to be there before a step is made."""
    if domain and not domain.endswith(".") and step.call and step.call.spec.wants_domain:
        return (*step.references, domain)
    return step.references


class _Check:
    """One pass over a document that collects mistakes instead of stopping at the first."""

    def __init__(self, document: Document, folder: Path) -> None:
        self.document = document
        self.folder = folder
        self.errors: list[PipelineError] = []
        self.names = Names()

    def plan(self) -> Plan:
        header = self.header()
        grid = self.grid(header.grid)
        self.sources(header)
        for section in CALL_SECTIONS:
            for name in getattr(header, section):
                self.call_step(section, name)
                self.give_up()
        steps = self.ordered(header.domain)
        for step in steps:
            self.errors += self.names.settle(step, self.document, header.accept)
        self.accepted(header)
        candidates = self.candidates(header)
        self.domain(header.domain)
        self.outputs(header)
        records = [name for step in self.names.settled.values() for name in _records(step)]
        self.errors += unknown_records(self.document, header.require, records, self.names.broken)
        if self.errors:
            raise PipelineInvalidError(self.errors)
        assert grid is not None  # a grid that failed has left an error above
        return Plan(
            self.document,
            self.folder,
            header.name,
            header.description,
            grid,
            header.domain,
            tuple(self.names.settled[each.name] for each in steps),
            candidates,
            tuple(header.outputs),
            header.accept,
            self.document.text,
            header.require,
        )

    def header(self) -> Header:
        """Top level; without it nothing else can be read, so its mistakes stop the check."""
        if not isinstance(self.document.data, dict):
            raise PipelineInvalidError(
                [mistake(self.document, (), "CONFIG_TYPE", "a pipeline file is a mapping")]
            )
        try:
            return Header.model_validate_json(json.dumps(self.document.data))
        except ValidationError as error:
            found = mistakes(self.document, (), error, Header)
            raise PipelineInvalidError(found) from None

    def grid(self, text: GridText) -> GeoBox | None:
        try:
            return grids.make_grid(text.crs, self.resolution(text), text.bounds)
        except SitingError as error:
            field = error.where.removeprefix("grid.")
            path: KeyPath = ("grid", field) if field in GridText.model_fields else ("grid",)
            found = error.found or value_at(self.document, path)
            self.errors.append(
                mistake(
                    self.document,
                    path,
                    error.code,
                    error.message,
                    found=found,
                    wanted=error.wanted,
                    fix=error.fix,
                )
            )
            return None

    def resolution(self, text: GridText) -> float:
        """Resolution in the units of the CRS."""
        if not isinstance(text.resolution, str):
            return text.resolution
        unit = _axis_unit(text.crs)
        try:
            return units.parse_quantity(text.resolution, unit)
        except UnitsError as error:
            error.where = "grid.resolution"
            raise

    def sources(self, header: Header) -> None:
        try:
            folders = (self.folder, *data_roots(self.document, self.folder, header.data_roots))
        except PipelineInvalidError as error:
            self.errors += error.errors
            folders = (self.folder,)
        for name, body in header.sources.items():
            path: KeyPath = ("sources", name)
            self.check_name(name, path)
            try:
                self.names.add(source_step(self.document, name, body, folders))
            except PipelineInvalidError as error:
                self.errors += error.errors
                self.names.failed(name)
            self.give_up()

    def give_up(self) -> None:
        """End with the mistakes found so far where they are more than anyone will read."""
        if len(self.errors) >= PipelineInvalidError.most:
            raise PipelineInvalidError(self.errors)

    def call_step(self, section: str, name: str) -> None:
        path: KeyPath = (section, name)
        self.check_name(name, path)
        try:
            call = self.call(section, path)
        except PipelineInvalidError as error:
            self.errors += error.errors
            self.names.failed(name)
            return
        values = {
            each.name: Value(each.leaf.kind, None, Marks("assumed", "", "", False))
            for each in call.spec.outputs
        }
        refs = tuple(self.names.references(call.arguments))
        self.names.add(Step(name, section, path, values, call=call, references=refs))

    def call(self, section: str, path: KeyPath) -> Call:
        """The call written at a path: ``{function: {arguments}}``."""
        written = first_key(self.document, path)
        where = f"{self.document.where_key((*path, written))} ({'.'.join(map(str, path))})"
        try:
            spec = resolve(section, written, where)
        except PipelineError as error:
            raise PipelineInvalidError([error]) from None
        return bind_call(self.document, (*path, written), spec, frozenset())

    def check_name(self, name: str, path: KeyPath) -> None:
        problem = ""
        if not re.fullmatch(NAME, name):
            problem = "a name is letters, digits and _, and does not begin with a digit"
        elif name in self.names.steps:
            problem = f"'{name}' is already the name of {self.names.steps[name].section}.{name}"
        if problem:
            self.errors.append(
                mistake(self.document, path, "NAME_INVALID", problem, found=name, at_key=True)
            )

    def ordered(self, domain: str | None) -> list[Step]:
        """Steps in an order in which every reference, and the domain, comes before its use."""
        steps = self.names.steps
        for step in steps.values():
            self.errors += self.names.unknown(step, self.document)
        graph = {
            name: {ref.partition(".")[0] for ref in _needed(step, domain)} & steps.keys()
            for name, step in steps.items()
        }
        try:
            return [steps[name] for name in graphlib.TopologicalSorter(graph).static_order()]
        except graphlib.CycleError as error:
            cycle = " -> ".join(reversed(error.args[1]))
            step = steps[error.args[1][0]]
            raise PipelineInvalidError(
                [
                    *self.errors,
                    mistake(
                        self.document,
                        step.path,
                        "CYCLE",
                        "these values need one another",
                        found=cycle,
                        at_key=True,
                    ),
                ]
            ) from None

    def accepted(self, header: Header) -> None:
        """A code that nothing has would accept nothing, without a word."""
        for code in header.accept.keys() - set(codes()):
            self.errors.append(
                mistake(
                    self.document,
                    ("accept", code),
                    "CONFIG_REFERENCE",
                    f"no finding has the code '{code}'",
                    found=code,
                    wanted=", ".join(nearest_codes(code)),
                    fix="`siting help CODE` tells what each is",
                    at_key=True,
                )
            )

    def candidates(self, header: Header) -> Call | None:
        if header.candidates is None:
            return None
        (spec,) = functions("candidates").values()
        try:
            call = bind_call(self.document, ("candidates",), spec, SUPPLIED)
        except PipelineInvalidError as error:
            self.errors += error.errors
            return None
        refs = tuple(self.names.references(call.arguments))
        step = Step("candidates", "candidates", ("candidates",), {}, call=call, references=refs)
        unknown = self.names.unknown(step, self.document)
        self.errors += unknown or self.names.check_references(step, self.document)
        return call

    def domain(self, name: str | None) -> None:
        if not name:
            return
        step, dot, part = name.partition(".")
        value = self.names.value(name) if part or not dot else None
        if value is None and step not in self.names.broken:
            known = self.names.steps.get(step)
            close = known.names() if known else nearest(name, list(self.names.all_names))
            self.errors.append(
                mistake(
                    self.document,
                    ("domain",),
                    "CONFIG_REFERENCE",
                    f"there is no '{name}'",
                    wanted=", ".join(close),
                )
            )
        elif value and value.kind not in {"layer", None}:
            self.errors.append(
                mistake(
                    self.document,
                    ("domain",),
                    "KIND_WRONG",
                    "the domain is a layer",
                    found=value.kind,
                )
            )

    def outputs(self, header: Header) -> None:
        for position, name in enumerate(header.outputs):
            layers = self.names.layer_names()
            if name.partition(".")[0] in self.names.broken:
                continue
            chosen = header.candidates
            simulated = bool(chosen and chosen.get("simulator"))
            problem = output_problem(
                name, layers, chosen is not None, simulated, self.names.named("model"),
                self.names.named("features"),
            )  # fmt: skip
            if name in header.outputs[:position]:
                problem = Problem("the same output is asked for twice", "each once")
            if problem:
                self.errors.append(
                    mistake(
                        self.document,
                        ("outputs", position),
                        problem.code,
                        problem.message,
                        found=name,
                        wanted=problem.wanted,
                    )
                )
