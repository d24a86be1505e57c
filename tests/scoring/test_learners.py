"""Every classifier and regressor of scikit-learn learns a small world, or says why it cannot."""

from typing import Any

import numpy as np
import pytest
from sklearn.base import is_classifier

from siting.errors import PipelineError
from siting.findings import collect
from siting.scoring.estimators import build_estimator
from siting.scoring.learned import classifier, regressor

from .conftest import World
from .test_estimators import NEEDS, learners, public_name

NO_PROBABILITY = "gives no probabilities"
# Learners that cannot serve with their defaults: the reason, in the words of the error.
CANNOT: dict[str, str] = {
    **dict.fromkeys(
        [
            "LinearSVC", "OneVsOneClassifier", "OutputCodeClassifier",
            "PassiveAggressiveClassifier", "Perceptron", "RidgeClassifier", "RidgeClassifierCV",
            "SGDClassifier", "SVC",
        ],
        NO_PROBABILITY,
    ),
    "NuSVC": "specified nu is infeasible",  # 15 positives in 75 samples allow at most nu .4
    "IsotonicRegression": "1 feature",  # takes one feature only
    # Several targets at once; a score has one.
    "CCA": "upper bound is 1",
    "PLSCanonical": "upper bound is 1",
    "ClassifierChain": "index out of range",
    "RegressorChain": "index out of range",
    "MultiOutputClassifier": "y must have at least two dimensions",
    "MultiOutputRegressor": "y must have at least two dimensions",
    "MultiTaskElasticNet": "For mono-task outputs",
    "MultiTaskElasticNetCV": "For mono-task outputs",
    "MultiTaskLasso": "For mono-task outputs",
    "MultiTaskLassoCV": "For mono-task outputs",
}  # fmt: skip
# No sample within its radius at most places: it gives them no score, and that is told.
GAPS = {"RadiusNeighborsRegressor"}


def learn(world: World, spec: dict[str, Any]) -> Any:
    model = build_estimator(spec, "model")
    if is_classifier(model):
        return classifier(
            world.layers, world.labels, model, world.domain, world.grid,
            background=60, bootstraps=2,
        )  # fmt: skip
    return regressor(
        world.layers, world.labels, "temperature", model, world.domain, world.grid, bootstraps=2
    )


@pytest.mark.filterwarnings("ignore:One or more samples have no neighbors")
@pytest.mark.parametrize("learner", learners(), ids=lambda each: each.__name__)
def test_every_learner_learns_or_says_why_not(world: World, learner: type) -> None:
    name = learner.__name__
    spec = {public_name(learner): NEEDS.get(name, {})}
    with collect() as findings:
        if name in CANNOT:
            with pytest.raises(PipelineError, match=CANNOT[name]):
                learn(world, spec)
            return
        found = learn(world, spec)
        score = found.score.values
        assert np.isfinite(found.spread.values).all() or name in GAPS
    if name in GAPS:
        assert "MODEL_PREDICTS_NAN" in {each.code for each in findings}
        return
    assert np.isfinite(score).all()
    assert np.isfinite(found.dissimilarity.values).all()
    if found.score.attrs["units"] == "1" and is_classifier(found.model.estimator):
        assert score.min() >= 0
        assert score.max() <= 1


@pytest.mark.parametrize("name", ["LinearSVC", "Perceptron", "RidgeClassifier"])
def test_calibration_gives_probabilities_to_those_without(world: World, name: str) -> None:
    learner = next(each for each in learners() if each.__name__ == name)
    inner = {public_name(learner): {}}
    with collect():
        spec = {"sklearn.calibration.CalibratedClassifierCV": {"estimator": inner}}
        score = learn(world, spec).score.values
    assert np.isfinite(score).all()
    assert 0 <= score.min() < score.max() <= 1


def test_no_exception_stands_in_the_list_for_nothing() -> None:
    assert set(CANNOT) | GAPS <= {each.__name__ for each in learners()}
