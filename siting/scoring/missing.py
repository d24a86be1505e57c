"""What a missing layer costs, and what to show where one is missing."""

from typing import Annotated, NamedTuple

from pydantic import Field

from siting.indicators import indicator
from siting.kinds import Domain, Estimator, Features, Folds, Grid, Layer, Record, Unit, UnitOf
from siting.scoring.calibrating import classes_of_cells
from siting.scoring.fitted import check_kind
from siting.scoring.missing_layers import cost_record
from siting.scoring.training import classification_table
from siting.signature import scorer

_KIND_FIX = "this is for presence and absence"


class Filled(NamedTuple):
    """A layer filled with that of a model of fewer layers, and where it was."""

    value: Annotated[Layer, UnitOf("full")]
    filled: Annotated[Layer, Unit("1")]


@scorer()
def layers(
    features: list[Layer],
    labels: Features,
    model: Estimator,
    folds: Folds,
    domain: Domain,
    grid: Grid,
    background: Annotated[int, Field(ge=0, le=100_000)] = 2000,
    target: str | None = None,
    group: str | None = None,
) -> Record:
    """Skill that is lost without each layer, at known places that were held out.

    Parameters
    ----------
    features : list of layer
        Evidence.
    labels : GeoDataFrame of points or polygons
        Known places.
    model : scikit-learn classifier
        Unfitted.
    folds : Folds
        Folds by which scores are held out, with a buffer as wide as labels are alike.
    domain : (y, x) layer of bool
        Where the background is drawn.
    grid : GeoBox
        The grid.
    background : int
        Cells of the domain drawn by area to stand against the labels.
    target : str, optional
        Column of the labels with 1 for presence and 0 for absence; without it all are 1.
    group : str, optional
        Column of the labels with the field or system of each.

    Returns
    -------
    record
        AUC and log loss over held-out systems, with all features, and for each feature how much
        is lost without it, with 95 % intervals by bootstrap over systems: left out of training,
        and missing where the model is applied.

    Raises
    ------
    PipelineError
        MODEL_KIND; MODEL_FIT, also where the model names a feature that is left out.
    InputError
        TOO_FEW_POSITIVES with fewer than five systems of either class held out;
        FEATURES_NONE for a single feature; FEATURES_CONSTANT, PROBABILITY_RANGE, and the errors
        of the labels and of the folds.

    Notes
    -----
    A layer left out is what not to buy: others may stand in for it. A layer missing afterwards is
    a model that was trained with it, at places that lack it: its values are filled with the
    median of the training samples, which is not done anywhere else, so that maps stay empty
    there. Log loss is the mean of -ln of the probability given to what was the case.

    References
    ----------
    Lei et al. (2018), Distribution-free predictive inference for regression, J. Am. Stat. Assoc.
    113, 1094-1111, section 6, for leaving one covariate out.

    Examples
    --------
    Fields where it is hot, and a layer that says nothing:

    >>> import numpy as np
    >>> from geopandas import GeoDataFrame, points_from_xy
    >>> from sklearn.linear_model import LogisticRegression
    >>> from siting.grid import as_layer, make_grid
    >>> from siting.scoring.folds import spatial_blocks
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 40, 20))
    >>> rng = np.random.default_rng(0)
    >>> hot, noise = (as_layer(rng.normal(size=(20, 40)), grid, units="1").rename(name)
    ...               for name in ("hot", "noise"))
    >>> land = as_layer(np.ones((20, 40), dtype=bool), grid)
    >>> row, column = np.nonzero(hot.values + rng.normal(0, 0.5, (20, 40)) > 1.6)
    >>> known = GeoDataFrame(geometry=points_from_xy(column + 0.5, 19.5 - row, crs=4326))
    >>> found = layers([hot, noise], known, LogisticRegression(),
    ...     spatial_blocks("5 degree", "0 km", 4), land, grid, background=300)
    >>> found["text"][:56]
    'Left out of training, hot costs skill in the bootstraps;'
    """
    check_kind(model, "classifier", "missing.layers", _KIND_FIX)
    table = classification_table(
        features, labels, domain, grid, background=background, target=target, group=group
    )
    return cost_record(model, table, folds)


