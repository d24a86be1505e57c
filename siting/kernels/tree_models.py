"""Fitted scikit-learn models of trees as plain arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier

from siting.kernels.tree_shapley import IDENTITY, LOGISTIC, MOST_FEATURES, Trees, tree_scores

Arrays = tuple[NDArray[Any], ...]  # feature, threshold, left, right, value of the nodes of a tree


def trees_of(estimator: Any, X: Any) -> Trees | None:
    """The trees whose sum an estimator's score is, before its link.

    Parameters
    ----------
    estimator : fitted scikit-learn estimator
        A decision tree, a forest, boosting, or a bagging of trees; of classes 0 and 1, or a
        regressor.
    X : array-like of shape (n, features)
        A row at least, from which the start of boosting is read.

    Returns
    -------
    Trees or None
        None for any other estimator, for categories, and for more than 63 features. That the
        trees give the estimator's own score is for the caller to check.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> X = np.array([[0.0], [1.0]])
    >>> trees = trees_of(DecisionTreeRegressor().fit(X, [2.0, 4.0]), X)
    >>> tree_scores(trees, X).tolist()
    [2.0, 4.0]
    """
    if not len(X) or getattr(estimator, "n_features_in_", 0) > MOST_FEATURES:
        return None
    averaged = _averaged(estimator, 1)
    if averaged is not None:
        return _joined(averaged, 0.0, IDENTITY, single=True)
    return _boosted(estimator, X)


def _averaged(estimator: Any, positive: Any) -> list[Arrays] | None:
    """Trees whose sum is the mean of what each gives."""
    from sklearn.ensemble import BaggingClassifier, BaggingRegressor
    from sklearn.ensemble._forest import BaseForest  # what all forests are, and nothing else is
    from sklearn.tree import BaseDecisionTree

    if isinstance(estimator, BaseDecisionTree):
        return [_arrays(estimator.tree_, _leaf_values(estimator, positive))]
    if isinstance(estimator, BaseForest | BaggingClassifier | BaggingRegressor):
        # Forests and bagging number the classes: that of 1 is its place among them.
        code = list(estimator.classes_).index(positive) if is_classifier(estimator) else None
        parts = [_averaged(each, code) for each in estimator.estimators_]
        columns = getattr(estimator, "estimators_features_", [None] * len(parts))
        return _mean(parts, columns)
    return None


def _mean(parts: Sequence[list[Arrays] | None], columns: Sequence[Any]) -> list[Arrays] | None:
    """Trees of all parts by their share, with features numbered as outside the bagging."""
    trees: list[Arrays] = []
    for part, names in zip(parts, columns, strict=True):
        if part is None:
            return None
        for feature, threshold, left, right, value in part:
            own = feature if names is None else np.where(feature < 0, -1, names[feature])
            trees.append((own, threshold, left, right, value / len(parts)))
    return trees


def _leaf_values(tree: Any, positive: Any) -> NDArray[np.float64]:
    """What each node of a tree predicts; 0 for a class that the tree has not seen."""
    values: NDArray[np.float64] = tree.tree_.value[:, 0, :]
    if not is_classifier(tree):
        return values[:, 0]
    known = np.flatnonzero(tree.classes_ == positive)
    return values[:, known[0]] if len(known) else np.zeros(len(values))


def _arrays(tree: Any, value: NDArray[np.float64]) -> Arrays:
    leaf = tree.children_left < 0
    feature = np.where(leaf, -1, tree.feature)
    return feature, tree.threshold, tree.children_left, tree.children_right, value


def _boosted(estimator: Any, X: Any) -> Trees | None:
    """Trees of gradient boosting, in the unit of its sum: log-odds for a classifier."""
    from sklearn.ensemble import (
        GradientBoostingClassifier,
        GradientBoostingRegressor,
        HistGradientBoostingClassifier,
        HistGradientBoostingRegressor,
    )

    if isinstance(estimator, GradientBoostingClassifier | GradientBoostingRegressor):
        rate = estimator.learning_rate
        found = [each.tree_ for each in estimator.estimators_.ravel()]
        parts = [_arrays(each, rate * each.value[:, 0, 0]) for each in found]
        return _started(estimator, parts, X, single=True)
    if isinstance(estimator, HistGradientBoostingClassifier | HistGradientBoostingRegressor):
        nodes = [each[0].nodes for each in estimator._predictors]
        if any(each["is_categorical"].any() for each in nodes):
            return None
        return _started(estimator, [_histogram_arrays(each) for each in nodes], X, single=False)
    return None


def _histogram_arrays(nodes: NDArray[Any]) -> Arrays:
    feature = np.where(nodes["is_leaf"], -1, nodes["feature_idx"])
    return feature, nodes["num_threshold"], nodes["left"], nodes["right"], nodes["value"]


def _started(estimator: Any, parts: list[Arrays], X: Any, *, single: bool) -> Trees:
    """Boosted trees with what boosting starts from: what the trees lack at the first row."""
    link = LOGISTIC if is_classifier(estimator) else IDENTITY
    given = estimator.decision_function if is_classifier(estimator) else estimator.predict
    trees = _joined(parts, 0.0, IDENTITY, single)
    lacking = given(X[:1])[0] - tree_scores(trees, np.asarray(X[:1], dtype=np.float64))[0]
    return trees._replace(start=float(lacking), link=link)


def _joined(parts: list[Arrays], start: float, link: int, single: bool) -> Trees:
    """All trees in one set of arrays."""
    sizes = np.array([len(each[0]) for each in parts])
    roots = np.cumsum(sizes) - sizes
    feature, threshold, left, right, value = (
        np.concatenate(each) for each in zip(*parts, strict=True)
    )
    moved = roots.repeat(sizes)
    return Trees(
        feature.astype(np.int64),
        threshold.astype(np.float64),
        left.astype(np.int64) + moved,
        right.astype(np.int64) + moved,
        value.astype(np.float64),
        roots.astype(np.int64),
        start,
        link,
        single,
    )
