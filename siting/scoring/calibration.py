"""Curves from a model's score to odds of presence, learned from held-out scores.

What comes out are odds among the samples. With a prior,
:func:`siting.scoring.probability.case_control` and
:func:`siting.scoring.probability.presence_background` make probabilities of the ground of them.
"""

from typing import Annotated, NamedTuple

from pydantic import Field

from siting.kinds import Domain, Estimator, Features, Folds, Grid, Layer, Model, Record
from siting.scoring.calibrating import (
    ISOTONIC_FEWEST,
    LOGISTIC_FEWEST,
    Nature,
    calibrated,
    classes_of_cells,
    nature_of,
)
from siting.scoring.calibrators import IsotonicCurve, LogisticCurve
from siting.scoring.cells import kinds_of_columns
from siting.scoring.fitted import check_kind, units_of_layers
from siting.scoring.targets import tell_perfect
from siting.scoring.trained import tell_silent
from siting.scoring.training import classification_table
from siting.signature import scorer

_KIND_FIX = "conformal.interval gives intervals of a quantity"


class Calibration(NamedTuple):
    """How well held-out scores are calibrated, and an ensemble of models with their curves."""

    record: Record
    model: Model


@scorer()
def isotonic(
    features: list[Layer],
    labels: Features,
    model: Estimator,
    folds: Folds,
    domain: Domain,
    grid: Grid,
    background: Annotated[int, Field(ge=0, le=1_000_000)] = 5000,
    bootstraps: Annotated[int, Field(ge=2, le=200)] = 20,
    target: str | None = None,
    group: str | None = None,
    weight: str | None = None,
) -> Calibration:
    """Odds of presence learned from known places, by a curve of whatever rising shape.

    Parameters
    ----------
    features : list of layer
        Evidence.
    labels : GeoDataFrame of points or polygons
        Known places, or outlines of fields; cells of one outline share the weight of one label.
    model : scikit-learn classifier
        Unfitted; fitted it must give probabilities, of whatever kind: the curve corrects them.
    folds : Folds
        Folds by which scores are held out, with a buffer as wide as labels are alike.
    domain : (y, x) layer of bool
        Where the background is drawn.
    grid : GeoBox
        The grid.
    background : int
        Cells of the domain drawn by area to stand against the labels; 0 with absences of your
        own (``target``), since a background holds presences too and the two must not be mixed.
    bootstraps : int
        Members of the ensemble: refits on systems drawn with replacement, each with the curve
        of the same systems.
    target : str, optional
        Column of the labels with 1 for presence and 0 for absence; without it all are 1.
    group : str, optional
        Column of the labels with the field or system of each; a system counts one, however many
        cells it has.
    weight : str, optional
        Column of the labels with how much each counts, above zero.

    Returns
    -------
    record : record
        Brier score, expected calibration error and reliability curve of the held-out scores,
        as they are and by a curve that was learned without the same fold; AUC over systems.
    model : FittedModel
        The ensemble, for :func:`siting.scoring.probability.case_control` or
        :func:`siting.scoring.probability.presence_background`.

    Raises
    ------
    PipelineError
        MODEL_KIND, MODEL_FIT, MODEL_PREDICT.
    InputError
        TOO_FEW_POSITIVES with fewer than 20 systems of either class held out; PROBABILITY_RANGE
        for scores outside 0..1; FEATURES_CONSTANT where all samples have one score; LABELS_NATURE
        where absences and background are mixed;
        the errors of :func:`siting.scoring.training.classification_table` and of the folds.

    Notes
    -----
    The curve is isotonic, see :class:`siting.scoring.calibrators.IsotonicCurve`: steps of
    whatever shape, for which some twenty systems are few. It is learned from scores by models
    that had not seen the sample; a curve from the scores of samples seen calls every known field
    certain. Models of the ensemble are fitted on all systems drawn, so that cells of known
    fields themselves may score higher than any held-out sample did; they get the highest odds
    of the curve.

    References
    ----------
    Zadrozny & Elkan (2002), KDD 2002, 694-699. Brier (1950), Mon. Weather Rev. 78, 1-3. Naeini
    et al. (2015), AAAI-15, 2901-2907, for the expected calibration error.

    Examples
    --------
    Fields in the hot west of a world of 40 by 20 cells:

    >>> import numpy as np
    >>> from geopandas import GeoDataFrame, points_from_xy
    >>> from sklearn.linear_model import LogisticRegression
    >>> from siting.grid import as_layer, make_grid
    >>> from siting.scoring.folds import spatial_blocks
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 40, 20))
    >>> hot = as_layer(np.tile(np.linspace(1, 0, 40), (20, 1)), grid, units="1").rename("hot")
    >>> land = as_layer(np.ones((20, 40), dtype=bool), grid)
    >>> rng = np.random.default_rng(0)
    >>> lon, lat = 40 * rng.beta(1, 3, 40), rng.uniform(0, 20, 40)
    >>> known = GeoDataFrame(geometry=points_from_xy(lon, lat, crs=4326))
    >>> blocks = spatial_blocks("5 degree", "0 km", 4)
    >>> found = isotonic([hot], known, LogisticRegression(), blocks, land, grid, background=400,
    ...     bootstraps=5)
    >>> found.record["nature"], found.record["systems"]
    ('background', 38)
    """
    check_kind(model, "classifier", "calibration.isotonic", _KIND_FIX)
    table = classification_table(
        features, labels, domain, grid,
        background=background, target=target, group=group, weight=weight,
    )  # fmt: skip
    tell_perfect(table.X, table.y, str(labels.attrs.get("name", "labels")))
    nature = nature_of(table, "calibration.isotonic.labels")
    told = units_of_layers(features)
    return Calibration(
        *calibrated(
            model, table, folds, IsotonicCurve(), bootstraps, *told, nature, ISOTONIC_FEWEST
        )
    )


