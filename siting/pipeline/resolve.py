"""Names and references of a pipeline: what exists, of which kind and unit, with which marks."""

import dataclasses
import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from pydantic import BaseModel, ValidationError

from siting import units
from siting.errors import PipelineError, PipelineInvalidError, UnitsError
from siting.io.yaml import Document, KeyPath
from siting.kinds import GRIDDED_KINDS
from siting.pipeline.messages import mistake, mistakes, value_at
from siting.pipeline.plan import Call, Step, Value
from siting.pipeline.registry import nearest, resolve
from siting.pipeline.schema import EstimatorText, FoldsText, Reference, arguments_model
from siting.signature import Argument, Leaf, Marks, Spec, combine_marks, leaves

MAX_NAMED = 30  # names that a message lists


def first_key(document: Document, path: KeyPath) -> str:
    """The one key of a mapping such as ``{heat.conductive_temperature: {…}}``."""
    body = value_at(document, path)
    if isinstance(body, dict) and len(body) == 1:
        return str(next(iter(body)))
    if isinstance(body, str) and body.replace(".", "_").isidentifier():
        fix = f"write {{{body}: {{}}}}"
    else:
        fix = "write {function: {arguments}}"
    raise PipelineInvalidError(
        [mistake(document, path, "CALL_INVALID", "not a call of one function", found=body, fix=fix)]
    )


def bind_call(document: Document, path: KeyPath, spec: Spec, supplied: frozenset[str]) -> Call:
    """The call with its arguments validated against the signature, estimators built once."""
    model = arguments_model(spec, supplied)
    body = value_at(document, path)
    try:
        valid = model.model_validate_json(json.dumps({} if body is None else body))
    except ValidationError as error:
        raise PipelineInvalidError(mistakes(document, path, error, model)) from None
    return Call(
        spec,
        {
            each.alias or name: bind_nested(
                document, (*path, each.alias or name), getattr(valid, name)
            )
            for name, each in model.model_fields.items()
        },
    )


def bind_nested(document: Document, path: KeyPath, value: Any) -> Any:
    """The value with estimators checked, and folds bound to the function that makes them."""
    if isinstance(value, EstimatorText):
        _check_estimator(document, path, value)
        return value
    if isinstance(value, FoldsText):
        return _bound_folds(document, path, value)
    if isinstance(value, dict):
        return {key: bind_nested(document, (*path, key), each) for key, each in value.items()}
    if isinstance(value, list):
        pairs = enumerate(value)
        return [bind_nested(document, (*path, number), each) for number, each in pairs]
    return value


def _bound_folds(document: Document, path: KeyPath, written: FoldsText) -> Call:
    (name,) = written
    try:
        spec = resolve("folds", name, "")
    except PipelineError as error:
        told = mistake(
            document,
            (*path, name),
            error.code,
            error.message,
            found=error.found,
            wanted=error.wanted,
            fix=error.fix,
            at_key=True,
        )
        raise PipelineInvalidError([told]) from None
    return bind_call(document, (*path, name), spec, frozenset())


def _check_estimator(document: Document, path: KeyPath, written: EstimatorText) -> None:
    """Build an estimator once, so that its mistakes are told with their place in the file."""
    from siting.scoring.estimators import build_estimator

    try:
        build_estimator(dict(written), ".".join(map(str, path)))
    except PipelineError as error:
        raise PipelineInvalidError(
            [
                mistake(
                    document,
                    path,
                    error.code,
                    error.message,
                    found=error.found,
                    wanted=error.wanted,
                    fix=error.fix,
                )
            ]
        ) from None


def references(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Reference]]:
    """Every reference in validated arguments, with its YAML path."""
    if isinstance(value, Reference):
        yield path, value
    elif isinstance(value, Call):
        yield from references(value.arguments, (*path, value.spec.name))
    elif isinstance(value, BaseModel | EstimatorText):
        return
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from references(each, (*path, key))
    elif isinstance(value, list | tuple):
        for position, each in enumerate(value):
            if isinstance(each, tuple) and each and isinstance(each[0], Reference):
                # A pair comes from a mapping: its reference is a key there.
                yield (*path, str(each[0])), each[0]
                yield from references(each[1:], (*path, str(each[0])))
            else:
                yield from references(each, (*path, position))


