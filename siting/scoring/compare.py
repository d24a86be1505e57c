"""Approaches compared with one another and with every single layer, honestly."""

from typing import Annotated, Any, NamedTuple

import geopandas as gpd
import numpy as np
from pydantic import Field

from siting.kinds import Domain, Estimator, Features, Folds, Grid, Layer, Model, Record
from siting.projection import position
from siting.scoring.cells import cells_table
from siting.scoring.compare_record import Task, compared
from siting.scoring.dated import check_vintages
from siting.scoring.training import background_cells, classification_table
from siting.signature import scorer

MAP_PLACES = 2_000  # cells of the domain whose distances the matched folds imitate


class Comparison(NamedTuple):
    """Figures of all approaches, and the best of them fitted on all samples."""

    record: Record
    model: Model


@scorer()
def cells(
    cells: Features,
    features: Annotated[list[str], Field(min_length=1)],
    target: str,
    approaches: Annotated[dict[str, Estimator], Field(min_length=1)],
    folds: Folds | None = None,
    group: str | None = None,
    region: str | None = None,
    within: str = "100 km",
    places: Features | None = None,
    per_group: Annotated[int, Field(ge=1)] = 5,
    bootstraps: Annotated[int, Field(ge=100)] = 1000,
    draws: Annotated[int, Field(ge=20)] = 100,
) -> Comparison:
    """Figures of approaches and single features on a table of cells, by held-out systems.

    Parameters
    ----------
    cells : GeoDataFrame of points
        Cells with a column for each feature; see :func:`siting.scoring.cells.cells_table`.
    features : list of str
        Columns to learn from.
    target : str
        Column of presence and absence.
    approaches : dict of scikit-learn estimators
        What is compared, by name: classifiers, or overlays that give a score. Hyperparameters
        are tuned inside the folds where an approach is a search:
        {sklearn.model_selection.GridSearchCV: …}.
    folds : Folds, optional
        The folds that the verdict rests on; by default blocks and a buffer as wide as the
        variogram of the labels asks for. Matched distances, held-out regions and random folds
        (which leak, and are marked so) are told beside them.
    group : str, optional
        Column of the system of each cell. Without it, each cell is a system.
    region : str, optional
        Column of the region (or the date of discovery) of each cell; regions are held out too.
    within : str
        Side of the blocks within which skill is told as well, ``"100 km"``; or ``"region"`` for
        the regions themselves. Pairs of one block show no contrast between regions.
    places : GeoDataFrame of points, optional
        Places that the map is for, whose distances the matched folds imitate; by default the
        convex hull of the cells.
    per_group : int
        Cells of each system that are trained on, spread evenly; all of them are tested.
    bootstraps : int
        Bootstraps over systems and over blocks.
    draws : int
        Fields of labels without meaning, in the self-test for leakage.

    Returns
    -------
    record : dict
        Verdict; figures by method and folds, over systems (mean score of their cells) and over
        cells; variograms; self-test.
    model : FittedModel
        The approach with the highest AUC over held-out systems, fitted on all of them.

    Raises
    ------
    InputError
        TOO_FEW_POSITIVES, VALUE_INVALID, FOLDS_EMPTY, FOLDS_TOO_FEW_BLOCKS, LAYER_YOUNGER, and
        the errors of :func:`siting.scoring.cells.cells_table`.
    PipelineError
        MODEL_FIT, MODEL_PREDICT.

    Notes
    -----
    *Pooled* AUC is over all pairs of a system with presence and one without; *within* is over
    pairs of one block. A score that knows only which region is rich has the first and not the
    second. The best layer, its sign, and the best approach are chosen inside each fold, from its
    training samples alone; differences are over the same bootstraps of blocks. Prediction-area
    crossing after Yousefi & Carranza (2015); recall²/P(ŷ) after Lee & Liu (2003), at the best
    tenth of what is searched, which is fixed in advance. Calibration is against the samples'
    own share of presence. Scores of several folds are pooled as they are, so that classifiers
    whose probabilities follow the share of positives in training lose a little.

    References
    ----------
    Roberts et al. (2017), Ecography 40, 913-929. Linnenbrink et al. (2024), Geosci. Model Dev.
    17, 5897-5912. Lee & Liu (2003), ICML-2003, 448-455.

    Examples
    --------
    In a pipeline file::

        comparison:
          compare.cells:
            cells: great_basin
            features: [heat_flow, fault_distance]
            target: positive
            group: site
            folds: {folds.spatial_blocks: {size: 100 km, buffer: 35 km}}
            approaches:
              logistic: {sklearn.linear_model.LogisticRegression: {C: 0.1}}

    A value that is high in the east, where all presences are, as if it were made of them, and
    folds without a buffer:

    >>> import numpy as np
    >>> from geopandas import GeoDataFrame, points_from_xy
    >>> from sklearn.naive_bayes import GaussianNB
    >>> rng = np.random.default_rng(0)
    >>> lon, lat = rng.uniform(0, 10, 200), rng.uniform(0, 3, 200)
    >>> frame = {"east": np.floor(lon), "known": (np.floor(lon) >= 5).astype(int)}
    >>> table = GeoDataFrame(frame, geometry=points_from_xy(lon, lat, crs=4326))
    >>> from siting.findings import collect
    >>> from siting.scoring.folds import spatial_blocks
    >>> with collect() as findings:
    ...     found = cells(table, ["east"], "known", {"bayes": GaussianNB()},
    ...                   folds=spatial_blocks("1 degree", "0 km", 5), within="2 degree",
    ...                   bootstraps=100, draws=20)
    >>> [each.code for each in findings[:2]], found.record["methods"][0]["sites"]["auc"]["value"]
    (['FEATURE_LEAK', 'FOLDS_BUFFER_SHORT'], 1.0)
    """
    _check_column_vintages(cells, features, folds)
    table = cells_table(cells, features, target=target, group=group, region=region)
    where = None
    if places is not None:
        points = places.geometry.to_crs("EPSG:4326").representative_point()
        where = points.x.to_numpy(), points.y.to_numpy()
    return Comparison(
        *compared(
            Task(table, approaches, folds, within, region, per_group, bootstraps, draws, where)
        )
    )


