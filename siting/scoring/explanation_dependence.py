"""What a model gives along each feature, beside where there are data."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.kernels.prediction import predicted
from siting.scoring.fitting import bootstrap_rows
from siting.scoring.out_of_fold import fitted_on
from siting.scoring.training import Training

Floats = NDArray[np.float64]
POINTS = 20  # quantiles at which the response is told
BINS = 24  # of the histograms
ORDINARY = 200  # samples over which the response is averaged
LEVEL = 0.9  # of the interval over refits


def dependence_record(
    model: Any,
    table: Training,
    domain: pd.DataFrame | None,
    units: Mapping[str, str],
    kinds: Mapping[str, str],
    refits: int,
) -> dict[str, Any]:
    """Mean response along each feature, its interval, and histograms of the data.

    Parameters
    ----------
    model : scikit-learn estimator
        Unfitted.
    table : Training
        Samples.
    domain : pandas.DataFrame, optional
        Features of a sample of the ground.
    units, kinds : mapping
        Unit and kind of the features that state one.
    refits : int
        Fits on systems drawn with replacement, for the interval.
    """
    every = np.arange(len(table.X))
    models = [fitted_on(model, table, rows) for rows in (every, *bootstrap_rows(table, refits))]
    rows = np.sort(np.random.default_rng(0).permutation(len(table.X))[:ORDINARY])
    ordinary = table.X.iloc[rows]
    features = []
    for name in map(str, table.X.columns):
        codes = kinds.get(name) == "categorical"
        told = _response(models, ordinary, name, _grid(table.X[name].to_numpy(), codes), codes)
        shown = _histograms(table, domain, name)
        features.append({"layer": name, "units": units.get(name, "1"), **told, **shown})
    classes = table.y.dtype.kind == "i"
    return {
        "kind": "dependence",
        "response": "probability" if classes else "value",
        "samples": len(table.X),
        "refits": refits,
        "level": LEVEL,
        "features": features,
    }


def _grid(values: Floats, codes: bool) -> Floats:
    """Quantiles of a feature, each once; all codes of a categorical one."""
    if codes:
        return np.unique(values)
    return np.unique(np.quantile(values, np.linspace(0, 1, POINTS)))


def _response(
    models: Sequence[Any], ordinary: pd.DataFrame, name: str, grid: Floats, codes: bool
) -> dict[str, Any]:
    """Mean scores with the feature set to each value, of the model and over its refits."""
    rows = np.array([partial_dependence(each, ordinary, name, grid) for each in models])
    low, high = np.quantile(rows[1:], [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    local = not codes and len(grid) > 1
    ale = accumulated_effects(models[0], ordinary, name, grid) if local else np.zeros(0)
    numbers = {"grid": grid, "mean": rows[0], "low": low, "high": high, "ale": ale}
    return {"codes": codes, **{key: _rounded(each) for key, each in numbers.items()}}


def partial_dependence(model: Any, ordinary: pd.DataFrame, name: str, grid: Floats) -> Floats:
    """Mean score of ordinary samples with one feature set to each value of a grid.

    Notes
    -----
    The feature is moved alone, also to where it does not go together with the others; see
    :func:`accumulated_effects` for one that does not.

    References
    ----------
    Friedman (2001), Greedy function approximation: a gradient boosting machine, Annals of
    Statistics 29, 1189-1232.

    Examples
    --------
    >>> from sklearn.linear_model import LinearRegression
    >>> X = pd.DataFrame({"a": [0.0, 1.0, 2.0], "b": [1.0, 0.0, 1.0]})
    >>> model = LinearRegression().fit(X, 2 * X.a + 3 * X.b)
    >>> partial_dependence(model, X, "a", np.array([0.0, 5.0])).round(6).tolist()
    [2.0, 12.0]
    """
    moved = pd.concat([ordinary.assign(**{name: value}) for value in grid], ignore_index=True)
    return np.asarray(predicted(model, moved).reshape(len(grid), -1).mean(axis=1))


def accumulated_effects(model: Any, ordinary: pd.DataFrame, name: str, grid: Floats) -> Floats:
    """Accumulated local effects at the values of a grid, zero on average.

    Notes
    -----
    Within each interval, only the samples that lie in it are moved, from its lower to its upper
    end; the mean changes are added up.

    References
    ----------
    Apley & Zhu (2020), Visualizing the effects of predictor variables in black box supervised
    learning models, Journal of the Royal Statistical Society B 82, 1059-1086.

    Examples
    --------
    >>> from sklearn.linear_model import LinearRegression
    >>> X = pd.DataFrame({"a": [0.0, 1.0, 2.0], "b": [1.0, 0.0, 1.0]})
    >>> model = LinearRegression().fit(X, 2 * X.a + 3 * X.b)
    >>> accumulated_effects(model, X, "a", np.array([0.0, 2.0])).round(6).tolist()
    [-2.0, 2.0]
    """
    values = ordinary[name].to_numpy()
    bins = np.clip(np.searchsorted(grid, values, side="left") - 1, 0, len(grid) - 2)
    lower, upper = (
        predicted(model, ordinary.assign(**{name: grid[bins + side]})) for side in (0, 1)
    )
    count = np.bincount(bins, minlength=len(grid) - 1)
    change = np.bincount(bins, upper - lower, len(grid) - 1) / np.maximum(count, 1)
    total = np.concatenate([[0.0], np.cumsum(change)])
    middle = (total[:-1] + total[1:]) / 2
    return np.asarray(total - np.sum(count * middle) / count.sum())


def _histograms(table: Training, domain: pd.DataFrame | None, name: str) -> dict[str, Any]:
    """Samples, positives among them, and the ground, counted in the same bins."""
    values = table.X[name].to_numpy()
    ground = np.zeros(0) if domain is None else domain[name].to_numpy()
    ground = ground[np.isfinite(ground)]
    edges = np.histogram_bin_edges(np.concatenate([values, ground]), BINS)
    positive = values[np.asarray(table.y) == 1] if table.y.dtype.kind == "i" else values[:0]
    parts = {"training": values, "positives": positive, "domain": ground}
    counts = {key: np.histogram(each, edges)[0].tolist() for key, each in parts.items()}
    return {"edges": _rounded(edges), **counts}


def _rounded(values: Floats) -> list[float]:
    return [float(f"{value:.7g}") for value in values]
