"""Intervals of a quantity that hold a stated share of places not seen, by held-out errors."""

from functools import partial
from typing import Annotated, Any, NamedTuple

import numpy as np
import pandas as pd
from pydantic import Field

from siting.kernels.prediction import Floats, predicted
from siting.kinds import (
    Domain,
    Estimator,
    Features,
    FittedModel,
    Folds,
    Grid,
    Layer,
    Model,
    Record,
)
from siting.scoring.conformal_widths import (
    Scale,
    held_out_errors,
    interval_record,
    scaled_errors,
)
from siting.scoring.fitted import check_kind, fitted_model, score_layer, units_of_layers
from siting.scoring.prediction import cellwise
from siting.scoring.targets import unit_of
from siting.scoring.training import regression_table
from siting.signature import scorer

Coverage = Annotated[float, Field(ge=0.5, le=0.99)]
_KIND_FIX = "use calibration.isotonic for a probability of presence"


class Interval(NamedTuple):
    """A quantity, the interval that holds it with a stated share, and the share measured."""

    estimate: Layer
    low: Layer
    high: Layer
    record: Record
    model: Model


@scorer()
def interval(
    features: list[Layer],
    labels: Features,
    target: str,
    model: Estimator,
    folds: Folds,
    domain: Domain,
    grid: Grid,
    coverage: Coverage = 0.8,
    group: str | None = None,
    weight: str | None = None,
) -> Interval:
    """Quantity learned from known places, with an interval equally wide everywhere.

    Parameters
    ----------
    features : list of layer
        Evidence.
    labels : GeoDataFrame of points or polygons
        Places, or outlines, with a measured value.
    target : str
        Column of the labels with the value; its unit becomes that of the layers.
    model : scikit-learn regressor
        Unfitted.
    folds : Folds
        Folds by which errors are held out, with a buffer as wide as errors are alike.
    domain : (y, x) layer of bool
        Where the quantity is asked for.
    grid : GeoBox
        The grid.
    coverage : float
        Share of places not seen that the interval is to hold; .8 is from p10 to p90 where errors
        are as often high as low [1].
    group : str, optional
        Column of the labels with the field or system of each; a system counts one.
    weight : str, optional
        Column of the labels with how much each counts, above zero.

    Returns
    -------
    estimate : (y, x) layer
        What the model gives, fitted on all samples [unit of `target`].
    low, high : (y, x) layer
        Ends of the interval [unit of `target`]; they may lie beyond what is possible, such as
        below 0 MW.
    record : record
        Coverage measured in all and by fold, with widths learned from the other folds.
    model : FittedModel
        The model with its card.

    Raises
    ------
    PipelineError
        MODEL_KIND, MODEL_FIT.
    InputError
        TOO_FEW_POSITIVES where systems are too few for that coverage; UNITS_MISSING; the errors
        of :func:`siting.scoring.training.regression_table` and of the folds.

    Notes
    -----
    Cross-conformal: the width is the ceil((n + 1) c)-th smallest of n errors, each by a model
    that was fitted without the sample's fold. The share is of places that differ from the
    labels as much as one fold from the others, over all of them: not of every kind of place,
    and not where the dissimilarity is above its threshold.

    References
    ----------
    Vovk (2015), Cross-conformal predictors, Ann. Math. Artif. Intell. 74, 9-28. Barber et al.
    (2021), Predictive inference with the jackknife+, Ann. Stat. 49, 486-507.

    Examples
    --------
    >>> import numpy as np
    >>> from geopandas import GeoDataFrame, points_from_xy
    >>> from sklearn.linear_model import LinearRegression
    >>> from siting.grid import as_layer, make_grid
    >>> from siting.scoring.folds import spatial_blocks
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 40, 20))
    >>> depth = as_layer(np.tile(np.arange(40.0), (20, 1)), grid, units="km").rename("depth")
    >>> land = as_layer(np.ones((20, 40), dtype=bool), grid)
    >>> rng = np.random.default_rng(0)
    >>> lon, lat = rng.uniform(0, 40, 80), rng.uniform(0, 20, 80)
    >>> wells = GeoDataFrame({"t": 2 * lon + rng.normal(0, 5, 80)},
    ...                      geometry=points_from_xy(lon, lat, crs=4326))
    >>> wells.attrs["columns"] = {"t": "degC"}
    >>> blocks = spatial_blocks("5 degree", "0 km", 5)
    >>> found = interval([depth], wells, "t", LinearRegression(), blocks, land, grid)
    >>> found.record["half_width"], found.record["measured"]
    (7.279, 0.8165)
    """
    check_kind(model, "regressor", "conformal.interval", _KIND_FIX)
    table = regression_table(
        features, labels, domain, grid, target=target, group=group, weight=weight
    )
    unit = unit_of(labels, target, str(labels.attrs.get("name", "labels")))
    errors = held_out_errors(model, table, folds, coverage)
    fitted, _ = fitted_model(model, table, *units_of_layers(features), unit)
    estimate = score_layer(fitted, features, domain, grid)
    own = estimate.attrs
    width = errors.width(coverage)
    return Interval(
        estimate,
        (estimate - width).assign_attrs(own),
        (estimate + width).assign_attrs(own),
        interval_record(errors, folds, coverage, unit, scaled=False),
        fitted,
    )


