"""What a fitted ensemble of scikit-learn is made of: trees, values of leaves, and its rules."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from siting.kernels.forest.categories import categorical_branches, ordered_categories
from siting.kernels.forest.refusal import CannotCompile
from siting.kernels.forest.tiles import WORDS
from siting.kernels.forest.trees import (
    Branches,
    Floats,
    Integers,
    LeafValues,
    Trees,
    branches_of,
    in_preorder,
    joined,
)

Entries = tuple[Integers, Integers, Floats]  # node, output and value
Kind = Literal["classifier", "regressor", "anomaly"]
_NO_SETS = np.zeros((1, WORDS), np.uint64)


@dataclass(frozen=True)
class Rules:
    """What an estimator does with values.

    Attributes
    ----------
    double : bool
        Whether it compares values in float64; else they are rounded to float32 first.
    missing, infinite : bool
        Whether it takes NaN, and infinite values.
    categories : tuple of (numpy.ndarray or None)
        Of each feature the categories in order, None where it is a number.
    """

    double: bool
    missing: bool
    infinite: bool
    categories: tuple[Floats | None, ...]


@dataclass(frozen=True)
class Model:
    """A fitted ensemble as numbers.

    Attributes
    ----------
    kind : str
        What its outputs are.
    trees : Trees
        How it branches.
    values : LeafValues
        What its leaves add.
    start : numpy.ndarray of float64 and shape (outputs,)
        What is there before any tree.
    divisor : float
        What the sums are divided by.
    rules : Rules
        What it does with values.
    classes : tuple of numpy.ndarray
        Classes of each target of a classifier.
    targets : int
        How many quantities a regressor predicts.
    loss : object or None
        The loss of boosting, which has the way from sums to probabilities.
    finish : callable or None
        From sums to predicted quantities, where it is not the sums themselves.
    """

    kind: Kind
    trees: Trees
    values: LeafValues
    start: Floats
    divisor: float
    rules: Rules
    classes: tuple[NDArray[Any], ...] = ()
    targets: int = 1
    loss: Any = None
    finish: Callable[[Floats], Floats] | None = None


def reader(estimator: Any) -> Callable[[Any], Model]:
    """What takes the numbers out of a fitted estimator of its type.

    Raises
    ------
    CannotCompile
        For other types; reading raises it too, with the reason.
    """
    for types, read in _readers():
        if type(estimator) in types:  # a subclass may predict as it likes
            return read
    raise CannotCompile(estimator, "it is no ensemble of trees whose predictions are known exactly")


def _readers() -> list[tuple[tuple[type, ...], Callable[[Any], Model]]]:
    from sklearn import ensemble

    return [
        (_tree_types(), lambda each: _averaged(each, [each])),
        (
            (
                ensemble.RandomForestClassifier, ensemble.RandomForestRegressor,
                ensemble.ExtraTreesClassifier, ensemble.ExtraTreesRegressor,
            ),
            lambda each: _averaged(each, each.estimators_),
        ),
        ((ensemble.BaggingClassifier, ensemble.BaggingRegressor), _bagged),
        ((ensemble.GradientBoostingClassifier, ensemble.GradientBoostingRegressor), _boosted),
        (
            (ensemble.HistGradientBoostingClassifier, ensemble.HistGradientBoostingRegressor),
            _histogram_boosted,
        ),
        ((ensemble.IsolationForest,), _isolating),
    ]  # fmt: skip


def _tree_types() -> tuple[type, ...]:
    from sklearn import tree

    return (
        tree.DecisionTreeClassifier, tree.DecisionTreeRegressor,
        tree.ExtraTreeClassifier, tree.ExtraTreeRegressor,
    )  # fmt: skip


def _averaged(estimator: Any, members: Sequence[Any], columns: Sequence[Any] = ()) -> Model:
    """Mean of what trees give, or one tree."""
    from sklearn.base import is_classifier

    classes = _classes(estimator) if is_classifier(estimator) else ()
    outputs = sum(map(len, classes)) if classes else int(members[0].n_outputs_)
    missing = members[0]._support_missing_values(np.zeros((1, 1), np.float32))
    entries = (_leaf_entries(each, classes) for each in members)
    trees, values = _read(estimator, members, entries, outputs, columns)
    return Model(
        "classifier" if classes else "regressor", trees, values, np.zeros(outputs),
        float(len(members)), _single(estimator, missing=bool(missing), infinite=False), classes,
        1 if classes else outputs,
    )  # fmt: skip


def _classes(estimator: Any) -> tuple[NDArray[Any], ...]:
    several = isinstance(estimator.classes_, list)
    return tuple(map(np.asarray, estimator.classes_ if several else [estimator.classes_]))


def _single(estimator: Any, *, missing: bool, infinite: bool) -> Rules:
    return Rules(False, missing, infinite, (None,) * estimator.n_features_in_)


def _read(
    estimator: Any, members: Sequence[Any], entries: Iterator[Entries], outputs: int,
    columns: Sequence[Any] = (),
) -> tuple[Trees, LeafValues]:  # fmt: skip
    """Trees and values of the trees of an ensemble; ``columns`` are each one's own features."""
    parts = [branches_of(each.tree_) for each in members]
    if len(columns):
        parts = [
            each._replace(feature=np.asarray(own)[np.maximum(each.feature, 0)])
            for each, own in zip(parts, columns, strict=True)
        ]
    return _assembled(parts, list(entries), estimator.n_features_in_, outputs, _NO_SETS)


