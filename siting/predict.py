"""Predictions of tree ensembles over rasters and tables, exactly those of scikit-learn, fast.

The functions stand on their own: arrays in, arrays out. Layers are an array of shape (features, y,
x), a sequence of arrays (y, x), or a table (n, features); what comes out has the axes of what is
predicted first, then (y, x) or (n,). ``where`` tells the cells that are wanted, the others are NaN.
Values that are missing go where the estimator sends them, and are refused where it takes none.
"""

import os
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.kernels.forest import CannotCompile, CompiledForest, compiled
from siting.kernels.forest.distribution import target_forest

__all__ = [
    "CannotCompile",
    "CompiledForest",
    "compiled",
    "predict",
    "predict_proba",
    "mean_and_spread",
    "quantiles",
    "exceedance",
    "score_samples",
]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


def predict(
    estimator: Any, layers: Any, *, where: Mask | None = None, threads: int | None = None
) -> NDArray[Any]:
    """Predicted quantity, or most probable class, of each cell.

    Parameters
    ----------
    estimator : fitted scikit-learn estimator, or CompiledForest
        What :func:`compiled` takes, or has made: worth it where one estimator is used often.
    layers : array-like of shape (features, y, x) or (n, features), or sequence of (y, x)
        Features in the order of the fit, of any numeric types.
    where : numpy.ndarray of bool and shape (y, x), optional
        Cells that are wanted. The others are NaN; for classes that are no numbers None. For a
        table its shape is (1, n).
    threads : int, optional
        By default one for each processor that this process may use.

    Returns
    -------
    numpy.ndarray of shape (y, x) or (n,)
        For several targets (targets, y, x) or (targets, n).

    Raises
    ------
    CannotCompile
        MODEL_NOT_COMPILED, with the reason: use scikit-learn itself.
    InputError
        MODEL_FEATURES, NOT_NUMERIC; NON_FINITE where scikit-learn refuses the values too.

    Examples
    --------
    >>> from sklearn.ensemble import RandomForestRegressor
    >>> rng = np.random.default_rng(0)
    >>> X = rng.random((200, 2))
    >>> forest = RandomForestRegressor(10, random_state=0).fit(X, X[:, 0])
    >>> layers = rng.random((2, 30, 40), dtype="f4")
    >>> found = predict(forest, layers)
    >>> bool((found.ravel() == forest.predict(layers.reshape(2, -1).T)).all())
    True
    """
    return _forest(estimator).predict(layers, where, _threads(threads))


