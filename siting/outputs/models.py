"""Fitted models as files: to be applied elsewhere, and what has to be known of them."""

from pathlib import Path

from siting.errors import PipelineError
from siting.io.model import dump
from siting.io.write import json
from siting.kinds import Results
from siting.outputs.names import MODEL, output_problem, saved_model


def write(results: Results, path: Path) -> None:
    """Write the model that the file is named after, or its card.

    Parameters
    ----------
    results : Results
        The run's values; ``score.skops`` holds the model ``score``, or the one of a step of that
        name, ``score.model``, and the samples that it was trained on. ``score.card.json`` is its
        card as text.
    path : Path
        The file.

    Raises
    ------
    PipelineError
        OUTPUT_UNKNOWN, where there is no such model.
    """
    name = saved_model(path.name, list(results.models))
    if name is None:
        has_candidates = results.candidates is not None
        problem = output_problem(path.name, [], has_candidates, False, list(results.models))
        message, wanted = (problem.message, problem.wanted) if problem else ("no model", "")
        raise PipelineError("OUTPUT_UNKNOWN", message, where="outputs", found=path.name,
                            wanted=wanted)  # fmt: skip
    model = results.models[name]
    if path.name.endswith(MODEL):
        path.write_bytes(dump(model))
    else:
        json(path, {"features": list(model.features), **model.card})
