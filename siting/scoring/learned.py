"""Scores learned from known places, with how far each place can be trusted."""

from typing import Annotated, NamedTuple

from pydantic import Field

from siting.indicators import indicator
from siting.kinds import Domain, Estimator, Features, Grid, Layer, Model, Record, Unit
from siting.scoring.applicability import restored
from siting.scoring.applying import layers_for, tell_ranges
from siting.scoring.fitted import check_kind, dissimilarity_layer, learned_layers, score_layer
from siting.scoring.quantiles import quantile_layers
from siting.scoring.targets import tell_perfect, unit_of
from siting.scoring.trained import trained
from siting.scoring.training import classification_table, regression_table
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


class Quantiles(NamedTuple):
    """Quantiles of a learned quantity in the unit of its column."""

    p10: Layer
    p50: Layer
    p90: Layer


class Trained(NamedTuple):
    """A model that was trained without layers, and what it was trained on."""

    model: Model
    training: Record


class Applied(NamedTuple):
    """What a model gives on a grid that it was not trained on, and how far to trust it."""

    score: Layer
    dissimilarity: Annotated[Layer, Unit("1")]
    extrapolated: Annotated[Layer, Unit("1")]


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
    weight: str | None = None,
) -> Learned:
    """Favourability learned from known places against the background.

    Parameters
    ----------
    features : list of layer
        Evidence. A layer that was made by knowing the targets is refused by the check of the
        pipeline file.
    labels : GeoDataFrame of points or polygons
        Known places, or outlines of fields, whose cells share the weight of one label.
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
    weight : str, optional
        Column of the labels with how much each counts, above zero; a background cell counts 1.

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
        The model with its card, for :func:`applied` elsewhere.

    Raises
    ------
    PipelineError
        MODEL_KIND, MODEL_FIT, where the estimator is no such classifier, takes no weights that
        there are, or cannot be fitted.
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

    >>> import numpy as np
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
    check_kind(model, "classifier", "learned.classifier", "use learned.regressor for a quantity")
    table = classification_table(
        features, labels, domain, grid,
        background=background, target=target, group=group, weight=weight,
    )  # fmt: skip
    tell_perfect(table.X, table.y, str(labels.attrs.get("name", "labels")))
    return Learned(*learned_layers(model, features, table, domain, grid, bootstraps, "1"))


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
    weight: str | None = None,
) -> Estimated:
    """Quantity learned from its values at known places.

    Parameters
    ----------
    features : list of layer
        Evidence.
    labels : GeoDataFrame of points or polygons
        Places, or outlines, with a measured value.
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
    weight : str, optional
        Column of the labels with how much each counts, above zero.

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

    >>> import numpy as np
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
    check_kind(model, "regressor", "learned.regressor", "use learned.classifier for classes")
    table = regression_table(
        features, labels, domain, grid, target=target, group=group, weight=weight
    )
    unit = unit_of(labels, target, str(labels.attrs.get("name", "labels")))
    return Estimated(*learned_layers(model, features, table, domain, grid, bootstraps, unit))