def predict_proba(
    estimator: Any, layers: Any, *, where: Mask | None = None, threads: int | None = None
) -> Floats | list[Floats]:
    """Probability of each class at each cell.

    Parameters
    ----------
    estimator, layers, where, threads
        As of :func:`predict`.

    Returns
    -------
    numpy.ndarray of shape (classes, y, x) or (classes, n)
        For several targets a list of them.

    Raises
    ------
    CannotCompile, InputError
        As of :func:`predict`.
    PipelineError
        MODEL_KIND for a regressor.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> tree = DecisionTreeClassifier().fit([[0.0], [1.0]], ["dry", "hot"])
    >>> predict_proba(tree, np.array([[0.1], [0.9]])).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return _forest(estimator).predict_proba(layers, where, _threads(threads))


def mean_and_spread(
    estimator: Any, layers: Any, *, where: Mask | None = None, threads: int | None = None
) -> tuple[Floats, Floats]:
    """Mean of the trees' predictions and standard deviation over trees, in one pass.

    Parameters
    ----------
    estimator, layers, where, threads
        As of :func:`predict`; an ensemble that is a mean of its trees.

    Returns
    -------
    mean, spread : numpy.ndarray
        Of a quantity, or of the probability of the second of two classes: (y, x) or (n,). Of
        more classes or targets: one after the other along the first axis.

    Raises
    ------
    CannotCompile, InputError
        As of :func:`predict`.
    PipelineError
        MODEL_KIND for boosting and isolation forests.

    Notes
    -----
    The divisor is the number of trees. It tells how much single trees differ, which is more than
    the forest would if it were fitted again.

    Examples
    --------
    >>> from sklearn.ensemble import ExtraTreesRegressor
    >>> X = np.arange(8.0)[:, None]
    >>> forest = ExtraTreesRegressor(5, random_state=0).fit(X, X[:, 0])
    >>> mean, spread = mean_and_spread(forest, X)
    >>> mean.tolist() == X[:, 0].tolist(), spread.max().item()
    (True, 0.0)
    """
    return _forest(estimator).mean_and_spread(layers, where, _threads(threads))


def quantiles(
    estimator: Any,
    layers: Any,
    X: ArrayLike,
    y: ArrayLike,
    shares: ArrayLike = (0.1, 0.5, 0.9),
    *,
    sample_weight: ArrayLike | None = None,
    where: Mask | None = None,
    threads: int | None = None,
) -> Floats:
    """Quantiles of the quantity at each cell, by the targets in the leaves of a forest.

    Parameters
    ----------
    estimator : fitted forest or tree of regression
        RandomForestRegressor, ExtraTreesRegressor, DecisionTreeRegressor or ExtraTreeRegressor.
    layers, where, threads
        As of :func:`predict`.
    X, y : array-like of shape (n, features) and (n,)
        Samples that it was fitted on.
    shares : sequence of float
        Shares of the distribution below each quantile, between 0 and 1.
    sample_weight : array-like of shape (n,), optional
        Weights that it was fitted with.

    Returns
    -------
    numpy.ndarray of shape (shares, y, x) or (shares, n)
        Each value is a target of the samples.

    Raises
    ------
    CannotCompile
        MODEL_NOT_COMPILED for another estimator, or other samples than it was fitted on.
    InputError
        As of :func:`predict`.
    PipelineError
        OPTION_INVALID for shares.

    Notes
    -----
    F(t) = mean over trees of the share of a leaf's samples with a target of at most t; each tree
    has the samples that it drew, as often as it did. The quantile of q is the smallest target t
    with F(t) ≥ q, where sums within 10⁻⁹ of q reach it.

    References
    ----------
    Meinshausen (2006), Quantile regression forests, J. Mach. Learn. Res. 7, 983-999.

    Examples
    --------
    One leaf: the quantiles of all targets.

    >>> from sklearn.tree import DecisionTreeRegressor
    >>> X, y = np.zeros((9, 1)), np.arange(1.0, 10.0)
    >>> tree = DecisionTreeRegressor().fit(X, y)
    >>> quantiles(tree, np.zeros((1, 1)), X, y).ravel().tolist()
    [1.0, 5.0, 9.0]
    """
    forest = target_forest(estimator, X, y, sample_weight)
    return forest.quantiles(shares, layers, where, _threads(threads))


def exceedance(
    estimator: Any,
    layers: Any,
    threshold: float,
    X: ArrayLike,
    y: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    where: Mask | None = None,
    threads: int | None = None,
) -> Floats:
    """Probability that the quantity is above a threshold, by the targets in the leaves.

    Parameters
    ----------
    estimator, layers, X, y, sample_weight, where, threads
        As of :func:`quantiles`.
    threshold : float
        A quantity equal to it does not exceed it.

    Returns
    -------
    numpy.ndarray of shape (y, x) or (n,)
        1 - F(threshold), with F as in :func:`quantiles`.

    Raises
    ------
    CannotCompile, InputError
        As of :func:`quantiles`.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> X, y = np.zeros((8, 1)), np.arange(8.0)
    >>> tree = DecisionTreeRegressor().fit(X, y)
    >>> exceedance(tree, np.zeros((1, 1)), 5.0, X, y).tolist()
    [0.25]
    """
    forest = target_forest(estimator, X, y, sample_weight)
    return forest.exceedance(threshold, layers, where, _threads(threads))


def score_samples(
    estimator: Any, layers: Any, *, where: Mask | None = None, threads: int | None = None
) -> Floats:
    """How ordinary each cell is by an isolation forest: below zero, lower for the less ordinary.

    Parameters
    ----------
    estimator, layers, where, threads
        As of :func:`predict`.

    Returns
    -------
    numpy.ndarray of shape (y, x) or (n,)
        scikit-learn's ``score_samples``; less ``estimator.offset_`` it is ``decision_function``.

    Raises
    ------
    CannotCompile, InputError
        As of :func:`predict`.
    PipelineError
        MODEL_KIND for another estimator.

    Examples
    --------
    >>> from sklearn.ensemble import IsolationForest
    >>> X = np.array([[0.0], [0.1], [0.2], [9.0]])
    >>> int(score_samples(IsolationForest(random_state=0).fit(X), X).argmin())
    3
    """
    return _forest(estimator).score_samples(layers, where, _threads(threads))


def _forest(estimator: Any) -> CompiledForest:
    return estimator if isinstance(estimator, CompiledForest) else compiled(estimator)


def _threads(threads: int | None) -> int:
    available = getattr(os, "sched_getaffinity", None)
    processors = len(available(0)) if available else os.cpu_count() or 1
    return max(threads if threads is not None else processors, 1)
