"""Why a place scores as it does: what each feature adds to its score."""

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from siting.columns import CONTRIBUTION
from siting.kernels.exact_parts import Parts, exact_parts
from siting.kernels.prediction import Floats, predicted
from siting.kinds import FittedModel

BASE = CONTRIBUTION + "base"
# Orders in which features are put in: all of them up to 4 features, else 32 and their reverses.
ORDERS = 32
BACKGROUND = (10, 100)  # training samples that places are compared with, fewest and most
PAIRS = 200_000  # of a place and a training sample, above which fewer samples are taken


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
        The one ordinary place that these are compared with, such as the median of the
        background; by default a sample of what the model was trained on, or where that is not
        kept, what the model's card says. A weighted overlay needs none: its base is 0.

    Returns
    -------
    pandas.DataFrame of shape (n, 1 + features)
        ``contribution_base``, the mean score of the ordinary places, and
        ``contribution_<feature>``. The parts of a row add up to its score;
        ``attrs["method"]`` says how they were found.

    Notes
    -----
    For a weighted overlay the parts are w u / Σ w, exactly. For trees and linear models they are
    Shapley values against a sample of the training data, in closed form, see
    :func:`siting.kernels.exact_parts.exact_parts`. For any other estimator they are Shapley
    values against one ordinary place: a feature adds f(with it) - f(without it), where the
    features without are at the reference, averaged over the orders in which features can be put
    in. All orders are used for up to four features, else 32 seeded ones and their reverses,
    which is approximate; the sum over a row is exact either way. Correlated features share what
    they tell, and a feature is moved alone, also to where no place is.

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
    found = _parts(model, X, reference)
    columns = {
        CONTRIBUTION + name: part for name, part in zip(model.features, found.parts.T, strict=True)
    }
    told = pd.DataFrame({BASE: np.full(len(X), found.base), **columns}, index=X.index)
    told.attrs["method"] = found.method
    return told


def _parts(model: FittedModel, X: pd.DataFrame, reference: Mapping[str, float] | None) -> Parts:
    """By the model itself, else in closed form, else by orders of features."""
    if hasattr(model.estimator, "contributions"):
        return Parts(0.0, np.asarray(model.estimator.contributions(X)), "exact share of the sum")
    ordinary = _ordinary(model, len(X), reference)
    exact = exact_parts(model.estimator, X, ordinary)
    if exact is not None:
        return exact
    if reference is None:
        reference = model.card.get("reference", ordinary.median().to_dict())
    place = np.array([reference[name] for name in model.features])
    all_orders = math.factorial(X.shape[1]) <= ORDERS
    of_orders = "all orders" if all_orders else f"{2 * ORDERS} orders (approximate)"
    return Parts(*_shapley(model, X, place), f"Shapley value over {of_orders}, from one place")


def _ordinary(
    model: FittedModel, count: int, reference: Mapping[str, float] | None
) -> pd.DataFrame:
    """Places to compare with: fewer of them where there are very many to explain."""
    names = list(model.features)
    if reference is None and model.seen is not None:
        size = int(np.clip(PAIRS // max(count, 1), *BACKGROUND))
        rng = np.random.default_rng(0)
        rows = rng.permutation(len(model.seen))[:size]
        return pd.DataFrame(model.seen[np.sort(rows)], columns=names)
    place = model.card["reference"] if reference is None else reference
    return pd.DataFrame([[float(place[name]) for name in names]], columns=names)


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


def reasons(
    contributions: pd.DataFrame,
    X: pd.DataFrame,
    units: Mapping[str, str] | None = None,
    strongest: int = 3,
) -> pd.Series:
    """One line for each place: the features that raise and lower its score most, and by how much.

    Parameters
    ----------
    contributions : pandas.DataFrame
        As from :func:`contributions`.
    X : pandas.DataFrame of shape (n, features)
        Values of the features there.
    units : mapping, optional
        Unit of each feature that has one.
    strongest : int
        How many features to name that raise, and how many that lower; those that move the score
        by less than a hundredth of the largest part are never named.

    Examples
    --------
    >>> parts = pd.DataFrame({"contribution_base": [0.1], "contribution_hot": [0.5],
    ...                       "contribution_far": [-0.2], "contribution_flat": [0.001]})
    >>> place = pd.DataFrame({"hot": [120.0], "far": [3.21], "flat": [0.0]})
    >>> reasons(parts, place, {"hot": "mW m-2", "far": "km"}).item()
    'hot 120 mW m-2 raises by 0.5; far 3.21 km lowers by 0.2'
    """
    parts = contributions.drop(columns=BASE)
    names = [str(column).removeprefix(CONTRIBUTION) for column in parts]
    unit = [_shown(str((units or {}).get(name, "1"))) for name in names]
    rows = zip(parts.to_numpy(dtype=np.float64), X[names].to_numpy(dtype=np.float64), strict=True)
    texts = [_reason(names, unit, part, values, strongest) for part, values in rows]
    return pd.Series(texts, index=contributions.index, dtype="str", name="reasons")


def _shown(unit: str) -> str:
    return "" if unit == "1" else f" {unit}"


def _reason(
    names: list[str], units: list[str], parts: Floats, values: Floats, strongest: int
) -> str:
    """What raises and what lowers, the strongest first, whichever way it moves the score."""
    size = np.abs(parts)
    order = [each for each in np.argsort(-size, kind="stable") if size[each] >= 0.01 * size.max()]
    up = [each for each in order if parts[each] > 0][:strongest]
    down = [each for each in order if parts[each] < 0][:strongest]
    return "; ".join(
        f"{names[each]} {number_of(values[each])}{units[each]} "
        f"{'raises' if parts[each] > 0 else 'lowers'} by {number_of(size[each], 2)}"
        for each in sorted([*up, *down], key=order.index)
    )


def number_of(value: float, digits: int = 3) -> str:
    """A number with so many digits, never as a power of ten.

    Examples
    --------
    >>> number_of(1234.5), number_of(0.0123, 2), number_of(3.0), number_of(float("nan"))
    ('1230', '0.012', '3', 'nan')
    """
    return np.format_float_positional(value, digits, unique=False, fractional=False, trim="-")


def explained(
    model: FittedModel,
    X: pd.DataFrame,
    reference: Mapping[str, float] | None = None,
    units: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Contributions with the column ``reasons`` that tells them in words.

    Units are those of the model's card where none are given; ``attrs["method"]`` is that of
    :func:`contributions`.

    Examples
    --------
    >>> from siting.scoring.overlay_estimators import WeightedOverlay
    >>> X = pd.DataFrame({"hot": [1.0], "near": [0.2]})
    >>> model = FittedModel(WeightedOverlay([3, 1]).fit(X), ("hot", "near"))
    >>> explained(model, X).reasons.item()
    'hot 1 raises by 0.75; near 0.2 raises by 0.05'
    """
    parts = contributions(model, X, reference)
    told = parts.assign(reasons=reasons(parts, X, units or model.card.get("units")))
    told.attrs = parts.attrs
    return told
