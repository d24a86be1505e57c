"""Why a model scores as it does: what each layer is worth, its response, and likeness."""

from dataclasses import replace
from typing import Annotated, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox
from pydantic import Field

from siting.columns import row_names
from siting.errors import InputError
from siting.grid import cell_of, sample
from siting.kernels.feature_space import Likeness, likeness_of
from siting.kinds import (
    Domain,
    Estimator,
    Features,
    Folds,
    Grid,
    Layer,
    Model,
    Record,
    Unit,
)
from siting.scoring.applying import layers_for
from siting.scoring.cells import cells_table
from siting.scoring.explanation_dependence import dependence_record
from siting.scoring.explanation_importance import importance_record
from siting.scoring.fitted import units_of_layers
from siting.scoring.prediction import cellwise
from siting.scoring.training import background_cells, classification_table
from siting.signature import scorer

Floats = NDArray[np.float64]
DOMAIN_CELLS = 5_000  # of the ground, whose features are counted


@scorer()
def importance(
    features: list[Layer],
    labels: Features,
    model: Estimator,
    folds: Folds,
    domain: Domain,
    grid: Grid,
    target: str | None = None,
    group: str | None = None,
    region: str | None = None,
    within: str = "100 km",
    background: Annotated[int, Field(ge=0, le=100_000)] = 2000,
    repeats: Annotated[int, Field(ge=1, le=100)] = 5,
    bootstraps: Annotated[int, Field(ge=100, le=10_000)] = 500,
) -> Record:
    """Loss of skill at held-out places when a layer is shuffled, by spatial block.

    Parameters
    ----------
    features : list of layer
        Evidence.
    labels : GeoDataFrame of points or polygons
        Known places.
    model : scikit-learn classifier
        Unfitted; it is fitted without each fold.
    folds : Folds
        What is held out: {folds.spatial_blocks: {size: 100 km, buffer: 20 km}}.
    domain : (y, x) layer of bool
        Where the background is drawn.
    grid : GeoBox
        The grid.
    target, group, region : str, optional
        Columns of the labels, as for :func:`siting.scoring.learned.classifier`.
    within : str
        Side of the blocks that values are shuffled within and between.
    background : int
        Cells of the domain drawn by area to stand against the labels.
    repeats : int
        Shuffles of each feature.
    bootstraps : int
        Bootstraps over blocks, for the intervals.

    Returns
    -------
    dict
        Of each feature the loss of AUC with its interval: ``pooled``, shuffled over all
        held-out samples; ``within``, among those of a block; ``between``, blocks trade values.

    Raises
    ------
    InputError
        FOLDS_TOO_FEW_BLOCKS and other errors of the folds, and those of
        :func:`siting.scoring.training.classification_table`.
    PipelineError
        MODEL_FIT, MODEL_PREDICT, VALUE_INVALID.

    Notes
    -----
    A layer that matters between blocks and not within them tells rich regions from poor ones,
    and no place in them. Of two layers that go together, each may lose little: the model leans
    on the other. The intervals are of the samples, for these fits.

    References
    ----------
    Breiman (2001), Random forests, Machine Learning 45, 5-32. Roberts et al. (2017),
    Cross-validation strategies for data with temporal, spatial, hierarchical, or phylogenetic
    structure, Ecography 40, 913-929.

    Examples
    --------
    Fields where it is hot, whatever the other layer says:

    >>> import numpy as np
    >>> from geopandas import GeoDataFrame, points_from_xy
    >>> from sklearn.linear_model import LogisticRegression
    >>> from siting.grid import as_layer, make_grid
    >>> from siting.scoring.folds import spatial_blocks
    >>> grid, rng = make_grid("EPSG:4326", 1.0, (0, 0, 20, 10)), np.random.default_rng(0)
    >>> hot = as_layer(rng.random((10, 20)), grid, units="1").rename("hot")
    >>> odd = as_layer(rng.random((10, 20)), grid, units="1").rename("odd")
    >>> row, column = np.nonzero(hot.values > 0.8)
    >>> known = GeoDataFrame(geometry=points_from_xy(column + 0.5, 9.5 - row, crs=4326))
    >>> land = as_layer(np.ones((10, 20), dtype=bool), grid)
    >>> found = importance([hot, odd], known, LogisticRegression(),
    ...                    spatial_blocks("5 degree", "0 km", 4), land, grid, within="5 degree",
    ...                    background=150, bootstraps=100)
    >>> [each["layer"] for each in found["features"]]
    ['hot', 'odd']
    """
    table = classification_table(
        features, labels, domain, grid,
        background=background, target=target, group=group, region=region,
    )  # fmt: skip
    return importance_record(model, table, folds, within, repeats, bootstraps)