def _check_column_vintages(cells: gpd.GeoDataFrame, features: list[str], folds: Any) -> None:
    """Vintage of each column, or that of the whole table."""
    columns = cells.attrs.get("columns") or {}
    own = {
        name: columns[name].get("vintage") if isinstance(columns.get(name), dict) else None
        for name in features
    }
    whole = str(cells.attrs.get("vintage") or "")
    check_vintages({name: str(each or whole) for name, each in own.items()}, folds)


@scorer()
def layers(
    features: Annotated[list[Layer], Field(min_length=1)],
    labels: Features,
    approaches: Annotated[dict[str, Estimator], Field(min_length=1)],
    domain: Domain,
    grid: Grid,
    folds: Folds | None = None,
    target: str | None = None,
    group: str | None = None,
    region: str | None = None,
    within: str = "100 km",
    background: Annotated[int, Field(ge=0, le=100_000)] = 2000,
    per_group: Annotated[int, Field(ge=1)] = 5,
    bootstraps: Annotated[int, Field(ge=100)] = 500,
    draws: Annotated[int, Field(ge=20)] = 100,
) -> Comparison:
    """Figures of approaches and single layers at known places, by held-out systems.

    Parameters
    ----------
    features : list of layer
        Evidence.
    labels : GeoDataFrame of points
        Known places.
    approaches : dict of scikit-learn estimators
        What is compared, by name.
    domain : (y, x) layer of bool
        Where the background is drawn; shares of capture are shares of its area.
    grid : GeoBox
        The grid.
    folds : Folds, optional
        As for :func:`cells`.
    target : str, optional
        Column of the labels with 1 for presence and 0 for absence; without it all are 1.
    group, region : str, optional
        Columns of the labels with the system and the region (or date of discovery) of each.
    within : str
        Side of the blocks within which skill is told as well, or ``"region"``.
    background : int
        Cells of the domain drawn by area to stand against the labels; each is a system.
    per_group : int
        Cells of each system that are trained on.
    bootstraps : int
        Bootstraps over systems and over blocks.
    draws : int
        Fields of labels without meaning, in the self-test for leakage.

    Returns
    -------
    record : dict
        As of :func:`cells`.
    model : FittedModel
        The approach with the highest AUC over held-out systems, fitted on all of them.

    Raises
    ------
    InputError, PipelineError
        Those of :func:`cells`, and of :func:`siting.scoring.training.classification_table`.

    Notes
    -----
    As for :func:`cells`. The background may hold systems that nobody has found: AUC against it
    is a lower bound of that against true absence, and its scores are no probabilities of a
    system, so the reliability curve is of the samples alone.

    References
    ----------
    Those of :func:`cells`.

    Examples
    --------
    Fields in the hot west of a world of 40 by 20 cells; the layer is as good as any model:

    >>> import numpy as np
    >>> from geopandas import GeoDataFrame, points_from_xy
    >>> from sklearn.linear_model import LogisticRegression
    >>> from siting.grid import as_layer, make_grid
    >>> from siting.findings import collect
    >>> from siting.scoring.folds import spatial_blocks
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 40, 20))
    >>> hot = as_layer(np.tile(np.linspace(1, 0, 40), (20, 1)), grid, units="1").rename("hot")
    >>> land = as_layer(np.ones((20, 40), dtype=bool), grid)
    >>> rng = np.random.default_rng(0)
    >>> known = GeoDataFrame(geometry=points_from_xy(
    ...     rng.uniform(0, 8, 20), rng.uniform(0, 20, 20), crs=4326))
    >>> with collect() as findings:
    ...     found = layers([hot], known, {"logistic": LogisticRegression()}, land, grid,
    ...                    folds=spatial_blocks("5 degree", "0 km", 4), background=100,
    ...                    bootstraps=100, draws=20)
    >>> found.record["beats_single"]
    False
    """
    check_vintages({str(each.name): str(each.attrs.get("vintage", "")) for each in features}, folds)
    table = classification_table(
        features, labels, domain, grid, background=background, target=target,
        region=region, group=group,
    )  # fmt: skip
    rows, columns = background_cells(domain, grid, MAP_PLACES, seed=1)
    longitude, latitude = position(grid, rows + 0.5, columns + 0.5)
    where = np.asarray(longitude, dtype=float), np.asarray(latitude, dtype=float)
    return Comparison(
        *compared(
            Task(table, approaches, folds, within, region, per_group, bootstraps, draws, where)
        )
    )
