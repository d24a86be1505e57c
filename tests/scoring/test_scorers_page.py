"""The page of scorers: every snippet is built, and every scorer is on it."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from siting.findings import collect
from siting.kernels.prediction import predicted
from siting.scoring import estimators
from siting.scoring.estimators import build_estimator
from siting.scoring.fitting import fit

from .scorer_cases import samples

PAGE = (Path(__file__).parents[2] / "docs" / "scorers.md").read_text("utf-8")
SNIPPETS = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]


def spec(snippet: dict[str, Any]) -> Any:
    """The model of a snippet: all of it, or what stands in a pipeline's step."""
    return snippet if "scoring" not in snippet else snippet["scoring"]["p"]["learned.classifier"][
        "model"
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_a_snippet_is_built_and_fitted(number: int) -> None:
    X, y = samples()
    with collect():
        fitted = fit(build_estimator(spec(SNIPPETS[number]), "model"), X, y)
    assert np.isfinite(predicted(fitted, X)).all()


def test_every_scorer_of_siting_is_on_the_page() -> None:
    told = set(re.findall(r"\w+", PAGE))
    for module in sorted(estimators.SITING_MODULES - {"overlay_estimators"}):
        members = __import__(f"siting.scoring.{module}", fromlist=["x"])
        assert set(estimators._estimators_of(members)) <= told
    assert len(SNIPPETS) == 9
