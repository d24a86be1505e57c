"""Estimators from a pipeline file: what is built, what is refused, and how the refusal reads."""

import warnings
from typing import Any

import pytest
from sklearn.pipeline import Pipeline
from sklearn.utils import all_estimators

from siting.errors import PipelineError
from siting.findings import collect
from siting.scoring.estimators import build_estimator
from siting.scoring.folds import InnerFolds

LOGISTIC = {"sklearn.linear_model.LogisticRegression": {}}
RIDGE = {"sklearn.linear_model.Ridge": {}}
# Classifiers and regressors that scikit-learn cannot build from defaults, with what they lack.
NEEDS: dict[str, dict[str, Any]] = {
    "ClassifierChain": {"estimator": LOGISTIC},
    "FixedThresholdClassifier": {"estimator": LOGISTIC},
    "MultiOutputClassifier": {"estimator": LOGISTIC},
    "MultiOutputRegressor": {"estimator": RIDGE},
    "OneVsOneClassifier": {"estimator": LOGISTIC},
    "OneVsRestClassifier": {"estimator": LOGISTIC},
    "OutputCodeClassifier": {"estimator": LOGISTIC},
    "RegressorChain": {"estimator": RIDGE},
    "SelfTrainingClassifier": {"estimator": LOGISTIC},
    "StackingClassifier": {"estimators": {"a": LOGISTIC, "b": LOGISTIC}},
    "StackingRegressor": {"estimators": {"a": RIDGE, "b": RIDGE}},
    "TunedThresholdClassifierCV": {"estimator": LOGISTIC},
    "VotingClassifier": {"estimators": {"a": LOGISTIC, "b": LOGISTIC}, "voting": "soft"},
    "VotingRegressor": {"estimators": {"a": RIDGE, "b": RIDGE}},
}


def public_name(estimator: type) -> str:
    return ".".join(estimator.__module__.split(".")[:2]) + "." + estimator.__name__


def learners() -> list[type]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated classes warn when they are listed
        return [each for _, each in all_estimators(["classifier", "regressor"])]


@pytest.mark.parametrize("learner", learners(), ids=lambda each: each.__name__)
def test_every_learner_of_scikit_learn_builds(learner: type) -> None:
    name = learner.__name__
    if name in NEEDS:
        with pytest.raises(PipelineError, match=f"{name} needs|must be an object implementing"):
            build_estimator({public_name(learner): {}}, "model")
    with collect():  # of deprecations
        built = build_estimator({public_name(learner): NEEDS.get(name, {})}, "model")
    assert type(built) is learner


def test_no_exception_stands_in_the_list_for_nothing() -> None:
    assert set(NEEDS) <= {each.__name__ for each in learners()}


def test_estimators_nest_through_pipelines_columns_and_calibration() -> None:
    heat = {"sklearn.preprocessing.StandardScaler": {}}
    rock = {"sklearn.preprocessing.OneHotEncoder": {"handle_unknown": "ignore"}}
    columns = {
        "heat": {"columns": ["a", "b"], "transformer": heat},
        "rock": {"columns": ["c"], "transformer": rock},
    }
    trees = {"sklearn.ensemble.ExtraTreesClassifier": {"min_samples_leaf": 5}}
    calibrated = {"sklearn.calibration.CalibratedClassifierCV": {"estimator": trees}}
    built = build_estimator(
        {
            "sklearn.pipeline.Pipeline": {
                "steps": {
                    "prepare": {"sklearn.compose.ColumnTransformer": {"transformers": columns}},
                    "model": calibrated,
                }
            }
        },
        "scoring.model",
        seed=7,
    )
    assert isinstance(built, Pipeline)
    prepare, model = (step for _, step in built.steps)
    assert [(name, cols) for name, _, cols in prepare.transformers] == [
        ("heat", ["a", "b"]),
        ("rock", ["c"]),
    ]
    assert (model.estimator.min_samples_leaf, model.estimator.random_state) == (5, 7)
    assert model.cv == InnerFolds(seed=7)


@pytest.mark.parametrize(
    "steps",
    [
        {"scale": {"sklearn.preprocessing.StandardScaler": {}}, "fit": LOGISTIC},
        [{"scale": {"sklearn.preprocessing.StandardScaler": {}}}, {"fit": LOGISTIC}],
        [["scale", {"sklearn.preprocessing.StandardScaler": None}], ["fit", LOGISTIC]],
    ],
    ids=["mapping", "list of mappings", "pairs"],
)
def test_steps_can_be_written_in_three_ways(steps: Any) -> None:
    built = build_estimator({"sklearn.pipeline.Pipeline": {"steps": steps}}, "model")
    assert [name for name, _ in built.steps] == ["scale", "fit"]


def test_lists_become_tuples_where_scikit_learn_wants_tuples() -> None:
    built = build_estimator(
        {"sklearn.preprocessing.MinMaxScaler": {"feature_range": [0, 2]}}, "model"
    )
    assert built.feature_range == (0, 2)


def test_searches_take_a_grid_of_values_and_of_estimators() -> None:
    spec = {
        "sklearn.model_selection.GridSearchCV": {
            "estimator": {"sklearn.pipeline.Pipeline": {"steps": {"fit": LOGISTIC}}},
            "param_grid": {"fit": [LOGISTIC, {"sklearn.svm.SVC": {}}], "fit__C": [0.1, 1.0]},
        }
    }
    built = build_estimator(spec, "model")
    assert [type(each).__name__ for each in built.param_grid["fit"]] == [
        "LogisticRegression",
        "SVC",
    ]


