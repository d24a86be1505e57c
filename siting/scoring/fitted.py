"""Fitted models with their cards, and the layers that they give."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal

import numpy as np
import sklearn
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox
from sklearn.base import is_classifier, is_regressor

from siting.errors import PipelineError
from siting.findings import warn
from siting.kernels.prediction import Floats, predicted_by_each, predicted_cells
from siting.kinds import FittedModel
from siting.scoring.applicability import Applicability, applicability, feature_importance
from siting.scoring.fitting import bootstrap_rows, fit
from siting.scoring.folds import InnerFolds
from siting.scoring.prediction import tilewise
from siting.scoring.training import Training


def check_kind(
    model: Any, wanted: Literal["classifier", "regressor"], where: str, fix: str
) -> None:
    """Refuse an estimator that is no classifier, or no regressor.

    Raises
    ------
    PipelineError
        MODEL_KIND.
    """
    if not (is_classifier if wanted == "classifier" else is_regressor)(model):
        raise PipelineError(
            "MODEL_KIND", f"the model is not a {wanted}", where=f"{where}.model",
            found=type(model).__name__, fix=fix,
        )  # fmt: skip


def fitted_model(
    model: Any,
    table: Training,
    units: Mapping[str, str],
    kinds: Mapping[str, str],
    target_units: str,
    bootstraps: int = 0,
) -> tuple[FittedModel, Applicability]:
    """A model fitted on all samples, with its card, and where it holds.

    Parameters
    ----------
    model : scikit-learn estimator
        Unfitted.
    table : Training
        Samples.
    units, kinds : mapping
        Unit and kind (continuous, categorical ...) of each feature that states one.
    target_units : str
        Unit of what the model gives.
    bootstraps : int
        Refits that the spread is told of, for the card.

    Raises
    ------
    PipelineError
        MODEL_FIT, MODEL_KIND.
    InputError
        FEATURES_CONSTANT.
    """
    tell_constant(table)
    fitted = fit(model, table.X, table.y, table.weight)
    importance = feature_importance(fitted, table.X, table.y, table.weight)
    names = tuple(map(str, table.X.columns))
    categorical = [kinds.get(name) == "categorical" for name in names]
    positive = table.y == 1 if is_classifier(fitted) else None
    tell_directions([name for name in names if kinds.get(name) == "circular"])
    known = applicability(
        table.X, importance, InnerFolds(), positive=positive, categorical=categorical
    )
    card = {
        **_card(table, importance, known),
        "units": dict(units),
        "kinds": dict(kinds),
        "target_units": target_units,
        **({"bootstraps": bootstraps} if bootstraps else {}),
    }
    return FittedModel(fitted, names, card, table.X.to_numpy(dtype=np.float64)), known


def tell_constant(table: Training) -> None:
    """A finding for features with one value, beside others that vary."""
    varies = table.X.to_numpy().min(axis=0) < table.X.to_numpy().max(axis=0)
    if varies.any() and not varies.all():
        warn(
            "FEATURES_CONSTANT",
            "features have the same value at every sample: nothing is learned from them",
            where=str(table.record.get("name", "labels")),
            found=", ".join(map(str, table.X.columns[~varies])),
            fix="leave them out, or look at why they do not vary",
        )


def tell_directions(names: Sequence[str]) -> None:
    """A finding for features that are directions."""
    if names:
        warn(
            "FEATURE_CIRCULAR",
            "the model takes 359 and 1 degree for opposite ends of a direction",
            where=", ".join(names),
            fix="make layers of its sine and cosine, and use those",
        )


def units_of_layers(features: Sequence[xr.DataArray]) -> tuple[dict[str, str], dict[str, str]]:
    """Units and kinds of layers, by name.

    A layer that states no unit has none here either: called a plain number, its model would take
    any layer of plain numbers for it, and refuse the very layers that it learned from.
    """
    units = {
        str(each.name): str(each.attrs.get("units", "1"))
        for each in features
        if "units" in each.attrs or each.dtype == bool
    }
    kinds = {str(each.name): str(each.attrs.get("kind", "continuous")) for each in features}
    return units, kinds


def learned_layers(
    model: Any,
    features: Sequence[xr.DataArray],
    table: Training,
    domain: xr.DataArray,
    grid: GeoBox,
    bootstraps: int,
    unit: str,
) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray, FittedModel]:
    """Score, spread and dissimilarity as lazy layers, and the fitted model.

    Parameters
    ----------
    model : scikit-learn estimator
        Unfitted.
    features : sequence of (y, x) layers
        Its inputs, in the order of the table.
    table : Training
        Samples.
    domain : (y, x) layer of bool
        Where the layers are defined.
    grid : GeoBox
        The grid.
    bootstraps : int
        Refits for the spread.
    unit : str
        Unit of what the model gives.
    """
    fitted, known = fitted_model(model, table, *units_of_layers(features), unit, bootstraps)
    refits = [_refit(model, table, rows) for rows in bootstrap_rows(table, bootstraps)]
    spread = partial(_spread, estimators=refits, names=fitted.features)
    return (
        score_layer(fitted, features, domain, grid),
        tilewise(spread, features, domain, grid, "f4").assign_attrs(own={"units": unit}),
        dissimilarity_layer(known, features, domain, grid),
        fitted,
    )


def _refit(model: Any, table: Training, rows: Any) -> Any:
    weight = None if table.weight is None else table.weight[rows]
    return fit(model, table.X.iloc[rows], table.y[rows], weight)


def score_layer(
    model: FittedModel, features: Sequence[xr.DataArray], domain: xr.DataArray, grid: GeoBox
) -> xr.DataArray:
    """Lazy layer of what a fitted model gives, in the unit of its card."""
    scores = partial(_scores, estimator=model.estimator, names=model.features)
    unit = str(model.card.get("target_units", "1"))
    return tilewise(scores, features, domain, grid).assign_attrs(own={"units": unit})


def dissimilarity_layer(
    known: Applicability, features: Sequence[xr.DataArray], domain: xr.DataArray, grid: GeoBox
) -> xr.DataArray:
    """Lazy layer of the dissimilarity index, with its threshold."""
    layer = tilewise(known.dissimilarity_of_cells, features, domain, grid, "f4")
    return layer.assign_attrs(own={"threshold": known.threshold})


def _scores(
    layers: Sequence[NDArray[Any]],
    inside: NDArray[np.bool_],
    estimator: Any,
    names: tuple[str, ...],
) -> Floats:
    return predicted_cells(estimator, names, layers, inside)


def _spread(
    layers: Sequence[NDArray[Any]],
    inside: NDArray[np.bool_],
    estimators: Sequence[Any],
    names: tuple[str, ...],
) -> Floats:
    """Standard deviation of the refits' scores."""
    scores = predicted_by_each(estimators, names, layers, inside)
    return np.asarray(scores.std(axis=0, ddof=1))


def _card(table: Training, importance: Floats, known: Applicability) -> dict[str, Any]:
    """What has to be known of a model to use or to judge it, as plain JSON values."""
    ordinary = table.X[table.background] if table.background.any() else table.X
    return {
        "features": list(map(str, table.X.columns)),
        "reference": {name: float(value) for name, value in ordinary.median().items()},
        "ranges": {name: [float(each.min()), float(each.max())] for name, each in table.X.items()},
        "importance": dict(zip(table.X.columns, map(float, importance), strict=True)),
        "dissimilarity_threshold": known.threshold,
        "dissimilarity": known.as_card(),
        "labels": table.record,
        "training_digest": table.digest(),
        "versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
    }