@scorer()
def logistic(
    features: list[Layer],
    labels: Features,
    model: Estimator,
    folds: Folds,
    domain: Domain,
    grid: Grid,
    background: Annotated[int, Field(ge=0, le=1_000_000)] = 5000,
    bootstraps: Annotated[int, Field(ge=2, le=200)] = 20,
    target: str | None = None,
    group: str | None = None,
    weight: str | None = None,
) -> Calibration:
    """Odds of presence learned from few known places, by a curve of two numbers.

    Parameters
    ----------
    features : list of layer
        Evidence.
    labels : GeoDataFrame of points or polygons
        Known places, or outlines of fields; cells of one outline share the weight of one label.
    model : scikit-learn classifier
        Unfitted; fitted it must give probabilities, of whatever kind: the curve corrects them.
    folds : Folds
        Folds by which scores are held out, with a buffer as wide as labels are alike.
    domain : (y, x) layer of bool
        Where the background is drawn.
    grid : GeoBox
        The grid.
    background : int
        Cells of the domain drawn by area to stand against the labels; 0 with absences of your
        own (``target``), since a background holds presences too and the two must not be mixed.
    bootstraps : int
        Members of the ensemble: refits on systems drawn with replacement, each with the curve
        of the same systems.
    target : str, optional
        Column of the labels with 1 for presence and 0 for absence; without it all are 1.
    group : str, optional
        Column of the labels with the field or system of each; a system counts one, however many
        cells it has.
    weight : str, optional
        Column of the labels with how much each counts, above zero.

    Returns
    -------
    record : record
        Brier score, expected calibration error and reliability curve of the held-out scores,
        as they are and by a curve that was learned without the same fold; AUC over systems.
    model : FittedModel
        The ensemble, for :func:`siting.scoring.probability.case_control` or
        :func:`siting.scoring.probability.presence_background`.

    Raises
    ------
    PipelineError
        MODEL_KIND, MODEL_FIT, MODEL_PREDICT.
    InputError
        TOO_FEW_POSITIVES with fewer than 5 systems of either class held out; PROBABILITY_RANGE
        for scores outside 0..1; FEATURES_CONSTANT where all samples have one score; LABELS_NATURE
        where absences and background are mixed;
        the errors of :func:`siting.scoring.training.classification_table` and of the folds.

    Notes
    -----
    The curve is a line in log odds, see :class:`siting.scoring.calibrators.LogisticCurve`, which
    five systems of each class suffice for; where there are more than twenty,
    :func:`isotonic` asks less of the shape.

    References
    ----------
    Platt (1999), Probabilistic outputs for support vector machines, Advances in Large Margin
    Classifiers, 61-74.

    Examples
    --------
    Fields in the hot west of a world of 40 by 20 cells:

    >>> import numpy as np
    >>> from geopandas import GeoDataFrame, points_from_xy
    >>> from sklearn.linear_model import LogisticRegression
    >>> from siting.grid import as_layer, make_grid
    >>> from siting.scoring.folds import spatial_blocks
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 40, 20))
    >>> hot = as_layer(np.tile(np.linspace(1, 0, 40), (20, 1)), grid, units="1").rename("hot")
    >>> land = as_layer(np.ones((20, 40), dtype=bool), grid)
    >>> rng = np.random.default_rng(0)
    >>> lon, lat = 40 * rng.beta(1, 8, 12), rng.uniform(0, 20, 12)
    >>> known = GeoDataFrame(geometry=points_from_xy(lon, lat, crs=4326))
    >>> blocks = spatial_blocks("5 degree", "0 km", 4)
    >>> found = logistic([hot], known, LogisticRegression(), blocks, land, grid, background=400,
    ...     bootstraps=5)
    >>> found.record["curve"], found.record["systems"]
    ('LogisticCurve', 12)
    """
    check_kind(model, "classifier", "calibration.logistic", _KIND_FIX)
    table = classification_table(
        features, labels, domain, grid,
        background=background, target=target, group=group, weight=weight,
    )  # fmt: skip
    tell_perfect(table.X, table.y, str(labels.attrs.get("name", "labels")))
    nature = nature_of(table, "calibration.logistic.labels")
    told = units_of_layers(features)
    return Calibration(
        *calibrated(
            model, table, folds, LogisticCurve(), bootstraps, *told, nature, LOGISTIC_FEWEST
        )
    )


