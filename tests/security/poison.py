"""A run whose every text is hostile, made without files: for fields that no file can reach yet."""

from dataclasses import replace
from typing import Any

import numpy as np

from siting.findings import Finding
from siting.kinds import FittedModel, Results

from .hostile import EVERYTHING, LONG, STRINGS, UNENCODABLE

HALF, NUL = UNENCODABLE
ALL = f"{EVERYTHING} {HALF} {NUL}"


def poisoned(value: Any) -> Any:
    """The value with hostile text for every text in it, keys that a program reads aside."""
    if isinstance(value, str):
        return ALL
    if isinstance(value, dict):
        return {key: poisoned(each) for key, each in value.items()}
    if isinstance(value, list):
        return [poisoned(each) for each in value]
    return value


def candidates(results: Results, count: int, *, unencodable: bool) -> Any:
    """Candidates whose texts, names of columns and notes on columns are hostile."""
    assert results.candidates is not None
    frame = results.candidates.iloc[np.arange(count) % len(results.candidates)]
    texts = [*STRINGS, LONG, NUL]
    column = [texts[i % len(texts)] for i in range(count)]
    named = {"site_id": column, "reasons": column[::-1], "flags": column, "known_name": column}
    named |= dict.fromkeys(STRINGS[::9], column)
    frame = frame.reset_index(drop=True).assign(**named)
    frame.attrs["columns"] = {
        str(name): {"units": ALL if unencodable else EVERYTHING, "description": EVERYTHING}
        for name in frame
    }
    return frame


def poison(results: Results) -> Results:
    """The run with hostile text in every field that holds text."""
    named = {n: f"{n} {STRINGS[i]}" for i, n in enumerate(results.layers)}
    marks = {"long_name": ALL, "source": ALL, "vintage": ALL, "status": ALL, "units": ALL}
    layers = {named[n]: each.assign_attrs(marks) for n, each in results.layers.items()}
    for name, layer in layers.items():
        if "categories" in layer.attrs:
            classes = {key: STRINGS[i] for i, key in enumerate(layer.attrs["categories"])}
            layers[name] = layer.assign_attrs(categories=classes)
    known = results.features["known"]
    known = known.assign(name=[STRINGS[i] for i in range(len(known))], **{STRINGS[0]: EVERYTHING})
    card = {"training_digest": ALL, "versions": {ALL: ALL}, "bootstraps": ALL}
    skill = poisoned(next(each for each in results.records.values() if "verdict" in each))
    skill["labels"] = {**skill["labels"], "name": "known"}
    entry = {"source": ALL, "licence": ALL, "citation": ALL, "vintage": ALL, "status": ALL}
    return replace(
        results,
        title=ALL,
        description=ALL + LONG,
        layers=layers,
        features={**results.features, "known": known},
        records={"skill": skill, ALL: {ALL: ALL}},
        candidates=candidates(results, 120, unencodable=True),
        score=named[results.score],
        models={ALL: FittedModel(ALL, (ALL,), card)},
        exclusions={text: {"area": 1.0, "marginal": 1.0} for text in STRINGS},
        findings=[Finding(text, text, text, text, text, text) for text in [*STRINGS, ALL]],
        pipeline=ALL,
        marks={
            **{text: {"section": "sources", **entry} for text in STRINGS},
            ALL: {**entry, "section": ALL},
        },
    )