def _assembled(
    parts: Sequence[Branches], entries: Sequence[Entries], features: int, outputs: int, sets: Any
) -> tuple[Trees, LeafValues]:
    branches, roots = joined(parts)
    trees = in_preorder(branches, roots, features, sets)
    node = np.concatenate([each[0] + root for each, root in zip(entries, roots, strict=True)])
    output, value = (np.concatenate([each[k] for each in entries]) for k in (1, 2))
    leaves = int((trees.nodes["feature"] < 0).sum())
    return trees, LeafValues.of(trees.leaf[node], output, value, leaves, outputs)


def _leaf_entries(member: Any, classes: tuple[NDArray[Any], ...]) -> Entries:
    """Nodes, outputs and values that are not zero: shares of classes, or quantities."""
    leaf = np.flatnonzero(member.tree_.children_left < 0)
    values = member.tree_.value[leaf]
    if not classes:
        row, output = np.nonzero(values[:, :, 0])
        return leaf[row], output, values[row, output, 0]
    if len(classes) == 1:
        seen = np.asarray(member.classes_, dtype=np.int64) if _numbered(member, classes) else None
        row, column = np.nonzero(values[:, 0, :])
        return leaf[row], column if seen is None else seen[column], values[row, 0, column]
    offset = np.cumsum([0, *map(len, classes)])
    row, target, column = np.nonzero(values)
    return leaf[row], offset[target] + column, values[row, target, column]


def _numbered(member: Any, classes: tuple[NDArray[Any], ...]) -> bool:
    """Whether a tree lacks classes of its ensemble; it then tells them by their number."""
    return len(member.classes_) < len(classes[0])


def _bagged(estimator: Any) -> Model:
    members = estimator.estimators_
    if any(type(each) not in _tree_types() for each in members):
        raise CannotCompile(estimator, "it bags something else than single trees")
    return _averaged(estimator, members, estimator.estimators_features_)


def _boosted(estimator: Any) -> Model:
    from sklearn.base import is_classifier

    if not (estimator.init is None or estimator.init == "zero"):
        raise CannotCompile(estimator, "its boosting starts from an estimator of its own")
    members, outputs = estimator.estimators_.ravel(), estimator.estimators_.shape[1]
    rate = estimator.learning_rate
    entries = (_boosted_entries(each, rate, k % outputs) for k, each in enumerate(members))
    trees, values = _read(estimator, members, entries, outputs)
    start = estimator._raw_predict_init(np.zeros((1, estimator.n_features_in_), np.float32))[0]
    classes = _classes(estimator) if is_classifier(estimator) else ()
    rules = _single(estimator, missing=False, infinite=False)
    kind: Kind = "classifier" if classes else "regressor"
    return Model(kind, trees, values, start, 1.0, rules, classes, 1, estimator._loss)


def _boosted_entries(member: Any, rate: float, output: int) -> Entries:
    leaf = np.flatnonzero(member.tree_.children_left < 0)
    return leaf, np.full(len(leaf), output), rate * member.tree_.value[leaf, 0, 0]


def _histogram_boosted(estimator: Any) -> Model:
    from sklearn.base import is_classifier

    categories, columns = ordered_categories(estimator)
    predictors = [each for stage in estimator._predictors for each in stage]
    outputs = estimator.n_trees_per_iteration_
    parts, sets = categorical_branches(estimator, predictors, columns)
    entries = [_histogram_entries(each, k % outputs) for k, each in enumerate(predictors)]
    trees, values = _assembled(parts, entries, estimator.n_features_in_, outputs, sets)
    start = np.asarray(estimator._baseline_prediction, dtype=np.float64).reshape(-1)
    classes = _classes(estimator) if is_classifier(estimator) else ()
    rules, loss = Rules(True, True, True, categories), estimator._loss
    if classes:
        return Model("classifier", trees, values, start, 1.0, rules, classes, 1, loss)
    finish = loss.link.inverse
    return Model("regressor", trees, values, start, 1.0, rules, (), 1, loss, finish)


def _histogram_entries(predictor: Any, output: int) -> Entries:
    leaf = np.flatnonzero(predictor.nodes["is_leaf"])
    return leaf, np.full(len(leaf), output), predictor.nodes["value"][leaf].astype(np.float64)


def _isolating(estimator: Any) -> Model:
    """Depths of leaves; how many steps isolate a place."""
    members = estimator.estimators_
    lengths = zip(
        members, estimator._decision_path_lengths, estimator._average_path_length_per_tree,
        strict=True,
    )  # fmt: skip
    entries = (_depth_entries(*each) for each in lengths)
    trees, values = _read(estimator, members, entries, 1, estimator.estimators_features_)
    rules = _single(estimator, missing=True, infinite=True)
    finish = partial(_isolation, ordinary=_ordinary_depth(estimator))
    return Model("anomaly", trees, values, np.zeros(1), 1.0, rules, finish=finish)


def _ordinary_depth(estimator: Any) -> float:
    """Sum of depths over trees that a place like the others has."""
    from sklearn.ensemble._iforest import _average_path_length

    mean = _average_path_length([estimator._max_samples])
    return float((len(estimator.estimators_) * mean)[0])


def _isolation(depths: Floats, ordinary: float) -> Floats:
    """Scores of Liu, Ting & Zhou (2008), below zero as scikit-learn has them."""
    relative = depths / ordinary if ordinary else np.where(np.isnan(depths), np.nan, 1.0)
    return np.asarray(-(2.0**-relative))


def _depth_entries(member: Any, steps: Floats, average: Floats) -> Entries:
    leaf = np.flatnonzero(member.tree_.children_left < 0)
    return leaf, np.zeros(len(leaf), np.int64), steps[leaf] + average[leaf] - 1.0