@scorer()
def isotonic_cells(
    cells: Features,
    features: Annotated[list[str], Field(min_length=1)],
    target: str,
    model: Estimator,
    folds: Folds,
    group: str | None = None,
    region: str | None = None,
    weight: str | None = None,
    unlabelled: bool = False,
    bootstraps: Annotated[int, Field(ge=2, le=200)] = 20,
) -> Calibration:
    """Odds of presence learned from a table of cells, by a curve of whatever rising shape.

    Parameters
    ----------
    cells : GeoDataFrame of points
        Cells with a column for each feature; see :func:`siting.scoring.cells.cells_table`.
    features : list of str
        Columns to learn from.
    target : str
        Column of presence and absence.
    model : scikit-learn classifier
        Unfitted; fitted it must give probabilities, of whatever kind: the curve corrects them.
    folds : Folds
        Folds by which scores are held out, with a buffer as wide as labels are alike.
    group : str, optional
        Column of the system of each cell; a system counts one, however many cells it has.
    region : str, optional
        Column of the region of each cell, for folds.
    weight : str, optional
        Column of how much each cell counts, above zero.
    unlabelled : bool
        Whether 0 in the target means that nobody knows, so that the cells with 0 are a sample of
        all ground; else they are known absences.
    bootstraps : int
        Members of the ensemble: refits on systems drawn with replacement, each with the curve
        of the same systems.

    Returns
    -------
    record : record
        Brier score, expected calibration error and reliability curve of the held-out scores,
        as they are and by a curve that was learned without the same fold; AUC over systems.
    model : FittedModel
        The ensemble, for :func:`siting.scoring.probability.case_control` or
        :func:`siting.scoring.probability.presence_background`.

    Raises
    ------
    PipelineError
        MODEL_KIND, MODEL_FIT, MODEL_PREDICT.
    InputError
        TOO_FEW_POSITIVES with fewer than 20 systems of either class held out; PROBABILITY_RANGE
        for scores outside 0..1; FEATURES_CONSTANT where all samples have one score;
        the errors of :func:`siting.scoring.cells.cells_table` and of the folds.

    Notes
    -----
    The curve is isotonic, see :class:`siting.scoring.calibrators.IsotonicCurve`: steps of
    whatever shape, for which some twenty systems are few. It is learned from scores by models
    that had not seen the sample; a curve from the scores of samples seen calls every known field
    certain. Models of the ensemble are fitted on all systems drawn, so that cells of known
    fields themselves may score higher than any held-out sample did; they get the highest odds
    of the curve.

    References
    ----------
    Zadrozny & Elkan (2002), KDD 2002, 694-699. Brier (1950), Mon. Weather Rev. 78, 1-3. Naeini
    et al. (2015), AAAI-15, 2901-2907, for the expected calibration error.

    Examples
    --------
    >>> import numpy as np
    >>> from geopandas import GeoDataFrame, points_from_xy
    >>> from sklearn.linear_model import LogisticRegression
    >>> from siting.scoring.folds import spatial_blocks
    >>> rng = np.random.default_rng(0)
    >>> lon, hot = rng.uniform(0, 20, 120), rng.normal(size=120)
    >>> known = (rng.random(120) < 1 / (1 + np.exp(-2 * hot))).astype(int)
    >>> places = points_from_xy(lon, rng.uniform(0, 10, 120), crs="EPSG:4326")
    >>> cells = GeoDataFrame({"hot": hot, "known": known}, geometry=places)
    >>> cells.attrs["columns"] = {"hot": "1"}
    >>> found = isotonic_cells(cells, ["hot"], "known", LogisticRegression(),
    ...     spatial_blocks("2 degree", "0 km", 5), bootstraps=5)
    >>> found.record["nature"], found.record["systems"]
    ('absence', 51)
    """
    check_kind(model, "classifier", "calibration.isotonic_cells", _KIND_FIX)
    columns = {"group": group, "region": region, "weight": weight}
    table = classes_of_cells(cells, features, target, columns)
    tell_silent(table.record["units"], features, "calibration.isotonic_cells")
    told = table.record["units"], kinds_of_columns(cells, features)
    nature: Nature = "background" if unlabelled else "absence"
    return Calibration(
        *calibrated(
            model, table, folds, IsotonicCurve(), bootstraps, *told, nature, ISOTONIC_FEWEST
        )
    )