@scorer()
def quantiles(
    features: list[Layer],
    labels: Features,
    target: str,
    model: Estimator,
    domain: Domain,
    grid: Grid,
    group: str | None = None,
    weight: str | None = None,
) -> Quantiles:
    """Quantiles of a quantity by what was measured in the leaves of a forest.

    Parameters
    ----------
    features : list of layer
        Evidence.
    labels : GeoDataFrame of points or polygons
        Places, or outlines, with a measured value.
    target : str
        Column of the labels with the value; its unit becomes that of the layers.
    model : scikit-learn regressor
        Unfitted: a RandomForestRegressor or an ExtraTreesRegressor.
    domain : (y, x) layer of bool
        Where the layers are defined.
    grid : GeoBox
        The grid.
    group : str, optional
        Column of the labels with the field or system of each.
    weight : str, optional
        Column of the labels with how much each counts, above zero.

    Returns
    -------
    p10, p50, p90 : (y, x) layer
        Values that a tenth, half and nine tenths of the weight of like samples do not exceed
        [unit of `target`].

    Raises
    ------
    PipelineError
        MODEL_KIND for another model; MODEL_FIT.
    InputError
        As of :func:`regressor`.

    Notes
    -----
    The definition is that of :func:`siting.predict.quantiles`. They tell how samples of a leaf
    differ, and nothing of places unlike all samples: :func:`siting.scoring.conformal.interval` is
    tested at held-out places, these are not.

    References
    ----------
    Meinshausen (2006), Quantile regression forests, J. Mach. Learn. Res. 7, 983-999.

    Examples
    --------
    Nine wells in one leaf:

    >>> import numpy as np
    >>> from geopandas import GeoDataFrame, points_from_xy
    >>> from sklearn.ensemble import ExtraTreesRegressor
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 20, 1))
    >>> depth = as_layer(np.arange(20.0)[None], grid, units="km").rename("depth")
    >>> land = as_layer(np.ones((1, 20), dtype=bool), grid)
    >>> longitude = np.arange(9) * 2 + 0.5
    >>> wells = GeoDataFrame({"t": np.arange(1.0, 10.0)},
    ...                      geometry=points_from_xy(longitude, [0.5] * 9, crs=4326))
    >>> wells.attrs["columns"] = {"t": "degC"}
    >>> forest = ExtraTreesRegressor(5, min_samples_leaf=9)
    >>> found = quantiles([depth], wells, "t", forest, land, grid)
    >>> [layer.values[0, 3].item() for layer in found]
    [1.0, 5.0, 9.0]
    """
    check_kind(model, "regressor", "learned.quantiles", "use a forest of regression trees")
    table = regression_table(
        features, labels, domain, grid, target=target, group=group, weight=weight
    )
    unit = unit_of(labels, target, str(labels.attrs.get("name", "labels")))
    return Quantiles(*quantile_layers(model, features, table, domain, grid, unit))


@scorer()
def from_cells(
    cells: Features,
    features: list[str],
    target: str,
    model: Estimator,
    group: str | None = None,
    region: str | None = None,
    weight: str | None = None,
) -> Trained:
    """Model trained on a table of cells that brings its features along.

    Parameters
    ----------
    cells : GeoDataFrame of points
        Middles of cells, with a column for each feature and a label. Units of the columns are
        those that the source states; :func:`applied` needs them.
    features : list of str
        Columns to learn from.
    target : str
        Column of what is learned: presence and absence, or a quantity.
    model : scikit-learn estimator
        Unfitted: a classifier for presence, a regressor for a quantity.
    group : str, optional
        Column with the field or system that each cell is part of.
    region : str, optional
        Column with the region of each cell, for folds.
    weight : str, optional
        Column of how much each cell counts, above zero.

    Returns
    -------
    model : FittedModel
        The model with its card, for :func:`applied` and for ``outputs: [NAME.skops]``.
    training : record
        How many cells and systems it was trained on, the range, median and importance of each
        feature, and from which dissimilarity on it does not speak for a place.

    Raises
    ------
    PipelineError
        MODEL_KIND, where the estimator is a regressor for classes or the other way round, or
        takes no weights; MODEL_FIT.
    InputError
        The errors of :func:`siting.scoring.cells.cells_table`; UNITS_MISSING for a quantity
        without a unit.

    Notes
    -----
    Skill at new places is measured by folds over the same cells, never on the cells themselves.

    Examples
    --------
    >>> import numpy as np
    >>> from geopandas import GeoDataFrame, points_from_xy
    >>> from sklearn.linear_model import LogisticRegression
    >>> places = points_from_xy(np.arange(8), [0] * 8, crs="EPSG:4326")
    >>> frame = GeoDataFrame({"hot": np.arange(8.0), "known": [0] * 4 + [1] * 4}, geometry=places)
    >>> frame.attrs["columns"] = {"hot": "degC"}
    >>> trained = from_cells(frame, ["hot"], "known", LogisticRegression())
    >>> trained.model.features, trained.training["ranges"]
    (('hot',), {'hot': [0.0, 7.0]})
    """
    columns = {"group": group, "region": region, "weight": weight}
    return Trained(*trained(model, cells, features, target, columns))