@scorer()
def importance_of_cells(
    cells: Features,
    features: Annotated[list[str], Field(min_length=1)],
    target: str,
    model: Estimator,
    folds: Folds,
    group: str | None = None,
    region: str | None = None,
    weight: str | None = None,
    within: str = "100 km",
    repeats: Annotated[int, Field(ge=1, le=100)] = 5,
    bootstraps: Annotated[int, Field(ge=100, le=10_000)] = 500,
) -> Record:
    """Loss of skill at held-out cells of a table when a column is shuffled, by spatial block.

    Parameters
    ----------
    cells : GeoDataFrame of points
        Cells with a column for each feature.
    features : list of str
        Columns to learn from.
    target : str
        Column of presence and absence, or a quantity, for which the loss is of R².
    model : scikit-learn estimator
        Unfitted.
    folds : Folds
        What is held out.
    group, region, weight : str, optional
        Columns of the system, region and weight of each cell.
    within : str
        Side of the blocks that values are shuffled within and between.
    repeats : int
        Shuffles of each feature.
    bootstraps : int
        Bootstraps over blocks, for the intervals.

    Returns
    -------
    dict
        As of :func:`importance`.

    Raises
    ------
    InputError
        Those of the folds, and of :func:`siting.scoring.cells.cells_table`.
    PipelineError
        MODEL_FIT, MODEL_PREDICT, VALUE_INVALID.

    Notes
    -----
    As for :func:`importance`.

    Examples
    --------
    In a pipeline file::

        worth:
          explanation.importance_of_cells:
            cells: great_basin
            features: [heat_flow, fault_distance]
            target: positive
            group: site
            folds: {folds.spatial_blocks: {size: 100 km, buffer: 35 km}}
            model: {sklearn.ensemble.ExtraTreesClassifier: {min_samples_leaf: 5}}
    """
    columns = {"group": group, "region": region, "weight": weight}
    table = cells_table(cells, features, target=target, **columns)
    return importance_record(model, table, folds, within, repeats, bootstraps)


@scorer()
def dependence(
    features: list[Layer],
    labels: Features,
    model: Estimator,
    domain: Domain,
    grid: Grid,
    target: str | None = None,
    group: str | None = None,
    background: Annotated[int, Field(ge=0, le=100_000)] = 2000,
    refits: Annotated[int, Field(ge=2, le=200)] = 10,
) -> Record:
    """Mean response of a model along each layer, with the density of the data.

    Parameters
    ----------
    features : list of layer
        Evidence.
    labels : GeoDataFrame of points or polygons
        Known places.
    model : scikit-learn classifier
        Unfitted.
    domain : (y, x) layer of bool
        Where the background is drawn, and whose cells are counted.
    grid : GeoBox
        The grid.
    target, group : str, optional
        Columns of the labels, as for :func:`siting.scoring.learned.classifier`.
    background : int
        Cells of the domain drawn by area to stand against the labels.
    refits : int
        Fits on systems drawn with replacement, for the interval.

    Returns
    -------
    dict
        Of each feature: ``grid`` in its unit, ``mean``, ``low`` and ``high`` (90 %, over
        refits), accumulated local effects ``ale``, and counts of training samples, positives
        and cells of the domain between ``edges``.

    Raises
    ------
    InputError, PipelineError
        MODEL_FIT, MODEL_PREDICT, and the errors of
        :func:`siting.scoring.training.classification_table`.

    Notes
    -----
    Partial dependence moves a feature alone, also to where it does not go together with the
    others; accumulated local effects do not. Where there are few samples neither tells much.

    References
    ----------
    Friedman (2001), Annals of Statistics 29, 1189-1232. Apley & Zhu (2020), Journal of the Royal
    Statistical Society B 82, 1059-1086.

    Examples
    --------
    Fields in the hot west: the response rises with heat:

    >>> import numpy as np
    >>> from geopandas import GeoDataFrame, points_from_xy
    >>> from sklearn.linear_model import LogisticRegression
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 20, 10))
    >>> hot = as_layer(np.tile(np.linspace(1, 0, 20), (10, 1)), grid, units="1").rename("hot")
    >>> land = as_layer(np.ones((10, 20), dtype=bool), grid)
    >>> known = GeoDataFrame(geometry=points_from_xy([0.5, 1.5, 2.5], [1.5, 5.5, 8.5], crs=4326))
    >>> found = dependence([hot], known, LogisticRegression(), land, grid, background=100, refits=2)
    >>> mean = found["features"][0]["mean"]
    >>> mean == sorted(mean)
    True
    """
    table = classification_table(
        features, labels, domain, grid, background=background, target=target, group=group
    )
    rows, columns = background_cells(domain, grid, DOMAIN_CELLS, seed=1)
    ground = pd.DataFrame({str(each.name): sample(each, rows, columns) for each in features})
    return dependence_record(model, table, ground, *units_of_layers(features), refits)