@scorer()
def scaled_interval(
    features: list[Layer],
    labels: Features,
    target: str,
    model: Estimator,
    folds: Folds,
    domain: Domain,
    grid: Grid,
    coverage: Coverage = 0.8,
    group: str | None = None,
    weight: str | None = None,
) -> Interval:
    """Quantity learned from known places, with an interval wider where errors are larger.

    Parameters
    ----------
    features : list of layer
        Evidence.
    labels : GeoDataFrame of points or polygons
        Places, or outlines, with a measured value.
    target : str
        Column of the labels with the value; its unit becomes that of the layers.
    model : scikit-learn regressor
        Unfitted; a second copy learns the size of the held-out errors.
    folds : Folds
        Folds by which errors are held out, with a buffer as wide as errors are alike.
    domain : (y, x) layer of bool
        Where the quantity is asked for.
    grid : GeoBox
        The grid.
    coverage : float
        Share of places not seen that the interval is to hold [1].
    group : str, optional
        Column of the labels with the field or system of each; a system counts one.
    weight : str, optional
        Column of the labels with how much each counts, above zero.

    Returns
    -------
    estimate : (y, x) layer
        What the model gives, fitted on all samples [unit of `target`].
    low, high : (y, x) layer
        Ends of the interval [unit of `target`].
    record : record
        As of :func:`interval`.
    model : FittedModel
        The model with its card.

    Raises
    ------
    PipelineError
        MODEL_KIND, MODEL_FIT.
    InputError
        As of :func:`interval`.

    Notes
    -----
    Errors count over the size σ(x) that a model of the other folds' errors expects of them, not
    below a tenth of their median; the interval is ± width σ(x). Where errors do not depend on
    the features, it is no better than :func:`interval`, and noisier.

    References
    ----------
    Lei et al. (2018), Distribution-free predictive inference for regression, J. Am. Stat. Assoc.
    113, 1094-1111, section 5.2.

    Examples
    --------
    Errors that grow with depth:

    >>> import numpy as np
    >>> from geopandas import GeoDataFrame, points_from_xy
    >>> from sklearn.linear_model import LinearRegression
    >>> from siting.grid import as_layer, make_grid
    >>> from siting.scoring.folds import spatial_blocks
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 40, 20))
    >>> depth = as_layer(np.tile(np.arange(40.0), (20, 1)), grid, units="km").rename("depth")
    >>> land = as_layer(np.ones((20, 40), dtype=bool), grid)
    >>> rng = np.random.default_rng(0)
    >>> lon, lat = rng.uniform(0, 40, 80), rng.uniform(0, 20, 80)
    >>> wells = GeoDataFrame({"t": 2 * lon + lon / 5 * rng.normal(size=80)},
    ...                      geometry=points_from_xy(lon, lat, crs=4326))
    >>> wells.attrs["columns"] = {"t": "degC"}
    >>> blocks = spatial_blocks("5 degree", "0 km", 5)
    >>> found = scaled_interval([depth], wells, "t", LinearRegression(), blocks, land, grid)
    >>> wide = (found.high - found.low).values[0]
    >>> bool(wide[35] > 2 * wide[10])
    True
    """
    check_kind(model, "regressor", "conformal.scaled_interval", _KIND_FIX)
    table = regression_table(
        features, labels, domain, grid, target=target, group=group, weight=weight
    )
    unit = unit_of(labels, target, str(labels.attrs.get("name", "labels")))
    plain = held_out_errors(model, table, folds, coverage)
    errors, scale = scaled_errors(model, plain, folds)
    fitted, _ = fitted_model(model, table, *units_of_layers(features), unit)
    width = errors.width(coverage)
    low, high = (
        cellwise(partial(_end, model=fitted, scale=scale, width=each), features, domain, grid)
        for each in (-width, width)
    )
    return Interval(
        score_layer(fitted, features, domain, grid),
        low.assign_attrs(own={"units": unit}),
        high.assign_attrs(own={"units": unit}),
        interval_record(errors, folds, coverage, unit, scaled=True),
        fitted,
    )


def _end(values: Floats, model: FittedModel, scale: Scale, width: float) -> Floats:
    """An end of the interval for rows of features."""
    X: Any = pd.DataFrame(values, columns=list(model.features))
    return np.asarray(predicted(model.estimator, X) + width * scale.at(X))
