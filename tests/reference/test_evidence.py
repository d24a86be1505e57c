"""Weights of evidence, fuzzy operators and votes against published numbers."""

from typing import Any

import numpy as np
import pytest

from siting.kernels.evidence import weights_of_evidence
from siting.scoring.evidence import WeightsOfEvidence
from siting.scoring.fuzzy import FuzzyAnd, FuzzyOr, FuzzyProduct, FuzzySum, LinearMembership
from siting.scoring.play_fairway import VoterVeto

# Unit tests of EIS Toolkit (eis_toolkit/prediction/fuzzy_overlay.py): two arrays of memberships
# and what its overlays give for them.
A = np.array([[1, 0.5, 0.2], [0.7, 0.6, 0.5], [1, 0.2, 0.5]])
B = np.array([[0.7, 0.3, 0.1], [0.4, 0.9, 0.7], [0.9, 0.2, 1]])
EIS: list[tuple[Any, Any]] = [
    (FuzzyProduct, [[0.7, 0.15, 0.02], [0.28, 0.54, 0.35], [0.9, 0.04, 0.5]]),
    (FuzzySum, [[1, 0.65, 0.28], [0.82, 0.96, 0.85], [1, 0.36, 1]]),
    (FuzzyAnd, [[0.7, 0.3, 0.1], [0.4, 0.6, 0.5], [0.9, 0.2, 0.5]]),
    (FuzzyOr, [[1, 0.5, 0.2], [0.7, 0.9, 0.7], [1, 0.2, 1]]),
]


@pytest.mark.parametrize(("operator", "wanted"), EIS)
def test_fuzzy_operators_give_the_arrays_of_eis_toolkit(operator: Any, wanted: Any) -> None:
    X = np.stack([A.ravel(), B.ravel()], axis=1)
    assert operator().fit(X).predict(X).reshape(3, 3) == pytest.approx(np.array(wanted))
    # The same memberships from values of a field in per cent.
    per_cent = operator(LinearMembership(none=0, full=100)).fit(100 * X)
    assert per_cent.predict(100 * X).reshape(3, 3) == pytest.approx(np.array(wanted))


# Four of six known places and 16 of 94 other cells within a pattern: A 4, B 2, C 16, D 78.
# W+ = ln((4/6)/(16/94)), W- = ln((2/6)/(78/94)); with 1 added to each count
# W+ = ln((5/8)/(17/96)), W- = ln((3/8)/(79/96)), after Bonham-Carter (1994).
@pytest.mark.parametrize(
    ("smoothing", "positive", "negative"),
    [(0.0, 1.365241, -0.912026), (1.0, 1.2611, -0.7859)],
)
def test_weights_are_those_of_the_counts(
    smoothing: float, positive: float, negative: float
) -> None:
    found = weights_of_evidence(np.array(4.0), np.array(6.0), np.array(16.0), np.array(94.0),
                                smoothing)  # fmt: skip
    assert float(found.positive) == pytest.approx(positive, abs=5e-5)
    assert float(found.negative) == pytest.approx(negative, abs=5e-5)
    near = np.repeat([1.0, 0.0, 1.0, 0.0], [4, 2, 16, 78])[:, None]
    known = np.repeat([1, 1, 0, 0], [4, 2, 16, 78])
    model = WeightsOfEvidence(categorical=["x0"], smoothing=smoothing).fit(near, known)
    assert model.weights_[0] == pytest.approx([0.0, negative, positive], abs=5e-5)


def test_contrast_and_its_standard_deviation() -> None:
    # C = 1.365241 + .912026; s(C) = sqrt(1/4 + 1/16 + 1/2 + 1/78) = .908471 by hand.
    found = weights_of_evidence(np.array(4.0), np.array(6.0), np.array(16.0), np.array(94.0))
    assert float(found.contrast) == pytest.approx(2.277267, abs=1e-6)
    assert float(found.contrast_sd) == pytest.approx(0.908471, abs=1e-6)


def test_votes_are_those_of_geopfa() -> None:
    # Tests of geoPFA: weight .1, prior .5, z = 1 and z = 10.
    model = VoterVeto({"heat": {"x0": 0.1}}, prior=0.5).fit([[0.0]])
    found = model.predict_proba([[1.0], [10.0]])[:, 1]
    assert found == pytest.approx([0.52497919, 0.73105858], abs=5e-9)