@scorer()
def applied(
    model: Model,
    features: list[Layer],
    domain: Domain,
    grid: Grid,
    renamed: dict[str, str] | None = None,
) -> Applied:
    """Score of a model that was trained elsewhere, and where it has seen the like.

    Parameters
    ----------
    model : FittedModel
        A model of this run, or a saved one: ``{model: FILE.skops}`` under ``sources``.
    features : list of layer
        A layer for each feature of the model, in any order; converted to the model's units.
    domain : (y, x) layer of bool
        Where the score is defined.
    grid : GeoBox
        The grid.
    renamed : mapping, optional
        Feature of the model that a layer stands for, by the name of the layer, where the two
        have different names.

    Returns
    -------
    score : (y, x) layer
        What the model gives: of class 1, 0..1 [1], or a quantity in the unit of its target.
    dissimilarity : (y, x) layer
        Dissimilarity index to the samples that the model was trained on [1], with its attribute
        ``threshold``.
    extrapolated : (y, x) layer
        1 where the dissimilarity is above the threshold: how well the model did in its own
        folds says nothing of such a place; else 0 [1].

    Raises
    ------
    InputError
        MODEL_FEATURES, KIND_WRONG, and MODEL_TRAINING for a model that does not bring what it
        was trained on.
    UnitsError
        MODEL_UNITS.
    PipelineError
        MODEL_PREDICT.

    Notes
    -----
    The samples, their standardisation, the importance of features, the mean distance and the
    threshold are those of the training, carried by the model: nothing is fitted here.

    References
    ----------
    Meyer & Pebesma (2021), Predicting into unknown space? Estimating the area of applicability
    of spatial prediction models, Methods in Ecology and Evolution 12, 1620-1633.

    Examples
    --------
    Learned where it is 0 to 7 degrees warm, asked where it is up to 100:

    >>> import numpy as np
    >>> from geopandas import GeoDataFrame, points_from_xy
    >>> from sklearn.linear_model import LogisticRegression
    >>> from siting.findings import collect
    >>> from siting.grid import as_layer, make_grid
    >>> places = points_from_xy(np.arange(8), [0] * 8, crs="EPSG:4326")
    >>> frame = GeoDataFrame({"hot": np.arange(8.0), "known": [0] * 4 + [1] * 4}, geometry=places)
    >>> frame.attrs["columns"] = {"hot": "degC"}
    >>> model = from_cells(frame, ["hot"], "known", LogisticRegression()).model
    >>> grid = make_grid("EPSG:4326", 1.0, (20, 0, 23, 1))
    >>> hot = as_layer(np.array([[1.0, 6.0, 100.0]]), grid, units="degC").rename("hot")
    >>> with collect() as findings:
    ...     found = applied(model, [hot], as_layer(np.ones((1, 3), dtype=bool), grid), grid)
    >>> [(each.code, each.found) for each in findings]
    [('MODEL_EXTRAPOLATES', 'hot: 33.3% of the area')]
    >>> found.score.values.round(2).tolist(), found.extrapolated.values.tolist()
    ([[0.05, 0.95, 1.0]], [[0.0, 0.0, 1.0]])
    """
    known = restored(model)
    layers = layers_for(model, features, renamed or {})
    tell_ranges(model, layers, domain, grid)
    dissimilarity = dissimilarity_layer(known, layers, domain, grid)
    beyond = indicator(dissimilarity > known.threshold, dissimilarity)
    return Applied(
        score_layer(model, layers, domain, grid),
        dissimilarity,
        beyond.assign_attrs(own={"kind": "boolean"}),
    )