@scorer()
def logistic_cells(
    cells: Features,
    features: Annotated[list[str], Field(min_length=1)],
    target: str,
    model: Estimator,
    folds: Folds,
    group: str | None = None,
    region: str | None = None,
    weight: str | None = None,
    unlabelled: bool = False,
    bootstraps: Annotated[int, Field(ge=2, le=200)] = 20,
) -> Calibration:
    """Odds of presence learned from a table of few cells, by a curve of two numbers.

    Parameters
    ----------
    cells : GeoDataFrame of points
        Cells with a column for each feature; see :func:`siting.scoring.cells.cells_table`.
    features : list of str
        Columns to learn from.
    target : str
        Column of presence and absence.
    model : scikit-learn classifier
        Unfitted; fitted it must give probabilities, of whatever kind: the curve corrects them.
    folds : Folds
        Folds by which scores are held out, with a buffer as wide as labels are alike.
    group : str, optional
        Column of the system of each cell; a system counts one, however many cells it has.
    region : str, optional
        Column of the region of each cell, for folds.
    weight : str, optional
        Column of how much each cell counts, above zero.
    unlabelled : bool
        Whether 0 in the target means that nobody knows, so that the cells with 0 are a sample of
        all ground; else they are known absences.
    bootstraps : int
        Members of the ensemble: refits on systems drawn with replacement, each with the curve
        of the same systems.

    Returns
    -------
    record : record
        Brier score, expected calibration error and reliability curve of the held-out scores,
        as they are and by a curve that was learned without the same fold; AUC over systems.
    model : FittedModel
        The ensemble, for :func:`siting.scoring.probability.case_control` or
        :func:`siting.scoring.probability.presence_background`.

    Raises
    ------
    PipelineError
        MODEL_KIND, MODEL_FIT, MODEL_PREDICT.
    InputError
        TOO_FEW_POSITIVES with fewer than 5 systems of either class held out; PROBABILITY_RANGE
        for scores outside 0..1; FEATURES_CONSTANT where all samples have one score;
        the errors of :func:`siting.scoring.cells.cells_table` and of the folds.

    Notes
    -----
    The curve is a line in log odds, see :class:`siting.scoring.calibrators.LogisticCurve`, which
    five systems of each class suffice for; where there are more than twenty,
    :func:`isotonic` asks less of the shape.

    References
    ----------
    Platt (1999), Probabilistic outputs for support vector machines, Advances in Large Margin
    Classifiers, 61-74.

    Examples
    --------
    >>> import numpy as np
    >>> from geopandas import GeoDataFrame, points_from_xy
    >>> from sklearn.linear_model import LogisticRegression
    >>> from siting.scoring.folds import spatial_blocks
    >>> rng = np.random.default_rng(0)
    >>> lon, hot = rng.uniform(0, 20, 40), rng.normal(size=40)
    >>> known = (rng.random(40) < 1 / (1 + np.exp(-2 * hot))).astype(int)
    >>> places = points_from_xy(lon, rng.uniform(0, 10, 40), crs="EPSG:4326")
    >>> cells = GeoDataFrame({"hot": hot, "known": known}, geometry=places)
    >>> cells.attrs["columns"] = {"hot": "1"}
    >>> found = logistic_cells(cells, ["hot"], "known", LogisticRegression(),
    ...     spatial_blocks("2 degree", "0 km", 5), bootstraps=5)
    >>> found.record["nature"], found.record["systems"]
    ('absence', 19)
    """
    check_kind(model, "classifier", "calibration.logistic_cells", _KIND_FIX)
    columns = {"group": group, "region": region, "weight": weight}
    table = classes_of_cells(cells, features, target, columns)
    tell_silent(table.record["units"], features, "calibration.logistic_cells")
    told = table.record["units"], kinds_of_columns(cells, features)
    nature: Nature = "background" if unlabelled else "absence"
    return Calibration(
        *calibrated(
            model, table, folds, LogisticCurve(), bootstraps, *told, nature, LOGISTIC_FEWEST
        )
    )
