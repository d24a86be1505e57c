"""Why a place scores as it does: what each feature adds to its score."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.columns import CONTRIBUTION
from siting.kernels.prediction import Floats, predicted
from siting.kinds import FittedModel

BASE = CONTRIBUTION + "base"
# Orders in which features are put in: all of them up to 4 features, else 32 and their reverses.
ORDERS = 32


def contributions(
    model: FittedModel, X: pd.DataFrame, reference: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """What each feature adds to the score, in units of the score.

    Parameters
    ----------
    model : FittedModel
        An overlay or a fitted estimator.
    X : pandas.DataFrame of shape (n, features)
        Places to explain.
    reference : mapping, optional
        The ordinary place that these are compared with, such as the median of the background;
        by default what the model's card says. A weighted overlay needs none: its base is 0.

    Returns
    -------
    pandas.DataFrame of shape (n, 1 + features)
        ``contribution_base``, the score of the reference, and ``contribution_<feature>``. The
        parts of a row add up to its score.

    Notes
    -----
    For a weighted overlay the parts are w u / Σ w, exactly. For any other estimator they are
    Shapley values against one reference: a feature adds f(with it) - f(without it), where the
    features without are at the reference, averaged over the orders in which features can be put
    in. All orders are used for up to four features, else 32 seeded ones and their reverses; the
    sum over a row is exact either way. Correlated features share what they tell.

    References
    ----------
    Štrumbelj & Kononenko (2014), Explaining prediction models and individual predictions with
    feature contributions, Knowledge and Information Systems 41, 647-665.

    Examples
    --------
    >>> from siting.scoring.overlay_estimators import WeightedOverlay
    >>> X = pd.DataFrame({"hot": [1.0], "near": [0.2]})
    >>> model = FittedModel(WeightedOverlay([3, 1]).fit(X), ("hot", "near"))
    >>> contributions(model, X).round(6).to_dict("records")
    [{'contribution_base': 0.0, 'contribution_hot': 0.75, 'contribution_near': 0.05}]
    """
    X = X[list(model.features)]
    if hasattr(model.estimator, "contributions"):
        base, parts = 0.0, np.asarray(model.estimator.contributions(X))
    else:
        reference = model.card["reference"] if reference is None else reference
        base, parts = _shapley(model, X, np.array([reference[name] for name in model.features]))
    columns = {
        CONTRIBUTION + name: part for name, part in zip(model.features, parts.T, strict=True)
    }
    return pd.DataFrame({BASE: np.full(len(X), base), **columns}, index=X.index)


def _shapley(model: FittedModel, X: pd.DataFrame, reference: Floats) -> tuple[float, Floats]:
    """Score of the reference, and Shapley values of shape (n, features) against it."""
    orders = feature_orders(len(model.features))
    scores = _coalition_scores(model, X.to_numpy(dtype=np.float64), reference, orders)
    parts = np.zeros(X.shape)
    for order in orders:
        inside = 0
        for feature in order:
            joined = inside | 1 << feature
            parts[:, feature] += scores[joined] - scores[inside]
            inside = joined
    return float(scores[0][0]) if len(X) else 0.0, parts / len(orders)


def feature_orders(count: int, seed: int = 0) -> list[tuple[int, ...]]:
    """Orders of features: all of them where they are few, else random ones with their reverses.

    Examples
    --------
    >>> feature_orders(2), len(feature_orders(7))
    ([(0, 1), (1, 0)], 64)
    """
    if math.factorial(count) <= ORDERS:
        return list(itertools.permutations(range(count)))
    rng = np.random.default_rng(seed)
    half = [tuple(int(i) for i in rng.permutation(count)) for _ in range(ORDERS)]
    return half + [order[::-1] for order in half]


def _coalition_scores(
    model: FittedModel, values: Floats, reference: Floats, orders: Sequence[tuple[int, ...]]
) -> dict[int, Floats]:
    """Scores with only some features at their own value, by the bits of those features."""
    needed = {
        sum(1 << feature for feature in order[:length])
        for order in orders
        for length in range(len(order) + 1)
    }
    bits = 1 << np.arange(values.shape[1])
    scores = {}
    for coalition in sorted(needed):
        mixed = np.where(coalition & bits, values, reference)
        frame = pd.DataFrame(mixed, columns=model.features)
        scores[coalition] = predicted(model.estimator, frame) if len(frame) else np.zeros(0)
    return scores


def reasons(contributions: pd.DataFrame, strongest: int = 3) -> pd.Series:
    """One line for each place that names the features which move its score most.

    Parameters
    ----------
    contributions : pandas.DataFrame
        As from :func:`contributions`.
    strongest : int
        How many features to name; those that move the score by less than a hundredth of the
        largest part are never named.

    Examples
    --------
    >>> parts = pd.DataFrame({"contribution_base": [0.1], "contribution_hot": [0.5],
    ...                       "contribution_far": [-0.2], "contribution_flat": [0.001]})
    >>> reasons(parts).item()
    'hot +0.5, far -0.2'
    """
    parts = contributions.drop(columns=BASE)
    names = [str(column).removeprefix(CONTRIBUTION) for column in parts]
    texts = [_reason(names, row, strongest) for row in parts.to_numpy(dtype=np.float64)]
    return pd.Series(texts, index=contributions.index, dtype="str", name="reasons")


def _reason(names: list[str], parts: NDArray[Any], strongest: int) -> str:
    size = np.abs(parts)
    order = np.argsort(-size, kind="stable")[:strongest]
    told = [each for each in order if size[each] > 0 and size[each] >= 0.01 * size.max()]
    return ", ".join(f"{names[each]} {parts[each]:+.2g}" for each in told)


def explained(
    model: FittedModel, X: pd.DataFrame, reference: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Contributions with the column ``reasons`` that tells them in words.

    Examples
    --------
    >>> from siting.scoring.overlay_estimators import WeightedOverlay
    >>> X = pd.DataFrame({"hot": [1.0], "near": [0.2]})
    >>> model = FittedModel(WeightedOverlay([3, 1]).fit(X), ("hot", "near"))
    >>> explained(model, X).reasons.item()
    'hot +0.75, near +0.05'
    """
    parts = contributions(model, X, reference)
    return parts.assign(reasons=reasons(parts))
