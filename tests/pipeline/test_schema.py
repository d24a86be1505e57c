"""What an editor accepts as arguments of a function is what a check accepts."""

from typing import Any

import jsonschema
import pytest
from pydantic import TypeAdapter, ValidationError

from siting.pipeline.registry import functions
from siting.pipeline.schema import Reference, arguments_model, reference_class


def schema_of(section: str, name: str) -> dict[str, Any]:
    return arguments_model(functions(section)[name]).model_json_schema()


def refusals(section: str, name: str, written: dict[str, Any]) -> list[str]:
    """Arguments that the schema for editors refuses."""
    validator = jsonschema.Draft202012Validator(schema_of(section, name))
    return sorted(str(each.path[0]) for each in validator.iter_errors(written) if each.path)


@pytest.mark.parametrize(
    ("layers", "right"),
    [
        ({"near": 2}, True),
        ({"near": 2.5, "thin": 1}, True),
        ({}, False),
        ([], False),
        (["near"], False),
        ([["near", 2]], False),
        ("near", False),
        ({"near": "two"}, False),
        ({"near": 0}, False),
    ],
)
def test_weights_are_a_mapping_from_layers(layers: Any, right: bool) -> None:
    assert refusals("scoring", "overlay.weighted", {"layers": layers}) == ["layers"] * (not right)
    model = arguments_model(functions("scoring")["overlay.weighted"])
    if right:
        assert model.model_validate({"layers": layers})
    else:
        with pytest.raises(ValidationError, match="layers"):
            model.model_validate({"layers": layers})


@pytest.mark.parametrize(
    ("written", "right"),
    [(40, True), (0.5, True), ("40 km", True), (" -3 m", True), (".5 km", True),
     ("km", False), ("", False), (0, False), (-1, False), ([40], False), (None, False)],
)  # fmt: skip
def test_a_quantity_is_a_number_or_a_number_with_a_unit(written: Any, right: bool) -> None:
    arguments = {"distance": "far", "half_distance": written}
    found = refusals("layers", "combine.nearness", arguments)
    assert found == ([] if right else ["half_distance"])


def test_an_editor_shows_units_and_kinds() -> None:
    shown = schema_of("layers", "combine.nearness")["properties"]
    text = shown["half_distance"]["anyOf"][1]
    unit = text["description"].removeprefix("such as '3 ").removesuffix("'")
    assert shown["half_distance"]["description"] == f"[{unit}]"
    assert text["type"] == "string"
    assert shown["distance"]["description"] == "name of a layer"


def test_a_model_is_built_once_for_each_function() -> None:
    spec = functions("layers")["combine.nearness"]
    assert arguments_model(spec) is arguments_model(spec)
    fewer = arguments_model(spec, frozenset({"distance"})).model_fields
    assert [each.alias for each in fewer.values()] == ["half_distance"]


@pytest.mark.parametrize(
    ("text", "step", "part"), [("q", "q", ""), ("q.mean", "q", "mean"), ("_a1.B", "_a1", "B")]
)
def test_a_reference_is_a_step_and_a_part(text: str, step: str, part: str) -> None:
    found = TypeAdapter(reference_class("layer")).validate_python(text)
    assert isinstance(found, Reference)
    assert (str(found), found.step, found.part, found.kind) == (text, step, part, "layer")


@pytest.mark.parametrize("text", ["", "1a", "a.", ".a", "a.b.c", "a b", "a.1", "a\n", 3])
def test_what_is_no_name_is_no_reference(text: Any) -> None:
    with pytest.raises(ValidationError, match="layer|pattern|string"):
        TypeAdapter(reference_class("layer")).validate_python(text)