class Names:
    """Every name of a pipeline, and what is known of its values."""

    def __init__(self) -> None:
        self.steps: dict[str, Step] = {}
        self.settled: dict[str, Step] = {}
        self.broken: set[str] = set()

    @property
    def all_names(self) -> set[str]:
        """Names of steps, those that failed among them."""
        return set(self.steps) | self.broken

    def add(self, step: Step) -> None:
        """Make a step known."""
        self.steps.setdefault(step.name, step)
        if step.section == "sources":
            self.settled[step.name] = step

    def failed(self, name: str) -> None:
        """Remember a name whose step has mistakes, so that no error follows from them."""
        self.broken.add(name)

    def references(self, arguments: dict[str, Any]) -> list[str]:
        """Names that the arguments of a call refer to."""
        return [str(each) for _, each in references(arguments)]

    def layer_names(self) -> list[str]:
        """Full names of all layers."""
        return self.named("layer")

    def named(self, kind: str) -> list[str]:
        """Full names of all values of a kind."""
        return [
            full
            for step in self.steps.values()
            for full, value in zip(step.names(), step.values.values(), strict=True)
            if value.kind == kind
        ]

    def value(self, name: str) -> Value | None:
        """What is known of a name; None where it has mistakes or is unknown."""
        step, _, part = name.partition(".")
        known = self.settled.get(step) or self.steps.get(step)
        if known is None:
            return None
        return known.values.get(part or known.first)

    def unknown(self, step: Step, document: Document) -> list[PipelineError]:
        """Errors for references to names that are not there."""
        given = step.call.arguments if step.call else {}
        found = (
            self._unknown(reference, document, call_path(step, document) + path)
            for path, reference in references(given)
        )
        # Looking for near names takes a millisecond each: a broken file may have thousands.
        return list(islice(filter(None, found), PipelineInvalidError.most))

    def _unknown(
        self, reference: Reference, document: Document, path: KeyPath
    ) -> PipelineError | None:
        if reference.step in self.broken:
            return None
        at_key = _stands_as_key(reference, document, path)
        if reference.step not in self.steps:
            known = [each for name in self.steps for each in self.steps[name].names()]
            close = ", ".join(nearest(str(reference), known) or known[:MAX_NAMED])
            message = f"there is no value named '{reference}'"
        elif reference.part and reference.part not in self.steps[reference.step].values:
            close = ", ".join(self.steps[reference.step].names())
            message = f"'{reference.step}' has no result '{reference.part}'"
        else:
            return None
        return mistake(
            document,
            path,
            "CONFIG_REFERENCE",
            message,
            found=str(reference),
            wanted=close,
            at_key=at_key,
        )

    def settle(self, step: Step, document: Document, accept: dict[str, str]) -> list[PipelineError]:
        """Check a step against the values it refers to, and work out its own."""
        if step.call is None:
            return []
        errors = self.check_references(step, document)
        spec = step.call.spec
        inputs = [value.marks for name in step.references if (value := self.value(name))]
        marks = combine_marks(spec, inputs)
        values = {
            each.name: Value(each.leaf.kind, self._output_unit(each.leaf, step), marks)
            for each in spec.outputs
        }
        self.settled[step.name] = dataclasses.replace(step, values=values)
        if step.section == "scoring" and "LABEL_LEAK" not in accept:
            errors += self._leaks(step, document)
        return errors

    def _output_unit(self, part: Leaf, step: Step) -> str | None:
        if part.kind not in GRIDDED_KINDS:
            return None
        return part.unit or (self._unit_of(part.unit_of, step) if part.unit_of else None)

    def _unit_of(self, argument: str, step: Step) -> str | None:
        """Unit of the layer that another argument refers to."""
        given = step.call.arguments.get(argument) if step.call else None
        value = self.value(str(given)) if isinstance(given, Reference) else None
        return value.unit if value else None

    def check_references(self, step: Step, document: Document) -> list[PipelineError]:
        """Errors of kind and unit in the references of a step."""
        if step.call is None:
            return []
        errors: list[PipelineError] = []
        base = call_path(step, document)
        for argument in step.call.spec.arguments:
            given = step.call.arguments.get(argument.name)
            for path, reference in references(given, (*base, argument.name)):
                errors += self._mismatch(argument, reference, document, path)
            errors += self._quantity(argument, given, step, document, (*base, argument.name))
            errors += self._pair_quantities(given, document, (*base, argument.name))
        return errors

    def _mismatch(
        self, argument: Argument, reference: Reference, document: Document, path: KeyPath
    ) -> list[PipelineError]:
        value = self.value(str(reference))
        if value is None or value.kind is None:
            return []
        wanted = [each for each in leaves(argument.hint) if each.kind == reference.kind]
        if value.kind != reference.kind:
            wants = _with_article(reference.kind)
            message = f"'{reference}' is {_with_article(value.kind)}, not {wants}"
            return [mistake(document, path, "KIND_WRONG", message, wanted=wants)]
        for each in wanted:
            if each.unit and value.unit and not units.compatible(value.unit, each.unit):
                message = f"'{reference}' is in '{value.unit}', which is no '{each.unit}'"
                return [
                    mistake(
                        document,
                        path,
                        "UNITS_INCOMPATIBLE",
                        message,
                        found=value.unit,
                        wanted=each.unit,
                    )
                ]
        return []

    def _quantity(
        self, argument: Argument, given: Any, step: Step, document: Document, path: KeyPath
    ) -> list[PipelineError]:
        """Text such as '40 km' against the unit of the layer that it belongs to."""
        part = next((each for each in leaves(argument.hint) if each.unit_of), None)
        if part is None or part.unit_of is None or not isinstance(given, str):
            return []
        if isinstance(given, Reference):
            return []
        unit = self._unit_of(part.unit_of, step)
        if unit is None:
            return []
        try:
            units.parse_quantity(given, unit)
        except UnitsError as error:
            return [
                mistake(document, path, error.code, error.message, found=given, wanted=error.wanted)
            ]
        return []

    def _pair_quantities(
        self, given: Any, document: Document, path: KeyPath
    ) -> list[PipelineError]:
        """Texts such as '5 km' in the second part of a pair, against the unit of its layer."""
        pairs = [each for each in given if isinstance(each, tuple)] if type(given) is list else []
        errors: list[PipelineError] = []
        for layer, second in (each for each in pairs if isinstance(each[-1], dict)):
            value = self.value(str(layer))
            for key, text in second.items():
                if not isinstance(text, str) or value is None or value.unit is None:
                    continue
                try:
                    units.parse_quantity(text, value.unit)
                except UnitsError as error:
                    found = mistake(
                        document,
                        (*path, str(layer), key),
                        error.code,
                        error.message,
                        found=text,
                        wanted=error.wanted,
                    )
                    errors.append(found)
        return errors

    def _leaks(self, step: Step, document: Document) -> list[PipelineError]:
        """Layers made by knowing the targets must not be evidence for them."""
        base = call_path(step, document)
        arguments = step.call.arguments if step.call else {}
        return [
            mistake(
                document,
                base + path,
                "LABEL_LEAK",
                f"'{reference}' was made by knowing the targets, so it cannot be evidence for them",
                fix="leave it out, or give your reason under `accept: {LABEL_LEAK: …}`",
                at_key=_stands_as_key(reference, document, base + path),
            )
            for path, reference in references(arguments)
            if reference.kind in GRIDDED_KINDS
            and (value := self.value(str(reference)))
            and value.marks.label_leak
        ]


def _with_article(kind: str) -> str:
    return kind if kind.endswith("s") else f"a {kind}"


def _stands_as_key(reference: Reference, document: Document, path: KeyPath) -> bool:
    """Whether a reference is the key at a path, as in ``{near: 2}``, and not its value."""
    return path in document.key_marks and str(path[-1]) == reference


def call_path(step: Step, document: Document) -> KeyPath:
    """YAML path of a step's arguments."""
    if step.section == "candidates":
        return step.path
    return (*step.path, first_key(document, step.path))


__all__ = ["Marks", "Names", "bind_call", "call_path", "first_key", "references"]