@scorer()
def dependence_of_cells(
    cells: Features,
    features: Annotated[list[str], Field(min_length=1)],
    target: str,
    model: Estimator,
    group: str | None = None,
    region: str | None = None,
    weight: str | None = None,
    refits: Annotated[int, Field(ge=2, le=200)] = 10,
) -> Record:
    """Mean response of a model along each column of a table of cells, with their density.

    Parameters
    ----------
    cells : GeoDataFrame of points
        Cells with a column for each feature.
    features : list of str
        Columns to learn from.
    target : str
        Column of presence and absence, or a quantity.
    model : scikit-learn estimator
        Unfitted.
    group, region, weight : str, optional
        Columns of the system, region and weight of each cell.
    refits : int
        Fits on systems drawn with replacement, for the interval.

    Returns
    -------
    dict
        As of :func:`dependence`; there is no domain to count.

    Raises
    ------
    InputError, PipelineError
        MODEL_FIT, MODEL_PREDICT, and the errors of :func:`siting.scoring.cells.cells_table`.

    Notes
    -----
    As for :func:`dependence`.

    Examples
    --------
    In a pipeline file::

        responses:
          explanation.dependence_of_cells:
            cells: great_basin
            features: [heat_flow, fault_distance]
            target: positive
            group: site
            model: {sklearn.ensemble.ExtraTreesClassifier: {min_samples_leaf: 5}}
    """
    columns = {"group": group, "region": region, "weight": weight}
    table = cells_table(cells, features, target=target, **columns)
    return dependence_record(model, table, None, table.record["units"], {}, refits)


