"""Scores learned from known places, with how far each place can be trusted."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, NamedTuple

import numpy as np
import pandas as pd
import sklearn
import xarray as xr
from pydantic import Field
from sklearn.base import is_classifier, is_regressor

from siting.errors import PipelineError
from siting.findings import warn
from siting.kernels.prediction import Floats, predicted
from siting.kinds import Domain, Estimator, Features, FittedModel, Grid, Layer, Model, Unit
from siting.scoring.applicability import Applicability, applicability, feature_importance
from siting.scoring.fitting import bootstrap_rows, fit
from siting.scoring.folds import InnerFolds
from siting.scoring.prediction import cellwise
from siting.scoring.targets import tell_perfect, unit_of
from siting.scoring.training import Training, classification_table, regression_table
from siting.signature import scorer


class Learned(NamedTuple):
    """A learned score, and how far to trust it."""

    score: Annotated[Layer, Unit("1")]
    spread: Annotated[Layer, Unit("1")]
    dissimilarity: Annotated[Layer, Unit("1")]
    model: Model


class Estimated(NamedTuple):
    """A learned quantity in the unit of its column, and how far to trust it."""

    score: Layer
    spread: Layer
    dissimilarity: Annotated[Layer, Unit("1")]
    model: Model


@scorer()
def classifier(
    features: list[Layer],
    labels: Features,
    model: Estimator,
    domain: Domain,
    grid: Grid,
    background: Annotated[int, Field(ge=0, le=1_000_000)] = 5000,
    bootstraps: Annotated[int, Field(ge=2, le=200)] = 20,
    target: str | None = None,
    group: str | None = None,
) -> Learned:
    """Favourability learned from known places against the background.

    Parameters
    ----------
    features : list of layer
        Evidence. A layer that was made by knowing the targets is refused by the check of the
        pipeline file.
    labels : GeoDataFrame of points
        Known places.
    model : scikit-learn classifier
        Unfitted; fitted it must give probabilities.
    domain : (y, x) layer of bool
        Where the background is drawn and the score is defined.
    grid : GeoBox
        The grid.
    background : int
        Cells of the domain drawn by area to stand against the labels. With absences of your own
        (``target``) it can be 0.
    bootstraps : int
        How many times the model is fitted again to measure its spread.
    target : str, optional
        Column of the labels with 1 for presence and 0 for absence; without it all are 1.
    group : str, optional
        Column of the labels with the field or system of each.

    Returns
    -------
    score : (y, x) layer
        What the classifier gives for class 1, 0..1 [1]. It ranks places; it is no probability
        that a field exists, since it depends on how much background was drawn.
    spread : (y, x) layer
        Standard deviation of the score over refits on fields drawn with replacement [1].
    dissimilarity : (y, x) layer
        Dissimilarity index [1]; above its attribute ``threshold`` the model has not seen the
        like of the place.
    model : FittedModel
        The model with its card.

    Raises
    ------
    PipelineError
        MODEL_KIND, MODEL_FIT, where the estimator is no such classifier or cannot be fitted.
    InputError
        The errors of :func:`siting.scoring.training.classification_table`.

    Notes
    -----
    Cells where a feature is missing are NaN, also where the estimator could take missing values.

    References
    ----------
    Efron & Tibshirani (1993), An introduction to the bootstrap; Meyer & Pebesma (2021) for the
    dissimilarity index, see :func:`siting.scoring.applicability.applicability`.

    Examples
    --------
    Fields in the hot west of a world of 20 by 10 cells:

    >>> from geopandas import GeoDataFrame, points_from_xy
    >>> from sklearn.linear_model import LogisticRegression
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 20, 10))
    >>> hot = as_layer(np.tile(np.linspace(1, 0, 20), (10, 1)), grid, units="1").rename("hot")
    >>> land = as_layer(np.ones((10, 20), dtype=bool), grid)
    >>> known = GeoDataFrame(geometry=points_from_xy([0.5, 1.5, 2.5], [1.5, 5.5, 8.5], crs=4326))
    >>> found = classifier([hot], known, LogisticRegression(), land, grid, background=100)
    >>> bool(found.score.values[0, 0] > 2 * found.score.values[0, -1])
    True
    """
    if not is_classifier(model):
        raise PipelineError(
            "MODEL_KIND", "the model is not a classifier", where="learned.classifier.model",
            found=type(model).__name__, fix="use learned.regressor for a quantity",
        )  # fmt: skip
    table = classification_table(
        features, labels, domain, grid, background=background, target=target, group=group
    )
    tell_perfect(table.X, table.y, str(labels.attrs.get("name", "labels")))
    return Learned(*_learned(model, features, table, domain, grid, bootstraps, "1"))


@scorer()
def regressor(
    features: list[Layer],
    labels: Features,
    target: str,
    model: Estimator,
    domain: Domain,
    grid: Grid,
    bootstraps: Annotated[int, Field(ge=2, le=200)] = 20,
    group: str | None = None,
) -> Estimated:
    """Quantity learned from its values at known places.

    Parameters
    ----------
    features : list of layer
        Evidence.
    labels : GeoDataFrame of points
        Places with a measured value.
    target : str
        Column of the labels with the value; its unit becomes that of the score.
    model : scikit-learn regressor
        Unfitted.
    domain : (y, x) layer of bool
        Where the score is defined.
    grid : GeoBox
        The grid.
    bootstraps : int
        How many times the model is fitted again to measure its spread.
    group : str, optional
        Column of the labels with the field or system of each.

    Returns
    -------
    score, spread : (y, x) layer
        The quantity, and its standard deviation over refits [unit of `target`].
    dissimilarity : (y, x) layer
        Dissimilarity index [1]; see :func:`classifier`.
    model : FittedModel
        The model with its card.

    Raises
    ------
    PipelineError
        MODEL_KIND, MODEL_FIT, where the estimator is no regressor or cannot be fitted.
    InputError
        UNITS_MISSING, where the column does not say its unit, and the errors of
        :func:`siting.scoring.training.regression_table`.

    Examples
    --------
    A quantity that doubles the feature comes back at places without a measurement:

    >>> from geopandas import GeoDataFrame, points_from_xy
    >>> from sklearn.linear_model import LinearRegression
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 20, 1))
    >>> depth = as_layer(np.arange(20.0)[None], grid, units="km").rename("depth")
    >>> land = as_layer(np.ones((1, 20), dtype=bool), grid)
    >>> longitude = np.array([0.5, 4.5, 9.5, 14.5, 18.5])
    >>> wells = GeoDataFrame({"t": 2 * longitude - 1},
    ...                      geometry=points_from_xy(longitude, [0.5] * 5, crs=4326))
    >>> wells.attrs["columns"] = {"t": "degC"}
    >>> found = regressor([depth], wells, "t", LinearRegression(), land, grid)
    >>> found.score.values[0, [0, 7, 19]].round(6).tolist()
    [0.0, 14.0, 38.0]
    """
    if not is_regressor(model):
        raise PipelineError(
            "MODEL_KIND", "the model is not a regressor", where="learned.regressor.model",
            found=type(model).__name__,
        )  # fmt: skip
    table = regression_table(features, labels, domain, grid, target=target, group=group)
    unit = unit_of(labels, target, str(labels.attrs.get("name", "labels")))
    return Estimated(*_learned(model, features, table, domain, grid, bootstraps, unit))


def _learned(
    model: Any,
    features: Sequence[xr.DataArray],
    table: Training,
    domain: xr.DataArray,
    grid: Grid,
    bootstraps: int,
    unit: str,
) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray, FittedModel]:
    """Score, spread and dissimilarity as lazy layers, and the fitted model."""
    _tell_directions(features)
    fitted = fit(model, table.X, table.y)
    refits = [
        fit(model, table.X.iloc[rows], table.y[rows]) for rows in bootstrap_rows(table, bootstraps)
    ]
    importance = feature_importance(fitted, table.X, table.y)
    kinds = [each.attrs.get("kind") == "categorical" for each in features]
    positive = table.y == 1 if is_classifier(fitted) else None
    known = applicability(table.X, importance, InnerFolds(), positive=positive, categorical=kinds)
    names = tuple(table.X.columns)
    layers = [
        cellwise(partial(_scores, estimator=fitted, names=names), features, domain, grid),
        cellwise(partial(_spread, estimators=refits, names=names), features, domain, grid, "f4"),
        cellwise(known.dissimilarity, features, domain, grid, "f4"),
    ]
    owns = ({"units": unit}, {"units": unit}, {"threshold": known.threshold})
    score, spread, dissimilarity = (
        layer.assign_attrs(own=own) for layer, own in zip(layers, owns, strict=True)
    )
    stated = {str(each.name): str(each.attrs.get("units", "1")) for each in features}
    card = {**_card(table, importance, known, bootstraps), "units": stated}
    return score, spread, dissimilarity, FittedModel(fitted, names, card)


def _tell_directions(features: Sequence[xr.DataArray]) -> None:
    turning = [str(each.name) for each in features if each.attrs.get("kind") == "circular"]
    if turning:
        warn(
            "FEATURE_CIRCULAR",
            "the model takes 359 and 1 degree for opposite ends of a direction",
            where=", ".join(turning),
            fix="make layers of its sine and cosine, and use those",
        )


def _scores(values: Floats, estimator: Any, names: tuple[str, ...]) -> Floats:
    return predicted(estimator, pd.DataFrame(values, columns=names))


def _spread(values: Floats, estimators: Sequence[Any], names: tuple[str, ...]) -> Floats:
    """Standard deviation of the refits' scores."""
    X = pd.DataFrame(values, columns=names)
    scores = np.stack([predicted(each, X) for each in estimators])
    return np.asarray(scores.std(axis=0, ddof=1))


def _card(
    table: Training, importance: Floats, known: Applicability, bootstraps: int
) -> dict[str, Any]:
    """What has to be known of a model to use or to judge it, as plain JSON values."""
    ordinary = table.X[table.background] if table.background.any() else table.X
    return {
        "features": list(table.X.columns),
        "reference": {name: float(value) for name, value in ordinary.median().items()},
        "importance": dict(zip(table.X.columns, map(float, importance), strict=True)),
        "dissimilarity_threshold": known.threshold,
        "bootstraps": bootstraps,
        "labels": table.record,
        "training_digest": table.digest(),
        "versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
    }