@scorer()
def cells(
    cells: Features,
    features: list[str],
    target: str,
    model: Estimator,
    folds: Folds,
    group: str | None = None,
    region: str | None = None,
) -> Record:
    """Skill that is lost without each feature of a table of cells, at systems held out.

    Parameters
    ----------
    cells : GeoDataFrame of points
        Cells with a column for each feature; see :func:`siting.scoring.cells.cells_table`.
    features : list of str
        Columns to learn from.
    target : str
        Column of presence and absence.
    model : scikit-learn classifier
        Unfitted.
    folds : Folds
        Folds by which scores are held out, with a buffer as wide as labels are alike.
    group : str, optional
        Column of the system of each cell.
    region : str, optional
        Column of the region of each cell, for folds.

    Returns
    -------
    record
        AUC and log loss over held-out systems, with all features, and for each feature how much
        is lost without it, with 95 % intervals by bootstrap over systems: left out of training,
        and missing where the model is applied.

    Raises
    ------
    PipelineError
        MODEL_KIND; MODEL_FIT, also where the model names a feature that is left out.
    InputError
        TOO_FEW_POSITIVES with fewer than five systems of either class held out;
        FEATURES_NONE for a single feature; FEATURES_CONSTANT, PROBABILITY_RANGE, and the errors
        of the table and of the folds.

    Notes
    -----
    As for :func:`layers`.

    Examples
    --------
    >>> import numpy as np
    >>> from geopandas import GeoDataFrame, points_from_xy
    >>> from sklearn.linear_model import LogisticRegression
    >>> from siting.scoring.folds import spatial_blocks
    >>> rng = np.random.default_rng(0)
    >>> frame = {"hot": rng.normal(size=200), "noise": rng.normal(size=200)}
    >>> frame["known"] = (frame["hot"] + rng.normal(0, 0.5, 200) > 0).astype(int)
    >>> places = points_from_xy(rng.uniform(0, 20, 200), rng.uniform(0, 10, 200), crs=4326)
    >>> found = cells(GeoDataFrame(frame, geometry=places), ["hot", "noise"], "known",
    ...     LogisticRegression(), spatial_blocks("2 degree", "0 km", 5))
    >>> [row["name"] for row in found["layers"]]
    ['hot', 'noise']
    """
    check_kind(model, "classifier", "missing.cells", _KIND_FIX)
    columns = {"group": group, "region": region, "weight": None}
    return cost_record(model, classes_of_cells(cells, features, target, columns), folds)


@scorer()
def either(full: Layer, reduced: Annotated[Layer, UnitOf("full")]) -> Filled:
    """Layer of a model, with that of a model of fewer features where it has no value.

    Parameters
    ----------
    full : (y, x) layer
        What a model of all features gives: a probability, or an end of an interval.
    reduced : (y, x) layer
        The same of a model that was trained and calibrated without the features that are
        missing in places.

    Returns
    -------
    value : (y, x) layer
        `full` where it is known, else `reduced` [unit of `full`].
    filled : (y, x) layer
        1 where it is that of the model of fewer features [1].

    Notes
    -----
    The model of fewer features has curves and widths of its own, so that its probabilities lie
    nearer to the prior and its intervals are as wide as its errors are: fill p10 and p90, or low
    and high, from the same two models. Nothing is made up for the missing values.

    Examples
    --------
    >>> import numpy as np
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 3, 1))
    >>> full = as_layer(np.array([[0.3, np.nan, np.nan]]), grid, units="1")
    >>> reduced = as_layer(np.array([[0.2, 0.1, np.nan]]), grid, units="1")
    >>> found = either(full, reduced)
    >>> found.value.values.tolist(), found.filled.values.tolist()
    ([[0.3, 0.1, nan]], [[0.0, 1.0, nan]])
    """
    value = full.where(full.notnull(), reduced)
    filled = indicator(full.isnull(), value)
    return Filled(value.assign_attrs(own={}), filled.assign_attrs(own={"kind": "boolean"}))