REFUSED: dict[str, tuple[Any, str, str]] = {
    "unknown parameter": (
        {"sklearn.ensemble.ExtraTreesClassifier": {"n_estimatorz": 3}},
        "ESTIMATOR_PARAMETER",
        "did you mean 'n_estimators'",
    ),
    "wrong value": (
        {"sklearn.ensemble.ExtraTreesClassifier": {"n_estimators": -3}},
        "ESTIMATOR_PARAMETER",
        r"must be an int in the range \[1, inf\)",
    ),
    "wrong type": (
        {"sklearn.ensemble.ExtraTreesClassifier": {"n_estimators": "many"}},
        "ESTIMATOR_PARAMETER",
        "Got 'many' instead",
    ),
    "unknown class": (
        {"sklearn.ensemble.RandomForrestClassifier": {}},
        "ESTIMATOR_UNKNOWN",
        "did you mean 'RandomForestClassifier'",
    ),
    "abstract class": ({"sklearn.ensemble.BaseEnsemble": {}}, "ESTIMATOR_UNKNOWN", "not an est"),
    "function": ({"sklearn.datasets.Fetch": {}}, "ESTIMATOR_REFUSED", "not allowed"),
    "private module": (
        {"sklearn.ensemble._forest.RandomForestClassifier": {}},
        "ESTIMATOR_REFUSED",
        "not allowed",
    ),
    "other package": ({"xgboost.XGBClassifier": {}}, "ESTIMATOR_REFUSED", "not allowed"),
    "other module of ours": ({"siting.io.model.Thing": {}}, "ESTIMATOR_REFUSED", "not allowed"),
    "helper of ours": ({"siting.scoring.folds.InnerFolds": {}}, "ESTIMATOR_REFUSED", "not all"),
    "text vectorizer": (
        {"sklearn.feature_extraction.text.CountVectorizer": {"input": "filename"}},
        "ESTIMATOR_REFUSED",
        "read text and files",
    ),
    "code": (
        {"sklearn.preprocessing.FunctionTransformer": {"func": "os.system"}},
        "ESTIMATOR_REFUSED",
        "is code",
    ),
    "memory": (
        {"sklearn.pipeline.Pipeline": {"memory": "/tmp/x", "steps": {"a": LOGISTIC}}},
        "ESTIMATOR_PARAMETER",
        "'memory' is set by the run",
    ),
    "threads": (
        {"sklearn.ensemble.ExtraTreesClassifier": {"n_jobs": 8}},
        "ESTIMATOR_PARAMETER",
        "'n_jobs' is set by the run",
    ),
    "seed": (
        {"sklearn.ensemble.ExtraTreesClassifier": {"random_state": 8}},
        "ESTIMATOR_PARAMETER",
        "'random_state' is set by the run",
    ),
    "folds": (
        {"sklearn.linear_model.RidgeCV": {"cv": 3}},
        "ESTIMATOR_PARAMETER",
        "'cv' is set by the run",
    ),
    "memory through a search": (
        {
            "sklearn.model_selection.GridSearchCV": {
                "estimator": {"sklearn.pipeline.Pipeline": {"steps": {"fit": LOGISTIC}}},
                "param_grid": [{"fit__C": [1], "memory": ["/tmp/x"]}],
            }
        },
        "ESTIMATOR_PARAMETER",
        "'memory' is set by the run",
    ),
    "unnamed step": (
        {"sklearn.pipeline.Pipeline": {"steps": [LOGISTIC]}},
        "ESTIMATOR_INVALID",
        "name of its own",
    ),
    "step that is text": (
        {"sklearn.pipeline.Pipeline": {"steps": ["scale"]}},
        "ESTIMATOR_INVALID",
        "not a named estimator",
    ),
    "parameters that are a list": (
        {"sklearn.linear_model.Ridge": [1]},
        "ESTIMATOR_INVALID",
        "a mapping",
    ),
    "text": ("sklearn.linear_model.Ridge", "ESTIMATOR_INVALID", "not an estimator"),
    "nothing": (None, "ESTIMATOR_INVALID", "not an estimator"),
    "two classes": ({**LOGISTIC, **RIDGE}, "ESTIMATOR_INVALID", "not an estimator"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_an_estimator_is_refused_with_its_place(case: str) -> None:
    spec, code, text = REFUSED[case]
    with pytest.raises(PipelineError, match=text) as caught:
        build_estimator(spec, "scoring.learned.model")
    assert caught.value.code == code
    assert caught.value.where.startswith("scoring.learned.model")


def test_a_mistake_deep_inside_names_its_whole_path() -> None:
    bad = {"sklearn.ensemble.ExtraTreesClassifier": {"max_depht": 3}}
    spec = {"sklearn.pipeline.Pipeline": {"steps": {"fit": bad}}}
    with pytest.raises(PipelineError, match="max_depht") as caught:
        build_estimator(spec, "model")
    assert caught.value.where == (
        "model.sklearn.pipeline.Pipeline.steps.fit.sklearn.ensemble.ExtraTreesClassifier.max_depht"
    )


def test_a_deprecated_class_is_told_and_not_hidden() -> None:
    with collect() as findings:
        build_estimator({"sklearn.linear_model.PassiveAggressiveRegressor": {}}, "model")
    assert [each.code for each in findings] == ["ESTIMATOR_DEPRECATED"]
