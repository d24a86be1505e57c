"""The JSON schema that lets an editor complete and check pipeline files."""

from typing import Any

from pydantic import BaseModel

from siting.check import CALL_SECTIONS, SUPPLIED
from siting.outputs.names import ENDINGS, MAP, REPORT, SITES, TABLES
from siting.pipeline.header import Header
from siting.pipeline.registry import functions
from siting.pipeline.schema import arguments_model
from siting.sources.catalogue import known_sources
from siting.sources.declared import SavedModel, UserFile


def editor_schema() -> dict[str, Any]:
    """Draft-07 schema with every function, its arguments, units and limits.

    A call is an object of one key (``maxProperties: 1``), not a ``oneOf`` over all functions: an
    editor then says which argument is wrong, not that no alternative fits.
    """
    definitions: dict[str, Any] = {}
    schema = _plain(Header)
    properties = schema["properties"]
    for section in CALL_SECTIONS:
        calls = {}
        for name, spec in functions(section).items():
            definitions[f"{section}.{name}"] = _plain(arguments_model(spec), spec.summary)
            calls[name] = {"$ref": f"#/definitions/{section}.{name}"}
        properties[section] = {"type": "object", "additionalProperties": _one_of(calls)}
    (spec,) = functions("candidates").values()
    properties["candidates"] = _plain(arguments_model(spec, SUPPLIED), spec.summary)
    properties["sources"] = {"type": "object", "additionalProperties": _source()}
    known = [MAP, REPORT, SITES, *TABLES]
    named = "|".join(("tif", "skops", r"card\.json", *ENDINGS))
    properties["outputs"]["items"] = {"anyOf": [{"enum": known}, {"pattern": rf"\.({named})$"}]}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "siting pipeline",
        **schema,
        "definitions": {**schema.pop("$defs", {}), **definitions},
    }


def _source() -> dict[str, Any]:
    embedded = {"source": {"enum": list(known_sources())}}
    declared = {**_plain(SavedModel)["properties"], **_plain(UserFile)["properties"]}
    return {"type": "object", "properties": {**embedded, **declared}}


def _one_of(calls: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": calls,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }


def _plain(model: type[BaseModel], description: str = "") -> dict[str, Any]:
    """Schema of a model without the titles that pydantic makes of names."""
    found = model.model_json_schema(by_alias=True, ref_template="#/definitions/{model}")
    plain: dict[str, Any] = _without_titles(found)
    return {**plain, "description": description} if description else plain


def _without_titles(value: Any) -> Any:
    if isinstance(value, dict):
        keep = {
            key: each for key, each in value.items() if key != "title" or isinstance(each, dict)
        }
        return {key: _without_titles(each) for key, each in keep.items()}
    return [_without_titles(each) for each in value] if isinstance(value, list) else value