@scorer()
def likeness(
    features: list[Layer],
    model: Model,
    domain: Domain,
    grid: Grid,
    longitude: Annotated[float, Unit("degree"), Field(ge=-180, le=180)] | None = None,
    latitude: Annotated[float, Unit("degree"), Field(ge=-90, le=90)] | None = None,
    known: Features | None = None,
    name: str | None = None,
) -> Annotated[Layer, Unit("1")]:
    """Similarity of every place to one place, or to a known system, as a model sees them.

    Parameters
    ----------
    features : list of layer
        A layer for each feature of the model.
    model : FittedModel
        By which features count: a learned model, or a weighted overlay.
    domain : (y, x) layer of bool
        Where the similarity is defined.
    grid : GeoBox
        The grid.
    longitude, latitude : float, optional
        The place [degree].
    known : GeoDataFrame, optional
        Known systems, of which ``name`` is one.
    name : str, optional
        Name of the system; of several places that it has, the most alike counts.

    Returns
    -------
    (y, x) layer
        exp(-d / d̄): 1 for a twin, 0.37 for places as far apart as training samples are on
        average [1].

    Raises
    ------
    InputError
        VALUE_INVALID without a place, OUTSIDE_GRID, VALUE_MISSING, VALUE_UNKNOWN for a
        system that is not there, MODEL_TRAINING for a model without a space, MODEL_FEATURES.
    UnitsError
        MODEL_UNITS.

    Notes
    -----
    d is the distance among standardised features weighted by importance, d̄ its mean over
    training samples: the space of the dissimilarity index. It says what looks alike to the
    model, not that a system is there.

    References
    ----------
    Meyer & Pebesma (2021), Predicting into unknown space? Estimating the area of applicability
    of spatial prediction models, Methods in Ecology and Evolution 12, 1620-1633.

    Examples
    --------
    >>> import numpy as np
    >>> from siting.grid import as_layer, make_grid
    >>> from siting.scoring.overlay import weighted
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 3, 1))
    >>> hot = as_layer(np.array([[0.2, 0.9, 0.9]]), grid, units="1").rename("hot")
    >>> land = as_layer(np.ones((1, 3), dtype=bool), grid)
    >>> model = weighted([(hot, 1.0)], land, grid).model
    >>> likeness([hot], model, land, grid, longitude=1.5, latitude=0.5).values.round(2).tolist()
    [[0.18, 1.0, 1.0]]
    """
    eyes = likeness_of(model)
    if eyes is None:
        raise InputError(
            "MODEL_TRAINING", "the model does not say by which features places are alike",
            where="explanation.likeness.model", found=type(model.estimator).__name__,
            wanted="a learned model, or a weighted overlay",
            fix="take the model of learned.classifier or overlay.weighted",
        )  # fmt: skip
    # An overlay's features are memberships; it has no card that says so.
    plain = dict.fromkeys(model.features, "1")
    told = replace(model, card={"units": plain, **model.card})
    layers = layers_for(told, features, {})
    there = _values(layers, grid, *_place(longitude, latitude, known, name))
    return cellwise(_Similar(eyes, there), layers, domain, grid)


class _Similar:
    """Similarity of values to the most similar of some places."""

    def __init__(self, eyes: Likeness, there: Floats) -> None:
        self.eyes, self.there = eyes, there

    def __call__(self, values: Floats) -> Floats:
        return np.asarray(self.eyes.between(values, self.there).max(axis=1))


def _place(
    longitude: float | None, latitude: float | None, known: Any, name: str | None
) -> tuple[Floats, Floats]:
    """Coordinates of the place, or of all places of the named system."""
    if longitude is not None and latitude is not None and name is None:
        return np.array([longitude]), np.array([latitude])
    if known is None or name is None or longitude is not None or latitude is not None:
        raise InputError(
            "VALUE_INVALID", "one place is needed, and one only", where="explanation.likeness",
            wanted="`longitude` and `latitude`; or `known` and the `name` of a system in it",
        )  # fmt: skip
    names = row_names(known)
    chosen = known[np.array([each == name for each in names])]
    if chosen.empty:
        raise InputError(
            "VALUE_UNKNOWN", "there is no known system of that name",
            where="explanation.likeness.name", found=name,
            wanted=", ".join(dict.fromkeys(names[:10])),
        )  # fmt: skip
    points = chosen.geometry.to_crs("EPSG:4326").representative_point()
    return points.x.to_numpy(), points.y.to_numpy()


def _values(
    layers: list[xr.DataArray], grid: GeoBox, longitude: Floats, latitude: Floats
) -> Floats:
    """Features of the places that are on the grid and have them all, (n, features)."""
    row, column = cell_of(grid, longitude, latitude)
    inside = row >= 0
    where = f"{longitude[0]:g}, {latitude[0]:g}"
    if not inside.any():
        raise InputError(
            "OUTSIDE_GRID", "the place lies outside the grid", where="explanation.likeness",
            found=where, fix="correct longitude and latitude, or widen the bounds of the grid",
        )  # fmt: skip
    values = np.stack([sample(each, row[inside], column[inside]) for each in layers], axis=1)
    whole = np.isfinite(values).all(axis=1)
    if not whole.any():
        missing = [
            str(each.name) for each, x in zip(layers, values.T, strict=True) if np.isnan(x).all()
        ]
        raise InputError(
            "VALUE_MISSING", "a feature has no value at the place",
            where="explanation.likeness", found=f"{where}: {', '.join(missing)}",
            fix="take a place nearby, or fill the layer there",
        )  # fmt: skip
    return np.asarray(values[whole], dtype=np.float64)
