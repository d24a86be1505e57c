"""What the pages of docs/errors advise in YAML is read by the parser and by siting's own models."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from siting.check import CALL_SECTIONS, SUPPLIED
from siting.errors import SitingError
from siting.io import yaml
from siting.io.yaml import Document, KeyPath
from siting.pipeline.header import Header
from siting.pipeline.registry import functions
from siting.pipeline.resolve import bind_call
from siting.scoring.estimators import build_estimator
from siting.sources.catalogue import catalogue
from siting.sources.declared import KEYS, UserFile
from siting.units import compatible
from tests import error_index

FENCE = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CALLS = {name: spec for section in CALL_SECTIONS for name, spec in functions(section).items()}
HEADER = {"siting": 1, "name": "a page", "grid": {"crs": "EPSG:4326", "resolution": "1 km"}}
FRAGMENTS = [
    pytest.param(text, id=f"{path.stem}-{number}")
    for path in sorted(error_index.FOLDER.glob("*.md"))
    for number, text in enumerate(FENCE.findall(path.read_text("utf-8")), 1)
]


def read(document: Document, path: KeyPath, content: Mapping[str, Any]) -> None:
    """Read each entry of a fragment as siting reads it at its place in a pipeline file."""
    for name, value in content.items():
        here = (*path, name)
        if name in {"sources", *CALL_SECTIONS}:
            read(document, here, value)
        elif path == ("sources",):
            source(value)
        elif name == "candidates":
            bind_call(document, here, functions(name)["select"], SUPPLIED)
        elif name in Header.model_fields:
            Header.model_validate_json(json.dumps({**HEADER, name: value}))
        elif name in {"model", "fit"}:
            build_estimator(value, name)
        elif name == "estimators":
            for each, estimator in value.items():
                build_estimator(estimator, each)
        elif name == "folds":
            (call,) = value
            bind_call(document, (*here, call), functions("folds")[call], frozenset())
        elif name in CALLS:
            bind_call(document, here, CALLS[name], frozenset())
        elif value.keys() & {"file", "source"}:
            source(value)
        else:
            read(document, here, {key: each for key, each in value.items() if key in CALLS})
            assert value.keys() <= CALLS.keys(), f"no functions: {value.keys() - CALLS.keys()}"


def source(written: dict[str, Any]) -> None:
    """Read a source, with the keys of its format and units that are known."""
    if "source" in written:
        assert written["source"] in catalogue()
        return
    declared = UserFile.model_validate_json(json.dumps(written))
    form = declared.resolved_format()
    assert form, f"{declared.file}: the ending tells no format"
    assert written.keys() <= KEYS[form]
    for unit in filter(None, (declared.units, *declared.columns.values())):
        compatible(unit, "m")


@pytest.mark.parametrize("text", FRAGMENTS)
def test_advice_is_not_refused(text: str) -> None:
    document = yaml.load(text, "a page")
    read(document, (), document.data)


@pytest.mark.parametrize(
    "text",
    [
        "heat: {file: heat.tif, unit: mW m-2}",
        "heat: {file: heat.tif, columns: {a: m}}",
        "heat: {file: heat.asc}",
        "heat: {file: heat.tif, units: mW m_2}",
        "hot: {combine.scale: {layer: heat}}",
        "hot: {combine.rescale: {layer: heat, low: 1}}",
        "candidates: {rank_by: score, modell: learned.model}",
        "accept: [LAYER_CONSTANT]",
        "model: {sklearn.linear_model.LogisticRegression: {c: 1}}",
    ],
)
def test_bad_advice_is_refused(text: str) -> None:
    with pytest.raises((AssertionError, ValueError, SitingError), match=r"."):
        test_advice_is_not_refused(text)
