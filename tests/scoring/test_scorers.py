"""What all scorers of siting promise: scikit-learn's checks, YAML, the same model from a file."""

import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.base import is_classifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.utils.estimator_checks import parametrize_with_checks

from siting.errors import InputError, PipelineError
from siting.findings import collect
from siting.io import model as models
from siting.kernels.prediction import predicted
from siting.kernels.threads import single_threaded
from siting.kinds import FittedModel
from siting.scoring import estimators
from siting.scoring.estimators import build_estimator
from siting.scoring.evidence import ContrastWeightsOfEvidence, WeightsOfEvidence
from siting.scoring.fitting import fit
from siting.scoring.folds import random
from siting.scoring.fuzzy import (
    FuzzyAnd,
    FuzzyGamma,
    FuzzyOr,
    FuzzyProduct,
    FuzzySum,
    GaussianMembership,
    LargeMembership,
    LinearMembership,
    SmallMembership,
)
from siting.scoring.ordinal import OrdinalClassifier, OrdinalRegressor
from siting.scoring.play_fairway import VoterVeto
from siting.scoring.positive_unlabelled import PositiveUnlabelledBagging
from siting.scoring.stacking import SpatialStacking

from .scorer_cases import SCORERS, samples


class HalvesOfEachClass:
    """Folds for samples without places, which scikit-learn's checks have."""

    leakage = False

    def __repr__(self) -> str:
        """The same in every process: it is part of the names of tests."""
        return type(self).__name__ + "()"

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[Any, Any]]:
        half = np.argsort(np.argsort(y, kind="stable"), kind="stable") % 2
        for each in (0, 1):
            yield np.flatnonzero(half != each), np.flatnonzero(half == each)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As in a run; threads that wait for one another would take most of the time."""
    with single_threaded():
        yield


ALL = LinearMembership(-20, 20)
PAIR = [("odds", LogisticRegression()), ("bayes", GaussianNB())]
CHECKED = [
    WeightsOfEvidence(), ContrastWeightsOfEvidence(), ALL, LargeMembership(1), SmallMembership(2),
    GaussianMembership(0, 1), FuzzyAnd(ALL), FuzzyOr(ALL), FuzzyProduct(ALL), FuzzySum(ALL),
    FuzzyGamma(0.8, ALL), VoterVeto(), PositiveUnlabelledBagging(n_estimators=5),
    OrdinalClassifier(), OrdinalRegressor(), SpatialStacking(PAIR, cv=HalvesOfEachClass()),
    SpatialStacking(PAIR, LogisticRegression(), cv=HalvesOfEachClass()),
]  # fmt: skip
# Checks that a scorer cannot pass, with the reason.
EXPECTED_FAILURES: dict[str, dict[str, str]] = {
    "PositiveUnlabelledBagging": {
        "check_sample_weight_equivalence_on_dense_data": "parts of the samples are drawn by "
        "number, so that a repeated sample is drawn otherwise than one of double weight",
    },
}


def expected_failures(estimator: Any) -> dict[str, str]:
    return EXPECTED_FAILURES.get(type(estimator).__name__, {})


@parametrize_with_checks(CHECKED, expected_failed_checks=expected_failures)
def test_scikit_learn_finds_nothing_amiss(estimator: Any, check: Any) -> None:
    with collect():  # of priors that are estimated, and evidence that is dependent
        check(estimator)


def ours() -> set[str]:
    """Names of all estimators of siting that a pipeline file may name."""
    found = set()
    for module in estimators.SITING_MODULES:
        members = __import__(f"siting.scoring.{module}", fromlist=["x"])
        found |= {f"siting.{module}.{name}" for name in estimators._estimators_of(members)}
    return found


def named(spec: Any) -> set[str]:
    """Names of classes anywhere in a specification."""
    if isinstance(spec, dict):
        return {key for key in spec if "." in str(key)} | {
            name for value in spec.values() for name in named(value)
        }
    return set()


def test_every_estimator_of_siting_is_among_the_cases() -> None:
    tried = {name for spec in SCORERS.values() for name in named(spec)}
    assert ours() - tried == {"siting.overlay_estimators.FuzzyOverlay"}  # its stage function is
    checked = {type(each).__name__ for each in CHECKED}
    overlays = {"FuzzyOverlay", "WeightedOverlay"}  # in test_overlay_estimators
    assert {name.rpartition(".")[2] for name in ours()} == checked | overlays


def test_every_parameter_of_every_estimator_has_a_constraint() -> None:
    for each in CHECKED:
        given = set(inspect.signature(type(each)).parameters)
        assert given == set(type(each)._parameter_constraints), type(each)


def built(case: str) -> Any:
    """A scorer from the text of a pipeline file."""
    return build_estimator(
        yaml.safe_load(yaml.safe_dump(SCORERS[case], sort_keys=False)), "scoring.model", seed=4
    )


@pytest.mark.parametrize("case", SCORERS)
def test_a_scorer_from_yaml_is_the_same_after_a_file_and_after_a_refit(case: str) -> None:
    X, y = samples()
    with collect():
        fitted, again = (fit(built(case), X, y) for _ in range(2))
    names = tuple(X.columns)
    content = models.dump(FittedModel(fitted, names))
    loaded = models.load(content).estimator
    scores = predicted(fitted, X)
    assert np.isfinite(scores).all()
    assert np.ptp(scores) > 0
    assert np.array_equal(predicted(loaded, X), scores)
    assert np.array_equal(predicted(again, X), scores)
    assert models.dump(FittedModel(again, names)) == content


@pytest.mark.parametrize("case", SCORERS)
def test_features_in_another_order_are_refused(case: str) -> None:
    X, y = samples()
    with collect():
        fitted = fit(built(case), X, y)
    with pytest.raises(PipelineError, match="feature names should match"):
        predicted(fitted, X[["rock", "fault_distance", "heat_flow"]])


LEARNING = sorted(SCORERS.keys() - {"weighted"} - {
    case for case, spec in SCORERS.items() if "fuzzy" in next(iter(spec))
})  # fmt: skip


@pytest.mark.parametrize("case", LEARNING)
def test_one_class_is_refused(case: str) -> None:
    X, _ = samples()
    if case == "monotone":
        pytest.skip("scikit-learn's own: it fits one class, and training tables refuse it")
    with pytest.raises(InputError, match="class") as caught:
        fit(built(case), X, np.zeros(len(X), dtype=int))
    assert caught.value.code == "TOO_FEW_POSITIVES"


@pytest.mark.parametrize(
    "case", ["evidence", "contrast", "voter veto", "unlabelled", "stack", "stack, final"]
)
def test_one_known_place_is_refused(case: str) -> None:
    X, _ = samples()
    with pytest.raises(InputError, match="two known places are needed") as caught:
        built(case).fit(X, (np.arange(len(X)) == 7).astype(int))
    assert caught.value.code == "TOO_FEW_POSITIVES"


@pytest.mark.parametrize(
    "case", [each for each in SCORERS if each not in ("evidence", "contrast", "monotone")]
)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_cannot_take_missing_values_says_so(case: str, bad: float) -> None:
    X, y = samples()
    X.iloc[5, 0] = bad
    if case == "unlabelled" and np.isnan(bad):  # trees of scikit-learn take missing values
        assert np.isfinite(predicted(fit(built(case), X, y), X)).all()
        return
    with pytest.raises(PipelineError, match=r"NaN|infinity"):
        fit(built(case), X, y)


def test_weights_reach_the_inner_estimators() -> None:
    X, y = samples()
    weight = np.random.default_rng(5).integers(0, 3, len(X)).astype(float)
    rows = np.repeat(np.arange(len(X)), weight.astype(int))
    for case in ("evidence", "contrast", "ordinal", "ordinal, expected"):
        weighted = built(case).fit(X, y, weight)
        repeated = built(case).fit(X.iloc[rows], y[rows])
        assert predicted(weighted, X) == pytest.approx(predicted(repeated, X), abs=1e-9)


def test_an_inner_estimator_that_takes_no_weights_is_refused() -> None:
    X, y = samples()
    scorer = built("unlabelled, of a pipeline")
    with pytest.raises(PipelineError, match="which the inner estimator cannot take") as caught:
        scorer.fit(X, y, np.ones(len(X)))
    assert caught.value.code == "MODEL_KIND"


def test_random_folds_are_refused_before_anything_is_fitted() -> None:
    with pytest.raises(PipelineError, match="neighbours on both sides") as caught:
        build_estimator(SCORERS["stack"], "scoring.model", folds=random(5))
    assert caught.value.code == "FOLDS_RANDOM"


def test_what_a_module_of_ours_imports_is_no_scorer() -> None:
    with pytest.raises(PipelineError, match="'siting.evidence.BaseEstimator' is not an est|not"):
        build_estimator({"siting.evidence.BaseEstimator": {}}, "model")
    with pytest.raises(PipelineError, match="is not an estimator"):
        build_estimator({"siting.stacking.ClassifierMixin": {}}, "model")


def test_long_and_short_names_are_one_class() -> None:
    long = build_estimator({"siting.scoring.play_fairway.VoterVeto": {}}, "model")
    assert type(long) is type(build_estimator({"siting.play_fairway.VoterVeto": {}}, "model"))


def test_constraints_by_name_hold_and_unknown_names_are_refused() -> None:
    X, y = samples()
    fitted = fit(built("monotone"), X, y)
    line = pd.DataFrame({
        "heat_flow": np.linspace(20, 150, 200), "fault_distance": 4.0, "rock": 2.0,
    })  # fmt: skip
    scores = predicted(fitted, line)
    assert (np.diff(scores) >= 0).all()
    assert scores[-1] > scores[0]
    falling = line.assign(heat_flow=80.0, fault_distance=np.linspace(0, 30, 200))
    assert (np.diff(predicted(fitted, falling)) <= 0).all()
    spec = {"sklearn.ensemble.HistGradientBoostingClassifier": {"monotonic_cst": {"heat": 1}}}
    with pytest.raises(PipelineError, match="unexpected feature names"):
        fit(build_estimator(spec, "model"), X, y)
    spec = {"sklearn.ensemble.HistGradientBoostingClassifier": {"monotonic_cst": {"rock": 2}}}
    with pytest.raises(PipelineError, match="-1, 0 or 1"):
        fit(build_estimator(spec, "model"), X, y)


def test_classifiers_give_probabilities() -> None:
    X, y = samples()
    for case in SCORERS:
        with collect():
            fitted = fit(built(case), X, y)
        if is_classifier(fitted):
            p = fitted.predict_proba(X)
            assert p.shape == (len(X), 2)
            assert ((p >= 0) & (p <= 1)).all()
            assert p.sum(axis=1) == pytest.approx(1.0)
