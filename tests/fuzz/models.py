"""Estimators and folds as pipeline files write them, right and odd."""

import importlib
import random
from functools import cache
from typing import Any

from siting.scoring.estimators import SKLEARN_MODULES, _estimators_of

from . import odd

GOOD: tuple[Any, ...] = (
    {"sklearn.linear_model.LogisticRegression": {"C": 0.1}},
    {"sklearn.ensemble.RandomForestClassifier": {"n_estimators": 20, "max_depth": 3}},
    {"sklearn.ensemble.HistGradientBoostingClassifier": {}},
    {"sklearn.linear_model.Ridge": {"alpha": 2.0}},
    {
        "sklearn.pipeline.Pipeline": {
            "steps": {
                "scale": {"sklearn.preprocessing.StandardScaler": {}},
                "fit": {"sklearn.svm.SVC": {"C": 10}},
            }
        }
    },
    {"siting.scoring.overlay_estimators.WeightedOverlay": {}},
)
_PLACES = ("steps", "estimators", "transformers", "transformer_list", "estimator", "param_grid")
_REFUSED = (
    "sklearn.feature_extraction.text.CountVectorizer", "sklearn.datasets.load_iris", "os.system",
    "sklearn.utils.Bunch", "sklearn.pipeline.Memory", "sklearn.base.BaseEstimator",
    "builtins.Exec", "sklearn.preprocessing.FunctionTransformer",
    "siting.scoring.overlay_estimators.Any", "Sklearn.svm.SVC", "sklearn..SVC", "sklearn.svm.",
    "sklearn.svm._classes.SVC", "siting.run.Outcome", "sklearn.svm.Svc",
)  # fmt: skip


@cache
def every() -> list[tuple[str, tuple[str, ...]]]:
    """Every class that a pipeline file may name, with its parameters."""
    found = []
    for module in sorted(SKLEARN_MODULES):
        members = importlib.import_module(f"sklearn.{module}")
        for name in sorted(_estimators_of(members)):
            parameters = tuple(getattr(members, name)._get_param_names())
            found.append((f"sklearn.{module}.{name}", parameters))
    return found


def estimator(rng: random.Random, odd_share: float = 0.02, depth: int = 0) -> Any:
    """An estimator, odd in some share of the cases."""
    if rng.random() > odd_share:
        return rng.choice(GOOD)
    name, parameters = rng.choice(every())
    chosen = rng.sample(parameters, min(len(parameters), rng.randint(0, 3)))
    given: dict[Any, Any] = {each: odd.value(rng) for each in chosen}
    if depth < 3 and rng.random() < 0.5:
        given[rng.choice(_PLACES)] = _nested(rng, depth + 1)
    if rng.random() < 0.1:
        given[odd.key(rng)] = odd.value(rng)
    written = rng.choice(_REFUSED) if rng.random() < 0.1 else name
    return {written: given if rng.random() < 0.95 else odd.value(rng)}


def _nested(rng: random.Random, depth: int) -> Any:
    """Estimators within an estimator, in all ways in which they are written."""
    inner = [estimator(rng, 0.3, depth) for _ in range(rng.randint(1, 3))]
    names = [rng.choice(("a", "b", "fit__x", "passthrough", *odd.TEXTS)) for _ in inner]
    ways = (
        inner[0],
        inner,
        dict(zip(names, inner, strict=True)),
        [[name, each] for name, each in zip(names, inner, strict=True)],
        [[name, each, [0]] for name, each in zip(names, inner, strict=True)],
        [{name: each} for name, each in zip(names, inner, strict=True)],
        {names[0]: {"transformer": inner[0], "columns": ["heat"]}},
        {"fit__C": [0.1, 1], "memory": [1]},
    )
    return rng.choice(ways)


def folds(rng: random.Random, odd_share: float = 0.05) -> Any:
    """Folds, odd in some share of the cases."""
    size: Any = "200 km"
    if rng.random() < odd_share:
        size = rng.choice((odd.value(rng), rng.choice(odd.QUANTITIES)))
    written = rng.choice(
        ("folds.spatial_blocks", "spatial_blocks", "folds.regions", "folds.random")
    )
    if rng.random() < odd_share:
        written = rng.choice(("folds.x", "", "layers.land", "folds", odd.key(rng)))
    return {written: {"size": size, "buffer": "20 km"} if "blocks" in str(written) else {}}
