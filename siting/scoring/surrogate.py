"""Simulate hundreds, predict millions: a model learned from cells that were simulated."""

from typing import Annotated, Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox
from pydantic import Field
from sklearn.base import is_regressor

from siting.errors import InputError, PipelineError
from siting.findings import warn
from siting.grid import as_layer
from siting.kernels.prediction import predicted
from siting.kinds import Domain, Estimator, Grid, Layer, Record, Simulator, Unit
from siting.projection import position
from siting.scoring import surrogate_skill
from siting.scoring.prediction import feature_names
from siting.scoring.surrogate_search import Search, spread_out
from siting.signature import scorer
from siting.wording import counted

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
FEWEST = 40  # simulated cells that a model may be learned from


class Simulated(NamedTuple):
    """What a surrogate says of every cell, and how good it is."""

    predicted: Annotated[Layer, Unit("USD GPU-1 h-1")]
    low: Annotated[Layer, Unit("USD GPU-1 h-1")]
    high: Annotated[Layer, Unit("USD GPU-1 h-1")]
    simulated: Annotated[Layer, Unit("1")]
    record: Record


@scorer()
def simulated(
    simulator: Simulator,
    features: list[Layer],
    model: Estimator,
    domain: Domain,
    grid: Grid,
    first: Annotated[int, Field(ge=FEWEST, le=100_000)] = 200,
    batch: Annotated[int, Field(ge=10, le=10_000)] = 60,
    most: Annotated[int, Field(ge=FEWEST, le=1_000_000)] = 600,
    best: Annotated[int, Field(ge=1, le=10_000)] = 50,
    tolerance: Annotated[float, Field(gt=0, le=1)] = 0.05,
    coverage: Annotated[float, Field(gt=0.5, lt=1)] = 0.9,
    block: Annotated[float, Unit("degree"), Field(gt=0, le=90)] = 20.0,
    within: Layer | None = None,
) -> Simulated:
    """Simulated cost of every cell, predicted from a few hundred cells that were simulated.

    Parameters
    ----------
    simulator : simulator
        What simulates single cells; its target is learned.
    features : list of (y, x) layers
        What the model knows of a cell: climate and place.
    model : scikit-learn regressor
        Unfitted; it learns the logarithm of the target.
    domain : (y, x) layer of bool
        Where a cost is wanted.
    grid : GeoBox
        The run's grid.
    first : int
        Cells simulated at first, spread over the space of the features.
    batch : int
        Cells simulated in each further round: those that may be among the best.
    most : int
        Cells simulated at most.
    best : int
        How many of the best cells are to be known.
    tolerance : float
        The search ends when no other cell's interval reaches below the cost of the last of the
        best by more than this share [1].
    coverage : float
        Share of cells whose cost lies inside of the interval [1].
    block : float
        Side of the blocks by which the model is judged [degree].
    within : (y, x) layer, optional
        1 where a cost is wanted; the domain elsewhere is left without one. Hopeless cells cost
        hundreds of times the best: a model that must tell them apart knows less of the good ones.

    Returns
    -------
    predicted, low, high : (y, x) layers
        Cost and the bounds of its interval; where a cell was simulated all three are what the
        simulation gave. The interval is that of the model against the simulation, not of the
        simulation against the world.
    simulated : (y, x) layer
        1 where the cell was simulated.
    record : record
        How many cells were simulated, errors with whole blocks left out, baselines beside them,
        and whether the best cells are known.

    Raises
    ------
    PipelineError
        MODEL_KIND where the model is no regressor.
    InputError
        SURROGATE_NO_DATA where too few cells of the domain have features or can be simulated.

    Warns
    -----
    SURROGATE_UNSETTLED
        Where ``most`` cells were simulated and others may still be among the best.
    SURROGATE_USELESS
        Where a single layer predicts as well with whole blocks left out.

    Notes
    -----
    The interval is conformal: the quantile of the absolute error of the logarithm over cells whose
    whole block was left out. Cells chosen because they may be cheap are no fair sample, so its
    coverage is also counted on each round's cells before they were simulated.

    References
    ----------
    Vovk, Gammerman and Shafer (2005), Algorithmic learning in a random world; Jones, Schonlau and
    Welch (1998), J. Global Optimization 13, 455-492.

    Examples
    --------
    A simulator whose cost falls with the waves, asked for 60 of 400 cells:

    >>> from sklearn.ensemble import ExtraTreesRegressor
    >>> from siting.grid import make_grid
    >>> class Toy:
    ...     target, attrs = "cost", {}
    ...     def simulate(self, rows, columns):
    ...         return pd.DataFrame({"cost": 10 - 0.4 * columns})
    >>> grid = make_grid("EPSG:4326", 5.0, (-50, -50, 50, 50))
    >>> waves = as_layer(np.tile(np.arange(20.0), (20, 1)), grid, units="1").rename("waves")
    >>> sea = as_layer(np.ones((20, 20), bool), grid)
    >>> trees = ExtraTreesRegressor(50, random_state=0)
    >>> found = simulated(Toy(), [waves], trees, sea, grid, first=40, batch=20, most=60, best=5)
    >>> found.record["simulated"], found.record["settled"]
    (60, True)
    """
    if not is_regressor(model):
        raise PipelineError(
            "MODEL_KIND", "the model is not a regressor", where="surrogate.simulated.model",
            found=type(model).__name__, fix="use a regressor such as "
            "sklearn.ensemble.HistGradientBoostingRegressor",
        )  # fmt: skip
    names = feature_names(features, "surrogate.simulated")
    wanted = domain if within is None else (domain == 1) & (within == 1)
    cells = _cells(features, names, wanted, grid)
    if len(cells.X) < FEWEST:
        raise _no_data(len(cells.X), "cells of the domain have all features")
    search = Search(model, cells.X, cells.place, block, coverage)
    _simulate(simulator, search, cells, spread_out(cells.X, first))
    if len(search.known) < FEWEST:
        raise _no_data(len(search.known), "cells could be simulated")
    while not search.settled(best, tolerance) and len(search.tried) < min(most, len(cells.X)):
        count = min(batch, most - len(search.tried))
        _simulate(simulator, search, cells, search.promising(best, tolerance, count))
    record = surrogate_skill.judged(search, simulator.target, best, tolerance)
    _tell(record, most)
    return _layers(search, cells, grid, record)


