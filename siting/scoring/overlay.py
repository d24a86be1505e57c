"""Indices of favourability whose weights and operators an expert sets."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from pydantic import Field

from siting.errors import InputError, PipelineError
from siting.kernels.prediction import Floats, predicted
from siting.kinds import Domain, Estimator, FittedModel, Grid, Layer, Model, Pairs, Unit
from siting.scoring.overlay_estimators import (
    TOLERANCE,
    FuzzyOverlay,
    Operator,
    WeightedOverlay,
)
from siting.scoring.prediction import cellwise, feature_names
from siting.signature import scorer


class Weighted(NamedTuple):
    """A weighted index, and the model that makes it."""

    score: Annotated[Layer, Unit("1")]
    model: Model


class Fuzzy(NamedTuple):
    """A fuzzy combination, and the model that makes it."""

    score: Annotated[Layer, Unit("1")]
    model: Model


class Expert(NamedTuple):
    """A score of an expert's scheme, and the scheme."""

    score: Annotated[Layer, Unit("1")]
    model: Model


@scorer()
def weighted(
    layers: Annotated[
        list[tuple[Annotated[Layer, Unit("1")], Annotated[float, Field(gt=0)]]], Pairs()
    ],
    domain: Domain,
    grid: Grid,
) -> Weighted:
    """Weighted mean of criteria in 0..1.

    Parameters
    ----------
    layers : list of (layer, weight)
        Criteria, each in 0..1 with 1 best, and their weights; only ratios of weights matter.
    domain : (y, x) layer of bool
        Where the index is defined.
    grid : GeoBox
        The grid.

    Returns
    -------
    score : (y, x) layer
        Index in 0..1 [1]; NaN where a criterion is, and outside the domain.
    model : FittedModel
        The :class:`WeightedOverlay`.

    Raises
    ------
    InputError
        CRITERION_RANGE, once the index is computed, where a criterion leaves 0..1.

    Notes
    -----
    I = Σ w u / Σ w. The index ranks; it is no probability. Criteria that carry the same
    information count twice.

    Examples
    --------
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 2, 1))
    >>> hot, near = (as_layer(np.array([v]), grid, units="1", status="derived").rename(name)
    ...              for name, v in {"hot": [1.0, 0.2], "near": [0.0, 1.0]}.items())
    >>> everywhere = as_layer(np.ones((1, 2), dtype=bool), grid)
    >>> weighted([(hot, 3), (near, 1)], everywhere, grid).score.values.tolist()
    [[0.75, 0.4]]
    """
    names = feature_names([layer for layer, _ in layers], "overlay.weighted.layers")
    weights = {name: weight for name, (_, weight) in zip(names, layers, strict=True)}
    model = _model(WeightedOverlay(weights), names)
    return Weighted(_index(model, [layer for layer, _ in layers], domain, grid), model)


@scorer()
def fuzzy(
    layers: list[Annotated[Layer, Unit("1")]],
    operator: Operator,
    domain: Domain,
    grid: Grid,
    gamma: Annotated[float, Field(ge=0, le=1)] = 0.9,
) -> Fuzzy:
    """Fuzzy combination of memberships in 0..1.

    Parameters
    ----------
    layers : list of layer
        Memberships, each in 0..1 with 1 best.
    operator : {"and", "or", "product", "sum", "gamma"}
        See :class:`FuzzyOverlay`.
    domain : (y, x) layer of bool
        Where the score is defined.
    grid : GeoBox
        The grid.
    gamma : float
        γ of the gamma operator [1]: 0 gives the product, 1 the sum. Other operators ignore it.

    Returns
    -------
    score : (y, x) layer
        Combined membership in 0..1 [1]; NaN where a layer is, and outside the domain.
    model : FittedModel
        The :class:`FuzzyOverlay`.

    Raises
    ------
    InputError
        CRITERION_RANGE, once the score is computed, where a layer leaves 0..1.

    Examples
    --------
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 2, 1))
    >>> hot, near = (as_layer(np.array([v]), grid, units="1", status="derived").rename(name)
    ...              for name, v in {"hot": [1.0, 0.2], "near": [0.5, 0.5]}.items())
    >>> everywhere = as_layer(np.ones((1, 2), dtype=bool), grid)
    >>> fuzzy([hot, near], "product", everywhere, grid).score.values.tolist()
    [[0.5, 0.1]]
    """
    names = feature_names(layers, "overlay.fuzzy.layers")
    model = _model(FuzzyOverlay(operator, gamma), names)
    return Fuzzy(_index(model, layers, domain, grid), model)


@scorer()
def expert(features: list[Layer], model: Estimator, domain: Domain, grid: Grid) -> Expert:
    """Score of an expert's own scheme, which learns nothing.

    Parameters
    ----------
    features : list of layer
        Evidence, in its own units.
    model : scikit-learn estimator
        One that needs no labels: memberships with a fuzzy operator, voter-veto play fairway; see
        docs/scorers.md.
    domain : (y, x) layer of bool
        Where the score is defined.
    grid : GeoBox
        The grid.

    Returns
    -------
    score : (y, x) layer
        What the scheme gives, 0..1 [1]; NaN where a layer is, and outside the domain.
    model : FittedModel
        The scheme.

    Raises
    ------
    PipelineError
        MODEL_KIND where the estimator cannot do without labels.

    Examples
    --------
    >>> from siting.grid import as_layer, make_grid
    >>> from siting.scoring.fuzzy import FuzzyProduct, LinearMembership
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 2, 1))
    >>> near = as_layer(np.array([[0.0, 30.0]]), grid, units="km").rename("fault_distance")
    >>> everywhere = as_layer(np.ones((1, 2), dtype=bool), grid)
    >>> scheme = FuzzyProduct({"fault_distance": LinearMembership(none=40, full=0)})
    >>> expert([near], scheme, everywhere, grid).score.values.tolist()
    [[1.0, 0.25]]
    """
    names = feature_names(features, "overlay.expert.features")
    try:
        fitted = _model(model, names)
    except (TypeError, ValueError) as error:
        raise PipelineError(
            "MODEL_KIND", "the model cannot be made without labels", where="overlay.expert.model",
            found=f"{type(model).__name__}: {error}",
            fix="use learned.classifier for a model that learns from labels",
        ) from error  # fmt: skip
    score = cellwise(partial(_expert_score, model=fitted), features, domain, grid)
    return Expert(score, fitted)


def _expert_score(values: Floats, model: FittedModel) -> Floats:
    return predicted(model.estimator, pd.DataFrame(values, columns=model.features))


def _model(estimator: Any, names: tuple[str, ...]) -> FittedModel:
    return FittedModel(estimator.fit(pd.DataFrame(np.zeros((1, len(names))), columns=names)), names)


def _index(
    model: FittedModel, layers: Sequence[xr.DataArray], domain: xr.DataArray, grid: Grid
) -> xr.DataArray:
    return cellwise(partial(_score, model=model), layers, domain, grid)


def _score(values: Floats, model: FittedModel) -> Floats:
    for name, u in zip(model.features, values.T, strict=True):
        _check_range(name, float(u.min()), float(u.max()))
    return predicted(model.estimator, pd.DataFrame(values, columns=model.features))


def _check_range(name: str, low: float, high: float) -> None:
    if low < -TOLERANCE or high > 1 + TOLERANCE:
        raise InputError(
            "CRITERION_RANGE",
            f"the criterion '{name}' leaves 0..1",
            where=name,
            found=f"values from {low:g} to {high:g}",
            wanted="values from 0 (worst) to 1 (best)",
            fix=f"put combine.rescale (or combine.nearness) between '{name}' and the overlay",
        )