class _Cells(NamedTuple):
    """Cells of the domain with their features, in the order of rows and columns."""

    rows: Integers
    columns: Integers
    X: pd.DataFrame
    place: pd.DataFrame  # longitude and latitude [degree]


def _cells(
    features: list[xr.DataArray], names: tuple[str, ...], domain: xr.DataArray, grid: GeoBox
) -> _Cells:
    values = np.stack([np.asarray(each.data, dtype=np.float32) for each in features], axis=-1)
    inside = (np.asarray(domain.data) == 1) & np.isfinite(values).all(axis=-1)
    rows, columns = np.nonzero(inside)
    longitude, latitude = position(grid, rows + 0.5, columns + 0.5)
    X = pd.DataFrame(values[rows, columns].astype(float), columns=list(names))
    return _Cells(rows, columns, X, pd.DataFrame({"longitude": longitude, "latitude": latitude}))


def _simulate(simulator: Any, search: Search, cells: _Cells, chosen: Integers) -> None:
    figures = simulator.simulate(cells.rows[chosen], cells.columns[chosen])
    search.learn(chosen, figures[simulator.target].to_numpy(float))


def _layers(search: Search, cells: _Cells, grid: GeoBox, record: dict[str, Any]) -> Simulated:
    middle = np.exp(predicted(search.fitted, cells.X))
    width = np.exp(search.width)
    low, high = middle / width, middle * width
    for each in (middle, low, high):
        each[search.known] = search.target
    known = np.zeros(len(middle))
    known[search.known] = 1

    def layer(values: Floats) -> xr.DataArray:
        whole = np.full(grid.shape.yx, np.nan, np.float32)
        whole[cells.rows, cells.columns] = values
        return as_layer(whole, grid)

    return Simulated(layer(middle), layer(low), layer(high), layer(known), record)


def _no_data(count: int, what: str) -> InputError:
    return InputError(
        "SURROGATE_NO_DATA",
        "there are too few cells to learn from",
        where="surrogate.simulated",
        found=f"{count} {what}",
        wanted=f"{FEWEST} or more",
        fix="look at where the features and the simulator's layers have values",
    )


def _tell(record: dict[str, Any], most: int) -> None:
    if not record["settled"]:
        warn(
            "SURROGATE_UNSETTLED",
            f"{counted(record['may_be_best'], 'cell')} that were not simulated may be among the "
            "best",
            where="surrogate.simulated",
            found=f"{counted(record['simulated'], 'cell')} simulated",
            wanted=f"none below {record['bound']:.3g} by their interval",
            fix=f"raise `most` above {most}, or `tolerance`; candidates are simulated in any case",
        )
    if not record["beats_baseline"]:
        warn(
            "SURROGATE_USELESS",
            f"'{record['best_single']['name']}' alone predicts the cost as well as the model",
            where="surrogate.simulated",
            found=f"error {record['error']:.3f}",
            wanted=f"below {record['best_single']['error']:.3f}",
            fix="bring features that the cost depends on, or rank by the single layer",
        )
